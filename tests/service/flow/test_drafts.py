"""Drafts: saved as they are typed, merged question by question, never lost, seen by their unit only."""

from datetime import timedelta

import pytest

from service.errors import CampaignClosed, CampaignNotOpen, Invalid, NotFound, StaleDraft, WrongState
from service.flow import drafts, filling, forms, principal, submissions
from service.flow.drafts import Edit, Saved
from service.flow.merging import RowAct
from service.models import AuditRecord, Campaign, Draft, DraftRevision, Event, Invitation, Unit
from tests.conftest import BOTH, House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.workbooks import xlsform

pytestmark = [pytest.mark.anyio, BOTH]
COLLEAGUE = principal.link(999)


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


async def save(house: House, survey: Survey, edit: Edit, who: principal.Principal | None = None) -> Saved:
    contact = survey.contact.id if who is None else None
    return await drafts.save(survey.id, AN_LAO, edit, who or survey.visit.principal, house.clock(), contact_id=contact)


async def test_the_first_change_begins_the_draft_and_is_kept_invalid_or_not(house: House, survey: Survey) -> None:
    saved = await save(house, survey, Edit(0, "a", {"e/e_recv": "một nghìn", "e/e_visits": " 7.117 "}))
    assert saved.filling.version == 1
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert draft.answers == {"e/e_recv": "một nghìn", "e/e_visits": "7.117"}
    invitation = await Invitation.get(id=survey.invitation.id)
    assert invitation.state == "draft"
    assert await Event.filter(invitation_id=invitation.id, act="begin").count() == 1
    assert {p.code for p in saved.filling.picture.page_problems("e") if p.key == "e/e_recv"} == {"not_integer"}


async def test_autosaves_go_to_revisions_and_not_to_the_audit_log(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"e/e_recv": "1"}))
    records = await AuditRecord.all().count()
    saved = await save(house, survey, Edit(1, "a", {"e/e_recv": "2"}))
    await save(house, survey, Edit(saved.filling.version, "a", {"e/e_recv": "2"}))  # nothing new
    assert await AuditRecord.all().count() == records
    rows = await DraftRevision.all().order_by("version")
    assert [row.changes for row in rows] == [{"e/e_recv": [None, "1"]}, {"e/e_recv": ["1", "2"]}]


async def test_two_people_on_different_questions_both_keep_theirs(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"e/e_recv": "1"}))
    await save(house, survey, Edit(1, "b", {"e/e_visits": "9"}), COLLEAGUE)
    saved = await save(house, survey, Edit(1, "a", {"e/e_recv": "2"}))
    assert saved.filling.raw == {"e/e_recv": "2", "e/e_visits": "9"}
    assert saved.merged == {"e/e_visits": "9"}
    assert saved.conflicts == ()


async def test_two_people_on_one_question_keep_both_texts_until_somebody_chooses(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"h/h_other": "đầu"}))
    await save(house, survey, Edit(1, "b", {"h/h_other": "của đồng nghiệp"}), COLLEAGUE)
    saved = await save(house, survey, Edit(1, "a", {"h/h_other": "của tôi"}))
    assert saved.conflicts == ("h/h_other",)
    assert saved.filling.raw["h/h_other"] == "của đồng nghiệp"
    assert saved.filling.kept["h/h_other"].value == "của tôi"
    outcome = await submissions.submit(
        house.settings,
        survey.id,
        AN_LAO,
        submissions.FromDraft(saved.filling.version),
        survey.visit.principal,
        "k",
        house.clock(),
    )
    assert isinstance(outcome, submissions.Problems)
    assert "conflict" in {problem.code for problem in outcome.problems}
    chosen = await save(house, survey, Edit(saved.filling.version, "c", chosen={"h/h_other": "kept"}))
    assert chosen.filling.raw["h/h_other"] == "của tôi"
    assert chosen.filling.kept == {}


