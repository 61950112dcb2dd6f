"""How the questions of a page stand together: one below the other, side by side, as a table, or in rows of a repeat.

A table (appearances table-list, or label with list-nolabel) is drawn on a wide screen; on a phone, and for a screen
reader, its questions are what they are: one group of choices each. So are the rows of a repeat of few short questions:
lines below one head where there is room, cards elsewhere, and every input keeps its own label.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count, groupby

from forms.answers import Field, Heading, Row, RowGroup
from forms.schema import SELECTS, Form, Kind
from service import readable
from service.pages import looks
from service.pages.controls import Control, Sheet, control

MOST_COLUMNS = 6
SHORT = 40  # a longer hint is no help in a narrow cell
_IN_TABLE = frozenset({"text", "number", "date", "time", "select", "locked"})


@dataclass(frozen=True, slots=True)
class Title:
    key: str
    label: str
    hidden: bool
    what: str = "title"


@dataclass(frozen=True, slots=True)
class Line:
    """Questions side by side, each with its width in twelfths."""

    controls: tuple[Control, ...]
    what: str = "line"


@dataclass(frozen=True, slots=True)
class Table:
    """Questions with the same choices. `label` heads the first column; `blank`: some can be left unanswered, so
    that all have a last column for it."""

    label: str
    heads: tuple[str, ...]
    controls: tuple[Control, ...]
    blank: bool
    what: str = "table"


@dataclass(frozen=True, slots=True)
class Card:
    """One row of a repeat; `title` says which in words, `place` in numbers ("2.1" in a row of another)."""

    id: str
    key: str
    title: str
    place: str
    first: bool
    last: bool
    items: "tuple[Item, ...]"


@dataclass(frozen=True, slots=True)
class Cards:
    """A repeat. `fixed`: the form says how many rows there are. `level`: 2 on a page, 3 in a row of another. `heads`:
    its questions as the columns of a table, () where it is none."""

    key: str
    label: str
    hidden: bool
    cards: tuple[Card, ...]
    fixed: bool
    level: int
    heads: tuple[Control, ...] = ()
    what: str = "cards"

    @property
    def ids(self) -> str:
        return " ".join(card.id for card in self.cards)


Item = Control | Title | Line | Table | Cards
Drawn = Field | Heading | RowGroup


def arrange(items: Iterable[Drawn], sheet: Sheet, above: str = "") -> tuple[Item, ...]:
    """What a page draws, in form order; `above` is the place of the row that holds it."""
    found: list[Item] = []
    for (kind, _name), run in groupby(items, lambda item: _stand(item, sheet.form)):
        group = list(run)
        fields = [item for item in group if isinstance(item, Field)]
        if kind == "line":
            found.append(_line(fields, sheet))
        elif kind == "table":
            found += _table(fields, sheet)
        else:
            found += [_item(item, sheet, above) for item in group]
    return tuple(found)


def _stand(item: Drawn, form: Form) -> tuple[str, str]:
    """What kind of run an item belongs to, and a name that parts one run from the next."""
    if not isinstance(item, Field):
        return "", ""
    question = item.question
    parent = question.path.rpartition("/")[0]
    if question.kind in SELECTS and not item.locked and question.choice_filter is None and _in_table(item, form):
        return "table", f"{parent}:{question.kind}:{question.choices}"
    return ("line", parent) if looks.width(question) else ("", "")


def _in_table(item: Field, form: Form) -> bool:
    question = item.question
    if question.appearance & {"label", "list-nolabel"}:
        return True
    names = question.path.split("/")
    group = form.item(names[-2]) if len(names) > 1 else None
    return group is not None and "table-list" in group.appearance


def _item(item: Drawn, sheet: Sheet, above: str) -> Item:
    if isinstance(item, Field):
        return control(item, sheet)
    if isinstance(item, Heading):
        return Title(item.key, item.label, not item.relevant)
    cards = tuple(_card(item, row, sheet, above) for row in item.rows)
    level = 2 + above.count(".") + bool(above)
    heads = _heads(item, cards) if not above else ()
    if heads:
        cards = tuple(replace(card, items=_placed(card.items)) for card in cards)
    return Cards(item.key, item.label, not item.relevant, cards, item.fixed, level, heads)


def _heads(group: RowGroup, cards: tuple[Card, ...]) -> tuple[Control, ...]:
    """The questions of a repeat that fits in a table: 2 to 6 short ones, in the same words in every row."""
    drawn = cards[0].items if cards else ()
    fields = [item for row in group.rows for item in row.items if isinstance(item, Field)]
    plain = all(isinstance(item, Control) for item in drawn) and all(
        found.question.kind is Kind.NOTE
        or not (found.question.label.filled or found.guidance or len(found.hint) > SHORT)
        for found in fields
    )
    columns = tuple(one for one in drawn if isinstance(one, Control) and one.what != "note")
    fits = 1 < len(columns) <= MOST_COLUMNS and all(one.what in _IN_TABLE and not one.finder for one in columns)
    return columns if plain and fits else ()


def _placed(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Each question in its column, whichever of them a row hides; notes below."""
    columns = count(1)
    return tuple(
        replace(item, column=next(columns)) if isinstance(item, Control) and item.what != "note" else item
        for item in items
    )


