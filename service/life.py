"""One response's life: its transitions, its state at a moment, and the response rate.

Pure. This is the only place that computes 59/114: page, mail, workbook and API all ask here.

Every event has `at`, when it took effect (a paper received on 18/7), and `recorded_at`, when it was
written down (typed in on 22/7). On time is judged by the first; a figure "as of T" counts only what was
recorded by T, so that a figure once reported stays as it was.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where an invitation stands. While a unit amends what it sent, that stays its report: it counts as before."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    OPENED = "opened"
    DRAFT = "draft"
    AWAITING_SIGNOFF = "awaiting_signoff"
    SUBMITTED = "submitted"
    AMENDING = "amending"
    AMENDING_SIGNOFF = "amending_signoff"
    ACCEPTED = "accepted"
    RECEIVED = "received"
    RETURNED = "returned"
    EXEMPT = "exempt"
    UNDELIVERABLE = "undeliverable"


class Act(StrEnum):
    """What can happen to an invitation."""

    DELIVER = "deliver"
    BOUNCE = "bounce"
    OPEN = "open"
    BEGIN = "begin"
    SUBMIT = "submit"
    ASK_SIGNOFF = "ask_signoff"
    WITHDRAW_SIGNOFF = "withdraw_signoff"
    REFUSE_SIGNOFF = "refuse_signoff"
    SIGN_OFF = "sign_off"
    AMEND = "amend"
    KEEP = "keep"
    INTAKE = "intake"
    ACCEPT = "accept"
    RETURN = "return"
    EXEMPT = "exempt"
    INCLUDE = "include"
    EXTEND = "extend"


class Actor(StrEnum):
    UNIT = "unit"
    STAFF = "staff"
    SYSTEM = "system"


RESPONDED = frozenset({State.SUBMITTED, State.AMENDING, State.AMENDING_SIGNOFF, State.ACCEPTED, State.RECEIVED})
WITH_LEADER = frozenset({State.AWAITING_SIGNOFF, State.AMENDING_SIGNOFF})
UNANSWERED = frozenset({State.NOT_SENT, State.UNDELIVERABLE, State.SENT, State.OPENED, State.DRAFT})
SENDINGS = frozenset({Act.SUBMIT, Act.SIGN_OFF, Act.INTAKE})
# Acts that end what another began: the state goes back to the one before that.
UNDOES = {Act.INCLUDE: Act.EXEMPT, Act.WITHDRAW_SIGNOFF: Act.ASK_SIGNOFF, Act.REFUSE_SIGNOFF: Act.ASK_SIGNOFF}


class NotAllowed(ValueError):
    """The act does not fit the state the invitation is in."""

    def __init__(self, state: State, act: Act, actor: Actor) -> None:
        super().__init__(f"{actor} may not {act} while {state}")
        self.state, self.act, self.actor = state, act, actor


def _table() -> Mapping[tuple[State, Act, Actor], State]:
    unit, staff, system = Actor.UNIT, Actor.STAFF, Actor.SYSTEM
    rows: list[tuple[Iterable[State], Act, Iterable[Actor], State | None]] = [
        ({State.NOT_SENT, State.UNDELIVERABLE}, Act.DELIVER, {system}, State.SENT),
        ({State.NOT_SENT, State.SENT}, Act.BOUNCE, {system}, State.UNDELIVERABLE),
        ({State.NOT_SENT, State.SENT, State.UNDELIVERABLE}, Act.OPEN, {unit}, State.OPENED),
        (UNANSWERED - {State.DRAFT}, Act.BEGIN, {unit, staff}, State.DRAFT),
        (UNANSWERED | {State.RETURNED, State.RECEIVED}, Act.SUBMIT, {unit, staff}, State.SUBMITTED),
        # A paper that was taken in has been signed: typing it in asks nobody again.
        (UNANSWERED | {State.RETURNED}, Act.ASK_SIGNOFF, {unit}, State.AWAITING_SIGNOFF),
        ({State.AWAITING_SIGNOFF}, Act.WITHDRAW_SIGNOFF, {unit}, State.DRAFT),
        ({State.AWAITING_SIGNOFF}, Act.REFUSE_SIGNOFF, {unit}, State.DRAFT),
        (WITH_LEADER, Act.SIGN_OFF, {unit}, State.SUBMITTED),
        # What was sent may be corrected by the unit itself until its due time (flow.openness); it counts meanwhile.
        # Where a leader approves, the time of handing in counts: SIGN_OFF, alone of these, may come later.
        ({State.SUBMITTED}, Act.AMEND, {unit}, State.AMENDING),
        ({State.AMENDING}, Act.KEEP, {unit}, State.SUBMITTED),
        ({State.AMENDING}, Act.SUBMIT, {unit}, State.SUBMITTED),
        ({State.AMENDING}, Act.ASK_SIGNOFF, {unit}, State.AMENDING_SIGNOFF),
        ({State.AMENDING_SIGNOFF}, Act.WITHDRAW_SIGNOFF, {unit}, State.AMENDING),
        ({State.AMENDING_SIGNOFF}, Act.REFUSE_SIGNOFF, {unit}, State.AMENDING),
        (UNANSWERED | {State.AWAITING_SIGNOFF, State.RETURNED}, Act.INTAKE, {staff}, State.RECEIVED),
        ({State.SUBMITTED, State.AMENDING, State.AMENDING_SIGNOFF}, Act.ACCEPT, {staff}, State.ACCEPTED),
        (RESPONDED, Act.RETURN, {staff}, State.RETURNED),
        (set(State) - {State.EXEMPT}, Act.EXEMPT, {staff}, State.EXEMPT),
        ({State.EXEMPT}, Act.INCLUDE, {staff}, State.NOT_SENT),
        (set(State) - {State.EXEMPT}, Act.EXTEND, {staff}, None),  # None: the state stays
    ]
    return {
        (state, act, actor): to or state for states, act, actors, to in rows for state in states for actor in actors
    }


TRANSITIONS: Mapping[tuple[State, Act, Actor], State] = _table()
TO_REVIEW = frozenset(state for state, act, _actor in TRANSITIONS if act is Act.ACCEPT)


def step(state: State, act: Act, actor: Actor) -> State:
    """The state after the act. Raises NotAllowed when it does not fit."""
    try:
        return TRANSITIONS[state, act, actor]
    except KeyError:
        raise NotAllowed(state, act, actor) from None


def may(state: State, act: Act, actor: Actor) -> bool:
    return (state, act, actor) in TRANSITIONS


def over(end: datetime, at: datetime) -> bool:
    """Whether a deadline had passed at a moment. Ends are inclusive and whole seconds (17:00:00, 23:59:59): the
    fraction of a second that a clock adds makes nobody late."""
    return at > end and at.replace(microsecond=0) > end


def state_before(begun: Act, lived: Sequence[tuple[Act, State]]) -> State:
    """The state to go back to when the last act of that kind is undone, of all that happened, in order."""
    state = was = State.NOT_SENT
    for act, to in lived:
        if act is begun:
            was = state
        state = to
    return was


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `to` is the state after it.

    `due_at` is a due time set anew: by a return, or an extension while a report is handed back, that of the
    correction; by any other extension that of the report.
    """

    act: Act
    to: State
    at: datetime
    recorded_at: datetime
    nil: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One invitation with all its events, in the order they were recorded."""

    unit: str
    kind: str
    group: str
    due_at: datetime
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one invitation stands at a moment. `due_at` includes the extensions known then.

    `correction_due_at` is that of the latest return (None: never handed back, or without one), `corrected_at` when it
    was sent again; `correcting` in between, also while the correction waits for the leader. On time is judged by the
    first sending alone; a correction that comes late is told beside it.
    """

    unit: str
    kind: str
    group: str
    state: State
    original_due_at: datetime
    due_at: datetime
    first_sent_at: datetime | None = None
    nil: bool = False
    correction_due_at: datetime | None = None
    corrected_at: datetime | None = None
    correcting: bool = False

    @property
    def owed_by(self) -> datetime:
        """The due time in force: that of the correction while the report is handed back."""
        return self.correction_due_at if self.correcting and self.correction_due_at else self.due_at

    def correction_late(self, as_of: datetime) -> bool:
        """Whether a correction came, or is still missing, after its due time."""
        if self.correction_due_at is None or self.state is State.EXEMPT:
            return False
        if self.corrected_at is None:
            return self.correcting and over(self.correction_due_at, as_of)
        return over(self.correction_due_at, self.corrected_at)

    @property
    def first_on_time(self) -> bool:
        """Whether its first sending came by the due time, responded or handed back now."""
        return self.first_sent_at is not None and not over(self.due_at, self.first_sent_at)

    @property
    def responded(self) -> bool:
        return self.state in RESPONDED

    @property
    def on_time_original(self) -> bool:
        return self._sent_by(self.original_due_at)

    @property
    def on_time_extended(self) -> bool:
        return self._sent_by(self.due_at)

    def _sent_by(self, end: datetime) -> bool:
        return self.responded and self.first_sent_at is not None and not over(end, self.first_sent_at)

    def timing(self, as_of: datetime) -> str:
        """Which list it is on: exempt, on_time, late, overdue, or not_yet_due."""
        if self.state is State.EXEMPT:
            return "exempt"
        if self.responded:
            return "on_time" if self.on_time_extended else "late"
        return "overdue" if over(self.owed_by, as_of) else "not_yet_due"


