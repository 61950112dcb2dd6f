"""Whose turn it is to be called, and what a telephone dials."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from service import calling, callwords
from service.calling import Number, Turn
from service.words import ZONE

DUE = datetime(2025, 7, 18, 17, 0, tzinfo=ZONE)
MONDAY = datetime(2025, 7, 21, 9, 0, tzinfo=ZONE)


@dataclass(frozen=True)
class Call:
    outcome: str
    promised_on: date | None = None


@pytest.mark.parametrize(
    ("promised_on", "now", "turn"),
    [
        (None, DUE, Turn.DUE),
        (None, DUE + timedelta(seconds=1), Turn.OVERDUE),
        (date(2025, 7, 20), MONDAY, Turn.PASSED),
        (date(2025, 7, 21), MONDAY, Turn.TODAY),
        (date(2025, 7, 22), MONDAY, Turn.PROMISED),
        # 23:30 in Vietnam is 16:30 UTC: still the day that was promised; at midnight it has passed.
        (date(2025, 7, 21), datetime(2025, 7, 21, 23, 59, tzinfo=ZONE), Turn.TODAY),
        (date(2025, 7, 21), datetime(2025, 7, 22, 0, 0, tzinfo=ZONE), Turn.PASSED),
        # A promise counts before the due time as well.
        (date(2025, 7, 16), datetime(2025, 7, 17, 9, 0, tzinfo=ZONE), Turn.PASSED),
    ],
)
def test_a_promise_decides_first_then_the_due_time(promised_on: date | None, now: datetime, turn: Turn) -> None:
    assert calling.turn(DUE, promised_on, now) is turn


def test_nobody_answering_leaves_a_promise_and_a_talk_takes_its_place() -> None:
    promised = Call("promised", date(2025, 7, 20))
    assert calling.promise([promised]) == date(2025, 7, 20)
    assert calling.promise([Call("no_answer"), Call("wrong_number"), promised]) == date(2025, 7, 20)
    assert calling.promise([Call("reached"), promised]) is None
    assert calling.promise([Call("promised", date(2025, 7, 25)), promised]) == date(2025, 7, 25)
    assert calling.promise([]) is None


def test_every_number_of_a_contact_is_dialled_on_its_own() -> None:
    assert calling.numbers("0225 3842 123 máy lẻ 12 / +84 912 345 678") == (
        Number("02253842123 (12)", "02253842123"),
        Number("0912345678", "0912345678"),
    )
    stored = "02253842123 (12) / 0912345678"  # as the list of units keeps them
    assert calling.numbers(stored) == (Number("02253842123 (12)", "02253842123"), Number("0912345678", "0912345678"))
    assert calling.numbers("số 0225 38") == (Number("số 0225 38", "022538"),)  # too short to be one: as it stands
    assert calling.numbers("") == ()


def test_every_code_has_words() -> None:
    assert callwords.OUTCOMES.keys() == callwords.OUTCOME_HINTS.keys() == set(calling.OUTCOMES)
    assert callwords.TURNS.keys() == set(Turn)
