"""Many units' answers -> totals, distributions, ratios of sums, lists of texts. All sums exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from statistics import median

from forms.schema import LISTED, METADATA, NUMBERS, ROW_ID, SELECTS, TICKED, Form, Group, Item, Kind, Question, Repeat
from forms.shown import show_point
from forms.values import parse, read_date

_NOT_COUNTED = METADATA | {Kind.NOTE}
_LISTED_TEXTS = frozenset({Kind.TEXT, Kind.BARCODE, Kind.GEOPOINT})
_MAX_NUMBER = Decimal(10) ** 18


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of the numbers given: sum, mean, median, least and greatest, exact (the mean to 28 digits)."""

    total: Decimal
    mean: Decimal
    median: Decimal
    minimum: Decimal
    maximum: Decimal


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """`label` is None for a value that the form's list no longer has."""

    name: str
    label: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Placed:
    """How a choice was ranked: `count` times in all, `first` of them in the first place; `mean` is
    its mean place, from 1, None where nobody placed it."""

    name: str
    label: str | None
    count: int
    first: int
    mean: Decimal | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of sums over those who answered both terms (`pairs` of them); `value` is the plain
    quotient, None when the denominator is zero or nobody answered."""

    numerator: Question
    denominator: Question
    numerator_sum: Decimal
    denominator_sum: Decimal
    pairs: int
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """One question over all units; in a repeat, over all rows.

    `asked` counts those to whom it was relevant, `answered` those who gave a value. `numbers` is
    None for what is no number or was never answered, and for a ratio, whose mean would mislead.
    `distribution` has every choice in list order, zeros too; `places` those of a rank, the most
    wanted first. `texts` are (unit code, text): words, codes, and points as people read them.
    """

    question: Question
    asked: int
    answered: int
    numbers: Numbers | None = None
    distribution: tuple[ChoiceCount, ...] = ()
    places: tuple[Placed, ...] = ()
    ratio: Ratio | None = None
    texts: tuple[tuple[str, str], ...] = ()
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True)
class RepeatSummary:
    """`rows` over all units; `units` that have at least one; `asked` to whom it was relevant."""

    repeat: Repeat
    asked: int
    units: int
    rows: int


@dataclass(frozen=True, slots=True)
class Summary:
    """`units` are the codes given, in their order; questions and repeats in form order."""

    units: tuple[str, ...]
    questions: tuple[QuestionSummary, ...]
    repeats: tuple[RepeatSummary, ...]

    def question(self, name: str) -> QuestionSummary | None:
        return next((found for found in self.questions if found.question.name == name), None)


@dataclass(slots=True)
class _Gathered:
    """Values of all questions; a value's `place` (unit, row ids) pairs the terms of ratios."""

    asked: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[tuple[str, ...], object]] = field(default_factory=dict)
    repeats: dict[str, tuple[int, int, int]] = field(default_factory=dict)


def consolidate(form: Form, rows: Iterable[tuple[str, Mapping[str, object]]]) -> Summary:
    """Sums up `rows` of (unit code, nested answers as forms.answers gives them), one a unit.

    Answers of another shape than the form's are left out, not raised.
    """
    gathered = _Gathered()
    units: list[str] = []
    for unit, answers in rows:
        units.append(unit)
        _gather(form.items, answers, (unit,), gathered)
    counted = (question for question in form.questions() if question.kind not in _NOT_COUNTED)
    repeats = tuple(
        RepeatSummary(item, *gathered.repeats.get(item.name, (0, 0, 0)))
        for item in form.walk()
        if isinstance(item, Repeat)
    )
    return Summary(tuple(units), tuple(_summary(form, question, gathered) for question in counted), repeats)


def _gather(items: tuple[Item, ...], answers: Mapping[str, object], place: tuple[str, ...], into: _Gathered) -> None:
    for item in items:
        if item.name not in answers:
            continue
        value = answers[item.name]
        if isinstance(item, Question):
            into.asked[item.name] = into.asked.get(item.name, 0) + 1
            if value not in (None, "", []):
                into.values.setdefault(item.name, {})[place] = value
        elif isinstance(item, Group):
            if isinstance(value, Mapping):
                _gather(item.items, value, place, into)
        elif isinstance(value, list):
            rows = [row for row in value if isinstance(row, Mapping)]
            asked, units, count = into.repeats.get(item.name, (0, 0, 0))
            into.repeats[item.name] = (asked + 1, units + bool(rows), count + len(rows))
            for number, row in enumerate(rows):
                _gather(item.items, row, (*place, f"{number}:{row.get(ROW_ID)}"), into)


