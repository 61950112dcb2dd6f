"""Compiled evaluation agrees with a slow reference that walks the expression as it was made up.

The reference shares nothing with the engine but the tree of nodes: it has its own
conversions, never parses (it holds the structure from which the text was written)
and treats every value dynamically.
"""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.expressions import Environment, compile
from forms.tree import Node, Scope

ENV = Environment(datetime(2025, 8, 18, 9, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")))
NAMES = ("a", "b", "c", "v")
VALUES = ("", "0", "1", "2", "10", "-1", "2.5", " 3 ", "x", "x y", "y", "114", "NaN", "true")

Value = str | float | bool | list[Node]
Tree = tuple[Any, ...]


@dataclass
class Place:
    """Where a part is evaluated."""

    node: Node
    scope: Scope
    position: int = 1
    size: int = 1


# --- conversions, written again


def number(value: Value) -> float:
    if isinstance(value, list):
        value = string(value)
    if isinstance(value, str):
        plain = value.strip(" \t\r\n")
        return float(plain) if re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)", plain) else math.nan
    return float(value)


def inside(node: Node) -> str:
    return "".join(map(inside, node.children)) if node.children else node.value


def string(value: Value) -> str:
    if isinstance(value, list):
        return inside(value[0]) if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        text = format(Decimal(repr(value)), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    return value


def boolean(value: Value) -> bool:
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    return bool(value)


# --- the reference


def compared(sign: str, left: Value, right: Value) -> bool:
    holds: Callable[[Any, Any], bool] = {
        "=": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }[sign]
    if sign in ("=", "!=") and (isinstance(left, bool) or isinstance(right, bool)):
        return holds(boolean(left), boolean(right))
    for one in [inside(node) for node in left] if isinstance(left, list) else [left]:
        for other in [inside(node) for node in right] if isinstance(right, list) else [right]:
            numeric = sign not in ("=", "!=") or isinstance(one, float) or isinstance(other, float)
            if holds(number(one), number(other)) if numeric else holds(one, other):
                return True
    return False


def divided(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.inf if (left > 0) == (math.copysign(1, right) > 0) else -math.inf
    return left / right


def remainder(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


def computed(sign: str, left: float, right: float) -> float:
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "div":
            return divided(left, right)
        case _:
            return remainder(left, right)


def rounded(value: float) -> float:
    if not math.isfinite(value):
        return value
    half = (abs(Decimal(repr(value))) + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return float(half) if value > 0 else -float(half)


def value_of(constant: Any) -> Value:
    assert isinstance(constant, str | float)
    return constant


def walked(tree: Tree, place: Place) -> Value:
    kind, *rest = tree
    match kind:
        case "number" | "text":
            return value_of(rest[0])
        case "name":
            return place.scope.find(str(rest[0]))
        case "here":
            return [place.node]
        case "child":
            return [child for child in place.node.children if child.name == rest[0]]
        case "rows":
            return rows(rest[0], str(rest[1]), place)
        case "minus":
            return -number(walked(rest[0], place))
        case "call":
            return called(str(rest[0]), rest[1:], place)
    sign, left, right = str(kind), rest[0], rest[1]
    return operated(sign, left, right, place)


def operated(sign: str, left: Tree, right: Tree, place: Place) -> Value:
    if sign in ("and", "or"):
        first = boolean(walked(left, place))
        return first if first is (sign == "or") else boolean(walked(right, place))
    if sign in ("=", "!=", "<", "<=", ">", ">="):
        return compared(sign, walked(left, place), walked(right, place))
    return computed(sign, number(walked(left, place)), number(walked(right, place)))


def rows(predicate: Tree, name: str, place: Place) -> list[Node]:
    top = place.node
    while top.parent is not None:
        top = top.parent
    all_rows = [child for child in top.children[0].children if child.name == "row"]
    kept = []
    for index, node in enumerate(all_rows, 1):
        found = walked(predicate, Place(node, place.scope, index, len(all_rows)))
        if found == index if isinstance(found, float) else boolean(found):
            kept.append(node)
    return [child for node in kept for child in node.children if child.name == name]


def called(name: str, arguments: list[Any], place: Place) -> Value:
    if name == "if":
        branch = arguments[1] if boolean(walked(arguments[0], place)) else arguments[2]
        return walked(branch, place)
    if name == "position":
        return float(place.position)
    if name == "last":
        return float(place.size)
    return FUNCTIONS[name](*[walked(argument, place) for argument in arguments])


def extreme(choose: Callable[[list[float]], float]) -> Callable[..., Value]:
    def found(*values: Value) -> Value:
        numbers = [
            number(each)
            for value in values
            for each in ([inside(node) for node in value] if isinstance(value, list) else [value])
        ]
        return choose(numbers) if numbers and not any(map(math.isnan, numbers)) else math.nan

    return found


def texts(value: Value) -> list[str]:
    return [inside(node) for node in value] if isinstance(value, list) else [string(value)]


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "not": lambda value: not boolean(value),
    "boolean": boolean,
    "string": string,
    "number": number,
    "coalesce": lambda first, second: string(first) or string(second),
    "concat": lambda *values: "".join(text for value in values for text in texts(value)),
    "contains": lambda text, part: string(part) in string(text),
    "starts-with": lambda text, part: string(text).startswith(string(part)),
    "string-length": lambda text: float(len(string(text))),
    "round": lambda value: rounded(number(value)),
    "abs": lambda value: abs(number(value)),
    "count": lambda nodes: float(len(nodes)),
    "sum": lambda nodes: sum((number(inside(node)) for node in nodes), 0.0),
    "max": extreme(max),
    "min": extreme(min),
    "selected": lambda chosen, value: string(value).strip() in (string(chosen).split() or [""]),
    "count-selected": lambda chosen: float(len(string(chosen).split())),
}
SHAPES = {
    **dict.fromkeys(("not", "boolean", "string", "number", "string-length", "round", "abs"), 1),
    **dict.fromkeys(("coalesce", "contains", "starts-with", "selected", "max", "min"), 2),
    "count-selected": 1,
    "concat": 3,
    "if": 3,
}

# --- writing the structure down, with brackets only where they are needed

STRENGTH = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "div", "mod"), 6),
}


def written(tree: Tree, needed: int = 0) -> str:
    kind, *rest = tree
    match kind:
        case "number":
            return repr(rest[0])
        case "text":
            return f"'{rest[0]}'"
        case "name":
            return f"${{{rest[0]}}}"
        case "here":
            return "."
        case "child":
            return str(rest[0])
        case "rows":
            return f"/data/row[{written(rest[0])}]/{rest[1]}"
        case "minus":
            text, strength = f"-{written(rest[0], 7)}", 7
        case "call":
            arguments = ", ".join(written(each) for each in rest[1:])
            return f"{rest[0]}({arguments})"
        case _:
            strength = STRENGTH[str(kind)]
            left, right = written(rest[0], strength), written(rest[1], strength + 1)
            text = f"{left} {kind} {right}"
    return f"({text})" if strength < needed else text


# --- making it up


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    calls = [st.tuples(st.just("call"), st.just(name), *[inner] * count) for name, count in SHAPES.items()]
    sets = st.one_of(NODES, st.tuples(st.just("rows"), inner, st.sampled_from(("v", "w"))))
    return st.one_of(
        st.tuples(st.sampled_from(sorted(STRENGTH)), inner, inner),
        st.tuples(st.just("minus"), inner),
        st.tuples(st.just("rows"), inner, st.sampled_from(("v", "w"))),
        st.tuples(st.just("call"), st.sampled_from(("count", "sum")), sets),
        *calls,
    )


NODES: st.SearchStrategy[Tree] = st.one_of(
    st.tuples(st.just("name"), st.sampled_from((*NAMES, "nobody"))),
    st.just(("here",)),
    st.tuples(st.just("child"), st.sampled_from(("v", "w"))),
)
LEAVES: st.SearchStrategy[Tree] = st.one_of(
    NODES,
    st.tuples(st.just("number"), st.sampled_from((0.0, 1.0, 2.0, 3.0, 10.0, 0.5, 2.5))),
    st.tuples(st.just("text"), st.sampled_from(VALUES)),
    st.sampled_from((("call", "position"), ("call", "last"))),
)
TREES = st.recursive(LEAVES, grown, max_leaves=12)
ROWS = st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(VALUES)), max_size=4)


