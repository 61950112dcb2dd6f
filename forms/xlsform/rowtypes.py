"""What stands in the column type: every way of writing a type that pyxform reads, with its kind here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forms.schema import Kind
from forms.xlsform import media


@dataclass(frozen=True, slots=True)
class Preset:
    """A type of old that brings a constraint and a hint along."""

    constraint: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RowType:
    """A row of the sheet survey.

    `act` is "question" with its `kind` (and list; `file` when the list is a CSV file, `other` when a
    choice "other" is to be added), the "begin" or "end" of a "group" or "repeat" (`what`), "file" for a
    row that only brings a CSV file in, or "log" for one that asks for a record of how the form was
    filled in. `blank`: the device would answer it, and here nothing does.
    """

    act: str
    kind: Kind | None = None
    choices: str | None = None
    what: str | None = None
    file: bool = False
    other: bool = False
    blank: bool = False
    preset: Preset | None = None


class TypeProblem(ValueError):
    """Codes: unknown_type, unsupported_type, missing_list, unsupported_or_other, unsupported_file,
    choices_from_answers."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


_WORDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("text", "string", "q string", "add text prompt"),
    Kind.INTEGER: ("integer", "int", "q int", "add integer prompt"),
    Kind.DECIMAL: ("decimal", "q decimal", "add decimal prompt"),
    Kind.RANGE: ("range",),
    Kind.DATE: ("date", "q date", "add date prompt"),
    Kind.TIME: ("time",),
    Kind.DATETIME: (
        "datetime",
        "date time",
        "q date time",
        "q datetime",
        "add date time prompt",
        "add datetime prompt",
    ),
    Kind.GEOPOINT: ("geopoint", "q geopoint", "location", "q location", "gps", "add location prompt"),
    Kind.BARCODE: ("barcode", "q barcode", "add barcode prompt"),
    Kind.NOTE: ("note", "q note", "add note prompt"),
    Kind.CALCULATE: ("calculate", "q calculate", "add calculate prompt"),
    Kind.HIDDEN: ("hidden",),
    Kind.ACKNOWLEDGE: ("acknowledge", "q acknowledge", "add acknowledge prompt", "trigger"),
    Kind.FILE: ("file", "add file prompt"),
    Kind.IMAGE: ("image", "photo", "q picture", "q image", "add image prompt", "add photo prompt"),
    Kind.START: ("start", "start time", "get start time"),
    Kind.END: ("end", "end time", "get end time"),
    Kind.TODAY: ("today", "get today"),
    Kind.DEVICEID: ("deviceid", "device id", "imei", "get device id", "uri:deviceid"),
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words}
# What only a telephone knows of itself and its owner; KoboToolbox puts some of them in by default.
_BLANK = frozenset(
    {
        "username", "uri:username", "email", "uri:email", "phonenumber", "get phone number", "uri:phonenumber",
        "simserial", "sim id", "get sim id", "uri:simserial", "subscriberid", "subscriber id", "get subscriber id",
        "uri:subscriberid",
    }
)  # fmt: skip
_PRESETS = {
    "phone number": (Kind.TEXT, Preset(r"regex(., '^\d*$')", "Chỉ nhập chữ số.")),
    "percentage": (Kind.INTEGER, Preset("0 <= . and . <= 100")),
    "number of days in last month": (Kind.INTEGER, Preset("0 <= . and . <= 31", "Nhập số từ 0 đến 31.")),
    "number of days in last six months": (Kind.INTEGER, Preset("0 <= . and . <= 183", "Nhập số từ 0 đến 183.")),
    "number of days in last year": (Kind.INTEGER, Preset("0 <= . and . <= 365", "Nhập số từ 0 đến 365.")),
}
# Types that are refused, by what may be used instead (the service has a sentence for each).
_INSTEAD: Mapping[str, tuple[str, ...]] = {
    "file": (
        "audio", "q audio", "add audio prompt", "background-audio", "video", "q video", "add video prompt",
    ),
    "geopoint": (
        "geotrace", "q geotrace", "geoshape", "q geoshape", "start-geopoint", "background-geopoint", "osm",
    ),
    "csv": ("xml-external", "xml_external", "select_one_external", "select one external"),
    "choice_filter": ("cascading_select", "cascading select"),
    "settings": ("form_title", "set_form_title", "form_id", "set_form_id", "prefix"),
    "repeat": ("begin loop", "end loop", "begin_loop", "end_loop"),
    "table-list": ("begin_kobomatrix", "end_kobomatrix", "begin_score", "end_score", "score__row"),
    "rank": ("begin_rank", "end_rank", "rank__level"),
    "list": (
        "q select", "q select1", "select one using", "select multiple using",
    ),
}  # fmt: skip
UNSUPPORTED = {word: instead for instead, words in _INSTEAD.items() for word in words}

