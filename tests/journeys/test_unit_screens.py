"""The unit's screens for everybody: on a phone and a wide screen, for assistive technology, on a bad line."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from service.web import LANGUAGE_COOKIE
from tests.journeys.conftest import Office, assert_for_everybody
from tests.journeys.filling import fill_question, saved
from tests.journeys.typed import assert_kept
from tests.journeys.zoomed import assert_readable_enlarged

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

IN_APP = (
    "Mozilla/5.0 (Linux; Android 11; SM-A125F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/119.0.6045.193 Mobile Safari/537.36 Zalo android/12110523 ZaloTheme/light ZaloLanguage/vi"
)
NOTHING_KEPT = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
window.open = () => null;
delete Navigator.prototype.serviceWorker;
"""
SCREENS = [
    "/u",
    "/u/contacts",
    "/u/contacts/new",
    "/verify",
    "/u/1",
    "/u/1/s/a",
    "/u/1/s/c",
    "/u/1/s/e?check=1",
    "/u/1/s/h",
    "/u/1/check",
    "/u/1/nil",
    "/u/1/requests/extension",
    "/u/1/handover",
    "/u/1/history",
]


@pytest.fixture
async def inside(chromium: Browser, office: Office) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    page = await context.new_page()
    await page.goto(office.link)
    await page.get_by_role("button", name="Vào điền phiếu").click()
    # Not closed: Chromium sometimes never answers when a page is closed while it goes to the next one.
    await page.wait_for_url("**/u/*")
    yield context
    await context.close()


def box(page: Page, key: str) -> str:
    return f'[name="v:{key}"]'


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_every_screen_is_accessible_and_never_scrolls_sideways(
    inside: BrowserContext, office: Office, language: str
) -> None:
    await inside.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": office.site.url}])
    page = await inside.new_page()
    await page.goto(f"{office.home}/s/h")
    await page.locator(box(page, "h/h_has") + '[value="co"]').check()
    await saved(page)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    for address in [office.link, *(office.site.url + screen for screen in SCREENS)]:
        await page.goto(address)
        await assert_for_everybody(page)
        await assert_readable_enlarged(page)


async def test_what_could_not_be_taken_can_be_read_and_copied(chromium: Browser, office: Office) -> None:
    """Without our script: the session ends while somebody is typing."""
    context = await chromium.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    await context.route("**/fill.*.js", lambda route: route.abort())
    page = await context.new_page()
    await page.goto(office.link)
    await page.get_by_role("button", name="Vào điền phiếu").click()
    await page.wait_for_url("**/u/*")
    await page.goto(f"{office.home}/s/h")
    await page.locator(box(page, "h/h_has") + '[value="co"]').check()
    long = "Kiến nghị dài của đơn vị. " * 20
    await page.locator(box(page, "h/h_other")).fill(long)
    await context.clear_cookies()
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.get_by_role("heading", name="Nội dung vừa nhập, chưa được lưu")).to_be_visible()
    await expect(page.locator(".answers")).to_contain_text(long.strip())
    await expect(page.get_by_role("link", name="Đăng nhập")).to_have_count(0)
    await assert_for_everybody(page)
    await context.close()


