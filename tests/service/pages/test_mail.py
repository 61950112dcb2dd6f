"""Mail as staff look at it: the dry run, the record, the local mailbox."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest

from reminders import plans, steps
from reminders.models import Attempt, Message
from reminders.ports import Permanent, Reply
from service import words
from service.app import create_app
from service.flow import campaigns, principal, reminding
from service.models import Campaign, Contact, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import scenes
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
async def made(house: House) -> Office:
    found = await scenes.office(house.settings, scenes.PUBLISHED)
    await scenes.contacts(without=2, leaders=3)
    await Contact.filter(email="ct10507@hp.example").update(email="u10507@hp.example")
    return found


@pytest.fixture
async def july(house: House, made: Office) -> Campaign:
    """59 of 114 have answered; the others' invitations went out when the campaign began."""
    found = await scenes.july(house.settings, made)
    await at(house, made, scenes.PUBLISHED + timedelta(minutes=6))
    await tick(house)
    return found


async def at(house: House, made: Office, moment: datetime, who: str = "staff") -> None:
    house.clock.set(moment)
    await scenes.log_in(house.client, getattr(made, who), moment)


async def tick(house: House) -> int:
    """Plan and send all that is due now."""
    sent = 0
    while more := await house.app.state.postroom.tick(house.clock()):
        sent += more
    return sent


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, 7, day, hour, minute, tzinfo=ZONE)


async def dry_run(house: House, campaign: Campaign, query: str) -> str:
    answer = await house.client.get(f"/campaigns/{campaign.id}/reminders{query}")
    assert answer.status_code == 200
    return answer.text


async def test_the_dry_run_says_who_gets_what_and_is_what_happens(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(21, 8, 5))  # the first working day after the due date
    owing = set(await Invitation.filter(campaign=july, state="sent").values_list("code", flat=True))
    page = await dry_run(house, july, "")
    listed = re.findall(r"show=reminder%3A\d+%3A(\d+)%3A", page)
    assert set(listed) == owing
    assert f'<p class="big">{len(owing)}</p>' in page
    assert "1 ngày làm việc sau hạn" in page
    assert "[đường dẫn riêng]" in page
    assert "/p/" not in page
    assert not await Message.exists(kind="reminder")
    assert await tick(house) == len(owing)
    assert set(await Message.filter(kind="reminder").values_list("unit", flat=True)) == owing
    again = await dry_run(house, july, "")
    assert "Lần nhắc này đã gửi hoặc đang chờ gửi" in again


async def test_the_text_of_any_notice_can_be_read_before_it_goes(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(15, 8, 5))
    page = await dry_run(house, july, "")
    links = re.findall(r'href="([^"]*show=[^"#]+)#text"', page)
    assert len(links) > 40
    last = (await house.client.get(links[-1].replace("&amp;", "&"))).text
    code = re.findall(r"show=reminder%3A\d+%3A(\d+)%3A", links[-1])[0]
    unit = await Invitation.get(campaign=july, code=code)
    assert f"Thư gửi {unit.full_name}, như sẽ gửi" in last
    assert f"Kính gửi: {words.office(unit.full_name)}" in last
    assert "còn 3 ngày làm việc" in last


async def test_the_others_and_why_not(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(25, 8, 5))
    page = await dry_run(house, july, "?at=2025-07-23&time=08:05")  # three working days after: leaders too
    assert "nếu xét lúc 08:05 ngày 23/7/2025" in page
    assert "Đã gửi báo cáo: 60" in page
    assert re.search(r"Chưa có địa chỉ thư: [12]<", page)
    assert "Thư cho lãnh đạo đơn vị: Chưa có địa chỉ thư; thêm ở trang của đơn vị" in page
    evening = await dry_run(house, july, "?at=2025-07-23&time=20:00")
    assert "Ngoài giờ làm việc, chờ đến giờ làm việc" in evening
    assert "07:30 ngày 24/7/2025" in evening
    early = await dry_run(house, july, "?at=2025-07-10&time=09:00")
    assert "Chưa đến lần nhắc tiếp theo" in early
    assert "lần tới: 08:00 ngày 15/7/2025" in early


