"""Whole plans: the usual ones hold anywhere, a changed one takes the place of another, and its faults are named."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from reminders import plan, plans, steps
from reminders.calendar import Calendar, Day
from reminders.plan import Pending, Recipient
from reminders.steps import DEFAULT, OWING, Step

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DUE = datetime(2026, 6, 15, 17, 0, tzinfo=ZONE)  # a Monday
CALENDAR = Calendar([Day(datetime(2026, 9, 2, tzinfo=ZONE).date(), "off")])
DUE_STEP = Step("a", 0, "working_day", time(8), OWING, "official", "reminder_due")


def codes(*found: Step, closes: datetime | None = None, now: datetime | None = None) -> list[tuple[int, str, str]]:
    return [(p.step, p.field, p.code) for p in plans.faults(found, DUE, closes, CALENDAR, now)]


@pytest.mark.parametrize("code", plans.USUAL)
def test_a_usual_plan_has_no_fault_and_reads_back(code: str) -> None:
    found = plans.USUAL[code]
    assert codes(*found) == []
    assert steps.from_json(steps.to_json(found)) == found
    assert plans.is_usual(tuple(reversed(found)))
    assert not found or not plans.is_usual(found[1:])


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (replace(DUE_STEP, at=time(12)), [(1, "at", "outside_hours")]),
        (replace(DUE_STEP, at=time(17)), []),
        (replace(DUE_STEP, text="reminder_after"), [(1, "text", "text")]),
        (replace(DUE_STEP, offset=1), [(1, "text", "text")]),
        (replace(DUE_STEP, to="leader", text="leader_copy"), [(1, "to", "leader_early")]),
        (replace(DUE_STEP, offset=1, to="leader", text="reminder_after"), [(1, "text", "leader_text")]),
        (replace(DUE_STEP, offset=200, text="reminder_after"), [(1, "offset", "calendar_gap")]),
    ],
)
def test_a_step_that_cannot_do_what_it_means_is_told_by_field(step: Step, expected: list[tuple[int, str, str]]) -> None:
    assert codes(step) == expected


def test_a_step_after_the_closing_and_one_twice_are_told() -> None:
    after = replace(DUE_STEP, id="b", offset=1, text="reminder_after")
    assert codes(DUE_STEP, after, closes=DUE) == [(2, "offset", "step_after_closing")]
    assert codes(DUE_STEP, replace(DUE_STEP, id="b", unit="day")) == [(2, "offset", "same")]
    some, others = replace(DUE_STEP, states=frozenset({"sent"})), replace(DUE_STEP, states=frozenset({"draft"}))
    assert codes(some, others) == [], "each unit is in one state only"


def test_a_step_after_the_due_time_that_it_reminds_of_never_goes() -> None:
    noon = DUE.replace(hour=11, minute=30)
    late = replace(DUE_STEP, at=time(14))
    assert [(p.step, p.field, p.code) for p in plans.faults([late], noon, None, CALENDAR)] == [(1, "at", "after_due")]
    assert plans.faults([replace(late, offset=1, text="reminder_after")], noon, None, CALENDAR) == ()
    early = DUE.replace(hour=7)
    assert [step.id for step in plans.cut(DEFAULT, early, None, CALENDAR)][:3] == ["before3", "before1", "after1"]


def test_a_usual_plan_is_cut_at_the_closing() -> None:
    found = plans.cut(DEFAULT, DUE, DUE, CALENDAR)
    assert [step.id for step in found] == ["before3", "before1", "due"]
    assert plans.cut(DEFAULT, DUE, None, CALENDAR) == DEFAULT


def test_a_changed_step_is_a_new_one_and_the_others_stay() -> None:
    now = datetime(2026, 6, 12, 9, 0, tzinfo=ZONE)
    wanted = [replace(step, id=f"row{n}") for n, step in enumerate(DEFAULT)]
    assert plans.revised(DEFAULT, wanted, "p1", now) == DEFAULT
    wanted[2] = replace(wanted[2], at=time(9))
    found = plans.revised(DEFAULT, wanted, "p1", now)
    assert [step.id for step in found] == ["before3", "before1", "p1-3", "after1", *(s.id for s in DEFAULT[4:])]
    assert [step.since for step in found] == [None, None, now, None, None, None]
    assert steps.from_json(steps.to_json(found)) == found


def test_a_new_step_makes_up_for_nothing_that_had_passed() -> None:
    now = datetime(2026, 6, 15, 9, 0, tzinfo=ZONE)
    item = Pending(
        "r", 1, "1", "sent", DUE, 0, datetime(2026, 6, 1, tzinfo=ZONE), None, (Recipient("a@x.vn", "", "official"),)
    )
    late = replace(DUE_STEP, id="p1-1", since=now)
    assert plan.due([item], [late], now, CALENDAR, ()).notices == ()
    assert [n.step.id for n in plan.due([item], [replace(late, since=None)], now, CALENDAR, ()).notices] == ["p1-1"]
    before = replace(DUE_STEP, id="due")
    found = plan.due([item], [before, late], now, CALENDAR, ()).notices
    assert [n.step.id for n in found] == ["due"], "and hides none that was there"
    assert codes(late, now=now) == [(1, "offset", "past")]
    assert codes(replace(late, since=None), now=now) == []


def test_since_must_be_a_moment() -> None:
    [good] = steps.to_json([DUE_STEP])
    for bad in ("soon", "2026-06-15T09:00", 3):
        with pytest.raises(steps.PlanError, match="since:bad_value"):
            steps.from_json([{**good, "since": bad}])
