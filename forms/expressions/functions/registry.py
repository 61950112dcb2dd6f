"""How a function is declared: its name, how many arguments, what it gives, and how it is compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from forms.expressions.environment import Run
from forms.expressions.syntax import Call, Part
from forms.expressions.values import Kind, Value
from forms.tree import Node

T = TypeVar("T")
Code = Callable[[Node, Run], T]


class Maker(Protocol):
    """The compiler as functions see it: any part, compiled to give the type that is asked for."""

    def kind(self, part: Part) -> Kind: ...
    def value(self, part: Part) -> Code[Any]: ...
    def string(self, part: Part) -> Code[str]: ...
    def number(self, part: Part) -> Code[float]: ...
    def boolean(self, part: Part) -> Code[bool]: ...
    def nodes(self, part: Part) -> Code[list[Node]]: ...
    def everywhere(self, part: Part) -> Code[list[Node]]: ...
    def constant(self, part: Part) -> Value | None: ...
    def fail(self, code: str, at: int, **params: object) -> Code[Any]: ...


Build = Callable[[Maker, Call], Code[Any]]


@dataclass(frozen=True, slots=True)
class Function:
    """`most` is None for any number. A `pure` one depends on its arguments alone and may be folded.

    Where `types` is given, the kind of the result is that of these arguments when
    they agree (`if`), and `kind` only says what it is otherwise.
    """

    name: str
    least: int
    most: int | None
    kind: Kind
    build: Build
    pure: bool = False
    types: tuple[int, ...] = ()

    def takes(self, count: int) -> bool:
        return self.least <= count and (self.most is None or count <= self.most)


FUNCTIONS: dict[str, Function] = {}


def function(
    name: str, least: int, most: int | None, kind: Kind, *, pure: bool = False, types: tuple[int, ...] = ()
) -> Callable[[Build], Build]:
    """Declares the decorated builder as a function of expressions."""

    def declare(build: Build) -> Build:
        FUNCTIONS[name] = Function(name, least, most, kind, build, pure, types)
        return build

    return declare


def plain(name: str, takes: str, kind: Kind, compute: Callable[..., Any]) -> None:
    """Declares a function of values alone.

    `takes` has a letter for each argument: s(tring), n(umber), b(oolean); those
    after "?" may be left out, and `compute` then gets fewer arguments.
    """
    required, _, optional = takes.partition("?")
    letters = required + optional

    def build(make: Maker, call: Call) -> Code[Any]:
        makers = {"s": make.string, "n": make.number, "b": make.boolean}
        codes = [makers[letter](part) for letter, part in zip(letters, call.arguments, strict=False)]
        return _applied(compute, codes)

    FUNCTIONS[name] = Function(name, len(required), len(letters), kind, build, pure=True)


def _applied(compute: Callable[..., Any], codes: list[Code[Any]]) -> Code[Any]:
    if len(codes) == 1:
        (only,) = codes
        return lambda node, run: compute(only(node, run))
    if len(codes) == 2:
        first, second = codes
        return lambda node, run: compute(first(node, run), second(node, run))
    return lambda node, run: compute(*[code(node, run) for code in codes])
