"""Not one character is lost: dead lines, killed tabs and servers, two people at once, returns, ended sessions."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, expect

from service.flow import attachments, drafts, principal
from service.models import Attachment, UnitSession
from service.web import STAFF_COOKIE
from tests.journeys.conftest import Office, assert_for_everybody
from tests.journeys.filling import fill_question, inputs, saved
from tests.journeys.typed import Typed, assert_kept, assert_sent, assert_shown, draft_of, lost, sent_of, shown_on
from tests.service.build import AN_LAO_ANSWERS

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

OFFLINE = "Chưa có mạng – đã giữ trên máy này"
UNSAVED = "Chưa lưu được – đã giữ trên máy này"
LONG = "Đường truyền chập chờn; hồ sơ “khó” phải nhập lại.\nĐề nghị: tập huấn, 2 đợt/năm – gửi tài liệu <trước> & sớm."
ROW = "h/h_item/r1"


@asynccontextmanager
async def entered(chromium: Browser, office: Office, width: int = 360) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """A person's browser inside the survey; the page's own timers run by a clock that tests can push."""
    context = await chromium.new_context(viewport={"width": width, "height": 740}, locale="vi-VN")
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.clock.install()
    await page.goto(office.link)
    await page.get_by_role("button", name="Vào điền phiếu").click()
    await page.wait_for_url("**/u/*")
    yield context, page
    await context.close()


async def answer(page: Page, typed: Typed, *answers: tuple[str, str, str]) -> None:
    """Answer questions (key, kind, value) and note what was typed."""
    for key, kind, value in answers:
        await fill_question(page, key, kind, value)
        typed[key] = value


async def retried(page: Page, tries: int) -> None:
    """So many tries of the page's own fail, each after a longer wait than the one before."""
    for wait in (3000, 6000, 15000, 30000)[:tries]:
        async with page.expect_event("requestfailed"):
            await page.clock.fast_forward(wait + 100)


async def test_the_line_is_dead_for_a_minute_in_the_middle_of_typing(chromium: Browser, office: Office) -> None:
    typed: Typed = {}
    async with entered(chromium, office) as (context, page):
        await page.goto(f"{office.home}/s/h")
        await answer(page, typed, ("h/h_has", "select_one", "co"), (f"{ROW}/h_field", "select_one", "cds"))
        await inputs(page, "h/h_other").press_sequentially("Tập huấn ")
        await saved(page)
        before = await draft_of(office.site, office.code)
        await context.set_offline(True)
        await inputs(page, "h/h_other").press_sequentially("thêm 2 đợt")
        typed["h/h_other"] = "Tập huấn thêm 2 đợt"
        await expect(page.locator("#saving")).to_contain_text(OFFLINE)
        await retried(page, 4)
        await answer(page, typed, (f"{ROW}/h_desc", "text", LONG), (f"{ROW}/h_prop", "text", "Sửa\nsớm"))
        await page.get_by_role("button", name="Lưu và tiếp tục").click()
        await expect(page.locator("#saving")).to_contain_text("Vui lòng bấm lại khi có mạng")
        await assert_shown(page, typed)
        assert await draft_of(office.site, office.code) == before
        await context.set_offline(False)
        await saved(page)
        await assert_kept(office.site, office.code, typed)

        # The save arrives, its answer does not: what the page sends again is no other person's.
        await page.route("**/save", _lose_the_answer, times=1)
        await answer(page, typed, ("h/h_other", "text", "Tập huấn thêm 3 đợt"))
        await expect(page.locator("#saving")).to_contain_text(OFFLINE)
        assert (await draft_of(office.site, office.code))["h/h_other"] == typed["h/h_other"]
        await page.clock.fast_forward(3100)
        await saved(page)
        await expect(page.locator(".rival")).to_have_count(0)

        # Dead again, and the tab is closed: the next one sends what waited.
        await context.set_offline(True)
        await answer(page, typed, (f"{ROW}/h_desc", "text", f"{LONG}\nHết."))
        await expect(page.locator("#saving")).to_contain_text(OFFLINE)
        await page.close()
        await context.set_offline(False)
        page = await context.new_page()
        await page.goto(f"{office.home}/s/h")
        await assert_shown(page, typed)
        await saved(page)
        await assert_kept(office.site, office.code, typed)


