"""The worker: plan what is due, then drain the outbox. APScheduler only wakes it.

Several processes may run one each. The right to plan is a lease row; every message is claimed on its
own; what happens twice is caught by unique keys.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from reminders import delivery, message
from reminders.address import Mailbox
from reminders.delivery import Claimed
from reminders.models import Tick
from reminders.ports import Desk, Outcome, Reply, Sender, SendError, Transient

log = logging.getLogger(__name__)

PLAN_LEASE = timedelta(minutes=5)
SETTLE_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did. planned: reminders enqueued, None when it was not this tick's work to plan."""

    planned: int | None
    sent: int
    waiting: int
    failed: int


class Worker:
    """Drains the outbox when woken.

    plan_due: decides and enqueues what is due (service's flow.reminding) and returns how many.
    sender_factory: a Sender for each of the `concurrency` lanes. clock: the aware present.
    interval: seconds between ticks when nobody calls wake().
    """

    def __init__(
        self,
        desk: Desk,
        sender_factory: Callable[[], Sender],
        clock: Callable[[], datetime],
        plan_due: Callable[[datetime], Awaitable[int]],
        *,
        mail_from: Mailbox,
        interval: float = 20,
        concurrency: int = 4,
        lease: timedelta = delivery.LEASE,
    ) -> None:
        self._desk = desk
        self._sender_factory = sender_factory
        self._clock = clock
        self._plan_due = plan_due
        self._mail_from = mail_from
        self._interval = interval
        self._concurrency = concurrency
        self._lease = lease
        self._name = uuid4().hex
        self._stopping = False
        self._woken = asyncio.Event()
        self._plans_next = True
        self._claiming = asyncio.Lock()
        self._scheduler: AsyncIOScheduler | None = None
        self._loop: asyncio.Task[None] | None = None
        self.ticked_at: datetime | None = None

    @property
    def alive(self) -> bool:
        """Is the loop running? (`ticked_at` says when it last finished a tick.)"""
        return self._loop is not None and not self._loop.done()

    def start(self) -> None:
        """Begin ticking in the running event loop, the first time at once."""
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(self._wake_by_timer, "interval", seconds=self._interval, coalesce=True, max_instances=1)
        self._scheduler.start()
        self._loop = asyncio.create_task(self._run(), name="reminders-worker")
        self.wake()

    def wake(self) -> None:
        """Drain as soon as possible: call it after the transaction that enqueued has committed.

        Only the timer plans: a receipt that wants to go out asks nobody whether reminders are due.
        """
        self._woken.set()

    async def stop(self, grace: float = 30) -> None:
        """Take no new message, let those in flight finish, at most `grace` seconds. Safe to repeat."""
        self._stopping = True
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        self.wake()
        if self._loop is not None:
            _, late = await asyncio.wait({self._loop}, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def tick(self, now: datetime | None = None, *, plan: bool = True) -> Ticked:
        """Plan, then drain. `now` stands still for the whole tick when given (tests, dry runs)."""
        clock = self._clock if now is None else lambda: now
        planned: int | None = None
        try:
            if plan:
                planned = await self._plan(clock)
        except Exception:
            # What is queued already must still go out.
            log.exception("planning reminders failed")
            planned = 0
        tally = await self._drain(clock)
        self.ticked_at = clock()
        return Ticked(planned, tally.count("sent"), tally.count("waiting"), tally.count("failed"))

    async def _wake_by_timer(self) -> None:
        self._plans_next = True
        self.wake()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            if self._stopping:
                return
            plans, self._plans_next = self._plans_next, False
            try:
                await self.tick(plan=plans)
            except Exception:
                log.exception("a tick failed; the next one tries again")

    async def _plan(self, clock: Callable[[], datetime]) -> int | None:
        if not await self._win(clock()):
            return None
        try:
            return await self._plan_due(clock())
        finally:
            mine = Tick.filter(name="plan", holder=self._name)
            await mine.update(lease_until=clock(), finished_at=clock())

    async def _win(self, now: datetime) -> bool:
        await Tick.bulk_create([Tick(name="plan", lease_until=now)], ignore_conflicts=True)
        free = Tick.filter(name="plan", lease_until__lte=now)
        return bool(await free.update(holder=self._name, lease_until=now + PLAN_LEASE))

    async def _drain(self, clock: Callable[[], datetime]) -> list[str]:
        """Send all that is due; the state each message was left in."""
        tally: list[str] = []
        lanes = [self._lane(clock, tally) for _ in range(self._concurrency)]
        # A lane that fails must not cancel another in the middle of a sending.
        ends = await asyncio.gather(*lanes, return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return tally

    async def _lane(self, clock: Callable[[], datetime], tally: list[str]) -> None:
        sender: Sender | None = None
        try:
            while not self._stopping:
                async with self._claiming:
                    claimed = await delivery.claim(self._desk, clock(), 1, self._lease)
                if not claimed:
                    return
                sender = sender or self._sender_factory()
                result = await self._send(sender, claimed[0], clock())
                outcome = await self._settle(claimed[0], result, clock)
                tally.append(outcome.state if outcome else "lost")
                if isinstance(result, Transient) and result.unreachable:
                    # The others are not to blame: they keep their place and wait for the next tick.
                    return
        finally:
            if sender is not None:
                await sender.close()

    async def _send(self, sender: Sender, claimed: Claimed, now: datetime) -> Reply | SendError:
        try:
            return await sender.send(message.build(claimed, self._mail_from, now))
        except SendError as error:
            return error
        except Exception as error:
            log.exception("message %d could not be sent", claimed.envelope.id)
            return Transient(Reply(None, f"not sent: {type(error).__name__}"), ambiguous=True)

    async def _settle(
        self, claimed: Claimed, result: Reply | SendError, clock: Callable[[], datetime]
    ) -> Outcome | None:
        """Record the end; a database that is busy for a moment must not make us mail twice."""
        for pause in SETTLE_PAUSES:
            try:
                return await delivery.settle(self._desk, claimed, result, clock())
            except Exception:
                log.exception("message %d could not be settled yet", claimed.envelope.id)
                await asyncio.sleep(pause)
        return await delivery.settle(self._desk, claimed, result, clock())
