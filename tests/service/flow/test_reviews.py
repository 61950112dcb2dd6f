"""Handing back: what was sent is opened for correction, counts no longer, and is sent again as the next number."""

from datetime import timedelta

import pytest

from service import life
from service.errors import CampaignClosed, Invalid, WrongState
from service.flow import audit, principal, progress, reviews, submissions
from service.models import Event, Invitation, Submission
from tests.conftest import BOTH, House
from tests.service import build

pytestmark = [pytest.mark.anyio, BOTH]
STAFF = principal.staff(1)
REMARK = "Tổng hồ sơ tiếp nhận (E2) chưa khớp với báo cáo giấy, đề nghị rà soát."


async def _sent(house: House) -> build.Survey:
    survey = await build.survey(house.settings, house.clock())
    given = submissions.Given(build.AN_LAO_ANSWERS)
    who = survey.visit.principal
    found = await submissions.submit(house.settings, survey.id, build.AN_LAO, given, who, "một", house.clock())
    assert not isinstance(found, submissions.Problems)
    return survey


async def test_a_returned_report_counts_beside_and_again_when_it_is_sent_again(house: House) -> None:
    survey = await _sent(house)
    before = house.clock()
    house.clock.forward(timedelta(hours=1))
    await reviews.hand_back(house.settings, survey.id, build.AN_LAO, REMARK, STAFF, house.clock())
    rate = (await progress.of(survey.id, house.clock())).rate
    assert (rate.responded, rate.returned) == (0, 1)
    assert (await progress.of(survey.id, before)).rate.responded == 1, "the past stays"
    assert await reviews.last_remark(survey.invitation.id) == (REMARK, False)

    house.clock.forward(timedelta(hours=1))
    given = submissions.Given(build.AN_LAO_ANSWERS)
    who = survey.visit.principal
    again = await submissions.submit(house.settings, survey.id, build.AN_LAO, given, who, "hai", house.clock())
    assert not isinstance(again, submissions.Problems)
    assert again.number == 2
    rate = (await progress.of(survey.id, house.clock())).rate
    assert (rate.responded, rate.returned, rate.on_time_original) == (1, 0, 1), "on time is judged by the first sending"
    assert (await Invitation.get(id=survey.invitation.id)).due_round == 1
    assert await audit.first_broken() is None


async def test_a_remark_is_needed_and_nothing_sent_cannot_be_handed_back(house: House) -> None:
    survey = await _sent(house)
    with pytest.raises(Invalid):
        await reviews.hand_back(house.settings, survey.id, build.AN_LAO, "  ", STAFF, house.clock())
    with pytest.raises(WrongState):
        await reviews.hand_back(house.settings, survey.id, build.PHU_LIEN, REMARK, STAFF, house.clock())
    assert not await Event.exists(act=life.Act.RETURN)


async def test_after_closing_nothing_is_handed_back_because_it_could_not_be_sent_again(house: House) -> None:
    survey = await _sent(house)
    house.clock.forward(timedelta(days=15))
    with pytest.raises(CampaignClosed):
        await reviews.hand_back(house.settings, survey.id, build.AN_LAO, REMARK, STAFF, house.clock())


async def test_the_unit_reads_the_remark_and_may_fill_in_again(house: House) -> None:
    survey = await _sent(house)
    await reviews.hand_back(house.settings, survey.id, build.AN_LAO, REMARK + " <b>", STAFF, house.clock())
    path = survey.address(house.settings)
    token = (await house.client.get(path)).text.split('name="csrf" value="')[1].split('"')[0]
    await house.client.post(path, data={"csrf": token})
    page = (await house.client.get(f"/u/{survey.id}")).text
    assert "đề nghị chỉnh sửa, bổ sung" in page
    assert "chưa khớp với báo cáo giấy" in page
    assert "<b>" not in page.split("<blockquote")[1].split("</blockquote>")[0]
    assert "Kiểm tra và gửi" in page


async def test_a_returned_report_that_nobody_drafted_is_sent_again_as_it_stands(house: House) -> None:
    survey = await _sent(house)
    await reviews.hand_back(house.settings, survey.id, build.AN_LAO, REMARK, STAFF, house.clock())
    house.clock.forward(timedelta(hours=1))
    looked_at = submissions.FromDraft(0)
    who = survey.visit.principal
    again = await submissions.submit(house.settings, survey.id, build.AN_LAO, looked_at, who, "hai", house.clock())
    assert not isinstance(again, submissions.Problems), again.problems
    first = await Submission.get(invitation_id=survey.invitation.id, number=1)
    assert again.answers == first.answers
