"""The database as it is opened."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from contextvars import copy_context
from pathlib import Path

import pytest
from tortoise import connections
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from service import database, sqlite
from service.flow import lookups

pytestmark = pytest.mark.anyio

# SQLite's documentation: WAL with FULL survives a power cut, with NORMAL the last transactions may be lost.
FULL = 2


@pytest.mark.usefixtures("as_served")
async def test_what_was_saved_on_sqlite_outlives_a_power_cut(sqlite_template: Path) -> None:
    async with database.opened(f"sqlite://{sqlite_template}"):
        client = connections.get("default")
        found = {
            name: (await client.execute_query_dict(f"PRAGMA {name}"))[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {
        "journal_mode": {"journal_mode": "wal"},
        "synchronous": {"synchronous": FULL},
        "foreign_keys": {"foreign_keys": 1},
    }


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sqlite_template, tmp_path / "own.sqlite3"))


async def _later(*numbers: int, after: Callable[[], object] = lambda: None) -> None:
    async with in_transaction() as work:
        assert isinstance(work, sqlite.Transaction)
        for number in numbers:
            work.later("INSERT INTO kept VALUES (?)", [number])
        after()


async def _stubborn(*numbers: int) -> None:
    """Goes on after each refusal, which ends the transaction only at its end."""
    async with in_transaction() as work:
        for number in numbers:
            with suppress(OperationalError):
                await work.execute_query("INSERT INTO kept VALUES (?)", [number])


async def _kept() -> list[int]:
    return [row["id"] for row in await connections.get("default").execute_query_dict("SELECT id FROM kept")]


async def test_a_write_for_later_goes_with_the_commit_and_fails_there(file: Path) -> None:
    def stop() -> None:
        raise RuntimeError

    async with database.opened(f"sqlite://{file}"):
        await connections.get("default").execute_script("CREATE TABLE kept (id INTEGER PRIMARY KEY)")
        await _later(1, 2)
        with pytest.raises(IntegrityError):
            await _later(3, 1)
        with pytest.raises(RuntimeError):
            await _later(4, after=stop)
        await _later(5)
        assert await _kept() == [1, 2, 5]


async def test_nothing_is_written_outside_a_transaction_that_could_not_begin(file: Path) -> None:
    async with database.opened(f"sqlite://{file}"):
        await connections.get("default").execute_script(
            "PRAGMA busy_timeout = 0; CREATE TABLE kept (id INTEGER PRIMARY KEY)"
        )
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError, match="locked"):
                await _stubborn(1, 2)
            other.execute("ROLLBACK")
        await _stubborn(3)
        assert await _kept() == [3]


async def test_a_look_up_sees_its_own_transaction_and_waits_for_another(file: Path) -> None:
    async with database.opened(f"sqlite://{file}"):
        await connections.get("default").execute_script("CREATE TABLE kept (id INTEGER PRIMARY KEY)")
        outside = copy_context()
        ask = "SELECT id FROM kept WHERE id = ?1"
        other: asyncio.Task[Mapping[str, object] | None] | None = None
        begun, looked = asyncio.Event(), asyncio.Event()

        async def look() -> Mapping[str, object] | None:
            begun.set()
            found = await lookups.row(ask, 1)
            looked.set()
            return found

        with suppress(InterruptedError):
            async with in_transaction() as work:
                await work.execute_query("INSERT INTO kept VALUES (?)", [1])
                other = asyncio.create_task(look(), context=outside)
                await begun.wait()
                assert await lookups.row(ask, 1) == {"id": 1}
                assert not looked.is_set()
                raise InterruptedError
        assert other is not None
        assert await other is None, "what was taken back was never there"
