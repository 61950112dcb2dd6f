"""The working days: the table of holidays and make-up days, and the office hours, as they stand now."""

from datetime import date

from reminders.calendar import Calendar, Office, from_rows
from service.models import CalendarDay, OfficeHours

_known: dict[tuple[str, tuple[tuple[date, str, str, str, str], ...]], Calendar] = {}


async def current() -> Calendar:
    """The working days as the table stands now; the same table gives the same value."""
    rows = await CalendarDay.all().order_by("date").values_list("date", "kind", "name", "source", "status")
    hours = await OfficeHours.get_or_none(id=1)
    content = hours.hours if hours else "", tuple(rows)
    if content not in _known:
        _known.clear()
        names = ("type", "name", "source", "status")
        table = ({"date": row[0].isoformat(), **dict(zip(names, row[1:], strict=True))} for row in rows)
        _known[content] = from_rows(table, Office.of(hours.hours) if hours else None)
    return _known[content]
