"""How fast pages are while the mail server misbehaves, beside the same pages of a process that has no mail to send.

Both processes have a campaign of 114 units of their own; one has its 114 invitations to send, to a server that does
what is measured. They are asked in turn; each figure is the median of the milliseconds that the dashboard took, divided
by the other's.
"""

import asyncio
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from reminders.models import Message
from service import database
from service.flow import accounts, units
from service.models import Contact, Unit
from service.settings import Settings
from tests.bench.servers import ok, running
from tests.service import build

CALLS = 150
CALM, FAULTY = 8711, 8712
FAULTS = ("busy", "drops after DATA", "hangs after DATA", "refuses connections")

SERVER = """
import asyncio, sys

async def serve(reader, writer):
    how, in_data = sys.argv[1], False
    writer.write(b"220 faulty\\r\\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if in_data:
            if line != b".\\r\\n":
                continue
            in_data = False
            if how == "hangs after DATA":
                await asyncio.sleep(3600)
            if how == "drops after DATA":
                writer.transport.abort()
                return
        if verb == b"DATA":
            in_data = True
        busy = how == "busy" and verb == b"RCPT"
        writer.write(b"451 4.3.0 busy\\r\\n" if busy else b"354 go on\\r\\n" if in_data else b"250 ok\\r\\n")

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def measure(folder: Path) -> dict[str, float]:
    """The dashboard's median time under each fault over that of a process without mail."""
    cookie = asyncio.run(_prepared(folder))
    figures = {}
    for how in FAULTS:
        asyncio.run(_waiting(_copy(folder, "faulty")))
        with _mail_server(how) as port:
            figures[f"dashboard while the mail server {how}, x calm"] = _ratio(folder, cookie, port)
    return figures


async def _prepared(folder: Path) -> str:
    """A database with a campaign of 114 units whose invitations wait; the cookie of a staff member."""
    now = datetime.now(UTC)
    settings = _settings(folder / "calm")
    settings.data_dir.mkdir()
    await database.migrate(settings.database_url)
    async with database.opened(settings.database_url):
        await units.seed(now)
        await Contact.bulk_create(
            [Contact(unit=u, role="official", email=f"u{u.code}@hp.example") for u in await Unit.all()]
        )
        survey = await build.survey(settings, now, roster="all")
        await Message.all().update(state="cancelled", why="stopped", settled_at=now)
        return await accounts.start_session(survey.staff, now)


def _settings(folder: Path) -> Settings:
    database_url = f"sqlite://{folder / 'phieu.sqlite3'}"
    return Settings(database_url, folder, "http://127.0.0.1", None, "Phiếu <p@phieu.test>", b"k" * 40)


def _copy(folder: Path, name: str) -> Settings:
    shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copytree(folder / "calm", folder / name)
    return _settings(folder / name)


async def _waiting(settings: Settings) -> None:
    async with database.opened(settings.database_url):
        await Message.all().update(state="waiting", why="", settled_at=None, not_before=datetime.now(UTC))


def _ratio(folder: Path, cookie: str, mail_port: int) -> float:
    def environment(name: str) -> dict[str, str]:
        data = folder / name
        return {
            "PHIEU_DATA_DIR": str(data),
            "PHIEU_DATABASE_URL": f"sqlite://{data / 'phieu.sqlite3'}",
            "PHIEU_SECRET_KEY": "k" * 40,
        }

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]

    calm, faulty = f"http://127.0.0.1:{CALM}", f"http://127.0.0.1:{FAULTY}"
    mail = {"PHIEU_SMTP_URL": f"smtp://127.0.0.1:{mail_port}"}
    with (
        running(command(CALM), calm, environment("calm")),
        running(command(FAULTY), faulty, environment("faulty") | mail),
        httpx.Client(cookies={"phieu_staff": cookie}, timeout=60) as client,
    ):
        times: dict[str, list[float]] = {calm: [], faulty: []}
        for _ in range(CALLS):
            for url, found in times.items():
                began = time.perf_counter()
                ok(client.get(f"{url}/campaigns/1"))
                found.append(time.perf_counter() - began)
    return statistics.median(times[faulty]) / statistics.median(times[calm])


@contextmanager
def _mail_server(how: str) -> Iterator[int]:
    """The port of a mail server that behaves so; of none, when it refuses connections."""
    if how == "refuses connections":
        yield 1
        return
    with subprocess.Popen([sys.executable, "-c", SERVER, how], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    import tempfile

    for name, value in measure(Path(tempfile.mkdtemp(prefix="phieu-faults-"))).items():
        print(f"{name:60}{value:8.2f}")
