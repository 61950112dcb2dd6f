"""Which questions a form's own checks tie together: parts that make up a whole, or must not exceed it.

Read from the constraints as the author wrote them, for nothing else says it: `. + ${online} = ${received}` ties two
parts to their whole, `. <= ${received}` says that one is a part of it. What is not of that shape ties nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from forms.expressions.parser import parse
from forms.expressions.syntax import Call, Chain, Compare, Logic, Part, Path, Reference, Step
from forms.schema import Form, Item, Question, Repeat

_FLIPPED = {"=": "=", "<=": ">=", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Tie:
    """`parts` (names of questions) add up to `whole` where `equal`, else to no more than it."""

    parts: tuple[str, ...]
    whole: str
    equal: bool


def ties_of(form: Form) -> tuple[Tie, ...]:
    """The ties of a form, in form order, each once. Questions of different repeats are never tied."""
    found = form.memo.get("sums")
    if not isinstance(found, tuple):
        stands = dict(_stands(form.items, ""))
        numbers = (question for question in form.questions() if question.constraint is not None)
        ties = (tie for question in numbers for tie in _ties(question))
        known = (tie for tie in ties if len({stands.get(name) for name in (*tie.parts, tie.whole)}) == 1)
        found = form.memo["sums"] = tuple(dict.fromkeys(tie for tie in known if tie.whole in stands))
    return found


def beside(form: Form) -> Mapping[str, tuple[Tie, ...]]:
    """The sums that must come out equal, by the name of the question whose constraint says so; parts in form order."""
    found = form.memo.get("sums_beside")
    if not isinstance(found, dict):
        known = frozenset(tie for tie in ties_of(form) if tie.equal)
        order = {question.name: place for place, question in enumerate(form.questions())}
        told = {
            question.name: tuple(
                replace(tie, parts=tuple(sorted(tie.parts, key=order.__getitem__)))
                for tie in _ties(question)
                if tie in known
            )
            for question in form.questions()
            if question.constraint is not None
        }
        found = form.memo["sums_beside"] = {name: ties for name, ties in told.items() if ties}
    return found


def _stands(items: tuple[Item, ...], repeat: str) -> Iterator[tuple[str, str]]:
    """The innermost repeat around each question, "" for none."""
    for item in items:
        if isinstance(item, Question):
            yield item.name, repeat
        else:
            yield from _stands(item.items, item.name if isinstance(item, Repeat) else repeat)


def _ties(question: Question) -> Iterator[Tie]:
    assert question.constraint is not None
    whole = parse(question.constraint.source)
    terms = whole.terms if isinstance(whole, Logic) and whole.operator == "and" else (whole,)
    for term in terms:
        if isinstance(term, Compare) and term.operator in _FLIPPED:
            sides = (term.left, term.operator, term.right), (term.right, _FLIPPED[term.operator], term.left)
            for parts, operator, total in sides:
                names, name = _names(parts, question), _name(total, question)
                tied = operator == "<=" or (operator == "=" and len(names) > 1)
                if tied and question.name in names and name and name not in names:
                    yield Tie(names, name, operator == "=")


def _names(part: Part, question: Question) -> tuple[str, ...]:
    """The questions that a sum adds up, () when it is no sum of questions."""
    signed = (("+", part.first), *part.rest) if isinstance(part, Chain) else (("+", part),)
    names = tuple(_name(term, question) if sign == "+" else "" for sign, term in signed)
    return names if all(names) and len(set(names)) == len(names) else ()


def _name(part: Part, question: Question) -> str:
    """The question that a term stands for: `.`, `${x}`, or `coalesce(${x}, 0)`; "" for anything else."""
    match part:
        case Reference(name=name, saved=False):
            return name
        case Path(start=None, steps=(Step(axis="self", test="node()", predicates=()),)):
            return question.name
        case Call(name="coalesce" | "number", arguments=(first, *_rest)):
            return _name(first, question)
    return ""