def planted(answers: tuple[str, str, str], rows_of: list[tuple[str, str]]) -> Node:
    document = Node("", scope=Scope())
    scope = document.scope
    assert scope is not None
    data = document.add("data", scope=scope)
    for name, answer in zip(NAMES, answers, strict=False):
        scope.add(data.add(name, answer, scope))
    for v, w in rows_of:
        inner = Scope(scope)
        row = data.add("row", scope=inner)
        inner.add(row.add("v", v, inner))
        inner.add(row.add("w", w, inner))
    return document


def same(left: Value, right: Value) -> bool:
    if isinstance(left, list) or isinstance(right, list):
        return isinstance(left, list) and isinstance(right, list) and list(map(id, left)) == list(map(id, right))
    if type(left) is not type(right):
        return False
    return left == right or (left != left and right != right)


@pytest.mark.slow
@settings(max_examples=1_500, deadline=None)
@given(tree=TREES, answers=st.tuples(*[st.sampled_from(VALUES)] * 3), rows_of=ROWS, at=st.integers(0, 6))
def test_compiled_evaluation_agrees_with_the_reference(
    tree: Tree, answers: tuple[str, str, str], rows_of: list[tuple[str, str]], at: int
) -> None:
    document = planted(answers, rows_of)
    leaves = [node for node in document.walk() if not node.children and node.name != ""]
    node = leaves[at % len(leaves)]
    assert node.scope is not None
    expected = walked(tree, Place(node, node.scope))
    expression = compile(written(tree))
    assert same(expression.evaluate(node, ENV), expected), written(tree)
    assert expression.string(node, ENV) == string(expected)
    assert same(expression.number(node, ENV), number(expected))
    assert expression.boolean(node, ENV) is boolean(expected)
