"""A department's Monday in a real browser: a campaign is made, reviewed, published, called back, watched."""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect
from tortoise.context import TortoiseContext

from service import database
from service.flow import accounts
from service.models import Campaign
from service.words import ZONE
from tests.journeys.conftest import Site

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

PASSWORD = "một câu dễ nhớ để thử"
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


async def administrator(site: Site) -> str:
    """The address at which a new administrator chooses a password."""
    now = datetime.now(UTC)
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        person = await accounts.create("quantri", "Lê Quản Trị", "administrator", now, phone="0225 3842 124")
        return f"{site.url}/setup/{await accounts.set_up_link(person, now)}"


async def logged_in(browser: Browser, site: Site, *, scripts: bool = True) -> Page:
    context = await browser.new_context(java_script_enabled=scripts, viewport=WIDE, locale="vi-VN")  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(15_000)
    await page.goto(await administrator(site))
    for field in await page.locator("input[type=password]").all():
        await field.fill(PASSWORD)
    await page.locator("main button").click()
    await expect(page.get_by_role("heading", name="Đợt khảo sát", exact=True)).to_be_visible()
    return page


async def fill_in(page: Page, *, scripts: bool) -> None:
    """The form of a campaign for two units that cannot be told apart without accents."""
    day = (datetime.now(ZONE) + timedelta(days=20)).date().isoformat()
    await page.get_by_label("Tên đợt khảo sát").fill("Khảo sát hạ tầng số quý này")
    await page.get_by_label("Mẫu phiếu").select_option(index=1)
    await page.get_by_label("Ngày hết hạn").fill(day)
    await page.get_by_label("Chọn từng đơn vị").check()
    if scripts:
        await page.get_by_label("Lọc danh sách theo tên").fill("cam giang")
        await expect(page.locator("#unit-list .check:visible")).to_have_count(2)
        await expect(page.get_by_label("Sau một số ngày")).to_be_visible()
        await expect(page.locator("#due_days")).to_be_hidden()
    await page.get_by_label("Xã Cẩm Giang", exact=True).check()
    await page.get_by_label("Xã Cẩm Giàng", exact=True).check()
    if scripts:
        await page.get_by_label("Lọc danh sách theo tên").fill("AN LÃO")
    await page.get_by_label("Xã An Lão", exact=True).check()
    if scripts:
        await expect(page.locator("[data-count] strong")).to_have_text("3")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_publish_call_back_publish_again_and_watch(browser: Browser, site: Site, scripts: bool) -> None:
    page = await logged_in(browser, site, scripts=scripts)
    await page.get_by_role("link", name="Tạo đợt khảo sát").click()
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_role("alert")).to_contain_text("Vui lòng nhập tên đợt khảo sát.")
    if scripts:
        await expect(page.locator("#problems")).to_be_focused()
    await page.get_by_role("alert").get_by_role("link", name="Vui lòng nhập tên đợt khảo sát.").click()
    await expect(page.get_by_label("Tên đợt khảo sát")).to_be_focused()

    await fill_in(page, scripts=scripts)
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_role("heading", name="Gửi đến 3 đơn vị")).to_be_visible()
    await expect(page.get_by_text("2 đơn vị chưa có địa chỉ thư của công chức đầu mối").first).to_be_visible()
    await expect(page.get_by_text("[đường dẫn riêng]")).to_be_visible()

    await page.get_by_label("Tôi đã kiểm tra các nội dung trên.").check()
    await page.get_by_role("button", name="Phát hành").click()
    await expect(page.get_by_text("Thư mời sẽ gửi lúc")).to_be_visible()
    await page.get_by_role("button", name="Gọi lại").click()
    await expect(page.get_by_text("Đã gọi lại 1 thư.")).to_be_visible()
    await page.get_by_label("Tôi đã kiểm tra các nội dung trên.").check()
    await page.get_by_role("button", name="Phát hành").click()
    await expect(page.locator(".total .big")).to_have_text("0/3")
    await watch(browser, page, scripts=scripts)


async def watch(browser: Browser, page: Page, *, scripts: bool) -> None:
    """From the dashboard to a unit, a link for it by hand, and the answer's first step seen on the dashboard."""
    board = page.url
    await page.locator("table.units").get_by_role("link", name="Xã An Lão").click()
    await page.get_by_role("button", name="Tạo đường dẫn riêng").click()
    link = await page.get_by_label("Đường dẫn", exact=True).input_value()
    await page.goto(board)
    await expect(page.locator(".states")).not_to_contain_text("Đã mở đường dẫn")

    visitor = await (await browser.new_context()).new_page()
    await visitor.goto(link)
    await visitor.get_by_role("button", name="Vào điền phiếu").click()
    await expect(visitor).not_to_have_url(link)
    if scripts:
        # The page looks for news whenever it is looked at again.
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    else:
        await page.reload()
    await expect(page.locator(".states")).to_contain_text("Đã mở đường dẫn")
    await page.locator(".states").get_by_role("link", name="Đã mở đường dẫn").click()
    await expect(page.locator("table.units tbody tr")).to_have_count(1)
    await expect(page.locator("table.units")).to_contain_text("Xã An Lão")


async def test_every_screen_is_accessible_and_never_scrolls_sideways(browser: Browser, site: Site) -> None:
    page = await logged_in(browser, site)
    board = f"/campaigns/{site.campaign}"
    paths = ["/", "/campaigns/new", board, f"{board}?as_of=2020-01-01", f"{board}?state=missing&sort=due"]
    record = [f"{board}/units/11629/record", f"{board}/units/11629/record?as_of=2020-01-01"]
    paths += [f"{board}/units/11629", *record, f"{board}/reminders", "/messages", "/messages/1", "/mailbox"]
    for viewport in (NARROW, WIDE):
        await page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for path in paths:
            await page.goto(site.url + path)
            await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            found = await Axe().run(page)
            assert not found.violations_count, f"{path}: {found.generate_report()}"
            wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, f"{path} scrolls sideways by {wide} px at {viewport['width']} px"


async def test_the_dashboard_prints_on_one_page(browser: Browser, site: Site) -> None:
    page = await logged_in(browser, site)
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        await Campaign.filter(id=site.campaign).update(illustrative=True)
    await page.goto(f"{site.url}/campaigns/{site.campaign}")
    data = await page.pdf(prefer_css_page_size=True)
    assert data.count(b"/Type /Page\n") == 1


async def test_a_link_is_copied_by_a_button(browser: Browser, site: Site) -> None:
    page = await logged_in(browser, site)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{site.url}/campaigns/{site.campaign}/units/11629")
    await page.get_by_role("button", name="Tạo đường dẫn riêng").click()
    await page.get_by_role("button", name="Chép").click()
    await expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == await page.locator("#fresh-link").input_value()
