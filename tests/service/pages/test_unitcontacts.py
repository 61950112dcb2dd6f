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
    page = await visitor.post("/u/contacts/new", {**COLLEAGUE, "confirm": ""})
    assert "Vui lòng đánh dấu xác nhận" in page.text
    page = await visitor.post("/u/contacts/new", {**COLLEAGUE, "email": "không phải thư"})
    assert (page.status_code, 'value="Lê Văn Mới"' in page.text) == (422, True)
    assert (await visitor.post(f"/u/contacts/{stranger.id}", COLLEAGUE)).status_code == 404
    assert (await visitor.open("/u/contacts")).text.count("x@hp.example") == 0
