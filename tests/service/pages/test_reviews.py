"""The review: the queue, a report beside what it is judged by, remarks by question, two colleagues, what changed."""

import html
import re
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from reminders.models import Message
from service import life
from service.flow import accounts, assignments, campaigns, claims, principal
from service.models import Event, EventNote, Invitation, Remark, Staff
from tests.conftest import House
from tests.service import build, scenes
from tests.service.api.conftest import Api, client
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey
from tests.service.pages.test_summary import answers, send

pytestmark = pytest.mark.anyio
DAYS = {"due_mode": "days", "due_days": "2", "due_kind": "working_day", "due_on": "", "due_time": ""}


@pytest.fixture
async def api(house: House) -> Api:
    return await client(house)


@pytest.fixture
async def survey(house: House, api: Api) -> Survey:
    """An Lão and Phù Liễn have sent; their colleague Lan looks at it an hour later."""
    found = await build.survey(house.settings, house.clock(), allow_nil=True)
    await send(api, found.id, AN_LAO)
    await send(api, found.id, PHU_LIEN, nil="Không có hồ sơ")
    house.clock.forward(timedelta(hours=1))
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


async def get(house: House, path: str, status: int = 200) -> str:
    answer = await house.client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


async def decide(house: House, survey: Survey, code: str = AN_LAO, page: str = "", **values: str) -> httpx.Response:
    """Press a button of the review page as it was drawn."""
    path = f"/campaigns/{survey.id}/reviews/{code}"
    page = page or await get(house, path)
    seen = re.findall(r'name="seen" value="(\d+)"', page)[0]
    data = {"csrf": scenes.csrf(page), "seen": seen, "remark": "", **DAYS, **values}
    return await house.client.post(path, data=data)


async def press(house: House, path: str, **values: str) -> httpx.Response:
    page = await get(house, path.removesuffix("/take").removesuffix("/let-go"))
    return await house.client.post(path, data={"csrf": scenes.csrf(page), **values})


def block(page: str, key: str) -> str:
    """One answer of the review page, in plain text."""
    part = page.partition(f'id="a-{key}">')[2].partition('<div class="answer')[0]
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", part)).split())


async def colleague(house: House) -> Staff:
    return await accounts.create("minh", "Đỗ Văn Minh", "staff", house.clock())


async def test_the_queue_is_filtered_and_names_who_has_what(house: House, survey: Survey) -> None:
    path = f"/campaigns/{survey.id}/reviews"
    page = await get(house, path)
    assert re.findall(r'<tr id="unit-(\d+)">', page) == [PHU_LIEN, AN_LAO]
    assert "không phát sinh" in page
    for query, codes in {"?q=phu+lien": [PHU_LIEN], "?kind=xa": [AN_LAO], "?doubtful=1": [], "?mine=1": []}.items():
        found = await get(house, path + query)
        assert re.findall(r'<tr id="unit-(\d+)">', found) == codes
        assert ("Vui lòng bỏ bớt điều kiện lọc" in found) is not codes
    assert f'href="{path}">2 báo cáo chờ kiểm tra' in await get(house, "/")
    assert "Kiểm tra báo cáo (2)" in await get(house, f"/campaigns/{survey.id}")
    minh = await colleague(house)
    await claims.take(survey.id, AN_LAO, minh.id, house.clock())
    assert "Đỗ Văn Minh" in await get(house, path)
    went = await press(house, path)
    assert went.headers["location"] == f"{path}/{PHU_LIEN}", "the one that nobody has"
    assert "Anh/chị đang kiểm tra báo cáo này" in await get(house, went.headers["location"])
    assert re.findall(r'<tr id="unit-(\d+)">', await get(house, f"{path}?mine=1")) == [PHU_LIEN]
    await assignments.assign([AN_LAO, PHU_LIEN], survey.staff.id, principal.staff(1), house.clock())
    await press(house, f"{path}/{PHU_LIEN}/let-go")
    page = await get(house, f"{path}?mine=1")
    assert re.findall(r'<tr id="unit-(\d+)">', page) == [PHU_LIEN], "own units, but not what a colleague looks at"
    assert f"phụ trách đơn vị: {survey.staff.name}" in page
    assert not await claims.of((await Invitation.get(campaign_id=survey.id, code=PHU_LIEN)).id, house.clock())


async def test_what_nobody_waits_for_and_what_was_not_sent(house: House, api: Api) -> None:
    survey = await build.survey(house.settings, house.clock())
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = await get(house, f"/campaigns/{survey.id}/reviews")
    assert "Không có báo cáo nào chờ kiểm tra" in page
    await get(house, f"/campaigns/{survey.id}/reviews/{AN_LAO}", 404)
    await get(house, f"/campaigns/{survey.id}/reviews/99999", 404)


