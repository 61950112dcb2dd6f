"""Whether a regular pattern occurs in a text, in time proportional to both, whatever they are.

The pattern becomes a non-deterministic automaton (Thompson), whose sets of states
are turned into states of a deterministic one as texts need them, and kept. There is
no backtracking, so no pattern can run away.
"""

from __future__ import annotations

from collections.abc import Iterable

from forms.expressions.pattern_syntax import (
    All,
    BadPattern,
    Either,
    Here,
    One,
    Pattern,
    Repeat,
    Test,
    is_word,
)

MOST_STATES = 4_000
MOST_KEPT = 2_000  # deterministic states and their edges, before all are forgotten
MOST_VISITS = 2_000_000  # of states while one text is searched: about a second

_ACCEPT = 0


class _State:
    """A set of states of the pattern, and what lies just before: the start of the text, a word character."""

    __slots__ = ("edges", "inside", "start", "word")

    def __init__(self, inside: frozenset[int], start: bool, word: bool) -> None:
        self.inside = inside
        self.start = start
        self.word = word
        self.edges: dict[str, _State] = {}


_FOUND = _State(frozenset(), start=False, word=False)


class Automaton:
    """Raises BadPattern("too_large") when the pattern needs more than MOST_STATES states."""

    def __init__(self, pattern: Pattern) -> None:
        # For every state either a test with the state it leads to, or places to go without a character.
        self._tests: list[tuple[Test, int] | None] = [None]
        self._jumps: list[list[tuple[str, int]]] = [[]]
        self._first = self._build(pattern, _ACCEPT)
        self._kept: dict[tuple[frozenset[int], bool, bool], _State] = {}
        self._edges = 0
        self._start = _State(frozenset({self._first}), start=True, word=False)

    def search(self, text: str) -> bool:
        """Whether the pattern matches some part of the text; False when that takes too long to tell."""
        state = self._start
        visits = 0
        for character in text:
            after = state.edges.get(character)
            if after is None:
                reached = self._reach(state, character)
                visits += len(reached)
                if visits > MOST_VISITS:
                    return False
                after = self._step(state, character, reached)
            if after is _FOUND:
                return True
            state = after
        return _ACCEPT in self._reach(state, None)

    def _new(self, test: tuple[Test, int] | None, jumps: Iterable[tuple[str, int]] = ()) -> int:
        if len(self._tests) > MOST_STATES:
            raise BadPattern("too_large")
        self._tests.append(test)
        self._jumps.append(list(jumps))
        return len(self._tests) - 1

    def _build(self, pattern: Pattern, then: int) -> int:
        """States for the pattern that go on to `then`; returns the first of them."""
        match pattern:
            case One():
                return self._new((pattern.test, then))
            case Here():
                return self._new(None, [(pattern.kind, then)])
            case All():
                for part in reversed(pattern.parts):
                    then = self._build(part, then)
                return then
            case Either():
                return self._new(None, [("", self._build(part, then)) for part in pattern.parts])
            case Repeat():
                return self._repeat(pattern, then)

    def _repeat(self, pattern: Repeat, then: int) -> int:
        if pattern.most is None:
            loop = self._new(None)
            self._jumps[loop] = [("", self._build(pattern.part, loop)), ("", then)]
            first = loop
        else:
            first = then
            for _ in range(pattern.most - pattern.least):
                first = self._new(None, [("", self._build(pattern.part, first)), ("", then)])
        for _ in range(pattern.least):
            first = self._build(pattern.part, first)
        return first

    def _reach(self, state: _State, following: str | None) -> set[int]:
        """All states to be reached before the next character (None: the end of the text)."""
        after = following is not None and is_word(following)
        holds = {
            "": True,
            "^": state.start,
            "$": following is None,
            "b": state.word != after,
            "B": state.word == after,
        }
        reached = set(state.inside)
        waiting = list(state.inside)
        while waiting:
            for kind, there in self._jumps[waiting.pop()]:
                if there not in reached and holds[kind]:
                    reached.add(there)
                    waiting.append(there)
        return reached

    def _step(self, state: _State, character: str, reached: set[int]) -> _State:
        if _ACCEPT in reached:
            after = _FOUND
        else:
            tests = (self._tests[each] for each in reached)
            inside = frozenset([test[1] for test in tests if test is not None and test[0](character)])
            # A match may begin at any place.
            key = (inside | {self._first}, False, is_word(character))
            after = self._keep(key)
        state.edges[character] = after
        return after

    def _keep(self, key: tuple[frozenset[int], bool, bool]) -> _State:
        self._edges += 1
        if len(self._kept) > MOST_KEPT or self._edges > 20 * MOST_KEPT:
            self._kept = {}
            self._edges = 0
            self._start.edges = {}
        return self._kept.setdefault(key, _State(*key))
