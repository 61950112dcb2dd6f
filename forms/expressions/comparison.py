"""`=`, `!=`, `<`, `<=`, `>`, `>=` compiled for the kinds of their two sides."""

from __future__ import annotations

from forms.expressions import dates
from forms.expressions.arithmetic import ON_PAPER, ORDERINGS
from forms.expressions.environment import Run
from forms.expressions.functions.registry import Code, Maker
from forms.expressions.syntax import Chain, Compare, Part
from forms.expressions.values import (
    Ordering,
    equal,
    number_of_text,
    related,
    same_text,
    text_of,
)
from forms.tree import Node

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


def build(make: Maker, part: Compare) -> Code[bool]:
    """Compiled to what the two kinds need and no more; "any" and pairs of node-sets go the general way."""
    left, right, sign = part.left, part.right, part.operator
    if make.kind(right) == "nodes" and make.kind(left) != "nodes":
        left, right, sign = right, left, _MIRRORED[sign]
    kinds = (make.kind(left), make.kind(right))
    if kinds == ("nodes", "nodes") and sign in ("=", "!="):
        return _any_pair(make, left, right, sign == "=")
    if "any" in kinds or kinds == ("nodes", "nodes"):
        return _general(make, left, right, sign)
    if sign in ("=", "!="):
        return _equality(make, left, right, sign)
    holds = ORDERINGS[sign]
    if kinds[0] == "nodes":
        return _any_number(make, left, right, holds)
    return _numbers(make, left, right, holds)


def _general(make: Maker, left: Part, right: Part, sign: str) -> Code[bool]:
    first, second = make.value(left), make.value(right)
    if sign in ("=", "!="):
        wanted = sign == "="
        return lambda node, run: equal(first(node, run), second(node, run), wanted, run.zone)
    holds = ORDERINGS[sign]
    return lambda node, run: related(first(node, run), second(node, run), holds, run.zone)


def _equality(make: Maker, left: Part, right: Part, sign: str) -> Code[bool]:
    kinds = (make.kind(left), make.kind(right))
    holds = ORDERINGS[sign]
    if "boolean" in kinds:
        first, second = make.boolean(left), make.boolean(right)
        return lambda node, run: holds(first(node, run), second(node, run))
    if "number" in kinds:
        return _any_number(make, left, right, holds) if kinds[0] == "nodes" else _numbers(make, left, right, holds)
    wanted = sign == "="
    if kinds[0] == "nodes":
        return _any_text(make, left, right, wanted)
    one, other = make.string(left), make.string(right)
    return lambda node, run: same_text(one(node, run), other(node, run), run.zone) is wanted


def _numbers(make: Maker, left: Part, right: Part, holds: Ordering) -> Code[bool]:
    first, second = _on_paper(make, left), _on_paper(make, right)
    constant = None if isinstance(right, Chain) else make.constant(right)
    if isinstance(constant, float):
        return lambda node, run: holds(first(node, run), constant)
    return lambda node, run: holds(first(node, run), second(node, run))


def _on_paper(make: Maker, part: Part) -> Code[float]:
    """A number to compare: sums and differences without the noise of binary fractions."""
    if not isinstance(part, Chain):
        return make.number(part)
    first = _on_paper(make, part.first)
    rest = [(ON_PAPER[sign], _on_paper(make, term)) for sign, term in part.rest]

    def chained(node: Node, run: Run) -> float:
        total = first(node, run)
        for compute, term in rest:
            total = compute(total, term(node, run))
        return total

    return chained


def _any_number(make: Maker, left: Part, right: Part, holds: Ordering) -> Code[bool]:
    nodes, number = make.nodes(left), _on_paper(make, right)

    def compared(node: Node, run: Run) -> bool:
        limit = number(node, run)
        zone = run.zone
        for found in nodes(node, run):
            value = number_of_text(found.text(), zone)
            if holds(value, limit):
                return True
        return False

    return compared


def _any_pair(make: Maker, left: Part, right: Part, wanted: bool) -> Code[bool]:
    """The shape of a choice filter, `kind = ${kind}`, tried on every item of a list."""
    first, second = make.nodes(left), make.nodes(right)

    def compared(node: Node, run: Run) -> bool:
        others = second(node, run)
        for found in first(node, run):
            text = found.text()
            for other in others:
                same = same_text(text, other.text(), run.zone)
                if same is wanted:
                    return True
        return False

    return compared


def _any_text(make: Maker, left: Part, right: Part, wanted: bool) -> Code[bool]:
    nodes, text = make.nodes(left), make.string(right)
    constant = make.constant(right)
    if constant is not None and not dates.looks_like_date(text_of(constant)):
        return _any_equal(nodes, text_of(constant), wanted)

    def compared(node: Node, run: Run) -> bool:
        other = text(node, run)
        for found in nodes(node, run):
            same = same_text(found.text(), other, run.zone)
            if same is wanted:
                return True
        return False

    return compared


def _any_equal(nodes: Code[list[Node]], constant: str, wanted: bool) -> Code[bool]:
    def compared(node: Node, run: Run) -> bool:
        for found in nodes(node, run):
            same = found.text() == constant
            if same is wanted:
                return True
        return False

    return compared
