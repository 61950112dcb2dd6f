"""The unit's pages as a browser meets them: with buttons only, and with autosave."""

import gzip
import re
import sqlite3
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from service import web
from service.flow import drafts, principal
from service.models import Campaign, Contact, Draft, Event, Invitation, Submission, UnitSession
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    return visitor


async def test_opening_the_link_names_all_and_changes_nothing(house: House, survey: Survey) -> None:
    for _ in range(3):
        found = await house.client.get(survey.address(house.settings))
        assert found.status_code == 200
        assert "set-cookie" not in found.headers
    for words in (
        "Xã An Lão",
        survey.campaign.title,
        "111/SKHCN-CĐS",
        "Trần Thị Lan",
        "0225 3842 124",
        "17:00 thứ Hai",
    ):
        assert words in found.text
    assert await UnitSession.all().count() == 0
    assert await Event.all().count() == 0


async def test_a_leader_is_not_told_how_to_fill_in(house: House, survey: Survey) -> None:
    to_fill_in = ("Thời gian điền", "Số liệu cần chuẩn bị", "trước khi điền")
    door = (await house.client.get(survey.address(house.settings))).text
    assert all(words in door for words in to_fill_in)
    await Invitation.filter(id=survey.invitation.id).update(state="awaiting_signoff")
    await Contact.filter(id=survey.contact.id).update(role="leader")
    door = (await house.client.get(survey.address(house.settings))).text
    assert "Vào xem và duyệt" in door
    assert "để kiểm tra trước khi duyệt." in door
    assert not any(words in door for words in to_fill_in)


async def test_what_comes_from_the_contact_list_says_where_to_correct_it(visitor: Visitor) -> None:
    page = (await visitor.open(f"{visitor.base}/s/a")).text
    name = page.partition('id="q-a/a_name"')[2][:300]
    assert "Nguyễn Thị Hồng</p>" in name
    assert '<a href="/u/contacts">Sửa trong danh bạ đầu mối</a>' in name
    assert page.count("Lấy từ danh bạ của đơn vị.") == page.count('<a href="/u/contacts">Sửa trong')


async def test_entering_is_a_post_and_notes_that_it_was_opened(house: House, survey: Survey, visitor: Visitor) -> None:
    assert visitor.page.url.path == f"/u/{survey.id}"
    assert visitor.title == survey.campaign.title
    assert (await Invitation.get(id=survey.invitation.id)).state == "opened"
    assert house.client.cookies.get(web.UNIT_COOKIE)


async def test_entering_again_leaves_the_pages_that_are_open_usable(
    house: House, survey: Survey, visitor: Visitor
) -> None:
    await visitor.open(f"{visitor.base}/s/h")
    form = {**visitor.hidden(), "v:h/h_has": "khong", "act": "save"}
    await visitor.enter(survey.address(house.settings))
    assert await UnitSession.all().count() == 1
    page = await house.client.post(f"{visitor.base}/s/h", data=form, follow_redirects=True)
    assert page.status_code == 200
    assert (await Draft.get(invitation_id=survey.invitation.id)).answers == {"h/h_has": "khong"}


async def test_an_altered_link_or_a_revoked_one_is_told_politely(house: House, survey: Survey) -> None:
    good = survey.address(house.settings)
    for bad in (good[:-1] + ("a" if good[-1] != "a" else "b"), "/p/999-aaaaaaaaaaaaaaaaaaaaaaaa", "/p/x"):
        found = await house.client.get(bad)
        assert found.status_code == 404
        assert "Đường dẫn này không đúng hoặc không còn hiệu lực" in found.text
    survey.link.generation += 1
    await survey.link.save()
    assert (await house.client.get(good)).status_code == 404


async def test_without_entering_nothing_is_shown(house: House, survey: Survey) -> None:
    for path in ("", "/s/e", "/check", "/history", "/receipt/1", "/files/1"):
        found = await house.client.get(f"/u/{survey.id}{path}")
        assert found.status_code == 401
        assert "mở lại đường dẫn riêng" in found.text


async def test_another_campaign_or_unit_is_not_found(house: House, survey: Survey, visitor: Visitor) -> None:
    await Invitation.filter(id=survey.invitation.id).update(campaign_id=survey.id)
    for path in (f"/u/{survey.id + 1}", "/u/99999999999999", f"/u/{survey.id}/s/nothing", f"/u/{survey.id}/s/confirm"):
        assert (await house.client.get(path)).status_code == 404
    assert (await house.client.get(f"/u/{survey.id}/receipt/1")).status_code == 404


