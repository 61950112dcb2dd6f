from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import plan, steps
from reminders.calendar import Calendar, CalendarGap, Day, Office
from reminders.plan import DEFAULT, Pending, Recipient, Skipped, Step
from reminders.timeline import check, timeline

ZONE = Office().zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


OFFICIAL = Recipient("dau.moi@anlao.test", "Nguyễn Văn An", "official", 1)
LEADER = Recipient("lanh.dao@anlao.test", "Trần Thị Bình", "leader", 2)
DRAFTS_ONLY = replace(DEFAULT[0], states=frozenset({"draft"}))
AN_LAO = Pending(
    ref="77",
    campaign=1,
    unit="11593",
    state="opened",
    due_at=at("2025-07-18 17:00"),
    due_round=0,
    published_at=at("2025-07-08 09:00"),
    closes_at=None,
    recipients=(OFFICIAL, LEADER),
)


def decide(
    now: str,
    calendar: Calendar,
    pending: Pending = AN_LAO,
    already: Iterable[str] = (),
    plan_: tuple[Step, ...] = DEFAULT,
) -> plan.Decision:
    return plan.due([pending], plan_, at(now), calendar, set(already))


def sent(decision: plan.Decision) -> list[tuple[str, int, str]]:
    return [(n.step.id, n.occurrence, n.recipient.address) for n in decision.notices]


def reasons(decision: plan.Decision) -> list[str]:
    return [skipped.reason for skipped in decision.skipped]


def days(due_at: str, calendar: Calendar, *ids: str) -> list[str]:
    found = timeline([s for s in DEFAULT if s.id in ids], at(due_at), calendar)
    return [moment.at.strftime("%d/%m %H:%M") for moment in found]


def test_the_default_plan_around_a_friday(calendar: Calendar) -> None:
    assert days("2025-07-18 17:00", calendar, "before3", "before1", "due", "after1") == [
        "15/07 08:00",
        "17/07 08:00",
        "18/07 08:00",
        "21/07 08:00",
    ]
    # +3, then every 5 working days, at most 4 times more.
    assert days("2025-07-18 17:00", calendar, "after3") == [
        "23/07 08:00",
        "30/07 08:00",
        "06/08 08:00",
        "13/08 08:00",
        "20/08 08:00",
    ]
    assert days("2025-07-18 17:00", calendar, "after3-leader") == ["23/07 08:00"]


def test_around_a_sunday_steps_before_move_back_and_later_ones_forward(calendar: Calendar) -> None:
    assert days("2025-07-20 17:00", calendar, "before3", "before1") == ["16/07 08:00", "18/07 08:00"]
    assert days("2025-07-20 17:00", calendar, "due") == ["18/07 08:00"]
    assert days("2025-07-20 17:00", calendar, "after1") == ["21/07 08:00"]


def test_over_holidays(calendar: Calendar) -> None:
    assert days("2025-09-03 17:00", calendar, "before1", "after1") == ["29/08 08:00", "04/09 08:00"]
    # 26/4/2025 is a Saturday that is worked.
    assert days("2025-04-28 17:00", calendar, "before1") == ["26/04 08:00"]


def test_plain_days_move_off_free_days(calendar: Calendar) -> None:
    def step(offset: int) -> Step:
        return Step("x", offset, "day", time(8, 0), steps.OWING, "official", "reminder_before")

    def day(offset: int) -> str:
        return timeline([step(offset)], at("2025-07-21 17:00"), calendar)[0].at.strftime("%d/%m")

    assert [day(offset) for offset in (-3, -1, 0, 1, 5, 6)] == ["18/07", "18/07", "21/07", "22/07", "28/07", "28/07"]


def test_a_step_sends_one_mail_to_the_official(calendar: Calendar) -> None:
    assert reasons(decide("2025-07-15 07:45", calendar)) == ["not_yet"]
    decision = decide("2025-07-15 08:00", calendar)
    (notice,) = decision.notices
    assert notice.key == "reminder:1:11593:before3:0:0:dau.moi@anlao.test"
    assert (notice.planned_for, notice.expires_at) == (at("2025-07-15 08:00"), at("2025-07-17 08:00"))
    assert notice.recipient is OFFICIAL
    again = decide("2025-07-15 08:30", calendar, already={notice.key})
    assert (again.notices, reasons(again)) == ((), ["already"])


