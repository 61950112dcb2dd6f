"""The call list: who is called in which order, and what became of each call, without JavaScript."""

import html
import re
from datetime import datetime, timedelta

import httpx
import pytest

from service import words
from service.flow import calls, campaigns, intakes, principal, reviews, rosteracts
from service.models import AuditRecord, Call, Campaign, Contact, Staff
from service.pages import calls as pages
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.build import AN_LAO, PHU_LIEN
from tests.service.flow.mailroom import FOUR
from tests.service.pages.test_sendnow import at

pytestmark = pytest.mark.anyio

EQUALS_CAM_GIANG, CAM_GIANG = FOUR[2:]


@pytest.fixture
async def made(house: House) -> scenes.Office:
    found = await scenes.office(house.settings, scenes.PUBLISHED)
    await scenes.contacts(leaders=114)
    await Contact.filter(unit__code=PHU_LIEN).update(phone="")
    await Contact.filter(unit__code=AN_LAO, role="official").update(phone="0225 3842 123 máy lẻ 12 / 0912345678")
    return found


@pytest.fixture
async def campaign(house: House, made: scenes.Office) -> Campaign:
    found = await scenes.campaign(house.settings, made, scenes.PUBLISHED, roster=FOUR)
    await campaigns.publish(house.settings, found.id, principal.SYSTEM, scenes.PUBLISHED)
    await at(house, made, datetime(2025, 7, 16, 9, 0, tzinfo=ZONE))
    return found


