"""Workbooks that tests upload: small good ones, and those that are broken or built to do harm."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence

from openpyxl import Workbook

Rows = Sequence[Mapping[str, str]]
SURVEY: Rows = (
    {"type": "integer", "name": "people", "label": "Số người", "required": "yes", "constraint": ". >= 0"},
    {"type": "text", "name": "note", "label": "Ghi chú"},
)
FAR = "XFD1048576"  # the last cell a sheet can have


def xlsform(survey: Rows = SURVEY, version: str = "1", form_id: str = "nho", title: str = "Mẫu phiếu nhỏ") -> bytes:
    """An XLSForm workbook of these rows."""
    settings = [{"form_title": title, "form_id": form_id, "version": version}]
    return _saved({"survey": _grid(survey), "settings": _grid(settings)})


def table(*rows: Sequence[str]) -> bytes:
    """A workbook with one sheet of plain rows."""
    return _saved({"Danh sách": rows})


def _grid(rows: Rows) -> list[list[str]]:
    header = list(dict.fromkeys(name for row in rows for name in row))
    return [header, *([row.get(name, "") for name in header] for row in rows)]


def _saved(sheets: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def claiming(data: bytes) -> bytes:
    """The workbook with a first sheet that claims to reach to the last cell there can be."""
    return _first_sheet(data, r'<dimension ref="[^"]*" ?/>', f'<dimension ref="A1:{FAR}"/>')


def with_far_cell(data: bytes) -> bytes:
    """The workbook with text in the last cell there can be."""
    cell = f'<row r="1048576"><c r="{FAR}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return _first_sheet(claiming(data), "</sheetData>", cell)


def _first_sheet(data: bytes, pattern: str, becomes: str) -> bytes:
    return changed(data, "xl/worksheets/sheet1.xml", lambda text: re.sub(pattern, becomes, text, count=1))


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one part's text changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            target.writestr(item, change(content.decode()).encode() if item.filename == part else content)
    return made.getvalue()
