"""Rows of a sheet by column meaning, with a place to put what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.problems import FormProblem, Severity
from forms.xlsform.cells import letter

TRANSLATED = ("label", "hint", "required_message", "constraint_message")
SURVEY = frozenset(
    {
        "type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
        "calculation", "appearance", "choice_filter", "read_only", "default", "repeat_count",
        "x_bind", "x_consolidate", "x_previous",
    }
)  # fmt: skip
CHOICES = frozenset({"list_name", "name", "label"})
SETTINGS = frozenset({"form_title", "form_id", "version", "default_language", "instance_name", "style"})
CHOICE_MEDIA = frozenset({"image", "audio", "video", "big-image", "media"})

_ALIASES = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "bind::relevant": "relevant",
    "bind::required": "required",
    "bind::constraint": "constraint",
    "bind::calculate": "calculation",
    "bind::readonly": "read_only",
    "bind::jr:constraintmsg": "constraint_message",
    "bind::jr:requiredmsg": "required_message",
    "control::appearance": "appearance",
    "body::appearance": "appearance",
}
_SETTING_ALIASES = {"set_form_title": "form_title", "title": "form_title", "set_form_id": "form_id"}
_CHOICE_ALIASES = {"list": "list_name", "caption": "label", "value": "name"}
_LANGUAGE = re.compile(r"(.+?)\s*::?\s*(.+)")


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the canonical name ("label"), `header` the author's own, `language` what stands
    behind "::"."""

    key: str
    header: str
    place: int
    language: str | None = None


@dataclass(slots=True)
class Sheet:
    """One sheet; problems of all sheets go into one list."""

    name: str
    rows: list[list[str]]
    problems: list[FormProblem]
    columns: list[Column] = field(default_factory=list)

    def problem(
        self,
        code: str,
        row: int | None,
        key: str | None = None,
        severity: Severity = "error",
        params: Mapping[str, object] | None = None,
    ) -> None:
        column = next((found for found in self.columns if found.key == key), None)
        header = column.header if column else key
        place = letter(column.place) if column else None
        self.problems.append(FormProblem(self.name, row, header, code, params or {}, severity, place))

    def has(self, key: str) -> bool:
        return any(column.key == key for column in self.columns)

    def filled(self, column: Column) -> int | None:
        """The number of the first row below the header with something in that column."""
        rows = enumerate(self.rows[1:], 2)
        return next((number for number, row in rows if len(row) > column.place and row[column.place]), None)

    def lines(self) -> Iterator[Line]:
        """The rows below the header that hold anything."""
        for number, row in enumerate(self.rows[1:], 2):
            values = {
                column.key: row[column.place]
                for column in self.columns
                if column.place < len(row) and row[column.place]
            }
            if values:
                yield Line(self, number, values)


@dataclass(frozen=True, slots=True)
class Line:
    sheet: Sheet
    number: int
    values: Mapping[str, str]

    def get(self, key: str) -> str:
        return self.values.get(key, "")

    def problem(self, code: str, key: str | None = None, **params: object) -> None:
        self.sheet.problem(code, self.number, key, "error", params)

    def warning(self, code: str, key: str | None = None, **params: object) -> None:
        self.sheet.problem(code, self.number, key, "warning", params)


def open_sheet(name: str, rows: list[list[str]], problems: list[FormProblem]) -> Sheet:
    """The sheet with its header understood. Problems: duplicate_column, several_languages,
    column_without_header."""
    sheet = Sheet(name, rows, problems)
    header = rows[0] if rows else []
    for place, text in enumerate(header):
        if text:
            sheet.columns.append(_column(name, text, place))
    seen: dict[tuple[str, str | None], Column] = {}
    for column in list(sheet.columns):
        identity = (column.key, column.language)
        if identity in seen:
            sheet.problem("duplicate_column", 1, column.key, params={"header": column.header})
            sheet.columns.remove(column)
        seen[identity] = column
    _one_language(sheet)
    _no_stray_cells(sheet, header)
    return sheet


def _column(sheet: str, header: str, place: int) -> Column:
    key = re.sub(r"\s+", "_", header.strip().lower())
    aliases = {"settings": _SETTING_ALIASES, "choices": _CHOICE_ALIASES}.get(sheet, _ALIASES)
    key = aliases.get(key, key)
    match = _LANGUAGE.fullmatch(header.strip())
    if match and key not in aliases.values():
        base = re.sub(r"\s+", "_", match[1].strip().lower())
        base = aliases.get(base, base)
        if base in TRANSLATED:
            return Column(base, header, place, match[2].strip())
    if sheet == "choices" and key not in CHOICES and not _media(key):
        key = header.strip()  # a column of the author's own, for choice_filter, as it is written
    return Column(key, header, place)


def _media(key: str) -> bool:
    return key.split(":")[0] in CHOICE_MEDIA


def is_media(column: Column) -> bool:
    return _media(column.key)


def languages(sheet: Sheet) -> set[str]:
    """The languages named in headers of columns that hold something."""
    return {column.language for column in sheet.columns if column.language and sheet.filled(column)}


def _one_language(sheet: Sheet) -> None:
    """Keeps one column of each key: that with content. Two with content are refused."""
    for key in TRANSLATED:
        found = [column for column in sheet.columns if column.key == key]
        full = [column for column in found if sheet.filled(column)]
        if len(full) > 1:
            named = [column.header for column in full]
            sheet.problem("several_languages", 1, key, params={"columns": named})
        keep = (full or found)[:1]
        sheet.columns = [column for column in sheet.columns if column.key != key or column in keep]


def _no_stray_cells(sheet: Sheet, header: list[str]) -> None:
    """Text under a column without a header would be dropped in silence."""
    for number, row in enumerate(sheet.rows[1:], 2):
        for place, text in enumerate(row):
            if text and (place >= len(header) or not header[place]):
                stray = FormProblem(sheet.name, number, None, "column_without_header", {}, "error", letter(place))
                sheet.problems.append(stray)
                return