async def test_two_tabs_without_a_line_keep_what_each_was_typed_in(chromium: Browser, office: Office) -> None:
    """Of one section, and of two: the next page shows and sends what the closed ones kept, not the open one's."""
    of_one: Typed = {}
    async with entered(chromium, office, 1280) as (context, one):
        two, open_one = await context.new_page(), await context.new_page()
        for page, section in ((one, "h"), (two, "a"), (open_one, "h")):
            await page.goto(f"{office.home}/s/{section}")
        await context.set_offline(True)
        await answer(one, of_one, ("h/h_other", "text", "của trang thứ nhất"))
        await answer(two, of_one, ("a/a_name", "text", "của trang thứ hai"))
        await answer(open_one, {}, ("h/h_has", "select_one", "co"))
        for page in (one, two, open_one):
            await expect(page.locator("#fill")).to_have_attribute("data-live", "waiting")
        await one.close()
        await two.close()
        kept = "Object.values(localStorage).map((text) => Object.keys(JSON.parse(text).pending)).flat()"
        assert sorted(await open_one.evaluate(kept)) == ["a/a_name", "h/h_has", "h/h_other"]
        await open_one.route("**/save", lambda route: route.abort())
        await context.set_offline(False)
        page = await context.new_page()
        await page.goto(f"{office.home}/s/h")
        await expect(inputs(page, "h/h_other")).to_have_value("của trang thứ nhất")
        await page.wait_for_function(f"() => ({kept}).length === 1")
        await assert_kept(office.site, office.code, of_one)
        assert await open_one.evaluate(kept) == ["h/h_has"], "an open page keeps its own"
        assert "h/h_has" not in await draft_of(office.site, office.code)


async def test_a_file_is_cut_off_at_half_and_goes_on_from_there(
    chromium: Browser, office: Office, tmp_path: Path
) -> None:
    """Twice: the line comes back to the open page; the page is left, and the same file is chosen on the next one."""
    typed: Typed = {}
    first, second = (_pdf(tmp_path / name, seed) for name, seed in (("Kế hoạch.pdf", 1), ("Kế hoạch (sửa).pdf", 2)))
    async with entered(chromium, office) as (context, page):
        await page.goto(f"{office.home}/s/c")
        await answer(page, typed, ("c/c_docs", "integer", "4"))
        sent = await _cut_after(4, context, page)
        await inputs(page, "c/c_attach").set_input_files(first)
        await expect(page.locator(".sending")).to_contain_text("Mất mạng giữa chừng")
        await answer(page, typed, ("c/c_docs", "integer", "47"))
        await context.set_offline(False)
        await expect(page.locator(".file-row a")).to_have_text(first.name)
        assert await _stored(office, typed, "c/c_attach") == first.read_bytes()
        assert sent == [number * PART for number in (0, 1, 2, 3, 4, 4, 5, 6, 7)], "from the part that was cut off"

        sent = await _cut_after(4, context, page)
        await inputs(page, "c/c_attach").set_input_files(second)
        await expect(page.locator(".sending")).to_contain_text("Mất mạng giữa chừng")
        await page.close()
        await context.set_offline(False)
        page = await context.new_page()
        await page.goto(f"{office.home}/s/c")
        await expect(page.locator(".sending")).to_contain_text(second.name)
        assert await _stored(office, typed, "c/c_attach") == first.read_bytes()
        page.on("request", lambda request: _note_part(sent, request))
        await inputs(page, "c/c_attach").set_input_files(second)
        await expect(page.locator(".file-row a")).to_have_text(second.name)
        assert await _stored(office, typed, "c/c_attach") == second.read_bytes()
        assert sent == [number * PART for number in (0, 1, 2, 3, 4, 4, 5, 6, 7)]
        await assert_kept(office.site, office.code, typed)


async def test_a_file_on_its_way_holds_the_button_until_it_has_gone(
    chromium: Browser, office: Office, tmp_path: Path
) -> None:
    typed: Typed = {}
    pdf = _pdf(tmp_path / "Quyết định.pdf", 3)
    async with entered(chromium, office) as (_context, page):
        await page.goto(f"{office.home}/s/c")
        go_on = asyncio.Event()

        async def slow(route: Route) -> None:
            if route.request.method == "POST":
                await go_on.wait()
            await route.continue_()

        await page.route("**/upload?*", slow)
        await inputs(page, "c/c_attach").set_input_files(pdf)
        await expect(page.locator(".sending progress")).to_be_visible()
        await page.get_by_role("button", name="Quay lại").click()
        await expect(page.locator(".sending")).to_contain_text("Bấm nút lần nữa")
        await expect(page.locator(".sending")).to_be_in_viewport()
        assert page.url.endswith("/s/c")
        go_on.set()
        await page.wait_for_url("**/s/b")
        assert await _stored(office, typed, "c/c_attach") == pdf.read_bytes()


PART = 128 * 1024


def _pdf(path: Path, seed: int) -> Path:
    """A file of eight parts, none like another."""
    path.write_bytes(b"%PDF-1.7\n" + random.Random(seed).randbytes(8 * PART - 100))
    return path


