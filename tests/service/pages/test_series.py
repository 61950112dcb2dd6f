"""Periodic surveys on their pages: begun from a campaign, looked at, changed, approved, paused and ended."""

import re
from datetime import date, datetime, timedelta

import httpx
import pytest

from service.flow import campaigns, principal, rounds
from service.models import Campaign, Round, Series, Staff
from service.words import ZONE
from tests.conftest import House
from tests.service import build, scenes
from tests.service.pages.test_monitor import plain

pytestmark = pytest.mark.anyio

FORM = {
    "title": "Khảo sát NĐ 132",
    "every": "month",
    "days": "3",
    "kind": "working_day",
    "close_days": "",
    "ahead": "10",
}
SURE = {"confirm": "1"}


class Desk:
    """A staff member at a campaign of July 2025."""

    def __init__(self, house: House, campaign: int) -> None:
        self.house, self.campaign, self.csrf = house, campaign, ""

    async def open(self, path: str, status: int = 200) -> str:
        answer = await self.house.client.get(path, follow_redirects=True)
        assert answer.status_code == status
        if found := re.findall(r'name="csrf" value="([^"]+)"', answer.text):
            self.csrf = found[-1]
        return answer.text

    async def post(self, path: str, values: dict[str, str]) -> httpx.Response:
        return await self.house.client.post(path, data={"csrf": self.csrf, **values}, follow_redirects=True)

    async def begin(self) -> str:
        await self.open(f"/campaigns/{self.campaign}/series")
        answer = await self.post(f"/campaigns/{self.campaign}/series", FORM)
        assert answer.status_code == 200
        assert "Đã tạo khảo sát định kỳ." in answer.text
        return answer.text


@pytest.fixture
async def desk(house: House) -> Desk:
    house.clock.set(datetime(2025, 7, 8, 9, tzinfo=ZONE))
    period = {"period_from": date(2025, 6, 15), "period_to": date(2025, 7, 14), "title": "Khảo sát (tháng 7/2025)"}
    made = await build.survey(house.settings, house.clock(), **period)
    await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
    return Desk(house, made.id)


async def test_a_series_begins_with_a_campaign_and_tells_the_next_round_s_dates(desk: Desk) -> None:
    page = await desk.open(f"/campaigns/{desk.campaign}/series")
    assert 'name="title" value="Khảo sát"' in page, "the campaign's title without its period"
    assert "đợt này là tháng 7/2025" in page
    assert "đợt này là 6 tháng cuối năm 2025" in page
    text = plain(await desk.begin())
    assert "Kỳ tiếp theo: tháng 8/2025" in text
    assert "từ 15/7/2025 đến hết 14/8/2025" in text
    assert "Chuẩn bị 4/8/2025 (10 ngày trước ngày chốt số liệu)" in text
    assert "Mở phiếu 07:30 thứ Sáu, 15/8/2025" in text
    assert "Hạn gửi 17:00 thứ Tư, 20/8/2025 3 ngày làm việc từ 07:30 thứ Sáu, 15/8/2025" in text
    assert "không tính ngày 15/8" in text
    assert "tháng 7/2025 Đang mở 0/4 0,0% 0/4 0" in text
    again = await desk.house.client.get(f"/campaigns/{desk.campaign}/series")
    assert again.headers["location"] == "/series/1"
    assert "Hằng tháng" in plain(await desk.open("/series"))


async def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    await desk.open(f"/campaigns/{desk.campaign}/series")
    answer = await desk.post(f"/campaigns/{desk.campaign}/series", {**FORM, "title": "", "days": "ba", "ahead": "500"})
    assert answer.status_code == 422
    assert re.findall(r'<li><a href="#(\w+)">', answer.text) == ["title", "ahead", "due"]
    assert 'name="days" value="ba"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 3
    assert not await Series.exists()


