"""A survey is handed to a colleague of the same unit: by mail, with a link of their own; the others are told."""

import asyncio
import re
from collections import Counter
from datetime import timedelta

import pytest

from reminders.models import Message
from service.flow import audit, handover, planning, submissions
from service.flow.submissions import Nil
from service.models import AuditRecord, Contact
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio
NEW = {"name": "Lê Văn Mới", "email": "moi@haiphong.example", "confirm": "1"}


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    found = Visitor(house, survey)
    await found.enter(survey.address(house.settings))
    await found.open(f"{found.base}/handover")
    return found


async def mailed() -> dict[str, str]:
    """The kind of the letter of each address."""
    return {mail.to_address: mail.kind for mail in await Message.filter(key__startswith="handover:")}


async def test_a_registered_colleague_gets_a_link_and_the_others_are_told(
    house: House, survey: Survey, visitor: Visitor
) -> None:
    unit = survey.invitation.unit_id
    colleague = await Contact.create(unit_id=unit, role="official", name="Vũ {link} An", email="an@hp.example")
    await Contact.create(unit_id=unit, role="leader", name="Chủ", email="ct@hp.example")
    page = await visitor.open(f"{visitor.base}/handover")
    assert (survey.contact.email in page.text, "ct@hp.example" in page.text) == (False, False)
    for _ in range(2):  # a double click
        await visitor.open(f"{visitor.base}/handover")
        page = await visitor.post(f"{visitor.base}/handover", {"contact": str(colleague.id)})
    assert "đã vào hàng gửi đến an@hp.example" in page.text
    assert await mailed() == {"an@hp.example": "invitation", survey.contact.email: "notice"}
    letter = await Message.get(to_address="an@hp.example")
    assert (letter.contact, letter.text.count("{link}"), "(link)" in letter.text) == (colleague.id, 1, True)
    house.clock.forward(timedelta(hours=1))
    await planning.plan_due(house.settings, house.clock())
    assert await Message.filter(kind="invitation", to_address="an@hp.example").count() == 1, "one letter is enough"
    assert await AuditRecord.filter(action="invitation.hand_over", actor=survey.visit.principal.ref).exists()
    assert await audit.first_broken() is None


async def test_somebody_new_becomes_an_official_and_the_leaders_are_told(survey: Survey, visitor: Visitor) -> None:
    await Contact.create(unit_id=survey.invitation.unit_id, role="leader", name="Chủ", email="ct@hp.example")
    page = await visitor.post(f"{visitor.base}/handover", {"name": "", "email": "", "confirm": "1"})
    assert (page.status_code, "Vui lòng ghi họ và tên." in page.text) == (422, True)
    assert 'name="confirm" value="1" checked' in page.text
    page = await visitor.post(f"{visitor.base}/handover", {"name": "Lê Văn Mới", "email": "không phải thư"})
    assert (page.status_code, 'value="Lê Văn Mới"' in page.text) == (422, True)
    summary = page.text.partition('id="problems"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#(\w+)"', summary) == ["email", "confirm"], "all at once, each with its link"
    await visitor.open(f"{visitor.base}/handover")
    await visitor.post(f"{visitor.base}/handover", NEW)
    made = await Contact.get(email="moi@haiphong.example")
    assert (made.unit_id, made.role, made.active) == (survey.invitation.unit_id, "official", True)
    assert await mailed() == {made.email: "invitation", survey.contact.email: "notice", "ct@hp.example": "notice"}


async def test_only_within_the_unit_and_also_after_sending(house: House, survey: Survey, visitor: Visitor) -> None:
    unit = survey.invitation.unit_id
    stranger = await Contact.create(unit_id=unit + 1, role="official", email="x@hp.example")
    leader = await Contact.create(unit_id=unit, role="leader", name="Chủ", email="ct@hp.example")
    for other in (str(stranger.id), str(leader.id), str(survey.contact.id), "abc"):
        await visitor.open(f"{visitor.base}/handover")
        assert (await visitor.post(f"{visitor.base}/handover", {"contact": other})).status_code == 404
    assert await mailed() == {}
    who = survey.visit.principal
    await submissions.submit(house.settings, survey.id, AN_LAO, Nil("Không có"), who, "k", house.clock())
    await visitor.open(f"{visitor.base}/handover")
    await visitor.post(f"{visitor.base}/handover", NEW)
    assert (await mailed())["moi@haiphong.example"] == "notice", "it still goes: nothing is owed, but it can be seen"


async def test_only_so_many_are_brought_in_and_they_are_not_told_of_each_other(
    house: House, survey: Survey, visitor: Visitor
) -> None:
    await Contact.create(unit_id=survey.invitation.unit_id, role="leader", name="Chủ", email="ct@hp.example")

    async def bring_in(number: int, name: str = "Lê Văn Mới") -> str:
        await visitor.open(f"{visitor.base}/handover")
        typed = {"name": name, "email": f"moi{number}@haiphong.example", "confirm": "1"}
        return (await visitor.post(f"{visitor.base}/handover", typed)).text

    for name in ("Trúng thưởng http://evil.example", "WWW.evil.example"):
        assert "không được chứa địa chỉ trang web" in await bring_in(0, name)
    for number in range(5):
        assert "Đã chuyển" in await bring_in(number)
    assert "đã được chuyển cho 5 người mới" in await bring_in(5)
    assert "Đã chuyển" in await bring_in(4), "a second press, of somebody who is there already"
    letters = await Message.filter(key__startswith="handover:").values_list("to_address", flat=True)
    told = {survey.contact.email: 5, "ct@hp.example": 5}
    assert Counter(letters) == told | {f"moi{number}@haiphong.example": 1 for number in range(5)}
    house.clock.forward(timedelta(days=1))
    assert "Đã chuyển" in await bring_in(5)
    assert await audit.first_broken() is None


async def test_pressed_twice_at_once_it_goes_once_and_nothing_is_refused(house: House, survey: Survey) -> None:
    acts = (handover.to_somebody_new(house.settings, survey.id, NEW, survey.visit, house.clock()) for _ in range(2))
    first, second = await asyncio.gather(*acts)
    assert first.id == second.id
    assert await mailed() == {"moi@haiphong.example": "invitation", survey.contact.email: "notice"}
    assert await Message.filter(key__startswith="handover:").count() == 2
