"""A form is tried out in a real browser: the reasons follow what is typed, on a PC and in a telephone's frame."""

import pytest
from playwright.async_api import Browser, expect

from service.web import STAFF_COOKIE
from tests.journeys.conftest import Site, assert_for_everybody

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_reasons_follow_what_is_typed_on_a_pc_and_on_a_phone(browser: Browser, site: Site) -> None:
    context = await browser.new_context()
    await context.add_cookies([{"name": STAFF_COOKIE, "value": site.staff_session, "url": site.url}])
    page = await context.new_page()
    await page.goto(f"{site.url}/forms/1")
    await assert_for_everybody(page)
    await page.get_by_role("link", name="Xem thử phiếu").click()
    await page.goto(f"{site.url}/forms/1/preview/s/b")
    panel = page.locator("#why")
    hidden = panel.locator("details", has_text="B2a. Số, ký hiệu Quyết định")
    await expect(hidden.locator(".tag").first).to_have_text("Đang ẩn")
    await page.get_by_role("group", name="B2. Đã ban hành").get_by_label("Có", exact=True).check()
    await expect(hidden.locator(".tag").first).to_have_text("Còn trống")
    await expect(page.locator("#saving")).to_contain_text("Đã lưu")
    await page.get_by_label("B3. Số công chức").fill("2")
    await page.get_by_label("B3a. Trong đó: chuyên trách").fill("5")
    await expect(panel.get_by_text("Câu này: 5")).to_be_visible()
    await assert_for_everybody(page)

    await page.get_by_role("link", name="Điện thoại").click()
    phone = page.frame_locator("iframe.phone")
    await expect(phone.get_by_role("heading", level=1)).to_be_visible()
    await expect(phone.locator(".trial-bar")).to_have_count(0)
    assert (
        await page.locator("iframe.phone").evaluate("frame => frame.contentDocument.documentElement.scrollWidth") == 360
    )
    await assert_for_everybody(page)
