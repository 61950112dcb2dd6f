"""A form laid out for reading: every part and question, with its rules in words beside the author's own text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forms.expressions import Expression
from forms.schema import Choice, Form, Item, Kind, Question, Repeat
from service.words import N_, _, number

KINDS = {
    Kind.TEXT: N_("Chữ"),
    Kind.INTEGER: N_("Số nguyên"),
    Kind.DECIMAL: N_("Số thập phân"),
    Kind.RANGE: N_("Số trên thang"),
    Kind.DATE: N_("Ngày"),
    Kind.TIME: N_("Giờ"),
    Kind.DATETIME: N_("Ngày giờ"),
    Kind.SELECT_ONE: N_("Chọn một"),
    Kind.SELECT_MULTIPLE: N_("Chọn nhiều"),
    Kind.RANK: N_("Xếp thứ tự"),
    Kind.GEOPOINT: N_("Vị trí trên bản đồ"),
    Kind.BARCODE: N_("Mã vạch, nhập dạng chữ"),
    Kind.NOTE: N_("Ghi chú"),
    Kind.CALCULATE: N_("Tự tính, không hiện"),
    Kind.HIDDEN: N_("Ẩn"),
    Kind.ACKNOWLEDGE: N_("Đánh dấu xác nhận"),
    Kind.FILE: N_("Tệp"),
    Kind.IMAGE: N_("Ảnh"),
    Kind.START: N_("Lúc bắt đầu, tự ghi"),
    Kind.END: N_("Lúc kết thúc, tự ghi"),
    Kind.TODAY: N_("Ngày điền, tự ghi"),
    Kind.DEVICEID: N_("Mã máy, để trống"),
}
BINDS = {
    "unit.kind": N_("loại đơn vị"),
    "unit.code": N_("mã đơn vị"),
    "unit.name": N_("tên đơn vị"),
    "period.from": N_("ngày đầu kỳ"),
    "period.to": N_("ngày chốt số liệu"),
    "contact.name": N_("họ tên người điền"),
    "contact.position": N_("chức vụ người điền"),
    "contact.phone": N_("điện thoại người điền"),
    "contact.email": N_("thư điện tử người điền"),
}
CONSOLIDATIONS = {
    "sum": N_("cộng lại"),
    "mean": N_("trung bình"),
    "count": N_("đếm"),
    "list": N_("liệt kê"),
    "ledger": N_("sổ theo dõi kiến nghị"),
    "ratio": N_("tỷ lệ của tổng"),
}
SHORT = 60
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


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a question: what it is, in words, and the author's own text ("" when the words are all)."""

    label: str
    words: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question, or a group or repeat with entries inside."""

    name: str
    label: str
    hint: str
    kind: str
    required: bool
    rules: tuple[Rule, ...]
    choices: tuple[Choice, ...] = ()
    inside: tuple["Entry", ...] = ()
    repeat: bool = False
    note: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One screen of the form."""

    key: str
    title: str
    rules: tuple[Rule, ...]
    entries: tuple[Entry, ...]


def parts(form: Form) -> tuple[Part, ...]:
    """The screens in order."""
    found = []
    for place, page in enumerate(form.pages, 1):
        rules = tuple(_when(form, page.group.relevant)) if page.group else ()
        title = page.title.plain or _("Phần {n}").format(n=place)
        found.append(Part(page.key, title, rules, _entries(form, page.items)))
    return tuple(found)


def behind(form: Form) -> tuple[Entry, ...]:
    """What no screen shows: times, dates and values the form works out for itself."""
    shown = {name for page in form.pages for name in _names(page.items)}
    return _entries(form, (item for item in form.items if item.name not in shown and isinstance(item, Question)))


