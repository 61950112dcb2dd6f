"""Journeys meet the product as people do: a server of its own process, and a real browser."""

import asyncio
import os
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
from tortoise.context import TortoiseContext

from service import database
from service.flow import accounts
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


@dataclass(frozen=True, slots=True)
class Site:
    """A running service with a published campaign. `link` is An Lão's personal link, `staff_session` the token of
    a staff member who has logged in."""

    url: str
    link: str
    campaign: int
    staff_session: str
    settings: Settings


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
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
    arguments = ("-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", str(port))
    server = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=_environment(settings))
    try:
        await wait_until_ready(settings.public_url, server)
        link = settings.public_url + survey.address(settings)
        yield Site(settings.public_url, link, survey.id, staff_session, settings)
    finally:
        server.terminate()
        await asyncio.wait_for(server.wait(), 20)


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
