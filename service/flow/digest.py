"""The morning digest: who of the staff wants it, what is new, and one mail a person and working day."""

import hashlib
import logging
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.calendar import END_OF_DAY, Calendar, CalendarGap
from reminders.models import Message
from reminders.ports import Letter
from service import digestwords, life, words
from service.calling import Turn
from service.digestwords import CampaignNews, News
from service.errors import Invalid
from service.flow import assignments, audit, calls, channels, inbox, overview, progress, recipients, unitrequests, units
from service.flow.principal import Principal
from service.models import Campaign, Digest, Event, Staff
from service.roster import people
from service.settings import Settings
from service.words import _, collation

log = logging.getLogger(__name__)

FIRST = timedelta(days=1)  # how far back somebody's first digest looks


async def plan_due(settings: Settings, now: datetime) -> int:
    """Queue the digests of today that were not decided yet; how many. Only on working days, from the hour on until
    the office closes: what downtime delayed is sent once, and never the next day."""
    closes = await _open_until(settings.digest_at, now)
    if closes is None:
        return 0
    today, count = words.local(now).date(), 0
    undecided = Digest.filter(Q(day__isnull=True) | Q(day__lt=today), wanted=True, staff__active=True)
    for row in await undecided.exclude(staff__email="").select_related("staff").order_by("id"):
        try:
            count += await _decide(settings, row, now, closes)
        except Exception:
            # One that cannot be made must not silence the others, nor the reminders.
            log.exception("the digest of staff %d could not be made", row.staff_id)
    return count


async def _open_until(at: time | None, now: datetime) -> datetime | None:
    """Until when digests go out today; None when none does now."""
    calendar, local = await units.calendar(), words.local(now)
    begins, closes = at or calendar.office.morning[0], calendar.office.afternoon[1]
    ends = closes if begins < closes else END_OF_DAY
    if not _works(calendar, now) or not begins <= local.time() <= ends:
        return None
    return calendar.at(local.date(), ends)


def _works(calendar: Calendar, now: datetime) -> bool:
    try:
        return calendar.is_working(words.local(now).date())
    except CalendarGap:
        return False  # the pages say so; nothing is sent on a guess


async def _decide(settings: Settings, row: Digest, now: datetime, expires_at: datetime) -> int:
    """Queue one digest if it has anything to tell; whoever else decides it at the same time loses."""
    found, staff, today = await news(row.until, now, row.staff_id), row.staff, words.local(now).date()
    letter = Letter(
        key=f"digest:{staff.id}:{today.isoformat()}",
        kind="digest",
        ref=f"staff:{staff.id}",
        to_address=staff.email,
        to_name=staff.name,
        subject=digestwords.subject(found),
        text=digestwords.text(found, staff.name, settings.public_url),
        expires_at=expires_at,
    )
    async with in_transaction() as connection:
        mine = Digest.filter(Q(day__isnull=True) | Q(day__lt=today), id=row.id, wanted=True)
        if not await mine.update(day=today, until=now) or not found.tells:
            return 0
        return len(await outbox.enqueue([letter], connection, now=now, domain=recipients.domain(settings)))


async def news(since: datetime, now: datetime, staff_id: int) -> News:
    """What is new since a moment in the campaigns that are open, or were then, for a staff member."""
    own = {code for code, person in (await assignments.in_charge()).items() if person.id == staff_id}
    campaigns = await Campaign.filter(published_at__not_isnull=True).order_by("id")
    phases = {campaign.id: overview.phase(campaign, now) for campaign in campaigns}
    running = [c for c in campaigns if phases[c.id] == "open" or (phases[c.id] == "closed" and _closed_since(c, since))]
    dead = [one for one in await inbox.dead() if one.address.since > since]
    return News(
        since=since,
        at=now,
        campaigns=[await _campaign(campaign, since, now, own) for campaign in running],
        dead=[(one.address.address, ", ".join(name for _code, name in one.units)) for one in dead],
    )


