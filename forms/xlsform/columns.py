"""What the cells of one survey row say, column by column; problems go to the row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from forms.expressions import Expression, ExpressionError
from forms.expressions import compile as compile_expression
from forms.expressions.functions import FUNCTIONS
from forms.schema import BINDS, CONSOLIDATIONS, EMPTY, LISTED, NUMBERS, Choice, Consolidate, Kind, Previous, Range, Text
from forms.values import parse
from forms.xlsform.sheets import Line

PREVIOUS = ("show", "prefill", "explain > 30%")

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()"})
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_RATIO = re.compile(r"ratio\s*:\s*(\S+)\s*/\s*(\S+)")
_EXPLAIN = re.compile(r"explain\s*>\s*([0-9]{1,4}(?:[.,][0-9]{1,2})?)\s*%")
_TRIGGER = re.compile(r"\$\{\s*([^\s{}#]+)\s*\}")
_SUM = re.compile(r"[0-9().+*\s-]*(?:(?:div|mod)[0-9().+*\s-]+)*")
_CALL = re.compile(r"[a-z][A-Za-z0-9:.-]*\(.*\)", re.DOTALL)


def expression(line: Line, key: str) -> Expression | None:
    source = line.get(key).translate(_QUOTES)
    return _compiled(line, key, source) if source else None


def _compiled(line: Line, key: str, source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except ExpressionError as error:
        near = line.near(str(error.params.get("name")), FUNCTIONS) if error.code == "unknown_function" else {}
        params = {**error.params, "position": error.position, "expression": source[:200], **near}
        line.problem(error.code, key, **params)
        return None


def text(line: Line, key: str) -> Text:
    others = {language: _parts(line.at(language), key, words) for language, words in line.others.get(key, {}).items()}
    words = line.get(key)
    return Text(_parts(line, key, words), others) if words or others else EMPTY


def _parts(line: Line, key: str, words: str) -> tuple[str | Expression, ...]:
    if "<output" in words:
        line.problem("unsupported_markup", key)
    parts: list[str | Expression] = []
    for place, piece in enumerate(_REFERENCE.split(words)):
        if place % 2 == 0:
            if piece:
                parts.append(piece)
        elif compiled := _compiled(line, key, f"${{{piece.strip()}}}"):
            parts.append(compiled)
    return tuple(parts)


def trigger(line: Line) -> tuple[str, ...]:
    """The names in `${a}` or `${a}, ${b}`."""
    given = [piece.strip() for piece in line.get("trigger").split(",") if piece.strip()]
    found = [_TRIGGER.fullmatch(piece) for piece in given]
    if not all(found):
        line.problem("bad_trigger", "trigger", value=line.get("trigger")[:80])
    return tuple(dict.fromkeys(match[1] for match in found if match))


def required(line: Line) -> bool | Expression:
    given = line.get("required")
    if given.lower() in _YES | _NO or not given:
        return given.lower() in _YES
    return expression(line, "required") or False


def yes_no(line: Line, key: str) -> bool:
    given = line.get(key).lower()
    if given and given not in _YES | _NO:
        line.problem("not_yes_no", key, value=given[:80])
    return given in _YES


def default(
    line: Line, kind: Kind, choices: tuple[Choice, ...] | None, offered: Range | None
) -> str | Expression | None:
    """An expression when it refers to a question, is one call, or is sums where a number is wanted;
    else the given itself. `choices` is None where the list is not known."""
    given = line.get("default")
    if not given:
        return None
    if "${" in given or _CALL.fullmatch(given):
        return expression(line, "default")
    if kind in LISTED and choices is None:
        return given
    found = parse(kind, given, {choice.name: choice for choice in choices or ()}, None, offered)
    if found.code is not None:
        if found.code in ("not_integer", "not_number") and (computed := _sum(given)):
            return computed
        line.problem("bad_default", "default", value=given[:80], why=found.code)
    return given


def _sum(given: str) -> Expression | None:
    """`2 * 3` -> an expression; None when it is none, or words."""
    try:
        return compile_expression(given) if _SUM.fullmatch(given) else None
    except ExpressionError:
        return None


def bind(line: Line, kind: Kind) -> str | None:
    given = line.get("x_bind").lower()
    if not given:
        return None
    if given not in BINDS:
        line.problem("wrong_bind", "x_bind", value=given[:80], allowed=list(BINDS), **line.near(given, BINDS))
        return None
    fitting = {Kind.TEXT, Kind.HIDDEN, Kind.DATE if given.startswith("period.") else Kind.SELECT_ONE}
    if kind not in fitting:
        line.problem("bind_not_for_type", "x_bind", value=given, type=kind.value)
    if line.get("calculation"):
        line.problem("bind_with_calculation", "x_bind", value=given)
    return given


def consolidate(line: Line, kind: Kind | None) -> Consolidate | None:
    given = line.get("x_consolidate")
    if not given:
        return None
    if match := _RATIO.fullmatch(given):
        names = [name.removeprefix("${").removesuffix("}") for name in match.groups()]
        found = Consolidate("ratio", *names)
    else:
        found = Consolidate("" if given.lower() == "ratio" else given.lower())
    fits = _fits_kind(found.how, kind)
    if fits is None:
        allowed = [*(how for how in CONSOLIDATIONS if how != "ratio"), "ratio: a / b"]
        near = line.near(given.lower(), CONSOLIDATIONS)
        line.problem("wrong_consolidate", "x_consolidate", value=given[:80], allowed=allowed, **near)
    elif not fits:
        usable = [how for how in CONSOLIDATIONS if _FITTING[how](kind)]
        line.problem(
            "consolidate_not_for_type", "x_consolidate", value=given[:80], type=kind or "repeat", allowed=usable
        )
    return found if fits else None


def previous(line: Line, kind: Kind) -> Previous | None:
    given = line.get("x_previous").lower()
    if given in ("show", "prefill"):
        return Previous(given)
    if match := _EXPLAIN.fullmatch(given):
        if kind in NUMBERS or kind is Kind.CALCULATE:
            return Previous("explain", Decimal(match[1].replace(",", ".")))
        line.problem("previous_not_for_type", "x_previous", value=given, type=kind.value)
    elif given:
        line.problem(
            "wrong_previous", "x_previous", value=given[:80], allowed=list(PREVIOUS), **line.near(given, PREVIOUS)
        )
    return None


_COUNTABLE = frozenset(Kind) - {Kind.NOTE}
_FITTING: Mapping[str, Callable[[Kind | None], bool]] = {
    "sum": lambda kind: kind in NUMBERS or kind is Kind.CALCULATE,
    "mean": lambda kind: kind in NUMBERS or kind is Kind.CALCULATE,
    "ratio": lambda kind: kind in NUMBERS or kind is Kind.CALCULATE,
    "count": lambda kind: kind is None or kind in _COUNTABLE,
    "list": lambda kind: kind is None or kind in _COUNTABLE,
    "ledger": lambda kind: kind is None,
}


def _fits_kind(how: str, kind: Kind | None) -> bool | None:
    """None when there is no such way to consolidate. `kind` is None for a repeat."""
    fitting = _FITTING.get(how)
    return fitting(kind) if fitting else None
