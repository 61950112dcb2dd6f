"""Versions on the screens: the list, what changed, the move of a campaign, and what units see of it."""

import re

import httpx
import pytest

from service.flow import accounts, carrying, drafts, versions
from service.flow.merging import Edit
from service.models import Campaign, Draft, FormMove, FormVersion, LeftOver, Submission
from service.web import STAFF_COOKIE
from tests.conftest import House
from tests.service import build, newer, workbooks
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.pages.visitor import Visitor
from tests.service.scenes import csrf, log_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    found = await build.survey(house.settings, house.clock(), allow_nil=True)
    await log_in(house.client, found.staff, house.clock())
    return found


@pytest.fixture
async def newest(house: House, survey: Survey) -> FormVersion:
    return await newer.version(survey.campaign.form_id, house.clock())


async def post(house: House, path: str, values: dict[str, object], page: str) -> httpx.Response:
    token = csrf((await house.client.get(page)).text)
    return await house.client.post(path, data={"csrf": token, **values}, follow_redirects=True)


async def type_in(house: House, survey: Survey, values: dict[str, object]) -> None:
    await drafts.save(survey.id, AN_LAO, Edit(0, "a", values), survey.visit.principal, house.clock())


async def test_a_move_asks_for_a_reason_and_a_tick_and_carries_the_drafts(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    await type_in(house, survey, {"c/c_docs": "4", "h/h_other": "chữ"})
    here = f"/campaigns/{survey.id}/form"
    page = (await house.client.get(f"{here}?to={newest.id}")).text
    assert "1 bản nháp chưa gửi được chuyển theo" in page
    assert "1 nội dung trong 1 bản nháp không còn chỗ" in page
    values: dict[str, object] = {"from": survey.campaign.form_id, "to": newest.id}
    for more, told in (({}, "đánh dấu xác nhận"), ({"confirm": "1"}, "ghi lý do")):
        answer = await post(house, here, {**values, **more}, f"{here}?to={newest.id}")
        assert answer.status_code == 422
        assert told in answer.text
    assert not await FormMove.exists()
    whole = {**values, "confirm": "1", "reason": "Bổ sung câu C4"}
    answer = await post(house, here, whole, f"{here}?to={newest.id}")
    assert "Đã chuyển đợt khảo sát sang phiên bản mới" in answer.text
    assert "Bổ sung câu C4" in answer.text
    assert (await Draft.get()).form_id == newest.id  # in the background, right after the answer
    again = await post(house, here, {**whole, "to": survey.campaign.form_id}, f"{here}?to={survey.campaign.form_id}")
    assert "Có người vừa chuyển đợt khảo sát này" in again.text
    unit = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}")).text
    assert "Nội dung nháp không còn chỗ" in unit
    assert "đơn vị chưa xem" in unit


async def test_a_viewer_looks_and_moves_nothing(house: House, survey: Survey, newest: FormVersion) -> None:
    viewer = await accounts.create("xem", "Phạm Văn Xem", "viewer", house.clock())
    house.client.cookies.set(STAFF_COOKIE, await accounts.start_session(viewer, house.clock()))
    page = await house.client.get(f"/campaigns/{survey.id}/form?to={newest.id}")
    assert "Thay đổi từng câu" in page.text
    assert 'name="reason"' not in page.text
    values = {"csrf": csrf(page.text), "from": survey.campaign.form_id, "to": newest.id, "confirm": "1", "reason": "x"}
    assert (await house.client.post(f"/campaigns/{survey.id}/form", data=values)).status_code == 403
    assert not await FormMove.exists()


async def test_draft_and_closed_campaigns_are_told(house: House, survey: Survey, newest: FormVersion) -> None:
    now = house.clock()
    await Campaign.filter(id=survey.id).update(closes_at=now.replace(year=now.year - 1))
    page = (await house.client.get(f"/campaigns/{survey.id}/form?to={newest.id}")).text
    assert "đã đóng nên không chuyển phiên bản được nữa" in page
    assert 'name="reason"' not in page
    await Campaign.filter(id=survey.id).update(published_at=None)
    answer = await house.client.get(f"/campaigns/{survey.id}/form")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/campaigns/{survey.id}/edit")


