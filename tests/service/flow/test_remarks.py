"""A verdict question by question: accepted, handed back with remarks that reach the unit, and never blindly."""

from datetime import timedelta

import pytest

from reminders.models import Message
from service import life
from service.errors import ChangedMeanwhile, Invalid, TakenByOther, WrongState
from service.flow import accounts, audit, claims, events, mailtexts, principal, remarks, reviews, submissions
from service.flow.remarks import Asked
from service.models import Event, EventNote, Invitation, Remark
from tests.conftest import BOTH, House
from tests.service import build
from tests.service.build import AN_LAO

pytestmark = pytest.mark.anyio
STAFF, COLLEAGUE = principal.staff(1), principal.staff(2)
DIRECT = Asked("e/e_direct", "Số nộp trực tiếp chưa khớp sổ theo dõi.")


async def sent(house: House, **terms: object) -> build.Survey:
    survey = await build.survey(house.settings, house.clock(), **terms)
    await send(house, survey, "một")
    return survey


async def send(house: House, survey: build.Survey, key: str) -> None:
    given, who = submissions.Given(build.AN_LAO_ANSWERS), survey.visit.principal
    found = await submissions.submit(house.settings, survey.id, AN_LAO, given, who, key, house.clock())
    assert not isinstance(found, submissions.Problems)
    house.clock.forward(timedelta(hours=1))


async def test_an_accepted_report_counts_and_may_still_be_handed_back(house: House) -> None:
    survey = await sent(house)
    event = await reviews.accept(survey.id, AN_LAO, STAFF, house.clock())
    assert event.to == life.State.ACCEPTED
    with pytest.raises(WrongState):
        await reviews.accept(survey.id, AN_LAO, STAFF, house.clock())
    again = await reviews.hand_back(house.settings, survey.id, AN_LAO, "", STAFF, house.clock(), asked=[DIRECT])
    assert again.to == life.State.RETURNED
    assert await audit.first_broken() is None


async def test_remarks_by_question_reach_the_mail_in_the_order_of_the_form(house: House) -> None:
    survey = await sent(house)
    visits = Asked("e_visits", "  Số lượt thấp hơn số hồ sơ? ")
    blank = Asked("e/e_recv", "  ")
    given = [DIRECT, visits, blank]
    event = await reviews.hand_back(
        house.settings, survey.id, AN_LAO, "Xem lại mục E.", STAFF, house.clock(), asked=given
    )
    note = await EventNote.get(event_id=event.id)
    assert note.text == (
        "Xem lại mục E.\n\n"
        "- Câu “E1. Số lượt công dân, tổ chức đến giao dịch (lượt)”: Số lượt thấp hơn số hồ sơ?\n"
        "- Câu “E2b. Trong đó: nộp trực tiếp và qua bưu chính”: Số nộp trực tiếp chưa khớp sổ theo dõi."
    )
    assert await Message.filter(template="returned").exists()
    composer = mailtexts.Writer(house.settings, house.clock())
    invitation = await Invitation.get(id=survey.invitation.id).select_related("campaign__staff")
    assert note.text.splitlines()[-1] in (await composer.notice(invitation, "returned", event.id, "Chị Hồng")).text
    told = await remarks.standing(await Invitation.get(id=survey.invitation.id))
    assert told == {"e/e_visits": "Số lượt thấp hơn số hồ sơ?", "e/e_direct": DIRECT.text}
    await send(house, survey, "hai")
    assert await remarks.standing(await Invitation.get(id=survey.invitation.id)) == {}, "it has served"
    assert list(await remarks.last(survey.invitation.id)) == ["e/e_visits", "e/e_direct"], "the reviewer looks it up"


@pytest.mark.parametrize(
    "asked",
    [
        [Asked("e/e_gone", "câu không có")],
        [Asked("e/e_direct", "x" * 2001)],
        [Asked("e/e_direct", "x")] * 101,
        [Asked("e/e_direct", " ")],
        [],
    ],
)
async def test_remarks_that_say_nothing_or_name_no_question_change_nothing(house: House, asked: list[Asked]) -> None:
    survey = await sent(house)
    with pytest.raises(Invalid):
        await reviews.hand_back(house.settings, survey.id, AN_LAO, "", STAFF, house.clock(), asked=asked)
    assert not await Event.exists(act=life.Act.RETURN)
    assert not await Remark.exists()


@BOTH
async def test_a_verdict_on_what_changed_meanwhile_says_who_did_what(house: House) -> None:
    survey = await sent(house)
    looked_at = (await Invitation.get(id=survey.invitation.id)).events_count
    await reviews.hand_back(
        house.settings, survey.id, AN_LAO, "Xem lại.", principal.staff(survey.staff.id), house.clock()
    )
    with pytest.raises(ChangedMeanwhile) as error:
        await reviews.accept(survey.id, AN_LAO, COLLEAGUE, house.clock(), looked_at)
    assert "Đề nghị chỉnh sửa, bổ sung lúc" in str(error.value.params["what"])
    assert survey.staff.name in str(error.value.params["what"])
    await send(house, survey, "hai")
    with pytest.raises(ChangedMeanwhile):
        await reviews.hand_back(house.settings, survey.id, AN_LAO, "Nữa.", COLLEAGUE, house.clock(), seen=looked_at)
    fresh = (await events.found(survey.id, AN_LAO)).events_count
    assert (await reviews.accept(survey.id, AN_LAO, COLLEAGUE, house.clock(), fresh)).to == life.State.ACCEPTED


@BOTH
async def test_a_report_is_taken_by_one_and_taken_over_by_another(house: House) -> None:
    survey = await sent(house)
    first, second = survey.staff, await accounts.create("minh", "Đỗ Minh", "staff", house.clock())
    await claims.take(survey.id, AN_LAO, first.id, house.clock())
    await claims.take(survey.id, AN_LAO, first.id, house.clock())  # a second press
    with pytest.raises(TakenByOther) as error:
        await claims.take(survey.id, AN_LAO, second.id, house.clock())
    assert error.value.params["name"] == first.name
    with pytest.raises(TakenByOther):
        await claims.require_free(survey.invitation.id, second.id, house.clock())
    await claims.let_go(survey.id, AN_LAO, second.id, house.clock())  # not theirs: nothing happens
    await claims.take(survey.id, AN_LAO, second.id, house.clock(), over=True)
    held = (await claims.of_campaign(survey.id, house.clock()))[survey.invitation.id]
    assert (held.staff, held.name) == (second.id, "Đỗ Minh")
    house.clock.forward(claims.LASTS + timedelta(seconds=1))
    assert await claims.of(survey.invitation.id, house.clock()) is None, "forgotten claims end by themselves"
    await claims.take(survey.id, AN_LAO, first.id, house.clock())
    await reviews.accept(survey.id, AN_LAO, principal.staff(first.id), house.clock())
    assert await claims.of(survey.invitation.id, house.clock()) is None, "the verdict ends it"
    with pytest.raises(WrongState):
        await claims.take(survey.id, AN_LAO, second.id, house.clock())
    assert await audit.first_broken() is None
