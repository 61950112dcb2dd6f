"""What a hook says, as JSON: ids, states and times; telephones where the gateway is to call them. No personal link."""

import json
from datetime import datetime

from reminders import returns
from service import chatwords, life, words
from service.flow import calls, channels, hooks, recipients
from service.models import Campaign, Event, Hook, Invitation, RecommendationReply, Submission
from service.settings import Settings


async def compose(settings: Settings, hook: Hook, invitation: Invitation, campaign: Campaign, now: datetime) -> str:
    """The body, with its type and the moment it tells of. The campaign's staff member is loaded."""
    data: dict[str, object] = {
        "campaign": {"id": campaign.id, "title": campaign.title},
        "unit": {"code": invitation.code, "full_name": invitation.full_name},
    }
    if hook.kind == hooks.REMINDER:
        data |= await _reminder(settings, invitation, campaign, now)
        moment = hook.created_at
    elif hook.kind == hooks.REPLY:
        number, about = hooks.replied(hook.key)
        reply = await RecommendationReply.get(id=number).select_related("recommendation")
        data["recommendation"] = {"number": about, "answered_in": reply.recommendation.number, "reply": reply.number}
        moment = reply.at
    else:
        event = await Event.get(id=hook.event_id)
        data |= await _act(event)
        moment = event.at
    told = {"type": hook.kind, "timestamp": _iso(moment), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


async def _reminder(settings: Settings, invitation: Invitation, campaign: Campaign, now: datetime) -> dict[str, object]:
    staff = campaign.staff
    text = chatwords.reminder(
        chatwords.Reminder(
            sender=recipients.sender(settings),
            unit=words.office(invitation.full_name),
            survey=campaign.title,
            returned=invitation.state == life.State.RETURNED,
            due_at=invitation.due_at,
            left=await channels.left(invitation.due_at, now),
            staff=channels.person(staff),
            mailed=await _mailed(invitation.unit_id),
        )
    )
    return {
        "due_at": _iso(invitation.due_at),
        "due": words.due(invitation.due_at),
        "telephones": (await calls.telephones([invitation.code])).get(invitation.code, []),
        "text": text,
    }


async def _mailed(unit_id: int) -> bool:
    """Whether an official of the unit has a mailbox where somebody is: its link is in there."""
    dead = await returns.dead()
    return any(one.role == "official" and one.address not in dead for one in await recipients.of_unit(unit_id))


async def _act(event: Event) -> dict[str, object]:
    found: dict[str, object] = {
        "state": event.to,
        "nil": event.nil,
        "by": event.actor,
        "at": _iso(event.at),
        "recorded_at": _iso(event.recorded_at),
    }
    if event.act == life.Act.RETURN:
        found["due_at"] = _iso(event.due_at) if event.due_at else None
    if event.act in (life.Act.SUBMIT, life.Act.SIGN_OFF):
        # Written in the same transaction, with the same moment.
        sent = await Submission.filter(invitation_id=event.invitation_id, recorded_at=event.recorded_at).first()
        found["submission"] = {"number": sent.number, "receipt": sent.receipt, "hash": sent.hash} if sent else None
    return found


def _iso(moment: datetime) -> str:
    return words.local(moment).isoformat()
