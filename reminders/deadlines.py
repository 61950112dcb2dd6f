"""How a deadline came about, day by day: what was counted, what was not, and why. Pure: codes, never sentences.

The end is the calendar's own; here the days on the way to it are named, so that nobody has to take it on trust.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

from reminders.calendar import Calendar, Day

Kind = Literal["day", "working_day"]
Why = Literal["start", "counted", "makeup", "half", "weekend", "off", "rolled"]
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """Days that follow each other and count alike.

    why: start (the day of the event, not counted), counted, makeup (a make-up day, counted), half (only its morning
    counts), weekend and off (not counted, or not a day to end on), rolled (the working day on which days end that
    would have ended on a free one). number: the count at the end of `last`, None where nothing was counted. day: the
    row of the table behind makeup and off.
    """

    first: date
    last: date
    why: Why
    number: Decimal | None = None
    day: Day | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A deadline with its reasons. `start` and `end` are aware, in the office's zone; runs are in order of days."""

    start: datetime
    days: Decimal
    kind: Kind
    end: datetime
    runs: tuple[Run, ...]


def explain(calendar: Calendar, start: datetime, days: Decimal, kind: Kind) -> Explained:
    """The end of `days` of `kind` after `start`, and how it was counted.

    Raises ValueError for a number of days that does not exist (halves of plain days), CalendarGap.
    """
    begun = calendar.local(start)
    if kind == "working_day":
        end = calendar.working_days_after(begun, days)
        runs = _working_days(calendar, begun.date(), end.date(), days)
    else:
        if days != int(days):
            raise ValueError("only working days have halves")
        end = calendar.days_after(begun, int(days))
        runs = _plain_days(calendar, begun.date(), end.date(), int(days))
    return Explained(begun, days, kind, end, tuple(_joined(runs)))


def _working_days(calendar: Calendar, start: date, end: date, days: Decimal) -> Iterator[Run]:
    yield Run(start, start, "start")
    count = Decimal(0)
    for day in _after(start, end):
        if not calendar.is_working(day):
            yield _free(calendar, day)
            continue
        count += min(Decimal(1), days - count)
        marked = calendar.marked(day)
        why: Why = "half" if count != int(count) else "makeup" if marked else "counted"
        yield Run(day, day, why, count, marked)


def _plain_days(calendar: Calendar, start: date, end: date, days: int) -> Iterator[Run]:
    yield Run(start, start, "start")
    last = start + timedelta(days=days)
    yield Run(start + _ONE, last, "counted", Decimal(days))
    if last == end:
        return
    for day in _after(last - _ONE, end - _ONE):
        yield _free(calendar, day)
    yield Run(end, end, "rolled", day=calendar.marked(end))


def _free(calendar: Calendar, day: date) -> Run:
    marked = calendar.marked(day)
    return Run(day, day, "off" if marked else "weekend", day=marked)


def _after(start: date, end: date) -> Iterator[date]:
    while start < end:
        start += _ONE
        yield start


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    """Runs of one kind that follow each other as one; days of the table keep a run of their own."""
    open_run: Run | None = None
    for run in runs:
        if open_run and run.why == open_run.why in ("counted", "weekend") and run.first - open_run.last == _ONE:
            open_run = replace(open_run, last=run.last, number=run.number)
            continue
        if open_run:
            yield open_run
        open_run = run
    if open_run:
        yield open_run


def to_json(explained: Explained) -> dict[str, object]:
    """As plain values; `from_json` reads them back to the same value."""
    return {
        "start": explained.start.isoformat(),
        "days": str(explained.days),
        "kind": explained.kind,
        "end": explained.end.isoformat(),
        "runs": [
            {
                "first": run.first.isoformat(),
                "last": run.last.isoformat(),
                "why": run.why,
                "number": None if run.number is None else str(run.number),
                "day": run.day and {**_plain(run.day), "date": run.day.date.isoformat()},
            }
            for run in explained.runs
        ],
    }


def _plain(day: Day) -> dict[str, str]:
    return {"kind": day.kind, "name": day.name, "status": day.status, "source": day.source}


def from_json(data: Mapping[str, Any], zone: tzinfo) -> Explained:
    """What `to_json` gave, its moments again in the office's zone."""
    runs = []
    for run in data["runs"]:
        day = run["day"] and Day(**{**run["day"], "date": date.fromisoformat(run["day"]["date"])})
        number = None if run["number"] is None else Decimal(run["number"])
        runs.append(Run(date.fromisoformat(run["first"]), date.fromisoformat(run["last"]), run["why"], number, day))
    start, end = (datetime.fromisoformat(data[name]).astimezone(zone) for name in ("start", "end"))
    return Explained(start, Decimal(data["days"]), data["kind"], end, tuple(runs))
