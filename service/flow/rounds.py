"""The rounds of periodic surveys: each prepared from the last, ahead of time, and published by a person or, where a
person approved that, at its opening."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from reminders import periods
from reminders.calendar import Calendar, CalendarGap
from reminders.periods import Period
from service import life, periodwords
from service.errors import AlreadyPublished, Invalid, ServiceError
from service.flow import audit, campaigns, deadlines, ledger, principal, progress, units
from service.flow.deadlines import Deadline
from service.flow.principal import Principal
from service.flow.terms import Due, Timing
from service.models import Campaign, FormVersion, Invitation, Round, Series, Unit
from service.settings import Settings
from service.words import N_, local

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(hours=1)
KEPT = (
    "letter_number",
    "letter_date",
    "letter_subject",
    "letter_file_id",
    "staff_id",
    "reminders",
    "allow_nil",
    "signoff",
    "illustrative",
)
SHOWN = 13  # rounds with their rates: a year of months and the one before
CLOSES = time(17)


class NothingToPrepare(ServiceError):
    status = 409
    code = "nothing_to_prepare"
    message = N_("Kỳ tiếp theo đã được chuẩn bị hoặc khảo sát định kỳ không hoạt động.")


@dataclass(frozen=True, slots=True)
class Next:
    """The round to come: its period, the day it is prepared, when it opens, when its answers are due.

    `opens_at` and `closes_at` are None where a year has no table (then `deadline` says so) or it never closes.
    """

    period: Period
    prepared_on: date
    opens_at: datetime | None
    deadline: Deadline
    closes_at: datetime | None


def upcoming(series: Series, last: Round, now: datetime, calendar: Calendar) -> Next:
    """The round that follows the last one, with all its dates."""
    period = periods.following(period_of(series, last), local(now).date(), series.ahead)
    prepared_on = period.last - timedelta(days=series.ahead)
    wanted = Due(days=series.due_days, kind="day" if series.due_kind == "day" else "working_day")
    try:
        opens_at = opening(period.last, calendar)
    except CalendarGap as gap:
        return Next(period, prepared_on, None, deadlines.missing(gap), None)
    deadline = deadlines.judge(Timing(wanted, opens_at, None, period.last), max(now, opens_at), calendar)
    return Next(period, prepared_on, opens_at, deadline, _closing(deadline, series))


def period_of(series: Series, one: Round) -> Period:
    return periods.of(series.every, one.period_to)  # type: ignore[arg-type]


def opening(last: date, calendar: Calendar) -> datetime:
    """When the office opens on the first working day after the figures are closed. Raises CalendarGap."""
    return calendar.at(calendar.next_working(last), calendar.office.morning[0])


def _closing(deadline: Deadline, series: Series) -> datetime | None:
    if deadline.due_at is None or series.close_days is None:
        return None
    due = local(deadline.due_at)
    return max(due.replace(hour=CLOSES.hour, minute=0, second=0) + timedelta(days=series.close_days), due)


async def plan_due(settings: Settings, now: datetime) -> int:
    """Prepare the rounds whose time has come and publish those that go by themselves; how many were published."""
    published, calendar = 0, None
    for series in await Series.filter(state="active").order_by("id"):
        calendar = calendar or await units.calendar()
        try:
            last = await _last(series)
            found = upcoming(series, last, now, calendar)
            if found.opens_at is not None and found.prepared_on <= local(now).date():
                last = await _prepared(series, last, found, principal.SYSTEM, now)
            published += series.automatic and await _published(settings, last, now)
        except Exception:
            # One that cannot be prepared must not hold up the others, nor the reminders.
            log.exception("series %d could not be looked after", series.id)
    return published


async def prepare(series_id: int, who: Principal, now: datetime) -> Round:
    """The next round now, by a person's wish. Raises NothingToPrepare, Invalid where a year has no table."""
    series = await Series.get_or_none(id=series_id, state="active")
    if series is None:
        raise NothingToPrepare()
    last = await _last(series)
    found = upcoming(series, last, now, await units.calendar())
    if last.campaign.published_at is None:
        raise NothingToPrepare()
    if found.opens_at is None:
        raise Invalid([{"message": message} for message in found.deadline.obstacles])
    return await _prepared(series, last, found, who, now)


async def _last(series: Series) -> Round:
    found = await Round.filter(series=series).order_by("-period_to").select_related("campaign").first()
    assert found is not None, "a series begins with a round"
    return found