async def _cut_after(parts: int, context: BrowserContext, page: Page) -> list[int]:
    """The line goes dead when so many parts have arrived; the offsets of the parts that the page sends."""
    sent: list[int] = []

    async def pass_on(route: Route) -> None:
        _note_part(sent, route.request)
        if route.request.method == "POST" and len(sent) == parts + 1:
            await context.set_offline(True)
        await route.continue_()

    await page.route("**/upload?*", pass_on)
    return sent


def _note_part(sent: list[int], request: Request) -> None:
    if request.method == "POST" and (found := re.search(r"/upload\?.*\boffset=(\d+)", request.url)):
        sent.append(int(found[1]))


async def _stored(office: Office, typed: Typed, key: str) -> bytes:
    """What the server has for a file question; its number is noted as typed."""
    typed[key] = (await draft_of(office.site, office.code))[key]
    async with office.site.data():
        given = await Attachment.get(id=int(str(typed[key]))).select_related("file")
    _file, path = await attachments.on_disk(office.site.settings, given.file)
    return path.read_bytes()


async def _lose_the_answer(route: Route) -> None:
    await route.fetch()
    await route.abort("connectionreset")


async def test_a_tab_dies_in_the_middle_of_a_word(chromium: Browser, office: Office) -> None:
    typed: Typed = {}
    async with entered(chromium, office, 1280) as (context, page):
        await page.goto(f"{office.home}/s/e")
        await answer(page, typed, ("e/e_recv", "integer", "1142"))
        await saved(page)
        await answer(page, typed, ("e/e_online", "integer", "1048"), ("e/e_dayunit", "select_one", "ngay_lv"))
        typed["e/e_direct"] = "9"
        killer = await context.new_cdp_session(page)
        await inputs(page, "e/e_direct").press_sequentially("9")
        async with page.expect_event("crash"):
            killing = asyncio.create_task(killer.send("Page.crash"))  # nobody is left to answer it
        killing.cancel()
        page = await context.new_page()
        await page.goto(f"{office.home}/s/e")
        await assert_shown(page, typed)
        await saved(page)
        await assert_kept(office.site, office.code, typed)


async def test_the_server_dies_and_comes_back(chromium: Browser, office: Office) -> None:
    typed: Typed = {}
    async with entered(chromium, office) as (_context, page):
        await page.goto(f"{office.home}/s/e")
        await answer(page, typed, ("e/e_recv", "integer", "1142"), ("e/e_online", "integer", "1048"))
        await saved(page)
        await office.site.server.kill()
        try:
            await assert_kept(office.site, office.code, typed)  # what was called saved outlives the process
            await answer(page, typed, ("e/e_direct", "integer", "94"), ("e/e_late", "integer", "3"))
            await expect(page.locator("#saving")).to_contain_text(OFFLINE)
            await retried(page, 2)
            await answer(page, typed, ("e/e_ontime", "integer", "1.032"), ("e/e_dayunit", "select_one", "ngay"))
        finally:
            await office.site.server.start()
        await page.clock.fast_forward(30_100)
        await saved(page)
        await expect(inputs(page, "e/e_late_why")).to_be_visible()
        await answer(page, typed, ("e/e_late_why", "text", LONG))
        await saved(page)
        await assert_shown(page, typed)
        await assert_kept(office.site, office.code, typed)


async def test_two_browsers_on_one_draft_lose_nothing(chromium: Browser, office: Office) -> None:
    of_one: Typed = {}
    of_two: Typed = {}
    async with entered(chromium, office) as (_, one), entered(chromium, office, 1280) as (_, two):
        for page in (one, two):
            await page.goto(f"{office.home}/s/h")
        await answer(one, of_one, ("h/h_has", "select_one", "co"), (f"{ROW}/h_desc", "text", LONG))
        await answer(one, of_one, ("h/h_other", "text", "của người thứ nhất"))
        await saved(one)
        mine = "của người thứ hai"
        await answer(two, of_two, ("h/h_other", "text", mine))
        rival = two.locator('[id="r-h/h_other"]')
        await expect(rival).to_contain_text("của người thứ nhất")
        await expect(rival).to_contain_text(mine)
        await answer(two, of_two, (f"{ROW}/h_prop", "text", "Đề nghị của người thứ hai"))
        await saved(two)
        await assert_kept(office.site, office.code, of_one | {f"{ROW}/h_prop": of_two[f"{ROW}/h_prop"]})
        await assert_shown(two, {key: of_one[key] for key in ("h/h_has", f"{ROW}/h_desc")})
        await assert_for_everybody(two)
        await rival.locator('[value="kept"]').click()  # and it goes away
        await expect(rival).to_have_count(0)
        await saved(two)
        await assert_kept(office.site, office.code, of_one | of_two)
        await answer(one, of_one, (f"{ROW}/h_field", "select_one", "cds"))
        await saved(one)
        await assert_shown(one, of_one | of_two)


