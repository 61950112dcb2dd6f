"""Regular expressions of forms, parsed: the part that JavaScript, Java and Python share and that is regular.

Letters and digits in `\\w`, `\\d`, `\\b` are those of ASCII, as in the engines of ODK;
`\\p{L}` and its like take the general categories of Unicode.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

DEEPEST = 50
MOST_REPEATS = 4_000


class BadPattern(ValueError):
    """`reason`: syntax, escape, class, repeat, too_long, too_large, too_deep, runs_away."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotRegular(Exception):
    """Look-around, back-references, flags: right, but not for an automaton."""


Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class One:
    """One character for which the test is true."""

    test: Test


@dataclass(frozen=True, slots=True)
class Here:
    """A place between characters: "^", "$", "b" (at the edge of a word) or "B"."""

    kind: str


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: Pattern
    least: int
    most: int | None


Pattern = One | Here | All | Either | Repeat

_QUANTIFIER = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>[0-9]+)(?P<comma>,)?(?P<most>[0-9]*)\})(?P<after>[?+]?)")
_GROUP = re.compile(r"\((?:\?(?::|P?<[A-Za-z_]\w*>))?")
_CODE = re.compile(
    r"x(?P<short>[0-9A-Fa-f]{2})|u(?P<long>[0-9A-Fa-f]{4})|p\{(?P<has>[A-Z][a-z]?)\}|P\{(?P<lacks>[A-Z][a-z]?)\}"
)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}


def is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _is_space(character: str) -> bool:
    return character.isspace() or character == "\ufeff"


def _not(test: Test) -> Test:
    return lambda character: not test(character)


_CLASSES: dict[str, Test] = {
    "d": _is_digit,
    "D": _not(_is_digit),
    "w": is_word,
    "W": _not(is_word),
    "s": _is_space,
    "S": _not(_is_space),
}


def parse_pattern(source: str) -> Pattern:
    """Raises BadPattern, or NotRegular for what only backtracking can do."""
    parser = _Parser(source)
    pattern = parser.alternatives()
    if parser.rest():
        raise BadPattern("syntax")
    return pattern


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._depth = 0

    def rest(self) -> str:
        return self._source[self._at :]

    def _peek(self) -> str:
        return self._source[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise BadPattern("syntax")
        self._at += 1
        return character

    def alternatives(self) -> Pattern:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadPattern("too_deep")
        parts = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _sequence(self) -> Pattern:
        parts: list[Pattern] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _quantified(self, atom: Pattern) -> Pattern:
        match = _QUANTIFIER.match(self._source, self._at)
        if match is None:
            return atom
        self._at = match.end()
        if match["after"] == "+" or _QUANTIFIER.match(self._source, self._at):
            raise BadPattern("repeat")  # possessive, or a quantifier of a quantifier
        least, most = _bounds(match)
        if isinstance(atom, Here) or (most is not None and most < least):
            raise BadPattern("repeat")
        if max(least, most or 0) > MOST_REPEATS:
            raise BadPattern("too_large")
        return Repeat(atom, least, most)

    def _atom(self) -> Pattern:
        character = self._take()
        match character:
            case "(":
                return self._group()
            case "[":
                return One(self._class())
            case "^" | "$":
                return Here(character)
            case ".":
                return One(lambda each: each not in "\n\r\u2028\u2029")
            case "\\":
                return self._escape()
            case "*" | "+" | "?" | "{":
                raise BadPattern("repeat")
            case _:
                return One(_just(character))

    def _group(self) -> Pattern:
        match = _GROUP.match(self._source, self._at - 1)
        self._at = match.end() if match else self._at
        if match is not None and match[0] == "(" and self._peek() == "?":
            raise NotRegular
        inside = self.alternatives()
        if self._take() != ")":
            raise BadPattern("syntax")
        return inside

    def _escape(self) -> Pattern:
        if self._peek() in ("b", "B"):
            return Here(self._take())
        if self._peek() in "123456789k":
            raise NotRegular
        found = self._escaped()
        return One(found if callable(found) else _just(found))

    def _escaped(self) -> str | Test:
        """After a backslash: one character, or a test for several."""
        match = _CODE.match(self._source, self._at)
        if match is not None:
            self._at = match.end()
            return _coded(match)
        character = self._take()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isascii() and character.isalnum():
            raise BadPattern("escape")
        return character

    def _class(self) -> Test:
        negated = self._peek() == "^"
        self._at += negated
        tests: list[Test] = []
        first = True
        while first or self._peek() != "]":
            first = False
            tests.append(self._range())
        self._at += 1
        singles = tuple(tests)
        if negated:
            return lambda character: not any(test(character) for test in singles)
        return lambda character: any(test(character) for test in singles)

    def _range(self) -> Test:
        """One member of a class. `&&` is an intersection in Java and two letters elsewhere: refused."""
        if self.rest().startswith("&&"):
            raise BadPattern("class")
        low = self._member()
        if self._peek() != "-" or self.rest()[1:2] in ("]", ""):
            return low if callable(low) else _just(low)
        self._at += 1
        high = self._member()
        if callable(low) or callable(high) or high < low:
            raise BadPattern("class")
        return lambda character: low <= character <= high

    def _member(self) -> str | Test:
        character = self._take()
        if character != "\\":
            return character
        if self._peek() == "b":
            raise BadPattern("escape")
        return self._escaped()


def _bounds(match: re.Match[str]) -> tuple[int, int | None]:
    if match["sign"]:
        return (1 if match["sign"] == "+" else 0), (1 if match["sign"] == "?" else None)
    least = int(match["least"])
    if match["comma"] is None:
        return least, least
    return least, int(match["most"]) if match["most"] else None


def _coded(match: re.Match[str]) -> str | Test:
    code = match["short"] or match["long"]
    if code:
        return chr(int(code, 16))
    category = match["has"] or match["lacks"]

    def belongs(character: str) -> bool:
        return unicodedata.category(character).startswith(category)

    return belongs if match["has"] else _not(belongs)


def _just(wanted: str) -> Test:
    return lambda character: character == wanted
