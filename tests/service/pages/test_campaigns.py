"""Making a campaign on the screen: nothing typed is lost, the review tells what will happen, publishing and back."""

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

import httpx
import pytest

from reminders import plans, steps
from reminders.models import Message
from reminders.steps import Step
from service.flow import campaigns, principal
from service.flow.terms import Due
from service.models import AuditRecord, Campaign, Invitation, StoredFile
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.build import AN_LAO
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
async def made(house: House) -> Office:
    found = await scenes.office(house.settings, house.clock())
    await scenes.contacts(without=2)
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


def fields(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the campaign's form: values, ticked boxes, chosen options."""
    form = page[page.index('<form method="post" enctype') : page.rindex("</form>")]
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name is None or kind is None or kind[1] in ("file", "search"):
            continue
        if kind[1] in ("checkbox", "radio") and " checked" not in tag:
            continue
        text = value[1] if value else "on"
        if kind[1] == "checkbox" and name[1] in ("units", "groups", "kinds"):
            ticked = found.setdefault(name[1], [])
            assert isinstance(ticked, list)
            ticked.append(text)
        else:
            found[name[1]] = text
    for name, inner in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    return found


async def filled(house: House, made: Office, **changes: str | list[str]) -> dict[str, str | list[str]]:
    page = (await house.client.get("/campaigns/new")).text
    values = fields(page) | {
        "title": "Khảo sát quý II",
        "form": str(made.form.id),
        "letter_number": "111/KH-SKHCN",
        "letter_date": "2026-06-08",
        "due_on": "2026-06-19",
        "period_to": "2026-06-15",
    }
    return values | changes


async def send(
    house: House, path: str, values: dict[str, str | list[str]], file: bytes | None = None
) -> httpx.Response:
    files = {"letter_file": ("cong van.pdf", file, "application/pdf")} if file is not None else None
    return await house.client.post(path, data=values, files=files or {"nothing": ("", b"")})


async def test_the_front_page_of_an_empty_house_says_what_to_do_next(house: House, made: Office) -> None:
    page = (await house.client.get("/")).text
    assert "Chưa có đợt khảo sát nào" in page
    assert 'href="/forms"' in page
    assert "Tạo đợt khảo sát" in page


async def test_without_logging_in_one_is_led_to_a_way_in(house: House) -> None:
    for path, door in (("/", "/vao"), ("/campaigns/new", "/login")):
        answer = await house.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, door)


async def test_a_viewer_looks_but_changes_nothing(house: House, made: Office) -> None:
    await scenes.log_in(house.client, made.viewer, house.clock())
    page = await house.client.get("/")
    assert page.status_code == 200
    assert "/campaigns/new" not in page.text
    assert (await house.client.get("/campaigns/new")).status_code == 403


async def test_a_campaign_is_made_with_its_letter_and_reviewed(house: House, made: Office) -> None:
    answer = await send(house, "/campaigns/new", await filled(house, made), PDF)
    campaign = await Campaign.get()
    assert answer.headers["location"] == f"/campaigns/{campaign.id}/review"
    assert campaign.staff_id == made.staff.id
    assert len(campaign.reminders) == 6
    page = (await house.client.get(f"/campaigns/{campaign.id}/review")).text
    assert "17:00 thứ Sáu, 19/6/2026" in page
    assert "67 xã, 45 phường, 2 đặc khu" in page
    assert "112 thư mời sẽ được gửi lúc 08:35 ngày 8/6/2026" in page
    assert "2 đơn vị chưa có địa chỉ thư" in page
    assert "08:00 thứ Ba, 16/6/2026" in page  # three working days before
    assert "[đường dẫn riêng]" in page
    assert "{link}" not in page
    assert "cần duyệt" not in page
    await Campaign.all().update(reminders=steps.to_json(plans.USUAL["urgent"]))
    assert "Chủ tịch, cần duyệt" in (await house.client.get(f"/campaigns/{campaign.id}/review")).text
    letter = await house.client.get(f"/campaigns/{campaign.id}/letter.pdf")
    assert letter.content == PDF
    assert letter.headers["content-disposition"].startswith("attachment")


