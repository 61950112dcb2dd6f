"""Send now: for one unit, a filter or all who owe, undone within half a minute; and the queue that staff steer."""

import re
from datetime import datetime, timedelta

import httpx
import pytest

from reminders.models import Attempt, Message
from service.flow import correspondence, principal, reviews
from service.models import AuditRecord, Campaign, Contact, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
async def made(house: House) -> Office:
    found = await scenes.office(house.settings, scenes.PUBLISHED)
    await scenes.contacts(without=2, leaders=3)
    return found


@pytest.fixture
async def july(house: House, made: Office) -> Campaign:
    """59 of 114 have answered and one on paper; the others' invitations went out when the campaign began."""
    found = await scenes.july(house.settings, made)
    await at(house, made, scenes.PUBLISHED + timedelta(minutes=6))
    await tick(house)
    return found


async def at(house: House, made: Office, moment: datetime, who: str = "staff") -> None:
    house.clock.set(moment)
    await scenes.log_in(house.client, getattr(made, who), moment)


async def tick(house: House) -> int:
    sent: int = await house.app.state.postroom.tick(house.clock())
    return sent


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 7, day, hour, minute, tzinfo=ZONE)


def form(page: str) -> dict[str, object]:
    """The hidden fields of the confirmation, as a browser posts them."""
    request = re.search(r'name="request" value="([^"]+)"', page)
    assert request
    again = {"again": "1"} if 'name="again" value="1"' in page else {}
    units = re.findall(r'name="unit" value="([^"]+)"', page)
    return {"csrf": scenes.csrf(page), "request": request[1], "unit": units, **again}


async def press(house: House, path: str, page: str) -> httpx.Response:
    return await house.client.post(path.partition("?")[0], data=form(page))


async def test_all_who_owe_are_mailed_after_half_a_minute(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(19, 21))  # a Saturday night: a person may press the button then
    path = f"/campaigns/{july.id}/send-now?state=missing"
    page = (await house.client.get(path)).text
    owing = set(await Invitation.filter(campaign=july, state="sent").values_list("code", flat=True))
    assert f'<p class="big">{len(owing)}</p>' in page
    assert "nhắc quá hạn" in page
    assert re.search(r"Chưa có địa chỉ thư: [12] đơn vị", page)
    answer = await press(house, path, page)
    assert answer.status_code == 303
    batch = answer.headers["location"]
    shown = (await house.client.get(batch)).text
    assert f"Gửi ngay: {len(owing)} thư cho {len(owing)} đơn vị" in shown
    assert "Còn 31 giây để hoàn tác" in shown or "Còn 30 giây để hoàn tác" in shown
    house.clock.forward(timedelta(seconds=29))
    assert await tick(house) == 0
    house.clock.forward(timedelta(seconds=2))
    assert await tick(house) == len(owing)
    assert set(await Message.filter(kind="reminder", state="sent").values_list("unit", flat=True)) == owing
    record = await AuditRecord.get(action="mail.send_now")
    assert record.data["letters"] == len(owing)
    late = await house.client.post(f"{batch}/undo", data={"csrf": scenes.csrf(shown)})
    assert "Đã quá 30 giây" in (await house.client.get(late.headers["location"])).text


async def test_a_double_click_sends_once(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 9))
    path = f"/campaigns/{july.id}/send-now?state=missing"
    page = (await house.client.get(path)).text
    first, second = await press(house, path, page), await press(house, path, page)
    assert first.headers["location"] == second.headers["location"]
    assert await AuditRecord.filter(action="mail.send_now").count() == 1
    units = await Message.filter(kind="reminder").values_list("unit", flat=True)
    assert len(units) == len(set(units))


async def test_within_half_a_minute_it_is_undone(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(19, 21))
    path = f"/campaigns/{july.id}/send-now?state=missing"
    batch = (await press(house, path, (await house.client.get(path)).text)).headers["location"]
    house.clock.forward(timedelta(seconds=20))
    shown = (await house.client.get(batch)).text
    done = await house.client.post(f"{batch}/undo", data={"csrf": scenes.csrf(shown)})
    after = (await house.client.get(done.headers["location"])).text
    assert "Đã hoàn tác" in after
    assert "Đã hoàn tác trước khi gửi" in after
    assert 'action="' + batch + '/undo"' not in after
    house.clock.forward(timedelta(minutes=1))
    assert await tick(house) == 0
    # And it can be pressed anew: nobody has been reminded.
    again = (await house.client.get(path)).text
    assert "Hôm nay đã có thư nhắc" not in again


