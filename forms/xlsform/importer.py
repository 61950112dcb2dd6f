"""A workbook's cells -> Form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from forms.problems import FormErrors, FormProblem, Severity
from forms.schema import Form, walk
from forms.xlsform import sheets
from forms.xlsform.cells import KEPT_SHEETS, Cells, read
from forms.xlsform.checks import check
from forms.xlsform.choices import Lists, check_names, open_files, read_choices
from forms.xlsform.languages import settle_languages
from forms.xlsform.media import is_file
from forms.xlsform.settings import instance_name, read_settings
from forms.xlsform.sheets import Column, Sheet, open_sheet
from forms.xlsform.survey import Survey, read_survey

MAX_PROBLEMS = 300
# Sheets of XLSForm that change what a form does; any other sheet is the author's own.
_UNSUPPORTED_SHEETS = frozenset({"entities", "external_choices", "osm", "cascades"})
_HELP_SHEET = "hướng dẫn"  # comes with the template workbook, for the author to read


def build(cells: Cells) -> Form:
    """The form a workbook describes. Raises FormErrors with every problem found, warnings too."""
    problems: list[FormProblem] = []
    _other_sheets(cells, problems)
    survey_sheet, choices_sheet, settings_sheet = (
        open_sheet(name, cells.get(name, []), problems) for name in KEPT_SHEETS
    )
    settings = read_settings(settings_sheet)
    languages = settle_languages(survey_sheet, choices_sheet, settings)
    lists = Lists(read_choices(choices_sheet), open_files(cells, problems), languages)
    survey = _survey(survey_sheet, lists, cells)
    check(survey, lists)
    check_names(choices_sheet, survey.items, lists)
    named = instance_name(settings, {item.name for item in walk(survey.items)})
    lists.finish()
    if any(problem.severity == "error" for problem in problems):
        raise FormErrors(_told(problems))
    title = settings.get("form_title") or settings.get("form_id") or ""
    form_id = settings.get("form_id") or _slug(title)
    return Form(
        id=form_id,
        version=settings.get("version"),
        title=title or form_id,
        items=survey.items,
        lists=lists.made,
        instance_name=named,
        warnings=_told(problems),
        languages=languages,
    )


def examine(data: bytes, files: Mapping[str, bytes] = {}) -> Cells:
    """The cells of a workbook and its CSV files, built once here for their problems.

    Raises FormErrors like `read` and `build`.
    """
    cells = read(data, files)
    build(cells)
    return cells


def _told(problems: list[FormProblem]) -> tuple[FormProblem, ...]:
    """In the order of sheets and rows; beyond MAX_PROBLEMS only how many more there are, warnings first."""
    if len(problems) <= MAX_PROBLEMS:
        return tuple(sorted(problems, key=_place))
    weighed = sorted(problems, key=lambda problem: (problem.severity != "error", *_place(problem)))
    ordered, rest = sorted(weighed[:MAX_PROBLEMS], key=_place), weighed[MAX_PROBLEMS:]
    wrong = any(problem.severity == "error" for problem in problems)
    severity: Severity = "error" if wrong else "warning"
    more = FormProblem(rest[0].sheet, None, None, "more_problems", {"count": len(rest)}, severity)
    return (*ordered, more)


def _place(problem: FormProblem) -> tuple[int, int]:
    order = KEPT_SHEETS.index(problem.sheet) if problem.sheet in KEPT_SHEETS else len(KEPT_SHEETS)
    return order, problem.row or 0


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "form"


def _other_sheets(cells: Cells, problems: list[FormProblem]) -> None:
    if not cells.get("survey"):
        problems.append(FormProblem("survey", None, None, "no_survey_sheet", {"sheets": list(cells)}))
    for name, rows in cells.items():
        if name in KEPT_SHEETS or is_file(name) or not rows or name.strip().lower() == _HELP_SHEET:
            continue
        if name.strip().lower() in _UNSUPPORTED_SHEETS:
            problems.append(FormProblem(name, None, None, "unsupported_sheet"))
        else:
            problems.append(FormProblem(name, None, None, "sheet_ignored", {}, "warning"))


def _survey(sheet: Sheet, lists: Lists, cells: Cells) -> Survey:
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
    """KoboToolbox notes its own keys in columns that begin with $; every other column means something."""
    params: dict[str, object] = {"header": column.header, "row": row}
    if column.key.startswith("$"):
        sheet.problem("column_ignored", row, column.key, "warning", params)
        return
    if instead := _instead(column.key):
        params["instead"] = instead
    elif near := get_close_matches(column.key, sheets.SURVEY, 1, 0.75):
        params["near"] = near[0]
    sheet.problem("unsupported_column", row, column.key, params=params)


def _instead(key: str) -> str | None:
    """What to use instead of a column of XLSForm that is not understood here (the service has a sentence for each)."""
    if sheets.is_media(key):
        return "media"
    return {"save_to": "entities", "disabled": "relevant", "rows": "parameters", "body::rows": "parameters"}.get(key)
