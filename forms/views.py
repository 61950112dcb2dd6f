"""What a page is told about a draft: frozen values, ready to draw."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from forms.problems import Problem
from forms.schema import Choice, Group, Question, Repeat
from forms.values import Typed


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that must come out as `whole`: its figures, in form order, none missing."""

    terms: tuple[Decimal, ...]
    whole: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.terms, Decimal(0))


@dataclass(frozen=True, slots=True)
class Field:
    """One question as a page draws it. `raw` is what to show again in the input: the draft's own
    text, invalid included, or the filled-in value; a list for select_multiple and rank. `shown` is the
    value as a person reads it (an attachment id for files, "OK" for a ticked acknowledge). Words and
    labels of choices are in the language asked for, choices in the order in which they are offered. `sums` are those
    that its constraint asks to come out, once all their figures are there."""

    key: str
    question: Question
    row: str | None
    relevant: bool
    raw: str | list[str]
    typed: Typed
    label: str
    hint: str
    choices: tuple[Choice, ...]
    locked: bool
    required: bool
    shown: str
    problem: Problem | None
    guidance: str = ""
    sums: tuple[Sum, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A group inside a page; its fields follow it."""

    key: str
    group: Group
    label: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    key: str  # prefix of its fields' keys
    number: int  # from 1
    items: tuple[Field | Heading | RowGroup, ...]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A repeat with its rows in order; `key` holds the ordered row ids in the draft. `fixed`: the
    form itself says how many rows there are, so nobody adds, removes or moves one."""

    key: str
    repeat: Repeat
    label: str
    relevant: bool
    rows: tuple[Row, ...]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One page's line in the table of contents; counts are of relevant questions a person answers. `typed` are those
    answered by a person: not by a binding, a default, last period's answer or a calculation."""

    key: str
    relevant: bool
    asked: int
    answered: int
    typed: int
    required: int
    required_answered: int
    problems: int

    @property
    def complete(self) -> bool:
        return not self.problems and self.required == self.required_answered
