"""The other way in as a browser without JavaScript sees it; what a stranger can learn from it."""

import re
from datetime import timedelta

import httpx
import pytest

from reminders.models import Message
from service.flow import attempts, campaigns, codes, reminding
from service.flow.principal import SYSTEM
from service.flow.terms import Due
from service.models import Campaign, Contact, EntryCode, Unit
from service.web import STAFF_COOKIE, UNIT_COOKIE
from service.words import ZONE
from tests.conftest import House
from tests.service import build, scenes
from tests.service.build import AN_LAO, Survey
from tests.service.pages.test_monitor import plain
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio

WRONG = "0000 0000"


async def ask(house: House, survey: Survey, email: str, search: str = "an lao") -> httpx.Response:
    visitor = Visitor(house, survey)
    await visitor.open("/vao")
    return await visitor.post("/vao", {"search": search, "email": email})


async def mailed(house: House) -> str:
    """The code in the newest mail, as the page of the local mailbox shows it."""
    message = await Message.filter(kind="code").order_by("-id").first()
    assert message is not None
    text = await reminding.as_received(house.settings, message, house.clock())
    (code,) = re.findall(r"^\d{4} \d{4}$", text, re.M)
    return str(code)


async def test_the_site_opens_on_the_way_in_of_units_and_the_code_leads_to_the_survey(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    visitor = Visitor(house, survey)
    page = await visitor.open("/")
    assert page.url.path == "/vao"
    assert 'href="/login"' in page.text
    assert 'value="Xã An Lão (11629)"' in page.text
    page = await visitor.post("/vao", {"search": "Xã An Lão (11629)", "email": " ANLAO@haiphong.example "})
    assert page.url.path == "/vao/ma"
    assert "Nếu địa chỉ này đã đăng ký cho đơn vị, mã sẽ đến trong vài phút" in page.text
    assert "Mã dùng được trong 10 phút, đến 08:40 ngày 8/6/2026" in page.text
    page = await visitor.post("/vao/ma", {"code": "12345"})
    assert "Mã gồm 8 chữ số" in page.text
    page = await visitor.post("/vao/ma", {"code": WRONG})
    assert (page.status_code, "Còn 5 lần thử" in page.text) == (422, True)
    typed = {"code": await mailed(house)}
    csrf = visitor.csrf()
    page = await visitor.post("/vao/ma", typed)
    assert page.url.path == f"/u/{survey.id}", "straight in where there is one survey"
    again = await house.client.post("/vao/ma", data={**typed, "csrf": csrf})
    assert (again.status_code, again.headers["location"]) == (303, f"/u/{survey.id}"), "a button pressed twice"
    record = await scenes_record(house, survey)
    assert "Vào bằng mã dùng một lần" in record

    await visitor.open(f"/u/{survey.id}")
    left = await visitor.post("/u/leave", {})
    assert 'href="/vao"' in left.text
    assert (await house.client.get("/vao/phieu")).headers["location"] == "/vao"
    ended = await house.client.get(f"/u/{survey.id}")
    assert (ended.status_code, 'href="/vao"' in ended.text) == (401, True)
    unknown = await house.client.get("/p/1-aaaaaaaaaaaaaaaaaaaaaaaa")
    assert (unknown.status_code, 'href="/vao"' in unknown.text) == (404, True)


async def scenes_record(house: House, survey: Survey) -> str:
    """The record of An Lão as staff read it."""
    kept = dict(house.client.cookies)
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record")
    house.client.cookies.clear()
    house.client.cookies.update({name: value for name, value in kept.items() if name != STAFF_COOKIE})
    return plain(page.text)


async def test_known_and_unknown_addresses_are_answered_alike(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    seen = []
    for email in (survey.contact.email, "ai.do@haiphong.example"):
        house.client.cookies.clear()
        page = await house.client.get("/vao")
        given = {"csrf": scenes.csrf(page.text), "search": AN_LAO, "email": email}
        answer = await house.client.post("/vao", data=given)
        cookies = [re.sub(r"=[^;]*", "", one, count=1) for one in answer.headers.get_list("set-cookie")]
        after = await house.client.get(answer.headers["location"])
        tried = await house.client.post("/vao/ma", data={"csrf": scenes.csrf(after.text), "code": WRONG})
        pages = [re.sub(r'name="csrf" value="\w+"', "", one.text).replace(email, "…") for one in (answer, after, tried)]
        seen.append((answer.status_code, answer.headers["location"], cookies, after.status_code, tried.status_code))
        seen[-1] += tuple(pages)
    assert seen[0] == seen[1]
    assert await Message.filter(kind="code").count() == 1


async def test_what_is_wrong_is_told_beside_the_field_with_what_was_typed(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    page = await ask(house, survey, "không phải địa chỉ", "")
    assert page.status_code == 422
    assert "Vui lòng ghi tên hoặc mã đơn vị." in page.text
    assert 'value="không phải địa chỉ"' in page.text
    page = await ask(house, survey, "a@b.vn", "Hà Nội")
    assert "Không tìm thấy đơn vị “Hà Nội”" in page.text
    visitor = Visitor(house, survey)
    await visitor.open("/vao")
    page = await visitor.post("/vao", {"search": "cam giang", "email": "a@b.vn"})
    assert "Vui lòng chọn đúng đơn vị" in page.text
    assert all(f'name="unit" value="{code}"' in page.text for code in ("10888", "10903"))
    page = await visitor.post("/vao", {"search": "cam giang", "unit": "10903", "email": "a@b.vn"})
    assert "Xã Cẩm Giàng" in page.text
    assert not await EntryCode.exclude(unit__code="10903").exists(), "nothing was asked for before"
    # A choice belongs to the search it was made for.
    await visitor.open("/vao")
    await visitor.post("/vao", {"search": "cam giang", "email": "a@b.vn"})
    page = await visitor.post("/vao", {"search": "An Lão", "unit": "10903", "email": "a@b.vn"})
    assert "Xã An Lão" in page.text
    for _ in range(codes.ASKED_HERE):
        page = await ask(house, survey, "c@b.vn")
        assert page.status_code == 200
    page = await ask(house, survey, "c@b.vn")
    assert (page.status_code, "Vui lòng đợi 15 phút" in page.text) == (429, True)
    house.clock.forward(attempts.WINDOW)
    assert (await ask(house, survey, "c@b.vn")).status_code == 200


async def test_a_code_that_is_over_says_so_and_another_is_asked_for_with_one_press(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    assert (await house.client.get("/vao/ma")).headers["location"] == "/vao"
    visitor = Visitor(house, survey)
    await visitor.open("/vao")
    await visitor.post("/vao", {"search": AN_LAO, "email": survey.contact.email})
    for _ in range(codes.TRIES):
        page = await visitor.post("/vao/ma", {"code": WRONG})
    assert "nhập sai quá số lần cho phép" in page.text
    assert 'name="code"' not in page.text
    page = await visitor.post("/vao", {})
    assert page.url.path == "/vao/ma"
    house.clock.forward(codes.VALID)
    code = await mailed(house)
    over = await house.client.post("/vao/ma", data={"csrf": visitor.csrf(), "code": code})
    assert (over.status_code, "đã quá 10 phút" in over.text) == (409, True)
    assert UNIT_COOKIE not in house.client.cookies
    # Another browser holds no request, whatever it types.
    await visitor.open("/vao/ma")
    await visitor.post("/vao", {})
    house.client.cookies.clear()
    other = await house.client.post("/vao/ma", data={"csrf": visitor.csrf(), "code": await mailed(house)})
    assert (other.status_code, other.headers["location"]) == (303, "/vao")
    assert UNIT_COOKIE not in house.client.cookies


async def another(house: House, survey: Survey) -> Campaign:
    """A second survey of the same units, due two working days from now."""
    due = Due(at=(house.clock().astimezone(ZONE) + timedelta(days=2)).replace(hour=17, minute=0))
    terms = build.terms(survey.campaign.form_id, survey.staff, house.clock(), title="Khảo sát nhanh", due=due)
    found = await campaigns.create(house.settings, terms, SYSTEM, house.clock())
    await campaigns.publish(house.settings, found.id, SYSTEM, house.clock())
    return found


async def test_several_surveys_are_chosen_from_by_due_time_and_none_is_told_kindly(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    sooner = await another(house, survey)
    visitor = Visitor(house, survey)
    await visitor.open("/vao")
    await visitor.post("/vao", {"search": AN_LAO, "email": survey.contact.email})
    page = await visitor.post("/vao/ma", {"code": await mailed(house)})
    assert page.url.path == "/vao/phieu"
    text = plain(page.text)
    assert text.index("Khảo sát nhanh") < text.index(survey.campaign.title)
    assert "còn 2 ngày làm việc" in text
    assert UNIT_COOKIE not in house.client.cookies, "looking at them enters none"
    page = await visitor.post(f"/vao/phieu/{sooner.id}", {})
    assert page.url.path == f"/u/{sooner.id}"
    assert (await house.client.post("/vao/phieu/999", data={"csrf": visitor.csrf()})).status_code in (403, 404)

    house.client.cookies.clear()
    house.clock.forward(timedelta(days=30))
    await visitor.open("/vao")
    await visitor.post("/vao", {"search": AN_LAO, "email": survey.contact.email})
    page = await visitor.post("/vao/ma", {"code": await mailed(house)})
    assert "Hiện đơn vị không có phiếu nào cần điền" in page.text
    assert "Vào xem" in page.text
    await Contact.create(unit=await Unit.get(code="11002"), role="official", email="moi@haiphong.example")
    await visitor.open("/vao")
    await visitor.post("/vao", {"search": "11002", "email": "moi@haiphong.example"})
    page = await visitor.post("/vao/ma", {"code": await mailed(house)})
    assert "thư mời sẽ được gửi đến hộp thư này" in page.text
