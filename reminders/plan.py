"""Who is due for a reminder, and why the others are not. Pure: decides, writes nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from reminders.calendar import Calendar
from reminders.steps import DEFAULT as DEFAULT
from reminders.steps import OWING as OWING
from reminders.steps import Step as Step
from reminders.timeline import Moment, known_moments
from reminders.timeline import timeline as timeline


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a unit is reached. address: as address.parse gave it. role: official or leader. since: when the
    invitation to this address went out, or will; steps that came before are not for it. None: no matter."""

    address: str
    name: str
    role: str
    contact: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """One invitation as the plan sees it.

    ref: its reference, opaque. unit: the official code. due_at: the due time in force, and due_round
    how often it was set anew (an extension, a return). published_at: when this round began: steps
    whose moment came before it are dropped. why_not: the service's own reason to leave it alone
    (answered, exempt ...), or None.
    """

    ref: str
    campaign: int
    unit: str
    state: str
    due_at: datetime
    due_round: int
    published_at: datetime
    closes_at: datetime | None
    recipients: tuple[Recipient, ...]
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A reminder to enqueue. expires_at: when the next step comes, or its meaning ends."""

    key: str
    step: Step
    occurrence: int
    pending: Pending
    recipient: Recipient
    planned_for: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing goes to this invitation (for this step, or at all), and the reason's code.

    Codes: those of Pending.why_not; closed, state (no step of the plan goes to its state), not_yet (at:
    when; also a late one whose successor comes today, or one from before this address was invited),
    before_publication, passed, already, no_address, same_mailbox (the leader reads the official's
    mailbox), outside_hours (at: the next opening), calendar_gap.
    """

    pending: Pending
    step: Step | None
    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    notices: tuple[Notice, ...]
    skipped: tuple[Skipped, ...]


def key(campaign: int, unit: str, step: str, occurrence: int, due_round: int, address: str) -> str:
    """The unique key of a reminder: made of ids, never of text that people see."""
    return f"reminder:{campaign}:{unit}:{step}:{occurrence}:{due_round}:{address}"


def due(
    pending: Iterable[Pending],
    steps: Sequence[Step],
    now: datetime,
    calendar: Calendar,
    already: Collection[str],
) -> Decision:
    """Which reminders go out at `now`, one per mailbox, and why the others do not.

    already: keys enqueued before. Only the latest step whose moment has come counts, for officials and
    leaders apart: after downtime one reminder is sent, never a backlog. Raises CalendarGap when the
    year of `now` has no holiday table.
    """
    known = frozenset(already)
    open_now = calendar.in_office_hours(now)
    opens_at = None if open_now else calendar.next_office_moment(now)

    @cache
    def moments(due_at: datetime) -> tuple[tuple[Moment, ...], bool]:
        return known_moments(steps, due_at, calendar)

    notices: list[Notice] = []
    skipped: list[Skipped] = []
    for item in pending:
        for found in _decide(item, moments, now, known):
            if isinstance(found, Skipped):
                skipped.append(found)
            elif opens_at is not None:
                skipped.append(Skipped(item, found.step, "outside_hours", opens_at))
            else:
                notices.append(found)
    return Decision(tuple(notices), tuple(skipped))


def _decide(
    item: Pending,
    moments: Callable[[datetime], tuple[tuple[Moment, ...], bool]],
    now: datetime,
    already: frozenset[str],
) -> Iterator[Notice | Skipped]:
    if item.why_not is not None:
        yield Skipped(item, None, item.why_not)
        return
    if item.closes_at is not None and now > item.closes_at:
        yield Skipped(item, None, "closed")
        return
    everything, cut = moments(item.due_at)
    fitting = [moment for moment in everything if item.state in moment.step.states and _began(moment)]
    came = False
    for audience in ("official", "leader"):
        own = [moment for moment in fitting if moment.step.to == audience]
        past = [moment for moment in own if moment.at <= now]
        if past:
            came = True
            later = own[len(past)].at if len(past) < len(own) else None
            yield from _notices(item, past[-1], later, now, already)
    if not came:
        yield _nothing_yet(item, fitting, cut)


def _began(moment: Moment) -> bool:
    """Whether its step was in the plan before it came."""
    return moment.step.since is None or moment.at > moment.step.since


def _nothing_yet(item: Pending, fitting: Sequence[Moment], cut: bool) -> Skipped:
    if fitting:
        return Skipped(item, fitting[0].step, "not_yet", fitting[0].at)
    return Skipped(item, None, "calendar_gap" if cut else "state")


def _notices(
    item: Pending, moment: Moment, later: datetime | None, now: datetime, already: frozenset[str]
) -> Iterator[Notice | Skipped]:
    step = moment.step
    if moment.at <= item.published_at:
        yield Skipped(item, step, "before_publication", later)
        return
    if moment.offset <= 0 and now > item.due_at:
        yield Skipped(item, step, "passed", later)
        return
    if later is not None and moment.at.date() < later.date() == now.astimezone(later.tzinfo).date():
        yield Skipped(item, step, "not_yet", later)
        return
    mailboxes = _mailboxes(item, step.to)
    if not mailboxes:
        reason = "same_mailbox" if any(r.role == step.to for r in item.recipients) else "no_address"
        yield Skipped(item, step, reason)
        return
    ends = [end for end in (later, item.closes_at, item.due_at if moment.offset <= 0 else None) if end]
    expires_at = min(ends, default=None)
    for recipient in mailboxes:
        address = recipient.address
        if recipient.since is not None and moment.at <= recipient.since:
            yield Skipped(item, step, "not_yet", later)
            continue
        name = key(item.campaign, item.unit, step.id, moment.occurrence, item.due_round, address)
        if name in already:
            yield Skipped(item, step, "already", later)
        else:
            yield Notice(name, step, moment.occurrence, item, recipient, moment.at, expires_at)


def _mailboxes(item: Pending, audience: str) -> list[Recipient]:
    """One recipient a mailbox, the first named; a leader who reads the official's mailbox is left out."""
    taken = {r.address for r in item.recipients if r.role == "official"} if audience == "leader" else set()
    found: dict[str, Recipient] = {}
    for recipient in item.recipients:
        if recipient.role == audience and recipient.address not in taken:
            found.setdefault(recipient.address, recipient)
    return [found[address] for address in sorted(found)]
