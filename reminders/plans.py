"""Whole plans: the usual ones to choose from, and one that takes the place of another. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from reminders.calendar import Calendar, CalendarGap
from reminders.steps import AFTER, BEFORE, DEFAULT, FURTHER_UP, OWING, Audience, Problem, Step
from reminders.timeline import Moment, timeline, too_late

FIRM = 3  # so many days after the due date the text asks for a call


def _working(
    id_: str,
    offset: int,
    *,
    to: Audience = "official",
    every: int | None = None,
    times: int | None = None,
) -> Step:
    text = usual_text(offset, to)
    return Step(id_, offset, "working_day", time(8), OWING, to, text, every, times, approve=to in FURTHER_UP)


def usual_text(offset: int, to: str) -> str:
    """The text that fits a step by where it stands to the due date, and by who gets it."""
    if to != "official":
        return "leader_copy"
    if offset < 0:
        return "reminder_soon" if offset == -1 else "reminder_before"
    return "reminder_due" if offset == 0 else "reminder_after" if offset < FIRM else "reminder_again"


# By kind of campaign: the usual one; an urgent survey of a few days; a yearly report that is long in the making; one
# that nobody is to be reminded of.
USUAL: Mapping[str, tuple[Step, ...]] = {
    "usual": DEFAULT,
    "urgent": (
        _working("urgent-before1", -1),
        _working("urgent-due", 0),
        _working("urgent-after1", 1, every=2, times=3),
        _working("urgent-leader", 1, to="leader"),
        _working("urgent-chairman3", 3, to="chairman"),
    ),
    "yearly": (
        _working("yearly-before15", -15),
        _working("yearly-before7", -7),
        _working("yearly-before3", -3),
        _working("yearly-before1", -1),
        _working("yearly-due", 0),
        _working("yearly-after1", 1),
        _working("yearly-after3", 3, every=5, times=4),
        _working("yearly-leader3", 3, to="leader"),
        _working("yearly-chairman10", 10, to="chairman"),
    ),
    "none": (),
}


def is_usual(steps: Sequence[Step]) -> bool:
    """Whether nobody changed it, but for steps further up than the leader: a usual plan fits any campaign, and what
    comes after the closing is left out."""
    return any(_alike(steps, plan) for plan in USUAL.values())


def cut(steps: Iterable[Step], due_at: datetime, closes_at: datetime | None, calendar: Calendar) -> tuple[Step, ...]:
    """The steps that come before the closing, and before the due time that they remind of. Raises CalendarGap."""
    firsts = [timeline([step], due_at, calendar)[0] for step in steps]
    return tuple(
        first.step for first in firsts if (closes_at is None or first.at <= closes_at) and not too_late(first, due_at)
    )


def revised(before: Sequence[Step], wanted: Sequence[Step], prefix: str, since: datetime | None) -> tuple[Step, ...]:
    """The plan `wanted` in the place of `before`.

    A step that stands as it stood keeps its id, so that what went out for it stays known. Any other is a new step:
    its id begins with `prefix`, which no step of the campaign ever had, and it goes `since` then. Who is to approve
    may change without that.
    """
    left = list(before)
    found = []
    for number, step in enumerate(wanted, start=1):
        same = next((old for old in left if _settings(old) == _settings(step)), None)
        if same is not None:
            left.remove(same)
            found.append(replace(same, approver=step.approver))
        else:
            found.append(replace(step, id=f"{prefix}-{number}", since=since))
    return tuple(found)


def faults(
    steps: Sequence[Step], due_at: datetime, closes_at: datetime | None, calendar: Calendar, now: datetime | None = None
) -> tuple[Problem, ...]:
    """What keeps a plan that people set from doing what they mean.

    Codes: outside_hours, step_after_closing, after_due, calendar_gap, same (day, people, states as an earlier step: a
    mailbox gets one reminder a day), text (does not fit its place: "overdue" before the due date), leader_text (a
    leader gets no text with the edit link), leader_early (nothing is overdue yet), past (`now` given: a new step that
    only had moments before).
    """
    problems: list[Problem] = []
    firsts: list[Moment | None] = []
    for number, step in enumerate(steps, start=1):
        if not calendar.office.holds(step.at):
            problems.append(Problem("outside_hours", number, "at"))
        problems += _unfit(number, step)
        try:
            moments = timeline([step], due_at, calendar)
        except CalendarGap:
            problems.append(Problem("calendar_gap", number, "offset"))
            firsts.append(None)
            continue
        first = moments[0]
        if closes_at is not None and first.at > closes_at:
            problems.append(Problem("step_after_closing", number, "offset"))
        elif too_late(first, due_at):
            problems.append(Problem("after_due", number, "at"))
        elif now is not None and step.since == now and moments[-1].at <= now:
            problems.append(Problem("past", number, "offset"))
        if any(one is not None and _meet(one, first) for one in firsts):
            problems.append(Problem("same", number, "offset"))
        firsts.append(first)
    return tuple(problems)


def _unfit(number: int, step: Step) -> list[Problem]:
    if step.to != "official":
        if step.offset <= 0:
            return [Problem("leader_early", number, "to")]
        return [] if step.text == "leader_copy" else [Problem("leader_text", number, "text")]
    # A text that only says when it is due can be sent at any time.
    side = BEFORE if step.offset < 0 else AFTER if step.offset > 0 else frozenset({"reminder_due"})
    return [] if step.text in side | {"reminder_before"} else [Problem("text", number, "text")]


def _meet(one: Moment, other: Moment) -> bool:
    same_people = one.step.to == other.step.to and bool(one.step.states & other.step.states)
    return same_people and one.at.date() == other.at.date()


def _settings(step: Step) -> Step:
    return replace(step, id="", since=None, approver=None)


def _alike(steps: Sequence[Step], others: Sequence[Step]) -> bool:
    one, other = (Counter(_settings(step) for step in some if step.to not in FURTHER_UP) for some in (steps, others))
    return one == other
