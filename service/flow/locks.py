"""Locks that are held to the end of a transaction."""

from tortoise import connections

from service.database import is_postgres

_UNITS = 7_132_026  # any constant numbers of our own, other than the audit log's
_CALENDAR = 7_132_027
_LEDGER = 7_132_028


async def units() -> None:
    """One change of units and contacts at a time, so that what was planned inside the transaction stays true.

    On SQLite BEGIN IMMEDIATE has done it already.
    """
    if is_postgres():
        await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_UNITS])


async def calendar() -> None:
    """One change of the calendar at a time."""
    if is_postgres():
        await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_CALENDAR])


async def ledger() -> None:
    """One change of the ledger of recommendations at a time: numbers follow each other, and merging sees all of it."""
    if is_postgres():
        await connections.get("default").execute_query("SELECT pg_advisory_xact_lock($1)", [_LEDGER])