async def test_one_unit_from_its_page(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(16, 9))
    owing = await Invitation.filter(campaign=july, state="sent").order_by("code").first()
    assert owing is not None
    unit = (await house.client.get(f"/campaigns/{july.id}/units/{owing.code}")).text
    link = f"/campaigns/{july.id}/send-now?unit={owing.code}"
    assert f'href="{link}"' in unit
    page = (await house.client.get(link)).text
    assert "Gửi ngay 1 thư" in page
    assert "nhắc trước hạn" in page
    await press(house, link, page)
    house.clock.forward(timedelta(seconds=31))
    assert await tick(house) >= 1
    message = await Message.get(unit=owing.code, kind="reminder", batch__not="")
    assert (message.state, message.template) == ("sent", "reminder_before")
    assert "còn 2 ngày làm việc" in message.text


async def test_who_was_reminded_today_is_left_out_unless_asked_for(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 8, 5))
    count = await tick(house)  # the plan's own reminder of that morning
    path = f"/campaigns/{july.id}/send-now?state=missing"
    page = (await house.client.get(path)).text
    assert f"Hôm nay đã có thư nhắc gửi đi hoặc đang chờ gửi: {count} đơn vị" in page
    assert "Không có đơn vị nào để gửi thư lúc này." in page
    again = f"{path}&again=1"
    assert again.replace("&", "&amp;") in page.replace("&again", "&amp;again")
    page = (await house.client.get(again)).text
    assert f"Gửi ngay {count} thư" in page
    assert (await press(house, again, page)).headers["location"].startswith(f"/campaigns/{july.id}/batches/")


async def test_what_was_answered_meanwhile_is_not_reminded(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 9))
    path = f"/campaigns/{july.id}/send-now?state=missing"
    await press(house, path, (await house.client.get(path)).text)
    message = await Message.filter(kind="reminder").first()
    assert message is not None
    await Invitation.filter(campaign=july, code=message.unit).update(state="submitted")
    house.clock.forward(timedelta(seconds=31))
    await tick(house)
    found = await Message.get(id=message.id)
    assert (found.state, found.why) == ("dropped", "answered")


async def test_only_staff_send_and_only_real_requests_count(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 9))
    path = f"/campaigns/{july.id}/send-now?state=missing"
    page = (await house.client.get(path)).text
    forged = {**form(page), "request": "../x"}
    answer = await house.client.post(path, data=forged)
    assert answer.status_code == 422
    assert "Trang đã cũ" in answer.text
    nobody = await house.client.post(path, data={**form(page), "unit": ["99999"]})
    assert nobody.status_code == 422
    assert not await Message.exists(batch__not="")
    assert (await house.client.get(f"/campaigns/{july.id}/batches/none")).status_code == 404
    await at(house, made, local(21, 9), "viewer")
    assert (await house.client.get(path)).status_code == 403
    assert "send-now" not in (await house.client.get(f"/campaigns/{july.id}")).text


async def test_a_handed_back_report_is_reminded_of_its_correction(house: House, made: Office, july: Campaign) -> None:
    code = (await Invitation.filter(campaign=july, state="submitted").order_by("code").first()).code  # type: ignore[union-attr]
    await at(house, made, local(21, 9))
    await reviews.hand_back(
        house.settings, july.id, code, "Bổ sung mục E.", principal.staff(made.staff.id), house.clock()
    )
    page = (await house.client.get(f"/campaigns/{july.id}/send-now?unit={code}")).text
    assert "Gửi ngay 1 thư" in page
    path = f"/campaigns/{july.id}/send-now"
    await press(house, path, page)
    await at(house, made, local(21, 9, 1))
    await tick(house)
    sent = await Message.filter(unit=code, kind="reminder").order_by("-id").first()
    assert sent is not None
    assert sent.template == "reminder_returned"
    assert "đã nhận được phiếu" in sent.text
    assert "chưa nhận được" not in sent.text
    # The plan's own reminders say so too, and the leaders' copies.
    unit = (await Invitation.get(campaign=july, code=code)).unit_id
    await Contact.create(unit_id=unit, role="leader", email="lanh-dao@haiphong.example")
    found = await correspondence.dry_run(await Campaign.get(id=july.id), local(28, 8, 30))
    told = [n for n in found.notices if n.pending.unit == code]
    assert {n.step.to for n in told} == {"official", "leader"}
    for _subject, text in (await correspondence.texts_of(house.settings, told, local(28, 8, 30))).values():
        assert "bản chỉnh sửa" in text
        assert "Thời điểm gửi lần đầu vẫn được giữ" in text


