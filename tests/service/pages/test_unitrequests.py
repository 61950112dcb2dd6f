"""A unit asks for more time on its page, staff see it and answer with the buttons beside it."""

import html
import re
from datetime import timedelta

import pytest

from reminders.models import Message
from service.flow import digest, submissions
from service.flow.submissions import Given
from service.models import Invitation, UnitRequest
from tests.conftest import House
from tests.service import build, scenes
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.pages.test_monitor import plain
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock())


async def ask(house: House, survey: Survey, **values: str) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await visitor.open(f"{visitor.base}/requests/extension")
    await visitor.post(f"{visitor.base}/requests/extension", values)
    return visitor


def form_of(page: str, address: str) -> dict[str, str]:
    """What the form that posts to an address carries hidden."""
    form = re.search(rf'<form method="post" action="{re.escape(address)}"[^>]*>(.*?)</form>', page, re.S)
    assert form, address
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1])
    return {name: html.unescape(value) for name, value in found}


async def test_more_time_is_asked_for_and_granted_with_one_button(house: House, survey: Survey) -> None:
    visitor = await ask(house, survey, reason="Chờ <b>số liệu</b>", wished="18/6/2026")
    assert "Đang chờ trả lời" in visitor.page.text
    assert "Chờ &lt;b&gt;số liệu" in visitor.page.text
    await scenes.log_in(house.client, survey.staff, house.clock())
    front = (await house.client.get("/")).text
    assert "1 đề nghị của đơn vị chờ trả lời." in front
    here = f"/campaigns/{survey.id}/units/{AN_LAO}"
    grant = form_of((await house.client.get(here)).text, f"{here}/extend")
    answer = await house.client.post(f"{here}/extend", data=grant, follow_redirects=True)
    assert "Đã gia hạn đến 17:00 thứ Năm, 18/6/2026" in answer.text
    assert (await UnitRequest.get()).outcome == "granted"
    assert "Được đồng ý" in (await visitor.open(visitor.base)).text


async def test_a_refusal_needs_a_reason_and_is_shown_to_the_unit(house: House, survey: Survey) -> None:
    visitor = await ask(house, survey, reason="Chờ số liệu", wished="2026-06-18")
    await scenes.log_in(house.client, survey.staff, house.clock())
    here = f"/campaigns/{survey.id}/units/{AN_LAO}"
    address = f"{here}/requests/{(await UnitRequest.get()).id}/refuse"
    hidden = form_of((await house.client.get(here)).text, address)
    empty = await house.client.post(address, data={**hidden, "reason": " "})
    assert (empty.status_code, "Vui lòng ghi lý do" in empty.text) == (422, True)
    hidden = form_of(empty.text, address)
    await house.client.post(address, data={**hidden, "reason": "Cần trước ngày 15"})
    assert (await Invitation.get(id=survey.invitation.id)).due_round == 0
    assert "Cần trước ngày 15" in (await visitor.open(visitor.base)).text


async def test_what_is_missing_is_told_beside_it_and_kept(house: House, survey: Survey) -> None:
    visitor = await ask(house, survey, reason="Chờ số liệu", wished="")
    assert visitor.page.status_code == 422
    assert "Vui lòng chọn ngày đề nghị" in visitor.page.text
    assert "Chờ số liệu</textarea>" in visitor.page.text
    assert (await visitor.open(f"{visitor.base}/requests/money")).status_code == 404


async def test_a_correction_asked_for_is_found_everywhere_and_granted_as_asked(house: House, survey: Survey) -> None:
    house.clock.forward(timedelta(minutes=6))  # the invitations are out
    content, who = Given(AN_LAO_ANSWERS), survey.visit.principal
    await submissions.submit(house.settings, survey.id, AN_LAO, content, who, "k", house.clock())
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(hours=1))  # until then it need not ask
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    way = f'href="{visitor.base}/requests/correction"'
    for page in ("", "/receipt/1"):
        told = (await visitor.open(f"{visitor.base}{page}")).text
        assert "Cần sửa nội dung đã gửi?" in told
        assert way in told.partition("Cần sửa nội dung đã gửi?")[2][:200], page
    await visitor.open(f"{visitor.base}/requests/correction")
    await visitor.post(f"{visitor.base}/requests/correction", {"reason": "Nhầm số hồ sơ quý II"})
    found = await digest.news(house.clock(), house.clock(), survey.staff.id)
    assert found.campaigns[0].asked == [("Xã An Lão", "Xin sửa báo cáo đã gửi")]
    await scenes.log_in(house.client, survey.staff, house.clock())
    here = f"/campaigns/{survey.id}/units/{AN_LAO}"
    board = (await house.client.get(f"/campaigns/{survey.id}")).text
    assert "1 đề nghị của đơn vị chờ trả lời." in board
    assert f'href="{here}#request-1"' in board
    page = (await house.client.get(here)).text
    assert page.index('id="request-1"') < page.index('id="now"'), "above all else"
    await house.client.post(f"{here}/return", data=form_of(page, f"{here}/return"))
    mail = await Message.get(kind="notice")
    assert mail.template == "reopened"
    seen = plain((await visitor.open(visitor.base)).text)
    assert "Phiếu được mở lại theo đề nghị của đơn vị. Vui lòng sửa rồi gửi lại." in seen
    assert "Nhầm số hồ sơ quý II" in seen
    assert "Chuyên viên đề nghị chỉnh sửa" not in seen
    assert "đề nghị của đơn vị chờ" not in (await house.client.get(f"/campaigns/{survey.id}")).text
