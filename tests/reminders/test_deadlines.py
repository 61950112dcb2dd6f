"""Deadlines from the law, each with its reason (deadlines.csv), and against a slow counter that shares no code."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders import deadlines
from reminders.calendar import Calendar, Day, Office
from tests.reminders.conftest import TABLE

ZONE = Office().zone
with (Path(__file__).parent / "deadlines.csv").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file))


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['start']} {c['days']} {c['kind']}: {c['reason']}")
def test_a_deadline_ends_where_the_law_says(calendar: Calendar, case: Mapping[str, str]) -> None:
    kind: deadlines.Kind = "day" if case["kind"] == "day" else "working_day"
    assert deadlines.explain(calendar, at(case["start"]), Decimal(case["days"]), kind).end == at(case["end"])


def test_the_table_of_cases_is_long_enough_and_says_why() -> None:
    assert len(CASES) >= 60
    assert len({case["reason"] for case in CASES}) == len(CASES)


# The slow counter: reads the same table of days for itself and walks half day by half day, hour by hour.


def _table() -> dict[date, str]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row["type"] for row in csv.DictReader(file)}


MARKED = _table()


def _works(day: date) -> bool:
    return MARKED.get(day, "nghi" if day.isoweekday() in (6, 7) else "lam") != "nghi"


def _halves(start: datetime) -> Iterator[tuple[date, str]]:
    """Every half of a working day after the day of `start`."""
    day = start.date()
    while True:
        day = date.fromordinal(day.toordinal() + 1)
        if _works(day):
            yield day, "morning"
            yield day, "afternoon"


def _slow_working_days(start: datetime, halves: int) -> datetime:
    for _number, (day, half) in zip(range(halves), _halves(start), strict=False):
        last = day, half
    day, half = last
    return datetime.combine(day, time(11, 30) if half == "morning" else time(17), ZONE)


def _slow_days(start: datetime, days: int) -> datetime:
    moment = datetime.combine(start.date(), time(0)) + timedelta(days=1)  # the day of the event is over
    for _hour in range(24 * days):
        moment += timedelta(hours=1)
    while not _works((moment - timedelta(seconds=1)).date()):
        moment += timedelta(hours=1)
    last = (moment - timedelta(seconds=1)).date()
    return datetime.combine(last, time(23, 59, 59), ZONE)


starts = st.datetimes(datetime(2025, 1, 1), datetime(2028, 6, 30)).map(  # noqa: DTZ001 - zoned next
    lambda moment: moment.replace(tzinfo=ZONE)
)


@given(starts, st.integers(1, 120))
def test_working_days_agree_with_the_slow_counter(calendar: Calendar, start: datetime, halves: int) -> None:
    days = Decimal(halves) / 2
    assert calendar.working_days_after(start, days) == _slow_working_days(start, halves)


@given(starts, st.integers(1, 120))
def test_days_agree_with_the_slow_counter(calendar: Calendar, start: datetime, days: int) -> None:
    assert calendar.days_after(start, days) == _slow_days(start, days)


@given(starts, st.integers(1, 120), st.sampled_from(["day", "working_day"]))
def test_an_explanation_names_every_day_once_and_for_what_it_is(
    calendar: Calendar, start: datetime, halves: int, kind: deadlines.Kind
) -> None:
    days = Decimal(halves) if kind == "day" else Decimal(halves) / 2
    found = deadlines.explain(calendar, start, days, kind)
    assert found.runs[0] == deadlines.Run(start.date(), start.date(), "start")
    counted = [run for run in found.runs if run.number is not None]
    assert counted[-1].number == days
    if kind == "working_day":
        named = [day for run in found.runs for day in _days_of(run)]
        assert named == [start.date() + timedelta(days=n) for n in range(len(named))]
        assert named[-1] == found.end.date()
        for run in found.runs[1:]:
            assert {_works(day) for day in _days_of(run)} == {run.why in ("counted", "makeup", "half")}
            assert all((day in MARKED) == (run.day is not None) for day in _days_of(run))
    else:
        last = start.date() + timedelta(days=halves)
        assert (counted[0].first, counted[0].last) == (start.date() + timedelta(days=1), last)
        assert (found.runs[-1].why == "rolled") == (not _works(last))
    assert deadlines.from_json(deadlines.to_json(found), ZONE) == found


def _days_of(run: deadlines.Run) -> list[date]:
    return [run.first + timedelta(days=n) for n in range((run.last - run.first).days + 1)]


def test_the_reason_of_each_day_on_the_way(calendar: Calendar) -> None:
    found = deadlines.explain(calendar, at("2025-04-25 14:00"), Decimal("3.5"), "working_day")
    told = [(f"{r.first:%d/%m}", f"{r.last:%d/%m}", r.why, r.number, r.day and r.day.name) for r in found.runs]
    assert told == [
        ("25/04", "25/04", "start", None, None),
        ("26/04", "26/04", "makeup", Decimal(1), "Làm bù"),
        ("27/04", "27/04", "weekend", None, None),
        ("28/04", "29/04", "counted", Decimal(3), None),
        ("30/04", "30/04", "off", None, "Ngày Chiến thắng"),
        ("01/05", "01/05", "off", None, "Ngày Quốc tế Lao động"),
        ("02/05", "02/05", "off", None, "Ngày nghỉ (thay cho ngày 26/04/2025)"),
        ("03/05", "04/05", "weekend", None, None),
        ("05/05", "05/05", "half", Decimal("3.5"), None),
    ]


def test_plain_days_have_no_halves(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="only working days"):
        deadlines.explain(calendar, at("2025-07-08 09:00"), Decimal("1.5"), "day")


def test_a_year_is_whole_when_it_has_the_public_holidays(calendar: Calendar) -> None:
    assert [calendar.lacks(year) for year in calendar.years] == [()] * 4
    assert Calendar([Day(date(2029, 9, 2), "off"), Day(date(2029, 1, 1), "makeup")]).lacks(2029) == (
        "new_year",
        "reunification",
        "labour",
        "tet",
    )
