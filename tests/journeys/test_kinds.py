"""Every kind of question and every look, answered in a real browser: with JavaScript, and some without."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext

from service import database
from service.models import Draft
from tests.journeys import kinds
from tests.journeys.conftest import Site, assert_for_everybody, serving
from tests.journeys.filling import add_row, fill_question, inputs, proceed, saved, wrapper

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

SECTIONS = ("n", "c", "t", "r")
PICTURE = {"name": "Trụ sở.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + b"\0" * 40}
ANSWERS: dict[str, list[tuple[str, str, object]]] = {
    "n": [
        ("n/n_people", "integer", "12.345"),
        ("n/n_year", "integer", "1968"),
        ("n/n_area", "decimal", "12,5"),
        ("n/n_score", "range", "7,5"),
        ("n/n_why", "text", "Dòng một\nDòng hai"),
        ("n/n_code", "text", "0200112233"),
        ("n/n_bar", "barcode", "8934567890123"),
        ("n/n_place", "geopoint", "20,8449 106,6881"),
    ],
    "c": [
        ("c/c_line", "select_one", "fair"),
        ("c/c_likert", "select_one", "good"),
        ("c/c_list", "select_one", "poor"),
        ("c/c_place", "select_one", "p17"),
        ("c/c_places", "select_multiple", ["p2", "p39"]),
        ("c/c_other", "select_one", "other"),
        ("c/c_other_other", "text", "Loa truyền thanh"),
        ("c/c_rank", "rank", ["zalo", "house", "other", "phone"]),
        ("c/c_ok", "acknowledge", True),
        ("c/c_photo", "image", PICTURE),
    ],
    "t": [
        ("t/t_list/t_net", "select_one", "good"),
        ("t/t_list/t_pc", "select_one", "poor"),
        ("t/t_a", "select_multiple", ["good", "poor"]),
        ("t/t_b", "select_multiple", ["fair"]),
        ("t/t_grid/t_name", "text", "Trần Văn Bình"),
        ("t/t_grid/t_job", "text", "Phó Chủ tịch"),
        ("t/t_grid/t_phone", "text", "0225387654"),
    ],
}  # fmt: skip


@pytest.fixture
async def site(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Site]:
    """On SQLite only: what is drawn does not depend on the database."""
    EXECUTOR_CACHE.clear()  # Tortoise keeps the SQL of another test's engine
    database_file = shutil.copy(sqlite_template, tmp_path / "phieu.sqlite3")
    async with serving(f"sqlite://{database_file}", tmp_path, kinds.workbook(tmp_path / "kinds.xlsx")) as site:
        yield site


async def entered(browser: Browser, site: Site, **options: object) -> tuple[BrowserContext, Page]:
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", **options)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(site.link)
    await page.get_by_role("button", name="Vào điền phiếu").click()
    await page.wait_for_url("**/u/*")
    return context, page


async def stored(site: Site) -> dict[str, str | list[str]]:
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        draft = await Draft.first()
        return draft.answers if draft else {}


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "plain"])
async def test_every_kind_is_filled_in_and_read_back(browser: Browser, site: Site, scripted: bool) -> None:
    context, page = await entered(browser, site, java_script_enabled=scripted)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for section, answers in ANSWERS.items():
        await page.goto(f"{site.url}/u/{site.campaign}/s/{section}")
        for key, kind, value in answers:
            if not scripted and not await inputs(page, key).first.is_visible():
                await page.get_by_role("button", name="Lưu", exact=True).click()
            await fill_question(page, key, kind, value)  # type: ignore[arg-type]
        if scripted:
            await saved(page)
            await assert_for_everybody(page)
        await proceed(page)
    await page.goto(f"{site.url}/u/{site.campaign}/check")
    told = " ".join((await page.locator("main").inner_text()).split())
    for words in (
        "12.345", "12,5", "7,5", "Dòng một", "0200112233", "8934567890123", "20,8449° B, 106,6881° Đ", "Có 12345 dân",
        "Thôn Thượng 17", "Thôn Thượng 2, Thôn Đông 39", "Loa truyền thanh",
        "1. Zalo; 2. Tại nhà; 3. Khác; 4. Điện thoại", "Đã xác nhận", "Trụ sở.png", "Tốt, Chưa đạt",
    ):  # fmt: skip
        assert words in told, words
    answers = await stored(site)
    assert answers["n/n_people"] == ("12345" if scripted else "12.345")
    assert answers["c/c_rank"] == ["zalo", "house", "other", "phone"]
    assert faults == []
    await context.close()


async def test_figures_are_grouped_as_they_are_typed(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/n")
    box = inputs(page, "n/n_people")
    await box.press_sequentially("1142")
    await expect(box).to_have_value("1.142")
    await box.press("ArrowLeft")
    await box.press("ArrowLeft")
    await page.keyboard.type("90")  # in the middle: 11|42 -> 1190|42
    await expect(box).to_have_value("119.042")
    assert await box.evaluate("one => one.selectionStart") == 5
    for _press in range(4):
        await page.keyboard.press("Backspace")  # over the dot, to the left end of what is left
    await expect(box).to_have_value("42")
    for typed, shown in [("12.5", "12.5"), ("1.035", "1.035"), ("-20000", "-20.000"), ("2026", "2026")]:
        await box.fill("")
        await box.press_sequentially(typed)
        await expect(box).to_have_value(shown)
    await page.evaluate("navigator.clipboard.writeText('1 234 567')")
    await box.fill("")
    await box.press("Control+v")
    await expect(box).to_have_value("1.234.567")
    await saved(page)
    assert (await stored(site))["n/n_people"] == "1234567"
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(box).to_have_value("1.234.567")
    assert (await stored(site))["n/n_people"] == "1234567", "a form that was posted whole says the same"
    await context.close()


async def test_a_slider_and_its_box_say_the_same(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/n")
    bar, box = page.get_by_role("slider", name="Mức hài lòng"), inputs(page, "n/n_score")
    await expect(bar).to_have_attribute("aria-valuetext", "Chưa chọn")
    await bar.press("Enter")  # the middle, which it showed, is an answer only now
    await expect(box).to_have_value("5")
    await bar.press("ArrowRight")
    await expect(box).to_have_value("5,5")
    await box.fill("9")
    await expect(bar).to_have_value("9")
    await box.fill("9,2")
    await expect(page.locator('[id="e-n/n_score"]')).to_contain_text("0,5")
    await box.fill("")
    await expect(bar).to_have_attribute("aria-valuetext", "Chưa chọn")
    await context.close()


async def test_ranking_by_its_buttons_alone(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/c")
    for label in ("Zalo", "Tại nhà", "Điện thoại", "Khác"):
        await page.get_by_role("button", name=f"Chuyển lên: {label}").press("Enter")
    await expect(page.locator("#news")).to_have_text("Khác: thứ 4 trên 4")
    last = page.get_by_role("button", name="Chuyển lên: Khác")
    await last.press("Enter")
    await expect(last).to_be_focused()
    await last.press("Enter")
    await last.press("Enter")
    await expect(page.get_by_label("Thứ tự của Khác")).to_be_focused()
    await expect(page.locator(".rank li").first).to_contain_text("Khác")
    await saved(page)
    await expect(page.locator("#saving")).to_contain_text("Đã lưu")
    await page.reload()
    assert (await stored(site))["c/c_rank"] == ["other", "zalo", "house", "phone"]
    await expect(page.locator(".rank li").nth(1)).to_contain_text("Zalo")
    await context.close()


async def test_a_long_list_is_searched_without_marks(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/c")
    search = page.get_by_label("Tìm trong danh sách: Thôn (danh sách dài)")
    await search.press_sequentially("thuong 17")
    await expect(wrapper(page, "c/c_place").get_by_role("status")).to_have_text("1 lựa chọn phù hợp")
    await search.press("Enter")
    await expect(inputs(page, "c/c_place")).to_have_value("p17")
    await expect(inputs(page, "c/c_place").locator("option")).to_have_count(41)
    boxes = page.get_by_label("Tìm trong danh sách: Các thôn đã kiểm tra")
    await boxes.fill("DOAI 4")
    await expect(wrapper(page, "c/c_places").get_by_role("checkbox")).to_have_count(2)
    await boxes.fill("không có")
    await expect(wrapper(page, "c/c_places").get_by_role("status")).to_have_text("Không có lựa chọn nào phù hợp.")
    await context.close()


async def test_where_this_machine_stands(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/n")
    button = page.get_by_role("button", name="Lấy vị trí của máy này")
    await button.click()
    await expect(wrapper(page, "n/n_place").get_by_role("status")).to_contain_text("Máy chưa cho phép lấy vị trí")
    await context.grant_permissions(["geolocation"])
    await context.set_geolocation({"latitude": 20.8449, "longitude": 106.6881, "accuracy": 12})
    await button.click()
    await expect(inputs(page, "n/n_place")).to_have_value("20,844900 106,688100 0,0 12,0")
    await saved(page)
    await page.goto(f"{site.url}/u/{site.campaign}/check")
    await expect(page.locator("main")).to_contain_text("20,8449° B, 106,6881° Đ, ±12 m")
    await context.close()


async def test_the_forms_words_in_another_language(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site, java_script_enabled=False)
    await page.goto(f"{site.url}/u/{site.campaign}/s/n")
    await inputs(page, "n/n_area").fill("12,5")
    await page.get_by_role("group", name="Ngôn ngữ của phiếu").get_by_role("button", name="English").click()
    await expect(page.get_by_label("Population")).to_be_visible()
    await expect(page.get_by_label("Area (km²)")).to_have_value("12,5")
    await expect(wrapper(page, "n/n_people")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("button", name="Lưu và tiếp tục")).to_be_visible()
    await page.goto(f"{site.url}/u/{site.campaign}")
    await expect(page.locator(".contents-list")).to_contain_text("Numbers and text")
    await page.get_by_role("button", name="Tiếng Việt").click()
    await expect(page.locator(".contents-list")).to_contain_text("Con số và chữ")
    await context.close()


async def test_rows_follow_their_count_and_hold_rows(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/r")
    await expect(page.get_by_role("heading", name="Hộ 1", exact=True)).to_have_count(0)
    await inputs(page, "r/r_count").fill("2")
    await expect(page.get_by_role("heading", name="Hộ 2", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Xóa dòng 2", exact=True)).to_have_count(0)
    await inputs(page, "r/house/r1/h_owner").fill("Nguyễn Văn An")
    await saved(page)
    row = await add_row(page, "r/house/r2/person")
    await expect(page.get_by_role("heading", name="Hộ 1: Nguyễn Văn An")).to_be_visible()
    await inputs(page, f"r/house/r2/person/{row}/p_age").fill("chín")
    await assert_for_everybody(page)
    await proceed(page)
    await expect(page.locator("#problems")).to_contain_text("Dòng 2.2: “Tuổi” cần một số nguyên")
    await page.goto(f"{site.url}/u/{site.campaign}/check")
    await expect(page.locator("#problems")).to_contain_text("Dòng 2.1: ")
    await context.close()


async def test_rows_that_come_leave_alone_what_is_being_typed(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    section = f"{site.url}/u/{site.campaign}/s/r"
    await page.goto(section)
    await inputs(page, "r/r_count").fill("1")
    owner = inputs(page, "r/house/r1/h_owner")
    await expect(owner).to_be_visible()
    await saved(page)

    await page.route(section, lambda route: route.fulfill(body="<h1>Đăng nhập</h1>", content_type="text/html"))
    async with page.expect_response(section):
        await inputs(page, "r/r_count").fill("2")
    await saved(page)
    await owner.fill("An")
    await saved(page)
    await expect(owner).to_have_value("An")
    assert "r/house/r1/h_owner" in await page.locator("#fill [name=keys]").input_value()

    async def late(route: Route) -> None:  # the page is drawn, and arrives after more was typed and saved
        answer = await route.fetch()
        await owner.fill("Nguyễn An")
        await saved(page)
        await route.fulfill(response=answer)

    await page.unroute(section)
    await page.route(section, late, times=1)
    await inputs(page, "r/r_count").fill("3")
    await expect(page.get_by_role("heading", name="Hộ 3", exact=True)).to_be_visible()
    await expect(owner).to_have_value("Nguyễn An")
    await expect(owner).to_be_focused()
    await inputs(page, "r/r_count").fill("1")
    await expect(page.get_by_role("heading", name="Hộ 3", exact=True)).to_have_count(0)
    await saved(page)
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(owner).to_have_value("Nguyễn An")
    await context.close()


async def test_a_search_goes_on_while_answers_arrive(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/c")
    everything = [[f"p{number}", f"Thôn {number}"] for number in range(1, 41)]

    async def with_a_list(route: Route) -> None:  # as for a list that other answers filter
        answer = await route.fetch()
        told = await answer.json()
        await route.fulfill(response=answer, json=told | {"options": {"c/c_place": everything}})

    await page.route("**/save", with_a_list)
    await inputs(page, "c/c_ok").check()
    search = page.get_by_label("Tìm trong danh sách: Thôn (danh sách dài)")
    await search.press_sequentially("thuong")
    await saved(page)
    await expect(page.locator("#saving")).to_contain_text("Đã lưu")
    await expect(search).to_have_value("thuong")
    await context.close()


async def test_a_broken_entry_on_this_machine_stops_no_other(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    section = f"{site.url}/u/{site.campaign}/s/r"
    await page.goto(section)
    stem = (await page.locator("#fill").get_attribute("data-store") or "").rpartition(":")[0]
    kept = {"version": 0, "tab": "zz", "pending": {f"no/such{n}": "x" for n in range(2500)} | {"r/r_count": "2"}}
    put = "([key, value]) => localStorage.setItem(key, value)"
    await page.evaluate(put, [f"{stem}:900", '{"version": 1, "pen'])
    await page.evaluate(put, [f"{stem}:901", json.dumps(kept)])
    await page.goto(section)
    await expect(inputs(page, "r/r_count")).to_have_value("2")
    assert await page.evaluate("Object.keys(localStorage).length") == 0
    await context.close()


async def test_what_is_computed_once_may_be_typed_over(browser: Browser, site: Site) -> None:
    context, page = await entered(browser, site)
    await page.goto(f"{site.url}/u/{site.campaign}/s/n")
    await inputs(page, "n/n_people").fill("10")
    box = inputs(page, "n/n_set")
    await expect(box).to_have_value("Có 10 dân")
    await box.fill("Chừng mười người")
    await saved(page)
    await inputs(page, "n/n_people").fill("11")
    await expect(box).to_have_value("Có 11 dân")
    await context.close()
