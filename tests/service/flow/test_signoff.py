"""Sign-off: the answers lock, the leader alone approves or hands back, and a signed document stands in for it."""

import asyncio
import re
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from reminders.models import Message
from service import life
from service.errors import (
    BadFile,
    CampaignClosed,
    Invalid,
    NotTheLeader,
    SignedMissing,
    SignoffNeeded,
    WrongState,
)
from service.flow import audit, drafts, events, notices, principal, progress, signed, signoff, submissions
from service.flow.drafts import Edit
from service.flow.entry import Visit, enter, link_for, of_session
from service.flow.submissions import FromDraft, Given, Nil, Problems
from service.models import Campaign, Contact, Event, Invitation, Submission
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.flow import mailroom

pytestmark = pytest.mark.anyio
STAFF = principal.token(1)
TICKED = {"confirm": "OK"}
PDF = ("Phiếu đã ký.pdf", b"%PDF-1.7 signed")


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True, signoff=True)


async def chair(survey: Survey, email: str = "chutich@haiphong.example") -> Contact:
    return await Contact.create(unit_id=survey.invitation.unit_id, role="leader", name="Phạm Văn Chủ", email=email)


async def visit_of(house: House, survey: Survey, contact: Contact) -> Visit:
    link = await link_for(survey.invitation.id, contact.id, contact.email, house.clock())
    return Visit(link.id, survey.invitation.unit_id, survey.id, AN_LAO, contact.id)


async def filled(house: House, survey: Survey) -> int:
    """An Lão's draft with all but the declaration; its version."""
    nested = {name: part for name, part in AN_LAO_ANSWERS.items() if name != "confirm"}
    return (await drafts.replace(survey.id, AN_LAO, 0, nested, STAFF, house.clock())).version


async def ask(house: House, survey: Survey, version: int) -> Event | Problems:
    content = FromDraft(version, TICKED)
    return await signoff.ask(house.settings, content, survey.visit, survey.id, house.clock())


async def approve(house: House, survey: Survey, leader: Visit, version: int, key: str = "k") -> Submission | Problems:
    content = FromDraft(version, TICKED)
    return await signoff.approve(house.settings, survey.id, content, leader, key, house.clock())


async def state(survey: Survey) -> str:
    return (await Invitation.get(id=survey.invitation.id)).state


async def test_what_the_leader_approves_is_sent_with_both_times(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey))
    version = await filled(house, survey)
    asked_at = house.clock()
    assert isinstance(await ask(house, survey, version), Event)
    assert (await progress.of(survey.id, house.clock())).rate.responded == 0, "waiting is not responded"
    with pytest.raises(WrongState):
        await drafts.save(
            survey.id, AN_LAO, Edit(version, values={"e/e_visits": "1"}), survey.visit.principal, house.clock()
        )
    house.clock.forward(timedelta(hours=3))
    both = await asyncio.gather(*[approve(house, survey, leader, version) for _ in range(2)])
    sent = both[0]
    assert isinstance(sent, Submission)
    assert {found.id for found in both if isinstance(found, Submission)} == {sent.id}, "a double click sends once"
    assert (sent.asked_at, sent.submitted_at) == (asked_at, asked_at + timedelta(hours=3))
    assert (sent.asked_by, sent.actor_ref) == (survey.visit.principal.ref, leader.principal.ref)
    assert sent.answers["confirm"] == "OK"
    assert await state(survey) == "submitted"
    assert await audit.first_broken() is None


async def test_without_the_leader_nothing_is_sent(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey))
    version = await filled(house, survey)
    official = survey.visit
    for scan in (None, PDF):
        with pytest.raises(SignoffNeeded):
            await submissions.submit(
                house.settings,
                survey.id,
                AN_LAO,
                FromDraft(version, TICKED),
                official.principal,
                "k",
                house.clock(),
                signed=scan,
            )
    with pytest.raises(WrongState):
        await approve(house, survey, leader, version)
    await ask(house, survey, version)
    with pytest.raises(NotTheLeader):
        await approve(house, survey, official, version)
    with pytest.raises(NotTheLeader):
        await signoff.refuse(house.settings, survey.id, "Không được", official, house.clock())
    await Contact.filter(id=leader.contact).update(active=False)
    with pytest.raises(NotTheLeader):
        await approve(house, survey, leader, version)
    assert await Submission.all().count() == 0