def test_the_third_day_also_tells_the_leader(calendar: Calendar) -> None:
    assert sent(decide("2025-07-23 08:00", calendar)) == [
        ("after3", 0, OFFICIAL.address),
        ("after3-leader", 0, LEADER.address),
    ]


def test_nothing_goes_out_of_office_hours(calendar: Calendar) -> None:
    night = decide("2025-07-15 20:00", calendar)
    assert night.notices == ()
    (skipped,) = night.skipped
    assert (skipped.reason, skipped.at) == ("outside_hours", at("2025-07-16 07:30"))
    assert reasons(decide("2025-07-19 09:00", calendar)) == ["passed"]
    assert reasons(decide("2025-07-15 12:00", calendar)) == ["outside_hours"]


def test_after_downtime_one_reminder_is_sent_never_a_backlog(calendar: Calendar) -> None:
    # Down from 14/7 to 24/7: four steps were missed.
    assert sent(decide("2025-07-24 10:00", calendar)) == [
        ("after3", 0, OFFICIAL.address),
        ("after3-leader", 0, LEADER.address),
    ]
    assert sent(decide("2025-08-07 10:00", calendar))[0] == ("after3", 2, OFFICIAL.address)


def test_a_late_step_is_sent_once_and_not_just_before_its_successor(calendar: Calendar) -> None:
    # before3 was due on Tuesday; on Wednesday it still makes sense.
    assert sent(decide("2025-07-16 09:00", calendar)) == [("before3", 0, OFFICIAL.address)]
    # On Thursday at 07:40 before1 is twenty minutes away.
    early = decide("2025-07-17 07:40", calendar)
    assert (early.notices, reasons(early)) == ((), ["not_yet"])


def test_a_step_before_the_due_time_has_no_meaning_after_it(calendar: Calendar) -> None:
    # Down all Friday; the next step comes on Monday at 08:00.
    assert sent(decide("2025-07-18 16:59", calendar)) == [("due", 0, OFFICIAL.address)]
    late = replace(AN_LAO, due_at=at("2025-07-18 11:00"))
    assert reasons(decide("2025-07-18 14:00", calendar, late)) == ["passed"]


def test_a_step_before_publication_is_dropped(calendar: Calendar) -> None:
    published = replace(AN_LAO, published_at=at("2025-07-16 09:00"))
    decision = decide("2025-07-16 10:00", calendar, published)
    assert (decision.notices, reasons(decision)) == ((), ["before_publication"])
    assert sent(decide("2025-07-17 08:00", calendar, published)) == [("before1", 0, OFFICIAL.address)]


def test_an_extension_opens_a_new_round(calendar: Calendar) -> None:
    first = decide("2025-07-17 08:00", calendar).notices[0].key
    extended = replace(AN_LAO, due_at=at("2025-07-25 17:00"), due_round=1, published_at=at("2025-07-18 10:00"))
    assert reasons(decide("2025-07-18 10:30", calendar, extended)) == ["not_yet"]
    second = decide("2025-07-24 08:00", calendar, extended, already={first}).notices[0]
    assert second.key == "reminder:1:11593:before1:0:1:dau.moi@anlao.test"


def test_each_reason_is_told(calendar: Calendar) -> None:
    now = "2025-07-15 08:00"
    assert reasons(decide(now, calendar, replace(AN_LAO, why_not="answered"))) == ["answered"]
    assert reasons(decide(now, calendar, replace(AN_LAO, recipients=()))) == ["no_address"]
    assert reasons(decide(now, calendar, replace(AN_LAO, recipients=(LEADER,)))) == ["no_address"]
    assert reasons(decide(now, calendar, replace(AN_LAO, state="sent"), plan_=(DRAFTS_ONLY,))) == ["state"]
    closed = replace(AN_LAO, closes_at=at("2025-07-15 07:59"))
    assert reasons(decide(now, calendar, closed)) == ["closed"]


def test_an_undeliverable_unit_is_reminded_for_its_address_may_have_been_corrected(calendar: Calendar) -> None:
    decision = decide("2025-07-15 08:00", calendar, replace(AN_LAO, state="undeliverable"))
    assert sent(decision) == [("before3", 0, OFFICIAL.address)]


