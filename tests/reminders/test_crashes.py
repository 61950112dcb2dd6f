"""Processes killed at every point of a message's way, fifty times each: what they held is taken up by others."""

import asyncio
import os
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.models import Attempt, Message
from reminders.ports import Letter
from service import database
from tests.post import Post, Served
from tests.reminders import crash

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
OTHERS = 2


async def put(turn: int) -> None:
    """The message whose worker will be killed, and messages of other units."""
    addresses = [crash.victim(turn), *(f"phuong{turn}-{n}@haiphong.test" for n in range(OTHERS))]
    letters = [Letter(f"i:{a}", "invitation", a, a, subject="Nhắc", text="{link}\n") for a in addresses]
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=crash.at(turn), domain="phieu.test")


@pytest.mark.parametrize("point", ["before claim", "after claim", "after data", "before settle"])
async def test_killed_fifty_times(database_url: str, point: str) -> None:
    """Fifty times on SQLite; PostgreSQL, where each new process also logs in, gets fifteen."""
    post, turns = Post(), 50 if database_url.startswith("sqlite") else 15
    async with Served(post), database.opened(database_url):
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        arguments = ("-m", "tests.reminders.crash", database_url, str(post.port), point)
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, **pipes)
        assert process.stdin is not None
        assert process.stdout is not None
        for turn in range(turns):
            await put(turn)
            process.stdin.write(f"{turn}\n".encode())
            pid = int(await process.stdout.readline())
            if point == "after data":
                # The server has taken the message and says nothing yet.
                post.taken = partial(_kill, pid, crash.victim(turn))
                process.stdin.write(b"go\n")
            assert int(await process.stdout.readline()) == -signal.SIGKILL
            post.taken = None
            # Before DATA nothing of it had left.
            assert len(post.to(crash.victim(turn))) == (0 if point.endswith("claim") else 1)
        # One that nobody kills comes when the last leases have ended.
        process.stdin.write(b"-\n")
        await process.stdout.readline()
        assert await process.stdout.readline() == b"0\n"
        process.stdin.close()
        await process.wait()
        assert await Message.filter(state="sent").count() == await Message.all().count() == turns * (1 + OTHERS)
        lost = await Attempt.filter(outcome="lost").count()
        assert lost >= turns if point != "before claim" else lost == 0
    _check(post, point, turns)


def _kill(pid: int, victim: str, address: str) -> None:
    if address == victim:
        os.kill(pid, signal.SIGKILL)


def _check(post: Post, point: str, turns: int) -> None:
    """Nothing lost; every further copy (the worker was killed with the first past DATA) is the same mail."""
    copies = Counter(address for address, _mail in post.accepted)
    assert len(copies) == turns * (1 + OTHERS)
    if point == "before claim":
        assert set(copies.values()) == {1}
    if not point.endswith("claim"):
        assert all(copies[crash.victim(turn)] >= 2 for turn in range(turns))
    for address in copies:
        assert len({mail["Message-ID"] for mail in post.to(address)}) == 1
        assert len({mail.as_bytes().partition(b"\n\n")[2] for mail in post.to(address)}) == 1
