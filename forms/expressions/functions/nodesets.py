"""Functions on node-sets: counting, adding up, repeats, instances."""

from __future__ import annotations

import math
from collections.abc import Callable

from forms.expressions.arithmetic import settled
from forms.expressions.environment import Run
from forms.expressions.functions import several
from forms.expressions.functions.registry import Code, Maker, function
from forms.expressions.syntax import Call
from forms.expressions.values import number_of_text
from forms.tree import Node


@function("count", 1, 1, "number")
def _count(make: Maker, call: Call) -> Code[float]:
    nodes = make.nodes(call.arguments[0])
    return lambda node, run: float(len(nodes(node, run)))


@function("count-non-empty", 1, 1, "number")
def _count_non_empty(make: Maker, call: Call) -> Code[float]:
    nodes = make.nodes(call.arguments[0])
    return lambda node, run: float(sum(1 for found in nodes(node, run) if found.text()))


@function("sum", 1, 1, "number")
def _sum(make: Maker, call: Call) -> Code[float]:
    """NaN when any node is no number, blank ones included (ODK Web Forms; JavaRosa skips them)."""
    nodes = make.nodes(call.arguments[0])
    return lambda node, run: _added([number_of_text(found.text(), run.zone) for found in nodes(node, run)])


def _added(numbers: list[float]) -> float:
    """Rounded once, at the end: ten times 0.1 is 1 (and the same on every version of Python)."""
    try:
        total = math.fsum(numbers)
        return total if total.is_integer() else settled(total, max(map(abs, numbers), default=0.0))
    except (OverflowError, ValueError):
        return sum(numbers, 0.0)


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[Maker, Call], Code[float]]:
    """The greatest or least of all arguments and all nodes in them; NaN when one is none, or none is there."""

    def build(make: Maker, call: Call) -> Code[float]:
        lists = [several.numbers(make, part) for part in call.arguments]

        def extreme(node: Node, run: Run) -> float:
            numbers = [number for found in lists for number in found(node, run)]
            if not numbers or any(number != number for number in numbers):
                return math.nan
            return choose(numbers)

        return extreme

    return build


function("max", 1, None, "number", pure=True)(_extreme(max))
function("min", 1, None, "number", pure=True)(_extreme(min))


@function("last", 0, 0, "number")
def _last(make: Maker, call: Call) -> Code[float]:
    return lambda node, run: float(run.size)


@function("position", 0, 1, "number")
def _position(make: Maker, call: Call) -> Code[float]:
    """In a predicate, the place of the node tried; of a node (`position(..)`), which of its kind it is."""
    if not call.arguments:
        return lambda node, run: float(run.position)
    nodes = make.nodes(call.arguments[0])

    def position(node: Node, run: Run) -> float:
        found = nodes(node, run)
        return float(_among_siblings(found[0])) if found else math.nan

    return position


def _among_siblings(node: Node) -> int:
    if node.parent is None:
        return 1
    number = 0
    for sibling in node.parent.children:
        number += sibling.name == node.name
        if sibling is node:
            break
    return number


def _named(make: Maker, call: Call) -> Code[str]:
    if not call.arguments:
        return lambda node, run: _name(node)
    nodes = make.nodes(call.arguments[0])

    def named(node: Node, run: Run) -> str:
        found = nodes(node, run)
        return _name(found[0]) if found else ""

    return named


def _name(node: Node) -> str:
    return "" if node.name.startswith("#") else node.name.removeprefix("@")


function("name", 0, 1, "string")(_named)
function("local-name", 0, 1, "string")(_named)


@function("namespace-uri", 0, 1, "string")
def _namespace(make: Maker, call: Call) -> Code[str]:
    """Always blank: trees carry no namespaces."""
    return lambda node, run: ""


@function("current", 0, 0, "nodes")
def _current(make: Maker, call: Call) -> Code[list[Node]]:
    return lambda node, run: [run.origin]


@function("instance", 1, 1, "nodes")
def _instance(make: Maker, call: Call) -> Code[list[Node]]:
    name = make.string(call.arguments[0])

    def instance(node: Node, run: Run) -> list[Node]:
        found = run.env.instances.get(name(node, run))
        return [] if found is None else [found]

    return instance


@function("indexed-repeat", 3, None, "nodes")
def _indexed_repeat(make: Maker, call: Call) -> Code[list[Node]]:
    """The nodes of the first argument that lie in the n-th of the repeats, (repeats, n) from the outermost in.

    The pairs may stand in any order, as in ODK. Question names mean all rows here,
    not the row we are in.
    """
    if len(call.arguments) % 2 == 0:
        given = len(call.arguments)
        return make.fail("wrong_argument_count", call.at, name=call.name, least=given + 1, most=None, given=given)
    wanted = make.everywhere(call.arguments[0])
    repeats = [make.everywhere(part) for part in call.arguments[1::2]]
    places = [make.number(part) for part in call.arguments[2::2]]

    def indexed(node: Node, run: Run) -> list[Node]:
        pairs = [(repeat(node, run), place(node, run)) for repeat, place in zip(repeats, places, strict=True)]
        pairs.sort(key=lambda pair: _depth(pair[0]))
        row: Node | None = None
        for rows, place in pairs:
            inside = rows if row is None else [each for each in rows if _lies_in(each, row)]
            if not (place >= 1 and place <= len(inside) and place == int(place)):
                return []
            row = inside[int(place) - 1]
        return [each for each in wanted(node, run) if row is not None and _lies_in(each, row)]

    return indexed


def _depth(rows: list[Node]) -> int:
    depth = 0
    node = rows[0].parent if rows else None
    while node is not None:
        depth += 1
        node = node.parent
    return depth


def _lies_in(node: Node, ancestor: Node) -> bool:
    above = node.parent
    while above is not None and above is not ancestor:
        above = above.parent
    return above is ancestor
