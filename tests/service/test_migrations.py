"""Migrations that carry data along: what was written before is as if it had been written after."""

import asyncio

import pytest
from tortoise import Tortoise, connections
from tortoise.migrations.api import migrate as apply_migrations

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


async def _from(url: str, before: str) -> list[int]:
    config = database.config(url)
    try:
        await apply_migrations(config=config, app_labels=["service"], target=before)
        await connections.get("default").execute_script(ROWS)
    finally:
        await Tortoise.close_connections()
    await database.migrate(url)
    await Tortoise.init(config=config)
    try:
        found = []
        for table in ("draft", "draftrevision", "submission"):
            _count, rows = await connections.get("default").execute_query(f'SELECT "form_id" FROM "{table}"')
            found += [row["form_id"] for row in rows]
        return found
    finally:
        await Tortoise.close_connections()


def test_drafts_and_reports_of_before_are_of_the_version_their_campaign_had(empty_url: str) -> None:
    assert asyncio.run(_from(empty_url, "service.0003_authoring")) == [8, 8, 8]


MESSAGE = """
INSERT INTO "reminders_message" ("id","key","kind","ref","unit","step","occurrence","due_round","to_address","to_name",
  "template","subject","text","message_id","state","why","attempt","not_before","created_at") VALUES (1,'k','reminder',
  'invitation:4','1','',0,0,'a@b.example','','','s','t','<m@b.example>','sent','',1,'2026-01-01 00:00:00+00:00',
  '2026-01-01 00:00:00+00:00');
"""


async def _from_the_first_outbox(url: str) -> tuple[str, int, str]:
    config = database.config(url)
    try:
        await apply_migrations(config=config, app_labels=["reminders"], target="reminders.0001_initial")
        await connections.get("default").execute_script(MESSAGE)
    finally:
        await Tortoise.close_connections()
    await database.migrate(url)
    await Tortoise.init(config=config)
    try:
        message = await Message.get(id=1)
        return message.batch, message.version, message.text
    finally:
        await Tortoise.close_connections()


def test_mail_of_before_stands_in_the_columns_of_after(empty_url: str) -> None:
    assert asyncio.run(_from_the_first_outbox(empty_url)) == ("", 0, "t")
