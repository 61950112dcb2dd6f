"""An expression of a form in words: `${a} = 'co' and . > 0` reads “Có quyết định?” là “Có” và câu này > 0."""

import re

from forms.schema import Form, Question
from service.words import N_, _

SHORT = 60
SAVED = "last-saved#"  # before a question's name: what was sent last time
_OPERATORS = {
    "and": N_("và"), "or": N_("hoặc"), "div": "÷", "*": "×",
    ">=": "≥", "<=": "≤", "!=": "≠", "=": "=", ">": ">", "<": "<",
}  # fmt: skip
_CALLS = {
    "today()": N_("ngày hôm nay"),
    "now()": N_("lúc này"),
    "count-selected(.)": N_("số mục đã chọn"),
    "string-length(.)": N_("số ký tự"),
    "not(": N_("không phải ("),
    "coalesce(": N_("giá trị đầu tiên có trong ("),
    "round(": N_("làm tròn ("),
    "if(": N_("nếu ("),
    "regex(": N_("khớp mẫu ("),
}
_TOKEN = re.compile(
    r"selected\(\s*(?P<chosen>\$\{[^}]+\}|\.)\s*,\s*'(?P<choice>[^']*)'\s*\)"
    r"|(?P<left>\$\{[^}]+\}|(?<![\w.])\.)\s*(?P<sign>!?=)\s*'(?P<value>[^']*)'"
    r"|'(?P<text>[^']*)'"
    r"|\$\{(?P<name>[^}]+)\}"
    r"|(?P<call>today\(\)|now\(\)|count-selected\(\.\)|string-length\(\.\)|(?<![\w-])(?:not|coalesce|round|if|regex)\()"
    r"|(?P<own>(?<![\w.])\.(?![\w.]))"
    r"|(?P<operator>(?<![\w-])(?:and|or|div)(?![\w-])|[<>!]=|[=<>*])"
)


def in_words(form: Form, source: str, question: Question | None = None) -> str:
    """`${a} = 'co' and . > 0` -> “Có quyết định?” là “Có” và câu này > 0. What has no words stays as it is."""

    def word(match: re.Match[str]) -> str:
        part = match.groupdict()
        if part["chosen"]:
            return _("{question} có chọn “{choice}”").format(
                question=_subject(form, part["chosen"]), choice=_choice(form, part["chosen"], part["choice"], question)
            )
        if part["left"]:
            joined = _("{question} là “{choice}”") if part["sign"] == "=" else _("{question} không là “{choice}”")
            return joined.format(
                question=_subject(form, part["left"]), choice=_choice(form, part["left"], part["value"], question)
            )
        if part["text"] is not None:
            return f"“{part['text']}”"
        if part["name"]:
            return called(form, part["name"])
        if part["call"]:
            return _(_CALLS[part["call"]])
        return _("câu này") if part["own"] else _(_OPERATORS[part["operator"]])

    return _TOKEN.sub(word, source)


def _subject(form: Form, text: str) -> str:
    return _("câu này") if text == "." else called(form, text[2:-1])


def called(form: Form, name: str) -> str:
    """A question as a rule names it: its label, cut when it is long."""
    saved, name = name.strip().startswith(SAVED), name.strip().removeprefix(SAVED)
    if saved:
        return _("{question} ở lần gửi trước").format(question=called(form, name))
    item = form.item(name)
    label = " ".join((item.label.plain if item else "").split()) or name
    return f"“{label[: SHORT - 1].rstrip()}…”" if len(label) > SHORT else f"“{label}”"


def _choice(form: Form, subject: str, value: str, question: Question | None) -> str:
    asked = question if subject == "." else form.question(subject[2:-1].strip())
    found = form.choice(asked, value) if asked else None
    return found.label if found else value
