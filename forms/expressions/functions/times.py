"""Functions on dates and times. Dates are ISO text (see forms.expressions.dates)."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from forms.expressions import dates
from forms.expressions.environment import Run
from forms.expressions.functions.registry import Code, Maker, function
from forms.expressions.syntax import Call, Part
from forms.expressions.values import Value, number_of_text, text_of
from forms.tree import Node


@function("today", 0, 0, "string")
def _today(make: Maker, call: Call) -> Code[str]:
    return lambda node, run: run.env.now.date().isoformat()


@function("now", 0, 0, "string")
def _now(make: Maker, call: Call) -> Code[str]:
    return lambda node, run: dates.full(run.env.now)


def _moment(value: Value, run: Run) -> datetime | None:
    """A number counts days; text is read as ISO; an answer may hold either."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return dates.from_days(value, run.zone)
    text = text_of(value)
    moment = dates.parse(text, run.zone) if text else None
    if moment is None and isinstance(value, list) and text:
        return dates.from_days(number_of_text(text, run.zone), run.zone)
    return moment


def _moments(make: Maker, part: Part) -> Code[datetime | None]:
    value = make.value(part)
    return lambda node, run: _moment(value(node, run), run)


@function("date", 1, 1, "string")
def _date(make: Maker, call: Call) -> Code[str]:
    """A date, or a date-time when it is not midnight; blank for what is no date.

    ODK Web Forms writes "Invalid Date" there. Blank is chosen here: English
    words must not reach the report of an office, and `required` can catch a blank.
    """
    moment = _moments(make, call.arguments[0])

    def date(node: Node, run: Run) -> str:
        found = moment(node, run)
        return "" if found is None else dates.short(found)

    return date


@function("date-time", 1, 1, "string")
def _date_time(make: Maker, call: Call) -> Code[str]:
    moment = _moments(make, call.arguments[0])

    def date_time(node: Node, run: Run) -> str:
        found = moment(node, run)
        return "" if found is None else dates.full(found)

    return date_time


@function("decimal-date-time", 1, 1, "number")
def _decimal_date_time(make: Maker, call: Call) -> Code[float]:
    moment = _moments(make, call.arguments[0])

    def decimal(node: Node, run: Run) -> float:
        found = moment(node, run)
        return math.nan if found is None else dates.days(found)

    return decimal


@function("decimal-time", 1, 1, "number")
def _decimal_time(make: Maker, call: Call) -> Code[float]:
    text = make.string(call.arguments[0])

    def decimal(node: Node, run: Run) -> float:
        found = dates.fraction_of_day(text(node, run), run.env.now)
        return math.nan if found is None else found

    return decimal


def _format(make: Maker, call: Call) -> Code[Any]:
    moment = _moments(make, call.arguments[0])
    constant = make.constant(call.arguments[1])
    if constant is not None:
        written = text_of(constant)
        escape = dates.unknown_escape(written)
        if escape is not None:
            at = call.arguments[1].at
            return make.fail("bad_date_format", at, format=written, escape=escape)
    pattern = make.string(call.arguments[1])

    def formatted(node: Node, run: Run) -> str:
        found = moment(node, run)
        return "" if found is None else dates.write(found, pattern(node, run))

    return formatted


function("format-date", 2, 2, "string")(_format)
function("format-date-time", 2, 2, "string")(_format)
