"""The worker: plan what is due, then drain the outbox over connections that stay open. APScheduler only wakes it.

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

from reminders import delivery, lease
from reminders.address import Mailbox
from reminders.drain import Drain
from reminders.ports import Desk, Sender

log = logging.getLogger(__name__)

PLAN_LEASE = timedelta(minutes=5)
# Seconds without mail after which the connections are let go; servers end idle ones after some minutes.
IDLE = 60.0


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did. planned: reminders enqueued, None when it was not this tick's work to plan. again_at: when
    the limit of messages a minute lets the next one go, None when it held none up."""

    planned: int | None
    sent: int
    waiting: int
    failed: int
    again_at: datetime | None = None


class Worker:
    """Drains the outbox when woken.

    plan_due: decides and enqueues what is due (service's flow.reminding) and returns how many.
    sender_factory: a Sender for each of the `concurrency` lanes; they are kept, with their connections, from one tick
    to the next. clock: the aware present. interval: seconds between ticks when nobody calls wake(). per_minute: the
    most messages a minute that all workers together give to the server, None for any number.
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
        per_minute: int | None = None,
    ) -> None:
        self._desk = desk
        self._senders = [sender_factory() for _ in range(concurrency)]
        self._clock = clock
        self._plan_due = plan_due
        self._mail_from = mail_from
        self._interval = interval
        self._lease = lease
        self._per_minute = per_minute
        self._name = uuid4().hex
        self._stopping = False
        self._woken = asyncio.Event()
        self._plans_next = True
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._closing: asyncio.Task[None] | None = None
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

    def replan(self) -> None:
        """Plan as soon as possible, then drain: what is due may have changed. As `wake`, after the transaction."""
        self._plans_next = True
        self.wake()

    def wake_after(self, seconds: float) -> None:
        """Wake once more then."""
        self._later("batch", seconds, self.wake)

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
        for timer in self._timers.values():
            timer.cancel()
        await self._close()

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
        if "idle" in self._timers:
            self._timers["idle"].cancel()
        drain = Drain(
            self._desk,
            self._senders,
            clock,
            lambda: self._stopping,
            mail_from=self._mail_from,
            lease=self._lease,
            per_minute=self._per_minute,
        )
        try:
            await drain.run()
        finally:
            await self._rest()
        self.ticked_at = clock()
        sent, waiting, failed = (drain.states.count(state) for state in ("sent", "waiting", "failed"))
        return Ticked(planned, sent, waiting, failed, drain.again_at)

    async def _wake_by_timer(self) -> None:
        self.replan()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            if self._stopping:
                return
            plans, self._plans_next = self._plans_next, False
            try:
                ticked = await self.tick(plan=plans)
            except Exception:
                log.exception("a tick failed; the next one tries again")
            else:
                if ticked.again_at is not None:
                    self._later("wake", (ticked.again_at - self._clock()).total_seconds(), self.wake)

    async def _plan(self, clock: Callable[[], datetime]) -> int | None:
        if not await lease.win("plan", self._name, clock(), PLAN_LEASE):
            return None
        try:
            return await self._plan_due(clock())
        finally:
            await lease.give_up("plan", self._name, clock())

    async def _rest(self) -> None:
        """Let the connections go: soon when this worker goes on ticking, else at once."""
        if self._loop is None or self._stopping:
            await self._close()
        else:
            self._later("idle", IDLE, self._close_idle)

    def _later(self, name: str, seconds: float, act: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(max(0.0, seconds), act)

    def _close_idle(self) -> None:
        self._closing = asyncio.create_task(self._close())

    async def _close(self) -> None:
        for sender in self._senders:
            await sender.close()
