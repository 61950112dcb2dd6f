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
TURNS = 50
OTHERS = 2


async def put(url: str, turn: int) -> None:
    """The message whose worker will be killed, and messages of other units."""
    addresses = [crash.victim(turn), *(f"phuong{turn}-{n}@haiphong.test" for n in range(OTHERS))]
    letters = [Letter(f"i:{a}", "invitation", a, a, subject="Nhắc", text="{link}\n") for a in addresses]
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=crash.at(2 * turn), domain="phieu.test")


@pytest.mark.parametrize("point", ["before claim", "after claim", "after data", "before settle"])
async def test_killed_fifty_times(database_url: str, point: str) -> None:
    post = Post()
    async with Served(post), database.opened(database_url):
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        arguments = ("-m", "tests.reminders.crash", database_url, str(post.port), point)
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, **pipes)
        assert process.stdin is not None
        assert process.stdout is not None
        for turn in range(TURNS):
            await put(database_url, turn)
            process.stdin.write(f"{turn}\n".encode())
            pid = int(await process.stdout.readline())
            if point == "after data":
                # The server has taken the message and says nothing yet.
                post.taken = partial(_kill, pid, crash.victim(turn))
                process.stdin.write(b"go\n")
            assert int(await process.stdout.readline()) == -signal.SIGKILL
            post.taken = None
            # Another comes when the leases have ended.
            process.stdin.write(b"-\n")
            await process.stdout.readline()
            assert int(await process.stdout.readline()) == 0
        process.stdin.close()
        await process.wait()
        assert await Message.filter(state="sent").count() == await Message.all().count() == TURNS * (1 + OTHERS)
        _check(post, point)
        lost = await Attempt.filter(outcome="lost").count()
        assert lost >= TURNS if point != "before claim" else lost == 0


def _kill(pid: int, victim: str, address: str) -> None:
    if address == victim:
        os.kill(pid, signal.SIGKILL)


def _check(post: Post, point: str) -> None:
    """Nothing lost; a second copy only after DATA, and with the same Message-ID and words."""
    copies = Counter(address for address, _mail in post.accepted)
    assert len(copies) == TURNS * (1 + OTHERS)
    assert {copies[crash.victim(turn)] for turn in range(TURNS)} == {1 if point.endswith("claim") else 2}
    # Another unit's message may have been past DATA, too, when the process was killed.
    assert max(copies.values()) <= 2
    if point == "before claim":
        assert set(copies.values()) == {1}
    for address, count in copies.items():
        if count == 2:
            first, second = post.to(address)
            assert first["Message-ID"] == second["Message-ID"]
            assert first.as_bytes().partition(b"\n\n")[2] == second.as_bytes().partition(b"\n\n")[2]
