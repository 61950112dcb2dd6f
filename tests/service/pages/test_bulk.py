"""Acts on many units: whom they touch and whom not, what the units are told, and how they are undone."""

import re
from datetime import datetime, timedelta

import httpx
import pytest

from reminders.models import Message
from service.flow import assignments, digest, principal, progress, reviews
from service.models import AuditRecord, BulkAct, Campaign, Event, Invitation, Unit
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.pages.test_monitor import listed, plain
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 7, 23, 9, 0, tzinfo=ZONE)
NEW_DUE = datetime(2025, 7, 25, 17, 0, tzinfo=ZONE)


@pytest.fixture
async def made(house: House) -> Office:
    found = await scenes.office(house.settings, scenes.PUBLISHED)
    await scenes.contacts(leaders=1)
    return found


@pytest.fixture
async def july(house: House, made: Office) -> Campaign:
    house.clock.set(NOW)
    found = await scenes.july(house.settings, made)
    await scenes.log_in(house.client, made.staff, NOW)
    return found


def hidden(page: str) -> dict[str, object]:
    """The hidden fields of the confirmation, as a browser posts them."""
    form = page[page.index('/bulk" novalidate') :]
    found: dict[str, object] = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return found | {"unit": re.findall(r'name="unit" value="([^"]+)"', form)}


async def owing(campaign: Campaign) -> set[str]:
    rows = (await progress.of(campaign.id, NOW)).rows
    return {row.code for row in rows if not row.standing.responded}


async def press(house: House, campaign: Campaign, page: str, **typed: str) -> httpx.Response:
    return await house.client.post(f"/campaigns/{campaign.id}/bulk", data={**hidden(page), **typed})


async def test_all_of_a_filter_get_more_time_after_their_new_due_times_were_shown(
    house: House, july: Campaign, made: Office
) -> None:
    late = await owing(july)
    page = (await house.client.get(f"/campaigns/{july.id}/bulk?act=extend&scope=all&kind=&state=expected")).text
    assert f"Áp dụng cho {len(late)} đơn vị" in page
    assert f"Không áp dụng: {114 - len(late)} đơn vị đã gửi báo cáo" in page
    typed = {"due_mode": "at", "due_on": "2025-07-25", "due_time": "17:00", "reason": "Mưa bão."}
    shown = (await press(house, july, page, **typed)).text
    assert shown.count("17:00 thứ Sáu, 25/7/2025") == len(late)
    assert not await BulkAct.exists()
    answer = await press(house, july, shown, **typed)
    done = answer.headers["location"]
    rows = {row.code: row for row in (await progress.of(july.id, NOW)).rows}
    assert {code for code, row in rows.items() if row.standing.due_at == NEW_DUE} == late
    assert await Message.filter(kind="notice", campaign=july.id).count() >= len(late)
    assert f"Gia hạn: {len(late)} đơn vị" in plain((await house.client.get(done)).text)
    # Pressed again it is one act, and nothing happens twice.
    assert (await press(house, july, shown, **typed)).headers["location"] == done
    assert await Event.filter(invitation__campaign=july, act="extend").count() == len(late)


async def test_an_extension_is_undone_but_for_units_to_which_something_has_happened_since(
    house: House, july: Campaign, made: Office
) -> None:
    codes = sorted(await owing(july))[:3]
    query = "&".join(f"unit={code}" for code in codes)
    page = (await house.client.get(f"/campaigns/{july.id}/bulk?act=extend&scope=chosen&{query}")).text
    typed = {"due_mode": "days", "due_days": "3", "due_kind": "working_day", "reason": "Theo đề nghị."}
    answer = await press(house, july, (await press(house, july, page, **typed)).text, **typed)
    path = answer.headers["location"]
    house.clock.set(NOW + timedelta(hours=1))
    await scenes._answer(house.settings, july.id, codes[0], house.clock(), paper=False, nil=False)
    found = (await house.client.get(path)).text
    assert "Hoàn tác cho 2 đơn vị" in found
    data = {"csrf": scenes.csrf(found)}
    assert (await house.client.post(f"{path}/undo", data=data)).status_code == 303
    dues = dict(await Invitation.filter(code__in=codes, campaign=july).values_list("code", "due_at"))
    assert [dues[code] == scenes.DUE for code in codes] == [False, True, True]
    assert "Đã hoàn tác lúc" in (await house.client.get(path)).text
    assert (await house.client.post(f"{path}/undo", data=data)).status_code == 303  # pressed twice
    assert await Event.filter(invitation__campaign=july, act="extend").count() == 5
    assert await AuditRecord.filter(action="bulk.do").count() == 1


async def test_units_are_exempted_together_after_a_confirmation_and_taken_back(
    house: House, july: Campaign, made: Office
) -> None:
    codes = sorted(await owing(july))[:2]
    query = "&".join(f"unit={code}" for code in codes)
    page = (await house.client.get(f"/campaigns/{july.id}/bulk?act=exempt&scope=chosen&{query}")).text
    refused = await press(house, july, page)
    assert refused.status_code == 422
    assert "Vui lòng ghi lý do" in refused.text
    assert "Vui lòng đánh dấu xác nhận" in refused.text
    answer = await press(house, july, page, reason="Mới thành lập.", confirm="1")
    assert (await progress.of(july.id, NOW)).rate.expected == 112
    found = (await house.client.get(answer.headers["location"])).text
    await house.client.post(f"{answer.headers['location']}/undo", data={"csrf": scenes.csrf(found)})
    assert (await progress.of(july.id, NOW + timedelta(hours=1))).rate.expected == 114


