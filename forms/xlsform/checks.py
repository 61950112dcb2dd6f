"""What spans rows: references, cycles, columns of choice filters, terms of ratios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from forms.expressions import Expression
from forms.plan import graph
from forms.schema import NUMBERS, Consolidate, Item, Kind, Question, Repeat, Text, walk
from forms.xlsform.choices import Lists
from forms.xlsform.looks import check_tables
from forms.xlsform.reach import Reach
from forms.xlsform.sheets import Line
from forms.xlsform.survey import Survey

_MAX_CYCLES = 20


def check(survey: Survey, lists: Lists) -> None:
    """Adds to the sheet's problems: unknown_reference, note_reference, group_reference, cycle,
    wrong_ratio, and those of forms.xlsform.reach and looks."""
    items = {item.name: item for item in walk(survey.items)}
    for item in items.values():
        line = survey.lines.get(item.name)
        if line is None:
            continue
        for key, expression, language in _placed(item):
            here = line.at(language)
            filtered = lists.columns(item.choices) if isinstance(item, Question) and key == "choice_filter" else None
            _references(here, key, (expression.names | expression.saved) - survey.untyped, items)
            Reach(here, key, lists, items).check(expression.source, filtered)
        if isinstance(item, Question) and item.trigger:
            _triggers(line, frozenset(item.trigger) - survey.untyped, items)
        if consolidate := getattr(item, "consolidate", None):
            _ratio(line, consolidate, items)
    check_tables(survey.items, survey.lines)
    if len(items) == sum(1 for _ in walk(survey.items)):  # two of one name would look like a ring
        _cycles(survey, items)


def _placed(item: Item) -> Iterator[tuple[str, Expression, str | None]]:
    """The item's expressions with the column each stands in, and the language (None for the default one)."""
    columns: list[tuple[str, object]] = [("label", item.label), ("relevant", item.relevant)]
    if isinstance(item, Question):
        columns += [
            ("hint", item.hint),
            ("guidance_hint", item.guidance),
            ("required", item.required),
            ("required_message", item.required_message),
            ("constraint", item.constraint),
            ("constraint_message", item.constraint_message),
            ("calculation", item.calculation),
            ("default", item.default),
            ("choice_filter", item.choice_filter if item.choices else None),
            ("parameters", item.shuffle.seed if item.shuffle else None),
        ]
    elif isinstance(item, Repeat):
        columns.append(("repeat_count", item.count))
    for key, value in columns:
        if isinstance(value, Text):
            for language, parts in ((None, value.parts), *value.others.items()):
                yield from ((key, part, language) for part in dict.fromkeys(parts) if not isinstance(part, str))
        elif isinstance(value, Expression):
            yield key, value, None


def _references(line: Line, key: str, names: frozenset[str], items: Mapping[str, Item]) -> None:
    for name in sorted(names):
        found = items.get(name)
        if found is None:
            line.problem("unknown_reference", key, name=name, **line.near(name, items))
        elif isinstance(found, Question) and found.kind is Kind.NOTE:
            line.problem("note_reference", key, name=name)


def _triggers(line: Line, names: frozenset[str], items: Mapping[str, Item]) -> None:
    _references(line, "trigger", names, items)
    for name in sorted(names):
        if not isinstance(items.get(name), Question | None):
            line.problem("group_reference", "trigger", name=name)


def _ratio(line: Line, consolidate: Consolidate, items: Mapping[str, Item]) -> None:
    """A ratio of sums needs two numbers, both inside the same repeat or both outside any."""
    if consolidate.how != "ratio":
        return
    places = set()
    for name in (consolidate.numerator, consolidate.denominator):
        found = items.get(name or "")
        if not isinstance(found, Question) or not (found.kind in NUMBERS or found.kind is Kind.CALCULATE):
            near = {} if name in items else line.near(name or "", items)
            line.problem("wrong_ratio", "x_consolidate", name=name, **near)
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
    if line is not None:
        line.problem("cycle", _closing(item, set(ring)), names=[*names, names[0]])


def _closing(item: Item, ring: set[str]) -> str:
    """The column through which an item belongs to a ring."""
    columns: list[tuple[str, object]] = [("relevant", item.relevant)]
    if isinstance(item, Question):
        columns = [("calculation", item.calculation), ("default", item.default), *columns]
    elif isinstance(item, Repeat):
        columns.append(("repeat_count", item.count))
    for key, expression in columns:
        if isinstance(expression, Expression) and expression.names & ring:
            return key
    return "trigger" if isinstance(item, Question) and set(item.trigger) & ring else "relevant"
