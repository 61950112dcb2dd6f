"""Deadlines in a real browser: reckoned while they are typed, extended by keyboard, the calendar looked at."""

import pytest
from playwright.async_api import Browser, Page, expect

from service.web import STAFF_COOKIE
from tests.journeys.conftest import Site, assert_for_everybody
from tests.service.build import AN_LAO

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def staff_page(browser: Browser, site: Site) -> Page:
    page = await browser.new_page()
    page.set_default_timeout(15_000)
    await page.context.add_cookies([{"name": STAFF_COOKIE, "value": site.staff_session, "url": site.url}])
    return page


async def test_a_due_time_is_reckoned_while_it_is_typed(browser: Browser, site: Site) -> None:
    page = await staff_page(browser, site)
    await page.goto(f"{site.url}/campaigns/new")
    await expect(page.locator("#deadline")).to_be_empty()
    await page.get_by_label("Sau một số ngày").check()
    await page.locator("#due_days").press_sequentially("2,5")
    told = page.locator("#deadline")
    await expect(told).to_contain_text("2,5 ngày làm việc từ")
    await expect(told).to_contain_text("là nửa ngày")
    await page.locator("#due_kind").select_option("day")
    await expect(told).to_be_empty()  # halves exist for working days only; saving tells it
    await page.locator("#due_days").fill("3")
    await expect(told).to_contain_text("hết hạn 24 giờ")
    await assert_for_everybody(page)


async def test_a_unit_gets_more_time_by_keyboard(browser: Browser, site: Site) -> None:
    page = await staff_page(browser, site)
    await page.goto(f"{site.url}/campaigns/{site.campaign}/units/{AN_LAO}")
    await page.locator("#extend summary").focus()
    await page.keyboard.press("Enter")
    await page.locator("#extend_due_days").fill("1")
    await page.locator("#extend_reason").fill("Mất điện do bão")
    await page.get_by_role("button", name="Tính hạn mới").press("Enter")
    confirm = page.get_by_role("button", name="Xác nhận gia hạn")
    await expect(confirm).to_be_visible()
    await assert_for_everybody(page)
    await confirm.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã gia hạn đến")
    await assert_for_everybody(page)


async def test_the_year_of_working_days_reads_on_a_phone_and_a_screen(browser: Browser, site: Site) -> None:
    page = await staff_page(browser, site)
    await page.goto(f"{site.url}/calendar?year=2026")
    await expect(page.locator("table.month")).to_have_count(12)
    await assert_for_everybody(page)
