"""What spans rows: references, cycles, columns of choice filters, terms of ratios."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from forms.expressions import Expression
from forms.plan import graph
from forms.schema import NUMBERS, Consolidate, Item, Kind, Question, Repeat, Text, walk
from forms.xlsform.columns import Lists
from forms.xlsform.sheets import Line
from forms.xlsform.survey import Survey

_MAX_CYCLES = 20
_LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
_REFERENCE = re.compile(r"\$\{[^{}]*\}")
_BARE = re.compile(r"(?<![\w.:@-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)(?!\s*\(|[\w.:-])")
_OPERATORS = frozenset({"and", "or", "div", "mod"})
_LIST_CALL = re.compile(r"\b(?:instance|pulldata)\s*\(\s*(?:\"([^\"]*)\"|'([^']*)')")


def check(survey: Survey, lists: Lists) -> None:
    """Adds to the sheet's problems: unknown_reference, note_reference, unsupported_path,
    bare_name, unsupported_last_saved, unknown_choice_column, unknown_list, cycle, wrong_ratio."""
    items = {item.name: item for item in walk(survey.items)}
    for item in items.values():
        line = survey.lines.get(item.name)
        if line is None:
            continue
        for key, expression in _placed(item):
            _references(line, key, expression, items)
            _paths(line, key, expression, _filter_columns(item, lists) if key == "choice_filter" else None)
            _lists(line, key, expression, lists)
        if consolidate := getattr(item, "consolidate", None):
            _ratio(line, consolidate, items)
    _cycles(survey, items)


def _placed(item: Item) -> Iterator[tuple[str, Expression]]:
    """The item's expressions with the column each stands in."""
    columns: list[tuple[str, object]] = [("label", item.label), ("relevant", item.relevant)]
    if isinstance(item, Question):
        columns += [
            ("hint", item.hint),
            ("required", item.required),
            ("required_message", item.required_message),
            ("constraint", item.constraint),
            ("constraint_message", item.constraint_message),
            ("calculation", item.calculation),
            ("default", item.default),
            ("choice_filter", item.choice_filter if item.choices else None),
        ]
    for key, value in columns:
        if isinstance(value, Text):
            yield from ((key, part) for part in value.parts if not isinstance(part, str))
        elif isinstance(value, Expression):
            yield key, value


def _references(line: Line, key: str, expression: Expression, items: Mapping[str, Item]) -> None:
    for name in sorted(expression.saved):
        line.problem("unsupported_last_saved", key, name=name)
    for name in sorted(expression.names):
        found = items.get(name)
        if found is None:
            line.problem("unknown_reference", key, name=name)
        elif isinstance(found, Question) and found.kind is Kind.NOTE:
            line.problem("note_reference", key, name=name)


def _paths(line: Line, key: str, expression: Expression, columns: frozenset[str] | None) -> None:
    """Only `${name}`, `.`, `position(..)` and instance() lead anywhere here; a bare name is most
    often a text whose quotes were forgotten, and would compare with nothing in silence."""
    text = _REFERENCE.sub("0", _LITERAL.sub("0", expression.source))
    if "instance" in expression.functions:
        return
    if "/" in text or "@" in text or "::" in text:
        line.problem("unsupported_path", key, expression=expression.source[:200])
        return
    for name in dict.fromkeys(_BARE.findall(text)):
        if name in _OPERATORS or (columns is not None and name in columns):
            continue
        code = "bare_name" if columns is None else "unknown_choice_column"
        line.problem(code, key, name=name, expression=expression.source[:200])


def _filter_columns(item: Item, lists: Lists) -> frozenset[str]:
    listed = lists.get(item.choices or "", ()) if isinstance(item, Question) else ()
    return frozenset({"name", "label"}).union(*(choice.extra for choice in listed))


def _lists(line: Line, key: str, expression: Expression, lists: Lists) -> None:
    if not expression.functions & {"instance", "pulldata"}:
        return
    for match in _LIST_CALL.finditer(expression.source):
        name = match[1] or match[2] or ""
        if name not in lists:
            line.problem("unknown_list", key, list=name)


def _ratio(line: Line, consolidate: Consolidate, items: Mapping[str, Item]) -> None:
    """A ratio of sums needs two numbers, both inside the same repeat or both outside any."""
    if consolidate.how != "ratio":
        return
    places = set()
    for name in (consolidate.numerator, consolidate.denominator):
        found = items.get(name or "")
        if not isinstance(found, Question) or not (found.kind in NUMBERS or found.kind is Kind.CALCULATE):
            line.problem("wrong_ratio", "x_consolidate", name=name)
            return
        places.add(_repeat_around(found, items))
    if len(places) > 1:
        line.problem("wrong_ratio", "x_consolidate", name=consolidate.denominator)


def _repeat_around(question: Question, items: Mapping[str, Item]) -> str | None:
    """The path of the innermost repeat a question stands in."""
    around = (items.get(name) for name in reversed(question.path.split("/")[:-1]))
    return next((item.path for item in around if isinstance(item, Repeat)), None)


def _cycles(survey: Survey, items: Mapping[str, Item]) -> None:
    """Every ring of relevance and calculations, told once at its first row."""
    edges = graph(survey.items)
    for _ in range(_MAX_CYCLES):
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            ring: list[str] = list(reversed(error.args[1]))[1:]
            _tell(survey, ring, items)
            for name in ring:
                edges[name] -= set(ring)
        else:
            return


def _tell(survey: Survey, ring: list[str], items: Mapping[str, Item]) -> None:
    order = list(items)
    start = min(range(len(ring)), key=lambda place: order.index(ring[place]))
    names = ring[start:] + ring[:start]
    item, line = items[names[0]], survey.lines.get(names[0])
    calculation = item.calculation if isinstance(item, Question) else None
    key = "calculation" if calculation is not None and calculation.names & set(ring) else "relevant"
    if line is not None:
        line.problem("cycle", key, names=[*names, names[0]])