async def test_a_leader_who_shares_the_officials_mailbox_is_no_leader_of_its_own(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey, survey.contact.email))
    assert not await signoff.may_sign(leader)
    assert await signoff.way((await drafts.load(survey.id, house.clock(), code=AN_LAO)).invitation) == "document"


async def test_incomplete_answers_are_not_handed_in(house: House, survey: Survey) -> None:
    await chair(survey)
    saved = await drafts.save(
        survey.id, AN_LAO, Edit(0, values={"e/e_visits": "7117"}), survey.visit.principal, house.clock()
    )
    found = await ask(house, survey, saved.filling.version)
    assert isinstance(found, Problems)
    assert "confirm" not in {problem.key for problem in found.problems}, "the declaration is the leader's"
    assert await state(survey) == "draft"


async def test_a_remark_unlocks_and_stands_until_it_is_handed_in_again(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey))
    version = await filled(house, survey)
    await ask(house, survey, version)
    with pytest.raises(Invalid):
        await signoff.refuse(house.settings, survey.id, "  ", leader, house.clock())
    await signoff.refuse(house.settings, survey.id, "Xem lại số hồ sơ trực tuyến", leader, house.clock())
    assert await state(survey) == "draft"
    refused = await signoff.refused(survey.invitation.id)
    assert refused is not None
    assert (refused.remark, refused.by) == ("Xem lại số hồ sơ trực tuyến", leader.principal.ref)
    await drafts.save(
        survey.id, AN_LAO, Edit(version, values={"e/e_pay": "621"}), survey.visit.principal, house.clock()
    )
    await ask(house, survey, version + 1)
    assert await signoff.refused(survey.invitation.id) is None


async def test_it_can_be_taken_back_while_it_waits(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey))
    version = await filled(house, survey)
    await ask(house, survey, version)
    await signoff.withdraw(survey.id, survey.visit, house.clock())
    assert await state(survey) == "draft"
    with pytest.raises(WrongState):
        await approve(house, survey, leader, version)


async def test_each_leader_gets_an_own_link_and_the_official_the_remark(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO,), signoff=True) as (found, post, room):
        invitation = await Invitation.get(campaign_id=found.id, code=AN_LAO)
        official = await Contact.get(unit_id=invitation.unit_id, role="official", active=True)
        link = await link_for(invitation.id, official.id, official.email, house.clock())
        asker = Visit(link.id, invitation.unit_id, found.id, AN_LAO, official.id)
        for name in ("ct", "pct"):
            email = f"{name}@haiphong.example"
            await Contact.create(unit_id=invitation.unit_id, role="leader", name=name, email=email)
        await Contact.create(unit_id=invitation.unit_id, role="leader", name="chung", email=official.email)
        nil = Nil("Không có hồ sơ")
        await Campaign.filter(id=found.id).update(allow_nil=True)
        await signoff.ask(house.settings, nil, asker, found.id, house.clock())
        await room.tick(house.clock())
        asked = {to: mail for to, mail in post.accepted if "Kính trình lãnh đạo" in str(mail["Subject"])}
        assert set(asked) == {"ct@haiphong.example", "pct@haiphong.example"}
        (token,) = re.findall(r"/p/(\S+)", str(asked["ct@haiphong.example"].get_body(("plain",)).get_content()))  # type: ignore[union-attr]
        opened, session = await enter(token, house.settings.secret_key, house.clock())
        assert (await Invitation.get(id=invitation.id)).state == "awaiting_signoff", "entering changes nothing"
        leader = await of_session(session, house.clock())
        assert leader is not None
        assert await signoff.may_sign(leader)
        await signoff.refuse(house.settings, found.id, "Ghi rõ hơn {link}", leader, house.clock())
        await room.tick(house.clock())
        to, mail = post.accepted[-1]
        assert (to, opened.contact_id) == (official.email, leader.contact)
        assert "Ghi rõ hơn (link)" in str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


