"""What the tests of this room share: the calendar, a Desk, and a real SMTP server (tests/post.py)."""

import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from reminders import calendar as calendars
from reminders.calendar import Calendar
from reminders.ports import Envelope as Card
from reminders.ports import Outcome
from service import database
from tests.post import Post, Served

TABLE = Path(__file__).parents[2] / "service" / "data" / "vn_calendar.csv"


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return calendars.from_rows(csv.DictReader(file))


@pytest.fixture
async def outbox_db(database_url: str) -> AsyncIterator[None]:
    """The migrated tables, open."""
    async with database.opened(database_url):
        yield


@dataclass
class Desk:
    """A Desk that knows by `reasons` (ref -> code) who owes nothing and by `without_link` (refs) who may have none,
    and remembers what it was told."""

    reasons: dict[str, str] = field(default_factory=dict)
    without_link: set[str] = field(default_factory=set)
    hold_until: datetime | None = None
    composed: int = 0
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)

    async def why_not(self, envelope: Card, at: datetime) -> str | None:
        return self.reasons.get(envelope.ref)

    async def hold(self, envelope: Card, at: datetime) -> datetime | None:
        return self.hold_until

    async def compose(self, envelope: Card, at: datetime) -> tuple[str, str]:
        if envelope.ref == "broken":
            raise KeyError("this one cannot be composed")
        self.composed += 1
        return f"Nhắc {envelope.unit}", f"Lần soạn {self.composed}\n\n" + (
            "" if envelope.ref in self.without_link else "{link}\n"
        )

    async def fill(self, envelope: Card, text: str) -> str:
        if envelope.ref in self.without_link:
            return text.replace("{link}", "")
        return text.replace("{link}", f"https://phieu.test/p/{envelope.ref}-secret")

    async def settled(self, envelope: Card, outcome: Outcome, at: datetime) -> None:
        self.outcomes.append((envelope.ref, outcome))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """A real SMTP server on a port of its own."""
    async with Served(Post()) as server:
        yield server


@pytest.fixture
def served() -> type[Served]:
    """`async with served(post, **aiosmtpd options)`: a server set up otherwise."""
    return Served
