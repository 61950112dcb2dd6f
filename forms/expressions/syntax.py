"""The tree of a parsed expression. Every part knows where it began in the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: int


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Reference:
    """`${name}`; with `saved`, `${last-saved#name}`."""

    name: str
    saved: bool
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Part, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Part
    at: int


@dataclass(frozen=True, slots=True)
class Logic:
    """Terms joined by one operator, `and` or `or`."""

    operator: str
    terms: tuple[Part, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`=`, `!=`, `<`, `<=`, `>` or `>=`."""

    operator: str
    left: Part
    right: Part
    at: int


@dataclass(frozen=True, slots=True)
class Chain:
    """`first`, then (operator, term) from left to right: `+ -` or `* div mod`, never mixed."""

    first: Part
    rest: tuple[tuple[str, Part], ...]
    at: int


@dataclass(frozen=True, slots=True)
class Union:
    terms: tuple[Part, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Step:
    """`test` is a name, "*", or one of "node()", "text()", "comment()", "processing-instruction()"."""

    axis: str
    test: str
    predicates: tuple[Part, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from `start`: an expression, or None for the context node."""

    start: Part | None
    steps: tuple[Step, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Root:
    """The `/` at the beginning of an absolute path."""

    at: int


@dataclass(frozen=True, slots=True)
class Filter:
    """A node-set expression with predicates: `(…)[1]`."""

    subject: Part
    predicates: tuple[Part, ...]
    at: int


Part = Number | Text | Reference | Call | Negate | Logic | Compare | Chain | Union | Step | Path | Root | Filter


def inner(part: Part) -> tuple[Part, ...]:
    """The parts directly inside a part, in the order of the source."""
    match part:
        case Call():
            return part.arguments
        case Negate():
            return (part.operand,)
        case Logic() | Union():
            return part.terms
        case Compare():
            return (part.left, part.right)
        case Chain():
            return (part.first, *(term for _, term in part.rest))
        case Step():
            return part.predicates
        case Path():
            return part.steps if part.start is None else (part.start, *part.steps)
        case Filter():
            return (part.subject, *part.predicates)
        case _:
            return ()


def walk(part: Part) -> Iterator[tuple[Part, int]]:
    """Every part with its depth (the outermost is 1). Needs no recursion, however deep it goes."""
    waiting = [(part, 1)]
    while waiting:
        here, depth = waiting.pop()
        yield here, depth
        waiting.extend((below, depth + 1) for below in reversed(inner(here)))
