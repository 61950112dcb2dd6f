"""Who is due for a reminder, and why the others are not. Pure: decides, writes nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from reminders.calendar import Calendar, CalendarGap
from reminders.steps import AUDIENCES, FURTHER_UP, Audience
from reminders.steps import DEFAULT as DEFAULT
from reminders.steps import OWING as OWING
from reminders.steps import Step as Step
from reminders.timeline import Moment, known_moments
from reminders.timeline import timeline as timeline

# How long a person is waited for who may approve, where neither a further step nor the closing ends it.
PATIENCE = timedelta(days=7)
# What is approved, or not: an invitation's reference, the step, its occurrence, the due round.
Ask = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a unit is reached. address: as address.parse gave it. role: official or leader. since: when the
    invitation to this address went out, or will; steps that came before, or on that day, are not for it. None: no
    matter. rank: a leader's, office_head or chairman, "" when it is not known."""

    address: str
    name: str
    role: str
    contact: int | None = None
    since: datetime | None = None
    rank: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """One invitation as the plan sees it.

    ref: its reference, opaque. unit: the official code. due_at: the due time in force, and due_round
    how often it was set anew (an extension, a return). published_at: when this round began: steps
    whose moment came before it are dropped. why_not: the service's own reason to leave it alone
    (answered, exempt ...), or None. returned: it has sent its report, which was handed back.
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
    returned: bool = False


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

    @property
    def ask(self) -> Ask:
        """What a person approves when the step needs it."""
        return self.pending.ref, self.step.id, self.occurrence, self.pending.due_round


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing goes to this invitation (for this step, or at all), and the reason's code.

    Codes: those of Pending.why_not; closed, state (no step of the plan goes to its state), not_yet (at:
    when; also a late one whose successor comes today, or one from before this address was invited),
    before_publication, passed, already, no_address, same_mailbox (the leader reads the official's
    mailbox), outside_hours (at: the next opening), had_mail (its mailbox has had today's mail; at: the next day it
    may), calendar_gap; and of a step that needs approval: waiting_approval (at: until when), not_approved, lapsed
    (nobody said so in time).
    """

    pending: Pending
    step: Step | None
    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """unapproved: what would go if a person approved it; it is among the skipped too, once a step."""

    notices: tuple[Notice, ...]
    skipped: tuple[Skipped, ...]
    unapproved: tuple[Notice, ...] = ()


def key(campaign: int, unit: str, step: str, occurrence: int, due_round: int, address: str) -> str:
    """The unique key of a reminder: made of ids, never of text that people see."""
    return f"reminder:{campaign}:{unit}:{step}:{occurrence}:{due_round}:{address}"


@dataclass(frozen=True, slots=True)
class _Came:
    """The latest moment of an audience that has come. later: the next of that audience. following: the next of
    anybody's."""

    audience: Audience
    moment: Moment
    later: datetime | None
    following: datetime | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the plan holds for one due time and state: what has come, else the first that will. cut: the holiday table
    ends before the plan does."""

    came: tuple[_Came, ...]
    first: Moment | None
    cut: bool


@dataclass(frozen=True, slots=True)
class _View:
    """What one look at the plan knows. See `due`."""

    now: datetime
    already: frozenset[str]
    approvals: Mapping[Ask, str]
    had_mail: Collection[str]
    next_day: datetime | None


def due(
    pending: Iterable[Pending],
    steps: Sequence[Step],
    now: datetime,
    calendar: Calendar,
    already: Collection[str],
    *,
    approvals: Mapping[Ask, str] | None = None,
    had_mail: Collection[str] = (),
    until: datetime | None = None,
) -> Decision:
    """Which reminders go out at `now`, one per mailbox, and why the others do not.

    already: keys enqueued before. approvals: what people said (approved, refused) to steps that need it. had_mail:
    mailboxes that have had a reminder on the day of `now`. until: what comes up to then goes now too, for a mailbox
    that gets one mail a day. Only the latest step whose moment has come counts, for each audience apart: after
    downtime one reminder is sent, never a backlog. Raises CalendarGap when the year of `now` has no holiday table.
    """
    opens_at = None if calendar.in_office_hours(now) else calendar.next_office_moment(now)
    view = _View(now, frozenset(already), approvals or {}, frozenset(had_mail), _next_day(calendar, now))

    @cache
    def moments(due_at: datetime) -> tuple[tuple[Moment, ...], bool]:
        return known_moments(steps, due_at, calendar)

    @cache
    def plan_of(due_at: datetime, state: str) -> _Plan:
        everything, cut = moments(due_at)
        return _plan(
            [moment for moment in everything if state in moment.step.states and _began(moment)], cut, until or now
        )

    found = [one for item in pending for one in _decide(item, plan_of, view)]
    return _sorted_out(found, view, opens_at)


def _sorted_out(found: Iterable[Notice | Skipped], view: _View, opens_at: datetime | None) -> Decision:
    """What goes, what waits for somebody's approval or for the office to open, and what does not go."""
    notices: list[Notice] = []
    skipped: list[Skipped] = []
    unapproved: list[Notice] = []
    for one in found:
        if isinstance(one, Skipped):
            skipped.append(one)
        elif opens_at is not None:
            skipped.append(Skipped(one.pending, one.step, "outside_hours", opens_at))
        elif one.step.approve and view.approvals.get(one.ask) != "approved":
            unapproved.append(one)
        else:
            notices.append(one)
    asked = {one.ask: Skipped(one.pending, one.step, "waiting_approval", one.expires_at) for one in unapproved}
    return Decision(tuple(notices), (*skipped, *asked.values()), tuple(unapproved))


