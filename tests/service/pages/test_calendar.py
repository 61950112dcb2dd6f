"""The calendar on the screen: seen by all staff, changed by administrators, told beforehand, undone."""

import html
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import httpx
import pytest
from openpyxl import Workbook

from service.flow import audit, calendars, campaigns, principal, rosteracts, units
from service.flow.terms import Due
from service.models import AuditRecord, CalendarChange, CalendarDay, Campaign
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.build import AN_LAO, PHU_LIEN
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio
MONDAY = datetime(2026, 8, 24, 9, 0, tzinfo=ZONE)
HEAD = "date,weekday,type,name,source,status\n"


@pytest.fixture
async def made(house: House) -> Office:
    house.clock.set(MONDAY)
    found = await scenes.office(house.settings, house.clock())
    await scenes.log_in(house.client, found.administrator, house.clock())
    return found


async def post(house: House, path: str, values: dict[str, str], file: bytes | None = None) -> httpx.Response:
    token = scenes.csrf((await house.client.get("/calendar")).text)
    files = {"file": ("lich.csv", file, "text/csv")} if file is not None else None
    return await house.client.post(path, data={"csrf": token, **values}, files=files)


async def confirm(house: House, shown: httpx.Response, reason: str | None = None) -> httpx.Response:
    """Press the button of a page that tells what would change."""
    form = shown.text[shown.text.index('action="/calendar/apply"') :]
    values = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}
    return await house.client.post("/calendar/apply", data=values | ({} if reason is None else {"reason": reason}))


def day(**changes: str) -> dict[str, str]:
    values = {
        "date": "2026-08-26",
        "type": "nghi",
        "name": "Nghỉ bão",
        "source": "Công điện 12/CĐ-UBND",
        "status": "quyet_dinh",
        "reason": "Bão số 5",
        "act": "save",
        "known": "",
    }
    return values | changes


async def running(house: House, made: Office, days: str = "3") -> Campaign:
    await scenes.contacts()
    found = await scenes.campaign(
        house.settings, made, house.clock(), due=Due(days=Decimal(days), kind="working_day"), period_to=None
    )
    return await campaigns.publish(house.settings, found.id, principal.SYSTEM, house.clock())


async def test_a_year_is_seen_with_its_days_their_source_and_status(house: House, made: Office) -> None:
    await scenes.log_in(house.client, made.viewer, house.clock())
    page = (await house.client.get("/calendar?year=2026")).text
    assert "thứ Bảy 10/1/2026: làm bù, Làm bù cho 02/01/2026 (quyết định)" in page
    assert "thứ Ba 24/11/2026: nghỉ, Ngày Văn hóa Việt Nam (cần xác minh)" in page
    assert page.count("<caption>") == 12
    assert "07:30-11:30, 13:30-17:00" in page
    assert "/calendar/day" not in page, "a viewer changes nothing"
    assert (await house.client.get("/calendar/day")).status_code == 403
    assert (await house.client.post("/calendar/apply", data={})).status_code == 403


async def test_a_change_tells_the_campaigns_it_touches_and_moves_none(house: House, made: Office) -> None:
    campaign = await running(house, made)
    shown = await post(house, "/calendar/day", day())
    assert "thứ Tư, 26/8/2026" in shown.text
    assert campaign.title in shown.text
    assert "Hạn đã chốt: 17:00 thứ Năm, 27/8/2026." in shown.text
    assert "Tính theo lịch mới sẽ là 17:00 thứ Sáu, 28/8/2026." in shown.text
    assert "08:00 thứ Tư, 26/8/2026 → 08:00 thứ Ba, 25/8/2026" in shown.text, "the reminder a working day before"
    assert not await CalendarChange.exists(), "nothing is written before it is confirmed"

    answer = await confirm(house, shown)
    assert answer.headers["location"] == "/calendar?year=2026"
    kept = await CalendarDay.get(date=date(2026, 8, 26))
    assert (kept.name, kept.source, kept.status) == ("Nghỉ bão", "Công điện 12/CĐ-UBND", "quyet_dinh")
    assert (await Campaign.get(id=campaign.id)).due_at == campaign.due_at
    page = (await house.client.get("/calendar")).text
    assert "Bão số 5" in page
    assert f'<a href="/campaigns/{campaign.id}">' in page
    record = await AuditRecord.filter(action="calendar.change").get()
    assert record.data["changes"] == ["2026-08-26"]
    assert record.data["touched"] == [campaign.id]
    assert await audit.first_broken() is None


