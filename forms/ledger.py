"""Which rows of a report go into the ledger of recommendations, and what each of a row's questions says there.

A repeat with `x_consolidate: ledger` gives one item a row. What its questions mean follows from the form alone, so that
any office's form will do (docs/xlsform.md tells authors the same):

- the matter is the first text of several lines (appearance multiline), else the first text;
- the proposal is the next text of several lines after it;
- the field is the first select_one before the matter;
- who has authority is the last select_one after the matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forms.schema import METADATA, ROW_ID, Form, Group, Item, Kind, Question, Repeat

_WORDLESS = METADATA | {Kind.NOTE}


@dataclass(frozen=True, slots=True)
class Roles:
    """A ledger repeat's questions by what they say, None where it has none; `others` are the rest, in form order."""

    matter: Question | None
    proposal: Question | None
    field: Question | None
    authority: Question | None
    others: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `id` is stable from report to report (of a repeat inside another, with the outer rows' ids before)."""

    repeat: Repeat
    id: str
    answers: Mapping[str, object]


def roles(repeat: Repeat) -> Roles:
    """What the questions of a repeat say in the ledger; those of repeats inside it say nothing."""
    asked = list(_questions(repeat.items))
    texts = [question for question in asked if question.kind is Kind.TEXT and question.calculation is None]
    long = [question for question in texts if "multiline" in question.appearance]
    matter = next(iter(long or texts), None)
    if matter is None:
        return Roles(None, None, None, None, tuple(asked))
    place = asked.index(matter)
    before, after = asked[:place], asked[place + 1 :]
    proposal = next((question for question in after if question in long), None)
    field = next((question for question in before if question.kind is Kind.SELECT_ONE), None)
    authority = next((question for question in reversed(after) if question.kind is Kind.SELECT_ONE), None)
    named = {matter, proposal, field, authority}
    return Roles(matter, proposal, field, authority, tuple(one for one in asked if one not in named))


def _questions(items: tuple[Item, ...]) -> Iterator[Question]:
    for item in items:
        if isinstance(item, Group):
            yield from _questions(item.items)
        elif isinstance(item, Question) and item.kind not in _WORDLESS and not item.header:
            yield item


def rows(form: Form, answers: Mapping[str, object]) -> Iterator[Row]:
    """The rows of all ledger repeats in nested answers, in form order. What has another shape is left out."""
    yield from _rows(form.items, answers, ())


def _rows(items: tuple[Item, ...], answers: Mapping[str, object], within: tuple[str, ...]) -> Iterator[Row]:
    for item in items:
        value = answers.get(item.name)
        if isinstance(item, Group) and isinstance(value, Mapping):
            yield from _rows(item.items, value, within)
        elif isinstance(item, Repeat) and isinstance(value, list):
            for place, row in enumerate(value, 1):
                if isinstance(row, Mapping):
                    ids = (*within, str(row.get(ROW_ID) or f"#{place}"))
                    if item.consolidate is not None and item.consolidate.how == "ledger":
                        yield Row(item, "/".join(ids), row)
                    yield from _rows(item.items, row, ids)