async def test_the_queue_says_how_many_wait_and_why(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 9))
    some = await Message.filter(state="sent").order_by("-id").limit(3)
    later = house.clock() + timedelta(minutes=5)
    await Message.filter(id=some[0].id).update(state="waiting", why="transient", attempt=2, not_before=later)
    await Message.filter(id=some[1].id).update(state="failed", why="refused")
    page = (await house.client.get("/messages")).text
    assert re.search(r"Chờ gửi <strong>1</strong>", page)
    assert "đã thử 2 lần, lần tới 09:05 ngày 21/7/2025" in page
    assert "Máy chủ thư từ chối địa chỉ này" in page
    waiting = (await house.client.get("/messages?state=waiting")).text
    assert "1 thư, của 1 đơn vị" in waiting
    assert "Dừng tất cả…" in waiting
    assert "Gửi lại tất cả…" not in waiting


async def test_one_message_is_stopped_and_sent_after_all(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 8, 5))
    await house.app.state.postroom.tick(house.clock())
    message = await Message.filter(kind="reminder", state="sent").first()
    assert message is not None
    await Message.filter(id=message.id).update(state="waiting", settled_at=None)
    path = f"/messages/{message.id}"
    token = scenes.csrf((await house.client.get(path)).text)
    stopped = await house.client.post(path, data={"csrf": token, "act": "stop"})
    assert stopped.status_code == 303
    assert "Chuyên viên đã dừng trước khi gửi" in (await house.client.get(path)).text
    twice = await house.client.post(path, data={"csrf": token, "act": "stop"})
    assert "đã chuyển trạng thái" in (await house.client.get(twice.headers["location"])).text
    await house.client.post(path, data={"csrf": token, "act": "retry"})
    assert await tick(house) == 1
    found = await Message.get(id=message.id)
    assert (found.state, found.message_id, found.text) == ("sent", message.message_id, message.text)
    assert found.attempt == message.attempt + 1
    assert await Attempt.filter(message_id=message.id, outcome="sent").count() == 2
    acts = await AuditRecord.filter(subject=f"message:{message.id}").order_by("seq").values_list("action", flat=True)
    assert list(acts) == ["mail.stop", "mail.retry"]
    assert (await house.client.post(path, data={"csrf": token, "act": "burn"})).status_code == 404


async def test_a_whole_filter_after_it_was_confirmed(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 9))
    ids = await Message.filter(kind="invitation", state="sent").order_by("id").limit(5).values_list("id", flat=True)
    await Message.filter(id__in=list(ids)).update(state="failed", why="gave_up")
    path = f"/messages/act?act=retry&campaign={july.id}&state=failed"
    page = (await house.client.get(path)).text
    assert "5 thư, của 5 đơn vị" in page
    upto = re.search(r'name="upto" value="(\d+)"', page)
    assert upto
    fields = {"csrf": scenes.csrf(page), "act": "retry", "upto": upto[1], "campaign": str(july.id), "state": "failed"}
    done = await house.client.post("/messages/act", data=fields)
    assert done.headers["location"] == f"/messages?campaign={july.id}&state=failed"
    assert await Message.filter(id__in=list(ids), state="waiting", why="ambiguous").count() == 5
    assert (await AuditRecord.get(action="mail.retry")).data["messages"] == 5
    stop = {**fields, "act": "stop", "state": "", "upto": "0"}
    await house.client.post("/messages/act", data=stop)
    assert await Message.filter(state="cancelled").count() == 0, "nothing came after it was confirmed"
    await at(house, made, local(21, 9), "viewer")
    assert (await house.client.get(path)).status_code == 403


async def test_an_invitation_that_was_stopped_is_not_sent_in_another_letter(house: House, made: Office) -> None:
    campaign = await scenes.campaign(house.settings, made, scenes.PUBLISHED, roster=("10507",))
    from service.flow import campaigns

    await campaigns.publish(house.settings, campaign.id, principal.SYSTEM, scenes.PUBLISHED)
    await at(house, made, scenes.PUBLISHED + timedelta(minutes=1))
    message = await Message.get(campaign=campaign.id)
    token = scenes.csrf((await house.client.get(f"/messages/{message.id}")).text)
    await house.client.post(f"/messages/{message.id}", data={"csrf": token, "act": "stop"})
    house.clock.forward(timedelta(minutes=10))
    assert await tick(house) == 0
    assert await Message.filter(campaign=campaign.id).count() == 1
