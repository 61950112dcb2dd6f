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
LONGEST_BACKTRACKED = 300  # with two open repetitions at most, about 300³/6 steps
_MOST_OPEN = 2

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
    if _may_run_away(pieces):
        raise BadPattern("runs_away")
    if any(_SET_OPERATION.search(re.sub(r"\\.", "", piece[1:])) for piece in pieces if piece[0] == "["):
        raise BadPattern("class")
    try:
        search = re.compile(source, re.ASCII).search
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern("syntax") from error
    return lambda text: search(text[:LONGEST_BACKTRACKED]) is not None


def _may_run_away(pieces: list[str]) -> bool:
    """Whether a repeated group repeats or chooses inside, or more than a few repetitions are open."""
    opened = 0
    groups: list[bool] = [False]  # for every open bracket, whether something varies inside
    closed = False  # whether a group that varies has just been closed
    for piece in pieces:
        repeats = piece in ("*", "+") or (piece[0] == "{" and piece != "{")
        if repeats and closed:
            return True
        closed = False
        if piece[0] == "(":
            groups.append(False)
        elif piece == ")":
            closed = groups.pop() if len(groups) > 1 else False
            groups[-1] = groups[-1] or closed
        elif repeats or piece == "|":
            groups[-1] = True
            opened += piece in ("*", "+") or piece.endswith(",}")
    return opened > _MOST_OPEN
