"""A workbook's bytes -> the text of its cells, positions kept.

Meant for a child process with limits of time and memory, and careful all the same: claimed
dimensions are not believed, every part is scanned before it is opened, and rows are read to the
last with content.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from forms.problems import FormErrors, FormProblem
from forms.values import clean
from forms.xlsform import media, scan
from forms.xlsform.scan import Extent

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
# Codes that say what a file is that is no workbook of ours.
OTHER_FILES = frozenset({"old_xls", "encrypted", "macros", "open_document", "text_file", "damaged"})

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ERROR_VALUE = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")


def _refuse(code: str, sheet: str = "", row: int | None = None, **params: object) -> FormErrors:
    return FormErrors((FormProblem(sheet, row, None, code, params),))


def read(data: bytes, files: Mapping[str, bytes] = {}) -> Cells:
    """The cells of the sheets an XLSForm is made of, by sheet name in lower case, as text, and those of
    the CSV files by file name ("xa.csv"). A sheet `xa` or `xa.csv` serves as the file that the survey asks for.

    Row 1 is index 0; trailing blanks are dropped, blank rows kept. Of any other sheet only its
    first row with content is kept, so that nothing in it goes unnoticed. Raises FormErrors:
    too_big, old_xls, encrypted, macros, open_document,
    text_file, damaged, not_xlsx, too_many_formats, too_many_sheets, too_many_rows, too_many_columns,
    cell_too_long, cell_error, formula_without_value, duplicate_sheet, and those of forms.xlsform.media.
    """
    _look_at(data)
    # What openpyxl raises on a damaged workbook is not documented; each was met with damaged files.
    broken = (
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        ExpatError,
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
        cells = _sheets(data, files, _scanned(data))
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
        raise _refuse("text_file" if _is_text(data[:4_000]) else "not_xlsx", detail="no ZIP file")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refuse("damaged", detail=str(error)[:200]) from error
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise _refuse("encrypted")
    if (unpacked := sum(part.file_size for part in parts)) > MAX_UNPACKED:
        raise _refuse("too_big", bytes=unpacked, limit=MAX_UNPACKED)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _refuse("macros")
    if {"mimetype", "content.xml"} <= names:
        raise _refuse("open_document")


def _is_text(data: bytes) -> bool:
    """Whether the beginning of a file is text in UTF-8, as of a CSV file."""
    text = data.decode("utf-8", "ignore")
    if not text or text.startswith("%PDF") or len(text.encode()) < len(data) - 3:
        return False
    return all(character.isprintable() or character in "\t\r\n\ufeff" for character in text)


def _scanned(data: bytes) -> dict[str, Extent]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return scan.scan(archive, MAX_ROWS, MAX_COLUMNS)
    except scan.Refused as error:
        raise _refuse(error.code, detail=str(error)) from error


def _sheets(data: bytes, files: Iterable[str], extents: Mapping[str, Extent]) -> Cells:
    from openpyxl import load_workbook  # costs 100 ms, and only the child process needs it

    with ExitStack() as opened:

        def book(*, data_only: bool) -> Any:
            made = load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
            opened.callback(made.close)
            return made

        values = book(data_only=True)
        if len(values.sheetnames) > MAX_SHEETS:
            raise _refuse("too_many_sheets", count=len(values.sheetnames), limit=MAX_SHEETS)
        # The same cells once more, for what they are computed from; most forms compute nothing.
        formulas = book(data_only=False) if any(extent.formulas for extent in extents.values()) else None
        reader = _Reader(values, formulas, extents)
        names = _kept(values.sheetnames)
        cells = {key: reader.rows(name) for key, name in names.items()}
        wanted = media.mentioned(cells.get("survey", [])) - set(files)
        for name in values.sheetnames:
            if name in names.values():
                continue
            file = name if media.is_file(name) else f"{name}{media.SUFFIX}"
            serves = file in wanted and file not in cells
            cells[file if serves else name] = reader.rows(name) if serves else reader.first_row(name)
        _weigh(cells)
        return cells


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


class _Reader:
    """The rows of a workbook's sheets, as far as their content reaches and no further."""

    def __init__(self, values: Any, formulas: Any | None, extents: Mapping[str, Extent]) -> None:
        self._values = values
        self._formulas = formulas
        self._extents = extents

    def rows(self, name: str) -> list[list[str]]:
        """Every row to the last with content. Raises FormErrors."""
        extent = self._extent(name)
        if extent.wide:
            raise _refuse("too_many_columns", name, extent.wide, limit=MAX_COLUMNS)
        if extent.low:
            raise _refuse("too_many_rows", name, extent.low, limit=MAX_ROWS)
        sources = self._cells(self._formulas, name, extent) if self._formulas and extent.formulas else ()
        pairs = zip_longest(self._cells(self._values, name, extent), sources, fillvalue=())
        rows = [_texts(name, number, row, source) for number, (row, source) in enumerate(pairs, 1)]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def first_row(self, name: str) -> list[list[str]]:
        """The first row with content, alone."""
        for row in self._cells(self._values, name, self._extent(name)):
            if texts := _texts(name, 0, row, ()):
                return [texts]
        return []

    def _extent(self, name: str) -> Extent:
        path = getattr(self._values[name], "_worksheet_path", "")  # a chart sheet has none, and no rows
        return self._extents.get(path.lstrip("/"), Extent())

    def _cells(self, book: Any, name: str, extent: Extent) -> Iterable[tuple[object, ...]]:
        if not extent.rows:
            return ()
        sheet = book[name]
        sheet.reset_dimensions()
        rows, columns = min(extent.rows, MAX_ROWS), min(extent.columns, MAX_COLUMNS)
        found: Iterable[tuple[object, ...]] = sheet.iter_rows(max_row=rows, max_col=columns, values_only=True)
        return found


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
