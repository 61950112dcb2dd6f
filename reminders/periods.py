"""Reporting periods of periodic reports: which days a month's, a quarter's, a half year's, a year's figures cover.

Pure. Decree 09/2019/NĐ-CP, art. 12: the figures of a month's report run from the 15th of the month before to the 14th
of the month; of a quarter's, a half year's and a year's report from the 15th of the month before the period to the 14th
of its last month. So a year runs from 15/12 of the year before to 14/12.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Every = Literal["month", "quarter", "half", "year"]
MONTHS: Mapping[Every, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
FIRST_DAY, LAST_DAY = 15, 14


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The `number`-th period of its kind in `year`, from 1: the 3rd quarter of 2025.

    Raises ValueError for a number that no year has.
    """

    every: Every
    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12 // MONTHS[self.every]:
            raise ValueError(f"no year has a {self.every} {self.number}")

    @property
    def first(self) -> date:
        """The first day that its figures cover."""
        before = self.number * MONTHS[self.every] - MONTHS[self.every]
        return date(self.year, before, FIRST_DAY) if before else date(self.year - 1, 12, FIRST_DAY)

    @property
    def last(self) -> date:
        """The last day that its figures cover, on which they are closed."""
        return date(self.year, self.number * MONTHS[self.every], LAST_DAY)

    def next(self) -> "Period":
        return of(self.every, self.last + timedelta(days=1))


def of(every: Every, day: date) -> Period:
    """The period whose figures cover that day."""
    month = day.month if day.day <= LAST_DAY else day.month + 1
    year = day.year + (month > 12)
    return Period(every, year, ((month - 1) % 12) // MONTHS[every] + 1)


def following(last: Period, day: date, grace: int) -> Period:
    """The period to prepare next, seen from a day: the one after `last`.

    Those that closed more than `grace` days before are left out, not caught up: the series was paused then, or the
    service stood still.
    """
    return max(last.next(), of(last.every, day - timedelta(days=grace)))
