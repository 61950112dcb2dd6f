"""What a unit asks for: one open request of a kind, answered by the act that grants it or by a refusal by mail."""

from datetime import date, timedelta

import pytest

from reminders.models import Message
from service.errors import AskedAlready, Invalid, NotFound, WrongState
from service.flow import audit, principal, record, reviews, rosteracts, submissions, unitrequests
from service.flow.submissions import Given
from service.flow.terms import Due
from service.models import Invitation, UnitRequest
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey

pytestmark = pytest.mark.anyio
STAFF = principal.staff(1)
REASON = "Đang chờ số liệu của Trung tâm"
WISHED = date(2026, 6, 18)


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


async def ask(house: House, survey: Survey, kind: str = "extension", wished: date | None = WISHED) -> UnitRequest:
    await unitrequests.ask(kind, survey.id, REASON, wished, survey.visit, house.clock())
    return (await unitrequests.of_invitation(survey.invitation.id))[0]


async def test_an_extension_grants_what_was_asked_for(house: House, survey: Survey) -> None:
    asked = await ask(house, survey)
    assert [(one.code, one.kind) for one in await unitrequests.waiting()] == [(AN_LAO, "extension")]
    with pytest.raises(AskedAlready):
        await ask(house, survey)
    other = house.clock() + timedelta(days=9)  # the granted time may differ
    await rosteracts.extend(house.settings, survey.id, AN_LAO, Due(at=other), "Đồng ý", STAFF, house.clock())
    answered = await UnitRequest.get(id=asked.id)
    assert (answered.outcome, answered.open, answered.answered_by) == ("granted", None, STAFF.ref)
    assert await unitrequests.waiting() == []
    await ask(house, survey, wished=date(2026, 6, 20))
    assert await audit.first_broken() is None


async def test_a_refusal_is_mailed_and_answers_once(house: House, survey: Survey) -> None:
    asked = await ask(house, survey)
    where = (house.settings, survey.id, AN_LAO, asked.id)
    with pytest.raises(Invalid):
        await unitrequests.refuse(*where, " ", STAFF, house.clock())
    assert await unitrequests.refuse(*where, "Cần số liệu trước 15/6", STAFF, house.clock())
    assert not await unitrequests.refuse(*where, "Lần nữa", STAFF, house.clock())
    (mail,) = await Message.filter(kind="notice")
    assert (mail.to_address, "Cần số liệu trước 15/6" in mail.text) == (survey.contact.email, True)
    answered = await UnitRequest.get(id=asked.id)
    assert (answered.outcome, answered.answer) == ("refused", "Cần số liệu trước 15/6")
    with pytest.raises(NotFound):
        await unitrequests.refuse(house.settings, survey.id, build.PHU_LIEN, asked.id, "Không", STAFF, house.clock())


@pytest.mark.parametrize("wished", [None, date(2026, 6, 9), date(2026, 12, 1)])
async def test_a_day_that_cannot_be_granted_is_told(house: House, survey: Survey, wished: date | None) -> None:
    with pytest.raises(Invalid) as error:
        await ask(house, survey, wished=wished)
    assert error.value.problems[0]["field"] == "wished"


async def test_what_was_sent_lapses_the_extension_and_may_be_opened_again(house: House, survey: Survey) -> None:
    first = await ask(house, survey)
    with pytest.raises(WrongState):
        await ask(house, survey, "correction")
    content = Given(AN_LAO_ANSWERS)
    await submissions.submit(house.settings, survey.id, AN_LAO, content, survey.visit.principal, "k", house.clock())
    assert (await UnitRequest.get(id=first.id)).outcome == "lapsed"
    second = await ask(house, survey, "correction", None)
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Theo đề nghị", STAFF, house.clock())
    assert (await UnitRequest.get(id=second.id)).outcome == "granted"
    assert (await Invitation.get(id=survey.invitation.id)).state == "returned"


async def test_it_can_be_taken_back(house: House, survey: Survey) -> None:
    asked = await ask(house, survey)
    await unitrequests.withdraw("extension", survey.id, survey.visit, house.clock())
    assert (await UnitRequest.get(id=asked.id)).outcome == "withdrawn"
    await ask(house, survey)


async def test_nothing_is_asked_after_the_closing(house: House, survey: Survey) -> None:
    house.clock.forward(timedelta(days=30))
    with pytest.raises(WrongState):
        await ask(house, survey, wished=date(2026, 7, 30))


async def test_the_record_tells_what_was_asked_by_whom_and_how_it_ended(house: House, survey: Survey) -> None:
    async def trail() -> list[tuple[str, str, tuple[str, ...]]]:
        found = await record.of(survey.id, AN_LAO, house.clock(), house.clock())
        return [(e.what, e.who, e.lines) for e in found.entries if e.source == "Đề nghị của đơn vị"]

    unit, staff = "Đơn vị: Nguyễn Thị Hồng", "Chuyên viên Trần Thị Lan"
    first = ("Xin gia hạn", unit, ("Đề nghị đến 17:00 thứ Năm, 18/6/2026", REASON))
    asked = await ask(house, survey)
    assert await trail() == [first]
    house.clock.forward(timedelta(hours=1))
    where = (house.settings, survey.id, AN_LAO)
    await unitrequests.refuse(*where, asked.id, "Cần số liệu trước 15/6", STAFF, house.clock())
    refused = ("Xin gia hạn: Chưa được đồng ý", staff, ("Cần số liệu trước 15/6",))
    await ask(house, survey)
    house.clock.forward(timedelta(hours=1))
    await unitrequests.withdraw("extension", survey.id, survey.visit, house.clock())
    withdrawn = ("Xin gia hạn: Đơn vị đã rút", unit, ())
    await ask(house, survey)
    house.clock.forward(timedelta(hours=1))
    await rosteracts.extend(*where, Due(at=house.clock() + timedelta(days=9)), "Đồng ý", STAFF, house.clock())
    granted = ("Xin gia hạn: Được đồng ý", staff, ())
    assert await trail() == [first, refused, first, withdrawn, first, granted]