async def test_a_fixed_due_date_that_becomes_free_is_told(house: House, made: Office) -> None:
    await scenes.contacts()
    due = Due(at=datetime(2026, 8, 26, 17, 0, tzinfo=ZONE))
    found = await scenes.campaign(house.settings, made, house.clock(), due=due, period_to=None, reminders=())
    await campaigns.publish(house.settings, found.id, principal.SYSTEM, house.clock())
    shown = await post(house, "/calendar/day", day())
    assert "Hạn cố định 17:00 thứ Tư, 26/8/2026 rơi vào ngày nghỉ theo lịch mới." in shown.text
    assert "Hạn đã chốt: " not in shown.text


async def test_an_extension_counted_over_the_day_is_told(house: House, made: Office) -> None:
    due = Due(at=datetime(2026, 8, 25, 17, 0, tzinfo=ZONE))
    await scenes.contacts()
    found = await scenes.campaign(house.settings, made, house.clock(), due=due, period_to=None, reminders=())
    await campaigns.publish(house.settings, found.id, principal.SYSTEM, house.clock())
    three = Due(days=Decimal(3), kind="working_day")
    for code in (AN_LAO, PHU_LIEN):
        await rosteracts.extend(house.settings, found.id, code, three, "Bão", principal.staff(1), house.clock())
    await rosteracts.exempt(house.settings, found.id, PHU_LIEN, "Sáp nhập", principal.staff(1), house.clock())
    shown = await post(house, "/calendar/day", day())
    assert "1 đơn vị có hạn gia hạn hoặc hạn bổ sung tính khác đi theo lịch mới." in shown.text, (
        "an exempt one owes none"
    )
    assert "Hạn đã chốt: " not in shown.text


async def test_taking_out_the_last_day_of_a_year_says_what_that_means(house: House, made: Office) -> None:
    await CalendarDay.filter(date__gte=date(2028, 1, 1)).exclude(date=date(2028, 9, 2)).delete()
    shown = await post(house, "/calendar/day", day(date="2028-09-02", act="remove", known="1"))
    assert "Năm 2028 sẽ không còn ngày nào trong lịch" in shown.text


async def test_a_closed_campaign_and_a_change_elsewhere_touch_nothing(house: House, made: Office) -> None:
    await running(house, made)
    shown = await post(house, "/calendar/day", day(date="2027-03-03"))
    assert "Không có đợt nào" in shown.text


async def test_a_change_is_undone_once_and_only_while_it_stands(house: House, made: Office) -> None:
    before = (await calendars.table()).days
    await confirm(house, await post(house, "/calendar/day", day()))
    first = await CalendarChange.get()
    shown = await post(house, "/calendar/undo", {"change": str(first.id)})
    assert f'value="Hoàn tác thay đổi số {first.id}"' in shown.text
    await confirm(house, shown)
    assert (await calendars.table()).days == before
    page = (await house.client.get("/calendar")).text
    assert "đã hoàn tác" in page
    again = await confirm(house, shown)
    assert again.status_code in (303, 422)
    assert await CalendarChange.all().count() == 2, "a second click undoes nothing more"
    answer = await post(house, "/calendar/undo", {"change": str(first.id)})
    assert answer.status_code == 303

    await confirm(house, await post(house, "/calendar/day", day()))
    third = await CalendarChange.all().order_by("-id").first()
    assert third is not None
    await confirm(house, await post(house, "/calendar/day", day(name="Nghỉ bão số 5", known="1")))
    answer = await post(house, "/calendar/undo", {"change": str(third.id)})
    assert answer.status_code == 303, "somebody changed the day since"
    assert (await CalendarDay.get(date=date(2026, 8, 26))).name == "Nghỉ bão số 5"


async def test_a_day_is_taken_out(house: House, made: Office) -> None:
    form = (await house.client.get("/calendar/day?date=2026-11-24")).text
    assert 'value="Ngày Văn hóa Việt Nam"' in form
    shown = await post(house, "/calendar/day", day(date="2026-11-24", act="remove", known="1"))
    await confirm(house, shown, "Chưa có luật")
    assert (await calendars.current()).is_working(date(2026, 11, 24))
    await units.seed(house.clock())  # as an upgrade does
    assert (await calendars.current()).is_working(date(2026, 11, 24)), "what was taken out stays out"


