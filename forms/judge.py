"""What one question of a settled draft offers, shows and gets wrong, worked out when looked at."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from forms.consolidate import sums
from forms.expressions import EvaluationError, Expression
from forms.expressions.functions.chance import seed_of, shuffled
from forms.grow import Cell
from forms.plan import list_node
from forms.problems import Problem
from forms.schema import LISTED, MANY, UNSEEN, Choice, Form, Kind, Question, Text
from forms.settle import Run
from forms.shown import show, show_point
from forms.tree import Node
from forms.views import Sum

_NEVER_WRONG = UNSEEN | {Kind.NOTE}
_COMMAS = frozenset({Kind.DECIMAL, Kind.RANGE})


class Judge:
    """Reads a settled draft and changes nothing in it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._form = run.form
        self._checked: dict[Cell, Problem | None] = {}
        self._owners: dict[Node, Cell] = {}
        self._language = run.language

    def raw(self, cell: Cell) -> str | list[str]:
        many = cell.question.kind in MANY
        if cell.draws and cell.key in cell.draws:
            return cell.draws[cell.key]
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
        return text.replace(".", ",") if cell.question.kind in _COMMAS else text

    def shown(self, cell: Cell) -> str:
        question = cell.question
        if question.kind in LISTED:
            return show(cell.value.typed, lambda name: self._label(question, name))
        if question.kind is Kind.GEOPOINT and cell.value.text:
            return show_point(cell.value.text)
        return show(cell.value.typed)

    def _label(self, question: Question, name: str) -> str:
        choice = self._form.choice(question, name)
        return choice.in_language(self._language) if choice else name

    def choices(self, cell: Cell) -> tuple[Choice, ...]:
        """What is offered, in the order and the language in which it is drawn."""
        question = cell.question
        listed = listed_in(self._form, question, self._language)
        if question.choice_filter is not None and question.choices is not None:
            items = self._list_node(question.choices).children
            try:
                kept = set(question.choice_filter.select(items, self._run.env, cell.node))
            except EvaluationError:
                kept = set(items)
            listed = tuple(choice for choice, item in zip(listed, items, strict=True) if item in kept)
        return self._shuffled(cell, listed) if question.shuffle is not None else listed

    def _shuffled(self, cell: Cell, listed: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """In the order that randomize() gives: by the author's seed as OpenRosa has it, else by one
        drawn for this draft and question."""
        seed = cell.question.shuffle.seed if cell.question.shuffle else None
        try:
            given = seed.string(cell.node, self._run.env) if isinstance(seed, Expression) else seed
        except EvaluationError:
            given = None
        if given is None:
            given = f"{self._run.env.seed}:{cell.node.place()}"
        return tuple(shuffled(listed, seed_of(given)))

    def _list_node(self, name: str) -> Node:
        """The list as a tree, made once for the form and never changed."""
        key = f"list:{name}"
        found = self._form.memo.get(key)
        if not isinstance(found, Node):
            found = self._form.memo[key] = list_node(self._form, name)
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

    def required(self, cell: Cell) -> bool:
        """Whether a person has to answer; nobody can answer what is computed or read only."""
        question = cell.question
        required = question.required
        if isinstance(required, bool) or question.calculation is not None or question.read_only:
            return required is True and question.calculation is None and not question.read_only
        try:
            return required.boolean(cell.node, self._run.env)
        except EvaluationError:
            return True

    def problem(self, cell: Cell) -> Problem | None:
        if not cell.relevant:
            return None
        if cell not in self._checked:
            self._checked[cell] = self._check(cell)
        return self._checked[cell]

    def _check(self, cell: Cell) -> Problem | None:
        question, value = cell.question, cell.value
        if cell.broken:
            return self._found(cell, "cannot_evaluate", None)
        if question.kind in _NEVER_WRONG:
            return None
        if value.code is not None:
            return Problem(cell.key, question, cell.row, value.code, value.params)
        if not value.text:
            return self._found(cell, "required", question.required_message) if self.required(cell) else None
        if question.choice_filter is not None and not self._all_offered(cell):
            return self._found(cell, "not_offered", None)
        if question.kind is Kind.RANK and (missing := self._unranked(cell)):
            return Problem(cell.key, question, cell.row, "incomplete_rank", {"missing": missing})
        if question.constraint is None:
            return None
        try:
            fine = question.constraint.boolean(cell.node, self._run.env)
        except EvaluationError:
            return self._found(cell, "cannot_evaluate", None)
        return None if fine else self._found(cell, "constraint", question.constraint_message)

    def _found(self, cell: Cell, code: str, message: Text | None) -> Problem:
        words = self.filled(message, cell.node) if message else None
        translated = message is not None and self._language in message.others
        language = self._language if translated else next(iter(self._form.languages), "")
        return Problem(cell.key, cell.question, cell.row, code, {}, words or None, language)

    def _all_offered(self, cell: Cell) -> bool:
        chosen = cell.value.typed if isinstance(cell.value.typed, tuple) else (cell.value.text,)
        places = cell.spec.offered
        return all(self._offered(cell, places[name]) for name in chosen)

    def _unranked(self, cell: Cell) -> int:
        """How many of the choices offered have no place yet."""
        ranked = set(cell.value.text.split())
        return sum(1 for choice in self.choices(cell) if choice.name not in ranked)

    def sums(self, cell: Cell) -> tuple[Sum, ...]:
        """The sums that the constraint asks to come out, where the whole and every part that is asked is a figure."""
        found = []
        for tie in sums.beside(self._form).get(cell.question.name, ()):
            whole = self._figure(self._seen(tie.whole, cell))
            asked = [part for name in tie.parts if (part := self._seen(name, cell)) is None or part.relevant]
            terms = tuple(figure for part in asked if (figure := self._figure(part)) is not None)
            if whole is not None and len(terms) == len(asked) > 1:
                found.append(Sum(terms, whole))
        return tuple(found)

    def _seen(self, name: str, beside: Cell) -> Cell | None:
        """The question of that name as seen from a cell, None where there is not just one."""
        nodes = beside.node.scope.find(name) if beside.node.scope is not None else []
        cells = [cell for node in nodes if (cell := self._owner(node)) is not None]
        return cells[0] if len(cells) == 1 else None

    def _figure(self, cell: Cell | None) -> Decimal | None:
        """The figure of a question, None when it has none, or is computed from what is missing or no figure."""
        if cell is None or not cell.relevant or not isinstance(cell.value.typed, int | Decimal):
            return None
        return Decimal(cell.value.typed) if self._founded(cell) else None

    def _founded(self, cell: Cell) -> bool:
        """Whether nothing that a value is computed from is wrong in itself, or empty though required."""
        seen, waiting = frozenset[str](), [cell]
        while waiting:
            one = waiting.pop()
            if one.question.calculation is None:
                if one.value.code is not None or (not one.value.text and one.question.required is not False):
                    return False
                continue
            fresh = one.question.calculation.names - seen
            seen |= fresh
            waiting += [read for name in fresh if (read := self._seen(name, one)) is not None and read.relevant]
        return True

    def _owner(self, node: Node) -> Cell | None:
        if not self._owners:
            self._owners = {cell.node: cell for cell in self._run.cells}
        return self._owners.get(node)

    def filled(self, text: Text | None, node: Node) -> str:
        if not text:
            return ""
        parts = text.in_language(self._language)
        if len(parts) == 1 and isinstance(parts[0], str):
            return parts[0]
        return "".join(part if isinstance(part, str) else self._part(part, node) for part in parts)

    def _part(self, expression: Expression, node: Node) -> str:
        """`${x}` reads as a person would see x; an expression as its text."""
        if len(expression.names) == 1 and not expression.functions and node.scope is not None:
            cells = [self._owner(found) for found in node.scope.find(next(iter(expression.names)))]
            relevant = [cell for cell in cells if cell and cell.relevant]
            shown = ", ".join(self.shown(cell) for cell in relevant if cell.value.text)
            # A figure that cannot be worked out yet: "–%" reads better than "%".
            return shown or ("–" if any(cell.question.calculation for cell in relevant) else "")
        return self.string(expression, node)

    def string(self, expression: Expression | None, node: Node) -> str:
        try:
            return expression.string(node, self._run.env) if expression else ""
        except EvaluationError:
            return ""


def listed_in(form: Form, question: Question, language: str) -> tuple[Choice, ...]:
    """The question's whole list, labels in that language; made once for the form."""
    if question.choices is None or language in ("", *form.languages[:1]):
        return form.choices(question)
    key = f"choices:{language}:{question.choices}"
    found = form.memo.get(key)
    if not isinstance(found, tuple):
        listed = form.choices(question)
        found = form.memo[key] = tuple(replace(choice, label=choice.in_language(language)) for choice in listed)
    return found
