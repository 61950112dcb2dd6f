"""`+ - * div mod` and comparisons as IEEE 754 and XPath 1.0, 3.5 have them: no exceptions, but
infinity and NaN. One thing is added, for figures are typed and read in decimals: the noise of binary
fractions never decides a comparison. `${a} + ${b} = ${c}` holds when it holds on paper: numbers that
are the same to 15 digits are equal, and a sum or difference that is compared is first rounded at the
15th digit of its larger term, as many as a double keeps of a decimal number. The value of a sum that
is not compared is the double that other tools have.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or left != left or right != right:
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _remainder(left: float, right: float) -> float:
    """The sign is that of the dividend (XPath 1.0, 3.5), unlike Python's `%`."""
    if right == 0 or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


def settled(result: float, size: float) -> float:
    """A sum of terms, the largest of which has that size, at the 15th digit of it. Whole results,
    and terms of more than 15 digits before the point, are left as they are."""
    if result.is_integer() or not 0 < size < 1e15 or result != result:
        return result
    return round(result, 14 - math.floor(math.log10(size)))


def add_on_paper(left: float, right: float) -> float:
    total = left + right
    return total if total.is_integer() else settled(total, max(abs(left), abs(right)))


def same(left: float, right: float) -> bool:
    """Equal to 15 significant digits; whole and very large numbers exactly, NaN never."""
    if left == right:
        return True
    if not abs(left - right) <= 1e-14 * abs(left) or abs(left) >= 1e15 or (left.is_integer() and right.is_integer()):
        return False
    return f"{left:.15g}" == f"{right:.15g}"


ORDERINGS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right and not same(left, right),
    "<=": lambda left, right: left <= right or same(left, right),
    ">": lambda left, right: left > right and not same(left, right),
    ">=": lambda left, right: left >= right or same(left, right),
    "=": same,
    "!=": lambda left, right: not same(left, right),
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divide,
    "mod": _remainder,
}
ON_PAPER: dict[str, Callable[[float, float], float]] = {
    **ARITHMETIC,
    "+": add_on_paper,
    "-": lambda left, right: add_on_paper(left, -right),
}
