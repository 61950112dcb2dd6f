"""The link by which the director reads a campaign's page: what it shows, to whom, and for how long."""

import re
from datetime import timedelta

import pytest

from service.models import Campaign, ReadingDay, ReadingLink
from tests.conftest import House
from tests.service import scenes
from tests.service.pages.test_monitor import JULY_20, listed, plain

pytestmark = pytest.mark.anyio


@pytest.fixture
async def july(house: House) -> Campaign:
    made = await scenes.office(house.settings, scenes.PUBLISHED)
    house.clock.set(scenes.DUE + timedelta(days=10))
    await scenes.log_in(house.client, made.staff, house.clock())
    return await scenes.july(house.settings, made)


async def link(house: House, july: Campaign) -> str:
    page = (await house.client.get(f"/campaigns/{july.id}/reading")).text
    data = {"csrf": scenes.csrf(page), "name": "Giám đốc Sở", "until": "30/7/2025"}
    shown = (await house.client.post(f"/campaigns/{july.id}/reading", data=data)).text
    found = re.search(r'value="http[^"]*(/d/[\w-]+)"', shown)
    assert found
    assert found[1] not in (await house.client.get(f"/campaigns/{july.id}/reading")).text
    return found[1]


async def test_the_link_shows_the_figures_and_no_people_acts_or_other_pages(house: House, july: Campaign) -> None:
    path = await link(house, july)
    house.client.cookies.clear()
    answer = await house.client.get(f"{path}?{JULY_20}&state=responded&size=300")
    assert answer.headers["x-robots-tag"].startswith("noindex")
    assert answer.headers["referrer-policy"] == "no-referrer"
    page = answer.text
    assert "59/114" in plain(page)
    assert "bổ sung sau: +1" in page
    assert page.count('<tr><th scope="row">Xã ') > 10
    assert listed(page) == []
    assert "Trần Thị Lan" not in page
    assert "0225" not in page
    assert 'method="post"' not in page
    ways = {address.partition("?")[0].partition("#")[0] for address in re.findall(r'<a [^>]*href="([^"]+)"', page)}
    assert ways - {"", "/"} - {way for way in ways if way.startswith("/static/")} == {path}


async def test_the_link_ends_at_its_day_or_when_it_is_revoked_and_its_use_is_counted(
    house: House, july: Campaign
) -> None:
    path = await link(house, july)
    for _time in range(2):
        assert (await house.client.get(path)).status_code == 200
    day = await ReadingDay.get()
    assert (day.count, str(day.day)) == (2, "2025-07-28")
    before = house.clock()
    house.clock.set(scenes.DUE + timedelta(days=13))
    over = await house.client.get(path)
    assert over.status_code == 404
    assert "không còn dùng được" in over.text
    house.clock.set(before)
    page = (await house.client.get(f"/campaigns/{july.id}/reading")).text
    assert "28/7/2025: 2 lần" in page
    data = {"csrf": scenes.csrf(page)}
    for _time in range(2):
        await house.client.post(f"/campaigns/{july.id}/reading/{(await ReadingLink.get()).id}/revoke", data=data)
    assert (await house.client.get(path)).status_code == 404
    assert (await house.client.get("/d/no-such")).status_code == 404
    assert "Đã thu hồi" in (await house.client.get(f"/campaigns/{july.id}/reading")).text


@pytest.mark.parametrize(("name", "until"), [("", "30/7/2025"), ("Giám đốc", "1/1/2020"), ("Giám đốc", "30/7/2099")])
async def test_a_link_without_a_name_or_an_end_within_a_year_is_not_made(
    house: House, july: Campaign, name: str, until: str
) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}/reading")).text
    data = {"csrf": scenes.csrf(page), "name": name, "until": until}
    answer = await house.client.post(f"/campaigns/{july.id}/reading", data=data)
    assert answer.status_code == 422
    assert answer.text.count('class="problem"') == 1
    assert not await ReadingLink.exists()