def _closed_since(campaign: Campaign, since: datetime) -> bool:
    return campaign.closes_at is not None and campaign.closes_at > since


async def _campaign(campaign: Campaign, since: datetime, now: datetime, own: Collection[str]) -> CampaignNews:
    assert campaign.due_at is not None
    _found, lines = await calls.owing(campaign.id, now)
    closed_at = campaign.closes_at if overview.phase(campaign, now) == "closed" else None
    promised = [line for line in lines if line.turn in (Turn.PASSED, Turn.TODAY) and closed_at is None]
    overdue = [line.row.standing for line in lines if life.over(line.row.standing.owed_by, now)]
    failed = Message.filter(campaign=campaign.id, state="failed", settled_at__gt=since, settled_at__lte=now)
    return CampaignNews(
        id=campaign.id,
        title=campaign.title,
        rate=(await progress.of(campaign.id, now)).rate,
        due_at=campaign.due_at,
        left=await channels.left(campaign.due_at, now),
        due_today=words.local(campaign.due_at).date() == words.local(now).date(),
        came=await _came(campaign.id, since, now),
        promised=[(line.row.full_name, line.promised_on) for line in promised if line.promised_on],
        overdue=sum(not standing.correcting for standing in overdue),
        overdue_again=sum(standing.correcting for standing in overdue),
        closed_at=closed_at,
        failed=await failed.count(),
        asked=[(one.name, _(unitrequests.KINDS[one.kind])) for one in await unitrequests.waiting(campaign.id)],
        own=sorted((line.row.full_name for line in lines if line.row.code in own), key=collation),
    )


async def _came(campaign_id: int, since: datetime, now: datetime) -> Sequence[str]:
    """The units whose report was sent or recorded in that time, each once."""
    sendings = Event.filter(invitation__campaign_id=campaign_id, act__in=list(life.SENDINGS))
    rows = await sendings.filter(recorded_at__gt=since, recorded_at__lte=now).values_list(
        "invitation__full_name", flat=True
    )
    return sorted({str(name) for name in rows}, key=collation)


async def of(staff: Staff) -> Digest | None:
    """What a staff member asked for, None when they never did."""
    return await Digest.get_or_none(staff_id=staff.id)


async def preview(settings: Settings, staff: Staff, now: datetime) -> tuple[str, str] | None:
    """Subject and text of the digest a staff member would get now; None when there is nothing to tell."""
    row = await of(staff)
    found = await news(row.until if row else now - FIRST, now, staff.id)
    if not found.tells:
        return None
    return digestwords.subject(found), digestwords.text(found, staff.name, settings.public_url)


async def choose(staff: Staff, email: str, wanted: bool, who: Principal, now: datetime) -> None:
    """A staff member's own address, and whether the digest is sent to it. Raises Invalid."""
    try:
        address = people.parsed(email) if email.strip() else ""
    except people.Refused as error:
        raise Invalid([{"field": "email", "message": str(error)}]) from error
    if wanted and not address:
        message = _("Vui lòng ghi thư điện tử để nhận bản tin.")
        raise Invalid([{"field": "email", "message": message}])
    async with in_transaction():
        moved = await Staff.filter(id=staff.id).exclude(email=address).update(email=address)
        row = await Digest.filter(staff_id=staff.id).select_for_update().first()
        if row is None:
            await Digest.create(staff_id=staff.id, wanted=wanted, until=now - FIRST)
        elif wanted != row.wanted:
            # Who had stopped it is not told of all the time since.
            begins = {"until": max(row.until, now - FIRST)} if wanted else {}
            await Digest.filter(id=row.id).update(wanted=wanted, **begins)
        data = {"wanted": wanted, **({"address": hashlib.sha256(address.encode()).hexdigest()} if moved else {})}
        await audit.record("staff.digest", f"staff:{staff.id}", who, now, data)
