"""What is worked out once for a form before any answer is judged: in which order relevance and
calculations settle, what can stay as it is, and what each question offers.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from forms.dependencies import default_of, expressions_of, graph, hanging, is_contact, needed, remembers, settling
from forms.expressions import Expression
from forms.schema import METADATA, Form, Item, Kind, Question, Repeat, walk
from forms.tree import Node
from forms.values import BLANK, Value, number_text, parse

__all__ = [
    "Plan",
    "Spec",
    "earlier_node",
    "expressions_of",
    "graph",
    "hanging",
    "is_contact",
    "list_node",
    "plan_of",
    "saved_names",
]

_NOT_PLAIN = METADATA | {Kind.DATETIME}  # these need the moment or the zone
MAX_NARROWED = 256  # narrowed plans kept for a form: each is some hundred references


@dataclass(frozen=True, slots=True, eq=False)
class Spec:
    """An item with what an evaluation needs at hand. `settles` says that a step of the plan
    decides its relevance or value; otherwise both are known as soon as it is read."""

    item: Item
    number: int
    settles: bool
    inner: tuple[Spec, ...] = ()
    names: tuple[str, ...] = ()  # a repeat's own name and all names inside it
    offered: Mapping[str, int] = field(default_factory=dict)  # place of each choice in the list, by name
    default: Value = BLANK  # of a literal default
    dynamic_default: Expression | None = None
    remembers: bool = False  # a calculation with once(): its first value is kept in the draft
    contact: bool = False  # see is_contact
    plain: bool = False  # nothing but the draft and a literal default say what it holds


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """`specs` mirrors the form's items; `steps` are the specs that settle, in working order.
    `looked` are the names that may be looked at afterwards, None for all of them."""

    specs: tuple[Spec, ...]
    steps: tuple[Spec, ...]
    instances: Mapping[str, Node]
    counted: bool  # whether a repeat gets its rows only while settling
    looked: frozenset[str] | None = None


def plan_of(form: Form, focus: frozenset[str] | None = None) -> Plan:
    """The form's plan, made on first use and kept with the form; with `focus`, only what is needed
    to look at those names."""
    found = form.memo.get("plan")
    if not isinstance(found, Plan):
        found = form.memo["plan"] = _plan(form)
    return found if focus is None else _narrowed(form, found, focus)


def _narrowed(form: Form, plan: Plan, focus: frozenset[str]) -> Plan:
    kept = form.memo.setdefault("narrowed", {})
    assert isinstance(kept, dict)
    found = kept.get(focus)
    if not isinstance(found, Plan):
        names = needed(form, focus)
        steps = tuple(spec for spec in plan.steps if spec.item.name in names)
        specs = _only(plan.specs, names)
        counted = any(isinstance(spec.item, Repeat) and spec.item.count is not None for spec in steps)
        found = Plan(specs, _same(steps, specs), plan.instances, counted, focus)
        if len(kept) >= MAX_NARROWED:
            kept.clear()
        kept[focus] = found
    return found


def _only(specs: tuple[Spec, ...], names: frozenset[str]) -> tuple[Spec, ...]:
    return tuple(
        replace(spec, inner=_only(spec.inner, names)) if spec.inner else spec
        for spec in specs
        if spec.item.name in names
    )


def _same(steps: tuple[Spec, ...], specs: tuple[Spec, ...]) -> tuple[Spec, ...]:
    """The steps with the narrowed specs in place of the whole ones."""
    by_number = dict(_numbered(specs))
    return tuple(by_number[spec.number] for spec in steps)


def _numbered(specs: tuple[Spec, ...]) -> list[tuple[int, Spec]]:
    found = [(spec.number, spec) for spec in specs]
    return found + [pair for spec in specs for pair in _numbered(spec.inner)]


def _ordered(items: tuple[Item, ...]) -> list[str]:
    """Names of all items, each after what decides it. The importer has refused cycles; one that
    only a contact's constraint closes is opened there."""
    try:
        return list(TopologicalSorter(graph(items, soft=True)).static_order())
    except CycleError:
        return list(TopologicalSorter(graph(items)).static_order())


