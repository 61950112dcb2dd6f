import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tortoise.transactions import in_transaction

from reminders import delivery, outbox, plan, settling
from reminders.address import Mailbox
from reminders.calendar import Calendar, Office
from reminders.mailbox import LocalMailbox
from reminders.models import Attempt, Message, Tick
from reminders.plan import DEFAULT, Pending, Recipient
from reminders.ports import Letter, Reply, Sender
from reminders.smtp import Server, SmtpSender
from reminders.worker import Ticked, Worker

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("outbox_db")]

ZONE = Office().zone
FROM = Mailbox("Sở Khoa học và Công nghệ", "khaosat@phieu.test")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


PUBLISHED = at("2025-07-08 09:00")


def invitation(number: int, not_before: datetime = PUBLISHED) -> Letter:
    return Letter(
        key=f"invitation:1:{number:05}",
        kind="invitation",
        ref=str(number),
        to_address=f"xa{number}@haiphong.test",
        to_name=f"Công chức {number}",
        campaign=1,
        unit=f"{number:05}",
        subject="Đề nghị gửi phiếu",
        text="Mở phiếu:\n\n{link}\n",
        not_before=not_before,
    )


def pending(number: int, why_not: str | None = None) -> Pending:
    return Pending(
        ref=str(number),
        campaign=1,
        unit=f"{number:05}",
        state="sent",
        due_at=at("2025-07-18 17:00"),
        due_round=0,
        published_at=PUBLISHED,
        closes_at=None,
        recipients=(Recipient(f"xa{number}@haiphong.test", "", "official"),),
        why_not=why_not,
    )


async def put(*letters: Letter) -> None:
    async with in_transaction() as connection:
        await outbox.enqueue(letters, connection, now=PUBLISHED, domain="phieu.test")


async def nothing(now: datetime) -> int:
    return 0


def planner(owing: Callable[[], list[Pending]], calendar: Calendar) -> Callable[[datetime], Awaitable[int]]:
    """Decide and enqueue, as the service does."""

    async def plan_due(now: datetime) -> int:
        already = await outbox.known_keys([1])
        notices = plan.due(owing(), DEFAULT, now, calendar, already).notices
        async with in_transaction() as connection:
            letters = [outbox.from_notice(notice) for notice in notices]
            return len(await outbox.enqueue(letters, connection, now=now, domain="phieu.test"))

    return plan_due


def worker(
    desk: Any,
    post: Any = None,
    plan_due: Callable[[datetime], Awaitable[int]] = nothing,
    sender: Callable[[], Sender] | None = None,
    **options: Any,
) -> Worker:
    factory = sender or (lambda: SmtpSender(Server("127.0.0.1", post.port, "plain"), timeout=10))
    return Worker(desk, factory, lambda: datetime.now(UTC), plan_due, mail_from=FROM, **options)


async def states() -> Counter[tuple[str, str]]:
    return Counter([(m.state, m.why) for m in await Message.all()])


