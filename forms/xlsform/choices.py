"""The sheet choices -> lists of choices by name."""

from __future__ import annotations

from collections.abc import Mapping

from forms.schema import Choice, Kind, Question, walk
from forms.xlsform import sheets
from forms.xlsform.sheets import Line, Sheet
from forms.xlsform.survey import Survey

MAX_CHOICES = 20_000
MAX_CHOICE_NAME = 200


def read_choices(sheet: Sheet) -> Mapping[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    if not sheet.rows:
        return {}
    for key in ("list_name", "name", "label"):
        if not sheet.has(key):
            sheet.problem("missing_column", 1, key)
    for column in sheet.columns:
        if sheets.is_media(column) and (row := sheet.filled(column)):
            sheet.problem("unsupported_column", row, column.key, params={"header": column.header, "row": row})
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
    if len(name) > MAX_CHOICE_NAME:
        line.problem("bad_choice_name", "name", name=name[:80], limit=MAX_CHOICE_NAME)
    if "${" in label:
        line.problem("reference_in_choice", "label", label=label[:80])
    extra = {key: value for key, value in line.values.items() if key not in sheets.CHOICES}
    return Choice(name, label, extra)


def check_names(sheet: Sheet, survey: Survey, lists: Mapping[str, tuple[Choice, ...]]) -> None:
    """A select_multiple stores its choices with blanks between them, so a name holds none."""
    many = {
        item.choices
        for item in walk(survey.items)
        if isinstance(item, Question) and item.kind is Kind.SELECT_MULTIPLE and item.choices
    }
    for line in sheet.lines():
        if line.get("list_name") in many and line.get("list_name") in lists and len(line.get("name").split()) > 1:
            line.problem("bad_choice_name", "name", name=line.get("name")[:80], limit=MAX_CHOICE_NAME)
