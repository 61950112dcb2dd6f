"""Rows of a sheet by column meaning, with a place to put what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from forms.problems import FormProblem, Severity
from forms.xlsform.cells import letter
from forms.xlsform.media import is_file

TRANSLATED = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
SURVEY = frozenset(
    {
        "type", "name", "label", "hint", "guidance_hint", "required", "required_message", "relevant", "constraint",
        "constraint_message", "calculation", "trigger", "appearance", "parameters", "choice_filter", "read_only",
        "default", "repeat_count", "x_bind", "x_consolidate", "x_previous",
    }
)  # fmt: skip
CHOICES = frozenset({"list_name", "name", "label"})
SETTINGS = frozenset({"form_title", "form_id", "version", "default_language", "instance_name", "style"})
MEDIA = frozenset({"image", "audio", "video", "big-image", "media"})
# Comparisons of names, to suggest what was meant, before a sheet gets no more of them (under 1 s).
MAX_COMPARED = 5_000

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
_SETTING_ALIASES = {
    "set_form_title": "form_title",
    "title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
}
_CHOICE_ALIASES = {"list": "list_name", "caption": "label", "value": "name"}


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the canonical name ("label"), `header` the author's own, `language` what stands
    behind "::" (None for the form's default language, once forms.xlsform.languages has settled it)."""

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
    compared: int = 0

    def problem(
        self,
        code: str,
        row: int | None,
        key: str | None = None,
        severity: Severity = "error",
        params: Mapping[str, object] | None = None,
        language: str | None = None,
    ) -> None:
        found = [column for column in self.columns if column.key == key]
        column = next((column for column in found if column.language == language), found[0] if found else None)
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
        plain = [column for column in self.columns if column.language is None]
        further = [column for column in self.columns if column.language is not None]
        for number, row in enumerate(self.rows[1:], 2):
            values = {
                column.key: row[column.place] for column in plain if column.place < len(row) and row[column.place]
            }
            others: dict[str, dict[str, str]] = {}
            for column in further:
                if column.language and column.place < len(row) and row[column.place]:
                    others.setdefault(column.key, {})[column.language] = row[column.place]
            if values or others:
                yield Line(self, number, values, others)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `values` by column, in the default language; `others` what its further languages say.

    Problems stand in the column of `language` where a column has several.
    """

    sheet: Sheet
    number: int
    values: Mapping[str, str]
    others: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    language: str | None = None

    def at(self, language: str | None) -> Line:
        """The same row, for what is said in another language."""
        return self if language == self.language else replace(self, language=language)

    def get(self, key: str) -> str:
        return self.values.get(key, "")

    def problem(self, code: str, key: str | None = None, **params: object) -> None:
        self.sheet.problem(code, self.number, key, "error", params, self.language)

    def warning(self, code: str, key: str | None = None, **params: object) -> None:
        self.sheet.problem(code, self.number, key, "warning", params, self.language)

    def near(self, word: str, words: Iterable[str]) -> dict[str, str]:
        """{"near": the word that was most likely meant}, {} when none is like it."""
        words = list(words)
        self.sheet.compared += len(words)
        if self.sheet.compared > MAX_COMPARED:
            return {}
        found = get_close_matches(word[:80], words, 1, 0.75)
        return {"near": found[0]} if found else {}


def open_sheet(name: str, rows: list[list[str]], problems: list[FormProblem]) -> Sheet:
    """The sheet with its header understood. Problems: duplicate_column, column_without_header."""
    sheet = Sheet(name, rows, problems)
    header = rows[0] if rows else []
    colons = "::" if any("::" in text for text in header) else ":"
    for place, text in enumerate(header):
        if text:
            sheet.columns.append(_column(name, text, place, colons))
    seen: set[tuple[str, str | None]] = set()
    for column in list(sheet.columns):
        identity = (column.key, column.language and same_language(column.language))
        if identity in seen:
            sheet.columns.remove(column)
            twice = FormProblem(name, 1, column.header, "duplicate_column", {"header": column.header})
            problems.append(replace(twice, letter=letter(column.place)))
        seen.add(identity)
    _no_stray_cells(sheet, header)
    return sheet


def same_language(name: str) -> str:
    """Alike for two ways of writing a language: "English (en)" and "english(en)"."""
    return "".join(name.split()).casefold()


def _column(sheet: str, header: str, place: int, colons: str) -> Column:
    if is_file(sheet):
        return Column(header, header, place)
    key = re.sub(r"\s+", "_", header.strip().lower())
    aliases = {"settings": _SETTING_ALIASES, "choices": _CHOICE_ALIASES}.get(sheet, _ALIASES)
    key = aliases.get(key, key)
    base, parted, language = header.rpartition("::") if colons == "::" else header.partition(":")
    if parted and language.strip() and key not in aliases.values():
        base = re.sub(r"\s+", "_", base.strip().lower())
        base = aliases.get(base, base)
        if base in TRANSLATED:
            return Column(base, header, place, " ".join(language.split()))
    if sheet == "choices" and key not in CHOICES and not is_media(key):
        key = header.strip()  # a column of the author's own, for choice_filter, as it is written
    return Column(key, header, place)


def is_media(key: str) -> bool:
    """Whether a column holds a picture, sound or video that goes with a label."""
    return key.split(":")[0] in MEDIA


def _no_stray_cells(sheet: Sheet, header: list[str]) -> None:
    """Text under a column without a header would be dropped in silence."""
    for number, row in enumerate(sheet.rows[1:], 2):
        for place, text in enumerate(row):
            if text and (place >= len(header) or not header[place]):
                stray = FormProblem(sheet.name, number, None, "column_without_header", {}, "error", letter(place))
                sheet.problems.append(stray)
                return
