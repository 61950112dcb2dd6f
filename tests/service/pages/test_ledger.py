"""The ledger on screen: filters, numbers, one recommendation answered, merged and split, exports, the unit's page."""

import html
import io
import re
from datetime import timedelta

import httpx
import openpyxl
import pytest

from service.flow import accounts, ledger
from service.models import AuditRecord, Recommendation
from service.web import STAFF_COOKIE
from tests.conftest import House
from tests.service import build, ledgers, scenes
from tests.service.build import AN_LAO, PHU_LIEN, Survey
from tests.service.ledgers import LINE, SCANNER, row
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    """Two units with two recommendations each, the first of each alike; a staff member looks."""
    found = await build.survey(house.settings, house.clock())
    await ledgers.report(house, found, AN_LAO, [row("a", SCANNER), row("b", "=cmd|' /C calc'!A0 <b>đường truyền</b>")])
    await ledgers.report(house, found, PHU_LIEN, [row("a", SCANNER.upper()), row("b", LINE, h_to="bo", h_field="tthc")])
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


async def page(house: House, path: str, status: int = 200) -> str:
    answer = await house.client.get(path)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<th scope="row"><a href="/ledger/(\d+)">', text)]


async def post(house: House, path: str, **values: str | list[str]) -> httpx.Response:
    """Post as the page that stands open does."""
    shown = await page(house, path if path.count("/") < 3 or "alike" in path else path.rsplit("/", 1)[0])
    hidden = dict(re.findall(r'<input type="hidden" name="(version)" value="([^"]*)"', shown))
    data = {**hidden, "csrf": scenes.csrf(shown), **values}
    return await house.client.post(path, data=data, follow_redirects=True)


async def test_the_list_filters_counts_and_finds_without_marks(house: House, survey: Survey) -> None:
    text = await page(house, "/ledger")
    assert numbers(text) == [4, 3, 2, 1]
    assert "<b>đường truyền</b>" not in (await house.client.get("/ledger")).text
    assert numbers(await page(house, "/ledger?q=DUONG TRUYEN INTERNET")) == [4]
    assert numbers(await page(house, f"/ledger?unit={AN_LAO}&state=open&campaign={survey.id}&overdue=0")) == [2, 1]
    assert numbers(await page(house, "/ledger?field=Thủ tục hành chính, một cửa&authority=Bộ KH%26CN")) == [4]
    assert numbers(await page(house, "/ledger?state=nonsense&campaign=x&page=99&staff=-1")) == [4, 3, 2, 1]
    assert "Không có kiến nghị nào phù hợp" in await page(house, "/ledger?q=%00%F0%9F%98%80&level=city")
    await page(house, "/ledger/99", 404)


async def test_an_empty_ledger_says_when_it_fills(house: House) -> None:
    made = await scenes.office(house.settings, house.clock())
    await scenes.log_in(house.client, made.viewer, house.clock())
    assert "Chưa có kiến nghị nào" in await page(house, "/ledger")
    assert "không có kiến nghị chưa trả lời nào giống nhau" in await page(house, "/ledger/alike")


async def test_pages_of_a_long_ledger(house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "PAGE", 3)
    assert numbers(await page(house, "/ledger")) == [4, 3, 2]
    text = await page(house, "/ledger?state=open&page=2")
    assert numbers(text) == [1]
    assert 'rel="prev" href="/ledger?state=open"' in text


async def test_a_person_assigns_answers_and_closes(house: House, survey: Survey) -> None:
    due = {"due_mode": "days", "due_days": "2,5", "due_kind": "working_day"}
    answer = await post(house, "/ledger/1/assign", level="city", staff=str(survey.staff.id), **due)
    text = html.unescape(answer.text)
    assert all(words in text for words in ("Cơ quan trả lời: Thành phố", "11:30 thứ Năm, 11/6/2026", "là nửa ngày"))
    answer = await post(house, "/ledger/1/assign", level="city", staff="", due_mode="keep")
    assert "Chuyên viên theo dõi: chưa phân công" in html.unescape(answer.text)
    wrong = await post(house, "/ledger/1/assign", level="x", staff="", due_mode="at", due_on="2020-01-01", due_time="")
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    answer = await post(house, "/ledger/1/reply", reply="")
    assert (answer.status_code, "Vui lòng nhập nội dung trả lời." in html.unescape(answer.text)) == (422, True)
    answer = await post(house, "/ledger/1/reply", reply="Đã cấp máy.\nTrong tháng 7.")
    assert "Đã lưu trả lời" in html.unescape(answer.text)
    stale = await post(house, "/ledger/1/reply", reply="Bản của tôi", version="1")
    assert (stale.status_code, "Bản của tôi" in stale.text) == (409, True)
    answer = await post(house, "/ledger/2/state", state="closed", reason="")
    assert (answer.status_code, "Vui lòng ghi lý do kết thúc." in html.unescape(answer.text)) == (422, True)
    await post(house, "/ledger/2/state", state="closed", reason="Không thuộc thẩm quyền")
    await post(house, "/ledger/2/state", state="open")
    assert [one.state for one in await Recommendation.all().order_by("number")] == ["answered", "open", "open", "open"]
    await post(house, "/ledger/1/assign", level="", staff="", due_mode="none")
    assert (await Recommendation.get(number=1)).due_at is None


