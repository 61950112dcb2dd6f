"""The regular expressions that `regex()` takes, bounded in length, size and time.

Regular patterns run on an automaton and cannot run away. What no automaton does
(look-around, back-references) runs on `re`, and only where its work stays bounded:
no repetition inside a repetition, few of them, short texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from forms.expressions.errors import EvaluationError
from forms.expressions.pattern_automaton import Automaton
from forms.expressions.pattern_syntax import BadPattern, NotRegular, parse_pattern

LONGEST_PATTERN = 1_000
LONGEST_TEXT = 5_000
LONGEST_BACKTRACKED = 200
_MOST_WAYS = 1_000_000  # to try a backtracking pattern at one place of such a text

__all__ = ["LONGEST_PATTERN", "LONGEST_TEXT", "BadPattern", "compile_pattern", "found"]

_PIECES = re.compile(
    r"""
    \\.                                  # an escape
  | \[\^?\]?(?:\\.|[^\]\\])*\]             # a class
  | \(\?(?:<?[=!]|:|P?<\w+>) | [()|*+]   # what opens, closes, chooses, repeats
  | \{[0-9]+(?:,[0-9]*)?\}
  | .                                    # any other character
    """,
    re.DOTALL | re.VERBOSE,
)
# What Python may one day read as operations on sets, and warns of today.
_SET_OPERATION = re.compile(r"\[|--|&&|\|\||~~")


@lru_cache(maxsize=512)
def compile_pattern(source: str) -> Callable[[str], bool]:
    """A function that tells whether the pattern occurs in a text, of which it reads LONGEST_TEXT characters.

    Raises BadPattern.
    """
    if len(source) > LONGEST_PATTERN:
        raise BadPattern("too_long")
    try:
        search = Automaton(parse_pattern(source)).search
    except NotRegular:
        return _backtracking(source)
    return lambda text: search(text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT])


def found(source: str, text: str) -> bool:
    """For patterns that are computed. Raises EvaluationError when it is none."""
    try:
        search = compile_pattern(source)
    except BadPattern as error:
        raise EvaluationError(f"bad pattern: {error.reason}") from error
    return search(text)


def _backtracking(source: str) -> Callable[[str], bool]:
    pieces = _PIECES.findall(source)
    if _ways(pieces) > _MOST_WAYS:
        raise BadPattern("runs_away")
    if any(_SET_OPERATION.search(re.sub(r"\\.", "", piece[1:])) for piece in pieces if piece[0] == "["):
        raise BadPattern("class")
    try:
        search = re.compile(source, re.ASCII).search
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern("syntax") from error
    return lambda text: search(text[:LONGEST_BACKTRACKED]) is not None


class _Group:
    """What is known of a bracket: in how many ways its inside may match, and the sum of its look-arounds."""

    def __init__(self, opening: str) -> None:
        self.looks = opening.endswith(("=", "!"))
        self.ways = 1
        self.looked = 1


def _ways(pieces: list[str]) -> float:
    """A bound on the ways to try a pattern; infinite where a group that may vary is repeated.

    Look-arounds are never entered again, so they add up; everything else multiplies.
    """
    groups = [_Group("")]
    varies = False  # whether a group that may match in several ways has just been closed
    for piece in pieces:
        choices = _choices(piece)
        if choices > 1 and piece not in ("?", "|") and varies:
            return float("inf")
        varies = False
        if piece[0] == "(":
            groups.append(_Group(piece))
        elif piece == ")" and len(groups) > 1:
            closed = groups.pop()
            ways = closed.ways * closed.looked
            varies = ways > 1
            if closed.looks:
                groups[-1].looked += ways
            else:
                groups[-1].ways *= ways
        else:
            groups[-1].ways *= choices
    return groups[0].ways * groups[0].looked


def _choices(piece: str) -> int:
    """How many ways a quantifier or a bar leaves open, 1 for any other piece."""
    if piece in ("*", "+") or piece.endswith(",}"):
        return LONGEST_BACKTRACKED
    if piece in ("?", "|"):
        return 2
    if piece[0] == "{" and piece != "{":
        least, _, most = piece[1:-1].partition(",")
        # One fixed number leaves no choice, but a group that varies must not be under it.
        return max(int(most or least) - int(least) + 1, 2)
    return 1