async def test_replacing_a_draft_keeps_the_text_that_waits_for_a_choice(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"h/h_has": "khong", "h/h_other": "đầu"}))
    await save(house, survey, Edit(1, "b", {"h/h_other": "của đồng nghiệp"}), COLLEAGUE)
    version = (await save(house, survey, Edit(1, "a", {"h/h_other": "của tôi"}))).filling.version
    for answer, waits in (("từ máy", True), ("của tôi", False)):
        nested = {"h": {"h_has": "khong", "h_other": answer}}
        found = await drafts.replace(survey.id, AN_LAO, version, nested, principal.token(1), house.clock())
        assert found.raw["h/h_other"] == answer
        assert [kept.value for kept in found.kept.values()] == (["của tôi"] if waits else [])
        version = found.version
    last = await DraftRevision.all().order_by("-version").first()
    assert last is not None
    assert set(last.changes) == {"h/h_other", "!h/h_other"}


async def test_what_is_known_is_filled_in_and_cannot_be_typed_over(house: House, survey: Survey) -> None:
    saved = await save(house, survey, Edit(0, "a", {"a/a_unit": "10888", "a/a_kind": "phuong", "a/a_name": "Ai đó"}))
    fields = {found.key: found for found in saved.filling.picture.page("a")}
    assert fields["a/a_unit"].shown == "Xã An Lão"  # type: ignore[union-attr]
    assert fields["a/a_name"].shown == "Nguyễn Thị Hồng"  # type: ignore[union-attr]
    assert all(field.locked for field in fields.values())  # type: ignore[union-attr]


async def test_keys_that_name_nothing_and_shapes_that_do_not_fit_are_passed_over(house: House, survey: Survey) -> None:
    nonsense: dict[str, object] = {
        "x/y": "1",
        "e/e_pct_online": "99",  # computed
        "e": "1",
        "!h/h_other": "1",
        "h/h_item/h_desc": "no row",
        "h/h_item/r 1/h_desc": "bad row",
        "c/c_attach": "17",  # only an upload gives a file
        "e/e_recv": ["1"],
        "d/d_tasks": "cntt",
        "e/e_late": None,
    }
    saved = await save(house, survey, Edit(0, "a", nonsense))
    assert saved.filling.raw == {}
    assert saved.filling.version == 0
    assert (await Invitation.get(id=survey.invitation.id)).state == "not_sent"


async def test_control_characters_and_lone_surrogates_never_reach_the_database(house: House, survey: Survey) -> None:
    saved = await save(house, survey, Edit(0, "a", {"h/h_other": "a\x00b\ud800c\r\nd"}))
    assert saved.filling.raw["h/h_other"] == "abc\nd"


async def test_a_text_beyond_all_measure_is_refused(house: House, survey: Survey) -> None:
    with pytest.raises(Invalid):
        await save(house, survey, Edit(0, "a", {"h/h_other": "x" * 100_001}))


async def test_rows_keep_their_answers_when_removed_and_restored(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"h/h_has": "co", "h/h_item/r1/h_prop": "Đề nghị tập huấn"}))
    await save(house, survey, Edit(1, "a", row=RowAct("add", "h/h_item", "n2")))
    saved = await save(house, survey, Edit(2, "a", row=RowAct("remove", "h/h_item", "r1")))
    assert saved.filling.raw["h/h_item"] == ["n2"]
    assert "Đề nghị tập huấn" not in str(saved.filling.picture.answers)
    saved = await save(house, survey, Edit(3, "a", row=RowAct("restore", "h/h_item", "r1", 0)))
    assert saved.filling.raw["h/h_item"] == ["r1", "n2"]
    assert "Đề nghị tập huấn" in str(saved.filling.picture.answers)


async def test_two_people_add_rows_at_once_and_both_stay(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"h/h_has": "co"}))
    await save(house, survey, Edit(1, "a", row=RowAct("add", "h/h_item", "mine")))
    saved = await save(house, survey, Edit(1, "b", row=RowAct("add", "h/h_item", "theirs")), COLLEAGUE)
    assert saved.filling.raw["h/h_item"] == ["r1", "mine", "theirs"]


async def test_before_opening_and_after_closing_nothing_is_written(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"e/e_recv": "1"}))
    house.clock.forward(timedelta(days=15))
    with pytest.raises(CampaignClosed):
        await save(house, survey, Edit(1, "a", {"e/e_recv": "2"}))
    assert (await Draft.get(invitation_id=survey.invitation.id)).answers == {"e/e_recv": "1"}
    await Campaign.filter(id=survey.id).update(opens_at=house.clock() + timedelta(days=1), closes_at=None)
    with pytest.raises(CampaignNotOpen):
        await save(house, survey, Edit(1, "a", {"e/e_recv": "2"}))


