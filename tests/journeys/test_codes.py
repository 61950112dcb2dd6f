"""A lost link on a phone: the way in by one-time code, without JavaScript and with it, by keyboard only."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, Page, expect
from tortoise.context import TortoiseContext

from service import database, web
from service.flow import accounts
from tests.journeys.conftest import Site, assert_for_everybody
from tests.journeys.filling import fill_question
from tests.journeys.typed import assert_kept, assert_shown
from tests.service.build import AN_LAO

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

EMAIL = "anlao@haiphong.example"


async def mailbox_of(browser: Browser, site: Site) -> Page:
    """The local mailbox as an administrator sees it."""
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        staff = await accounts.create("quantri", "Lê Quản Trị", "administrator", datetime.now(UTC))
        token = await accounts.start_session(staff, datetime.now(UTC))
    page = await browser.new_page()
    await page.context.add_cookies([{"name": web.STAFF_COOKIE, "value": token, "url": site.url}])
    return page


async def newest_code(mailbox: Page, site: Site, mails: int) -> str:
    """The code in the newest of so many mails: the last is queued when the answer has gone out, and sent after that."""
    found = mailbox.get_by_role("link", name="Mã dùng một lần")
    await mailbox.goto(f"{site.url}/mailbox")
    for _ in range(40):
        if await found.count() == mails:
            break
        await mailbox.wait_for_timeout(250)
        await mailbox.reload()
    await expect(found).to_have_count(mails)
    await found.first.click()
    (code,) = re.findall(r"^\d{4} \d{4}$", await mailbox.locator("main").inner_text(), re.M)
    return str(code)


async def test_whoever_lost_the_link_enters_by_code(browser: Browser, site: Site) -> None:
    mailbox = await mailbox_of(browser, site)
    bare = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    phone = await bare.new_page()
    await phone.goto(site.url)
    await phone.get_by_label("Đơn vị", exact=True).fill("cam giang")
    await phone.get_by_label("Thư điện tử đã đăng ký").fill(EMAIL)
    await phone.get_by_role("button", name="Nhận mã").click()
    await phone.get_by_label("Xã Cẩm Giàng").check()
    await phone.get_by_label("Đơn vị", exact=True).fill("an lao")
    await phone.get_by_role("button", name="Nhận mã").click()
    await expect(phone.get_by_text("Nếu địa chỉ này đã đăng ký")).to_be_visible()
    await phone.get_by_label("Mã trong thư").fill(await newest_code(mailbox, site, 1))
    await phone.get_by_role("button", name="Vào phiếu").click()
    await expect(phone).to_have_url(f"{site.url}/u/{site.campaign}")
    typed = {"h/h_other": "Gõ trên điện thoại,\nmất đường dẫn."}
    await phone.goto(f"{site.url}/u/{site.campaign}/s/h")
    await fill_question(phone, "h/h_other", "text", typed["h/h_other"])
    await phone.get_by_role("button", name="Lưu", exact=True).click()
    await phone.goto(f"{site.url}/vao")
    await phone.get_by_role("link", name="Về phiếu đang mở").click()
    await expect(phone).to_have_url(f"{site.url}/u")

    page = await browser.new_page()
    await page.goto(site.url)
    await assert_for_everybody(page)
    await page.get_by_label("Đơn vị", exact=True).fill("cam giang")
    await page.get_by_label("Thư điện tử đã đăng ký").fill("anlao@")
    await page.get_by_role("button", name="Nhận mã").evaluate("button => button.form.noValidate = true")
    await page.get_by_label("Thư điện tử đã đăng ký").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Vui lòng chọn đúng đơn vị")
    await expect(page.get_by_role("alert")).to_be_focused()
    await assert_for_everybody(page)
    await page.get_by_label("Đơn vị", exact=True).fill("Xã An Lão (11629)")
    await page.get_by_label("Thư điện tử đã đăng ký").fill(EMAIL)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Mã trong thư")).to_be_focused()
    await assert_for_everybody(page)
    await page.get_by_label("Mã trong thư").fill("0000 0000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Còn 5 lần thử")
    await assert_for_everybody(page)
    await page.get_by_label("Mã trong thư").fill(await newest_code(mailbox, site, 2))
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{site.url}/u/{site.campaign}")
    await page.goto(f"{site.url}/vao/phieu")
    await assert_for_everybody(page)
    await page.get_by_role("button", name="Vào điền phiếu").press("Enter")
    await expect(page).to_have_url(f"{site.url}/u/{site.campaign}")
    await page.goto(f"{site.url}/u/{site.campaign}/s/h")
    await assert_shown(page, typed)
    await assert_kept(site, AN_LAO, typed)