async def test_a_bad_pdf_is_told_beside_the_field_and_nothing_typed_is_lost(house: House, made: Office) -> None:
    values = await filled(house, made, title="Khảo sát <quý> II", roster="units", units=[AN_LAO, "11446"])
    answer = await send(
        house, "/campaigns/new", values | {"step_0_days": "4", "step_1_on": ""}, b"MZ this is a program"
    )
    assert answer.status_code == 422
    assert 'href="#letter_file"' in answer.text
    assert "nội dung không phải là PDF" in answer.text
    again = fields(answer.text)
    assert again["title"] == "Khảo sát &lt;quý&gt; II"
    assert again["letter_number"] == "111/KH-SKHCN"
    assert sorted(again["units"]) == ["11446", AN_LAO]
    assert again["step_0_days"] == "4"
    assert "step_1_on" not in again
    assert not await Campaign.exists()


async def test_a_letter_of_25_mb_is_refused_beside_its_field(house: House, made: Office) -> None:
    answer = await send(house, "/campaigns/new", await filled(house, made), PDF + bytes(25 * 1024 * 1024))
    assert answer.status_code == 422
    assert "tối đa 20 MB" in answer.text
    assert fields(answer.text)["title"] == "Khảo sát quý II"


async def test_characters_that_no_database_takes_are_left_out(house: House, made: Office) -> None:
    await send(house, "/campaigns/new", await filled(house, made, title="Khảo\x00 sát", letter_subject="a\x00"))
    assert (await Campaign.get()).title == "Khảo sát"


async def test_a_good_pdf_is_kept_while_other_fields_are_mended(house: House, made: Office) -> None:
    answer = await send(house, "/campaigns/new", await filled(house, made, title=""), PDF)
    assert answer.status_code == 422
    assert 'href="#title"' in answer.text
    assert "Vui lòng nhập tên đợt khảo sát." in answer.text
    assert "Đã nhận tệp “cong van.pdf”" in answer.text
    again = fields(answer.text) | {"title": "Khảo sát quý II"}
    await send(house, "/campaigns/new", again)
    campaign = await Campaign.get().select_related("letter_file")
    assert campaign.letter_file is not None
    assert campaign.letter_file.size == len(PDF)


async def test_every_problem_is_told_at_once(house: House, made: Office) -> None:
    values = await filled(
        house, made, title="", form="", due_on="", period_from="hôm qua", opens_on="2026-13-40", step_2_at="25:99"
    )
    answer = await send(house, "/campaigns/new", values)
    assert answer.status_code == 422
    for anchor in ("#title", "#form", "#due_mode_at", "#period_from", "#opens_on", "#step_0_on"):
        assert f'href="{anchor}"' in answer.text
    assert fields(answer.text)["period_from"] == "hôm qua"


async def test_half_working_days_groups_and_an_own_reminder(house: House, made: Office) -> None:
    values = await filled(
        house,
        made,
        due_mode="days",
        due_days="2,5",
        due_kind="working_day",
        roster="groups",
        groups=["Huyện An Lão"],
        kinds=["dac_khu"],
        step_6_on="on",
        step_6_days="7",
        step_6_side="before",
        step_6_unit="day",
        step_5_on="",
    )
    await send(house, "/campaigns/new", values)
    campaign = await Campaign.get()
    assert (str(campaign.due_days), campaign.due_kind) == ("2.5", "working_day")
    assert campaign.roster is not None
    assert {"11948", "11914", AN_LAO} <= set(campaign.roster)
    assert len(campaign.roster) == 7
    assert [(s["id"], s["offset"], s["unit"]) for s in campaign.reminders][-1] == ("own1", -7, "day")
    page = (await house.client.get(f"/campaigns/{campaign.id}/review")).text
    assert "11:30 thứ Năm, 11/6/2026" in page
    assert "2,5 ngày làm việc" in page
    assert "Gửi đến 7 đơn vị" in page


