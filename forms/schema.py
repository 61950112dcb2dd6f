"""The form model: frozen values that the importer builds and everything else reads.

A name is unique in the whole form. A `path` is the '/'-joined names from the root without
the form's own name, names of repeats included: `e/e_recv`, `h/h_item/h_desc`, `confirm`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forms.expressions import Expression


class Kind(StrEnum):
    """What a question holds; the value is the canonical XLSForm type."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    GEOPOINT = "geopoint"
    BARCODE = "barcode"
    NOTE = "note"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    ACKNOWLEDGE = "acknowledge"
    FILE = "file"
    IMAGE = "image"
    START = "start"
    END = "end"
    TODAY = "today"
    DEVICEID = "deviceid"


METADATA = frozenset({Kind.START, Kind.END, Kind.TODAY, Kind.DEVICEID})
UNSEEN = METADATA | {Kind.CALCULATE, Kind.HIDDEN}  # never drawn on a page
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.RANGE})
SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE})
MANY = frozenset({Kind.SELECT_MULTIPLE, Kind.RANK})  # answered by a list of choice names
LISTED = SELECTS | MANY  # answered from a list of choices
FILES = frozenset({Kind.FILE, Kind.IMAGE})

TICKED = "OK"  # the value of an acknowledge that is ticked, as ODK writes it
ROW_ID = "_id"  # reserved key of a repeat's row in nested answers
OTHER = "other"  # the choice that `or_other` adds, as ODK names it
EXPLANATION = "explanation"  # ends the name of the question that x_previous `explain` adds

BINDS = (
    "unit.kind",
    "unit.code",
    "unit.name",
    "period.from",
    "period.to",
    "contact.name",
    "contact.position",
    "contact.phone",
    "contact.email",
)
NUMERIC_CONSOLIDATIONS = frozenset({"sum", "mean", "ratio"})
CONSOLIDATIONS = ("sum", "mean", "count", "list", "ledger", "ratio")


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the form's author: literal strings, and expressions where `${x}` stands.

    `parts` are in the form's default language, `others` in its further ones, by language. `filled`: whether values
    have to be filled in before a person reads it.
    """

    parts: tuple[str | Expression, ...] = ()
    others: Mapping[str, tuple[str | Expression, ...]] = field(default_factory=dict, hash=False)
    filled: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everything = (part for parts in (self.parts, *self.others.values()) for part in parts)
        object.__setattr__(self, "filled", any(not isinstance(part, str) for part in everything))

    def in_language(self, language: str) -> tuple[str | Expression, ...]:
        """The parts in that language, in the default one where it was not translated."""
        return self.others.get(language) or self.parts

    @property
    def plain(self) -> str:
        """The text as the author wrote it, `${x}` left in."""
        return "".join(part if isinstance(part, str) else part.source for part in self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)


EMPTY = Text()


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose; `extra` holds the further columns of the sheet choices (or of the
    CSV file it comes from), `labels` the label in the form's further languages."""

    name: str
    label: str
    extra: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        return self.labels.get(language) or self.label


@dataclass(frozen=True, slots=True)
class Range:
    """What a question of kind range offers: from `start` to `end`, both included, by `step` (> 0)."""

    start: Decimal
    end: Decimal
    step: Decimal


@dataclass(frozen=True, slots=True)
class Shuffle:
    """The choices come in an order drawn for each draft; `seed` (an expression or a number) fixes it."""

    seed: Expression | str | None = None


@dataclass(frozen=True, slots=True)
class Consolidate:
    """How a question is added up over units. `how` is one of CONSOLIDATIONS; the two names
    are question names, given for "ratio" only (a ratio of sums)."""

    how: str
    numerator: str | None = None
    denominator: str | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """What last period's answer does: "show", "prefill" or "explain" (an explanation is asked
    for when the value changed by more than `percent`)."""

    how: str
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A leaf of the form. `required` is an expression where the author wrote one; `choices`
    names a list of `Form.lists`; `default` is literal text, or an expression such as today().
    A question with a calculation is always computed, whatever its kind, and never typed in, but
    one with a `trigger` is computed anew only when one of those questions changes, and may be typed
    over until then. `rows` is how many lines a multiline text shows. `explains` names the question of which this
    one asks why it changed: added by the importer, it stands in no workbook."""

    name: str
    path: str
    kind: Kind
    label: Text = EMPTY
    hint: Text = EMPTY
    required: bool | Expression = False
    required_message: Text = EMPTY
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text = EMPTY
    calculation: Expression | None = None
    default: str | Expression | None = None
    choices: str | None = None
    choice_filter: Expression | None = None
    read_only: bool = False
    appearance: frozenset[str] = frozenset()
    bind: str | None = None
    consolidate: Consolidate | None = None
    previous: Previous | None = None
    guidance: Text = EMPTY
    trigger: tuple[str, ...] = ()
    range: Range | None = None
    shuffle: Shuffle | None = None
    rows: int | None = None
    explains: str = ""

    @property
    def seen(self) -> bool:
        """Whether a page draws it (notes are drawn too)."""
        return self.kind not in UNSEEN

    @property
    def asked(self) -> bool:
        """Whether a person is expected to answer it."""
        computed = self.calculation is not None and not self.trigger
        words = self.kind is Kind.NOTE or self.header
        return self.seen and not words and not computed and not self.read_only

    @property
    def header(self) -> bool:
        """Whether it is a select that only names the columns of those below it."""
        return self.kind in SELECTS and "label" in self.appearance


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Questions that stand together; on the top level it is a page."""

    name: str
    path: str
    label: Text
    items: tuple[Item, ...]
    relevant: Expression | None = None
    appearance: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """Questions asked once for each row. `consolidate.how` is "ledger", "count" or "list".

    Where the author gave a `count`, it says how many rows there are and nobody adds or removes one.
    """

    name: str
    path: str
    label: Text
    items: tuple[Item, ...]
    relevant: Expression | None = None
    appearance: frozenset[str] = frozenset()
    consolidate: Consolidate | None = None
    count: Expression | None = None


