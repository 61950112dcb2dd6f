"""`make bench`: what one process on SQLite costs, as ratios to bare pieces measured in the same run.

Servers run in processes of their own and are asked one request at a time; their CPU time is what the operating system
charges them (user and system, all threads). Each figure is the median of several rounds; the rounds of the product and
of the bare piece alternate, so that a machine that slows down slows both.
"""

import asyncio
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from service import database
from service.demo import prepare
from service.flow import accounts, entry, principal
from service.models import Contact, Invitation, Staff
from service.settings import Settings
from tests.service import build

ROUNDS = 5
HISTORY = Path(__file__).parents[1] / "docs" / "bench.jsonl"
TICKS = os.sysconf("SC_CLK_TCK")
PASSWORD = "một câu đủ dài"

BARE = """
import sys, aiosqlite, uvicorn
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
PAGE = "<!doctype html><title>bare</title>" + "<p>" + "x" * 4000 + "</p>"
async def page(request): return HTMLResponse(PAGE)
async def insert(request):
    body = await request.json()
    database = request.app.state.database
    await database.execute("INSERT INTO answer (body) VALUES (?)", [str(body)])
    await database.commit()
    return JSONResponse({"ok": True}, 201)
@asynccontextmanager
async def lifespan(app):
    async with aiosqlite.connect(sys.argv[2]) as database:
        await database.execute("PRAGMA journal_mode=WAL")
        await database.execute("PRAGMA synchronous=FULL")
        await database.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, body TEXT)")
        app.state.database = database
        yield
app = Starlette(routes=[Route("/", page), Route("/insert", insert, methods=["POST"])], lifespan=lifespan)
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""


@dataclass(frozen=True)
class Server:
    """A server process under measurement."""

    pid: int
    url: str

    def cpu(self) -> float:
        """Seconds of CPU it has used, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self) -> float:
        """Resident memory in MB."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024


@contextmanager
def running(command: list[str], url: str, environment: dict[str, str] | None = None) -> Iterator[Server]:
    with subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                try:
                    httpx.get(url, timeout=2)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)  # the server has not opened its port yet
            else:
                raise SystemExit(f"{command[0]} did not start")
            yield Server(process.pid, url)
        finally:
            process.terminate()
            process.wait(20)


def cpu_per_call(server: Server, call: Callable[[], object], count: int) -> float:
    """Milliseconds of the server's CPU for one call. `count` must be large against the clock's 10 ms tick."""
    before = server.cpu()
    for _ in range(count):
        call()
    return (server.cpu() - before) * 1000 / count


@dataclass(frozen=True)
class Sample:
    """The demo's database with two more campaigns to send into, and the ways in."""

    settings: Settings
    token: str
    cookie: str
    link: str
    live: int
    fresh: list[int]


async def sample(settings: Settings) -> Sample:
    now = datetime.now(UTC)
    await prepare(settings, now)
    async with database.opened(settings.database_url):
        staff = await accounts.create("bench", "Đo", "administrator", now)
        await accounts.choose_password(await accounts.set_up_link(staff, now), PASSWORD, PASSWORD, now)
        form = (await Invitation.all().order_by("-id").select_related("campaign").first()).campaign.form_id  # type: ignore[union-attr]
        fresh = [await _campaign(settings, form, staff, now) for _ in range(2)]
        live = (await Invitation.all().order_by("-id").first()).campaign_id - 2  # type: ignore[union-attr]
        link = await entry.fresh_link(live, build.AN_LAO, principal.SYSTEM, now)
        return Sample(
            settings,
            await accounts.create_token("bench", "administrator", now),
            await accounts.start_session(staff, now),
            entry.address_of(settings.public_url, settings.secret_key, link),
            live,
            fresh,
        )