def _summary(form: Form, question: Question, gathered: _Gathered) -> QuestionSummary:
    values = gathered.values.get(question.name, {})
    asked = gathered.asked.get(question.name, 0)
    how = question.consolidate.how if question.consolidate else ""
    days = [day for value in values.values() if (day := read_date(str(value)))] if question.kind is Kind.DATE else []
    return QuestionSummary(
        question=question,
        asked=asked,
        answered=len(values),
        numbers=_numbers(question, values.values()) if how != "ratio" else None,
        distribution=_distribution(form, question, values.values()) if question.kind in SELECTS else (),
        places=_places(form, question, values.values()) if question.kind is Kind.RANK else (),
        ratio=_ratio(form, question, gathered),
        texts=tuple(_texts(form, question, values)) if how == "list" or _free_text(question) else (),
        earliest=min(days, default=None),
        latest=max(days, default=None),
    )


def _free_text(question: Question) -> bool:
    """Free words, codes and points are listed; who signed and which unit it was (bound questions) are not."""
    return question.kind in _LISTED_TEXTS and question.bind is None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _MAX_NUMBER else None


def _numbers(question: Question, values: Iterable[object]) -> Numbers | None:
    how = question.consolidate.how if question.consolidate else ""
    if question.kind not in NUMBERS and how not in ("sum", "mean"):
        return None
    numbers = [number for value in values if (number := _number(value)) is not None]
    if not numbers:
        return None
    total = sum(numbers, Decimal(0))
    return Numbers(total, total / len(numbers), median(numbers), min(numbers), max(numbers))


def _distribution(form: Form, question: Question, values: Iterable[object]) -> tuple[ChoiceCount, ...]:
    counts: dict[str, int] = {choice.name: 0 for choice in form.choices(question)}
    for value in values:
        for name in value if isinstance(value, list) else [value]:
            counts[str(name)] = counts.get(str(name), 0) + 1
    return tuple(ChoiceCount(name, _label(form, question, name), count) for name, count in counts.items())


def _places(form: Form, question: Question, values: Iterable[object]) -> tuple[Placed, ...]:
    """By mean place, then in list order; choices that nobody placed last."""
    held: dict[str, list[int]] = {choice.name: [] for choice in form.choices(question)}
    for value in values:
        for place, name in enumerate(value if isinstance(value, list) else [value], 1):
            held.setdefault(str(name), []).append(place)
    found = [
        Placed(
            name,
            _label(form, question, name),
            len(places),
            places.count(1),
            Decimal(sum(places)) / len(places) if places else None,
        )
        for name, places in held.items()
    ]
    return tuple(sorted(found, key=lambda placed: (placed.mean is None, placed.mean or 0)))


def _label(form: Form, question: Question, name: str) -> str | None:
    choice = form.choice(question, name)
    return choice.label if choice else None


def _ratio(form: Form, question: Question, gathered: _Gathered) -> Ratio | None:
    found = question.consolidate
    if found is None or found.numerator is None or found.denominator is None:
        return None
    above, below = form.question(found.numerator), form.question(found.denominator)
    if above is None or below is None:
        return None
    lower = gathered.values.get(below.name, {})
    pairs = [
        (first, second)
        for place, value in gathered.values.get(above.name, {}).items()
        if (first := _number(value)) is not None and (second := _number(lower.get(place))) is not None
    ]
    top, bottom = (sum((pair[term] for pair in pairs), Decimal(0)) for term in (0, 1))
    return Ratio(above, below, top, bottom, len(pairs), top / bottom if bottom else None)


def _texts(form: Form, question: Question, values: Mapping[tuple[str, ...], object]) -> Iterator[tuple[str, str]]:
    for place, value in values.items():
        names = [str(part) for part in value] if isinstance(value, list) else [str(value)]
        if question.kind in LISTED:
            names = [_label(form, question, name) or name for name in names]
        text = _point(names[0]) if question.kind is Kind.GEOPOINT and names else ", ".join(names)
        if text and text != TICKED:
            yield place[0], text


def _point(text: str) -> str:
    found = parse(Kind.GEOPOINT, text, {}).text
    return show_point(found) if found else text
