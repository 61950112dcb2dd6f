"""Exports in the background: asked for, listed, called off, and their files, which are kept for a time.

The row is the truth: whoever makes a file (flow/exportwork) asks it every second whether to go on.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from service.errors import NotFound, ServiceError
from service.flow import audit, drafts, exporting
from service.flow.exporting import Order
from service.flow.exportprocess import ExportsBusy
from service.flow.principal import Principal
from service.models import ExportJob
from service.settings import Settings
from service.words import N_

UNDER_WAY = ("waiting", "running")
STAGES = {
    "": N_("Đang chờ đến lượt"),
    "reading": N_("Đang đọc số liệu"),
    "writing": N_("Đang ghi tệp"),
}
STATES = {
    "waiting": N_("Đang chờ đến lượt"),
    "running": N_("Đang lập"),
    "done": N_("Đã xong"),
    "failed": N_("Không lập được"),
    "cancelled": N_("Đã hủy"),
    "expired": N_("Đã hết thời gian giữ tệp"),
}
MOST = 20  # under way at once, of all campaigns
SAME = timedelta(minutes=1)  # the same asked for again within so much is a button pressed twice


class ExportEnded(ServiceError):
    status = 409
    code = "export_ended"
    message = N_("Tệp này đã lập xong hoặc đã dừng từ trước.")


async def ask(
    campaign_id: int, kind: str, as_of: datetime, who: Principal, now: datetime, *, codes: bool = False
) -> ExportJob:
    """Have an export made; who presses twice gets the same.

    Raises NotFound, NotPublished, BeforePublication, ExportsBusy.
    """
    order, _aside = await exporting.ordered(campaign_id, kind, as_of, now, codes=codes)
    async with in_transaction():
        waiting = await ExportJob.filter(state__in=UNDER_WAY)
        for job in waiting:
            same = (job.campaign_id, job.format, job.codes, job.asked_by) == (campaign_id, kind, order.codes, who.ref)
            if same and abs(job.as_of - order.as_of) < SAME:
                return job
        if len(waiting) >= MOST:
            raise ExportsBusy()
        job = await ExportJob.create(
            campaign_id=campaign_id,
            format=kind,
            codes=order.codes,
            as_of=order.as_of,
            asked_at=now,
            asked_by=who.ref,
        )
        await audit.record("export.ask", f"campaign:{campaign_id}", who, now, {"export": job.id, "format": kind})
    return job


async def cancel(number: int, who: Principal, now: datetime) -> ExportJob:
    """Call an export off; within a second or two whoever makes it stops, and nothing is left. Raises NotFound,
    ExportEnded."""
    async with in_transaction():
        job = await found(number)
        mine = ExportJob.filter(id=number, state__in=UNDER_WAY)
        if not await mine.update(state="cancelled", ended_at=now, lease_until=None):
            raise ExportEnded()
        await audit.record("export.cancel", f"campaign:{job.campaign_id}", who, now, {"export": number})
    return await found(number)


async def found(number: int, campaign_id: int | None = None) -> ExportJob:
    """One export, of the campaign where one is given. Raises NotFound."""
    job = await ExportJob.get_or_none(id=number)
    if job is None or campaign_id not in (None, job.campaign_id):
        raise NotFound()
    return job


async def of(campaign_id: int, most: int = 20) -> Sequence[tuple[ExportJob, str]]:
    """The exports of a campaign with who asked for them in words, the newest first."""
    rows = await ExportJob.filter(campaign_id=campaign_id).order_by("-id").limit(most)
    names = await drafts.people({row.asked_by for row in rows})
    return [(row, names[row.asked_by]) for row in rows]


async def ahead(job: ExportJob) -> int:
    """How many are made before one that waits."""
    return await ExportJob.filter(Q(state="running") | Q(state="waiting", id__lt=job.id)).exclude(id=job.id).count()


def order_of(job: ExportJob) -> Order:
    return Order(job.campaign_id, job.format, job.as_of, job.asked_at, job.codes)


def place_of(settings: Settings, job: ExportJob) -> Path:
    """Where an attempt's file lies: two that take each other for dead do not write into the same."""
    return settings.exports_dir / f"{job.id}-{job.attempt}"


def file_of(settings: Settings, job: ExportJob, now: datetime) -> Path:
    """The file of an export that is done. Raises NotFound when there is none, or none any more."""
    place = place_of(settings, job)
    if job.state != "done" or job.keep_until is None or job.keep_until <= now or not place.is_file():
        raise NotFound()
    return place
