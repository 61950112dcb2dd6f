"""What was sent is corrected by the unit itself until its due time: it counts meanwhile, and goes again as the next."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from reminders.models import Message
from service import life
from service.errors import AmendingOver, WrongState
from service.flow import amending, audit, dossier, drafts, notices, openness, principal, progress, signoff, submissions
from service.flow.drafts import Edit
from service.flow.entry import Visit, link_for
from service.flow.submissions import FromDraft, Given
from service.models import Contact, Draft, Event, Invitation, Submission
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio
STAFF = principal.token(1)
VISITS = "e/e_visits"


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


async def sent(house: House, survey: Survey) -> Submission:
    """An Lão's report, filled in and sent by the unit."""
    await drafts.replace(survey.id, AN_LAO, 0, AN_LAO_ANSWERS, STAFF, house.clock())
    return await send(house, survey, "first")


async def send(house: House, survey: Survey, key: str) -> Submission:
    draft = await Draft.get(invitation_id=survey.invitation.id)
    content, who = FromDraft(draft.version, {"confirm": "OK"}), survey.visit.principal
    found = await submissions.submit(house.settings, survey.id, AN_LAO, content, who, key, house.clock())
    assert isinstance(found, Submission)
    return found


async def type_in(house: House, survey: Survey, value: str) -> None:
    draft = await Draft.get(invitation_id=survey.invitation.id)
    edit = Edit(draft.version, values={VISITS: value})
    await drafts.save(survey.id, AN_LAO, edit, survey.visit.principal, house.clock())


async def responded(house: House, survey: Survey) -> tuple[int, int, str]:
    """Responded and on time, and An Lão's state, of now."""
    found = await progress.of(survey.id, house.clock())
    row = next(row for row in found.rows if row.code == AN_LAO)
    return found.rate.responded, found.rate.on_time_extended, row.standing.state


async def test_a_report_counts_while_it_is_corrected_and_goes_again_as_the_next(house: House, survey: Survey) -> None:
    first = await sent(house, survey)
    house.clock.forward(timedelta(days=1))
    await amending.amend(survey.id, survey.visit, house.clock())
    await type_in(house, survey, "7")
    assert await responded(house, survey) == (1, 1, "amending")
    assert (await submissions.latest(survey.invitation.id)) == first
    house.clock.forward(timedelta(hours=1))
    second = await send(house, survey, "second")
    assert (second.number, second.receipt) == (2, f"PH-{survey.id}-{AN_LAO}-2")
    assert await responded(house, survey) == (1, 1, "submitted")
    invitation = await Invitation.get(id=survey.invitation.id)
    assert invitation.first_sent_at == first.submitted_at, "on time is judged by the first sending"
    seen = await dossier.of(survey.id, AN_LAO, house.clock())
    assert [one.submission.number for one in seen.sent] == [2, 1]
    (change,) = seen.sent[0].changes or ()
    assert change.after == "7"
    assert change.before not in ("", "7")
    assert seen.sent[1].changes is None
    assert await audit.first_broken() is None


async def test_given_up_the_draft_is_what_was_sent(house: House, survey: Survey) -> None:
    await sent(house, survey)
    before = (await Draft.get(invitation_id=survey.invitation.id)).answers
    await amending.amend(survey.id, survey.visit, house.clock())
    await type_in(house, survey, "9")
    await amending.keep(survey.id, survey.visit, house.clock())
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert draft.answers[VISITS] == before[VISITS]
    assert await responded(house, survey) == (1, 1, "submitted")
    with pytest.raises(WrongState):
        await type_in(house, survey, "9")
    with pytest.raises(WrongState):
        await amending.keep(survey.id, survey.visit, house.clock())
    assert await Submission.all().count() == 1


async def test_after_the_due_time_it_is_asked_for(house: House, survey: Survey) -> None:
    await sent(house, survey)
    await amending.amend(survey.id, survey.visit, house.clock())
    await type_in(house, survey, "9")
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(minutes=1))
    with pytest.raises(AmendingOver):
        await type_in(house, survey, "10")
    with pytest.raises(AmendingOver):
        await send(house, survey, "second")
    assert (await Draft.get(invitation_id=survey.invitation.id)).answers[VISITS] == "9", "nothing typed is lost"
    await amending.keep(survey.id, survey.visit, house.clock())
    with pytest.raises(AmendingOver):
        await amending.amend(survey.id, survey.visit, house.clock())
    assert await responded(house, survey) == (1, 1, "submitted")
    assert await Event.filter(act=life.Act.AMEND).count() == 1, "what was refused left no trace"