def _next_day(calendar: Calendar, now: datetime) -> datetime | None:
    """When the next day of mail begins, None when the holiday table ends before."""
    try:
        return calendar.at(calendar.next_working(calendar.local(now).date()), calendar.office.morning[0])
    except CalendarGap:
        return None


def _began(moment: Moment) -> bool:
    """Whether its step was in the plan before it came."""
    return moment.step.since is None or moment.at > moment.step.since


def _plan(fitting: Sequence[Moment], cut: bool, until: datetime) -> _Plan:
    came = []
    for audience in AUDIENCES:
        own = [moment for moment in fitting if moment.step.to == audience]
        past = [moment for moment in own if moment.at <= until]
        if past:
            latest = past[-1]
            later = own[len(past)].at if len(past) < len(own) else None
            following = next((moment.at for moment in fitting if moment.at > latest.at), None)
            came.append(_Came(audience, latest, later, following))
    return _Plan(tuple(came), fitting[0] if fitting else None, cut)


def _decide(item: Pending, plan_of: Callable[[datetime, str], _Plan], view: _View) -> Iterator[Notice | Skipped]:
    if item.why_not is not None:
        yield Skipped(item, None, item.why_not)
        return
    if item.closes_at is not None and view.now > item.closes_at:
        yield Skipped(item, None, "closed")
        return
    found = plan_of(item.due_at, item.state)
    for came in found.came:
        yield from _notices(item, came, view)
    if not found.came:
        yield _nothing_yet(item, found)


def _nothing_yet(item: Pending, found: _Plan) -> Skipped:
    if found.first is not None:
        return Skipped(item, found.first.step, "not_yet", found.first.at)
    return Skipped(item, None, "calendar_gap" if found.cut else "state")


def _notices(item: Pending, came: _Came, view: _View) -> Iterator[Notice | Skipped]:
    moment, later = came.moment, came.later
    step = moment.step
    untimely = _untimely(item, moment, later, view.now)
    if untimely is not None:
        yield Skipped(item, step, untimely, later)
        return
    found = mailboxes(item.recipients, came.audience)
    if not found:
        reason = "same_mailbox" if any(_is_one(r, came.audience) for r in item.recipients) else "no_address"
        yield Skipped(item, step, reason)
        return
    expires_at = _expires_at(item, came)
    if step.approve:
        said = view.approvals.get((item.ref, step.id, moment.occurrence, item.due_round))
        if said == "refused" or (expires_at is not None and view.now >= expires_at):
            yield Skipped(item, step, "not_approved" if said == "refused" else "lapsed", later)
            return
    for recipient in found:
        name = key(item.campaign, item.unit, step.id, moment.occurrence, item.due_round, recipient.address)
        if recipient.since is not None and _is_of_before(moment, recipient.since):
            yield Skipped(item, step, "not_yet", later)
        elif name in view.already:
            yield Skipped(item, step, "already", later)
        elif recipient.address in view.had_mail:
            yield Skipped(item, step, "had_mail", view.next_day)
        else:
            yield Notice(name, step, moment.occurrence, item, recipient, moment.at, expires_at)


def _untimely(item: Pending, moment: Moment, later: datetime | None, now: datetime) -> str | None:
    """Why nobody gets this step now, whoever reads the unit's mail."""
    if moment.at <= item.published_at:
        return "before_publication"
    if moment.offset <= 0 and now > item.due_at:
        return "passed"
    if later is not None and moment.at.date() < later.date() == now.astimezone(later.tzinfo).date():
        return "not_yet"
    return None


def _is_of_before(moment: Moment, invited: datetime) -> bool:
    """Whether the step came before the invitation, or on its day: one survey writes to nobody twice a day."""
    return moment.at.date() <= invited.astimezone(moment.at.tzinfo).date()


def _expires_at(item: Pending, came: _Came) -> datetime | None:
    """When the step means nothing any more; a person who is to approve it is not waited for beyond the next step."""
    moment = came.moment
    ends = [came.later, item.closes_at, item.due_at if moment.offset <= 0 else None]
    if moment.step.approve:
        ends += [came.following or moment.at + PATIENCE]
    return min((end for end in ends if end), default=None)


def mailboxes(recipients: Iterable[Recipient], audience: Audience) -> list[Recipient]:
    """One recipient a mailbox, the first named; a leader who reads the official's mailbox is left out."""
    taken = {r.address for r in recipients if r.role == "official"} if audience != "official" else set()
    found: dict[str, Recipient] = {}
    for recipient in recipients:
        if _is_one(recipient, audience) and recipient.address not in taken:
            found.setdefault(recipient.address, recipient)
    if audience == "leader":
        # The copy for the leader goes no further up while there is another one.
        lower = {address: one for address, one in found.items() if one.rank != "chairman"}
        found = lower or found
    return [found[address] for address in sorted(found)]


def _is_one(recipient: Recipient, audience: Audience) -> bool:
    if audience in FURTHER_UP:
        return recipient.role == "leader" and recipient.rank == audience
    return recipient.role == audience
