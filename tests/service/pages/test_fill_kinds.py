"""Sections of a form that has every kind of question, drawn and saved."""

import re
from pathlib import Path

import pytest
import xlsxwriter

from service.flow import submissions
from service.models import Draft
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio

SURVEY = [
    ["type", "name", "label", "hint", "required", "relevant", "constraint", "choice_filter", "appearance", "default"],
    ["note", "hello", "Xin chào ${u_name}, cảm ơn đã giúp.", "", "", "", "", "", "", ""],
    ["text", "u_name", "Tên người điền", "", "yes", "", "", "", "", ""],
    ["begin group", "g", "Các loại câu hỏi", "", "", "", "", "", "", ""],
    ["decimal", "g_dec", "Diện tích (ha)", "Ví dụ 12,5", "yes", "", ". > 0", "", "", ""],
    ["time", "g_time", "Giờ mở cửa", "", "", "", "", "", "", ""],
    ["dateTime", "g_moment", "Thời điểm họp", "", "", "", "", "", "", ""],
    ["date", "g_day", "Ngày họp", "", "", "", "", "", "", ""],
    ["select_one town", "g_town", "Địa bàn", "", "yes", "", "", "", "minimal", ""],
    ["select_multiple place", "g_places", "Các thôn", "", "", "", "", "town = ${g_town}", "", ""],
    ["begin group", "g_in", "Nhóm bên trong", "", "", "${g_town} = 'b'", "", "", "", ""],
    ["acknowledge", "g_ok", "Đã đọc hướng dẫn", "", "yes", "", "", "", "", ""],
    ["end group", "", "", "", "", "", "", "", "", ""],
    ["image", "g_photo", "Ảnh hiện trường", "", "", "", "", "", "", ""],
    ["text", "g_place", "Nơi họp", "", "", "", "", "", "", "Hội trường"],
    ["end group", "", "", "", "", "", "", "", "", ""],
    ["begin group", "s", "Cán bộ", "", "", "", "", "", "", ""],
    ["begin repeat", "staff", "Người", "", "", "", "", "", "", ""],
    ["text", "s_name", "Họ tên", "", "yes", "", "", "", "", ""],
    ["integer", "s_age", "Tuổi của ${s_name}", "", "", "", "", "", "", ""],
    ["end repeat", "", "", "", "", "", "", "", "", ""],
    ["end group", "", "", "", "", "", "", "", "", ""],
    ["acknowledge", "sure", "Tôi cam kết số liệu đúng.", "", "yes", "", "", "", "", ""],
]
CHOICES = [
    ["list_name", "name", "label", "town"],
    ["town", "a", "Khu A", ""],
    ["town", "b", "Khu B", ""],
    ["place", "a1", "Thôn A1", "a"],
    ["place", "a2", "Thôn A2", "a"],
    ["place", "b1", "Thôn B1", "b"],
]


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in [
            ("survey", SURVEY),
            ("choices", CHOICES),
            ("settings", [["form_title", "form_id", "version"], ["Mọi loại câu hỏi", "kinds", "1"]]),
        ]:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.fixture
async def survey(house: House, tmp_path: Path) -> Survey:
    return await build.survey(house.settings, house.clock(), workbook(tmp_path / "kinds.xlsx"))


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    return visitor


FIRST = {
    "g/g_dec": "12,50",
    "g/g_time": "07:30",
    "g/g_moment": "8/6/2026 14:00",
    "g/g_day": "9/6/2026",
    "g/g_town": "a",
}


async def test_every_kind_is_drawn_saved_and_read_back(visitor: Visitor, survey: Survey) -> None:
    page = await visitor.save("hello", {"u_name": "Bình <&>"}, "save")
    assert "Xin chào Bình &lt;&amp;&gt;, cảm ơn đã giúp." in page.text
    await visitor.save("g", FIRST, "save")
    page = await visitor.save("g", {**FIRST, "g/g_places": ["a1"]}, "save")
    assert 'type="time" id="q-g/g_time" name="v:g/g_time" value="07:30"' in page.text
    assert 'type="date" id="q-g/g_day" name="v:g/g_day" value="2026-06-09"' in page.text
    assert 'value="8/6/2026 14:00"' in page.text
    assert re.search(r'<label class="check"><input type="checkbox" name="v:g/g_places" value="a2">', page.text)
    assert re.search(r'<label class="check" hidden><input type="checkbox" name="v:g/g_places" value="b1">', page.text)
    assert '<option value="a" selected>Khu A</option>' in page.text
    assert 'id="w-g/g_in/g_ok"' in page.text
    assert re.search(r'id="w-g/g_in/g_ok"[^>]*hidden', page.text)
    review = await visitor.open(f"{visitor.base}/check")
    for words in ("12,5", "08/06/2026 14:00", "Thôn A1", "Hội trường"):
        assert words in review.text
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert "g/g_place" not in draft.answers, "a default that was left alone is not an answer of the draft"


