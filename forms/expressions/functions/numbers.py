"""Functions on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from forms.expressions.functions.registry import Code, Maker, function, plain
from forms.expressions.syntax import Call
from forms.expressions.values import number_of_text, rounded


def _total(compute: Callable[..., float]) -> Callable[..., float]:
    """Outside its domain a function gives NaN, beyond the largest float infinity: never an exception."""

    def safe(*numbers: float) -> float:
        try:
            return float(compute(*numbers))
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return safe


def _whole(step: Callable[[float], int]) -> Callable[[float], float]:
    return lambda number: float(step(number)) if math.isfinite(number) else number


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except ValueError:
        return math.inf if base == 0 else math.nan
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf


def _log(number: float) -> float:
    return -math.inf if number == 0 else _total(math.log)(number)


def _log10(number: float) -> float:
    return -math.inf if number == 0 else _total(math.log10)(number)


plain("floor", "n", "number", _whole(math.floor))
plain("ceiling", "n", "number", _whole(math.ceil))
plain("int", "n", "number", _whole(math.trunc))
plain("round", "n?n", "number", rounded)
plain("abs", "n", "number", abs)
plain("pow", "nn", "number", _power)
plain("sqrt", "n", "number", _total(math.sqrt))
plain("exp", "n", "number", _total(math.exp))
plain("exp10", "n", "number", lambda number: _power(10.0, number))
plain("log", "n", "number", _log)
plain("log10", "n", "number", _log10)
plain("sin", "n", "number", _total(math.sin))
plain("cos", "n", "number", _total(math.cos))
plain("tan", "n", "number", _total(math.tan))
plain("asin", "n", "number", _total(math.asin))
plain("acos", "n", "number", _total(math.acos))
plain("atan", "n", "number", _total(math.atan))
plain("atan2", "nn", "number", _total(math.atan2))


@function("pi", 0, 0, "number", pure=True)
def _pi(make: Maker, call: Call) -> Code[float]:
    return lambda node, run: math.pi


@function("number", 0, 1, "number", pure=True)
def _number(make: Maker, call: Call) -> Code[float]:
    if call.arguments:
        return make.number(call.arguments[0])
    return lambda node, run: number_of_text(node.text(), run.zone)
