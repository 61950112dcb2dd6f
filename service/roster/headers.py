"""Finding the table on a sheet: title rows above it, headers in many spellings, columns in any order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from service.tables import Sheet, Unreadable
from service.words import N_, _, fold

LOOKED_AT = 40  # a header further down is no header
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Column:
    """What a column may mean: whole headers (`exact`) come before headers that hold a word (`holds`), all folded.

    `many` allows several columns, whose texts are joined by line breaks.
    """

    name: str
    label: str
    exact: frozenset[str]
    holds: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header. `line` is its number in the file; `cells` has every column that was understood."""

    sheet: str
    line: int
    cells: Mapping[str, str]
    heading: bool = False  # one text merged over the columns: a group heading, no data


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of all sheets with a header; which header means what; and what was left unread."""

    rows: tuple[Row, ...]
    used: tuple[tuple[str, str], ...]  # (header as written, column name)
    ignored: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    names: frozenset[str] = field(default_factory=frozenset)


def find(sheets: Sequence[Sheet], columns: Sequence[Column], needed: Sequence[frozenset[str]]) -> Table:
    """The table. `needed` lists sets of which at least one column each must be there.

    Raises Unreadable: no_header, twice.
    """
    rows: list[Row] = []
    used: dict[tuple[str, str], None] = {}
    ignored: dict[str, None] = {}
    unread = []
    for sheet in sheets:
        found = _header(sheet, columns, needed)
        if found is None:
            unread.append(sheet.name)
            continue
        number, places, texts = found
        _once(sheet, columns, places, texts)
        used.update({(texts[place], name): None for name, where in places.items() for place in where})
        taken = {place for where in places.values() for place in where}
        ignored.update({text: None for place, text in enumerate(texts) if text and place not in taken})
        rows.extend(_rows(sheet, number, places))
    if not used:
        wanted = "; ".join(_(" hoặc ").join(_label(columns, name) for name in sorted(names)) for names in needed)
        raise Unreadable("no_header", columns=wanted)
    with_text = tuple(name for sheet in sheets if (name := sheet.name) in unread and any(map(any, sheet.rows)))
    return Table(tuple(rows), tuple(used), tuple(ignored), with_text, frozenset(name for _text, name in used))


def _label(columns: Sequence[Column], name: str) -> str:
    return next(_(column.label) for column in columns if column.name == name)


Places = dict[str, list[int]]


def _header(
    sheet: Sheet, columns: Sequence[Column], needed: Sequence[frozenset[str]]
) -> tuple[int, Places, list[str]] | None:
    """The row index, the places of each column, and the header texts; the row that tells the most wins."""
    best: tuple[int, Places, list[str]] | None = None
    for index, row in enumerate(sheet.rows[:LOOKED_AT]):
        above = sheet.rows[index - 1] if index else ()
        for texts in (list(row), _filled(row, above)):
            places = _places(texts, columns)
            if all(names & places.keys() for names in needed) and (best is None or len(places) > len(best[1])):
                best = index, places, texts
    return best


def _filled(row: Sequence[str], above: Sequence[str]) -> list[str]:
    """A header of two rows: where the lower is blank the upper speaks."""
    return [text or (above[place] if place < len(above) else "") for place, text in enumerate(row)]


def _places(texts: Sequence[str], columns: Sequence[Column]) -> Places:
    places: Places = {}
    for place, text in enumerate(texts):
        name = meaning(text, columns)
        if name:
            places.setdefault(name, []).append(place)
    return places


def meaning(text: str, columns: Sequence[Column]) -> str | None:
    """The column a header text means, None when it means none."""
    if not text or len(text) > LONGEST or "@" in text:
        return None
    words = " ".join(re.sub(r"[^\w]+", " ", fold(text)).replace("_", " ").split())
    for column in columns:
        if words in column.exact:
            return column.name
    padded = f" {words} "
    for column in columns:
        if any(f" {part} " in padded for part in column.holds):
            return column.name
    return None


def _once(sheet: Sheet, columns: Sequence[Column], places: Places, texts: Sequence[str]) -> None:
    """Two columns of one meaning are refused, unless that is allowed or they say the same (a merged header)."""
    for column in columns:
        where = places.get(column.name, [])
        if len(where) < 2 or column.many:
            continue
        raise Unreadable(
            "twice",
            sheet=sheet.name,
            first=texts[where[0]],
            second=texts[where[1]],
            meaning=_(column.label),
        )


def _rows(sheet: Sheet, header: int, places: Places) -> Iterator[Row]:
    telling = [name for name in places if name != ORDINAL.name]
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        cells = {
            name: "\n".join(dict.fromkeys(row[place] for place in where if place < len(row) and row[place]))
            for name, where in places.items()
        }
        texts = [cells[name] for name in telling if cells[name]]
        heading = len(set(texts)) == 1 and len(texts) >= max(2, min(3, len(telling)))
        yield Row(sheet.name, index + 1, cells, heading)


ORDINAL = Column("ordinal", N_("Số thứ tự"), frozenset({"stt", "tt", "so tt", "so thu tu", "no", "#"}))
