"""A mailbox gets one mail a day for all its open surveys: by a real SMTP server, over several campaigns and units."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from reminders import steps
from reminders.models import Attempt, Message
from service.flow import campaigns, principal, reminding, sendnow
from service.models import Campaign, Contact, Invitation, Staff, Unit
from tests.conftest import BOTH, House
from tests.post import Post
from tests.service import build, scenes
from tests.service.flow.mailroom import after_invitations, campaign, local

pytestmark = pytest.mark.anyio

UNIT, OTHER = "10888", "10903"
ADDRESS = f"{UNIT}@haiphong.example"


@asynccontextmanager
async def two(house: House, **plan: object) -> AsyncIterator[tuple[Campaign, Campaign, Post, reminding.Postroom]]:
    """Two campaigns with the same units and dates, their invitations gone; `plan` changes the second one's steps."""
    async with campaign(house, title="Khảo sát một") as (first, post, room):
        staff, now = await Staff.get(username="lan"), house.clock()
        values = build.terms(first.form_id, staff, now, title="Khảo sát hai")
        if plan:
            values = replace(values, reminders=tuple(replace(step, **plan) for step in steps.DEFAULT))  # type: ignore[arg-type]
        second = await campaigns.create(house.settings, values, principal.SYSTEM, now)
        await campaigns.publish(house.settings, second.id, principal.SYSTEM, now)
        await after_invitations(house, room, post)
        yield first, await campaigns.get(second.id), post, room


def words(post: Post, address: str = ADDRESS) -> tuple[str, str]:
    """Subject and text of the one mail to an address."""
    [mail] = post.to(address)
    return str(mail["Subject"]), str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


async def reminded(address: str = ADDRESS) -> list[tuple[int | None, str, str]]:
    rows = await Message.filter(to_address=address, kind="reminder").order_by("id")
    return [(row.campaign, row.state, row.why) for row in rows]


async def answers(found: Campaign, code: str = UNIT, state: str = "submitted") -> None:
    await Invitation.filter(campaign=found, code=code).update(state=state)


async def shares_a_mailbox(*codes: str) -> None:
    await Contact.filter(email__in=[f"{code}@haiphong.example" for code in codes]).update(email=ADDRESS)


@BOTH
async def test_two_surveys_due_at_the_same_time_go_in_one_mail(house: House) -> None:
    async with two(house) as (first, second, post, room):
        await room.tick(local(house, 2, 8))
        assert Counter(address for address, _mail in post.accepted).most_common(1)[0][1] == 1
        assert len(post.accepted) == 4
        subject, text = words(post)
        assert subject == "Nhắc gửi 2 phiếu: Khảo sát một; Khảo sát hai"
        assert text.count("còn 3 ngày làm việc") == 2
        links = re.findall(r"http://phieu.test/p/\S+", text)
        assert len(set(links)) == 2, "each survey has its own link"
        for link, title in zip(links, ("Khảo sát một", "Khảo sát hai"), strict=True):
            assert title in (await house.client.get(link)).text
        page = str(post.to(ADDRESS)[0].get_body(("html",)).get_content())  # type: ignore[union-attr]
        assert page.count("Mở phiếu") == 2
        assert await reminded() == [(first.id, "sent", ""), (second.id, "sent", "")]
        rows = await Message.filter(to_address=ADDRESS, kind="reminder").order_by("id")
        assert rows[1].carried_by == rows[0].id
        assert {row.text for row in rows} == {rows[0].text}, "each campaign's record has the mail as it was sent"
        assert "/p/" not in rows[0].text
        assert await Attempt.filter(message_id__in=[row.id for row in rows], outcome="sent").count() == 2
        house.clock.set(local(house, 2, 9))
        await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
        told = (await house.client.get(f"/messages/{rows[1].id}")).text
        assert rows[0].message_id.strip("<>") in told
        assert f'href="/messages/{rows[0].id}"' in told


