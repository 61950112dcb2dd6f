"""Who is looking at which report: taken with name and time, seen by colleagues, taken over when need be.

A claim keeps two people from doing the same work. It ends with the verdict, when it is let go, and by itself after
`LASTS`. Programs and the unit's own page decide without one: whoever comes second is told what changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from service import life
from service.errors import TakenByOther, WrongState
from service.flow import audit, events, principal
from service.models import ReviewClaim
from service.words import moment, state

LASTS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Claim:
    staff: int
    name: str
    at: datetime


async def of_campaign(campaign_id: int, now: datetime) -> Mapping[int, Claim]:
    """The claims in force, by invitation."""
    rows = ReviewClaim.filter(invitation__campaign_id=campaign_id, open=True, at__gt=now - LASTS)
    return {row.invitation_id: _claim(row) for row in await rows.select_related("staff")}


async def of(invitation_id: int, now: datetime) -> Claim | None:
    row = ReviewClaim.filter(invitation_id=invitation_id, open=True, at__gt=now - LASTS)
    found = await row.select_related("staff").first()
    return _claim(found) if found else None


def _claim(row: ReviewClaim) -> Claim:
    return Claim(row.staff_id, row.staff.name, row.at)


async def take(campaign_id: int, code: str, staff_id: int, now: datetime, *, over: bool = False) -> None:
    """Take a report that waits for review; `over` from whoever has it. Raises NotFound, WrongState (it does not wait
    any more), TakenByOther."""
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        if life.State(invitation.state) not in life.TO_REVIEW:
            raise WrongState(state=state(invitation.state))
        held = await of(invitation.id, now)
        if held and held.staff != staff_id and not over:
            raise TakenByOther(name=held.name, at=moment(held.at))
        if not await ReviewClaim.filter(invitation=invitation).update(staff_id=staff_id, at=now, open=True):
            await ReviewClaim.create(invitation=invitation, staff_id=staff_id, at=now)
        before = held.staff if held and held.staff != staff_id else None
        who, subject = principal.staff(staff_id), f"invitation:{invitation.id}"
        await audit.record("review.take", subject, who, now, {"from": before} if before else None)


async def let_go(campaign_id: int, code: str, staff_id: int, now: datetime) -> None:
    """Give back what one has taken; nothing happens where somebody else has it. Raises NotFound."""
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        mine = ReviewClaim.filter(invitation=invitation, staff_id=staff_id, open=True)
        if await mine.update(open=False):
            await audit.record("review.let_go", f"invitation:{invitation.id}", principal.staff(staff_id), now)


async def require_free(invitation_id: int, staff_id: int, now: datetime) -> None:
    """Raises TakenByOther while a colleague has it."""
    held = await of(invitation_id, now)
    if held and held.staff != staff_id:
        raise TakenByOther(name=held.name, at=moment(held.at))


async def ended(invitation_id: int) -> None:
    """The verdict was given, in its transaction."""
    await ReviewClaim.filter(invitation_id=invitation_id, open=True).update(open=False)