async def test_inside_the_browser_of_an_app(chromium: Browser, office: Office) -> None:
    """As Zalo opens a link: a low window, no second window, nothing kept on the machine, no service worker."""
    context = await chromium.new_context(
        viewport={"width": 360, "height": 560},
        user_agent=IN_APP,
        has_touch=True,
        is_mobile=True,
        service_workers="block",
    )
    await context.add_init_script(NOTHING_KEPT)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(office.link)
    await page.get_by_role("button", name="Vào điền phiếu").tap()
    await page.wait_for_url("**/u/*")
    await expect(page.locator("a[target]")).to_have_count(0)
    await page.goto(f"{office.home}/s/h")
    typed = {"h/h_has": "co", "h/h_other": "Gõ trong Zalo", "h/h_item/r1/h_desc": "Mạng yếu"}
    await page.locator(box(page, "h/h_has") + '[value="co"]').tap()
    await fill_question(page, "h/h_other", "text", typed["h/h_other"])
    await saved(page)
    await context.set_offline(True)
    await fill_question(page, "h/h_item/r1/h_desc", "text", typed["h/h_item/r1/h_desc"])
    # What only this page holds is not said to be on the machine.
    await expect(page.locator("#saving")).to_contain_text("Vui lòng không đóng trang này")
    await assert_for_everybody(page)
    await context.set_offline(False)
    await saved(page)
    await assert_kept(office.site, office.code, typed)
    await page.get_by_role("button", name="Lưu và tiếp tục").last.tap()
    await expect(page.locator("h1")).to_be_visible()
    await context.close()
    assert faults == []


async def test_live_problems_and_questions_while_typing(inside: BrowserContext, office: Office) -> None:
    page = await inside.new_page()
    await page.goto(f"{office.home}/s/e")
    await page.locator(box(page, "e/e_recv")).fill("1142")
    await page.locator(box(page, "e/e_online")).fill("1048")
    await page.locator(box(page, "e/e_direct")).fill("95")
    problem = page.locator('[id="e-e/e_direct"]')
    await expect(problem).to_have_text("Trực tuyến + trực tiếp phải bằng tổng số hồ sơ tiếp nhận (E2a + E2b = E2).")
    await page.locator(box(page, "e/e_direct")).fill("94")
    await expect(problem).to_be_hidden()
    await expect(page.locator('[id="l-e/e_note"]')).to_contain_text("91,77%")
    await expect(page.locator('[id="w-e/e_late_why"]')).to_be_hidden()
    await page.locator(box(page, "e/e_late")).fill("3")
    await expect(page.locator('[id="w-e/e_late_why"]')).to_be_visible()


async def test_rows_and_the_keyboard(inside: BrowserContext, office: Office) -> None:
    page = await inside.new_page()
    await page.goto(f"{office.home}/s/h")
    await page.locator(box(page, "h/h_has") + '[value="co"]').check()
    await expect(page.locator('[id="w-h/h_item"]')).to_be_visible()
    await page.locator(box(page, "h/h_item/r1/h_prop")).fill("Đề nghị tập huấn")
    await page.get_by_role("button", name="Thêm dòng").click()
    await expect(page.locator("section.card")).to_have_count(2)
    await page.get_by_role("button", name="Xóa dòng 1").press("Enter")
    await expect(page.locator("section.card")).to_have_count(1)
    await expect(page.locator("#removed")).to_be_focused()
    await page.get_by_role("button", name="Khôi phục dòng vừa xóa").click()
    await expect(page.locator(box(page, "h/h_item/r1/h_prop"))).to_have_value("Đề nghị tập huấn")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip, .brand").first).to_be_attached()
    await page.locator(box(page, "h/h_other")).press("Tab")
    await expect(page.get_by_role("button", name="Lưu và tiếp tục")).to_be_focused()


async def test_a_file_goes_up_as_soon_as_it_is_chosen(inside: BrowserContext, office: Office) -> None:
    page = await inside.new_page()
    await page.goto(f"{office.home}/s/c")
    await page.locator(box(page, "c/c_docs")).fill("4")
    pdf = {"name": "Kế hoạch.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 plan"}
    await page.locator(box(page, "c/c_attach")).set_input_files(pdf)  # type: ignore[arg-type]
    await expect(page.locator(".file-row a")).to_have_text("Kế hoạch.pdf")
    await expect(page.locator(box(page, "c/c_docs"))).to_have_value("4")
    program = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"MZ program"}
    await page.locator(box(page, "c/c_attach")).set_input_files(program)  # type: ignore[arg-type]
    await expect(page.locator('[id="e-c/c_attach"]')).to_contain_text("nội dung không phải là")
    await expect(page.locator(".file-row a")).to_have_text("Kế hoạch.pdf")