async def test_a_later_moment_says_what_it_supposes_and_who_a_chairman_is(
    house: House, made: Office, july: Campaign
) -> None:
    await Campaign.filter(id=july.id).update(reminders=steps.to_json(plans.USUAL["urgent"]))
    await at(house, made, local(21, 8, 5))
    supposed = "coi như từ nay đến lúc đó chưa gửi thêm thư nào"
    assert supposed not in await dry_run(house, july, "")
    page = await dry_run(house, july, "?at=2025-07-23&time=08:05")
    assert supposed in page
    assert "mục Đầu mối và lãnh đạo, là lãnh đạo có chức vụ ghi Chủ tịch" in page
    form = (await house.client.get("/units/11629/contacts/new")).text
    assert "chức vụ ghi “Chủ tịch UBND” hoặc “Chánh Văn phòng”" in form
    nobody = await dry_run(house, july, "?q=khong%20co%20don%20vi%20nay")
    assert "Không có đơn vị nào khớp với từ đang tìm." in nobody


async def test_the_coming_moments_are_told(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(22, 8, 5))
    page = await dry_run(house, july, "")
    assert "08:00 thứ Tư, 23/7/2025" in page
    assert "8 ngày làm việc sau hạn" in page
    assert "08:00 thứ Hai, 21/7/2025" not in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?at=hôm+qua&time=08:00", "chưa đúng. Vui lòng nhập ngày và giờ"),
        ("?at=2040-01-01&time=08:00", "Chưa có lịch nghỉ lễ năm 2040"),
    ],
)
async def test_a_moment_that_cannot_be_planned_is_told(
    house: House, made: Office, july: Campaign, query: str, words: str
) -> None:
    answer = await house.client.get(f"/campaigns/{july.id}/reminders{query}")
    assert answer.status_code == 422
    assert words in answer.text


async def test_a_campaign_not_published_has_no_dry_run(house: House, made: Office) -> None:
    campaign = await scenes.campaign(house.settings, made, scenes.PUBLISHED)
    await at(house, made, scenes.PUBLISHED)
    assert (await house.client.get(f"/campaigns/{campaign.id}/reminders")).status_code == 409


async def test_the_record_is_paged_and_filtered(house: House, made: Office, july: Campaign) -> None:
    total = await Message.filter(campaign=july.id).count()
    page = (await house.client.get("/messages")).text
    assert f"{total} thư" in page
    assert "trang 1/3" in page
    assert page.count('<td class="address">') == 50
    third = (await house.client.get("/messages?page=3")).text
    assert third.count('<td class="address">') == total - 100
    beyond = (await house.client.get("/messages?page=99")).text
    assert "trang 3/3" in beyond
    sent = await Message.filter(state="sent").count()
    assert f"{sent} thư" in (await house.client.get("/messages?state=sent")).text
    assert "250 local mailbox" in (await house.client.get("/messages?state=sent")).text
    dropped = (await house.client.get("/messages?state=dropped")).text
    assert "Đã gửi báo cáo" in dropped
    assert "<span>1 thư, của 1 đơn vị</span>" in (await house.client.get("/messages?q=an lao")).text
    assert "u11629@hp.example" in (await house.client.get("/messages?q=u11629")).text
    assert (await house.client.get("/messages?q=%00&unit=%00&campaign=99999999999")).status_code == 200
    assert "Không có thư nào phù hợp" in (await house.client.get("/messages?campaign=999&unit=1")).text
    keeps = (await house.client.get(f"/messages?campaign={july.id}&kind=invitation")).text
    assert f"campaign={july.id}&amp;kind=invitation&amp;page=2" in keeps


async def test_a_message_is_shown_as_sent_with_its_attempts(house: House, made: Office, july: Campaign) -> None:
    message = await Message.filter(state="sent").first()
    assert message is not None
    await Attempt.create(
        message=message, number=9, at=house.clock(), outcome="permanent", reply_code=550, reply_text="5.1.1 <no> such"
    )
    page = (await house.client.get(f"/messages/{message.id}")).text
    assert "Nội dung đã gửi" in page
    assert "[đường dẫn riêng]" in page
    assert "/p/" not in page
    assert "550 5.1.1 &lt;no&gt; such" in page
    assert "Máy chủ thư từ chối" in page
    assert message.message_id.strip("<>") in page
    assert (await house.client.get("/messages/999999")).status_code == 404


