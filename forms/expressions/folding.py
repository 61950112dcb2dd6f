"""Parts that depend on nothing, computed once when an expression is compiled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from forms.expressions.environment import Environment, Run
from forms.expressions.errors import EvaluationError
from forms.expressions.functions import FUNCTIONS
from forms.expressions.functions.registry import Code
from forms.expressions.syntax import Call, Chain, Compare, Logic, Negate, Number, Part, Text, inner
from forms.expressions.values import Value
from forms.tree import Node


class _Unknown(Exception):
    """Raised inside constant folding by whatever depends on the zone."""


class _NoZone(tzinfo):
    def utcoffset(self, when: datetime | None) -> timedelta | None:
        raise _Unknown

    def dst(self, when: datetime | None) -> timedelta | None:
        raise _Unknown

    def tzname(self, when: datetime | None) -> str | None:
        raise _Unknown


_NODE = Node("")
_RUN = Run("", _NODE, Environment(datetime(1970, 1, 1, tzinfo=UTC)))
_RUN.zone = _NoZone()


def is_constant(part: Part) -> bool:
    match part:
        case Number() | Text():
            return True
        case Negate() | Logic() | Compare() | Chain():
            return all(is_constant(each) for each in inner(part))
        case Call():
            known = FUNCTIONS.get(part.name)
            if known is None or not known.pure or (known.least == 0 == len(part.arguments) and known.most == 1):
                return False
            return all(is_constant(each) for each in part.arguments)
        case _:
            return False


def computed(part: Part, code: Code[Any]) -> Value | None:
    """The value of a constant part; None when it is none, depends on the zone after all, or fails."""
    if not is_constant(part):
        return None
    try:
        value: Value = code(_NODE, _RUN)
    except (_Unknown, EvaluationError):
        return None
    return value
