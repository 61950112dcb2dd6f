"""Views: filters and order of the table of units that staff keep under a name, for themselves or for all."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.transactions import in_transaction

from service.errors import Invalid, NotFound
from service.flow import audit, lookups, principal
from service.models import SavedView, Staff
from service.words import _, collation

LONGEST, MOST = 100, 50


async def of(staff: Staff) -> Sequence[SavedView]:
    """Those of a staff member and those that others share, these with their staff member, by name."""
    own = await lookups.every(SavedView, "id", staff_id=staff.id)
    others = [view for view in await lookups.every(SavedView, "id", shared=True) if view.staff_id != staff.id]
    people = {one.id: one for one in await Staff.filter(id__in=[view.staff_id for view in others])} if others else {}
    for view in others:
        view.staff = people[view.staff_id]
    return sorted([*own, *others], key=lambda view: (collation(view.name), view.id))


async def save(staff: Staff, name: str, query: str, shared: bool, now: datetime) -> None:
    """Keep a view; one of that name of theirs is replaced. Raises Invalid."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        message = _("Vui lòng đặt tên, không quá {most} ký tự.").format(most=LONGEST)
        raise Invalid([{"field": "view_name", "message": message}])
    if not query:
        raise Invalid([{"field": "view_name", "message": _("Vui lòng lọc hoặc sắp xếp danh sách trước khi lưu.")}])
    async with in_transaction():
        mine = SavedView.filter(staff_id=staff.id)
        if not await mine.filter(name=name).update(query=query, shared=shared):
            if await mine.count() >= MOST:
                message = _("Đã lưu đủ {most} cách xem. Vui lòng xóa bớt.").format(most=MOST)
                raise Invalid([{"field": "view_name", "message": message}])
            await SavedView.create(staff_id=staff.id, name=name, query=query, shared=shared, created_at=now)
        await audit.record("view.save", f"staff:{staff.id}", principal.staff(staff.id), now, {"shared": shared})


async def delete(staff: Staff, number: int, now: datetime) -> None:
    """An own view; a shared one may be taken away by an administrator too. Raises NotFound."""
    async with in_transaction():
        found = SavedView.filter(id=number)
        if staff.role != "administrator":
            found = found.filter(staff_id=staff.id)
        if not await found.delete():
            raise NotFound()
        await audit.record("view.delete", f"staff:{staff.id}", principal.staff(staff.id), now, {"view": number})
