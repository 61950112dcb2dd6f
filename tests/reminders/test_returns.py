"""Which reports are believed, and what they do; answers find their message. A forged one disables nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox, returns
from reminders.models import Attempt, DeadAddress, Message, Received
from reminders.ports import Letter, Reply
from tests import letters

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("outbox_db")]

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TO = "a@anlao.test"


async def sent(desk: Any, address: str = TO, key: str = "k") -> Message:
    """A message that the server took."""
    letter = Letter(key, "invitation", "1", address, campaign=1, unit="11629", subject="Nhắc", text="{link}\n")
    async with in_transaction() as connection:
        (made,) = await outbox.enqueue([letter], connection, now=NOW, domain="phieu.test")
    (claimed,) = await outbox.claim(desk, NOW)
    await outbox.settle(desk, [(claimed, Reply(250, "ok"))], NOW)
    return made


async def take(desk: Any, raw: bytes, now: datetime = NOW + HOUR, key: str = "box:7:1") -> Received | None:
    async with in_transaction():
        return await returns.take(desk, key, raw, now)


async def state(message: Message) -> tuple[str, str]:
    found = await Message.get(id=message.id)
    return found.state, found.why


async def test_a_mailbox_that_is_gone_ends_the_message_and_the_address(desk: Any) -> None:
    message = await sent(desk)
    received = await take(desk, letters.report(message.message_id, TO, "5.1.1", "550 no such user"))
    assert received is not None
    assert (received.kind, received.unit, received.status, received.text) == (
        "bounce", "11629", "5.1.1", "550 no such user",
    )  # fmt: skip
    assert await state(message) == ("failed", "bounced")
    assert await returns.dead() == {TO}
    assert [(ref, o.result, o.state) for ref, o in desk.outcomes[1:]] == [("1", "permanent", "failed")]
    last = await Attempt.filter(message_id=message.id).order_by("-id").first()
    assert last is not None
    assert (last.outcome, last.reply_text) == ("bounced", "5.1.1 550 no such user")


async def test_the_same_mail_read_twice_counts_once(desk: Any) -> None:
    raw = letters.report((await sent(desk)).message_id, TO)
    assert await take(desk, raw) is not None
    assert await take(desk, raw) is None
    assert await Received.all().count() == 1


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4"])
async def test_a_full_mailbox_or_a_filter_ends_the_message_and_no_address(desk: Any, status: str) -> None:
    message = await sent(desk)
    assert await take(desk, letters.report(message.message_id, TO, status)) is not None
    assert await state(message) == ("failed", "bounced")
    assert await returns.dead() == set()


@pytest.mark.parametrize(("status", "action"), [("4.2.2", "delayed"), ("4.4.7", "failed"), ("5.1.1", "delayed")])
async def test_what_may_pass_is_noted_only(desk: Any, status: str, action: str) -> None:
    message = await sent(desk)
    received = await take(desk, letters.report(message.message_id, TO, status, action=action))
    assert received is not None
    assert received.kind == "delay"
    assert await state(message) == ("sent", "")
    assert await returns.dead() == set()


async def test_forged_reports_disable_nothing(desk: Any) -> None:
    mine, other = await sent(desk), await sent(desk, "b@phulien.test", "other")
    forged = [
        letters.report("<unknown@phieu.test>", TO),  # no message of ours
        letters.report(mine.message_id, "b@phulien.test"),  # ours, but it went to somebody else
        letters.report(other.message_id, TO),  # an id that somebody else was sent
        letters.report(mine.message_id, TO, action="delivered", status="2.0.0"),
        letters.report("", TO),
    ]
    for number, raw in enumerate(forged):
        assert await take(desk, raw, key=f"box:7:{number}") is None
    # The id in the report's own headers, not among those returned.
    own = letters.report("<x@y>", TO).replace(b"<report@mail.test>", mine.message_id.encode())
    assert await take(desk, own, key="own") is None
    assert await take(desk, letters.report(mine.message_id, TO), NOW + timedelta(days=11), "late") is None
    assert (await state(mine), await state(other)) == (("sent", ""), ("sent", ""))
    assert await DeadAddress.all().count() == 0
    assert await Received.all().count() == 0


async def test_a_message_that_never_left_cannot_come_back(desk: Any) -> None:
    letter = Letter("k", "invitation", "1", TO, subject="Nhắc", text="{link}\n")
    async with in_transaction() as connection:
        (waiting,) = await outbox.enqueue([letter], connection, now=NOW, domain="phieu.test")
    assert await take(desk, letters.report(waiting.message_id, TO)) is None
    assert await state(waiting) == ("waiting", "")


async def test_an_address_put_back_in_use_can_die_again(desk: Any) -> None:
    first = await sent(desk)
    await take(desk, letters.report(first.message_id, TO))
    await DeadAddress.all().update(cleared_at=NOW + HOUR)
    assert await returns.dead() == set()
    second = await sent(desk, key="second")
    await take(desk, letters.report(second.message_id, TO, "5.2.1"), NOW + 2 * HOUR, "box:7:2")
    assert await returns.dead([TO, "b@x.vn"]) == {TO}
    assert (await DeadAddress.get(address=TO)).status == "5.2.1"


async def test_an_answer_is_found_by_what_it_answers_or_by_who_wrote_it(desk: Any) -> None:
    message = await sent(desk)
    by_id = await take(desk, letters.answer(message.message_id, "boss@anlao.test"), key="1")
    by_address = await take(desk, letters.answer(None), key="2")
    stranger = await take(desk, letters.answer(None, "spam@x.vn"), key="3")
    assert by_id is not None
    assert by_address is not None
    assert (by_id.by, by_id.unit, by_id.from_address) == ("id", "11629", "boss@anlao.test")
    assert (by_address.by, by_address.unit) == ("address", "11629")
    assert stranger is None
    assert await state(message) == ("sent", "")