async def test_a_whole_campaign_by_a_real_server(desk: Any, post: Any, calendar: Calendar) -> None:
    """114 invitations; then reminders only for those who owe, in office hours of working days."""
    answered: set[int] = set()

    def owing() -> list[Pending]:
        return [pending(n, "answered" if n in answered else None) for n in range(1, 115)]

    crew = worker(desk, post, planner(owing, calendar))
    await put(*(invitation(number, PUBLISHED + timedelta(minutes=5)) for number in range(1, 115)))
    assert await crew.tick(PUBLISHED) == Ticked(0, 0, 0, 0)
    assert await crew.tick(PUBLISHED + timedelta(minutes=5)) == Ticked(0, 114, 0, 0)
    assert Counter(address for address, _ in post.accepted) == Counter(f"xa{n}@haiphong.test" for n in range(1, 115))
    assert len({mail["Message-ID"] for _, mail in post.accepted}) == 114
    mail = post.to("xa7@haiphong.test")[0]
    assert "https://phieu.test/p/7-secret" in mail.get_body(("plain",)).get_content()
    assert 'href="https://phieu.test/p/7-secret"' in mail.get_body(("html",)).get_content()
    assert "secret" not in str(await Message.all().values())
    assert {(a.outcome, a.reply_code, a.reply_text) for a in await Attempt.all()} == {("sent", 250, "taken")}

    answered.update(range(1, 60))
    post.accepted.clear()
    for quiet in ("2025-07-14 10:00", "2025-07-15 07:59", "2025-07-19 09:00", "2025-07-20 10:00"):
        await crew.tick(at(quiet))
    assert post.accepted == []
    for _ in range(2):
        await crew.tick(at("2025-07-21 08:00"))
    assert Counter(address for address, _ in post.accepted) == Counter(f"xa{n}@haiphong.test" for n in range(60, 115))
    assert post.accepted[0][1]["Subject"].startswith("Nhắc ")


async def test_who_submits_between_queue_and_send_gets_none(desk: Any, post: Any, calendar: Calendar) -> None:
    crew = worker(desk, post, planner(lambda: [pending(1), pending(2)], calendar))
    real = crew._plan_due

    async def plan_then_answer(now: datetime) -> int:
        planned = await real(now)
        desk.reasons["1"] = "answered"
        return planned

    crew._plan_due = plan_then_answer
    assert await crew.tick(at("2025-07-15 08:00")) == Ticked(2, 1, 0, 0)
    assert [address for address, _ in post.accepted] == ["xa2@haiphong.test"]
    assert await states() == {("sent", ""): 1, ("dropped", "answered"): 1}
    assert (await Message.get(ref="1")).attempt == 0


async def test_each_address_has_its_own_fate(desk: Any, post: Any) -> None:
    await put(*(invitation(number) for number in range(1, 7)))
    post.replies = {
        "xa1@haiphong.test": ["451 4.7.1 greylisted", "250"],
        "xa2@haiphong.test": ["550 5.1.1 no such user"],
    }
    post.after_data = ["xa3@haiphong.test"]
    crew = worker(desk, post)
    assert await crew.tick(PUBLISHED) == Ticked(0, 3, 2, 1)
    assert await crew.tick(PUBLISHED + timedelta(seconds=59)) == Ticked(0, 0, 0, 0)
    assert await crew.tick(PUBLISHED + timedelta(minutes=1)) == Ticked(0, 2, 0, 0)
    assert await states() == {("sent", ""): 5, ("failed", "refused"): 1}
    # The drop after DATA: the server had taken it, so it came twice, with the same Message-ID.
    first, second = post.to("xa3@haiphong.test")
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()
    trail = {
        number: [(a.outcome, a.reply_code) for a in await Attempt.filter(message__ref=str(number)).order_by("id")]
        for number in (1, 2, 3, 4)
    }
    assert trail == {
        1: [("transient", 451), ("sent", 250)],
        2: [("permanent", 550)],
        3: [("ambiguous", None), ("sent", 250)],
        4: [("sent", 250)],
    }
    assert post.to("xa2@haiphong.test") == []


async def test_a_server_that_is_away_loses_nothing_and_is_not_asked_for_each_mail(desk: Any, post: Any) -> None:
    await put(*(invitation(number) for number in range(1, 11)))
    away = worker(desk, sender=lambda: SmtpSender(Server("127.0.0.1", 1, "plain"), timeout=2), concurrency=2)
    assert await away.tick(PUBLISHED) == Ticked(0, 0, 2, 0)
    assert await states() == {("waiting", ""): 8, ("waiting", "transient"): 2}
    assert await worker(desk, post).tick(PUBLISHED + timedelta(minutes=1)) == Ticked(0, 10, 0, 0)


