"""The column parameters: `start=0 end=10 step=1`, as pyxform reads it, checked for each type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from forms.expressions import Expression, ExpressionError
from forms.expressions import compile as compile_expression
from forms.schema import LISTED, Kind, Range, Shuffle
from forms.xlsform.sheets import Line

MAX_TEXT_ROWS = 50
MAX_DIGITS = 15  # as in answers: what a double holds exactly

_PAIR = re.compile(r"\s*([^\s=,;]+)[\s,;]*=[\s,;]*([^\s=,;]+)[\s,;]*")
_AS_WRITTEN = frozenset({"value", "label", "seed"})  # names of columns and questions keep their case
_REFERENCE = re.compile(r"\$\{[^{}]+\}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a question's parameters say; `value` and `label` name columns of its CSV file."""

    range: Range | None = None
    shuffle: Shuffle | None = None
    rows: int | None = None
    value: str = "name"
    label: str = "label"


_SELECT = ("randomize", "seed")
_FILE_SELECT = (*_SELECT, "value", "label")
_RANGE = ("start", "end", "step")
# Understood, but without effect on a page: told as a warning.
_IDLE: Mapping[Kind, tuple[str, ...]] = {
    Kind.RANGE: ("tick_interval", "tick_labelset", "placeholder"),
    Kind.IMAGE: ("max-pixels", "app"),
    Kind.GEOPOINT: ("capture-accuracy", "warning-accuracy", "allow-mock-accuracy"),
}
PARAMETRISED = frozenset({Kind.TEXT, Kind.RANGE, Kind.IMAGE, Kind.GEOPOINT}) | LISTED


def allowed(kind: Kind, file: bool) -> tuple[str, ...]:
    """The parameters that do something in a question of this kind."""
    if kind in LISTED:
        return _FILE_SELECT if file else _SELECT
    return {Kind.TEXT: ("rows",), Kind.RANGE: _RANGE}.get(kind, ())


def read_parameters(line: Line, kind: Kind, file: bool = False) -> Parameters:
    """Problems: bad_parameters, unknown_parameter, parameter_ignored (a warning), bad_range,
    bad_randomize, bad_seed, bad_rows."""
    given = _pairs(line) if kind in PARAMETRISED else {}
    known = allowed(kind, file)
    for name, value in given.items():
        if name in _IDLE.get(kind, ()):
            code = "image_kept_as_sent" if name == "max-pixels" else "parameter_ignored"
            line.warning(code, "parameters", name=name, value=value[:80])
        elif name not in known:
            usable = [*known, *_IDLE.get(kind, ())]
            line.problem("unknown_parameter", "parameters", name=name[:80], allowed=usable, **line.near(name, usable))
    return Parameters(
        range=_range(line, given) if kind is Kind.RANGE else None,
        shuffle=_shuffle(line, given) if kind in LISTED else None,
        rows=_rows(line, given.get("rows", "")) if kind is Kind.TEXT else None,
        value=given.get("value", "name"),
        label=given.get("label", "label"),
    )


def _pairs(line: Line) -> dict[str, str]:
    found: dict[str, str] = {}
    text, place = line.get("parameters"), 0
    while place < len(text):
        match = _PAIR.match(text, place)
        if match is None or match[1].lower() in found:
            line.problem("bad_parameters", "parameters", value=text[:80])
            return {}
        name = match[1].lower()
        found[name] = match[2] if name in _AS_WRITTEN else match[2].lower()
        place = match.end()
    return found


def _range(line: Line, given: Mapping[str, str]) -> Range | None:
    """From 1 to 10 by 1 where nothing else is said, as pyxform has it."""
    bounds = []
    for name, usual in (("start", "1"), ("end", "10"), ("step", "1")):
        number = _number(given.get(name, usual))
        if number is None:
            line.problem("bad_range", "parameters", why="not_number", name=name, value=given[name][:80])
            return None
        bounds.append(number)
    start, end, step = bounds
    why = "step" if step <= 0 else "reversed" if start >= end else "wide_step" if step > end - start else ""
    if why:
        line.problem("bad_range", "parameters", why=why, start=str(start), end=str(end), step=str(step))
        return None
    return Range(start, end, step)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS or len(number.as_tuple().digits) > MAX_DIGITS:
        return None
    return number


def _shuffle(line: Line, given: Mapping[str, str]) -> Shuffle | None:
    wanted, seed = given.get("randomize", ""), given.get("seed", "")
    if wanted not in ("", "true", "false"):
        line.problem("bad_randomize", "parameters", value=wanted[:80])
    elif seed and wanted != "true":
        line.problem("bad_seed", "parameters", value=seed[:80], why="alone")
    elif wanted == "true":
        return Shuffle(_seed(line, seed))
    return None


def _seed(line: Line, seed: str) -> Expression | str | None:
    if not seed or _number(seed) is not None:
        return seed or None
    if _REFERENCE.fullmatch(seed):
        try:
            return compile_expression(seed)
        except ExpressionError as error:
            line.problem(error.code, "parameters", **{**error.params, "position": error.position})
            return None
    line.problem("bad_seed", "parameters", value=seed[:80], why="value")
    return None


def _rows(line: Line, given: str) -> int | None:
    if not given:
        return None
    if given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MAX_TEXT_ROWS:
        return int(given)
    line.problem("bad_rows", "parameters", value=given[:80], limit=MAX_TEXT_ROWS)
    return None
