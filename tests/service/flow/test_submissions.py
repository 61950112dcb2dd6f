"""Sending: one submission for one act, exact, with a receipt; and what stands in its way."""

import asyncio
import copy
from datetime import timedelta

import pytest

from reminders.models import Message
from service import answerwords
from service.errors import (
    CampaignClosed,
    CampaignNotOpen,
    Invalid,
    KeyReused,
    NotFound,
    StaleDraft,
    WrongState,
)
from service.flow import attachments, audit, drafts, principal, submissions
from service.flow.drafts import Edit
from service.flow.submissions import FromDraft, Given, Nil, Problems
from service.models import AuditRecord, Campaign, Contact, Draft, Event, Invitation, Submission
from tests.conftest import BOTH, House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey

pytestmark = [pytest.mark.anyio, BOTH]
API = principal.token(1)


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


def answers(**changes: object) -> dict[str, object]:
    """An Lão's answers with some of section E put differently."""
    found = copy.deepcopy(AN_LAO_ANSWERS)
    section = found["e"]
    assert isinstance(section, dict)
    section.update(changes)
    return found


async def send(house: House, survey: Survey, content: submissions.Content, key: str = "k") -> Submission | Problems:
    return await submissions.submit(house.settings, survey.id, AN_LAO, content, API, key, house.clock())


def sentences(found: Submission | Problems) -> list[tuple[str, str]]:
    assert isinstance(found, Problems)
    return [(str(p["question"]), str(p["message"])) for p in answerwords.problems(found.problems)]


async def test_an_laos_figures_are_taken_and_counted(house: House, survey: Survey) -> None:
    sent = await send(house, survey, Given(AN_LAO_ANSWERS))
    assert isinstance(sent, Submission)
    assert (sent.number, sent.receipt) == (1, f"PH-{survey.id}-{AN_LAO}-1")
    stored = await Submission.get(id=sent.id)
    section = stored.answers["e"]
    assert isinstance(section, dict)
    assert (section["e_recv"], section["e_pct_online"], section["e_pct_ontime"]) == (1142, 91.77, 100)
    assert stored.answers["a"]["a_unit"] == AN_LAO  # type: ignore[index]
    assert "e_late_why" not in section, "what was not asked is not in it"
    invitation = await Invitation.get(id=survey.invitation.id)
    assert (invitation.state, invitation.first_sent_at) == ("submitted", house.clock())


async def test_the_hash_can_be_checked_from_what_is_stored(house: House, survey: Survey) -> None:
    await send(house, survey, Given(AN_LAO_ANSWERS))
    s = await Submission.get(invitation_id=survey.invitation.id)
    assert s.hash == submissions.content_hash(s.invitation_id, s.number, s.submitted_at, s.answers, s.nil_reason)
    changed = {**s.answers, "confirm": None}
    assert s.hash != submissions.content_hash(s.invitation_id, s.number, s.submitted_at, changed, s.nil_reason)


@pytest.mark.parametrize(
    ("wrong", "question", "words"),
    [
        ({"e_direct": 95}, "e_direct", "Trực tuyến + trực tiếp phải bằng tổng số hồ sơ tiếp nhận (E2a + E2b = E2)."),
        (
            {"e_proc": 63},
            "e_proc",
            "Đã giải quyết + rút/hủy + đang giải quyết phải bằng tổng số tiếp nhận (E3 + E3a + E4 + E5 = E2).",
        ),
        (
            {"e_visits": "bảy nghìn"},
            "e_visits",
            "“E1. Số lượt công dân, tổ chức đến giao dịch (lượt)” cần một số nguyên",
        ),
        ({"e_dayunit": None}, "e_dayunit", "Nội dung bắt buộc, đề nghị nhập."),
        ({"e_dayunit": "tháng"}, "e_dayunit", "Lựa chọn “tháng” không có trong danh sách"),
        ({"e_nothing": 1}, "e/e_nothing", "Phiếu không có câu hỏi “e/e_nothing”."),
    ],
)
async def test_wrong_answers_are_named_in_words_and_nothing_is_written(
    house: House, survey: Survey, wrong: dict[str, object], question: str, words: str
) -> None:
    found = sentences(await send(house, survey, Given(answers(**wrong))))
    assert any(q == question and words in message for q, message in found), found
    assert await Submission.all().count() == 0
    assert await Event.filter(invitation_id=survey.invitation.id).count() == 0


