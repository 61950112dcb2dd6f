"""Which items of a form hang on which: the order in which they settle, what a change touches, and
what a look at some of them needs.

Two kinds of dependence are told apart. What an item's relevance, value or number of rows is made
from must *settle* before it; its constraint, words, choices and `required` are only *looked* up, so
that nothing else follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from forms.expressions import Expression
from forms.expressions import compile as compile_expression
from forms.schema import Form, Item, Question, Repeat, Text, walk


def settling(item: Item) -> list[Expression]:
    """The expressions that decide an item's relevance, value or number of rows."""
    found = [item.relevant]
    if isinstance(item, Question):
        found.append(item.calculation)
        default = default_of(item)
        found.append(default if not isinstance(default, str) else None)
    elif isinstance(item, Repeat):
        found.append(item.count)
    return [expression for expression in found if expression is not None]


def default_of(question: Question) -> str | Expression | None:
    """What fills it in before anybody answers: the author's default, else last period's answer where x_previous says
    so (outside repeats, see forms.previous.comparable)."""
    prefilled = question.previous is not None and question.previous.how == "prefill" and question.calculation is None
    if question.default is not None or not prefilled:
        return question.default
    return compile_expression(f"${{last-saved#{question.name}}}")


def settling_names(item: Item) -> frozenset[str]:
    """The names whose values decide this item's relevance, value or number of rows."""
    names = frozenset[str]().union(*(expression.names for expression in settling(item)))
    return names.union(item.trigger) if isinstance(item, Question) else names


def looking(item: Item) -> list[Expression]:
    """The further expressions of an item: what is asked of it only when somebody looks."""
    texts: list[Text] = [item.label]
    found: list[Expression] = []
    if isinstance(item, Question):
        texts += [item.hint, item.guidance, item.required_message, item.constraint_message]
        seed = item.shuffle.seed if item.shuffle else None
        rest = (item.constraint, item.choice_filter, item.required, seed)
        found = [expression for expression in rest if isinstance(expression, Expression)]
    words = (part for text in texts for parts in (text.parts, *text.others.values()) for part in parts)
    return found + [part for part in words if isinstance(part, Expression)]


def expressions_of(item: Item) -> list[Expression]:
    """Every expression an item carries, those in its words included."""
    return settling(item) + looking(item)


def is_contact(question: Question) -> bool:
    """Whether the invitation's contact answers it, as far as its checks allow."""
    return question.bind is not None and question.bind.startswith("contact.")


def graph(items: Iterable[Item], soft: bool = False, parent: str | None = None) -> dict[str, set[str]]:
    """For each item's name, the names that must settle before it: what its relevance, calculation,
    default, trigger or count refers to, and the group or repeat it stands in.

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


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """For each name: what settles `before` it and what a look `asks`; and the same backwards, what
    settles `after` it and is `shown` anew. Names of groups and repeats that are read for what
    stands in them are there with all of it."""

    before: Mapping[str, frozenset[str]]
    asks: Mapping[str, frozenset[str]]
    after: Mapping[str, frozenset[str]]
    shown: Mapping[str, frozenset[str]]
    always: frozenset[str]  # what every evaluation works out, because the draft has to keep it


def ties_of(form: Form) -> Ties:
    """Made on first use and kept with the form."""
    found = form.memo.get("ties")
    if not isinstance(found, Ties):
        found = form.memo["ties"] = _ties(form)
    return found


def _ties(form: Form) -> Ties:
    inside = {item.name: frozenset(found.name for found in walk((item,))) for item in form.walk()}
    everything = frozenset(inside)
    before: dict[str, frozenset[str]] = {}
    asks: dict[str, frozenset[str]] = {}
    hard = graph(form.items, soft=True)
    for item in form.walk():
        leaf = isinstance(item, Question)
        read = [_read(expression, leaf, inside, everything) for expression in settling(item)]
        if isinstance(item, Question) and item.constraint is not None and is_contact(item):
            read.append(_read(item.constraint, leaf, inside, everything))
        before[item.name] = (everything & hard[item.name]).union(*read) - {item.name}
        asks[item.name] = frozenset[str]().union(
            *(_read(expression, leaf, inside, everything) for expression in looking(item))
        )
    always = (item.name for item in form.questions() if item.trigger or remembers(item))
    return Ties(before, asks, _backwards(before), _backwards(asks), frozenset(always))


def remembers(question: Question) -> bool:
    """Whether it has a calculation with once(): its first value is kept in the draft."""
    return question.calculation is not None and "once" in question.calculation.functions


def _read(
    expression: Expression, leaf: bool, inside: Mapping[str, frozenset[str]], everything: frozenset[str]
) -> frozenset[str]:
    """The names an expression may read: those it writes, with all inside a group or repeat that it
    does more than count, or everything where it walks about in the answers."""
    if expression.wanders or (expression.reads_context and not leaf):
        return everything
    known = expression.names & everything
    return known.union(*(inside[name] for name in known - expression.counted))


def _backwards(edges: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    turned: dict[str, set[str]] = {}
    for name, others in edges.items():
        for other in others:
            turned.setdefault(other, set()).add(name)
    return {name: frozenset(found) for name, found in turned.items()}


def hanging(form: Form, names: Iterable[str]) -> frozenset[str]:
    """What may change when these do: the names themselves, and every item of which relevance, value,
    number of rows, constraint, `required`, words or choices depend on them, however indirectly.

    A name of a repeat stands for its rows being added, removed or moved.
    """
    ties = ties_of(form)
    changed = _closure(names, ties.after)
    return changed.union(*(ties.shown.get(name, frozenset()) for name in changed))


def needed(form: Form, names: Iterable[str]) -> frozenset[str]:
    """What has to settle before these can be looked at, they and what the draft keeps included."""
    ties = ties_of(form)
    looked = frozenset(names)
    asked = looked.union(ties.always, *(ties.asks.get(name, frozenset()) for name in looked))
    return _closure(asked, ties.before)


def _closure(names: Iterable[str], edges: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(edges.get(name, ()))
    return frozenset(found)