async def test_a_letter_to_the_leader_does_not_go_once_it_was_taken_back(house: House, survey: Survey) -> None:
    await chair(survey)
    await ask(house, survey, await filled(house, survey))
    letter = await Message.get(template="signoff")
    await signoff.withdraw(survey.id, survey.visit, house.clock())
    why = notices.why_not("signoff", letter.due_round, await Invitation.get(id=survey.invitation.id))
    assert why == "changed_since"


async def test_a_nil_return_waits_for_the_leader_too(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey))
    nil = Nil("Không có hồ sơ nào trong kỳ")
    await signoff.ask(house.settings, nil, survey.visit, survey.id, house.clock())
    sent = await approve(house, survey, leader, 0)
    assert isinstance(sent, Submission)
    assert sent.nil_reason == "Không có hồ sơ nào trong kỳ"
    assert (await progress.of(survey.id, house.clock())).rate.nil == 1


async def test_the_signed_document_stands_in_where_no_leader_has_an_address(house: House, survey: Survey) -> None:
    version = await filled(house, survey)
    official, content = survey.visit.principal, FromDraft(version, TICKED)

    async def send(scan: tuple[str, bytes] | None) -> Submission | Problems:
        where = (house.settings, survey.id, AN_LAO)
        return await submissions.submit(*where, content, official, "k", house.clock(), signed=scan)

    with pytest.raises(SignoffNeeded):
        await ask(house, survey, version)
    with pytest.raises(SignedMissing):
        await send(None)
    with pytest.raises(BadFile):
        await send(("a.pdf", b"MZ program"))
    sent = await send(PDF)
    assert isinstance(sent, Submission)
    stored = await signed.latest(sent.id)
    assert stored is not None
    assert stored.scan is not None
    assert (stored.scan.name, stored.scan.size, stored.by) == (PDF[0], len(PDF[1]), official.ref)


async def test_staff_send_on_a_units_behalf_without_asking_its_leader(house: House, survey: Survey) -> None:
    await chair(survey)
    content = Given(AN_LAO_ANSWERS)
    sent = await submissions.submit(house.settings, survey.id, AN_LAO, content, STAFF, "k", house.clock())
    assert isinstance(sent, Submission)
    assert sent.actor == "staff"


async def test_a_correction_that_waits_keeps_its_own_due_time(house: House, survey: Survey) -> None:
    """Handed back, handed in for approval, extended, refused: it is still the correction that is owed."""
    leader = await visit_of(house, survey, await chair(survey))
    version = await filled(house, survey)
    await ask(house, survey, version)
    await approve(house, survey, leader, version)
    report_due = survey.invitation.due_at
    now = house.clock()
    due = now + timedelta(days=2)
    async with in_transaction():
        invitation = await events.locked(survey.id, AN_LAO)
        await events.apply(invitation, life.Act.RETURN, STAFF, at=now, recorded_at=now, due_at=due, note="Sửa")
    await ask(house, survey, version)
    rate = (await progress.of(survey.id, house.clock())).rate
    assert (rate.responded, rate.returned, rate.states) == (0, 1, {**rate.states, life.State.AWAITING_SIGNOFF: 1})
    later = due + timedelta(days=1)
    async with in_transaction():
        invitation = await events.locked(survey.id, AN_LAO)
        await events.apply(invitation, life.Act.EXTEND, STAFF, at=now, recorded_at=now, due_at=later, note="Chờ duyệt")
    await signoff.refuse(house.settings, survey.id, "Chưa được", leader, house.clock())
    assert await state(survey) == "returned"
    await ask(house, survey, version)
    assert isinstance(await approve(house, survey, leader, version, "k2"), Submission)
    invitation = await Invitation.get(id=survey.invitation.id)
    assert invitation.due_at == report_due
    standing = next(row.standing for row in (await progress.of(survey.id, house.clock())).rows if row.code == AN_LAO)
    assert (standing.due_at, standing.correction_due_at, standing.correcting) == (report_due, later, False)


async def test_after_the_closing_nothing_is_approved(house: House, survey: Survey) -> None:
    leader = await visit_of(house, survey, await chair(survey))
    version = await filled(house, survey)
    await ask(house, survey, version)
    house.clock.forward(timedelta(days=30))
    with pytest.raises(CampaignClosed):
        await approve(house, survey, leader, version)
