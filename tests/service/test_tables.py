"""Reading tables as offices have them: encodings, delimiters, merged cells, hostile workbooks, headers."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from service import tables
from service.roster import contacts, headers
from service.roster.contact_rows import COLUMNS
from service.tables import Sheet, Unreadable

pytestmark = pytest.mark.anyio

ROWS = (("Đơn vị", "Email"), ("Xã Cẩm Giàng", "a@x.vn, b@x.vn"), ("Xã Hòa Bình", "c@x.vn"))


def csv_bytes(delimiter: str, encoding: str, first: str = "") -> bytes:
    lines = [delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in ROWS]
    return (first + "\r\n".join(lines) + "\r\n").encode(encoding)


def xlsx(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        tables.parse(data)
    assert "{" not in caught.value.sentence
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_any_common_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    (sheet,) = tables.parse(csv_bytes(delimiter, encoding))
    assert sheet.rows == ROWS


def test_a_windows_1258_file_becomes_composed_text() -> None:
    # Windows-1258 writes tones as characters of their own.
    data = "Đơn vi\u0323;Email\nXa\u0303 Câ\u0309m Gia\u0300ng;a@x.vn\n".encode("cp1258")
    (sheet,) = tables.parse(data)
    assert sheet.rows[1] == ("Xã Cẩm Giàng", "a@x.vn")


def test_excels_own_hint_for_the_delimiter_is_no_row_but_still_a_line() -> None:
    (sheet,) = tables.parse(csv_bytes(";", "utf-8", first="sep=;\r\n"))
    assert sheet.rows == ((), *ROWS)


def test_line_breaks_stay_inside_a_cell_and_invisible_characters_go() -> None:
    (sheet,) = tables.parse('A;B\n"\u200ba@x.vn\r\n\u00a0b@x.vn ";"x\u0007y"\n'.encode())
    assert sheet.rows[1] == ("a@x.vn\nb@x.vn", "x y")


def test_merged_cells_hold_their_text_everywhere_and_numbers_lose_their_point() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Danh sách"])
    sheet.append(["Đơn vị", "Mã", "Email"])
    sheet.append(["Xã A", 10888.0, "a@x.vn"])
    sheet.append([None, None, "b@x.vn"])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    (read,) = tables.parse(xlsx(book))
    assert read.rows[0] == ("Danh sách",) * 3
    assert read.rows[2:] == (("Xã A", "10888", "a@x.vn"), ("Xã A", "10888", "b@x.vn"))


def test_hidden_sheets_are_not_read() -> None:
    book = Workbook()
    book.active.append(["thấy"])
    hidden = book.create_sheet("ẩn")
    hidden.append(["cũ"])
    hidden.sheet_state = "hidden"
    assert [sheet.name for sheet in tables.parse(xlsx(book))] == ["Sheet"]


async def test_a_small_workbook_that_claims_the_last_cell_costs_nothing() -> None:
    book = Workbook()
    book.active.append(["Đơn vị", "Email"])
    book.active.append(["Xã A", "a@x.vn"])
    (sheet,) = await tables.read(claiming_everything(xlsx(book)))
    assert sheet.rows[1] == ("Xã A", "a@x.vn")


def claiming_everything(data: bytes) -> bytes:
    """The workbook with a dimension and a merged range over the whole sheet: 17 billion cells, were they made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
                merged = b'</sheetData><mergeCells count="1"><mergeCell ref="B2:XFD1048576"/></mergeCells>'
                part = part.replace(b"</sheetData>", merged)
                assert part.count(b"XFD1048576") == 2
            new.writestr(name, part)
    return out.getvalue()


def test_text_far_outside_is_refused_with_its_place() -> None:
    book = Workbook()
    book.active["XFD1048576"] = "x"
    with pytest.raises(Unreadable) as caught:
        tables.parse(xlsx(book))
    assert caught.value.code == "too_many_columns"
    assert "XFD1048576" in caught.value.sentence
    book = Workbook()
    book.active.cell(tables.MAX_ROWS + 1, 1, "x")
    assert refusal(xlsx(book)) == "too_many_rows"


def test_a_formula_without_a_result_is_refused() -> None:
    book = Workbook()
    book.active.append(["=A2"])
    assert refusal(xlsx(book)) == "formula_without_value"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b";;;\n;;;\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"%PDF-1.7\n\x00\x01\x02\x03" * 40, "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_a_table"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "not_a_table"),
        (b"PK\x03\x04 not a zip", "bad_xlsx"),
        (b'a;b\n"' + b"x" * 200_000, "bad_csv"),
        (b"a;" + b"x" * (tables.MAX_CELL + 1), "cell_too_long"),
        (b"a;b\n" * (tables.MAX_ROWS + 1), "too_many_rows"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert refusal(data) == code


async def test_reasons_cross_the_process_boundary() -> None:
    with pytest.raises(Unreadable) as caught:
        await tables.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert caught.value.code == "old_xls"


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Mã ĐVHC", "code"),
        ("MÃ ĐƠN VỊ", "code"),
        ("Tên xã, phường, đặc khu", "unit"),
        ("Xã/phường", "unit"),
        ("Họ và tên công chức đầu mối", "name"),
        ("Người phụ trách", "name"),
        ("Chức vụ", "position"),
        ("Địa chỉ thư điện tử (email)", "email"),
        ("E-mail", "email"),
        ("Số điện thoại người phụ trách", "phone"),
        ("Di động", "phone"),
        ("Vai trò", "role"),
        ("STT", "ordinal"),
        ("Ghi chú", None),
        ("", None),
    ],
)
def test_headers_are_known_in_many_spellings(header: str, meaning: str | None) -> None:
    assert headers.meaning(header, COLUMNS) == meaning


def test_the_header_is_found_under_titles_and_over_two_rows() -> None:
    rows = (
        ("UBND THÀNH PHỐ", "", "", ""),
        ("DANH SÁCH CÔNG CHỨC ĐẦU MỐI CÁC XÃ", "", "", ""),
        ("Đơn vị", "Người phụ trách", "Người phụ trách", "Ghi chú"),
        ("", "Họ và tên", "Thư điện tử", ""),
        ("I. Khu vực An Lão",) * 4,
        ("An Lão", "Nguyễn An", "a@x.vn", "x"),
    )
    table = contacts.find([Sheet("Tờ 1", rows), Sheet("Khác", (("gì đó",),))])
    assert dict(table.used) == {"Đơn vị": "unit", "Họ và tên": "name", "Thư điện tử": "email"}
    assert table.ignored == ("Ghi chú",)
    assert table.unread_sheets == ("Khác",)
    assert [(row.line, row.heading) for row in table.rows] == [(5, True), (6, False)]
    assert table.rows[1].cells["email"] == "a@x.vn"


def test_a_table_without_a_header_says_which_columns_it_needs() -> None:
    with pytest.raises(Unreadable) as caught:
        contacts.find([Sheet("", (("An Lão", "a@x.vn"),))])
    assert caught.value.code == "no_header"
    assert "thư điện tử" in caught.value.sentence


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        contacts.find([Sheet("", (("Đơn vị", "Họ tên", "Họ và tên", "Email"), ("a", "b", "c", "d")))])
    assert caught.value.code == "twice"
    assert "“Họ tên” và “Họ và tên”" in caught.value.sentence
