"""Source text to tokens, with the rule of XPath 1.0, 3.7 that tells `*` and `div` as operators from names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms.expressions.errors import ExpressionError

LONGEST = 10_000

NAME = r"[^\W\d][\w.\-·]*"
_SPACE = re.compile(r"[ \t\r\n\u00a0]*")
_OPERATOR_NAME = re.compile(r"and|or|div|mod")
_TOKEN = re.compile(
    rf"""
    (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
  | (?P<string>"[^"]*"|'[^']*')
  | (?P<reference>\$\{{[^}}]*\}})
  | (?P<variable>\${NAME})
  | (?P<name>{NAME}(?::(?!:)(?:{NAME}|\*))?)
  | (?P<sign>//|::|\.\.|!=|<=|>=|[()\[\],@/|+\-=<>*.])
    """,
    re.VERBOSE,
)
_REFERENCE = re.compile(rf"\$\{{\s*(?P<saved>last-saved\#)?(?P<name>{NAME})\s*\}}")

# After one of these (or at the start) comes an operand; after anything else an operator.
_BEFORE_OPERAND = frozenset({"(", "[", ",", "@", "::", "/", "//"})
_OPERATORS = frozenset({"+", "-", "=", "!=", "<", "<=", ">", ">=", "|"})


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: number, string, reference, variable, name, sign, operator or end."""

    kind: str
    text: str
    at: int


def tokens(source: str) -> list[Token]:
    """All tokens, with one of kind "end" behind them. Raises ExpressionError."""
    if len(source) > LONGEST:
        raise ExpressionError("too_long", length=len(source), limit=LONGEST)
    found: list[Token] = []
    at = _skip(source, 0)
    operand = True
    while at < len(source):
        token = _token(source, at, operand)
        found.append(token)
        operand = token.kind == "operator" or (token.kind == "sign" and token.text in _BEFORE_OPERAND)
        at = _skip(source, at + len(token.text))
    if not found:
        raise ExpressionError("empty")
    found.append(Token("end", "", len(source)))
    return found


def reference(token: Token) -> tuple[str, bool]:
    """The name in a `${...}`, and whether it is one of the last saved answers."""
    match = _REFERENCE.fullmatch(token.text)
    if match is None:
        raise ExpressionError("bad_reference", token.at, text=token.text)
    return match["name"], match["saved"] is not None


def _skip(source: str, at: int) -> int:
    match = _SPACE.match(source, at)
    return match.end() if match else at


def _token(source: str, at: int, operand: bool) -> Token:
    if not operand:
        # `1and1` and `2mod 1` are written and accepted; no operand can begin here.
        named = _OPERATOR_NAME.match(source, at)
        if named is not None:
            return Token("operator", named[0], at)
    match = _TOKEN.match(source, at)
    if match is None or match.lastgroup is None:
        if source[at] in "\"'":
            raise ExpressionError("unterminated_string", at)
        raise ExpressionError("unknown_character", at, character=source[at])
    kind, text = match.lastgroup, match[0]
    if kind == "sign" and (text in _OPERATORS or (text == "*" and not operand)):
        kind = "operator"
    return Token(kind, text, at)
