"""The light tree that expressions are evaluated on.

One tree is built for one evaluation of one form, is private to it and is thrown
away. Elements, text and attributes are all `Node`s, told apart by the first
character of the name, so that the compiled paths need no type checks:

    ""        the document root
    "recv"    an element
    "#text"   a piece of text, present only in trees grown from XML
    "@id"     an attribute (in `attributes`, never among the children)
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

TEXT = "#text"


class Node:
    """One node. `value` is the text of a leaf, "" when blank; an inner node leaves it "".

    Compared and hashed by identity: two equal answers are two nodes.
    """

    __slots__ = ("attributes", "children", "name", "parent", "scope", "value")

    def __init__(self, name: str, value: str = "", parent: Node | None = None, scope: Scope | None = None) -> None:
        self.name = name
        self.value = value
        self.children: list[Node] = []
        self.attributes: tuple[Node, ...] = ()
        self.parent = parent
        self.scope = scope

    def add(self, name: str, value: str = "", scope: Scope | None = None) -> Node:
        """Append a child and return it."""
        child = Node(name, value, self, scope)
        self.children.append(child)
        return child

    def text(self) -> str:
        """The string-value of XPath 1.0: own text, or that of all descendants joined."""
        if not self.children:
            return self.value
        return "".join(node.value for node in self.walk() if not node.children)

    def walk(self) -> Iterator[Node]:
        """This node and its descendants in document order, attributes left out."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def root(self) -> Node:
        """The topmost ancestor, itself when it has none."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def place(self) -> str:
        """Where the node stands in its tree: "data/h/h_item[2]/h_desc". Stable between evaluations,
        and the same in a tree from which siblings of other names were left out."""
        steps: list[str] = []
        node = self
        while node.parent is not None:
            alike = [other for other in node.parent.children if other.name == node.name]
            number = next((number for number, other in enumerate(alike) if other is node), -1)
            steps.append(f"{node.name}[{number + 1}]" if number else node.name)
            node = node.parent
        return "/".join(reversed(steps))

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.value!r}, {len(self.children)} children)"


class Scope:
    """Where `${name}` is looked up: one for the whole instance and one for each repeat row.

    `nodes` holds, by question name, what lies directly in this scope or in inner
    repeat rows, in document order. The nearest scope that knows a name answers.
    """

    __slots__ = ("nodes", "outer")

    def __init__(self, outer: Scope | None = None) -> None:
        self.nodes: dict[str, list[Node]] = {}
        self.outer = outer

    def add(self, node: Node) -> None:
        """Make a node known here and in every scope around this one."""
        scope: Scope | None = self
        while scope is not None:
            scope.nodes.setdefault(node.name, []).append(node)
            scope = scope.outer

    def find(self, name: str) -> list[Node]:
        """The nodes that `${name}` means here; an empty list when nobody knows it."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.nodes.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return []

    def outermost(self) -> Scope:
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope


def from_element(element: ElementTree.Element) -> Node:
    """A document root that holds `element`, with attributes and text as nodes.

    Namespaces are dropped: an element or attribute is known by its local name.
    ElementTree has already left out comments and processing instructions.
    """
    return grow(element)[0]


def grow(element: ElementTree.Element) -> tuple[Node, dict[Node, ElementTree.Element]]:
    """Like `from_element`, and which element each element node came from."""
    document = Node("")
    top = document.add(_local(element.tag))
    origins = {top: element}
    waiting = [(element, top)]
    while waiting:
        source, node = waiting.pop()
        node.attributes = tuple(Node("@" + _local(name), value, node) for name, value in source.attrib.items())
        node.value = source.text or ""
        if node.value:
            node.add(TEXT, node.value)
        for child in source:
            if isinstance(child.tag, str):
                grown = node.add(_local(child.tag))
                origins[grown] = child
                waiting.append((child, grown))
            if child.tail:
                node.add(TEXT, child.tail)
    return document, origins


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
