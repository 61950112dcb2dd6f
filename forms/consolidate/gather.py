"""Many units' nested answers -> the values of each question, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from forms.schema import ROW_ID, Form, Group, Item, Question

MAX_NUMBER = Decimal(10) ** 18

Place = tuple[str, ...]  # the unit, then the rows it stands in
Rows = Iterable[tuple[str, Mapping[str, object]]]


@dataclass(slots=True)
class Gathered:
    """Values of all questions; a value's place (unit, row ids) pairs the terms of ratios.

    `asked` are the places at which a question was relevant; of a repeat: (asked, units with rows, rows).
    """

    units: list[str] = field(default_factory=list)
    asked: dict[str, list[Place]] = field(default_factory=dict)
    values: dict[str, dict[Place, object]] = field(default_factory=dict)
    repeats: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _numbers: dict[str, dict[Place, Decimal]] = field(default_factory=dict)

    def numbers(self, name: str) -> Mapping[Place, Decimal]:
        """The numbers among a question's values."""
        found = self._numbers.get(name)
        if found is None:
            values = self.values.get(name, {})
            read = ((place, number_of(value)) for place, value in values.items())
            found = self._numbers[name] = {place: number for place, number in read if number is not None}
        return found


def gather(form: Form, rows: Rows) -> Gathered:
    """The values of `rows` of (unit code, nested answers), one a unit. What has another shape is left out."""
    gathered = Gathered()
    for unit, answers in rows:
        gathered.units.append(unit)
        _gather(form.items, answers, (unit,), gathered)
    return gathered


def _gather(items: tuple[Item, ...], answers: Mapping[str, object], place: Place, into: Gathered) -> None:
    for item in items:
        name = item.name
        if name not in answers:
            continue
        value = answers[name]
        if isinstance(item, Question):
            into.asked.setdefault(name, []).append(place)
            if value not in (None, "", []):
                into.values.setdefault(name, {})[place] = value
        elif isinstance(item, Group):
            if isinstance(value, Mapping):
                _gather(item.items, value, place, into)
        elif isinstance(value, list):
            rows = [row for row in value if isinstance(row, Mapping)]
            asked, units, count = into.repeats.get(name, (0, 0, 0))
            into.repeats[name] = (asked + 1, units + bool(rows), count + len(rows))
            for number, row in enumerate(rows):
                _gather(item.items, row, (*place, f"{number}:{row.get(ROW_ID)}"), into)


def number_of(value: object) -> Decimal | None:
    """The exact number that an answer says, None when it says none that can be added up."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < MAX_NUMBER else None