async def test_the_versions_of_a_form_stand_together_and_say_what_changed(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    page = (await house.client.get("/forms")).text
    assert page.index(f'href="/forms/{newest.id}"') < page.index(f'href="/forms/{survey.campaign.form_id}"')
    changes = (await house.client.get(f"/forms/{newest.id}/changes")).text
    assert "C4. Ghi chú thêm" in changes
    assert f'href="/campaigns/{survey.id}/form?to={newest.id}"' in changes
    older = (await house.client.get(f"/forms/{survey.campaign.form_id}/changes")).text
    assert "phiên bản đầu tiên" in older
    back = (await house.client.get(f"/forms/{survey.campaign.form_id}/changes?against={newest.id}")).text
    assert re.search(r"C4\. Ghi chú thêm.*?Bỏ<", back, re.S)
    await FormVersion.filter(id=newest.id).update(form_id="khac")
    strange = await house.client.get(f"/forms/{survey.campaign.form_id}/changes?against={newest.id}")
    assert strange.status_code == 404


async def test_an_import_of_a_later_version_shows_what_changed(house: House, survey: Survey) -> None:
    for version, name in (("1", "people"), ("2", "persons")):
        rows = ({"type": "integer", "name": name, "label": "Số người"},)
        token = csrf((await house.client.get("/forms")).text)
        given = {"file": ("nho.xlsx", workbooks.xlsform(rows, version))}
        page = await house.client.post("/forms", data={"csrf": token}, files=given, follow_redirects=True)
    assert page.url.path.endswith("/changes")
    assert "Đã nhập mẫu phiếu" in page.text
    assert "phỏng đoán" in page.text
    made = await FormVersion.filter(form_id="nho").order_by("-id").first()
    assert made is not None
    compared = await versions.compare(await FormVersion.get(form_id="nho", version="1"), made)
    assert [(change.code, change.old, change.new) for change in compared.changes] == [("renamed", "people", "persons")]


async def test_what_is_left_over_is_shown_at_its_section_until_it_is_seen(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    await type_in(house, survey, {"c/c_docs": "4", "f/f_channels": ["zalo"], "h/h_other": "<b>chữ</b>"})
    await Campaign.filter(id=survey.id).update(form_id=newest.id)
    await versions.carry_all(survey.id, house.clock())
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    assert "2 nội dung đã điền chưa có chỗ" in (await visitor.open(visitor.base)).text
    page = (await visitor.open(f"{visitor.base}/s/c")).text
    assert "C3. Số văn bản" in page
    assert "Nhóm Zalo" not in page
    assert "&lt;b&gt;chữ&lt;/b&gt;" in page  # it moved here with its question
    row = await LeftOver.get(key="c/c_docs")
    await visitor.save("c", {"c/c_note": "mới"}, act=f"dismiss:{row.id}")
    assert "C3. Số văn bản" not in visitor.page.text
    assert (await Draft.get()).answers["c/c_note"] == "mới"  # what was typed is saved by the same button
    page = (await visitor.open(f"{visitor.base}/s/f")).text
    assert "Nhóm Zalo" in page
    other = await LeftOver.get(key="f/f_channels")
    await visitor.open(visitor.base)
    await visitor.post(f"{visitor.base}/left/{other.id}", {})
    assert "chưa có chỗ" not in visitor.page.text
    assert (await visitor.post(f"{visitor.base}/left/{other.id + 99}", {})).status_code == 404
    assert {row.outcome for row in await LeftOver.all()} == {"dismissed"}
    assert await LeftOver.all().count() == 2
    history = (await visitor.open(f"{visitor.base}/history")).text
    assert "chuyển sang phiên bản mới của mẫu phiếu" in history
    assert "C3. Số văn bản" in history


async def test_very_much_that_is_left_over_is_shown_bit_by_bit(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    old, now = survey.campaign.form_id, house.clock()
    await Campaign.filter(id=survey.id).update(form_id=newest.id)
    lines = [
        LeftOver(invitation_id=survey.invitation.id, form_id=old, key="c/c_docs", kind="text", code="removed",
                 label="Câu", shown=f"Chữ {number}", value=[], at=now, by=carrying.CARRIED)
        for number in range(1, 61)
    ]  # fmt: skip
    await LeftOver.bulk_create(lines)
    for path in (visitor.base, f"{visitor.base}/s/c"):
        page = (await visitor.open(path)).text
        assert [f">Chữ {number}<" in page for number in (1, 50, 51)] == [True, True, False]
        assert "Còn 10 nội dung nữa" in page
    assert "60 nội dung đã điền chưa có chỗ" in (await visitor.open(visitor.base)).text
    assert "Chữ 1" not in (await visitor.open(f"{visitor.base}/s/f")).text


async def test_a_section_posted_from_the_older_page_goes_on_in_the_newer_one(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await visitor.open(f"{visitor.base}/s/h")
    hidden = visitor.hidden()
    await Campaign.filter(id=survey.id).update(form_id=newest.id)
    values = {**hidden, "v:h/h_has": "khong", "v:h/h_other": "ý kiến", "act": "next"}
    page = await visitor.post(f"{visitor.base}/s/h", values)
    assert "Mẫu phiếu vừa được chuyển sang phiên bản mới" in page.text
    draft = await Draft.get()
    assert (draft.answers["c/h_other"], draft.form_id) == ("ý kiến", newest.id)
    told = await visitor.autosave(
        version=1, tab="a", form=survey.campaign.form_id, page="h", changes={"h/h_other": "ý"}
    )
    assert "vui lòng tải lại trang" in told.json()["moved"]
    assert (await Draft.get()).answers["c/h_other"] == "ý"


async def test_the_check_page_of_the_older_version_sends_nothing(
    house: House, survey: Survey, newest: FormVersion
) -> None:
    answers = {key: value for key, value in AN_LAO_ANSWERS.items() if key != "confirm"}
    answers["f"] = {**AN_LAO_ANSWERS["f"], "f_channels": ["truc_tiep"]}  # type: ignore[dict-item]
    await drafts.replace(survey.id, AN_LAO, 0, answers, survey.visit.principal, house.clock())
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await visitor.open(f"{visitor.base}/check")
    await Campaign.filter(id=survey.id).update(form_id=newest.id)
    for status in (409, 200):
        page = await visitor.post(f"{visitor.base}/submit", {"v:confirm": "OK"})
        assert page.status_code == status
        if status == 409:
            assert "Phiếu vừa được sửa ở nơi khác" in page.text
            assert "checked" not in re.findall(r'<input[^>]*name="v:confirm"[^>]*>', page.text)[0]
            assert not await Submission.exists()
    assert (await Submission.get()).form_id == newest.id


async def test_the_api_counts_what_changed(house: House, survey: Survey) -> None:
    token = await accounts.create_token("máy", "staff", house.clock())
    headers = {"Authorization": f"Bearer {token}"}
    for version, label in (("1", "Số người"), ("2", "Số người đã có mặt")):
        rows = ({"type": "integer", "name": "people", "label": label},)
        given = {"file": ("nho.xlsx", workbooks.xlsform(rows, version))}
        made = (await house.client.post("/api/v1/forms", files=given, headers=headers)).json()
        assert ("changes" in made) == (version == "2")
    assert made["changes"] == {"label": 1}
