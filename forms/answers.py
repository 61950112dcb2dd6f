"""Judging a draft: what is asked, what is computed, what is wrong, and the answers to store.

`evaluate` settles relevance and calculations of a flat draft and gives a Picture, which works out
the rest (constraints, labels, choices) only for what is looked at. One evaluator serves the live
page, the check before sending, the API and consolidation alike.

Irrelevant values stay in the draft, are blank to every expression and are left out of `answers`.
A default applies where the draft has no key, never to a key that holds "". A repeat without a key
starts with one row, `r1`; one whose key is [] has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from forms.expressions import EvaluationError, Expression
from forms.flat import Raw, flatten, nest
from forms.plan import list_node
from forms.problems import Problem
from forms.schema import ROW_ID, SELECTS, UNSEEN, Choice, Form, Group, Kind, Question, Repeat, Text
from forms.settle import FIRST_ROW, Branch, Cell, Now, Run
from forms.tree import Node
from forms.values import Typed, as_json, show

__all__ = [
    "FIRST_ROW",
    "Field",
    "Heading",
    "Now",
    "Picture",
    "Problem",
    "Progress",
    "Raw",
    "Row",
    "RowGroup",
    "evaluate",
    "flatten",
    "nest",
]

_NEVER_WRONG = UNSEEN | {Kind.NOTE}


@dataclass(frozen=True, slots=True)
class Field:
    """One question as a page draws it. `raw` is what to show again in the input: the draft's own
    text, invalid included, or the filled-in value; a list for select_multiple. `shown` is the
    value as a person reads it (an attachment id for files, "OK" for a ticked acknowledge)."""

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
    """A repeat with its rows in order; `key` holds the ordered row ids in the draft."""

    key: str
    repeat: Repeat
    label: str
    relevant: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """One page's line in the table of contents; counts are of relevant questions a person answers."""

    key: str
    relevant: bool
    asked: int
    answered: int
    required: int
    required_answered: int
    problems: int

    @property
    def complete(self) -> bool:
        return not self.problems and self.required == self.required_answered


def evaluate(form: Form, raw: Raw, now: Now, bound: Mapping[str, str] | None = None) -> Picture:
    """Everything known about a draft at one moment.

    `bound` gives what is known outside the form, by schema.BINDS. A question bound to unit.* or
    period.* is filled with it and locked; one bound to contact.* is locked when the value passes
    the question's own checks, else the value only prefills. Never raises on bad answers.
    """
    return Picture(Run(form, raw, now, bound or {}))


