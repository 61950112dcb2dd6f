"""The plan on its timeline: real dates, changed without JavaScript, refused with words, undone, in force at once."""

import re
from datetime import timedelta

import pytest

from reminders import steps
from reminders.models import Message
from service.flow import campaigns, principal, reminding
from service.models import AuditRecord, Campaign, PlanChange, Staff
from tests.conftest import House
from tests.service import build, scenes
from tests.service.flow.mailroom import after_invitations, campaign, local

pytestmark = pytest.mark.anyio


def fields(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the plan's form."""
    form = re.search(r'<form method="post" action="/campaigns/\d+/plan".*?</form>', page, re.DOTALL)
    assert form
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form[0]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name
        assert value
        if "checkbox" in tag:
            if " checked" in tag:
                ticked = found.setdefault(name[1], [])
                assert isinstance(ticked, list)
                ticked.append(value[1])
        else:
            found[name[1]] = value[1]
    for name, inner in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return found


def steps_told(page: str) -> list[str]:
    return [" ".join(re.sub("<[^>]+>", " ", h).split()) for h in re.findall(r"<h3>(.*?)</h3>", page, re.DOTALL)]


async def log_in(house: House) -> str:
    """The staff member's session at the house's present, and its form token."""
    await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
    return re.findall(r'name="csrf" value="([^"]+)"', (await house.client.get("/campaigns/new")).text)[0]


async def planned(house: House) -> tuple[str, Campaign]:
    survey = await build.survey(house.settings, house.clock())
    await campaigns.call_back(survey.id, principal.SYSTEM, house.clock())
    await log_in(house)
    return f"/campaigns/{survey.id}/plan", await campaigns.get(survey.id)


async def stored(found: Campaign) -> list[tuple[int, str, str]]:
    plan = steps.from_json((await Campaign.get(id=found.id)).reminders)
    return [(step.offset, f"{step.at:%H:%M}", step.to) for step in plan]


async def test_the_steps_stand_on_their_dates(house: House) -> None:
    path, _found = await planned(house)
    page = (await house.client.get(path)).text
    assert steps_told(page)[:3] == ["08:00 thứ Tư, 10/6/2026", "08:00 thứ Sáu, 12/6/2026", "08:00 thứ Hai, 15/6/2026"]
    assert page.index("08:00 thứ Hai, 15/6/2026") < page.index("Hạn gửi</strong>") < page.index("08:00 thứ Ba, 16/6")
    assert "Đóng đợt khảo sát" in page


async def test_steps_are_added_changed_taken_out_and_sorted_by_date(house: House) -> None:
    path, found = await planned(house)
    values = fields((await house.client.get(path)).text)
    page = (await house.client.post(path, data={**values, "act": "add"})).text
    assert await PlanChange.all().count() == 0, "nothing is saved yet"
    values = fields(page)
    added = {"step_7_days": "6", "step_7_side": "before", "step_7_unit": "day", "step_7_at": "14:00"}
    page = (await house.client.post(path, data={**values, **added, "act": "look"})).text
    assert steps_told(page)[:2] == ["14:00 thứ Ba, 9/6/2026", "08:00 thứ Tư, 10/6/2026"]
    values = fields(page)
    page = (await house.client.post(path, data={**values, "act": "remove:2"})).text
    answer = await house.client.post(path, data={**fields(page), "act": "save"})
    assert answer.status_code == 303
    assert (-6, "14:00", "official") in await stored(found)
    assert len(await stored(found)) == 6
    assert (await AuditRecord.all().order_by("-seq").first()).action == "campaign.plan"  # type: ignore[union-attr]


async def test_a_usual_plan_is_chosen_and_cut_at_the_closing(house: House) -> None:
    path, found = await planned(house)
    await Campaign.filter(id=found.id).update(closes_at=found.due_at)
    page = (
        await house.client.post(path, data={**fields((await house.client.get(path)).text), "act": "usual:urgent"})
    ).text
    assert (await house.client.post(path, data={**fields(page), "act": "save"})).status_code == 303
    assert await stored(found) == [(-1, "08:00", "official"), (0, "08:00", "official")]


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"step_1_at": "06:00"}, "at", "trong giờ làm việc (07:30-11:30, 13:30-17:00)"),
        ({"step_1_groups": []}, "groups", "Vui lòng chọn ít nhất một nhóm đơn vị"),
        ({"step_1_days": "x"}, "days", "Số ngày chưa đúng. Vui lòng ghi bằng chữ số"),
        ({"step_1_days": "1"}, "days", "Trùng ngày và người nhận với một bước khác"),
        ({"step_1_side": "after", "step_1_days": "60"}, "days", "sau khi đợt khảo sát đóng"),
        ({"step_5_to": "chairman"}, "approve", "chỉ đi khi có người duyệt"),
        ({"step_1_approve": "1", "step_1_approver": "77"}, "approver", "Không có người duyệt này"),
        ({"step_1_to": "leader"}, "to", "Lãnh đạo chỉ nhận thư sau hạn"),
        ({"step_1_every": "2"}, "every", "cần cả số ngày và số lần"),
    ],
)
async def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_saved(
    house: House, changes: dict[str, str | list[str]], field: str, told: str
) -> None:
    path, found = await planned(house)
    before = await stored(found)
    values = fields((await house.client.get(path)).text)
    answer = await house.client.post(path, data={**values, **changes, "act": "save"})
    assert answer.status_code == 422
    beside = re.findall(rf'<p class="problem" id="step_\d_{field}-problem">([^<]*)', answer.text)
    assert beside, answer.text
    assert any(told in words for words in beside)
    assert await stored(found) == before
    assert await PlanChange.all().count() == 0


