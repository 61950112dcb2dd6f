"""What is worked out once for a form before any answer is judged: in which order relevance and
calculations settle, what can stay as it is, and what each question offers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from forms.schema import METADATA, Form, Item, Question, Repeat, Text, walk
from forms.tree import Node
from forms.values import BLANK, Value, parse

if TYPE_CHECKING:
    from forms.expressions import Expression


@dataclass(frozen=True, slots=True, eq=False)
class Spec:
    """An item with what an evaluation needs at hand. `settles` says that a step of the plan
    decides its relevance or value; otherwise both are known as soon as it is read."""

    item: Item
    number: int
    settles: bool
    inner: tuple[Spec, ...] = ()
    names: tuple[str, ...] = ()  # a repeat's own name and all names inside it
    offered: Mapping[str, object] = field(default_factory=dict)  # choices by name, in list order
    default: Value = BLANK  # of a literal default
    dynamic_default: Expression | None = None
    remembers: bool = False  # a calculation with once(): its first value is kept in the draft


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`specs` mirrors the form's items; `steps` are the specs that settle, in working order."""

    specs: tuple[Spec, ...]
    steps: tuple[Spec, ...]
    count: int
    instances: Mapping[str, Node]


def plan_of(form: Form) -> Plan:
    """The form's plan, made on first use and kept with the form."""
    found = form.memo.get("plan")
    if not isinstance(found, Plan):
        found = form.memo["plan"] = _plan(form)
    return found


def settling_names(item: Item) -> frozenset[str]:
    """The names whose values decide this item's own relevance or value."""
    return frozenset().union(*(expression.names for expression in _settling(item)))


def _settling(item: Item) -> list[Expression]:
    found = [item.relevant]
    if isinstance(item, Question):
        found.append(item.calculation)
        found.append(item.default if not isinstance(item.default, str) else None)
    return [expression for expression in found if expression is not None]


def graph(items: Iterable[Item], soft: bool = False, parent: str | None = None) -> dict[str, set[str]]:
    """For each item's name, the names that must settle before it: what its relevance, calculation
    or default refers to, and the group or repeat it stands in.

    With `soft` the constraints of contact questions count too, because a known contact value is
    locked only when it passes them.
    """
    edges: dict[str, set[str]] = {}
    for item in items:
        before = edges[item.name] = set(settling_names(item))
        if soft and isinstance(item, Question) and item.constraint and is_contact(item):
            before |= item.constraint.names - {item.name}
        if parent is not None:
            before.add(parent)
        if not isinstance(item, Question):
            edges.update(graph(item.items, soft, item.name))
    return edges


def _ordered(items: tuple[Item, ...]) -> list[str]:
    """Names of all items, each after what decides it. The importer has refused cycles; one that
    only a contact's constraint closes is opened there."""
    try:
        return list(TopologicalSorter(graph(items, soft=True)).static_order())
    except CycleError:
        return list(TopologicalSorter(graph(items)).static_order())


def is_contact(question: Question) -> bool:
    """Whether the invitation's contact answers it, as far as its checks allow."""
    return question.bind is not None and question.bind.startswith("contact.")


def _plan(form: Form) -> Plan:
    ordered = _ordered(form.items)
    by_name: dict[str, Spec] = {}
    specs = _specs(form, form.items, by_name, False)
    steps = tuple(by_name[name] for name in ordered if by_name[name].settles)
    return Plan(specs, steps, len(by_name), _instances(form))


def _specs(form: Form, items: tuple[Item, ...], by_name: dict[str, Spec], parent_settles: bool) -> tuple[Spec, ...]:
    made = []
    for item in items:
        number = len(by_name)
        by_name[item.name] = spec = _spec(form, item, number, parent_settles)
        if not isinstance(item, Question):
            inner = _specs(form, item.items, by_name, spec.settles)
            names = tuple(found.name for found in walk((item,))) if isinstance(item, Repeat) else ()
            spec = Spec(item, number, spec.settles, inner, names)
            by_name[item.name] = spec
        made.append(spec)
    return tuple(made)


def _spec(form: Form, item: Item, number: int, parent_settles: bool) -> Spec:
    settles = parent_settles or bool(_settling(item))
    if not isinstance(item, Question):
        return Spec(item, number, settles)
    settles = settles or (is_contact(item) and item.constraint is not None)
    offered = {choice.name: choice for choice in form.choices(item)}
    literal = item.default if isinstance(item.default, str) else ""
    default = parse(item.kind, literal, offered) if item.kind not in METADATA else BLANK
    once = item.calculation is not None and "once" in item.calculation.functions
    dynamic = None if isinstance(item.default, str) else item.default
    return Spec(item, number, settles, (), (), offered, default, dynamic, once)


def _instances(form: Form) -> Mapping[str, Node]:
    """The form's lists as secondary instances, when an expression asks for one."""
    used = set().union(*(found.functions for item in form.walk() for found in expressions_of(item)))
    if not used & {"instance", "pulldata"}:
        return {}
    found = {}
    for name in form.lists:
        found[name] = document = Node("")
        root = list_node(form, name)
        root.parent = document
        document.children.append(root)
    return found


def list_node(form: Form, name: str) -> Node:
    """<root><item><name/><label/>…</item>…</root> of one list, as XLSForm's tools write it."""
    root = Node("root")
    for choice in form.lists[name]:
        item = root.add("item")
        for key, value in {"name": choice.name, "label": choice.label, **choice.extra}.items():
            item.add(key, value)
    return root


def expressions_of(item: Item) -> list[Expression]:
    """Every expression an item carries, those in its words included."""
    texts: list[Text] = [item.label]
    found = _settling(item)
    if isinstance(item, Question):
        texts += [item.hint, item.required_message, item.constraint_message]
        rest = (item.constraint, item.choice_filter, item.required)
        found += [expression for expression in rest if expression is not None and not isinstance(expression, bool)]
    return found + [part for text in texts for part in text.parts if not isinstance(part, str)]
