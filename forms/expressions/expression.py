"""Compiled expressions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from forms.expressions.compiler import Compiler
from forms.expressions.environment import Environment, Run
from forms.expressions.functions.registry import Code
from forms.expressions.parser import parse
from forms.expressions.reach import reach_of
from forms.expressions.values import Value
from forms.tree import Node


class Expression:
    """One expression, compiled. Never changes and may be evaluated by several threads at once.

    `kind` is what it gives: "number", "string", "boolean", "nodes", or "any" where only evaluation
    tells. What it may read is known: see forms.expressions.reach.Reach for `names`, `saved`,
    `functions`, `counted`, `reads_context` and `wanders`.

    The context is the node that `.` means. Names are looked up from `at`, the
    context itself unless given: for a choice filter the context is an item of a
    list, and `at` the question.
    """

    __slots__ = (
        "_boolean",
        "_number",
        "_string",
        "_value",
        "counted",
        "functions",
        "kind",
        "names",
        "reads_context",
        "saved",
        "source",
        "wanders",
    )

    def __init__(self, source: str, *, strict: bool = True) -> None:
        part = parse(source)
        make = Compiler(strict=strict)
        self._value: Code[Any] = make.value(part)
        self._string = make.string(part)
        self._number = make.number(part)
        self._boolean = make.boolean(part)
        self.source = source
        self.kind = make.kind(part)
        reach = reach_of(part)
        self.names, self.saved, self.functions = reach.names, reach.saved, reach.functions
        self.counted, self.reads_context, self.wanders = reach.counted, reach.reads_context, reach.wanders

    def evaluate(self, context: Node, env: Environment, at: Node | None = None) -> Value:
        """Text, a number, a truth value or a list of nodes. Raises EvaluationError."""
        value: Value = self._value(context, Run(self.source, at or context, env))
        return value

    def string(self, context: Node, env: Environment, at: Node | None = None) -> str:
        return self._string(context, Run(self.source, at or context, env))

    def number(self, context: Node, env: Environment, at: Node | None = None) -> float:
        return self._number(context, Run(self.source, at or context, env))

    def boolean(self, context: Node, env: Environment, at: Node | None = None) -> bool:
        return self._boolean(context, Run(self.source, at or context, env))

    def select(self, contexts: Iterable[Node], env: Environment, at: Node) -> list[Node]:
        """Those of the contexts for which it is true, as a choice filter wants them."""
        run = Run(self.source, at, env)
        return [context for context in contexts if self._boolean(context, run)]

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


@lru_cache(maxsize=4096)
def compile(source: str) -> Expression:  # noqa: A001 - the word for what it does; callers write expressions.compile
    """The expression a source text stands for. Raises ExpressionError."""
    return Expression(source)
