"""What pyxform, the reference converter, says of a workbook: a second opinion beside our own."""

from __future__ import annotations

import re

from forms.problems import FormProblem, Severity
from forms.xlsform.cells import KEPT_SHEETS, Cells

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_SEED = re.compile(r"(?i)seed\s*=\s*\$\{[^}]*\}")  # pyxform reads the name in it in lower case
# What we tell ourselves by row and column, or what is no matter here: languages without a code, which
# are shown by their names; pictures, which are not made smaller; what telephones no longer know.
_TOLD = re.compile(
    r"is missing the (?:survey|choices) |uses or_other and translations|do not contain valid machine-readable codes"
    r"|Use the max-pixels parameter|is no longer supported on most devices|Row without name, text, or label"
)
_SHEET = re.compile(r"On the '(\w+)' sheet")


def second_opinion(cells: Cells) -> tuple[FormProblem, ...]:
    """What pyxform, the reference converter, says of the workbook: () when it is content.

    Runs on the cells as we read them, so that a hostile workbook is parsed once and guarded.
    Code "pyxform" with its English text as `text`.
    """
    from pyxform.errors import PyXFormError  # costs 300 ms, and only the child process needs it
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    try:
        convert(_for_pyxform(cells), warnings=warnings)
    except PyXFormError as error:
        return (_said(str(error), "error"),)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        return (_said(f"{type(error).__name__}: {error}", "error"),)  # pyxform met what it did not expect
    return tuple(_said(text, "warning") for text in warnings if not _TOLD.search(text))


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
            {text: _cell(text, row[place]) for place, text in named if place < len(row) and row[place]}
            for row in rows[1:]
        ]
        workbook[f"{name}_header"] = [{text: None for _, text in named}]
    return workbook


def _cell(header: str, text: str) -> str:
    return _SEED.sub("seed=1", text) if header.strip().lower() == "parameters" else text