def test_an_address_gets_no_step_from_before_its_own_invitation(calendar: Calendar) -> None:
    late = replace(OFFICIAL, address="moi@anlao.test", since=at("2025-07-15 08:00"))
    both = decide("2025-07-15 09:00", calendar, replace(AN_LAO, recipients=(OFFICIAL, late)))
    assert sent(both) == [("before3", 0, OFFICIAL.address)]
    assert [(s.reason, s.at) for s in both.skipped] == [("not_yet", at("2025-07-17 08:00"))]
    assert sent(decide("2025-07-17 08:00", calendar, replace(AN_LAO, recipients=(late,)))) == [
        ("before1", 0, "moi@anlao.test")
    ]


def test_contacts_that_share_a_mailbox_get_one_message(calendar: Calendar) -> None:
    twin = replace(OFFICIAL, name="Lê Văn Cường", contact=3)
    decision = decide("2025-07-15 08:00", calendar, replace(AN_LAO, recipients=(OFFICIAL, twin)))
    assert [notice.recipient for notice in decision.notices] == [OFFICIAL]
    other = replace(OFFICIAL, address="khac@anlao.test")
    both = decide("2025-07-15 08:00", calendar, replace(AN_LAO, recipients=(OFFICIAL, other)))
    assert len(both.notices) == 2


def test_a_leader_who_reads_the_officials_mailbox_gets_no_second_mail(calendar: Calendar) -> None:
    shared = replace(AN_LAO, recipients=(OFFICIAL, replace(LEADER, address=OFFICIAL.address)))
    decision = decide("2025-07-23 08:00", calendar, shared)
    assert sent(decision) == [("after3", 0, OFFICIAL.address)]
    assert reasons(decision) == ["same_mailbox"]


def test_steps_fit_the_state(calendar: Calendar) -> None:
    opened = replace(DEFAULT[0], id="unread", states=frozenset({"sent"}))
    begun = replace(DEFAULT[0], id="begun", states=frozenset({"draft"}))
    found = decide("2025-07-15 08:00", calendar, replace(AN_LAO, state="draft"), plan_=(opened, begun))
    assert sent(found) == [("begun", 0, OFFICIAL.address)]


def test_the_last_repetition_ends_with_the_closing(calendar: Calendar) -> None:
    closing = replace(AN_LAO, closes_at=at("2025-08-18 17:00"))
    (notice, *_) = decide("2025-08-13 08:00", calendar, closing).notices
    assert (notice.occurrence, notice.expires_at) == (3, closing.closes_at)


def test_a_holiday_table_that_ends_stops_only_what_lies_beyond(calendar: Calendar) -> None:
    edge = replace(AN_LAO, due_at=at("2028-12-26 17:00"), published_at=at("2028-12-01 09:00"))
    assert sent(decide("2028-12-27 08:00", calendar, edge)) == [("after1", 0, OFFICIAL.address)]
    with pytest.raises(CalendarGap):
        timeline(DEFAULT, edge.due_at, calendar)
    with pytest.raises(CalendarGap):
        decide("2029-01-02 08:00", calendar, edge)


def test_two_hundred_half_hours_send_each_step_once(calendar: Calendar) -> None:
    """A simulated campaign: the worker looks every half hour from publication to the end."""
    already: dict[str, datetime] = {}
    now = AN_LAO.published_at
    while now < at("2025-09-30 17:00"):
        for notice in plan.due([AN_LAO], DEFAULT, now, calendar, already.keys()).notices:
            already[notice.key] = now
        now += timedelta(minutes=30)
    told = [(k.split(":")[3], k.split(":")[4], v.strftime("%d/%m %H:%M")) for k, v in already.items()]
    assert told == [
        ("before3", "0", "15/07 08:00"),
        ("before1", "0", "17/07 08:00"),
        ("due", "0", "18/07 08:00"),
        ("after1", "0", "21/07 08:00"),
        ("after3", "0", "23/07 08:00"),
        ("after3-leader", "0", "23/07 08:00"),
        ("after3", "1", "30/07 08:00"),
        ("after3", "2", "06/08 08:00"),
        ("after3", "3", "13/08 08:00"),
        ("after3", "4", "20/08 08:00"),
    ]