async def test_a_draft_is_edited_and_its_letter_replaced(house: House, made: Office) -> None:
    await send(house, "/campaigns/new", await filled(house, made), PDF)
    campaign = await Campaign.get()
    page = (await house.client.get(f"/campaigns/{campaign.id}/edit")).text
    values = fields(page)
    assert values["title"] == "Khảo sát quý II"
    assert (values["due_on"], values["due_time"]) == ("2026-06-19", "17:00")
    await send(house, f"/campaigns/{campaign.id}/edit", values | {"title": "Khảo sát quý III"}, PDF + b" two")
    changed = await Campaign.get().select_related("letter_file")
    assert changed.title == "Khảo sát quý III"
    assert changed.letter_file is not None
    assert changed.letter_file.size == len(PDF) + 4
    assert await StoredFile.filter(content_type="application/pdf").count() == 2
    assert await AuditRecord.filter(action="campaign.change").count() == 1


async def test_what_the_form_does_not_show_stays_when_a_draft_is_edited(house: House, made: Office) -> None:
    """Made through the API: to the second, with steps of its own, marked as made up."""
    plan = (
        Step("before3", -3, "day", time(9, 0), frozenset({"opened", "draft"}), "official", "reminder_due"),
        Step("own7", 2, "working_day", time(8, 0), frozenset({"not_sent"}), "official", "leader_copy"),
        Step("last", 0, "day", time(8, 0), frozenset({"draft"}), "leader", "reminder_due", every=2, times=3),
    )
    campaign = await scenes.campaign(
        house.settings,
        made,
        house.clock(),
        illustrative=True,
        opens_at=datetime(2026, 6, 9, 7, 0, 1, tzinfo=ZONE),
        due=Due(at=datetime(2026, 6, 19, 17, 0, 30, tzinfo=ZONE)),
        closes_at=datetime(2026, 6, 30, 23, 59, 59, tzinfo=ZONE),
        reminders=plan,
    )
    before = await Campaign.filter(id=campaign.id).values()
    path = f"/campaigns/{campaign.id}/edit"
    assert (await send(house, path, fields((await house.client.get(path)).text))).status_code == 303
    assert await Campaign.filter(id=campaign.id).values() == before

    # What is shown and changed takes effect, and only that.
    page = fields((await house.client.get(path)).text)
    changes = {
        "step_0_side": "after",
        "step_1_days": "5",
        "step_3_on": "on",
        "step_3_days": "1",
        "closes_time": "17:00",
    }
    assert (await send(house, path, page | changes)).status_code == 303
    after = await Campaign.get(id=campaign.id)
    assert after.closes_at == datetime(2026, 6, 30, 17, 0, tzinfo=ZONE)
    assert after.due_at == datetime(2026, 6, 19, 17, 0, 30, tzinfo=ZONE)
    first, second, third, fourth = steps.from_json(after.reminders)
    assert first == replace(plan[0], offset=3, text="reminder_again")
    assert second == replace(plan[1], offset=5)
    assert third == plan[2]
    assert fourth.id == "own1"


async def test_a_new_reminder_gets_an_id_of_its_own(house: House, made: Office) -> None:
    values = await filled(house, made, step_6_on="on", step_6_days="7", step_7_on="on", step_7_days="9")
    await send(house, "/campaigns/new", values)
    path = f"/campaigns/{(await Campaign.get()).id}/edit"
    page = fields((await house.client.get(path)).text)
    for number in (0, 1, 2):
        page.pop(f"step_{number}_on")
    answer = await send(house, path, page | {"step_8_on": "on", "step_8_days": "4"})
    assert answer.status_code == 303
    again = fields((await house.client.get(path)).text)
    assert (await send(house, path, again | {"step_6_on": "on", "step_6_days": "2"})).status_code == 303
    assert [s["id"] for s in (await Campaign.get()).reminders][3:] == ["own1", "own2", "own3", "own4"]