def state_at(track: Track, as_of: datetime) -> Standing:
    """How the invitation stood, by what was recorded at `as_of` (inclusive)."""
    state, due_at, nil = State.NOT_SENT, track.due_at, False
    first: datetime | None = None
    correct_by: datetime | None = None
    corrected: datetime | None = None
    back = False  # handed back and not sent again
    for event in track.events:
        if event.recorded_at > as_of:
            continue
        if event.act in SENDINGS:
            if back:
                corrected, back = event.at, False
            first = event.at if first is None else min(first, event.at)
            nil = event.nil
        elif event.act is Act.RETURN:
            correct_by, corrected, back = event.due_at, None, True
        elif event.due_at is not None and back:
            correct_by = event.due_at
        elif event.due_at is not None:
            due_at = event.due_at
        state = event.to
    unit, kind, group = track.unit, track.kind, track.group
    correcting = back and state is not State.EXEMPT
    return Standing(unit, kind, group, state, track.due_at, due_at, first, nil, correct_by, corrected, correcting)


def recorded_later(track: Track, as_of: datetime) -> bool:
    """Whether a sending took effect by `as_of` but was written down only afterwards."""
    later = any(as_of < e.recorded_at and e.at <= as_of and e.act in SENDINGS for e in track.events)
    return later and not state_at(track, as_of).responded


