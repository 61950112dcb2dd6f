"""One mail for the reminders of a mailbox, when the worker that sends it is killed after DATA."""

import asyncio
import signal
import sys
from functools import partial

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.models import Attempt, Message
from reminders.ports import Letter
from service import database
from tests.post import Post, Served
from tests.reminders import crash
from tests.reminders.test_crashes import ROOT, _kill

pytestmark = pytest.mark.anyio

TURNS = 2


async def put(turn: int) -> None:
    """Three reminders to the mailbox at whose mail the worker is killed, and one to another."""
    letters = [
        Letter(f"r:{turn}:{n}", "reminder", f"{turn}-{n}", address, template="reminder_before", campaign=n)
        for n, address in enumerate([*[crash.victim(turn)] * 3, f"phuong{turn}@haiphong.test"])
    ]
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=crash.at(turn), domain="phieu.test")


async def test_killed_after_data_the_same_mail_goes_again_for_all_in_it(database_url: str) -> None:
    post = Post()
    async with Served(post), database.opened(database_url):
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        arguments = ("-m", "tests.reminders.crash", database_url, str(post.port), "after data")
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, **pipes)
        assert process.stdin is not None
        assert process.stdout is not None
        for turn in range(TURNS):
            await put(turn)
            process.stdin.write(f"{turn}\n".encode())
            pid = int(await process.stdout.readline())
            post.taken = partial(_kill, pid, crash.victim(turn))
            process.stdin.write(b"go\n")
            assert int(await process.stdout.readline()) == -signal.SIGKILL
        post.taken = None
        process.stdin.write(b"-\n")
        await process.stdout.readline()
        assert await process.stdout.readline() == b"0\n"
        process.stdin.close()
        await process.wait()
        assert await Message.filter(state="sent").count() == await Message.all().count() == TURNS * 4
        assert await Attempt.filter(outcome="lost").count() >= TURNS * 3
        for turn in range(TURNS):
            mails = post.to(crash.victim(turn))
            assert len(mails) >= 2
            assert len({mail["Message-ID"] for mail in mails}) == 1
            assert len({mail.as_bytes().partition(b"\n\n")[2] for mail in mails}) == 1
            assert str(mails[0]["Subject"]) == "Nhắc 3"
            rows = await Message.filter(to_address=crash.victim(turn)).order_by("id")
            assert [row.carried_by for row in rows] == [None, rows[0].id, rows[0].id]
