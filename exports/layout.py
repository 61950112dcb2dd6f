"""Widths, heights and pages, from the measures of the letters: only Excel grows a row with its text by itself.

Lengths of text are in pixels at 96 dpi, widths of columns in digits of the workbook's font (Arial 10: 7 pixels),
heights of rows in points. The measures of Arial are those of Helvetica and Liberation Sans (Adobe's AFM files).
"""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from exports.document import ROW_HEIGHT, Cell, Column, Row

DIGIT, EDGES = 7, 5  # pixels: a digit of the workbook's font, and what a column has besides its digits
PAPER = 150  # digits that fit across an A4 page at full size
LINE, PADDING = 13.0, 3.0  # points a line of text takes, and points around it
HIGHEST = 400.0  # Excel: a row has at most 409 points; the cell still holds all its text
WORD = 32  # characters; the lengths of longer texts are not worth remembering
ENOUGH = 20_000  # characters that fill the highest row whatever its width
HINTED, BOLD = 1.04, 1.07  # screens draw text a little wider than its measures; bold is wider again

_WIDTHS = {  # thousandths of the size of the font
    222: "'ijl|",
    278: " !,./:;I[\\]ft·",
    333: '()-`r"{}',
    500: "Jcksvxyz^*",
    556: "#$0123456789?L_abdeghnopquđ–",
    584: "+<=>~",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUwĐ",
    778: "GOQ",
    833: "Mm",
    889: "%",
    1000: "W@…—",
}


class _Letters(dict[str, int]):
    """Letter -> thousandths; a letter with marks is as wide as the bare one, an unknown one as its font size."""

    def __missing__(self, letter: str) -> int:
        base = unicodedata.normalize("NFD", letter)[0]
        wide = 0 if unicodedata.combining(letter) else self.get(base, 1000)
        self[letter] = wide
        return wide


_LETTERS = _Letters({letter: wide for wide, letters in _WIDTHS.items() for letter in letters})


def measured(text: str, bold: bool = False, size: float = 10) -> float:
    """The length of one line of text, in pixels."""
    ems = _remembered(text) if len(text) <= WORD else _ems(text)
    return ems * size * 96 / 72 * HINTED * (BOLD if bold else 1)


def _ems(text: str) -> float:
    return sum(map(_LETTERS.__getitem__, text)) / 1000


_remembered = lru_cache(maxsize=4096)(_ems)


def pixels(column: Column) -> int:
    """How wide a column is drawn."""
    return int(column.width * DIGIT + 0.5) + EDGES


def width(values: Iterable[str], least: float, most: float) -> float:
    """A width that shows the longest line of the values, between two limits."""
    longest = max((measured(line) for value in values for line in value.split("\n")), default=0)
    return min(max(longest / DIGIT + 1, least), most)


def pages(columns: Iterable[Column]) -> int:
    """How many pages wide a sheet is printed; a little too wide is made to fit."""
    return max(1, math.ceil(sum(column.width for column in columns) / PAPER - 0.25))


def heights(columns: Sequence[Column], rows: Iterable[Row], most: float = HIGHEST) -> Mapping[int, float]:
    """The heights of the rows in which a wrapped text takes more than one line."""
    room = [column.width * DIGIT for column in columns]
    sure = [wide / 13 for wide in room]  # so many characters fit, whatever they are (a W has 13 pixels)
    plain = [column.style for column in columns]
    found: dict[int, float] = {}
    for number, row in enumerate(rows):
        lines = 1
        for at, given in enumerate(row):
            value, style = (given.value, given.style) if isinstance(given, Cell) else (given, plain[at])
            if style.wrap and isinstance(value, str) and (len(value) > sure[at] or "\n" in value):
                lines = max(lines, _lines(value, room[at] - style.indent * 9, style.bold))
        if lines > 1:
            found[number] = min(max(lines * LINE + PADDING, ROW_HEIGHT), most)
    return found


def _lines(text: str, room: float, bold: bool) -> int:
    """The lines that a text takes when words are wrapped whole, and broken only where one has no room."""
    return sum(_wrapped(line, room, bold) for line in text[:ENOUGH].split("\n"))


def _wrapped(line: str, room: float, bold: bool) -> int:
    if measured(line, bold) <= room:
        return 1
    lines, used, space = 1, 0.0, measured(" ", bold)
    for word in line.split(" "):
        wide = measured(word, bold)
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        if wide > room:
            broken = math.ceil(wide / room) - 1
            lines, wide = lines + broken, wide - broken * room
        used += wide + space
    return lines
