"""A mail's text in a real browser: looked at as a page, refused with words beside the field, saved."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import Site, assert_for_everybody
from tests.journeys.test_deadlines import staff_page

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_a_text_is_edited_and_seen_as_the_unit_will(browser: Browser, site: Site) -> None:
    page = await staff_page(browser, site)
    await page.goto(f"{site.url}/texts")
    await assert_for_everybody(page)
    await page.get_by_role("link", name="thư mời").click()
    button = page.frame_locator("iframe.mail").get_by_role("link", name="Mở phiếu")
    await expect(button).to_have_css("background-color", "rgb(11, 79, 138)")  # its style holds under the page's policy
    subject, save = page.get_by_label("Tiêu đề"), page.get_by_role("button", name="Lưu mẫu thư")
    await subject.fill("Mời {dong_vi} gửi phiếu")
    await save.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Có phải anh/chị muốn viết {don_vi}?")
    await assert_for_everybody(page)
    await expect(subject).to_have_value("Mời {dong_vi} gửi phiếu")
    await subject.fill("Mời {don_vi} gửi phiếu")
    await page.get_by_label("Đơn vị (tên hoặc mã)").fill("phu lien")
    await page.get_by_label("Đơn vị (tên hoặc mã)").press("Enter")  # looks, saves nothing
    await expect(page.locator(".subject")).to_have_text("Mời UBND phường Phù Liễn gửi phiếu")
    await assert_for_everybody(page)
    await save.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu mẫu thư")
