"""The audit log: one hash chain over all changes.

`record` is the last statement of the transaction it belongs to: on PostgreSQL it takes an advisory lock that is held
to the commit, so that records are numbered one after the other; on SQLite BEGIN IMMEDIATE does the same.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise import connections

from service.database import is_postgres
from service.flow import lookups
from service.flow.principal import Principal
from service.models import AuditRecord

_LOCK = 7_132_025  # any constant number of our own
FIRST = "0" * 64
_LAST = "SELECT seq, hash FROM auditrecord ORDER BY seq DESC LIMIT 1"


async def record(
    action: str, subject: str, who: Principal, now: datetime, data: Mapping[str, object] | None = None
) -> None:
    """Append one record. `subject` and `data` hold ids and hashes, never names or texts."""
    if is_postgres():
        await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK])
    last = await lookups.row(_LAST)
    previous = last["hash"] if last else FIRST
    values: dict[str, Any] = {
        "seq": last["seq"] + 1 if last else 1,
        "at": now,
        "actor": who.ref,
        "action": action,
        "subject": subject,
        "data": dict(data or {}),
        "previous": previous,
    }
    await AuditRecord.create(**values, hash=digest(values))


def digest(values: Mapping[str, object]) -> str:
    """SHA-256 over the record's canonical JSON, the hash before it included."""
    at = values["at"]
    assert isinstance(at, datetime)
    plain = {**values, "at": at.timestamp()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def first_broken() -> int | None:
    """The number of the first record that does not fit the chain, None when all do."""
    previous = FIRST
    expected = 1
    async for row in AuditRecord.all().order_by("seq"):
        values = {name: getattr(row, name) for name in ("seq", "at", "actor", "action", "subject", "data", "previous")}
        if row.seq != expected or row.previous != previous or row.hash != digest(values):
            return row.seq
        previous, expected = row.hash, expected + 1
    return None
