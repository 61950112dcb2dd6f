"""Every kind of question and look without JavaScript: drawn, posted, read back, seen by staff, written to a file."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from forms import answers
from forms.answers import Now, evaluate
from forms.schema import Choice, Item, Question, Range, Shuffle
from service.flow import accounts, answersheet, drafts, filling
from service.models import Draft
from service.pages import formview, layout, looks
from service.pages.controls import Control, Sheet
from service.pages.posted import ranked
from service.web import STAFF_COOKIE
from tests.conftest import House
from tests.forms.make import ask, form, group, repeat, words
from tests.journeys import kinds
from tests.service import build
from tests.service.build import AN_LAO, Survey
from tests.service.pages.visitor import Visitor, drawn_values

pytestmark = pytest.mark.anyio

RANKED = ["1 zalo", "3 phone", "2 house", "4 other"]


@pytest.fixture
async def survey(house: House, tmp_path: Path) -> Survey:
    return await build.survey(house.settings, house.clock(), kinds.workbook(tmp_path / "kinds.xlsx"))


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    return visitor


async def test_a_ranking_is_posted_by_places_and_drawn_in_order(visitor: Visitor, survey: Survey) -> None:
    page = await visitor.save("c", {"c/c_rank": RANKED}, "save")
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert draft.answers["c/c_rank"] == ["zalo", "house", "phone", "other"]
    assert re.findall(r'<li data-choice="(\w+)">', page.text) == ["zalo", "house", "phone", "other"]
    assert drawn_values(page.text)["v:c/c_rank"] is not None
    page = await visitor.save("c", {"c/c_rank": ["2 zalo", "1 phone", "", ""]}, "next")
    assert "Vui lòng" in page.text
    assert re.findall(r'<li data-choice="(\w+)">', page.text)[:2] == ["phone", "zalo"]


def test_places_that_are_none_are_left_out() -> None:
    assert ranked(["2 b", "x c", "1 a", "", "99999 d", "² e"]) == ["a", "b"]


async def test_a_slider_stands_for_nothing_without_its_script(visitor: Visitor) -> None:
    page = await visitor.open(f"{visitor.base}/s/n")
    assert "Từ 0 đến 10, mỗi bước 0,5." in page.text
    assert re.search(r'<span class="slider" hidden>', page.text)
    assert re.search(r'<input type="range"(?![^>]* name=)[^>]*min="0" max="10" step="0.5"', page.text)
    page = await visitor.save("n", {"n/n_score": "10,5"}, "save")
    assert 'value="10,5"' in page.text
    assert re.search(r'id="e-n/n_score">[^<]*10', page.text)


async def test_how_controls_look(visitor: Visitor) -> None:
    numbers = (await visitor.open(f"{visitor.base}/s/n")).text
    assert 'name="v:n/n_people" value="" class="short figure" data-grouped="years" inputmode="numeric"' in numbers
    assert re.search(r'<textarea id="q-n/n_why" name="v:n/n_why" rows="6"', numbers)
    assert re.search(r'name="v:n/n_code"[^>]*inputmode="numeric"', numbers)
    assert '<p class="hint pre print-only">Lấy số liệu dân cư\nđến ngày chốt.</p>' in numbers
    assert '<p class="locked" id="q-n/n_seen">Không sửa được</p>' in numbers
    assert 'name="v:n/n_set"' in numbers, "a question computed on a trigger can be typed over"
    listed = (await visitor.open(f"{visitor.base}/s/c")).text
    assert '<div class="choices-box inline">' in listed
    assert '<div class="choices-box likert">' in listed
    assert '<div class="choices-box columns columns-2 many">' in listed
    assert re.search(r'<select id="q-c/c_list"', listed)
    assert re.search(r'id="f-c/c_place"', listed)
    assert not re.search(r'id="f-c/c_list"', listed), "three choices need no search"
    assert 'accept="image/jpeg,image/png"' in listed
    tables = (await visitor.open(f"{visitor.base}/s/t")).text
    assert tables.count('<div class="table">') == 2
    assert tables.count("Mặt nào đạt mức nào") == 1
    assert 'name="v:t/t_head"' not in tables, "nobody answers the header"
    assert re.findall(r"span-\d+", tables) == ["span-6", "span-3", "span-3"]


async def test_another_choice_asks_which_and_is_kept(visitor: Visitor) -> None:
    page = await visitor.save("c", {"c/c_other": "other"}, "save")
    assert not re.search(r'id="w-c/c_other_other"[^>]*hidden', page.text)
    page = await visitor.save("c", {"c/c_other": "other", "c/c_other_other": "Loa truyền thanh"}, "save")
    assert 'value="Loa truyền thanh"' in page.text


async def test_the_language_of_a_form_is_remembered_and_saves_what_was_typed(visitor: Visitor) -> None:
    page = await visitor.save("n", {"n/n_area": "12,5"}, "language:English (en)")
    assert 'id="l-n/n_people">Population' in page.text
    assert 'value="12,5"' in page.text
    assert re.search(r'id="w-n/n_people"[^>]*lang="en"', page.text)
    assert "Lưu và tiếp tục" in page.text
    body = (await visitor.autosave(version=1, tab="t", page="n", changes={"n/n_people": "7"}, touched=[])).json()
    assert body["texts"]["n/n_why"][0] == "Vì sao có 7 dân?", "what has no translation stays in the default language"
    assert "Area (km²)" in (await visitor.open(f"{visitor.base}/check")).text
    page = await visitor.post(f"{visitor.base}/language", {"language": "Tiếng Việt (vi)", "back": "check"})
    assert page.url.path == f"{visitor.base}/check"
    assert "Diện tích (km²)" in page.text
    page = await visitor.post(f"{visitor.base}/language", {"language": "Klingon", "back": "https://elsewhere"})
    assert page.url.path == visitor.base
    assert "Con số và chữ" in page.text


async def test_a_live_change_in_another_language_judges_what_hangs_on_it_only(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.save("n", {"n/n_area": "12,5"}, "language:English (en)")
    focuses: list[frozenset[str] | None] = []
    evaluate_all = answers.evaluate

    def counting(*given: object, **named: object) -> object:
        focuses.append(named.get("focus"))  # type: ignore[arg-type]
        return evaluate_all(*given, **named)  # type: ignore[arg-type]

    for where in (drafts, filling):
        monkeypatch.setattr(where, "evaluate", counting)
    changes = {"n/n_people": "many"}
    body = (await visitor.autosave(version=1, tab="t", page="n", changes=changes, touched=["n/n_people"])).json()
    assert "“Population”" in body["problems"]["n/n_people"][1]
    assert focuses
    assert all(focuses), "the whole form is not worked out for one figure"


async def test_counted_rows_are_told_live_and_offer_no_buttons(visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/r")
    body = (await visitor.autosave(version=0, tab="t", page="r", changes={"r/r_count": "2"}, touched=[])).json()
    assert body["rows"] == {"r/house": "r1 r2"}
    page = await visitor.open(f"{visitor.base}/s/r")
    assert 'data-rows="r1 r2"' in page.text
    assert "remove:r/house/r1/person/r1" in page.text
    assert "remove:r/house/r1" not in page.text.replace("remove:r/house/r1/", "")
    assert "add:r/house/r2/person" in page.text
    assert "Xóa dòng 2.1" in page.text
    page = await visitor.save("r", {"r/r_count": "2", "r/house/r2/h_owner": "Lê Thị Bê"}, "add:r/house/r2/person")
    assert "Hộ 2: Lê Thị Bê" in page.text
    assert "Người trong hộ 2.2" in page.text
    page = await visitor.save("r", {}, "next")
    assert "Dòng 2.2: Vui lòng trả lời “Họ tên”." in page.text
    assert "Dòng 1.1: Vui lòng" in page.text


async def test_what_is_sent_reads_the_same_everywhere(house: House, visitor: Visitor, survey: Survey) -> None:
    await visitor.save("n", {"n/n_place": "20,8449 106,6881", "n/n_people": "1.142"})
    await visitor.save("c", {"c/c_rank": RANKED, "c/c_ok": "OK"})
    await visitor.save("t", {"t/t_list/t_net": "good"})
    await visitor.save("r", {"r/r_count": "1", "r/house/r1/h_owner": "Lê Thị Bê"}, "save")
    await visitor.save("r", {"r/house/r1/person/r1/p_name": "Lê Văn Cê"})
    page = await visitor.open(f"{visitor.base}/check")
    assert 'id="problems"' not in page.text, page.text
    page = await visitor.post(f"{visitor.base}/submit", {})
    assert "1. Zalo; 2. Tại nhà; 3. Điện thoại; 4. Khác" in page.text
    assert "20,8449° B, 106,6881° Đ" in page.text
    assert "openstreetmap" not in page.text
    assert "data-print" in page.text
    assert "Mặt nào đạt mức nào" not in page.text, "a header of a table is no answer"
    door = await visitor.open(survey.address(house.settings))
    assert "Vào xem báo cáo" in door.text
    house.client.cookies.set(STAFF_COOKIE, await accounts.start_session(survey.staff, house.clock()))
    staff = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}")).text
    assert "1. Zalo; 2. Tại nhà; 3. Điện thoại; 4. Khác" in staff
    assert "https://www.openstreetmap.org/?mlat=20.8449&amp;mlon=106.6881#map=16/20.8449/106.6881" in staff
    assert "<h3>Người trong hộ 1.1: Lê Văn Cê</h3>" in staff, "rows of rows are shown too"


async def test_cells_of_an_export(survey: Survey) -> None:
    found = survey.form
    columns = answersheet.columns(found)
    answers = {
        "n": {"n_score": 7.5, "n_place": "20.8449 106.6881 0 12", "n_bar": "0089", "n_people": 1142},
        "c": {"c_rank": ["zalo", "house", "phone", "other"], "c_other": "other", "c_places": ["p2", "p1"]},
    }
    cells = answersheet.values(found, columns, answers)
    assert cells["c_rank"] == "1. Zalo; 2. Tại nhà; 3. Điện thoại; 4. Khác"
    assert cells["n_place"] == "20,8449° B, 106,6881° Đ, ±12 m"
    assert str(cells["n_score"]) == "7.5"
    assert cells["n_bar"] == "0089"
    assert cells["c_other"] == "Khác"
    kinds_of = {column.name: column.kind for column in columns}
    assert (kinds_of["n_score"], kinds_of["c_rank"]) == ("decimal", "choice")
    assert "t_head" not in kinds_of, "a header of a table has no column"


def test_a_version_is_told_in_words_and_in_its_languages() -> None:
    made = form(
        ask("n", "integer", words("Số dân", **{"English (en)": "Population"})),
        ask("score", "range", "Điểm", range=Range(Decimal(1), Decimal(5), Decimal("0.5")), guidance="Xem phụ lục."),
        ask("told", "text", "Tóm tắt", calculation="${n} + 1", trigger=("n",), rows=6),
        ask("one", "select_one", "Chọn", choices="level", shuffle=Shuffle()),
        ask("two", "select_one", "Chọn nữa", choices="level", shuffle=Shuffle("7")),
        ask("last", "text", "Kỳ trước", default="=${last-saved#n}"),
        repeat("row", ask("inner"), label="Hộ", count="${n}"),
        lists={"level": [Choice("a", "Tốt", labels={"English (en)": "Good"})]},
        languages=("Tiếng Việt (vi)", "English (en)"),
    )
    (part,) = formview.parts(made, "English (en)")
    rules = {(entry.name, rule.label): rule.words for entry in part.entries for rule in entry.rules}
    assert part.entries[0].label == "Population"
    assert part.entries[3].choices[0].label == "Good"
    assert formview.parts(made)[0].entries[0].label == "Số dân"
    assert part.entries[1].guidance == "Xem phụ lục."
    assert rules["score", "Thang số"] == "Từ 1 đến 5, mỗi bước 0,5."
    assert rules["told", "Tính lại khi đổi"] == "“Số dân”"
    assert rules["told", "Ô nhập cao"] == "6 dòng"
    assert rules["one", "Thứ tự lựa chọn"] == "xáo trộn riêng cho từng đơn vị"
    assert "số gốc 7" in rules["two", "Thứ tự lựa chọn"]
    assert rules["last", "Điền sẵn"] == "“Số dân” ở lần gửi trước"
    assert rules["row", "Số dòng"] == "“Số dân”"
    assert part.entries[-1].kind == "Nhóm lặp"


async def test_a_version_page_shows_another_language(house: House, survey: Survey) -> None:
    house.client.cookies.set(STAFF_COOKIE, await accounts.start_session(survey.staff, house.clock()))
    page = (await house.client.get(f"/forms/{survey.campaign.form_id}")).text
    assert "Số dân" in page
    assert 'href="?lang=English%20%28en%29"' in page
    assert "Population" in (await house.client.get(f"/forms/{survey.campaign.form_id}?lang=English%20%28en%29")).text


def asked(kind: str, *appearance: str, name: str = "q") -> Question:
    return ask(name, kind, choices="level" if kind.startswith("select") or kind == "rank" else None,
               appearance=frozenset(appearance))  # fmt: skip


def laid(*items: Item, count: int = 3, **more: Any) -> tuple[layout.Item, ...]:
    listed = [Choice(f"c{n}", f"Lựa chọn {n}") for n in range(count)]
    made = form(group("p", *items, **more), lists={"level": listed})
    picture = evaluate(made, {}, Now(datetime(2026, 6, 8, tzinfo=UTC)))
    return layout.arrange(picture.page("p"), Sheet(made))


@pytest.mark.parametrize(
    ("kind", "appearance", "count", "what", "look", "finder"),
    [
        ("select_one", (), 12, "radio", "", False),
        ("select_one", (), 13, "select", "", False),
        ("select_one", (), 21, "select", "", True),
        ("select_one", ("minimal",), 3, "select", "", False),
        ("select_one", ("autocomplete",), 3, "select", "", True),
        ("select_one", ("horizontal-compact",), 3, "radio", "inline tight", False),
        ("select_one", ("likert",), 5, "radio", "likert", False),
        ("select_one", ("likert",), 8, "radio", "", False),
        ("select_one", ("columns",), 6, "radio", "columns columns-3", False),
        ("select_one", ("columns-9",), 9, "radio", "columns columns-5", False),
        ("select_multiple", (), 30, "checks", "many", True),
        ("select_multiple", ("minimal",), 3, "checks", "", False),
        ("rank", (), 4, "rank", "", False),
        ("range", ("vertical", "no-ticks"), 0, "range", "", False),
    ],
)
def test_what_a_question_is_drawn_as(
    kind: str, appearance: tuple[str, ...], count: int, what: str, look: str, finder: bool
) -> None:
    question = asked(kind, *appearance)
    if kind == "range":
        question = replace(question, range=Range(Decimal(1), Decimal(10), Decimal(1)))
    (one,) = laid(question, count=count)
    assert isinstance(one, Control)
    assert (one.what, one.look, one.finder) == (what, look, finder)


def test_a_table_needs_the_same_few_choices() -> None:
    rows = asked("select_one", name="a"), asked("select_one", name="b")
    (table,) = laid(*rows, appearance=frozenset({"table-list"}))
    assert isinstance(table, layout.Table)
    assert (table.heads, table.blank, len(table.controls)) == (("Lựa chọn 0", "Lựa chọn 1", "Lựa chọn 2"), True, 2)
    stacked = laid(*rows, count=8, appearance=frozenset({"table-list"}))
    assert [one.what for one in stacked] == ["radio", "radio"]
    assert [one.what for one in laid(*rows, count=13, appearance=frozenset({"table-list"}))] == ["select", "select"]
    number = ask("n", "integer")
    mixed = laid(rows[0], number, rows[1], appearance=frozenset({"table-list"}))
    assert [one.what for one in mixed] == ["table", "number", "table"]


def test_a_header_without_questions_below_is_words() -> None:
    (one,) = laid(asked("select_one", "label"))
    assert isinstance(one, Control)
    assert one.what == "note"
    assert not asked("select_one", "label").asked


def test_widths_share_a_row() -> None:
    halves = [asked("text", "w2", name="a"), asked("text", "w2", name="b"), asked("text", name="c")]
    line, plain = laid(*halves)
    assert isinstance(line, layout.Line)
    assert [one.width for one in line.controls] == [6, 6]
    assert isinstance(plain, Control)
    (twelfths,) = laid(asked("text", "w8", name="a"), asked("text", "w4", name="b"))
    assert isinstance(twelfths, layout.Line)
    assert [one.width for one in twelfths.controls] == [8, 4]


def test_figures_with_a_minus_get_a_keyboard_that_has_one() -> None:
    below = ask("q", "range", range=Range(Decimal(-5), Decimal(5), Decimal(1)))
    assert looks.inputmode(below) == ""
    assert looks.inputmode(ask("q", "decimal")) == "decimal"


async def test_an_unsaved_ranking_is_shown_in_its_order(house: House, visitor: Visitor, survey: Survey) -> None:
    await visitor.open(f"{visitor.base}/s/c")
    held = visitor.hidden()
    house.client.cookies.clear()
    data = {**held, "csrf": visitor.csrf(), "act": "save", "v:c/c_rank": RANKED}
    page = await house.client.post(f"{visitor.base}/s/c", data=data)
    assert page.status_code == 401
    assert "Zalo, Tại nhà, Điện thoại, Khác" in page.text


def test_a_time_keeps_its_seconds() -> None:
    made = form(group("p", ask("q", "time")))
    for raw, drawn in [("07:30:15", "07:30:15"), ("7h30", "07:30"), ("07:00:00", "07:00")]:
        picture = evaluate(made, {"p/q": raw}, Now(datetime(2026, 6, 8, tzinfo=UTC)))
        (one,) = layout.arrange(picture.page("p"), Sheet(made))
        assert isinstance(one, Control)
        assert one.value == drawn


def test_a_filtered_ranking_holds_what_may_come_up() -> None:
    listed = [Choice("a", "A", {"of": "x"}), Choice("b", "B", {"of": "y"}), Choice("c", "C", {"of": "x"})]
    rank = ask("q", "rank", choices="level", choice_filter="of = 'x'")
    made = form(group("p", rank), lists={"level": listed})
    picture = evaluate(made, {"p/q": ["c"]}, Now(datetime(2026, 6, 8, tzinfo=UTC)))
    (one,) = layout.arrange(picture.page("p"), Sheet(made))
    assert isinstance(one, Control)
    assert [(option.name, option.place, option.hidden) for option in one.options] == [
        ("c", 1, False),
        ("a", 0, False),
        ("b", 0, True),
    ]
