"""So many messages a minute, whatever the number of processes: a row that they take turns at.

In no 60 seconds more than the limit is let go; a twentieth of it may go at once, the rest evenly.
"""

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from reminders.models import Pace

MINUTE = timedelta(minutes=1)
_ROW = "smtp"


async def take(wanted: int, per_minute: int, now: datetime) -> tuple[int, datetime]:
    """How many of `wanted` messages may go now, and when the next one may."""
    burst, step = _measure(per_minute)
    async with in_transaction():
        free_at = max(await _free_at(now), now - burst * step)
        count = min(wanted, (now - free_at) // step + 1) if free_at <= now else 0
        free_at += count * step
        await Pace.filter(name=_ROW).update(free_at=free_at)
    return count, free_at


async def give_back(count: int, per_minute: int, now: datetime) -> None:
    """Return turns that no message used."""
    _burst, step = _measure(per_minute)
    async with in_transaction():
        await Pace.filter(name=_ROW).update(free_at=await _free_at(now) - count * step)


def _measure(per_minute: int) -> tuple[int, timedelta]:
    burst = per_minute // 20
    return burst, MINUTE / (per_minute - burst) + timedelta.resolution  # never rounded down


async def _free_at(now: datetime) -> datetime:
    await Pace.bulk_create([Pace(name=_ROW, free_at=now - MINUTE)], ignore_conflicts=True)
    return (await Pace.filter(name=_ROW).select_for_update().get()).free_at
