"""Changes of many messages at once: equal changes in one statement, and texts in one batch."""

from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import F

from reminders.models import Message

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
    marks = [f"${n}" for n in range(1, 6)] if connection.capabilities.dialect == "postgres" else ["?"] * 5
    values = [[m.subject, m.text, m.version, m.calendar, m.id] for m in messages]
    await connection.execute_many(sql.format(*marks), values)
