"""Functions on chosen values and on lists of choices."""

from __future__ import annotations

import re

from forms.expressions.environment import Run
from forms.expressions.functions.registry import Code, Maker, function, plain
from forms.expressions.lexer import NAME
from forms.expressions.syntax import Call, Part, Path, Reference, Text
from forms.expressions.values import text_of
from forms.tree import Node

_QUESTION = re.compile(rf"(?:\$\{{\s*(?P<name>{NAME})\s*\}})|(?:.*/)?(?P<step>{NAME})\s*", re.DOTALL)


@function("selected", 2, 2, "boolean", pure=True)
def _selected(make: Maker, call: Call) -> Code[bool]:
    """Whether a value is among those chosen; a blank value is when nothing is."""
    chosen = make.string(call.arguments[0])
    constant = make.constant(call.arguments[1])
    if constant is None:
        value = make.string(call.arguments[1])
        return lambda node, run: _is_chosen(chosen(node, run), value(node, run).strip())
    wanted = text_of(constant).strip()
    return lambda node, run: _is_chosen(chosen(node, run), wanted)


def _is_chosen(chosen: str, wanted: str) -> bool:
    return wanted in chosen and wanted in (chosen.split() or [""])


def _selected_at(chosen: str, place: float) -> str:
    """Counted from 0."""
    values = chosen.split()
    return values[int(place)] if 0 <= place < len(values) else ""


plain("selected-at", "sn", "string", _selected_at)
plain("count-selected", "s", "number", lambda chosen: float(len(chosen.split())))


@function("jr:choice-name", 2, 2, "string")
def _choice_name(make: Maker, call: Call) -> Code[str]:
    """The label of a value; the second argument names the question: `'${q}'`, a path in quotes, or `${q}`."""
    name = question_named(call.arguments[1])
    if name is None:
        return make.fail("choice_name_argument", call.arguments[1].at)
    value = make.string(call.arguments[0])

    def label(node: Node, run: Run) -> str:
        found = value(node, run)
        labels = run.env.labels
        return labels(found, name) if labels is not None and found else ""

    return label


def question_named(part: Part) -> str | None:
    """The question that the second argument of jr:choice-name means, None when it means none."""
    if isinstance(part, Reference):
        return part.name
    if isinstance(part, Path) and part.steps:
        return part.steps[-1].test
    match = _QUESTION.fullmatch(part.value.strip()) if isinstance(part, Text) else None
    return None if match is None else match["name"] or match["step"]


@function("pulldata", 4, 4, "string")
def _pulldata(make: Maker, call: Call) -> Code[str]:
    """pulldata(instance, column wanted, column searched, value): from the first row that matches, else blank."""
    name, wanted, searched, value = (make.string(part) for part in call.arguments)

    def pulled(node: Node, run: Run) -> str:
        instance = run.env.instances.get(name(node, run))
        if instance is None:
            return ""
        column, key, looked_for = wanted(node, run), searched(node, run), value(node, run)
        for row in _rows(instance):
            cells = {cell.name: cell for cell in row.children}
            if key in cells and cells[key].text() == looked_for:
                return cells[column].text() if column in cells else ""
        return ""

    return pulled


def _rows(instance: Node) -> list[Node]:
    inner = instance.children
    return inner[0].children if len(inner) == 1 and inner[0].name == "root" else inner
