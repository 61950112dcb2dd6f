"""The axes of XPath for the reference: found by looking at every node of the document, in document order."""

from __future__ import annotations

from forms.tree import Node

REVERSE = frozenset({"ancestor", "ancestor-or-self", "preceding", "preceding-sibling"})
AXES = (
    "ancestor",
    "ancestor-or-self",
    "attribute",
    "child",
    "descendant",
    "descendant-or-self",
    "following",
    "following-sibling",
    "parent",
    "preceding",
    "preceding-sibling",
    "self",
)


def inside(node: Node) -> str:
    """The text of a node and of all in it."""
    return "".join(map(inside, node.children)) if node.children else node.value


def top_of(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def everything(node: Node) -> list[Node]:
    """The whole document in order, the attributes of an element right behind it."""
    return [node, *node.attributes, *[each for child in node.children for each in everything(child)]]


def above(node: Node) -> list[Node]:
    return [] if node.parent is None else [*above(node.parent), node.parent]


def ordered(nodes: list[Node]) -> list[Node]:
    """Each once, in document order."""
    if not nodes:
        return []
    return [node for node in everything(top_of(nodes[0])) if any(node is other for other in nodes)]


def reached(node: Node, axis: str) -> list[Node]:
    """The nodes on an axis, in document order whichever way the axis runs."""
    document = everything(top_of(node))
    place = next(index for index, each in enumerate(document) if each is node)
    match axis:
        case "self":
            return [node]
        case "parent":
            return [] if node.parent is None else [node.parent]
        case "attribute":
            return list(node.attributes)
        case "ancestor":
            return above(node)
        case "ancestor-or-self":
            return [*above(node), node]
    elements = [(index, each) for index, each in enumerate(document) if not each.name.startswith("@")]
    match axis:
        case "child":
            return [each for _index, each in elements if each.parent is node]
        case "descendant":
            return [each for _index, each in elements if node in above(each)]
        case "descendant-or-self":
            return [node, *[each for _index, each in elements if node in above(each)]]
        case "following":
            return [each for index, each in elements if index > place and node not in above(each)]
        case "preceding":
            return [each for index, each in elements if index < place and each not in above(node)]
    siblings = [
        (index, each) for index, each in elements if each.parent is node.parent and not node.name.startswith("@")
    ]
    if axis == "following-sibling":
        return [each for index, each in siblings if index > place]
    return [each for index, each in siblings if index < place]