@given(
    looks=st.lists(st.integers(0, 60 * 24 * 90), min_size=1, max_size=40),
    due_in=st.integers(1, 40),
)
def test_whenever_the_worker_looks_no_step_is_sent_twice_and_none_at_night(
    calendar: Calendar, looks: list[int], due_in: int
) -> None:
    pending = replace(AN_LAO, due_at=calendar.days_after(AN_LAO.published_at, due_in))
    already: set[str] = set()
    last: dict[str, datetime] = {}
    for minutes in sorted(looks):
        now = AN_LAO.published_at + timedelta(minutes=minutes)
        decision = plan.due([pending], DEFAULT, now, calendar, already)
        assert decision.notices or decision.skipped
        assert len({notice.recipient.address for notice in decision.notices}) == len(decision.notices)
        for notice in decision.notices:
            assert calendar.in_office_hours(now)
            assert notice.key not in already
            assert AN_LAO.published_at < notice.planned_for <= now
            assert notice.expires_at is None or notice.expires_at > now
            # Never an earlier step after a later one.
            assert last.get(notice.recipient.address, AN_LAO.published_at) <= notice.planned_for
            last[notice.recipient.address] = notice.planned_for
            already.add(notice.key)


def test_the_plan_survives_json(calendar: Calendar) -> None:
    assert steps.from_json(steps.to_json(DEFAULT)) == DEFAULT


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "Bước 1"}, ("bad_value", 1, "id")),
        ({"id": "a:b"}, ("bad_value", 1, "id")),
        ({"offset": 1.5}, ("bad_value", 1, "offset")),
        ({"offset": True}, ("bad_value", 1, "offset")),
        ({"offset": 9999}, ("bad_value", 1, "offset")),
        ({"unit": "week"}, ("bad_value", 1, "unit")),
        ({"at": "8h"}, ("bad_value", 1, "at")),
        ({"at": "24:00"}, ("bad_value", 1, "at")),
        ({"states": []}, ("bad_value", 1, "states")),
        ({"states": "sent"}, ("bad_value", 1, "states")),
        ({"states": ["submitted"]}, ("unknown_state", 1, "states")),
        ({"to": "everyone"}, ("bad_value", 1, "to")),
        ({"text": "../../etc/passwd"}, ("unknown_text", 1, "text")),
        ({"every": 5}, ("together", 1, "every")),
        ({"every": 0, "times": 1}, ("bad_value", 1, "every")),
        ({"colour": "red"}, ("unknown_field", 1, "colour")),
    ],
)
def test_a_wrong_plan_is_refused_with_its_step_and_field(
    change: dict[str, object], problem: tuple[str, int, str]
) -> None:
    data = steps.to_json(DEFAULT)
    data[0] |= change
    with pytest.raises(steps.PlanError) as caught:
        steps.from_json(data)
    assert [(p.code, p.step, p.field) for p in caught.value.problems] == [problem]


def test_other_wrong_plans() -> None:
    def codes(data: object) -> list[str]:
        with pytest.raises(steps.PlanError) as caught:
            steps.from_json(data)
        return [problem.code for problem in caught.value.problems]

    good = steps.to_json(DEFAULT)
    assert codes({"id": "x"}) == ["not_a_list"]
    assert codes(["x"]) == ["not_an_object"]
    assert codes([{}]) == ["missing"] * 7
    assert codes([good[0], good[0]]) == ["duplicate_id"]
    assert codes(good * 5) == ["too_many"]
    assert steps.from_json([]) == ()


def test_what_is_unwise_is_told_before_publication(calendar: Calendar) -> None:
    early = replace(DEFAULT[0], at=time(6, 0))
    problems = check([early, *DEFAULT[1:]], AN_LAO.due_at, at("2025-07-22 17:00"), calendar)
    assert [(p.code, p.step) for p in problems] == [
        ("outside_hours", 1),
        ("step_after_closing", 5),
        ("step_after_closing", 6),
    ]
    assert check(DEFAULT, AN_LAO.due_at, None, calendar) == ()
    bare = Calendar([Day(at("2025-01-01 00:00").date(), "off")])
    assert {p.code for p in check(DEFAULT, at("2025-12-31 17:00"), None, bare)} == {"calendar_gap"}


def test_a_time_outside_office_hours_moves_into_them(calendar: Calendar) -> None:
    noon = replace(DEFAULT[0], at=time(12, 0))
    assert timeline([noon], AN_LAO.due_at, calendar)[0].at == at("2025-07-15 13:30")