async def test_no_transaction_is_open_while_the_server_thinks(desk: Any, post: Any) -> None:
    """One SQLite connection serves the process: pages must be able to write meanwhile."""
    written: list[str] = []

    async def write() -> None:
        name = uuid4().hex
        async with in_transaction():
            await Tick.create(name=name, lease_until=PUBLISHED)
        written.append(name)

    post.during_data = lambda: asyncio.wait_for(write(), 5)
    await put(*(invitation(number) for number in range(1, 4)))
    assert (await worker(desk, post).tick(PUBLISHED)).sent == 3
    assert len(written) == 3


async def test_several_workers_share_the_work_and_send_nothing_twice(desk: Any, post: Any) -> None:
    await put(*(invitation(number) for number in range(1, 41)))
    crews = [worker(desk, post) for _ in range(3)]
    done = await asyncio.gather(*(crew.tick(PUBLISHED) for crew in crews))
    assert sum(ticked.sent for ticked in done) == 40
    assert max(Counter(address for address, _ in post.accepted).values()) == 1


async def test_one_process_plans_at_a_time(desk: Any) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(now: datetime) -> int:
        entered.set()
        await leave.wait()
        return 5

    now = at("2025-07-15 08:00")
    first = worker(desk, plan_due=slow, sender=LocalMailbox)
    second = worker(desk, plan_due=slow, sender=LocalMailbox)
    running = asyncio.create_task(first.tick(now))
    await entered.wait()
    assert (await second.tick(now)).planned is None
    leave.set()
    assert (await running).planned == 5
    assert (await second.tick(now)).planned == 5


async def test_a_process_that_died_while_planning_holds_nobody_up(desk: Any) -> None:
    now = at("2025-07-15 08:00")
    await Tick.create(name="plan", holder="dead", lease_until=now + timedelta(minutes=5))
    crew = worker(desk, sender=LocalMailbox)
    assert (await crew.tick(now)).planned is None
    assert (await crew.tick(now + timedelta(minutes=5))).planned == 0


