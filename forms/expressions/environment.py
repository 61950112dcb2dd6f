"""What an expression may know besides its tree, and what one evaluation carries along."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from forms.expressions.errors import EvaluationError
from forms.tree import Node, Scope

_NOWHERE = Scope()

# Nodes that paths may visit in one evaluation: `//*[//*[//*[…]]]` grows with a power of the tree.
MOST_VISITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Environment:
    """The world around a form at one moment.

    `now` is aware, and its tzinfo is the zone in which dates are read. `instances`
    gives `instance('name')`: a node whose child `root` holds the items; the answers
    sent last time are the instance "__last-saved". `labels` finds the label of a
    choice: (value, question name) -> label. `seed` decides random(), uuid() and
    randomize() without a seed: the same draft draws the same.
    """

    now: datetime
    instances: Mapping[str, Node] = field(default_factory=dict)
    labels: Callable[[str, str], str] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must be aware")


class Run:
    """One evaluation. `origin` is the context node it began with: what `current()` and `/` start from.

    `position` and `size` are those of the predicate being tried, 1 outside of any.
    """

    zone: tzinfo

    __slots__ = ("_drawn", "_left", "env", "origin", "position", "scope", "size", "source", "zone")

    def __init__(self, source: str, origin: Node, env: Environment) -> None:
        self.source = source
        self.origin = origin
        self.env = env
        self.zone = env.now.tzinfo or UTC
        self.position = 1
        self.size = 1
        self._drawn = 0
        self._left = MOST_VISITS
        node: Node | None = origin
        while node is not None and node.scope is None:
            node = node.parent
        self.scope = _NOWHERE if node is None or node.scope is None else node.scope

    def spend(self, visits: int) -> None:
        """Counts nodes visited. Raises EvaluationError when there are too many."""
        self._left -= visits
        if self._left < 0:
            raise EvaluationError("the expression visits too many nodes")

    def draw(self) -> bytes:
        """32 bytes that depend on the seed, the expression, the place of the node, and the count of draws."""
        self._drawn += 1
        parts = (str(self.env.seed), self.source, self.origin.place(), str(self._drawn))
        return hashlib.sha256("\0".join(parts).encode()).digest()
