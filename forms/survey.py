"""The sheet survey -> items, each row checked on its own; what spans rows is in forms.checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from forms import rowtypes
from forms.expressions import Expression, ExpressionError
from forms.expressions import compile as compile_expression
from forms.schema import (
    BINDS,
    EMPTY,
    METADATA,
    NUMBERS,
    ROW_ID,
    SELECTS,
    Choice,
    Consolidate,
    Group,
    Item,
    Kind,
    Previous,
    Question,
    Repeat,
    Text,
)
from forms.sheets import SURVEY, Line, Sheet
from forms.values import parse

MAX_ITEMS = 2_000
MAX_DEPTH = 8
MAX_NAME = 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()"})
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_RATIO = re.compile(r"ratio\s*:\s*(\S+)\s*/\s*(\S+)")
_EXPLAIN = re.compile(r"explain\s*>\s*([0-9]{1,4}(?:[.,][0-9]{1,2})?)\s*%")
_CALL = re.compile(r"[a-z][A-Za-z0-9:.-]*\(.*\)", re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A group or repeat whose end has not come yet."""

    line: Line | None
    what: str
    name: str
    path: str
    items: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Survey:
    """What the sheet says. `lines` finds the row of an item again, by its name."""

    items: tuple[Item, ...] = ()
    lines: dict[str, Line] = field(default_factory=dict)


def read_survey(sheet: Sheet, lists: Mapping[str, tuple[Choice, ...]]) -> Survey:
    """All items; problems go to the sheet. An item with a problem may be left out."""
    return _Reader(sheet, lists).read()


