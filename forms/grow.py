"""Grows the tree of one draft: what it, a binding or a literal default says, typed, before any
expression is evaluated.

Everything here is private to one evaluation and mutable while it runs; forms.answers shows the
result as frozen values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forms.flat import MAX_ROWS, Raw, row_ids
from forms.plan import Plan, Spec, is_contact
from forms.problems import Problem
from forms.schema import METADATA, Group, Kind, Question, Repeat
from forms.tree import Node, Scope
from forms.values import BLANK, Value, clean, parse, telephone

FIRST_ROW = "r1"  # a repeat that the draft does not mention yet starts with this row, as in ODK
MAX_ROWS_IN_ALL = 2_000
MAX_OVERFLOW = 10  # more repeats than this with too many rows are not worth telling one by one


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


class Draft:
    """A grown draft. `cells` are in form order; `instances` lists, by the number of its spec, what
    has to settle; `overflow` are the repeats whose rows are too many to take."""

    def __init__(self, plan: Plan, raw: Raw, now: Now, bound: Mapping[str, str]) -> None:
        self.raw = raw
        self.bound = bound
        self.now = now.now
        self.zone = now.now.tzinfo
        self.cells: list[Cell] = []
        self.instances: list[list[Cell | Branch]] = [[] for _ in range(plan.count)]
        self.overflow: list[Problem] = []
        self._rows_left = MAX_ROWS_IN_ALL
        scope = Scope()
        self.top = Branch(None, "", Node("").add("data", "", scope), scope, None, None)
        self._grow(self.top, plan.specs, "")

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
        for row_id in self._row_ids(key, branch):
            node = branch.node.add(item.name, "", branch.scope)
            branch.scope.add(node)
            inner = node.scope = Scope(branch.scope)
            row = Branch(item, f"{key}/{row_id}", node, inner, repeat, row_id)
            self._grow(row, spec.inner, f"{row.key}/")
            repeat.parts.append(row)
        return repeat

    def _row_ids(self, key: str, branch: Branch) -> list[str]:
        if key not in self.raw:
            return [FIRST_ROW]
        listed = self.raw[key]
        ids = row_ids(listed)[: max(self._rows_left, 0)]
        self._rows_left -= len(ids)
        crowded = isinstance(listed, list) and len(listed) > len(ids)
        if crowded and (len(listed) > MAX_ROWS or self._rows_left <= 0) and len(self.overflow) < MAX_OVERFLOW:
            params = {"limit": len(ids), "rows": len(listed)}
            self.overflow.append(Problem(key, None, branch.row, "too_many_rows", params))
        return ids

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
        if cell.question.bind == "contact.phone" and isinstance(raw, str):
            raw = telephone(raw)
        return parse(cell.question.kind, raw, cell.spec.offered, self.zone)

    def _default(self, cell: Cell, question: Question) -> Value:
        if question.kind is Kind.DATETIME and isinstance(question.default, str):
            return self._parsed(cell, question.default)
        return cell.spec.default