async def test_what_is_returned_is_corrected_and_sent_again(chromium: Browser, office: Office) -> None:
    async with office.site.data():
        who, now = principal.staff(1), datetime.now(UTC)
        given = {name: part for name, part in AN_LAO_ANSWERS.items() if name != "confirm"}
        await drafts.replace(office.site.campaign, office.code, 0, given, who, now)
    typed = await draft_of(office.site, office.code)
    async with entered(chromium, office) as (_context, page):
        await _send(page, office)
        await assert_sent(office.site, office.code, typed)
        remark = "Xem lại số hồ sơ nộp trực tiếp.\nGhi thêm khó khăn."
        await _hand_back(chromium, office, remark)
        await page.goto(office.home)
        await expect(page.locator("blockquote")).to_have_text(remark)
        await page.goto(f"{office.home}/s/e")
        await assert_shown(page, {key: value for key, value in typed.items() if key.startswith("e/")})
        await answer(page, typed, ("e/e_online", "integer", "1.040"), ("e/e_direct", "integer", "102"))
        await page.goto(f"{office.home}/s/h")
        await answer(page, typed, ("h/h_other", "text", LONG))
        await saved(page)
        await _send(page, office)
    submission, answers = await sent_of(office.site, office.code)
    assert submission.number == 2
    assert lost(typed, answers) == {}


async def _send(page: Page, office: Office) -> None:
    await page.goto(f"{office.home}/check")
    await page.get_by_label("Tôi xác nhận số liệu trên").check()
    await page.get_by_role("button", name="Gửi báo cáo").click()
    await expect(page.locator("h1")).to_contain_text("Đã nhận báo cáo của đơn vị")


async def _hand_back(chromium: Browser, office: Office, remark: str) -> None:
    context = await chromium.new_context()
    await context.add_cookies([{"name": STAFF_COOKIE, "value": office.site.staff_session, "url": office.site.url}])
    staff = await context.new_page()
    await staff.goto(f"{office.site.url}/campaigns/{office.site.campaign}/units/{office.code}")
    await staff.locator("#return summary").click()
    await staff.get_by_label("Nội dung cần chỉnh sửa, bổ sung").fill(remark)
    await staff.locator("#return button").last.click()
    await expect(staff.locator("main")).to_contain_text("Ghi thêm khó khăn.")
    await context.close()


async def test_a_nil_return_keeps_its_reason_and_what_was_begun(chromium: Browser, office: Office) -> None:
    typed: Typed = {}
    async with entered(chromium, office) as (_context, page):
        await page.goto(f"{office.home}/s/h")
        await answer(page, typed, ("h/h_other", "text", LONG))
        await page.goto(f"{office.home}/nil")  # at once: leaving the page saves
        await page.get_by_role("button", name="Gửi báo cáo không phát sinh").click()
        await expect(page.locator("#problems")).to_be_focused()
        await page.get_by_label("Lý do không phát sinh").fill(LONG)
        await page.get_by_role("button", name="Gửi báo cáo không phát sinh").click()
        await expect(page.locator("h1")).to_contain_text("Đã nhận báo cáo của đơn vị")
        await assert_for_everybody(page)
    submission, _answers = await sent_of(office.site, office.code)
    assert submission.nil_reason.replace("\r\n", "\n") == LONG
    await assert_kept(office.site, office.code, typed)


async def test_the_session_ends_in_the_middle_of_typing(chromium: Browser, office: Office) -> None:
    typed: Typed = {}
    async with entered(chromium, office) as (_context, page):
        await page.goto(f"{office.home}/s/h")
        await answer(page, typed, ("h/h_has", "select_one", "co"), (f"{ROW}/h_desc", "text", "Đã lưu"))
        await saved(page)
        async with office.site.data():
            await UnitSession.filter(link__invitation__code=office.code).update(revoked_at=datetime.now(UTC))
        await answer(page, typed, (f"{ROW}/h_desc", "text", LONG), ("h/h_other", "text", "gõ sau khi hết phiên"))
        await expect(page.locator("#saving")).to_contain_text(UNSAVED)
        await expect(page.locator("#saving")).to_contain_text("mở lại đường dẫn riêng")
        await assert_for_everybody(page)
        assert (await shown_on(page))["h/h_other"] == typed["h/h_other"]
        await page.goto(office.link)
        await page.get_by_role("button", name="Vào điền phiếu").click()
        await page.wait_for_url("**/u/*")
        await page.goto(f"{office.home}/s/h")
        await assert_shown(page, typed)
        await saved(page)
        await assert_kept(office.site, office.code, typed)
