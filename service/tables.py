"""Tables as offices keep them: CSV or xlsx in, text cells by sheet out. Pure (bytes in, values out).

`parse` is meant for a child process with limits of time and memory (`read` runs it there) and is careful all the
same: cells are taken as they come, claimed dimensions are not believed, and reading stops at the first row too many.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from forms.xlsform.cells import cell_text, letter
from service import sandbox
from service.words import N_, _

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_ROWS = 5000
MAX_COLUMNS = 100
MAX_CELL = 2000
MAX_MERGES = 20_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ";,\t|"
_UNSEEN = re.compile("_x000D_|[\u200b-\u200f\u2060\ufeff\u00ad]")

SENTENCES = {
    "empty": N_("Tệp rỗng: không có dòng dữ liệu nào. Vui lòng chọn tệp khác."),
    "too_big": N_("Tệp quá lớn (tối đa {limit} MB). Vui lòng bỏ hình ảnh, trang tính thừa rồi thử lại."),
    "old_xls": N_("Tệp thuộc định dạng Excel cũ (.xls). Vui lòng mở bằng Excel và lưu lại thành .xlsx, hoặc .csv."),
    "encrypted": N_("Tệp có mật khẩu nên không đọc được. Vui lòng bỏ mật khẩu rồi thử lại."),
    "not_a_table": N_("Tệp không phải là bảng Excel (.xlsx) hoặc CSV. Vui lòng chọn tệp khác."),
    "bad_xlsx": N_("Tệp Excel bị hỏng nên không đọc được. Vui lòng mở bằng Excel và lưu lại thành .xlsx."),
    "bad_csv": N_(
        "Tệp CSV bị hỏng ở dòng {row} (có thể thiếu dấu ngoặc kép đóng). Vui lòng kiểm tra, hoặc lưu lại thành .xlsx."
    ),
    "too_many_rows": N_("Trang tính “{sheet}” có quá nhiều dòng (tối đa {limit}). Vui lòng tách thành nhiều tệp."),
    "too_many_columns": N_(
        "Trang tính “{sheet}”, ô {cell}: ngoài phạm vi {limit} cột được đọc. Vui lòng xóa các cột thừa bên phải bảng."
    ),
    "cell_too_long": N_("Trang tính “{sheet}”, ô {cell}: nội dung quá dài (tối đa {limit} ký tự)."),
    "formula_without_value": N_(
        "Trang tính “{sheet}”, ô {cell}: công thức chưa có kết quả. Vui lòng mở tệp bằng Excel, lưu lại, rồi thử lại."
    ),
    "over_limit": N_(
        "Tệp quá nặng hoặc được tạo để gây quá tải nên không đọc được. "
        "Vui lòng chép bảng sang một tệp Excel mới rồi thử lại."
    ),
    "no_header": N_(
        "Không tìm thấy dòng tiêu đề của bảng. Bảng cần có các cột: {columns}. Vui lòng thêm dòng tiêu đề rồi thử lại."
    ),
    "twice": N_(
        "Trang tính “{sheet}”: các cột “{first}” và “{second}” cùng được hiểu là “{meaning}”. "
        "Vui lòng đổi tên hoặc bỏ một cột."
    ),
}


class Unreadable(ValueError):
    """A file that is no table of ours; `code` is one of SENTENCES, `params` fill it in."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        return _unreadable, (self.code, self.params)  # so that it crosses a process boundary whole

    @property
    def sentence(self) -> str:
        return _(SENTENCES[self.code]).format(**self.params)


def _unreadable(code: str, params: dict[str, object]) -> Unreadable:
    return Unreadable(code, **params)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of one sheet; row 1 of Excel is rows[0], blank rows are kept. A CSV is one sheet named ""."""

    name: str
    rows: tuple[tuple[str, ...], ...]


async def read(data: bytes) -> tuple[Sheet, ...]:
    """`parse` in a child process. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too_big", limit=MAX_BYTES // 1024 // 1024)
    try:
        sheets: tuple[Sheet, ...] = await sandbox.call(parse, data)
    except sandbox.OverLimit as error:
        raise Unreadable("over_limit") from error
    return sheets


def parse(data: bytes) -> tuple[Sheet, ...]:
    """The visible sheets of a workbook, or a CSV (UTF-8, UTF-16 or Windows-1258; comma, semicolon, tab or bar).

    Judged by content, not by name. Merged cells hold their text everywhere. Raises Unreadable.
    """
    if not data.strip():
        raise Unreadable("empty")
    if data.startswith(_OLE):
        raise Unreadable("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_xls")
    sheets = _workbook(data) if data.startswith(b"PK") else (Sheet("", _csv(_decoded(data))),)
    if not any(any(row) for sheet in sheets for row in sheet.rows):
        raise Unreadable("empty")
    return sheets


