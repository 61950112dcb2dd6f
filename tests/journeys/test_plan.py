"""The reminder plan in a real browser, by keyboard, on a phone and on a wide screen."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import Site, assert_for_everybody
from tests.journeys.test_deadlines import staff_page

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_a_plan_is_changed_on_its_timeline_and_refused_with_words(browser: Browser, site: Site) -> None:
    page = await staff_page(browser, site)
    await page.goto(f"{site.url}/campaigns/{site.campaign}/plan")
    await assert_for_everybody(page)
    await page.get_by_role("button", name="Thêm bước").press("Enter")
    last = page.locator(".timeline details[open]")
    await last.get_by_label("Số ngày").fill("2")
    await last.get_by_label("Lúc").fill("05:00")
    await page.get_by_role("button", name="Lưu lịch nhắc").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("ngoài giờ làm việc")
    await assert_for_everybody(page)
    await page.locator(".timeline details[open]").get_by_label("Lúc").fill("09:00")
    await page.locator(".timeline details[open]").get_by_label("Lúc").press("Enter")  # reckons, saves nothing
    await expect(page.get_by_role("status")).to_contain_text("chưa lưu")
    await page.get_by_role("button", name="Lưu lịch nhắc").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu lịch nhắc")
    await page.get_by_role("button", name="Hoàn tác lần sửa này").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã trả lại lịch nhắc trước đó")