async def test_only_what_was_sent_and_is_not_accepted_can_be_amended(house: House, survey: Survey) -> None:
    with pytest.raises(WrongState):
        await amending.amend(survey.id, survey.visit, house.clock())
    await submissions.submit(
        house.settings, survey.id, AN_LAO, Given(AN_LAO_ANSWERS), STAFF, "k", house.clock()
    )  # without a draft: the correction starts from what was sent
    invitation = await Invitation.get(id=survey.invitation.id).select_related("campaign")
    assert openness.amendable(invitation, invitation.campaign, house.clock())
    await amending.amend(survey.id, survey.visit, house.clock())
    await drafts.save(survey.id, AN_LAO, Edit(0, values={VISITS: "3"}), survey.visit.principal, house.clock())
    assert (await send(house, survey, "second")).number == 2
    await Invitation.filter(id=invitation.id).update(state=life.State.ACCEPTED)
    with pytest.raises(WrongState):
        await amending.amend(survey.id, survey.visit, house.clock())


@dataclass(frozen=True, slots=True)
class WithLeader:
    """A survey that a leader approves, sent once and opened for correction."""

    house: House
    survey: Survey
    leader: Visit

    async def hand_in(self) -> FromDraft:
        version = (await Draft.get(invitation_id=self.survey.invitation.id)).version
        content, now = FromDraft(version, {"confirm": "OK"}), self.house.clock()
        found = await signoff.ask(self.house.settings, content, self.survey.visit, self.survey.id, now)
        assert isinstance(found, Event)
        return content

    async def approve(self, content: FromDraft, key: str) -> Submission:
        now = self.house.clock()
        found = await signoff.approve(self.house.settings, self.survey.id, content, self.leader, key, now)
        assert isinstance(found, Submission)
        return found

    async def refuse(self) -> None:
        now = self.house.clock()
        await signoff.refuse(self.house.settings, self.survey.id, "Xem lại số liệu", self.leader, now)


@pytest.fixture
async def signed(house: House) -> WithLeader:
    survey = await build.survey(house.settings, house.clock(), signoff=True)
    boss = await Contact.create(unit_id=survey.invitation.unit_id, role="leader", name="Chủ", email="ct@hp.example")
    link = await link_for(survey.invitation.id, boss.id, boss.email, house.clock())
    found = WithLeader(house, survey, Visit(link.id, survey.invitation.unit_id, survey.id, AN_LAO, boss.id))
    await drafts.replace(survey.id, AN_LAO, 0, AN_LAO_ANSWERS, STAFF, house.clock())
    await found.approve(await found.hand_in(), "k")
    await amending.amend(survey.id, survey.visit, house.clock())
    await type_in(house, survey, "5")
    return found


async def test_with_sign_off_the_correction_goes_to_the_leader_again(house: House, signed: WithLeader) -> None:
    survey = signed.survey
    await signed.hand_in()
    assert await responded(house, survey) == (1, 1, "amending_signoff")
    await signed.refuse()
    assert await responded(house, survey) == (1, 1, "amending")
    invitation = await Invitation.get(id=survey.invitation.id)
    told = await Message.filter(template="signoff_refused").first()
    assert told is not None
    assert notices.why_not("signoff_refused", told.due_round, invitation) is None, "the remark still goes to the unit"
    await signed.hand_in()
    await signoff.withdraw(survey.id, survey.visit, house.clock())
    assert await responded(house, survey) == (1, 1, "amending")
    assert (await signed.approve(await signed.hand_in(), "k2")).number == 2


async def test_the_time_of_handing_in_to_the_leader_counts(house: House, signed: WithLeader) -> None:
    survey = signed.survey
    content = await signed.hand_in()
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(days=1))
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    for place in (visitor.base, f"{visitor.base}/signoff"):
        page = (await visitor.open(place)).text
        assert ("lãnh đạo vẫn duyệt được sau hạn" in page, "gửi muộn" in page) == (True, False)
    assert (await signed.approve(content, "k2")).number == 2
    assert await responded(house, survey) == (1, 1, "submitted")


