"""A year drawn as twelve months of weeks, from Monday to Sunday."""

import calendar as weeks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reminders.calendar import Calendar
from service import deadlinewords
from service.words import N_, _, day, weekday

WEEKDAYS = (N_("T2"), N_("T3"), N_("T4"), N_("T5"), N_("T6"), N_("T7"), N_("CN"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One day. `what` is off, makeup, weekend or work; `words` tell a marked day, "" for any other."""

    date: date
    what: str
    sure: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    weeks: Sequence[Sequence[Cell | None]]


def of_year(year: int, calendar: Calendar) -> list[Month]:
    return [
        Month(number, [[_cell(year, number, of_month, calendar) for of_month in week] for week in rows])
        for number in range(1, 13)
        for rows in [weeks.Calendar(weeks.MONDAY).monthdayscalendar(year, number)]
    ]


def _cell(year: int, month: int, of_month: int, calendar: Calendar) -> Cell | None:
    if not of_month:
        return None
    on = date(year, month, of_month)
    marked = calendar.marked(on)
    if marked is None:
        return Cell(on, "weekend" if on.weekday() > 4 else "work")
    kind = _("nghỉ") if marked.kind == "off" else _("làm bù")
    text = _("{weekday} {day}: {kind}, {name} ({status})")
    words = text.format(
        weekday=weekday(on), day=day(on), kind=kind, name=marked.name, status=deadlinewords.status(marked)
    )
    return Cell(on, marked.kind, marked.status == "decided", words)
