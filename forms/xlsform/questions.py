"""One row of the sheet survey -> the question it asks; problems go to the row."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from forms.expressions import compile as compile_expression
from forms.schema import FILES, LISTED, METADATA, OTHER, UNSEEN, Choice, Kind, Question, Text
from forms.xlsform import columns
from forms.xlsform.choices import Lists
from forms.xlsform.looks import read_appearance
from forms.xlsform.parameters import PARAMETRISED, Parameters, read_parameters
from forms.xlsform.rowtypes import RowType
from forms.xlsform.sheets import SURVEY, Line

_ALWAYS = frozenset({"type", "name", "label", "relevant"})
_X = frozenset({"x_bind", "x_consolidate", "x_previous"})
_SHOWN = frozenset({"hint", "guidance_hint", "appearance"})
_CHECKED = frozenset({"required", "required_message", "constraint", "constraint_message"})
_COMPUTED = frozenset({"calculation", "trigger"})
_INPUT = _ALWAYS | _SHOWN | _CHECKED | _COMPUTED | _X | {"default", "read_only"}
GROUP_COLUMNS = _ALWAYS | {"appearance"}
REPEAT_COLUMNS = GROUP_COLUMNS | {"x_consolidate", "repeat_count"}
# Meaningless but harmless on rows that nobody answers; told as a warning.
_IDLE = frozenset({"required", "required_message", "hint", "guidance_hint", "appearance", "read_only"})


def columns_of(kind: Kind) -> frozenset[str]:
    """The columns that mean something for a question of this kind."""
    if kind in METADATA:
        return _ALWAYS - {"relevant"}
    if kind is Kind.NOTE:
        return _ALWAYS | _SHOWN
    if kind is Kind.CALCULATE:
        return _ALWAYS | _COMPUTED | {"x_consolidate", "x_previous"}
    if kind is Kind.HIDDEN:
        return _ALWAYS | _COMPUTED | _X | {"default"}
    found = _INPUT | {"parameters"} if kind in PARAMETRISED else _INPUT
    if kind in FILES:
        return found - _COMPUTED - {"default", "read_only", "x_bind", "x_previous"}
    if kind is Kind.ACKNOWLEDGE:
        return found - _COMPUTED - {"x_bind", "x_previous"}
    return found | {"choice_filter"} if kind in LISTED else found


def tell_idle(line: Line, allowed: frozenset[str], what: str) -> None:
    """Content in a column that means nothing for this kind of row."""
    for key in (*line.values, *(key for key in line.others if key not in line.values)):
        if key in allowed or key not in SURVEY:
            continue  # a column that we do not know is told once, by the importer
        told = line.warning if key in _IDLE else line.problem
        told("column_not_for_type", key, type=what)


def read_question(
    line: Line, row: RowType, name: str, prefix: str, lists: Lists, taken: Container[str]
) -> list[Question]:
    """The question, and the text for another answer that or_other adds. `prefix` is the path of what it
    stands in with a slash, "" at the top; `taken` are the names that the survey gives."""
    kind = row.kind or Kind.TEXT
    if kind is Kind.CALCULATE and line.get("default") and not line.get("calculation"):
        row = replace(row, kind=Kind.HIDDEN)  # as in pyxform: set once, when the form is opened
        kind = Kind.HIDDEN
    tell_idle(line, columns_of(kind), kind.value)
    parameters = read_parameters(line, kind, row.file)
    choices = _choices(line, row, parameters, lists)
    made = _made(line, row, f"{prefix}{name}", choices, lists.get(choices), parameters)
    if row.blank:
        line.warning("metadata_left_blank", "type", type=line.get("type")[:80])
    if not row.other:
        return [made]
    if made.choice_filter is not None:
        line.problem("or_other_with_filter", "choice_filter", name=name)
    if choices is None:
        return [made]
    lists.offer_other(choices, line)
    specify = f"{name}_{OTHER}"
    if specify in taken:
        line.problem("or_other_name_taken", "name", name=name, other=specify)
        return [made]
    return [made, _specify(name, f"{prefix}{specify}", lists)]


def _choices(line: Line, row: RowType, parameters: Parameters, lists: Lists) -> str | None:
    """The key of the question's list, None when it has none or the list is not there."""
    if row.choices is None:
        return None
    if row.file:
        return lists.from_file(line, row.choices, parameters.value, parameters.label)
    if lists.get(row.choices) is not None:
        return row.choices
    line.problem("unknown_list", "type", list=row.choices[:80], **line.near(row.choices, lists.sheet_names()))
    return None


def _made(
    line: Line,
    row: RowType,
    path: str,
    choices: str | None,
    offered: tuple[Choice, ...] | None,
    parameters: Parameters,
) -> Question:
    kind, name = row.kind or Kind.TEXT, path.rpartition("/")[2]
    calculation, trigger = columns.expression(line, "calculation"), columns.trigger(line)
    if trigger and not line.get("calculation"):
        calculation = compile_expression("''")  # as in ODK: the change empties it
    elif kind is Kind.CALCULATE and not line.get("calculation"):
        line.problem("missing_calculation", "calculation", name=name)
    constraint, hint = columns.expression(line, "constraint"), columns.text(line, "hint")
    if row.preset:
        constraint = constraint or compile_expression(row.preset.constraint)
        hint = hint or Text((row.preset.hint,) if row.preset.hint else ())
    appearance = read_appearance(line, kind) if kind not in UNSEEN else frozenset()
    if kind not in UNSEEN and not line.get("label") and "label" not in appearance:
        line.problem("missing_label", "label", name=name)
    return Question(
        name=name,
        path=path,
        kind=kind,
        label=columns.text(line, "label"),
        hint=hint,
        guidance=columns.text(line, "guidance_hint"),
        required=columns.required(line),
        required_message=columns.text(line, "required_message"),
        relevant=columns.expression(line, "relevant"),
        constraint=constraint,
        constraint_message=columns.text(line, "constraint_message"),
        calculation=calculation,
        trigger=trigger,
        default=columns.default(line, kind, offered, parameters.range),
        choices=choices,
        choice_filter=columns.expression(line, "choice_filter"),
        read_only=columns.yes_no(line, "read_only"),
        appearance=appearance,
        range=parameters.range,
        shuffle=parameters.shuffle,
        rows=parameters.rows,
        bind=columns.bind(line, kind),
        consolidate=columns.consolidate(line, kind),
        previous=columns.previous(line, kind),
    )


def _specify(name: str, path: str, lists: Lists) -> Question:
    words, others = lists.in_words("Ghi rõ lựa chọn khác", "Specify other")
    label = Text((words,), {language: (said,) for language, said in others.items()})
    relevant = compile_expression(f"selected(${{{name}}}, '{OTHER}')")
    return Question(f"{name}_{OTHER}", path, Kind.TEXT, label, relevant=relevant)
