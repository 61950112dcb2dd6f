"""Working days, half days, holidays and make-up days. Pure.

A year is known when the table has at least one day of it; asking about another year raises
CalendarGap, never a guess. Ends are inclusive and whole seconds: the end of a day (24:00 in law) is
23:59:59, so a moment is compared with an end after its fraction of a second is cut off.
Counting: Civil Code 2015, art. 147 (the day of the event is not counted) and 148 (a period that ends
on a free day ends with the next working day).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

HALF = Decimal("0.5")
END_OF_DAY = time(23, 59, 59)
_ONE = timedelta(days=1)
_KINDS: dict[str, Literal["off", "makeup"]] = {"nghi": "off", "lam_bu": "makeup"}
_FIXED = (("new_year", 1, 1), ("reunification", 4, 30), ("labour", 5, 1), ("national", 9, 2))
_STATUSES: dict[str, Literal["decided", "estimate", "unconfirmed"]] = {
    "quyet_dinh": "decided",
    "du_kien": "estimate",
    "can_xac_minh": "unconfirmed",
}


class CalendarGap(LookupError):
    """No holiday table for `year`."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no holiday table for {year}")
        self.year = year


@dataclass(frozen=True, slots=True)
class Office:
    """Office hours, local times in `zone`; each half is (opens, closes), both inclusive."""

    morning: tuple[time, time] = (time(7, 30), time(11, 30))
    afternoon: tuple[time, time] = (time(13, 30), time(17, 0))
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Ho_Chi_Minh"))

    def __post_init__(self) -> None:
        edges = [*self.morning, *self.afternoon]
        if any(a >= b for a, b in pairwise(edges)):
            raise ValueError("office hours must run forward: morning, then afternoon")

    @classmethod
    def of(cls, text: str) -> "Office":
        """The hours in "07:30-11:30, 13:30-17:00", as `__str__` writes them. Raises ValueError."""
        halves = [half.split("-") for half in text.split(",")]
        if len(halves) != 2 or any(len(half) != 2 for half in halves):
            raise ValueError("office hours are two spans of time")
        edges = [datetime.strptime(edge.strip(), "%H:%M").time() for half in halves for edge in half]  # noqa: DTZ007
        return cls((edges[0], edges[1]), (edges[2], edges[3]))

    def __str__(self) -> str:
        return ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in (self.morning, self.afternoon))

    def clamp(self, at: time) -> time:
        """The time of `at`, or the nearest office time that day: the midday break ends it forward."""
        if at < self.morning[0]:
            return self.morning[0]
        if self.morning[1] < at < self.afternoon[0]:
            return self.afternoon[0]
        return min(at, self.afternoon[1])

    def holds(self, at: time) -> bool:
        """Is `at` (its fraction of a second cut off) inside the hours?"""
        at = at.replace(microsecond=0, tzinfo=None)
        return self.morning[0] <= at <= self.morning[1] or self.afternoon[0] <= at <= self.afternoon[1]


@dataclass(frozen=True, slots=True)
class Day:
    """A holiday ("off") or a make-up working day ("makeup"), and how sure it is."""

    date: date
    kind: Literal["off", "makeup"]
    name: str = ""
    status: Literal["decided", "estimate", "unconfirmed"] = "decided"
    source: str = ""


