"""Arguments that may be one value or a node-set: compiled to a list, a node-set giving one entry for each node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from forms.expressions.environment import Run
from forms.expressions.functions.registry import Code, Maker
from forms.expressions.syntax import Part
from forms.expressions.values import Value, number_of, number_of_text, text_of, truth_of
from forms.tree import Node

T = TypeVar("T")


def texts(make: Maker, part: Part) -> Code[list[str]]:
    return _listed(make, part, lambda text, run: text, lambda value, run: text_of(value))


def numbers(make: Maker, part: Part) -> Code[list[float]]:
    return _listed(
        make,
        part,
        lambda text, run: number_of_text(text, run.zone),
        lambda value, run: number_of(value, run.zone),
    )


def truths(make: Maker, part: Part) -> Code[list[bool]]:
    """Of a node, whether it has any text."""
    return _listed(make, part, lambda text, run: bool(text), lambda value, run: truth_of(value))


def _listed(
    make: Maker, part: Part, of_text: Callable[[str, Run], T], of_value: Callable[[Value, Run], T]
) -> Code[list[T]]:
    value = make.value(part)

    def listed(node: Node, run: Run) -> list[T]:
        found = value(node, run)
        if isinstance(found, list):
            return [of_text(each.text(), run) for each in found]
        return [of_value(found, run)]

    return listed
