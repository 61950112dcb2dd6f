"""What the checks across units say about one unit's report: the same findings as the summary, gathered by unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.consolidate import Broken, Change, Fences, Outlier, Summary
from forms.schema import Question


@dataclass(frozen=True, slots=True)
class Doubt:
    """One finding about a unit's answer to `question`; `fences` with an outlier."""

    question: Question
    found: Outlier | Change | Broken
    fences: Fences | None = None


@dataclass(frozen=True, slots=True)
class Median:
    """The median of what `count` units of a kind answered to a question."""

    value: Decimal
    count: int


def by_unit(summary: Summary) -> Mapping[str, list[Doubt]]:
    """Sums that do not add up first, then the rest in the order of the form."""
    found: dict[str, list[Doubt]] = {}
    for broken in summary.broken:
        whole = summary.question(broken.tie.whole)
        if whole is not None:
            found.setdefault(broken.unit, []).append(Doubt(whole.question, broken))
    for one in summary.questions:
        for outlier in one.outliers:
            found.setdefault(outlier.unit, []).append(Doubt(one.question, outlier, one.fences))
        for change in one.changes:
            found.setdefault(change.unit, []).append(Doubt(one.question, change))
    return found


def medians(summary: Summary, kind: str) -> Mapping[str, Median]:
    """By question name, of the units of a kind."""
    found = {}
    for one in summary.questions:
        part = next((part for part in one.parts.get("kind", ()) if part.name == kind), None)
        if part is not None and part.numbers is not None:
            found[one.question.name] = Median(part.numbers.median, part.answered)
    return found
