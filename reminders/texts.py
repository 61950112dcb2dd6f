"""Texts of mails: a subject, an empty line, a text; placeholders from a fixed list.

A placeholder is `{name}`, nothing more: no attribute, no format, no conversion; `{{7*7}}` stays as it stands. A line
with a placeholder whose value is empty is left out, so a letter without a number or a telephone reads well. What
people wrote is put in as it is: it becomes neither a placeholder nor a second header.

The names are Vietnamese, for the office edits these texts. Values are ready for reading: han_gui "17:00 thứ Sáu,
18/7/2025", con_lai "còn 2 ngày làm việc", qua_han "1 ngày làm việc", da_gui "59/114", da_dien "12/30 câu", van_ban
"số 123/SKHCN ngày 8/7/2025 về việc …", so_phut "30".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from reminders.clean import one_line

# Filled in when the mail goes out: a rendered text keeps the mark, and so does the record.
LATE = {"duong_dan": "{link}"}
_MARKS = ("{link}", "{code}")
COMMON = frozenset(
    {
        "don_vi",  # the unit as a letter addresses it
        "nguoi_nhan",
        "khao_sat",
        "van_ban",
        "han_gui",
        "con_lai",
        "qua_han",
        "da_gui",  # how many units of how many
        "da_dien",  # how much of its form the unit has filled in
        "phu_trach",  # the staff member to call
        "dien_thoai",
        "so_phut",
        "so_lieu",  # figures to have at hand
        "trang",  # the other way in
        "noi_gui",  # the office that sends
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What one of the texts needs. more: placeholders that only it and its like have. calendar: a calendar file with
    the due time goes along. link: it carries the personal link."""

    needs: frozenset[str] = frozenset()
    more: frozenset[str] = frozenset()
    link: bool = True
    calendar: bool = False

    @property
    def placeholders(self) -> frozenset[str]:
        return COMMON | self.more | (frozenset(LATE) if self.link else frozenset())


_WAY_IN = frozenset({"khao_sat", "han_gui", "duong_dan"})
_RECEIPT = frozenset({"so_xac_nhan", "luc_nhan", "ma_kiem_tra"})
_ACT = frozenset({"ly_do"})
_REPLY = frozenset({"kien_nghi", "tra_loi"})
KINDS: Mapping[str, Kind] = {
    "invitation": Kind(_WAY_IN, calendar=True),
    "reminder_before": Kind(_WAY_IN),
    "reminder_soon": Kind(_WAY_IN),
    "reminder_due": Kind(_WAY_IN),
    "reminder_after": Kind(_WAY_IN),
    "reminder_again": Kind(_WAY_IN),
    "leader_copy": Kind(frozenset({"don_vi", "khao_sat", "han_gui"}), link=False),
    # In the place of a reminder while what was sent is being corrected: it is neither missing nor late.
    "reminder_returned": Kind(_WAY_IN),
    "leader_copy_returned": Kind(frozenset({"don_vi", "khao_sat", "han_gui"}), link=False),
    "receipt": Kind(frozenset({"khao_sat", "so_xac_nhan"}), _RECEIPT),
    # To an address that nobody of the unit uses any more.
    "receipt_without_link": Kind(frozenset({"khao_sat", "so_xac_nhan"}), _RECEIPT, link=False),
    "returned": Kind(_WAY_IN | _ACT, _ACT, calendar=True),
    # The same, when the unit itself asked for it.
    "reopened": Kind(_WAY_IN | _ACT, _ACT, calendar=True),
    "extended": Kind(_WAY_IN, _ACT, calendar=True),
    "exempted": Kind(frozenset({"khao_sat"}), _ACT, link=False),
    "included": Kind(_WAY_IN, _ACT, calendar=True),
    # To the unit's leaders: a report waits for their approval; to its officials: they handed it back.
    "signoff": Kind(frozenset({"don_vi", "khao_sat", "duong_dan"})),
    "request_refused": Kind(frozenset({"khao_sat"}) | _ACT, _ACT),
    # What became of a recommendation that its report made.
    "ledger_reply": Kind(frozenset({"tra_loi"}), _REPLY),
    "signoff_refused": Kind(frozenset({"khao_sat", "duong_dan"}) | _ACT, _ACT),
}
NAMES = tuple(KINDS)
PLACEHOLDERS = frozenset(name for kind in KINDS.values() for name in kind.placeholders)
WITHOUT_LINK = frozenset(name for name, kind in KINDS.items() if not kind.link)
RETURNED = frozenset({"reminder_returned", "leader_copy_returned"})
LONGEST_SUBJECT, LONGEST_TEXT = 200, 8000
_TOKEN = re.compile(r"\{\{.*?\}\}|\{([^{}\n]*)\}|[{}]")