_BLOCK = re.compile(r"(begin|end)[ _](looped group|lgroup|group|repeat)")
_ONE = ("add select one prompt using", "select one from file", "select_one_from_file", "select one from",
        "select_one", "select one", "select1")  # fmt: skip
_MANY = ("add select multiple prompt using", "select multiple from file", "select_multiple_from_file",
         "select all that apply from", "select multiple from", "select_multiple", "select multiple",
         "select all that apply")  # fmt: skip
_SELECT = re.compile(
    rf"({'|'.join((*_ONE, *_MANY, 'rank'))})"
    r"(?: ((?!or_other$|or other$|or specify other$)\S+))?( or_other| or other| or specify other)?"
)
_OTHER_FILES = (".xml", ".geojson", ".xlsx", ".xls", ".txt", ".json")
TYPES = frozenset(
    {*_KINDS, *_BLANK, *_PRESETS, *_ONE, *_MANY, "rank", "audit", "csv-external", "begin group", "begin repeat"}
)


def read_type(text: str) -> RowType:
    """What a cell of the column type means. Raises TypeProblem."""
    text = " ".join(text.split())
    lower = text.lower()
    if lower in UNSUPPORTED:
        return _refuse(text, lower)
    if match := _BLOCK.fullmatch(lower):
        return RowType(match[1], what="group" if match[2] == "group" else "repeat")
    if match := _SELECT.fullmatch(lower):
        return _select(text, match)
    if kind := _KINDS.get(lower):
        return RowType("question", kind)
    if lower in _BLANK:
        return RowType("question", Kind.DEVICEID, blank=True)
    if lower in _PRESETS:
        kind, preset = _PRESETS[lower]
        return RowType("question", kind, preset=preset)
    if lower in ("audit", "csv-external"):
        return RowType("log" if lower == "audit" else "file")
    return _refuse(text, lower)


def _refuse(text: str, lower: str) -> RowType:
    words = lower.split(" ")
    instead = UNSUPPORTED.get(lower) or UNSUPPORTED.get(words[0]) or UNSUPPORTED.get(" ".join(words[:2]))
    if instead:
        raise TypeProblem("unsupported_type", type=text[:80], instead=instead)
    raise TypeProblem("unknown_type", type=text[:80])


def _select(text: str, match: re.Match[str]) -> RowType:
    if not match[2]:
        raise TypeProblem("missing_list", type=text[:80])
    name = text[match.start(2) : match.end(2)]  # list names keep their case
    kind = Kind.RANK if match[1] == "rank" else Kind.SELECT_ONE if match[1] in _ONE else Kind.SELECT_MULTIPLE
    if "${" in name:
        raise TypeProblem("choices_from_answers", type=text[:80])
    file = media.is_file(name)
    if not file and (match[1].endswith("file") or name.lower().endswith(_OTHER_FILES)):
        raise TypeProblem("unsupported_file", file=name[:80])
    if match[3] and (file or kind is Kind.RANK):
        raise TypeProblem("unsupported_or_other", type=text[:80])
    return RowType("question", kind, name, file=file, other=bool(match[3]))
