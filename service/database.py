"""The database: one connection for two Tortoise apps, on SQLite or PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise import Tortoise, connections
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import get_connection
from tortoise.exceptions import (
    DBConnectionError,
    DoesNotExist,
    IntegrityError,
    MultipleObjectsReturned,
    OperationalError,
)
from tortoise.migrations.executor import MigrationTarget
from tortoise.transactions import in_transaction

from service import sqlite
from service.migrating import Executor

APPS = {
    "service": {"models": ["service.models"], "migrations": "service.migrations"},
    "reminders": {"models": ["reminders.models"], "migrations": "reminders.migrations"},
}


# Of every SQLite connection: what was answered "saved" outlives a power cut.
PRAGMAS = {"journal_mode": "WAL", "synchronous": "FULL", "busy_timeout": 5000, "foreign_keys": "ON"}

# What a query raises when the database is locked, or cannot be reached, or left in the middle of it.
AWAY = (
    OperationalError,
    DBConnectionError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
# Tortoise derives these from OperationalError, but they are faults of ours: waiting mends none of them.
FAULTS = (IntegrityError, DoesNotExist, MultipleObjectsReturned)


class NotMigrated(RuntimeError):
    """The database is older than the program; `phieu migrate` brings it up."""


def config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database address."""
    if url.startswith("sqlite:"):
        connection: dict[str, Any] = {
            "engine": "service.sqlite",
            "credentials": {"file_path": url.partition("://")[2], **PRAGMAS},
        }
    else:
        connection = {**expand_db_url(url), "engine": "service.postgres"}
        # Seconds until a server that does not answer counts as away; asyncpg waits a minute.
        connection["credentials"].setdefault("timeout", 10)
    return {
        "connections": {"default": connection},
        "apps": {name: {**app, "default_connection": "default"} for name, app in APPS.items()},
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """Tortoise ready for this process; one at a time.

    The global fallback is needed because the server handles requests in tasks of its own, which
    do not inherit a context that was opened in the lifespan.
    """
    await Tortoise.init(config=config(url), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def migrate(url: str, *targets: MigrationTarget) -> None:
    """Bring the schema up to date, or to what `targets` name; safe to repeat. Opens and closes the database itself."""
    try:
        await Tortoise.init(config=config(url), init_connections=False)
        await _executor().migrate(targets or [MigrationTarget(app, "__latest__") for app in APPS])
    finally:
        await Tortoise.close_connections()


async def pending() -> list[str]:
    """Names of migrations that are not applied yet."""
    # Tortoise takes a database that does not answer for an empty one.
    await connections.get("default").execute_query("SELECT 1")
    steps = await _executor().plan()
    return [f"{step.migration.app_label}.{step.migration.name}" for step in steps]


def _executor() -> Executor:
    apps = {name: {**app, "default_connection": "default"} for name, app in APPS.items()}
    return Executor(connections.get("default"), apps)


async def require_migrated() -> None:
    """Raise NotMigrated when the schema is behind the program."""
    missing = await pending()
    if missing:
        raise NotMigrated(f"The database needs {len(missing)} migration(s). Run: phieu migrate")


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """One moment for all that is read inside, and nothing is written there."""
    connection = get_connection("default")
    if isinstance(connection, sqlite.Client):
        async with connection.snapshot():
            yield
        return
    async with in_transaction() as transaction:
        await transaction.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def is_postgres() -> bool:
    return not isinstance(get_connection("default"), SqliteClient)
