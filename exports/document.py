"""A workbook in neutral words: sheets of plain values with columns, styles and charts, tied to no library.

Rows and columns are counted from 0. A bare value takes the style of its column; `Cell` gives it its own.
A string is always text. Only `Formula` calculates, and only this room writes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

DIGITS = 15  # an Excel number keeps this many significant digits, the rest turn into zeros
LIMIT: int = 10**DIGITS
# Việt Nam has had one time, seven hours ahead and without summer time, since 1975.
LOCAL = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
ROW_HEIGHT = 15.0  # points; of every row that is not given another
DATE, MOMENT, CLOCK = "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "hh:mm"


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in English function names, and the value readers show before they calculate it."""

    text: str
    value: int | float | Decimal | Fraction


Value = str | int | float | Decimal | Fraction | date | datetime | time | Formula | None


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks. Sizes in points, colours as "#RRGGBB" ("" for none), `border` the colour of its lines."""

    number_format: str = ""
    bold: bool = False
    italic: bool = False
    size: float = 11
    color: str = ""
    fill: str = ""
    align: str = "left"
    valign: str = "top"
    wrap: bool = False
    border: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with a style of its own."""

    value: Value
    style: Style


Row = tuple[Value | Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its width in characters of the default font, and the style of its bare values."""

    width: float
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class Area:
    """A run of cells in one column of a sheet, both ends included."""

    sheet: str
    column: int
    first: int
    last: int

    def absolute(self) -> str:
        """The area as Excel writes it: 'Trả lời'!$E$4:$E$117."""
        letters = column_letters(self.column)
        quoted = self.sheet.replace("'", "''")
        return f"'{quoted}'!${letters}${self.first + 1}:${letters}${self.last + 1}"


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars of a chart; `marker` and `dash` are names such as "circle" and "dash".

    `line` False draws the markers alone, `drop` a line from each marker down to the axis; `labels` writes the
    values beside the points.
    """

    name: str
    categories: Area
    values: Area
    color: str
    marker: str = ""
    dash: str = "solid"
    line: bool = True
    drop: bool = False
    labels: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart, "line" or "bar" (bars lie, first category on top), placed at a cell; sizes in pixels.

    With `dates` the categories are days, one of every `step` labelled. `most` is where the axis of values ends,
    `label_size` the size of the names of categories in points.
    """

    kind: str
    title: str
    series: tuple[Series, ...]
    row: int
    column: int
    width: int
    height: int
    dates: bool = False
    step: int = 1
    legend: bool = True
    number_format: str = "#,##0"
    most: float | None = None
    label_size: float = 9


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells of one row drawn as one; the value stands in the first."""

    row: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `headers` are the 0-based rows (first, last) that stay in view and repeat on each page.

    `frozen` counts the columns that stay too. `filter` puts a filter on the last header row, `heights` gives
    the heights of rows in points where they are not ROW_HEIGHT, `pages` how many pages of paper it is wide.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    headers: tuple[int, int] | None = None
    frozen: int = 0
    filter: bool = False
    merges: tuple[Merge, ...] = ()
    charts: tuple[Chart, ...] = ()
    heights: Mapping[int, float] = field(default_factory=dict)
    breaks: tuple[int, ...] = ()
    pages: int = 1
    color: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A workbook. `made_at` is aware and is all it says of time; `mark` is printed above every page."""

    title: str
    subject: str
    made_at: datetime
    sheets: tuple[Sheet, ...]
    mark: str = ""
    footer: str = ""
    page_label: str = "&P/&N"


def column_letters(column: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def is_number(value: object) -> bool:
    """Whether Excel keeps this value to the digit as a number; what it would change is written as text."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) < LIMIT
    if isinstance(value, Decimal):
        return value.is_finite() and len(value.normalize().as_tuple().digits) <= DIGITS
    return False
