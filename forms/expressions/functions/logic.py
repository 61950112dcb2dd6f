"""Truth, choice between values, and lists of conditions."""

from __future__ import annotations

import math
from typing import Any

from forms.expressions.environment import Run
from forms.expressions.functions import several
from forms.expressions.functions.registry import Code, Maker, function, plain
from forms.expressions.syntax import Call
from forms.tree import Node

plain("not", "b", "boolean", lambda truth: not truth)
plain("boolean", "b", "boolean", bool)


@function("true", 0, 0, "boolean", pure=True)
def _true(make: Maker, call: Call) -> Code[bool]:
    return lambda node, run: True


@function("false", 0, 0, "boolean", pure=True)
def _false(make: Maker, call: Call) -> Code[bool]:
    return lambda node, run: False


@function("if", 3, 3, "any", pure=True, types=(1, 2))
def _if(make: Maker, call: Call) -> Code[Any]:
    """Only the branch that is taken is evaluated."""
    condition = make.boolean(call.arguments[0])
    then, otherwise = make.value(call.arguments[1]), make.value(call.arguments[2])
    return lambda node, run: then(node, run) if condition(node, run) else otherwise(node, run)


@function("coalesce", 2, None, "string", pure=True)
def _coalesce(make: Maker, call: Call) -> Code[str]:
    """The first text that is not blank, else "".

    NaN is the text "NaN" and not blank: ODK Web Forms says so, and JavaRosa otherwise.
    """
    texts = [make.string(part) for part in call.arguments]

    def first(node: Node, run: Run) -> str:
        for text in texts:
            found = text(node, run)
            if found:
                return found
        return ""

    return first


@function("once", 1, 1, "string")
def _once(make: Maker, call: Call) -> Code[str]:
    """What the question holds already, and the argument while it is blank."""
    text = make.string(call.arguments[0])
    return lambda node, run: node.text() or text(node, run)


def _within(total: float, least: float, most: float) -> bool:
    return (least < 0 or total >= least) and total <= (math.inf if most < 0 else most)


@function("checklist", 2, None, "boolean", pure=True)
def _checklist(make: Maker, call: Call) -> Code[bool]:
    """Whether between so many and so many conditions hold; -1 is no limit."""
    least, most = make.number(call.arguments[0]), make.number(call.arguments[1])
    items = [several.truths(make, part) for part in call.arguments[2:]]

    def holds(node: Node, run: Run) -> bool:
        total = sum(sum(truths(node, run)) for truths in items)
        return _within(float(total), least(node, run), most(node, run))

    return holds


@function("weighted-checklist", 2, None, "boolean", pure=True)
def _weighted(make: Maker, call: Call) -> Code[bool]:
    """Like checklist, with a weight after each condition; a weight without its condition makes it false."""
    if len(call.arguments) % 2:
        given = len(call.arguments)
        return make.fail("wrong_argument_count", call.at, name=call.name, least=given + 1, most=None, given=given)
    least, most = make.number(call.arguments[0]), make.number(call.arguments[1])
    conditions = [several.truths(make, part) for part in call.arguments[2::2]]
    weights = [several.numbers(make, part) for part in call.arguments[3::2]]

    def holds(node: Node, run: Run) -> bool:
        total = 0.0
        for condition, weight in zip(conditions, weights, strict=True):
            truths, numbers = condition(node, run), weight(node, run)
            if len(numbers) > len(truths):
                return False
            total += sum(number for number, true in zip(numbers, truths, strict=False) if true)
        return _within(total, least(node, run), most(node, run))

    return holds
