"""One-time codes on both databases: who gets one, what it opens, and what ends it."""

import re
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from reminders.models import Message
from service import codewords, security
from service.errors import CodeOver, NotFound, TooManyTries
from service.flow import attempts, codes, contacts, entry, unitsearch
from service.flow.principal import SYSTEM
from service.models import AuditRecord, Contact, ContactLink, EntryCode, Event, Unit
from tests.conftest import BOTH, House
from tests.service import build
from tests.service.build import AN_LAO, Survey
from tests.service.flow import mailroom

pytestmark = [pytest.mark.anyio, BOTH]

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


async def asked(house: House, survey: Survey, address: str = "", network: str = HERE) -> str:
    """The token of a browser that asked, its mail queued if there is one."""
    unit = await Unit.get(code=AN_LAO)
    token = await codes.ask(unit, address or survey.contact.email, network, house.clock())
    await codes.deliver(house.settings, token, house.clock())
    return token


def code_of(house: House, token: str) -> str:
    return security.entry_code(house.settings.secret_key, security.token_hash(token))


async def test_the_mailed_code_opens_the_contacts_own_link_at_any_hour(house: House) -> None:
    async with mailroom.campaign(house) as (campaign, post, room):
        await mailroom.after_invitations(house, room, post)
        house.clock.set(mailroom.local(house, 5, 22))  # a Saturday night: codes wait for no office hours
        address, unit = f"{AN_LAO}@haiphong.example", await Unit.get(code=AN_LAO)
        token = await codes.ask(unit, address, HERE, house.clock())
        assert await codes.deliver(house.settings, token, house.clock())
        await room.tick(house.clock())
        ((to, mail),) = post.accepted
        assert to == address
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content().replace("\r\n", "\n")
        (shown,) = re.findall(r"^\d{4} \d{4}$", text, re.M)
        assert "UBND xã An Lão" in text
        assert "10 phút kể từ 22:00 ngày 13/6/2026" in text
        stored = await Message.get(kind="code")
        assert "{code}" in stored.text
        assert shown not in stored.text
        assert not await EntryCode.filter(token_hash__contains=shown.replace(" ", "")).exists()

        typed = codewords.digits(f" {shown.replace(' ', '-')}\u00a0")
        assert typed is not None
        assert await codes.check(house.settings, token, typed, house.clock()) is None
        session = await codes.enter(token, campaign.id, HERE, house.clock())
        visit = await entry.of_session(session, house.clock())
        contact = await Contact.get(email=address)
        assert visit is not None
        assert (visit.campaign, visit.contact) == (campaign.id, contact.id)
        link = await ContactLink.get(contact=contact)
        assert visit.link == link.id, "the link that was mailed, not another one"
        assert await Event.exists(act="open", actor_ref=f"link:{link.id}")
        (entered,) = await AuditRecord.filter(action="code.enter")
        assert entered.actor == f"link:{link.id}"