class Picture:
    """A settled draft; read-only."""

    __slots__ = ("_checked", "_owners", "_run", "form")

    def __init__(self, run: Run) -> None:
        self._run = run
        self.form = run.form
        self._checked: dict[Cell, Problem | None] = {}
        self._owners: dict[Node, Cell] = {}

    # what a page draws

    def page(self, key: str) -> tuple[Field | Heading | RowGroup, ...]:
        """A page in form order, irrelevant parts included (relevant=False), so that the page can
        reveal them live. Raises KeyError for a page the form does not have."""
        return tuple(self._draw(self._parts(key)))

    def fields(self) -> Iterable[Field]:
        """Every question in form order, row by row, computed and metadata included."""
        return (self._field(cell) for cell in self._run.cells)

    def field(self, key: str) -> Field | None:
        """The field of one flat key."""
        return next((self._field(cell) for cell in self._run.cells if cell.key == key), None)

    # what is wrong

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All at once, in form order, of relevant questions only. Codes: required, constraint,
        cannot_evaluate, not_offered, and those of forms.values.parse."""
        return tuple(self._problems(self._run.cells))

    def page_problems(self, key: str) -> tuple[Problem, ...]:
        return tuple(self._problems(_cells(self._parts(key))))

    @property
    def progress(self) -> tuple[Progress, ...]:
        """One entry for each page, in form order."""
        return tuple(self._progress(page.key) for page in self.form.pages)

    # what is stored

    @property
    def answers(self) -> dict[str, object]:
        """Nested, typed JSON values of relevant questions, computed ones and metadata included.

        A question that was asked and left blank is null ([] for select_multiple), one that was not
        asked is absent. Numbers are ints, or floats of at most 15 digits; dates are ISO strings.
        A value with a problem of shape (not of constraint) is null.
        """
        return self._answers(self._run.top)

    @property
    def drawn(self) -> dict[str, str]:
        """Values of once() calculations that the draft does not hold yet: keep them in it."""
        return {
            cell.key: cell.value.text
            for cell in self._run.cells
            if cell.spec.remembers and cell.relevant and cell.value.text and not self._run.raw.get(cell.key)
        }

    def fill(self, text: Text) -> str:
        """A text of the form with the values of this draft filled in (outside any repeat)."""
        return self._filled(text, self._run.top.node)

    @property
    def instance_name(self) -> str:
        """The author's name for this answer, "" when the form gives none."""
        return self._string(self.form.instance_name, self._run.top.node)

    def _parts(self, key: str) -> list[Cell | Branch]:
        page = self.form.page(key)
        if page is None:
            raise KeyError(key)
        top = {_name(part): part for part in self._run.top.parts}
        if page.group is not None:
            found = top[page.group.name]
            return found.parts if isinstance(found, Branch) else []
        return [top[item.name] for item in page.items]

    def _draw(self, parts: list[Cell | Branch]) -> Iterator[Field | Heading | RowGroup]:
        for part in parts:
            if isinstance(part, Cell):
                if part.question.seen:
                    yield self._field(part)
            elif isinstance(part.item, Group):
                yield Heading(part.key, part.item, self._filled(part.item.label, part.node), part.relevant)
                yield from self._draw(part.parts)
            elif isinstance(part.item, Repeat):
                yield self._row_group(part, part.item)

    def _row_group(self, branch: Branch, repeat: Repeat) -> RowGroup:
        rows = [row for row in branch.parts if isinstance(row, Branch)]
        drawn = tuple(
            Row(row.row or "", row.key, number, tuple(self._draw(row.parts))) for number, row in enumerate(rows, 1)
        )
        return RowGroup(branch.key, repeat, self._filled(repeat.label, branch.node), branch.relevant, drawn)

    def _field(self, cell: Cell) -> Field:
        question = cell.question
        return Field(
            key=cell.key,
            question=question,
            row=cell.row,
            relevant=cell.relevant,
            raw=self._raw(cell),
            typed=cell.value.typed,
            label=self._filled(question.label, cell.node),
            hint=self._filled(question.hint, cell.node),
            choices=self._choices(cell),
            locked=cell.locked,
            required=self._required(cell),
            shown=self._shown(cell),
            problem=self._problem(cell),
        )

    def _raw(self, cell: Cell) -> str | list[str]:
        many = cell.question.kind is Kind.SELECT_MULTIPLE
        if cell.locked or cell.key not in self._run.raw:
            chosen = cell.value.typed
            return list(chosen) if many and isinstance(chosen, tuple) else [] if many else self._text(cell)
        kept = self._run.raw[cell.key]
        if many:
            return list(kept) if isinstance(kept, list) else kept.split()
        return " ".join(kept) if isinstance(kept, list) else kept

    def _text(self, cell: Cell) -> str:
        """Canonical text as one would type it: a decimal comma."""
        text = cell.value.text
        return text.replace(".", ",") if cell.question.kind is Kind.DECIMAL else text

    def _shown(self, cell: Cell) -> str:
        question = cell.question
        if question.kind in SELECTS:
            return show(cell.value.typed, lambda name: self._label(question, name))
        return show(cell.value.typed)

    def _label(self, question: Question, name: str) -> str:
        choice = self.form.choice(question, name)
        return choice.label if choice else name

    def _choices(self, cell: Cell) -> tuple[Choice, ...]:
        question = cell.question
        listed = self.form.choices(question)
        if question.choice_filter is None or question.choices is None:
            return listed
        items = self._list_node(question.choices).children
        try:
            kept = set(question.choice_filter.select(items, self._run.env, cell.node))
        except EvaluationError:
            return listed
        return tuple(choice for choice, item in zip(listed, items, strict=True) if item in kept)

    def _list_node(self, name: str) -> Node:
        """The list as a tree, made once for the form and never changed."""
        key = f"list:{name}"
        found = self.form.memo.get(key)
        if not isinstance(found, Node):
            found = self.form.memo[key] = list_node(self.form, name)
        return found

    def _offered(self, cell: Cell, place: int) -> bool:
        """Whether the filter keeps the choice at this place of the question's list."""
        question = cell.question
        if question.choice_filter is None or question.choices is None:
            return True
        try:
            item = self._list_node(question.choices).children[place]
            return question.choice_filter.boolean(item, self._run.env, cell.node)
        except EvaluationError:
            return True

    def _required(self, cell: Cell) -> bool:
        required = cell.question.required
        if isinstance(required, bool):
            return required
        try:
            return required.boolean(cell.node, self._run.env)
        except EvaluationError:
            return True

    def _problems(self, cells: Iterable[Cell]) -> Iterator[Problem]:
        for cell in cells:
            problem = self._problem(cell)
            if problem is not None:
                yield problem

    def _problem(self, cell: Cell) -> Problem | None:
        if cell not in self._checked:
            self._checked[cell] = self._check(cell) if cell.relevant else None
        return self._checked[cell]

    def _check(self, cell: Cell) -> Problem | None:
        question, value = cell.question, cell.value
        if question.kind in _NEVER_WRONG or question.calculation is not None:
            return self._found(cell, "cannot_evaluate", None) if cell.broken else None
        if value.code is not None:
            return Problem(cell.key, question, cell.row, value.code, value.params)
        if not value.text:
            wanted = not question.read_only and self._required(cell)
            return self._found(cell, "required", question.required_message) if wanted else None
        if question.choice_filter is not None and not self._all_offered(cell):
            return self._found(cell, "not_offered", None)
        if question.constraint is None:
            return None
        try:
            fine = question.constraint.boolean(cell.node, self._run.env)
        except EvaluationError:
            return self._found(cell, "cannot_evaluate", None)
        return None if fine else self._found(cell, "constraint", question.constraint_message)

    def _found(self, cell: Cell, code: str, message: Text | None) -> Problem:
        words = self._filled(message, cell.node) if message else None
        return Problem(cell.key, cell.question, cell.row, code, {}, words or None)

    def _all_offered(self, cell: Cell) -> bool:
        chosen = cell.value.typed if isinstance(cell.value.typed, tuple) else (cell.value.text,)
        places = {name: place for place, name in enumerate(cell.spec.offered)}
        return all(self._offered(cell, places[str(name)]) for name in chosen)

    def _progress(self, key: str) -> Progress:
        cells = [cell for cell in _cells(self._parts(key)) if cell.relevant]
        asked = [cell for cell in cells if cell.question.asked]
        required = [cell for cell in asked if self._required(cell)]
        return Progress(
            key=key,
            relevant=_shows(self._parts(key)),
            asked=len(asked),
            answered=sum(1 for cell in asked if cell.value.text),
            required=len(required),
            required_answered=sum(1 for cell in required if cell.value.text),
            problems=sum(1 for _ in self._problems(cells)),
        )

    def _answers(self, branch: Branch) -> dict[str, object]:
        found: dict[str, object] = {}
        for part in branch.parts:
            if not part.relevant:
                continue
            if isinstance(part, Cell):
                if part.question.kind not in (Kind.NOTE, Kind.DEVICEID):
                    blank: list[str] | None = [] if part.question.kind is Kind.SELECT_MULTIPLE else None
                    typed = part.value.typed
                    found[part.question.name] = blank if typed is None else as_json(typed)
            elif isinstance(part.item, Group):
                found[part.item.name] = self._answers(part)
            elif part.item is not None:
                rows = (row for row in part.parts if isinstance(row, Branch))
                found[part.item.name] = [{ROW_ID: row.row, **self._answers(row)} for row in rows]
        return found

    def _filled(self, text: Text | None, node: Node) -> str:
        if not text:
            return ""
        return "".join(part if isinstance(part, str) else self._part(part, node) for part in text.parts)

    def _part(self, expression: Expression, node: Node) -> str:
        """`${x}` reads as a person would see x; an expression as its text."""
        if len(expression.names) == 1 and not expression.functions and node.scope is not None:
            if not self._owners:
                self._owners = {cell.node: cell for cell in self._run.cells}
            cells = [self._owners.get(found) for found in node.scope.find(next(iter(expression.names)))]
            return ", ".join(self._shown(cell) for cell in cells if cell and cell.relevant and cell.value.text)
        return self._string(expression, node)

    def _string(self, expression: Expression | None, node: Node) -> str:
        try:
            return expression.string(node, self._run.env) if expression else ""
        except EvaluationError:
            return ""


def _name(part: Cell | Branch) -> str:
    if isinstance(part, Cell):
        return part.question.name
    return part.item.name if part.item else ""


def _cells(parts: Iterable[Cell | Branch]) -> Iterator[Cell]:
    for part in parts:
        if isinstance(part, Cell):
            yield part
        else:
            yield from _cells(part.parts)


def _shows(parts: Iterable[Cell | Branch]) -> bool:
    """Whether there is anything to see: a relevant question, or a repeat that may get rows."""
    for part in parts:
        if isinstance(part, Cell):
            if part.relevant and part.question.seen:
                return True
        elif part.relevant and (isinstance(part.item, Repeat) or _shows(part.parts)):
            return True
    return False
