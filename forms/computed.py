"""What an expression gives, as the value of a question."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from forms.expressions import Environment, Expression
from forms.schema import NUMERIC_CONSOLIDATIONS, Kind, Question
from forms.tree import Node
from forms.values import BLANK, Typed, Value, clean, number_text

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


def _is_added_up(question: Question) -> bool:
    return question.consolidate is not None and question.consolidate.how in NUMERIC_CONSOLIDATIONS


def gives_number(question: Question, expression: Expression) -> bool:
    return expression.kind == "number" or _is_added_up(question)


def plain_number(value: Value) -> Value:
    """The number that a draft keeps as text."""
    return Value(value.text, Decimal(value.text)) if _PLAIN_NUMBER.fullmatch(value.text) else value


def free_value(question: Question, expression: Expression, node: Node, env: Environment) -> Value:
    """A calculation's value by what it gives; a number for certain where it is added up."""
    if _is_added_up(question):
        return number_value(expression.number(node, env), Kind.DECIMAL)
    found = expression.evaluate(node, env)
    if isinstance(found, bool):
        text = "true" if found else "false"
    elif isinstance(found, float):
        return number_value(found, Kind.DECIMAL)
    else:
        text = clean(expression.string(node, env) if isinstance(found, list) else found)
    return Value(text, text) if text else BLANK


def number_value(found: float, kind: Kind) -> Value:
    """Without the noise of doubles: 15 significant digits. NaN and infinity are blank."""
    if not math.isfinite(found):
        return BLANK
    number = Decimal(f"{found:.15g}")
    if number == number.to_integral_value():
        whole = int(number)
        return Value(str(whole), whole)
    if kind is Kind.INTEGER:
        return Value(code="not_integer", params={"text": number_text(number)})
    typed: Typed = number
    return Value(number_text(number), typed)


def typed_number(found: float) -> str:
    """As one types it: a decimal comma, and blank for what is no number."""
    return number_text(Decimal(f"{found:.15g}")).replace(".", ",") if math.isfinite(found) else ""
