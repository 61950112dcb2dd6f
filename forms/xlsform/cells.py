"""A workbook's bytes -> the text of its cells, positions kept.

Meant for a child process with limits of time and memory, and careful all the same: claimed
dimensions are not believed, rows and columns are counted as they come, and reading stops at the
first one too many.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import ParseError

from forms.problems import FormErrors, FormProblem
from forms.values import clean
from forms.xlsform import media

Cells = dict[str, list[list[str]]]

MAX_BYTES = 10_000_000
MAX_UNPACKED = 60_000_000
MAX_SHEETS = 30
MAX_ROWS = 20_000
MAX_COLUMNS = 200
# Characters of a sheet. Forms are built in the service's own process, at about 3 s for each million
# of expressions (measured); the first real survey has 11 thousand.
MAX_CHARACTERS = {"survey": 1_000_000, "choices": 3_000_000, "settings": 100_000}
MAX_CELL = 32_767  # what Excel itself holds
KEPT_SHEETS = ("survey", "choices", "settings")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ERROR_VALUE = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")


def _refuse(code: str, sheet: str = "", row: int | None = None, **params: object) -> FormErrors:
    return FormErrors((FormProblem(sheet, row, None, code, params),))


def read(data: bytes, files: Mapping[str, bytes] = {}) -> Cells:
    """The cells of the sheets an XLSForm is made of, by sheet name in lower case, as text, and those of
    the CSV files by file name ("xa.csv"). A sheet `xa` or `xa.csv` serves as the file that the survey asks for.

    Row 1 is index 0; trailing blanks are dropped, blank rows kept. Of any other sheet only its
    first row with content is kept, so that nothing in it goes unnoticed. Raises FormErrors:
    too_big, old_xls, encrypted, not_xlsx, too_many_sheets, too_many_rows, too_many_columns,
    cell_too_long, cell_error, formula_without_value, duplicate_sheet, and those of forms.xlsform.media.
    """
    _look_at(data)
    # What openpyxl raises on a damaged workbook is not documented; each was met with damaged files.
    broken = (
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        AssertionError,
    )
    try:
        cells = _sheets(data, files)
    except FormErrors:
        raise
    except broken as error:
        raise _refuse("not_xlsx", detail=f"{type(error).__name__}: {error}"[:200]) from error
    for name in cells.keys() & files.keys():
        raise _refuse("duplicate_sheet", name)
    return {**cells, **media.read_files(files)}


def _look_at(data: bytes) -> None:
    """Refuses what can be told from the outside."""
    if len(data) > MAX_BYTES:
        raise _refuse("too_big", bytes=len(data), limit=MAX_BYTES)
    if data.startswith(_OLE):
        raise _refuse("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_xls")
    if not data.startswith(b"PK"):
        raise _refuse("not_xlsx", detail="no ZIP file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
            locked = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refuse("not_xlsx", detail=str(error)[:200]) from error
    if locked:
        raise _refuse("encrypted")
    if unpacked > MAX_UNPACKED:
        raise _refuse("too_big", bytes=unpacked, limit=MAX_UNPACKED)


def _sheets(data: bytes, files: Iterable[str]) -> Cells:
    from openpyxl import load_workbook  # costs 100 ms, and only the child process needs it

    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    formulas = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        if len(values.sheetnames) > MAX_SHEETS:
            raise _refuse("too_many_sheets", count=len(values.sheetnames), limit=MAX_SHEETS)
        names = _kept(values.sheetnames)
        cells = {key: _rows(name, values[name], formulas[name]) for key, name in names.items()}
        wanted = media.mentioned(cells.get("survey", [])) - set(files)
        for name in values.sheetnames:
            if name in names.values():
                continue
            file = name if media.is_file(name) else f"{name}{media.SUFFIX}"
            serves = file in wanted and file not in cells
            cells[file if serves else name] = _rows(name, values[name], formulas[name] if serves else None)
        _weigh(cells)
        return cells
    finally:
        values.close()
        formulas.close()


def _kept(names: Iterable[str]) -> dict[str, str]:
    """The sheets' own names by what they are, in the order of KEPT_SHEETS."""
    found: dict[str, str] = {}
    for name in names:
        key = name.strip().lower()
        if key in KEPT_SHEETS and key in found:
            raise _refuse("duplicate_sheet", name)
        found[key] = name
    return {key: found[key] for key in KEPT_SHEETS if key in found}


def _weigh(cells: Cells) -> None:
    files = {name: media.MAX_FILE_BYTES for name in cells if media.is_file(name)}
    for name, limit in {**MAX_CHARACTERS, **files}.items():
        characters = sum(len(text) for row in cells.get(name, ()) for text in row)
        if characters > limit:
            raise _refuse("too_big", name, characters=characters, limit=limit)


def _rows(name: str, sheet: Any, formulas: Any | None) -> list[list[str]]:
    if not hasattr(sheet, "reset_dimensions"):
        return []  # a chart sheet
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    if formulas is None:
        for row in _bounded(name, sheet.iter_rows(values_only=True)):
            if texts := _texts(name, 0, row, ()):
                return [texts]
        return []
    formulas.reset_dimensions()
    pairs = zip_longest(sheet.iter_rows(values_only=True), formulas.iter_rows(values_only=True), fillvalue=())
    for number, (row, sources) in enumerate(pairs, 1):
        if len(row) > MAX_COLUMNS or len(sources) > MAX_COLUMNS:
            raise _refuse("too_many_columns", name, number, limit=MAX_COLUMNS)
        texts = _texts(name, number, row, sources)
        if texts and number > MAX_ROWS:
            raise _refuse("too_many_rows", name, number, limit=MAX_ROWS)
        if number <= MAX_ROWS:
            rows.append(texts)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _bounded(name: str, rows: Iterable[tuple[object, ...]]) -> Iterable[tuple[object, ...]]:
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            return
        yield row[:MAX_COLUMNS]


def _texts(name: str, number: int, row: tuple[object, ...], sources: tuple[object, ...]) -> list[str]:
    texts = []
    for place, (value, source) in enumerate(zip_longest(row, sources)):
        text = cell_text(value)
        if len(text) > MAX_CELL:
            raise _at("cell_too_long", name, number, place, limit=MAX_CELL)
        if _ERROR_VALUE.fullmatch(text):
            raise _at("cell_error", name, number, place, value=text)
        if not text and isinstance(source, str) and source.startswith("="):
            raise _at("formula_without_value", name, number, place)
        texts.append(text)
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _at(code: str, sheet: str, row: int, place: int, **params: object) -> FormErrors:
    return FormErrors((FormProblem(sheet, row or None, None, code, params, letter=letter(place)),))


def letter(place: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    text, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def cell_text(value: object) -> str:
    """What a person means by the cell: 1.0 is "1", a date is ISO, TRUE is "TRUE"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return clean(str(value))
