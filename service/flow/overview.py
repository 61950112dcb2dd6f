"""The front page: every campaign with its rate, and how many open surveys weigh on a unit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from reminders.calendar import Calendar, CalendarGap
from service import life
from service.flow import progress, units
from service.models import Campaign, Invitation
from service.words import collation, local

PHASES = ("draft", "scheduled", "open", "closed")
RUNNING = ("open", "scheduled")
CLOSE = 3


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
    """What open campaigns ask of a unit. `owed` are those it has not answered (campaign, title, due time), in order of
    due times; `asked` counts all. `clash`: two of them are due within CLOSE working days of each other."""

    code: str
    name: str
    asked: int
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
    running = [line for line in lines if line.phase in RUNNING]
    loads = await burden(now) if len(running) > 1 else ()
    return Front(lines, [load for load in loads if len(load.owed) > 1])


async def burden(now: datetime) -> Sequence[Load]:
    """What weighs on each unit now, the heaviest first; units that owe nothing are left out."""
    found = await Campaign.filter(published_at__not_isnull=True).only(
        "id", "title", "opens_at", "closes_at", "published_at"
    )
    running = {campaign.id: campaign.title for campaign in found if phase(campaign, now) in RUNNING}
    done = {*life.RESPONDED, life.State.EXEMPT}
    rows = (
        await Invitation.filter(campaign_id__in=list(running))
        .order_by("code", "due_at")
        .values_list("code", "full_name", "campaign_id", "due_at", "state")
    )
    owed: dict[str, list[tuple[int, str, datetime]]] = {}
    asked, names = Counter[str](), {}
    for code, name, campaign, due_at, state in rows:
        asked[code] += state != life.State.EXEMPT
        names[code] = name
        if state not in done:
            owed.setdefault(code, []).append((campaign, running[campaign], due_at))
    close = _Closeness(await units.calendar()) if owed else None
    loads = [Load(code, names[code], asked[code], mine, _clash(mine, close)) for code, mine in owed.items()]
    return sorted(loads, key=lambda load: (-len(load.owed), not load.clash, collation(load.name)))


def _clash(owed: Sequence[tuple[int, str, datetime]], close: "_Closeness | None") -> bool:
    ends = [due_at for _campaign, _title, due_at in owed]
    return close is not None and any(close.are(one, other) for one, other in pairwise(ends))


class _Closeness:
    """Whether due times lie within CLOSE working days of each other; the same few are asked for every unit."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._known: dict[tuple[datetime, datetime], bool] = {}

    def are(self, one: datetime, other: datetime) -> bool:
        key = one, other
        if key not in self._known:
            self._known[key] = self._within(one, other)
        return self._known[key]

    def _within(self, one: datetime, other: datetime) -> bool:
        try:
            return self._calendar.working_days_between(one, other) <= CLOSE
        except CalendarGap:  # a year without a table: days are counted
            return local(other).date() - local(one).date() <= timedelta(days=CLOSE)
