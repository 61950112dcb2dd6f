"""Migrations that carry data along: what was written before is as if it had been written after."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tortoise import Tortoise, connections
from tortoise.migrations.api import migrate as migrate_as_tortoise_does
from tortoise.migrations.executor import MigrationTarget

from reminders.models import Message
from service import database

pytestmark = pytest.mark.slow

# Everything a submission and a draft stand on, in the columns of before 0004.
ROWS = """
INSERT INTO "storedfile" ("id","sha256","name","size","content_type","created_at")
  VALUES (1,'0','a',1,'x','2026-01-01 00:00:00+00:00');
INSERT INTO "formversion" ("id","form_id","version","title","questions","cells","file_id","created_at")
  VALUES (7,'f','1','F',1,'{}',1,'2026-01-01 00:00:00+00:00'),(8,'f','2','F',1,'{}',1,'2026-01-01 00:00:00+00:00');
INSERT INTO "unit" ("id","code","name","full_name","kind","group","parent","folded","active")
  VALUES (1,'1','a','a','xa','g','','a',true);
INSERT INTO "campaign" ("id","title","letter_number","letter_subject","due_kind","reminders","allow_nil","illustrative",
  "created_at","form_id") VALUES (3,'c','','','','[]',true,false,'2026-01-01 00:00:00+00:00',8);
INSERT INTO "invitation" ("id","code","name","full_name","kind","group","parent","state","nil","original_due_at",
  "due_at","due_round","events_count","campaign_id","unit_id") VALUES (4,'1','a','a','xa','g','','submitted',false,
  '2026-01-01 00:00:00+00:00','2026-01-01 00:00:00+00:00',0,0,3,1);
INSERT INTO "draft" ("id","version","answers","updated_at","updated_by","invitation_id")
  VALUES (5,1,'{}','2026-01-01 00:00:00+00:00','',4);
INSERT INTO "draftrevision" ("id","version","changes","at","by","draft_id")
  VALUES (6,1,'{}','2026-01-01 00:00:00+00:00','',5);
INSERT INTO "submission" ("id","number","receipt","submitted_at","recorded_at","answers","nil_reason","hash","actor",
  "actor_ref","principal","idempotency_key","body_hash","invitation_id") VALUES (9,1,'r','2026-01-01 00:00:00+00:00',
  '2026-01-01 00:00:00+00:00','{}','','h','unit','','p','k','b',4);
"""


MESSAGE = """
INSERT INTO "reminders_message" ("id","key","kind","ref","unit","step","occurrence","due_round","to_address","to_name",
  "template","subject","text","message_id","state","why","attempt","not_before","created_at") VALUES (1,'k','reminder',
  'invitation:4','1','',0,0,'a@b.example','','','s','t','<m@b.example>','sent','',1,'2026-01-01 00:00:00+00:00',
  '2026-01-01 00:00:00+00:00');
"""


async def _brought_up(url: str) -> tuple[list[int], Message]:
    """The versions that drafts and reports are of, and the mail, after both were written in the columns of before."""
    config = database.config(url)
    for app, before, rows in (
        ("service", "0003_authoring", ROWS),
        ("reminders", "0001_initial", MESSAGE),
    ):
        await database.migrate(url, MigrationTarget(app, before))
        await Tortoise.init(config=config)
        try:
            await connections.get("default").execute_script(rows)
        finally:
            await Tortoise.close_connections()
    await database.migrate(url)
    await Tortoise.init(config=config)
    try:
        found = []
        for table in ("draft", "draftrevision", "submission"):
            _count, rows_of = await connections.get("default").execute_query(f'SELECT "form_id" FROM "{table}"')
            found += [row["form_id"] for row in rows_of]
        return found, await Message.get(id=1)
    finally:
        await Tortoise.close_connections()


def test_what_was_written_before_is_as_if_it_had_been_written_after(empty_url: str) -> None:
    """Drafts and reports are of the version their campaign had; mail stands in the columns of after."""
    versions, message = asyncio.run(_brought_up(empty_url))
    assert versions == [8, 8, 8]
    assert (message.batch, message.version, message.text) == ("", 0, "t")


def test_the_tables_are_those_that_tortoise_makes_of_the_migrations(sqlite_template: Path, tmp_path: Path) -> None:
    async def migrate() -> None:
        try:
            await migrate_as_tortoise_does(config=database.config(f"sqlite://{tmp_path}/other.sqlite3"))
        finally:
            await Tortoise.close_connections()

    def dumped(path: Path) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as file:
            return file.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    asyncio.run(migrate())
    found = dumped(sqlite_template)
    assert len(found) > 100
    assert found == dumped(tmp_path / "other.sqlite3")
