"""Where wishes for the calendar come from: a confirmed page, a file, the estimate of a library, typed office hours."""

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version

from reminders.calendar import Office
from service import calendarrows, tables
from service.calendarrows import Entry, Refused
from service.errors import Invalid
from service.flow import calendars
from service.flow.calendarchanges import HOURS, Wanted
from service.words import _, day


def wanted_of(text: str) -> Wanted:
    """The wish that a page carried, judged again. Raises Invalid."""
    try:
        given = json.loads(text)
        days: dict[date, Entry | None] = {}
        for on, values in given["days"].items():
            entry = values and calendarrows.read({**values, "type": values["kind"], "date": on})
            if isinstance(entry, tuple) or len(days) >= calendarrows.MOST_DAYS:
                raise ValueError(on)
            days[date.fromisoformat(on)] = entry
        hours = given[HOURS]
        return Wanted(days, None if hours is None else read_hours(hours))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Invalid(
            [{"field": "wanted", "message": _("Nội dung xem trước không còn đúng. Vui lòng làm lại.")}]
        ) from error


def read_hours(text: str) -> str:
    """Office hours as they are kept, "" for the usual ones. Raises Invalid."""
    try:
        hours = Office.of(text)
    except ValueError as error:
        message = _("Giờ làm việc chưa đúng: buổi sáng rồi buổi chiều, ví dụ 07:30-11:30, 13:30-17:00.")
        raise Invalid([{"field": "hours", "message": message}]) from error
    return "" if hours == Office() else str(hours)


async def from_file(data: bytes) -> tuple[Wanted, Sequence[Refused]]:
    """The days in a CSV or Excel file, and the rows that are refused. Raises Invalid."""
    try:
        sheets = await tables.read(data)
    except tables.Unreadable as error:
        raise Invalid([{"field": "file", "message": error.sentence}]) from error
    for sheet in sheets:
        found = calendarrows.read_table(sheet.rows)
        if found is None:
            continue
        days, refused = found
        if len(days) + len(refused) > calendarrows.MOST_DAYS:
            message = _("Tệp có quá nhiều ngày (tối đa {limit}).").format(limit=calendarrows.MOST_DAYS)
            raise Invalid([{"field": "file", "message": message}])
        return Wanted(dict(days)), refused
    names = ", ".join(calendarrows.NEEDED)
    message = _("Không tìm thấy dòng tiêu đề. Tệp cần có các cột: {columns}.").format(columns=names)
    raise Invalid([{"field": "file", "message": message}])


async def estimated(year: int) -> Wanted:
    """The public holidays that the library `holidays` expects of a year, where the table has no row yet."""
    days = (await calendars.table()).days
    found = await asyncio.to_thread(_estimates, year)
    return Wanted({entry.date: entry for entry in found if entry.date not in days})


# The law of 24/11 is not confirmed: the day is named by the library as if it were.
_TO_CONFIRM = frozenset({(11, 24)})


def _estimates(year: int) -> list[Entry]:
    import holidays  # 40 ms, and only wanted here

    source = f"holidays {version('holidays')}"
    known = holidays.country_holidays("VN", years=[year], language="vi")
    found = [
        Entry(on, "nghi", name[: calendarrows.LONGEST], source, _status(on))
        for on, name in sorted(known.items())
        if on.year == year
    ]
    worked = sorted(on for on in getattr(known, "weekend_workdays", ()) if on.year == year)
    return found + [Entry(on, "lam_bu", _("Làm bù ngày {day}").format(day=day(on)), source, "du_kien") for on in worked]


def _status(on: date) -> str:
    return "can_xac_minh" if (on.month, on.day) in _TO_CONFIRM else "du_kien"
