"""The department's verdict on what a unit sent: it is right, or it is handed back for correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tortoise.transactions import in_transaction

from reminders.deadlines import Explained
from service import life, mailwords, words
from service.errors import CampaignClosed, ChangedMeanwhile, Invalid
from service.flow import audit, calendars, claims, deadlines, drafts, events, notices, remarks
from service.flow.principal import Principal
from service.flow.remarks import Asked
from service.flow.terms import Due
from service.models import Campaign, Event, Invitation
from service.settings import Settings
from service.words import _

MAX_REMARK = 2000
USUAL = Due(days=Decimal(2), kind="working_day")


async def accept(campaign_id: int, code: str, who: Principal, now: datetime, seen: int | None = None) -> Event:
    """What was sent is checked and right. The unit's own correction, when one was begun, is over with it.

    `seen` is how many events the invitation had when it was looked at. Raises NotFound, WrongState, ChangedMeanwhile.
    """
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        await _require_unchanged(invitation, seen)
        event = await events.apply(invitation, life.Act.ACCEPT, who, at=now, recorded_at=now)
        await claims.ended(invitation.id)
        await audit.record("invitation.accept", f"invitation:{invitation.id}", who, now, {"event": event.id})
    return event


async def hand_back(
    settings: Settings,
    campaign_id: int,
    code: str,
    remark: str,
    who: Principal,
    now: datetime,
    due: Due | None = None,
    *,
    asked: Sequence[Asked] = (),
    seen: int | None = None,
) -> Event:
    """Open what was sent for correction; the unit gets and sees the remarks and sends again as the next number.

    Until then it does not count as responded. `remark` is about the whole, `asked` question by question: one of them
    is needed. `due`: until when it is to be corrected, days counted from now; without it the usual one. `seen`: as for
    `accept`. Raises Invalid, NotFound, WrongState, CampaignClosed (it could not be sent again), ChangedMeanwhile.
    """
    found = await events.found(campaign_id, code)
    campaign = await Campaign.get(id=found.campaign_id)
    told = await remarks.found(found, campaign, asked)
    if remark.strip() or not told:
        remark = checked(remark)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        await _require_unchanged(invitation, seen)
        if campaign.closes_at is not None and life.over(campaign.closes_at, now):
            raise CampaignClosed()
        due_at = await _correct_by(campaign, invitation, due, now)
        act, note = life.Act.RETURN, remarks.whole(remark.strip(), told)
        event = await events.apply(invitation, act, who, at=now, recorded_at=now, due_at=due_at, note=note)
        await remarks.keep(event, told)
        await claims.ended(invitation.id)
        await notices.queue(settings, connection, invitation, event, now)
        data = {"event": event.id, "due_at": due_at.isoformat(), "remarks": len(told)}
        await audit.record("invitation.return", f"invitation:{invitation.id}", who, now, data)
    return event


async def _require_unchanged(invitation: Invitation, seen: int | None) -> None:
    if seen is None or seen == invitation.events_count:
        return
    since = await Event.filter(invitation=invitation, seq__gt=seen).order_by("seq")
    names = await drafts.people({event.actor_ref for event in since})
    told = [
        _("{act} lúc {moment} ({who})").format(
            act=mailwords.of(mailwords.ACTS, event.act),
            moment=words.moment(event.recorded_at),
            who=names[event.actor_ref],
        )
        for event in since
    ]
    raise ChangedMeanwhile(what="; ".join(told))


async def given_already(invitation: Invitation, act: life.Act, who: Principal, seen: int) -> bool:
    """Whether the same person has done just this since they looked: a second press of the button."""
    since = await Event.filter(invitation=invitation, seq__gt=seen).order_by("seq").values_list("act", "actor_ref")
    return list(since) == [(act, who.ref)]


def checked(remark: str) -> str:
    """The remark, that must be given. Raises Invalid."""
    remark = remark.strip()
    if not remark or len(remark) > MAX_REMARK:
        message = _("Vui lòng ghi nội dung cần chỉnh sửa, bổ sung (tối đa {limit} ký tự).").format(limit="2.000")
        raise Invalid([{"field": "remark", "message": message}])
    return remark


async def _correct_by(campaign: Campaign, invitation: Invitation, due: Due | None, now: datetime) -> datetime:
    if due is None:
        return await usual_due(campaign, invitation, now)
    return deadlines.set_anew(due, now, await calendars.current(), after=now, closes_at=campaign.closes_at)[0]


@dataclass(frozen=True, slots=True)
class Usual:
    """A usual due time; `explained` None where it is not counted but the unit's own due time, or the closing."""

    due_at: datetime
    explained: Explained | None


async def usual(campaign: Campaign, invitation: Invitation, now: datetime) -> Usual:
    """Until when what was sent is corrected when nobody says otherwise: two working days, but not before the unit's
    own due time, and not after the closing. Raises Invalid where a year has no table."""
    counted, why = deadlines.set_anew(USUAL, now, await calendars.current(), after=now, closes_at=None)
    due_at = max(counted, invitation.due_at)
    due_at = min(due_at, campaign.closes_at or due_at)
    return Usual(due_at, why if due_at == counted else None)


async def usual_due(campaign: Campaign, invitation: Invitation, now: datetime) -> datetime:
    """The moment of `usual`."""
    return (await usual(campaign, invitation, now)).due_at


async def last_remark(invitation_id: int) -> tuple[str, bool]:
    """The remark with which it was last handed back, "" when it never was, and whether the unit had asked for it."""
    event = await events.latest(invitation_id, life.Act.RETURN)
    return (await events.note_of(event), await events.asked_for(event)) if event else ("", False)
