"""Who is mailed when addresses change, the mail server is away or a plan is over, and what a late mail still says."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

from reminders.models import Message
from service import life, security
from service.flow import campaigns, contacts, entry, events, principal, reminding, submissions
from service.flow.terms import Due
from service.models import Campaign, Contact, ContactLink, Invitation, Staff, Unit
from tests.conftest import House
from tests.post import Post
from tests.service import build
from tests.service.flow.mailroom import after_invitations, campaign, local

pytestmark = pytest.mark.anyio

UNIT, ADDRESS = "10888", "10888@haiphong.example"


def addresses(post: Post) -> list[str]:
    return sorted(address for address, _ in post.accepted)


def text(post: Post, address: str) -> str:
    [mail] = post.to(address)
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


async def state(found: Campaign) -> str:
    return (await Invitation.get(campaign=found, code=UNIT)).state


async def added(email: str, role: str = "official") -> Contact:
    """A further contact of the unit."""
    return await Contact.create(unit=await Unit.get(code=UNIT), role=role, email=email)


async def leaves(email: str, now: datetime) -> None:
    person = await Contact.get(email=email, active=True)
    await contacts.set_active(await person.unit, person.id, False, principal.SYSTEM, now)


async def submit(
    house: House, found: Campaign, key: str, now: datetime, email: str = ADDRESS
) -> submissions.Submission:
    """The unit sends its answers by the link of its mailbox."""
    invitation = await Invitation.get(campaign=found, code=UNIT)
    person = await Contact.get(email=email)
    link = await entry.link_for(invitation.id, person.id, email, now)
    given = submissions.Given(build.AN_LAO_ANSWERS)
    sent = await submissions.submit(house.settings, found.id, UNIT, given, principal.link(link.id), key, now)
    assert not isinstance(sent, submissions.Problems)
    return sent


async def test_a_mail_server_away_for_two_days_ends_nothing(house: House) -> None:
    async with campaign(house) as (found, post, room):
        away = reminding.Postroom(replace(house.settings, smtp_url="smtp://127.0.0.1:1"), house.clock)
        house.clock.forward(campaigns.CALL_BACK)
        for _ in range(40):
            await away.tick(house.clock())
            house.clock.forward(timedelta(hours=1))
        assert await Message.filter(state="waiting").count() == 4
        assert {row.state for row in await Invitation.filter(campaign=found)} == {"not_sent"}
        await room.tick(house.clock())
        assert len(post.accepted) == 4
        assert {row.state for row in await Invitation.filter(campaign=found)} == {"sent"}


async def test_an_address_given_up_for_now_is_not_called_undeliverable(house: House) -> None:
    async with campaign(house) as (found, post, room):
        post.replies[ADDRESS] = ["451 greylisted"] * 40
        house.clock.forward(campaigns.CALL_BACK)
        for _ in range(30):
            await room.tick(house.clock())
            house.clock.forward(timedelta(hours=1))
        given_up = await Message.get(to_address=ADDRESS)
        assert (given_up.state, given_up.why) == ("failed", "gave_up")
        assert await state(found) == "not_sent"


async def test_a_corrected_address_is_invited_once(house: House) -> None:
    async with campaign(house) as (found, post, room):
        post.replies[ADDRESS] = ["550 no such mailbox"]
        await after_invitations(house, room, post)
        assert await state(found) == "undeliverable"
        await Contact.filter(email=ADDRESS).update(email="dung@haiphong.example")
        for minutes in (10, 20):
            await room.tick(house.clock() + timedelta(minutes=minutes))
        assert addresses(post) == ["dung@haiphong.example"]
        assert "http://phieu.test/p/" in text(post, "dung@haiphong.example")
        assert await state(found) == "sent"


async def test_an_undeliverable_unit_is_reminded_all_the_same(house: House) -> None:
    async with campaign(house) as (found, post, room):
        post.replies[ADDRESS] = ["550 mailbox disabled"]
        await after_invitations(house, room, post)
        await room.tick(local(house, 2, 8))
        assert ADDRESS in addresses(post)
        assert await state(found) == "sent"


async def test_one_who_comes_later_gets_the_invitation_but_no_step_from_before(house: House) -> None:
    async with campaign(house) as (_found, post, room):
        await after_invitations(house, room, post)
        await room.tick(local(house, 2, 8))
        post.accepted.clear()
        await added("moi@haiphong.example")
        for hour in (9, 10):
            await room.tick(local(house, 2, hour))
        assert addresses(post) == ["moi@haiphong.example"]
        assert (await Message.get(to_address="moi@haiphong.example")).kind == "invitation"
        post.accepted.clear()
        await room.tick(local(house, 4, 8))
        assert {ADDRESS, "moi@haiphong.example"} < set(addresses(post)), "one working day before the due date"


async def test_nobody_is_invited_before_the_first_mail_or_when_nothing_is_owed(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await added("moi@haiphong.example")
        await room.tick(house.clock() + timedelta(minutes=4))
        assert not await Message.exists(to_address="moi@haiphong.example")
        await room.tick(house.clock() + campaigns.CALL_BACK)
        assert "moi@haiphong.example" in addresses(post)
        await submit(house, found, "k", house.clock() + timedelta(hours=1))
        await added("nua@haiphong.example")
        await room.tick(house.clock() + timedelta(hours=2))
        assert not post.to("nua@haiphong.example")


async def test_one_who_was_off_the_list_when_the_invitation_went_is_invited_when_back(house: House) -> None:
    async with campaign(house) as (_found, post, room):
        await leaves(ADDRESS, house.clock())
        await after_invitations(house, room, post)
        await Contact.filter(email=ADDRESS).update(active=True)
        for minutes in (10, 20):
            await room.tick(house.clock() + timedelta(minutes=minutes))
        assert addresses(post) == [ADDRESS]
        fates = Message.filter(to_address=ADDRESS).order_by("id")
        assert await fates.values_list("state", flat=True) == ["dropped", "sent"]


async def test_a_step_between_publication_and_the_first_mail_is_dropped(house: House) -> None:
    house.clock.set(local(house, 2, 7, 57))
    due = Due(at=local(house, 5, 17))  # Monday 15/6: three working days before is today, 8:00
    async with campaign(house, due=due) as (_found, _post, room):
        await room.tick(local(house, 0, 8))
        assert not await Message.exists(kind="reminder")
        await room.tick(local(house, 0, 8, 3))
        await room.tick(local(house, 0, 9))
        assert {message.kind for message in await Message.filter(state="sent")} == {"invitation"}


async def test_a_receipt_to_somebody_who_left_has_no_link(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await after_invitations(house, room, post)
        now = house.clock() + timedelta(hours=1)
        sent = await submit(house, found, "k", now)
        await leaves(ADDRESS, now)
        await room.tick(now)
        words = text(post, ADDRESS)
        assert sent.receipt in words
        assert "/p/" not in words
        assert "đường dẫn riêng" not in words
        invited = await Message.get(to_address=ADDRESS, kind="invitation")
        assert "/p/" not in await reminding.as_received(house.settings, invited, now), "nor has the mailbox page"


async def test_each_receipt_is_of_its_own_submission(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await after_invitations(house, room, post)
        now = house.clock() + timedelta(hours=1)
        first = await submit(house, found, "first", now)
        async with in_transaction():
            invitation = await events.locked(found.id, UNIT)
            await events.apply(invitation, life.Act.RETURN, principal.staff(1), at=now, recorded_at=now)
        second = await submit(house, found, "second", now + timedelta(minutes=1))
        await room.tick(now + timedelta(minutes=2))
        told = [str(mail.get_body(("plain",)).get_content()) for mail in post.to(ADDRESS)]  # type: ignore[union-attr]
        assert len(told) == 2
        for sent in (first, second):
            assert sum(sent.receipt in words and sent.hash in words for words in told) == 1


async def test_a_leaders_copy_moves_nothing(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await added("ct@haiphong.example", "leader")
        post.replies[ADDRESS] = ["550 no such mailbox"] * 9
        await after_invitations(house, room, post)
        await room.tick(local(house, 10, 8))  # three working days after the due date
        assert "ct@haiphong.example" in addresses(post)
        assert await state(found) == "undeliverable"


async def test_a_leaders_refusal_makes_no_unit_undeliverable(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await added("ct@haiphong.example", "leader")
        post.replies["ct@haiphong.example"] = ["550 no such mailbox"]
        post.replies[ADDRESS] = ["451 greylisted"] * 40
        for hours in range(30):
            await room.tick(local(house, 0, 9) + timedelta(hours=hours))
        await room.tick(local(house, 10, 8))
        refused = await Message.get(to_address="ct@haiphong.example")
        assert (refused.template, refused.state, refused.why) == ("leader_copy", "failed", "refused")
        assert await state(found) == "not_sent"


async def test_a_shared_mailbox_keeps_its_mail_when_one_of_its_people_leaves(house: House) -> None:
    async with campaign(house) as (_found, post, room):
        first = await Contact.get(email=ADDRESS)
        colleague = await Contact.create(unit_id=first.unit_id, role="official", name="B", email=ADDRESS)
        await contacts.set_active(await first.unit, first.id, False, principal.SYSTEM, house.clock())
        house.clock.forward(campaigns.CALL_BACK)
        await room.tick(house.clock())
        token = text(post, ADDRESS).partition("/p/")[2].split()[0]
        link = await entry.of_link(token, house.settings.secret_key)
        assert link.contact_id == colleague.id, "the one who still reads there"
        await room.tick(local(house, 2, 8))
        assert len(post.to(ADDRESS)) == 2


async def test_a_stored_plan_that_cannot_be_read_silences_no_other(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with campaign(house) as (found, post, room):
        staff = await Staff.get(username="lan")
        terms = build.terms(found.form_id, staff, house.clock(), title="Khảo sát khác")
        other = await campaigns.create(house.settings, terms, principal.SYSTEM, house.clock())
        await campaigns.publish(house.settings, other.id, principal.SYSTEM, house.clock())
        await after_invitations(house, room, post)
        await Campaign.filter(id=found.id).update(reminders=[{"id": "x"}])
        assert await reminding.plan_due(house.settings, local(house, 2, 8)) == 4
        assert f"campaign {found.id} could not be planned" in caplog.text


async def test_a_campaign_that_never_closes_is_left_alone_after_its_last_reminder(house: House) -> None:
    async with campaign(house, closes_at=None) as (_found, post, room):
        await after_invitations(house, room, post)
        last = local(house, 38, 8)  # 23 working days after the due date, Thursday 16/7
        assert await reminding.plan_due(house.settings, last) == 4
        await added("moi@haiphong.example")
        assert await reminding.plan_due(house.settings, last + timedelta(days=8)) == 0
        assert await reminding.plan_due(house.settings, last + timedelta(days=1)) == 1, "a late one is still invited"


async def test_two_links_made_at_once_do_no_harm(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    twin = await ContactLink.create(
        invitation=survey.invitation,
        contact=survey.contact,
        address=survey.contact.email,
        created_at=house.clock(),
    )
    found = await entry.link_for(survey.invitation.id, survey.contact.id, survey.contact.email, house.clock())
    assert found.id == survey.link.id
    for link in (found, twin):
        token = security.link_token(house.settings.secret_key, link.id, link.generation)
        opened, _session = await entry.enter(token, house.settings.secret_key, house.clock())
        assert opened.invitation.id == survey.invitation.id


async def test_a_letter_of_a_campaign_that_was_called_back_is_dropped(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await campaigns.call_back(found.id, principal.SYSTEM, house.clock())
        await Message.all().update(state="waiting")
        house.clock.forward(campaigns.CALL_BACK)
        await room.tick(house.clock())
        assert post.accepted == []
        fates = await Message.all().values_list("state", "why")
        assert set(fates) == {("dropped", "recalled")}
