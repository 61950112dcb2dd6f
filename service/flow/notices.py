"""Notices to a unit of what staff did with its report: handed back, a later due time, off the roster, back on it; and
of the leader's approval: asked for (to the leaders), refused.

They are queued in the act's own transaction, one for each mailbox of its officials, and go at any hour.
"""

from collections.abc import Mapping
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from reminders import outbox
from reminders.models import Message
from reminders.plan import Recipient
from reminders.ports import Letter
from service import life
from service.flow import campaigns, events, recipients
from service.models import Campaign, Event, Invitation
from service.settings import Settings

TEXTS: Mapping[life.Act, str] = {
    life.Act.RETURN: "returned",
    life.Act.EXTEND: "extended",
    life.Act.EXEMPT: "exempted",
    life.Act.INCLUDE: "included",
    life.Act.ASK_SIGNOFF: "signoff",
    life.Act.REFUSE_SIGNOFF: "signoff_refused",
}
TO_LEADERS = TEXTS[life.Act.ASK_SIGNOFF]
REOPENED = "reopened"  # handed back because the unit asked for it


async def queue(
    settings: Settings,
    connection: BaseDBAsyncClient,
    invitation: Invitation,
    event: Event,
    now: datetime,
) -> None:
    """Tell the unit of the act, when that says anything to it."""
    campaign = await Campaign.get(id=invitation.campaign_id)
    if not await _says_anything(invitation, campaign, life.Act(event.act), now):
        return
    found = await recipients.of_unit(invitation.unit_id)
    to_leaders = TEXTS[life.Act(event.act)] == TO_LEADERS
    people = recipients.separate(found) if to_leaders else recipients.mailboxes(found, "official")
    template = await _template(event)
    letters = [_letter(invitation, event, template, to) for to in people]
    await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))


async def _says_anything(invitation: Invitation, campaign: Campaign, act: life.Act, now: datetime) -> bool:
    """A unit that has answered has nothing to do by a later time; one that no letter reached knows of nothing that
    was taken back, and an invitation that still waits will say what holds by then. What the unit's own people do is
    always told."""
    if act in (life.Act.ASK_SIGNOFF, life.Act.REFUSE_SIGNOFF):
        return True
    if act in (life.Act.EXTEND, life.Act.INCLUDE) and life.State(invitation.state) in life.RESPONDED:
        return False
    if campaigns.in_call_back(campaign, now):
        return False
    if act in (life.Act.EXEMPT, life.Act.INCLUDE):
        ref = recipients.reference(invitation.id)
        return await Message.exists(ref=ref, state__in=["sending", "sent"])
    return True


async def _template(event: Event) -> str:
    act = life.Act(event.act)
    return REOPENED if act is life.Act.RETURN and await events.asked_for(event) else TEXTS[act]


def _letter(invitation: Invitation, event: Event, template: str, to: Recipient) -> Letter:
    return Letter(
        key=f"{key_of(event)}{to.address}",
        kind="notice",
        template=template,
        ref=recipients.reference(invitation.id),
        campaign=invitation.campaign_id,
        unit=invitation.code,
        contact=to.contact,
        to_address=to.address,
        to_name=to.name,
        due_round=invitation.due_round,
    )


def key_of(event: Event) -> str:
    """What the keys of its letters begin with."""
    return f"notice:{event.id}:"


def event_id(key: str) -> int:
    """The event that a notice's key names."""
    return int(key.split(":")[1])


async def count(event: Event) -> int:
    """How many letters tell of an event."""
    return await Message.filter(key__startswith=key_of(event)).count()


def why_not(template: str, due_round: int, invitation: Invitation) -> str | None:
    """Why a notice is no longer true, as a code; None while it is."""
    state = life.State(invitation.state)
    if template == TO_LEADERS:
        return None if state in life.WITH_LEADER else "changed_since"
    if template == TEXTS[life.Act.REFUSE_SIGNOFF]:
        if state in life.WITH_LEADER:
            return "changed_since"
        if state is life.State.AMENDING:
            return None
    if template == TEXTS[life.Act.EXEMPT]:
        return None if state is life.State.EXEMPT else "changed_since"
    if due_round != invitation.due_round:
        return "replanned"
    if state is life.State.EXEMPT:
        return "exempt"
    if state in life.RESPONDED:
        return "answered"
    if template in (TEXTS[life.Act.RETURN], REOPENED) and state is not life.State.RETURNED:
        return "changed_since"
    return None
