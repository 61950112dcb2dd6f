"""Worker processes that are killed (SIGKILL) at one point, time after time; run as a program by test_crashes.

usage: python -m tests.reminders.crash DATABASE PORT POINT. Everything is imported once; each worker is a fork. For
every line on stdin (the number of the turn, or "-" for one that nobody kills) one is started, its process id is
printed, then how it ended.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise import connections

from reminders import delivery, drain, settling
from reminders.address import Mailbox
from reminders.ports import Composed, Daily, Envelope, Mail, Outcome, Reply, Verdict
from reminders.smtp import Server, SmtpSender
from reminders.worker import Worker
from service import database

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


def victim(turn: int) -> str:
    """The address at whose message the worker of a turn is killed."""
    return f"xa{turn}@haiphong.test"


def at(place: int) -> datetime:
    """Each worker comes when the leases of the one before have ended."""
    return NOW + place * (LEASE + timedelta(seconds=1))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Desk:
    async def judge(self, envelopes: Sequence[Envelope], at: datetime) -> Mapping[int, Verdict]:
        """Reminders share their mailbox's mail of the day; nobody is served by another day here."""
        day = Daily(NOW.date().isoformat(), NOW + timedelta(days=30))
        return {envelope.id: Verdict(daily=day) for envelope in envelopes if envelope.kind == "reminder"}

    async def compose(self, envelopes: Sequence[Envelope], at: datetime) -> Mapping[int, Composed]:
        return {envelope.id: Composed("Nhắc", "{link}\n") for envelope in envelopes}

    async def gather(self, envelopes: Sequence[Envelope], at: datetime) -> Composed:
        return Composed(f"Nhắc {len(envelopes)}", "\n".join(f"{e.campaign} {{link}}" for e in envelopes))

    async def links(self, envelopes: Sequence[Envelope]) -> Mapping[int, str]:
        return {envelope.id: f"https://phieu.test/p/{envelope.ref}" for envelope in envelopes}

    async def lock(self, envelopes: Sequence[Envelope]) -> None:
        """Nothing of this desk's changes."""

    async def settled(self, ends: Sequence[tuple[Envelope, Outcome]], at: datetime) -> None:
        """Nothing of this desk's changes."""


class Doomed(SmtpSender):
    """Dies with the message in hand, before anything of it goes to the server."""

    address = ""

    async def send(self, mail: Mail) -> Reply:
        if mail.recipient == self.address:
            die()
        return await super().send(mail)


async def nothing(now: datetime) -> int:
    return 0


async def work(url: str, port: int, point: str, turn: int | None, now: datetime) -> None:
    if turn is not None and point == "before claim":

        async def killed_claim(*_: Any, **__: Any) -> list[delivery.Claimed]:
            die()
            return []

        delivery.claim = killed_claim
    if turn is not None and point == "before settle":
        real, address = settling.settle, victim(turn)

        async def killed_settle(desk: Any, ends: Any, now: datetime) -> Any:
            if any(claimed.envelope.to_address == address for claimed, _result in ends):
                die()
            return await real(desk, ends, now)

        settling.settle = killed_settle
    Doomed.address = victim(turn) if turn is not None and point == "after claim" else ""
    drain.SETTLE_PAUSES = (0.1, 0.1)
    async with database.opened(url):
        if url.startswith("sqlite"):
            # What a killed process has committed is there without waiting for the disk; only a power cut would lose it.
            await connections.get("default").execute_script("PRAGMA synchronous=OFF")
        crew = Worker(
            Desk(),
            lambda: Doomed(Server("127.0.0.1", port, "plain"), timeout=20),
            lambda: now,
            nothing,
            mail_from=Mailbox("Sở", "khaosat@phieu.test"),
            lease=LEASE,
        )
        await crew.tick(now, plan=False)


def main() -> None:
    gc.freeze()
    url, port, point = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    for place, line in enumerate(iter(sys.stdin.readline, "")):
        turn = None if line.strip() == "-" else int(line)
        pid = os.fork()
        if pid == 0:
            sys.stdin.readline() if point == "after data" and turn is not None else None
            asyncio.run(work(url, port, point, turn, at(place)))
            os._exit(0)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
