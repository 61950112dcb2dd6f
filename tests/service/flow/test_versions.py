"""A running campaign goes over to another version of its form: drafts follow, nothing typed is lost, reports stay."""

import asyncio

import pytest

from service.errors import CampaignClosed, Invalid, NotPublished, StaleDraft
from service.flow import (
    carrying,
    consolidation,
    downloads,
    drafts,
    forms,
    principal,
    progress,
    reviews,
    submissions,
    versions,
)
from service.flow.merging import Edit, RowAct
from service.flow.submissions import FromDraft, Given
from service.models import AuditRecord, Campaign, Draft, DraftRevision, FormMove, FormVersion, LeftOver, Submission
from tests.conftest import House
from tests.service import build, newer
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey

pytestmark = pytest.mark.anyio
COLLEAGUE = principal.link(999)
TYPED = {"c/c_docs": "4", "c/c_plan": "dang", "c/c_plan_due": "2025-09-30", "f/f_channels": ["truc_tiep", "zalo"],
         "h/h_other": "Đề nghị tập huấn", "h/h_has": "co", "h/h_item/r1/h_desc": "Thiếu máy tính"}  # fmt: skip
CARRIED = {"c/c_plan": "dang", "c/c_plan_due": "2025-09-30", "f/f_channels": ["truc_tiep"],
           "c/h_other": "Đề nghị tập huấn", "h/h_has": "co", "h/h_item/r1/h_desc": "Thiếu máy tính"}  # fmt: skip


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


@pytest.fixture
async def newest(house: House, survey: Survey) -> FormVersion:
    return await newer.version(survey.campaign.form_id, house.clock())


async def save(house: House, survey: Survey, edit: Edit, who: principal.Principal | None = None) -> drafts.Saved:
    contact = survey.contact.id if who is None else None
    return await drafts.save(survey.id, AN_LAO, edit, who or survey.visit.principal, house.clock(), contact_id=contact)


async def move(house: House, survey: Survey, new: FormVersion, old: int | None = None) -> None:
    who = principal.staff(survey.staff.id)
    await versions.move(survey.id, old or survey.campaign.form_id, new.id, "Bổ sung câu C4", who, house.clock())


async def left(survey: Survey) -> list[tuple[str, str, str]]:
    return [(row.key, row.shown, row.code) for row in await carrying.of_invitation(survey.invitation.id)]


GONE = [("c/c_docs", "4", "removed"), ("f/f_channels", "Nhóm Zalo", "choice")]


async def test_a_move_is_recorded_and_drafts_follow(house: House, survey: Survey, newest: FormVersion) -> None:
    await save(house, survey, Edit(0, "a", TYPED))
    seen = await versions.outlook(survey.campaign, newest)
    assert (seen.drafts, seen.submissions, seen.answers) == (1, 0, 2)
    await move(house, survey, newest)
    assert (await Campaign.get(id=survey.id)).form_id == newest.id
    assert (await FormMove.get()).reason == "Bổ sung câu C4"
    assert (await AuditRecord.all().order_by("-seq").first()).action == "campaign.form"  # type: ignore[union-attr]
    assert await versions.carry_all(survey.id, house.clock()) == 1
    draft = await Draft.get()
    assert (draft.answers, draft.version, draft.form_id) == (CARRIED, 2, newest.id)
    assert draft.updated_by == survey.visit.principal.ref  # the last change stays the person's
    assert await left(survey) == GONE
    assert await versions.carry_all(survey.id, house.clock()) == 0