async def _campaign(settings: Settings, form: int, staff: Staff, now: datetime) -> int:
    from service.flow import campaigns

    terms = build.terms(form, staff, now, roster="all")
    campaign = await campaigns.create(settings, terms, principal.SYSTEM, now)
    await campaigns.publish(settings, campaign.id, principal.SYSTEM, now)
    return campaign.id


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="phieu-bench-"))
    try:
        print("Preparing the sample…", flush=True)
        settings = Settings(
            f"sqlite://{folder / 'phieu.sqlite3'}",
            folder,
            "http://127.0.0.1:8701",
            None,
            "Phiếu <p@phieu.test>",
            b"k" * 40,
        )
        found = asyncio.run(sample(settings))
        figures = measure(found, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(figures)
    keep(figures)


def measure(found: Sample, folder: Path) -> dict[str, float]:
    environment = {
        "PHIEU_DATABASE_URL": found.settings.database_url,
        "PHIEU_DATA_DIR": str(folder),
        "PHIEU_PUBLIC_URL": found.settings.public_url,
        "PHIEU_SECRET_KEY": found.settings.secret_key.decode(),
    }
    product = [sys.executable, "-m", "service.cli", "serve", "--port", "8701"]
    bare = [sys.executable, "-c", BARE, "8702", str(folder / "bare.sqlite3")]
    with (
        running(product, "http://127.0.0.1:8701", environment) as ours,
        running(bare, "http://127.0.0.1:8702") as other,
        httpx.Client(base_url=ours.url, headers={"Authorization": f"Bearer {found.token}"}, timeout=30) as api,
        httpx.Client(base_url=ours.url, cookies={"phieu_staff": found.cookie}, timeout=30) as staff,
        httpx.Client(base_url=ours.url, follow_redirects=True, timeout=30) as unit,
        httpx.Client(base_url=other.url, timeout=30) as plain,
    ):
        section = _enter(unit, found)
        figures = _submissions(ours, other, api, plain, found)
        pages = {
            "section page": (ours, lambda: _ok(unit.get(section))),
            "dashboard of 114 units": (ours, lambda: _ok(staff.get("/campaigns/1"))),
            "bare page": (other, lambda: _ok(plain.get("/"))),
        }
        for name, values in _alternating(pages, 200).items():
            figures[f"{name}, CPU ms"] = values
        figures["section page, first load, KB compressed"] = _first_load(unit, section)
        figures["memory after the sample, MB"] = ours.resident()
        figures["memory of the bare server, MB"] = other.resident()
    return figures


def _ok(answer: httpx.Response) -> None:
    if answer.is_error:
        raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}")


def _enter(unit: httpx.Client, found: Sample) -> str:
    """Come in by the personal link as a browser does; the address of section E."""
    page = unit.get(found.link)
    token = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert token
    _ok(unit.post(found.link, data={"csrf": token[1]}))
    return f"/u/{found.live}/s/e"


def _submissions(
    ours: Server, other: Server, api: httpx.Client, plain: httpx.Client, found: Sample
) -> dict[str, float]:
    """An accepted submission of nd132 by API against a bare insert of the same body.

    First with the receipt that is mailed for it, then to units without an address, which is what can be compared with
    services that mail nothing.
    """
    body = {"answers": build.AN_LAO_ANSWERS}
    codes = [unit["code"] for unit in api.get("/api/v1/units").json()["items"]]
    figures = {}
    for name, campaign in zip(("submission and its receipt by mail", "submission by API"), found.fresh, strict=True):
        sending = iter(codes)

        def send(campaign: int = campaign, sending: Iterator[str] = sending) -> None:
            code = next(sending)
            path = f"/api/v1/campaigns/{campaign}/invitations/{code}/submissions"
            _ok(api.post(path, json=body, headers={"Idempotency-Key": f"{campaign}-{code}"}))

        calls = {name: (ours, send), "bare insert": (other, lambda: _ok(plain.post("/insert", json=body)))}
        figures |= {f"{key}, CPU ms": value for key, value in _alternating(calls, 20).items()}
        asyncio.run(_without_addresses(found.settings))
    return figures


async def _without_addresses(settings: Settings) -> None:
    async with database.opened(settings.database_url):
        await Contact.all().update(active=False)


def _alternating(calls: dict[str, tuple[Server, Callable[[], object]]], count: int) -> dict[str, float]:
    """The median over rounds of each call's CPU, the calls in turn; a short warm-up first."""
    for _server, call in calls.values():
        for _ in range(10):
            call()
    values: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, (server, call) in calls.items():
            values[name].append(cpu_per_call(server, call, count))
    return {name: statistics.median(found) for name, found in values.items()}


def _first_load(unit: httpx.Client, section: str) -> float:
    """All bytes of a first visit to a section: the page and what it loads, compressed as sent."""
    page = unit.get(section)
    total = len(gzip.compress(page.content, 5))
    for address in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
        total += len(gzip.compress(unit.get(address).content, 5))
    return total / 1024


AIMS = {
    "submission by API, CPU ms": (3, "bare insert, CPU ms"),
    "submission and its receipt by mail, CPU ms": (None, "bare insert, CPU ms"),
    "section page, CPU ms": (5, "bare page, CPU ms"),
    "dashboard of 114 units, CPU ms": (5, "bare page, CPU ms"),
    "section page, first load, KB compressed": (60, None),
    "memory after the sample, MB": (150, "memory of the bare server, MB"),
}


def show(figures: dict[str, float]) -> None:
    print(f"\n{'':44}{'figure':>9}{'aim':>8}   ratio")
    for name, (aim, against) in AIMS.items():
        ratio = f"{figures[name] / figures[against]:.1f} x {against.rpartition(',')[0]}" if against else ""
        print(f"{name:44}{figures[name]:9.2f}{f'≤ {aim}' if aim else '':>8}   {ratio}")


def keep(figures: dict[str, float]) -> None:
    """Append the run to the history, with what tells one machine from another."""
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "python": sys.version.split()[0], **figures}
    HISTORY.parent.mkdir(exist_ok=True)
    with HISTORY.open("a", encoding="utf-8") as file:
        file.write(json.dumps({k: round(v, 3) if isinstance(v, float) else v for k, v in line.items()}) + "\n")


if __name__ == "__main__":
    main()