def _card(group: RowGroup, row: Row, sheet: Sheet, above: str) -> Card:
    place = readable.below(above, row)
    items = arrange(row.items, sheet, place)
    last = row.number == len(group.rows)
    return Card(row.id, row.key, readable.row_title(group, row, place), place, row.number == 1, last, items)


def _line(fields: list[Field], sheet: Sheet) -> Line:
    widths = [looks.width(found.question) for found in fields]
    columns = looks.columns(sheet.form, fields[0].question, widths)
    drawn = (
        replace(control(found, sheet), width=looks.span(width, columns))
        for found, width in zip(fields, widths, strict=True)
    )
    return Line(tuple(drawn))


def _table(fields: list[Field], sheet: Sheet) -> list[Item]:
    """One table below each header; plain questions where there is nothing to make a table of."""
    found: list[Item] = []
    header: Control | None = None
    asked: list[Field] = []
    for field in fields:
        if field.question.header:
            found += _tabled(header, asked, sheet)
            header, asked = control(field, sheet), []
        else:
            asked.append(field)
    return found + _tabled(header, asked, sheet)


def _tabled(header: Control | None, asked: list[Field], sheet: Sheet) -> list[Item]:
    drawn = [control(field, sheet) for field in asked]
    if not drawn or not 1 < len(asked[0].choices) <= looks.MOST_COLUMNS:
        return [*([header] if header else []), *drawn]
    rows = tuple(
        replace(one, what="radio", look="") if one.what != "checks" else replace(one, look="") for one in drawn
    )
    blank = any(one.what == "radio" and one.optional for one in rows)
    heads = tuple(choice.label for choice in asked[0].choices)
    return [Table(header.label if header else "", heads, rows, blank)]


def typed_in(items: Iterable[Item]) -> list[Control]:
    """The controls that post a value, those inside rows included."""
    return [one for one in _controls(items) if one.what not in ("note", "locked", "file")]


def takes_files(items: Iterable[Item]) -> bool:
    """Whether the page has a file question, or may get one while people type."""
    found = tuple(items)
    return any(one.what == "file" for one in _controls(found)) or _grows(found)


def needs_widgets(items: Iterable[Item]) -> bool:
    """Whether the page has a control that widgets.js makes handier, or may get one while people type."""
    found = tuple(items)
    return any(one.what in ("range", "rank", "point") or one.finder for one in _controls(found)) or _grows(found)


def _grows(items: Iterable[Item]) -> bool:
    cards = [item for item in items if isinstance(item, Cards)]
    return any(item.fixed or any(_grows(card.items) for card in item.cards) for item in cards)


def _controls(items: Iterable[Item]) -> Iterator[Control]:
    for item in items:
        if isinstance(item, Cards):
            for card in item.cards:
                yield from _controls(card.items)
        elif isinstance(item, Line | Table):
            yield from item.controls
        elif isinstance(item, Control):
            yield item