async def _prepared(series: Series, last: Round, found: Next, who: Principal, now: datetime) -> Round:
    """The campaign of the next round, made from the last, not published; whoever prepared it first keeps it."""
    try:
        async with in_transaction():
            campaign = await Campaign.create(**await _terms(series, last.campaign, found), created_at=now)
            made = await Round.create(
                series=series,
                campaign=campaign,
                period_from=found.period.first,
                period_to=found.period.last,
                prepared_at=now,
            )
            await audit.record("campaign.create", f"campaign:{campaign.id}", who, now)
            data = {"campaign": campaign.id, "period_to": found.period.last.isoformat()}
            await audit.record("series.prepare", f"series:{series.id}", who, now, data)
    except IntegrityError:
        return await _last(series)
    return made


async def _terms(series: Series, last: Campaign, found: Next) -> dict[str, Any]:
    """The columns of a round's campaign: the last one's with own period and times, the form's newest version."""
    return {
        **{name: getattr(last, name) for name in KEPT},
        "title": f"{series.title} ({periodwords.name(found.period)})",
        "form_id": await newest_version(last.form_id),
        "period_from": found.period.first,
        "period_to": found.period.last,
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "due_days": series.due_days,
        "due_kind": series.due_kind,
        "roster": await _roster(last),
    }


async def newest_version(version_id: int) -> int:
    """The newest version of the form that this is a version of."""
    name = await FormVersion.get(id=version_id).values_list("form_id", flat=True)
    found = await FormVersion.filter(form_id=name).order_by("-id").values_list("id", flat=True)
    return int(str(found[0]))


async def _roster(last: Campaign) -> list[str] | None:
    """The units of the last round that still are: with those added later, and the exempt, who were so for one round."""
    if last.roster is None:
        return None
    added = await Invitation.filter(campaign=last).values_list("code", flat=True)
    codes = list(dict.fromkeys([*last.roster, *map(str, added)]))
    active = {unit.code for unit in await Unit.filter(code__in=codes, active=True)}
    return [code for code in codes if code in active]


async def _published(settings: Settings, last: Round, now: datetime) -> bool:
    """Publish a round whose opening has come. One with obstacles waits for a person, and is tried again in an hour."""
    campaign = last.campaign
    if campaign.published_at is not None or now < (campaign.opens_at or now):
        return False
    if local(now).date() <= last.period_to or (last.tried_at and now < last.tried_at + TRY_AGAIN):
        return False
    try:
        await campaigns.publish(settings, campaign.id, principal.SYSTEM, now)
    except AlreadyPublished:
        return False
    except Invalid:
        log.warning("campaign %d cannot be published automatically yet", campaign.id)
        await Round.filter(id=last.id).update(tried_at=now)
        return False
    return True


@dataclass(frozen=True, slots=True)
class Line:
    """A round with its rate, None before its publication."""

    round: Round
    period: Period
    rate: life.Rate | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A series as its page shows it: rounds from the newest; `next` None when it has ended.

    `obstacles`: why a round that should go by itself cannot. `open`: the recommendations that wait for an answer, which
    the next round carries on, as its newest published round `at` lists them.
    """

    series: Series
    lines: Sequence[Line]
    older: int
    next: Next | None
    obstacles: Sequence[str]
    open: int
    at: int | None


async def show(series: Series, now: datetime) -> Shown:
    """The series with its rounds and what comes next."""
    found = await Round.filter(series=series).order_by("-period_to").select_related("campaign")
    lines = [Line(one, period_of(series, one), await _rate(one.campaign, now)) for one in found[:SHOWN]]
    following = None if series.state == "ended" else upcoming(series, found[0], now, await units.calendar())
    obstacles: Sequence[str] = ()
    if series.automatic and found[0].tried_at is not None and found[0].campaign.published_at is None:
        obstacles = (await campaigns.preview(found[0].campaign, now)).obstacles
    at = next((line.round.campaign_id for line in lines if line.rate), None)
    waits = 0 if at is None else await (await ledger.chosen(ledger.Wanted(campaign=at, state="open"), now)).count()
    return Shown(series, lines, len(found) - len(lines), following, obstacles, waits, at)


async def _rate(campaign: Campaign, now: datetime) -> life.Rate | None:
    return (await progress.of(campaign.id, now)).rate if campaign.published_at else None


async def waiting() -> Sequence[Round]:
    """Rounds that are prepared and wait for a person to publish them, the oldest first."""
    found = Round.filter(campaign__published_at__isnull=True, series__state="active", series__automatic=False)
    return await found.order_by("period_to").select_related("campaign")
