"""Exports that are mailed to staff every working day or once a week, while their campaign is open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import anyio
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.calendar import Calendar, CalendarGap
from reminders.ports import Attachment, Letter
from service import words
from service.errors import Invalid, NotFound
from service.flow import audit, campaigns, drafts, exporting, exportjobs, exportprocess, overview, recipients, units
from service.flow.principal import Principal
from service.models import Campaign, ExportJob, ExportSchedule, Staff
from service.settings import Settings
from service.words import _

DAILY = "day"
EVERY = (DAILY, *"01234")
MOST = 20  # of one campaign
ATTACHED_MB = 5  # a larger file is fetched by whoever logs in: mail servers refuse it
MONDAY = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A schedule as it is typed."""

    kind: str
    codes: bool
    every: str
    at: str
    recipients: Sequence[int]


@dataclass(frozen=True, slots=True)
class Listed:
    """A schedule as its page shows it: when, to whom, made by whom, in words."""

    row: ExportSchedule
    when: str
    names: str
    maker: str


async def readers() -> list[Staff]:
    """The staff that an export can be mailed to."""
    return await Staff.filter(active=True).exclude(email="").order_by("name")


async def create(campaign_id: int, wanted: Wanted, who: Principal, now: datetime) -> ExportSchedule:
    """A new schedule; its first turn is after today. Raises Invalid, NotFound, NotPublished."""
    await campaigns.published(campaign_id)
    problems = await _problems(wanted)
    if await ExportSchedule.filter(campaign_id=campaign_id, ended_at=None).count() >= MOST:
        problems.append({"field": "every", "message": _("Đợt này đã có {most} lịch gửi.").format(most=MOST)})
    if problems:
        raise Invalid(problems)
    async with in_transaction():
        row = await ExportSchedule.create(
            campaign_id=campaign_id,
            format=wanted.kind,
            codes=wanted.codes and wanted.kind in exporting.CODED,
            every=wanted.every,
            at=wanted.at,
            recipients=sorted(set(wanted.recipients)),
            day=words.local(now).date(),
            created_at=now,
            created_by=who.ref,
        )
        data = {"schedule": row.id, "format": row.format, "every": row.every, "recipients": row.recipients}
        await audit.record("schedule.create", f"campaign:{campaign_id}", who, now, data)
    return row


async def _problems(wanted: Wanted) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if wanted.kind not in exporting.FORMATS:
        found.append({"field": "kind", "message": _("Vui lòng chọn dạng tệp.")})
    if wanted.every not in EVERY:
        found.append({"field": "every", "message": _("Vui lòng chọn ngày gửi.")})
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", wanted.at):
        found.append({"field": "at", "message": _("Vui lòng ghi giờ gửi, ví dụ 08:00.")})
    known = {person.id for person in await readers()}
    if not wanted.recipients or not known.issuperset(wanted.recipients):
        found.append({"field": "recipients", "message": _("Vui lòng chọn ít nhất một người nhận có thư điện tử.")})
    return found


async def end(campaign_id: int, number: int, who: Principal, now: datetime) -> None:
    """Mail no more; what was sent stays. Raises NotFound."""
    async with in_transaction():
        if not await ExportSchedule.filter(id=number, campaign_id=campaign_id, ended_at=None).update(ended_at=now):
            raise NotFound()
        await audit.record("schedule.end", f"campaign:{campaign_id}", who, now, {"schedule": number})


async def of(campaign_id: int) -> Sequence[Listed]:
    """Those in force, in the order in which they were made."""
    rows = await ExportSchedule.filter(campaign_id=campaign_id, ended_at=None).order_by("id")
    makers = await drafts.people({row.created_by for row in rows})
    names = {person.id: person.name for person in await readers()}
    return [
        Listed(
            row,
            f"{row.at} {day_words(row.every)}",
            ", ".join(names[number] for number in row.recipients if number in names) or "–",
            makers[row.created_by],
        )
        for row in rows
    ]


def day_words(every: str) -> str:
    """mỗi ngày làm việc; thứ Hai hằng tuần."""
    if every == DAILY:
        return _("mỗi ngày làm việc")
    return _("{weekday} hằng tuần").format(weekday=words.weekday(MONDAY + timedelta(days=int(every))))


def due(every: str, last: date, today: date, calendar: Calendar) -> bool:
    """Whether a schedule's turn has come, on a working day only: once a day; or once a week from its weekday on, so
    that one on a holiday, or missed through downtime, comes on the next working day. Raises CalendarGap."""
    if not calendar.is_working(today):
        return False
    first = today if every == DAILY else today - timedelta(days=(today.weekday() - int(every)) % 7)
    return last < first


