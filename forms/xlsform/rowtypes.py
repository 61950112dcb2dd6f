"""What stands in the column type, and which columns each kind of row may use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms.schema import FILES, LISTED, METADATA, NUMBERS, SELECTS, Kind


@dataclass(frozen=True, slots=True)
class RowType:
    """A row of the sheet survey: "question" with its kind (and list), or the "begin" or "end" of a
    "group" or "repeat" (`what`)."""

    act: str
    kind: Kind | None = None
    choices: str | None = None
    what: str | None = None


class TypeProblem(ValueError):
    """Codes: unknown_type, unsupported_type, missing_list, unsupported_or_other."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


_LATER = frozenset({Kind.RANGE, Kind.GEOPOINT, Kind.BARCODE})
_KINDS: Mapping[str, Kind] = {
    **{kind.value.lower(): kind for kind in Kind if kind not in LISTED and kind not in _LATER},
    "string": Kind.TEXT,
    "int": Kind.INTEGER,
    "trigger": Kind.ACKNOWLEDGE,
    "photo": Kind.IMAGE,
    "device id": Kind.DEVICEID,
    "imei": Kind.DEVICEID,
    "start time": Kind.START,
    "end time": Kind.END,
    "get today": Kind.TODAY,
}
_UNSUPPORTED = frozenset(
    {
        "audio",
        "audit",
        "background-audio",
        "background-geopoint",
        "barcode",
        "csv-external",
        "xml-external",
        "email",
        "geopoint",
        "geoshape",
        "geotrace",
        "loop",
        "osm",
        "phonenumber",
        "range",
        "rank",
        "select_multiple_from_file",
        "select_one_external",
        "select_one_from_file",
        "simserial",
        "start-geopoint",
        "subscriberid",
        "username",
        "video",
        "xml_external",
    }
)
_BLOCK = re.compile(r"(begin|end)[ _](group|repeat)")
_SELECT = re.compile(
    r"(select[ _]one|select1|select[ _]multiple|select all that apply)(?: from)?(?: (\S+))?( or[ _]other)?"
)


def read_type(text: str) -> RowType:
    """What a cell of the column type means. Raises TypeProblem."""
    text = " ".join(text.split())
    lower = text.lower()
    if match := _BLOCK.fullmatch(lower):
        return RowType(match[1], what=match[2])
    if match := _SELECT.fullmatch(lower):
        return _select(text, match)
    if kind := _KINDS.get(lower):
        return RowType("question", kind)
    first = lower.split(" ")[0]
    code = "unsupported_type" if first in _UNSUPPORTED or lower in _UNSUPPORTED else "unknown_type"
    raise TypeProblem(code, type=text[:80])


def _select(text: str, match: re.Match[str]) -> RowType:
    if match[3]:
        raise TypeProblem("unsupported_or_other", type=text[:80])
    if not match[2]:
        raise TypeProblem("missing_list", type=text[:80])
    many = match[1] not in ("select_one", "select one", "select1")
    kind = Kind.SELECT_MULTIPLE if many else Kind.SELECT_ONE
    return RowType("question", kind, text[match.start(2) : match.end(2)])  # list names keep their case


_ALWAYS = frozenset({"type", "name", "label", "relevant"})
_INPUT = _ALWAYS | {
    "hint",
    "required",
    "required_message",
    "constraint",
    "constraint_message",
    "calculation",
    "default",
    "read_only",
    "appearance",
    "x_bind",
    "x_consolidate",
    "x_previous",
}
GROUP_COLUMNS = _ALWAYS | {"appearance"}
REPEAT_COLUMNS = GROUP_COLUMNS | {"x_consolidate"}
# Meaningless but harmless on rows that nobody answers; told as a warning.
IDLE_COLUMNS = frozenset({"required", "required_message", "hint", "appearance", "read_only"})


def columns_of(kind: Kind) -> frozenset[str]:
    """The columns that mean something for a question of this kind."""
    if kind in METADATA:
        return _ALWAYS - {"relevant"}
    if kind is Kind.NOTE:
        return _ALWAYS | {"hint", "appearance"}
    if kind is Kind.CALCULATE:
        return _ALWAYS | {"calculation", "x_consolidate", "x_previous"}
    if kind is Kind.HIDDEN:
        return _ALWAYS | {"calculation", "default", "x_bind", "x_consolidate", "x_previous"}
    if kind in FILES:
        return _INPUT - {"calculation", "default", "read_only", "x_bind", "x_previous"}
    if kind is Kind.ACKNOWLEDGE:
        return _INPUT - {"calculation", "x_bind", "x_previous"}
    return _INPUT | {"choice_filter"} if kind in SELECTS else _INPUT


# What a page draws differently, and what it may draw like any other (told as a warning).
_LOOKS: Mapping[str, frozenset[Kind]] = {
    "multiline": frozenset({Kind.TEXT}),
    "minimal": SELECTS,
    "autocomplete": SELECTS,
    "thousands-sep": NUMBERS,
}
_PLAIN_LOOKS = frozenset(
    {
        "compact", "columns", "columns-pack", "full", "field-list", "horizontal", "horizontal-compact", "likert",
        "list", "no-buttons", "no-ticks", "numbers", "quick", "quickcompact", "vertical",
    }
)  # fmt: skip
_COLUMNS_N = re.compile(r"(?:columns|compact|quickcompact)-[0-9]+|w[0-9]+")


def appearance_code(look: str, kind: Kind | None) -> str | None:
    """None when the look is drawn, else "appearance_ignored" (a warning) or
    "unsupported_appearance". `kind` is None for groups and repeats."""
    if kind is None:
        return None if look == "field-list" else _other_look(look)
    if look in _LOOKS:
        return None if kind in _LOOKS[look] else "appearance_ignored"
    return _other_look(look)


def _other_look(look: str) -> str:
    harmless = look in _PLAIN_LOOKS or _COLUMNS_N.fullmatch(look)
    return "appearance_ignored" if harmless else "unsupported_appearance"
