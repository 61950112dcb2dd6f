"""What can go wrong between us and the mail server, fifty messages each: no message is lost, a second copy comes only
after DATA and with the same Message-ID, and nobody else's mail suffers."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.address import Mailbox
from reminders.models import Attempt, Message
from reminders.ports import Letter
from reminders.smtp import Server, SmtpSender
from reminders.worker import Worker
from tests.post import Post

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("outbox_db")]

NOW = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BAD = [f"xa{n}@haiphong.test" for n in range(50)]
GOOD = [f"phuong{n}@haiphong.test" for n in range(50)]


async def put(addresses: list[str]) -> None:
    letters = [
        Letter(f"i:{address}", "invitation", str(n), address, unit=str(n), subject="Nhắc", text="{link}\n")
        for n, address in enumerate(addresses)
    ]
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=NOW, domain="phieu.test")


async def nothing(now: datetime) -> int:
    return 0


def worker(desk: Any, port: int, timeout: float = 10, lanes: int = 4) -> Worker:
    def sender() -> SmtpSender:
        return SmtpSender(Server("127.0.0.1", port, "plain"), timeout=timeout)

    return Worker(desk, sender, lambda: NOW, nothing, mail_from=Mailbox("Sở", "khaosat@phieu.test"), concurrency=lanes)


def interleaved() -> list[str]:
    """Bad and good addresses in turn, so that each lane meets both."""
    return [address for pair in zip(BAD, GOOD, strict=True) for address in pair]


async def states() -> Counter[tuple[str, str]]:
    return Counter([(m.state, m.why) for m in await Message.all()])


def copies(post: Post) -> Counter[str]:
    return Counter(address for address, _mail in post.accepted)


async def test_a_refused_connection_loses_nothing_and_is_tried_until_the_server_is_back(
    desk: Any, served: Callable[..., Any]
) -> None:
    await put(BAD)
    crew = worker(desk, 1, timeout=2)
    for minutes in (0, 1, 10, 40):
        ticked = await crew.tick(NOW + minutes * MINUTE)
        assert (ticked.sent, ticked.failed) == (0, 0)
    found = await states()
    assert found["waiting", ""] + found["waiting", "transient"] == 50
    async with served(Post()) as post:
        # An hour later; those that were tried come when their pause is over.
        assert (await worker(desk, post.port).tick(NOW + 101 * MINUTE)).sent == 50
        assert copies(post) == Counter(BAD)


async def test_a_slow_server_slows_nothing_but_itself(desk: Any, post: Any) -> None:
    thinking = 0

    async def slow() -> None:
        nonlocal thinking
        thinking += 1
        assert thinking <= 4, "no more lanes than connections"
        await asyncio.sleep(0.02)
        thinking -= 1

    post.during_data = slow
    await put(BAD)
    assert (await worker(desk, post.port).tick(NOW)).sent == 50
    assert copies(post) == Counter(BAD)
    assert len(post.sessions) == 4


@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "451 4.7.1 greylisted", "450 4.2.1 busy"])
async def test_a_temporary_refusal_of_fifty_is_no_matter_to_the_other_fifty(desk: Any, post: Any, reply: str) -> None:
    post.replies = {address: [reply] for address in BAD}
    await put(interleaved())
    crew, now = worker(desk, post.port), NOW
    for _ in range(60):
        await crew.tick(now)
        now += MINUTE
        if await Message.filter(state="sent").count() == 100:
            break
    assert copies(post) == Counter(BAD + GOOD)
    assert await states() == {("sent", ""): 100}
    told = Counter(await Attempt.filter(message__to_address__in=BAD).values_list("reply_code", flat=True))
    # After 421 another connection is tried at once, and takes it.
    assert told[int(reply[:3])] == (0 if reply.startswith("421") else 50)


async def test_fifty_bad_addresses_fail_and_the_other_fifty_go_at_once(desk: Any, post: Any) -> None:
    post.replies = {address: ["550 5.1.1 no such user"] for address in BAD}
    await put(interleaved())
    ticked = await worker(desk, post.port).tick(NOW)
    assert (ticked.sent, ticked.failed) == (50, 50)
    assert copies(post) == Counter(GOOD)
    assert set(await Message.filter(state="failed").values_list("to_address", flat=True)) == set(BAD)


async def test_one_bad_address_of_many(desk: Any, post: Any) -> None:
    post.replies = {BAD[25]: ["550 5.1.1 no such user"]}
    await put(BAD)
    assert (await worker(desk, post.port).tick(NOW)).sent == 49
    assert copies(post) == Counter(address for address in BAD if address != BAD[25])


@pytest.mark.parametrize("how", ["after_data", "silent"])
async def test_a_drop_or_a_hang_after_data_comes_again_with_the_same_message_id(desk: Any, post: Any, how: str) -> None:
    setattr(post, how, list(BAD))
    await put(interleaved())
    # Waited for long enough that only what hangs is given up, by so many lanes that it is soon over.
    patience = {"timeout": 2.0, "lanes": 25} if how == "silent" else {}
    await worker(desk, post.port, **patience).tick(NOW)
    assert await Message.filter(to_address__in=BAD, state="waiting", why="ambiguous").count() == 50
    assert set(GOOD) <= set(copies(post))
    await worker(desk, post.port).tick(NOW + MINUTE)
    assert await states() == {("sent", ""): 100}
    assert {address: count for address, count in copies(post).items() if address in BAD} == dict.fromkeys(BAD, 2)
    for address in BAD:
        assert len({mail["Message-ID"] for mail in post.to(address)}) == 1
        assert len({mail.get_body(("plain",)).get_content() for mail in post.to(address)}) == 1


async def test_a_server_that_is_back_after_an_hour_gets_each_message_once(
    desk: Any, served: Callable[..., Any]
) -> None:
    await put(interleaved())

    class Closing(Post):
        async def handle_MAIL(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
            return "421 4.3.2 service shutting down"

    async with served(Closing()) as shutting:
        crew = worker(desk, shutting.port)
        for minutes in range(0, 60, 7):
            assert (await crew.tick(NOW + minutes * MINUTE)).failed == 0
        assert shutting.accepted == []
    async with served(Post()) as post:
        back = worker(desk, post.port)
        sent = 0
        for minutes in (60, 90, 121):
            sent += (await back.tick(NOW + minutes * MINUTE)).sent
        assert sent == 100
        assert copies(post) == Counter(BAD + GOOD)
    assert await Message.filter(why="gave_up").count() == 0
