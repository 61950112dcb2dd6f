"""Many units' answers -> totals, distributions, ratios of sums, lists of texts, doubts. All sums exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from forms.consolidate import doubts, reckon
from forms.consolidate.alike import Alike, alike, are_opinions
from forms.consolidate.doubts import Broken, Change, Fences, Outlier
from forms.consolidate.figures import (
    Before,
    ChoiceCount,
    Numbers,
    Part,
    Placed,
    QuestionSummary,
    Ratio,
    RepeatSummary,
    Summary,
)
from forms.consolidate.gather import Gathered, Place, Rows, gather
from forms.consolidate.sums import Tie, ties_of
from forms.schema import METADATA, Form, Kind, Question, Repeat
from forms.values import read_date

__all__ = [
    "Alike",
    "Before",
    "Broken",
    "Change",
    "ChoiceCount",
    "Fences",
    "Numbers",
    "Outlier",
    "Part",
    "Placed",
    "QuestionSummary",
    "Ratio",
    "RepeatSummary",
    "Rows",
    "Summary",
    "Tie",
    "consolidate",
]

Grouping = Mapping[str, str]  # unit code -> the name of its kind or group

_NOT_COUNTED = METADATA | {Kind.NOTE}


def consolidate(
    form: Form, rows: Rows, groupings: Mapping[str, Grouping] | None = None, earlier: Rows | None = None
) -> Summary:
    """Sums up `rows` of (unit code, nested answers as forms.answers gives them), one a unit.

    `groupings` are by name; each question is summed up for their parts too, and the one called "kind" tells which
    units an outlier is compared with. `earlier` are the rows of an earlier period, in the questions of the same form.
    Answers of another shape than the form's are left out, not raised.
    """
    gathered = gather(form, rows)
    named = {
        name: (of, sorted({of.get(unit, "") for unit in gathered.units})) for name, of in (groupings or {}).items()
    }
    before = None if earlier is None else gather(form, earlier)
    return Summary(
        units=tuple(gathered.units),
        questions=tuple(
            _question(form, question, gathered, named, before)
            for question in form.questions()
            if question.kind not in _NOT_COUNTED
        ),
        repeats=tuple(
            RepeatSummary(item, *gathered.repeats.get(item.name, (0, 0, 0)))
            for item in form.walk()
            if isinstance(item, Repeat)
        ),
        broken=tuple(doubts.broken(form, gathered)),
    )


def _question(
    form: Form,
    question: Question,
    gathered: Gathered,
    groupings: Mapping[str, tuple[Grouping, Sequence[str]]],
    before: Gathered | None,
) -> QuestionSummary:
    values = gathered.values.get(question.name, {})
    known = gathered.numbers(question.name) if reckon.counts(question) else {}
    whole = reckon.part(form, question, gathered)
    days = [day for value in values.values() if (day := read_date(str(value)))] if question.kind is Kind.DATE else []
    listed = tuple(reckon.texts(form, question, values))
    fences = doubts.fences(known.values())
    return QuestionSummary(
        question=question,
        asked=whole.asked,
        answered=whole.answered,
        numbers=whole.numbers,
        distribution=whole.distribution,
        places=reckon.places(form, question, values.values()),
        ratio=whole.ratio,
        texts=listed,
        earliest=min(days, default=None),
        latest=max(days, default=None),
        shares=tuple(_shares(form, question, gathered)),
        parts={name: reckon.parts(form, question, gathered, *of) for name, of in groupings.items()},
        before=_before(form, question, gathered, before) if before else None,
        lowest=_giving(known, min(known.values(), default=None)),
        highest=_giving(known, max(known.values(), default=None)),
        fences=fences,
        outliers=tuple(doubts.outliers(known, fences, groupings["kind"][0] if "kind" in groupings else {})),
        changes=tuple(_changes(question, gathered, before)) if before else (),
        alike=alike(listed) if are_opinions(question, listed) else (),
    )


def _giving(known: Mapping[Place, Decimal], number: Decimal | None) -> tuple[str, ...]:
    """The units that gave this number, each once."""
    return tuple(dict.fromkeys(place[0] for place, value in known.items() if value == number))


def _shares(form: Form, question: Question, gathered: Gathered) -> list[Ratio]:
    """The question as a part of each whole that the form's checks name, of the units that gave both."""
    wholes = dict.fromkeys(tie.whole for tie in ties_of(form) if question.name in tie.parts)
    found = (form.question(name) for name in wholes) if reckon.counts(question) else ()
    return [reckon.ratio(question, whole, gathered) for whole in found if whole is not None]


def _in_both(question: Question, gathered: Gathered, before: Gathered) -> bool:
    """Whether its numbers can be set beside an earlier period's: the rows of a repeat are not the same ones."""
    placed = (*gathered.values.get(question.name, ()), *before.values.get(question.name, ()))
    return reckon.counts(question) and reckon.how(question) != "ratio" and all(len(place) == 1 for place in placed)


def _before(form: Form, question: Question, gathered: Gathered, before: Gathered) -> Before:
    whole = reckon.part(form, question, before)
    if not _in_both(question, gathered, before):
        return Before(whole)
    now, then = gathered.numbers(question.name), before.numbers(question.name)
    both = now.keys() & then.keys()
    return Before(
        whole,
        len(both),
        reckon.total_of(then[place] for place in both) if both else Decimal(0),
        reckon.total_of(now[place] for place in both) if both else Decimal(0),
    )


def _changes(question: Question, gathered: Gathered, before: Gathered) -> list[Change]:
    if not _in_both(question, gathered, before):
        return []
    return list(doubts.changes(question, gathered.numbers(question.name), before.numbers(question.name)))
