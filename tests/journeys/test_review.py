"""The article's two units: An Lão's figures in the summary; Phù Liễn, doubtful, is handed back, corrects, is accepted.

The figures that the article gives are in the sample (service.demo.figures), the rest and the other units are made up.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from service import life
from service.demo import figures
from service.flow import entry, forms, principal, submissions
from service.models import Campaign, Invitation
from tests.journeys.conftest import OFFICES, Site, assert_for_everybody, serving
from tests.journeys.filling import inputs, wrapper
from tests.journeys.test_deadlines import staff_page
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

GIVEN = {name.removeprefix("e/"): int(value) for name, value in figures.PHU_LIEN_FIGURES.items()}
# 1.055 + 3.600 = 4.655 is what the article leaves one to think of as received; how it was settled is made up.
AT_FIRST = GIVEN | {"e_recv": 4655, "e_ontime": 4600, "e_late": 0, "e_withdrawn": 5, "e_proc": 50, "e_proc_late": 0}
CORRECTED = {"e_recv": "1150", "e_direct": "95", "e_ontime": "1095"}
ASKED = "3.600 là lượt người đến hay số hồ sơ nộp trực tiếp?"


@pytest.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(database_url, tmp_path, roster=(*OFFICES, PHU_LIEN)) as site:
        yield site


async def send(site: Site, code: str, answers: dict[str, Any]) -> None:
    """What a unit reports, as its link would send it."""
    who, now = principal.link(1), datetime.now(UTC)
    given = submissions.Given(answers)
    found = await submissions.submit(site.settings, site.campaign, code, given, who, code, now)
    assert isinstance(found, submissions.Submission), found.problems


async def others(site: Site) -> None:
    """The other units' made-up reports, and Phù Liễn's."""
    form = await forms.built((await Campaign.get(id=site.campaign)).form_id)
    maker = figures.Maker({name: [choice.name for choice in choices] for name, choices in form.lists.items()})
    for code in OFFICES[1:]:
        await send(site, code, maker.answers(code))
    await send(site, PHU_LIEN, maker.answers("phường Phù Liễn", AT_FIRST))


async def link_of(site: Site, code: str) -> str:
    link = await entry.fresh_link(site.campaign, code, principal.SYSTEM, datetime.now(UTC))
    return entry.address_of(site.url, site.settings.secret_key, link)


async def assert_article(page: Page) -> None:
    """An Lão's shares, each with what it is a share of."""
    received = "trên “E2. Tổng số hồ sơ tiếp nhận trong kỳ”"
    for share in (
        f"91,77% = 1.048/1.142 (“E2a. Trong đó: nộp trực tuyến” {received}",
        f"90,63% = 1.035/1.142 (“E3. Đã giải quyết đúng hạn và trước hạn” {received}",
        "100% = 1.035/1.035 (“E3. Đã giải quyết đúng hạn và trước hạn” trên “Tính từ: E3.",
    ):
        await expect(page.get_by_text(share).first).to_be_visible()


async def test_doubtful_figures_are_handed_back_corrected_and_accepted(browser: Browser, place: Site) -> None:
    async with place.data():
        await send(place, AN_LAO, AN_LAO_ANSWERS)
    staff = await staff_page(browser, place)
    await staff.goto(f"{place.url}/campaigns/{place.campaign}/summary")
    await assert_article(staff)

    async with place.data():
        await others(place)
        link = await link_of(place, PHU_LIEN)
    await staff.goto(f"{place.url}/campaigns/{place.campaign}")
    await staff.get_by_role("link", name=f"Kiểm tra báo cáo ({len(OFFICES) + 1})").click()
    await staff.get_by_label("Chỉ báo cáo có điểm cần xem lại").check()
    await staff.get_by_label("Tìm tên đơn vị").fill("phu lien")
    await staff.get_by_role("button", name="Lọc").click()
    await expect(staff.locator(f"#unit-{PHU_LIEN}")).to_contain_text("E2")
    await assert_for_everybody(staff)
    await staff.get_by_role("link", name="Phường Phù Liễn").click()
    await staff.get_by_role("button", name="Nhận kiểm tra").click()
    direct = staff.locator('[id="a-e/e_direct"]')
    await expect(direct).to_contain_text("3.600, cao hơn ngưỡng")
    await direct.get_by_role("checkbox").check()
    await direct.get_by_role("textbox").fill(ASKED)
    await assert_for_everybody(staff)
    await staff.get_by_role("button", name="Đề nghị chỉnh sửa, bổ sung").click()
    await expect(staff.get_by_role("status").first).to_contain_text("đã đề nghị chỉnh sửa, bổ sung, hạn")

    await corrected(browser, place, link)

    await staff.goto(f"{place.url}/campaigns/{place.campaign}/reviews/{PHU_LIEN}")
    await expect(direct.locator("del")).to_contain_text("3.600")
    await expect(direct.locator("ins")).to_contain_text("95")
    await expect(direct.locator(".told")).to_contain_text(ASKED)
    await assert_for_everybody(staff)
    await staff.get_by_role("button", name="Đã kiểm tra, đạt").click()
    await expect(staff.get_by_role("status").first).to_contain_text("Phường Phù Liễn: đã kiểm tra, đạt")
    async with place.data():
        found = await Invitation.get(campaign_id=place.campaign, code=PHU_LIEN)
        assert found.state == life.State.ACCEPTED


async def corrected(browser: Browser, place: Site, link: str) -> None:
    """The official reads what is asked beside the figure, corrects and sends again; without JavaScript."""
    plain = await browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    official = await plain.new_page()
    await official.goto(link)
    await official.get_by_role("button", name="Vào điền phiếu").click()
    await expect(official.get_by_text("có đề nghị chỉnh sửa")).to_have_count(1)
    await official.goto(f"{place.url}/u/{place.campaign}/s/e")
    await expect(wrapper(official, "e/e_direct").locator(".remark")).to_contain_text(ASKED)
    for name, value in CORRECTED.items():
        await inputs(official, f"e/{name}").fill(value)
    await official.get_by_role("button", name="Lưu và tiếp tục").click()
    await official.goto(f"{place.url}/u/{place.campaign}/check")
    await official.get_by_role("checkbox").check()
    await official.get_by_role("button", name="Gửi báo cáo").click()
    await expect(official.get_by_role("heading", name="Đã nhận báo cáo của đơn vị")).to_be_visible()
    await plain.close()
