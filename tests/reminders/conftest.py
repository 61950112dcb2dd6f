"""What the tests of this room share: the calendar, a Desk, and an SMTP server that is real."""

import asyncio
import csv
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from tortoise.backends.base.executor import EXECUTOR_CACHE

from reminders import calendar as calendars
from reminders.calendar import Calendar
from reminders.ports import Envelope as Card
from reminders.ports import Outcome
from service import database

TABLE = Path(__file__).parents[2] / "service" / "data" / "vn_calendar.csv"


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return calendars.from_rows(csv.DictReader(file))


@pytest.fixture
async def outbox_db(database_url: str) -> AsyncIterator[None]:
    """The migrated tables, open."""
    # Tortoise keeps the text of its inserts by the connection's name, whatever the database behind it.
    EXECUTOR_CACHE.clear()
    async with database.opened(database_url):
        yield


@dataclass
class Desk:
    """A Desk that knows by `reasons` (ref -> code) who owes nothing, and remembers what it was told."""

    reasons: dict[str, str] = field(default_factory=dict)
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
        return f"Nhắc {envelope.unit}", f"Lần soạn {self.composed}\n\n{{link}}\n"

    async def fill(self, envelope: Card, text: str) -> str:
        return text.replace("{link}", f"https://phieu.test/p/{envelope.ref}-secret")

    async def settled(self, envelope: Card, outcome: Outcome, at: datetime) -> None:
        self.outcomes.append((envelope.ref, outcome))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@dataclass
class Post:
    """An SMTP server that keeps what it accepted, and answers some recipients as it is told.

    replies: recipient -> replies to its RCPT, one a try. after_data: recipients whose connection is
    cut once the message has been taken (it is kept in `accepted`, as a real server would). during_data:
    awaited while the server thinks about a message.
    """

    port: int = 0
    accepted: list[tuple[str, EmailMessage]] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    after_data: list[str] = field(default_factory=list)
    data_replies: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    during_data: Callable[[], Awaitable[None]] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self.replies.get(address)
        if answers:
            answer = answers.pop(0)
            if answer != "250":
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        assert isinstance(envelope.content, bytes)
        if self.during_data is not None:
            await self.during_data()
        if self.data_replies:
            return self.data_replies.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.accepted.append((address, mail))
        self.sessions.add(id(session))
        if address in self.after_data:
            self.after_data.remove(address)
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for recipient, mail in self.accepted if recipient == address]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """A real SMTP server on a port of its own."""
    async with Served(Post()) as server:
        yield server


class Served:
    def __init__(self, post: Post, **options: Any) -> None:
        self.post, self.options = post, options

    async def __aenter__(self) -> Post:
        self.loop = asyncio.get_running_loop()
        self.protocols: list[SMTP] = []
        self.server = await self.loop.create_server(self._protocol, "127.0.0.1", 0)
        self.post.port = self.server.sockets[0].getsockname()[1]
        return self.post

    def _protocol(self) -> SMTP:
        # aiosmtpd's own Controller cannot take port 0.
        made = SMTP(self.post, hostname="mail.test", loop=self.loop, **self.options)
        self.protocols.append(made)
        return made

    async def __aexit__(self, *failure: object) -> None:
        self.server.close()
        for protocol in self.protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
        await self.server.wait_closed()
        # The transports close their sockets in the next turns of the loop.
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture
def served() -> type[Served]:
    """`async with served(post, **aiosmtpd options)`: a server set up otherwise."""
    return Served
