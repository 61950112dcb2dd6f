"""Compiled evaluation agrees with a slow reference (reference.py) for expressions that are made up.

What is made up reaches every operator, every axis and the ways of a form: names inside and outside of repeats, rows
within rows, blank answers, dates, choices.
"""

import math
from datetime import datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forms.expressions import Environment, compile
from forms.tree import Node, Scope
from tests.forms.reference import Place, Tree, walked
from tests.forms.reference_axes import AXES
from tests.forms.reference_values import ZONE, Doubtful, Value, boolean, number, string

ENV = Environment(datetime(2025, 8, 18, 9, 30, tzinfo=ZONE))
NAMES = ("a", "b", "c", "v", "u", "row", "part", "nobody")
VALUES = (
    "", "0", "1", "2", "10", "-1", "2.5", " 3 ", "x", "x y", "y", "y x z", "114", "NaN", "true",
    "2025-07-01", "2025-07-01T00:00:00.000+07:00", "2025-08-18T16:30:00.000+07:00", "1142-1-1",
)  # fmt: skip
NUMBERS = (0.0, 1.0, 2.0, 3.0, 10.0, 0.5, 2.5, 20270.0)

# --- writing the structure down, with brackets only where they are needed

STRENGTH = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "div", "mod"), 6),
}
WHOLE, PATH, UNION = 9, 9, 8


def written(tree: Tree, needed: int = 0) -> str:
    kind, *rest = tree
    strength = WHOLE
    match kind:
        case "number":
            text = repr(rest[0])
        case "text":
            text = f"'{rest[0]}'"
        case "name":
            text = f"${{{rest[0]}}}"
        case "here":
            text = "."
        case "child":
            text = str(rest[0])
        case "any":
            text = f"//{rest[0]}"
        case "axis":
            text = step(*rest)
        case "path":
            text = f"{written(rest[0], PATH)}/{step(*rest[1:])}"
        case "filter":
            text = f"({written(rest[0])})[{written(rest[1])}]"
        case "union":
            text, strength = f"{written(rest[0], UNION)} | {written(rest[1], UNION + 1)}", UNION
        case "minus":
            text, strength = f"-{written(rest[0], 7)}", 7
        case "call":
            text = f"{rest[0]}({', '.join(written(each) for each in rest[1:])})"
        case _:
            strength = STRENGTH[str(kind)]
            text = f"{written(rest[0], strength)} {kind} {written(rest[1], strength + 1)}"
    return f"({text})" if strength < needed else text


def step(axis: str, test: str, predicate: Tree | None) -> str:
    """Short where there is a short way, so that both are tried."""
    if predicate is None and (axis, test) == ("parent", "node()"):
        return ".."
    name = test if axis == "child" else f"@{test}" if axis == "attribute" else f"{axis}::{test}"
    return name if predicate is None else f"{name}[{written(predicate)}]"


# --- making it up