async def test_who_looks_sees_the_carried_draft_and_writes_nothing(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    await save(house, survey, Edit(0, "a", TYPED))
    await move(house, survey, newest)
    found = await drafts.load(survey.id, house.clock(), code=AN_LAO)
    assert (found.raw, found.version, found.form.version) == (CARRIED, 2, newer.VERSION)
    assert [one.key for one in found.left] == ["c/c_docs", "f/f_channels"]
    assert (await Draft.get()).version == 1
    saved = await save(house, survey, Edit(found.version, "b", {"c/c_note": "Mới"}, form=newest.id))
    assert saved.filling.raw == {**CARRIED, "c/c_note": "Mới"}
    assert (saved.conflicts, saved.moved) == ((), False)
    assert await left(survey) == GONE


async def test_a_page_drawn_before_lands_by_name_and_loses_nothing(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    old = survey.campaign.form_id
    await save(house, survey, Edit(0, "a", TYPED, form=old))
    await move(house, survey, newest)
    typed = {**TYPED, "h/h_other": "Đề nghị tập huấn thêm", "c/c_docs": "5", "c/c_bcd": ""}
    saved = await save(house, survey, Edit(1, "a", typed, form=old))
    assert saved.filling.raw == {**CARRIED, "c/h_other": "Đề nghị tập huấn thêm"}
    assert (saved.conflicts, saved.moved) == ((), True)
    assert await left(survey) == [*GONE, ("c/c_docs", "5", "removed")]
    await save(house, survey, Edit(2, "a", {"c/c_docs": "57"}, form=old))  # the same page types on: one line, not two
    assert await left(survey) == [*GONE, ("c/c_docs", "57", "removed")]


async def test_two_people_across_a_move_still_keep_both_texts(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    old = survey.campaign.form_id
    await save(house, survey, Edit(0, "a", {"h/h_other": "đầu"}, form=old))
    await save(house, survey, Edit(1, "b", {"h/h_other": "của đồng nghiệp"}, form=old), COLLEAGUE)
    await move(house, survey, newest)
    saved = await save(house, survey, Edit(1, "a", {"h/h_other": "của tôi"}, form=old))
    assert saved.conflicts == ("c/h_other",)
    assert saved.filling.raw["c/h_other"] == "của đồng nghiệp"
    chosen = await save(house, survey, Edit(3, "a", chosen={"h/h_other": "kept"}, form=old))
    assert chosen.filling.raw == {"c/h_other": "của tôi"}


async def test_texts_that_wait_for_a_choice_move_with_their_question(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    await save(house, survey, Edit(0, "a", {"h/h_other": "đầu", "c/c_docs": "1"}))
    await save(house, survey, Edit(1, "b", {"h/h_other": "hai", "c/c_docs": "2"}), COLLEAGUE)
    await save(house, survey, Edit(1, "a", {"h/h_other": "ba", "c/c_docs": "3"}))
    await move(house, survey, newest)
    found = await drafts.load(survey.id, house.clock(), code=AN_LAO)
    assert {key: kept.value for key, kept in found.kept.items()} == {"c/h_other": "ba"}
    assert [(one.value, one.code) for one in found.left] == [("2", "removed"), ("3", "rival")]


async def test_a_row_act_of_a_page_drawn_before_still_acts(house: House, survey: Survey, newest: FormVersion) -> None:
    old = survey.campaign.form_id
    await save(house, survey, Edit(0, "a", TYPED, form=old))
    await move(house, survey, newest)
    saved = await save(house, survey, Edit(1, "a", row=RowAct("add", "h/h_item", "r2"), form=old))
    assert saved.filling.raw["h/h_item"] == ["r1", "r2"]


async def test_a_version_of_another_form_in_a_post_counts_for_nothing(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    await FormVersion.filter(id=newest.id).update(form_id="khac")
    saved = await save(house, survey, Edit(0, "a", {"h/h_other": "chữ"}, form=newest.id))
    assert (saved.filling.raw, saved.moved) == ({"h/h_other": "chữ"}, False)


async def test_going_back_restores_what_was_left_over(house: House, survey: Survey, newest: FormVersion) -> None:
    old = await versions.brief(survey.campaign.form_id)
    await save(house, survey, Edit(0, "a", TYPED))
    await move(house, survey, newest)
    await versions.carry_all(survey.id, house.clock())
    row = await LeftOver.get(key="c/c_docs")
    await carrying.dismiss(survey.invitation, row.id, survey.visit.principal, house.clock())
    await move(house, survey, old, newest.id)
    await versions.carry_all(survey.id, house.clock())
    expected = {key: value for key, value in TYPED.items() if key != "c/c_docs"}  # seen and dismissed: not put back
    assert (await Draft.get()).answers == expected
    outcomes = {row.key: row.outcome for row in await LeftOver.all()}
    assert outcomes == {"c/c_docs": "dismissed", "f/f_channels": "restored"}


@pytest.mark.parametrize("typed", ["khoảng bốn", "004", "null", '"4"'])
async def test_a_text_that_is_left_over_stays_as_it_was_typed(
    house: House, survey: Survey, newest: FormVersion, typed: str
) -> None:
    old = await versions.brief(survey.campaign.form_id)
    await save(house, survey, Edit(0, "a", {"c/c_docs": typed}, form=old.id))
    await move(house, survey, newest)
    assert [one.value for one in (await drafts.load(survey.id, house.clock(), code=AN_LAO)).left] == [typed]
    await save(house, survey, Edit(1, "a", {"c/c_docs": typed}, form=old.id))
    assert await left(survey) == [("c/c_docs", typed, "removed")]
    await move(house, survey, old, newest.id)
    await versions.carry_all(survey.id, house.clock())
    assert (await Draft.get()).answers == {"c/c_docs": typed}


async def test_sending_what_was_looked_at_in_the_other_version_is_refused(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    old = survey.campaign.form_id
    await save(house, survey, Edit(0, "a", TYPED))
    await move(house, survey, newest)
    who, now = survey.visit.principal, house.clock()
    with pytest.raises(StaleDraft):
        await submissions.submit(house.settings, survey.id, AN_LAO, FromDraft(1, {}, old), who, "k", now)
    with pytest.raises(StaleDraft):
        await submissions.submit(house.settings, survey.id, AN_LAO, FromDraft(2, {}, old), who, "k", now)
    found = await submissions.submit(house.settings, survey.id, AN_LAO, FromDraft(2, {}, newest.id), who, "k", now)
    assert isinstance(found, submissions.Problems)  # looked at as it is: judged, by the newer form
    assert found.form.version == newer.VERSION


async def send(house: House, survey: Survey, code: str = AN_LAO, **changes: object) -> Submission:
    answers = {**AN_LAO_ANSWERS, **changes}
    who = principal.staff(survey.staff.id)
    found = await submissions.submit(house.settings, survey.id, code, Given(answers), who, f"k-{code}", house.clock())
    assert isinstance(found, Submission), found.problems
    return found


async def test_a_report_keeps_its_version_and_correcting_it_carries_it(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    old = survey.campaign.form_id
    sent = await send(house, survey)
    await move(house, survey, newest)
    assert await versions.carry_all(survey.id, house.clock()) == 0
    assert (await Submission.get(id=sent.id)).form_id == old
    shown = await drafts.load(survey.id, house.clock(), code=AN_LAO)
    assert (shown.form_id, "c/c_docs" in shown.raw, shown.left) == (old, True, ())
    await reviews.hand_back(
        house.settings, survey.id, AN_LAO, "Xem lại C2", principal.staff(survey.staff.id), house.clock()
    )
    shown = await drafts.load(survey.id, house.clock(), code=AN_LAO)
    assert (shown.form_id, "c/c_docs" in shown.raw) == (newest.id, False)
    assert {one.key for one in shown.left} == {"c/c_docs", "f/f_channels"}
    assert await left(survey) == []
    await save(house, survey, Edit(shown.version, "a", {"c/c_note": "đã xem"}, form=newest.id))
    assert await left(survey) == GONE


async def test_reports_of_both_versions_add_up_by_question_name(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    await send(house, survey)
    await move(house, survey, newest)
    f = {**AN_LAO_ANSWERS["f"], "f_channels": ["truc_tiep"]}  # type: ignore[dict-item]
    c = {**AN_LAO_ANSWERS["c"], "c_note": "Ghi chú", "h_other": "Ý khác"}  # type: ignore[dict-item]
    c.pop("c_docs")
    h = {"h_has": "khong"}
    fresh = await send(house, survey, PHU_LIEN, c=c, f=f, h=h)
    assert fresh.form_id == newest.id
    found = await progress.of(survey.id, house.clock())
    sent = await consolidation.answers(found, house.clock())
    given = await consolidation.in_form(await forms.built(newest.id), newest.id, sent)
    assert {code: one.older for code, one in given.items()} == {AN_LAO: True, PHU_LIEN: False}
    summary = await consolidation.summary(await forms.built(newest.id), given)
    visits, note = summary.question("e_visits"), summary.question("c_note")
    assert visits is not None
    assert visits.numbers is not None
    assert visits.numbers.total == 2 * 7117
    assert note is not None
    assert (note.asked, note.answered) == (1, 1)  # it was not asked in the older version
    assert summary.question("c_docs") is None
    report = await downloads.gather(survey.id, house.clock(), house.clock())
    assert (report.older, report.older_left) == (1, 2)
    assert report.answers[AN_LAO]["e_visits"] == 7117


async def test_what_may_not_move(house: House, survey: Survey, newest: FormVersion) -> None:
    old, who, now = survey.campaign.form_id, principal.staff(survey.staff.id), house.clock()
    with pytest.raises(Invalid):
        await versions.move(survey.id, old, newest.id, "  ", who, now)
    await FormVersion.filter(id=newest.id).update(form_id="khac")
    with pytest.raises(Invalid):
        await versions.move(survey.id, old, newest.id, "nhầm", who, now)
    await FormVersion.filter(id=newest.id).update(form_id=survey.form.id)
    await Campaign.filter(id=survey.id).update(closes_at=now.replace(year=now.year - 1))
    with pytest.raises(CampaignClosed):
        await versions.move(survey.id, old, newest.id, "muộn", who, now)
    await Campaign.filter(id=survey.id).update(published_at=None)
    with pytest.raises(NotPublished):
        await versions.move(survey.id, old, newest.id, "sớm", who, now)
    assert not await FormMove.exists()


async def test_of_two_who_move_at_once_one_is_told(house: House, survey: Survey, newest: FormVersion) -> None:
    fields = ("form_id", "version", "title", "questions", "cells", "file_id", "created_at")
    third = await FormVersion.create(**{**{name: getattr(newest, name) for name in fields}, "version": "3"})
    found = await asyncio.gather(
        move(house, survey, newest), move(house, survey, third), move(house, survey, newest), return_exceptions=True
    )
    moved = (await Campaign.get(id=survey.id)).form_id
    assert await FormMove.all().count() == 1
    told = [one for one in found if isinstance(one, versions.FormMoved)]
    assert len(told) == (1 if moved == newest.id else 2)
    assert all(one is None or isinstance(one, versions.FormMoved) for one in found)


async def test_typing_and_sending_while_the_campaign_moves_loses_nothing(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    old = survey.campaign.form_id
    await save(house, survey, Edit(0, "a", TYPED, form=old))
    keys = ["a/a_name", "e/e_visits", "h/h_other", "b/b_staff", "e/e_recv"]

    async def carried() -> None:
        await move(house, survey, newest)
        await versions.carry_all(survey.id, house.clock())

    edits = [save(house, survey, Edit(1, "a", {key: f"{n}"}, form=old)) for n, key in enumerate(keys)]
    await asyncio.gather(*edits[:2], carried(), *edits[2:], send(house, survey, PHU_LIEN, h={"h_has": "khong"}))
    draft = await Draft.get(invitation_id=survey.invitation.id)
    expected = {key.replace("h/h_other", "c/h_other"): f"{n}" for n, key in enumerate(keys)}
    assert draft.answers == {**CARRIED, **expected}
    assert draft.form_id == newest.id
    assert await left(survey) == GONE
    sent = await Submission.get()
    assert (sent.form_id == old) == ("c_docs" in sent.answers["c"])  # type: ignore[operator]


async def test_revisions_say_which_version_they_are_of(house: House, survey: Survey, newest: FormVersion) -> None:
    old = survey.campaign.form_id
    await save(house, survey, Edit(0, "a", TYPED))
    await move(house, survey, newest)
    await save(house, survey, Edit(1, "a", {"c/c_note": "x"}, form=newest.id))
    rows = await DraftRevision.all().order_by("version")
    assert [(row.version, row.form_id, row.by == carrying.CARRIED) for row in rows] == [
        (1, old, False), (2, old, True), (3, newest.id, False),
    ]  # fmt: skip
    assert rows[1].changes == {"c/c_docs": ["4", None], "f/f_channels": [["zalo"], None]}