async def test_alike_ones_are_merged_by_a_person_and_taken_apart(house: House, survey: Survey) -> None:
    assert "2 kiến nghị giống nhau" in await page(house, "/ledger/alike")
    answer = await post(house, "/ledger/alike", numbers=["1"], act="merge")
    assert (answer.status_code, "Vui lòng chọn từ hai" in html.unescape(answer.text)) == (422, True)
    answer = await post(house, "/ledger/alike", numbers=["3", "1"], act="merge")
    assert answer.url.path == "/ledger/1"
    assert "2 đơn vị đang nêu nội dung này." in html.unescape(answer.text)
    assert "Đã gộp vào" in await page(house, "/ledger/3")
    answer = await post(house, "/ledger/3/reply", reply="Không đến đây")
    assert "đã gộp vào số 1" in html.unescape(answer.text)
    await post(house, "/ledger/3/split")
    assert [one.lead for one in await Recommendation.all().order_by("number")] == [1, 2, 3, 4]
    await post(house, "/ledger/alike", numbers=["1", "3"], act="apart")
    text = await page(house, "/ledger/alike")
    assert "Đã xác định không cùng nội dung" in text
    await house.client.post("/ledger/apart/1/undo", data={"csrf": scenes.csrf(text)})
    assert "2 kiến nghị giống nhau" in await page(house, "/ledger/alike")


async def test_exports_hold_what_the_filters_show_and_no_formula(house: House, survey: Survey) -> None:
    made = await house.client.get("/ledger/export.xlsx", params={"unit": AN_LAO})
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
    rows = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=4)]
    assert [(line[0], line[2], line[7]) for line in rows] == [
        (AN_LAO, 1, SCANNER),
        (AN_LAO, 2, "=cmd|' /C calc'!A0 <b>đường truyền</b>"),
    ]
    assert sheet["H5"].data_type == "s"
    made = await house.client.get("/ledger/export.csv")
    lines = made.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Mã đơn vị,Đơn vị,Số,Số đơn vị nêu")
    assert "'=cmd|" in lines[2]
    assert (await house.client.get("/ledger/export.pdf")).status_code == 404
    noted = await AuditRecord.filter(action="ledger.export").order_by("seq")
    assert [one.data["rows"] for one in noted] == [2, 4]
    book = await house.client.get(f"/campaigns/{survey.id}/export.xlsx")
    names = openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames
    assert "Sổ kiến nghị" in names


async def test_a_viewer_reads_and_changes_nothing(house: House, survey: Survey) -> None:
    viewer = await accounts.create("xem", "Phạm Văn Xem", "viewer", house.clock())
    house.client.cookies.delete(STAFF_COOKIE)
    await scenes.log_in(house.client, viewer, house.clock())
    for path in ("/ledger/1", "/ledger/alike"):
        text = await page(house, path)
        assert not re.search(r'<form method="post" action="/ledger', text) or "<button" not in text.split("<main")[1]
    token = scenes.csrf(await page(house, "/ledger"))
    for path in ("1/assign", "1/reply", "1/state", "1/split", "alike", "apart/1/undo"):
        answer = await house.client.post(f"/ledger/{path}", data={"csrf": token})
        assert answer.status_code == 403, path


async def test_a_unit_sees_its_own_and_what_became_of_them_in_both_languages(house: House, survey: Survey) -> None:
    await post(house, "/ledger/alike", numbers=["1", "3"], act="merge")
    await post(house, "/ledger/1/reply", reply="Sở sẽ cấp máy.")
    house.clock.forward(timedelta(minutes=1))
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    await visitor.open("/u")
    assert 'href="/u/recommendations"' in visitor.page.text
    text = html.unescape((await visitor.open("/u/recommendations")).text)
    assert all(words in text for words in (SCANNER, "Sở sẽ cấp máy.", "Đã trả lời", "<b>đường truyền</b>"))
    assert "<b>đường truyền</b>" not in visitor.page.text
    assert LINE not in text  # another unit's
    house.client.cookies.set("phieu_language", "en")
    text = (await visitor.open("/u/recommendations")).text
    assert all(
        words in text for words in ("Recommendations of your unit", "Answered", "Not answered", "not assigned yet")
    )
