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


class Cycle(ValueError):
    """Relevance or calculations that wait for each other; `names` in the order they do."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(" -> ".join(names))
        self.names = names


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


def order(items: tuple[Item, ...], soft: bool = False) -> list[str]:
    """Names of all items such that each stands after what decides it. Raises Cycle.

    With `soft` the constraints of contact questions count too, because a known contact value is
    locked only when it passes them.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    _wire(sorter, items, soft)
    try:
        return list(sorter.static_order())
    except CycleError as error:
        names = tuple(reversed(error.args[1]))
        raise Cycle(names) from error


def _wire(sorter: TopologicalSorter[str], items: Iterable[Item], soft: bool, parent: str | None = None) -> None:
    for item in items:
        before = set(settling_names(item))
        if soft and isinstance(item, Question) and item.constraint and is_contact(item):
            before |= item.constraint.names - {item.name}
        if parent is not None:
            before.add(parent)
        sorter.add(item.name, *sorted(before))
        if not isinstance(item, Question):
            _wire(sorter, item.items, soft, item.name)


def is_contact(question: Question) -> bool:
    """Whether the invitation's contact answers it, as far as its checks allow."""
    return question.bind is not None and question.bind.startswith("contact.")


def _plan(form: Form) -> Plan:
    try:
        ordered = order(form.items, soft=True)
    except Cycle:
        ordered = order(form.items)
    by_name: dict[str, Spec] = {}
    specs = _specs(form, form.items, by_name, False)
    steps = tuple(by_name[name] for name in ordered if by_name[name].settles)
    return Plan(specs, steps, len(by_name), _instances(form))


def _specs(form: Form, items: tuple[Item, ...], by_name: dict[str, Spec], parent_settles: bool) -> tuple[Spec, ...]:
    made = []
    for item in items:
        number = len(by_name)
        by_name[item.name] = made_now = _spec(form, item, number, parent_settles)
        if not isinstance(item, Question):
            inner = _specs(form, item.items, by_name, made_now.settles)
            names = tuple(found.name for found in walk((item,))) if isinstance(item, Repeat) else ()
            made_now = Spec(item, number, made_now.settles, inner, names)
            by_name[item.name] = made_now
        made.append(made_now)
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
    return {name: list_node(form, name) for name in form.lists}


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
