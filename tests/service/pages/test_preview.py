"""Trying a form out: as a unit meets it, with reasons beside it, and nothing of it in any campaign."""

import asyncio
import html
import re
from datetime import timedelta

import pytest

from forms.answers import flatten
from service.flow import accounts, drafts, forms, principal, trials
from service.models import AuditRecord, Draft, DraftRevision, Event, StoredFile, Submission, Trial, Unit
from service.web import STAFF_COOKIE
from tests.conftest import House
from tests.service import build, scenes, workbooks
from tests.service.build import AN_LAO, PHU_LIEN, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock())


@pytest.fixture
async def trying(house: House, survey: Survey) -> Visitor:
    """A staff member's browser, with buttons only."""
    await scenes.log_in(house.client, survey.staff, house.clock())
    visitor = Visitor(house, survey)
    visitor.base = f"/forms/{survey.campaign.form_id}/preview"
    await visitor.open(visitor.base)
    return visitor


async def as_unit(trying: Visitor, code: str, **more: str) -> None:
    await trying.post(trying.base, {"unit": code, "act": "choose", **more})


def reasons(page: str) -> str:
    """The text of the panel."""
    panel = page[page.index('id="why"') :].partition("</aside>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", panel).split()))


async def test_it_opens_at_the_first_section_with_a_unit_filled_in(trying: Visitor, survey: Survey) -> None:
    assert trying.page.status_code == 200
    assert trying.page.url.path == f"{trying.base}/s/a"
    first = await Unit.filter(active=True).order_by("code").first()
    assert first is not None
    assert f"{first.full_name}</p>" in trying.page.text
    assert trying.page.text.count("<option value=") >= 114
    assert await Trial.all().count() == 0, "looking changes nothing"


async def test_any_unit_may_be_chosen(trying: Visitor) -> None:
    await as_unit(trying, AN_LAO)
    assert re.search(r'class="locked"[^>]*>Xã An Lão<', trying.page.text)
    await as_unit(trying, PHU_LIEN)
    assert re.search(r'class="locked"[^>]*>Phường Phù Liễn<', trying.page.text)
    await as_unit(trying, "no such")
    assert trying.page.status_code == 200


async def test_what_is_typed_is_kept_between_sections_and_shows_what_a_unit_would_see(trying: Visitor) -> None:
    await trying.save("b", {"b/b_dept": "khac", "b/b_decision": "co"}, act="save")
    assert "Có câu hỏi mới theo câu trả lời vừa chọn" in trying.page.text
    await trying.save("c", {"c/c_plan": "dang"}, act="save")
    await trying.open(f"{trying.base}/s/b")
    assert re.search(r'value="khac"[^>]* checked', trying.page.text)
    assert not re.search(r'id="w-b/b_dept_other"[^>]* hidden', trying.page.text)


async def test_nothing_of_it_reaches_a_campaign(trying: Visitor, survey: Survey) -> None:
    await trying.save("b", {"b/b_staff": "2"})
    await trying.open(f"{trying.base}/check")
    await trying.post(f"{trying.base}/submit", {"v:confirm": "OK"})
    for model in (Draft, DraftRevision, Submission):
        assert await model.all().count() == 0
    assert await Event.filter(invitation_id=survey.invitation.id).count() == 0
    (trial,) = await Trial.all()
    assert (trial.staff_id, trial.form_id) == (survey.staff.id, survey.campaign.form_id)
    assert (trial.answers["b/b_staff"], trial.answers["confirm"]) == ("2", "OK")
    assert not await AuditRecord.filter(action__startswith="trial").exists()


async def test_a_hidden_question_says_which_answer_hides_it(trying: Visitor) -> None:
    await trying.save("b", {"b/b_decision": "khong"}, act="save")
    told = reasons(trying.page.text)
    assert re.search(r"Đang ẩn .*B2a\. Số, ký hiệu Quyết định", told)
    assert re.search(r"Ẩn vì không thỏa “B2\. Đã ban hành[^”]*” là “Có” \$\{b_decision\} = 'co'", told)
    assert re.search(r"“B2\. Đã ban hành[^”]*”: Không", told)


async def test_a_refused_answer_says_which_part_failed_and_by_which_values(trying: Visitor) -> None:
    await trying.save("b", {"b/b_staff": "2", "b/b_staff_full": "5"}, act="save")
    told = reasons(trying.page.text)
    assert "Vì sao bị từ chối Số chuyên trách không được lớn hơn tổng số công chức ở câu B3." in told
    assert re.search(r"câu này ≥ 0: đúng", told)
    assert re.search(r"câu này ≤ “B3\.[^”]*”: sai", told)
    assert "Câu này: 5" in told
    assert re.search(r"“B3\. Số công chức[^”]*”: 2", told)


