"""One question as a section's template draws it: its control, filled and ready to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from forms.answers import Field
from forms.consolidate import sums
from forms.dependencies import is_contact
from forms.previous import Before
from forms.schema import FILES, LISTED, NUMBERS, Choice, Form, Kind
from service import answerwords, readable
from service.flow.attachments import Given
from service.flow.merging import Value
from service.pages import looks
from service.words import N_, _

MARK = "v:"  # before a question's key in a form, so that no question meets a name of ours
CHOSEN = "c:"
THUMBNAIL = 1_500_000  # bytes; a larger picture is not loaded again over a weak line only to be looked at

_AUTOCOMPLETE = {
    "contact.name": "name",
    "contact.position": "organization-title",
    "contact.phone": "tel",
    "contact.email": "email",
}
BLANK = N_("(để trống)")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. A hidden one is left out by a filter now, and may come up while people type. `place` is where a
    ranked one stands, 0 for nowhere yet."""

    name: str
    label: str
    chosen: bool
    hidden: bool = False
    place: int = 0


@dataclass(frozen=True, slots=True)
class Rival:
    """The text kept beside a question that two people changed at once."""

    shown: str
    saved: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Control:
    """One question.

    `what`: text, area, number, range, point, date, time, radio, select, checks, rank, tick, file, note, locked.
    `look` are CSS classes of its choices, `width` its share of a row in twelfths (0: the whole row). `ends` are
    lowest, highest and step of a range, `scale` says so in words. `grouped`: see looks.grouped. `person`:
    it is filled in from the unit's contact list. `before`: last period's answer, `period` which one that was, in words.
    `since`: by how much its figure differs from that one, None where it is no figure.
    `sums`: the running sums that its figure is part of, None where there are none to come out.
    `column`: which of a table's, from 1, 0 outside one. `remark`: what the department asks to correct in it.
    """

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
    rival: Rival | None = None
    file: Given | None = None
    guidance: str = ""
    look: str = ""
    width: int = 0
    rows: int = 4
    person: bool = False
    ends: tuple[str, str, str] = ("", "", "")
    scale: str = ""
    finder: bool = False
    grouped: str = ""
    accept: str = ""
    capture: bool = False
    picture: bool = False
    lang: str = ""
    before: Before | None = None
    since: str | None = None
    sums: str | None = None
    column: int = 0
    period: str = ""
    remark: str = ""

    @property
    def id(self) -> str:
        return f"q-{self.key}"

    @property
    def name(self) -> str:
        return MARK + self.key


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known beside the picture when a page is drawn.

    `problems`: sentences by key, from a look at the whole page or an upload; without one a field shows only what
    is wrong with something typed in. `form` gives the whole lists of questions with a filter. `lang` is the tag of
    the form's language where it is not the page's. `before`: last period's answers, `period` which one that was.
    `remarks`: what the department asks to correct.
    """

    form: Form
    problems: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Given] = field(default_factory=dict)
    rivals: Mapping[str, Rival] = field(default_factory=dict)
    lang: str = ""
    before: Mapping[str, Before] = field(default_factory=dict)
    period: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


def control(found: Field, sheet: Sheet) -> Control:
    question = found.question
    what = looks.what_of(found)
    problem = sheet.problems.get(found.key, "")
    if not problem and found.problem is not None and found.problem.code != "required":
        problem = answerwords.problem(found.problem, found.label)
    options = _options(found, what, sheet.form)
    before = sheet.before.get(found.key)
    file = sheet.files.get(str(found.raw)) if question.kind in FILES else None
    return Control(
        what=what,
        key=found.key,
        label=found.label or question.name,
        hint=found.hint,
        hidden=not found.relevant,
        optional=not found.required and what not in ("note", "locked"),
        value=_value(found, what),
        shown=readable.shown(found) if what == "locked" else "",
        options=options,
        problem=problem,
        inputmode=looks.inputmode(question),
        autocomplete=_AUTOCOMPLETE.get(question.bind or "", "off"),
        rival=sheet.rivals.get(found.key),
        file=file,
        guidance=found.guidance,
        look=looks.options_look(question, len(options), what),
        rows=question.rows or 4,
        ends=looks.ends(question),
        scale=looks.range_words(question) if what == "range" else "",
        finder=looks.finds(found, what),
        grouped=looks.grouped(question),
        accept=looks.accept(question),
        capture="new" in question.appearance,
        picture=file is not None and file.picture and file.size <= THUMBNAIL,
        lang=sheet.lang,
        person=what == "locked" and is_contact(question),
        before=before,
        since=answerwords.since(before.typed, found.typed) if before and question.kind in NUMBERS else None,
        period=sheet.period,
        remark=sheet.remarks.get(found.key, ""),
        sums=answerwords.running(found.sums) if sums.beside(sheet.form).get(question.name) else None,
    )


def _value(found: Field, what: str) -> str:
    if isinstance(found.raw, list):
        return ""
    if what in ("date", "time") and found.typed is not None:
        return str(found.typed)[:10] if what == "date" else str(found.typed).removesuffix(":00")
    return found.raw


def _options(found: Field, what: str, form: Form) -> tuple[Option, ...]:
    if found.question.kind not in LISTED or what in ("locked", "note"):
        return ()
    chosen = found.raw if isinstance(found.raw, list) else [found.raw]
    offered = {choice.name for choice in found.choices}
    # A list that other answers filter holds all its choices, to be shown while people type; a select is filled anew.
    filtered = what in ("checks", "rank") and found.question.choice_filter is not None
    drawn = tuple(
        Option(choice.name, choice.label, choice.name in chosen, choice.name not in offered | set(chosen))
        for choice in (_all_choices(found, form) if filtered else found.choices)
    )
    return _ranked(drawn, chosen) if what == "rank" else drawn


def _all_choices(found: Field, form: Form) -> tuple[Choice, ...]:
    """The whole list in its order, those offered in the words that the page is drawn in."""
    drawn = {choice.name: choice for choice in found.choices}
    return tuple(drawn.get(choice.name, choice) for choice in form.choices(found.question))


def _ranked(options: tuple[Option, ...], names: list[str]) -> tuple[Option, ...]:
    """Those that have a place first, in their order; the others below."""
    by_name = {option.name: option for option in options}
    placed = [by_name[name] for name in dict.fromkeys(names) if name in by_name]
    first = tuple(replace(option, place=place) for place, option in enumerate(placed, 1))
    return first + tuple(option for option in options if not option.chosen)


def shown(found: Field, value: Value) -> str:
    """A raw value of a question as a person reads it, for putting two side by side."""
    labels = {choice.name: choice.label for choice in found.choices}
    if isinstance(value, list):
        names = [labels.get(name, name) for name in value]
        return (readable.ranked(names) if found.question.kind is Kind.RANK else ", ".join(names)) or _(BLANK)
    if found.question.kind is Kind.ACKNOWLEDGE:
        return _("Đã đánh dấu") if value else _("Chưa đánh dấu")
    return labels.get(value, value) or _(BLANK)
