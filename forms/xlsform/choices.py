"""What may be chosen: the sheet choices and CSV files -> lists of choices by name."""

from __future__ import annotations

from collections.abc import Mapping

from forms.problems import FormProblem
from forms.schema import MANY, OTHER, Choice, Item, Question, walk
from forms.xlsform import media, sheets
from forms.xlsform.sheets import Line, Sheet

MAX_CHOICES = 20_000
MAX_CHOICE_NAME = 200


class Lists:
    """The lists of the sheet choices, `files` that came with the workbook, and what the survey made of
    both: `made` is what becomes Form.lists, `used` the files it asks for."""

    def __init__(
        self, named: Mapping[str, tuple[Choice, ...]], files: Mapping[str, Sheet], languages: tuple[str, ...]
    ) -> None:
        self.made = dict(named)
        self.languages = languages
        self.files = files
        self.used: set[str] = set()
        self.added: dict[str, Line] = {}  # the row whose or_other added a choice to a list
        self.values: dict[str, str] = {}  # of each list from a file, the column that holds the names
        self._named = frozenset(named)
        self._columns: dict[str, frozenset[str]] = {}

    def names(self) -> list[str]:
        """The lists by the names that instance() knows them by."""
        return [*self._named, *map(media.stem, self.files)]

    def sheet_names(self) -> frozenset[str]:
        return self._named

    def get(self, key: str | None) -> tuple[Choice, ...] | None:
        return self.made.get(key or "")

    def offer_other(self, key: str, line: Line) -> None:
        """The choice that or_other adds, at the end; every question on the list then has it, as in pyxform."""
        if all(choice.name != OTHER for choice in self.made[key]):
            self.added[key] = line
            label, labels = self.in_words("Khác", "Other")
            self.made[key] = (*self.made[key], Choice(OTHER, label, {}, labels))

    def in_words(self, vietnamese: str, english: str) -> tuple[str, dict[str, str]]:
        """Words that the importer adds itself: in the default language, and by further language."""
        languages = self.languages or ("",)
        words = {name: english if name.casefold().endswith("(en)") else vietnamese for name in languages}
        return words.pop(languages[0]), words

    def columns(self, key: str | None) -> frozenset[str]:
        """What a choice filter may ask of the choices of a list."""
        if key not in self._columns:
            extra = {name for choice in self.get(key) or () for name in choice.extra}
            self._columns[key or ""] = frozenset({"name", "label", *extra})
        return self._columns[key or ""]

    def columns_of_instance(self, name: str) -> frozenset[str] | None:
        """What an expression may ask of instance('name'), None when there is no such list or file."""
        if name in self._named:
            return self.columns(name)
        file = f"{name}{media.SUFFIX}"
        if file not in self.files:
            return None
        self.used.add(file)
        return frozenset(column.key for column in self.files[file].columns)

    def from_file(self, line: Line, file: str, value: str, label: str) -> str | None:
        """The name of the list that a file's columns make; None when the file or a column is not there."""
        sheet = self.files.get(file)
        if sheet is None:
            line.problem("missing_file", "type", file=file[:80], **line.near(file, self.files))
            return None
        self.used.add(file)
        headers = [column.key for column in sheet.columns]
        lacking = [name for name in (value, label) if name not in headers]
        for name in lacking:
            params = {"file": file, "name": name[:80], "allowed": headers, **line.near(name, headers)}
            line.problem("missing_file_column", "parameters" if line.get("parameters") else "type", **params)
        if lacking:
            return None
        key = file if file not in self.made else f"{file}?value={value}&label={label}"
        made = self._choices(sheet, value, label)
        if key != file and self.made[file] == made:
            return file
        self.made.setdefault(key, made)
        self.values.setdefault(key, value)
        return key

    def _choices(self, sheet: Sheet, value: str, label: str) -> tuple[Choice, ...]:
        return tuple(
            Choice(line.get(value), line.get(label) or line.get(value), {**dict.fromkeys(headers, ""), **line.values})
            for headers in [[column.key for column in sheet.columns]]
            for line in sheet.lines()
        )

    def finish(self) -> None:
        """Files that only expressions ask for become lists too; a file nobody asks for is told."""
        for name, sheet in self.files.items():
            if name not in self.used:
                sheet.problem("file_unused", None, None, "warning")
                continue
            if media.stem(name) in self._named:  # instance('xa') would be either
                sheet.problem("file_named_as_list", None, params={"list": media.stem(name)})
            if name not in self.made:
                headers = [column.key for column in sheet.columns]
                value = "name" if "name" in headers else headers[0]
                self.made[name] = self._choices(sheet, value, "label" if "label" in headers else value)