async def test_a_section_saves_and_goes_on(visitor: Visitor) -> None:
    page = await visitor.save("g", {"g/g_fields": ["cds", "tdc"], "g/g_people": "6", "g/g_mode": "ket_hop"})
    assert visitor.title.startswith("H. Khó khăn")
    page = await visitor.open(f"{visitor.base}/s/g")
    assert re.search(r'value="cds"[^>]*checked', page.text)
    assert 'value="6"' in page.text


async def test_problems_are_on_top_and_beside_with_the_same_words_and_answers_are_kept(visitor: Visitor) -> None:
    answers = {"e/e_recv": "1.142", "e/e_online": "1.048", "e/e_direct": "95"}
    page = await visitor.save("e", answers)
    words = "Trực tuyến + trực tiếp phải bằng tổng số hồ sơ tiếp nhận (E2a + E2b = E2)."
    assert f'<p class="problem" id="e-e/e_direct">{words}</p>' in page.text
    assert f'<a href="#q-e/e_direct">E2b. Trong đó: nộp trực tiếp và qua bưu chính: {words}</a>' in page.text
    assert 'value="95"' in page.text
    assert page.url.query == b"check=1"
    assert page.url.fragment == "problems"


async def test_new_questions_stay_on_the_page_and_are_said(visitor: Visitor) -> None:
    page = await visitor.save("c", {"c/c_plan": "da", "c/c_bcd": "co", "c/c_docs": "4"})
    assert "Có câu hỏi mới theo câu trả lời vừa chọn" in page.text
    assert 'id="problems"' not in page.text
    assert visitor.title.startswith("C.")
    page = await visitor.post(
        f"{visitor.base}/s/c", {"v:c/c_plan": "da", "v:c/c_bcd": "co", "v:c/c_docs": "4", "act": "next"}
    )
    assert 'id="problems"' in page.text


async def test_rows_without_javascript(visitor: Visitor) -> None:
    await visitor.save("h", {"h/h_has": "co", "h/h_item/r1/h_prop": "Đề nghị hướng dẫn"}, "save")
    page = await visitor.save("h", {"h/h_has": "co", "h/h_item/r1/h_prop": "Đề nghị hướng dẫn"}, "add:h/h_item")
    assert page.text.count('class="card"') == 2
    page = await visitor.post(f"{visitor.base}/s/h", {"v:h/h_has": "co", "act": "remove:h/h_item/r1"})
    assert page.text.count('class="card"') == 1
    assert "Đề nghị hướng dẫn" not in page.text
    restore = re.search(r'value="(restore:[^"]+)"', page.text)
    assert restore is not None
    page = await visitor.post(f"{visitor.base}/s/h", {"v:h/h_has": "co", "act": restore[1]})
    assert page.text.count('class="card"') == 2
    assert page.text.index("row-h/h_item/r1") < page.text.rindex("row-h/h_item/")


async def test_two_people_and_one_question_without_javascript(house: House, survey: Survey, visitor: Visitor) -> None:
    await visitor.save("h", {"h/h_has": "khong", "h/h_other": "đầu"}, "save")
    stale = visitor.hidden()
    edit = drafts.Edit(1, "b", {"h/h_other": "của <b>đồng nghiệp</b>"})
    await drafts.save(survey.id, AN_LAO, edit, principal.staff(survey.staff.id), house.clock())
    values = {**stale, "csrf": visitor.csrf(), "v:h/h_has": "khong", "v:h/h_other": "của tôi", "act": "next"}
    page = await visitor.post(f"{visitor.base}/s/h", values)
    assert "Hai người sửa khác nhau" in page.text
    assert "của &lt;b&gt;đồng nghiệp&lt;/b&gt;" in page.text
    assert '<q class="said-text">của tôi</q>' in page.text
    values = {"v:h/h_has": "khong", "v:h/h_other": "của <b>đồng nghiệp</b>", "c:h/h_other": "kept", "act": "save"}
    page = await visitor.post(f"{visitor.base}/s/h", values)
    assert "Hai người sửa khác nhau" not in page.text
    assert "của tôi</textarea>" in page.text