async def test_rounds_are_prepared_published_and_shown_side_by_side(desk: Desk) -> None:
    await desk.begin()
    answer = await desk.post("/series/1/next", {})
    assert "Xem trước khi phát hành" in answer.text
    assert "Khảo sát NĐ 132 (tháng 8/2025)" in answer.text
    assert "Kỳ mới đã được chuẩn bị" in await desk.open("/")
    page = await desk.open("/series/1")
    assert "Tháng 8/2025 đã được chuẩn bị, chưa phát hành." in page
    assert 'action="/series/1/next"' not in page
    again = await desk.post("/series/1/next", {})
    assert again.status_code == 409
    august = (await Round.get(period_to=date(2025, 8, 14))).campaign_id
    await campaigns.publish(desk.house.settings, august, principal.SYSTEM, desk.house.clock() + timedelta(hours=1))
    desk.house.clock.forward(timedelta(hours=2))
    text = plain(await desk.open("/series/1"))
    assert text.index("tháng 8/2025 Chưa đến ngày mở 0/4") < text.index("tháng 7/2025 Đang mở 0/4")
    assert "tháng 7/2025: 0/4 (0,0%). tháng 8/2025: 0/4 (0,0%)." in text


async def test_changes_pauses_and_ends_want_to_be_confirmed(desk: Desk) -> None:
    await desk.begin()
    unsure = await desk.post("/series/1", {**FORM, "days": "5"})
    assert unsure.status_code == 422
    assert 'href="#confirm_change"' in unsure.text
    assert 'name="days" value="5"' in unsure.text
    assert "Đã sửa" in (await desk.post("/series/1", {**FORM, "days": "5", **SURE})).text
    assert (await Series.get(id=1)).due_days == 5
    assert (await desk.post("/series/1/state", {"state": "paused"})).status_code == 422
    paused = await desk.post("/series/1/state", {"state": "paused", **SURE})
    assert "Đã tạm dừng khảo sát định kỳ." in paused.text
    assert "Kỳ tiếp theo" not in paused.text
    assert "hoạt động trở lại" in (await desk.post("/series/1/state", {"state": "active", **SURE})).text
    ended = await desk.post("/series/1/state", {"state": "ended", **SURE})
    assert "Đã kết thúc" in ended.text
    assert "<details" not in ended.text, "nothing is left to decide"
    assert (await desk.post("/series/1/state", {"state": "active", **SURE})).status_code == 409
    assert (await desk.post("/series/1/state", {"state": "gone", **SURE})).status_code == 409


async def test_rounds_go_by_themselves_only_by_a_person_s_word_which_is_named(desk: Desk) -> None:
    await desk.begin()
    assert (await desk.post("/series/1/automatic", {"automatic": "on"})).status_code == 422
    assert not (await Series.get(id=1)).automatic
    page = (await desk.post("/series/1/automatic", {"automatic": "on", **SURE})).text
    assert "Tự phát hành, do chuyên viên Trần Thị Lan duyệt lúc 09:00 ngày 8/7/2025" in plain(page)
    august = await rounds.prepare(1, principal.staff(1), desk.house.clock())
    await Campaign.filter(id=august.campaign_id).update(closes_at=datetime(2025, 8, 16, tzinfo=ZONE))
    opened = datetime(2025, 8, 15, 9, tzinfo=ZONE)
    await rounds.plan_due(desk.house.settings, opened)
    desk.house.clock.set(opened)
    await scenes.log_in(desk.house.client, await Staff.get(username="lan"), opened)
    assert "Kỳ này chưa tự phát hành được" in await desk.open("/series/1")
    off = await desk.post("/series/1/automatic", {"automatic": ""})
    assert "Chuyên viên phát hành từng kỳ" in off.text


async def test_viewers_look_and_change_nothing_and_an_empty_list_says_how_to_begin(desk: Desk) -> None:
    assert "Chưa có khảo sát định kỳ nào." in await desk.open("/series")
    await desk.open("/series/1", 404)
    await Staff.filter(username="lan").update(role="viewer")
    page = await desk.open(f"/campaigns/{desk.campaign}/series")
    assert "Đợt khảo sát này không lặp lại định kỳ." in page
    assert (await desk.post(f"/campaigns/{desk.campaign}/series", FORM)).status_code == 403
