"""What a page is told about a draft, ready to draw; read-only."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from forms.problems import Problem
from forms.schema import Choice, Group, Question, Repeat
from forms.values import Typed

if TYPE_CHECKING:
    from forms.grow import Cell
    from forms.judge import Judge


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum that must come out as `whole`: its figures, in form order, none missing."""

    terms: tuple[Decimal, ...]
    whole: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.terms, Decimal(0))


@dataclass(frozen=True, eq=False)
class Field:
    """One question as a page draws it, each part worked out when it is looked at: a page that is typed in needs few
    of them."""

    _cell: Cell
    _judge: Judge

    @property
    def key(self) -> str:
        return self._cell.key

    @property
    def question(self) -> Question:
        return self._cell.question

    @property
    def row(self) -> str | None:
        return self._cell.row

    @property
    def relevant(self) -> bool:
        return self._cell.relevant

    @property
    def locked(self) -> bool:
        return self._cell.locked

    @property
    def typed(self) -> Typed:
        return self._cell.value.typed

    @property
    def problem(self) -> Problem | None:
        return self._judge.problem(self._cell)

    @cached_property
    def raw(self) -> str | list[str]:
        """What to show again in the input: the draft's own text, invalid included, or the filled-in value; a list for
        select_multiple and rank."""
        return self._judge.raw(self._cell)

    @cached_property
    def shown(self) -> str:
        """The value as a person reads it (an attachment id for files, "OK" for a ticked acknowledge)."""
        return self._judge.shown(self._cell)

    @cached_property
    def label(self) -> str:
        """In the language asked for, as the other words and the labels of choices."""
        return self._judge.filled(self.question.label, self._cell.node)

    @cached_property
    def hint(self) -> str:
        return self._judge.filled(self.question.hint, self._cell.node)

    @cached_property
    def guidance(self) -> str:
        return self._judge.filled(self.question.guidance, self._cell.node)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """In the order in which they are offered."""
        return self._judge.choices(self._cell)

    @cached_property
    def required(self) -> bool:
        return self._judge.required(self._cell)

    @cached_property
    def sums(self) -> tuple[Sum, ...]:
        """Those that its constraint asks to come out, once all their figures are there."""
        return self._judge.sums(self._cell)


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