async def publish(house: House, number: int, **values: str) -> httpx.Response:
    page = (await house.client.get(f"/campaigns/{number}/review")).text
    return await house.client.post(f"/campaigns/{number}/publish", data={"csrf": scenes.csrf(page), **values})


async def test_publishing_asks_for_confirmation_then_may_be_called_back(house: House, made: Office) -> None:
    await send(house, "/campaigns/new", await filled(house, made))
    campaign = await Campaign.get()
    refused = await publish(house, campaign.id)
    assert refused.status_code == 422
    assert "đánh dấu xác nhận" in refused.text
    assert not await Invitation.exists()

    answer = await publish(house, campaign.id, confirm="1")
    assert answer.headers["location"] == f"/campaigns/{campaign.id}"
    assert await Invitation.all().count() == 114
    page = (await house.client.get(f"/campaigns/{campaign.id}")).text
    assert "Thư mời sẽ gửi lúc 08:35 ngày 8/6/2026" in page
    answer = await house.client.post(f"/campaigns/{campaign.id}/call-back", data={"csrf": scenes.csrf(page)})
    assert answer.headers["location"].endswith("/review")
    assert await Message.filter(state="cancelled").count() == 112
    assert not await Invitation.exists()
    page = (await house.client.get(answer.headers["location"])).text
    assert "Đã gọi lại 112 thư" in page


async def test_after_five_minutes_nothing_is_called_back(house: House, made: Office) -> None:
    await send(house, "/campaigns/new", await filled(house, made))
    campaign = await Campaign.get()
    await publish(house, campaign.id, confirm="1")
    page = (await house.client.get(f"/campaigns/{campaign.id}")).text
    house.clock.forward(timedelta(minutes=6))
    answer = await house.client.post(
        f"/campaigns/{campaign.id}/call-back", data={"csrf": scenes.csrf(page)}, follow_redirects=True
    )
    assert "không gọi lại được nữa" in answer.text
    assert await Invitation.all().count() == 114
    assert "Thư mời sẽ gửi lúc" not in answer.text


async def test_a_due_time_in_the_past_is_an_obstacle(house: House, made: Office) -> None:
    await send(house, "/campaigns/new", await filled(house, made, due_on="2026-06-01", period_to="2026-05-20"))
    campaign = await Campaign.get()
    answer = await publish(house, campaign.id, confirm="1")
    assert answer.status_code == 422
    assert "đã qua. Vui lòng sửa hạn" in answer.text
    assert (await Campaign.get()).published_at is None


async def test_a_published_campaign_is_no_longer_edited_nor_reviewed(house: House, made: Office) -> None:
    campaign = await scenes.campaign(house.settings, made, scenes.PUBLISHED)
    await campaigns.publish(house.settings, campaign.id, principal.SYSTEM, scenes.PUBLISHED)
    assert (await house.client.get(f"/campaigns/{campaign.id}/edit")).status_code == 409
    review = await house.client.get(f"/campaigns/{campaign.id}/review")
    assert review.headers["location"] == f"/campaigns/{campaign.id}"
    again = await house.client.get("/campaigns/999999999999")
    assert again.status_code == 404


async def test_the_front_page_shows_rates_and_the_burden(house: House, made: Office) -> None:
    for title in ("Đợt một", "Đợt hai"):
        found = await scenes.campaign(
            house.settings, made, scenes.PUBLISHED, title=title, illustrative=title == "Đợt hai"
        )
        await campaigns.publish(house.settings, found.id, principal.SYSTEM, scenes.PUBLISHED)
    page = (await house.client.get("/")).text
    assert page.count("0/114") == 2
    assert "114 đơn vị còn phải gửi từ 2 đợt khảo sát trở lên; nhiều nhất 2 đợt." in page
    assert "114 đơn vị có hai hạn gửi cách nhau không quá 3 ngày làm việc." in page
    assert page.count("Dữ liệu minh họa") == 1
    assert "Đã hết hạn lúc 17:00 thứ Sáu, 18/7/2025" in page
