"""Expressions on XML documents, for callers that are no form of ours."""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element

from forms.expressions.environment import Environment
from forms.expressions.expression import Expression
from forms.tree import Node, grow


def evaluate(
    expression: str, document: Element, context: Element | None = None, *, now: datetime
) -> str | float | bool | list[Element | str]:
    """The value of an expression on a document.

    `document` is the root element, `context` one of its elements (None: the
    document node above the root). `now` is aware and brings the zone. A node-set
    comes back as a list in document order: elements as they are, attributes and
    text as str. `instance('x')` finds elements `<instance id="x">`.

    Raises ExpressionError when the text is no expression, EvaluationError when a
    part that is evaluated calls an unknown function or gets a wrong argument.
    """
    tree, origins = grow(document)
    found = {id(element): node for node, element in origins.items()}
    start = tree if context is None else found[id(context)]
    instances = {
        attribute.value: node
        for node in tree.walk()
        if node.name == "instance"
        for attribute in node.attributes
        if attribute.name == "@id"
    }
    env = Environment(now, instances)
    value = Expression(expression, strict=False).evaluate(start, env)
    if isinstance(value, list):
        return [_outward(node, origins, document) for node in value]
    return value


def _outward(node: Node, origins: dict[Node, Element], document: Element) -> Element | str:
    if node.name == "":
        return document
    return origins.get(node, node.value)
