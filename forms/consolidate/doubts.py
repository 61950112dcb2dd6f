"""What a person should look at again: values far from the others, sums that do not add up, large changes.

Nothing here says that an answer is wrong; each doubt carries the figures it comes from, so that it can be explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from forms.consolidate.gather import Gathered, Place
from forms.consolidate.sums import Tie, ties_of
from forms.schema import Form, Kind, Question

LEAST = 8  # numbers, below which quartiles say too little to call one of them far off
REACH = Decimal("1.5")  # Tukey: quartiles and one and a half times the distance between them
USUAL_CHANGE = Decimal(50)  # percent, where the form does not say by itself; then of counts at least
USUAL_LEAST = Decimal(10)  # of difference: from one to two is twice as many, and nothing to look at
SAME_KIND = 3  # units of a kind, below which its median says nothing


@dataclass(frozen=True, slots=True)
class Fences:
    """Tukey's fences around `count` numbers: `low` is q1 - 1.5 x (q3 - q1), `high` q3 + 1.5 x (q3 - q1)."""

    q1: Decimal
    q3: Decimal
    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A value outside the fences. `median` is that of the `peers` units of its `kind` ("" and of all that answered
    where the kind has too few)."""

    unit: str
    value: Decimal
    kind: str
    median: Decimal
    peers: int


@dataclass(frozen=True, slots=True)
class Change:
    """A unit's number now and in the earlier period; beyond `percent` of it."""

    unit: str
    before: Decimal
    now: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Broken:
    """A tie of the form that a unit's stored numbers do not keep. `whole` None: it is missing while parts are given."""

    unit: str
    tie: Tie
    parts: tuple[Decimal, ...]
    whole: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """The parts together less the whole."""
        return None if self.whole is None else sum(self.parts, Decimal(0)) - self.whole


def quartile(ordered: Sequence[Decimal], quarters: int) -> Decimal:
    """The first (1) or third (3) quartile of sorted numbers; see figures.Numbers for the definition."""
    whole, rest = divmod((len(ordered) - 1) * quarters, 4)
    low = ordered[whole]
    return low + (ordered[whole + 1] - low) * rest / 4 if rest else low


def fences(numbers: Iterable[Decimal]) -> Fences | None:
    """None where the numbers are too few, or half of them the same, so that every other one would stand out."""
    ordered = sorted(numbers)
    if len(ordered) < LEAST:
        return None
    q1, q3 = quartile(ordered, 1), quartile(ordered, 3)
    reach = REACH * (q3 - q1)
    return Fences(q1, q3, q1 - reach, q3 + reach, len(ordered)) if reach else None


def outliers(numbers: Mapping[Place, Decimal], found: Fences | None, kinds: Mapping[str, str]) -> Iterator[Outlier]:
    """The values outside the fences, the farthest from them first; `kinds` by unit."""
    if found is None:
        return
    outside = [(place[0], value) for place, value in numbers.items() if not found.low <= value <= found.high]
    outside.sort(key=lambda pair: (-max(found.low - pair[1], pair[1] - found.high), pair[0]))
    by_kind: dict[str, list[Decimal]] = {}
    for place, value in numbers.items() if outside else ():
        by_kind.setdefault(kinds.get(place[0], ""), []).append(value)
    for unit, value in outside:
        kind = kinds.get(unit, "")
        peers = by_kind[kind]
        if len(peers) < SAME_KIND:
            kind, peers = "", list(numbers.values())
        yield Outlier(unit, value, kind, median(peers), len(peers))


def changes(question: Question, now: Mapping[Place, Decimal], before: Mapping[Place, Decimal]) -> Iterator[Change]:
    """What changed since an earlier period by more than the form allows (`explain > 30%`), else by more than half, and
    counts then by at least USUAL_LEAST.

    From nothing to anything is beyond. The largest difference comes first.
    """
    said = question.previous.percent if question.previous else None
    percent = USUAL_CHANGE if said is None else said
    least = USUAL_LEAST if said is None and question.kind is Kind.INTEGER else Decimal(0)
    found = [
        Change(place[0], before[place], value, percent)
        for place, value in now.items()
        if place in before and _beyond(abs(value - before[place]), abs(before[place]), percent, least)
    ]
    yield from sorted(found, key=lambda change: (-abs(change.now - change.before), change.unit))


def _beyond(difference: Decimal, before: Decimal, percent: Decimal, least: Decimal) -> bool:
    return difference * 100 > percent * before and difference >= least


def broken(form: Form, gathered: Gathered) -> Iterator[Broken]:
    """The ties that stored numbers do not keep, in the order of the form, then of the units."""
    for tie in ties_of(form):
        terms = [gathered.numbers(name) for name in tie.parts]
        whole = gathered.numbers(tie.whole)
        for place in sorted(frozenset(terms[0]).intersection(*terms[1:])):
            parts = tuple(term[place] for term in terms)
            total = whole.get(place)
            if _breaks(tie, parts, total):
                yield Broken(place[0], tie, parts, total)


def _breaks(tie: Tie, parts: Sequence[Decimal], whole: Decimal | None) -> bool:
    if whole is None:
        return any(parts)
    total = sum(parts, Decimal(0))
    return total != whole if tie.equal else total > whole
