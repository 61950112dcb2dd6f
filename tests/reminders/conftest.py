"""What the tests of this room share: the calendar, a Desk, and a real SMTP server (tests/post.py)."""

import csv
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from reminders import calendar as calendars
from reminders.calendar import Calendar
from reminders.ports import Composed, Outcome, Verdict
from reminders.ports import Envelope as Card
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
    """A Desk that knows by `reasons` (ref -> code) who owes nothing by `without_link` (refs) who may have none,
    by `changing` what somebody else holds just now, and remembers what it was told."""

    reasons: dict[str, str] = field(default_factory=dict)
    without_link: set[str] = field(default_factory=set)
    changing: set[str] = field(default_factory=set)
    hold_until: datetime | None = None
    composed: int = 0
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)

    async def judge(self, envelopes: Sequence[Card], at: datetime) -> Mapping[int, Verdict]:
        return {
            card.id: Verdict(self.reasons.get(card.ref), self.hold_until, card.ref in self.changing)
            for card in envelopes
        }

    async def compose(self, envelopes: Sequence[Card], at: datetime) -> Mapping[int, Composed]:
        return {card.id: self._text(card) for card in envelopes}

    def _text(self, card: Card) -> Composed:
        if card.ref == "broken":
            raise KeyError("this one cannot be composed")
        self.composed += 1
        link = "" if card.ref in self.without_link else "{link}\n"
        return Composed(f"Nhắc {card.unit}", f"Lần soạn {self.composed}\n\n" + link)

    async def gather(self, envelopes: Sequence[Card], at: datetime) -> Composed:
        return Composed(f"Nhắc {len(envelopes)}", "\n".join(f"{e.campaign} {{link}}" for e in envelopes))

    async def links(self, envelopes: Sequence[Card]) -> Mapping[int, str]:
        return {
            card.id: "" if card.ref in self.without_link else f"https://phieu.test/p/{card.ref}-secret"
            for card in envelopes
        }

    async def lock(self, envelopes: Sequence[Card]) -> None:
        """Nothing of this desk's changes."""

    async def settled(self, ends: Sequence[tuple[Card, Outcome]], at: datetime) -> None:
        self.outcomes += [(card.ref, outcome) for card, outcome in ends]


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


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's context with a certificate for 127.0.0.1, and a client's that trusts it."""
    folder: Path = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mail"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return server, ssl.create_default_context(cafile=str(folder / "cert.pem"))
