"""Grows the tree of one draft: what it, a binding or a literal default says, typed, before any
expression is evaluated.

Everything here is private to one evaluation and mutable while it runs; forms.answers shows the
result as frozen values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from forms.flat import MAX_ROWS, Raw, row_ids
from forms.plan import Plan, Spec
from forms.problems import Problem
from forms.schema import METADATA, Group, Kind, Question, Repeat
from forms.tree import Node, Scope
from forms.values import BLANK, Value, clean, parse, telephone

FIRST_ROW = "r1"  # a repeat that the draft does not mention yet starts with this row, as in ODK
MAX_ROWS_IN_ALL = 2_000  # of one repeat, in all rows of the repeats around it together
MAX_OVERFLOW = 10  # more rows than this around a repeat with too many are not worth telling one by one


class Cell:
    """One question of the draft, in one row. `value` is what it would hold if it is relevant;
    `draws` what the draft has to keep of it (see forms.settle)."""

    __slots__ = ("branch", "broken", "draws", "key", "locked", "node", "question", "relevant", "row", "spec", "value")

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
        self.draws: dict[str, str | list[str]] | None = None


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
    has to settle; `overflow` tells, by the name of a repeat, where its rows are too many to take.
    The rows of a repeat with a count grow later, when its count is known."""

    def __init__(self, plan: Plan, raw: Raw, now: Now, bound: Mapping[str, str]) -> None:
        self.raw = raw
        self.bound = bound
        self.now = now.now
        self.zone = now.now.tzinfo
        self.cells: list[Cell] = []
        self.instances: dict[int, list[Cell | Branch]] = {spec.number: [] for spec in plan.steps}
        self.overflow: dict[str, list[Problem]] = {}
        self._rows_taken: dict[str, int] = {}
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
        if item.count is None:
            for row_id in self._row_ids(item, key, branch):
                self._row(repeat, spec, item, row_id, len(branch.node.children))
        return repeat

    def _row(self, repeat: Branch, spec: Spec, item: Repeat, row_id: str, place: int) -> None:
        """A row whose node becomes the child at that place."""
        node = Node(item.name, "", repeat.node, Scope(repeat.scope))
        repeat.node.children.insert(place, node)
        repeat.scope.add(node)
        assert node.scope is not None
        row = Branch(item, f"{repeat.key}/{row_id}", node, node.scope, repeat, row_id)
        self._grow(row, spec.inner, f"{row.key}/")
        repeat.parts.append(row)

    def _row_ids(self, item: Repeat, key: str, branch: Branch) -> list[str]:
        if key not in self.raw:
            return [FIRST_ROW]
        listed = self.raw[key]
        ids = row_ids(listed)
        taken = ids[: self._room(item)]
        crowded = isinstance(listed, list) and len(listed) > len(taken)
        if crowded and (len(listed) > MAX_ROWS or len(taken) < len(ids)):
            self._crowded(item, key, branch, len(taken), len(listed))
        self._take(item, len(taken))
        return taken

    def _room(self, item: Repeat) -> int:
        return MAX_ROWS_IN_ALL - self._rows_taken.get(item.name, 0)

    def _take(self, item: Repeat, rows: int) -> None:
        self._rows_taken[item.name] = self._rows_taken.get(item.name, 0) + rows

    def _crowded(self, item: Repeat, key: str, branch: Branch, limit: int, rows: int) -> None:
        told = self.overflow.setdefault(item.name, [])
        if len(told) < MAX_OVERFLOW:
            told.append(Problem(key, None, branch.row, "too_many_rows", {"limit": limit, "rows": rows}))

    def _count_rows(self, repeat: Branch, spec: Spec, item: Repeat, count: int) -> None:
        """So many rows for a repeat with a count: those that the draft lists first, then r1, r2, …
        What the draft holds of further rows stays in it, and comes back with them."""
        fit = min(count, MAX_ROWS, self._room(item))
        if fit < count:
            self._crowded(item, repeat.key, repeat, fit, count)
        self._take(item, fit)
        ids = row_ids(self.raw.get(repeat.key))[:fit]
        place = _place_of(repeat)
        for row_id in filled_up(ids, fit):
            self._row(repeat, spec, item, row_id, place)
            place += 1

    def _leaf(self, branch: Branch, spec: Spec, question: Question, key: str) -> Cell:
        scope = branch.scope
        node = Node(question.name, "", branch.node, scope)
        branch.node.children.append(node)
        if scope.outer is None:
            scope.nodes[node.name] = [node]
        else:
            scope.add(node)
        cell = Cell(question, spec, key, branch, node)
        if not spec.plain:
            self._read(cell, question)
        elif (raw := self.raw.get(key)) is None:
            cell.value = spec.default
        else:
            cell.value = parse(question.kind, raw, spec.offered, None, question.range)
        if not spec.settles:
            node.value = cell.value.text
        self.cells.append(cell)
        return cell

    def _read(self, cell: Cell, question: Question) -> None:
        """What the draft, a binding or a literal default puts in; expressions come later."""
        if question.calculation is not None:
            cell.locked = not question.asked
            if question.trigger:
                held = cell.key in self.raw
                cell.value = self._parsed(cell, self.raw[cell.key]) if held else self._default(cell, question)
            elif cell.spec.remembers:
                cell.node.value = self._remembered(cell.key)
            return
        if question.kind in METADATA:
            cell.locked = True
            cell.value = self._metadata(question.kind, cell.key)
            return
        known = self._parsed(cell, self._known(question)) if question.bind else BLANK
        contact = cell.spec.contact
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
        question = cell.question
        if question.bind == "contact.phone" and isinstance(raw, str):
            raw = telephone(raw)
        return parse(question.kind, raw, cell.spec.offered, self.zone, question.range)

    def _default(self, cell: Cell, question: Question) -> Value:
        if question.kind is Kind.DATETIME and isinstance(question.default, str):
            return self._parsed(cell, question.default)
        return cell.spec.default


def cells_of(parts: Iterable[Cell | Branch]) -> Iterator[Cell]:
    """The questions in form order, row by row."""
    for part in parts:
        if isinstance(part, Cell):
            yield part
        else:
            yield from cells_of(part.parts)


def filled_up(ids: list[str], count: int) -> list[str]:
    """With ids for the rows that have none yet: `r` and the row's number, unless that is taken."""
    taken = set(ids)
    for number in range(len(ids) + 1, count + 1):
        fresh = next(
            found
            for extra in range(count + 1)
            if (found := f"r{number}-{extra}" if extra else f"r{number}") not in taken
        )
        taken.add(fresh)
        ids.append(fresh)
    return ids


def _place_of(repeat: Branch) -> int:
    """Where among the children of its node a repeat without rows stands: before what follows it."""
    outer = repeat.outer
    assert outer is not None
    after = outer.parts[outer.parts.index(repeat) + 1 :]
    following = next(iter(_nodes_of(after)), None)
    children = outer.node.children
    if following is None:
        return len(children)
    return next(number for number, node in enumerate(children) if node is following)


def _nodes_of(parts: Iterable[Cell | Branch]) -> Iterator[Node]:
    """The nodes directly below, those of a repeat being its rows'."""
    for part in parts:
        if isinstance(part, Branch) and isinstance(part.item, Repeat):
            yield from (row.node for row in part.parts if isinstance(row, Branch))
        else:
            yield part.node
