"""Which running campaigns a change of the calendar touches: due times, reminders, corrections. Moves none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reminders import steps, timeline
from reminders.calendar import Calendar, CalendarGap
from reminders.timeline import Moment
from service import life
from service.flow import deadlines, planning
from service.models import Campaign, Event, Invitation


@dataclass(frozen=True, slots=True)
class Touched:
    """A campaign that would come out otherwise if it were reckoned today.

    `due_now`: what its due time would be by the new calendar (None: it cannot be reckoned), where that changes; the
    frozen one stays. `free_day`: a fixed due date that would fall on a free day. `moved`: reminders still to come, as
    (before, after), None where one has no moment; these do follow the calendar. `set_anew`: how many extensions and
    correction times span another number of working days; they stay as well.
    """

    campaign: Campaign
    due_changes: bool
    due_now: datetime | None
    free_day: bool
    moved: Sequence[tuple[datetime | None, datetime | None]]
    set_anew: int


async def campaigns(before: Calendar, after: Calendar, now: datetime) -> Sequence[Touched]:
    """The published campaigns, not closed yet, that differ between two calendars."""
    found = []
    for campaign in await Campaign.filter(published_at__not_isnull=True).order_by("id"):
        if campaign.closes_at is not None and life.over(campaign.closes_at, now):
            continue
        one = await _campaign(campaign, before, after, now)
        if one.due_changes or one.free_day or one.moved or one.set_anew:
            found.append(one)
    return found


async def _campaign(campaign: Campaign, before: Calendar, after: Calendar, now: datetime) -> Touched:
    due_before, due_after = (_due(campaign, calendar) for calendar in (before, after))
    owing = Invitation.filter(campaign=campaign).exclude(state__in=list(planning.OWES_NOT))
    ends = {row.due_at for row in await owing.only("id", "due_at")}
    plan = steps.from_json(campaign.reminders)
    moved = [pair for end in sorted(ends) for pair in _moved(plan, end, campaign, before, after, now)]
    return Touched(
        campaign=campaign,
        due_changes=due_before != due_after,
        due_now=due_after,
        free_day=not campaign.due_kind and _works(campaign, before) and not _works(campaign, after),
        moved=moved,
        set_anew=await _set_anew(campaign, before, after),
    )


def _due(campaign: Campaign, calendar: Calendar) -> datetime | None:
    """When answers would be due by that calendar, None where a year has no table."""
    assert campaign.published_at is not None
    try:
        return deadlines.reckon(deadlines.timing_of(campaign), campaign.published_at, calendar)[0]
    except CalendarGap:
        return None


def _works(campaign: Campaign, calendar: Calendar) -> bool:
    assert campaign.due_at is not None
    last = calendar.local(campaign.due_at).date()
    return last.year in calendar.years and calendar.is_working(last)


def _moved(
    plan: Sequence[steps.Step], end: datetime, campaign: Campaign, before: Calendar, after: Calendar, now: datetime
) -> list[tuple[datetime | None, datetime | None]]:
    """The reminders that would come at another moment, of those still to come before the campaign closes."""
    old, new = (_moments(plan, end, calendar) for calendar in (before, after))
    pairs = [(old.get(key), new.get(key)) for key in {**old, **new}]
    closes = campaign.closes_at
    return [
        pair
        for pair in pairs
        if pair[0] != pair[1] and any(at and at > now and (closes is None or at <= closes) for at in pair)
    ]


def _moments(plan: Sequence[steps.Step], end: datetime, calendar: Calendar) -> dict[tuple[str, int], datetime]:
    moments: Sequence[Moment] = timeline.known_moments(plan, end, calendar)[0]
    return {(moment.step.id, moment.occurrence): moment.at for moment in moments}


async def _set_anew(campaign: Campaign, before: Calendar, after: Calendar) -> int:
    """How many due times set anew span another number of working days, of those of units that still owe."""
    rows = (
        await Event.filter(invitation__campaign=campaign, due_at__not_isnull=True)
        .exclude(invitation__state__in=list(planning.OWES_NOT))
        .order_by("seq")
        .values_list("invitation_id", "recorded_at", "due_at")
    )
    latest = {invitation: (begun, end) for invitation, begun, end in rows}
    return sum(_span(before, *times) != _span(after, *times) for times in latest.values())


def _span(calendar: Calendar, begun: datetime, end: datetime) -> int | None:
    """The working days between, None where a year has no table."""
    try:
        return calendar.working_days_between(begun, end)
    except CalendarGap:
        return None
