"""How often something guarded was tried in vain, counted in windows of a quarter of an hour."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from service.errors import TooManyTries
from service.models import Attempts

WINDOW = timedelta(minutes=15)


async def require_fewer(limits: Mapping[str, int], now: datetime) -> None:
    """Raise TooManyTries when one of the keys has reached its limit in the current window."""
    rows = await Attempts.filter(key__in=list(limits), until__gt=now)
    if any(row.count >= limits[row.key] for row in rows):
        raise TooManyTries()


async def failed(keys: Collection[str], now: datetime) -> None:
    """One more failure of each in its current window, a new one when the last has ended."""
    for key in keys:
        async with in_transaction():
            await Attempts.bulk_create([Attempts(key=key, count=0, until=now + WINDOW)], ignore_conflicts=True)
            await Attempts.filter(key=key, until__lte=now).update(count=0, until=now + WINDOW)
            await Attempts.filter(key=key).update(count=F("count") + 1)


async def forget(keys: Collection[str]) -> None:
    await Attempts.filter(key__in=list(keys)).delete()
