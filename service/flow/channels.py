"""Reminding beside the mail: the text for a chat group, as units stand now."""

from collections.abc import Collection, Sequence
from datetime import datetime

from service import chatwords, life
from service.chatwords import Owing, Post
from service.flow import campaigns, mailtexts, planning, progress, units
from service.models import Campaign, Staff
from service.settings import Settings
from service.words import _


async def owing(campaign_id: int, now: datetime) -> tuple[Campaign, Sequence[progress.Row]]:
    """The units that still owe. Raises NotFound, NotPublished."""
    campaign = await campaigns.published(campaign_id)
    rows = (await progress.of(campaign_id, now)).rows
    return campaign, [row for row in rows if row.standing.state not in planning.OWES_NOT]


async def chat_text(
    settings: Settings,
    campaign: Campaign,
    rows: Sequence[progress.Row],
    states: Collection[str],
    by: str,
    now: datetime,
) -> str:
    """The text about those of the rows in these states, "" when there are none. `by` is one of chatwords.GROUPINGS."""
    chosen = [
        Owing(row.full_name, row.kind, row.group, row.standing.correcting, row.standing.owed_by)
        for row in rows
        if row.standing.state in states
    ]
    if not chosen:
        return ""
    assert campaign.due_at is not None
    post = Post(
        survey=campaign.title,
        letter=mailtexts.letter_words(campaign, subject=False),
        at=now,
        due_at=campaign.due_at,
        left=await left(campaign.due_at, now),
        site=mailtexts.way_in(settings),
        staff=person(campaign.staff),
    )
    return chatwords.text(post, chosen, by)


def person(staff: Staff | None) -> str:
    """Trần Thị Lan, 0225 3842 124; "" for nobody."""
    return ", ".join(part for part in (staff.name, staff.phone) if part) if staff else ""


async def left(due_at: datetime, now: datetime) -> str:
    """còn 2 ngày làm việc; đã quá hạn 1 ngày làm việc."""
    calendar = await units.calendar()
    if not life.over(due_at, now):
        return mailtexts.days_left(calendar, due_at, now)
    return _("đã quá hạn {days}").format(days=mailtexts.days_late(calendar, due_at, now)).strip()
