"""XLSForm workbook -> Form. Everything that is not supported is refused with sheet, row and column.

cells = examine(data)            # in a child process: bytes -> text of cells that build, kept in the database
problems = second_opinion(data)  # in a child process: what pyxform says
form = build(cells)              # cheap enough for every start of a process
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from forms import sheets
from forms.cells import KEPT_SHEETS, Cells, read
from forms.checks import check
from forms.expressions import Expression, ExpressionError
from forms.expressions import compile as compile_expression
from forms.problems import FormErrors, FormProblem, Severity
from forms.schema import Choice, Form, Kind, Question, walk
from forms.sheets import Column, Line, Sheet, open_sheet
from forms.survey import Survey, read_survey

__all__ = ["Cells", "FormErrors", "FormProblem", "build", "examine", "read", "second_opinion"]

MAX_CHOICES = 20_000
MAX_CHOICE_NAME = 200
MAX_PROBLEMS = 300
# Sheets of XLSForm that change what a form does; any other sheet is the author's own.
_UNSUPPORTED_SHEETS = frozenset({"entities", "external_choices", "osm", "cascades"})
_IDLE_SETTINGS = frozenset({"style", "name", "instance_xmlns", "instance_id", "omit_instanceid", "prefix"})


def build(cells: Cells) -> Form:
    """The form a workbook describes. Raises FormErrors with every problem found, warnings too."""
    problems: list[FormProblem] = []
    _other_sheets(cells, problems)
    survey_sheet, choices_sheet, settings_sheet = (
        open_sheet(name, cells.get(name, []), problems) for name in KEPT_SHEETS
    )
    lists = _choices(choices_sheet)
    survey = _survey(survey_sheet, lists, cells)
    _languages(survey_sheet, choices_sheet)
    check(survey, lists)
    _choice_names(choices_sheet, survey, lists)
    settings = _settings(settings_sheet)
    instance_name = _instance_name(settings, {item.name for item in walk(survey.items)})
    if any(problem.severity == "error" for problem in problems):
        raise FormErrors(_told(problems))
    title = settings.get("form_title") or settings.get("form_id") or ""
    form_id = settings.get("form_id") or _slug(title)
    warnings = _told(problems)
    return Form(form_id, settings.get("version"), title or form_id, survey.items, lists, instance_name, warnings)


def examine(data: bytes) -> Cells:
    """The cells of a workbook, built once here for its problems. Raises FormErrors like `read` and `build`."""
    cells = read(data)
    build(cells)
    return cells


def _told(problems: list[FormProblem]) -> tuple[FormProblem, ...]:
    """In the order of sheets and rows; beyond MAX_PROBLEMS only how many more there are."""
    ordered = sorted(problems, key=_place)
    if len(ordered) <= MAX_PROBLEMS:
        return tuple(ordered)
    rest = ordered[MAX_PROBLEMS:]
    wrong = any(problem.severity == "error" for problem in ordered)
    severity: Severity = "error" if wrong else "warning"
    more = FormProblem(rest[0].sheet, None, None, "more_problems", {"count": len(rest)}, severity)
    return (*ordered[:MAX_PROBLEMS], more)


def _place(problem: FormProblem) -> tuple[int, int]:
    order = KEPT_SHEETS.index(problem.sheet) if problem.sheet in KEPT_SHEETS else len(KEPT_SHEETS)
    return order, problem.row or 0


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "form"


def _other_sheets(cells: Cells, problems: list[FormProblem]) -> None:
    if not cells.get("survey"):
        problems.append(FormProblem("survey", None, None, "no_survey_sheet", {"sheets": list(cells)}))
    for name, rows in cells.items():
        if name in KEPT_SHEETS or not rows:
            continue
        if name.strip().lower() in _UNSUPPORTED_SHEETS:
            problems.append(FormProblem(name, None, None, "unsupported_sheet"))
        else:
            problems.append(FormProblem(name, None, None, "sheet_ignored", {}, "warning"))


def _survey(sheet: Sheet, lists: Mapping[str, tuple[Choice, ...]], cells: Cells) -> Survey:
    if not cells.get("survey"):
        return Survey()
    missing = [key for key in ("type", "name") if not sheet.has(key)]
    for key in missing:
        sheet.problem("missing_column", 1, key)
    for column in sheet.columns:
        if column.key not in sheets.SURVEY and (row := sheet.filled(column)):
            _unsupported(sheet, column, row)
    return Survey() if "type" in missing else read_survey(sheet, lists)


def _unsupported(sheet: Sheet, column: Column, row: int) -> None:
    known = any(key in column.key for key in ("x_bind", "x_consolidate", "x_previous"))
    params = {"header": column.header, "row": row, "hint": sorted(sheets.SURVEY) if known else []}
    sheet.problem("unsupported_column", row, column.key, params=params)


def _languages(*both: Sheet) -> None:
    """One language a form for now, in whatever columns it is named."""
    named = set().union(*(sheets.languages(sheet) for sheet in both))
    if len(named) > 1:
        both[0].problem("several_languages", 1, "label", params={"languages": sorted(named)})


def _choices(sheet: Sheet) -> Mapping[str, tuple[Choice, ...]]:
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


def _choice_names(sheet: Sheet, survey: Survey, lists: Mapping[str, tuple[Choice, ...]]) -> None:
    """A select_multiple stores its choices with blanks between them, so a name holds none."""
    many = {
        item.choices
        for item in walk(survey.items)
        if isinstance(item, Question) and item.kind is Kind.SELECT_MULTIPLE and item.choices
    }
    for line in sheet.lines():
        if line.get("list_name") in many and line.get("list_name") in lists and len(line.get("name").split()) > 1:
            line.problem("bad_choice_name", "name", name=line.get("name")[:80], limit=MAX_CHOICE_NAME)


class _Settings:
    """The one row of the sheet settings, {} when there is none."""

    def __init__(self, line: Line | None) -> None:
        self.line = line

    def get(self, key: str) -> str:
        return self.line.get(key) if self.line else ""


def _settings(sheet: Sheet) -> _Settings:
    found: Line | None = None
    for line in sheet.lines():
        if found is not None:
            line.problem("second_settings_row")
            break
        found = line
    if found is None or not found.get("form_id"):
        sheet.problem("missing_setting", None, "form_id", "warning")
    for key in found.values if found else ():
        if key in _IDLE_SETTINGS and found:
            found.warning("setting_ignored", key)
        elif key not in sheets.SETTINGS and found:
            found.problem("unsupported_setting", key, value=found.get(key)[:80])
    return _Settings(found)


def _instance_name(settings: _Settings, names: set[str]) -> Expression | None:
    source = settings.get("instance_name")
    if not source or settings.line is None:
        return None
    try:
        compiled = compile_expression(source)
    except ExpressionError as error:
        settings.line.problem(error.code, "instance_name", **{**error.params, "position": error.position})
        return None
    for name in sorted(compiled.names - names):
        settings.line.problem("unknown_reference", "instance_name", name=name)
    return compiled


_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet")


def second_opinion(data: bytes) -> tuple[FormProblem, ...]:
    """What pyxform, the reference converter, says of the workbook: () when it is content.

    Runs on the cells as we read them, so that a hostile workbook is parsed once and guarded.
    Code "pyxform" with its English text as `text`. Raises FormErrors like `read`.
    """
    from pyxform.errors import PyXFormError  # costs 300 ms, and only the child process needs it
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    try:
        convert(_for_pyxform(read(data)), warnings=warnings)
    except PyXFormError as error:
        return (_said(str(error), "error"),)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        return (_said(f"{type(error).__name__}: {error}", "error"),)  # pyxform met what it did not expect
    return tuple(_said(text, "warning") for text in warnings)


def _said(text: str, severity: Severity) -> FormProblem:
    row, sheet = _ROW.search(text), _SHEET.search(text)
    return FormProblem(
        sheet[1] if sheet else "survey",
        int(row[1]) if row else None,
        None,
        "pyxform",
        {"text": _ROW.sub("", text).strip()[:1000]},
        severity,
    )


def _for_pyxform(cells: Cells) -> dict[str, object]:
    workbook: dict[str, object] = {"sheet_names": list(cells)}
    for name in KEPT_SHEETS:
        rows = cells.get(name)
        if not rows:
            continue
        header = rows[0]
        named = [(place, text) for place, text in enumerate(header) if text]
        workbook[name] = [
            {text: row[place] for place, text in named if place < len(row) and row[place]} for row in rows[1:]
        ]
        workbook[f"{name}_header"] = [{text: None for _, text in named}]
    return workbook
