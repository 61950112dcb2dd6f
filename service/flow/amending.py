"""A unit corrects by itself what it sent, until its due time; later it asks (flow.unitrequests).

What it sent stays its report, and counts, until the corrected one is sent as the next number.
"""

from datetime import datetime

from tortoise.transactions import in_transaction

from service import life
from service.flow import audit, drafts, events, filling, openness
from service.flow.entry import Visit


async def amend(campaign_id: int, visit: Visit, now: datetime) -> None:
    """Open what was sent for correction; the draft goes on from it.

    Raises NotFound, CampaignClosed, WrongState (not sent, or accepted), AmendingOver.
    """
    async with in_transaction():
        invitation = await filling.find(campaign_id, unit_id=visit.unit, lock=True)
        openness.require_open(invitation.campaign, now)
        act, who = life.Act.AMEND, visit.principal
        event = await events.apply(invitation, act, who, at=now, recorded_at=now)
        openness.require(invitation, life.Act.SUBMIT, who, now)  # too late: all of it is taken back
        await audit.record("submission.amend", f"invitation:{invitation.id}", who, now, {"event": event.id})


async def keep(campaign_id: int, visit: Visit, now: datetime) -> None:
    """Give the correction up: the draft holds again what was sent. Raises NotFound, WrongState (none was begun)."""
    async with in_transaction():
        invitation = await filling.find(campaign_id, unit_id=visit.unit, lock=True)
        act, who = life.Act.KEEP, visit.principal
        event = await events.apply(invitation, act, who, at=now, recorded_at=now)
        await drafts.as_last_sent(invitation, who, now)
        await audit.record("submission.keep", f"invitation:{invitation.id}", who, now, {"event": event.id})