async def test_remarks_reach_mail_and_fields_and_what_changed_is_shown(house: House, api: Api, survey: Survey) -> None:
    here = f"/campaigns/{survey.id}/reviews/{AN_LAO}"
    said = "Đề nghị kiểm tra lại: lệch sổ."
    back = await decide(
        house,
        survey,
        verdict="return",
        **{"r:e/e_direct": "Số <b>trực tiếp</b>?", "d:e/e_online": said, "r:e/e_recv": " "},
    )
    assert back.headers["location"] == f"/campaigns/{survey.id}/reviews/{PHU_LIEN}", "on to the next"
    assert [(r.key, r.text) for r in await Remark.all().order_by("place")] == [
        ("e/e_online", said),
        ("e/e_direct", "Số <b>trực tiếp</b>?"),
    ]
    mailed = (await EventNote.get()).text.splitlines()
    assert mailed[0].endswith(f"nộp trực tuyến”: {said}")
    assert mailed[1].endswith("”: Số <b>trực tiếp</b>?")
    assert await Message.filter(template="returned", unit=AN_LAO).count() == 1
    link = survey.address(house.settings)
    await house.client.post(link, data={"csrf": scenes.csrf(await get(house, link))})
    overview = await get(house, f"/u/{survey.id}")
    assert overview.count("có đề nghị chỉnh sửa") == 1
    section = await get(house, f"/u/{survey.id}/s/e")
    assert 'id="k-e/e_direct"' in section
    assert "Số &lt;b&gt;trực tiếp&lt;/b&gt;?" in section
    assert 'id="k-e/e_recv"' not in section
    house.clock.forward(timedelta(hours=1))
    fixed = answers(e_online=1040, e_direct=102)
    answer = await api.post(
        f"/campaigns/{survey.id}/invitations/{AN_LAO}/submissions", {"answers": fixed}, idempotency_key="hai"
    )
    assert answer.status_code == 201
    page = await get(house, here)
    assert block(page, "e/e_online").startswith("E2a. Trong đó: nộp trực tuyến Trước: 1.048 Nay: 1.040")
    assert f"Đã đề nghị: {said}" in block(page, "e/e_online")
    assert "Trước" not in block(page, "e/e_recv")
    assert "2 câu đã đổi" in page
    done = await decide(house, survey, verdict="accept")
    assert done.status_code == 303
    assert (await Invitation.get(id=survey.invitation.id)).state == life.State.ACCEPTED
    later = await get(house, here)
    assert "không chờ kiểm tra" in later
    assert 'value="accept"' not in later
    assert 'value="return"' in later, "an accepted one may still be handed back"


async def test_what_is_wrong_with_a_verdict_is_told_and_nothing_typed_is_lost(house: House, survey: Survey) -> None:
    typed = {"r:e/e_direct": "Số trực tiếp?"}
    unsent = await decide(house, survey, verdict="accept", **typed)
    nothing = await decide(house, survey, verdict="return")
    wrong_due = await decide(house, survey, verdict="return", **typed, due_days="x")
    for answer, words in ((unsent, "chưa xác nhận đạt"), (nothing, "Vui lòng ghi nội dung"), (wrong_due, "Số ngày")):
        assert answer.status_code == 422
        assert words in html.unescape(answer.text)
    for answer in (unsent, wrong_due):
        assert ">\nSố trực tiếp?</textarea>" in answer.text
    gone = await decide(house, survey, verdict="return", **{"r:e/gone": "x"})
    assert "không có câu" in gone.text
    blind = await decide(house, survey, verdict="accept", seen="x")
    assert blind.status_code == 409
    assert not await Event.exists(act__in=["accept", "return"])


async def test_a_second_press_is_no_error_and_enter_decides_nothing(house: House, survey: Survey) -> None:
    drawn = await get(house, f"/campaigns/{survey.id}/reviews/{AN_LAO}")
    entered = await decide(house, survey, page=drawn, verdict="", remark="Xem lại.")
    assert entered.status_code == 200
    assert "Xem lại." in entered.text
    assert not await Event.exists(act__in=["accept", "return"])
    for _press in range(2):
        done = await decide(house, survey, page=drawn, verdict="accept")
        assert done.headers["location"] == f"/campaigns/{survey.id}/reviews/{PHU_LIEN}"
    assert await Event.filter(act="accept").count() == 1


async def test_after_closing_a_report_may_be_accepted_but_not_handed_back(house: House, survey: Survey) -> None:
    house.clock.forward(timedelta(days=15))
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = await get(house, f"/campaigns/{survey.id}/reviews/{AN_LAO}")
    assert "Đợt khảo sát đã đóng" in page
    assert 'value="return"' not in page
    assert (await decide(house, survey, verdict="return", remark="Xem lại.")).status_code == 409
    assert (await decide(house, survey, verdict="accept")).status_code == 303


