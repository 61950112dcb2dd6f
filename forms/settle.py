"""Settles relevance and calculations of a grown draft, in the plan's order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from forms.computed import free_value, gives_number, number_value, plain_number, typed_number
from forms.expressions import Environment, EvaluationError, Expression
from forms.flat import TRIGGERED, Raw
from forms.grow import Branch, Cell, Draft, Now, cells_of
from forms.plan import Plan, Spec, plan_of
from forms.schema import MANY, NUMBERS, Form, Group, Kind, Question, Repeat
from forms.tree import Node, Scope
from forms.values import BLANK, Value, clean

_COMPUTED_KINDS = frozenset({Kind.CALCULATE, Kind.HIDDEN})
_MOST_COUNTED = 10**9


@dataclass(frozen=True, slots=True)
class Given:
    """What an evaluation is given besides the draft: `bound` by schema.BINDS; the `language` of its
    words; `earlier` answers, as a tree; and the names in `focus`, None for all."""

    bound: Mapping[str, str]
    language: str = ""
    earlier: Node | None = None
    focus: frozenset[str] | None = None


class Run(Draft):
    """One evaluation: grown and settled when made."""

    def __init__(self, form: Form, raw: Raw, now: Now, given: Given) -> None:
        self.plan = plan = plan_of(form, given.focus)
        super().__init__(plan, raw, now, given.bound)
        self.form = form
        self.language = given.language
        instances = plan.instances
        if given.earlier is not None:
            instances = {**instances, "__last-saved": given.earlier}
        self.env = Environment(now.now, instances, self._label, now.seed)
        self._settle(plan)
        if plan.counted:  # rows grew after the cells of the whole form
            self.cells = list(cells_of(self.top.parts))

    def _label(self, value: str, name: str) -> str:
        question = self.form.question(name)
        choice = self.form.choice(question, value) if question else None
        return choice.in_language(self.language) if choice else ""

    def _settle(self, plan: Plan) -> None:
        for spec in plan.steps:
            hidden: list[Cell] = []
            for part in self.instances[spec.number]:
                if isinstance(part, Branch):
                    self._settle_branch(part, spec)
                elif not self._settle_cell(part) and _stands_in_row(part.branch):
                    hidden.append(part)
            if hidden:
                _hide(hidden)

    def _settle_branch(self, branch: Branch, spec: Spec) -> None:
        outer, item = branch.outer, branch.item
        if outer is None or item is None:
            return
        branch.relevant = outer.relevant and self._relevant(item.relevant, branch.node)
        if not isinstance(item, Repeat):
            return
        if item.count is not None:
            self._count_rows(branch, spec, item, self._counted(item.count, branch))
        if not branch.relevant:
            for row in branch.parts:
                row.relevant = False
            _forget(branch, spec)

    def _counted(self, expression: Expression, branch: Branch) -> int:
        """How many rows a repeat has; what is no number, or less than 0, is none, as in ODK."""
        try:
            found = expression.number(branch.node, self.env)
        except EvaluationError:
            return 0
        return int(min(found, _MOST_COUNTED)) if found > 0 else 0

    def _settle_cell(self, cell: Cell) -> bool:
        """Whether it is relevant."""
        question = cell.question
        cell.relevant = cell.branch.relevant
        if cell.relevant and question.relevant is not None:
            try:
                cell.relevant = question.relevant.boolean(cell.node, self.env)
            except EvaluationError:
                cell.broken = True
        if not cell.relevant:
            cell.node.value = ""
            return False
        computed = False
        if question.calculation is not None:
            if question.trigger:
                computed = self._pull(cell, question, question.calculation)
            else:
                self._compute(cell, question, question.calculation)
                computed = True
        if not computed and cell.spec.dynamic_default is not None and self._takes_default(cell):
            self._compute(cell, question, cell.spec.dynamic_default)
        cell.node.value = cell.value.text
        if cell.spec.contact and not cell.locked:
            self._lock_contact(cell, question)
        return True

    def _takes_default(self, cell: Cell) -> bool:
        return not cell.value.text and (cell.key not in self.raw or cell.question.read_only)

    def _relevant(self, expression: Expression | None, node: Node) -> bool:
        """A relevance that cannot be evaluated hides nothing."""
        try:
            return expression is None or expression.boolean(node, self.env)
        except EvaluationError:
            return True

    def _compute(self, cell: Cell, question: Question, expression: Expression) -> None:
        try:
            if question.kind in _COMPUTED_KINDS:
                found = free_value(question, expression, cell.node, self.env)
                # A default is what the draft would hold, and a draft holds text.
                cell.value = found if question.calculation else self._parsed(cell, found.text)
            elif question.kind in NUMBERS:
                cell.value = self._number(cell, expression.number(cell.node, self.env))
            else:
                cell.value = self._parsed(cell, expression.string(cell.node, self.env))
        except EvaluationError:
            cell.value, cell.broken = BLANK, True

    def _number(self, cell: Cell, found: float) -> Value:
        if cell.question.kind is not Kind.RANGE:
            return number_value(found, cell.question.kind)
        return self._parsed(cell, typed_number(found))

    def _pull(self, cell: Cell, question: Question, expression: Expression) -> bool:
        """Computes a question with a trigger when that is due; says whether it did.

        It is due when the triggers hold something else than when it was last computed; the draft
        keeps a mark of that beside the value, and between changes the value may be typed over. A
        draft without a mark has never been computed: it is now, unless a value is there already
        (ODK Web Forms does not compute again when a sent form is opened for editing, nor on the
        first load while the triggers are blank; it does when the question becomes relevant later).
        """
        held = [node.value for name in question.trigger for node in _marked(cell.node.scope, name)]
        mark = hashlib.sha256("\0".join(held).encode("utf-8", "replace")).hexdigest()[:16]
        before = self.raw.get(TRIGGERED + cell.key, "")
        due = before != mark if before else any(held) and not self.raw.get(cell.key)
        if due:
            try:
                raw = self._typed(question, expression, cell.node)
            except EvaluationError:
                cell.value, cell.broken = BLANK, True
                return True
            cell.value = self._parsed(cell, raw)
            cell.draws = {cell.key: raw, TRIGGERED + cell.key: mark}
        elif not before and self.raw.get(cell.key):
            cell.draws = {TRIGGERED + cell.key: mark}
        if question.kind in _COMPUTED_KINDS and gives_number(question, expression):
            cell.value = plain_number(cell.value)
        return due

    def _typed(self, question: Question, expression: Expression, node: Node) -> str | list[str]:
        """What the expression gives, as a person would type it into the question."""
        if question.kind in _COMPUTED_KINDS:
            return free_value(question, expression, node, self.env).text
        if question.kind in NUMBERS:
            return typed_number(expression.number(node, self.env))
        text = clean(expression.string(node, self.env))
        return text.split() if question.kind in MANY else text

    def _lock_contact(self, cell: Cell, question: Question) -> None:
        """A known contact value locks only when it passes the question's own checks."""
        known = self._parsed(cell, self._known(question))
        if not known.text:
            return
        before = cell.node.value
        cell.node.value = known.text
        try:
            fits = question.constraint is None or question.constraint.boolean(cell.node, self.env)
        except EvaluationError:
            fits = False
        if fits:
            cell.value, cell.locked = known, True
        else:
            cell.node.value = before


