"""Journeys meet the product as people do: a server of its own process, and a real browser."""

import asyncio
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import anyio
import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext

from service import database
from service.flow import accounts, entry, principal
from service.models import ContactLink, Invitation
from service.settings import Settings
from tests.conftest import fresh_database, in_turn
from tests.service import build

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECRET = "a secret for journeys, long enough to pass"
# Units of the service that the tests of a file share, one for each test; An Lão is there as in every survey.
OFFICES = (
    *(build.AN_LAO, "10507", "10525", "10532", "10537", "10543", "10546", "10549"),
    *("10552", "10570", "10573", "10603", "10606", "10615"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """A running service with a published campaign. `link` is An Lão's personal link, `staff_session` the token of
    a staff member who has logged in."""

    url: str
    link: str
    campaign: int
    staff_session: str
    settings: Settings
    server: "Server"

    @asynccontextmanager
    async def data(self) -> AsyncIterator[None]:
        """The database behind the service, opened from this process."""
        async with TortoiseContext() as context:
            await context.init(config=database.config(self.settings.database_url))
            yield


@dataclass(frozen=True, slots=True)
class Office:
    """One unit of a site that several tests share, and a personal link of it; no other test uses this unit."""

    site: Site
    code: str
    link: str

    @property
    def home(self) -> str:
        return f"{self.site.url}/u/{self.site.campaign}"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as chromium:
        yield chromium


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests of a file: each opens a context of its own and closes it."""
    async with browsing() as chromium:
        yield chromium


@asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    if not await anyio.Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request, tmp_path, in_turn(request)) as url:
        yield url


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(database_url, tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
async def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One service for all tests of a file, on SQLite; each test takes an `office` of it."""
    EXECUTOR_CACHE.clear()  # Tortoise keeps the SQL of another test's engine
    folder = tmp_path_factory.mktemp("town")
    database_file = shutil.copy(sqlite_template, folder / "phieu.sqlite3")
    async with serving(f"sqlite://{database_file}", folder, roster=OFFICES) as site:
        yield site


@pytest.fixture
async def office(town: Site) -> Office:
    """A unit of the shared service that no other test has a link of."""
    async with town.data():
        taken = await ContactLink.all().values_list("invitation_id", flat=True)
        found = await Invitation.filter(campaign_id=town.campaign).exclude(id__in=taken).first()
        assert found is not None, "more tests than units: add one to OFFICES"
        link = await entry.fresh_link(town.campaign, found.code, principal.SYSTEM, datetime.now(UTC))
        return Office(town, found.code, entry.address_of(town.url, town.settings.secret_key, link))


@asynccontextmanager
async def serving(
    database_url: str, folder: Path, workbook: Path = build.ND132, **terms: object
) -> AsyncIterator[Site]:
    """A service of its own process with a published campaign of that form; `terms` as in build.terms."""
    port = free_port()
    settings = Settings(
        database_url=database_url,
        data_dir=folder,
        public_url=f"http://127.0.0.1:{port}",
        smtp_url=None,
        mail_from="Sở KH&CN <khaosat@phieu.test>",
        secret_key=SECRET.encode(),
    )
    survey, staff_session = await _prepared(settings, workbook, **terms)
    server = Server(settings, port)
    await server.start()
    try:
        link = settings.public_url + survey.address(settings)
        yield Site(settings.public_url, link, survey.id, staff_session, settings, server)
    finally:
        await server.stop()


class Server:
    """The service as a process of its own. It may die and come back on the same port and data."""

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self._command = ("-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", str(port))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._command, env=_environment(self.settings)
        )
        try:
            await wait_until_ready(self.settings.public_url, self._process)
        except BaseException:
            await self.stop()
            raise

    async def kill(self) -> None:
        """As a power cut does: it has no time to do anything more."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 20)


async def assert_for_everybody(page: Page) -> None:
    """On a phone and on a wide screen: no fault that axe-core knows, and nothing scrolls sideways."""
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        found = await Axe().run(page)
        assert found.violations_count == 0, f"{page.url} at {width}: {found.generate_report()}"
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width}"


async def _prepared(settings: Settings, workbook: Path, **terms: object) -> tuple[build.Survey, str]:
    async with TortoiseContext() as context:
        await context.init(config=database.config(settings.database_url))
        survey = await build.survey(settings, datetime.now(UTC), workbook, allow_nil=True, **terms)
        return survey, await accounts.start_session(survey.staff, datetime.now(UTC))


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "PHIEU_DATABASE_URL": settings.database_url,
        "PHIEU_DATA_DIR": str(settings.data_dir),
        "PHIEU_PUBLIC_URL": settings.public_url,
        "PHIEU_SECRET_KEY": SECRET,
        "PHIEU_MAIL_FROM": settings.mail_from,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def wait_until_ready(url: str, server: asyncio.subprocess.Process) -> None:
    until = time.monotonic() + 30
    async with httpx.AsyncClient() as client:
        while time.monotonic() < until:
            assert server.returncode is None, "the server did not start"
            try:
                if (await client.get(f"{url}/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise AssertionError("the server was not ready in 30 s")