class Calendar:
    """The working days of the years that `days` covers. Raises ValueError when a date stands twice."""

    __slots__ = ("_days", "_years", "office")

    def __init__(self, days: Iterable[Day], office: Office | None = None) -> None:
        self.office = office or Office()
        self._days: dict[date, Day] = {}
        for day in days:
            if day.date in self._days:
                raise ValueError(f"{day.date} stands twice in the calendar")
            self._days[day.date] = day
        self._years = frozenset(day.year for day in self._days)

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted(self._years))

    def local(self, at: datetime) -> datetime:
        """`at` in the office's zone. Raises ValueError when it is naive."""
        if at.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return at.astimezone(self.office.zone)

    def at(self, day: date, clock: time) -> datetime:
        """That time of that day in the office's zone."""
        return datetime.combine(day, clock, self.office.zone)

    def marked(self, day: date) -> Day | None:
        """The row of the table about that day, None when it is as its weekday says."""
        return self._days.get(day)

    def lacks(self, year: int) -> tuple[str, ...]:
        """Codes of the public holidays that the table does not give `year`: it cannot be whole then.

        new_year (1/1), tet (five days at least between 20/1 and 29/2), reunification (30/4), labour (1/5), national
        (2/9). Labour Code 2019, art. 112; Hùng Kings' day moves with the moon and is left out.
        """
        off = [d.date for d in self._days.values() if d.date.year == year and d.kind == "off"]
        missing = [code for code, month, day in _FIXED if date(year, month, day) not in off]
        if sum((1, 20) <= (d.month, d.day) <= (2, 29) for d in off) < 5:
            missing.append("tet")
        return tuple(missing)

    def is_working(self, day: date) -> bool:
        if day.year not in self._years:
            raise CalendarGap(day.year)
        marked = self._days.get(day)
        return marked.kind == "makeup" if marked else day.weekday() < 5

    def next_working(self, day: date) -> date:
        """The first working day after `day`."""
        day += _ONE
        while not self.is_working(day):
            day += _ONE
        return day

    def previous_working(self, day: date) -> date:
        """The last working day before `day`."""
        day -= _ONE
        while not self.is_working(day):
            day -= _ONE
        return day

    def shift(self, day: date, working_days: int) -> date:
        """`working_days` working days after `day` (before, when negative); 0 is `day` itself."""
        for _ in range(abs(working_days)):
            day = self.next_working(day) if working_days > 0 else self.previous_working(day)
        return day

    def days_after(self, start: datetime, days: int) -> datetime:
        """End of the `days`-th day after the day of `start`: 23:59:59 local.

        On a free day it moves to the end of the next working day. Raises ValueError below 1 day,
        CalendarGap. Civil Code 2015, art. 147-148.
        """
        if days < 1:
            raise ValueError("a period has at least one day")
        last = self.local(start).date() + timedelta(days=days)
        if not self.is_working(last):
            last = self.next_working(last)
        return self.at(last, END_OF_DAY)

    def working_days_after(self, start: datetime, days: Decimal) -> datetime:
        """Close of office hours of the `days`-th working day after the day of `start`.

        Halves are allowed: 2.5 ends at the close of the third working day's morning. Raises
        ValueError unless `days` is a positive multiple of 0.5; CalendarGap.
        """
        if not days.is_finite() or days <= 0 or days % HALF:
            raise ValueError("working days come in halves, at least one")
        whole = int(days)
        last = self.shift(self.local(start).date(), whole)
        if days == whole:
            return self.at(last, self.office.afternoon[1])
        return self.at(self.next_working(last), self.office.morning[1])

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is before `start`.

        For "còn 2 ngày làm việc": from Wednesday to Friday is 2. Moments are taken by local date.
        """
        first, last = self._date(start), self._date(end)
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working(day) for day in _days(first + _ONE, last))

    def uncertain(self, start: date, end: date) -> tuple[Day, ...]:
        """The days from `start` to `end`, both counted, that are an estimate or to be confirmed."""
        first, last = self._date(start), self._date(end)
        found = (d for d in self._days.values() if first <= d.date <= last and d.status != "decided")
        return tuple(sorted(found, key=lambda day: day.date))

    def in_office_hours(self, at: datetime) -> bool:
        local = self.local(at)
        return self.is_working(local.date()) and self.office.holds(local.time())

    def next_office_moment(self, at: datetime) -> datetime:
        """`at` itself when in office hours, else the next opening; in the office's zone."""
        local = self.local(at)
        if self.is_working(local.date()):
            if self.office.holds(local.time()):
                return local
            for opens, _ in (self.office.morning, self.office.afternoon):
                if local.time() < opens:
                    return self.at(local.date(), opens)
        return self.at(self.next_working(local.date()), self.office.morning[0])

    def last_office_moment(self, at: datetime) -> datetime:
        """`at` itself when in office hours, else the close before it; in the office's zone."""
        local = self.local(at)
        if self.is_working(local.date()):
            if self.office.holds(local.time()):
                return local
            for _, closes in (self.office.afternoon, self.office.morning):
                if local.time() > closes:
                    return self.at(local.date(), closes)
        return self.at(self.previous_working(local.date()), self.office.afternoon[1])

    def _date(self, value: date) -> date:
        return self.local(value).date() if isinstance(value, datetime) else value


def from_rows(rows: Iterable[Mapping[str, str]], office: Office | None = None) -> Calendar:
    """A calendar from rows with `date` (ISO), `type` (nghi, lam_bu), `name`, `source`, `status`
    (quyet_dinh, du_kien, can_xac_minh). Raises ValueError that names the row (first is 1)."""
    days = []
    for number, row in enumerate(rows, start=1):
        try:
            days.append(
                Day(
                    date=date.fromisoformat(row["date"].strip()),
                    kind=_KINDS[row["type"].strip()],
                    name=row.get("name", ""),
                    status=_STATUSES[row["status"].strip()],
                    source=row.get("source", ""),
                )
            )
        except (KeyError, ValueError) as error:
            raise ValueError(f"calendar row {number}: {error}") from error
    return Calendar(days, office)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _ONE
