from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.calendar import Calendar, CalendarGap, Day, Office, from_rows

ZONE = Office().zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# Start, working days, end. The holidays are those of the table that ships with the product.
WORKING = [
    ("2025-07-08 09:00", "8", "2025-07-18 17:00"),  # the day of the event is not counted
    ("2025-07-08 00:00", "1", "2025-07-09 17:00"),
    ("2025-07-08 23:59", "1", "2025-07-09 17:00"),
    ("2025-07-08 09:00", "0.5", "2025-07-09 11:30"),  # a half ends with the morning
    ("2025-07-08 09:00", "2.5", "2025-07-11 11:30"),
    ("2025-07-11 16:00", "1", "2025-07-14 17:00"),  # over a weekend
    ("2025-07-11 16:00", "0.5", "2025-07-14 11:30"),
    ("2025-07-12 10:00", "1", "2025-07-14 17:00"),  # from a Saturday
    ("2025-07-13 10:00", "1.5", "2025-07-15 11:30"),
    ("2025-08-29 10:00", "1", "2025-09-03 17:00"),  # over 1-2/9
    ("2025-08-28 10:00", "2.5", "2025-09-04 11:30"),
    ("2025-04-25 10:00", "1", "2025-04-26 17:00"),  # a Saturday worked for 2/5
    ("2025-04-25 10:00", "2", "2025-04-28 17:00"),
    ("2025-04-25 10:00", "4", "2025-05-05 17:00"),  # 30/4, 1/5 and 2/5 off
    ("2025-12-31 10:00", "1", "2026-01-05 17:00"),  # 2/1/2026 off, swapped
    ("2025-12-31 10:00", "6", "2026-01-10 17:00"),  # ... with Saturday 10/1/2026
    ("2026-02-13 10:00", "1", "2026-02-23 17:00"),  # over Tết
    ("2026-02-13 10:00", "0.5", "2026-02-23 11:30"),
    ("2026-04-24 10:00", "1", "2026-04-28 17:00"),  # a holiday on Sunday, made up for on Monday
    ("2026-04-24 10:00", "3", "2026-05-04 17:00"),
    ("2026-08-21 10:00", "0.5", "2026-08-22 11:30"),  # a make-up Saturday morning
    ("2026-08-28 10:00", "1", "2026-09-03 17:00"),
]

# Start, days, end.
PLAIN = [
    ("2025-07-08 09:00", 10, "2025-07-18 23:59:59"),
    ("2025-07-08 09:00", 12, "2025-07-21 23:59:59"),  # 20/7/2025 was a Sunday
    ("2025-06-20 09:00", 30, "2025-07-21 23:59:59"),
    ("2025-07-08 09:00", 11, "2025-07-21 23:59:59"),  # Saturday
    ("2025-08-28 10:00", 5, "2025-09-03 23:59:59"),  # 2/9 is off
    ("2025-04-25 10:00", 1, "2025-04-26 23:59:59"),  # a Saturday that is worked is no free day
    ("2025-12-31 10:00", 2, "2026-01-05 23:59:59"),
    ("2025-12-31 10:00", 10, "2026-01-10 23:59:59"),
    ("2026-02-10 10:00", 3, "2026-02-13 23:59:59"),
    ("2026-02-10 10:00", 6, "2026-02-23 23:59:59"),
]


@pytest.mark.parametrize(("start", "days", "end"), WORKING)
def test_working_days_end_at_the_close_of_office_hours(calendar: Calendar, start: str, days: str, end: str) -> None:
    assert calendar.working_days_after(at(start), Decimal(days)) == at(end)


@pytest.mark.parametrize(("start", "days", "end"), PLAIN)
def test_days_end_at_midnight_and_never_on_a_free_day(calendar: Calendar, start: str, days: int, end: str) -> None:
    assert calendar.days_after(at(start), days) == at(end)


def test_the_day_of_the_event_is_that_of_haiphong(calendar: Calendar) -> None:
    # 18:00 UTC on 7/7 is 01:00 on 8/7.
    start = datetime(2025, 7, 7, 18, 0, tzinfo=UTC)
    assert calendar.working_days_after(start, Decimal(1)) == at("2025-07-09 17:00")
    assert calendar.days_after(start, 1) == at("2025-07-09 23:59:59")


@pytest.mark.parametrize("days", ["0", "-1", "0.25", "1.3", "NaN", "Infinity"])
def test_only_halves_of_working_days_exist(calendar: Calendar, days: str) -> None:
    with pytest.raises(ValueError, match="halves"):
        calendar.working_days_after(at("2025-07-08 09:00"), Decimal(days))


def test_a_period_has_a_day(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        calendar.days_after(at("2025-07-08 09:00"), 0)


def test_a_naive_moment_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar.days_after(datetime(2025, 7, 8, 9, 0), 1)  # noqa: DTZ001 - the point of the test


def test_a_year_without_a_table_is_an_error(calendar: Calendar) -> None:
    assert calendar.years == (2025, 2026, 2027, 2028)
    with pytest.raises(CalendarGap) as gap:
        calendar.working_days_after(at("2028-12-29 09:00"), Decimal(1))
    assert gap.value.year == 2029
    with pytest.raises(CalendarGap):
        calendar.previous_working(date(2025, 1, 1))
    with pytest.raises(CalendarGap):
        calendar.in_office_hours(at("2024-06-03 09:00"))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2025-07-16", "2025-07-18", 2),
        ("2025-07-18", "2025-07-18", 0),
        ("2025-07-18", "2025-07-20", 0),
        ("2025-07-18", "2025-07-21", 1),
        ("2025-07-21", "2025-07-18", -1),
        ("2025-04-25", "2025-05-05", 4),
        ("2026-01-01", "2026-01-10", 6),
    ],
)
def test_working_days_between(calendar: Calendar, start: str, end: str, days: int) -> None:
    assert calendar.working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_days_between_moments_go_by_local_dates(calendar: Calendar) -> None:
    late_monday_in_utc = datetime(2025, 7, 14, 18, 0, tzinfo=UTC)
    assert calendar.working_days_between(late_monday_in_utc, at("2025-07-15 17:00")) == 0


