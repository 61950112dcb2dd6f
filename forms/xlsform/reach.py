"""Where an expression's names and paths lead: lists, their columns, or nowhere."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import lru_cache

from forms.expressions.parser import parse
from forms.expressions.syntax import Call, Filter, Part, Path, Root, Text, inner
from forms.schema import Item
from forms.xlsform import media
from forms.xlsform.choices import Lists
from forms.xlsform.sheets import Line

_UP = ("self", "parent")
_parsed = lru_cache(maxsize=4096)(parse)


class Reach:
    """The expressions of one cell. Problems: unsupported_path, bare_name, unknown_choice_column,
    unknown_list, missing_file, unknown_list_column, name_not_literal."""

    def __init__(self, line: Line, key: str, lists: Lists, items: Mapping[str, Item]) -> None:
        self.line = line
        self.key = key
        self.lists = lists
        self.items = items
        self.source = ""
        self.told: set[tuple[str, str]] = set()

    def check(self, source: str, columns: frozenset[str] | None) -> None:
        """`columns` are what a bare name may mean: None outside of choice filters."""
        self.source = source
        self._visit(_parsed(source), columns)

    def _tell(self, code: str, name: str, near: Iterable[str] = (), **params: object) -> None:
        if (code, name) not in self.told:
            self.told.add((code, name))
            found = self.line.near(name, near)
            self.line.problem(code, self.key, name=name[:80], expression=self.source[:200], **params, **found)

    def _visit(self, part: Part, columns: frozenset[str] | None) -> None:
        match part:
            case Call(name="pulldata"):
                self._pulldata(part)
            case Call(name="instance"):
                self._instance(part)
            case Call(name="position", arguments=(Path(start=None) as path,)) if _leads_up(path):
                return  # position(..), and position(../..) from inside a group
            case Path(start=Call(name="instance") as call):
                self._items(part, call)
                return
            case Path():
                self._path(part, columns)
                return
            case Root():
                self._tell("unsupported_path", "/")
            case Filter():
                self._visit(part.subject, columns)
                for predicate in part.predicates:
                    self._visit(predicate, None)
                return
        for each in inner(part):
            self._visit(each, columns)

    def _path(self, path: Path, columns: frozenset[str] | None) -> None:
        """Only `${name}`, `.` and `..` lead anywhere; a bare name is most often a text whose quotes were
        forgotten, and would compare with nothing in silence."""
        if not path.steps:
            self._tell("unsupported_path", "/")
            return
        step, *more = path.steps
        named = step.axis == "child" and not step.test.endswith("()") and step.test != "*"
        if path.start is not None or more or not (named or (step.axis in _UP and step.test == "node()")):
            self._tell("unsupported_path", "/")
        elif named and columns is None:
            self._tell("bare_name", step.test)
        elif named and step.test not in (columns or ()):
            self._tell("unknown_choice_column", step.test, columns or ())
        for predicate in step.predicates:
            self._visit(predicate, columns)

    def _pulldata(self, call: Call) -> None:
        """pulldata('file', 'column wanted', 'column searched', value)."""
        name, *columns = call.arguments[:3]
        known = self._columns_of(name, "missing_file")
        for column in columns:
            if isinstance(column, Text):
                self._column(column.value, known)

    def _instance(self, call: Call) -> frozenset[str] | None:
        return self._columns_of(call.arguments[0], "unknown_list")

    def _columns_of(self, name: Part, code: str) -> frozenset[str] | None:
        if not isinstance(name, Text):
            self._tell("name_not_literal", "pulldata" if code == "missing_file" else "instance")
            return None
        columns = self.lists.columns_of_instance(name.value)
        if columns is None:
            params = {"list": name.value[:80], "file": f"{name.value[:80]}{media.SUFFIX}"}
            self._tell(code, name.value, self.lists.names(), **params)
        return columns

    def _column(self, name: str, known: Container[str] | None) -> None:
        if known is not None and name not in known:
            self._tell("unknown_list_column", name, known if isinstance(known, frozenset) else ())

    def _items(self, path: Path, call: Call) -> None:
        """instance('list')/root/item[…]/column."""
        known = self._instance(call)
        tests = [step.test for step in path.steps]
        plain = all(step.axis == "child" for step in path.steps) and tests[:2] == ["root", "item"] and len(tests) <= 3
        if not plain:
            self._tell("unsupported_path", "/")
            return
        if len(tests) == 3 and tests[2] != "*":
            self._column(tests[2], known)
        for step in path.steps:
            for predicate in step.predicates:
                self._predicate(predicate, known)

    def _predicate(self, predicate: Part, known: frozenset[str] | None) -> None:
        """Bare names are columns here; where the list is not known nothing is said of them."""
        if known is not None:
            self._visit(predicate, known)


def _leads_up(path: Path) -> bool:
    return all(step.axis in _UP and step.test == "node()" and not step.predicates for step in path.steps)
