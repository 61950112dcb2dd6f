"""CSV files that come with a workbook -> cells, like those of a sheet.

As Excel saves them here: UTF-8 with or without a mark, parted by commas, semicolons (the list
separator of Vietnamese Windows) or tabs.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping

from forms.problems import FormErrors, FormProblem
from forms.values import clean

SUFFIX = ".csv"
MAX_FILES = 20
MAX_FILE_BYTES = 5_000_000
MAX_FILE_ROWS = 20_000
MAX_FILE_COLUMNS = 100
MAX_CELLS = 200_000  # of all files together: each becomes a node that expressions may visit
MAX_FILE_CELL = 32_767
_MOST_UNEVEN = 20

_FROM_FILE = re.compile(r"from[ _]file\s+(\S+)", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:pulldata|instance)\s*\(\s*(?:\"([^\"]*)\"|'([^']*)'|“([^”]*)”|‘([^’]*)’)")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_file(name: str) -> bool:
    """Whether a name among Cells is that of a CSV file."""
    return name.endswith(SUFFIX)


def stem(name: str) -> str:
    """ "xa.csv" -> "xa", the name by which pulldata() and instance() ask for it."""
    return name.removesuffix(SUFFIX)


def mentioned(survey: list[list[str]]) -> set[str]:
    """The files that the cells of the sheet survey may mean, by name ("xa.csv")."""
    found = set()
    for row in survey:
        for text in row:
            if match := _FROM_FILE.search(text):
                found.add(match[1])
            for match in _CALLED.finditer(text):
                found.add(f"{next(filter(None, match.groups()), '')}{SUFFIX}")
    return {name for name in found if is_file(name)}


def read_files(files: Mapping[str, bytes]) -> dict[str, list[list[str]]]:
    """The cells of each file. Raises FormErrors with all that is wrong: too_many_files, not_csv_name,
    file_too_big, file_encoding, file_empty, not_csv, too_many_rows, too_many_cells, too_many_columns,
    cell_too_long, uneven_row."""
    problems: list[FormProblem] = []
    if len(files) > MAX_FILES:
        params = {"count": len(files), "limit": MAX_FILES}
        raise FormErrors((FormProblem("", None, None, "too_many_files", params),))
    read = {}
    cells = 0
    for name, data in files.items():
        reader = _Reader(name, problems, cells)
        read[name] = reader.read(data)
        cells = reader.cells
    if problems:
        raise FormErrors(tuple(problems))
    return read


class _Reader:
    """One file; what is wrong goes to `problems`, and reading ends at what cannot be mended."""

    def __init__(self, name: str, problems: list[FormProblem], cells: int) -> None:
        self.name = name
        self.problems = problems
        self.cells = cells  # of all files so far
        self.uneven = 0

    def _wrong(self, code: str, row: int | None = None, **params: object) -> None:
        self.problems.append(FormProblem(self.name, row, None, code, params))

    def read(self, data: bytes) -> list[list[str]]:
        if not is_file(self.name) or not stem(self.name):
            self._wrong("not_csv_name")
        elif len(data) > MAX_FILE_BYTES:
            self._wrong("file_too_big", bytes=len(data), limit=MAX_FILE_BYTES)
        elif (text := self._text(data)) is not None:
            return self._rows(text)
        return []

    def _text(self, data: bytes) -> str | None:
        if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            self._wrong("not_csv", detail="workbook")
        elif data.startswith(_UTF_16) or b"\0" in data[:2_000]:
            self._wrong("file_encoding", encoding="UTF-16")
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                self._wrong("file_encoding", data.count(b"\n", 0, error.start) + 1, encoding="Windows-1258")
                return None
            if "\0" not in text:
                return text
            self._wrong("not_csv", detail="NUL")
        return None

    def _rows(self, text: str) -> list[list[str]]:
        rows: list[list[str]] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        try:
            for number, row in enumerate(reader, 1):
                self.cells += len(row)
                if not self._fits(row, number):
                    return []
                rows.append([clean(value) for value in row])
                self._even(rows, number)
        except csv.Error as error:
            self._wrong("not_csv", reader.line_num, detail=str(error)[:200])
        while rows and not any(rows[-1]):
            rows.pop()
        if not rows and not self.problems:
            self._wrong("file_empty")
        return rows

    def _fits(self, row: list[str], number: int) -> bool:
        if number > MAX_FILE_ROWS:
            self._wrong("too_many_rows", number, limit=MAX_FILE_ROWS)
        elif self.cells > MAX_CELLS:
            self._wrong("too_many_cells", number, limit=MAX_CELLS)
        elif len(row) > MAX_FILE_COLUMNS:
            self._wrong("too_many_columns", number, limit=MAX_FILE_COLUMNS)
        elif any(len(value) > MAX_FILE_CELL for value in row):
            self._wrong("cell_too_long", number, limit=MAX_FILE_CELL)
        else:
            return True
        return False

    def _even(self, rows: list[list[str]], number: int) -> None:
        """A row with a cell too few or too many has most often a comma that lacks its quotes: what
        stands behind it would be read under the wrong header. Blank cells at the end do no harm."""
        row, wanted = rows[-1], len(rows[0])
        while len(row) > wanted and not row[-1]:
            row.pop()
        if len(row) == wanted or not any(row):
            return
        self.uneven += 1
        if self.uneven <= _MOST_UNEVEN:
            self._wrong("uneven_row", number, given=len(row), header=wanted)


def _separator(text: str) -> str:
    """That which the header holds most often; a comma when it holds none."""
    header = re.sub(r'"[^"]*"', "", text[:10_000].partition("\n")[0])
    return max(",;\t", key=header.count)
