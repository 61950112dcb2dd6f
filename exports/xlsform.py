"""The sheets of an XLSForm -> workbook bytes that a person goes on working in with Excel.

Every cell is text, and so is what is typed below later: "=1+1" stays as it is and "001" keeps its noughts.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import xlsxwriter

from exports.styles import INK, LINE, NAVY, SHADE

Rows = Sequence[Sequence[str]]

TYPED_BELOW = 1000  # rows that drop-down lists reach to
_NARROW, _WIDE, _PROSE = 12, 44, 60
_AS_TEXT = "@"
_LINE = 15  # points of one line of text
_A4 = 9


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` begin with the header. `notes` are comments on headers; `lists` offer values in the column of a header,
    without insisting on one: either the values, or an area such as "='Hướng dẫn'!$A$5:$A$30". `prose`: no header to
    keep in sight, wide columns, the rows in `headings` set off."""

    rows: Rows
    notes: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    prose: bool = False
    headings: frozenset[int] = frozenset()


def write(sheets: Mapping[str, Sheet]) -> bytes:
    """The workbook. The same sheets give the same bytes but for the moment that XlsxWriter notes."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = {
        "cell": book.add_format({"num_format": _AS_TEXT, "valign": "top", "text_wrap": True, "font_color": INK}),
        "head": book.add_format(
            {"bold": True, "font_color": NAVY, "bg_color": SHADE, "border": 1, "border_color": LINE}
        ),
        "key": book.add_format({"num_format": _AS_TEXT, "valign": "top", "text_wrap": True, "bold": True}),
        "alone": book.add_format({"num_format": _AS_TEXT, "font_color": INK}),
        "heading": book.add_format({"bold": True, "font_size": 13, "font_color": NAVY, "num_format": _AS_TEXT}),
    }
    for name, sheet in sheets.items():
        page = book.add_worksheet(name)
        _cells(page, sheet, _columns(page, sheet, styles["cell"]), styles)
        page.set_landscape()
        page.set_paper(_A4)
        if sheet.prose:
            page.fit_to_pages(1, 0)
        else:
            page.freeze_panes(1, 0)
            page.repeat_rows(0)
            _help(page, sheet)
    book.close()
    return data.getvalue()


def _columns(page: "xlsxwriter.worksheet.Worksheet", sheet: Sheet, style: object) -> list[int]:
    """Sets the widths that the content wants, and gives them. What stands alone in a row of prose may spill over."""
    rows = [row for row in sheet.rows if len(row) > 1] if sheet.prose else sheet.rows
    widths = []
    for place in range(max((len(row) for row in rows), default=0)):
        lines = (line for row in rows if place < len(row) for line in row[place].split("\n"))
        widths.append(min(max(max(map(len, lines)) + 2, _NARROW), _PROSE if sheet.prose else _WIDE))
        page.set_column(place, place, widths[-1], style)
    return widths


def _cells(
    page: "xlsxwriter.worksheet.Worksheet", sheet: Sheet, widths: Sequence[int], styles: Mapping[str, object]
) -> None:
    for number, row in enumerate(sheet.rows):
        alone = sheet.prose and len(row) == 1
        if not alone and (lines := max(map(_lines, row, widths), default=1)) > 1:
            page.set_row(number, _LINE * lines)  # programs that open it without Excel do not fit heights by themselves
        for place, text in enumerate(row):
            if text:
                page.write_string(number, place, text, styles[_look(sheet, number, place, alone)])


def _lines(text: str, width: int) -> int:
    return sum(max(1, -(-len(line) // width)) for line in text.split("\n"))


def _look(sheet: Sheet, number: int, place: int, alone: bool) -> str:
    if sheet.prose:
        return "heading" if number in sheet.headings else "alone" if alone else "key" if place == 0 else "cell"
    return "cell" if number else "head"


def _help(page: "xlsxwriter.worksheet.Worksheet", sheet: Sheet) -> None:
    header = list(sheet.rows[0]) if sheet.rows else []
    for place, name in enumerate(header):
        key = name.partition("::")[0]
        if note := sheet.notes.get(key):
            page.write_comment(0, place, note, {"x_scale": 2.2, "y_scale": max(1.0, len(note) / 110)})
        if offered := sheet.lists.get(key):
            source = offered if isinstance(offered, str) else list(offered)
            rule = {"validate": "list", "source": source, "show_error": False, "ignore_blank": True}
            page.data_validation(1, place, TYPED_BELOW, place, rule)


def bundle(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of files by their names."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()