# A line: what stands there, and the placeholder after it.
Parts = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    parts: Parts
    names: tuple[str, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    head: _Line
    lines: tuple[_Line, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a text. `code`: no_subject, no_text, too_long, braces (one without its other), doubled
    (`{{don_vi}}`), unknown, needed (it cannot do without), not_here (a placeholder of other texts, or a link in the
    subject). `name`: the placeholder. `field`: subject or text."""

    code: str
    name: str = ""
    field: str = "text"


class TemplateError(ValueError):
    """A text that cannot be used. `code`, `name`: those of the first fault; also no_template, missing (no value)."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(f"{code} {name}".strip())
        self.code = code
        self.name = name


@dataclass(frozen=True, slots=True)
class Template:
    subject: str
    text: str

    def placeholders(self) -> frozenset[str]:
        return _compiled(self).names


def of_reminder(name: str, *, returned: bool) -> str:
    """The text that a reminder goes out with: another one to a unit that has sent its report and corrects it."""
    if not returned:
        return name
    return "leader_copy_returned" if name in WITHOUT_LINK else "reminder_returned"


@cache
def load(name: str) -> Template:
    """The text that ships with the product. Raises TemplateError("no_template")."""
    if name not in NAMES:
        raise TemplateError("no_template", name)
    return parse((files("reminders") / "templates" / f"{name}.txt").read_text(encoding="utf-8"))


def parse(source: str) -> Template:
    """A template from its text: the first line is the subject. Raises TemplateError."""
    head, _, text = source.replace("\r\n", "\n").strip().partition("\n")
    template = Template(head.strip(), text.strip() + "\n")
    _compiled(template)
    return template


def faults(template: Template, name: str = "") -> tuple[Fault, ...]:
    """All that keeps a template from being used; with `name`, as that one of the texts."""
    kind = KINDS.get(name, Kind(more=PLACEHOLDERS))
    found = [*_size_faults(template)]
    used: set[str] = set()
    for field, source in (("subject", template.subject), ("text", template.text)):
        names, wrong = _read(source, field)
        used.update(names)
        found += wrong
        allowed = kind.placeholders - (frozenset(LATE) if field == "subject" else frozenset())
        found += [Fault("not_here", one, field) for one in dict.fromkeys(names) if one not in allowed]
    found += [Fault("needed", one) for one in sorted(kind.needs - used)]
    return tuple(found)


def _size_faults(template: Template) -> Iterator[Fault]:
    for field, source, limit in (
        ("subject", template.subject, LONGEST_SUBJECT),
        ("text", template.text, LONGEST_TEXT),
    ):
        if not source.strip():
            yield Fault(f"no_{field}", field=field)
        elif len(source) > limit:
            yield Fault("too_long", field=field)


def _read(source: str, field: str) -> tuple[list[str], list[Fault]]:
    """The placeholders in a source, and what is wrong with its braces."""
    names, found = [], []
    for token in _TOKEN.finditer(source):
        whole, name = token[0], token[1]
        if name is None:
            inner = whole[2:-2].strip()
            if len(whole) == 1 or "{" in inner or "}" in inner:
                found.append(Fault("braces", field=field))
            elif inner in PLACEHOLDERS or f"{{{inner}}}" in _MARKS:
                found.append(Fault("doubled", inner, field))
        elif name in PLACEHOLDERS:
            names.append(name)
        else:
            found.append(Fault("unknown", name, field))
    return names, list(dict.fromkeys(found))


def render(template: str | Template, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text with `values` in place; the late ones leave their mark unless given.

    Raises TemplateError: that of a fault, or missing (no value given).
    """
    found = load(template) if isinstance(template, str) else template
    compiled = _compiled(found)
    safe = {name: _value(text) for name, text in values.items()}
    subject = one_line(_fill(compiled.head.parts, safe))
    if not subject:
        raise TemplateError("no_subject")
    blanks = {name for name, value in safe.items() if not value}
    kept = _single_blank(line for line in compiled.lines if blanks.isdisjoint(line.names))
    return subject, "\n".join([_fill(line.parts, safe) for line in kept]).strip() + "\n"


@lru_cache(maxsize=100)
def _compiled(template: Template) -> _Compiled:
    """Subject and lines in their parts. Raises TemplateError unless the template can be rendered."""
    for fault in faults(template):
        raise TemplateError(fault.code, fault.name)
    head, *lines = [_line(_parts(line)) for line in (template.subject, *template.text.split("\n"))]
    return _Compiled(head, tuple(lines), frozenset(name for line in (head, *lines) for name in line.names))


def _line(parts: Parts) -> _Line:
    names = tuple(name for _literal, name in parts if name is not None)
    return _Line(parts, names, not names and not any(literal.strip() for literal, _name in parts))


def _value(text: str) -> str:
    """A value cannot bring a late mark of its own."""
    for mark in _MARKS:
        text = text.replace(mark, f"({mark[1:-1]})")
    return text.strip()


def _parts(text: str) -> Parts:
    found: list[tuple[str, str | None]] = []
    start = 0
    for token in _TOKEN.finditer(text):
        if token[1] is not None:
            found.append((text[start : token.start()], token[1]))
            start = token.end()
    return (*found, (text[start:], None))


def _fill(parts: Parts, values: Mapping[str, str]) -> str:
    found = []
    for literal, name in parts:
        found.append(literal)
        if name is None:
            continue
        if name in values:
            found.append(values[name])
        elif name in LATE:
            found.append(LATE[name])
        else:
            raise TemplateError("missing", name)
    return "".join(found)


def _single_blank(lines: Iterable[_Line]) -> Iterator[_Line]:
    """No two empty lines after each other: the lines left out leave no hole."""
    blank = True
    for line in lines:
        if not (line.empty and blank):
            yield line
        blank = line.empty
