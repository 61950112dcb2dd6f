"""Mail end to end: a real SMTP server, the 114 units, working days in office hours, and nobody who has answered."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from reminders.calendar import Calendar, Day
from reminders.models import Attempt, Message
from service.flow import campaigns, entry, intakes, mailtexts, principal, reminding, submissions, units
from service.models import Campaign, Contact, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import build
from tests.service.flow.mailroom import after_invitations, campaign, local

pytestmark = pytest.mark.anyio


async def test_114_invitations_wait_five_minutes_and_then_reach_each_unit_once(house: House) -> None:
    async with campaign(house, "all") as (found, post, room):
        house.clock.forward(timedelta(minutes=4, seconds=59))
        await room.tick(house.clock())
        assert post.accepted == []
        house.clock.forward(timedelta(seconds=1))
        for _ in range(3):
            await room.tick(house.clock())
        addresses = [address for address, _ in post.accepted]
        assert len(addresses) == len(set(addresses)) == 114
        gone = await Message.get(to_address="anlao@haiphong.example")
        assert (gone.state, gone.why) == ("dropped", "contact_gone"), "a contact taken off the list meanwhile"
        states = {row.state for row in await Invitation.filter(campaign=found)}
        assert states == {"sent"}
        text = str(post.to("11629@haiphong.example")[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert "UBND xã An Lão" in text
        assert "111/SKHCN-CĐS" in text
        assert "Trần Thị Lan" in text
        assert "http://phieu.test/p/" in text
        stored = await Message.get(to_address="11629@haiphong.example")
        assert "/p/" not in stored.text, "the record keeps no working link"
        assert (await Attempt.get(message=stored)).reply_code == 250


async def test_reminders_go_only_to_those_who_owe_on_working_days_in_office_hours(house: House) -> None:
    async with campaign(house, "all") as (found, post, room):
        await after_invitations(house, room, post)
        answered = await _answer_by_paper(house, found, 20)
        # Due Monday 15/6: the first step is Wednesday 10/6, 8:00. Nothing goes the day before, nor before opening time.
        for days, hour, minute in ((1, 9, 0), (1, 12, 30), (2, 7, 29)):
            await room.tick(local(house, days, hour, minute))
            assert post.accepted == [], (days, hour)
        await room.tick(local(house, 2, 8))
        reminded = {address for address, _ in post.accepted}
        assert len(reminded) == 94
        assert not reminded & answered
        post.accepted.clear()
        await room.tick(local(house, 2, 15))
        assert post.accepted == [], "the same step never twice"
        await room.tick(local(house, 5, 9))
        assert post.accepted == [], "Saturday"
        await room.tick(local(house, 6, 9))
        assert post.accepted == [], "Sunday"


async def test_after_a_day_of_downtime_each_late_step_goes_once_from_two_workers(house: House) -> None:
    async with campaign(house, "all") as (found, post, room):
        await after_invitations(house, room, post)
        other = reminding.Postroom(replace(house.settings, smtp_url=f"smtp://127.0.0.1:{post.port}"), house.clock)
        # The step of Wednesday 8:00 was missed; nobody ran until Thursday.
        for days, hour, count in ((3, 9, 114), (3, 10, 0), (4, 8, 114), (4, 9, 0)):
            post.accepted.clear()
            moment = local(house, days, hour)
            await asyncio.gather(room.tick(moment), other.tick(moment))
            addresses = [address for address, _ in post.accepted]
            assert (len(addresses), len(set(addresses))) == (count, count), (days, hour)
        steps = await Message.filter(campaign=found.id, kind="reminder").values_list("step", flat=True)
        assert Counter(steps) == {"before3": 114, "before1": 114}


async def test_a_unit_that_submits_between_queue_and_sending_gets_no_reminder(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await after_invitations(house, room, post)
        moment = local(house, 2, 8)
        settings = house.settings
        assert await reminding.plan_due(settings, moment) == 4
        link = await entry.fresh_link(found.id, build.AN_LAO, principal.SYSTEM, moment)
        given = submissions.Given(build.AN_LAO_ANSWERS)
        who = principal.link(link.id)
        sent = await submissions.submit(settings, found.id, build.AN_LAO, given, who, "k", moment)
        assert not isinstance(sent, submissions.Problems)
        await room.tick(moment)
        kinds = {m.kind for m in await Message.filter(to_address="11629@haiphong.example", state="sent")}
        assert kinds == {"invitation", "receipt"}
        dropped = await Message.get(to_address="11629@haiphong.example", kind="reminder")
        assert (dropped.state, dropped.why) == ("dropped", "answered")
        assert len([address for address, _ in post.accepted]) == 3 + 1


async def test_one_bad_address_stops_no_other_and_makes_its_unit_undeliverable(house: House) -> None:
    async with campaign(house) as (found, post, room):
        post.replies["10888@haiphong.example"] = ["550 no such mailbox"]
        house.clock.forward(campaigns.CALL_BACK)
        await room.tick(house.clock())
        assert len(post.accepted) == 3
        failed = await Message.get(to_address="10888@haiphong.example")
        assert (failed.state, (await Attempt.get(message=failed)).reply_code) == ("failed", 550)
        assert (await Invitation.get(campaign=found, code="10888")).state == "undeliverable"


async def test_invitations_can_be_called_back_within_five_minutes(house: House) -> None:
    async with campaign(house) as (found, post, room):
        assert await campaigns.call_back(found.id, principal.SYSTEM, house.clock()) == 5
        house.clock.forward(timedelta(minutes=10))
        await room.tick(house.clock())
        assert post.accepted == []
        again = await campaigns.publish(house.settings, found.id, principal.SYSTEM, house.clock())
        assert again.published_at == house.clock()
        house.clock.forward(campaigns.CALL_BACK)
        await room.tick(house.clock())
        assert len(post.accepted) == 4
        with pytest.raises(campaigns.CannotCallBack):
            await campaigns.call_back(found.id, principal.SYSTEM, house.clock())


async def test_the_dry_run_says_of_every_unit_who_gets_what_or_why_not(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await after_invitations(house, room, post)
        answered = await _answer_by_paper(house, found, 1)
        await Contact.filter(email="10903@haiphong.example").update(active=False)
        decision = await reminding.decide(found, local(house, 2, 8), await units.calendar())
        assert len(decision.notices) + len({s.pending.unit for s in decision.skipped}) == 4
        reasons = {skipped.pending.unit: skipped.reason for skipped in decision.skipped}
        assert reasons["10903"] == "no_address"
        assert sum(reason == "answered" for reason in reasons.values()) == len(answered)


async def test_a_reminder_of_an_old_due_round_is_dropped(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await after_invitations(house, room, post)
        moment = local(house, 2, 8)
        await reminding.plan_due(house.settings, moment)
        await Invitation.filter(campaign=found, code="10888").update(due_round=1)
        await room.tick(moment)
        dropped = await Message.get(to_address="10888@haiphong.example", kind="reminder", due_round=0)
        assert (dropped.state, dropped.why) == ("dropped", "replanned")


async def test_a_receipt_goes_at_any_hour(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await after_invitations(house, room, post)
        night = local(house, 5, 23)
        await submissions.submit(
            house.settings,
            found.id,
            "10888",
            submissions.Given(build.AN_LAO_ANSWERS),
            principal.token(1),
            "k",
            night,
        )
        await room.tick(night)
        assert [address for address, _ in post.accepted] == ["10888@haiphong.example"]
        assert "Đã nhận phiếu" in str(post.accepted[0][1]["Subject"])


async def _answer_by_paper(house: House, campaign: Campaign, count: int) -> set[str]:
    """The addresses of so many units whose reply came on paper."""
    answered = set()
    now = house.clock() + timedelta(hours=1)
    for row in await Invitation.filter(campaign=campaign).order_by("code").limit(count):
        document = intakes.Document("paper", "1/BC-UBND", None, now)
        await intakes.record(house.settings, campaign.id, row.code, document, principal.staff(1), now)
        answered.add(f"{row.code}@haiphong.example")
    return answered


def test_nothing_is_late_before_the_due_time() -> None:
    calendar, due_at = Calendar([Day(date(2026, 9, 2), "off")]), datetime(2026, 6, 15, 17, tzinfo=ZONE)
    assert mailtexts.days_late(calendar, due_at, due_at) == ""
    assert mailtexts.days_late(calendar, due_at, due_at + timedelta(hours=1)) == "chưa đến 01 ngày làm việc"