async def test_without_a_reason_nothing_is_saved(house: House, made: Office) -> None:
    answer = await confirm(house, await post(house, "/calendar/day", day(reason="")))
    assert answer.status_code == 422
    assert "Vui lòng ghi lý do thay đổi" in answer.text
    assert not await CalendarChange.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"date": "30/2/2026"}, "Ngày chưa đúng"),
        ({"date": "1999-01-01"}, "Ngày chưa đúng"),
        ({"type": "le"}, "Loại phải là"),
        ({"status": ""}, "Trạng thái phải là"),
        ({"name": " "}, "Vui lòng nhập tên"),
        ({"source": ""}, "Vui lòng ghi nguồn"),
        ({"name": "x" * 201}, "dài quá 200"),
        ({"type": "lam_bu"}, "Thứ Tư 26/8/2026 vốn là ngày làm việc"),
    ],
)
async def test_what_is_typed_wrong_is_told_beside_its_field(
    house: House, made: Office, changes: dict[str, str], words: str
) -> None:
    answer = await post(house, "/calendar/day", day(**changes))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Bão số 5"' in answer.text, "nothing typed is lost"


async def test_one_day_does_not_make_a_year(house: House, made: Office) -> None:
    shown = await post(house, "/calendar/day", day(date="2029-09-03"))
    assert "Lịch năm 2029 chưa đủ nên chưa dùng được: thiếu Tết Dương lịch (1/1)" in shown.text
    assert "/calendar/apply" not in shown.text


async def test_the_estimate_of_a_year_without_a_table(house: House, made: Office) -> None:
    page = (await house.client.get("/calendar?year=2029")).text
    assert "Lấy ngày lễ dự kiến của năm 2029" in page
    shown = await post(house, "/calendar/estimates", {"year": "2029"})
    assert (await confirm(house, shown)).headers["location"] == "/calendar?year=2029"
    calendar = await calendars.current()
    assert calendar.lacks(2029) == ()
    tet = calendar.marked(date(2029, 2, 13))
    assert tet is not None
    assert (tet.name, tet.status) == ("Tết Nguyên Đán", "estimate")
    culture = calendar.marked(date(2029, 11, 24))
    assert culture is not None
    assert culture.status == "unconfirmed"
    assert "Không có gì thay đổi" in (await post(house, "/calendar/estimates", {"year": "2026"})).text.replace(
        "\n", " "
    ), "what the table has is never overwritten"


async def test_a_file_is_read_row_by_row_and_shown_before_it_is_applied(house: House, made: Office) -> None:
    rows = (
        "2026-08-31,T2,nghi,Ngày nghỉ (thay cho ngày 22/08/2026),holidays 0.109,quyet_dinh\n"
        "2026-11-24,T3,nghi,Ngày Văn hóa Việt Nam,Luật số 1/2026,quyet_dinh\n"
        "2026-11-25,T2,nghi,Sai thứ,QĐ,quyet_dinh\n"
        "25/11/2026,,Làm bù,Sai loại,QĐ,quyết định\n"
        "2026-11-24,T3,nghi,Hai lần,QĐ,quyet_dinh\n"
        "ngày mai,,nghi,,,\n"
    )
    shown = await post(house, "/calendar/import", {}, (HEAD + rows).encode("utf-8-sig"))
    assert "Thay đổi (1)" in shown.text
    assert "1 ngày đã đúng như vậy trong lịch." in shown.text
    for words in (
        "Dòng 4",
        "Cột thứ ghi “T2” nhưng 25/11/2026 là thứ Tư.",
        "Dòng 5",
        "vốn là ngày làm việc",
        "Dòng 6",
        "Ngày 24/11/2026 đã có ở dòng 3.",
        "Dòng 7",
        "Ngày chưa đúng.",
    ):
        assert words in shown.text
    await confirm(house, shown, "Luật mới")
    assert (await CalendarDay.get(date=date(2026, 11, 24))).status == "quyet_dinh"
    assert await CalendarDay.filter(date=date(2026, 11, 25)).count() == 0


async def test_a_file_that_leaves_a_year_out_says_so(house: House, made: Office) -> None:
    rows = "".join(
        f"{on},,nghi,{name},QĐ,du_kien\n"
        for on, name in [
            ("2030-01-01", "Tết Dương lịch"),
            *((f"2030-02-0{n}", "Tết") for n in range(1, 6)),
            ("2030-04-30", "Ngày Chiến thắng"),
            ("2030-05-01", "Ngày Quốc tế Lao động"),
            ("2030-09-02", "Quốc khánh"),
        ]
    )
    shown = await post(house, "/calendar/import", {}, (HEAD + rows).encode())
    assert "Lịch thiếu cả năm 2029" in shown.text
    assert "/calendar/apply" in shown.text