async def test_a_file_is_taken_shown_and_given_back_as_an_attachment(visitor: Visitor, house: House) -> None:
    await visitor.open(f"{visitor.base}/s/c")
    data = b"%PDF-1.7 " + b"x" * 3000
    values = {"v:c/c_docs": "4", "act": "upload:c/c_attach"}
    page = await visitor.post(
        f"{visitor.base}/s/c", values, {"v:c/c_attach": ("Kế hoạch.pdf", data, "application/pdf")}
    )
    assert "Kế hoạch.pdf" in page.text
    assert 'value="4"' in page.text
    address = re.search(r'href="(/u/\d+/files/\d+)"', page.text)
    assert address is not None
    found = await house.client.get(address[1])
    assert found.content == data
    assert found.headers["content-disposition"].startswith("attachment")
    page = await visitor.post(f"{visitor.base}/s/c", {"v:c/c_docs": "4", "act": "unfile:c/c_attach"})
    assert "Kế hoạch.pdf" not in page.text


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("virus.pdf", b"MZ\x90\x00 this is a program", "nội dung không phải là"),
        ("to.pdf", b"%PDF-1.7 " + b"x" * (25 * 1024 * 1024), "quá lớn (tối đa 20 MB)"),
        ("rong.pdf", b"", "Tệp rỗng"),
    ],
)
async def test_a_wrong_file_is_told_beside_the_field_and_the_rest_is_saved(
    visitor: Visitor, name: str, data: bytes, words: str
) -> None:
    await visitor.open(f"{visitor.base}/s/c")
    values = {"v:c/c_docs": "4", "v:c/c_bcd": "co", "act": "next"}
    page = await visitor.post(f"{visitor.base}/s/c", values, {"v:c/c_attach": (name, data, "application/pdf")})
    assert page.status_code == 422
    beside = re.search(r'<p class="problem" id="e-c/c_attach">([^<]+)</p>', page.text)
    assert beside is not None
    assert words in beside[1]
    draft = await Draft.get(invitation_id=visitor.survey.invitation.id)
    assert draft.answers["c/c_docs"] == "4"


async def test_the_page_says_who_else_saved_last(house: House, survey: Survey, visitor: Visitor) -> None:
    await drafts.save(
        survey.id, AN_LAO, drafts.Edit(0, "b", {"h/h_has": "khong"}), principal.staff(survey.staff.id), house.clock()
    )
    page = await visitor.open(f"{visitor.base}/s/h")
    assert "Đã lưu lúc 08:30 ngày 8/6/2026, chuyên viên Trần Thị Lan" in page.text
    page = await visitor.open(f"{visitor.base}/history")
    assert "H1. Có khó khăn, vướng mắc cần phản ánh không" in page.text


async def test_autosave_answers_with_what_to_show(visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/e")
    changes = {"e/e_recv": "1142", "e/e_online": "1048", "e/e_direct": "95"}
    found = await visitor.autosave(version=0, tab="t1", page="e", changes=changes, touched=["e/e_direct", "e/e_recv"])
    assert found.status_code == 200
    body = found.json()
    assert body["version"] == 1
    assert body["show"]["e/e_note"] is True
    assert body["texts"]["e/e_note"][0].startswith("Tỷ lệ nộp trực tuyến: 91,77%.")
    assert body["problems"]["e/e_direct"][0] == "constraint"
    assert body["problems"]["e/e_recv"] == ["", ""]
    assert body["at"] == "08:30"


async def test_autosave_keeps_both_texts_and_draws_the_choice(house: House, survey: Survey, visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/h")
    await visitor.autosave(version=0, tab="t1", page="h", changes={"h/h_other": "đầu"})
    await visitor.autosave(version=1, tab="t2", page="h", changes={"h/h_other": "của người kia"})
    body = (await visitor.autosave(version=1, tab="t1", page="h", changes={"h/h_other": "<i>của tôi"})).json()
    assert "của người kia" in body["rivals"]["h/h_other"]
    assert "&lt;i&gt;của tôi" in body["rivals"]["h/h_other"]
    body = (await visitor.autosave(version=3, tab="t1", page="h", changes={}, chosen={"h/h_other": "kept"})).json()
    assert body["values"] == {"h/h_other": "<i>của tôi"}
    assert body["rivals"] == {}


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"[" * 5000, b'{"changes": 3, "version": "x", "tab": []}'])
async def test_autosave_survives_nonsense(visitor: Visitor, body: bytes) -> None:
    await visitor.open(f"{visitor.base}/s/h")
    headers = {"x-csrf-token": visitor.csrf(), "accept": "application/json"}
    found = await visitor.client.post(f"{visitor.base}/save", content=body, headers=headers)
    assert found.status_code in (200, 400)


