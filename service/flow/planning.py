"""What is due to be mailed: invitations to addresses that have none yet, and reminders. Decides; plan_due queues."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from reminders import outbox, plan, returns, steps, timeline, turns
from reminders.calendar import Calendar, CalendarGap
from reminders.models import Message
from reminders.plan import Recipient
from reminders.ports import Letter
from service import life, words
from service.flow import approvals, campaigns, recipients, units
from service.models import Campaign, Event, Invitation
from service.settings import Settings

log = logging.getLogger(__name__)

OWES_NOT = {
    **dict.fromkeys(life.RESPONDED, "answered"),
    life.State.EXEMPT: "exempt",
}
STOPPED = "stopped"
# How long after its last reminder a campaign that never closes is looked at: downtime may have delayed that one.
AFTERWARDS = timedelta(days=7)


async def plan_due(settings: Settings, now: datetime) -> int:
    """Queue the invitations and reminders that are due; how many. Outside office hours no reminder is."""
    calendar = await units.calendar()
    await approvals.lapse(now)
    letters: list[Letter] = []
    looks: list[_Look] = []
    for campaign in await Campaign.filter(published_at__not_isnull=True).order_by("id"):
        try:
            if not await runs(campaign, now, calendar):
                continue
            roll = await _roll(campaign)
            letters += _invitations(roll, now)
            if _in_office_hours(calendar, now):
                looks.append(await _look(roll, now))
        except Exception:
            # One plan that cannot be read must not silence the others.
            log.exception("campaign %d could not be planned", campaign.id)
    day = await _day(looks, now, calendar)
    letters += [outbox.from_notice(notice) for decision in day.values() for notice in decision.notices]
    found = [(look.campaign, day[look.campaign.id]) for look in looks]
    asking = [(campaign, decision.unapproved) for campaign, decision in found if await _asks(campaign, decision)]
    if not letters and not asking:
        return 0
    async with in_transaction() as connection:
        for campaign, unapproved in asking:
            letters += await approvals.ask(settings, campaign, unapproved, calendar, now)
        return len(await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings)))


async def _asks(campaign: Campaign, decision: plan.Decision) -> bool:
    """Whether somebody's approval is to be asked for, or waited for no more."""
    return bool(decision.unapproved) or await approvals.waits(campaign.id)


async def runs(campaign: Campaign, now: datetime, calendar: Calendar) -> bool:
    """Whether anything of the campaign can still be due: its invitations cannot be called back any more, somebody
    owes, and it is neither closed nor, when it never closes, long past its last reminder."""
    assert campaign.published_at is not None
    if now < campaigns.first_mail(campaign, campaign.published_at) or _closed(campaign, now):
        return False
    owing = Invitation.filter(campaign=campaign).exclude(state__in=list(OWES_NOT))
    latest = await owing.order_by("-due_at").first().values_list("due_at", flat=True)
    if latest is None:
        return False
    if campaign.closes_at is not None:
        return True
    moments, _cut = timeline.known_moments(steps.from_json(campaign.reminders), latest, calendar)
    return now <= max([latest, *(moment.at for moment in moments)]) + AFTERWARDS


def _in_office_hours(calendar: Calendar, now: datetime) -> bool:
    try:
        return calendar.in_office_hours(now)
    except CalendarGap:
        return False  # the preview and the campaign page say so; nothing is sent on a guess


@dataclass(frozen=True, slots=True)
class _Look:
    """A campaign as the plan sees it at one moment."""

    campaign: Campaign
    pending: Sequence[plan.Pending]
    steps: Sequence[steps.Step]
    already: Collection[str]
    approvals: Mapping[plan.Ask, str]


async def _look(roll: "_Roll", now: datetime) -> _Look:
    campaign = roll.campaign
    return _Look(
        campaign,
        await _pending(roll, now),
        steps.from_json(campaign.reminders),
        await outbox.known_keys([campaign.id]),
        await approvals.known(campaign.id),
    )


