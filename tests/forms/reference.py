"""A slow reference for expressions: it walks the structure from which a text was written.

It shares nothing with the engine but the tree of nodes. It has its own conversions (reference_values.py), never
parses, and treats every value dynamically; axes are found by looking at all nodes (reference_axes.py).

A part is a tuple, its kind first: number, text, name, here, child, any (`//name`), axis, union, filter, path, minus,
call, or the sign of an operator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from forms.tree import Node, Scope
from tests.forms.reference_axes import REVERSE, inside, ordered, reached, top_of
from tests.forms.reference_functions import FUNCTIONS
from tests.forms.reference_values import COMPUTED, Value, boolean, compared, number, string

Tree = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """Where a part is evaluated; `origin` is the node that the whole began with."""

    node: Node
    scope: Scope
    origin: Node
    position: int = 1
    size: int = 1


def walked(tree: Tree, place: Place) -> Value:
    kind, *rest = tree
    match kind:
        case "number" | "text":
            constant: Value = rest[0]
            return constant
        case "minus":
            return -number(walked(rest[0], place))
        case "call":
            return called(str(rest[0]), rest[1:], place)
        case "and" | "or":
            first = boolean(walked(rest[0], place))
            return first if first is (kind == "or") else boolean(walked(rest[1], place))
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return compared(kind, walked(rest[0], place), walked(rest[1], place))
        case "+" | "-" | "*" | "div" | "mod":
            return COMPUTED[kind](number(walked(rest[0], place)), number(walked(rest[1], place)))
        case _:
            return nodes(tree, place)


def nodes(tree: Tree, place: Place) -> list[Node]:
    kind, *rest = tree
    match kind:
        case "name":
            return place.scope.find(str(rest[0]))
        case "here":
            return [place.node]
        case "call":
            return [place.origin]
        case "child":
            return [child for child in place.node.children if child.name == rest[0]]
        case "any":
            return [node for node in top_of(place.node).walk() if node.name == rest[0]]
        case "union":
            return ordered([*nodes(rest[0], place), *nodes(rest[1], place)])
        case "filter":
            return kept(ordered(nodes(rest[0], place)), rest[1], place)
        case "path":
            start, axis, test, predicate = rest
            return ordered(
                [found for node in nodes(start, place) for found in stepped(node, axis, test, predicate, place)]
            )
        case _:
            axis, test, predicate = rest
            return ordered(stepped(place.node, axis, test, predicate, place))


def stepped(node: Node, axis: str, test: str, predicate: Tree | None, place: Place) -> list[Node]:
    """The nodes on an axis, the nearest first where the axis runs backwards."""
    found = [other for other in reached(node, axis) if fits(other, axis, test)]
    if axis in REVERSE:
        found.reverse()
    return found if predicate is None else kept(found, predicate, place)


def fits(node: Node, axis: str, test: str) -> bool:
    if test == "node()":
        return True
    if axis == "attribute":
        return test in ("*", node.name.removeprefix("@"))
    return not node.name.startswith("@") and node.name != "" and test in ("*", node.name)


def kept(found: list[Node], predicate: Tree, place: Place) -> list[Node]:
    keep = []
    for position, node in enumerate(found, 1):
        value = walked(predicate, replace(place, node=node, position=position, size=len(found)))
        if value == position if isinstance(value, float) else boolean(value):
            keep.append(node)
    return keep


def called(name: str, arguments: list[Any], place: Place) -> Value:
    match name:
        case "if":
            return walked(arguments[1] if boolean(walked(arguments[0], place)) else arguments[2], place)
        case "position" if arguments:
            found = nodes(arguments[0], place)
            return float(standing(found[0])) if found else math.nan
        case "position":
            return float(place.position)
        case "last":
            return float(place.size)
        case "current":
            return [place.origin]
        case "once":
            return inside(place.node) or string(walked(arguments[0], place))
    return FUNCTIONS[name](*[walked(argument, place) for argument in arguments])


def standing(node: Node) -> int:
    alike = [child for child in node.parent.children if child.name == node.name] if node.parent else [node]
    return next(place for place, child in enumerate(alike, 1) if child is node)
