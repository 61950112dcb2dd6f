"""Sign-off: the unit's leader approves a report before it goes, or hands it back with a remark.

Handed in, the answers lock. The leader comes in by a personal link of their own; opening it changes nothing. Where no
leader has an address that no official reads, the signed document is uploaded instead (flow.submissions).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tortoise.transactions import in_transaction

from service import life
from service.errors import NotTheLeader, SignoffNeeded
from service.flow import audit, events, filling, notices, openness, recipients, reviews, submissions
from service.flow.entry import Visit
from service.flow.judging import FromDraft, Nil, Problems, judge, nil_reason
from service.models import Contact, ContactLink, Event, Invitation, Submission
from service.settings import Settings

Way = Literal["send", "leader", "document"]
TURNS = (life.Act.ASK_SIGNOFF, life.Act.WITHDRAW_SIGNOFF, life.Act.REFUSE_SIGNOFF, *life.SENDINGS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that was handed in for approval: when, by whom (ref, and contact when it is one), and why there is
    nothing to report ("" for answers)."""

    at: datetime
    by: str
    contact: int | None
    nil_reason: str


async def way(invitation: Invitation) -> Way:
    """How a unit sends: at once, through its leader, or with the signed document. The campaign is loaded."""
    if not submissions.asks_signoff(invitation):
        return "send"
    return "leader" if await recipients.leaders(invitation.unit_id) else "document"


async def may_sign(visit: Visit) -> bool:
    """Whether this browser came in by the link of a leader with an address that no official reads."""
    contact = await filling.contact_of(visit.contact)
    if contact is None or not contact.active or contact.role != "leader" or contact.unit_id != visit.unit:
        return False
    return any(leader.address == contact.email for leader in await recipients.leaders(visit.unit))


async def ask(
    settings: Settings, content: FromDraft | Nil, visit: Visit, campaign_id: int, now: datetime
) -> Event | Problems:
    """Hand in for approval; the answers lock. They are judged as if the declaration, which is the leader's, were given.

    Raises NotFound, CampaignNotOpen, CampaignClosed, WrongState, StaleDraft, Invalid, SignoffNeeded (no leader with an
    address of their own, or none is asked for).
    """
    who = visit.principal
    async with in_transaction() as connection:
        invitation = await filling.find(campaign_id, code=visit.code, lock=True)
        openness.require_open(invitation.campaign, now)
        openness.require(invitation, life.Act.ASK_SIGNOFF, who, now)
        if await way(invitation) != "leader":
            raise SignoffNeeded()
        reason = nil_reason(invitation.campaign, content) if isinstance(content, Nil) else ""
        if isinstance(content, FromDraft):
            known = filling.bound(invitation, invitation.campaign, await filling.contact_of(visit.contact))
            judged = await judge(invitation, content, known, now, now)
            if isinstance(judged, Problems):
                return judged
        act = life.Act.ASK_SIGNOFF
        event = await events.apply(invitation, act, who, at=now, recorded_at=now, nil=bool(reason), note=reason)
        await notices.queue(settings, connection, invitation, event, now)
        await audit.record("signoff.ask", f"invitation:{invitation.id}", who, now, {"event": event.id})
    return event


async def asked(invitation_id: int) -> Asked | None:
    """The last time it was handed in for approval."""
    event = await events.latest(invitation_id, life.Act.ASK_SIGNOFF)
    if event is None:
        return None
    link = await ContactLink.get_or_none(id=int(event.actor_ref.removeprefix("link:")))
    reason = await events.note_of(event) if event.nil else ""
    return Asked(event.at, event.actor_ref, link.contact_id if link else None, reason)


async def withdraw(campaign_id: int, visit: Visit, now: datetime) -> None:
    """Take it back while it waits; the answers unlock. Raises NotFound, WrongState."""
    async with in_transaction():
        invitation = await events.locked(campaign_id, visit.code)
        act, who = life.Act.WITHDRAW_SIGNOFF, visit.principal
        event = await events.apply(invitation, act, who, at=now, recorded_at=now)
        await audit.record("signoff.withdraw", f"invitation:{invitation.id}", who, now, {"event": event.id})


async def refuse(settings: Settings, campaign_id: int, remark: str, visit: Visit, now: datetime) -> None:
    """The leader hands it back; the answers unlock. Raises NotFound, NotTheLeader, WrongState, Invalid."""
    remark = reviews.checked(remark)
    await _require_leader(visit)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, visit.code)
        act, who = life.Act.REFUSE_SIGNOFF, visit.principal
        event = await events.apply(invitation, act, who, at=now, recorded_at=now, note=remark)
        await notices.queue(settings, connection, invitation, event, now)
        await audit.record("signoff.refuse", f"invitation:{invitation.id}", who, now, {"event": event.id})


async def approve(
    settings: Settings, campaign_id: int, content: FromDraft, visit: Visit, key: str, now: datetime
) -> Submission | Problems:
    """The leader approves what `content` names, which sends it, as if the one who handed it in had filled it in.

    Raises NotTheLeader, and as submissions.submit.
    """
    await _require_leader(visit)
    invitation = await filling.find(campaign_id, code=visit.code)
    found = await asked(invitation.id)
    wanted = Nil(found.nil_reason) if found and found.nil_reason else content
    return await submissions.submit(
        settings,
        campaign_id,
        visit.code,
        wanted,
        visit.principal,
        key,
        now,
        contact_id=found.contact if found else None,
        by=life.Act.SIGN_OFF,
    )


async def _require_leader(visit: Visit) -> None:
    if not await may_sign(visit):
        raise NotTheLeader()


@dataclass(frozen=True, slots=True)
class Refused:
    """A leader's remark: when, by whom (ref), and what."""

    at: datetime
    by: str
    remark: str


async def refused(invitation_id: int) -> Refused | None:
    """The leader's last remark, until the report is handed in again."""
    event = await events.latest(invitation_id, *TURNS)
    if event is None or event.act != life.Act.REFUSE_SIGNOFF:
        return None
    return Refused(event.at, event.actor_ref, await events.note_of(event))


async def leaders(unit_id: int) -> list[Contact]:
    """The leaders who may approve, to be named on screen."""
    addresses = [leader.address for leader in await recipients.leaders(unit_id)]
    return await Contact.filter(unit_id=unit_id, role="leader", active=True, email__in=addresses).order_by("id")
