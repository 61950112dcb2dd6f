"""Two worker processes share one outbox on PostgreSQL; one is killed, and the other does its work too."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.models import Attempt, Message
from reminders.ports import Letter
from service import database
from tests.post import Post, Served

# On PostgreSQL: on SQLite one process sends.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]

ROOT = Path(__file__).parents[2]
MANY = 3321
# Seconds: long for those that live, so that a slow machine ends none of theirs, short where one dies.
LONG, SHORT = 600.0, 5.0


@dataclass
class Counting(Post):
    """A mail server that keeps of each mail who got it and its Message-ID. some, all: set when a third of the many
    have come, and when each has."""

    got: Counter[tuple[str, str]] = field(default_factory=Counter)
    some: asyncio.Event = field(default_factory=asyncio.Event)
    all: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        head = envelope.content.partition(b"\r\n\r\n")[0].decode()
        (number,) = (line for line in head.split("\r\n") if line.startswith("Message-ID"))
        self.got[envelope.rcpt_tos[0], number] += 1
        if len(self.got) >= MANY // 3:
            self.some.set()
        if len(self.got) >= MANY:
            self.all.set()
        return "250 taken"


async def put() -> None:
    now = datetime.now(UTC)
    letters = [
        Letter(f"i:{n}", "invitation", str(n), f"xa{n}@haiphong.test", subject="Nhắc", text="{link}\n")
        for n in range(MANY)
    ]
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=now, domain="phieu.test")


@asynccontextmanager
async def crew(url: str, port: int, lease: float) -> AsyncIterator[list[Process]]:
    """Two workers that are ready to begin."""
    arguments = ("-m", "tests.reminders.crew", url, str(port), str(lease))
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    found = [await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, **pipes) for _ in range(2)]
    try:
        for process in found:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield found
    finally:
        for process in found:
            if process.returncode is None:
                process.kill()
            await process.wait()


def say(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")


async def test_two_workers_send_each_of_3321_once(database_url: str) -> None:
    async with (
        Served(Counting()) as post,
        database.opened(database_url),
        crew(database_url, post.port, LONG) as workers,
    ):
        await put()
        for process in workers:
            say(process)
        assert isinstance(post, Counting)
        await asyncio.wait_for(post.all.wait(), 120)
        for process in workers:
            say(process)
            assert await process.wait() == 0
        assert await Message.filter(state="sent").count() == MANY
        assert len(post.got) == MANY
        assert set(post.got.values()) == {1}


async def test_one_killed_in_the_middle_the_other_finishes_its_work(database_url: str) -> None:
    async with (
        Served(Counting()) as post,
        database.opened(database_url),
        crew(database_url, post.port, SHORT) as workers,
    ):
        assert isinstance(post, Counting)
        await put()
        victim, survivor = workers
        for process in workers:
            say(process)
        await post.some.wait()
        victim.send_signal(signal.SIGKILL)
        assert await victim.wait() == -signal.SIGKILL
        held = await Message.filter(state="sending").count()
        await asyncio.wait_for(post.all.wait(), SHORT + 60)
        say(survivor)
        assert await survivor.wait() == 0
        assert await Message.filter(state="sent").count() == MANY
        assert len(post.got) == MANY, "nothing is lost, and no message has two Message-IDs"
        twice = sum(count - 1 for count in post.got.values())
        lost = await Attempt.filter(outcome="lost").count()
        assert max(post.got.values()) <= 2
        assert twice <= lost <= held + 128
        assert lost > 0
        ended = await Message.all().order_by("-settled_at").first()
        assert ended is not None
        assert ended.settled_at is not None
        taken_up = await Attempt.filter(outcome="lost").order_by("at").first()
        assert taken_up is not None
        assert ended.settled_at - taken_up.at < timedelta(seconds=60)
