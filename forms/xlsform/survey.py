"""The sheet survey -> items, each row checked on its own; what spans rows is in forms.checks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from forms.schema import ROW_ID, Group, Item, Kind, Repeat
from forms.xlsform import columns, looks, media, questions, rowtypes
from forms.xlsform.choices import Lists
from forms.xlsform.previous import with_previous
from forms.xlsform.sheets import Line, Sheet

MAX_ITEMS = 2_000
MAX_DEPTH = 16
MAX_NAME = 64

_ROOT = "data"  # what XLSForm's tools call the form itself
_REFERENCE = re.compile(r"\$\{[^{}]*\}")
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
    """What the sheet says. `lines` finds the row of an item again, by its name; `untyped` are the names of rows whose
    type is not understood: told once there, and not again wherever the name is used."""

    items: tuple[Item, ...] = ()
    lines: dict[str, Line] = field(default_factory=dict)
    untyped: set[str] = field(default_factory=set)


def read_survey(sheet: Sheet, lists: Lists) -> Survey:
    """All items; problems go to the sheet. An item with a problem may be left out."""
    return _Reader(sheet, lists).read()


class _Reader:
    def __init__(self, sheet: Sheet, lists: Lists) -> None:
        self.sheet = sheet
        self.lists = lists
        self.names = _names(sheet)
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
            if line.get("name") or line.get("label") or line.others:
                line.problem("missing_type", "type")
            else:
                line.warning("row_skipped")
            return
        try:
            row = rowtypes.read_type(line.get("type"))
        except rowtypes.TypeProblem as problem:
            near = _near_type(line) if problem.code == "unknown_type" else {}
            line.problem(problem.code, "type", **problem.params, **near)
            self.survey.untyped.add(line.get("name"))
            return
        if row.act == "end":
            self._end(line, row.what or "")
        elif row.act == "begin":
            self._begin(line, row.what or "")
        elif row.act == "question":
            self._question(line, row)
        elif row.act == "log":
            line.warning("log_not_kept", "type")
        else:
            self._file(line)

    # groups and repeats

    def _begin(self, line: Line, what: str) -> None:
        name = self._name(line)
        if len(self.open) > MAX_DEPTH:
            if self.deeper == 0:
                line.problem("too_deep", "type", limit=MAX_DEPTH)
            self.deeper += 1
            return
        questions.tell_idle(line, questions.REPEAT_COLUMNS if what == "repeat" else questions.GROUP_COLUMNS, what)
        if what == "repeat" and name == _ROOT:
            line.problem("reserved_name", "name", name=name)
        counter = f"{name}_count"  # pyxform adds it, for a count that is more than a name
        if counter in self.names and line.get("repeat_count") and not _REFERENCE.fullmatch(line.get("repeat_count")):
            line.problem("count_name_taken", "name", name=name, other=counter)
        path = f"{self.open[-1].path}{name}"
        self.open.append(_Open(line, what, name, f"{path}/"))

    def _end(self, line: Line, what: str) -> None:
        questions.tell_idle(line, frozenset({"type", "name", "label"}), f"end {what}")
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
        relevant, appearance = columns.expression(line, "relevant"), looks.read_appearance(line, None, done.what)
        items = tuple(done.items)
        made: Item
        if done.what == "repeat":
            consolidate = columns.consolidate(line, None)
            count = columns.expression(line, "repeat_count")
            made = Repeat(done.name, path, label, items, relevant, appearance, consolidate, count)
        else:
            made = Group(done.name, path, label, items, relevant, appearance)
        self.open[-1].items.append(made)

    # questions

    def _question(self, line: Line, row: rowtypes.RowType) -> None:
        unnamed = row.kind is Kind.NOTE and not line.get("name")
        # pyxform names a note that has no name like this.
        name = f"generated_note_name_{line.number}" if unnamed else self._name(line)
        made = questions.read_question(line, row, name, self.open[-1].path, self.lists, self.names)
        in_rows = any(one.what == "repeat" for one in self.open)
        made = [*with_previous(line, made[0], in_rows, self.lists, self.names), *made[1:]]
        for question in made:
            self.survey.lines.setdefault(question.name, line)
        self.open[-1].items.extend(made)

    def _file(self, line: Line) -> None:
        """A row csv-external: `name` says which file."""
        questions.tell_idle(line, frozenset({"type", "name", "label"}), "csv-external")
        name = line.get("name").removesuffix(media.SUFFIX)
        if not name:
            line.problem("missing_name", "name")
        elif self.lists.columns_of_instance(name) is None:
            file = f"{name}{media.SUFFIX}"
            line.problem("missing_file", "name", file=file[:80], **line.near(file, self.lists.files))

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


def _near_type(line: Line) -> dict[str, str]:
    """The type that was most likely meant, by the whole cell or by what stands before the list."""
    text = line.get("type").lower()
    return line.near(text, rowtypes.TYPES) or line.near(text.partition(" ")[0], rowtypes.TYPES)


def _names(sheet: Sheet) -> frozenset[str]:
    """Every name that the sheet gives."""
    return frozenset(line.get("name") for line in sheet.lines())