async def test_a_message_that_waits_shows_what_it_would_say(house: House, made: Office) -> None:
    campaign = await scenes.campaign(house.settings, made, scenes.PUBLISHED)
    await campaigns.publish(house.settings, campaign.id, principal.SYSTEM, scenes.PUBLISHED)
    await at(house, made, scenes.PUBLISHED)
    message = await Message.filter(unit="10507").first()
    assert message is not None
    page = (await house.client.get(f"/messages/{message.id}")).text
    assert "Nội dung, nếu gửi bây giờ" in page
    assert "Kính gửi: UBND phường Thành Đông" in page
    assert "09:05 ngày 8/7/2025" in page
    assert (await Message.get(id=message.id)).text == ""


async def test_the_local_mailbox_holds_mail_with_a_working_link(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, house.clock(), "administrator")
    box = (await house.client.get("/mailbox")).text
    first = re.search(r'href="(/mailbox/\d+)"', box)
    assert first
    page = (await house.client.get(first[1])).text
    link = re.search(r'<a href="(http://phieu\.test/p/[^"]+)">', page)
    assert link
    assert "{link}" not in page
    door = await house.client.get(link[1])
    assert door.status_code == 200
    assert "Vào điền phiếu" in door.text


async def test_only_administrators_open_the_mailbox(house: House, made: Office, july: Campaign) -> None:
    assert (await house.client.get("/mailbox")).status_code == 403
    message = await Message.filter(state="sent").first()
    assert message is not None
    assert (await house.client.get(f"/mailbox/{message.id}")).status_code == 403


async def test_with_a_mail_server_there_is_no_mailbox(house: House, made: Office, july: Campaign) -> None:
    message = await Message.filter(state="sent").first()
    assert message is not None
    app = create_app(replace(house.settings, smtp_url="smtp://127.0.0.1:25"), house.clock, postroom=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://phieu.test") as client:
        await scenes.log_in(client, made.administrator, house.clock())
        assert (await client.get("/mailbox")).status_code == 404
        assert (await client.get(f"/mailbox/{message.id}")).status_code == 404
        assert "Chưa cấu hình máy chủ thư" not in (await client.get("/messages")).text


async def test_a_refused_address_is_seen_in_the_record(
    house: House, made: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await scenes.campaign(house.settings, made, scenes.PUBLISHED, roster=("10507",))
    await campaigns.publish(house.settings, campaign.id, principal.SYSTEM, scenes.PUBLISHED)

    class Refusing:
        async def send(self, mail: object) -> Reply:
            raise Permanent(Reply(550, "no such user"))

        async def close(self) -> None:
            """Nothing is held open."""

    monkeypatch.setattr(reminding, "LocalMailbox", Refusing)
    house.app.state.postroom = reminding.Postroom(house.settings, house.clock)
    await at(house, made, scenes.PUBLISHED + timedelta(minutes=6))
    await tick(house)
    page = (await house.client.get("/messages?state=failed")).text
    assert "Máy chủ thư từ chối địa chỉ này" in page
    assert "550 no such user" in page
    unit = (await house.client.get(f"/campaigns/{campaign.id}/units/10507")).text
    assert "Không gửi được thư" in unit


async def test_units_are_looked_for_in_the_dry_run(house: House, made: Office, july: Campaign) -> None:
    await at(house, made, local(15, 8, 5))
    owing = await Invitation.filter(campaign=july, state="sent").order_by("code").first()
    assert owing
    page = await dry_run(house, july, f"?q={words.fold(owing.full_name)}")
    assert set(re.findall(r"show=reminder%3A\d+%3A(\d+)%3A", page)) >= {owing.code}
    assert "Đang tìm" in page
    assert "Đã gửi báo cáo" not in page
    nobody = await dry_run(house, july, "?q=khong%20co%20don%20vi%20nay")
    assert "Không có thư nhắc nào vào lúc này." in nobody


async def test_before_the_opening_the_dry_run_says_so_and_a_refused_address_is_marked(
    house: House, made: Office, july: Campaign
) -> None:
    await at(house, made, local(15, 8, 5))
    early = await dry_run(house, july, "?at=2025-07-08&time=09:01")
    assert "Đợt khảo sát chưa mở, thư mời chưa đi" in early
    owing = await Invitation.filter(campaign=july, state="sent").first()
    assert owing
    assert "địa chỉ từng bị từ chối" not in await dry_run(house, july, "")
    await Message.filter(campaign=july.id, unit=owing.code).update(state="failed", why="refused")
    assert (await dry_run(house, july, "")).count("địa chỉ từng bị từ chối") == 1
