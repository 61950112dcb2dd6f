"""Changes of the calendar: proposed, applied, told and undone.

Every change is first proposed: what it would do, which running campaigns it touches. Applying plans again inside the
transaction, and when the outcome is no longer what was shown, nothing is written. Due dates are frozen: none moves.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tortoise.transactions import in_transaction

from reminders.calendar import Calendar, Office
from service import calendarrows, deadlinewords
from service.calendarrows import Entry
from service.errors import Invalid, NotFound, ServiceError
from service.flow import audit, calendars, locks, touched
from service.flow.calendars import Table
from service.flow.principal import Principal
from service.flow.touched import Touched
from service.models import CalendarChange, CalendarDay, OfficeHours
from service.words import N_, _

HOURS = "hours"
LONGEST_REASON = 500


class ChangedSince(ServiceError):
    status = 409
    code = "calendar_changed"
    message = N_("Lịch đã được thay đổi sau lần sửa này nên không hoàn tác được. Vui lòng sửa trực tiếp ngày cần đổi.")


class AlreadyUndone(ServiceError):
    status = 409
    code = "calendar_undone"
    message = N_("Thay đổi này đã được hoàn tác.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of the calendar: days to stand as given (None: as their weekday says), other hours."""

    days: Mapping[date, Entry | None] = field(default_factory=dict)
    hours: str | None = None

    def to_json(self) -> str:
        days = {on.isoformat(): entry and entry.to_json() for on, entry in self.days.items()}
        return json.dumps({"days": days, HOURS: self.hours}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What one change does to a day, or (date None) to the office hours."""

    date: date | None
    before: Entry | str | None
    after: Entry | str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a wish would do. With obstacles nothing is written; `digest` names the outcome that was shown."""

    wanted: Wanted
    changes: Sequence[Change]
    unchanged: int
    obstacles: Sequence[str]
    notices: Sequence[str]
    touched: Sequence[Touched]
    digest: str


async def propose(wanted: Wanted, now: datetime) -> Proposal:
    """What the wish would do to the calendar and to the campaigns that run; nothing is written."""
    before = await calendars.table()
    after = _applied(before, wanted)
    changes = [
        Change(on, before.days.get(on), entry)
        for on, entry in sorted(wanted.days.items())
        if before.days.get(on) != entry
    ]
    same = len(wanted.days) - len(changes)
    if before.hours != after.hours:
        changes.append(Change(None, before.hours or str(Office()), after.hours or str(Office())))
    obstacles, notices = _judged(before.calendar(), after.calendar())
    found = await touched.campaigns(before.calendar(), after.calendar(), now) if changes else ()
    return Proposal(wanted, changes, same, obstacles, notices, found, _digest(changes))


def _applied(before: Table, wanted: Wanted) -> Table:
    days = {**before.days, **wanted.days}
    kept = {on: entry for on, entry in sorted(days.items()) if entry is not None}
    return Table(kept, before.hours if wanted.hours is None else wanted.hours)


def _judged(before: Calendar, after: Calendar) -> tuple[list[str], list[str]]:
    """Why the new table cannot be, and what is to be known about it."""
    obstacles, notices = [], []
    for year in sorted(set(after.years) - set(before.years)):
        if lacking := after.lacks(year):
            names = ", ".join(_(deadlinewords.HOLIDAYS[code]) for code in lacking)
            message = _("Lịch năm {year} chưa đủ nên chưa dùng được: thiếu {names}.")
            obstacles.append(message.format(year=year, names=names))
    for year in sorted(set(before.years) - set(after.years)):
        notices.append(
            _("Năm {year} sẽ không còn ngày nào trong lịch: hạn rơi vào năm đó không tính được.").format(year=year)
        )
    for year in calendarrows.years_between(after.years):
        notices.append(_("Lịch thiếu cả năm {year}: hạn rơi vào năm đó không tính được.").format(year=year))
    return obstacles, notices


def _digest(changes: Sequence[Change]) -> str:
    return hashlib.sha256(json.dumps(_plain(changes), sort_keys=True).encode()).hexdigest()


def _plain(changes: Sequence[Change]) -> dict[str, list[Any]]:
    """The changes as CalendarChange keeps them."""
    return {c.date.isoformat() if c.date else HOURS: [_stored(c.before), _stored(c.after)] for c in changes}


def _stored(value: Entry | str | None) -> object:
    return value.to_json() if isinstance(value, Entry) else value


async def apply(
    wanted: Wanted, reason: str, digest: str, who: Principal, now: datetime, undoes: int | None = None
) -> tuple[Proposal, CalendarChange | None]:
    """Carry out what was shown (`digest`), all or nothing; no change when the outcome is no longer that.

    Raises Invalid (no reason), AlreadyUndone.
    """
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        message = _("Vui lòng ghi lý do thay đổi (tối đa {limit} ký tự).").format(limit=LONGEST_REASON)
        raise Invalid([{"field": "reason", "message": message}])
    async with in_transaction():
        await locks.calendar()
        found = await propose(wanted, now)
        if found.digest != digest or found.obstacles or not found.changes:
            return found, None
        if undoes is not None and await CalendarChange.exists(undoes=undoes):
            raise AlreadyUndone()
        await _write(found.changes)
        ids = [one.campaign.id for one in found.touched]
        change = await CalendarChange.create(
            at=now, by=who.ref, reason=reason, changes=_plain(found.changes), touched=ids, undoes=undoes
        )
        data = {"changes": list(change.changes), "touched": ids, "undoes": undoes, "sha256": digest}
        await audit.record("calendar.change", f"calendar:{change.id}", who, now, data)
    return found, change


async def _write(changes: Sequence[Change]) -> None:
    days = {c.date: c.after for c in changes if c.date is not None}
    await CalendarDay.filter(date__in=list(days)).delete()
    await CalendarDay.bulk_create(
        [CalendarDay(date=on, **entry.to_json()) for on, entry in days.items() if isinstance(entry, Entry)]
    )
    for change in changes:
        if change.date is None:
            await OfficeHours.filter(id=1).delete()
            if change.after != str(Office()):
                await OfficeHours.create(id=1, hours=str(change.after))


async def undoing(change_id: int) -> Wanted:
    """The wish that takes a change back. Raises NotFound, AlreadyUndone, ChangedSince."""
    change = await CalendarChange.get_or_none(id=change_id)
    if change is None:
        raise NotFound()
    if await CalendarChange.exists(undoes=change.id):
        raise AlreadyUndone()
    now = await calendars.table()
    days: dict[date, Entry | None] = {}
    hours = None
    for key, (before, after) in change.changes.items():
        if key == HOURS:
            hours = before
            stands: object = now.hours or str(Office())
        else:
            on = date.fromisoformat(key)
            days[on] = _entry(on, before)
            stands = _stored(now.days.get(on))
        if stands != after:
            raise ChangedSince()
    return Wanted(days, hours)


async def history(limit: int = 50) -> list[CalendarChange]:
    """The latest changes, the newest first."""
    return await CalendarChange.all().order_by("-id").limit(limit)


def of_record(change: CalendarChange) -> list[Change]:
    """What a change that was made did, day by day."""
    return [
        Change(None, before, after)
        if key == HOURS
        else Change(on := date.fromisoformat(key), _entry(on, before), _entry(on, after))
        for key, (before, after) in change.changes.items()
    ]


def _entry(on: date, values: dict[str, str] | None) -> Entry | None:
    return Entry(date=on, **values) if values else None
