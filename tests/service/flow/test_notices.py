"""What staff did with a unit's report reaches the unit by mail, once, with the calendar file of a new due time."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from reminders.models import Message
from service.flow import campaigns, notices, principal, reviews, rosteracts, submissions
from service.flow.reminding import Postroom
from service.flow.terms import Due
from service.models import Campaign, Contact, Event, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.post import Post
from tests.service import build
from tests.service.build import AN_LAO, PHU_LIEN
from tests.service.flow import mailroom

pytestmark = pytest.mark.anyio
STAFF = principal.staff(1)
TO = f"{AN_LAO}@haiphong.example"


def june(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


async def extend(house: House, found: Campaign, due_at: datetime, code: str = AN_LAO) -> Event:
    reason = "Đơn vị mất điện do bão <b>{link}</b>"
    return await rosteracts.extend(house.settings, found.id, code, Due(at=due_at), reason, STAFF, house.clock())


def words(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def calendar(mail: EmailMessage) -> dict[str, str]:
    (part,) = [part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"]
    lines = part.get_payload(decode=True).decode().replace("\r\n ", "").split("\r\n")  # type: ignore[union-attr]
    return dict(line.split(":", 1) for line in reversed(lines) if ":" in line)


async def sends(house: House, room: Postroom, post: Post, at: datetime | None = None) -> list[EmailMessage]:
    """What goes out at that moment."""
    before = len(post.accepted)
    if at is not None:
        house.clock.set(at)
    await room.tick(house.clock())
    return [mail for _to, mail in post.accepted[before:]]


async def test_the_calendar_file_follows_the_due_time(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO,)) as (found, post, room):
        house.clock.forward(campaigns.CALL_BACK)
        (invited,) = await sends(house, room, post)
        first = calendar(invited)
        assert (first["SEQUENCE"], first["DTEND"]) == ("0", "20260615T100000Z")
        assert first["TRIGGER"] == "-P3DT9H0M", "the opening of the office on Friday 12/6"
        assert "/p/" not in str(first), "calendars are shared: no personal link"
        assert "http://phieu.test" in first["DESCRIPTION"]

        await extend(house, found, june(18, 17))
        (told,) = await sends(house, room, post)
        assert str(told["Subject"]).startswith("Gia hạn gửi phiếu đến 17:00 thứ Năm, 18/6/2026")
        text = words(told)
        assert "Lý do: Đơn vị mất điện do bão <b>(link)</b>" in text
        assert text.count("http://phieu.test/p/") == 1
        page = str(told.get_body(("html",)).get_content())  # type: ignore[union-attr]
        assert "bão &lt;b&gt;(link)&lt;/b&gt;" in page
        later = calendar(told)
        assert (later["UID"], later["SEQUENCE"], later["DTEND"]) == (first["UID"], "1", "20260618T100000Z")
        stored = await Message.get(kind="notice")
        assert "/p/" not in stored.text
        assert stored.calendar.startswith("BEGIN:VCALENDAR")
        assert await sends(house, room, post) == [], "once"


async def test_a_returned_report_is_asked_for_with_the_remark_and_its_own_due_time(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO,)) as (found, post, room):
        house.clock.forward(campaigns.CALL_BACK)
        await sends(house, room, post)
        house.clock.set(june(9, 20))  # in the evening: it does not wait for office hours
        await send(house, found)
        await sends(house, room, post)
        event = await reviews.hand_back(house.settings, found.id, AN_LAO, "Sửa mục E\nvà mục C", STAFF, house.clock())
        assert await notices.count(event) == 1
        (told,) = await sends(house, room, post)
        assert "Sửa mục E\nvà mục C" in words(told).replace("\r\n", "\n")
        assert "Hạn gửi lại: 17:00 thứ Hai, 15/6/2026" in words(told), "not before the report's own due time"
        assert calendar(told)["DTEND"] == "20260615T100000Z"


async def test_off_the_roster_and_back_a_unit_is_told_what_it_was_told_otherwise_before(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO, PHU_LIEN)) as (found, post, room):
        await rosteracts.exempt(house.settings, found.id, PHU_LIEN, "Nhầm", STAFF, house.clock())
        house.clock.forward(campaigns.CALL_BACK)
        await sends(house, room, post)
        assert not await Message.exists(kind="notice"), "no letter had reached it"
        await rosteracts.exempt(house.settings, found.id, AN_LAO, "Sáp nhập", STAFF, house.clock())
        (told,) = await sends(house, room, post)
        assert str(told["Subject"]).startswith("UBND xã An Lão không phải gửi phiếu")
        assert "Lý do: Sáp nhập" in words(told)
        assert "/p/" not in words(told)
        assert told.get_content_type() == "multipart/alternative", "no due time, no calendar"
        await rosteracts.include(house.settings, found.id, AN_LAO, "Đưa ra nhầm", STAFF, house.clock())
        (again,) = await sends(house, room, post)
        assert "Hạn gửi: 17:00 thứ Hai, 15/6/2026" in words(again)
        assert calendar(again)["DTEND"] == "20260615T100000Z"
        await rosteracts.include(house.settings, found.id, PHU_LIEN, "Nhầm", STAFF, house.clock())
        (invited,) = await sends(house, room, post)
        assert (await Message.get(message_id=str(invited["Message-ID"]))).kind == "invitation"


async def test_a_notice_that_is_no_longer_true_does_not_go(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO, PHU_LIEN)) as (found, post, room):
        house.clock.forward(campaigns.CALL_BACK)
        await sends(house, room, post)
        await extend(house, found, june(17, 17))
        await extend(house, found, june(18, 17))
        assert len(await sends(house, room, post)) == 1, "the second says it all"
        await extend(house, found, june(18, 17), PHU_LIEN)
        await rosteracts.exempt(house.settings, found.id, PHU_LIEN, "Sáp nhập", STAFF, house.clock())
        await rosteracts.include(house.settings, found.id, PHU_LIEN, "Nhầm", STAFF, house.clock())
        await send(house, found, PHU_LIEN)
        sent = await sends(house, room, post)
        assert [(await Message.get(message_id=str(m["Message-ID"]))).kind for m in sent] == ["receipt"]
        ends = await Message.filter(kind="notice", state="dropped").order_by("id").values_list("template", "why")
        assert ends == [
            ("extended", "replanned"),
            ("extended", "answered"),
            ("exempted", "changed_since"),
            ("included", "answered"),
        ]


async def test_who_has_answered_or_left_gets_no_notice(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO, PHU_LIEN)) as (found, post, room):
        house.clock.forward(campaigns.CALL_BACK)
        await sends(house, room, post)
        await send(house, found)
        await sends(house, room, post)
        house.clock.set(june(16))
        event = await extend(house, found, june(16, 17))
        assert await notices.count(event) == 0, "it only judges anew what was sent"
        await extend(house, found, june(18, 17), PHU_LIEN)
        await Contact.filter(email=f"{PHU_LIEN}@haiphong.example").update(active=False)
        assert await sends(house, room, post) == []
        gone = await Message.get(kind="notice")
        assert (gone.state, gone.why) == ("dropped", "contact_gone")


async def send(house: House, found: Campaign, code: str = AN_LAO) -> None:
    given = submissions.Given(build.AN_LAO_ANSWERS)
    sent = await submissions.submit(house.settings, found.id, code, given, STAFF, f"{code}", house.clock())
    assert not isinstance(sent, submissions.Problems)


async def test_an_extension_while_the_invitation_can_be_called_back_stands_in_it(house: House) -> None:
    async with mailroom.campaign(house, (AN_LAO,)) as (found, post, room):
        house.clock.forward(timedelta(minutes=1))
        await extend(house, found, june(18, 17))
        house.clock.forward(campaigns.CALL_BACK)
        (invited,) = await sends(house, room, post)
        assert "Hạn gửi: 17:00 thứ Năm, 18/6/2026" in words(invited)
        assert calendar(invited)["SEQUENCE"] == "1"
        assert (await Invitation.get(code=AN_LAO)).state == "sent"