@dataclass(frozen=True, slots=True)
class Tally:
    """Responded and on time of a group of units; `expected` leaves out exempt ones."""

    expected: int
    responded: int
    on_time: int


@dataclass(frozen=True, slots=True)
class Rate:
    """The response rate of a campaign as of a moment. The counts are of units.

    `nil` and `received` are parts of `responded`; `returned` is beside it (also while a correction waits for the
    leader). `recorded_later` says how many units' replies took effect by then but were recorded afterwards: they change
    no past figure.
    """

    as_of: datetime
    expected: int
    responded: int
    nil: int
    received: int
    returned: int
    on_time_original: int
    on_time_extended: int
    recorded_later: int
    states: Mapping[State, int]
    by_kind: Mapping[str, Tally] = field(default_factory=dict)
    by_group: Mapping[str, Tally] = field(default_factory=dict)


def rate(tracks: Sequence[Track], as_of: datetime) -> Rate:
    """The response rate as of a moment, from the stored events alone."""
    standings = [state_at(track, as_of) for track in tracks]
    return rate_of(standings, as_of, sum(recorded_later(track, as_of) for track in tracks))


def rate_of(standings: Sequence[Standing], as_of: datetime, later: int = 0) -> Rate:
    """The response rate of standings already known."""
    whole, kinds, groups, counts = _Count(), _counts(), _counts(), Counter(s.state for s in standings)
    nil = on_time = 0
    for standing in standings:
        if standing.state is State.EXEMPT:
            _ = kinds[standing.kind], groups[standing.group]  # a group of which nobody is expected is a group
            continue
        responded, extended = standing.responded, standing.on_time_extended
        for count in (whole, kinds[standing.kind], groups[standing.group]):
            count.add(responded, extended)
        nil += responded and standing.nil
        on_time += standing.on_time_original
    return Rate(
        as_of=as_of,
        expected=whole.expected,
        responded=whole.responded,
        nil=nil,
        received=counts[State.RECEIVED],
        returned=sum(s.correcting for s in standings),
        on_time_original=on_time,
        on_time_extended=whole.on_time,
        recorded_later=later,
        states={state: counts[state] for state in State if counts[state]},
        by_kind={name: count.tally() for name, count in kinds.items()},
        by_group={name: count.tally() for name, count in groups.items()},
    )


def share(states: Mapping[State, int]) -> tuple[int, int]:
    """Responded and expected, from how many invitations stand in each state now."""
    expected = sum(count for state, count in states.items() if state is not State.EXEMPT)
    return sum(count for state, count in states.items() if state in RESPONDED), expected


def waiting(states: Mapping[State, int]) -> int:
    """Of how many invitations stand in each state, those that wait for the department's verdict."""
    return sum(count for state, count in states.items() if state in TO_REVIEW)


@dataclass(slots=True)
class _Count:
    """A tally while it is counted."""

    expected: int = 0
    responded: int = 0
    on_time: int = 0

    def add(self, responded: bool, on_time: bool) -> None:
        self.expected += 1
        self.responded += responded
        self.on_time += on_time

    def tally(self) -> Tally:
        return Tally(self.expected, self.responded, self.on_time)


def _counts() -> defaultdict[str, _Count]:
    return defaultdict(_Count)


def curve(tracks: Sequence[Track], until: datetime) -> list[tuple[datetime, int]]:
    """Moments at which the number of units that responded changed, as recorded, with that number."""
    changes: list[tuple[datetime, int]] = []
    for track in tracks:
        before = False
        for event in track.events:
            if event.recorded_at > until:
                continue
            now = event.to in RESPONDED
            if now != before:
                changes.append((event.recorded_at, 1 if now else -1))
            before = now
    total, points = 0, []
    for moment, change in sorted(changes):
        total += change
        points.append((moment, total))
    return points
