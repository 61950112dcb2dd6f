"""Who of the staff is in charge of which unit: the one whom its mails name, who calls it, and who finds it as own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from tortoise.transactions import in_transaction

from service.errors import Invalid
from service.flow import audit, lookups
from service.flow.principal import Principal
from service.models import Staff, Unit
from service.words import _


async def in_charge() -> Mapping[str, Staff]:
    """The staff member in charge by unit code; whoever left the office is in charge of nothing."""
    given = await lookups.rows("SELECT code, staff_id FROM unit WHERE staff_id IS NOT NULL")
    people = {person.id: person for person in await Staff.filter(active=True)} if given else {}
    return {code: people[staff_id] for code, staff_id in given if staff_id in people}


async def assign(
    codes: Collection[str], staff_id: int | None, who: Principal, now: datetime
) -> Mapping[str, int | None]:
    """Put a staff member in charge of these units, or nobody; who was before, by code. Raises Invalid."""
    async with in_transaction():
        if staff_id is not None and not await Staff.exists(id=staff_id, active=True):
            raise Invalid([{"field": "staff", "message": _("Vui lòng chọn chuyên viên trong danh sách.")}])
        before = await _before(codes)
        await give(dict.fromkeys(before, staff_id), who, now)
    return before


async def _before(codes: Collection[str]) -> dict[str, int | None]:
    units = await Unit.filter(code__in=list(codes)).select_for_update().values_list("code", "staff_id")
    return dict(units)


async def give(wanted: Mapping[str, int | None], who: Principal, now: datetime) -> None:
    """Each unit its staff member, in the caller's transaction, which ends with this."""
    for staff_id in set(wanted.values()):
        codes: Sequence[str] = [code for code, given in wanted.items() if given == staff_id]
        await Unit.filter(code__in=codes).update(staff_id=staff_id)
    if wanted:
        await audit.record("unit.assign", "units", who, now, {"staff": dict(wanted)})