async def _day(looks: Sequence[_Look], now: datetime, calendar: Calendar) -> dict[int, plan.Decision]:
    """What each campaign does at a moment; a mailbox that gets a mail now gets in it all that comes later that day.

    Raises CalendarGap.
    """
    had_mail = await turns.had_mail(words.local(now).date().isoformat())

    def due(look: _Look, until: datetime | None = None) -> plan.Decision:
        said = look.approvals
        return plan.due(
            look.pending, look.steps, now, calendar, look.already, approvals=said, had_mail=had_mail, until=until
        )

    found = {look.campaign.id: due(look) for look in looks}
    going = {(n.recipient.address, n.pending.ref) for decision in found.values() for n in decision.notices}
    mailboxes = {address for address, _ref in going}
    if not mailboxes:
        return found
    until = calendar.at(words.local(now).date(), calendar.office.afternoon[1])
    for look in looks:
        later = [
            notice
            for notice in due(look, until).notices
            if notice.recipient.address in mailboxes and (notice.recipient.address, notice.pending.ref) not in going
        ]
        if later:
            decision = found[look.campaign.id]
            refs = {notice.pending.ref for notice in later}
            skipped = tuple(s for s in decision.skipped if not (s.reason == "not_yet" and s.pending.ref in refs))
            found[look.campaign.id] = replace(decision, notices=(*decision.notices, *later), skipped=skipped)
    return found


async def decide(campaign: Campaign, now: datetime, calendar: Calendar) -> plan.Decision:
    """Who of a campaign would be reminded at that moment, and why not the others. Raises CalendarGap."""
    return (await together(campaign, now, calendar))[0]


async def together(
    campaign: Campaign, now: datetime, calendar: Calendar
) -> tuple[plan.Decision, Mapping[str, Sequence[plan.Notice]]]:
    """As decide; and by mailbox all notices, also of other campaigns, that would go in one mail with some of its."""
    others = await Campaign.filter(published_at__not_isnull=True).exclude(id=campaign.id).order_by("id")
    looks = [await _look(await _roll(campaign), now)]
    looks += [await _look(await _roll(other), now) for other in others if await runs(other, now, calendar)]
    day = await _day(looks, now, calendar)
    found: dict[str, list[plan.Notice]] = {notice.recipient.address: [] for notice in day[campaign.id].notices}
    for number in sorted(day):
        for notice in day[number].notices:
            if notice.recipient.address in found:
                found[notice.recipient.address].append(notice)
    return day[campaign.id], {address: notices for address, notices in found.items() if len(notices) > 1}


@dataclass(frozen=True, slots=True)
class _Invited:
    """The invitation letters of one invitation to one address: how many were queued, and when the one that counts
    went out or is next tried; None when none counts, for they were dropped when nothing was owed."""

    letters: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Roll:
    """A campaign's invitations, who reads their mail, what was queued, by reference and address, and the addresses
    where nobody is."""

    campaign: Campaign
    invitations: Sequence[Invitation]
    mailboxes: Mapping[int, tuple[Recipient, ...]]
    invited: Mapping[tuple[str, str], _Invited]
    dead: Collection[str]


async def _roll(campaign: Campaign) -> _Roll:
    invitations = await Invitation.filter(campaign=campaign).order_by("code")
    mailboxes = await recipients.by_unit([invitation.unit_id for invitation in invitations])
    return _Roll(campaign, invitations, mailboxes, await _invited(campaign.id), await returns.dead())


async def _invited(campaign_id: int) -> dict[tuple[str, str], _Invited]:
    rows = (
        await Message.filter(campaign=campaign_id, kind="invitation")
        .order_by("id")
        .values_list("ref", "to_address", "state", "why", "not_before", "settled_at")
    )
    found: dict[tuple[str, str], _Invited] = {}
    for ref, address, state, why, not_before, settled_at in rows:
        before = found.get((ref, address), _Invited())
        # One that a person stopped is not sent in another letter.
        void = state == "dropped" or (state == "cancelled" and why != STOPPED)
        since = None if void else settled_at or not_before
        found[ref, address] = _Invited(before.letters + 1, since)
    return found