async def told(house: House, campaign: Campaign, code: str, address: str = "", **values: str) -> httpx.Response:
    """Write a call down as a browser does."""
    path = f"/campaigns/{campaign.id}/calls/{code}"
    page = (await house.client.get(f"{path}{address}")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(request|corrects)" value="([^"]+)"', page))
    data = {"csrf": scenes.csrf(page), "number": "", "promised_on": "", "note": "", **hidden, **values}
    return await house.client.post(path, data=data)


def order(page: str) -> list[str]:
    return re.findall(r'<tr id="unit-(\d+)">', page)


async def test_promises_that_passed_come_first_then_overdue_then_due(
    house: House, made: scenes.Office, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/campaigns/{campaign.id}/calls"
    page = (await house.client.get(path)).text
    assert len(order(page)) == 4
    assert "Chưa đến hạn: 4" in page
    assert 'href="tel:02253842123">02253842123 (12)</a>' in page
    assert 'href="tel:0912345678"' in page
    assert "1 đơn vị chưa có số điện thoại." in page
    for code, day in ((CAM_GIANG, "2025-07-17"), (AN_LAO, "22/7/2025")):
        answer = await told(house, campaign, code, outcome="promised", promised_on=day, note="Chị Hồng hẹn")
        assert answer.headers["location"] == f"{path}#unit-{code}"
    await told(house, campaign, PHU_LIEN, outcome="no_answer", promised_on="2025-07-17")  # a day of no promise
    await at(house, made, datetime(2025, 7, 18, 17, 0, 1, tzinfo=ZONE))
    page = (await house.client.get(path)).text
    # Whoever was never called comes before whoever was, of those that are due at the same time.
    assert order(page) == [CAM_GIANG, EQUALS_CAM_GIANG, PHU_LIEN, AN_LAO]
    for heading in ("Đã quá ngày hẹn: 1", "Quá hạn: 2", "Đã hẹn, chưa đến ngày: 1"):
        assert heading in page
    await at(house, made, datetime(2025, 7, 22, 8, 0, tzinfo=ZONE))
    page = (await house.client.get(path)).text
    assert order(page) == [CAM_GIANG, AN_LAO, EQUALS_CAM_GIANG, PHU_LIEN]
    assert "Hẹn gửi hôm nay: 1" in page
    assert (await house.client.get(f"{path}?q=phu lien")).text.count('<tr id="unit-') == 1
    monkeypatch.setattr(pages, "PER_PAGE", 3)
    last = (await house.client.get(f"{path}?kind=xa&page=9")).text
    assert order(last) == [CAM_GIANG, AN_LAO, EQUALS_CAM_GIANG]
    last = (await house.client.get(f"{path}?page=9")).text
    assert order(last) == [PHU_LIEN]
    assert "Quá hạn: 2" in last, "counted over all pages"
    assert f'rel="prev" href="{path}?page=1"' in last


async def test_a_call_is_corrected_and_taken_back_and_all_of_it_is_kept(
    house: House, made: scenes.Office, campaign: Campaign
) -> None:
    await told(house, campaign, AN_LAO, outcome="wrong_number", number="0912345678")
    path = f"/campaigns/{campaign.id}/calls/{AN_LAO}"
    assert "sai số" in (await house.client.get(f"/campaigns/{campaign.id}/calls")).text
    first = await Call.get()
    house.clock.forward(timedelta(hours=1))
    form = (await house.client.get(f"{path}?fix={first.id}")).text
    assert 'value="wrong_number" checked' in form
    answer = await told(
        house, campaign, AN_LAO, f"?fix={first.id}", outcome="promised", promised_on="2025-07-16", note="gọi lại được"
    )
    assert answer.status_code == 303
    second = await Call.get(corrects=first.id)
    assert (second.at, second.by) == (first.at, first.by)
    twice = await told(house, campaign, AN_LAO, outcome="reached", corrects=str(first.id))
    assert "đã được sửa hoặc bỏ ở nơi khác" in (await house.client.get(twice.headers["location"])).text
    page = (await house.client.get(path)).text
    assert "Đã sửa hoặc bỏ lúc" in page
    undo = {"csrf": scenes.csrf(page), "call": str(second.id)}
    for _click in range(2):
        assert (await house.client.post(f"{path}/undo", data=undo)).status_code == 303
    assert "chưa gọi" in (await house.client.get(f"/campaigns/{campaign.id}/calls")).text
    history = await calls.of_invitation(second.invitation_id)
    assert [(one.call.id, bool(one.undone_by)) for one in history] == [(second.id, True), (first.id, True)]
    assert history[0].by == "chuyên viên Trần Thị Lan"
    acts = await AuditRecord.filter(subject=f"invitation:{second.invitation_id}").order_by("seq")
    assert [act.action for act in acts if act.action.startswith("call")] == ["call.record", "call.record", "call.undo"]
    assert "gọi lại được" not in str([act.data for act in acts])


async def test_pressed_twice_it_is_one_call(house: House, made: scenes.Office, campaign: Campaign) -> None:
    path = f"/campaigns/{campaign.id}/calls/{AN_LAO}"
    page = (await house.client.get(path)).text
    request = re.search(r'name="request" value="(\w+)"', page)
    assert request
    data = {"csrf": scenes.csrf(page), "request": request[1], "outcome": "reached"}
    for _press in range(2):
        assert (await house.client.post(path, data=data)).status_code == 303
    assert await Call.all().count() == 1
    told_there = (await house.client.get(f"/campaigns/{campaign.id}/units/{AN_LAO}")).text
    assert "Gọi được" in told_there


async def test_what_is_wrong_is_told_beside_its_field_and_kept(
    house: House, made: scenes.Office, campaign: Campaign
) -> None:
    bad = [
        ({"note": "đã gọi"}, "Vui lòng chọn kết quả cuộc gọi."),
        ({"outcome": "hung_up"}, "Vui lòng chọn kết quả cuộc gọi."),
        ({"outcome": "promised"}, "từ ngày gọi trở đi, ví dụ 17/7/2025."),
        ({"outcome": "promised", "promised_on": "2025-07-15"}, "từ ngày gọi trở đi"),
        ({"outcome": "promised", "promised_on": "2099-07-15"}, "từ ngày gọi trở đi"),
        ({"outcome": "reached", "number": "không"}, "không có chữ số"),
        ({"outcome": "reached", "note": "x" * 2001}, "dài quá 2.000 ký tự"),
        ({"outcome": "reached", "request": "1"}, "Trang đã cũ"),
    ]
    for values, message in bad:
        answer = await told(house, campaign, AN_LAO, **values)
        assert answer.status_code == 422, values
        assert message in answer.text, values
    assert "đã gọi" in (await told(house, campaign, AN_LAO, note="đã gọi")).text
    assert not await Call.exists()
    assert (await told(house, campaign, AN_LAO, outcome="reached", corrects="99")).status_code == 404
    assert (await house.client.get(f"/campaigns/{campaign.id}/calls/99999")).status_code == 404


async def test_a_correction_is_owed_by_its_own_due_time(house: House, made: scenes.Office, campaign: Campaign) -> None:
    who = principal.staff(made.staff.id)
    await told(house, campaign, AN_LAO, outcome="promised", promised_on="2025-07-17")
    house.clock.forward(timedelta(hours=1))
    document = intakes.Document("paper", "7/BC", None, datetime(2025, 7, 16, 9, 0, tzinfo=ZONE))
    await intakes.record(house.settings, campaign.id, AN_LAO, document, who, house.clock())
    await at(house, made, datetime(2025, 7, 21, 9, 0, tzinfo=ZONE))
    await reviews.hand_back(house.settings, campaign.id, AN_LAO, "Bổ sung mục E.", who, house.clock())
    page = (await house.client.get(f"/campaigns/{campaign.id}/calls")).text
    assert "Quá hạn: 3" in page
    assert "3 đơn vị chưa gửi báo cáo. 1 đơn vị được đề nghị chỉnh sửa, bổ sung và chưa gửi lại." in page
    assert "Đã quá ngày hẹn" not in page, "what was promised was sent"
    assert order(page)[-1] == AN_LAO
    assert "hạn 17:00 thứ Tư, 23/7/2025" in page
    text = (await house.client.get(f"/campaigns/{campaign.id}/zalo")).text
    assert "còn 3 đơn vị chưa gửi báo cáo" in text
    assert "xã An Lão (hạn 17:00 thứ Tư, 23/7/2025)" in text


async def test_a_viewer_looks_and_all_answered_leaves_nobody(
    house: House, made: scenes.Office, campaign: Campaign
) -> None:
    await told(house, campaign, AN_LAO, outcome="reached")
    await scenes.log_in(house.client, await Staff.get(username="xem"), house.clock())
    path = f"/campaigns/{campaign.id}/calls"
    assert "Ghi cuộc gọi" not in (await house.client.get(path)).text
    assert f'<form method="post" action="{path}' not in (await house.client.get(f"{path}/{AN_LAO}")).text
    for code in FOUR:
        who = principal.staff(made.staff.id)
        await rosteracts.exempt(house.settings, campaign.id, code, "Sáp nhập.", who, house.clock())
    assert "Không còn ai phải gọi" in (await house.client.get(path)).text


async def test_the_text_for_a_chat_group_has_who_was_chosen_and_no_personal_link(
    house: House, made: scenes.Office, campaign: Campaign
) -> None:
    path = f"/campaigns/{campaign.id}/zalo"
    page = (await house.client.get(path)).text
    text = re.search(r'<textarea id="text"[^>]*>(.*?)</textarea>', page, re.S)
    assert text
    assert "còn 4 đơn vị chưa gửi báo cáo" in text[1]
    assert "(còn 2 ngày làm việc)" in text[1]
    assert "xã An Lão" in text[1]
    assert "mở http://phieu.test/vao, chọn đơn vị" in text[1]
    assert "/p/" not in text[1]
    length = words.number(len(html.unescape(text[1])))
    assert f'<strong id="length">{length}</strong>' in page
    who = principal.staff(made.staff.id)
    await rosteracts.exempt(house.settings, campaign.id, AN_LAO, "Sáp nhập.", who, house.clock())
    some = (await house.client.get(f"{path}?states=unopened&by=kind&kind=xa")).text
    assert "còn 2 đơn vị" in some
    assert "• Xã (2): xã Cẩm Giang, xã Cẩm Giàng\n" in some
    assert "Không có đơn vị nào phù hợp" in (await house.client.get(f"{path}?states=begun&by=kind")).text
    nobody = await house.client.get(f"{path}?by=kind")
    assert nobody.status_code == 422
    assert "chọn ít nhất một nhóm đơn vị" in nobody.text
