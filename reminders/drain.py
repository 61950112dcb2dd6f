"""One emptying of the outbox: claims run ahead, lanes send, what came back is settled together.

All three go on at the same time, so that no lane waits for the database and a server that hangs on one message holds
up that lane only.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from reminders import delivery, message, settling
from reminders import pace as pacing
from reminders.address import Mailbox
from reminders.delivery import Claimed
from reminders.ports import Desk, Outcome, Reply, Sender, SendError, Transient

log = logging.getLogger(__name__)

SETTLE_PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
# Most messages of one transaction: with a fast server this many are claimed or settled in some 30 ms.
LARGEST = 64
# Ends are collected for so many seconds, or until there are LARGEST, so that one transaction records many: were the
# process killed in between, so much more would be sent again, with the same Message-ID.
COLLECT = 0.2
# A claim should be under way to the server within so many seconds: whether a unit still owes was decided in it.
FRESH = 1.0


class Drain:
    """Sends all that is due over the senders given, then is done with.

    stopping: asked before each message is taken. per_minute: the most messages a minute, None for any number.
    """

    def __init__(
        self,
        desk: Desk,
        senders: Sequence[Sender],
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
        *,
        mail_from: Mailbox,
        lease: timedelta,
        per_minute: int | None = None,
    ) -> None:
        self._desk = desk
        self._senders = senders
        self._clock = clock
        self._stopping = stopping
        self._mail_from = mail_from
        self._lease = lease
        self._per_minute = per_minute
        self._queue: asyncio.Queue[Claimed | None] = asyncio.Queue()
        self._taken = asyncio.Event()
        self._ends: list[tuple[Claimed, Reply | SendError]] = []
        self._returned, self._many = asyncio.Event(), asyncio.Event()
        self._size = self._lanes_open = len(senders)
        self._broken = False
        self.states: list[str] = []
        self.again_at: datetime | None = None

    async def run(self) -> None:
        """Raises the first error, after every lane has come to its end: a message in flight is never cut off."""
        work = [
            asyncio.create_task(part)
            for part in (self._feed(), *(self._lane(sender) for sender in self._senders), self._settle())
        ]
        try:
            ends = await asyncio.gather(*work, return_exceptions=True)
        except asyncio.CancelledError:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            raise
        left = [one for one in (self._queue.get_nowait() for _ in range(self._queue.qsize())) if one is not None]
        if left:
            await settling.release(left)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    def _over(self) -> bool:
        return self._broken or self._stopping()

    async def _feed(self) -> None:
        """Claim ahead of the lanes, more at a time while they are quick."""
        loop = asyncio.get_running_loop()
        try:
            while self._lanes_open and not self._over():
                found = await self._claim(self._size)
                if not found:
                    return
                began = loop.time()
                for one in found:
                    self._queue.put_nowait(one)
                # The next are claimed while the last are still being sent.
                while self._queue.qsize() >= self._size and self._lanes_open:
                    self._taken.clear()
                    await self._taken.wait()
                self._adapt(loop.time() - began, len(found))
        finally:
            self._queue.put_nowait(None)

    def _adapt(self, took: float, count: int) -> None:
        if took > FRESH:
            self._size = max(len(self._senders), self._size // 2)
        elif took < FRESH / 4 and count == self._size:
            self._size = min(LARGEST, self._size * 2)

    async def _claim(self, wanted: int) -> list[Claimed]:
        now = self._clock()
        if self._per_minute is None:
            return await delivery.claim(self._desk, now, wanted, self._lease)
        allowed, free_at = await pacing.take(wanted, self._per_minute, now)
        if not allowed:
            self.again_at = free_at
            return []
        found = await delivery.claim(self._desk, now, allowed, self._lease)
        if len(found) < allowed:
            await pacing.give_back(allowed - len(found), self._per_minute, now)
        return found

    async def _lane(self, sender: Sender) -> None:
        try:
            while not self._over():
                one = await self._queue.get()
                if one is None or self._over():
                    self._queue.put_nowait(one)
                    return
                self._taken.set()
                result = await self._send(sender, one)
                self._ends.append((one, result))
                self._returned.set()
                if len(self._ends) >= LARGEST:
                    self._many.set()
                if isinstance(result, Transient) and result.unreachable:
                    # The others are not to blame: they keep their place and wait for the next tick.
                    return
        finally:
            self._lanes_open -= 1
            self._taken.set()
            self._returned.set()
            if not self._lanes_open:
                self._many.set()

    async def _send(self, sender: Sender, claimed: Claimed) -> Reply | SendError:
        try:
            file = await self._desk.attached(claimed.attachment) if claimed.attachment else None
            return await sender.send(message.build(claimed, self._mail_from, self._clock(), file))
        except SendError as error:
            return error
        except Exception as error:
            log.exception("message %d could not be sent", claimed.envelope.id)
            return Transient(Reply(None, f"not sent: {type(error).__name__}"), ambiguous=True)

    async def _settle(self) -> None:
        failure: Exception | None = None
        while self._lanes_open or self._ends:
            if not self._ends:
                self._returned.clear()
                await self._returned.wait()
            if self._lanes_open and len(self._ends) < LARGEST:
                self._many.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._many.wait(), COLLECT)
            ends, self._ends = self._ends[:LARGEST], self._ends[LARGEST:]
            if not ends:
                continue
            try:
                outcomes = await self._recorded(ends)
            except Exception as error:
                # What went out meanwhile is still recorded if it can be; nothing more is sent.
                failure, self._broken = failure or error, True
                continue
            self.states += [outcome.state if outcome else "lost" for outcome in outcomes]
        if failure is not None:
            raise failure

    async def _recorded(self, ends: Sequence[tuple[Claimed, Reply | SendError]]) -> list[Outcome | None]:
        """Record the ends; a database that is busy for a moment must not make us mail twice."""
        for pause in SETTLE_PAUSES:
            try:
                return await settling.settle(self._desk, ends, self._clock())
            except Exception:
                log.exception("%d messages could not be settled yet", len(ends))
                await asyncio.sleep(pause)
        return await self._recorded_apart(ends)

    async def _recorded_apart(self, ends: Sequence[tuple[Claimed, Reply | SendError]]) -> list[Outcome | None]:
        """One at a time: one that cannot be recorded must not make us mail the others again."""
        outcomes: list[Outcome | None] = []
        failure: Exception | None = None
        for end in ends:
            try:
                outcomes += await settling.settle(self._desk, [end], self._clock())
            except Exception as error:
                failure = error
        if failure is not None:
            raise failure
        return outcomes
