"""A campaign of 30 days over Tết 2026, in seconds, with a real SMTP server: every mail that goes out, and no other.

Published on Monday 2/2, due on Tuesday 24/2 at 17:00, closed on Wednesday 4/3 at 17:00; 14-22/2 are free.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

import pytest

from reminders import texts
from reminders.models import Message
from service.flow import contacts, drafts, entry, principal, reminding, reviews, rosteracts, submissions
from service.flow.terms import Due
from service.models import CalendarDay, Campaign, Contact, Invitation, Unit
from service.words import ZONE, local
from tests.conftest import House
from tests.post import Post
from tests.service import build
from tests.service.flow.mailroom import campaign

pytestmark = pytest.mark.anyio

EARLY, RETURNED, EXTENDED, EXEMPT, BOUNCED, SILENT = build.AN_LAO, build.PHU_LIEN, "10888", "10903", "10507", "10525"
ROSTER = (EARLY, RETURNED, EXTENDED, EXEMPT, BOUNCED, SILENT)
STAFF = principal.staff(1)
TITLE = "Khảo sát Tết"
CLOCKS = ((7, 0), (7, 30), (8, 0), (8, 30), (11, 45), (14, 0), (17, 0), (20, 0))
Act = Callable[[datetime], Awaitable[object]]


def when(day: int, month: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


PUBLISHED, DUE, CLOSED = when(2, 2, 9), when(24, 2, 17), when(4, 3, 17)
DOWN = when(24, 2), when(25, 2)


async def runs(
    house: House, room: reminding.Postroom, post: Post, acts: dict[datetime, Act], until: datetime
) -> list[tuple[str, str, str, str]]:
    """Tick by tick to the end; what was accepted, as (time, address, step or kind, subject)."""
    days = [PUBLISHED.date() + timedelta(days=n) for n in range((until - PUBLISHED).days + 1)]
    clocks = [datetime(d.year, d.month, d.day, h, m, tzinfo=ZONE) for d in days for h, m in CLOCKS]
    found = []
    for now in sorted({*(c for c in clocks if c >= PUBLISHED), PUBLISHED + timedelta(minutes=5), *acts}):
        house.clock.set(now)
        if now in acts:
            await acts[now](now)
        if DOWN[0] <= now < DOWN[1]:
            continue
        before = len(post.accepted)
        await room.tick(now)
        for address, mail in post.accepted[before:]:
            message = await Message.get(message_id=str(mail["Message-ID"]))
            name = f"{message.step}/{message.occurrence}" if message.step else message.kind
            found.append((f"{local(now):%d/%m %H:%M}", address, name, str(mail["Subject"])))
    return sorted(found, key=lambda row: (datetime.strptime(f"2026 {row[0]}", "%Y %d/%m %H:%M").astimezone(ZONE), row))


async def submits(house: House, found: Campaign, code: str, now: datetime) -> None:
    email = f"{code}@haiphong.example"
    invitation = await Invitation.get(campaign=found, code=code)
    person = await Contact.get(email=email, active=True)
    link = await entry.link_for(invitation.id, person.id, email, now)
    given = submissions.Given(build.AN_LAO_ANSWERS)
    sent = await submissions.submit(
        house.settings, found.id, code, given, principal.link(link.id), f"{code}-{now:%d%H}", now
    )
    assert not isinstance(sent, submissions.Problems)


async def opens_and_begins(house: House, found: Campaign, code: str, now: datetime) -> None:
    invitation = await Invitation.get(campaign=found, code=code)
    person = await Contact.get(email=f"{code}@haiphong.example", active=True)
    link = await entry.link_for(invitation.id, person.id, person.email, now)
    token = entry.address_of(house.settings.public_url, house.settings.secret_key, link).rpartition("/")[2]
    await entry.enter(token, house.settings.secret_key, now)
    edit = drafts.Edit(0, "a", {"a/a_name": "Nguyễn Thị Hồng"})
    await drafts.save(found.id, code, edit, principal.link(link.id), now)


async def corrects_the_address(code: str, now: datetime) -> None:
    unit = await Unit.get(code=code)
    person = await Contact.get(unit=unit, role="official")
    raw = {"role": "official", "name": "", "position": "", "email": "dung@haiphong.example", "phone": ""}
    await contacts.save_contact(unit, person.id, raw, STAFF, now)


def at(code: str) -> str:
    return f"{code}@haiphong.example"


def acts_of(house: House, found: Campaign) -> dict[datetime, Act]:
    """What happens meanwhile."""
    later = Due(at=when(27, 2, 17))

    async def joined(now: datetime) -> None:
        await Contact.create(unit=await Unit.get(code=SILENT), role="official", email="moi@haiphong.example")

    return {
        when(3, 2, 10): lambda now: opens_and_begins(house, found, SILENT, now),
        when(10, 2, 9): lambda now: submits(house, found, EARLY, now),
        when(12, 2, 14): lambda now: rosteracts.extend(
            house.settings, found.id, EXTENDED, later, "Mất điện", STAFF, now
        ),
        when(13, 2, 9): lambda now: rosteracts.exempt(house.settings, found.id, EXEMPT, "Không thuộc diện", STAFF, now),
        when(13, 2, 10): joined,
        when(23, 2, 10): lambda now: submits(house, found, RETURNED, now),
        when(23, 2, 14, 30): lambda now: corrects_the_address(BOUNCED, now),
        when(25, 2, 9): lambda now: reviews.hand_back(house.settings, found.id, RETURNED, "Thiếu mục E", STAFF, now),
        when(27, 2, 10): lambda now: submits(house, found, RETURNED, now),
    }


# Time, address, step and occurrence (or kind), text.
EXPECTED = [
    ("02/02 09:05", "10525", "invitation", "invitation"),
    ("02/02 09:05", "10888", "invitation", "invitation"),
    ("02/02 09:05", "10903", "invitation", "invitation"),
    ("02/02 09:05", "11446", "invitation", "invitation"),
    ("02/02 09:05", "11629", "invitation", "invitation"),
    ("10/02 09:00", "11629", "receipt", "receipt"),
    # Three working days before: 13/2 and 23/2 are the others, Tết lies between. An Lão has answered.
    ("12/02 08:00", "10525", "before3/0", "reminder_before"),
    ("12/02 08:00", "10888", "before3/0", "reminder_before"),
    ("12/02 08:00", "10903", "before3/0", "reminder_before"),
    ("12/02 08:00", "11446", "before3/0", "reminder_before"),
    ("12/02 14:00", "10888", "notice", "extended"),
    ("13/02 09:00", "10903", "notice", "exempted"),
    ("13/02 10:00", "moi", "invitation", "invitation"),
    # 10888 has more time now, 10903 is exempt; the new contact is reminded from here on.
    ("23/02 08:00", "10525", "before1/0", "reminder_soon"),
    ("23/02 08:00", "11446", "before1/0", "reminder_soon"),
    ("23/02 08:00", "moi", "before1/0", "reminder_soon"),
    ("23/02 10:00", "11446", "receipt", "receipt"),
    ("23/02 14:30", "dung", "invitation", "invitation"),
    # 24/2 nothing ran. What was due on the day has lost its meaning; what is late goes once, in office hours.
    ("25/02 07:30", "10888", "before3/0", "reminder_before"),
    ("25/02 08:00", "10525", "after1/0", "reminder_after"),
    ("25/02 08:00", "dung", "after1/0", "reminder_after"),
    ("25/02 08:00", "moi", "after1/0", "reminder_after"),
    # 11446 was handed back on 25/2, to be corrected by 27/2: its reminders go anew.
    ("25/02 09:00", "11446", "notice", "returned"),
    ("26/02 08:00", "10888", "before1/0", "reminder_soon"),
    ("26/02 08:00", "11446", "before1/0", "reminder_returned"),
    ("27/02 08:00", "10525", "after3/0", "reminder_again"),
    ("27/02 08:00", "10888", "due/0", "reminder_due"),
    ("27/02 08:00", "11446", "due/0", "reminder_returned"),
    ("27/02 08:00", "chutich", "after3-leader/0", "leader_copy"),
    ("27/02 08:00", "dung", "after3/0", "reminder_again"),
    ("27/02 08:00", "moi", "after3/0", "reminder_again"),
    ("27/02 10:00", "11446", "receipt", "receipt"),
    ("02/03 08:00", "10888", "after1/0", "reminder_after"),
    ("04/03 08:00", "10888", "after3/0", "reminder_again"),
]
NAMES = {
    "11629": "xã An Lão",
    "11446": "phường Phù Liễn",
    "10888": "xã Cẩm Giang",
    "10903": "xã Cẩm Giàng",
    "10507": "phường Thành Đông",
    "10525": "phường Hải Dương",
}
UNIT_OF = {"moi": SILENT, "chutich": SILENT, "dung": BOUNCED}
GIVEN_MORE = {"10888", "11446"}  # by 27/2, from the day that the test says


def subject(day: str, who: str, template: str) -> str:
    """The subject line as that text has it."""
    since = when(12, 2) if template == "extended" else when(25, 2)
    more = who in GIVEN_MORE and datetime.strptime(f"2026 {day}", "%Y %d/%m").astimezone(ZONE) >= since
    due = "17:00 thứ Sáu, 27/2/2026" if more else "17:00 thứ Ba, 24/2/2026"
    unit = f"UBND {NAMES[UNIT_OF.get(who, who)]}"
    return texts.load(template).subject.format(don_vi=unit, khao_sat=TITLE, han_gui=due)


async def test_thirty_days_over_tet_send_exactly_these_mails(house: House) -> None:
    house.clock.set(PUBLISHED)
    terms = {"title": TITLE, "due": Due(at=DUE), "closes_at": CLOSED}
    async with campaign(house, ROSTER, **terms) as (found, post, room):
        post.replies[at(BOUNCED)] = ["550 no such mailbox"] * 9
        await Contact.create(unit=await Unit.get(code=SILENT), role="leader", email="chutich@haiphong.example")
        told = await runs(house, room, post, acts_of(house, found), when(6, 3, 20))
        assert told == [(time, at(who), step, subject(time[:5], who, text)) for time, who, step, text in EXPECTED]
        assert len({str(mail["Message-ID"]) for _address, mail in post.accepted}) == len(EXPECTED)
        late = next(mail for to, mail in post.accepted if to == at("10888") and "Đến hạn" in str(mail["Subject"]))
        words = str(late.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert "17:00 thứ Sáu, 27/2/2026" in words
        assert "1/5" in words, "the share as of that moment: one of five who are expected"


async def test_without_the_years_holiday_table_no_reminder_goes_and_the_others_are_not_hurt(house: House) -> None:
    house.clock.set(PUBLISHED)
    async with campaign(house, ROSTER, title=TITLE, due=Due(at=DUE), closes_at=CLOSED) as (_found, post, room):
        await room.tick(PUBLISHED + timedelta(minutes=5))
        assert len(post.accepted) == len(ROSTER)
        await CalendarDay.filter(date__gte=date(2026, 1, 1), date__lt=date(2027, 1, 1)).delete()
        for now in (when(12, 2, 8), when(23, 2, 8), when(25, 2, 8)):
            await room.tick(now)
        assert len(post.accepted) == len(ROSTER), "nothing is sent on a guess"
        assert not await Message.exists(kind="reminder")
