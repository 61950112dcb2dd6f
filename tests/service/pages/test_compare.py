"""A campaign beside an earlier one, and what open campaigns ask of each unit."""

from datetime import date, datetime, timedelta

import pytest

from service.flow import campaigns, comparison, overview, principal
from service.flow.terms import Due
from service.models import Campaign, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.pages.test_monitor import plain
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio
AUGUST_DUE = datetime(2025, 8, 18, 17, 0, tzinfo=ZONE)
PERIOD = {"period_from": date(2025, 7, 16), "period_to": date(2025, 8, 15)}


@pytest.fixture
async def made(house: House) -> Office:
    return await scenes.office(house.settings, scenes.PUBLISHED)


@pytest.fixture
async def july(house: House, made: Office) -> Campaign:
    found = await scenes.july(house.settings, made)
    house.clock.set(AUGUST_DUE + timedelta(days=2))
    await scenes.log_in(house.client, made.staff, house.clock())
    return found


async def august(house: House, made: Office, due: datetime = AUGUST_DUE) -> Campaign:
    """Published ten days before it is due; two units answer in the first days."""
    begun = AUGUST_DUE - timedelta(days=10)
    found = await scenes.campaign(house.settings, made, begun, title="Tháng 8", due=Due(at=due), **PERIOD)
    await campaigns.publish(house.settings, found.id, principal.SYSTEM, begun)
    for code in (await late_in_july())[:2]:
        at = begun + timedelta(days=1)
        await scenes._answer(house.settings, found.id, code, at, paper=False, nil=False)
    return await campaigns.get(found.id)


async def late_in_july() -> list[str]:
    found = Invitation.filter(campaign_id=1, first_sent_at__gt=scenes.DUE).order_by("code")
    return [str(code) for code in await found.values_list("code", flat=True)]


async def test_rates_stand_side_by_side_at_the_same_distance_from_the_due_time(
    house: House, made: Office, july: Campaign
) -> None:
    later = await august(house, made)
    found = await comparison.of(later, None, house.clock())
    assert found
    assert found.before.id == july.id
    lines = {line.days: (line.now.responded, line.then.responded) for line in found.lines}
    # As of 20/7, two days after July's due time, 59 had answered.
    assert lines[None][1] == 59 - sum(
        moment > scenes.DUE + timedelta(days=2)
        for moment, _total in found.then.curve
        if moment <= scenes.END_OF_20_JULY
    )
    assert lines[0] == (2, 51)
    assert set(lines) == {None, -7, -5, -3, -1, 0, 1}
    twice = {row.code for row, _before in found.late_twice}
    missing = set(await Invitation.filter(campaign=july, first_sent_at=None).values_list("code", flat=True))
    assert twice == (missing | set(await late_in_july())) - set((await late_in_july())[:2])
    page = (await house.client.get(f"/campaigns/{later.id}/compare")).text
    text = plain(page)
    assert f"Chậm cả hai đợt: {len(twice)}" in text
    assert "2/114 1,8% 51/114 44,7%" in text
    assert page.count('class="step') == 2


async def test_a_first_campaign_has_nothing_to_be_compared_with(house: House, july: Campaign) -> None:
    answer = await house.client.get(f"/campaigns/{july.id}/compare")
    assert "Chưa có đợt khảo sát nào trước đợt này" in answer.text
    assert (await house.client.get(f"/campaigns/{july.id}/compare?as_of=x")).status_code == 422


@pytest.mark.parametrize(("days", "clash"), [(2, True), (3, True), (6, False)])
async def test_due_times_within_three_working_days_clash(house: House, made: Office, days: int, clash: bool) -> None:
    """18/8/2025 is a Monday."""
    for due in (AUGUST_DUE, AUGUST_DUE + timedelta(days=days)):
        found = await scenes.campaign(house.settings, made, scenes.PUBLISHED, title=f"Hạn {due:%d}", due=Due(at=due))
        await campaigns.publish(house.settings, found.id, principal.SYSTEM, scenes.PUBLISHED)
    loads = await overview.burden(scenes.PUBLISHED)
    assert {(load.asked, len(load.owed), load.clash) for load in loads} == {(2, 2, clash)}
    assert len(loads) == 114
    house.clock.set(scenes.PUBLISHED + timedelta(hours=1))
    await scenes.log_in(house.client, made.viewer, house.clock())
    page = (await house.client.get("/burden?q=cam giang")).text
    assert page.count('warn">hạn sát nhau') == (2 if clash else 0)
    assert "Đang xem 2 đơn vị" in page
    none = (await house.client.get("/burden?close=1")).text
    assert ("Không có đơn vị nào phù hợp" in none) is not clash
    assert ("không quá 3 ngày làm việc" in (await house.client.get("/")).text) is clash