async def test_what_comes_later_that_day_goes_with_the_first(house: House) -> None:
    async with two(house, at=datetime.min.time().replace(hour=14)) as (first, second, post, room):
        morning = local(house, 2, 8)
        await room.tick(morning)
        await room.tick(local(house, 2, 14))
        assert len(post.accepted) == 4
        assert await reminded() == [(first.id, "sent", ""), (second.id, "sent", "")]
        await answers(first, OTHER)
        post.accepted.clear()
        for hour in (8, 14):
            await room.tick(local(house, 4, hour))
        assert sorted(address for address, _mail in post.accepted) == sorted(
            {address for address, _mail in post.accepted}
        ), "one mail each"
        assert words(post, f"{OTHER}@haiphong.example")[0].startswith("Sắp đến hạn"), "alone it is the usual text"


async def test_units_that_share_a_mailbox_share_the_mail(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await shares_a_mailbox(OTHER)
        await after_invitations(house, room, post)
        await room.tick(local(house, 2, 8))
        subject, text = words(post)
        assert "1. UBND xã Cẩm Giang: phiếu" in text
        assert "2. UBND xã Cẩm Giàng: phiếu" in text
        assert subject.startswith("Nhắc gửi 2 phiếu: Khảo sát tình hình")
        assert {row[1] for row in await reminded()} == {"sent"}
        states = await Invitation.filter(campaign=found, code__in=[UNIT, OTHER]).values_list("state", flat=True)
        assert states == ["sent", "sent"]


async def test_who_has_answered_leaves_the_mail_and_another_carries_it(house: House) -> None:
    async with two(house) as (first, second, post, room):
        await reminding.plan_due(house.settings, local(house, 2, 8))
        await answers(first)
        await room.tick(local(house, 2, 8, 1))
        subject, text = words(post)
        assert "Khảo sát hai" in subject
        assert "Khảo sát một" not in text
        assert await reminded() == [(first.id, "dropped", "answered"), (second.id, "sent", "")]


async def test_a_mailbox_that_had_its_mail_waits_for_another_day(house: House) -> None:
    async with two(house) as (first, second, post, room):
        who, now, began = principal.staff(1), local(house, 2, 7, 40), house.clock()
        await sendnow.send(house.settings, first.id, [UNIT], "a" * 16, who, now)
        await room.tick(now + timedelta(minutes=1))
        assert len(post.to(ADDRESS)) == 1
        house.clock.set(now + timedelta(minutes=2))
        await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
        page = (await house.client.get(f"/campaigns/{second.id}/send-now?unit={UNIT}")).text
        house.clock.set(began)
        assert "đã có thư hôm nay" in page, "but it may go at once"
        assert "Gửi ngay 1 thư" in page
        await sendnow.send(house.settings, second.id, [OTHER], "b" * 16, who, now, again=True)
        await room.tick(local(house, 2, 8))
        assert len(post.to(ADDRESS)) == 1, "the plan's reminders of both surveys wait"
        await room.tick(local(house, 3, 7, 45))
        assert len(post.to(ADDRESS)) == 2
        last = post.to(ADDRESS)[-1]
        assert str(last["Subject"]) == "Nhắc gửi 2 phiếu: Khảo sát một; Khảo sát hai"


async def test_a_reminder_in_the_queue_waits_too_and_is_dropped_when_it_means_nothing_then(house: House) -> None:
    async with two(house) as (first, second, post, room):
        # Both stand in the queue before the mail goes that a person sends.
        for day, state in ((2, "waiting"), (7, "dropped")):
            morning = local(house, day, 8)
            await reminding.plan_due(house.settings, morning)
            await Message.filter(kind="reminder", state="waiting").update(not_before=morning + timedelta(minutes=9))
            await sendnow.send(house.settings, first.id, [UNIT], f"{day}" * 16, principal.staff(1), morning, again=True)
            await room.tick(morning + timedelta(minutes=1))
            post.accepted.clear()
            await room.tick(morning + timedelta(minutes=10))
            assert post.to(ADDRESS) == []
            assert (await reminded())[-3:][:2] == [(first.id, state, "had_mail"), (second.id, state, "had_mail")]
            if state == "waiting":
                await room.tick(local(house, 3, 8))
                assert len(post.to(ADDRESS)) == 1


@BOTH
async def test_an_ambiguous_end_keeps_its_message_id_also_when_its_carrier_has_answered(house: House) -> None:
    async with two(house) as (first, second, post, room):
        other = f"{OTHER}@haiphong.example"
        post.after_data = [ADDRESS, other]
        await room.tick(local(house, 2, 8))
        assert {row[1:] for row in await reminded()} == {("waiting", "ambiguous")}
        await answers(first, OTHER)
        await room.tick(local(house, 2, 8, 2))
        for address in (ADDRESS, other):
            once, again = post.to(address)
            assert once["Message-ID"] == again["Message-ID"]
        once, again = post.to(ADDRESS)
        assert once.as_bytes().partition(b"\n\n")[2] == again.as_bytes().partition(b"\n\n")[2], "word for word"
        text = str(post.to(other)[1].get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert "Khảo sát một" not in text
        assert await reminded(other) == [(first.id, "dropped", "answered"), (second.id, "sent", "")]


async def test_one_refusal_is_that_of_all_in_the_mail_and_a_busy_server_puts_all_off(house: House) -> None:
    async with two(house) as (first, second, post, room):
        post.replies[ADDRESS] = ["451 later", "550 no such mailbox"]
        await room.tick(local(house, 2, 8))
        assert await reminded() == [(first.id, "waiting", "transient"), (second.id, "waiting", "transient")]
        await room.tick(local(house, 2, 8, 5))
        assert await reminded() == [(first.id, "failed", "refused"), (second.id, "failed", "refused")]
        assert len(post.to(f"{OTHER}@haiphong.example")) == 1, "others are not hurt"


@BOTH
async def test_two_workers_never_write_twice_to_a_mailbox_on_a_day(house: House) -> None:
    await build.units.seed(house.clock())
    roster = (build.AN_LAO, *sorted(unit.code for unit in await Unit.all())[:29])
    async with campaign(house, roster, title="Khảo sát một") as (first, post, room):
        staff, now = await Staff.get(username="lan"), house.clock()
        terms = build.terms(first.form_id, staff, now, title="Khảo sát hai", roster=roster)
        second = await campaigns.create(house.settings, terms, principal.SYSTEM, now)
        await campaigns.publish(house.settings, second.id, principal.SYSTEM, now)
        await after_invitations(house, room, post)
        await reminding.plan_due(house.settings, local(house, 2, 8))
        settings = replace(house.settings, smtp_url=f"smtp://127.0.0.1:{post.port}")
        rooms = [reminding.Postroom(settings, house.clock) for _ in range(2)]
        await asyncio.gather(*(one.tick(local(house, 2, 8)) for one in rooms))
        await room.tick(local(house, 2, 8, 1))
        found = Counter(address for address, _mail in post.accepted)
        assert len(found) == len(roster)
        assert set(found.values()) == {1}
        assert await Message.filter(kind="reminder", state="sent").count() == 2 * len(found)
        assert all("Khảo sát một; Khảo sát hai" in str(mail["Subject"]) for _address, mail in post.accepted)


async def test_no_reminder_on_the_day_of_the_invitation(house: House) -> None:
    house.clock.set(local(house, 2, 7, 45))  # so that three working days before comes fifteen minutes later
    due = local(house, 5, 17)
    async with campaign(house, due=build.Due(at=due), closes_at=local(house, 20, 17)) as (_found, post, room):
        await after_invitations(house, room, post)
        for hour in (8, 9, 14):
            await room.tick(local(house, 0, hour))
        assert post.accepted == []
        await room.tick(local(house, 2, 8))
        assert len(post.accepted) == 4


async def test_the_dry_run_tells_what_goes_together(house: House) -> None:
    async with two(house) as (first, second, _post, room):
        await shares_a_mailbox(OTHER)
        await room.tick(local(house, 0, 9))  # invited at its new address
        morning = local(house, 2, 8)
        await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
        page = (await house.client.get(f"/campaigns/{first.id}/reminders?at={morning:%Y-%m-%d}&time=08:00")).text
        assert '<p class="big">3</p><p>thư nhắc cho 4 đơn vị' in page
        assert "3 hộp thư nhận chung một thư" in page
        assert "cùng thư với: Xã Cẩm Giàng" in page
        assert "Khảo sát hai" in page
        assert "Nhắc gửi" in page
        run = await reminding.decide(second, morning, await build.units.calendar())
        assert len(run.notices) == 4