async def test_a_colleagues_change_is_not_overwritten_and_the_last_one_can_be_undone(house: House) -> None:
    path, found = await planned(house)
    values, before = fields((await house.client.get(path)).text), await stored(found)
    first = await house.client.post(path, data={**values, "step_1_days": "4", "act": "save"})
    assert first.status_code == 303
    changed = await stored(found)
    second = await house.client.post(path, data={**values, "step_1_days": "5", "act": "save"}, follow_redirects=True)
    assert "vừa được người khác thay đổi" in second.text
    assert await stored(found) == changed != before
    undo = {"csrf": values["csrf"], "change": "1"}
    assert "Đã trả lại" in (await house.client.post(f"{path}/undo", data=undo, follow_redirects=True)).text
    assert await stored(found) == before
    again = await house.client.post(f"{path}/undo", data=undo, follow_redirects=True)
    assert "vừa được người khác thay đổi" in again.text, "a second click undoes nothing more"
    assert await stored(found) == before


async def test_a_running_campaign_is_planned_anew_at_once_and_what_was_sent_stays(house: House) -> None:
    async with campaign(house) as (found, post, room):
        path = f"/campaigns/{found.id}/plan"
        await after_invitations(house, room, post)
        await room.tick(local(house, 2, 8))
        assert len(post.accepted) == 4
        post.accepted.clear()
        house.clock.set(local(house, 4, 8))
        await log_in(house)
        assert await reminding.plan_due(house.settings, house.clock()) == 4  # queued, not yet gone
        page = (await house.client.get(path)).text
        assert "đã gửi 4 thư" in page
        values = fields(page)
        house.clock.set(local(house, 0, 8, 30))
        moved = {**values, "step_2_days": "1", "step_2_at": "14:00", "act": "save"}
        said = (await house.client.post(path, data=moved, follow_redirects=True)).text
        assert "4 thư đang chờ theo lịch cũ đã được hủy" in said
        assert "đã gửi 4 thư" in said
        for hour, mails in ((9, 0), (14, 4), (15, 4)):
            await room.tick(local(house, 0, hour))
            assert len(post.accepted) == mails
        assert await Message.filter(kind="reminder", state="cancelled", why="replanned").count() == 4


async def test_a_new_step_of_a_running_campaign_lies_ahead(house: House) -> None:
    async with campaign(house) as (found, post, room):
        path = f"/campaigns/{found.id}/plan"
        await after_invitations(house, room, post)
        house.clock.set(local(house, 4, 9))
        await log_in(house)
        values = fields((await house.client.get(path)).text)
        answer = await house.client.post(path, data={**values, "step_1_at": "09:00", "act": "save"})
        assert answer.status_code == 422
        assert "thời điểm đã qua" in answer.text
        before = await stored(found)
        chosen = (await house.client.post(path, data={**values, "act": "usual:urgent"})).text
        urgent = {name: value for name, value in fields(chosen).items() if name != "act"}
        await house.client.post(path, data={**urgent, "act": "save"})
        assert await stored(found) != before
        undo = {"csrf": values["csrf"], "change": "1"}
        said = (await house.client.post(f"{path}/undo", data=undo, follow_redirects=True)).text
        assert "Đã trả lại lịch nhắc trước đó." in said, "steps that are past by now come back as well"
        assert await stored(found) == before


async def test_a_viewer_looks_only_and_a_closed_campaign_is_over(house: House) -> None:
    path, found = await planned(house)
    await Campaign.filter(id=found.id).update(
        published_at=house.clock(),
        due_at=house.clock() + timedelta(days=1),
        closes_at=house.clock() + timedelta(days=2),
    )
    values = fields((await house.client.get(path)).text)
    house.clock.forward(timedelta(days=3))
    values["csrf"] = await log_in(house)
    page = (await house.client.get(path)).text
    assert 'name="act"' not in page
    assert "không còn chạy" in page
    late = await house.client.post(path, data={**values, "step_1_days": "2", "act": "save"}, follow_redirects=True)
    assert "đã đóng" in late.text
    assert await PlanChange.all().count() == 0


async def test_a_plan_of_ones_own_with_a_step_after_the_closing_is_not_published(house: House) -> None:
    _path, found = await planned(house)
    plan = [step for step in found.reminders if step["id"] != "after3-leader"]
    await Campaign.filter(id=found.id).update(reminders=plan, closes_at=found.due_at)
    answer = await house.client.post(
        f"/campaigns/{found.id}/publish",
        data={"csrf": fields((await house.client.get(f"/campaigns/{found.id}/plan")).text)["csrf"], "confirm": "1"},
    )
    assert answer.status_code == 422
    assert "Lịch nhắc có bước rơi vào sau thời điểm đóng" in answer.text
    assert await Message.filter(state="waiting").count() == 0