Item = Question | Group | Repeat


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """What one screen asks: a top-level group, or a run of loose items between groups.

    `key` is the group's name, or the name of the first loose item that is seen. The title of a
    loose page is empty unless its only seen item is a repeat.
    """

    key: str
    title: Text
    items: tuple[Item, ...]
    group: Group | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A published version of a form; equality is identity.

    `warnings` are problems of severity "warning" met at import (see forms.problems).
    `instance_name` is the author's expression that names one answer, if any. `lists` holds the
    lists of the sheet choices by name, and the CSV files that came with the workbook by file name
    ("xa.csv"). `languages` names the form's languages, the default one first; () when it names none.
    `memo` keeps what other modules compile once for a form (never part of its meaning).
    """

    id: str
    version: str
    title: str
    items: tuple[Item, ...]
    lists: Mapping[str, tuple[Choice, ...]]
    instance_name: Expression | None = None
    warnings: tuple[object, ...] = ()
    languages: tuple[str, ...] = ()
    pages: tuple[Page, ...] = field(init=False)
    memo: dict[str, object] = field(init=False, repr=False, default_factory=dict)
    _items: Mapping[str, Item] = field(init=False, repr=False)
    _choices: Mapping[str, Mapping[str, Choice]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pages", _pages(self.items))
        object.__setattr__(self, "_items", {item.name: item for item in walk(self.items)})
        by_name = {key: {choice.name: choice for choice in found} for key, found in self.lists.items()}
        object.__setattr__(self, "_choices", by_name)

    def walk(self) -> Iterator[Item]:
        """Every item in form order, a group or repeat before what it holds."""
        return walk(self.items)

    @property
    def asking(self) -> int:
        """How many questions the author asks people; the explanations that x_previous adds are not among them."""
        return sum(1 for question in self.questions() if question.asked and not question.explains)

    def questions(self) -> Iterator[Question]:
        """Every question in form order, those in repeats included."""
        return (item for item in self._items.values() if isinstance(item, Question))

    def item(self, name: str) -> Item | None:
        return self._items.get(name)

    def question(self, name: str) -> Question | None:
        found = self._items.get(name)
        return found if isinstance(found, Question) else None

    def page(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.key == key), None)

    def choice(self, question: Question, name: str) -> Choice | None:
        """The choice of that name in the question's whole list (before any choice_filter)."""
        return self._choices[question.choices].get(name) if question.choices else None

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """The question's whole list, () when it has none."""
        return self.lists[question.choices] if question.choices else ()


def walk(items: tuple[Item, ...]) -> Iterator[Item]:
    """Depth first, in form order."""
    for item in items:
        yield item
        if not isinstance(item, Question):
            yield from walk(item.items)


def _seen(item: Item) -> bool:
    return item.seen if isinstance(item, Question) else any(_seen(inner) for inner in item.items)


def _pages(items: tuple[Item, ...]) -> tuple[Page, ...]:
    """Groups that show nothing make no page; unseen loose items belong to none."""
    pages: list[Page] = []
    loose: list[Item] = []

    def close() -> None:
        if loose:
            only = loose[0] if len(loose) == 1 else None
            title = only.label if isinstance(only, Repeat) else EMPTY
            pages.append(Page(loose[0].name, title, tuple(loose)))
            loose.clear()

    for item in items:
        if not _seen(item):
            continue
        if isinstance(item, Group):
            close()
            pages.append(Page(item.name, item.label, item.items, item))
        else:
            loose.append(item)
    close()
    return tuple(pages)
