"""What a summary is made of: frozen values, every number in them exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from forms.consolidate.alike import Alike
from forms.consolidate.doubts import Broken, Change, Fences, Outlier
from forms.schema import Question, Repeat


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of the numbers given: sum, mean, median, quartiles, least and greatest, exact (the mean to 28 digits).

    A quartile stands at a quarter of the way through the sorted numbers, in proportion between the two it falls
    between: Hyndman and Fan's seventh definition, which is Excel's QUARTILE.INC and LibreOffice's QUARTILE.
    """

    total: Decimal
    mean: Decimal
    median: Decimal
    minimum: Decimal
    maximum: Decimal
    q1: Decimal
    q3: Decimal


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
class Part:
    """One question over some of the units, those of a kind or of a group (`name`, as the grouping calls it)."""

    name: str
    asked: int
    answered: int
    numbers: Numbers | None = None
    distribution: tuple[ChoiceCount, ...] = ()
    ratio: Ratio | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """The same question in an earlier period: `whole` over all that answered then.

    `both` units answered in both periods; their sums of then and now can be compared, those of all cannot where other
    units answered. They are of numbers outside repeats, else `both` is 0.
    """

    whole: Part
    both: int = 0
    both_before: Decimal = Decimal(0)
    both_now: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """One question over all units; in a repeat, over all rows.

    `asked` counts those to whom it was relevant, `answered` those who gave a value. `numbers` is
    None for what is no number or was never answered, and for a ratio, whose mean would mislead.
    `distribution` has every choice in list order, zeros too; `places` those of a rank, the most
    wanted first. `texts` are (unit code, text): words, codes, and points as people read them; `alike` the groups of
    those that are opinions. `shares` are ratios to the wholes that its own checks name (`. <= ${e_recv}`).
    `parts` are by the name of the grouping. `lowest` and `highest` are the units that gave the least and the greatest
    number. `fences` and `outliers`: see doubts.
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
    shares: tuple[Ratio, ...] = ()
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    before: Before | None = None
    lowest: tuple[str, ...] = ()
    highest: tuple[str, ...] = ()
    fences: Fences | None = None
    outliers: tuple[Outlier, ...] = ()
    changes: tuple[Change, ...] = ()
    alike: tuple[Alike, ...] = ()


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
    broken: tuple[Broken, ...] = ()

    def question(self, name: str) -> QuestionSummary | None:
        return next((found for found in self.questions if found.question.name == name), None)
