"""The unit's own page: what it owes, the next due first, with the working days left; what it sent, with receipts."""

from datetime import timedelta

import pytest

from service.flow import campaigns, principal, signoff, submissions, unitrequests
from service.flow.submissions import Nil
from service.flow.terms import Due
from service.models import Campaign, Contact
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


async def another(house: House, survey: Survey, title: str, days: int, **other: object) -> Campaign:
    """A second campaign with the same form, due in so many days."""
    due = Due(at=survey.invitation.due_at + timedelta(days=days - 7))
    values = {"title": title, "due": due, "allow_nil": True, "closes_at": None, **other}
    terms = build.terms(survey.campaign.form_id, survey.staff, house.clock(), **values)
    made = await campaigns.create(house.settings, terms, principal.SYSTEM, house.clock())
    return await campaigns.publish(house.settings, made.id, principal.SYSTEM, house.clock())


async def test_the_next_due_comes_first_with_the_days_left(house: House, survey: Survey) -> None:
    await another(house, survey, "Báo cáo gấp", 2)
    await another(house, survey, "Báo cáo quý", 30)
    sent = await another(house, survey, "Báo cáo đã xong", 9)
    who = survey.visit.principal
    await submissions.submit(house.settings, sent.id, AN_LAO, Nil("Không có"), who, "k", house.clock())
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = (await visitor.open("/u")).text
    titles = ["Báo cáo gấp", survey.campaign.title, "Báo cáo quý", "Đã gửi và đã đóng", "Báo cáo đã xong"]
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
    assert "còn 2 ngày làm việc" in page
    assert f"PH-{sent.id}-{AN_LAO}-1" in page
    house.clock.forward(timedelta(days=3))
    assert "đã quá hạn" in (await visitor.open("/u")).text


async def test_what_waits_for_the_leader_or_for_an_answer_is_told(house: House, survey: Survey) -> None:
    waiting = await another(house, survey, "Báo cáo cần duyệt", 3, signoff=True)
    await Contact.create(unit_id=survey.invitation.unit_id, role="leader", name="Chủ", email="ct@hp.example")
    await signoff.ask(house.settings, Nil("Không có"), survey.visit, waiting.id, house.clock())
    wished = (survey.invitation.due_at + timedelta(days=3)).date()
    await unitrequests.ask("extension", survey.id, "Chờ số liệu", wished, survey.visit, house.clock())
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = (await visitor.open("/u")).text
    assert page.index("Xem phiếu đang chờ duyệt") < page.index("Đã gửi và đã đóng")
    assert "Xin gia hạn" in page
    assert "Hiện không có phiếu nào cần điền." not in page


async def test_after_sending_the_words_and_links_fit(house: House, survey: Survey) -> None:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = (await visitor.open(f"{visitor.base}/s/e?check=1")).text
    assert '<a class="button" href=' in page.partition('id="problems"')[2].partition("</div>")[0], "it is no problem"
    who = survey.visit.principal
    await submissions.submit(house.settings, survey.id, AN_LAO, Nil("Không có"), who, "k", house.clock())
    asked = await visitor.open(f"{visitor.base}/requests/extension")
    assert "Báo cáo đã được gửi nên không cần gia hạn nữa." in asked.text
    receipt = (await visitor.open(f"{visitor.base}/receipt/1")).text
    assert f'href="{visitor.base}?amend=1#amend"' in receipt
    assert '<details id="amend" class="card" open>' in (await visitor.open(f"{visitor.base}?amend=1")).text
    await visitor.client.get("/language/en")
    assert f"Receipt PH-{survey.id}-{AN_LAO}-1" in (await visitor.open("/u")).text
