"""The axes of XPath 1.0, 2.2: from one node to others."""

from __future__ import annotations

from collections.abc import Callable

from forms.tree import Node

Axis = Callable[[Node], list[Node]]


def _descendants(node: Node) -> list[Node]:
    return list(node.walk())[1:]


def _ancestors(node: Node) -> list[Node]:
    found = []
    above = node.parent
    while above is not None:
        found.append(above)
        above = above.parent
    return found


def _siblings_after(node: Node) -> list[Node]:
    if node.parent is None or node.name.startswith("@"):
        return []
    children = node.parent.children
    return children[_place(children, node) + 1 :]


def _siblings_before(node: Node) -> list[Node]:
    if node.parent is None or node.name.startswith("@"):
        return []
    children = node.parent.children
    return children[: _place(children, node)][::-1]


def _place(children: list[Node], node: Node) -> int:
    return next(number for number, child in enumerate(children) if child is node)


def _following(node: Node) -> list[Node]:
    found: list[Node] = _descendants(node.parent) if node.name.startswith("@") and node.parent else []
    for here in (node, *_ancestors(node)):
        for sibling in _siblings_after(here):
            found.extend(sibling.walk())
    return found


def _preceding(node: Node) -> list[Node]:
    found: list[Node] = []
    for here in (node, *_ancestors(node)):
        for sibling in _siblings_before(here):
            found.extend(reversed(list(sibling.walk())))
    return found


# Each gives nodes in the order in which positions count: backwards for the reverse axes.
AXES: dict[str, Axis] = {
    "ancestor": _ancestors,
    "ancestor-or-self": lambda node: [node, *_ancestors(node)],
    "attribute": lambda node: list(node.attributes),
    "child": lambda node: node.children,
    "descendant": _descendants,
    "descendant-or-self": lambda node: list(node.walk()),
    "following": _following,
    "following-sibling": _siblings_after,
    "namespace": lambda node: [],
    "parent": lambda node: [] if node.parent is None else [node.parent],
    "preceding": _preceding,
    "preceding-sibling": _siblings_before,
    "self": lambda node: [node],
}
REVERSE = frozenset({"ancestor", "ancestor-or-self", "preceding", "preceding-sibling"})