async def test_a_double_click_is_one_submission(house: House, survey: Survey) -> None:
    both = await asyncio.gather(*[send(house, survey, Given(AN_LAO_ANSWERS)) for _ in range(3)])
    assert {found.id for found in both if isinstance(found, Submission)} == {1}
    assert await Submission.all().count() == 1
    assert await Message.filter(kind="receipt").count() == 1


async def test_the_same_key_with_other_content_is_refused(house: House, survey: Survey) -> None:
    await send(house, survey, Given(AN_LAO_ANSWERS))
    with pytest.raises(KeyReused):
        await send(house, survey, Given(answers(e_visits=1)))
    with pytest.raises(WrongState):
        await send(house, survey, Given(AN_LAO_ANSWERS), "another key")
    with pytest.raises(Invalid):
        await send(house, survey, Given(AN_LAO_ANSWERS), " ")


async def test_a_repeated_request_after_closing_gets_its_receipt(house: House, survey: Survey) -> None:
    sent = await send(house, survey, Given(AN_LAO_ANSWERS))
    house.clock.forward(timedelta(days=30))
    again = await send(house, survey, Given(AN_LAO_ANSWERS))
    assert isinstance(sent, Submission)
    assert isinstance(again, Submission)
    assert again.id == sent.id


async def test_late_is_taken_and_closed_is_not(house: House, survey: Survey) -> None:
    house.clock.set(survey.invitation.due_at + timedelta(seconds=1))
    sent = await send(house, survey, Given(AN_LAO_ANSWERS))
    assert isinstance(sent, Submission)
    assert sent.submitted_at > survey.invitation.due_at
    assert survey.campaign.closes_at is not None
    house.clock.set(survey.campaign.closes_at + timedelta(seconds=1))
    with pytest.raises(CampaignClosed):
        await submissions.submit(house.settings, survey.id, PHU_LIEN, Given(AN_LAO_ANSWERS), API, "k", house.clock())
    await Campaign.filter(id=survey.id).update(opens_at=house.clock() + timedelta(hours=1), closes_at=None)
    with pytest.raises(CampaignNotOpen):
        await submissions.submit(house.settings, survey.id, PHU_LIEN, Given(AN_LAO_ANSWERS), API, "k", house.clock())
    with pytest.raises(NotFound):
        await submissions.submit(house.settings, survey.id, "00000", Given({}), API, "k", house.clock())


async def test_the_draft_is_sent_as_it_was_looked_at(house: House, survey: Survey) -> None:
    who, now = survey.visit.principal, house.clock()
    filled = {k: v for k, v in answers().items() if k != "confirm"}
    filling = await drafts.replace(survey.id, AN_LAO, 0, filled, API, now)

    async def submit(version: int, key: str, declared: dict[str, object]) -> Submission | Problems:
        content = FromDraft(version, declared)
        where = (house.settings, survey.id, AN_LAO)
        return await submissions.submit(*where, content, who, key, now, contact_id=survey.contact.id)

    found = await submit(filling.version, "k1", {})
    assert isinstance(found, Problems)
    assert [(p.key, p.code) for p in found.problems] == [("confirm", "required")]
    with pytest.raises(StaleDraft):
        await submit(filling.version + 1, "k2", {"confirm": "OK"})
    sent = await submit(filling.version, "k3", {"confirm": "OK"})
    assert isinstance(sent, Submission)
    assert sent.answers["confirm"] == "OK"
    assert (sent.actor, sent.actor_ref) == ("unit", f"link:{survey.link.id}")
    assert (await Draft.get(invitation_id=survey.invitation.id)).version == filling.version


