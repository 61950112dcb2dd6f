"""So many messages a minute, whatever the number of workers."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox, pace
from reminders.address import Mailbox
from reminders.mailbox import LocalMailbox
from reminders.models import Message
from reminders.ports import Letter, Mail, Reply
from reminders.worker import Worker

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("outbox_db")]

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def put(count: int) -> None:
    letters = [Letter(f"i:{n}", "notice", str(n), f"xa{n}@hp.test", subject="a", text="b") for n in range(count)]
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=NOW, domain="phieu.test")


async def nothing(now: datetime) -> int:
    return 0


@pytest.mark.parametrize("limit", [1, 7, 60, 600])
async def test_in_no_minute_more_than_the_limit_and_nearly_as_many(limit: int) -> None:
    moment, gone = NOW, list[datetime]()
    while moment < NOW + 5 * MINUTE:
        count, free_at = await pace.take(50, limit, moment)
        gone += [moment] * count
        moment = max(free_at, moment + timedelta(milliseconds=100))
    for start in gone:
        assert sum(start <= one < start + MINUTE for one in gone) <= limit
    assert len(gone) >= 4 * limit


async def test_turns_that_no_message_used_are_given_back() -> None:
    first, _free = await pace.take(4, 60, NOW)
    assert first == 4
    assert (await pace.take(1, 60, NOW))[0] == 0
    await pace.give_back(3, 60, NOW)
    assert (await pace.take(9, 60, NOW))[0] == 3


async def test_two_workers_keep_the_limit_together_and_say_when_to_come_again(desk: Any) -> None:
    await put(100)
    at: list[datetime] = []
    moment = NOW

    class Noting(LocalMailbox):
        async def send(self, mail: Mail) -> Reply:
            at.append(moment)
            return await super().send(mail)

    crews = [
        Worker(desk, Noting, lambda: moment, nothing, mail_from=Mailbox("", "a@phieu.test"), per_minute=60)
        for _ in range(2)
    ]
    while await Message.filter(state="waiting").count():
        for crew in crews:
            again_at = (await crew.tick(moment)).again_at
        assert again_at is None or again_at > moment
        moment = again_at or moment + timedelta(seconds=1)
        assert moment < NOW + 3 * MINUTE
    assert len(at) == 100
    assert all(sum(start <= one < start + MINUTE for one in at) <= 60 for start in at)
    assert moment > NOW + timedelta(seconds=90)
    assert set(Counter(await Message.all().values_list("state", flat=True))) == {"sent"}
