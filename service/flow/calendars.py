"""The working days as they stand now: the table of holidays and make-up days, and the office hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reminders.calendar import Calendar, Office, from_rows
from service.calendarrows import Entry
from service.models import CalendarDay, OfficeHours

_COLUMNS = ("date", "kind", "name", "source", "status")
_known: dict[tuple[str, tuple[tuple[date, str, str, str, str], ...]], Calendar] = {}


@dataclass(frozen=True, slots=True)
class Table:
    """The table as it stands: days in order, and the office hours where they are not the usual ones."""

    days: Mapping[date, Entry]
    hours: str = ""

    def calendar(self) -> Calendar:
        content = self.hours, tuple((e.date, e.kind, e.name, e.source, e.status) for e in self.days.values())
        if content not in _known:
            if len(_known) > 8:
                _known.clear()
            rows = ({"date": e.date.isoformat(), "type": e.kind, **e.to_json()} for e in self.days.values())
            _known[content] = from_rows(rows, Office.of(self.hours) if self.hours else None)
        return _known[content]


async def table() -> Table:
    rows = await CalendarDay.all().order_by("date").values_list(*_COLUMNS)
    hours = await OfficeHours.get_or_none(id=1)
    return Table({row[0]: Entry(*row) for row in rows}, hours.hours if hours else "")


async def current() -> Calendar:
    """The working days as the table stands now; the same table gives the same value."""
    return (await table()).calendar()
