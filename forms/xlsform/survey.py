"""The sheet survey -> items, each row checked on its own; what spans rows is in forms.checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from forms.schema import METADATA, ROW_ID, Group, Item, Kind, Question, Repeat
from forms.xlsform import columns, rowtypes
from forms.xlsform.columns import Lists
from forms.xlsform.sheets import SURVEY, Line, Sheet

MAX_ITEMS = 2_000
MAX_DEPTH = 8
MAX_NAME = 64

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


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


def read_survey(sheet: Sheet, lists: Lists) -> Survey:
    """All items; problems go to the sheet. An item with a problem may be left out."""
    return _Reader(sheet, lists).read()


class _Reader:
    def __init__(self, sheet: Sheet, lists: Lists) -> None:
        self.sheet = sheet
        self.lists = lists
        self.survey = Survey()
        self.open = [_Open(None, "form", "", "")]
        self.deeper = 0  # groups open below MAX_DEPTH: refused, and left out so that the tree stays shallow

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
            if self.deeper == 0:
                line.problem("too_deep", "type", limit=MAX_DEPTH)
            self.deeper += 1
            return
        if line.get("repeat_count"):
            line.problem("unsupported_repeat_count", "repeat_count")
        allowed = rowtypes.REPEAT_COLUMNS if what == "repeat" else rowtypes.GROUP_COLUMNS
        self._idle(line, allowed | {"repeat_count"}, what)
        path = f"{self.open[-1].path}{name}"
        self.open.append(_Open(line, what, name, f"{path}/"))

    def _end(self, line: Line, what: str) -> None:
        self._idle(line, frozenset({"type", "name"}), f"end {what}")
        if self.deeper:
            self.deeper -= 1
            return
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
        path, label = done.path.rstrip("/"), columns.text(line, "label")
        relevant, looks = columns.expression(line, "relevant"), columns.appearance(line, None)
        items = tuple(done.items)
        made: Item
        if done.what == "repeat":
            consolidate = columns.consolidate(line, None)
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
        calculation = columns.expression(line, "calculation")
        if kind is Kind.CALCULATE and calculation is None and not line.get("calculation"):
            line.problem("missing_calculation", "calculation", name=name)
        if kind is not Kind.HIDDEN and kind not in METADATA and kind is not Kind.CALCULATE:
            self._labelled(line, name)
        self.open[-1].items.append(
            Question(
                name=name,
                path=f"{self.open[-1].path}{name}",
                kind=kind,
                label=columns.text(line, "label"),
                hint=columns.text(line, "hint"),
                required=columns.required(line),
                required_message=columns.text(line, "required_message"),
                relevant=columns.expression(line, "relevant"),
                constraint=columns.expression(line, "constraint"),
                constraint_message=columns.text(line, "constraint_message"),
                calculation=calculation,
                default=columns.default(line, kind, choices, self.lists),
                choices=choices,
                choice_filter=columns.expression(line, "choice_filter"),
                read_only=columns.yes_no(line, "read_only"),
                appearance=columns.appearance(line, kind),
                bind=columns.bind(line, kind),
                consolidate=columns.consolidate(line, kind),
                previous=columns.previous(line, kind),
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