async def test_receipts_go_to_the_sender_and_the_officials_one_a_mailbox(house: House, survey: Survey) -> None:
    unit = survey.invitation.unit_id
    await Contact.create(unit_id=unit, role="official", name="Người thứ hai", email="hai@haiphong.example")
    await Contact.create(unit_id=unit, role="official", name="Cùng hộp thư", email=survey.contact.email)
    await Contact.create(unit_id=unit, role="leader", name="Chủ tịch", email="ct@haiphong.example")
    await Contact.create(unit_id=unit, role="official", name="Đã nghỉ", email="nghi@haiphong.example", active=False)
    await send(house, survey, Given(AN_LAO_ANSWERS))
    mails = await Message.filter(kind="receipt").order_by("to_address")
    assert [mail.to_address for mail in mails] == ["anlao@haiphong.example", "hai@haiphong.example"]
    assert {mail.state for mail in mails} == {"waiting"}


async def test_nothing_to_report_needs_leave_and_a_reason(house: House, survey: Survey) -> None:
    with pytest.raises(Invalid):
        await send(house, survey, Nil("  "))
    sent = await send(house, survey, Nil(" Trong kỳ\r\nkhông phát sinh. "))
    assert isinstance(sent, Submission)
    assert (sent.nil_reason, sent.answers) == ("Trong kỳ\nkhông phát sinh.", {})
    assert (await Invitation.get(id=survey.invitation.id)).nil
    await Campaign.filter(id=survey.id).update(allow_nil=False)
    with pytest.raises(Invalid):
        await submissions.submit(house.settings, survey.id, PHU_LIEN, Nil("Không"), API, "k", house.clock())


async def test_another_units_file_is_no_answer(house: House, survey: Survey) -> None:
    now = house.clock()
    foreign = await attachments.add(
        house.settings, survey.id, PHU_LIEN, "c/c_attach", ("a.pdf", b"%PDF-1.4 x"), API, now
    )
    own = await attachments.add(house.settings, survey.id, AN_LAO, "c/c_attach", ("a.pdf", b"%PDF-1.4 x"), API, now)
    given = answers()
    given["c"] = {**given["c"], "c_attach": foreign}  # type: ignore[dict-item]
    assert [q for q, _ in sentences(await send(house, survey, Given(given)))] == ["c_attach"]
    given["c"]["c_attach"] = own  # type: ignore[index]
    assert isinstance(await send(house, survey, Given(given), "k2"), Submission)


async def test_a_sending_without_the_draft_brings_the_draft_up_to_it(house: House, survey: Survey) -> None:
    edit = Edit(0, "a", {"e/e_recv": "5"})
    await drafts.save(survey.id, AN_LAO, edit, survey.visit.principal, house.clock())
    await send(house, survey, Given(AN_LAO_ANSWERS))
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert (draft.version, draft.answers["e/e_recv"]) == (2, "1142")


async def test_sending_again_after_a_return_is_number_two(house: House, survey: Survey) -> None:
    first = await send(house, survey, Given(AN_LAO_ANSWERS))
    await Invitation.filter(id=survey.invitation.id).update(state="returned")
    house.clock.forward(timedelta(days=1))
    second = await send(house, survey, Given(answers(e_visits=7118)), "k2")
    assert isinstance(first, Submission)
    assert isinstance(second, Submission)
    assert (second.number, second.receipt) == (2, f"PH-{survey.id}-{AN_LAO}-2")
    assert (await Submission.get(id=first.id)).answers["e"]["e_visits"] == 7117  # type: ignore[index]
    assert (await Invitation.get(id=survey.invitation.id)).first_sent_at == first.submitted_at


async def test_the_act_is_recorded_with_ids_and_hashes_only(house: House, survey: Survey) -> None:
    await send(house, survey, Given(AN_LAO_ANSWERS))
    record = await AuditRecord.all().order_by("-seq").first()
    assert record is not None
    assert (record.action, record.subject) == ("submission.create", f"invitation:{survey.invitation.id}")
    assert "Hồng" not in str(record.data)
    assert await audit.first_broken() is None
