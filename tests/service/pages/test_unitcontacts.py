"""A unit replaces its own contacts: the old link dies, old and new address are told, the colleague gets a link."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reminders.models import Message
from service.flow import audit, planning
from service.flow.entry import link_for
from service.models import AuditRecord, Contact
from tests.conftest import House
from tests.service import build
from tests.service.build import Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio
COLLEAGUE = {
    "role": "official",
    "name": "Lê Văn Mới",
    "position": "Công chức",
    "email": "moi@haiphong.example",
    "phone": "0225 111 222",
    "confirm": "1",
}


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock())


async def inside(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await visitor.open("/u/contacts/new")
    return visitor


async def told() -> set[str]:
    return {mail.to_address for mail in await Message.filter(key__startswith="contacts:")}


async def test_a_colleague_is_added_and_takes_over(house: House, survey: Survey) -> None:
    leader = await Contact.create(
        unit_id=survey.invitation.unit_id, role="leader", name="Chủ", email="ct@haiphong.example"
    )
    visitor = await inside(house, survey)
    page = await visitor.post("/u/contacts/new", COLLEAGUE)
    assert "Lê Văn Mới" in page.text
    assert await told() == {"moi@haiphong.example", leader.email}
    house.clock.forward(timedelta(hours=1))
    await planning.plan_due(house.settings, house.clock())
    assert await Message.exists(kind="invitation", to_address="moi@haiphong.example"), "a fresh link of their own"

    link = await link_for(survey.invitation.id, survey.contact.id, survey.contact.email, house.clock())
    colleague = await Contact.get(email="moi@haiphong.example")
    theirs = await link_for(survey.invitation.id, colleague.id, colleague.email, house.clock())
    await visitor.enter(replace(survey, link=theirs).address(house.settings))
    await visitor.open("/u/contacts")
    await visitor.post(f"/u/contacts/{survey.contact.id}/active", {"active": "0"})
    assert not (await Contact.get(id=survey.contact.id)).active
    await link.refresh_from_db()
    assert link.generation == 2, "the old link is dead"
    assert survey.contact.email in await told()
    assert await AuditRecord.exists(action="contact.deactivate", actor=f"link:{theirs.id}")
    assert await audit.first_broken() is None


async def test_the_last_official_stays(house: House, survey: Survey) -> None:
    visitor = await inside(house, survey)
    page = await visitor.post(f"/u/contacts/{survey.contact.id}/active", {"active": "0"})
    assert "công chức đầu mối cuối cùng" in page.text
    assert (await Contact.get(id=survey.contact.id)).active
    await visitor.open(f"/u/contacts/{survey.contact.id}")
    page = await visitor.post(f"/u/contacts/{survey.contact.id}", {**COLLEAGUE, "role": "leader"})
    assert (page.status_code, "công chức đầu mối cuối cùng" in page.text) == (422, True)
    assert await told() == set(), "what was taken back is not told"


async def test_what_is_wrong_is_told_and_kept_and_other_units_are_out_of_reach(house: House, survey: Survey) -> None:
    stranger = await Contact.create(unit_id=survey.invitation.unit_id + 1, role="official", email="x@hp.example")
    visitor = await inside(house, survey)
    page = await visitor.post("/u/contacts/new", {**COLLEAGUE, "confirm": "", "email": "không phải thư"})
    assert "Vui lòng đánh dấu xác nhận" in page.text
    assert "“không phải thư” không phải là một địa chỉ thư" in page.text, "all at once"
    page = await visitor.post("/u/contacts/new", {**COLLEAGUE, "email": "không phải thư"})
    assert (page.status_code, 'value="Lê Văn Mới"' in page.text) == (422, True)
    assert (await visitor.post(f"/u/contacts/{stranger.id}", COLLEAGUE)).status_code == 404
    assert (await visitor.open("/u/contacts")).text.count("x@hp.example") == 0


async def test_only_so_many_new_addresses_come_in_within_a_day(house: House, survey: Survey) -> None:
    visitor = await inside(house, survey)

    async def give(number: int, at: str = "new", name: str = "Lê Văn Mới") -> str:
        await visitor.open("/u/contacts/new")
        typed = {**COLLEAGUE, "name": name, "email": f"moi{number}@haiphong.example"}
        return (await visitor.post(f"/u/contacts/{at}", typed)).text

    for number in range(4):
        assert "Đã lưu." in await give(number)
    first = await Contact.get(email="moi0@haiphong.example")
    assert "Đã lưu." in await give(4, str(first.id)), "a changed address is a new one"
    for at in ("new", str(first.id)):
        assert "đã thêm 5 địa chỉ thư mới" in await give(5, at)
    assert "moi5@haiphong.example" not in await told()
    assert "Đã lưu." in await give(3, str(first.id), "Lê Văn Cũ"), "one that is known already"
    house.clock.forward(timedelta(days=1))
    assert "Đã lưu." in await give(5)
