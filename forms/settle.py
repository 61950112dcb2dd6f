"""Grows the tree of one draft and settles relevance and calculations on it, in the plan's order.

Everything here is private to one evaluation and mutable while it runs; forms.answers shows the
result as frozen values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from forms.expressions import Environment, EvaluationError, Expression
from forms.flat import Raw, row_ids
from forms.plan import Plan, Spec, is_contact, plan_of
from forms.schema import METADATA, NUMBERS, NUMERIC_CONSOLIDATIONS, Form, Group, Kind, Question, Repeat
from forms.tree import Node, Scope
from forms.values import BLANK, Typed, Value, clean, number_text, parse

FIRST_ROW = "r1"  # a repeat that the draft does not mention yet starts with this row, as in ODK
_COMPUTED_KINDS = frozenset({Kind.CALCULATE, Kind.HIDDEN})


class Cell:
    """One question of the draft, in one row. `value` is what it would hold if it is relevant."""

    __slots__ = ("branch", "broken", "key", "locked", "node", "question", "relevant", "row", "spec", "value")

    def __init__(self, question: Question, spec: Spec, key: str, branch: Branch, node: Node) -> None:
        self.question = question
        self.spec = spec
        self.key = key
        self.branch = branch
        self.row = branch.row
        self.node = node
        self.relevant = True
        self.locked = False
        self.broken = False  # an expression failed on the values given
        self.value = BLANK


class Branch:
    """The form, a group, a repeat, or a row of one; `parts` in form order. A repeat's parts are
    its rows, and it has the node of what it stands in."""

    __slots__ = ("item", "key", "node", "outer", "parts", "relevant", "row", "scope")

    def __init__(
        self, item: Group | Repeat | None, key: str, node: Node, scope: Scope, outer: Branch | None, row: str | None
    ) -> None:
        self.item = item
        self.key = key
        self.node = node
        self.scope = scope
        self.outer = outer
        self.row = row
        self.relevant = True
        self.parts: list[Cell | Branch] = []


@dataclass(frozen=True, slots=True)
class Now:
    """The moment and the luck of one evaluation: `now` is aware, its zone decides what today is;
    random() and uuid() are drawn from `seed`, so keep one seed for one draft."""

    now: datetime
    seed: int = 0


class Run:
    """One evaluation: grown and settled when made."""

    __slots__ = ("bound", "cells", "env", "form", "instances", "now", "owners", "raw", "top", "zone")

    def __init__(self, form: Form, raw: Raw, now: Now, bound: Mapping[str, str]) -> None:
        plan = plan_of(form)
        self.form = form
        self.raw = raw
        self.bound = bound
        self.now = now.now
        self.zone = now.now.tzinfo
        self.env = Environment(now.now, plan.instances, self._label, now.seed)
        self.cells: list[Cell] = []
        self.instances: list[list[Cell | Branch]] = [[] for _ in range(plan.count)]
        self.owners: dict[Node, Cell] = {}
        document = Node("")
        scope = Scope()
        self.top = Branch(None, "", document.add("data", "", scope), scope, None, None)
        self._grow(self.top, plan.specs, "")
        self._settle(plan)

    def _label(self, value: str, name: str) -> str:
        question = self.form.question(name)
        choice = self.form.choice(question, value) if question else None
        return choice.label if choice else ""

    # growing

    def _grow(self, branch: Branch, specs: tuple[Spec, ...], prefix: str) -> None:
        for spec in specs:
            item = spec.item
            key = prefix + item.name
            if isinstance(item, Question):
                part: Cell | Branch = self._leaf(branch, spec, item, key)
            elif isinstance(item, Group):
                node = branch.node.add(item.name, "", branch.scope)
                branch.scope.add(node)
                part = Branch(item, key, node, branch.scope, branch, branch.row)
                self._grow(part, spec.inner, f"{key}/")
            else:
                part = self._rows(branch, spec, item, key)
            branch.parts.append(part)
            if spec.settles:
                self.instances[spec.number].append(part)

    def _rows(self, branch: Branch, spec: Spec, item: Repeat, key: str) -> Branch:
        """A repeat: its rows' nodes are children of what the repeat stands in, as XForms has it."""
        repeat = Branch(item, key, branch.node, branch.scope, branch, branch.row)
        scope: Scope | None = branch.scope
        while scope is not None:
            for name in spec.names:
                scope.nodes.setdefault(name, [])
            scope = scope.outer
        for row_id in row_ids(self.raw[key]) if key in self.raw else [FIRST_ROW]:
            node = branch.node.add(item.name, "", branch.scope)
            branch.scope.add(node)
            inner = node.scope = Scope(branch.scope)
            row = Branch(item, f"{key}/{row_id}", node, inner, repeat, row_id)
            self._grow(row, spec.inner, f"{row.key}/")
            repeat.parts.append(row)
        return repeat

    def _leaf(self, branch: Branch, spec: Spec, question: Question, key: str) -> Cell:
        scope = branch.scope
        node = Node(question.name, "", branch.node, scope)
        branch.node.children.append(node)
        if scope.outer is None:
            scope.nodes[node.name] = [node]
        else:
            scope.add(node)
        cell = Cell(question, spec, key, branch, node)
        self._read(cell, question)
        if not spec.settles:
            node.value = cell.value.text
        self.cells.append(cell)
        return cell

    def _read(self, cell: Cell, question: Question) -> None:
        """What the draft, a binding or a literal default puts in; expressions come later."""
        if question.calculation is not None:
            cell.locked = True
            if cell.spec.remembers:
                cell.node.value = self._remembered(cell.key)
            return
        if question.kind in METADATA:
            cell.locked = True
            cell.value = self._metadata(question.kind, cell.key)
            return
        known = self._parsed(cell, self._known(question)) if question.bind else BLANK
        contact = is_contact(question)
        # A unit or period that this form cannot hold is shown as a problem, never typed over.
        if (known.text and not (contact and question.constraint)) or (known.code and not contact):
            cell.value, cell.locked = known, True
        elif question.read_only or cell.key not in self.raw:
            cell.locked = question.read_only
            cell.value = known if known.text else self._default(cell, question)
        else:
            cell.value = self._parsed(cell, self.raw[cell.key])

    def _known(self, question: Question) -> str:
        return self.bound.get(question.bind or "", "")

    def _remembered(self, key: str) -> str:
        kept = self.raw.get(key, "")
        return clean(kept) if isinstance(kept, str) else ""

    def _metadata(self, kind: Kind, key: str) -> Value:
        """The device is never told; start, end and today are the draft's own, else this moment's."""
        if kind is Kind.DEVICEID:
            return BLANK
        kept = parse(kind, self.raw.get(key, ""), {}, self.zone)
        if kept.typed is not None:
            return kept
        if kind is Kind.TODAY:
            return Value(self.now.date().isoformat(), self.now.date())
        moment = self.now.replace(microsecond=0)
        return Value(moment.isoformat(), moment)

    def _parsed(self, cell: Cell, raw: object) -> Value:
        return parse(cell.question.kind, raw, cell.spec.offered, self.zone)

    def _default(self, cell: Cell, question: Question) -> Value:
        if question.kind is Kind.DATETIME and isinstance(question.default, str):
            return self._parsed(cell, question.default)
        return cell.spec.default

    # settling

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
