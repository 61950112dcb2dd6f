"""The reminder plan of one campaign as staff see and change it, before publication and while it runs.

A change acts at once, in its own transaction: what waits of a step that is no more is cancelled, and the desk drops
what another process queued by the old plan meanwhile (flow/desk). What was sent stays. A step that is new in a running
campaign makes up for no moment that had passed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.functions import Count
from tortoise.transactions import in_transaction

from reminders import outbox, plans, steps
from reminders.calendar import Calendar, CalendarGap, Office
from reminders.models import Message
from reminders.steps import Problem, Step
from service import life, planwords
from service.errors import CampaignClosed, Invalid, NotFound, ServiceError
from service.flow import approvals, audit, calendars, campaigns, deadlines
from service.flow.principal import Principal
from service.models import Campaign, PlanChange
from service.words import N_


class PlanChanged(ServiceError):
    status = 409
    code = "plan_changed"
    message = N_("Lịch nhắc vừa được người khác thay đổi. Vui lòng xem lại lịch hiện nay rồi sửa tiếp.")


class PlanFaulty(Invalid):
    """What is wrong with a plan, step by step; the page has words for it."""

    def __init__(self, found: Sequence[Problem], office: Office) -> None:
        super().__init__([{"step": p.step, "field": p.field, "message": planwords.fault(p, office)} for p in found])
        self.found = tuple(found)


@dataclass(frozen=True, slots=True)
class Timing:
    """What the dates of a plan hang on. `due_at` None: it cannot be reckoned yet; `gap` is the year that lacks."""

    due_at: datetime | None
    closes_at: datetime | None
    calendar: Calendar
    gap: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A campaign's plan. `sent`: how many mails went out by step and occurrence. `mark`: changes with the plan.

    `last` is the newest change, that can be undone; `gone`: steps that are no more but were sent.
    """

    campaign: Campaign
    steps: Sequence[Step]
    timing: Timing
    sent: Mapping[tuple[str, int], int]
    gone: Sequence[Step]
    mark: str
    last: PlanChange | None


async def sheet(campaign_id: int, now: datetime) -> Sheet:
    """Raises NotFound."""
    campaign = await campaigns.get(campaign_id)
    found = steps.from_json(campaign.reminders)
    changes = await PlanChange.filter(campaign_id=campaign_id).order_by("number")
    sent = await _sent(campaign_id)
    known = _known(campaign, changes)
    current = {step.id for step in found}
    ids = sorted({step_id for step_id, _occurrence in sent} - current)
    gone = [known[step_id] for step_id in ids if step_id in known]
    last = changes[-1] if changes else None
    return Sheet(campaign, found, await timing(campaign, now), sent, gone, mark(campaign), last)


async def known(campaign: Campaign) -> Mapping[str, Step]:
    """Every step that the plan has or ever had, by id: what went out by one that is no more still says why."""
    return _known(campaign, await PlanChange.filter(campaign=campaign).order_by("number"))


def _known(campaign: Campaign, changes: Sequence[PlanChange]) -> dict[str, Step]:
    plans_had = [*(change.before for change in changes), campaign.reminders]
    return {step.id: step for plan in plans_had for step in steps.from_json(plan)}


async def timing(campaign: Campaign, now: datetime) -> Timing:
    """The due time in force, or before publication the one it would get now."""
    calendar = await calendars.current()
    if campaign.published_at is not None:
        return Timing(campaign.due_at, campaign.closes_at, calendar)
    try:
        due_at, _why = deadlines.reckon(deadlines.timing_of(campaign), now, calendar)
    except CalendarGap as gap:
        return Timing(None, campaign.closes_at, calendar, gap.year)
    return Timing(due_at, campaign.closes_at, calendar)


def mark(campaign: Campaign) -> str:
    """A short digest of the plan: a form that was drawn from another plan is found out."""
    return hashlib.sha256(json.dumps(campaign.reminders, sort_keys=True).encode()).hexdigest()[:16]