async def test_more_questions_than_one_save_may_hold_are_refused_and_none_is_lost_in_silence(visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/h")
    changes = {f"h/h_item/r{number}/h_desc": "x" for number in range(2001)}
    found = await visitor.autosave(version=0, tab="t1", page="h", changes=changes)
    assert found.status_code == 422
    assert "tối đa 2.000 câu" in found.text
    assert await Draft.all().count() == 0


async def test_a_foreign_form_is_refused(visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/h")
    headers = {"x-csrf-token": "0" * 48, "accept": "application/json"}
    assert (await visitor.client.post(f"{visitor.base}/save", json={}, headers=headers)).status_code == 403
    headers = {"x-csrf-token": visitor.csrf(), "origin": "https://evil.example"}
    assert (await visitor.client.post(f"{visitor.base}/save", json={}, headers=headers)).status_code == 403


async def _fill_all(house: House, survey: Survey) -> None:
    filled = {key: value for key, value in AN_LAO_ANSWERS.items() if key != "confirm"}
    await drafts.replace(survey.id, AN_LAO, 0, filled, principal.token(1), house.clock())


async def test_check_declare_send_receipt(house: House, survey: Survey, visitor: Visitor) -> None:
    await _fill_all(house, survey)
    page = await visitor.open(f"{visitor.base}/check")
    assert "91,77%" in page.text
    assert "1.142" in page.text
    page = await visitor.post(f"{visitor.base}/submit", {})
    assert page.status_code == 422
    assert '<a href="#q-confirm">' in page.text
    form = visitor.hidden()
    sent = [await visitor.post(f"{visitor.base}/submit", {**form, "v:confirm": "OK"}) for _ in range(1)]
    receipt = f"PH-{survey.id}-{AN_LAO}-1"
    assert receipt in sent[0].text
    assert "Đúng hạn" in sent[0].text
    overview = await visitor.open(visitor.base)
    assert receipt in overview.text
    assert "Mở báo cáo để sửa" in overview.text
    home = await visitor.open("/u")
    assert receipt in home.text


async def test_the_list_before_sending_counts_questions_and_says_that_nothing_is_sent_yet(visitor: Visitor) -> None:
    page = (await visitor.open(f"{visitor.base}/check")).text
    lines = re.findall(r"<li><a href=[^>]*>([^<]*)</a></li>", page.partition('id="problems"')[2].partition("</ul>")[0])
    grouped = [int(found[1]) for line in lines if (found := re.search(r": còn (\d+) câu chưa trả lời", line))]
    assert grouped, "many of one section are one line"
    assert f"Còn {sum(grouped) + len(lines) - len(grouped)} câu cần xem lại trước khi gửi" in page
    assert "báo cáo chưa được gửi cho đến khi bấm" in page


async def test_a_double_click_leads_to_the_same_receipt(house: House, survey: Survey, visitor: Visitor) -> None:
    await _fill_all(house, survey)
    await visitor.open(f"{visitor.base}/check")
    values = {**visitor.hidden(), "csrf": visitor.csrf(), "v:confirm": "OK"}
    answers = [await house.client.post(f"{visitor.base}/submit", data=values) for _ in range(2)]
    assert [a.headers.get("location") for a in answers] == [f"{visitor.base}/receipt/1"] * 2
    assert await Submission.all().count() == 1


async def test_sending_what_was_changed_meanwhile_asks_to_look_again(
    house: House, survey: Survey, visitor: Visitor
) -> None:
    await _fill_all(house, survey)
    await visitor.open(f"{visitor.base}/check")
    form = visitor.hidden()
    edit = drafts.Edit(1, "b", {"e/e_visits": "7.118"})
    await drafts.save(survey.id, AN_LAO, edit, principal.staff(survey.staff.id), house.clock())
    page = await visitor.post(f"{visitor.base}/submit", {**form, "v:confirm": "OK"})
    assert page.status_code == 409
    assert "Phiếu vừa được sửa ở nơi khác nên chưa gửi" in page.text
    assert "7.118" in page.text


async def test_after_closing_nothing_is_lost(house: House, survey: Survey, visitor: Visitor) -> None:
    await _fill_all(house, survey)
    await visitor.open(f"{visitor.base}/s/h")
    section = {
        **visitor.hidden(),
        "csrf": visitor.csrf(),
        "v:h/h_has": "khong",
        "v:h/h_other": "viết dở",
        "act": "next",
    }
    await visitor.open(f"{visitor.base}/check")
    sending = {**visitor.hidden(), "csrf": visitor.csrf(), "v:confirm": "OK"}
    house.clock.forward(timedelta(days=15))
    await Campaign.filter(id=survey.id).update(closes_at=house.clock() - timedelta(minutes=1))
    await UnitSession.all().update(expires_at=house.clock() + timedelta(days=1))
    page = await house.client.post(f"{visitor.base}/submit", data=sending)
    assert page.status_code == 409
    assert "Đợt khảo sát đã đóng" in page.text
    page = await house.client.post(f"{visitor.base}/s/h", data=section)
    assert page.status_code == 409
    assert "viết dở" in page.text, "what was typed can be copied"
    found = await visitor.autosave(version=1, tab="t", page="h", changes={"h/h_other": "x"})
    assert found.status_code == 409
    assert found.json()["error"]["code"] == "campaign_closed"
    page = await visitor.open(f"{visitor.base}/s/e")
    assert "1.142" in page.text
    assert 'name="v:' not in page.text


async def test_nothing_to_report_with_a_reason(visitor: Visitor) -> None:
    page = await visitor.open(f"{visitor.base}/nil")
    page = await visitor.post(f"{visitor.base}/nil", {"reason": " "})
    assert page.status_code == 422
    page = await visitor.post(f"{visitor.base}/nil", {"reason": "Trong kỳ không phát sinh nhiệm vụ."})
    assert "Không phát sinh" in page.text
    assert "Trong kỳ không phát sinh nhiệm vụ." in page.text


async def test_leaving_ends_the_session(house: House, survey: Survey, visitor: Visitor) -> None:
    page = await visitor.post("/u/leave", {})
    assert "Đã rời khỏi" in page.text
    assert (await house.client.get(f"/u/{survey.id}")).status_code == 401


async def test_text_of_people_stays_text(house: House, survey: Survey, visitor: Visitor) -> None:
    nasty = '"><script>alert(1)</script>'
    edit = drafts.Edit(0, "a", {"h/h_has": "khong", "h/h_other": nasty, "e/e_late_why": nasty, "e/e_late": "1"})
    await drafts.save(survey.id, AN_LAO, edit, principal.staff(survey.staff.id), house.clock())
    for path in ("/s/h", "/s/e", "/check", "/history", ""):
        page = await visitor.open(f"{visitor.base}{path}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text


async def test_the_first_load_of_a_section_is_small(house: House, visitor: Visitor) -> None:
    """60 KB over the wire, with everything the page asks for."""
    page = await visitor.open(f"{visitor.base}/s/e")
    total = len(gzip.compress(page.content))
    for address in set(re.findall(r'<(?:link|script|img)\b[^>]*(?:href|src)="(/static/[^"]+)"', page.text)):
        total += len(gzip.compress((await house.client.get(address)).content))
    assert total < 60 * 1024


async def test_the_other_units_form_stays_out_of_reach(house: House, survey: Survey, visitor: Visitor) -> None:
    other = await Invitation.get(campaign_id=survey.id, code=PHU_LIEN)
    edit = drafts.Edit(0, "a", {"h/h_other": "của Phù Liễn"})
    await drafts.save(survey.id, PHU_LIEN, edit, principal.staff(survey.staff.id), house.clock())
    page = await visitor.open(f"{visitor.base}/s/h")
    assert "của Phù Liễn" not in page.text
    assert (await Draft.get(invitation_id=other.id)).answers == {"h/h_other": "của Phù Liễn"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_locked_database_loses_nothing(house: House, visitor: Visitor) -> None:
    """A SQLite file is locked as a whole. The page says so and gives back what was typed, ready to be sent again."""
    await visitor.open(f"{visitor.base}/s/h")
    values = {"v:h/h_has": "khong", "v:h/h_other": "một ý kiến", "act": "save"}
    with sqlite3.connect(urlsplit(house.settings.database_url).path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        page = await visitor.post(f"{visitor.base}/s/h", values)
        assert page.status_code == 503
        assert "Nội dung anh/chị vừa nhập vẫn còn trên trang này" in page.text
        other.execute("ROLLBACK")
    page = await visitor.post(f"{visitor.base}/s/h", {})
    assert page.status_code == 200
    assert "một ý kiến</textarea>" in page.text
    other.close()
