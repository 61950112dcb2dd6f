"""One unit's due time and place on the roster, changed on its page: told first, confirmed, undone."""

import re
from datetime import datetime, timedelta

import httpx
import pytest

from service.flow import submissions
from service.models import Event, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import build, scenes
from tests.service.build import AN_LAO, Survey

pytestmark = pytest.mark.anyio
EXTEND = {"due_mode": "days", "due_days": "2,5", "due_kind": "working_day", "reason": "Mất điện do bão"}


@pytest.fixture
async def survey(house: House) -> Survey:
    found = await build.survey(house.settings, house.clock())
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


async def post(house: House, survey: Survey, act: str, **values: str) -> httpx.Response:
    here = f"/campaigns/{survey.id}/units/{AN_LAO}"
    token = scenes.csrf((await house.client.get(here)).text)
    return await house.client.post(f"{here}/{act}", data={"csrf": token, **values}, follow_redirects=True)


async def test_an_extension_is_shown_with_its_reasons_and_then_confirmed(house: House, survey: Survey) -> None:
    shown = await post(house, survey, "extend", **EXTEND)
    assert "Hạn hiện tại: 17:00 thứ Hai, 15/6/2026." in shown.text
    assert "<strong>11:30 thứ Năm, 18/6/2026</strong>" in shown.text
    assert "<li>không tính ngày 15/6</li>" in shown.text
    assert "<li>buổi sáng thứ Năm 18/6 là nửa ngày</li>" in shown.text
    assert "Mất điện do bão" in shown.text
    assert not await Event.exists(act="extend"), "nothing happens before it is confirmed"
    confirm = re.search(r'name="confirm" value="([^"]+)"', shown.text)
    assert confirm
    done = await post(house, survey, "extend", **EXTEND, confirm=confirm[1])
    assert "Đã gia hạn đến 11:30 thứ Năm, 18/6/2026." in done.text
    assert "đã gia hạn; hạn ban đầu" in done.text
    row = await Invitation.get(id=survey.invitation.id)
    assert row.due_at == datetime(2026, 6, 18, 11, 30, tzinfo=ZONE)
    again = await post(house, survey, "extend", **EXTEND, confirm=confirm[1])
    assert again.status_code == 200, "a second click does nothing more"
    assert await Event.filter(act="extend").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "Vui lòng ghi lý do"),
        ({"due_days": "1,3"}, "nửa ngày"),
        ({"due_mode": "at", "due_on": ""}, "Vui lòng chọn hạn gửi"),
        ({"due_mode": "at", "due_on": "2026-06-01"}, "phải sau"),
        ({"due_mode": "at", "due_on": "2027-01-01"}, "không được sau thời điểm đóng"),
    ],
)
async def test_what_is_wrong_is_told_and_what_was_typed_stays(
    house: House, survey: Survey, changes: dict[str, str], words: str
) -> None:
    answer = await post(house, survey, "extend", **(EXTEND | {"due_on": "2026-06-30"} | changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert '<details class="card" id="extend" open>' in answer.text
    if "reason" not in changes:
        assert "Mất điện do bão" in answer.text
    assert not await Event.exists(act="extend")


async def test_off_the_roster_and_back(house: House, survey: Survey) -> None:
    answer = await post(house, survey, "exempt", reason="Sáp nhập")
    assert answer.status_code == 422
    assert "Vui lòng đánh dấu xác nhận" in answer.text
    assert "Sáp nhập" in answer.text
    done = await post(house, survey, "exempt", reason="Sáp nhập", confirm="1")
    assert "Đã đưa đơn vị ra khỏi diện báo cáo" in done.text
    assert 'id="include"' in done.text
    assert 'id="extend"' not in done.text
    back = await post(house, survey, "include", reason="Nhầm <b>xã</b>")
    assert "Đã đưa đơn vị trở lại diện báo cáo." in back.text
    assert "Nhầm &lt;b&gt;xã&lt;/b&gt;" in back.text
    assert (await Invitation.get(id=survey.invitation.id)).state == "not_sent"
    twice = await post(house, survey, "include", reason="Nhầm")
    assert "nên không làm được việc này" in twice.text


async def test_a_report_is_handed_back_until_a_due_time(house: House, survey: Survey) -> None:
    await Invitation.filter(id=survey.invitation.id).update(state="submitted", first_sent_at=house.clock())
    due = {"due_mode": "at", "due_on": "2026-06-11", "due_time": "11:30"}
    answer = await post(house, survey, "return", remark="Sửa mục E", **(due | {"due_on": "2026-06-07"}))
    assert answer.status_code == 422
    assert "Sửa mục E" in answer.text
    page = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}")).text
    assert 'id="return_due_on" name="due_on" value="2026-06-15"' in page, "not before the report's own due time"
    assert "Hạn bổ sung không nên sớm hơn" in page
    done = await post(house, survey, "return", remark="Sửa mục E", **due)
    assert "hạn bổ sung 11:30 thứ Năm, 11/6/2026" in done.text
    assert "hạn này sớm hơn hạn gửi của đơn vị (17:00 thứ Hai, 15/6/2026)" in done.text
    assert "<dt>Hạn bổ sung</dt><dd>11:30 thứ Năm, 11/6/2026" in done.text


async def test_a_correction_that_was_missed_is_told_beside_a_report_on_time(house: House, survey: Survey) -> None:
    given = submissions.Given(build.AN_LAO_ANSWERS)
    who = survey.visit.principal
    await submissions.submit(house.settings, survey.id, AN_LAO, given, who, "một", house.clock())
    await post(house, survey, "return", remark="Sửa mục E", due_mode="days", due_days="0,5", due_kind="working_day")
    house.clock.forward(timedelta(days=2))
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}")).text
    assert "Đúng hạn lần đầu, bổ sung quá hạn" in page
    board = (await house.client.get(f"/campaigns/{survey.id}")).text
    assert board.count('<span class="tag warn">bổ sung quá hạn</span>') == 1


async def test_a_viewer_sees_no_button_and_may_do_nothing(house: House, survey: Survey) -> None:
    made = await scenes.accounts.create("xem", "Phạm Văn Xem", "viewer", house.clock())
    await scenes.log_in(house.client, made, house.clock())
    here = f"/campaigns/{survey.id}/units/{AN_LAO}"
    page = (await house.client.get(here)).text
    for act in ("extend", "exempt", "include", "return"):
        assert f'id="{act}"' not in page
        assert (await house.client.post(f"{here}/{act}", data={"csrf": scenes.csrf(page)})).status_code == 403


async def test_the_unit_reads_its_new_due_time(house: House, survey: Survey) -> None:
    shown = await post(house, survey, "extend", **EXTEND)
    confirm = re.search(r'name="confirm" value="([^"]+)"', shown.text)
    assert confirm
    await post(house, survey, "extend", **EXTEND, confirm=confirm[1])
    path = survey.address(house.settings)
    token = scenes.csrf((await house.client.get(path)).text)
    await house.client.post(path, data={"csrf": token})
    page = (await house.client.get(f"/u/{survey.id}")).text
    assert "<strong>11:30 thứ Năm, 18/6/2026</strong> (đã gia hạn; hạn ban đầu 17:00 thứ Hai, 15/6/2026)" in page
