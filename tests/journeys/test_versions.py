"""A new version of the form while units type: staff move the campaign, an open page goes on, nothing is lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from tortoise.context import TortoiseContext

from service import database
from service.models import Campaign, FormVersion
from tests.journeys.conftest import Site, assert_for_everybody, serving
from tests.service import newer
from tests.service.build import AN_LAO

pytestmark = [pytest.mark.browser, pytest.mark.anyio]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "phieu.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite://{path}"


async def _second(site: Site) -> FormVersion:
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        campaign = await Campaign.get(id=site.campaign)
        return await newer.version(campaign.form_id, datetime.now(UTC))


async def _inside(browser: Browser, site: Site) -> Page:
    page = await browser.new_page()
    await page.goto(site.link)
    await page.locator("main form button").click()
    return page


async def _staff(browser: Browser, site: Site) -> Page:
    context = await browser.new_context()
    await context.add_cookies([{"name": "phieu_staff", "value": site.staff_session, "url": site.url}])
    return await context.new_page()


async def _move(staff: Page, site: Site) -> None:
    """Through the screens, with what they ask for."""
    await staff.goto(f"{site.url}/campaigns/{site.campaign}")
    await staff.get_by_role("link", name="phiên bản 2025070101").click()
    await staff.locator("form[method=get]").get_by_role("button", name="Xem").click()
    await expect(staff.get_by_text("1 nội dung trong 1 bản nháp không còn chỗ")).to_be_visible()
    await assert_for_everybody(staff)
    await staff.get_by_role("button", name="Chuyển sang phiên bản").click()
    await expect(staff.get_by_role("alert")).to_contain_text("Vui lòng đánh dấu xác nhận")
    await staff.get_by_label("Tôi đã xem các thay đổi trên.").check()
    await staff.get_by_label("Lý do chuyển").fill("Bổ sung câu C4 theo góp ý")
    await staff.get_by_role("button", name="Chuyển sang phiên bản").click()
    await expect(staff.get_by_text("Đã chuyển đợt khảo sát sang phiên bản mới")).to_be_visible()
    await expect(staff.get_by_text("Bổ sung câu C4 theo góp ý")).to_be_visible()


async def test_an_open_page_goes_on_after_the_campaign_moved(
    browser: Browser, database_url: str, tmp_path: Path
) -> None:
    async with serving(database_url, tmp_path) as site:
        second = await _second(site)
        unit, staff = await _inside(browser, site), await _staff(browser, site)
        section = f"{site.url}/u/{site.campaign}/s/c"
        await unit.goto(section)
        docs = unit.locator("[name='v:c/c_docs']")
        await docs.fill("4")
        await expect(unit.locator("#saving")).to_contain_text("Đã lưu")
        await _move(staff, site)

        await docs.fill("57")
        await expect(unit.locator("#saving")).to_contain_text("Mẫu phiếu vừa có phiên bản mới")
        await unit.goto(section)
        await expect(unit.locator("[name='v:c/c_note']")).to_be_visible()
        await expect(unit.locator(".left-over blockquote")).to_have_text(["4", "57"])
        await assert_for_everybody(unit)
        await unit.locator(".left-over button").first.click()
        await expect(unit.locator(".left-over blockquote")).to_have_text(["57"])

        # What another page had typed before the move, and could not send, arrives by question.
        old = second.id - 1
        kept = {"version": 0, "tab": "zz", "pending": {"h/h_other": "Giữ lại giúp"}}
        store = f"phieu:/u/{site.campaign}:{AN_LAO}:{old}"
        await unit.evaluate("([key, value]) => localStorage.setItem(key, value)", [store, json.dumps(kept)])
        await unit.goto(section)
        await expect(unit.locator("[name='v:c/h_other']")).to_have_value("Giữ lại giúp")
        assert await unit.evaluate("key => localStorage.getItem(key)", store) is None

        await unit.goto(f"{site.url}/u/{site.campaign}")
        await expect(unit.get_by_role("heading", name="1 nội dung đã điền chưa có chỗ")).to_be_visible()
        await assert_for_everybody(unit)
        for address in (f"/campaigns/{site.campaign}/units/{AN_LAO}", f"/forms/{second.id}/changes", "/forms",
                        f"/forms/{second.id}", f"/campaigns/{site.campaign}/form"):  # fmt: skip
            await staff.goto(site.url + address)
            await assert_for_everybody(staff)


async def test_without_javascript_the_old_page_lands_too(browser: Browser, database_url: str, tmp_path: Path) -> None:
    async with serving(database_url, tmp_path) as site:
        await _second(site)
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(site.link)
        await page.locator("main form button").click()
        await page.goto(f"{site.url}/u/{site.campaign}/s/c")
        await page.locator("[name='v:c/c_docs']").fill("4")
        await page.get_by_role("button", name="Lưu", exact=True).click()
        await page.locator("[name='v:c/c_docs']").fill("5")
        await _move(await _staff(browser, site), site)
        await page.get_by_role("button", name="Lưu và tiếp tục").last.click()
        await expect(page.get_by_text("Mẫu phiếu vừa được chuyển sang phiên bản mới")).to_be_visible()
        await expect(page.locator(".left-over blockquote")).to_have_text(["4", "5"])
        await page.locator(".left-over button").first.click()
        await expect(page.locator(".left-over blockquote")).to_have_text(["5"])
