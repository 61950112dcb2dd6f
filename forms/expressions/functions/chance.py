"""Functions of chance. All draw from the seed of the environment, so that a draft can be computed again."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import TypeVar
from uuid import UUID

from forms.expressions.environment import Run
from forms.expressions.functions.registry import Code, Maker, function
from forms.expressions.syntax import Call
from forms.expressions.values import number_of, number_of_text, text_of
from forms.tree import Node

T = TypeVar("T")

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807


@function("random", 0, 0, "number")
def _random(make: Maker, call: Call) -> Code[float]:
    """From 0 up to but not including 1."""
    return lambda node, run: (int.from_bytes(run.draw()[:8], "big") >> 11) / 2**53


@function("uuid", 0, 1, "string")
def _uuid(make: Maker, call: Call) -> Code[str]:
    """A random UUID, or so many characters of such (at most 255)."""
    if not call.arguments:
        return lambda node, run: str(UUID(bytes=run.draw()[:16], version=4))
    length = make.number(call.arguments[0])

    def identifier(node: Node, run: Run) -> str:
        wanted = length(node, run)
        size = int(min(max(wanted, 0), 255)) if wanted == wanted else 0
        text = ""
        while len(text) < size:
            text += str(UUID(bytes=run.draw()[:16], version=4))
        return text[:size]

    return identifier


@function("randomize", 1, 2, "nodes")
def _randomize(make: Maker, call: Call) -> Code[list[Node]]:
    """The nodes in another order; the same seed gives the order that ODK gives."""
    nodes = make.nodes(call.arguments[0])
    if len(call.arguments) == 1:
        return lambda node, run: shuffled(nodes(node, run), int.from_bytes(run.draw()[:8], "big"))
    value = make.value(call.arguments[1])

    def randomized(node: Node, run: Run) -> list[Node]:
        given = value(node, run)
        return shuffled(nodes(node, run), _seed(number_of(given, run.zone), text_of(given)))

    return randomized


def _seed(number: float, text: str) -> int:
    """A number without its fraction, clipped to 64 bits; of other text the first 64 bits of its SHA-256."""
    if number != number:
        if text in ("", "NaN"):
            return 0
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    if math.isinf(number):
        return 2**63 - 1 if number > 0 else -(2**63)
    return int(number)


def _generator(seed: int) -> Callable[[], float]:
    """Park and Miller's minimal standard, as the ODK XForms specification asks for."""
    # The remainder has the sign of the seed there (Java, JavaScript), not of the modulus.
    state = abs(seed) % _MODULUS * (-1 if seed < 0 else 1)
    if state <= 0:
        state += _MODULUS - 1

    def draw() -> float:
        nonlocal state
        state = state * _MULTIPLIER % _MODULUS
        return (state - 1) / (_MODULUS - 1)

    return draw


def seed_of(text: str) -> int:
    """The seed that a text stands for, as in the second argument of randomize()."""
    return _seed(number_of_text(text, UTC), text)


def shuffled(nodes: Sequence[T], seed: int) -> list[T]:
    draw = _generator(seed)
    found: list[T] = []
    for number, node in enumerate(nodes):
        place = int(draw() * (number + 1))
        if place == number:
            found.append(node)
        else:
            found.append(found[place])
            found[place] = node
    return found