def _marked(scope: Scope | None, name: str) -> list[Node]:
    return scope.find(name) if scope is not None else []


def _stands_in_row(branch: Branch) -> bool:
    """Whether it is in a row that is relevant itself: the others were taken out whole."""
    while isinstance(branch.item, Group) and branch.outer is not None:
        branch = branch.outer
    return branch.relevant and branch.scope.outer is not None


def _hide(cells: list[Cell]) -> None:
    """Irrelevant answers of rows are none of those that sum() or max() sees from outside the row
    (as in ODK); inside its row such an answer is blank."""
    gone: dict[Scope, set[Node]] = {}
    for cell in cells:
        scope = cell.branch.scope.outer
        while scope is not None:
            gone.setdefault(scope, set()).add(cell.node)
            scope = scope.outer
    name = cells[0].node.name
    for scope, nodes in gone.items():
        scope.nodes[name] = [node for node in scope.nodes.get(name, ()) if node not in nodes]


def _forget(repeat: Branch, spec: Spec) -> None:
    """Takes the rows of an irrelevant repeat out of what the scopes around know: count() and sum() skip them."""
    gone = {node for row in repeat.parts for node in row.node.walk()}
    scope: Scope | None = repeat.scope
    while scope is not None and gone:
        for name in spec.names:
            scope.nodes[name] = [node for node in scope.nodes.get(name, ()) if node not in gone]
        scope = scope.outer