def open_files(cells: Mapping[str, list[list[str]]], problems: list[FormProblem]) -> dict[str, Sheet]:
    """The CSV files among the cells."""
    return {name: sheets.open_sheet(name, rows, problems) for name, rows in cells.items() if media.is_file(name)}


def read_choices(sheet: Sheet) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    if not sheet.rows:
        return {}
    for key in ("list_name", "name", "label"):
        if not sheet.has(key):
            sheet.problem("missing_column", 1, key)
    for column in sheet.columns:
        if sheets.is_media(column.key) and (row := sheet.filled(column)):
            params = {"header": column.header, "row": row, "instead": "media"}
            sheet.problem("unsupported_column", row, column.key, params=params)
    rows: dict[tuple[str, str], int] = {}
    for count, line in enumerate(sheet.lines(), 1):
        if count > MAX_CHOICES:
            line.problem("too_many_choices", limit=MAX_CHOICES)
            break
        choice = _choice(line)
        first = rows.setdefault((line.get("list_name"), choice.name), line.number)
        if first != line.number:
            line.problem("duplicate_choice", "name", name=choice.name, list=line.get("list_name"), row=first)
        lists.setdefault(line.get("list_name"), []).append(choice)
    return {name: tuple(found) for name, found in lists.items() if name}


def _choice(line: Line) -> Choice:
    for key in ("list_name", "name", "label"):
        if not line.get(key) and line.sheet.has(key):
            line.problem("missing_cell", key)
    name, label = line.get("name"), line.get("label")
    labels = line.others.get("label", {})
    if len(name) > MAX_CHOICE_NAME:
        line.problem("bad_choice_name", "name", name=name[:80], limit=MAX_CHOICE_NAME)
    for language, words in ((None, label), *labels.items()):
        if "${" in words:
            line.at(language).problem("reference_in_choice", "label", label=words[:80])
    extra = {key: value for key, value in line.values.items() if key not in sheets.CHOICES}
    return Choice(name, label, extra, labels)


def check_names(sheet: Sheet, items: tuple[Item, ...], lists: Lists) -> None:
    """A question with many answers stores its choices with blanks between them, so a name holds none;
    the rows of a file that is chosen from have names, and each its own."""
    asking = [item for item in walk(items) if isinstance(item, Question) and item.choices]
    many = {question.choices for question in asking if question.kind in MANY}
    specified = {item.name for item in walk(items)}
    for question in asking:
        if (adding := lists.added.get(question.choices or "")) and f"{question.name}_{OTHER}" not in specified:
            adding.warning("or_other_shared", "type", list=question.choices, name=question.name)
    for line in sheet.lines():
        if line.get("list_name") in many and len(line.get("name").split()) > 1:
            line.problem("bad_choice_name", "name", name=line.get("name")[:80], limit=MAX_CHOICE_NAME)
    for key in dict.fromkeys(question.choices for question in asking):
        name = (key or "").partition("?")[0]
        if name in lists.files:
            _check_file(lists.files[name], lists.values[key or ""], key in many)


def _check_file(sheet: Sheet, column: str, many: bool) -> None:
    rows: dict[str, int] = {}
    for line in sheet.lines():
        name = line.get(column)
        if not name:
            line.problem("missing_cell", column)
        elif len(name) > MAX_CHOICE_NAME or (many and len(name.split()) > 1):
            line.problem("bad_choice_name", column, name=name[:80], limit=MAX_CHOICE_NAME)
        elif (first := rows.setdefault(name, line.number)) != line.number:
            line.problem("duplicate_choice", column, name=name, list=sheet.name, row=first)