async def test_an_excel_file_with_vietnamese_headings(house: House, made: Office) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Lịch nghỉ năm 2026"])
    sheet.append(["Ngày", "Loại", "Tên", "Nguồn", "Trạng thái"])
    sheet.append([date(2026, 11, 24), "Nghỉ", "Ngày Văn hóa", "Luật 1", "Quyết định"])
    data = BytesIO()
    book.save(data)
    shown = await post(house, "/calendar/import", {}, data.getvalue())
    assert "Ngày Văn hóa <span" in shown.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Tệp rỗng"),
        (b"a,b\n1,2\n", "Không tìm thấy dòng tiêu đề"),
        (b"\x89PNG\r\n\x1a\n\x00\x01", "không phải là bảng"),
    ],
)
async def test_a_file_that_is_no_calendar(house: House, made: Office, data: bytes, words: str) -> None:
    answer = await post(house, "/calendar/import", {}, data)
    assert answer.status_code == 422
    assert words in answer.text


async def test_other_office_hours(house: House, made: Office) -> None:
    shown = await post(house, "/calendar/hours", {"hours": "08:00-12:00, 13:00-16:30"})
    assert "07:30-11:30, 13:30-17:00 → 08:00-12:00, 13:00-16:30" in shown.text
    await confirm(house, shown, "Giờ mùa đông")
    calendar = await calendars.current()
    end = calendar.working_days_after(MONDAY, Decimal("1.5"))
    assert end == datetime(2026, 8, 26, 12, 0, tzinfo=ZONE)
    change = await CalendarChange.get()
    await confirm(house, await post(house, "/calendar/undo", {"change": str(change.id)}))
    assert str((await calendars.current()).office) == "07:30-11:30, 13:30-17:00"


async def test_office_hours_that_are_none_stay_as_typed_with_what_is_wrong(house: House, made: Office) -> None:
    answer = await post(house, "/calendar/hours", {"hours": "07:30-11:30, 13:30-25:00"})
    assert answer.status_code == 422
    assert 'value="07:30-11:30, 13:30-25:00"' in answer.text
    assert '<a href="#office-hours">Giờ làm việc chưa đúng' in answer.text
    assert '<details class="reading" open>' in answer.text


async def test_a_colleague_was_faster(house: House, made: Office) -> None:
    shown = await post(house, "/calendar/day", day())
    await CalendarDay.create(date=date(2026, 8, 26), kind="nghi", name="Khác", source="QĐ", status="quyet_dinh")
    answer = await confirm(house, shown)
    assert answer.status_code == 422
    assert "đã được người khác thay đổi" in answer.text
    assert "Khác" in answer.text
    assert (await CalendarDay.get(date=date(2026, 8, 26))).name == "Khác"


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "[]",
        "{}",
        '{"days": {"2026-08-26": {"kind": "nghi"}}, "hours": null}',
        '{"days": {"mai": null}, "hours": null}',
        '{"days": [], "hours": 7}',
        "[" * 5000,
    ],
)
async def test_a_page_that_was_tampered_with_changes_nothing(house: House, made: Office, wanted: str) -> None:
    answer = await post(house, "/calendar/apply", {"wanted": wanted, "digest": "0" * 64, "reason": "a"})
    assert answer.status_code == 422
    assert not await CalendarChange.exists()


async def test_texts_never_become_markup(house: House, made: Office) -> None:
    shown = await post(house, "/calendar/day", day(name="<b>Nghỉ</b>", source='"><script>'))
    await confirm(house, shown, "<i>vì</i>")
    page = (await house.client.get("/calendar")).text
    assert "<b>Nghỉ" not in page
    assert "<script>" not in page
    assert "<i>vì" not in page


async def test_reminders_already_past_touch_nothing(house: House, made: Office) -> None:
    await running(house, made, days="1")
    house.clock.forward(timedelta(days=40))
    await scenes.log_in(house.client, made.administrator, house.clock())
    shown = await post(house, "/calendar/day", day(date="2026-12-30"))
    assert "Không có đợt nào" in shown.text
