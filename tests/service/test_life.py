"""59/114 and its kin: what a rate says as of a moment, and that the past stays as it was reported."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import life
from service.life import Act, Actor, Event, State, Track

DUE = datetime(2025, 7, 18, 10, 0, tzinfo=UTC)  # 17:00 in Vietnam
DAY = timedelta(days=1)


def sent(at: datetime, recorded_at: datetime | None = None, **other: object) -> Event:
    return Event(Act.SUBMIT, State.SUBMITTED, at, recorded_at or at, **other)  # type: ignore[arg-type]


def received(at: datetime, recorded_at: datetime) -> Event:
    return Event(Act.INTAKE, State.RECEIVED, at, recorded_at)


def track(*events: Event, unit: str = "11629", kind: str = "xa", group: str = "Huyện An Lão") -> Track:
    return Track(unit, kind, group, DUE, events)


def test_a_reply_received_on_18_7_but_recorded_on_22_7_is_not_in_the_figure_of_20_7() -> None:
    tracks = [track(sent(DUE - DAY)), track(received(DUE - DAY, DUE + 4 * DAY), unit="11446")]
    then = life.rate(tracks, DUE + 2 * DAY)
    assert (then.responded, then.expected, then.recorded_later) == (1, 2, 1)
    now = life.rate(tracks, DUE + 5 * DAY)
    assert (now.responded, now.recorded_later, now.received) == (2, 0, 1)
    assert now.on_time_original == 2, "on time is judged by the day it was received"


def test_the_second_of_the_due_time_is_on_time_and_the_next_one_is_not() -> None:
    in_time, late = track(sent(DUE + timedelta(microseconds=999_999))), track(sent(DUE + timedelta(seconds=1)))
    assert life.state_at(in_time, DUE + DAY).on_time_original
    assert (
        life.state_at(track(), DUE + timedelta(microseconds=5)).timing(DUE + timedelta(microseconds=5)) == "not_yet_due"
    )
    standing = life.state_at(late, DUE + DAY)
    assert standing.responded
    assert not standing.on_time_original
    assert standing.timing(DUE + DAY) == "late"


def test_on_time_is_judged_by_the_first_sending() -> None:
    back = returned(DUE + DAY)
    standing = life.state_at(track(sent(DUE - DAY), back, sent(DUE + 2 * DAY)), DUE + 3 * DAY)
    assert standing.on_time_original
    assert standing.first_sent_at == DUE - DAY


def returned(at: datetime, due_at: datetime | None = None) -> Event:
    return Event(Act.RETURN, State.RETURNED, at, at, due_at=due_at)


def test_a_correction_has_a_due_time_of_its_own_and_leaves_on_time_alone() -> None:
    late_first = track(sent(DUE + DAY), returned(DUE + 2 * DAY, DUE + 4 * DAY), sent(DUE + 3 * DAY))
    standing = life.state_at(late_first, DUE + 9 * DAY)
    assert not standing.on_time_extended, "a later correction makes no late report timely"
    assert (standing.due_at, standing.correction_due_at, standing.corrected_at) == (
        DUE,
        DUE + 4 * DAY,
        DUE + 3 * DAY,
    )
    assert not standing.correction_late(DUE + 9 * DAY)


def test_a_correction_that_is_missed_is_told_beside_a_report_on_time() -> None:
    found = track(sent(DUE - DAY), returned(DUE + DAY, DUE + 3 * DAY), sent(DUE + 5 * DAY))
    waiting = life.state_at(found, DUE + 2 * DAY)
    assert (waiting.owed_by, waiting.timing(DUE + 2 * DAY)) == (DUE + 3 * DAY, "not_yet_due")
    assert not waiting.correction_late(DUE + 2 * DAY)
    missed = life.state_at(found, DUE + 4 * DAY)
    assert (missed.timing(DUE + 4 * DAY), missed.correction_late(DUE + 4 * DAY)) == ("overdue", True)
    came = life.state_at(found, DUE + 6 * DAY)
    assert (came.timing(DUE + 6 * DAY), came.correction_late(DUE + 6 * DAY)) == ("on_time", True)
    assert (came.owed_by, came.first_on_time) == (DUE, True)


def test_the_second_return_counts_anew() -> None:
    found = track(
        sent(DUE - DAY),
        returned(DUE, DUE + DAY),
        sent(DUE + 2 * DAY),
        returned(DUE + 3 * DAY, DUE + 5 * DAY),
        sent(DUE + 4 * DAY),
    )
    assert life.state_at(found, DUE + 2 * DAY).correction_late(DUE + 2 * DAY)
    assert not life.state_at(found, DUE + 9 * DAY).correction_late(DUE + 9 * DAY)


def test_an_extension_while_handed_back_is_the_corrections() -> None:
    more = Event(Act.EXTEND, State.RETURNED, DUE + DAY, DUE + DAY, due_at=DUE + 6 * DAY)
    found = track(sent(DUE + DAY), returned(DUE + DAY, DUE + 2 * DAY), more, sent(DUE + 5 * DAY))
    standing = life.state_at(found, DUE + 9 * DAY)
    assert (standing.due_at, standing.correction_due_at) == (DUE, DUE + 6 * DAY)
    assert not standing.correction_late(DUE + 9 * DAY)
    assert not standing.on_time_extended


@pytest.mark.parametrize(
    ("lived", "state"),
    [
        ([], State.NOT_SENT),
        ([(Act.DELIVER, State.SENT), (Act.EXEMPT, State.EXEMPT)], State.SENT),
        ([(Act.SUBMIT, State.SUBMITTED), (Act.EXEMPT, State.EXEMPT)], State.SUBMITTED),
        (
            [
                (Act.BEGIN, State.DRAFT),
                (Act.EXEMPT, State.EXEMPT),
                (Act.INCLUDE, State.DRAFT),
                (Act.SUBMIT, State.SUBMITTED),
                (Act.EXEMPT, State.EXEMPT),
            ],
            State.SUBMITTED,
        ),
    ],
)
def test_an_exemption_taken_back_leaves_what_was_before_it(lived: list[tuple[Act, State]], state: State) -> None:
    assert life.state_before(Act.EXEMPT, lived) is state


def test_a_returned_one_is_beside_the_figure_not_in_it() -> None:
    back = returned(DUE + DAY)
    rate = life.rate([track(sent(DUE - DAY)), track(sent(DUE - DAY), back, unit="2")], DUE + 2 * DAY)
    assert (rate.responded, rate.returned, rate.expected) == (1, 1, 2)


def test_an_extension_counts_only_against_the_extended_due_time() -> None:
    extended = Event(Act.EXTEND, State.SENT, DUE - DAY, DUE - DAY, due_at=DUE + 2 * DAY)
    found = track(extended, sent(DUE + DAY))
    rate = life.rate([found], DUE + 3 * DAY)
    assert (rate.on_time_original, rate.on_time_extended) == (0, 1)
    before_it_was_known = life.state_at(found, DUE - 2 * DAY)
    assert before_it_was_known.due_at == DUE


def test_an_exempt_unit_is_not_expected_from_the_moment_that_is_recorded() -> None:
    exempt = Event(Act.EXEMPT, State.EXEMPT, DUE, DUE)
    tracks = [track(exempt), track(unit="2")]
    assert life.rate(tracks, DUE - DAY).expected == 2
    assert life.rate(tracks, DUE).expected == 1
    assert life.state_at(tracks[0], DUE).timing(DUE + DAY) == "exempt"


def test_nil_returns_count_and_are_told_apart() -> None:
    rate = life.rate([track(sent(DUE, nil=True)), track(sent(DUE), unit="2")], DUE)
    assert (rate.responded, rate.nil) == (2, 1)


def test_who_has_not_answered_is_not_yet_due_until_the_due_time_has_passed() -> None:
    assert life.state_at(track(), DUE).timing(DUE) == "not_yet_due"
    assert life.state_at(track(), DUE + DAY).timing(DUE + DAY) == "overdue"


def test_the_curve_goes_down_when_a_report_is_returned() -> None:
    back = returned(DUE)
    points = life.curve([track(sent(DUE - DAY), back), track(sent(DUE - DAY), unit="2")], DUE + DAY)
    assert [total for _, total in points] == [1, 2, 1]


@pytest.mark.parametrize(
    ("state", "act", "actor"),
    [
        (State.SUBMITTED, Act.SUBMIT, Actor.UNIT),
        (State.EXEMPT, Act.SUBMIT, Actor.UNIT),
        (State.SENT, Act.INTAKE, Actor.UNIT),
        (State.SUBMITTED, Act.ACCEPT, Actor.UNIT),
        (State.DRAFT, Act.ACCEPT, Actor.STAFF),
    ],
)
def test_acts_that_are_not_in_the_table_are_refused(state: State, act: Act, actor: Actor) -> None:
    assert not life.may(state, act, actor)
    with pytest.raises(life.NotAllowed):
        life.step(state, act, actor)


def test_opening_a_link_again_or_after_sending_changes_nothing() -> None:
    for state in (State.OPENED, State.DRAFT, State.SUBMITTED, State.ACCEPTED):
        assert not life.may(state, Act.OPEN, Actor.UNIT)


@st.composite
def lives(draw: st.DrawFn) -> Track:
    """A life that follows the table, recorded in order, each act effective at or before its recording."""
    state, events = State.NOT_SENT, []
    recorded = DUE - 5 * DAY
    for _ in range(draw(st.integers(0, 8))):
        open_to = [(act, actor) for (s, act, actor) in life.TRANSITIONS if s is state]
        act, actor = draw(st.sampled_from(sorted(open_to)))
        recorded += timedelta(hours=draw(st.integers(1, 60)))
        at = recorded - timedelta(hours=draw(st.integers(0, 100))) if act is Act.INTAKE else recorded
        state = life.step(state, act, actor)
        events.append(Event(act, state, at, recorded, due_at=DUE + DAY if act is Act.EXTEND else None))
    return track(*events, unit=str(draw(st.integers(0, 10**6))), kind=draw(st.sampled_from(["xa", "phuong"])))


@given(st.lists(lives(), max_size=12), st.integers(-200, 400))
def test_what_was_reported_as_of_a_moment_never_changes_by_later_records(tracks: list[Track], hours: int) -> None:
    as_of = DUE + timedelta(hours=hours)
    known_then = [
        Track(t.unit, t.kind, t.group, t.due_at, tuple(e for e in t.events if e.recorded_at <= as_of)) for t in tracks
    ]
    then, later = life.rate(known_then, as_of), life.rate(tracks, as_of)
    assert (then.responded, then.expected, then.states, then.on_time_extended) == (
        later.responded,
        later.expected,
        later.states,
        later.on_time_extended,
    )
    assert then.recorded_later == 0


@given(st.lists(lives(), max_size=12), st.integers(-200, 400))
def test_kinds_and_groups_add_up_to_the_whole(tracks: list[Track], hours: int) -> None:
    rate = life.rate(tracks, DUE + timedelta(hours=hours))
    for tallies in (rate.by_kind, rate.by_group):
        assert sum(t.expected for t in tallies.values()) == rate.expected
        assert sum(t.responded for t in tallies.values()) == rate.responded
        assert sum(t.on_time for t in tallies.values()) == rate.on_time_extended
    assert sum(rate.states.values()) == len(tracks)
    assert 0 <= rate.on_time_original <= rate.responded <= rate.expected
    points = life.curve(tracks, rate.as_of)
    assert rate.responded == (points[-1][1] if points else 0)
