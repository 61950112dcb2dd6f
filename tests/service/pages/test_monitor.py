"""The dashboard and a unit's file: the figures, the lists behind them, what happened, intake and links."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import docx
import pytest

from service import life
from service.flow import principal, progress, rosteracts
from service.models import Campaign, ContactLink, Event, ExportRecord, Intake, Invitation
from service.words import percent
from tests.conftest import House
from tests.service import build, scenes
from tests.service.build import AN_LAO, AN_LAO_ANSWERS
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio

JULY_20 = "as_of=2025-07-20"
PDF = b"%PDF-1.4\ntrailer<<>>\n%%EOF"


@pytest.fixture
async def made(house: House) -> Office:
    found = await scenes.office(house.settings, scenes.PUBLISHED)
    await scenes.contacts(leaders=3)
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


@pytest.fixture
async def july(house: House, made: Office) -> Campaign:
    house.clock.set(scenes.DUE + timedelta(days=10))
    await scenes.log_in(house.client, made.staff, house.clock())
    return await scenes.july(house.settings, made)


def plain(page: str) -> str:
    """The text of a page, blanks run together."""
    body = re.sub(r"<(script|style|title)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split()).replace(" / ", "/")


def listed(page: str) -> list[str]:
    """The units in the table, by code."""
    table = re.search(r'<table class="units">.*?</table>', page, re.DOTALL)
    return re.findall(r'<th scope="row"><a href="[^"]*/units/(\w+)', table[0]) if table else []


async def test_59_of_114_as_of_the_20th_and_still_so_after_later_records(house: House, july: Campaign) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}?{JULY_20}")).text
    text = plain(page)
    assert "59/114" in text
    assert "51,8%" in text
    assert "tính đến hết ngày 20/7/2025" in text
    assert "1 không phát sinh" in text
    assert "2 đã nhận văn bản chưa nhập số liệu" in text
    assert "59 đã gửi , 0 đang chỉnh sửa" in text
    assert "bổ sung sau: +1" in text
    now = plain((await house.client.get(f"/campaigns/{july.id}")).text)
    assert "60/114" in now
    assert "bổ sung sau" not in now


async def test_every_number_opens_the_list_behind_it(house: House, july: Campaign) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}?{JULY_20}")).text
    found = await progress.of(july.id, scenes.END_OF_20_JULY)
    links = set(re.findall(rf'href="(/campaigns/{july.id}\?[^"]*#units)"', page))
    assert len(links) > 80
    for link in sorted(links):
        query = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
        assert "as_of" in query
    rate = found.rate
    expected = {
        "state=responded": rate.responded,
        "state=expected": rate.expected,
        "state=nil": rate.nil,
        "state=received": rate.received,
        "state=returned": 0,
        "state=later": 1,
        "state=missing": rate.expected - rate.responded,
        "state=on_time_original": rate.on_time_original,
        "timing=on_time": rate.on_time_extended,
        "timing=late": rate.responded - rate.on_time_extended,
        "state=responded&kind=xa": rate.by_kind["xa"].responded,
        "state=expected&kind=phuong": 45,
        "state=responded&group=Huy%E1%BB%87n%20An%20L%C3%A3o": rate.by_group["Huyện An Lão"].responded,
    }
    for query_text, count in expected.items():
        shown = await house.client.get(f"/campaigns/{july.id}?{query_text}&{JULY_20}&size=300")
        assert len(listed(shown.text)) == count, query_text


async def test_on_time_is_given_over_responded_and_over_expected(house: House, july: Campaign) -> None:
    rate = (await progress.of(july.id, scenes.END_OF_20_JULY)).rate
    assert (rate.responded, rate.on_time_original) == (59, 51)
    text = plain((await house.client.get(f"/campaigns/{july.id}?{JULY_20}")).text)
    assert "hạn ban đầu 51/59 86,4% 51/114 44,7%" in text
    assert "hạn đã gia hạn 51/59 86,4% 51/114 44,7%" in text


async def test_the_table_is_searched_without_accents_filtered_and_sorted(house: House, july: Campaign) -> None:
    address = f"/campaigns/{july.id}"
    assert listed((await house.client.get(f"{address}?q=cam giang")).text) == ["10888", "10903"]
    assert listed((await house.client.get(f"{address}?q=Kiến Thụy")).text) == ["11680"]
    assert listed((await house.client.get(f"{address}?q={AN_LAO}")).text) == [AN_LAO]
    nothing = await house.client.get(f"{address}?q=zzz")
    assert "Không có đơn vị nào phù hợp" in nothing.text
    by_sending = listed((await house.client.get(f"{address}?sort=sent&state=responded&size=300")).text)
    found = {row.code: row.standing.first_sent_at for row in (await progress.of(july.id, house.clock())).rows}
    times = [found[code] for code in by_sending]
    assert times == sorted(time for time in times if time)
    # What means nothing selects nothing away.
    assert len(listed((await house.client.get(f"{address}?state=bogus&timing=1&kind=no&sort=x&size=300")).text)) == 114


async def test_the_table_is_paged_and_the_pages_keep_filter_and_order(house: House, july: Campaign) -> None:
    whole = listed((await house.client.get(f"/campaigns/{july.id}?kind=xa&sort=sent&size=300")).text)
    assert len(whole) == 67
    first = (await house.client.get(f"/campaigns/{july.id}?kind=xa&sort=sent")).text
    assert listed(first) == whole[:50]
    after = re.search(r'rel="next" href="([^"]+)"', first)
    assert after
    second = (await house.client.get(after[1].replace("&amp;", "&"))).text
    assert listed(second) == whole[50:]
    assert "Trang 2/2" in second
    assert listed((await house.client.get(f"/campaigns/{july.id}?kind=xa&sort=sent&page=99")).text) == whole[50:]


async def test_the_tile_map_has_every_unit_once_with_its_name_and_timing(house: House, july: Campaign) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}?{JULY_20}")).text
    drawing = page[page.index('<svg class="tiles"') :]
    drawing = drawing[: drawing.index("</svg>")]
    titles = re.findall(
        r'href="/campaigns/\d+/units/(\w+)\?as_of=2025-07-20" class="t-(\w+)"[^>]*><title>([^<]+)<', drawing
    )
    assert len(titles) == len({code for code, _timing, _title in titles}) == 114
    rows = {row.code: row for row in (await progress.of(july.id, scenes.END_OF_20_JULY)).rows}
    assert all(rows[code].timing == timing for code, timing, _title in titles)
    assert any(title.startswith("Đặc khu Bạch Long Vĩ: ") for _code, _timing, title in titles)


async def test_the_curve_ends_at_the_figure_and_has_its_numbers_beside_it(house: House, july: Campaign) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}?{JULY_20}")).text
    assert "có 59 trên 114 đơn vị đã gửi. Hạn gửi 17:00 thứ Sáu, 18/7/2025" in page
    table = page[page.index('id="curve-data"') :]
    totals = re.findall(r"as_of=(2025-07-\d\d)#units\">(\d+)<", table[: table.index("</table>")])
    assert totals[-1][1] == "59"
    assert [int(total) for _day, total in totals] == sorted(int(total) for _day, total in totals)


@pytest.mark.parametrize("text", ["blah", "2025-13-40", "20/20/2025", "<b>", "0001-01-01T00:00", "9999-12-31T23:59"])
async def test_a_malformed_as_of_is_told_and_no_figure_shown(house: House, july: Campaign, text: str) -> None:
    answer = await house.client.get(f"/campaigns/{july.id}", params={"as_of": text})
    assert answer.status_code == 422
    assert "chưa đúng. Vui lòng nhập dạng ngày/tháng/năm" in answer.text
    assert "/114" not in answer.text
    assert "<b>”" not in answer.text


async def test_before_publication_there_are_no_figures(house: House, july: Campaign) -> None:
    answer = await house.client.get(f"/campaigns/{july.id}?as_of=2025-07-01")
    assert answer.status_code == 422
    assert "phát hành lúc 09:00 ngày 8/7/2025, trước đó chưa có số liệu" in answer.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("20/7/2025", "hết ngày 20/7/2025"),
        ("2025-07-20T23:59+07:00", "hết ngày 20/7/2025"),
        ("2025-07-15T10:30", "10:30 ngày 15/7/2025"),
    ],
)
async def test_the_as_of_is_read_as_people_and_programs_write_it(
    house: House, july: Campaign, text: str, words: str
) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}", params={"as_of": text})).text
    assert f"tính đến {words}" in plain(page)


async def test_a_day_still_to_come_counts_as_now(house: House, july: Campaign) -> None:
    page = plain((await house.client.get(f"/campaigns/{july.id}?as_of=2099-01-01")).text)
    assert "60/114" in page
    assert "tính đến 17:00 ngày 28/7/2025" in page


async def test_the_workbook_is_of_the_moment_shown(house: House, july: Campaign) -> None:
    answer = await house.client.get(f"/campaigns/{july.id}/export.xlsx?{JULY_20}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert "20250720" in answer.headers["content-disposition"]


async def test_each_export_is_listed_with_who_when_and_its_hash(house: House, july: Campaign) -> None:
    page = f"/campaigns/{july.id}/exports"
    assert "Chưa có tệp nào được xuất." in (await house.client.get(page)).text
    made = await house.client.get(f"/campaigns/{july.id}/export.csv?{JULY_20}&values=codes")
    assert made.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert len(table) == 114
    assert sum(row["Trạng thái"] == "Đã gửi báo cáo" for row in table) == 57
    assert "e_recv" in table[0]
    zipped = await house.client.get(f"/campaigns/{july.id}/export.csv.zip")
    assert "don-vi.csv" in zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()
    assert (await house.client.get(f"/campaigns/{july.id}/export.json")).json()["rate"]["responded"] == 60
    text = plain((await house.client.get(page)).text)
    assert hashlib.sha256(made.content).hexdigest() in text.replace(" ", "")
    assert "chuyên viên Trần Thị Lan CSV, trả lời ghi bằng mã 23:59 ngày 20/7/2025" in text
    assert (await house.client.get(f"{page}?as_of=2025-01-01")).status_code == 422


async def test_the_report_says_what_the_page_says(house: House, july: Campaign) -> None:
    exempted = await Invitation.filter(campaign=july, first_sent_at=None).order_by("code").first()
    assert exempted is not None
    who, left = principal.staff(1), house.clock() - timedelta(hours=1)
    await rosteracts.exempt(house.settings, july.id, exempted.code, "đã sáp nhập", who, left)
    answer = await house.client.get(f"/campaigns/{july.id}/export.docx")
    assert answer.headers["content-disposition"] == 'attachment; filename="phieu-1-20250728-1700.docx"'
    found = docx.Document(io.BytesIO(answer.content))
    words = "\n".join(p.text for p in found.paragraphs)
    rate = (await progress.of(july.id, house.clock())).rate
    assert (rate.responded, rate.expected) == (60, 113)
    assert f"Có 60/113 đơn vị thuộc diện báo cáo đã gửi báo cáo, đạt {percent(60, 113)}; trong đó có 1 đơn vị" in words
    for count in (rate.on_time_original, rate.on_time_extended):
        assert f"{percent(count, 60)} số đơn vị đã gửi ({count}/60)" in words
    lists = {table.cell(0, 2).text: len(table.rows) - 1 for table in found.tables if table.cell(0, 0).text == "TT"}
    assert lists["Lý do"] == 1
    listed = [table for table in found.tables if table.cell(0, 0).text == "TT"]
    (exempt,) = [table for table in listed if table.cell(0, 2).text == "Lý do"]
    assert exempt.cell(1, 2).text == "đã sáp nhập"
    kept = await ExportRecord.get(campaign_id=july.id)
    assert (kept.format, kept.sha256) == ("docx", hashlib.sha256(answer.content).hexdigest())
    past = await house.client.get(f"/campaigns/{july.id}/export.docx?{JULY_20}")
    words = "\n".join(p.text for p in docx.Document(io.BytesIO(past.content)).paragraphs)
    assert "tính đến hết ngày 20/7/2025" in words
    assert "Có 59/114 đơn vị thuộc diện báo cáo đã gửi báo cáo, đạt 51,8%" in words
    assert "Bổ sung sau: +1 đơn vị" in words
    assert (await house.client.get(f"/campaigns/{july.id}/export.exe")).status_code == 404


async def test_a_campaign_with_made_up_figures_says_so_everywhere(house: House, made: Office) -> None:
    from service.flow import campaigns, principal

    found = await scenes.campaign(house.settings, made, scenes.PUBLISHED, illustrative=True)
    await campaigns.publish(house.settings, found.id, principal.SYSTEM, scenes.PUBLISHED)
    for path in ("", f"/units/{AN_LAO}", "/reminders?at=2025-07-15&time=08:05"):
        answer = await house.client.get(f"/campaigns/{found.id}{path}")
        assert "Dữ liệu minh họa" in answer.text, path


async def test_names_of_units_never_become_markup(house: House, july: Campaign) -> None:
    await Invitation.filter(campaign=july, code=AN_LAO).update(
        full_name='Xã <script>alert(1)</script> "An"', name="<i>An</i> <b>Lão</b>", group="Huyện <u>&amp;"
    )
    page = (await house.client.get(f"/campaigns/{july.id}")).text
    for markup in ("<script>alert", "<i>An", "<u>"):
        assert markup not in page
    assert "Xã &lt;script&gt;alert(1)&lt;/script&gt;" in page


async def file_of(house: House, campaign: Campaign, code: str = AN_LAO) -> str:
    answer = await house.client.get(f"/campaigns/{campaign.id}/units/{code}")
    assert answer.status_code == 200
    return answer.text


async def test_a_units_file_shows_people_events_mail_and_what_it_sent(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    await scenes.log_in(house.client, survey.staff, house.clock())
    from service.flow import submissions

    at = house.clock() + timedelta(hours=2)
    sent = await submissions.submit(
        house.settings, survey.id, AN_LAO, submissions.Given(AN_LAO_ANSWERS), survey.visit.principal, "key", at
    )
    assert not isinstance(sent, submissions.Problems)
    house.clock.set(at)
    page = await file_of(house, survey.campaign)
    text = plain(page)
    assert 'href="tel:0225387654"' in page
    assert "Nguyễn Thị Hồng" in text
    assert sent.receipt in text
    assert sent.hash in text
    assert "1.142" in text
    assert "7.117" in text
    assert "Gửi báo cáo" in text
    assert "Đơn vị: Nguyễn Thị Hồng" in text
    assert "Xác nhận đã gửi" in text
    assert "Thư mời" in text


async def test_an_unknown_unit_is_not_found(house: House, july: Campaign) -> None:
    assert (await house.client.get(f"/campaigns/{july.id}/units/99999")).status_code == 404
    assert (await house.client.get(f"/campaigns/{july.id + 1}/units/{AN_LAO}")).status_code == 404
    assert (await house.client.get(f"/campaigns/{july.id}/units/%00")).status_code == 404
    assert (await house.client.get(f"/campaigns/{july.id}?q=%00&group=%00&as_of=%00")).status_code == 200


async def owing(campaign: Campaign) -> str:
    invitation = await Invitation.filter(campaign=campaign, state="not_sent").order_by("code").first()
    assert invitation is not None
    return invitation.code


async def test_a_paper_reply_is_taken_in_in_one_step(house: House, july: Campaign) -> None:
    code = await owing(july)
    page = await file_of(house, july, code)
    assert "Nếu ghi nhầm:" in page
    values = {
        "csrf": scenes.csrf(page),
        "channel": "paper",
        "number": "45/BC-UBND",
        "date": "17/7/2025",
        "received_on": "2025-07-18",
        "received_time": "15:30",
        "note": "Nhận qua văn thư",
    }
    answer = await house.client.post(
        f"/campaigns/{july.id}/units/{code}/intake", data=values, files={"scan": ("bản chụp.pdf", PDF)}
    )
    assert answer.status_code == 303
    intake = await Intake.filter(document_number="45/BC-UBND").get().select_related("invitation")
    assert intake.invitation.state == "received"
    event = await Event.filter(invitation=intake.invitation).order_by("-seq").first()
    assert event is not None
    assert (event.act, event.recorded_at) == (life.Act.INTAKE, house.clock())
    page = await file_of(house, july, code)
    assert "45/BC-UBND" in page
    assert "15:30 ngày 18/7/2025" in page
    assert "Nhận qua văn thư" in page
    assert "Ghi nhận văn bản giấy hoặc HPnet" not in page
    again = await house.client.post(f"/campaigns/{july.id}/units/{code}/intake", data=values, follow_redirects=True)
    assert "Phiếu đang ở trạng thái “Đã nhận văn bản” nên không làm được việc này." in again.text
    assert await Intake.filter(document_number="45/BC-UBND").count() == 1
    scan = await house.client.get(f"/campaigns/{july.id}/units/{code}/scans/{intake.id}")
    assert scan.content == PDF
    assert scan.headers["content-disposition"].startswith("attachment")
    other = await house.client.get(f"/campaigns/{july.id}/units/{AN_LAO}/scans/{intake.id}")
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channel": ""}, "Vui lòng chọn văn bản giấy hoặc HPnet."),
        ({"number": ""}, "Vui lòng nhập số, ký hiệu văn bản"),
        ({"received_on": "2025-07-01"}, "Ngày nhận không thể trước ngày phát hành"),
        ({"received_on": "2099-07-01"}, "Thời điểm nhận không được sau hiện tại."),
        ({"received_on": "mai"}, "Vui lòng nhập ngày và giờ nhận"),
        ({"date": "32/7/2025"}, "Ngày văn bản chưa đúng"),
    ],
)
async def test_a_wrong_intake_comes_back_with_what_was_typed(
    house: House, july: Campaign, changes: dict[str, str], words: str
) -> None:
    code = await owing(july)
    values = {
        "csrf": scenes.csrf(await file_of(house, july, code)),
        "channel": "hpnet",
        "number": "45/BC",
        "date": "",
        "received_on": "2025-07-18",
        "received_time": "15:30",
        "note": "giữ <nguyên>",
    }
    answer = await house.client.post(f"/campaigns/{july.id}/units/{code}/intake", data=values | changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "giữ &lt;nguyên&gt;" in answer.text
    assert await Intake.filter(invitation__code=code).count() == 0


async def test_a_program_as_scan_is_refused_beside_the_field(house: House, july: Campaign) -> None:
    code = await owing(july)
    values = {
        "csrf": scenes.csrf(await file_of(house, july, code)),
        "channel": "paper",
        "number": "45/BC",
        "received_on": "2025-07-18",
        "received_time": "15:30",
    }
    answer = await house.client.post(
        f"/campaigns/{july.id}/units/{code}/intake", data=values, files={"scan": ("x.pdf", b"MZ...")}
    )
    assert answer.status_code == 422
    assert 'id="intake_scan-problem"' in answer.text
    assert 'value="45/BC"' in answer.text


async def test_a_fresh_link_is_shown_once_and_works(house: House, july: Campaign) -> None:
    page = await file_of(house, july)
    before = await ContactLink.all().count()
    answer = await house.client.post(f"/campaigns/{july.id}/units/{AN_LAO}/link", data={"csrf": scenes.csrf(page)})
    found = re.search(r'id="fresh-link" value="([^"]+)"', answer.text)
    assert found
    assert "Chỉ hiện lần này." in answer.text
    assert await ContactLink.all().count() == before + 1
    door = await house.client.get(found[1])
    assert door.status_code == 200
    assert "An Lão" in door.text
    assert found[1] not in await file_of(house, july)


async def test_a_viewer_sees_no_forms_on_a_units_file(house: House, made: Office, july: Campaign) -> None:
    await scenes.log_in(house.client, made.viewer, house.clock())
    page = await file_of(house, july)
    assert "/intake" not in page
    assert "Tạo đường dẫn riêng" not in page
    answer = await house.client.post(f"/campaigns/{july.id}/units/{AN_LAO}/link", data={"csrf": scenes.csrf(page)})
    assert answer.status_code == 403


def test_every_shipped_unit_has_a_place_of_its_own() -> None:
    data = Path(__file__).parents[3] / "service" / "data" / "units.csv"
    with data.open(encoding="utf-8") as file:
        places = [(row["tile_col"], row["tile_row"]) for row in csv.DictReader(file)]
    assert len(places) == len(set(places)) == 114
