"""The front page: every campaign with its rate, and how many open surveys weigh on a unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service import life
from service.flow import progress
from service.models import Campaign, Invitation
from service.words import local

PHASES = ("draft", "scheduled", "open", "closed")


@dataclass(frozen=True, slots=True)
class Line:
    """One campaign on the front page, as it stands now. `responded` and `expected` are 0 before publication.

    `to_review` of its reports wait for the department's verdict."""

    campaign: Campaign
    phase: str
    responded: int
    expected: int
    overdue: bool
    to_review: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """A unit that still owes answers to several open campaigns; `clash`: two are due on the same day."""

    code: str
    name: str
    owed: Sequence[tuple[int, str, datetime]]
    clash: bool


@dataclass(frozen=True, slots=True)
class Front:
    lines: Sequence[Line]
    burden: Sequence[Load]


def phase(campaign: Campaign, now: datetime) -> str:
    """draft, scheduled (published, not open yet), open or closed."""
    if campaign.published_at is None:
        return "draft"
    if campaign.closes_at is not None and now > campaign.closes_at:
        return "closed"
    if campaign.opens_at is not None and now < campaign.opens_at:
        return "scheduled"
    return "open"


async def front(now: datetime) -> Front:
    """Every campaign, the newest first, and the units that owe several answers at once."""
    campaigns = await Campaign.all().order_by("-id")
    states = await progress.states([c.id for c in campaigns if c.published_at])
    lines = []
    for campaign in campaigns:
        responded, expected = life.share(states.get(campaign.id, {}))
        late = campaign.due_at is not None and campaign.published_at is not None and now > campaign.due_at
        waiting = life.waiting(states.get(campaign.id, {}))
        lines.append(Line(campaign, phase(campaign, now), responded, expected, late, waiting))
    running = {line.campaign.id: line.campaign.title for line in lines if line.phase in ("open", "scheduled")}
    return Front(lines, await _burden(running))


async def _burden(running: dict[int, str]) -> list[Load]:
    if len(running) < 2:
        return []
    done = [*life.RESPONDED, life.State.EXEMPT]
    rows = (
        await Invitation.filter(campaign_id__in=list(running))
        .exclude(state__in=done)
        .order_by("code", "due_at")
        .values_list("code", "full_name", "campaign_id", "due_at")
    )
    owed: dict[tuple[str, str], list[tuple[int, str, datetime]]] = {}
    for code, name, campaign, due_at in rows:
        owed.setdefault((code, name), []).append((campaign, running[campaign], due_at))
    loads = [_load(code, name, found) for (code, name), found in owed.items() if len(found) > 1]
    return sorted(loads, key=lambda load: (-len(load.owed), not load.clash, load.code))


def _load(code: str, name: str, owed: list[tuple[int, str, datetime]]) -> Load:
    days = [local(due_at).date() for _campaign, _title, due_at in owed]
    return Load(code, name, owed, clash=len(set(days)) < len(days))
