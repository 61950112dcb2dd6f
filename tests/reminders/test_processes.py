"""Several processes on one database: the outbox is shared, nothing is sent twice."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.models import Message
from reminders.ports import Letter
from service import database

pytestmark = pytest.mark.anyio

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]

WORKER = """
import asyncio, sys
from datetime import UTC, datetime
from reminders.address import Mailbox
from reminders.mailbox import LocalMailbox
from reminders.ports import Verdict
from reminders.worker import Worker
from service import database

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)

class Desk:
    async def judge(self, envelopes, at):
        return {e.id: Verdict("answered") for e in envelopes if e.ref == "7"}
    async def lock(self, envelopes):
        pass
    async def settled(self, ends, at):
        pass

class Printing(LocalMailbox):
    async def send(self, mail):
        print(mail.recipient, flush=True)
        return await super().send(mail)

async def plan_due(now):
    return 0

async def main():
    async with database.opened(sys.argv[1]):
        print("ready", flush=True)
        sys.stdin.readline()
        await Worker(Desk(), Printing, lambda: NOW, plan_due, mail_from=Mailbox("", "a@phieu.test")).tick(NOW)

asyncio.run(main())
"""


async def test_three_processes_share_one_outbox(database_url: str) -> None:
    async with database.opened(database_url), in_transaction() as connection:
        letters = [
            Letter(f"i:{n}", "invitation", str(n), f"xa{n}@haiphong.test", subject="a", text="b") for n in range(90)
        ]
        await outbox.enqueue(letters, connection, now=NOW, domain="phieu.test")
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    crew = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, database_url, cwd=ROOT, **pipes)
        for _ in range(3)
    ]
    for process in crew:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ends = await asyncio.wait_for(asyncio.gather(*(process.communicate(b"go\n") for process in crew)), 120)
    assert [(process.returncode, error) for process, (_, error) in zip(crew, ends, strict=True)] == [(0, b"")] * 3
    sent = Counter(line for output, _ in ends for line in output.decode().split())
    assert sent == Counter(f"xa{n}@haiphong.test" for n in range(90) if n != 7)
    async with database.opened(database_url):
        assert await Message.filter(state="sent").count() == 89
        assert (await Message.get(ref="7")).why == "answered"