async def test_handed_back_after_the_due_time_the_correction_is_over(house: House, signed: WithLeader) -> None:
    survey = signed.survey
    await signed.hand_in()
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(minutes=1))
    await signed.refuse()
    with pytest.raises(AmendingOver):
        await type_in(house, survey, "6")
    with pytest.raises(AmendingOver):
        await signed.hand_in()
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = (await visitor.open(visitor.base)).text
    assert "Đã qua hạn gửi nên bản sửa không gửi được nữa" in page
    assert "Xin sửa báo cáo đã gửi" in page, "it reads what to do"
    assert "Xem lại số liệu" in page
    assert await responded(house, survey) == (1, 1, "amending")


async def test_the_unit_does_it_on_its_page(house: House, survey: Survey) -> None:
    await sent(house, survey)
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = (await visitor.open(visitor.base)).text
    assert "Mở báo cáo để sửa" in page
    assert "Xin sửa báo cáo đã gửi" not in page, "it need not ask"
    await visitor.post(f"{visitor.base}/amend", {})
    assert "Báo cáo đã gửi vẫn được tính là báo cáo của đơn vị" in visitor.page.text
    assert "Tiếp tục điền" in visitor.page.text or "Kiểm tra và gửi" in visitor.page.text
    assert "Đang sửa báo cáo đã gửi" in (await visitor.open("/u")).text
    await visitor.save("e", {VISITS: "8"})
    await visitor.open(visitor.base)
    await visitor.post(f"{visitor.base}/amend/keep", {})
    assert "Báo cáo đã gửi giữ nguyên." in visitor.page.text
    assert "Lưu lần cuối" not in visitor.page.text, "nothing of what was given up is said to be saved"
    await visitor.post(f"{visitor.base}/amend/keep", {})
    assert "không làm được việc này" in visitor.page.text
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(minutes=1))
    page = (await visitor.open(visitor.base)).text
    assert "Xin sửa báo cáo đã gửi" in page
    assert "Mở báo cáo để sửa" not in page
    await visitor.post(f"{visitor.base}/amend", {})
    assert "Đã qua hạn gửi" in visitor.page.text


async def test_what_was_not_sent_is_never_shown_as_sent(house: House, survey: Survey) -> None:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await sent(house, survey)
    was = (await Draft.get(invitation_id=survey.invitation.id)).answers[VISITS]
    await amending.amend(survey.id, survey.visit, house.clock())
    await type_in(house, survey, "4321")
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(minutes=1))
    page = (await visitor.open(f"{visitor.base}/s/e")).text
    assert "Bản sửa chưa gửi" in page
    assert "Phiếu đã gửi nên" not in page
    assert "4.321" in page
    await Invitation.filter(id=survey.invitation.id).update(state=life.State.ACCEPTED)
    page = (await visitor.open(f"{visitor.base}/s/e")).text
    assert ("Phiếu đã gửi nên" in page, "4.321" in page) == (True, False)
    assert isinstance(was, str)
    assert f"{int(was):,}".replace(",", ".") in page


async def test_after_a_nil_return_what_is_typed_stays_and_is_told_apart(house: House, survey: Survey) -> None:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    nil, who = submissions.Nil("Không có"), survey.visit.principal
    await submissions.submit(house.settings, survey.id, AN_LAO, nil, who, "nil", house.clock())
    await amending.amend(survey.id, survey.visit, house.clock())
    await drafts.save(survey.id, AN_LAO, Edit(0, values={VISITS: "4321"}), who, house.clock())
    page = (await visitor.open(visitor.base)).text
    assert "những gì đã điền vẫn còn trong phiếu" in page
    assert "phiếu trở về đúng nội dung đã gửi" not in page
    await amending.keep(survey.id, survey.visit, house.clock())
    page = (await visitor.open(f"{visitor.base}/s/e")).text
    assert "những gì đã điền dưới đây không được gửi" in page
    assert "4.321" in page