async def test_autosave_brings_the_panel_along(trying: Visitor, house: House) -> None:
    await trying.open(f"{trying.base}/s/b")
    answer = await trying.autosave(version=0, tab="t", page="b", changes={"b/b_decision": "co"}, touched=[])
    body = answer.json()
    assert body["show"]["b/b_decision_no"] is True
    assert "Hiện vì" in body["why"]
    assert "<script" not in body["why"]
    assert (await trying.autosave(version=1, tab="t", page="nowhere", changes={})).json().keys() == {"version", "at"}


async def test_rows_come_and_go(trying: Visitor) -> None:
    await trying.save("h", {"h/h_has": "co"}, act="save")
    await trying.save("h", {"h/h_item/r1/h_desc": "Thiếu máy quét"}, act="add:h/h_item")
    (trial,) = await Trial.all()
    rows = trial.answers["h/h_item"]
    assert isinstance(rows, list)
    assert len(rows) == 2
    await trying.save("h", {}, act=f"remove:h/h_item/{rows[1]}")
    assert "Khôi phục dòng vừa xóa" in trying.page.text
    assert (await Trial.get(id=trial.id)).answers["h/h_item"] == ["r1"]


async def test_the_end_says_what_is_wrong_or_that_it_would_be_sent(trying: Visitor) -> None:
    await trying.open(f"{trying.base}/check")
    assert "cần xem lại trước khi gửi" in trying.page.text
    assert f'href="{trying.base}/s/b?check=1' in trying.page.text
    await trying.open(f"{trying.base}/s/b?check=1")
    assert "Vui lòng xem lại" in trying.page.text


async def test_a_whole_form_can_be_gone_through(trying: Visitor, survey: Survey, house: House) -> None:
    raw, _problems = flatten(survey.form, build.AN_LAO_ANSWERS)
    await as_unit(trying, AN_LAO)
    trial = await Trial.get()
    trial.answers = {key: value for key, value in raw.items() if key != "confirm"}
    await trial.save()
    await trying.open(f"{trying.base}/check")
    assert "Bấm “Sửa” để sửa" in trying.page.text, trying.page.text[:3000]
    await trying.post(f"{trying.base}/submit", {})
    assert trying.page.status_code == 422
    await trying.post(f"{trying.base}/submit", {"v:confirm": "OK"})
    assert "Phiếu đã hợp lệ. Ở đợt khảo sát thật" in trying.page.text


async def test_it_can_be_begun_afresh_and_is_gone_after_a_day(trying: Visitor, house: House, survey: Survey) -> None:
    await trying.save("b", {"b/b_staff": "2"}, act="save")
    await trying.post(trying.base, {"unit": AN_LAO, "act": "clear"})
    assert "Đã xóa các câu trả lời thử." in trying.page.text
    (trial,) = await Trial.all()
    assert (trial.answers, trial.unit) == ({}, AN_LAO)
    await trying.save("b", {"b/b_staff": "2"}, act="save")
    later = house.clock() + trials.KEPT + timedelta(minutes=1)
    found = await trials.load(survey.staff.id, survey.campaign.form_id, later)
    assert (found.filling.raw, found.filling.version) == ({}, 0)
    await trials.choose(survey.staff.id, survey.campaign.form_id, later, unit=PHU_LIEN)
    (kept,) = await Trial.all()
    assert (kept.answers, kept.id != trial.id) == ({}, True)


