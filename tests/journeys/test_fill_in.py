"""An official of xã An Lão fills in the whole first survey in a real browser, with JavaScript and without."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect
from tortoise.context import TortoiseContext

from reminders.models import Message
from service import database
from service.models import Invitation, Submission
from service.web import STAFF_COOKIE
from tests.journeys.conftest import Site
from tests.journeys.people import Keyboard, Person
from tests.journeys.typed import assert_kept, assert_sent
from tests.service.build import AN_LAO

pytestmark = [pytest.mark.browser, pytest.mark.anyio]

SUM_RECEIVED = "Trực tuyến + trực tiếp phải bằng tổng số hồ sơ tiếp nhận (E2a + E2b = E2)."
SUM_SETTLED = "Đã giải quyết + rút/hủy + đang giải quyết phải bằng tổng số tiếp nhận (E3 + E3a + E4 + E5 = E2)."


@pytest.fixture(params=["phone", "keyboard", "plain"])
async def person(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Person]:
    """On a phone; at a PC without a mouse; on a phone without JavaScript."""
    scripted, by_keyboard = request.param != "plain", request.param == "keyboard"
    context = await browser.new_context(
        java_script_enabled=scripted, viewport={"width": 1280 if by_keyboard else 360, "height": 740}, locale="vi-VN"
    )
    page = await context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield (Keyboard if by_keyboard else Person)(page, scripted)
    await context.close()
    assert faults == []


async def test_the_whole_survey_with_an_laos_figures(person: Person, site: Site, browser: Browser) -> None:
    page = person.page
    await page.goto(site.link)
    await person.is_on("Xã An Lão")
    await expect(page.locator("main")).to_contain_text("Trần Thị Lan")
    await person.press(page.get_by_role("button", name="Vào điền phiếu"))
    await expect(page).to_have_url(f"{site.url}/u/{site.campaign}")
    await person.press(page.get_by_role("link", name="A. Thông tin chung"))
    await _see_what_is_known(person)
    await _sections_b_to_d(person)
    await _section_e(person)
    await _sections_f_to_h(person)
    await assert_kept(site, AN_LAO, person.typed)
    await _send(person, site)
    await _staff_see_it(browser, site)


async def _see_what_is_known(person: Person) -> None:
    """The unit, the period and the person are filled in and cannot be typed over."""
    page = person.page
    for key, shown in [("a_unit", "Xã An Lão"), ("a_to", "18/08/2025"), ("a_phone", "0225387654")]:
        await expect(page.locator(f'[id="q-a/{key}"]')).to_have_text(shown)
        await expect(page.locator(f'[name="v:a/{key}"]')).to_have_count(0)
    await person.proceed()


async def _sections_b_to_d(person: Person) -> None:
    await person.is_on("B. Tổ chức")
    await person.choose(b_dept="vhxh", b_decision="co")
    await person.type(b_staff="2")
    await person.see_new_questions("b_staff_full")
    await person.type(
        b_decision_no="15", b_decision_date="2025-07-03", b_staff_full="1", b_staff_tdc="1", b_staff_cert="0"
    )
    await person.choose(b_multi="co")
    await person.proceed()
    await person.is_stopped("Ghi theo dạng: số/ký hiệu, ví dụ 15/QĐ-UBND.")
    await person.type(b_decision_no="15/QĐ-UBND")
    await person.proceed()
    await person.is_on("C. Văn bản")
    await person.choose(c_plan="dang", c_bcd="co")
    await person.type(c_docs="4")
    await person.see_new_questions("c_plan_due")
    await person.type(c_plan_due="2025-09-30")
    await person.proceed()
    await person.is_on("D. Thực hiện")
    await person.choose(d_tasks=["cntt"])
    await person.proceed()


async def _section_e(person: Person) -> None:
    """Stopped by each broken sum, then 91,77%."""
    await person.is_on("E. Tiếp nhận")
    await person.type(e_visits="7.117", e_recv="1.142", e_online="1.048", e_direct="95")
    await person.type(e_ontime="1035", e_late="0", e_withdrawn="45", e_proc="62", e_pay="620", e_st="3")
    await person.choose(e_dayunit="ngay_lv")
    await person.see_new_questions("e_proc_late")
    await person.type(e_proc_late="0")
    await person.proceed()
    await person.is_stopped(SUM_RECEIVED)
    await person.type(e_direct="94", e_proc="63")
    await person.proceed()
    await person.is_stopped(SUM_SETTLED)
    await person.type(e_proc="62")
    if not person.scripted:
        await person.page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(person.page.locator('[id="l-e/e_note"]')).to_contain_text("Tỷ lệ nộp trực tuyến: 91,77%.")
    await person.proceed()


async def _sections_f_to_h(person: Person) -> None:
    await person.is_on("F. Hỗ trợ")
    await person.choose(f_channels=["truc_tiep", "zalo"], f_hpnet="tot", f_infra="mot_phan")
    await person.type(f_ca="72", f_sign="70", f_group="24")
    await person.proceed()
    await person.is_on("G. Nhu cầu")
    await person.choose(g_fields=["cds", "tdc"], g_mode="ket_hop")
    await person.type(g_people="6")
    await person.proceed()
    await person.is_on("H. Khó khăn")
    await person.choose(h_has="khong")
    await person.proceed()


async def _send(person: Person, site: Site) -> None:
    page = person.page
    await person.is_on("Kiểm tra và gửi")
    await expect(page.locator("main")).to_contain_text("91,77%")
    await person.press(page.get_by_role("button", name="Gửi báo cáo"))
    await expect(page.locator("#problems")).to_contain_text("Tôi xác nhận số liệu trên")
    await person.judge()
    await person.tick(page.get_by_label("Tôi xác nhận số liệu trên"))
    await person.press(page.get_by_role("button", name="Gửi báo cáo"))
    await person.is_on("Đã nhận báo cáo của đơn vị")
    receipt = f"PH-{site.campaign}-{AN_LAO}-1"
    await expect(page.locator(".receipt-number")).to_have_text(receipt)
    await assert_sent(site, AN_LAO, person.typed)
    await person.judge()
    state, hash_, mails = await _stored(site)
    assert state == "submitted"
    await expect(page.locator(".hash")).to_have_text(hash_)
    assert mails == ["anlao@haiphong.example"]
    await person.press(page.get_by_role("link", name="Báo cáo theo thể thức văn bản"))
    await person.write(page.get_by_label("Số, ký hiệu văn bản"), "15/BC-UBND")
    await person.press(page.get_by_role("button", name="Lưu"))
    await expect(page.get_by_role("status")).to_contain_text("Đã lưu.")
    await person.judge()
    await page.goto(f"{site.url}/u/{site.campaign}/s/e")
    await expect(page.locator("main")).to_contain_text("Phiếu đã gửi nên chỉ xem được.")
    await expect(page.locator("main input")).to_have_count(0)
    await person.judge()
    await _leave(person, site)


async def _leave(person: Person, site: Site) -> None:
    page = person.page
    await page.goto(f"{site.url}/u")
    await person.judge()
    await person.press(page.get_by_role("button", name="Rời khỏi"))
    await page.wait_for_url(lambda url: not url.endswith("/u"))
    await person.judge()
    await page.goto(f"{site.url}/u")
    await expect(page.locator("main")).to_contain_text("mở lại đường dẫn riêng")
    await person.judge()


async def _staff_see_it(browser: Browser, site: Site) -> None:
    context = await browser.new_context()
    await context.add_cookies([{"name": STAFF_COOKIE, "value": site.staff_session, "url": site.url}])
    page = await context.new_page()
    await page.goto(f"{site.url}/campaigns/{site.campaign}/units/{AN_LAO}")
    await expect(page.locator("main")).to_contain_text("Đã gửi báo cáo")
    await expect(page.locator("main")).to_contain_text(f"PH-{site.campaign}-{AN_LAO}-1")
    await context.close()


async def _stored(site: Site) -> tuple[str, str, list[str]]:
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        invitation = await Invitation.get(campaign_id=site.campaign, code=AN_LAO)
        submission = await Submission.get(invitation_id=invitation.id)
        assert submission.answers["e"]["e_recv"] == 1142  # type: ignore[index]
        assert submission.answers["e"]["e_pct_online"] == 91.77  # type: ignore[index]
        mails = await Message.filter(kind="receipt").values_list("to_address", flat=True)
        return invitation.state, submission.hash, [str(mail) for mail in mails]
