"""What a section's template draws: fields of a picture turned into controls, ready to read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from forms.answers import Field, Heading, Row, RowGroup
from forms.schema import FILES, NUMBERS, SELECTS, TICKED, Form, Kind
from service import answerwords
from service.flow.attachments import Given
from service.flow.merging import Value
from service.words import N_, _

RADIOS = 12  # more choices than this are a list to open
MARK = "v:"  # before a question's key in a form, so that no question meets a name of ours
CHOSEN = "c:"

_KINDS = {Kind.DATE: "date", Kind.TIME: "time", Kind.ACKNOWLEDGE: "tick", Kind.NOTE: "note"}
_AUTOCOMPLETE = {
    "contact.name": "name",
    "contact.position": "organization-title",
    "contact.phone": "tel",
    "contact.email": "email",
}
_INPUTMODE = {"contact.phone": "tel", "contact.email": "email"}
BLANK = N_("(để trống)")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. A hidden one is left out by a filter now, and may come up while people type."""

    name: str
    label: str
    chosen: bool
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Rival:
    """The text kept beside a question that two people changed at once."""

    shown: str
    saved: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Control:
    """One question. `what`: text, area, number, date, time, radio, select, checks, tick, file, note, locked."""

    what: str
    key: str
    label: str
    hint: str
    hidden: bool
    optional: bool = False
    value: str = ""
    shown: str = ""
    options: tuple[Option, ...] = ()
    problem: str = ""
    inputmode: str = ""
    autocomplete: str = ""
    live: bool = False
    rival: Rival | None = None
    file: Given | None = None

    @property
    def id(self) -> str:
        return f"q-{self.key}"

    @property
    def name(self) -> str:
        return MARK + self.key


@dataclass(frozen=True, slots=True)
class Title:
    key: str
    label: str
    hidden: bool
    what: str = "title"


@dataclass(frozen=True, slots=True)
class Card:
    """One row of a repeat."""

    id: str
    key: str
    number: int
    first: bool
    last: bool
    items: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Cards:
    key: str
    label: str
    hidden: bool
    cards: tuple[Card, ...]
    what: str = "cards"


Item = Control | Title | Cards


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known beside the picture when a page is drawn.

    `problems`: sentences by key, from a look at the whole page or an upload; without one a field shows only what
    is wrong with something typed in. `form` gives the whole lists of questions with a filter.
    """

    form: Form
    problems: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Given] = field(default_factory=dict)
    rivals: Mapping[str, Rival] = field(default_factory=dict)


def controls(items: Iterable[Field | Heading | RowGroup], sheet: Sheet) -> tuple[Item, ...]:
    return tuple(_item(item, sheet) for item in items)


def _item(item: Field | Heading | RowGroup, sheet: Sheet) -> Item:
    if isinstance(item, Field):
        return control(item, sheet)
    if isinstance(item, Heading):
        return Title(item.key, item.label, not item.relevant)
    rows = tuple(_card(row, len(item.rows), sheet) for row in item.rows)
    return Cards(item.key, item.label, not item.relevant, rows)


def _card(row: Row, count: int, sheet: Sheet) -> Card:
    return Card(row.id, row.key, row.number, row.number == 1, row.number == count, controls(row.items, sheet))


def control(found: Field, sheet: Sheet) -> Control:
    question = found.question
    what = what_of(found)
    problem = sheet.problems.get(found.key, "")
    if not problem and found.problem is not None and found.problem.code != "required":
        problem = answerwords.problem(found.problem, found.label)
    return Control(
        what=what,
        key=found.key,
        label=found.label or question.name,
        hint=found.hint,
        hidden=not found.relevant,
        optional=not found.required and what not in ("note", "locked"),
        value=_value(found, what),
        shown=_locked(found) if what == "locked" else "",
        options=_options(found, what, sheet.form),
        problem=problem,
        inputmode=_inputmode(found),
        autocomplete=_AUTOCOMPLETE.get(question.bind or "", "off"),
        live=question.label.filled or question.hint.filled,
        rival=sheet.rivals.get(found.key),
        file=sheet.files.get(str(found.raw)) if question.kind in FILES else None,
    )


def what_of(found: Field) -> str:
    """Which control a question is drawn as."""
    question = found.question
    if question.kind is Kind.NOTE:
        return "note"
    if found.locked:
        return "locked"
    if question.kind in FILES:
        return "file"
    if question.kind is Kind.SELECT_MULTIPLE:
        return "checks"
    if question.kind is Kind.SELECT_ONE:
        long = question.choice_filter is not None or len(found.choices) > RADIOS
        return "select" if long or "minimal" in question.appearance else "radio"
    if question.kind in NUMBERS:
        return "number"
    if question.kind is Kind.TEXT and "multiline" in question.appearance:
        return "area"
    what = _KINDS.get(question.kind, "text")
    # A date picker would hide a text that is no date; it is shown as typed.
    return "text" if what in ("date", "time") and found.raw and found.typed is None else what


def _value(found: Field, what: str) -> str:
    if isinstance(found.raw, list):
        return ""
    if what in ("date", "time") and found.typed is not None:
        return str(found.typed)[:10] if what == "date" else str(found.typed)[:5]
    return found.raw


def _locked(found: Field) -> str:
    return _("Đã xác nhận") if found.shown == TICKED and found.question.kind is Kind.ACKNOWLEDGE else found.shown


def _options(found: Field, what: str, form: Form) -> tuple[Option, ...]:
    if found.question.kind not in SELECTS or what == "locked":
        return ()
    chosen = set(found.raw if isinstance(found.raw, list) else [found.raw])
    if what == "checks" and found.question.choice_filter is not None:
        offered = {choice.name for choice in found.choices}
        return tuple(
            Option(choice.name, choice.label, choice.name in chosen, choice.name not in offered | chosen)
            for choice in form.choices(found.question)
        )
    return tuple(Option(choice.name, choice.label, choice.name in chosen) for choice in found.choices)


def _inputmode(found: Field) -> str:
    question = found.question
    if question.kind is Kind.INTEGER:
        return "numeric"
    return "decimal" if question.kind is Kind.DECIMAL else _INPUTMODE.get(question.bind or "", "")


def shown(found: Field, value: Value) -> str:
    """A raw value of a question as a person reads it, for putting two side by side."""
    labels = {choice.name: choice.label for choice in found.choices}
    if isinstance(value, list):
        return ", ".join(labels.get(name, name) for name in value) or _(BLANK)
    if found.question.kind is Kind.ACKNOWLEDGE:
        return _("Đã đánh dấu") if value else _("Chưa đánh dấu")
    return labels.get(value, value) or _(BLANK)


def typed_in(items: Iterable[Item]) -> list[Control]:
    """The controls that post a value, those inside rows included."""
    found: list[Control] = []
    for item in items:
        if isinstance(item, Cards):
            for card in item.cards:
                found += typed_in(card.items)
        elif isinstance(item, Control) and item.what not in ("note", "locked", "file"):
            found.append(item)
    return found
