"""Reporting periods of Decree 09/2019, art. 12."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.periods import MONTHS, Every, Period, following, of

EVERY = st.sampled_from(list(MONTHS))
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period("month", 2025, 1), date(2024, 12, 15), date(2025, 1, 14)),
        (Period("month", 2025, 7), date(2025, 6, 15), date(2025, 7, 14)),
        (Period("quarter", 2025, 1), date(2024, 12, 15), date(2025, 3, 14)),
        (Period("quarter", 2025, 3), date(2025, 6, 15), date(2025, 9, 14)),
        (Period("half", 2025, 1), date(2024, 12, 15), date(2025, 6, 14)),
        (Period("half", 2025, 2), date(2025, 6, 15), date(2025, 12, 14)),
        (Period("year", 2025, 1), date(2024, 12, 15), date(2025, 12, 14)),
    ],
)
def test_the_days_are_those_of_the_decree(period: Period, first: date, last: date) -> None:
    assert (period.first, period.last) == (first, last)
    assert of(period.every, first) == of(period.every, last) == period


@given(EVERY, DAYS)
def test_periods_follow_each_other_without_gap_or_overlap(every: Every, day: date) -> None:
    period = of(every, day)
    assert period.first <= day <= period.last
    assert period.next().first == period.last + timedelta(days=1)
    assert period.next() > period
    assert of(every, period.next().last) == period.next()


@given(EVERY, DAYS, DAYS, st.integers(1, 60))
def test_the_one_to_prepare_is_the_next_unless_it_closed_long_ago(
    every: Every, before: date, day: date, grace: int
) -> None:
    last = of(every, before)
    found = following(last, day, grace)
    assert found >= last.next()
    if found != last.next():
        assert last.next().last < day - timedelta(days=grace) <= found.last


def test_periods_that_were_slept_through_are_left_out() -> None:
    june = Period("month", 2025, 6)
    assert following(june, date(2025, 7, 1), 10) == Period("month", 2025, 7)
    assert following(june, date(2025, 7, 24), 10) == Period("month", 2025, 7), "closed ten days ago"
    assert following(june, date(2025, 10, 3), 10) == Period("month", 2025, 10)


def test_a_year_has_as_many_as_it_has() -> None:
    for every, months in MONTHS.items():
        assert Period(every, 2025, 12 // months).last == date(2025, 12, 14)
        with pytest.raises(ValueError, match=every):
            Period(every, 2025, 12 // months + 1)