async def test_two_colleagues_do_not_collide(house: House, survey: Survey) -> None:
    here = f"/campaigns/{survey.id}/reviews/{AN_LAO}"
    drawn = await get(house, here)
    await press(house, f"{here}/take")
    minh = await colleague(house)
    await scenes.log_in(house.client, minh, house.clock())
    page = await get(house, here)
    assert f"{survey.staff.name} đang kiểm tra báo cáo này" in page
    assert 'value="accept"' not in page
    data = {"csrf": scenes.csrf(page), "seen": "99", "remark": "Xem lại.", "verdict": "return", **DAYS}
    held = await house.client.post(here, data=data)
    assert held.status_code == 409
    assert "Xem lại." in held.text
    refused = await press(house, f"{here}/take")
    assert refused.headers["location"] == here
    again = await press(house, f"{here}/take", over="1", remark="Xem lại.")
    assert "Anh/chị đang kiểm tra báo cáo này" in again.text
    assert "Xem lại." in again.text, "taking over keeps what was typed"
    decided = await decide(house, survey, verdict="return", **{"r:e/e_direct": "Số trực tiếp?"})
    assert decided.status_code == 303
    await scenes.log_in(house.client, survey.staff, house.clock())
    late = await decide(
        house,
        survey,
        page=drawn.replace(scenes.csrf(drawn), scenes.csrf(await get(house, "/"))),
        verdict="return",
        remark="Ý kiến của Lan",
    )
    assert late.status_code == 409
    told = html.unescape(late.text)
    assert "Đề nghị chỉnh sửa, bổ sung lúc" in told
    assert "chuyên viên Đỗ Văn Minh" in told
    assert "Ý kiến của Lan" in told
    assert await Event.filter(act="return").count() == 1


async def test_last_period_and_doubts_stand_beside_the_answers(house: House, api: Api, survey: Survey) -> None:
    house.clock.forward(timedelta(days=30))
    terms = build.terms(
        survey.campaign.form_id,
        survey.staff,
        house.clock(),
        title="Khảo sát tháng 9",
        period_from=date(2025, 9, 1),
        period_to=date(2025, 9, 30),
    )
    second = await campaigns.create(house.settings, terms, principal.SYSTEM, house.clock())
    await campaigns.publish(house.settings, second.id, principal.SYSTEM, house.clock())
    more: dict[str, Any] = deepcopy(AN_LAO_ANSWERS)
    more["e"] |= {"e_recv": 2284, "e_direct": 1236, "e_proc": 1204, "e_recv_explanation": "Nhận hồ sơ của xã cũ"}
    await send(api, second.id, AN_LAO, answers=more)
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = await get(house, f"/campaigns/{second.id}/reviews/{AN_LAO}")
    told = block(page, "e/e_recv")
    assert "2.284 Kỳ trước: 1.142 ; trung vị 2.284 của 1 xã" in told
    assert "thay đổi lớn so với kỳ trước: từ 1.142 lên 2.284 (tăng 100,00%, ngưỡng 30%)" in told
    assert "Nhận hồ sơ của xã cũ" in page, "the unit's explanation is an answer like any other"
    assert re.findall(r'<tr id="unit-(\d+)">', await get(house, f"/campaigns/{second.id}/reviews?doubtful=1")) == [
        AN_LAO
    ]


async def test_a_nil_return_is_judged_by_its_reason(house: House, survey: Survey) -> None:
    page = await get(house, f"/campaigns/{survey.id}/reviews/{PHU_LIEN}")
    assert "Không có hồ sơ" in page
    assert 'id="a-' not in page
    wrong = await decide(house, survey, PHU_LIEN, verdict="return", **{"r:e/e_recv": "x"})
    assert wrong.status_code == 422
    assert (await decide(house, survey, PHU_LIEN, verdict="return", remark="Có phát sinh.")).status_code == 303


async def test_a_viewer_looks_and_decides_nothing(house: House, survey: Survey) -> None:
    viewer = await accounts.create("xem", "Phạm Văn Xem", "viewer", house.clock())
    await scenes.log_in(house.client, viewer, house.clock())
    path = f"/campaigns/{survey.id}/reviews"
    page = await get(house, path) + await get(house, f"{path}/{AN_LAO}")
    assert 'method="post" action="/campaigns' not in page
    for address in (path, f"{path}/{AN_LAO}", f"{path}/{AN_LAO}/take", f"{path}/{AN_LAO}/let-go"):
        assert (await house.client.post(address, data={})).status_code == 403
