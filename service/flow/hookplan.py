"""Reminders for the gateway: the plan's own steps, for units that have a telephone, with or without an address.

Whoever can't be mailed is who an SMS is for; so the plan is asked once more, with the gateway in place of mailboxes. As
with mail, a unit gets one a day for all its surveys: that of the survey due first.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from reminders import plan, steps
from reminders.calendar import Calendar, CalendarGap
from reminders.plan import Notice, Recipient
from service import words
from service.flow import approvals, calls, hooks, planning, recipients, units
from service.models import Campaign, Hook

log = logging.getLogger(__name__)


async def plan_due(now: datetime) -> int:
    """Note the reminders that are due for the gateway; how many. Outside office hours none is."""
    calendar = await units.calendar()
    notices: list[Notice] = []
    told = await _told_on_the_day_of(now)
    for campaign in await Campaign.filter(published_at__not_isnull=True).order_by("due_at", "id"):
        try:
            found = await _due(campaign, now, calendar, told)
            notices += found
            told |= {notice.recipient.address for notice in found}
        except CalendarGap:
            continue  # the campaign's page says so
        except Exception:
            log.exception("campaign %d could not be planned for the gateway", campaign.id)
    if not notices:
        return 0
    rows = [_hook(notice, now) for notice in sorted(notices, key=lambda notice: notice.key)]
    async with in_transaction() as connection:
        await Hook.bulk_create(rows, ignore_conflicts=True, using_db=connection)
    return len(rows)


async def _told_on_the_day_of(now: datetime) -> set[str]:
    """The units that the gateway reminds today, or is to."""
    midnight = words.midnight(now)
    today = Q(created_at__gte=midnight) | Q(settled_at__gte=midnight) | Q(state__in=["waiting", "sending"])
    noted = Hook.filter(today, kind=hooks.REMINDER).exclude(state="dropped")
    return {_address(str(code)) for code in await noted.values_list("invitation__code", flat=True)}


def _address(code: str) -> str:
    """What stands in place of a unit's mailbox."""
    return f"gateway:{code}"


async def _due(campaign: Campaign, now: datetime, calendar: Calendar, told: Collection[str]) -> Sequence[Notice]:
    if not calendar.in_office_hours(now) or not await planning.runs(campaign, now, calendar):
        return ()
    pending = await planning.pending_of(campaign, now)
    reached = await calls.telephones([one.unit for one in pending])
    asked = [
        # An address that bounced is no reason against a telephone.
        replace(
            one,
            recipients=(Recipient(_address(one.unit), "", "official"),),
            why_not=None if one.why_not == "bounced" else one.why_not,
        )
        for one in pending
        if one.unit in reached
    ]
    already = await Hook.filter(invitation__campaign_id=campaign.id, kind=hooks.REMINDER).values_list("key", flat=True)
    said = await approvals.known(campaign.id)
    planned = steps.from_json(campaign.reminders)
    return plan.due(asked, planned, now, calendar, {*map(str, already)}, approvals=said, had_mail=told).notices


def _hook(notice: Notice, now: datetime) -> Hook:
    hook = hooks.made(notice.key, hooks.REMINDER, recipients.invitation_id(notice.pending.ref), now)
    columns = {"step": notice.step.id, "due_round": notice.pending.due_round, "expires_at": _expires_at(notice)}
    return hook.update_from_dict(columns)


def _expires_at(notice: Notice) -> datetime:
    """When it means nothing any more: one that nothing ends is not told weeks later."""
    return notice.expires_at or notice.planned_for + plan.PATIENCE
