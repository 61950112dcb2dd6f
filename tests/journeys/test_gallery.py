"""Every example form is imported, published, filled in on a phone and sent, and what is stored is what was meant.

One service and one browser serve all examples of a test process; the examples stand in tests/forms/gallery.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect
from tortoise.context import TortoiseContext

from forms import xlsform
from forms.schema import Form
from service import database
from service.flow import accounts, units
from service.models import Contact, FormVersion, Submission, Unit
from service.pages import reading
from service.web import STAFF_COOKIE
from tests.forms.gallery import EXAMPLES, Add, Example, Step
from tests.forms.test_gallery import data_of, media_of, without_ids
from tests.journeys.conftest import CHROMIUM, FLAGS, SECRET, free_port, wait_until_ready
from tests.journeys.filling import add_row, fill_question, wrapper
from tests.service.build import AN_LAO

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8ffff3f0005fe02fea735815c0000000049454e44ae426082"
)
CAMPAIGN = {
    "units": [AN_LAO],
    "period_from": date(2025, 7, 1).isoformat(),
    "period_to": date(2025, 8, 18).isoformat(),
    "due": {"days": 10, "kind": "working_day"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """A running service, a browser, and the page of a staff member who has logged in."""

    url: str
    database_url: str
    browser: Browser
    staff: Page
    api: httpx.AsyncClient


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    if not await anyio.Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    folder = tmp_path_factory.mktemp("gallery")
    database_url, url = f"sqlite://{folder}/phieu.sqlite3", f"http://127.0.0.1:{free_port()}"
    token, session = await _office(database_url)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_serving(folder, database_url, url))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.push_async_callback(browser.close)
        context = await browser.new_context(locale="vi-VN")
        await context.add_cookies([{"name": STAFF_COOKIE, "value": session, "url": url}])
        headers = {"Authorization": f"Bearer {token}"}
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, timeout=60))
        yield Place(url, database_url, browser, await context.new_page(), api)


async def _office(url: str) -> tuple[str, str]:
    """The units, xã An Lão's contact, a specialist: the token of a program and the specialist's session."""
    await database.migrate(url)
    now = datetime.now(UTC)
    async with TortoiseContext() as context:
        await context.init(config=database.config(url))
        await units.seed(now)
        staff = await accounts.create("lan", "Trần Thị Lan", "staff", now, phone="0225 3842 124")
        unit = await Unit.get(code=AN_LAO)
        await Contact.create(unit=unit, role="official", name="Nguyễn Thị Hồng", email="anlao@haiphong.example")
        return await accounts.create_token("máy", "staff", now), await accounts.start_session(staff, now)


@asynccontextmanager
async def _serving(folder: Path, database_url: str, url: str) -> AsyncIterator[None]:
    environment = {
        **os.environ,
        "PHIEU_DATABASE_URL": database_url,
        "PHIEU_DATA_DIR": str(folder),
        "PHIEU_PUBLIC_URL": url,
        "PHIEU_SECRET_KEY": SECRET,
    }
    arguments = ("-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", url.rpartition(":")[2])
    server = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=environment)
    try:
        await wait_until_ready(url, server)
        yield
    finally:
        server.terminate()
        await asyncio.wait_for(server.wait(), 20)


@dataclass(slots=True)
class Official:
    """Fills in one form on a phone; `rows` are the ids that rows got, by the names that steps call them."""

    page: Page
    base: str
    form: Form
    rows: dict[str, str] = field(default_factory=dict)
    section: str = ""

    async def take(self, step: Step | Add) -> None:
        await self.go_to(self._section_of(step.key))
        key = self._actual(step.key)
        if isinstance(step, Add):
            self.rows[f"{step.key}/{step.row}"] = f"{key}/{await add_row(self.page, key)}"
            return
        question = self.form.question(key.rpartition("/")[2])
        assert question is not None, key
        if self.section != "check":
            await expect(wrapper(self.page, key)).to_be_visible()
        await fill_question(self.page, key, question.kind.value, _given(step))
        if step.wrong:
            await self._press("Lưu và tiếp tục")
            await expect(self.page.locator("#problems")).to_be_visible()
            await expect(wrapper(self.page, key).locator(".problem")).to_be_visible()

    async def go_to(self, section: str) -> None:
        if section != self.section:
            if self.section:
                await self.leave()
            await self.page.goto(f"{self.base}/{section}")
            self.section = section

    async def leave(self) -> None:
        """Save the section. Where answers brought up new questions, the page stays once to show them."""
        here = self.page.url.partition("#")[0]
        for _attempt in range(2):
            await self._press("Lưu và tiếp tục")
            assert await self.page.locator("#problems").count() == 0, await self.page.locator("#problems").inner_text()
            if self.page.url.partition("#")[0] != here:
                return
        raise AssertionError(f"the section stays: {await self.page.locator('main').inner_text()}")

    async def send(self) -> None:
        await self.go_to("check")
        await self._press("Gửi báo cáo")
        await expect(self.page.locator("h1")).to_contain_text("Đã nhận báo cáo của đơn vị")

    async def _press(self, button: str) -> None:
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=button).click()

    def _section_of(self, key: str) -> str:
        """Where the question of a key is asked; a declaration stands above the button that sends."""
        top = key.partition("/")[0]
        page = next(page for page in self.form.pages if page.key == top or any(i.name == top for i in page.items))
        return "check" if reading.is_declaration(page) else f"s/{page.key}"

    def _actual(self, key: str) -> str:
        """The key with rows by their ids."""
        for named, real in sorted(self.rows.items(), key=lambda pair: -len(pair[0])):
            if key == named or key.startswith(f"{named}/"):
                return real + key.removeprefix(named)
        return key


def _given(step: Step) -> Any:
    if str(step.value).endswith(".png"):
        return FilePayload(name=str(step.value), mimeType="image/png", buffer=PNG)
    return step.value


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
async def test_an_example_is_imported_filled_in_and_stored_as_meant(place: Place, example: Example) -> None:
    version = await imported(place, example)
    campaign = await published(place, version, example.title)
    form = xlsform.build(xlsform.read(data_of(example), media_of(example)))
    phone = await place.browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    try:
        page = await phone.new_page()
        page.set_default_timeout(15_000)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto((await place.api.post(f"/campaigns/{campaign}/invitations/{AN_LAO}/link")).json()["url"])
        await page.get_by_role("button", name="Vào điền phiếu").click()
        await page.wait_for_url("**/u/*")
        official = Official(page, f"{place.url}/u/{campaign}", form)
        for step in example.steps:
            await official.take(step)
        await official.send()
        assert faults == []
    finally:
        await phone.close()
    assert without_ids(await stored(place, campaign)) == example.answers


async def imported(place: Place, example: Example) -> int:
    """By the page for it, the workbook and its CSV files chosen from a folder."""
    page = place.staff
    await page.goto(f"{place.url}/forms")
    await page.locator("#file").set_input_files(_file(f"{example.name}.xlsx", data_of(example)))
    await page.locator("#media").set_input_files([_file(name, data) for name, data in media_of(example).items()])
    await page.get_by_role("button", name="Kiểm tra và nhập").click()
    await expect(page.locator(".said").first).to_contain_text(f"Đã nhập mẫu phiếu “{example.title}”")
    async with TortoiseContext() as context:
        await context.init(config=database.config(place.database_url))
        return (await FormVersion.get(form_id=example.name)).id


def _file(name: str, data: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=data)


async def published(place: Place, version: int, title: str) -> int:
    answer = await place.api.post("/campaigns", json={**CAMPAIGN, "title": title, "form": version})
    assert answer.status_code == 201, answer.text
    campaign: int = answer.json()["id"]
    answer = await place.api.post(f"/campaigns/{campaign}/publish")
    assert answer.status_code == 200, answer.text
    return campaign


async def stored(place: Place, campaign: int) -> Mapping[str, object]:
    async with TortoiseContext() as context:
        await context.init(config=database.config(place.database_url))
        submission = await Submission.get(invitation__campaign_id=campaign)
        return submission.answers
