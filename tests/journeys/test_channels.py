"""Reminding by chat and telephone in a real browser: the text is copied, a call is written down and corrected."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import Site, assert_for_everybody
from tests.journeys.test_deadlines import staff_page
from tests.service.build import AN_LAO

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_a_text_is_copied_and_a_call_is_written_down(browser: Browser, site: Site) -> None:
    page = await staff_page(browser, site)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    await page.goto(f"{site.url}/campaigns/{site.campaign}")
    await page.get_by_role("link", name="Zalo, điện thoại").click()
    await assert_for_everybody(page)
    text = page.get_by_label("Tin nhắn", exact=True)
    await text.press("Control+End")
    await text.press_sequentially(" Xin cảm ơn.")
    typed = await text.input_value()
    await expect(page.locator("#length")).to_have_text(str(len(typed)))
    await page.get_by_role("button", name="Sao chép tin nhắn").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã sao chép")
    assert await page.evaluate("navigator.clipboard.readText()") == typed
    # An address without https has no clipboard: the older way, with the text chosen.
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    await text.fill("chỉ dòng này")
    await page.get_by_role("button", name="Sao chép tin nhắn").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã sao chép")

    await page.get_by_role("link", name="Danh sách gọi điện").click()
    await assert_for_everybody(page)
    await page.locator(f"#unit-{AN_LAO}").get_by_role("link", name="Ghi cuộc gọi").click()
    await expect(page.get_by_label("Ngày hẹn")).to_be_hidden()
    await page.get_by_label("Hẹn ngày gửi").check()
    await page.get_by_role("button", name="Lưu cuộc gọi").click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("Ngày hẹn")).to_be_visible()
    await assert_for_everybody(page)
    await page.get_by_label("Ngày hẹn").fill(await page.get_by_label("Ngày hẹn").get_attribute("min") or "")
    await page.get_by_role("button", name="Lưu cuộc gọi").click()
    await expect(page.get_by_role("heading", name="Hẹn gửi hôm nay: 1")).to_be_visible()
    await page.locator(f"#unit-{AN_LAO}").get_by_role("link", name="Ghi cuộc gọi").click()
    await page.get_by_role("link", name="Sửa cuộc gọi").click()
    await page.get_by_label("Không nghe máy").check()
    await page.get_by_role("button", name="Lưu cuộc gọi").click()
    await expect(page.get_by_text("Đã sửa hoặc bỏ lúc")).to_be_visible()
    await assert_for_everybody(page)

    await page.get_by_role("link", name="Trần Thị Lan").click()
    await page.get_by_label("Gửi bản tin buổi sáng cho tôi").check()
    await page.get_by_role("button", name="Lưu").click()
    await expect(page.get_by_role("alert")).to_contain_text("Vui lòng ghi thư điện tử")
    await assert_for_everybody(page)

    bare = await browser.new_context(java_script_enabled=False)
    await bare.add_cookies(await page.context.cookies())
    plain = await bare.new_page()
    await plain.goto(f"{site.url}/campaigns/{site.campaign}/zalo")
    await expect(plain.get_by_role("button", name="Sao chép tin nhắn")).to_be_hidden()
    await expect(plain.locator("pre.whole")).to_contain_text("chưa gửi báo cáo")
    await expect(plain.locator("pre.whole")).to_have_css("user-select", "all")  # one press chooses all of it
