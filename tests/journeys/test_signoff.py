"""A report that the leader approves: handed in, handed back, handed in again, approved; and a leader without a link."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from tortoise.context import TortoiseContext

from service import database
from service.flow import drafts, entry, principal
from service.models import Contact, Invitation
from service.settings import Settings
from tests.journeys.conftest import Site, assert_for_everybody, serving
from tests.journeys.typed import assert_sent, draft_of
from tests.service.build import AN_LAO, AN_LAO_ANSWERS

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture
async def asking(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(database_url, tmp_path, signoff=True) as site:
        yield site


async def leader_of(site: Site) -> str:
    """An Lão's draft is ready but for the declaration; its chairman's link."""
    settings: Settings = site.settings
    async with TortoiseContext() as context:
        await context.init(config=database.config(settings.database_url))
        found = await Invitation.get(campaign_id=site.campaign, code=AN_LAO)
        contact = await Contact.create(
            unit_id=found.unit_id, role="leader", name="Phạm Văn Chủ", position="Chủ tịch", email="ct@hp.example"
        )
        nested = {name: part for name, part in AN_LAO_ANSWERS.items() if name != "confirm"}
        now = datetime.now(UTC)
        await drafts.replace(site.campaign, AN_LAO, 0, nested, principal.link(1), now)
        link = await entry.link_for(found.id, contact.id, contact.email, now)
        return entry.address_of(settings.public_url, settings.secret_key, link)


async def enter(context: BrowserContext, link: str, button: str) -> Page:
    """A person's page behind the door."""
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name=button).click()
    return page


async def test_the_leader_hands_back_then_approves(browser: Browser, asking: Site) -> None:
    """The official without JavaScript, the leader with it; every screen for everybody."""
    home = f"{asking.url}/u/{asking.campaign}"
    plain = await browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    official = await enter(plain, asking.link, "Vào điền phiếu")
    watching = await browser.new_context(locale="vi-VN")
    colleague = await enter(watching, asking.link, "Vào điền phiếu")
    for screen in ("check", "nil"):  # no leader has an address yet: the signed document goes along
        await colleague.goto(f"{home}/{screen}")
        await assert_for_everybody(colleague)

    chairman = await leader_of(asking)
    typed = await draft_of(asking, AN_LAO)
    await official.get_by_role("link", name="Kiểm tra và gửi").click()
    await expect(official.get_by_text("Phạm Văn Chủ")).to_be_visible()
    await official.get_by_role("button", name="Trình lãnh đạo duyệt").click()
    await expect(official.get_by_role("heading", name="Đang chờ lãnh đạo duyệt")).to_be_visible()
    for screen in ("", "/signoff", "/s/e"):
        await colleague.goto(home + screen)
        await assert_for_everybody(colleague)

    context = await browser.new_context(locale="vi-VN")
    door = await context.new_page()
    await door.goto(chairman)
    await assert_for_everybody(door)
    leader = await enter(context, chairman, "Vào xem và duyệt")
    await expect(leader.get_by_text("1.142")).to_be_visible()
    await assert_for_everybody(leader)
    await leader.get_by_role("heading", name="Trả lại để sửa").click()
    await leader.get_by_label("Nội dung cần sửa").fill("Xem lại số hồ sơ trực tuyến.")
    await leader.get_by_role("button", name="Trả lại để sửa").click()
    await expect(leader.get_by_role("status")).to_contain_text("Đã trả lại để sửa")
    await official.goto(home)
    await expect(official.get_by_text("Xem lại số hồ sơ trực tuyến.")).to_be_visible()
    await official.get_by_role("link", name="Kiểm tra và gửi").click()
    await official.get_by_role("button", name="Trình lãnh đạo duyệt").click()

    await leader.goto(home)
    await leader.get_by_role("button", name="Duyệt và gửi báo cáo").click()
    await expect(leader.get_by_role("alert")).to_contain_text("Chưa làm được")
    await assert_for_everybody(leader)
    await leader.get_by_role("checkbox").check()
    await leader.get_by_role("button", name="Duyệt và gửi báo cáo").click()
    await expect(leader.get_by_role("heading", name="Đã nhận báo cáo của đơn vị")).to_be_visible()
    await expect(leader.get_by_text("Trình lãnh đạo duyệt")).to_be_visible()
    await assert_sent(asking, AN_LAO, typed)
    for opened in (plain, watching, context):
        await opened.close()