def _names(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield item.name
        if not isinstance(item, Question):
            yield from _names(item.items)


def _entries(form: Form, items: Iterable[Item]) -> tuple[Entry, ...]:
    return tuple(_entry(form, item) for item in items)


def _entry(form: Form, item: Item) -> Entry:
    if isinstance(item, Question):
        return Entry(
            item.name,
            item.label.plain or item.name,
            item.hint.plain,
            _(KINDS[item.kind]),
            item.required is True,
            tuple(_rules(form, item)),
            form.choices(item),
            note=item.kind is Kind.NOTE,
        )
    repeat = isinstance(item, Repeat)
    kind = _("Nhóm lặp, thêm được nhiều dòng") if repeat else _("Nhóm")
    rules = list(_when(form, item.relevant))
    if isinstance(item, Repeat) and item.consolidate:
        rules.append(Rule(_("Tổng hợp"), _(CONSOLIDATIONS[item.consolidate.how])))
    label, inside = item.label.plain or item.name, _entries(form, item.items)
    return Entry(item.name, label, "", kind, False, tuple(rules), inside=inside, repeat=repeat)


def _when(form: Form, relevant: Expression | None) -> Iterator[Rule]:
    if relevant is not None:
        yield _rule(form, _("Chỉ hỏi khi"), relevant)


def _rules(form: Form, question: Question) -> Iterator[Rule]:
    yield from _when(form, question.relevant)
    if isinstance(question.required, Expression):
        yield _rule(form, _("Bắt buộc khi"), question.required, question)
    if question.constraint is not None:
        yield _rule(form, _("Phải thỏa"), question.constraint, question)
    if question.constraint_message:
        yield Rule(_("Báo khi sai"), question.constraint_message.plain)
    if question.calculation is not None:
        yield _rule(form, _("Tự tính bằng"), question.calculation, question)
    if isinstance(question.default, Expression):
        yield _rule(form, _("Điền sẵn"), question.default, question)
    elif question.default:
        yield Rule(_("Điền sẵn"), question.default)
    if question.choice_filter is not None:
        yield _rule(form, _("Lọc lựa chọn theo"), question.choice_filter, question)
    if question.bind:
        yield Rule(_("Hệ thống điền"), _(BINDS[question.bind]))
    if question.read_only:
        yield Rule(_("Chỉ xem"), _("người điền không sửa được"))
    if question.consolidate:
        yield Rule(_("Tổng hợp"), _consolidated(form, question))
    if question.previous:
        yield Rule(_("Kỳ trước"), _previous(question))


def _consolidated(form: Form, question: Question) -> str:
    found = question.consolidate
    assert found is not None
    words = _(CONSOLIDATIONS[found.how])
    if found.how != "ratio":
        return words
    return f"{words}: {_called(form, found.numerator or '')} ÷ {_called(form, found.denominator or '')}"


def _previous(question: Question) -> str:
    found = question.previous
    assert found is not None
    if found.how == "explain":
        return _("hỏi lý do khi thay đổi quá {percent}%").format(percent=number(found.percent))
    return _("hiện bên cạnh") if found.how == "show" else _("điền sẵn")


def _rule(form: Form, label: str, expression: Expression, question: Question | None = None) -> Rule:
    return Rule(label, in_words(form, expression.source, question), expression.source)


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
            return _called(form, part["name"])
        if part["call"]:
            return _(_CALLS[part["call"]])
        return _("câu này") if part["own"] else _(_OPERATORS[part["operator"]])

    return _TOKEN.sub(word, source)


def _subject(form: Form, text: str) -> str:
    return _("câu này") if text == "." else _called(form, text[2:-1])


def _called(form: Form, name: str) -> str:
    item = form.item(name.strip())
    label = " ".join((item.label.plain if item else "").split()) or name
    return f"“{label[: SHORT - 1].rstrip()}…”" if len(label) > SHORT else f"“{label}”"


def _choice(form: Form, subject: str, value: str, question: Question | None) -> str:
    asked = question if subject == "." else form.question(subject[2:-1].strip())
    found = form.choice(asked, value) if asked else None
    return found.label if found else value
