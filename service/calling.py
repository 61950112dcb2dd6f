"""Whose turn it is to be called, what a unit promised, and the numbers to dial. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from service import life
from service.roster import people
from service.words import local


class Turn(StrEnum):
    """Why a unit is called, in the order in which they are called."""

    PASSED = "passed"  # it promised a day, which has passed
    TODAY = "today"  # it promised today
    OVERDUE = "overdue"
    DUE = "due"  # its due time is still to come
    PROMISED = "promised"  # it promised a later day


ORDER = {turn: place for place, turn in enumerate(Turn)}
REACHED, PROMISED, NO_ANSWER, WRONG_NUMBER = "reached", "promised", "no_answer", "wrong_number"
OUTCOMES = (REACHED, PROMISED, NO_ANSWER, WRONG_NUMBER)


class Called(Protocol):
    """A call as far as it matters here (models.Call)."""

    outcome: str
    promised_on: date | None


def promise(calls: Sequence[Called]) -> date | None:
    """The day a unit promised in the latest of its calls in which somebody was spoken with; calls newest first."""
    spoken = (call for call in calls if call.outcome in (REACHED, PROMISED))
    return next((call.promised_on for call in spoken), None)


def turn(due_at: datetime, promised_on: date | None, now: datetime) -> Turn:
    """Why a unit that owes is called at a moment."""
    today = local(now).date()
    if promised_on is not None:
        return Turn.PASSED if promised_on < today else Turn.TODAY if promised_on == today else Turn.PROMISED
    return Turn.OVERDUE if life.over(due_at, now) else Turn.DUE


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number as people read it ("0225387654 (12)", extension in brackets), and what a phone dials."""

    shown: str
    dialled: str


def numbers(phone: str) -> tuple[Number, ...]:
    """The numbers of a contact's telephone field; one that cannot be read is shown as it stands."""
    try:
        found = people.telephones(phone)
    except people.Refused:
        found = [phone]
    return tuple(Number(text, "".join(c for c in text.partition("(")[0] if c in "+0123456789")) for text in found)