class _Reader:
    def __init__(self, sheet: Sheet, lists: Mapping[str, tuple[Choice, ...]]) -> None:
        self.sheet = sheet
        self.lists = lists
        self.survey = Survey()
        self.open = [_Open(None, "form", "", "")]

    def read(self) -> Survey:
        count = 0
        for count, line in enumerate(self.sheet.lines(), 1):
            if count > MAX_ITEMS:
                line.problem("too_many_questions", limit=MAX_ITEMS)
                break
            self._line(line)
        for left in self.open[1:]:
            if left.line is not None:
                left.line.problem("not_closed", "type", what=left.what, name=left.name)
        while len(self.open) > 1:
            self._close()
        self.survey.items = tuple(self.open[0].items)
        if count == 0:
            self.sheet.problem("no_questions", None)
        return self.survey

    def _line(self, line: Line) -> None:
        if not line.get("type"):
            line.problem("missing_type", "type")
            return
        try:
            row = rowtypes.read_type(line.get("type"))
        except rowtypes.TypeProblem as problem:
            line.problem(problem.code, "type", **problem.params)
            return
        if row.act == "end":
            self._end(line, row.what or "")
        elif row.act == "begin":
            self._begin(line, row.what or "")
        elif row.kind is not None:
            self._question(line, row.kind, row.choices)

    # groups and repeats

    def _begin(self, line: Line, what: str) -> None:
        name = self._name(line)
        if len(self.open) > MAX_DEPTH:
            line.problem("too_deep", "type", limit=MAX_DEPTH)
        if line.get("repeat_count"):
            line.problem("unsupported_repeat_count", "repeat_count")
        allowed = rowtypes.REPEAT_COLUMNS if what == "repeat" else rowtypes.GROUP_COLUMNS
        self._idle(line, allowed | {"repeat_count"}, what)
        path = f"{self.open[-1].path}{name}"
        self.open.append(_Open(line, what, name, f"{path}/"))

    def _end(self, line: Line, what: str) -> None:
        self._idle(line, frozenset({"type", "name"}), f"end {what}")
        last = self.open[-1]
        if last.what != what:
            line.problem("unexpected_end", "type", what=what, open=last.what, name=last.name)
            return
        if line.get("name") not in ("", last.name):
            line.warning("end_name_differs", "name", name=line.get("name"), open=last.name)
        self._close()

    def _close(self) -> None:
        done = self.open.pop()
        line = done.line
        if line is None:
            return
        if not done.items:
            line.problem("empty_group", "name", name=done.name)
        path, label = done.path.rstrip("/"), self._text(line, "label")
        relevant, looks = self.expression(line, "relevant"), self._appearance(line, None)
        items = tuple(done.items)
        made: Item
        if done.what == "repeat":
            consolidate = self._consolidate(line, None)
            made = Repeat(done.name, path, label, items, relevant, looks, consolidate)
        else:
            made = Group(done.name, path, label, items, relevant, looks)
        self.open[-1].items.append(made)

    # questions

    def _question(self, line: Line, kind: Kind, choices: str | None) -> None:
        name = self._name(line)
        if choices is not None and choices not in self.lists:
            line.problem("unknown_list", "type", list=choices)
            choices = None
        self._idle(line, rowtypes.columns_of(kind), kind.value)
        calculation = self.expression(line, "calculation")
        if kind is Kind.CALCULATE and calculation is None and not line.get("calculation"):
            line.problem("missing_calculation", "calculation", name=name)
        if kind is not Kind.HIDDEN and kind not in METADATA and kind is not Kind.CALCULATE:
            self._labelled(line, name)
        self.open[-1].items.append(
            Question(
                name=name,
                path=f"{self.open[-1].path}{name}",
                kind=kind,
                label=self._text(line, "label"),
                hint=self._text(line, "hint"),
                required=self._required(line),
                required_message=self._text(line, "required_message"),
                relevant=self.expression(line, "relevant"),
                constraint=self.expression(line, "constraint"),
                constraint_message=self._text(line, "constraint_message"),
                calculation=calculation,
                default=self._default(line, kind, choices),
                choices=choices,
                choice_filter=self.expression(line, "choice_filter"),
                read_only=self._yes_no(line, "read_only"),
                appearance=self._appearance(line, kind),
                bind=self._bind(line, kind),
                consolidate=self._consolidate(line, kind),
                previous=self._previous(line, kind),
            )
        )

    def _labelled(self, line: Line, name: str) -> None:
        if not line.get("label"):
            line.problem("missing_label", "label", name=name)

    def _name(self, line: Line) -> str:
        name = line.get("name")
        if not name:
            line.problem("missing_name", "name")
            return f"_row{line.number}"
        if not _NAME.fullmatch(name) or len(name) > MAX_NAME:
            line.problem("bad_name", "name", name=name[:80], limit=MAX_NAME)
        if name in (ROW_ID, "meta"):
            line.problem("reserved_name", "name", name=name)
        first = self.survey.lines.setdefault(name, line)
        if first is not line:
            line.problem("duplicate_name", "name", name=name, row=first.number)
        return name

    def _idle(self, line: Line, allowed: frozenset[str], what: str) -> None:
        """Content in a column that means nothing for this kind of row."""
        for key in line.values:
            if key in allowed or key not in SURVEY:
                continue  # a column that we do not know is told once, by the importer
            told = line.warning if key in rowtypes.IDLE_COLUMNS else line.problem
            told("column_not_for_type", key, type=what)

    # cells

    def expression(self, line: Line, key: str) -> Expression | None:
        source = line.get(key).translate(_QUOTES)
        return self._compiled(line, key, source) if source else None

    def _compiled(self, line: Line, key: str, source: str) -> Expression | None:
        try:
            return compile_expression(source)
        except ExpressionError as error:
            line.problem(error.code, key, **{**error.params, "position": error.position, "expression": source[:200]})
            return None

    def _text(self, line: Line, key: str) -> Text:
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
            elif compiled := self._compiled(line, key, f"${{{piece.strip()}}}"):
                parts.append(compiled)
        return Text(tuple(parts))

    def _required(self, line: Line) -> bool | Expression:
        text = line.get("required")
        if text.lower() in _YES | _NO or not text:
            return text.lower() in _YES
        return self.expression(line, "required") or False

    def _yes_no(self, line: Line, key: str) -> bool:
        text = line.get(key).lower()
        if text and text not in _YES | _NO:
            line.problem("not_yes_no", key, value=text[:80])
        return text in _YES

    def _default(self, line: Line, kind: Kind, choices: str | None) -> str | Expression | None:
        """An expression when it refers to a question or is one call, else the text itself."""
        text = line.get("default")
        if not text:
            return None
        if "${" in text or _CALL.fullmatch(text):
            return self.expression(line, "default")
        names = {choice.name: choice for choice in self.lists.get(choices or "", ())}
        if kind in SELECTS and choices is None:
            return text
        found = parse(kind, text, names)
        if found.code is not None:
            line.problem("bad_default", "default", value=text[:80], why=found.code)
        return text

    def _appearance(self, line: Line, kind: Kind | None) -> frozenset[str]:
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

    def _bind(self, line: Line, kind: Kind) -> str | None:
        text = line.get("x_bind").lower()
        if not text:
            return None
        if text not in BINDS:
            line.problem("wrong_bind", "x_bind", value=text[:80], allowed=list(BINDS))
            return None
        fitting = {Kind.TEXT, Kind.HIDDEN, Kind.DATE if text.startswith("period.") else Kind.SELECT_ONE}
        if kind not in fitting:
            line.problem("bind_not_for_type", "x_bind", value=text, type=kind.value)
        if line.get("calculation"):
            line.problem("bind_with_calculation", "x_bind", value=text)
        return text

    def _consolidate(self, line: Line, kind: Kind | None) -> Consolidate | None:
        text = line.get("x_consolidate")
        if not text:
            return None
        if match := _RATIO.fullmatch(text):
            names = [name.removeprefix("${").removesuffix("}") for name in match.groups()]
            found = Consolidate("ratio", *names)
        else:
            found = Consolidate("" if text.lower() == "ratio" else text.lower())
        fits = _fits_kind(found.how, kind)
        if fits is None:
            line.problem("wrong_consolidate", "x_consolidate", value=text[:80])
        elif not fits:
            line.problem("consolidate_not_for_type", "x_consolidate", value=text[:80], type=kind or "repeat")
        return found if fits else None

    def _previous(self, line: Line, kind: Kind) -> Previous | None:
        text = line.get("x_previous").lower()
        if text in ("show", "prefill"):
            return Previous(text)
        if match := _EXPLAIN.fullmatch(text):
            if kind in NUMBERS or kind is Kind.CALCULATE:
                return Previous("explain", Decimal(match[1].replace(",", ".")))
            line.problem("previous_not_for_type", "x_previous", value=text, type=kind.value)
        elif text:
            line.problem("wrong_previous", "x_previous", value=text[:80])
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
