"""The right to do what one process at a time should do: a row, won by a conditional update (models.Tick)."""

from datetime import datetime, timedelta

from reminders.models import Tick


async def win(name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Whether the right is ours until `now + length`."""
    await Tick.bulk_create([Tick(name=name, lease_until=now)], ignore_conflicts=True)
    return bool(await Tick.filter(name=name, lease_until__lte=now).update(holder=holder, lease_until=now + length))


async def give_up(name: str, holder: str, now: datetime) -> None:
    """Let others have it, having done the work."""
    await Tick.filter(name=name, holder=holder).update(lease_until=now, finished_at=now)
