"""A due time is explained while it is typed, before publication, and afterwards as it was counted then."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from service.flow import accounts, calendars, campaigns, principal
from service.flow.terms import Due
from service.models import CalendarDay, Campaign
from service.words import ZONE
from tests.conftest import House
from tests.service import build, scenes
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio

# The example of the specification: 2.5 working days from 14:00 on Friday 18/7/2025.
FRIDAY = datetime(2025, 7, 18, 14, 0, tzinfo=ZONE)
COUNTED = (
    "2,5 ngày làm việc từ 14:00 thứ Sáu, 18/7/2025",
    "không tính ngày 18/7",
    "không tính thứ Bảy 19/7 và Chủ nhật 20/7",
    "thứ Hai 21/7 và thứ Ba 22/7 là ngày thứ nhất và thứ 2",
    "buổi sáng thứ Tư 23/7 là nửa ngày",
    "hết hạn 11:30 thứ Tư, 23/7/2025",
)
HALVES = Due(days=Decimal("2.5"), kind="working_day")


@pytest.fixture
async def made(house: House) -> Office:
    house.clock.set(FRIDAY)
    found = await scenes.office(house.settings, house.clock())
    await scenes.contacts()
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


async def test_while_it_is_typed(house: House, made: Office) -> None:
    query = {"due_mode": "days", "due_days": "2,5", "due_kind": "working_day", "period_to": "23/7/2025"}
    page = (await house.client.get("/campaigns/deadline", params=query)).text
    for clause in COUNTED:
        assert f"<li>{clause}</li>" in page
    assert "ít nhất 01 ngày làm việc" in page
    assert "<html" not in page, "a part of the form's page"
    assert (await house.client.get("/campaigns/deadline", params={**query, "due_days": "hai"})).text.strip() == ""


async def test_opening_later_the_count_begins_then(house: House, made: Office) -> None:
    query = {"due_mode": "days", "due_days": "1", "due_kind": "day", "opens_on": "2025-08-29", "opens_time": "08:00"}
    page = (await house.client.get("/campaigns/deadline", params=query)).text
    assert "1 ngày từ 08:00 thứ Sáu, 29/8/2025" in page
    assert "thứ Bảy 30/8 và Chủ nhật 31/8 không phải ngày làm việc" in page
    assert "thứ Hai 1/9 (nghỉ: Quốc khánh, theo holidays 0.109) không phải ngày làm việc" in page
    assert "nên dời đến hết ngày làm việc tiếp theo, thứ Tư 3/9" in page
    assert "hết hạn 24 giờ thứ Tư, 3/9/2025" in page


async def test_a_fixed_one_on_a_free_day_is_warned_about_and_stays(house: House, made: Office) -> None:
    query = {"due_mode": "at", "due_on": "2025-07-20", "due_time": "17:00"}
    page = (await house.client.get("/campaigns/deadline", params=query)).text
    assert "17:00 Chủ nhật, 20/7/2025" in page
    assert "không phải ngày làm việc. Hạn cố định không tự dời" in page


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("95", "24/11/2026 (Ngày Văn hóa Việt Nam, cần xác minh)"),
        ("145", "4/2/2027 (29 Tết, dự kiến)"),
    ],
)
async def test_crossing_a_day_that_is_not_sure_is_told(house: House, made: Office, days: str, words: str) -> None:
    house.clock.set(datetime(2026, 7, 20, 9, 0, tzinfo=ZONE))
    query = {"due_mode": "days", "due_days": days, "due_kind": "working_day"}
    await scenes.log_in(house.client, made.staff, house.clock())
    page = (await house.client.get("/campaigns/deadline", params=query)).text
    assert words in page


async def test_a_year_without_a_table_is_told_with_the_way_to_the_calendar(house: House, made: Office) -> None:
    query = {"due_mode": "at", "due_on": "2029-03-01", "due_time": "17:00"}
    page = (await house.client.get("/campaigns/deadline", params=query)).text
    assert "Chưa có lịch nghỉ lễ năm 2029" in page
    assert 'href="/calendar?year=2029"' in page
    campaign = await scenes.campaign(
        house.settings, made, house.clock(), due=Due(at=datetime(2029, 3, 1, 17, 0, tzinfo=ZONE))
    )
    page = (await house.client.get(f"/campaigns/{campaign.id}/review")).text
    assert "Chưa có lịch nghỉ lễ năm 2029" in page
    assert 'href="/calendar?year=2029"' in page
    assert 'name="confirm"' not in page, "it cannot be published"


async def test_on_the_form_without_a_script_and_on_the_review(house: House, made: Office) -> None:
    campaign = await scenes.campaign(house.settings, made, house.clock(), due=HALVES, period_to=None)
    for path in (f"/campaigns/{campaign.id}/edit", f"/campaigns/{campaign.id}/review"):
        page = (await house.client.get(path)).text
        for clause in COUNTED:
            assert f"<li>{clause}</li>" in page


async def test_after_publication_it_is_told_as_it_was_counted_then(house: House, made: Office) -> None:
    survey = await _published(house, made)
    await CalendarDay.create(date=date(2025, 7, 21), kind="nghi", name="Nghỉ", source="QĐ 1", status="quyet_dinh")
    assert not (await calendars.current()).is_working(date(2025, 7, 21))
    page = (await house.client.get(f"/campaigns/{survey.id}")).text
    for clause in COUNTED:
        assert f"<li>{clause}</li>" in page


async def test_the_unit_reads_how_its_due_time_was_counted(house: House) -> None:
    house.clock.set(FRIDAY)
    survey = await build.survey(house.settings, house.clock(), due=HALVES)
    path = survey.address(house.settings)
    token = scenes.csrf((await house.client.get(path)).text)
    await house.client.post(path, data={"csrf": token})
    page = (await house.client.get(f"/u/{survey.id}")).text
    for clause in COUNTED:
        assert f"<li>{clause}</li>" in page


async def test_called_back_it_is_counted_anew(house: House, made: Office) -> None:
    survey = await _published(house, made)
    await campaigns.call_back(survey.id, principal.SYSTEM, house.clock())
    again = await Campaign.get(id=survey.id)
    assert (again.due_at, again.due_explained) == (None, None)


async def _published(house: House, made: Office) -> Campaign:
    found = await scenes.campaign(house.settings, made, house.clock(), due=HALVES, period_to=None)
    return await campaigns.publish(house.settings, found.id, principal.SYSTEM, house.clock())


async def test_the_api_tells_it_when_a_campaign_is_made(house: House, made: Office) -> None:
    token = await accounts.create_token("máy", "staff", house.clock())
    body = {"title": "Quý I", "form": made.form.id, "due": {"at": "2029-03-01T17:00+07:00"}}
    headers = {"Authorization": f"Bearer {token}"}
    answer = (await house.client.post("/api/v1/campaigns", json=body, headers=headers)).json()
    assert "Chưa có lịch nghỉ lễ năm 2029" in answer["warnings"][0]
    answer = await house.client.post(f"/api/v1/campaigns/{answer['id']}/publish", headers=headers)
    assert answer.status_code == 422
    assert "Chưa có lịch nghỉ lễ năm 2029" in answer.json()["error"]["problems"][0]["message"]
