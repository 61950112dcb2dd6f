"""`python -m tests.pictures`: every screen of the unit's side into docs/screens/unit/, and the guide made from them.

The screens come from a running service that is filled in as people do; names say the screen and the width in px.
Where ImageMagick's `convert` is installed, pictures are kept small by a palette.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typst
from playwright.async_api import Browser, FloatRect, Locator, Page, expect

from service import database, security
from service.flow import drafts, principal, reviews
from service.models import Draft, EntryCode, UnitSession
from service.web import LANGUAGE_COOKIE
from tests.journeys.conftest import Site, browsing, serving
from tests.journeys.filling import fill_question, saved
from tests.journeys.test_signoff import enter, leader_of
from tests.service.build import AN_LAO, AN_LAO_ANSWERS

FOLDER = Path(__file__).parents[1] / "docs" / "screens" / "unit"
WIDTHS = (360, 1280)
COLOURS = 16
DETAIL = 430  # px of a page's height in a picture of the guide
DOCS = FOLDER.parents[1]
GUIDE = FOLDER.parents[2] / "service" / "static" / "huong-dan.pdf"
REMARK = "Số hồ sơ nộp trực tiếp chưa khớp với báo cáo tháng 7. Vui lòng xem lại câu E2b."
HARDSHIP = "Đường truyền ở 2 thôn chưa ổn định, hồ sơ phải nhập lại."


@dataclass(frozen=True, slots=True)
class Camera:
    """What stands on the page goes into a file for each width; the pictures of a name are made anew."""

    page: Page

    async def at(self, name: str, address: str) -> None:
        await self.page.goto(address)
        await self.take(name)

    async def take(self, name: str, most: int = 20_000) -> None:
        """The whole page, or its first so many px where the rest stands in another picture."""
        for width in WIDTHS:
            await self.page.set_viewport_size({"width": width, "height": 600})
            # As high as the page: what sticks to the window's edge would lie on what the person is reading.
            height = await self.page.evaluate("document.documentElement.scrollHeight")
            await self.page.set_viewport_size({"width": width, "height": min(height, most)})
            file = FOLDER / f"{name}-{width}.png"
            await self.page.screenshot(path=file, animations="disabled")
            await _shrink(file)

    async def detail(self, name: str, top: Locator) -> None:
        """What a phone shows from that place on, for the guide."""
        await self.page.set_viewport_size({"width": WIDTHS[0], "height": 600})
        height = await self.page.evaluate("document.documentElement.scrollHeight")
        await self.page.set_viewport_size({"width": WIDTHS[0], "height": height})
        box = await top.bounding_box()
        assert box is not None, f"{name}: not on the page"
        clip: FloatRect = {"x": 0, "y": max(0, box["y"] - 12), "width": WIDTHS[0], "height": DETAIL}
        clip["y"] = max(0, min(clip["y"], height - DETAIL))
        file = FOLDER / f"guide-{name}.png"
        await self.page.screenshot(path=file, clip=clip, full_page=True, animations="disabled")
        await _shrink(file)


async def _shrink(file: Path) -> None:
    if program := shutil.which("convert"):
        options = ("+dither", "-colors", str(COLOURS), "-strip", f"PNG8:{file}")
        done = await asyncio.create_subprocess_exec(program, str(file), *options)
        assert await done.wait() == 0, f"{file.name} could not be made smaller"


async def entering(camera: Camera, site: Site) -> None:
    """The ways in: the personal link, and the code for whoever lost it."""
    page = camera.page
    await camera.at("door", site.link)
    await camera.detail("1", page.locator("header"))
    await camera.at("lost-link", f"{site.url}/vao")
    await page.get_by_label("Đơn vị", exact=True).fill("Xã An Lão (11629)")
    await page.get_by_label("Thư điện tử đã đăng ký").fill("anlao@haiphong.example")
    await page.get_by_role("button", name="Nhận mã").click()
    await expect(page.get_by_label("Mã trong thư")).to_be_visible()
    await camera.take("lost-link-code")
    async with site.data():
        asked = await EntryCode.all().order_by("-id").first()
        assert asked is not None
        code = security.entry_code(site.settings.secret_key, asked.token_hash)
    await page.get_by_label("Mã trong thư").fill(code)
    await page.get_by_role("button", name="Vào phiếu").click()
    await page.wait_for_url("**/u/*")
    await camera.at("surveys-by-code", f"{site.url}/vao/phieu")
    await camera.at("home", f"{site.url}/u")
    await camera.at("contacts", f"{site.url}/u/contacts")
    await camera.at("contact", f"{site.url}/u/contacts/new")


async def answering(camera: Camera, site: Site, other: Page) -> None:
    """A section being filled in, what goes wrong, and how it is told."""
    page, home = camera.page, f"{site.url}/u/{site.campaign}"
    await camera.at("contents", home)
    await camera.detail("2", page.locator("h1"))
    await camera.at("section", f"{home}/s/b")
    await page.goto(f"{home}/s/e")
    for key, value in (("e_visits", "7117"), ("e_recv", "1142"), ("e_online", "1048"), ("e_direct", "95")):
        await fill_question(page, f"e/{key}", "integer", value)
    await saved(page)
    await page.get_by_role("button", name="Lưu và tiếp tục").last.click()
    await expect(page.locator("#problems")).to_be_focused()
    await camera.take("section-problems")
    await camera.detail("4", page.locator("#problems"))
    await _replace(site)
    await camera.at("section-figures", f"{home}/s/e")
    await camera.detail("3", page.locator('[id="w-e/e_recv"]'))
    await page.goto(f"{home}/s/h")
    await fill_question(page, "h/h_has", "select_one", "co")
    await fill_question(page, "h/h_item/r1/h_desc", "text", HARDSHIP)
    await saved(page)
    await camera.take("section-rows")
    await other.goto(f"{home}/s/h")
    await fill_question(other, "h/h_other", "text", "Đề nghị tập huấn trong tháng 9.")
    await saved(other)
    await fill_question(page, "h/h_other", "text", "Đề nghị tập huấn tại xã.")
    await expect(page.locator(".rival")).to_be_visible()
    await camera.take("two-people")
    await page.locator('.rival [value="saved"]').click()
    await expect(page.locator(".rival")).to_have_count(0)
    await page.context.set_offline(True)
    await fill_question(page, "h/h_other", "text", "Đề nghị tập huấn trong tháng 9 tại xã.")
    await expect(page.locator("#saving.warn")).to_be_visible()
    await camera.take("no-line")
    await page.context.set_offline(False)
    await saved(page)


async def in_english(camera: Camera, site: Site) -> None:
    context = camera.page.context
    await context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "en", "url": site.url}])
    await camera.at("english-contents", f"{site.url}/u/{site.campaign}")
    await camera.at("english-section", f"{site.url}/u/{site.campaign}/s/e")
    await context.clear_cookies(name=LANGUAGE_COOKIE)


async def handing_in(camera: Camera, site: Site) -> None:
    """Check, other ways to answer, and the receipt."""
    page, home = camera.page, f"{site.url}/u/{site.campaign}"
    await _replace(site)
    await camera.at("check", f"{home}/check")
    await camera.detail("5", page.locator(".send"))
    await page.get_by_role("button", name="Gửi báo cáo").click()
    await expect(page.locator("#problems")).to_be_visible()
    await camera.take("check-problems", 1000)
    await camera.at("nil", f"{home}/nil")
    await camera.at("extension", f"{home}/requests/extension")
    await camera.at("hand-over", f"{home}/handover")
    await camera.at("history", f"{home}/history")
    await page.goto(f"{home}/check")
    await page.get_by_label("Tôi xác nhận số liệu trên").check()
    await page.get_by_role("button", name="Gửi báo cáo").click()
    await expect(page.locator(".receipt-number")).to_be_visible()
    await camera.take("receipt")
    await camera.detail("6", page.locator("header"))
    receipt, hash_ = await page.locator(".receipt-number").inner_text(), await page.locator(".hash").inner_text()
    await camera.at("own-report", f"{home}/receipt/1/report")
    await camera.at("sent", home)
    await camera.at("section-sent", f"{home}/s/e")
    await camera.at("home-sent", f"{site.url}/u")
    await camera.at("verify", f"{site.url}/verify")
    await camera.at("verified", f"{site.url}/verify?receipt={receipt}&code={hash_}")


async def afterwards(camera: Camera, site: Site) -> None:
    """Handed back with a remark; and a session that ended."""
    async with site.data():
        await reviews.hand_back(site.settings, site.campaign, AN_LAO, REMARK, principal.staff(1), datetime.now(UTC))
    await camera.at("returned", f"{site.url}/u/{site.campaign}")
    await camera.page.goto(f"{site.url}/u/{site.campaign}/s/h")
    async with site.data():
        await UnitSession.all().update(revoked_at=datetime.now(UTC))
    await fill_question(camera.page, "h/h_other", "text", "Đã sửa câu E2b.")
    await expect(camera.page.locator("#saving.warn")).to_be_visible()
    await camera.take("session-ended-typing")
    await camera.at("session-ended", f"{site.url}/u")
    await camera.at("link-unknown", f"{site.url}/p/1-aaaaaaaaaaaaaaaaaaaaaaaa")


async def signing(browser: Browser, site: Site) -> None:
    """The leader's approval, seen by both."""
    home = f"{site.url}/u/{site.campaign}"
    official = await enter(await browser.new_context(locale="vi-VN"), site.link, "Vào điền phiếu")
    link = await leader_of(site)
    await Camera(official).at("check-for-leader", f"{home}/check")
    await official.get_by_role("button", name="Trình lãnh đạo duyệt").click()
    await expect(official.get_by_role("heading", name="Đang chờ lãnh đạo duyệt")).to_be_visible()
    await Camera(official).take("waits-for-leader")
    context = await browser.new_context(locale="vi-VN")
    door = await context.new_page()
    await Camera(door).at("door-of-leader", link)
    leader = await enter(context, link, "Vào xem và duyệt")
    await Camera(leader).take("leader")
    await leader.get_by_role("heading", name="Trả lại để sửa").click()
    await leader.get_by_label("Nội dung cần sửa").fill("Xem lại số hồ sơ trực tuyến.")
    await leader.get_by_role("button", name="Trả lại để sửa").click()
    await Camera(official).at("refused-by-leader", home)