def _plan(form: Form) -> Plan:
    ordered = _ordered(form.items)
    by_name: dict[str, Spec] = {}
    specs = _specs(form, form.items, by_name, False)
    steps = tuple(by_name[name] for name in ordered if name in by_name and by_name[name].settles)
    counted = any(isinstance(item, Repeat) and item.count is not None for item in form.walk())
    return Plan(specs, steps, _instances(form), counted)


def _specs(form: Form, items: tuple[Item, ...], by_name: dict[str, Spec], parent_settles: bool) -> tuple[Spec, ...]:
    made = []
    for item in items:
        number = len(by_name)
        by_name[item.name] = spec = _spec(form, item, number, parent_settles)
        if not isinstance(item, Question):
            inner = _specs(form, item.items, by_name, spec.settles)
            names = tuple(found.name for found in walk((item,))) if isinstance(item, Repeat) else ()
            by_name[item.name] = spec = replace(spec, inner=inner, names=names)
        made.append(spec)
    return tuple(made)


def _spec(form: Form, item: Item, number: int, parent_settles: bool) -> Spec:
    settles = parent_settles or bool(settling(item))
    if not isinstance(item, Question):
        return Spec(item, number, settles)
    settles = settles or (is_contact(item) and item.constraint is not None)
    offered = {choice.name: place for place, choice in enumerate(form.choices(item))}
    given = default_of(item)
    literal = given if isinstance(given, str) else ""
    default = parse(item.kind, literal, offered, None, item.range) if item.kind not in METADATA else BLANK
    dynamic = None if isinstance(given, str) else given
    plain = item.calculation is None and not item.bind and not item.read_only and item.kind not in _NOT_PLAIN
    return Spec(item, number, settles, (), (), offered, default, dynamic, remembers(item), is_contact(item), plain)


def _instances(form: Form) -> Mapping[str, Node]:
    """The form's lists as secondary instances, when an expression asks for one: a list of the sheet
    choices by its name, a CSV file by its name without the ending, as XLSForm's tools call them."""
    used = set().union(*(found.functions for item in form.walk() for found in expressions_of(item)))
    if not used & {"instance", "pulldata"}:
        return {}
    found: dict[str, Node] = {}
    for name in sorted(form.lists, key=_is_file):
        instance = name[:-4] if _is_file(name) else name
        if instance not in found:
            found[instance] = document = Node("")
            root = list_node(form, name)
            root.parent = document
            document.children.append(root)
    return found


def _is_file(name: str) -> bool:
    return name.lower().endswith(".csv")


def list_node(form: Form, name: str) -> Node:
    """<root><item><name/><label/>…</item>…</root> of one list, as XLSForm's tools write it."""
    root = Node("root")
    for choice in form.lists[name]:
        item = root.add("item")
        for key, value in {"name": choice.name, "label": choice.label, **choice.extra}.items():
            item.add(key, value)
    return root


def earlier_node(form: Form, answers: Mapping[str, object]) -> Node:
    """Answers of an earlier sending, of the questions named so, as the tree that `${last-saved#…}` looks into."""
    document = Node("")
    _add_answers(document.add("data"), answers, saved_names(form))
    return document


def saved_names(form: Form) -> frozenset[str]:
    """The questions that expressions of the form name as `${last-saved#…}`."""
    found = form.memo.get("saved_names")
    if not isinstance(found, frozenset):
        expressions = [expression for item in form.walk() for expression in expressions_of(item)]
        expressions += [form.instance_name] if form.instance_name else []
        found = form.memo["saved_names"] = frozenset(name for expression in expressions for name in expression.saved)
    return found


def _add_answers(node: Node, answers: Mapping[str, object], names: Container[str]) -> None:
    for name, value in answers.items():
        if isinstance(value, dict):
            _add_answers(node.add(name), value, names)
        elif isinstance(value, list) and any(isinstance(row, dict) for row in value):
            for row in value:
                _add_answers(node.add(name), row if isinstance(row, dict) else {}, names)
        elif name in names:
            node.add(name, _text_of(value))


def _text_of(value: object) -> str:
    """Stored JSON as expressions read it."""
    if isinstance(value, bool) or value is None:
        return "true" if value else ""
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    if isinstance(value, float):
        return number_text(Decimal(str(value)))
    return str(value)
