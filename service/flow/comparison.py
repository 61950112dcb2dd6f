"""A campaign beside an earlier one, at the same distance from each one's due time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service import life
from service.flow import consolidation, progress
from service.models import Campaign

# Days from the due time at which the two are set side by side; a line of which one of them knows nothing is left out.
DISTANCES = (-7, -5, -3, -1, 0, 1, 3, 5, 7, 14)
LATE = ("late", "overdue")


@dataclass(frozen=True, slots=True)
class Line:
    """Both rates at a distance from the due time; `days` None is the distance of now."""

    days: int | None
    now: life.Rate
    then: life.Rate


@dataclass(frozen=True, slots=True)
class Comparison:
    """`late_twice`: the units late in both (this one's row, the earlier one's). `moved`: from the earlier due time to
    this one's."""

    campaign: Campaign
    before: Campaign
    lines: Sequence[Line]
    now: progress.Progress
    then: progress.Progress
    late_twice: Sequence[tuple[progress.Row, progress.Row]]
    moved: timedelta


async def choices(campaign: Campaign) -> Sequence[Campaign]:
    """The campaigns published before this one, the latest first."""
    before = Campaign.filter(published_at__lt=campaign.published_at, illustrative=campaign.illustrative)
    return await before.order_by("-published_at", "-id")


async def of(campaign: Campaign, before: Campaign | None, as_of: datetime) -> Comparison | None:
    """Beside `before`, or the period before of the same form; None when there is none."""
    before = before or await consolidation.earlier(campaign)
    if before is None:
        return None
    assert campaign.due_at is not None
    assert before.due_at is not None
    moved = campaign.due_at - before.due_at
    now, then = await progress.of(campaign.id, as_of), await progress.of(before.id, as_of - moved)
    ended = await progress.of(before.id, as_of)
    earlier = {row.code: row for row in ended.rows if row.timing in LATE}
    twice = [(row, earlier[row.code]) for row in now.rows if row.timing in LATE and row.code in earlier]
    lines = [Line(None, now.rate, then.rate)]
    for days in DISTANCES:
        at = campaign.due_at + timedelta(days=days)
        if at > as_of or not (_begun(campaign, at) and _begun(before, at - moved)):
            continue
        found = [(await progress.of(one.id, moment)).rate for one, moment in ((campaign, at), (before, at - moved))]
        lines.append(Line(days, *found))
    return Comparison(campaign, before, lines, now, ended, twice, moved)


def _begun(campaign: Campaign, at: datetime) -> bool:
    return campaign.published_at is not None and campaign.published_at <= at
