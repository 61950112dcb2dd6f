"""Acts on the roster of a campaign that runs: a later due time for a unit, off the roster, back on it."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from reminders.deadlines import Explained
from service import life, words
from service.errors import CampaignClosed, Invalid, WrongState
from service.flow import audit, calendars, deadlines, events, notices
from service.flow.principal import Principal
from service.flow.terms import Due
from service.models import Campaign, Event, Invitation
from service.settings import Settings
from service.words import _

MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class Extension:
    """A later due time that a unit would get. `before` is the one in force; `explained` None for a fixed one."""

    before: datetime
    due_at: datetime
    explained: Explained | None


async def extension(campaign_id: int, code: str, due: Due, now: datetime) -> Extension:
    """What extending would do; nothing is written. Raises Invalid, NotFound, CampaignClosed."""
    invitation = await events.found(campaign_id, code)
    return await extension_of(invitation, await Campaign.get(id=campaign_id), due, now)


async def extension_of(invitation: Invitation, campaign: Campaign, due: Due, now: datetime) -> Extension:
    """Days count from the due time in force, or from now when that has passed. Raises Invalid, CampaignClosed."""
    if campaign.closes_at is not None and life.over(campaign.closes_at, now):
        raise CampaignClosed()
    before = invitation.due_at
    # Who has answered is judged anew by the new time, which may have passed; who has not can only be given more.
    answered = life.State(invitation.state) in life.RESPONDED
    when, explained = deadlines.set_anew(
        due,
        max(before, now),
        await calendars.current(),
        after=before if answered else max(before, now),
        closes_at=campaign.closes_at,
    )
    return Extension(before, when, explained)


async def extend(
    settings: Settings, campaign_id: int, code: str, due: Due, reason: str, who: Principal, now: datetime
) -> Event:
    """Give a unit a later due time and tell it; its reminders are planned anew for it.

    While its report is handed back, it is the correction that gets more time. Raises Invalid, NotFound, WrongState,
    CampaignClosed.
    """
    reason = checked(reason)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        found = await extension_of(invitation, await Campaign.get(id=campaign_id), due, now)
        return await _act(settings, connection, invitation, life.Act.EXTEND, reason, who, now, found.due_at)


async def followed(event: Event) -> bool:
    """Whether something has happened to the unit since an extension or exemption that could not be put back blindly."""
    since = Event.filter(invitation_id=event.invitation_id, seq__gt=event.seq)
    acts = [*life.SENDINGS, life.Act.RETURN, life.Act.EXTEND, life.Act.EXEMPT, life.Act.INCLUDE]
    return await since.filter(act__in=acts).exists()


async def take_back(
    settings: Settings,
    campaign_id: int,
    code: str,
    extended_at: datetime,
    due_at: datetime,
    reason: str,
    who: Principal,
    now: datetime,
) -> Event:
    """Give a unit back the due time it had before an extension recorded at `extended_at`, and tell it.

    Raises WrongState when something has happened to it since, NotFound.
    """
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        event = await Event.get_or_none(invitation=invitation, act=life.Act.EXTEND, recorded_at=extended_at)
        if event is None or await followed(event):
            raise WrongState(state=words.state(invitation.state))
        return await _act(settings, connection, invitation, life.Act.EXTEND, reason, who, now, due_at)


async def exempt(settings: Settings, campaign_id: int, code: str, reason: str, who: Principal, now: datetime) -> Event:
    """Take a unit off the roster: it is told so, expected no longer and reminded no more. Raises Invalid, NotFound,
    WrongState."""
    reason = checked(reason)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        return await _act(settings, connection, invitation, life.Act.EXEMPT, reason, who, now)


async def include(settings: Settings, campaign_id: int, code: str, reason: str, who: Principal, now: datetime) -> Event:
    """Put an exempt unit back on the roster, as it stood before, and tell it. Raises Invalid, NotFound, WrongState."""
    reason = checked(reason)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        return await _act(settings, connection, invitation, life.Act.INCLUDE, reason, who, now)


async def _act(
    settings: Settings,
    connection: BaseDBAsyncClient,
    invitation: Invitation,
    act: life.Act,
    reason: str,
    who: Principal,
    now: datetime,
    due_at: datetime | None = None,
) -> Event:
    event = await events.apply(invitation, act, who, at=now, recorded_at=now, due_at=due_at, note=reason)
    await notices.queue(settings, connection, invitation, event, now)
    data = {"event": event.id, **({"due_at": due_at.isoformat()} if due_at else {})}
    await audit.record(f"invitation.{act}", f"invitation:{invitation.id}", who, now, data)
    return event


def checked(reason: str) -> str:
    """The reason, that must be given. Raises Invalid."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        message = _("Vui lòng ghi lý do (tối đa {limit} ký tự).").format(limit="2.000")
        raise Invalid([{"field": "reason", "message": message}])
    return reason
