"""Workbooks that do harm, or come damaged: made here, so that no bomb lies in the repository.

Each function gives the bytes of one file. What the service says to it stands in test_hostile_workbooks.py.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence

import xlsxwriter
from openpyxl import Workbook

from tests.service.workbooks import changed

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
HEADER = ("type", "name", "label")
QUESTION = ("text", "hoi", "Câu hỏi")
MEGABYTE = 1024 * 1024

Row = Sequence[str]
_NUMBERS = itertools.count(1)


def book(survey: Sequence[Row], choices: Sequence[Row] = (), **settings: str) -> bytes:
    """An XLSForm of these rows, the header of each sheet with them. Each has a form_id of its own."""
    made = Workbook()
    made.remove(made.worksheets[0])
    given = {"form_title": "Mẫu thử", "form_id": f"mau_{next(_NUMBERS)}", "version": "1", **settings}
    sheets = {"survey": survey, "choices": choices, "settings": [list(given), list(given.values())]}
    for name, rows in sheets.items():
        if rows:
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
    return saved(made)


def saved(made: Workbook) -> bytes:
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def small(*rows: Row) -> bytes:
    """A good workbook but for these rows."""
    return book([HEADER, QUESTION, *rows])


def packed(parts: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(name: str, content: bytes) -> bytes:
    """The good workbook with one part more, or with another content in it."""
    return packed({**parts_of(small()), name: content})


def with_sheet(change: Callable[[str], str]) -> bytes:
    return changed(small(), SHEET, change)


# --- bombs


def zip_bomb() -> bytes:
    """60 KB that say they unpack to 80 MB."""
    return with_part("xl/media/image1.png", bytes(80 * MEGABYTE))


def lying_zip_bomb() -> bytes:
    """A sheet that unpacks to 80 MB and says that it has 100 bytes."""
    real = 80 * MEGABYTE
    data = with_part(SHEET, b"<worksheet>" + b" " * (real - 11))
    return data.replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def entity_bomb() -> bytes:
    """A billion times "lol" from ten entities."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _with_entities(f'<!ENTITY l0 "lol">{levels}', "l9")


def quadratic_bomb() -> bytes:
    """One entity of 100 KB, used 2,000 times."""
    return _with_entities(f'<!ENTITY big "{"a" * 100_000}">', "big;" + "&big;" * 2_000 + "&big")


def outside_entity() -> bytes:
    """A cell that asks for a file of the server."""
    return _with_entities('<!ENTITY out SYSTEM "file:///etc/passwd">', "out")


def _with_entities(declared: str, used: str) -> bytes:
    def change(xml: str) -> str:
        xml = xml.replace("<worksheet", f"<!DOCTYPE worksheet [{declared}]><worksheet", 1)
        cell = f'<row r="9"><c r="A9" t="inlineStr"><is><t>&{used};</t></is></c></row></sheetData>'
        return xml.replace("</sheetData>", cell)

    return with_sheet(change)


def string_bomb() -> bytes:
    """Three million shared strings in 40 KB."""
    items = b"<si><t>x</t></si>" * 3_000_000
    head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return with_part(STRINGS, head + items + b"</sst>")


def style_bomb() -> bytes:
    """A million cell formats."""
    xml = parts_of(small())["xl/styles.xml"].decode()
    bomb = re.sub(r"<cellXfs.*?</cellXfs>", f"<cellXfs>{'<xf/>' * 1_000_000}</cellXfs>", xml, flags=re.S)
    return with_part("xl/styles.xml", bomb.encode())


def deep_xml() -> bytes:
    """100,000 elements one inside the other."""
    return with_sheet(lambda xml: xml.replace("</sheetData>", "<a>" * 100_000 + "</a>" * 100_000 + "</sheetData>"))


def wide_row() -> bytes:
    """A million cells in one row."""
    cells = '<c t="inlineStr"><is><t>x</t></is></c>' * 1_000_000
    return with_sheet(lambda xml: xml.replace("</sheetData>", f'<row r="9">{cells}</row></sheetData>'))


def crowded_row() -> bytes:
    """One row in which the same cell stands 45,000 times: looking back through the row for each took 8 s."""
    cells = '<c r="A2" t="n"><v>1</v></c>' * 45_000
    return with_sheet(lambda sheet: sheet.replace("</sheetData>", f'<row r="9">{cells}</row></sheetData>'))


def last_cell() -> bytes:
    """Text in XFD1048576."""
    cell = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return with_sheet(lambda xml: xml.replace("</sheetData>", cell))


def lowest_cell() -> bytes:
    """Text in A1048576."""
    cell = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return with_sheet(lambda xml: xml.replace("</sheetData>", cell))


def empty_styled_rows() -> bytes:
    """A million rows without content, each with a format, as Excel leaves behind what was formatted to the bottom."""
    rows = "".join(f'<row r="{row}" s="1"><c r="A{row}" s="1"/></row>' for row in range(3, 1_000_001))
    return with_sheet(lambda xml: xml.replace("</sheetData>", rows + "</sheetData>"))


def long_cell() -> bytes:
    """5 MB in one cell."""
    return with_sheet(
        lambda xml: xml.replace(
            "</sheetData>",
            f'<row r="3"><c r="C3" t="inlineStr"><is><t>{"x" * 5 * MEGABYTE}</t></is></c></row></sheetData>',
        )
    )


