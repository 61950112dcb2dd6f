"""What the column x_previous adds to a form: the question why a figure changed so much since last period."""

from __future__ import annotations

from collections.abc import Container

from forms.expressions import Expression
from forms.expressions import compile as compile_expression
from forms.schema import EXPLANATION, Kind, Question, Text
from forms.values import number_text
from forms.xlsform.choices import Lists
from forms.xlsform.sheets import Line

_BEFORE, _AFTER = ("Vì sao “", "” thay đổi nhiều so với kỳ trước?"), ("Why did “", "” change much since last period?")
_WANTED = (
    "Số liệu thay đổi quá {percent}% so với kỳ trước. Vui lòng nêu lý do.",
    "The figure changed by more than {percent}% since last period. Please say why.",
)


def with_previous(line: Line, question: Question, in_rows: bool, lists: Lists, taken: Container[str]) -> list[Question]:
    """The question, and the one that asks for an explanation where it says so.

    `taken` are the names that the survey gives: an author's own `NAME_explanation` is asked instead of ours. Rows of
    two periods are not the same rows, so that in a repeat the column is told to do nothing.
    """
    previous = question.previous
    if previous is None:
        return [question]
    if in_rows:
        line.warning("previous_in_rows", "x_previous", name=question.name)
        return [question]
    name = f"{question.name}_{EXPLANATION}"
    if previous.percent is None or name in taken:
        return [question]
    percent = number_text(previous.percent)
    path = f"{question.path}_{EXPLANATION}"
    wanted, others = lists.in_words(*(said.format(percent=percent.replace(".", ",")) for said in _WANTED))
    message = Text((wanted,), {language: (said,) for language, said in others.items()})
    return [question, _explanation(name, path, question, _beyond(question.name, percent), message, lists)]


def _beyond(name: str, percent: str) -> Expression:
    """Whether a figure differs from last period's by more than so many percent of it, in whole products: no quotient
    is rounded. Anything differs from 0 by more."""
    now, was = f"${{{name}}}", f"${{last-saved#{name}}}"
    more = f"{now} * 100 - {was} * 100 > {percent} * abs({was})"
    less = f"{was} * 100 - {now} * 100 > {percent} * abs({was})"
    return compile_expression(f"{now} != '' and {was} != '' and ({more} or {less})")


def _explanation(name: str, path: str, question: Question, beyond: Expression, message: Text, lists: Lists) -> Question:
    opening, others = lists.in_words(_BEFORE[0], _AFTER[0])
    closing, closings = lists.in_words(_BEFORE[1], _AFTER[1])
    label = question.label or Text((question.name,))
    words = {language: (said, *label.in_language(language), closings[language]) for language, said in others.items()}
    return Question(
        name,
        path,
        Kind.TEXT,
        Text((opening, *label.parts, closing), words),
        required=True,
        required_message=message,
        relevant=beyond,
        appearance=frozenset({"multiline"}),
        rows=2,
        explains=question.name,
    )