def _invitations(roll: _Roll, now: datetime) -> list[Letter]:
    """An invitation to every official's mailbox that has none: a contact added, moved or in use again."""
    letters = []
    for invitation in roll.invitations:
        if why_not(roll.campaign, invitation.state, now) is not None:
            continue
        for recipient in recipients.mailboxes(roll.mailboxes.get(invitation.unit_id, ()), "official"):
            if recipient.address in roll.dead:
                continue
            earlier = roll.invited.get((recipients.reference(invitation.id), recipient.address), _Invited())
            if earlier.since is None:
                letters.append(recipients.letter("invitation", invitation, recipient, again=earlier.letters))
    return letters


async def pending_of(campaign: Campaign, now: datetime) -> list[plan.Pending]:
    """A campaign's invitations as the plan sees them."""
    return await _pending(await _roll(campaign), now)


async def _pending(roll: _Roll, now: datetime) -> list[plan.Pending]:
    campaign = roll.campaign
    assert campaign.published_at is not None
    opened = campaigns.first_mail(campaign, campaign.published_at)
    begun = await _rounds_begun([i.id for i in roll.invitations if i.due_round])
    return [
        plan.Pending(
            ref=recipients.reference(invitation.id),
            campaign=campaign.id,
            unit=invitation.code,
            state=invitation.state,
            due_at=invitation.due_at,
            due_round=invitation.due_round,
            published_at=max(begun.get(invitation.id, opened), opened),
            closes_at=campaign.closes_at,
            recipients=_readers(roll, invitation, now),
            why_not=why_not(campaign, invitation.state, now)
            or ("not_open" if now < opened else None)
            or _unreachable(roll, invitation),
            returned=corrects(invitation),
        )
        for invitation in roll.invitations
    ]


def corrects(invitation: Invitation) -> bool:
    """Whether it has sent its report and corrects it, also while the correction waits for the leader."""
    state = life.State(invitation.state)
    return state is life.State.RETURNED or (state is life.State.AWAITING_SIGNOFF and bool(invitation.first_sent_at))


def _unreachable(roll: _Roll, invitation: Invitation) -> str | None:
    """ "bounced" when the unit's officials have mailboxes, and nobody is at any of them."""
    used = [r.address for r in roll.mailboxes.get(invitation.unit_id, ()) if r.role == "official"]
    return "bounced" if used and all(address in roll.dead for address in used) else None


def _readers(roll: _Roll, invitation: Invitation, now: datetime) -> tuple[Recipient, ...]:
    """Who reads the unit's mail, dead addresses left out; an official who has no invitation yet gets it first."""
    ref = recipients.reference(invitation.id)
    return tuple(
        replace(found, since=roll.invited.get((ref, found.address), _Invited()).since or now)
        if found.role == "official"
        else found
        for found in roll.mailboxes.get(invitation.unit_id, ())
        if found.address not in roll.dead
    )


async def _rounds_begun(invitation_ids: Sequence[int]) -> dict[int, datetime]:
    """When each invitation's present due round began: its last extension or return."""
    if not invitation_ids:
        return {}
    rows = (
        await Event.filter(invitation_id__in=invitation_ids, act__in=[life.Act.EXTEND, life.Act.RETURN])
        .order_by("seq")
        .values_list("invitation_id", "recorded_at")
    )
    return dict(rows)


def why_not(campaign: Campaign, state: str, at: datetime) -> str | None:
    """Why a unit in that state owes nothing, as a code; None when it owes."""
    return "closed" if _closed(campaign, at) else OWES_NOT.get(life.State(state))


def _closed(campaign: Campaign, at: datetime) -> bool:
    return campaign.closes_at is not None and life.over(campaign.closes_at, at)
