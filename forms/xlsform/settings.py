"""The sheet settings."""

from __future__ import annotations

from forms.expressions import Expression, ExpressionError
from forms.expressions import compile as compile_expression
from forms.xlsform import sheets
from forms.xlsform.sheets import Line, Sheet

_IDLE_SETTINGS = frozenset({"style", "name", "instance_xmlns", "instance_id", "omit_instanceid", "prefix"})


class Settings:
    """The one row of the sheet settings, {} when there is none."""

    def __init__(self, line: Line | None) -> None:
        self.line = line

    def get(self, key: str) -> str:
        return self.line.get(key) if self.line else ""


def read_settings(sheet: Sheet) -> Settings:
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
    return Settings(found)


def instance_name(settings: Settings, names: set[str]) -> Expression | None:
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