# --- damage


def truncated() -> bytes:
    data = small()
    return data[: len(data) * 2 // 3]


def as_excel_writes(survey: Sequence[Row], choices: Sequence[Row] = ()) -> bytes:
    """A workbook whose texts stand in a part of their own."""
    data = io.BytesIO()
    made = xlsxwriter.Workbook(data, {"in_memory": True})
    settings = [("form_id", "form_title"), (f"mau_{next(_NUMBERS)}", "Mẫu thử")]
    for name, rows in {"survey": survey, "choices": choices, "settings": settings}.items():
        sheet = made.add_worksheet(name)
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)
    made.close()
    return data.getvalue()


def with_strings() -> bytes:
    return as_excel_writes([HEADER, QUESTION])


def without_strings() -> bytes:
    """The part that holds all text is gone."""
    return packed({name: content for name, content in parts_of(with_strings()).items() if name != STRINGS})


def wrong_text_number() -> bytes:
    """A cell that points behind the end of the shared strings."""
    return changed(with_strings(), SHEET, lambda xml: xml.replace('t="s"><v>3<', 't="s"><v>99999<'))


def broken_xml() -> bytes:
    return with_sheet(lambda xml: xml[: len(xml) // 2])


def strange_coordinates() -> bytes:
    return with_sheet(lambda xml: xml.replace('r="A2"', 'r="??"'))


# --- what is no workbook of ours


def with_macros() -> bytes:
    """An .xlsm renamed."""
    parts = parts_of(with_part("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)))
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = parts["[Content_Types].xml"]
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return packed({**parts, "[Content_Types].xml": types.replace(plain, kind)})


def old_excel() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_048)


def open_document() -> bytes:
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": b"<office:document-content/>", "META-INF/manifest.xml": b"<m/>"})


def word_document() -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})


def escaping_names() -> bytes:
    """Parts that would be written outside of a folder they were unpacked in."""
    extra = {"../../../../tmp/phieu_escaped.txt": b"x", "/etc/phieu_escaped": b"x", "C:\\phieu_escaped": b"x"}
    return packed({**parts_of(small()), **extra})


def sheet_outside() -> bytes:
    """A workbook whose first sheet is said to be a file of the server."""
    return changed(
        small(),
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace("/xl/worksheets/sheet1.xml", "../../../../etc/passwd"),
    )


# --- forms that are wrong or too much


def nested_groups(levels: int) -> bytes:
    groups = [("begin group", f"g{level}", f"Nhóm {level}") for level in range(levels)]
    return small(*groups, ("text", "sau", "Câu hỏi"), *[("end group",)] * levels)


def many_choices(count: int) -> bytes:
    survey = [HEADER, ("select_one ds", "chon", "Chọn")]
    choices = [("list_name", "name", "label"), *(("ds", f"c{n}", f"Lựa chọn {n}") for n in range(count))]
    return as_excel_writes(survey, choices)


def from_file() -> bytes:
    """A form that takes its choices from xa.csv."""
    return small(("select_one_from_file xa.csv", "xa", "Xã"))


def wrong_sheet_names() -> bytes:
    made = Workbook()
    made.worksheets[0].title = "khảo sát"
    for row in (HEADER, QUESTION):
        made.worksheets[0].append(list(row))
    return saved(made)


def many_sheets() -> bytes:
    made = Workbook()
    for number in range(100):
        made.create_sheet(f"trang {number}")
    return saved(made)


def calculated(*formulas: str) -> bytes:
    """Calculations c0, c1, …"""
    rows = [(*("calculate", f"c{n}", ""), formula) for n, formula in enumerate(formulas)]
    return book([(*HEADER, "calculation"), QUESTION, *rows])


def formula_without_value() -> bytes:
    return with_sheet(lambda xml: re.sub(r'<c r="C2"[^>]*>.*?</c>', '<c r="C2"><f>A2&amp;B2</f></c>', xml))


def formula_with_value() -> bytes:
    return with_sheet(
        lambda xml: re.sub(r'<c r="C2"[^>]*>.*?</c>', '<c r="C2" t="str"><f>A2&amp;B2</f><v>Câu tính</v></c>', xml)
    )


def cell_error() -> bytes:
    return with_sheet(
        lambda xml: re.sub(r'<c r="C2"[^>]*>.*?</c>', '<c r="C2" t="e"><f>Z1/0</f><v>#DIV/0!</v></c>', xml)
    )


def merged_cells() -> bytes:
    """Two questions share one cell for their type: the lower one has none of its own."""
    data = small(("", "hoi_2", "Câu hỏi thứ hai"))
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    return changed(data, SHEET, lambda xml: xml.replace("</sheetData>", merged))


def hidden_sheet() -> bytes:
    """The form in sheets that are hidden, beside a visible one with other matters."""
    made = Workbook()
    visible = made.worksheets[0]
    visible.title = "Bìa"
    visible.append(["Mẫu phiếu"])
    settings = [("form_title", "form_id"), ("Mẫu thử", f"an_{next(_NUMBERS)}")]
    for name, rows in {"survey": [HEADER, QUESTION], "settings": settings}.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "veryHidden"
        for row in rows:
            sheet.append(list(row))
    return saved(made)
