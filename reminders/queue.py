"""The queue as people steer it: stop what waits, try again what ended unsent. In the caller's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.queryset import QuerySet

from reminders.models import Message

# What may be tried again, and what may be stopped; the rest is being sent, is sent, or is no longer owed.
RETRIED = ("failed", "cancelled")
STOPPED = ("waiting",)
_CHUNK = 500


async def retry(connection: BaseDBAsyncClient, ids: Collection[int], now: datetime) -> list[Message]:
    """Put messages that failed or were cancelled back into the queue, each with its Message-ID; those it did.

    Words that may have arrived are repeated as they were; whether the message is still owed is asked when it goes.
    """
    found = await _locked(connection, ids, RETRIED)
    back = {"state": "waiting", "not_before": now, "settled_at": None, "tried_at": None, "lease_until": None}
    for tried, why in ((True, "ambiguous"), (False, "")):
        numbers = [message.id for message in found if (message.attempt > 0) is tried]
        for part in _parts(numbers):
            await Message.filter(id__in=part).using_db(connection).update(**back, why=why)
    return found


async def stop(connection: BaseDBAsyncClient, ids: Collection[int], now: datetime, why: str) -> list[Message]:
    """Cancel messages that wait; those it did. What is being sent is not touched."""
    found = await _locked(connection, ids, STOPPED)
    for part in _parts([message.id for message in found]):
        changes = {"state": "cancelled", "why": why, "settled_at": now}
        await Message.filter(id__in=part).using_db(connection).update(**changes)
    return found


async def _locked(connection: BaseDBAsyncClient, ids: Collection[int], states: Sequence[str]) -> list[Message]:
    found: list[Message] = []
    for part in _parts(sorted(ids)):
        wanted: QuerySet[Message] = Message.filter(id__in=part, state__in=list(states)).using_db(connection)
        found += await wanted.order_by("id").select_for_update()
    return found


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