async def _replace(site: Site) -> None:
    """The draft is whole but for the declaration."""
    async with site.data():
        given = {name: part for name, part in AN_LAO_ANSWERS.items() if name != "confirm"}
        draft = await Draft.get(invitation__code=AN_LAO)
        await drafts.replace(site.campaign, AN_LAO, draft.version, given, principal.link(1), datetime.now(UTC))


@asynccontextmanager
async def _site(**terms: object) -> AsyncIterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="phieu-pictures-"))
    url = f"sqlite://{folder / 'phieu.sqlite3'}"
    try:
        await database.migrate(url)
        async with serving(url, folder, **terms) as site:
            yield site
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    async with browsing() as browser:
        async with _site() as site:
            page = await (await browser.new_context(locale="vi-VN")).new_page()
            camera = Camera(page)
            await entering(camera, site)
            other = await enter(await browser.new_context(locale="vi-VN"), site.link, "Vào điền phiếu")
            await answering(camera, site, other)
            await in_english(camera, site)
            await handing_in(camera, site)
            await afterwards(camera, site)
        async with _site(signoff=True) as site:
            await signing(browser, site)
    print_guide()


def print_guide() -> None:
    """docs/huong-dan.md on one A4 page, as the unit's pages offer it."""
    typst.compile(str(DOCS / "huong-dan.typ"), output=str(GUIDE), timestamp=datetime(2026, 1, 1, tzinfo=UTC))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