TESTS = st.sampled_from(("*", "node()", "v", "u", "w", "row", "part"))
SETS: st.SearchStrategy[Tree] = st.one_of(
    st.tuples(st.just("name"), st.sampled_from(NAMES)),
    st.just(("here",)),
    st.just(("call", "current")),
    st.tuples(st.just("child"), st.sampled_from(("v", "w", "row", "part"))),
    st.tuples(st.just("any"), st.sampled_from(("v", "u", "row", "part", "a"))),
    st.tuples(st.just("axis"), st.sampled_from(AXES), TESTS, st.none()),
)
LEAVES: st.SearchStrategy[Tree] = st.one_of(
    SETS,
    st.tuples(st.just("number"), st.sampled_from(NUMBERS)),
    st.tuples(st.just("text"), st.sampled_from(VALUES)),
    st.sampled_from((("call", "position"), ("call", "last"), ("call", "true"), ("call", "false"))),
)
SHAPES = {
    **dict.fromkeys(
        ("not", "boolean", "string", "number", "string-length", "round", "abs", "floor", "ceiling", "int"), 1
    ),
    **dict.fromkeys(("coalesce", "contains", "starts-with", "ends-with", "selected", "max", "min", "selected-at"), 2),
    **dict.fromkeys(("substring-before", "substring-after"), 2),
    **dict.fromkeys(("count-selected", "normalize-space", "date", "once"), 1),
    **dict.fromkeys(("concat", "join", "if"), 3),
    "checklist": 4,
}
OF_NODES = ("count", "sum", "count-non-empty", "position", "name", "max", "min", "concat")


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    calls = [st.tuples(st.just("call"), st.just(name), *[inner] * count) for name, count in SHAPES.items()]
    axis = st.sampled_from(AXES)
    sets = st.recursive(
        SETS,
        lambda more: st.one_of(
            st.tuples(st.just("path"), more, axis, TESTS, st.one_of(st.none(), inner)),
            st.tuples(st.just("axis"), axis, TESTS, st.one_of(st.none(), inner)),
            st.tuples(st.just("filter"), more, inner),
            st.tuples(st.just("union"), more, more),
        ),
        max_leaves=3,
    )
    return st.one_of(
        st.tuples(st.sampled_from(sorted(STRENGTH)), inner, inner),
        st.tuples(st.sampled_from(sorted(STRENGTH)), sets, inner),
        st.tuples(st.just("minus"), inner),
        sets,
        st.tuples(st.just("call"), st.sampled_from(OF_NODES), sets),
        st.one_of(*calls),
    )


TREES = st.recursive(LEAVES, grown, max_leaves=10)
CELL = st.sampled_from(VALUES)
ROWS = st.lists(st.tuples(CELL, CELL, st.lists(CELL, max_size=2)), max_size=3)


def planted(answers: tuple[str, str, str], rows: list[tuple[str, str, list[str]]]) -> Node:
    """Three answers, and rows of two answers with parts of one; every row has an attribute."""
    document = Node("", scope=Scope())
    scope = document.scope
    assert scope is not None
    data = document.add("data", scope=scope)
    for name, answer in zip(NAMES, answers, strict=False):
        scope.add(data.add(name, answer, scope))
    for v, w, parts in rows:
        inner = Scope(scope)
        row = data.add("row", scope=inner)
        scope.add(row)
        row.attributes = (Node("@id", v or "r", row),)
        inner.add(row.add("v", v, inner))
        inner.add(row.add("w", w, inner))
        for u in parts:
            deeper = Scope(inner)
            part = row.add("part", scope=deeper)
            inner.add(part)
            deeper.add(part.add("u", u, deeper))
    return document


def same(left: Value, right: Value) -> bool:
    """Of the same type and equal, figures to 12 digits: both sides add up in an order of their own."""
    if isinstance(left, list) or isinstance(right, list):
        return isinstance(left, list) and isinstance(right, list) and list(map(id, left)) == list(map(id, right))
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-12) or (left != left and right != right)
    return left == right


def agree(tree: Tree, document: Node, node: Node) -> None:
    assert node.scope is not None or node.parent is not None
    near: Node | None = node
    while near is not None and near.scope is None:
        near = near.parent
    assert near is not None
    assert near.scope is not None
    try:
        expected = walked(tree, Place(node, near.scope, node))
    except Doubtful:
        assume(False)
    source = written(tree)
    assume(len(source) < 2_000)
    expression = compile(source)
    assert same(expression.evaluate(node, ENV), expected), source
    if not isinstance(expected, float) or expected.is_integer():
        assert expression.string(node, ENV) == string(expected), source
    assert same(expression.number(node, ENV), number(expected)), source
    assert expression.boolean(node, ENV) is boolean(expected), source


@pytest.mark.slow
@settings(max_examples=3_000, deadline=None)
@given(tree=TREES, answers=st.tuples(CELL, CELL, CELL), rows=ROWS, at=st.integers(0, 30))
def test_compiled_evaluation_agrees_with_the_reference(
    tree: Tree, answers: tuple[str, str, str], rows: list[tuple[str, str, list[str]]], at: int
) -> None:
    document = planted(answers, rows)
    places = [node for node in document.walk() if node.name != ""]
    agree(tree, document, places[at % len(places)])