async def test_after_sending_the_draft_is_locked_until_it_is_returned(house: House, survey: Survey) -> None:
    who, now = principal.token(1), house.clock()
    given = submissions.Given(AN_LAO_ANSWERS)
    sent = await submissions.submit(house.settings, survey.id, AN_LAO, given, who, "k", now)
    assert not isinstance(sent, submissions.Problems)
    with pytest.raises(WrongState):
        await save(house, survey, Edit(0, "a", {"e/e_recv": "2"}))
    await Invitation.filter(id=survey.invitation.id).update(state="returned")
    found = await drafts.load(survey.id, now, code=AN_LAO)
    assert found.raw["e/e_recv"] == "1142", "correcting starts from what was sent"
    saved = await save(house, survey, Edit(0, "a", {"e/e_late": "1"}))
    assert saved.filling.raw["e/e_recv"] == "1142"
    assert saved.filling.raw["e/e_late"] == "1"


async def test_replacing_a_whole_draft_needs_its_version(house: House, survey: Survey) -> None:
    who, now = principal.token(1), house.clock()
    found = await drafts.replace(survey.id, AN_LAO, 0, {"e": {"e_recv": 1142}, "d": {"d_tasks": ["cntt"]}}, who, now)
    assert found.version == 1
    assert found.raw == {"e/e_recv": "1142", "d/d_tasks": ["cntt"]}
    with pytest.raises(StaleDraft) as stale:
        await drafts.replace(survey.id, AN_LAO, 0, {"e": {"e_recv": 1}}, who, now)
    assert stale.value.params == {"version": 1}
    with pytest.raises(Invalid) as invalid:
        await drafts.replace(survey.id, AN_LAO, 1, {"e": {"nothing_like_it": 1}}, who, now)
    assert invalid.value.problems[0]["question"] == "e/nothing_like_it"


async def test_a_unit_finds_its_own_form_only(house: House, survey: Survey) -> None:
    other = await Unit.get(code="10507")  # not on the roster
    with pytest.raises(NotFound):
        await filling.find(survey.id, unit_id=other.id)
    for number in (0, -1, 2**31, 10**30, survey.id + 1):
        with pytest.raises(NotFound):
            await filling.find(number, unit_id=survey.invitation.unit_id)


async def test_history_says_who_changed_what(house: House, survey: Survey) -> None:
    await save(house, survey, Edit(0, "a", {"e/e_recv": "1"}))
    await save(house, survey, Edit(1, "b", {"e/e_late": "0"}), principal.staff(survey.staff.id))
    rows = await drafts.history(survey.invitation.id)
    names = await drafts.people({row.by for row in rows})
    assert [(names[row.by], list(row.changes)) for row in rows] == [
        ("chuyên viên Trần Thị Lan", ["e/e_late"]),
        ("Nguyễn Thị Hồng", ["e/e_recv"]),
    ]


async def test_what_is_typed_together_with_its_trigger_stands(house: House, survey: Survey) -> None:
    rows = [
        {"type": "integer", "name": "a", "label": "A"},
        {"type": "text", "name": "b", "label": "B", "calculation": "concat('v', ${a})", "trigger": "${a}"},
    ]
    found, _warnings = await forms.bring_in(
        house.settings, ("a.xlsx", xlsform(rows)), (), principal.staff(survey.staff.id), house.clock()
    )
    await Campaign.filter(id=survey.id).update(form_id=found.id)
    saved = await save(house, survey, Edit(0, "a", {"a": "1"}))
    assert saved.filling.raw["b"] == "v1"
    for live in (False, True):
        value = str(7 + live)
        edit = Edit(saved.filling.version, "a", {"a": value, "b": f"tôi tự gõ {value}"})
        who = survey.visit.principal
        saved = await drafts.save(survey.id, AN_LAO, edit, who, house.clock(), live=live)
        assert saved.filling.raw["b"] == f"tôi tự gõ {value}"
        shown = saved.filling.picture.field("b")
        assert shown
        assert shown.raw == f"tôi tự gõ {value}"
    saved = await save(house, survey, Edit(saved.filling.version, "a", {"a": "9"}))
    assert saved.filling.raw["b"] == "v9"
