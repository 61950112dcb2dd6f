"""The values of one question -> its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, localcontext
from statistics import median

from forms.consolidate.doubts import quartile
from forms.consolidate.figures import ChoiceCount, Numbers, Part, Placed, Ratio
from forms.consolidate.gather import Gathered, Place
from forms.schema import LISTED, NUMBERS, SELECTS, TICKED, Form, Kind, Question
from forms.shown import show_point
from forms.values import parse

_LISTED_TEXTS = frozenset({Kind.TEXT, Kind.BARCODE, Kind.GEOPOINT})
_DIGITS = 60  # of 10^18 in all units together, with the 15 decimals that a stored number may have


def how(question: Question) -> str:
    return question.consolidate.how if question.consolidate else ""


def counts(question: Question) -> bool:
    """Whether the question's values are numbers to be added up or compared."""
    return question.kind in NUMBERS or how(question) in ("sum", "mean", "ratio")


def free_text(question: Question) -> bool:
    """Free words, codes and points are listed; who signed and which unit it was (bound questions) are not."""
    return how(question) == "list" or (question.kind in _LISTED_TEXTS and question.bind is None)


def total_of(numbers: Iterable[Decimal]) -> Decimal:
    with localcontext(prec=_DIGITS):
        return sum(numbers, Decimal(0))


def numbers(question: Question, gathered: Iterable[Decimal]) -> Numbers | None:
    """None for a ratio, whose mean would mislead, and where there is none."""
    ordered = sorted(gathered) if counts(question) and how(question) != "ratio" else []
    if not ordered:
        return None
    total = total_of(ordered)
    return Numbers(
        total=total,
        mean=total / len(ordered),
        median=median(ordered),
        minimum=ordered[0],
        maximum=ordered[-1],
        q1=quartile(ordered, 1),
        q3=quartile(ordered, 3),
    )


def distribution(form: Form, question: Question, values: Iterable[object]) -> tuple[ChoiceCount, ...]:
    """Of a select, every choice in list order, zeros too; of anything else, nothing."""
    if question.kind not in SELECTS:
        return ()
    counted: dict[str, int] = {choice.name: 0 for choice in form.choices(question)}
    for value in values:
        for name in value if isinstance(value, list) else [value]:
            counted[str(name)] = counted.get(str(name), 0) + 1
    return tuple(ChoiceCount(name, label(form, question, name), count) for name, count in counted.items())


def places(form: Form, question: Question, values: Iterable[object]) -> tuple[Placed, ...]:
    """Of a rank: by mean place, then in list order; choices that nobody placed last."""
    if question.kind is not Kind.RANK:
        return ()
    held: dict[str, list[int]] = {choice.name: [] for choice in form.choices(question)}
    for value in values:
        for place, name in enumerate(value if isinstance(value, list) else [value], 1):
            held.setdefault(str(name), []).append(place)
    found = [
        Placed(
            name,
            label(form, question, name),
            len(given),
            given.count(1),
            Decimal(sum(given)) / len(given) if given else None,
        )
        for name, given in held.items()
    ]
    return tuple(sorted(found, key=lambda placed: (placed.mean is None, placed.mean or 0)))


def label(form: Form, question: Question, name: str) -> str | None:
    choice = form.choice(question, name)
    return choice.label if choice else None


def terms(form: Form, question: Question) -> tuple[Question, Question] | None:
    """The two questions of the ratio that the form asks for."""
    found = question.consolidate
    if found is None or found.numerator is None or found.denominator is None:
        return None
    above, below = form.question(found.numerator), form.question(found.denominator)
    return None if above is None or below is None else (above, below)


def ratio(above: Question, below: Question, gathered: Gathered, among: Iterable[Place] | None = None) -> Ratio:
    """The sum of one question over that of another, of those places (all without `among`) that have both."""
    upper, lower = gathered.numbers(above.name), gathered.numbers(below.name)
    pairs = [(upper[place], lower[place]) for place in (upper if among is None else among) if place in lower]
    top, bottom = (total_of(pair[term] for pair in pairs) for term in (0, 1))
    return Ratio(above, below, top, bottom, len(pairs), top / bottom if bottom else None)


def part(form: Form, question: Question, gathered: Gathered) -> Part:
    """The question over all units."""
    (found,) = parts(form, question, gathered, {}, ("",))
    return found


def parts(
    form: Form, question: Question, gathered: Gathered, of: Mapping[str, str], names: Iterable[str]
) -> tuple[Part, ...]:
    """The question over the units of each of the parts `names`; `of` says by unit which it is in, else it is ""."""
    values, known = gathered.values.get(question.name, {}), gathered.numbers(question.name) if counts(question) else {}
    asked, answered = _sorted(gathered.asked.get(question.name, ()), of), _sorted(values, of)
    named = terms(form, question)
    upper = _sorted(gathered.numbers(named[0].name), of) if named else {}
    return tuple(
        Part(
            name=name,
            asked=len(asked.get(name, ())),
            answered=len(theirs := answered.get(name, ())),
            numbers=numbers(question, [known[place] for place in theirs if place in known]),
            distribution=distribution(form, question, [values[place] for place in theirs]),
            ratio=ratio(*named, gathered, upper.get(name, ())) if named else None,
        )
        for name in names
    )


def _sorted(places: Iterable[Place], of: Mapping[str, str]) -> Mapping[str, list[Place]]:
    """The places by the part that their unit is in."""
    if not of:
        return {"": list(places)}
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(of.get(place[0], ""), []).append(place)
    return found


def texts(form: Form, question: Question, values: Mapping[Place, object]) -> Iterator[tuple[str, str]]:
    """(unit code, text) of what is listed word by word; points as people read them."""
    if not free_text(question):
        return
    for place, value in values.items():
        names = [str(part) for part in value] if isinstance(value, list) else [str(value)]
        if question.kind in LISTED:
            names = [label(form, question, name) or name for name in names]
        text = _point(names[0]) if question.kind is Kind.GEOPOINT and names else ", ".join(names)
        if text and text != TICKED:
            yield place[0], text


def _point(text: str) -> str:
    found = parse(Kind.GEOPOINT, text, {}).text
    return show_point(found) if found else text
