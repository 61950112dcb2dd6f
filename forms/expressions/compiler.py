"""A parsed expression to closures.

Every part is compiled for the type that is wanted of it, so that `${a} > 3`
never makes text of a number or a list of a truth. What depends on nothing is
computed once, here.
"""

from __future__ import annotations

import math
from typing import Any

from forms.expressions import comparison, folding, paths
from forms.expressions.arithmetic import ARITHMETIC
from forms.expressions.environment import Run
from forms.expressions.errors import EvaluationError, ExpressionError
from forms.expressions.functions import FUNCTIONS, UNSUPPORTED
from forms.expressions.functions.registry import Code
from forms.expressions.syntax import (
    Call,
    Chain,
    Compare,
    Filter,
    Logic,
    Negate,
    Number,
    Part,
    Path,
    Reference,
    Root,
    Step,
    Text,
    Union,
)
from forms.expressions.values import Kind, Value, number_of, number_of_text, text_of, text_of_number, truth_of
from forms.tree import Node


class Compiler:
    """`strict` refuses what can only fail; without it such a part fails when it is evaluated, if ever."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        # By identity: the tree outlives its compilation, and every part is compiled once.
        self._kinds: dict[int, Kind] = {}
        self._values: dict[int, Code[Any]] = {}

    def fail(self, code: str, at: int, **params: object) -> Code[Any]:
        error = ExpressionError(code, at, **params)
        if self._strict:
            raise error

        def failing(node: Node, run: Run) -> Any:
            raise EvaluationError(str(error)) from error

        return failing

    def kind(self, part: Part) -> Kind:
        known = self._kinds.get(id(part))
        if known is None:
            known = self._kinds[id(part)] = self._kind(part)
        return known

    def _kind(self, part: Part) -> Kind:
        match part:
            case Number() | Negate() | Chain():
                return "number"
            case Text():
                return "string"
            case Logic() | Compare():
                return "boolean"
            case Call():
                return self._kind_of_call(part)
            case _:
                return "nodes"

    def _kind_of_call(self, call: Call) -> Kind:
        known = FUNCTIONS.get(call.name)
        if known is None or not known.takes(len(call.arguments)):
            return "any"
        kinds = {self.kind(call.arguments[number]) for number in known.types}
        return kinds.pop() if len(kinds) == 1 else known.kind

    def string(self, part: Part) -> Code[str]:
        code = self.value(part)
        match self.kind(part):
            case "string":
                return code
            case "nodes":
                return _first_text(code)
            case "number":
                return self._folded(part, lambda node, run: text_of_number(code(node, run)))
            case _:
                return self._folded(part, lambda node, run: text_of(code(node, run)))

    def number(self, part: Part) -> Code[float]:
        if paths.is_context(part):
            return lambda node, run: number_of_text(node.text(), run.zone)
        code = self.value(part)
        match self.kind(part):
            case "number":
                return code
            case "nodes":
                return _first_number(code)
            case "string":
                return self._folded(part, lambda node, run: number_of_text(code(node, run), run.zone))
            case _:
                return self._folded(part, lambda node, run: number_of(code(node, run), run.zone))

    def boolean(self, part: Part) -> Code[bool]:
        code = self.value(part)
        match self.kind(part):
            case "boolean":
                return code
            case "nodes" | "string":
                return self._folded(part, lambda node, run: bool(code(node, run)))
            case _:
                return self._folded(part, lambda node, run: truth_of(code(node, run)))

    def nodes(self, part: Part) -> Code[list[Node]]:
        kind = self.kind(part)
        code = self.value(part)
        if kind == "nodes":
            return code
        if kind == "any":
            return lambda node, run: paths.required(code(node, run))
        name = part.name if isinstance(part, Call) else type(part).__name__.lower()
        return self.fail("needs_nodes", part.at, name=name)

    def everywhere(self, part: Part) -> Code[list[Node]]:
        """Like `nodes`, but a `${name}` means all rows, wherever we are."""
        if not isinstance(part, Reference) or part.saved:
            return self.nodes(part)
        name = part.name
        return lambda node, run: run.scope.outermost().find(name)

    def constant(self, part: Part) -> Value | None:
        """The value of a part that depends on nothing, else None."""
        return folding.computed(part, self.value(part)) if folding.is_constant(part) else None

    def value(self, part: Part) -> Code[Any]:
        """The part compiled to the value it has of itself."""
        known = self._values.get(id(part))
        if known is None:
            known = self._values[id(part)] = self._folded(part, self._code(part))
        return known

    def _folded(self, part: Part, code: Code[Any]) -> Code[Any]:
        value = folding.computed(part, code)
        return code if value is None else lambda node, run: value

    def _code(self, part: Part) -> Code[Any]:
        match part:
            case Number() | Text():
                value = part.value
                return lambda node, run: value
            case Reference():
                return paths.reference(part)
            case Call():
                return self._call(part)
            case Negate():
                number = self.number(part.operand)
                return lambda node, run: -number(node, run)
            case Logic():
                return self._logic(part)
            case Compare():
                return comparison.build(self, part)
            case Chain():
                return self._chain(part)
            case Union():
                return self._union(part)
            case Path():
                return paths.build(self, part)
            case Root():
                return lambda node, run: [run.origin.root()]
            case Filter():
                return paths.filtered(self, part)
            case Step():
                return paths.build(self, Path(None, (part,), part.at))

    def _call(self, call: Call) -> Code[Any]:
        known = FUNCTIONS.get(call.name)
        if known is None:
            code = "unsupported_function" if call.name in UNSUPPORTED else "unknown_function"
            return self.fail(code, call.at, name=call.name)
        if not known.takes(len(call.arguments)):
            return self.fail(
                "wrong_argument_count",
                call.at,
                name=call.name,
                least=known.least,
                most=known.most,
                given=len(call.arguments),
            )
        return known.build(self, call)

    def _logic(self, part: Logic) -> Code[bool]:
        """Later terms are not evaluated once the outcome is known."""
        terms = [self.boolean(term) for term in part.terms]
        stop = part.operator == "or"
        if len(terms) == 2:
            first, second = terms
            if stop:
                return lambda node, run: first(node, run) or second(node, run)
            return lambda node, run: first(node, run) and second(node, run)

        def decided(node: Node, run: Run) -> bool:
            for term in terms:
                if term(node, run) is stop:
                    return stop
            return not stop

        return decided

    def _chain(self, part: Chain) -> Code[float]:
        first = self.number(part.first)
        rest = [(ARITHMETIC[sign], self.number(term)) for sign, term in part.rest]
        if len(rest) == 1:
            ((compute, second),) = rest
            return lambda node, run: compute(first(node, run), second(node, run))

        def chained(node: Node, run: Run) -> float:
            total = first(node, run)
            for compute, term in rest:
                total = compute(total, term(node, run))
            return total

        return chained

    def _union(self, part: Union) -> Code[list[Node]]:
        terms = [self.nodes(term) for term in part.terms]

        def united(node: Node, run: Run) -> list[Node]:
            found = [each for term in terms for each in term(node, run)]
            return paths.in_order(found, several=True, nested=True)

        return united


def _first_text(code: Code[list[Node]]) -> Code[str]:
    def text(node: Node, run: Run) -> str:
        found = code(node, run)
        return found[0].text() if found else ""

    return text


def _first_number(code: Code[list[Node]]) -> Code[float]:
    def number(node: Node, run: Run) -> float:
        found = code(node, run)
        return number_of_text(found[0].text(), run.zone) if found else math.nan

    return number