async def test_planning_that_fails_does_not_stop_the_mail(
    desk: Any, post: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(now: datetime) -> int:
        raise LookupError("no holiday table")

    await put(invitation(1))
    assert await worker(desk, post, fails).tick(PUBLISHED) == Ticked(0, 1, 0, 0)
    assert "planning reminders failed" in caplog.text


async def test_a_busy_database_does_not_make_us_mail_twice(
    desk: Any, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = settling.settle, [OSError("database is locked")] * 2

    async def flaky(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return await real(*args)

    monkeypatch.setattr(settling, "settle", flaky)
    monkeypatch.setattr("reminders.drain.SETTLE_PAUSES", (0, 0, 0))
    await put(invitation(1))
    assert (await worker(desk, post).tick(PUBLISHED)).sent == 1
    assert len(post.accepted) == 1
    assert await states() == {("sent", ""): 1}


async def test_it_runs_by_itself_and_is_woken(desk: Any, post: Any) -> None:
    crew = worker(desk, post, interval=3600)
    crew.start()
    arrived = asyncio.Event()

    async def arrive() -> None:
        arrived.set()

    post.during_data = arrive
    assert crew.alive
    await put(invitation(1))
    crew.wake()
    await asyncio.wait_for(arrived.wait(), 10)
    await crew.stop()
    assert not crew.alive
    assert crew.ticked_at is not None
    assert await states() == {("sent", ""): 1}
    await crew.stop()


async def test_connections_stay_open_from_tick_to_tick_and_are_let_go_when_idle(
    desk: Any, post: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reminders.worker.IDLE", 0.3)
    arrived, senders = asyncio.Event(), list[SmtpSender]()

    def sender() -> SmtpSender:
        senders.append(SmtpSender(Server("127.0.0.1", post.port, "plain"), timeout=10))
        return senders[-1]

    async def arrive() -> None:
        arrived.set()

    post.during_data = arrive
    crew = worker(desk, sender=sender, interval=3600, concurrency=1)
    crew.start()
    for number in range(3):
        await put(invitation(number))
        crew.wake()
        await asyncio.wait_for(arrived.wait(), 10)
        arrived.clear()
    assert len(post.sessions) <= 1
    assert len(senders) == 1
    while senders[0]._client is not None:  # noqa: ASYNC110 - until the pause of IDLE seconds is over
        await asyncio.sleep(0.05)
    await crew.stop()
    assert await states() == {("sent", ""): 3}


async def test_the_timer_alone_is_enough(desk: Any) -> None:
    ticks, often = Counter[str](), asyncio.Event()

    async def count(now: datetime) -> int:
        ticks["all"] += 1
        if ticks["all"] == 3:
            often.set()
        return 0

    crew = worker(desk, plan_due=count, sender=LocalMailbox, interval=0.05)
    crew.start()
    await asyncio.wait_for(often.wait(), 10)
    await crew.stop()
    assert crew.ticked_at is not None


async def test_stopping_waits_for_the_mail_in_flight_and_takes_no_more(desk: Any, post: Any) -> None:
    await put(*(invitation(number) for number in range(1, 11)))
    arrived, answer = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        arrived.set()
        await answer.wait()

    post.during_data = hold
    crew = worker(desk, post, interval=3600, concurrency=2)
    crew.start()
    await asyncio.wait_for(arrived.wait(), 10)
    stopping = asyncio.create_task(crew.stop())
    await asyncio.wait_for(crew._woken.wait(), 10)  # set when stopping has begun to wait
    assert not stopping.done()
    answer.set()
    await asyncio.wait_for(stopping, 10)
    found = await states()
    assert 1 <= found["sent", ""] <= 2
    assert found["sent", ""] + found["waiting", ""] == 10


async def test_stopping_has_a_limit_and_what_was_in_flight_is_taken_up_later(desk: Any, post: Any) -> None:
    await put(invitation(1))
    arrived, answer = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        arrived.set()
        await answer.wait()

    post.during_data = hold
    crew = worker(desk, post, interval=3600)
    crew.start()
    await asyncio.wait_for(arrived.wait(), 10)
    await crew.stop(grace=0.05)
    answer.set()
    assert await states() == {("sending", ""): 1}
    post.during_data = None
    later = datetime.now(UTC) + delivery.LEASE + timedelta(seconds=1)
    assert (await worker(desk, post).tick(later)).sent == 1


async def test_a_sender_that_breaks_is_no_reason_to_stop(desk: Any, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(LocalMailbox):
        async def send(self, mail: Any) -> Reply:
            if mail.recipient == "xa1@haiphong.test":
                raise RuntimeError("a fault of ours")
            return await super().send(mail)

    await put(invitation(1), invitation(2))
    assert await worker(desk, sender=Broken).tick(PUBLISHED) == Ticked(0, 1, 1, 0)
    assert await states() == {("sent", ""): 1, ("waiting", "ambiguous"): 1}
    assert "could not be sent" in caplog.text
    assert "secret" not in caplog.text


async def test_the_local_mailbox_takes_everything(desk: Any) -> None:
    await put(invitation(1))
    assert await worker(desk, sender=LocalMailbox).tick(PUBLISHED) == Ticked(0, 1, 0, 0)
    (attempt,) = await Attempt.all()
    assert (attempt.reply_code, attempt.reply_text) == (250, "local mailbox")


async def test_planning_anew_does_not_wait_for_the_timer(desk: Any) -> None:
    planned: list[datetime] = []
    again = asyncio.Event()

    async def plan_due(now: datetime) -> int:
        planned.append(now)
        again.set()
        return 0

    crew = worker(desk, plan_due=plan_due, sender=LocalMailbox, interval=600)
    crew.start()
    await asyncio.wait_for(again.wait(), 10)
    again.clear()
    crew.replan()
    await asyncio.wait_for(again.wait(), 10)
    assert len(planned) == 2
    await crew.stop()