async def _sent(campaign_id: int) -> dict[tuple[str, int], int]:
    rows = (
        await Message.filter(campaign=campaign_id, kind="reminder", state="sent", batch="")
        .annotate(count=Count("id"))
        .group_by("step", "occurrence")
        .values_list("step", "occurrence", "count")
    )
    return {(str(step), int(occurrence)): int(count) for step, occurrence, count in rows}


def usual(code: str, found: Timing) -> tuple[Step, ...]:
    """A usual plan as far as it fits the campaign: nothing after its closing."""
    plan = plans.USUAL[code]
    if found.due_at is None:
        return plan
    try:
        return plans.cut(plan, found.due_at, found.closes_at, found.calendar)
    except CalendarGap:
        return plan


async def save(campaign_id: int, wanted: Sequence[Step], seen: str, who: Principal, now: datetime) -> int:
    """Put another plan in the place of the one with the mark `seen`; how many waiting letters were cancelled.

    Raises PlanFaulty (nothing is saved), PlanChanged, CampaignClosed, NotFound.
    """
    async with in_transaction() as connection:
        campaign = await campaigns.locked(campaign_id)
        if mark(campaign) != seen:
            raise PlanChanged()
        return await _replace(connection, campaign, wanted, who, now)


async def undo(campaign_id: int, number: int, who: Principal, now: datetime) -> int:
    """Take back the newest change, when that is still `number`. Raises as save."""
    async with in_transaction() as connection:
        campaign = await campaigns.locked(campaign_id)
        last = await PlanChange.filter(campaign_id=campaign_id).order_by("-number").first()
        if last is None:
            raise NotFound()
        if last.number != number:
            raise PlanChanged()
        return await _replace(connection, campaign, steps.from_json(last.before), who, now, back=True)


async def _replace(
    connection: BaseDBAsyncClient,
    campaign: Campaign,
    wanted: Sequence[Step],
    who: Principal,
    now: datetime,
    *,
    back: bool = False,
) -> int:
    """As save. `back`: the plan was in force before; steps of it that are past by now come back with the others."""
    if campaign.closes_at is not None and life.over(campaign.closes_at, now):
        raise CampaignClosed()
    before = steps.from_json(campaign.reminders)
    number = await PlanChange.filter(campaign=campaign).count() + 1
    running = campaign.published_at is not None
    after = plans.revised(before, wanted, f"p{number}", now if running else None)
    if after == before:
        return 0
    found = await timing(campaign, now)
    if found.due_at is not None:
        fresh = now if running and not back else None
        problems = plans.faults(after, found.due_at, found.closes_at, found.calendar, fresh)
        if problems:
            raise PlanFaulty(problems, found.calendar.office)
    unknown = await approvals.unknown_approvers(after)
    if unknown:
        raise PlanFaulty(
            [Problem("approver", n, "approver") for n, step in enumerate(after, start=1) if step.approver in unknown],
            found.calendar.office,
        )
    change = await PlanChange.create(
        campaign=campaign, number=number, at=now, by=who.ref, before=campaign.reminders, after=steps.to_json(after)
    )
    await Campaign.filter(id=campaign.id).update(reminders=steps.to_json(after))
    await approvals.rename(campaign, after)
    await approvals.drop(campaign, after, now)
    cancelled = await _cancel(connection, campaign, after, now)
    data = {"change": change.id, "cancelled": cancelled}
    await audit.record("campaign.plan", f"campaign:{campaign.id}", who, now, data)
    return cancelled


async def _cancel(connection: BaseDBAsyncClient, campaign: Campaign, after: Sequence[Step], now: datetime) -> int:
    """Cancel what waits of steps that are no more; what is being sent is dropped or goes as it stood."""
    waiting = Message.filter(campaign=campaign.id, kind="reminder", state="waiting", batch="").exclude(step="")
    keys = await waiting.exclude(step__in=[step.id for step in after]).values_list("key", flat=True)
    if not keys:
        return 0
    return await outbox.recall(connection, now=now, why="replanned", keys=[str(key) for key in keys])