async def test_seconds_of_a_time_survive_a_page_that_is_posted_whole(visitor: Visitor, survey: Survey) -> None:
    page = await visitor.save("g", {**FIRST, "g/g_time": "07:30:15"}, "save")
    assert re.search(r'name="v:g/g_time" value="07:30:15"[^>]* step="1"', page.text)
    page = await visitor.save("g", {"g/g_town": "b"}, "save")
    assert (await Draft.get(invitation_id=survey.invitation.id)).answers["g/g_time"] == "07:30:15"
    page = await visitor.save("g", {"g/g_time": "07:30"}, "save")
    assert not re.search(r'name="v:g/g_time"[^>]*step', page.text)


async def test_a_date_that_is_none_is_shown_as_typed(visitor: Visitor) -> None:
    page = await visitor.save("g", {**FIRST, "g/g_day": "31/6/2026"}, "save")
    assert 'type="text" id="q-g/g_day" name="v:g/g_day" value="31/6/2026"' in page.text
    assert "cần một ngày có thật" in page.text


async def test_lists_that_depend_on_other_answers_follow_them(visitor: Visitor) -> None:
    await visitor.save("g", {**FIRST, "g/g_places": ["a1"]}, "save")
    await visitor.open(f"{visitor.base}/s/g")
    version = int(visitor.hidden()["version"])
    body = (
        await visitor.autosave(version=version, tab="t", page="g", changes={"g/g_town": "b"}, touched=["g/g_places"])
    ).json()
    assert body["options"]["g/g_places"] == [["b1", "Thôn B1"]]
    assert body["show"]["g/g_in/g_ok"] is True
    assert body["problems"]["g/g_places"][0] == "not_offered"


async def test_rows_of_a_page_of_their_own(visitor: Visitor, survey: Survey) -> None:
    page = await visitor.save("s", {"s/staff/r1/s_name": "An", "s/staff/r1/s_age": "ba mươi"}, "add:s/staff")
    assert visitor.title == "Cán bộ"
    assert "Tuổi của An" in page.text
    second = re.findall(r'name="v:s/staff/(\w+)/s_name"', page.text)[1]
    answers = {"s/staff/r1/s_name": "An", "s/staff/r1/s_age": "30", f"s/staff/{second}/s_name": "Bê"}
    await visitor.save("s", answers, "save")
    page = await visitor.save("s", answers, f"up:s/staff/{second}")
    assert page.text.index("Bê") < page.text.index('value="An"')
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert draft.answers["s/staff"] == [second, "r1"]


async def test_a_photo_must_be_one(visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/g")
    file = {"v:g/g_photo": ("anh.jpg", b"%PDF-1.7", "image/jpeg")}
    page = await visitor.post(f"{visitor.base}/s/g", {"act": "upload:g/g_photo"}, file)
    assert page.status_code == 422
    assert "ảnh JPG, ảnh PNG" in page.text


async def test_the_declaration_stands_where_the_form_is_sent(house: House, visitor: Visitor, survey: Survey) -> None:
    overview = await visitor.open(visitor.base)
    assert f'href="{visitor.base}/s/hello"' in overview.text
    assert "/s/sure" not in overview.text
    await visitor.save("hello", {"u_name": "Bình"})
    await visitor.save("g", FIRST)
    await visitor.save("s", {"s/staff/r1/s_name": "An"})
    page = await visitor.open(f"{visitor.base}/check")
    assert 'id="problems"' not in page.text
    page = await visitor.post(f"{visitor.base}/submit", {"v:sure": "OK"})
    assert f"PH-{survey.id}-{AN_LAO}-1" in page.text
    sent = await submissions.latest(survey.invitation.id)
    assert sent is not None
    assert sent.answers["s"]["staff"] == [{"_id": "r1", "s_name": "An", "s_age": None}]  # type: ignore[index]
    assert sent.answers["sure"] == "OK"