def test_uncertain_days_are_named(calendar: Calendar) -> None:
    assert calendar.uncertain(date(2025, 1, 1), date(2026, 11, 23)) == ()
    (culture,) = calendar.uncertain(at("2026-11-20 09:00"), at("2026-11-24 17:00"))
    assert (culture.name, culture.status) == ("Ngày Văn hóa Việt Nam", "unconfirmed")
    tet = calendar.uncertain(date(2027, 2, 1), date(2027, 2, 28))
    assert [day.date.day for day in tet] == [4, 5, 6, 7, 8, 9, 10]
    assert {day.status for day in tet} == {"estimate"}


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2025-07-18 07:29:59", False),
        ("2025-07-18 07:30", True),
        ("2025-07-18 11:30", True),
        ("2025-07-18 11:30:01", False),
        ("2025-07-18 13:30", True),
        ("2025-07-18 17:00", True),
        ("2025-07-18 17:00:01", False),
        ("2025-07-19 09:00", False),
        ("2025-04-26 09:00", True),
        ("2025-09-02 09:00", False),
    ],
)
def test_office_hours(calendar: Calendar, moment: str, inside: bool) -> None:
    assert calendar.in_office_hours(at(moment)) is inside


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2025-07-18 09:00", "2025-07-18 09:00"),
        ("2025-07-18 05:00", "2025-07-18 07:30"),
        ("2025-07-18 12:00", "2025-07-18 13:30"),
        ("2025-07-18 17:30", "2025-07-21 07:30"),
        ("2025-08-30 09:00", "2025-09-03 07:30"),
        ("2025-04-25 20:00", "2025-04-26 07:30"),
    ],
)
def test_the_next_office_moment(calendar: Calendar, moment: str, opens: str) -> None:
    assert calendar.next_office_moment(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        ("2025-07-18T16:59", "2025-07-18T16:59"),
        ("2025-07-18T23:59", "2025-07-18T17:00"),
        ("2025-07-18T12:00", "2025-07-18T11:30"),
        ("2025-07-18T07:00", "2025-07-17T17:00"),
        ("2025-07-20T09:00", "2025-07-18T17:00"),
    ],
)
def test_the_last_office_moment(calendar: Calendar, moment: str, closed: str) -> None:
    assert calendar.last_office_moment(at(moment)) == at(closed)


def test_office_hours_are_a_setting() -> None:
    office = Office(morning=(time(8), time(12)), afternoon=(time(13), time(16, 30)))
    calendar = Calendar([Day(date(2025, 9, 2), "off")], office)
    assert calendar.working_days_after(at("2025-07-08 09:00"), Decimal("1.5")) == at("2025-07-10 12:00")
    assert [office.clamp(time(h)) for h in (6, 9, 12, 20)] == [time(8), time(9), time(12), time(16, 30)]
    with pytest.raises(ValueError, match="forward"):
        Office(morning=(time(8), time(14)), afternoon=(time(13), time(17)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "holiday"}, "row 2"),
        ({"date": "2/9/2025"}, "row 2"),
        ({"status": ""}, "row 2"),
        ({"date": "2025-09-01"}, "twice"),
    ],
)
def test_wrong_rows_are_named(change: dict[str, str], words: str) -> None:
    first = {"date": "2025-09-01", "type": "nghi", "name": "a", "source": "b", "status": "quyet_dinh"}
    second = {**first, "date": "2025-09-02", **change}
    with pytest.raises(ValueError, match=words):
        from_rows([first, second])


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 30)).map(  # noqa: DTZ001 - zoned next
    lambda moment: moment.replace(tzinfo=ZONE)
)


@given(moments, st.integers(1, 60))
def test_counting_there_and_back_agrees(calendar: Calendar, start: datetime, halves: int) -> None:
    end = calendar.working_days_after(start, Decimal(halves) / 2)
    assert calendar.in_office_hours(end)
    assert calendar.working_days_between(start, end) == (halves + 1) // 2
    assert end > start


@given(moments, st.integers(1, 60))
def test_days_never_end_early_nor_on_a_free_day(calendar: Calendar, start: datetime, days: int) -> None:
    end = calendar.days_after(start, days)
    plain = start.date() + timedelta(days=days)
    assert calendar.is_working(end.date())
    assert end.date() == (plain if calendar.is_working(plain) else calendar.next_working(plain))


@given(moments)
def test_the_next_office_moment_is_the_first_one(calendar: Calendar, moment: datetime) -> None:
    opens = calendar.next_office_moment(moment)
    assert opens >= moment
    assert calendar.in_office_hours(opens)
    assert opens == moment or not calendar.in_office_hours(opens - timedelta(seconds=1))
