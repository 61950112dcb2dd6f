"""Links by which somebody without an account, the director, reads one campaign's page until they expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from service import security, words
from service.errors import Invalid, NotFound
from service.flow import audit, campaigns, lookups
from service.flow.principal import Principal
from service.models import ReadingDay, ReadingLink
from service.words import _

LONGEST, MOST_DAYS, DAYS = 100, 366, 30


@dataclass(frozen=True, slots=True)
class Used:
    """A link with the days on which it was opened, the latest first."""

    link: ReadingLink
    days: Sequence[ReadingDay]

    def state(self, now: datetime) -> str:
        """open, expired or revoked."""
        if self.link.revoked_at is not None:
            return "revoked"
        return "open" if now < self.link.expires_at else "expired"


async def of(campaign_id: int) -> Sequence[Used]:
    """All there ever were, the newest first. Raises NotFound, NotPublished."""
    await campaigns.published(campaign_id)
    links = await ReadingLink.filter(campaign_id=campaign_id).order_by("-id")
    days = await ReadingDay.filter(link_id__in=[link.id for link in links]).order_by("-day")
    return [Used(link, [day for day in days if day.link_id == link.id]) for link in links]


async def create(campaign_id: int, name: str, until: date | None, who: Principal, now: datetime) -> str:
    """A new link to the end of a day; its token, which is shown this once. Raises Invalid, NotFound, NotPublished."""
    name, problems = " ".join(name.split()), []
    if not name or len(name) > LONGEST:
        message = _("Vui lòng ghi người nhận đường dẫn, không quá {most} ký tự.").format(most=LONGEST)
        problems.append({"field": "name", "message": message})
    today = words.local(now).date()
    if until is None or not today <= until <= today + timedelta(days=MOST_DAYS):
        message = _("Vui lòng nhập ngày hết hạn từ hôm nay, trong vòng một năm, ví dụ {day}.")
        message = message.format(day=words.day(today + timedelta(days=DAYS)))
        problems.append({"field": "until", "message": message})
    if until is None or problems:
        raise Invalid([dict(problem) for problem in problems])
    await campaigns.published(campaign_id)
    token = security.new_token()
    async with in_transaction():
        row = await ReadingLink.create(
            campaign_id=campaign_id,
            name=name,
            token_hash=security.token_hash(token),
            created_at=now,
            created_by=who.ref,
            expires_at=datetime.combine(until + timedelta(days=1), datetime.min.time(), words.ZONE),
        )
        await audit.record("reading.create", f"campaign:{campaign_id}", who, now, {"link": row.id})
    return token


async def revoke(campaign_id: int, number: int, who: Principal, now: datetime) -> None:
    """End a link; again does nothing. Raises NotFound."""
    async with in_transaction():
        mine = ReadingLink.filter(id=number, campaign_id=campaign_id)
        if await mine.filter(revoked_at=None).update(revoked_at=now):
            await audit.record("reading.revoke", f"campaign:{campaign_id}", who, now, {"link": number})
        elif not await mine.exists():
            raise NotFound()


async def entered(token: str, now: datetime) -> ReadingLink:
    """The link of a token while it holds, its use noted. Raises NotFound."""
    row = await lookups.one(ReadingLink, token_hash=security.token_hash(token))
    if row is None or row.revoked_at is not None or now >= row.expires_at:
        raise NotFound()
    await _note(row, now)
    return row


async def _note(row: ReadingLink, now: datetime) -> None:
    """Counted by day: a page left open asks every half minute."""
    day = words.local(now).date()
    mine = ReadingDay.filter(link_id=row.id, day=day)
    if await mine.update(count=F("count") + 1, last_at=now):
        return
    try:
        async with in_transaction():
            await ReadingDay.create(link_id=row.id, day=day, count=1, last_at=now)
    except IntegrityError:  # somebody else opened it in this very moment
        await mine.update(count=F("count") + 1, last_at=now)