async def test_units_in_charge_of_a_person_are_found_as_own_and_named_in_their_mails(
    house: House, july: Campaign, made: Office
) -> None:
    codes = sorted(await owing(july))[:3]
    query = "&".join(f"unit={code}" for code in codes)
    page = (await house.client.get(f"/campaigns/{july.id}/bulk?act=assign&scope=chosen&{query}")).text
    assert (await press(house, july, page)).status_code == 422
    answer = await press(house, july, page, staff=str(made.administrator.id))
    assert answer.status_code == 303
    assert {code: person.name for code, person in (await assignments.in_charge()).items()} == dict.fromkeys(
        codes, "Lê Quản Trị"
    )
    mine = f"/campaigns/{july.id}?staff="
    assert set(listed((await house.client.get(f"{mine}{made.administrator.id}")).text)) == set(codes)
    assert listed((await house.client.get(f"{mine}me")).text) == []
    assert len(listed((await house.client.get(f"{mine}none&size=300")).text)) == 111
    calls = (await house.client.get(f"/campaigns/{july.id}/calls?staff={made.administrator.id}")).text
    assert "Đang xem 3 đơn vị" in calls
    assert "phụ trách: Lê Quản Trị" in calls
    reviewed = next(row for row in (await progress.of(july.id, NOW)).rows if row.standing.state == "submitted")
    await assignments.assign([reviewed.code], made.administrator.id, principal.staff(made.staff.id), NOW)
    await reviews.hand_back(house.settings, july.id, reviewed.code, "Sai tổng.", principal.staff(made.staff.id), NOW)
    await house.app.state.postroom.tick(NOW + timedelta(minutes=1))
    sent = await Message.get(kind="notice", unit=reviewed.code)
    assert "Lê Quản Trị" in sent.text
    # Undone, each unit has whom it had before.
    found = (await house.client.get(answer.headers["location"])).text
    await house.client.post(f"{answer.headers['location']}/undo", data={"csrf": scenes.csrf(found)})
    assert await Unit.filter(staff_id__not_isnull=True).values_list("code", flat=True) == [reviewed.code]


async def test_reminding_goes_on_to_its_own_page_and_nothing_ticked_is_told(house: House, july: Campaign) -> None:
    codes = sorted(await owing(july))[:2]
    query = "&".join(f"unit={code}" for code in codes)
    answer = await house.client.get(f"/campaigns/{july.id}/bulk?act=remind&scope=chosen&{query}")
    page = (await house.client.get(answer.headers["location"])).text
    assert "các đơn vị đã chọn" in page
    assert re.findall(r'name="unit" value="(\w+)"', page) == codes or len(codes) == 2
    nothing = await house.client.get(f"/campaigns/{july.id}/bulk?act=exempt&scope=chosen&state=missing")
    assert nothing.headers["location"] == f"/campaigns/{july.id}?state=missing#units"
    assert "đánh dấu ít nhất một đơn vị" in (await house.client.get(nothing.headers["location"])).text
    assert (await house.client.get(f"/campaigns/{july.id}/bulk?act=drop&scope=all")).status_code == 404


async def test_a_view_is_kept_shared_and_deleted(house: House, july: Campaign, made: Office) -> None:
    path = f"/campaigns/{july.id}"
    page = (await house.client.get(f"{path}?kind=xa&sort=due&as_of=")).text
    kept = re.search(r'name="query" value="([^"]*)"', page)
    assert kept
    query = kept[1].replace("&amp;", "&")
    data = {"csrf": scenes.csrf(page), "query": query + "&state=bogus", "view_name": "Các xã", "shared": "1"}
    answer = await house.client.post(f"{path}/views", data=data)
    assert answer.headers["location"] == f"{path}?kind=xa&sort=due#units"
    nameless = await house.client.post(f"{path}/views", data={**data, "view_name": " "})
    assert "Vui lòng đặt tên" in (await house.client.get(nameless.headers["location"])).text
    await scenes.log_in(house.client, made.viewer, NOW)
    shown = (await house.client.get(path)).text
    assert f'href="{path}?kind=xa&amp;sort=due#units">Các xã</a>' in shown
    gone = re.search(rf"{path}/views/\d+/delete", shown)
    assert gone is None
    await scenes.log_in(house.client, made.staff, NOW)
    shown = (await house.client.get(path)).text
    gone = re.search(rf"{path}/views/\d+/delete", shown)
    assert gone
    for said in ("Đã xóa cách xem", "đã được xóa trước đó"):
        await house.client.post(gone[0], data={"csrf": scenes.csrf(shown)})
        assert said in (await house.client.get(path)).text
    assert "Chưa có cách xem nào" in (await house.client.get(path)).text


async def test_the_digest_names_the_units_that_one_is_in_charge_of(house: House, july: Campaign, made: Office) -> None:
    codes = sorted(await owing(july))[:2]
    await assignments.assign(codes, made.staff.id, principal.SYSTEM, NOW)
    names = [row.full_name for row in (await progress.of(july.id, NOW)).rows if row.code in codes]
    own = (await digest.news(NOW - timedelta(days=1), NOW, made.staff.id)).campaigns[0].own
    assert sorted(own) == sorted(names)
    assert not (await digest.news(NOW - timedelta(days=1), NOW, made.viewer.id)).campaigns[0].own
