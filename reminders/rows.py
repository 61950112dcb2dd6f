"""Changes of many messages at once: equal changes in one statement, and texts in one batch."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F

from reminders.models import Message
from reminders.ports import Outcome

NEXT_ATTEMPT, ATTEMPT_BEFORE = F("attempt") + 1, F("attempt") - 1


async def change(changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Change the messages named by their ids, which are locked, each as it says."""
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for number, values in changes.items():
        groups.setdefault(tuple(sorted(values.items(), key=lambda pair: pair[0])), []).append(number)
    for numbers in groups.values():
        await Message.filter(id__in=sorted(numbers)).update(**changes[numbers[0]])


async def keep_texts(connection: BaseDBAsyncClient, messages: Sequence[Message]) -> None:
    """Write what messages say that were composed."""
    sql = 'UPDATE "reminders_message" SET "subject" = {}, "text" = {}, "version" = {}, "calendar" = {} WHERE "id" = {}'
    values = [[m.subject, m.text, m.version, m.calendar, m.id] for m in messages]
    await connection.execute_many(sql.format(*_marks(connection, 5)), values)


async def add_attempts(
    connection: BaseDBAsyncClient, attempts: Sequence[tuple[int, int, Outcome]], at: datetime
) -> None:
    """Write new attempts: ids of messages, numbers, and how each ended. Making objects of them takes three times as
    long."""
    sql = (
        'INSERT INTO "reminders_attempt" ("message_id", "number", "at", "outcome", "reply_code", "reply_text") '
        "VALUES ({}, {}, {}, {}, {}, {})"
    )
    moment = at.astimezone(UTC)
    values = [[m, number, moment, o.result, o.reply.code, o.reply.text] for m, number, o in attempts]
    await connection.execute_many(sql.format(*_marks(connection, 6)), values)


def _marks(connection: BaseDBAsyncClient, count: int) -> list[str]:
    postgres = connection.capabilities.dialect == "postgres"
    return [f"${number}" for number in range(1, count + 1)] if postgres else ["?"] * count
