"""Mail that comes in, through a real IMAP server: a unit that cannot be reached, answers on their unit's page."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from reminders.models import InboxPlace, Message, Received
from service.app import create_app
from service.flow import campaigns, inbox, planning, units
from service.models import AuditRecord, Campaign, Contact, Invitation, Staff
from service.settings import Settings
from tests import letters
from tests.conftest import House
from tests.inbox import Mailroom
from tests.service import scenes
from tests.service.flow.mailroom import FOUR, after_invitations, campaign, local

pytestmark = pytest.mark.anyio

ONE, OTHER = FOUR[2], FOUR[3]


def watching(house: House, room: Mailroom) -> Settings:
    return replace(house.settings, imap_url=f"imap://khaosat:mat%20khau@127.0.0.1:{room.port}")


async def invited(found: Campaign, code: str) -> Message:
    return await Message.get(campaign=found.id, unit=code, kind="invitation")


async def test_a_unit_whose_every_address_bounced_is_undeliverable_and_left_alone(house: House) -> None:
    async with campaign(house) as (found, post, room), Mailroom() as mailroom:
        await after_invitations(house, room, post)
        house.clock.forward(timedelta(hours=1))
        message = await invited(found, ONE)
        mailroom.mails = [
            b"From: spam@x.vn\r\nSubject: Mua hang\r\n\r\nxin chao",
            letters.report(message.message_id, message.to_address),
            letters.report(message.message_id, f"{OTHER}@haiphong.example"),
        ]
        settings = watching(house, mailroom)
        assert await inbox.check(settings, house.clock()) == 1
        assert await inbox.check(settings, house.clock()) == 0
        assert (await Invitation.get(campaign=found, code=ONE)).state == "undeliverable"
        assert (await Invitation.get(campaign=found, code=OTHER)).state == "sent"
        assert (await InboxPlace.get()).uid == 3
        assert await AuditRecord.filter(action="mail.received").count() == 1

        decision = await planning.decide(found, local(house, 2, 8), await units.calendar())
        reasons = {skipped.pending.unit: skipped.reason for skipped in decision.skipped}
        assert reasons == {ONE: "bounced"}
        for _ in range(3):
            await room.tick(local(house, 2, 8))
        assert {address for address, _mail in post.accepted} == {f"{c}@haiphong.example" for c in FOUR if c != ONE}
        assert await Message.filter(campaign=found.id, unit=ONE).count() == 1, "nothing is queued for nobody"

        # Another address is entered: the invitation goes there.
        await Contact.filter(email=message.to_address).update(email="moi@haiphong.example")
        await room.tick(local(house, 2, 9))
        assert "moi@haiphong.example" in {address for address, _mail in post.accepted}
        assert (await Invitation.get(campaign=found, code=ONE)).state == "sent"


async def test_what_is_already_queued_for_a_dead_address_is_dropped(house: House) -> None:
    async with campaign(house) as (found, post, room), Mailroom() as mailroom:
        await after_invitations(house, room, post)
        message = await invited(found, ONE)
        await planning.plan_due(house.settings, local(house, 2, 8))
        mailroom.mails = [letters.report(message.message_id, message.to_address)]
        await inbox.check(watching(house, mailroom), local(house, 2, 8))
        await room.tick(local(house, 2, 8))
        reminder = await Message.get(campaign=found.id, unit=ONE, kind="reminder")
        assert (reminder.state, reminder.why) == ("dropped", "bounced")


async def test_an_answer_is_shown_with_its_unit_without_the_personal_link(house: House) -> None:
    async with campaign(house) as (found, post, room), Mailroom() as mailroom:
        house.clock.forward(campaigns.CALL_BACK)
        await room.tick(house.clock())
        message = await invited(found, ONE)
        link = str(post.to(message.to_address)[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
        link = next(word for word in link.split() if "/p/" in word)
        text = f"Đường dẫn {link} của tôi không mở được <script>x</script>\n\n{link[7:]}"
        mailroom.mails = [letters.answer(message.message_id, message.to_address, text)]
        settings = watching(house, mailroom)
        assert await inbox.check(settings, house.clock()) == 1
        received = await Received.get()
        assert "/p/" not in received.text
        assert received.text.startswith("Đường dẫn […] của tôi")
        app = create_app(settings, house.clock, postroom=False)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://phieu.test") as client:
            await scenes.log_in(client, await Staff.get(username="lan"), house.clock())
            page = (await client.get(f"/campaigns/{found.id}/units/{ONE}")).text
            assert "Thư trả lời" in page
            assert "không mở được &lt;script&gt;" in page
            assert "Re: Đề nghị gửi phiếu" in page
            assert "Thư trả lời" in (await client.get("/received")).text


async def test_an_address_is_put_back_in_use_by_staff(house: House) -> None:
    async with campaign(house) as (found, post, room), Mailroom() as mailroom:
        await after_invitations(house, room, post)
        message = await invited(found, ONE)
        mailroom.mails = [letters.report(message.message_id, message.to_address, words="550 khong co hop thu nay")]
        settings = watching(house, mailroom)
        await inbox.check(settings, house.clock())
        await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
        assert "1 địa chỉ không có người nhận" in (await house.client.get("/messages")).text
        assert "Hộp thư báo không nhận được" in (await house.client.get(f"/messages/{message.id}")).text
        unit = f"/campaigns/{found.id}/units/{ONE}"
        assert "không có người nhận</a>" in (await house.client.get(unit)).text
        page = (await house.client.get("/received")).text
        assert message.to_address in page
        assert "550 khong co hop thu nay" in page
        number = page.partition("/received/addresses/")[2].partition("/")[0]
        path = f"/received/addresses/{number}/use-again"
        answer = await house.client.post(path, data={"csrf": scenes.csrf(page)})
        assert answer.status_code == 303
        assert (await house.client.post(path, data={"csrf": scenes.csrf(page)})).status_code == 404
        assert await AuditRecord.exists(action="address.use_again")
        await room.tick(local(house, 2, 8))
        assert message.to_address in {address for address, _mail in post.accepted}


async def test_a_mailbox_that_cannot_be_read_is_told(house: House) -> None:
    async with campaign(house) as (_found, _post, _room):
        settings = replace(house.settings, imap_url="imap://u:p@127.0.0.1:1")
        assert await inbox.check(settings, house.clock()) == 0
        assert "refused" in await inbox.problem()
        app = create_app(settings, house.clock, postroom=False)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://phieu.test") as client:
            await scenes.log_in(client, await Staff.get(username="lan"), house.clock())
            assert "Chưa đọc được hộp thư đến" in (await client.get("/messages")).text
            assert "Lần đọc hộp thư gần nhất không được" in (await client.get("/received")).text
            assert "Chưa cấu hình hộp thư đến" not in (await client.get("/received")).text


async def test_one_mail_that_breaks_us_does_not_stop_the_next(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with campaign(house) as (found, post, room), Mailroom() as mailroom:
        await after_invitations(house, room, post)
        message = await invited(found, ONE)
        mailroom.mails = [b"poison", letters.answer(message.message_id)]
        real = inbox.returns.take

        async def take(desk: object, key: str, raw: bytes, *rest: object) -> object:
            if raw == b"poison":
                raise RuntimeError("a fault of ours")
            return await real(desk, key, raw, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(inbox.returns, "take", take)
        assert await inbox.check(watching(house, mailroom), house.clock()) == 1


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_link_that_a_mail_guard_wrapped_is_masked_too(times: int) -> None:
    link = "https://phieu.haiphong.example/p/12-" + "ab2c" * 6
    for _ in range(times):
        link = f"https://eur01.safelinks.example/?url={quote(link, safe='')}&data=05"
    text = inbox.masked(f"Xem {link} nhé")
    assert "ab2c" not in text
    assert text.startswith("Xem […]")
    assert text.endswith(" nhé")
    assert "ab2c" not in inbox.masked(link.replace("%2F", "%2f"))