async def plan_due(now: datetime) -> int:
    """Queue the exports whose turn has come; how many. A campaign that is closed has a rest."""
    rows = await ExportSchedule.filter(ended_at=None).order_by("id").select_related("campaign")
    running = [row for row in rows if overview.phase(row.campaign, now) == "open"]
    if not running:
        return 0
    calendar, local = await units.calendar(), words.local(now)
    timely = [row for row in running if local.time() >= time.fromisoformat(row.at)]
    try:
        turns = [row for row in timely if due(row.every, row.day, local.date(), calendar)]
    except CalendarGap:
        return 0  # the pages say so; nothing is sent on a guess
    return sum([await _queue(row, local.date(), now) for row in turns])


async def _queue(row: ExportSchedule, today: date, now: datetime) -> bool:
    """Whoever else plans at the same time loses."""
    async with in_transaction():
        if not await ExportSchedule.filter(id=row.id, day=row.day, ended_at=None).update(day=today):
            return False
        await ExportJob.create(
            campaign_id=row.campaign_id,
            schedule_id=row.id,
            format=row.format,
            codes=row.codes,
            as_of=now,
            asked_at=now,
            asked_by=row.created_by,
        )
    return True


async def announce(settings: Settings, connection: BaseDBAsyncClient, number: int, now: datetime) -> None:
    """Mail an export that has ended to those of its schedule, in the transaction that records it."""
    job = await ExportJob.get(id=number).select_related("campaign", "schedule")
    if job.schedule is None:
        return
    along = f"export:{job.id}" if job.state == "done" and job.size <= ATTACHED_MB * 1024 * 1024 else ""
    letters = [
        Letter(
            key=f"export:{job.id}:{person.id}",
            kind="export",
            ref=f"staff:{person.id}",
            campaign=job.campaign_id,
            to_address=person.email,
            to_name=person.name,
            subject=_subject(job, job.campaign),
            text=_text(settings, job, job.schedule, person.name, attached=bool(along)),
            attachment=along,
            expires_at=job.keep_until,
        )
        for person in await readers()
        if person.id in job.schedule.recipients
    ]
    await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))


async def attached(settings: Settings, name: str) -> Attachment | None:
    """The file that a letter of ours goes with; None when it is kept no longer."""
    job = await ExportJob.get_or_none(id=int(name.removeprefix("export:")), state="done")
    if job is None:
        return None
    try:
        data = await anyio.to_thread.run_sync(exportjobs.place_of(settings, job).read_bytes)
    except FileNotFoundError:
        return None
    return Attachment(job.name, exporting.FORMATS[job.format].media_type, data)


def _subject(job: ExportJob, campaign: Campaign) -> str:
    subject = _("Số liệu định kỳ: {title}") if job.state == "done" else _("Chưa lập được số liệu định kỳ: {title}")
    return subject.format(title=campaign.title)


def _text(settings: Settings, job: ExportJob, schedule: ExportSchedule, name: str, *, attached: bool) -> str:
    page = f"{settings.public_url}/campaigns/{job.campaign_id}/exports"
    values: Mapping[str, object] = {
        "name": name,
        "title": job.campaign.title,
        "moment": words.moment(job.as_of),
        "until": words.moment(job.keep_until),
        "address": f"{page}/jobs/{job.id}",
        "list": f"{page}/schedules",
        "when": f"{schedule.at} {day_words(schedule.every)}",
        "hash": job.sha256,
        "why": _(exportprocess.WHY[job.why]) if job.why else "",
    }
    if job.state != "done":
        body = _("Tệp số liệu định kỳ của đợt “{title}” chưa lập được. {why}")
    elif attached:
        body = _("Đính kèm thư này là số liệu của đợt “{title}”, tính đến {moment}.\n\nMã kiểm tra (SHA-256): {hash}")
    else:
        body = _(
            "Số liệu của đợt “{title}”, tính đến {moment}, đã lập xong. Tệp lớn nên không đính kèm; vui lòng đăng nhập "
            "để tải, đến {until}:\n\n{address}\n\nMã kiểm tra (SHA-256): {hash}"
        )
    end = _("Thư này gửi lúc {when} theo lịch đã đặt; xem hoặc xóa lịch tại:\n\n{list}")
    return "\n\n".join((_("Kính gửi anh/chị {name},"), body, end)).format(**values)
