"""Settles relevance and calculations of a grown draft, in the plan's order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal

from forms.expressions import Environment, EvaluationError, Expression
from forms.flat import Raw
from forms.grow import Branch, Cell, Draft, Now
from forms.plan import Plan, is_contact, plan_of
from forms.schema import NUMBERS, NUMERIC_CONSOLIDATIONS, Form, Kind, Question, Repeat
from forms.tree import Node
from forms.values import BLANK, Typed, Value, clean, number_text

_COMPUTED_KINDS = frozenset({Kind.CALCULATE, Kind.HIDDEN})


class Run(Draft):
    """One evaluation: grown and settled when made."""

    def __init__(self, form: Form, raw: Raw, now: Now, bound: Mapping[str, str]) -> None:
        plan = plan_of(form)
        super().__init__(plan, raw, now, bound)
        self.form = form
        self.env = Environment(now.now, plan.instances, self._label, now.seed)
        self._settle(plan)

    def _label(self, value: str, name: str) -> str:
        question = self.form.question(name)
        choice = self.form.choice(question, value) if question else None
        return choice.label if choice else ""

    def _settle(self, plan: Plan) -> None:
        for spec in plan.steps:
            for part in self.instances[spec.number]:
                if isinstance(part, Cell):
                    self._settle_cell(part)
                else:
                    self._settle_branch(part)

    def _settle_branch(self, branch: Branch) -> None:
        outer, item = branch.outer, branch.item
        if outer is None or item is None:
            return
        branch.relevant = outer.relevant and self._relevant(item.relevant, branch.node)
        if not isinstance(item, Repeat):
            return
        for row in branch.parts:
            if isinstance(row, Branch):
                row.relevant = branch.relevant
                if not branch.relevant:
                    _forget(row)

    def _settle_cell(self, cell: Cell) -> None:
        question = cell.question
        if cell.branch.relevant:
            try:
                cell.relevant = question.relevant is None or question.relevant.boolean(cell.node, self.env)
            except EvaluationError:
                cell.broken = True
        else:
            cell.relevant = False
        if not cell.relevant:
            cell.node.value = ""
            _hide(cell)
            return
        if question.calculation is not None:
            self._compute(cell, question, question.calculation)
        elif cell.spec.dynamic_default is not None and not cell.value.text and self._takes_default(cell):
            self._compute(cell, question, cell.spec.dynamic_default)
        cell.node.value = cell.value.text
        if is_contact(question) and not cell.locked:
            self._lock_contact(cell, question)

    def _takes_default(self, cell: Cell) -> bool:
        return cell.key not in self.raw or cell.question.read_only

    def _relevant(self, expression: Expression | None, node: Node) -> bool:
        """A relevance that cannot be evaluated hides nothing."""
        try:
            return expression is None or expression.boolean(node, self.env)
        except EvaluationError:
            return True

    def _compute(self, cell: Cell, question: Question, expression: Expression) -> None:
        try:
            if question.kind in _COMPUTED_KINDS:
                cell.value = _free_value(question, expression, cell.node, self.env)
            elif question.kind in NUMBERS:
                cell.value = _number_value(expression.number(cell.node, self.env), question.kind)
            else:
                cell.value = self._parsed(cell, expression.string(cell.node, self.env))
        except EvaluationError:
            cell.value, cell.broken = BLANK, True

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


def _hide(cell: Cell) -> None:
    """An irrelevant answer of a row is none of those that sum() or max() sees from outside the
    row (as in ODK); inside its row it is blank."""
    scope = cell.branch.scope.outer
    while scope is not None:
        known = scope.nodes.get(cell.node.name, [])
        if cell.node in known:
            known.remove(cell.node)
        scope = scope.outer


def _forget(row: Branch) -> None:
    """Takes an irrelevant row out of what the scopes around it know: count() and sum() skip it."""
    gone = set(row.node.walk())
    scope = row.scope.outer
    while scope is not None:
        for name in row.scope.nodes.keys() | {row.node.name}:
            scope.nodes[name] = [node for node in scope.nodes.get(name, ()) if node not in gone]
        scope = scope.outer


def _free_value(question: Question, expression: Expression, node: Node, env: Environment) -> Value:
    """A calculation's value by what it gives; a number for certain where it is added up."""
    how = question.consolidate.how if question.consolidate else ""
    if how in NUMERIC_CONSOLIDATIONS:
        return _number_value(expression.number(node, env), Kind.DECIMAL)
    found = expression.evaluate(node, env)
    if isinstance(found, bool):
        text = "true" if found else "false"
    elif isinstance(found, float):
        return _number_value(found, Kind.DECIMAL)
    else:
        text = clean(expression.string(node, env) if isinstance(found, list) else found)
    return Value(text, text) if text else BLANK


def _number_value(found: float, kind: Kind) -> Value:
    """Without the noise of doubles: 15 significant digits. NaN and infinity are blank."""
    if not math.isfinite(found):
        return BLANK
    number = Decimal(f"{found:.15g}")
    if number == number.to_integral_value():
        whole = int(number)
        return Value(str(whole), whole)
    if kind is Kind.INTEGER:
        return Value(code="not_integer", params={"text": number_text(number)})
    typed: Typed = number
    return Value(number_text(number), typed)
