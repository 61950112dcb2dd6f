"""Widths, heights and pages, estimated from the text: programs other than Excel do not grow rows by themselves.

A column of width w shows about 1.3 w characters of our 10 point text in a line, words being wrapped whole
(measured in LibreOffice with Vietnamese text: 1.4 w unwrapped).
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from exports.document import Cell, Column, Row

PAPER = 150  # characters of the default font that fit across an A4 page and stay readable
LINE, PADDING = 13.0, 3.0  # points a line of text takes, and points around it
HIGHEST = 400.0  # Excel: a row has at most 409 points; the cell still holds all its text


def width(values: Iterable[str], least: float, most: float) -> float:
    """A width that shows the longest line of the values, between two limits."""
    longest = max((len(line) for value in values for line in value.split("\n")), default=0)
    return min(max(longest * 1.05 + 2, least), most)


def pages(columns: Iterable[Column]) -> int:
    """How many pages wide a sheet is printed; a little too wide is made to fit."""
    return max(1, math.ceil(sum(column.width for column in columns) / PAPER - 0.25))


def heights(columns: Sequence[Column], rows: Iterable[Row], most: float = HIGHEST) -> Mapping[int, float]:
    """The heights of the rows in which a wrapped text takes more than one line."""
    room = [column.width * 1.3 for column in columns]
    wraps = [column.style.wrap for column in columns]
    found: dict[int, float] = {}
    for number, row in enumerate(rows):
        lines = 1
        for at, given in enumerate(row):
            value, wrapped = (given.value, given.style.wrap) if isinstance(given, Cell) else (given, wraps[at])
            if wrapped and isinstance(value, str) and (len(value) > room[at] or "\n" in value):
                lines = max(lines, _lines(value, room[at]))
        if lines > 1:
            found[number] = min(lines * LINE + PADDING, most)
    return found


def _lines(value: str, room: float) -> int:
    return sum(max(1, math.ceil(len(line) / room)) for line in value.split("\n"))
