"""The functions of the reference that need only the values of their arguments."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from forms.tree import Node
from tests.forms.reference_axes import inside
from tests.forms.reference_values import EPOCH, ZONE, Value, boolean, moment, number, string, texts


def rounded(value: float) -> float:
    if not math.isfinite(value):
        return value
    half = (abs(Decimal(repr(value))) + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return float(half) if value > 0 else -float(half)


def whole(step: Callable[[float], int]) -> Callable[..., Value]:
    return lambda value: float(step(number(value))) if math.isfinite(number(value)) else number(value)


def extreme(choose: Callable[[list[float]], float]) -> Callable[..., Value]:
    def found(*values: Value) -> Value:
        numbers = [number(each) for value in values for each in (texts(value) if isinstance(value, list) else [value])]
        return choose(numbers) if numbers and not any(map(math.isnan, numbers)) else math.nan

    return found


def summed(found: list[Node]) -> float:
    numbers = [number(inside(node)) for node in found]
    if any(map(math.isnan, numbers)):
        return math.nan
    total, largest = float(sum(map(Fraction, numbers))), max(map(abs, numbers), default=0.0)
    return total if total.is_integer() or largest == 0 else round(total, 14 - math.floor(math.log10(largest)))


def dated(value: Value) -> str:
    if isinstance(value, bool):
        return ""
    at = moment(string(value), asked=True) if not isinstance(value, float) else None
    if at is None and isinstance(value, float | list):
        count = number(value)
        try:
            at = EPOCH + timedelta(milliseconds=round(count * 86_400_000))
            at.astimezone(ZONE)
        except (ValueError, OverflowError):
            return ""
    if at is None:
        return ""
    local = at.astimezone(ZONE)
    midnight = (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    return local.date().isoformat() if midnight else local.isoformat(timespec="milliseconds")


def selected_at(chosen: Value, place: Value) -> str:
    words = string(chosen).split()
    return next((word for index, word in enumerate(words) if index <= number(place) < index + 1), "")


def before(text: Value, mark: Value) -> str:
    return string(text).partition(string(mark))[0] if string(mark) and string(mark) in string(text) else ""


def after(text: Value, mark: Value) -> str:
    found = string(text).split(string(mark), 1) if string(mark) else ["", string(text)]
    return found[1] if len(found) == 2 else ""


def checklist(least: Value, most: Value, *items: Value) -> bool:
    true = sum(sum(map(bool, texts(item))) if isinstance(item, list) else boolean(item) for item in items)
    low, high = number(least), number(most)
    return (low < 0 or true >= low) and true <= (math.inf if high < 0 else high)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "not": lambda value: not boolean(value),
    "boolean": boolean,
    "true": lambda: True,
    "false": lambda: False,
    "string": string,
    "number": number,
    "coalesce": lambda first, second: string(first) or string(second),
    "concat": lambda *values: "".join(text for value in values for text in texts(value)),
    "join": lambda glue, *values: string(glue).join(text for value in values for text in texts(value)),
    "contains": lambda text, part: string(part) in string(text),
    "starts-with": lambda text, part: string(text).startswith(string(part)),
    "ends-with": lambda text, part: string(text).endswith(string(part)),
    "substring-before": before,
    "substring-after": after,
    "normalize-space": lambda text: " ".join(re.findall(r"[^ \t\r\n]+", string(text))),
    "string-length": lambda text: float(len(string(text))),
    "round": lambda value: rounded(number(value)),
    "floor": whole(math.floor),
    "ceiling": whole(math.ceil),
    "int": whole(math.trunc),
    "abs": lambda value: abs(number(value)),
    "count": lambda found: float(len(found)),
    "count-non-empty": lambda found: float(sum(inside(node) != "" for node in found)),
    "sum": summed,
    "max": extreme(max),
    "min": extreme(min),
    "name": lambda found: found[0].name.removeprefix("@") if found else "",
    "selected": lambda chosen, value: string(value).strip() in (string(chosen).split() or [""]),
    "selected-at": selected_at,
    "count-selected": lambda chosen: float(len(string(chosen).split())),
    "checklist": checklist,
    "date": dated,
}
