"""What the cells of one survey row say, column by column; problems go to the row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from forms.expressions import Expression, ExpressionError
from forms.expressions import compile as compile_expression
from forms.schema import BINDS, EMPTY, NUMBERS, SELECTS, Choice, Consolidate, Kind, Previous, Text
from forms.values import parse
from forms.xlsform import rowtypes
from forms.xlsform.sheets import Line

Lists = Mapping[str, tuple[Choice, ...]]

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()"})
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_RATIO = re.compile(r"ratio\s*:\s*(\S+)\s*/\s*(\S+)")
_EXPLAIN = re.compile(r"explain\s*>\s*([0-9]{1,4}(?:[.,][0-9]{1,2})?)\s*%")
_CALL = re.compile(r"[a-z][A-Za-z0-9:.-]*\(.*\)", re.DOTALL)


def expression(line: Line, key: str) -> Expression | None:
    source = line.get(key).translate(_QUOTES)
    return _compiled(line, key, source) if source else None


def _compiled(line: Line, key: str, source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except ExpressionError as error:
        line.problem(error.code, key, **{**error.params, "position": error.position, "expression": source[:200]})
        return None


def text(line: Line, key: str) -> Text:
    words = line.get(key)
    if not words:
        return EMPTY
    if "<output" in words:
        line.problem("unsupported_markup", key)
    parts: list[str | Expression] = []
    for place, piece in enumerate(_REFERENCE.split(words)):
        if place % 2 == 0:
            if piece:
                parts.append(piece)
        elif compiled := _compiled(line, key, f"${{{piece.strip()}}}"):
            parts.append(compiled)
    return Text(tuple(parts))


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


def default(line: Line, kind: Kind, choices: str | None, lists: Lists) -> str | Expression | None:
    """An expression when it refers to a question or is one call, else the given itself."""
    given = line.get("default")
    if not given:
        return None
    if "${" in given or _CALL.fullmatch(given):
        return expression(line, "default")
    names = {choice.name: choice for choice in lists.get(choices or "", ())}
    if kind in SELECTS and choices is None:
        return given
    found = parse(kind, given, names)
    if found.code is not None:
        line.problem("bad_default", "default", value=given[:80], why=found.code)
    return given


def appearance(line: Line, kind: Kind | None) -> frozenset[str]:
    looks = line.get("appearance").split()
    kept = set()
    for look in looks:
        code = rowtypes.appearance_code(look.lower(), kind)
        if code is None:
            kept.add(look.lower())
        elif code == "appearance_ignored":
            line.warning(code, "appearance", appearance=look[:80])
        else:
            line.problem(code, "appearance", appearance=look[:80])
    return frozenset(kept)


def bind(line: Line, kind: Kind) -> str | None:
    given = line.get("x_bind").lower()
    if not given:
        return None
    if given not in BINDS:
        line.problem("wrong_bind", "x_bind", value=given[:80], allowed=list(BINDS))
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
        line.problem("wrong_consolidate", "x_consolidate", value=given[:80])
    elif not fits:
        line.problem("consolidate_not_for_type", "x_consolidate", value=given[:80], type=kind or "repeat")
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
        line.problem("wrong_previous", "x_previous", value=given[:80])
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