def clean(text: str) -> str:
    """NFC, without invisible and control characters; line breaks inside a cell stay, as \\n."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Zs", "Zl", "Zp") else " " for c in text
    )
    return "\n".join(line for line in (" ".join(part.split()) for part in kept.split("\n")) if line)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data[:4000]:
        # UTF-16 without its mark: mostly Latin letters, so that every other byte is mostly zero.
        encodings = ["utf-16-le" if data[1:4000:2].count(0) > data[0:4000:2].count(0) else "utf-16-be"]
        if max(data[1:4000:2].count(0), data[0:4000:2].count(0)) < len(data[:4000]) / 4:
            raise Unreadable("not_a_table")
    else:
        encodings = ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A picture or a PDF also decodes as Windows-1258; a table has no such characters.
        if encoding == "utf-8-sig" or not re.search(r"[\x00-\x08\x0e-\x1f]", text[:20_000]):
            return text
    raise Unreadable("not_a_table")


def _csv(text: str) -> tuple[tuple[str, ...], ...]:
    first, _, rest = text.partition("\n")
    if re.fullmatch(r'"?sep=.\s*"?\s*', first, re.IGNORECASE):
        text = "\n" + rest  # Excel's own hint is no row of the table, but a line of the file
    rows = max((_split(text, delimiter) for delimiter in _DELIMITERS), key=_regularity)
    return _trimmed(rows)


def _split(text: str, delimiter: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if len(rows) >= MAX_ROWS and any(row):
                raise Unreadable("too_many_rows", sheet="", limit=MAX_ROWS)
            if len(rows) < MAX_ROWS:
                rows.append(tuple(_checked(value, "", len(rows) + 1, place) for place, value in enumerate(row)))
    except csv.Error as error:
        raise Unreadable("bad_csv", row=reader.line_num) from error
    return rows


def _regularity(rows: list[tuple[str, ...]]) -> tuple[int, int]:
    """How much a delimiter looks like the right one: how many rows agree on a number of cells above one."""
    common = Counter(len(row) for row in rows if len(row) > 1).most_common(1)
    return (common[0][1], common[0][0]) if common else (0, 0)


def _checked(value: str, sheet: str, row: int, place: int) -> str:
    text = clean(value)
    if text and place >= MAX_COLUMNS:
        raise Unreadable("too_many_columns", sheet=sheet, cell=f"{letter(place)}{row}", limit=MAX_COLUMNS)
    if len(text) > MAX_CELL:
        raise Unreadable("cell_too_long", sheet=sheet, cell=f"{letter(place)}{row}", limit=MAX_CELL)
    return text


def _trimmed(rows: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    while rows and not any(rows[-1]):
        rows.pop()
    return tuple(rows)


# What openpyxl raises on a damaged workbook is not documented; each of these was met with damaged files.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    AssertionError,
)


def _workbook(data: bytes) -> tuple[Sheet, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
                raise Unreadable("too_big", limit=MAX_UNPACKED // 1024 // 1024)
        if "xl/workbook.xml" not in names:
            raise Unreadable("not_a_table")
        return _sheets(data)
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable("bad_xlsx") from error


def _sheets(data: bytes) -> tuple[Sheet, ...]:
    from openpyxl import load_workbook  # costs 100 ms, and only the child process needs it

    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        return tuple(
            Sheet(clean(sheet.title), _rows(workbook, sheet))
            for sheet in workbook.worksheets
            if sheet.sheet_state == "visible"
        )
    finally:
        workbook.close()


def _rows(workbook: Any, sheet: Any) -> tuple[tuple[str, ...], ...]:
    """The sheet's text by its own sparse cells: a stray cell in row 1048576 costs one entry, not a million rows."""
    found: dict[int, dict[int, str]] = {}
    with sheet._get_source() as source:
        parser = _parser(workbook, sheet, source)
        for number, cells in parser.parse():
            for cell in cells:
                text = _checked(cell_text(cell["value"]), sheet.title, number, cell["column"] - 1)
                if not text:
                    continue
                if number > MAX_ROWS:
                    raise Unreadable("too_many_rows", sheet=sheet.title, limit=MAX_ROWS)
                found.setdefault(number, {})[cell["column"]] = text
        merges = parser.merged_cells.mergeCell if parser.merged_cells else []
    _spread(found, merges)
    last = max(found, default=0)
    width = max((max(cells) for cells in found.values()), default=0)
    return tuple(
        tuple(found.get(number, {}).get(column, "") for column in range(1, width + 1)) for number in range(1, last + 1)
    )


def _parser(workbook: Any, sheet: Any, source: Any) -> Any:
    """openpyxl's own reader of cells: its public one pads rows and forgets merged cells."""
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
        def parse_cell(self, element: Any) -> Any:
            # A formula whose result is an empty text says so by its type.
            if element.find(FORMULA_TAG) is not None and not element.findtext(VALUE_TAG) and element.get("t") != "str":
                raise Unreadable("formula_without_value", sheet=sheet.title, cell=element.get("r") or "")
            return super().parse_cell(element)

    return Parser(
        source,
        sheet._shared_strings,
        data_only=True,
        epoch=workbook.epoch,
        date_formats=workbook._date_formats,
        timedelta_formats=workbook._timedelta_formats,
    )


def _spread(found: dict[int, dict[int, str]], merges: list[Any]) -> None:
    """Give every cell of a merged range the text of its first; never past the last row and column in use."""
    if len(merges) > MAX_MERGES:
        raise Unreadable("over_limit")
    last = max(found, default=0)
    width = max((max(cells) for cells in found.values()), default=0)
    for merge in merges:
        text = found.get(merge.min_row, {}).get(merge.min_col)
        if text is None:
            continue
        # A merge may reach past the last row that has text: rows below it hold only the merge itself.
        for number in range(merge.min_row, min(merge.max_row, last) + 1):
            row = found.setdefault(number, {})
            for column in range(merge.min_col, min(merge.max_col, width) + 1):
                row.setdefault(column, text)
