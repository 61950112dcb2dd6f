"""Document -> the bytes of a workbook, with XlsxWriter. Thin: all decisions are made before.

The same document gives the same bytes: nothing here reads a clock, and `made_at` is the only time inside.
"""

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import partial
from io import BytesIO
from typing import Any

import xlsxwriter

from exports import text
from exports.charts import FONT, drawn
from exports.document import (
    CLOCK,
    DATE,
    LIMIT,
    LOCAL,
    MOMENT,
    ROW_HEIGHT,
    Cell,
    Document,
    Formula,
    Sheet,
    Style,
    Value,
    is_number,
)

A4 = 9
TELL = 100  # rows between two words on how far it is
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a 29/2/1900 that never was

MOMENTS = (DATE, MOMENT, CLOCK)
MARGINS = {"left": 0.5, "right": 0.4, "top": 0.6, "bottom": 0.6}

Put = Callable[[int, int, Any, Any], int]
Told = Callable[[int, int], None]


def untold(done: int, total: int) -> None:
    """For those who do not wait for it."""


class SheetTooLarge(ValueError):
    """A sheet has more rows or columns than a workbook can hold; nothing was left out in silence."""


def render(document: Document, told: Told = untold) -> bytes:
    """The workbook as bytes; `told` hears from time to time how many rows of all are written.

    Raises SheetTooLarge beyond 1,048,576 rows or 16,384 columns a sheet.
    """
    stream = BytesIO()
    # The default font is the measure of all columns, and Calibri is not on every machine.
    fonts = {"default_format_properties": {"font_name": FONT, "font_size": 10}}
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False, **fonts})
    book.set_calc_mode("auto")
    book.set_properties(
        {
            "title": text.cell(document.title),
            "subject": text.cell(document.subject),
            "comments": text.cell(document.mark),
            "created": document.made_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    formats = _Formats(book)
    done, total = 0, sum(len(sheet.rows) for sheet in document.sheets)
    for sheet in document.sheets:
        _sheet(book, formats, document, sheet, partial(_told, told, done, total))
        done += len(sheet.rows)
    told(total, total)
    book.close()
    return stream.getvalue()


class _Formats:
    """Style -> XlsxWriter format, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[Style, Any] = {}

    def of(self, style: Style) -> Any:
        found = self._made.get(style)
        if found is None:
            found = self._made[style] = self._book.add_format(_properties(style))
        return found


def _properties(style: Style) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "font_name": FONT,
        "font_size": style.size,
        "align": style.align,
        "valign": "vcenter" if style.valign == "center" else style.valign,
    }
    if style.number_format:
        properties["num_format"] = style.number_format
    if style.color:
        properties["font_color"] = style.color
    if style.fill:
        properties["bg_color"] = style.fill
    if style.border:
        properties |= {"border": 1, "border_color": style.border}
    if style.indent:
        properties["indent"] = style.indent
    for name, wanted in (("bold", style.bold), ("italic", style.italic), ("text_wrap", style.wrap)):
        if wanted:
            properties[name] = True
    return properties


def _told(told: Told, before: int, total: int, rows: int) -> None:
    told(before + rows, total)


def _sheet(book: Any, formats: _Formats, document: Document, sheet: Sheet, told: Callable[[int], None]) -> None:
    width = max((len(row) for row in sheet.rows), default=0)
    if len(sheet.rows) > MAX_ROWS or max(width, len(sheet.columns)) > MAX_COLUMNS:
        raise SheetTooLarge(f"{sheet.name}: {len(sheet.rows)} rows, {width} columns")
    page = book.add_worksheet(sheet.name)
    page.set_default_row(ROW_HEIGHT)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
    for number, height in sheet.heights.items():
        page.set_row(number, height)
    _cells(page, formats, sheet, told)
    for merge in sheet.merges:
        _merge(page, formats, sheet, merge.row, merge.first, merge.last)
    for chart in sheet.charts:
        # Two pixels down, else a chart that begins a page of paper leaves its upper edge on the page before.
        page.insert_chart(chart.row, chart.column, drawn(book, chart), {"y_offset": 2})
    _view(page, sheet)
    _paper(page, document, sheet)


def _cells(page: Any, formats: _Formats, sheet: Sheet, told: Callable[[int], None]) -> None:
    styles = tuple(column.style for column in sheet.columns)
    ready = tuple(formats.of(style) for style in styles)
    text_of, write_string = text.cell, page.write_string
    write_blank, write_number = page.write_blank, page.write_number
    for r, row in enumerate(sheet.rows):
        if not r % TELL:
            told(r)
        for c, value in enumerate(row):
            if type(value) is str:
                if value:
                    write_string(r, c, text_of(value), ready[c])
                else:
                    write_blank(r, c, None, ready[c])
            elif value is None:
                write_blank(r, c, None, ready[c])
            elif type(value) is int and -LIMIT < value < LIMIT:
                write_number(r, c, value, ready[c])
            elif isinstance(value, Cell):
                _value(page, formats, r, c, value.value, value.style)
            else:
                _value(page, formats, r, c, value, styles[c])


def _value(page: Any, formats: _Formats, row: int, column: int, value: Value, style: Style) -> None:
    """Write one value by its type; what Excel cannot keep as it is (a long number, an old date) as text."""
    if value is None or value == "":
        page.write_blank(row, column, None, formats.of(style))
    elif isinstance(value, str):
        page.write_string(row, column, text.cell(value), formats.of(style))
    elif isinstance(value, Formula):
        cached = float(value.value) if isinstance(value.value, Decimal | Fraction) else value.value
        page.write_formula(row, column, value.text, formats.of(style), cached)
    elif isinstance(value, date | time):  # a datetime is a date
        _moment(page, formats, row, column, value, style)
    elif isinstance(value, float | Fraction) or is_number(value):
        page.write_number(row, column, float(value), formats.of(style))
    else:
        page.write_string(row, column, str(value), formats.of(style))


def _moment(page: Any, formats: _Formats, row: int, column: int, value: date | time, style: Style) -> None:
    if isinstance(value, datetime):
        fitting = MOMENT
        if value.tzinfo is not None:
            value = value.astimezone(LOCAL).replace(tzinfo=None)
        # Serial dates are rounded: the last microsecond of a day would be shown as the next day.
        value = value.replace(microsecond=0)
    else:
        fitting = DATE if isinstance(value, date) else CLOCK
    if isinstance(value, date) and (value.year, value.month) < (FIRST_DAY.year, FIRST_DAY.month):
        page.write_string(row, column, value.strftime("%d/%m/") + f"{value.year:04}", formats.of(style))
        return
    if isinstance(value, time):
        value = value.replace(tzinfo=None)
    if style.number_format not in MOMENTS:
        style = dataclasses.replace(style, number_format=fitting)
    page.write_datetime(row, column, value, formats.of(style))


def _merge(page: Any, formats: _Formats, sheet: Sheet, row: int, first: int, last: int) -> None:
    value = sheet.rows[row][first]
    style = value.style if isinstance(value, Cell) else sheet.columns[first].style
    page.merge_range(row, first, row, last, "", formats.of(style))
    _value(page, formats, row, first, value.value if isinstance(value, Cell) else value, style)


def _view(page: Any, sheet: Sheet) -> None:
    page.hide_gridlines(2)
    if sheet.color:
        page.set_tab_color(sheet.color)
    if sheet.headers:
        page.freeze_panes(sheet.headers[1] + 1, sheet.frozen)
        if sheet.filter:
            last = max(len(sheet.rows) - 1, sheet.headers[1])
            page.autofilter(sheet.headers[1], 0, last, len(sheet.columns) - 1)


def _paper(page: Any, document: Document, sheet: Sheet) -> None:
    page.set_paper(A4)
    page.set_landscape()
    page.set_margins(**MARGINS)
    page.fit_to_pages(sheet.pages, 0)
    page.print_across()
    if sheet.headers:
        page.repeat_rows(*sheet.headers)
        if sheet.pages > 1 and sheet.frozen:
            page.repeat_columns(0, sheet.frozen - 1)
    if sheet.breaks:
        page.set_h_pagebreaks(list(sheet.breaks))
    if document.mark:
        page.set_header(f"&R&8 {_literal(document.mark)}")
    # The space keeps a text that begins with a digit out of the font size.
    page.set_footer(f"&L&8 {_literal(document.footer)}&R&8 {document.page_label}")


def _literal(words: str) -> str:
    """Text for a header or footer: a lone & would be a command, and all of it may have 255 characters."""
    words = text.cell(words)
    while len(doubled := words.replace("&", "&&")) > 215:
        words = words[:-1]
    return doubled
