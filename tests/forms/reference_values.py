"""Values for the reference: how one becomes another, compared and computed with. Nothing here is the engine's."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from forms.tree import Node
from tests.forms.reference_axes import inside

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Value = str | float | bool | list[Node]


class Doubtful(Exception):
    """Two figures that differ by the noise of binary fractions only: what holds then is told in test_expressions."""


def moment(text: str, *, asked: bool = False) -> datetime | None:
    """The instant of an ISO date or date-time, without an offset that of the zone. `asked`: by date(), which takes
    months and days of one digit."""
    if asked and (short := re.fullmatch(r"(\d{4})-(\d)-(\d)", text)):
        text = f"{short[1]}-0{short[2]}-0{short[3]}"
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3}\+\d\d:\d\d)?", text.strip(" \t\r\n")):
        return None
    try:
        found = datetime.fromisoformat(text.strip(" \t\r\n"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def days(at: datetime) -> float:
    return ((at - EPOCH) // timedelta(milliseconds=1)) / 86_400_000


def number(value: Value) -> float:
    if isinstance(value, list):
        value = string(value)
    if isinstance(value, str):
        plain = value.strip(" \t\r\n")
        if re.fullmatch(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)", plain):
            return float(plain)
        at = moment(plain)
        return math.nan if at is None else days(at)
    return float(value)


def string(value: Value) -> str:
    if isinstance(value, list):
        return inside(value[0]) if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        text = format(Decimal(repr(value)), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text
    return value


def boolean(value: Value) -> bool:
    if isinstance(value, float):
        return not (value == 0 or math.isnan(value))
    return bool(value)


def texts(value: Value) -> list[str]:
    return [inside(node) for node in value] if isinstance(value, list) else [string(value)]


def same_number(left: float, right: float) -> bool:
    if left != right and abs(left - right) < 1e-9 * max(abs(left), abs(right), 1):
        raise Doubtful
    return left == right


def same_text(left: str, right: str) -> bool:
    if left == right:
        return True
    first, second = moment(left), moment(right)
    return first is not None and first == second


NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "=": same_number,
    "!=": lambda left, right: not same_number(left, right),
    "<": lambda left, right: left < right and not same_number(left, right),
    "<=": lambda left, right: left < right or same_number(left, right),
    ">": lambda left, right: left > right and not same_number(left, right),
    ">=": lambda left, right: left > right or same_number(left, right),
}


def compared(sign: str, left: Value, right: Value) -> bool:
    if sign in ("=", "!=") and (isinstance(left, bool) or isinstance(right, bool)):
        return (boolean(left) == boolean(right)) is (sign == "=")
    for one in [inside(node) for node in left] if isinstance(left, list) else [left]:
        for other in [inside(node) for node in right] if isinstance(right, list) else [right]:
            if sign not in ("=", "!=") or isinstance(one, float) or isinstance(other, float):
                holds = NUMERIC[sign](number(one), number(other))
            else:
                holds = same_text(one, other) is (sign == "=")
            if holds:
                return True
    return False


def divided(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.inf if (left > 0) == (math.copysign(1, right) > 0) else -math.inf
    return left / right


def remainder(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


COMPUTED: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "div": divided,
    "mod": remainder,
}