async def test_too_much_text_is_refused_and_nothing_is_lost(trying: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    await trying.save("b", {"b/b_staff": "2"}, act="save")
    monkeypatch.setattr(trials, "MOST", 100)
    await trying.save("c", {"c/c_plan_due": "x" * 200}, act="save")
    assert trying.page.status_code == 422
    assert "Nội dung quá dài nên không lưu được" in trying.page.text
    assert (await Trial.get()).answers["b/b_staff"] == "2"


async def test_two_people_try_the_same_form_apart(trying: Visitor, house: House, survey: Survey) -> None:
    await trying.save("b", {"b/b_staff": "2"}, act="save")
    viewer = await accounts.create("xemthu", "Phạm Văn Xem", "viewer", house.clock())
    house.client.cookies.delete(STAFF_COOKIE)
    await scenes.log_in(house.client, viewer, house.clock())
    await trying.open(f"{trying.base}/s/b")
    assert trying.page.status_code == 200, "a viewer may look and try too"
    assert 'name="v:b/b_staff" value=""' in trying.page.text
    await trying.save("b", {"b/b_staff": "9"}, act="save")
    assert sorted(trial.answers["b/b_staff"] for trial in await Trial.all()) == ["2", "9"]


async def test_only_its_own_site_may_frame_it(trying: Visitor, house: House) -> None:
    shell = await house.client.get(f"{trying.base}?as=phone")
    assert f'<iframe class="phone" src="{trying.base}/s/a"' in shell.text
    assert f'src="{trying.base}/s/b"' in (await house.client.get(f"{trying.base}?as=phone&s=b")).text
    assert f'src="{trying.base}/s/a"' in (await house.client.get(f"{trying.base}?as=phone&s=x")).text
    assert f'href="{trying.base}?as=phone&amp;s=a"' in trying.page.text
    assert "frame-src 'self'" in shell.headers["content-security-policy"]
    assert shell.headers["x-frame-options"] == "DENY"
    framed = await house.client.get(f"{trying.base}/s/a", headers={"sec-fetch-dest": "iframe"})
    assert "frame-ancestors 'self'" in framed.headers["content-security-policy"]
    assert framed.headers["x-frame-options"] == "SAMEORIGIN"
    assert "trial-bar" not in framed.text
    other = await house.client.get("/forms")
    assert "frame-ancestors 'none'" in other.headers["content-security-policy"]


async def test_an_unknown_version_or_section_is_not_found(trying: Visitor, house: House) -> None:
    for path in ("/forms/999/preview", f"{trying.base}/s/nowhere", f"{trying.base}/s/confirm"):
        assert (await house.client.get(path)).status_code == 404


async def test_without_any_unit_there_is_one_made_up(house: House, survey: Survey) -> None:
    await Unit.all().update(active=False)
    found = await trials.load(survey.staff.id, survey.campaign.form_id, house.clock())
    assert found.filling.invitation.full_name == "Xã Ví dụ"


async def test_a_form_in_several_languages_is_tried_in_each(house: House, survey: Survey, trying: Visitor) -> None:
    rows = (
        {"type": "integer", "name": "n", "label::Tiếng Việt (vi)": "Số người", "label::English (en)": "How many"},
        {
            "type": "text", "name": "t", "label::Tiếng Việt (vi)": "Vì sao", "label::English (en)": "Why",
            "relevant": "${n} > 2",
        },
    )  # fmt: skip
    who = principal.staff(survey.staff.id)
    made, _warnings = await forms.bring_in(
        house.settings, ("hai.xlsx", workbooks.xlsform(rows, form_id="hai")), (), who, house.clock()
    )
    trying.base = f"/forms/{made.id}/preview"
    await trying.open(trying.base)
    assert "Số người" in trying.page.text
    await trying.save("n", {"n": "1"}, act="language:English (en)")
    assert "How many" in trying.page.text
    assert "Why" in reasons(trying.page.text)
    body = (await trying.autosave(version=1, tab="t", page="n", changes={"n": "3"}, touched=[])).json()
    assert body["show"]["t"] is True
    assert "Why" in body["why"]
    await trying.open(f"{trying.base}/check")
    assert "How many" in trying.page.text
    await trying.post(f"{trying.base}/language", {"language": "Tiếng Việt (vi)"})
    assert "Số người" in trying.page.text


async def test_a_file_is_stood_in_for_and_not_kept(house: House, survey: Survey, trying: Visitor) -> None:
    rows = (
        {"type": "file", "name": "tep", "label": "Tệp", "required": "yes"},
        {"type": "text", "name": "t", "label": "Ghi chú", "relevant": "${tep} != ''"},
    )
    who = principal.staff(survey.staff.id)
    made, _warnings = await forms.bring_in(
        house.settings, ("tep.xlsx", workbooks.xlsform(rows, form_id="tep")), (), who, house.clock()
    )
    trying.base = f"/forms/{made.id}/preview"
    await trying.open(trying.base)
    stored = await StoredFile.all().count()
    given = {"v:tep": ("a.pdf", b"%PDF-1.7", "application/pdf")}
    await trying.post(f"{trying.base}/s/tep", {"act": "upload:tep"}, given)
    assert "tệp thử, không được tải lên" in trying.page.text
    assert not re.search(r'id="w-t"[^>]* hidden', trying.page.text)
    assert await StoredFile.all().count() == stored
    await trying.open(f"{trying.base}/files/0")
    assert "Bản xem thử không tải tệp lên" in trying.page.text


async def test_first_saves_at_once_make_one_try_that_holds_them_all(house: House, survey: Survey) -> None:
    answers = {f"b/{name}": "1" for name in ("b_staff", "b_staff_full", "b_staff_tdc", "b_staff_cert")}
    whose = (survey.staff.id, survey.campaign.form_id)
    edits = [drafts.Edit(0, values={key: value}) for key, value in answers.items()]
    await asyncio.gather(*(trials.save(*whose, edit, house.clock()) for edit in edits))
    (trial,) = await Trial.all()
    assert answers.items() <= trial.answers.items()
    assert trial.version == 4
