"""The values of XPath 1.0 and how one becomes another.

A value is text, a number (always a float), a truth value or a node-set (a list of
`Node` in document order). Dates are ISO text that counts as a number of days
(`dates`), so text needs the zone to become a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from forms.expressions import dates
from forms.expressions.arithmetic import same
from forms.tree import Node

Value = str | float | bool | list[Node]
Kind = str  # "string", "number", "boolean", "nodes", or "any" when only evaluation tells

_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[ \t\r\n]*")


def number_of_text(text: str, zone: tzinfo) -> float:
    """NaN for what is neither a number nor a date, blank text included."""
    if not text:
        return math.nan
    if text.isascii() and text.isdigit() and len(text) < 300:
        return float(text)
    return _number(text, zone)


@lru_cache(maxsize=8192)
def _number(text: str, zone: tzinfo) -> float:
    if len(text) < 300 and _NUMBER.fullmatch(text):
        return float(text)
    if dates.looks_like_date(text.lstrip(" \t\r\n")):
        moment = dates.parse(text, zone)
        if moment is not None:
            return dates.days(moment)
    return math.nan


def number_of(value: Value, zone: tzinfo) -> float:
    if isinstance(value, str):
        return number_of_text(value, zone)
    if isinstance(value, list):
        return number_of_text(value[0].text(), zone) if value else math.nan
    return float(value)


def text_of_number(number: float) -> str:
    """The shortest decimal that reads back as the same number, never with an exponent."""
    if number != number:
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number):
        return str(int(number))
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text else text


def text_of(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return value[0].text() if value else ""
    return text_of_number(value)


def truth_of(value: Value) -> bool:
    """Text that is not blank, a number that is neither 0 nor NaN, a node-set with a node in it."""
    if isinstance(value, float):
        return value == value and value != 0.0
    return bool(value)


def same_text(left: str, right: str, zone: tzinfo) -> bool:
    """Equal as text, or the same instant: a date equals the date-time of its midnight.

    ODK Web Forms compares dates as instants when both sides are dates.
    """
    if left == right:
        return True
    if not (dates.looks_like_date(left) and dates.looks_like_date(right)):
        return False
    first, second = dates.parse(left, zone), dates.parse(right, zone)
    return first is not None and first == second


Ordering = Callable[[float, float], bool]


def related(left: Value, right: Value, holds: Ordering, zone: tzinfo) -> bool:
    """`<`, `<=`, `>`, `>=`: as numbers, and for a node-set when any of its nodes satisfies it."""
    return any(holds(first, second) for first in _numbers(left, zone) for second in _numbers(right, zone))


def _numbers(value: Value, zone: tzinfo) -> list[float]:
    if isinstance(value, list):
        return [number_of_text(node.text(), zone) for node in value]
    return [number_of(value, zone)]


def equal(left: Value, right: Value, wanted: bool, zone: tzinfo) -> bool:
    """`=` when `wanted`, `!=` when not, by the table of XPath 1.0, 3.4."""
    if isinstance(left, bool) or isinstance(right, bool):
        return (truth_of(left) == truth_of(right)) is wanted
    if isinstance(left, float) or isinstance(right, float):
        return any(same(first, second) is wanted for first in _numbers(left, zone) for second in _numbers(right, zone))
    return any(same_text(first, second, zone) is wanted for first in _texts(left) for second in _texts(right))


def _texts(value: str | list[Node]) -> list[str]:
    return [value] if isinstance(value, str) else [node.text() for node in value]


def rounded(number: float, places: float = 0.0) -> float:
    """To so many decimal places (negative: tens, hundreds), halves away from zero.

    Rounds the decimal that a person sees, so that 2.15 becomes 2.2 although the
    float is a little less.
    """
    if not (math.isfinite(number) and math.isfinite(places)):
        return math.nan if math.isnan(places) else number
    exact = Decimal(repr(number))
    digits = int(places)
    last = int(exact.as_tuple().exponent)
    if digits >= -last:
        return number
    if digits < -(exact.adjusted() + 1):
        return 0.0
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
