"""A freely laid out sheet, filled from top to bottom: rows of known heights, so that charts stand beside tables."""

from collections.abc import Iterable, Sequence

from exports import styles
from exports.document import ROW_HEIGHT, Cell, Chart, Column, Merge, Row, Sheet, Value
from exports.layout import heights

GAP = 8.0  # points between two blocks
SHEET_OF_PAPER = 560.0  # points of rows on a landscape A4 page, when a sheet 10 % wider than the page is fitted to it


class Page:
    """Collects the rows, merges, breaks and charts of one sheet."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.charts: list[Chart] = []
        self._rows: list[Row] = []
        self._merges: list[Merge] = []
        self._heights: dict[int, float] = {}
        self._breaks: list[int] = []

    @property
    def next(self) -> int:
        """The number of the row that will be added next."""
        return len(self._rows)

    def add(self, *cells: Value | Cell, height: float | None = None) -> int:
        """Add one row and return its number."""
        self._rows.append(cells)
        if height is not None:
            self._heights[self.next - 1] = height
        return self.next - 1

    def stretch(self, row: int, first: int, last: int) -> None:
        """Draw the cells of a row from `first` to `last` as one."""
        self._merges.append(Merge(row, first, last))

    def space(self) -> None:
        self.add(height=GAP)

    def fill(self, first: int, least: float) -> None:
        """Add empty rows until the rows from `first` on take at least so many points."""
        while self.points(first) < least:
            self.add()

    def points(self, first: int = 0) -> float:
        """What the rows from `first` to the last one take."""
        given = self._all_heights()
        return sum(given.get(row, ROW_HEIGHT) for row in range(first, self.next))

    def pixels(self, first: int) -> int:
        """The same in pixels, for a chart beside them."""
        return int(self.points(first) * 4 / 3)

    def keep_together(self, points: float) -> None:
        """Begin a new page of paper when so many points do not fit under what stands on the current one."""
        begun = self._breaks[-1] if self._breaks else 0
        if self.next > begun and self.points(begun) + points > SHEET_OF_PAPER:
            self._breaks.append(self.next)

    def table(self, headings: Sequence[str], rows: Iterable[Row]) -> tuple[int, int]:
        """A table of a label column and number columns; gives its first and last row."""
        first, *others = headings
        self.add(Cell(first, styles.HEAD_LEFT), *(Cell(label, styles.HEAD) for label in others))
        begin = self.next
        for row in rows:
            self.add(*row)
        return begin, self.next - 1

    def sheet(self, name: str, color: str) -> Sheet:
        return Sheet(
            name=name,
            columns=self.columns,
            rows=tuple(self._rows),
            merges=tuple(self._merges),
            heights=self._all_heights(),
            charts=tuple(self.charts),
            breaks=tuple(self._breaks),
            color=color,
        )

    def _all_heights(self) -> dict[int, float]:
        return {**heights(self.columns, self._rows), **self._heights}
