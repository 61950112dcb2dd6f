"""The department's verdict on what a unit sent: for now, handing it back for correction."""

from datetime import datetime
from decimal import Decimal

from tortoise.transactions import in_transaction

from service import life
from service.errors import CampaignClosed, Invalid
from service.flow import audit, calendars, deadlines, events, notices
from service.flow.principal import Principal
from service.flow.terms import Due
from service.models import Campaign, Event, Invitation
from service.settings import Settings
from service.words import _

MAX_REMARK = 2000
USUAL = Due(days=Decimal(2), kind="working_day")


async def hand_back(
    settings: Settings,
    campaign_id: int,
    code: str,
    remark: str,
    who: Principal,
    now: datetime,
    due: Due | None = None,
) -> Event:
    """Open what was sent for correction; the unit gets and sees the remark and sends again as the next number.

    Until then it does not count as responded. `due`: until when it is to be corrected, days counted from now; without
    it the usual one. Raises Invalid, NotFound, WrongState, CampaignClosed
    (it could not be sent again).
    """
    remark = checked(remark)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        campaign = await Campaign.get(id=campaign_id)
        if campaign.closes_at is not None and life.over(campaign.closes_at, now):
            raise CampaignClosed()
        due_at = await _correct_by(campaign, invitation, due, now)
        act = life.Act.RETURN
        event = await events.apply(invitation, act, who, at=now, recorded_at=now, due_at=due_at, note=remark)
        await notices.queue(settings, connection, invitation, event, now)
        data = {"event": event.id, "due_at": due_at.isoformat()}
        await audit.record("invitation.return", f"invitation:{invitation.id}", who, now, data)
    return event


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


async def usual_due(campaign: Campaign, invitation: Invitation, now: datetime) -> datetime:
    """Until when what was sent is corrected when nobody says otherwise: two working days, but not before the unit's
    own due time, and not after the closing. Raises Invalid where a year has no table."""
    usual, _why = deadlines.set_anew(USUAL, now, await calendars.current(), after=now, closes_at=None)
    usual = max(usual, invitation.due_at)
    return min(usual, campaign.closes_at or usual)


async def last_remark(invitation_id: int) -> tuple[str, bool]:
    """The remark with which it was last handed back, "" when it never was, and whether the unit had asked for it."""
    event = await events.latest(invitation_id, life.Act.RETURN)
    return (await events.note_of(event), await events.asked_for(event)) if event else ("", False)
