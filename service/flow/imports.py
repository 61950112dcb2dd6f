"""Imports of units and contacts from a file: a preview, then all of it or nothing.

The file is kept between the two; applying plans again inside the transaction, and when the outcome is no longer what
was shown, nothing is written and the new preview comes back.
"""

import hashlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import anyio
from tortoise.models import Model
from tortoise.transactions import in_transaction

from service import files, tables
from service.errors import Invalid, NotFound
from service.flow import audit, locks
from service.flow.contacts import revoke_links
from service.flow.principal import Principal
from service.models import Contact, StoredFile, Unit
from service.roster import contacts, units
from service.roster.headers import Table
from service.roster.names import Known
from service.roster.previews import Action, Preview
from service.settings import Settings

Kind = Literal["units", "contacts"]
CSV = "text/csv"
_TYPES = (CSV, files.XLSX)


async def preview(
    settings: Settings, kind: Kind, name: str, data: bytes, who: Principal, now: datetime
) -> tuple[Preview, int]:
    """What a file would do, and the id under which it is kept for `apply`. Raises Invalid with the reason."""
    name = files.clean_name(name)
    table = await _table(kind, data)
    digest = await anyio.to_thread.run_sync(files.keep, settings.files_dir, data)
    async with in_transaction():
        seen = await _planned(kind, name, table)
        file = await StoredFile.filter(sha256=digest, name=name, content_type__in=_TYPES).first()
        if file is None:
            content_type = files.content_type(data) or CSV
            file = await StoredFile.create(
                sha256=digest, name=name, size=len(data), content_type=content_type, created_at=now
            )
            await audit.record(f"{kind}.upload", f"file:{file.id}", who, now, {"sha256": digest})
    return seen, file.id


async def apply(
    settings: Settings, kind: Kind, file_id: int, digest: str, who: Principal, now: datetime, *, skip_refused: bool
) -> Preview:
    """Carry out what was shown (`digest`), all or nothing.

    `applied` is False, and nothing was written, when the outcome is no longer what was shown, or when a row is
    refused and `skip_refused` was not asked for. Raises NotFound, Invalid.
    """
    file = await StoredFile.get_or_none(id=file_id, content_type__in=_TYPES)
    path = files.path(settings.files_dir, file.sha256) if file else Path()
    if file is None or not await anyio.Path(path).is_file():
        raise NotFound()
    table = await _table(kind, await anyio.Path(path).read_bytes())
    async with in_transaction():
        await locks.units()
        seen = await _planned(kind, file.name, table)
        if seen.digest != digest or (seen.refused and not skip_refused):
            return seen
        return await _written(seen, file.sha256, who, now)


async def import_file(
    kind: Kind, name: str, data: bytes, apply: bool, who: Principal, now: datetime, *, skip_refused: bool = False
) -> Preview:
    """For the command line: the preview, and with `apply` its carrying out, all or nothing. Raises Invalid."""
    table = await _table(kind, data)
    async with in_transaction():
        await locks.units()
        seen = await _planned(kind, files.clean_name(name), table)
        if not apply or (seen.refused and not skip_refused):
            return seen
        return await _written(seen, hashlib.sha256(data).hexdigest(), who, now)


async def _table(kind: Kind, data: bytes) -> Table:
    try:
        sheets = await tables.read(data)
        return units.find(sheets) if kind == "units" else contacts.find(sheets)
    except tables.Unreadable as error:
        raise Invalid([{"code": error.code, "message": error.sentence}]) from error


async def _planned(kind: Kind, name: str, table: Table) -> Preview:
    stored = await Unit.all().order_by("id")
    if kind == "units":
        return units.plan(name, table, [_unit(unit) for unit in stored])
    known = [Known(unit.id, unit.code, unit.name, unit.full_name, unit.kind) for unit in stored if unit.active]
    existing = [
        contacts.Existing(c.id, c.unit_id, c.role, c.name, c.position, c.email, c.phone, c.active)
        for c in await Contact.all().order_by("id")
    ]
    return contacts.plan(name, table, known, existing)


def _unit(unit: Unit) -> units.Existing:
    return units.Existing(**{name: getattr(unit, name) for name in units.Existing.__dataclass_fields__})


async def _written(seen: Preview, sha256: str, who: Principal, now: datetime) -> Preview:
    """Write the plan, inside the caller's transaction."""
    model: type[Model] = Unit if seen.kind == "units" else Contact
    added = [model(**row.values) for row in seen.to_write if row.action is Action.ADDED]
    if added:
        await model.bulk_create(added)
    for row in seen.to_write:
        if row.action is Action.CHANGED:
            await model.filter(id=row.target).update(**row.values)
    if seen.kind == "contacts":
        await _revoke_links(seen)
    counts = {str(action): count for action, count in seen.counts.items()}
    await audit.record(f"{seen.kind}.import", seen.kind, who, now, {"sha256": sha256, **counts})
    return replace(seen, applied=True)


async def _revoke_links(seen: Preview) -> None:
    """Whoever has another address now gets in by new letters only."""
    moved = [row for row in seen.to_write if row.target is not None and "email" in row.values]
    for contact in await Contact.filter(id__in=[row.target for row in moved]):
        await revoke_links(contact.unit_id, contact.id)
