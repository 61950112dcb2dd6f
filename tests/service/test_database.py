"""The database as it is opened."""

from pathlib import Path

import pytest
from tortoise import connections

from service import database

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
