"""Making exports in the background, one at a time in each process that does it: claimed with a lease, written by a
child, settled. One whose process died is taken up by another, a few times.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import anyio
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from service import database
from service.flow import exporting, exportjobs, exportprocess, exportschedules
from service.flow.exportprocess import Failed, Far, Stopped, Written
from service.flow.principal import Principal
from service.life import Actor
from service.models import ExportJob
from service.settings import Settings

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between looks when nobody wakes it
LEASE = timedelta(minutes=1)
ATTEMPTS = 3
SWEEP = timedelta(hours=1)  # between two looks for files that were kept long enough
STRAY = timedelta(days=1)  # after which a file that is no export's is removed


async def claim(settings: Settings, now: datetime) -> ExportJob | None:
    """The oldest export that is due, now ours to make; None when none is. One whose process died too often ends."""
    while True:
        job = await _due(now)
        if job is None:
            return None
        mine = ExportJob.filter(id=job.id, attempt=job.attempt, state=job.state)
        if job.attempt >= ATTEMPTS:
            await fail(settings, job, "died", now)
            continue
        changes = {"state": "running", "stage": "", "done": 0, "total": 0, "lease_until": now + LEASE}
        if await mine.update(attempt=job.attempt + 1, **changes):
            return await ExportJob.get(id=job.id)


async def _due(now: datetime) -> ExportJob | None:
    lost = await ExportJob.filter(state="running", lease_until__lte=now).order_by("id").first()
    return lost or await ExportJob.filter(state="waiting").order_by("id").first()


def _ours(job: ExportJob) -> QuerySet[ExportJob]:
    """The row, as long as it is ours: not called off, and not taken up by another."""
    return ExportJob.filter(id=job.id, attempt=job.attempt, state="running")


async def settle(settings: Settings, job: ExportJob, written: Written, now: datetime) -> bool:
    """Record a file that was made; False when nobody wants it any more."""
    order = exportjobs.order_of(job)
    async with in_transaction() as connection:
        done = await _ours(job).update(
            state="done",
            ended_at=now,
            lease_until=None,
            name=order.name,
            size=written.size,
            sha256=written.sha256,
            keep_until=now + timedelta(hours=settings.export_keep_hours),
        )
        if done:
            who = Principal(Actor.STAFF, job.asked_by)
            await exportschedules.announce(settings, connection, job.id, now)
            await exporting.kept(order, written.seen, written.sha256, who, now)
    return bool(done)


async def fail(settings: Settings, job: ExportJob, why: str, now: datetime) -> None:
    """Record that a file cannot be made, and why."""
    async with in_transaction() as connection:
        mine = ExportJob.filter(id=job.id, attempt=job.attempt, state=job.state)
        if await mine.update(state="failed", why=why, ended_at=now, lease_until=None):
            await exportschedules.announce(settings, connection, job.id, now)


async def sweep(settings: Settings, now: datetime) -> None:
    """Remove files that were kept long enough, and what a process that died left behind."""
    over = await ExportJob.filter(state="done", keep_until__lte=now)
    if over:
        await ExportJob.filter(id__in=[job.id for job in over]).update(state="expired")
    kept = await ExportJob.filter(state__in=["done", "running"])
    names = {exportjobs.place_of(settings, job).name for job in kept}
    await anyio.to_thread.run_sync(_removed, settings.exports_dir, names, (now - STRAY).timestamp())


def _removed(folder: Path, names: set[str], before: float) -> None:
    for file in folder.glob("*") if folder.is_dir() else ():
        number, _dash, _attempt = file.name.partition("-")
        stray = not number.isdigit() or file.suffix == exportprocess.PART
        if file.name not in names and (not stray or file.stat().st_mtime < before):
            file.unlink(missing_ok=True)


class ExportWork:
    """Makes what was asked for while the process runs."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sweeps_at: datetime | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="exports")

    def wake(self) -> None:
        """Look now rather than at the next look; call after the transaction."""
        self._woken.set()

    async def stop(self) -> None:
        """What is being made is left to others, who begin it anew."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def drain(self) -> int:
        """Make all that is due; how many were taken up."""
        count = 0
        while (job := await claim(self._settings, self._clock())) is not None:
            await self._make(job)
            count += 1
        if self._sweeps_at is None or self._clock() >= self._sweeps_at:
            await sweep(self._settings, self._clock())
            self._sweeps_at = self._clock() + SWEEP
        return count

    async def _make(self, job: ExportJob) -> None:
        place = exportjobs.place_of(self._settings, job)
        try:
            written = await exportprocess.run(
                self._settings, exportjobs.order_of(job), place, lambda far: self._told(job, far)
            )
        except Stopped:
            return
        except Failed as error:
            await self._failed(job, error.why)
            return
        except asyncio.CancelledError:
            with suppress(*database.AWAY):
                await _ours(job).update(state="waiting", attempt=job.attempt - 1, lease_until=None)
            raise
        if not await settle(self._settings, job, written, self._clock()):
            place.unlink(missing_ok=True)

    async def _told(self, job: ExportJob, far: Far) -> bool:
        """Note how far it is; False when it was called off, or taken up by another who held us for dead."""
        changes = {"stage": far.stage, "done": far.done, "total": far.total, "lease_until": self._clock() + LEASE}
        return bool(await _ours(job).update(**changes))

    async def _failed(self, job: ExportJob, why: str) -> None:
        """One that died is tried again (claim counts); any other failure would come again."""
        log.warning("export %d failed: %s", job.id, why)
        if why == "died":
            await _ours(job).update(state="waiting", lease_until=None)
        else:
            await fail(self._settings, job, why, self._clock())

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.drain()
            except Exception:
                log.exception("making exports failed; the next look tries again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), EVERY)
