"""Units: what ships with the product, and the list on screen."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tortoise.transactions import in_transaction

from service.errors import NotFound
from service.flow import audit, locks
from service.flow.calendars import current as calendar
from service.flow.imports import import_file
from service.flow.principal import SYSTEM
from service.models import CalendarDay, Contact, Unit
from service.roster.names import KIND_CODES
from service.roster.previews import counts_line, row_line
from service.words import collation, fold

__all__ = ["calendar", "counts_line", "import_file", "listing", "of_code", "row_line", "seed"]

DATA = Path(__file__).parent.parent / "data"
HAI_PHONG = "31"


async def seed(now: datetime) -> None:
    """The 114 units and the calendar that ship with the product. Safe to repeat: what stands is left as it is.

    Of the calendar whole years are added, never a day to a year that stands: somebody may have taken it out.
    """
    units, days = _shipped_units(), _shipped_days()
    async with in_transaction():
        await locks.units()
        known = {row["code"] for row in await Unit.all().values("code")}
        years = {row["date"].year for row in await CalendarDay.all().values("date")}
        new_units = [unit for unit in units if unit.code not in known]
        new_days = [day for day in days if day.date.year not in years]
        if new_units or new_days:
            await Unit.bulk_create(new_units)
            await CalendarDay.bulk_create(new_days)
            await audit.record("units.seed", "units", SYSTEM, now, {"units": len(new_units), "days": len(new_days)})


def _shipped_units() -> list[Unit]:
    with (DATA / "units.csv").open(encoding="utf-8", newline="") as file:
        return [
            Unit(
                code=row["code"],
                name=row["name"],
                full_name=row["full_name"],
                kind=KIND_CODES[row["kind"]],
                group=row["old_districts"].split(";")[0].strip(),
                parent=HAI_PHONG,
                tile_col=int(row["tile_col"]),
                tile_row=int(row["tile_row"]),
                latitude=float(row["lat"]),
                longitude=float(row["lon"]),
                folded=fold(row["full_name"]),
            )
            for row in csv.DictReader(file)
        ]


def _shipped_days() -> list[CalendarDay]:
    with (DATA / "vn_calendar.csv").open(encoding="utf-8", newline="") as file:
        return [
            CalendarDay(
                date=date.fromisoformat(row["date"]),
                kind=row["type"],
                name=row["name"],
                source=row["source"],
                status=row["status"],
            )
            for row in csv.DictReader(file)
        ]


@dataclass(frozen=True, slots=True)
class Line:
    """A unit in the list, with how many contacts in use it has, and how many of them can be mailed."""

    code: str
    full_name: str
    kind: str
    group: str
    active: bool
    contacts: int
    mailable: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The units that fit a search, in Vietnamese order; `total` counts all units; `groups` are all there are."""

    lines: tuple[Line, ...]
    total: int
    without_address: int
    groups: tuple[str, ...]


async def listing(search: str = "", kind: str = "", group: str = "", missing: bool = False) -> Listing:
    """The list of units. `search` needs no marks and may be a code; `missing` keeps units that cannot be mailed."""
    counts: dict[int, list[int]] = {}
    for row in await Contact.filter(active=True).values("unit_id", "email"):
        count = counts.setdefault(row["unit_id"], [0, 0])
        count[0] += 1
        count[1] += bool(row["email"])
    wanted = fold(search)
    lines, groups, total, without = [], set(), 0, 0
    for unit in await Unit.all():
        people, mailable = counts.get(unit.id, (0, 0))
        total += 1
        without += unit.active and not mailable
        groups.add(unit.group)
        if wanted not in unit.folded and not unit.code.startswith(wanted):
            continue
        if (
            (kind and unit.kind != kind)
            or (group and unit.group != group)
            or (missing and (mailable or not unit.active))
        ):
            continue
        lines.append(Line(unit.code, unit.full_name, unit.kind, unit.group, unit.active, people, mailable))
    lines.sort(key=lambda line: (collation(line.full_name.partition(" ")[2]), line.code))
    return Listing(tuple(lines), total, without, tuple(sorted(groups - {""}, key=collation)))


async def of_code(code: str) -> Unit:
    """The unit of a code. Raises NotFound."""
    unit = await Unit.get_or_none(code=code)
    if unit is None:
        raise NotFound()
    return unit