async def test_an_address_that_is_not_registered_is_told_nothing_and_gets_nothing(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    token = await asked(house, survey, "ai.do@haiphong.example")
    assert not await Message.exists(kind="code")
    for left in (5, 4, 3, 2, 1, 0):  # even the code that nobody was sent
        assert await codes.check(house.settings, token, code_of(house, token), house.clock()) == left
    with pytest.raises(CodeOver):
        await codes.check(house.settings, token, code_of(house, token), house.clock())
    # Of another unit it is as unknown as any.
    other = await Unit.get(code=build.PHU_LIEN)
    await codes.deliver(
        house.settings, await codes.ask(other, survey.contact.email, HERE, house.clock()), house.clock()
    )
    assert not await Message.exists(kind="code")


async def test_six_wrong_tries_end_a_code(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    token = await asked(house, survey)
    right = code_of(house, token)
    wrong = f"{(int(right) + 1) % 10**8:08d}"
    assert [await codes.check(house.settings, token, wrong, house.clock()) for _ in range(6)] == [5, 4, 3, 2, 1, 0]
    with pytest.raises(CodeOver):
        await codes.check(house.settings, token, right, house.clock())


async def test_a_code_ends_after_ten_minutes_by_a_newer_one_and_by_use(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    old = await asked(house, survey)
    new = await asked(house, survey, network=ELSEWHERE)
    with pytest.raises(CodeOver):
        await codes.check(house.settings, old, code_of(house, old), house.clock())
    assert [m.state for m in await Message.filter(kind="code").order_by("id")] == ["cancelled", "waiting"]
    # The right code in another browser is a wrong one.
    assert await codes.check(house.settings, new, code_of(house, old), house.clock()) == 5
    with pytest.raises(CodeOver):
        await codes.check(house.settings, "another", code_of(house, new), house.clock())
    with pytest.raises(CodeOver):  # not before the code was typed
        await codes.enter(new, survey.id, HERE, house.clock())
    house.clock.forward(codes.VALID - timedelta(seconds=1))
    assert await codes.check(house.settings, new, code_of(house, new), house.clock()) is None
    with pytest.raises(CodeOver):
        await codes.check(house.settings, new, code_of(house, new), house.clock())
    with pytest.raises(NotFound):
        await codes.enter(new, survey.id + 1, HERE, house.clock())
    await codes.enter(new, survey.id, HERE, house.clock())
    house.clock.forward(codes.CHOOSING)
    with pytest.raises(CodeOver):
        await codes.enter(new, survey.id, HERE, house.clock())

    last = await asked(house, survey)
    house.clock.forward(codes.VALID)
    with pytest.raises(CodeOver):
        await codes.check(house.settings, last, code_of(house, last), house.clock())
    house.clock.forward(codes.KEPT + timedelta(seconds=1))
    await asked(house, survey)
    assert await EntryCode.all().count() == 1, "what nobody needs any more is gone"


async def test_a_contact_no_longer_in_use_and_a_browser_that_left_get_in_no_more(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    token = await asked(house, survey)
    assert await codes.check(house.settings, token, code_of(house, token), house.clock()) is None
    await codes.end(token, house.clock())
    with pytest.raises(CodeOver):
        await codes.enter(token, survey.id, HERE, house.clock())
    token = await asked(house, survey)
    assert await codes.check(house.settings, token, code_of(house, token), house.clock()) is None
    await contacts.set_active(await Unit.get(code=AN_LAO), survey.contact.id, False, SYSTEM, house.clock())
    with pytest.raises(CodeOver):
        await codes.enter(token, survey.id, HERE, house.clock())


async def test_asking_is_limited_by_mailbox_unit_and_network(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    for _ in range(codes.ASKED_HERE):
        token = await asked(house, survey)
    with pytest.raises(TooManyTries):
        await asked(house, survey)
    for _ in range(codes.ASKED_FOR_MAILBOX - codes.ASKED_HERE):  # a stranger here keeps nobody out there
        token = await asked(house, survey, network=ELSEWHERE)
    with pytest.raises(TooManyTries):
        await asked(house, survey, network="10.0.0.3")
    # Whoever gets in has not asked in vain.
    assert await codes.check(house.settings, token, code_of(house, token), house.clock()) is None
    await codes.enter(token, survey.id, ELSEWHERE, house.clock())
    await asked(house, survey, network=ELSEWHERE)

    for key, limit in ((f"code:unit:{survey.invitation.unit_id}", codes.ASKED_FOR_UNIT), (f"code@{HERE}", 100)):
        house.clock.forward(attempts.WINDOW)
        for _ in range(limit):
            await attempts.failed([key], house.clock())
        with pytest.raises(TooManyTries):
            await asked(house, survey, "ai.do@haiphong.example")


async def test_a_shared_mailbox_enters_as_its_official(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    async with in_transaction():
        await Contact.filter(id=survey.contact.id).update(role="leader")
        official = await Contact.create(
            unit_id=survey.invitation.unit_id, role="official", name="Vũ Văn Hai", email=survey.contact.email
        )
    token = await asked(house, survey)
    assert await codes.check(house.settings, token, code_of(house, token), house.clock()) is None
    visit = await entry.of_session(await codes.enter(token, survey.id, HERE, house.clock()), house.clock())
    assert visit is not None
    assert visit.contact == official.id


async def test_a_unit_is_found_as_people_write_it_and_never_guessed(house: House) -> None:
    await build.survey(house.settings, house.clock())
    for text in ("Xã An Lão (11629)", "11629", "xa an lao", "UBND xã An Lão", "An Lão", "  an lão "):
        found = await unitsearch.find(text)
        assert found.unit is not None, text
        assert found.unit.code == AN_LAO
    several = await unitsearch.find("cam giang")
    assert several.unit is None
    assert {unit.code for unit in several.others} == {"10888", "10903"}
    assert (await unitsearch.find("Cẩm Giàng")).unit is not None
    part = await unitsearch.find("an l")
    assert part.unit is None
    assert AN_LAO in {unit.code for unit in part.others}
    for text in ("", "Hà Nội", "99999", "Xã An Lão (99999)", "%"):
        assert await unitsearch.find(text) == unitsearch.Found(), text
