"""When the steps of a plan really fall for a due time. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminders.calendar import Calendar, CalendarGap
from reminders.steps import Problem, Step


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step falls. occurrence: 0 is the step itself, 1 its first repetition. offset: days from the
    due date of this occurrence, in the step's unit."""

    at: datetime
    step: Step
    occurrence: int
    offset: int


def timeline(steps: Iterable[Step], due_at: datetime, calendar: Calendar) -> tuple[Moment, ...]:
    """When the steps and their repetitions fall for a due time, earliest first.

    A step at or before the due date that falls on a free day moves to the working day before, one
    after it to the next; its time of day moves into office hours. Raises CalendarGap.
    """
    found = [moment for step in steps for moment in _moments(step, due_at, calendar)]
    return tuple(sorted(found, key=_order))


def known_moments(steps: Iterable[Step], due_at: datetime, calendar: Calendar) -> tuple[tuple[Moment, ...], bool]:
    """As timeline, up to the end of the holiday table; and whether that cut some off."""
    found: list[Moment] = []
    cut = False
    for step in steps:
        try:
            for moment in _moments(step, due_at, calendar):
                found.append(moment)
        except CalendarGap:
            cut = True
    return tuple(sorted(found, key=_order)), cut


def check(
    steps: Sequence[Step], due_at: datetime, closes_at: datetime | None, calendar: Calendar
) -> tuple[Problem, ...]:
    """What is unwise about a plan for this due time; nothing is raised.

    Codes: outside_hours (its time is not in office hours and will be moved), step_after_closing (its
    first moment comes after the campaign closes: it never goes), after_due (it reminds of a due time that is over
    by then: neither), calendar_gap.
    """
    problems = []
    for number, step in enumerate(steps, start=1):
        if not calendar.office.holds(step.at):
            problems.append(Problem("outside_hours", number, "at"))
        try:
            first = next(_moments(step, due_at, calendar))
        except CalendarGap:
            problems.append(Problem("calendar_gap", number, "offset"))
            continue
        if closes_at is not None and first.at > closes_at:
            problems.append(Problem("step_after_closing", number, "offset"))
        elif too_late(first, due_at):
            problems.append(Problem("after_due", number, "at"))
    return tuple(problems)


def too_late(moment: Moment, due_at: datetime) -> bool:
    """Whether it is to remind of the due time before or on its day, but comes after it: it means nothing then."""
    return moment.offset <= 0 and moment.at > due_at


def _moments(step: Step, due_at: datetime, calendar: Calendar) -> Iterator[Moment]:
    start = calendar.local(due_at).date()
    clock = calendar.office.clamp(step.at)
    for occurrence in range(1 + (step.times or 0)):
        offset = step.offset + occurrence * (step.every or 0)
        yield Moment(calendar.at(_day(start, offset, step, calendar), clock), step, occurrence, offset)


def _day(start: date, offset: int, step: Step, calendar: Calendar) -> date:
    day = calendar.shift(start, offset) if step.unit == "working_day" else start + timedelta(days=offset)
    if calendar.is_working(day):
        return day
    return calendar.previous_working(day) if offset <= 0 else calendar.next_working(day)


def _order(moment: Moment) -> tuple[datetime, int, int]:
    return moment.at, moment.offset, moment.occurrence
