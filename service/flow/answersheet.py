"""Answers as the columns and cells of an export: one column a question, choices in words."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from exports import report
from exports.words import shown
from forms.schema import FILES, LISTED, METADATA, TICKED, Form, Group, Item, Kind, Page, Question, Repeat
from forms.shown import show_point
from service import readable
from service.words import _

_KINDS = {
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.RANGE: "decimal",
    Kind.DATE: "date",
    Kind.TIME: "time",
    Kind.DATETIME: "datetime",
    Kind.SELECT_ONE: "choice",
    Kind.SELECT_MULTIPLE: "choice",
    Kind.RANK: "choice",
}
_NUMERIC = frozenset({"sum", "mean", "ratio"})
_LEFT_OUT = METADATA | {Kind.NOTE}


def columns(form: Form, codes: bool = False) -> tuple[report.AnswerColumn, ...]:
    """A column for every question outside repeats that can have a value, in form order.

    With `codes` it is headed by the question's name in the form, as its values are by those of the choices.
    """
    return tuple(_column(form, question, codes) for question in _questions(form.items))


def _questions(items: tuple[Item, ...]) -> Iterator[Question]:
    for item in items:
        if isinstance(item, Group):
            yield from _questions(item.items)
        elif isinstance(item, Question) and item.kind not in _LEFT_OUT and not item.header:
            yield item


def _column(form: Form, question: Question, codes: bool) -> report.AnswerColumn:
    kind = _KINDS.get(question.kind, "text")
    if question.kind is Kind.CALCULATE and question.consolidate and question.consolidate.how in _NUMERIC:
        kind = "decimal"
    words = question.name if codes else label(form, question)
    return report.AnswerColumn(name=question.name, label=words, section=section(form, question), kind=kind)


def label(form: Form, question: Question) -> str:
    """The author's words; of a calculation without any, the questions it is worked out from."""
    if question.label.plain or question.calculation is None:
        return question.label.plain or question.name
    sources = [q.label.plain for q in form.questions() if q.name in question.calculation.names and q.label.plain]
    if not sources:
        return question.name
    return _("Tính từ: {sources}").format(sources="; ".join(sources))


def section(form: Form, question: Question) -> str:
    """The title of the page that a question stands on, "" for a loose one."""
    names: dict[str, str] = form.memo.setdefault("sections", dict(_sections(form)))  # type: ignore[assignment]
    return names.get(question.name, "")


def _sections(form: Form) -> Iterator[tuple[str, str]]:
    for page in form.pages:
        yield from ((name, page.title.plain) for name in _names(page))


def _names(page: Page) -> Iterator[str]:
    stack: list[Item] = list(page.items)
    while stack:
        item = stack.pop()
        if isinstance(item, Question):
            yield item.name
        else:
            stack.extend(item.items)


def values(
    form: Form, found: tuple[report.AnswerColumn, ...], answers: Mapping[str, Any], codes: bool = False
) -> report.Answers:
    """One unit's answers by question name; choices by their labels, or by their names in the form."""
    return _cells(form, form.items, found, answers, codes)


def in_words(form: Form, repeat: Repeat, questions: Iterable[Question], row: Mapping[str, Any]) -> dict[str, str]:
    """The answers of a repeat's row to some of its questions as a sentence would say them, by name; none is empty."""
    found = tuple(_column(form, question, codes=False) for question in questions)
    cells = _cells(form, repeat.items, found, row, codes=False)
    return {name: words for name, value in cells.items() if (words := shown(value).strip())}


def _cells(
    form: Form,
    items: tuple[Item, ...],
    found: tuple[report.AnswerColumn, ...],
    answers: Mapping[str, Any],
    codes: bool,
) -> report.Answers:
    leaves = dict(_leaves(items, answers))
    return {
        column.name: _cell(form, question, column.kind, leaves[column.name], codes)
        for column in found
        if (question := form.question(column.name)) is not None and column.name in leaves
    }


def _leaves(items: tuple[Item, ...], answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for item in items:
        value = answers.get(item.name)
        if isinstance(item, Group) and isinstance(value, Mapping):
            yield from _leaves(item.items, value)
        elif isinstance(item, Question) and value not in (None, "", []):
            yield item.name, value


def _cell(form: Form, question: Question, kind: str, value: Any, codes: bool) -> report.AnswerValue:
    if question.kind in LISTED:
        names = value if isinstance(value, list) else [value]
        if codes:
            return " ".join(map(str, names))  # as XLSForm's own tools write them
        labels = [_choice(form, question, str(name)) for name in names]
        return readable.ranked(labels) if question.kind is Kind.RANK else "; ".join(labels)
    if question.kind is Kind.GEOPOINT:
        return _point(str(value))
    if question.kind is Kind.ACKNOWLEDGE:
        return _(readable.CONFIRMED) if value == TICKED else str(value)
    if question.kind in FILES:
        return _("Có tệp kèm theo")
    try:
        return _typed(kind, value)
    except (ValueError, ArithmeticError):
        return str(value)


def _point(text: str) -> str:
    try:
        return show_point(text)
    except (ValueError, ArithmeticError):
        return text


def _typed(kind: str, value: Any) -> report.AnswerValue:
    match kind:
        case "integer" | "decimal":
            number = Decimal(str(value))
            return int(number) if number == number.to_integral_value() else number
        case "date":
            return date.fromisoformat(str(value))
        case "time":
            return time.fromisoformat(str(value))
        case "datetime":
            return datetime.fromisoformat(str(value))
    return str(value)


def _choice(form: Form, question: Question, name: str) -> str:
    choice = form.choice(question, name)
    return choice.label if choice else name


def repeats(
    form: Form, names: Mapping[str, str], given: Mapping[str, Mapping[str, Any]], codes: bool = False
) -> tuple[report.RepeatSheet, ...]:
    """A sheet for every repeat with the rows of all units, in the order of their codes."""
    found = []
    for parents, repeat in _repeats(form.items, ()):
        inner = tuple(_column(form, question, codes) for question in _questions(repeat.items))
        rows = [
            report.RepeatRow(code=code, unit=names[code], values=_cells(form, repeat.items, inner, row, codes))
            for code, answers in sorted(given.items())
            for row in _rows(answers, (*parents, repeat.name))
        ]
        found.append(
            report.RepeatSheet(
                name=repeat.name, title=repeat.label.plain or repeat.name, columns=inner, rows=tuple(rows)
            )
        )
    return tuple(found)


def _repeats(items: tuple[Item, ...], parents: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Repeat]]:
    for item in items:
        if isinstance(item, Question):
            continue
        if isinstance(item, Repeat):
            yield parents, item
        yield from _repeats(item.items, (*parents, item.name))


def _rows(answers: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The rows under a path of groups and repeats; rows of rows one after the other."""
    places: list[Any] = [answers]
    for name in path:
        following: list[Any] = []
        for place in places:
            value = place.get(name) if isinstance(place, Mapping) else None
            following.extend(value if isinstance(value, list) else [value])
        places = following
    return (place for place in places if isinstance(place, Mapping))