def test_a_skipped_one_says_which_and_when(calendar: Calendar) -> None:
    assert decide("2025-07-10 09:00", calendar).skipped == (
        Skipped(AN_LAO, DEFAULT[0], "not_yet", at("2025-07-15 08:00")),
    )


CHAIRMAN = Recipient("chu.tich@anlao.test", "Lê Văn Cường", "leader", 3, rank="chairman")
HEAD = Recipient("cvp@anlao.test", "Vũ Thị Dung", "leader", 4, rank="office_head")
FURTHER = replace(DEFAULT[5], id="further", offset=1, to="chairman", approve=True)


def test_the_copy_for_the_leader_goes_no_further_up_while_there_is_another() -> None:
    everybody = (OFFICIAL, CHAIRMAN, LEADER, HEAD)
    found = {to: [r.contact for r in plan.mailboxes(everybody, to)] for to in steps.AUDIENCES}
    assert found == {"official": [1], "leader": [4, 2], "office_head": [4], "chairman": [3]}
    assert plan.mailboxes((OFFICIAL, CHAIRMAN), "leader") == [CHAIRMAN]
    shared = replace(CHAIRMAN, address=OFFICIAL.address)
    assert plan.mailboxes((OFFICIAL, shared), "chairman") == []


def test_a_step_that_needs_approval_waits_for_it_until_the_next_step(calendar: Calendar) -> None:
    item = replace(AN_LAO, recipients=(OFFICIAL, CHAIRMAN))
    both = (FURTHER, DEFAULT[4])

    def look(now: str, said: str = "") -> plan.Decision:
        asked = {("77", "further", 0, 0): said} if said else {}
        return plan.due([item], both, at(now), calendar, (), approvals=asked)

    waits = look("2025-07-21 08:00")
    assert (waits.notices, reasons(waits)) == ((), ["waiting_approval"])
    [asked] = waits.unapproved
    assert (asked.ask, asked.recipient, asked.expires_at) == (
        ("77", "further", 0, 0),
        CHAIRMAN,
        at("2025-07-23 08:00"),
    )
    assert sent(look("2025-07-21 08:00", "approved")) == [("further", 0, CHAIRMAN.address)]
    assert reasons(look("2025-07-21 08:00", "refused")) == ["not_approved"]
    assert "lapsed" in reasons(look("2025-07-23 08:00"))
    another = plan.due(
        [replace(item, due_round=1)],
        both,
        at("2025-07-21 08:00"),
        calendar,
        (),
        approvals={("77", "further", 0, 0): "approved"},
    )
    assert another.notices == (), "it counts for its due round only"


def test_a_mailbox_that_had_its_mail_waits_and_what_comes_today_may_go_with_it(calendar: Calendar) -> None:
    now = at("2025-07-15 08:00")
    waits = plan.due([AN_LAO], DEFAULT, now, calendar, (), had_mail={OFFICIAL.address})
    assert [(s.reason, s.at) for s in waits.skipped] == [("had_mail", at("2025-07-16 07:30"))]
    afternoon = [replace(DEFAULT[0], at=time(14))]
    assert plan.due([AN_LAO], afternoon, now, calendar, ()).notices == ()
    [notice] = plan.due([AN_LAO], afternoon, now, calendar, (), until=at("2025-07-15 17:00")).notices
    assert notice.planned_for == at("2025-07-15 14:00")


def test_no_step_on_the_day_of_the_invitation(calendar: Calendar) -> None:
    invited = replace(AN_LAO, recipients=(replace(OFFICIAL, since=at("2025-07-15 07:40")),))
    assert reasons(decide("2025-07-15 08:00", calendar, invited)) == ["not_yet"]


def test_approval_in_a_plans_json(calendar: Calendar) -> None:
    [plain] = steps.to_json([DEFAULT[0]])
    assert not {"approve", "approver"} & set(plain), "as plans were stored before"
    named = replace(FURTHER, approver=7)
    assert steps.from_json(steps.to_json([named])) == (named,)
    [item] = steps.to_json([named])
    for bad, code in (
        ({"approve": False, "approver": None}, "approve:needs_approval"),
        ({"approve": "yes"}, "approve:bad_value"),
        ({"approver": True}, "approver:bad_value"),
        ({"to": "official", "approve": None}, "approver:bad_value"),
    ):
        with pytest.raises(steps.PlanError, match=code):
            steps.from_json([{**item, **bad}])
