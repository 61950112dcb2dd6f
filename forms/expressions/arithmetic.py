"""`+ - * div mod` as IEEE 754 and XPath 1.0, 3.5 have them: no exceptions, but infinity and NaN."""

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


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": _divide,
    "mod": _remainder,
}
