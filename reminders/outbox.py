"""The outbox: enqueue and recall, in the caller's transaction. Every mail is a row with a unique key.

Claiming (delivery.py) and settling (settling.py) can be had from here.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import uuid4

from tortoise.backends.base.client import BaseDBAsyncClient

from reminders.address import NAME
from reminders.clean import one_line, storable
from reminders.delivery import Claimed as Claimed
from reminders.delivery import claim as claim
from reminders.models import Message
from reminders.plan import Notice
from reminders.ports import Letter
from reminders.settling import settle as settle
from reminders.texts import of_reminder

_CHUNK = 500


def from_notice(notice: Notice) -> Letter:
    """The letter of a planned reminder; its text is composed when it goes out."""
    return Letter(
        key=notice.key,
        kind="reminder",
        ref=notice.pending.ref,
        to_address=notice.recipient.address,
        to_name=notice.recipient.name,
        campaign=notice.pending.campaign,
        unit=notice.pending.unit,
        contact=notice.recipient.contact,
        step=notice.step.id,
        occurrence=notice.occurrence,
        due_round=notice.pending.due_round,
        template=of_reminder(notice.step.text, returned=notice.pending.returned),
        expires_at=notice.expires_at,
    )


async def enqueue(
    letters: Iterable[Letter], connection: BaseDBAsyncClient, *, now: datetime, domain: str
) -> list[Message]:
    """Put letters into the outbox in the caller's transaction; returns the new ones, by key.

    A key that is there already is left alone (ON CONFLICT DO NOTHING), also when another process is
    inserting it just now. domain: that of the sending address, for the Message-ID. Raises ValueError
    for a letter that has neither a text nor a template.
    """
    # In the order of keys, so that two processes with the same letters wait for each other, not deadlock.
    rows = [_row(letter, now, domain) for letter in sorted(letters, key=lambda letter: letter.key)]
    await Message.bulk_create(rows, ignore_conflicts=True, using_db=connection)
    ids = [row.message_id for row in rows]
    new: list[Message] = []
    for start in range(0, len(ids), _CHUNK):
        part = Message.filter(message_id__in=ids[start : start + _CHUNK]).using_db(connection)
        new.extend(await part)
    return sorted(new, key=lambda message: message.key)


async def recall(
    connection: BaseDBAsyncClient,
    *,
    now: datetime,
    why: str = "recalled",
    campaign: int | None = None,
    kind: str | None = None,
    ref: str | None = None,
    batch: str | None = None,
    keys: Collection[str] | None = None,
) -> int:
    """Cancel what still waits and fits all of the given marks, in the caller's transaction.

    Returns how many. What is being sent is not touched. Raises ValueError without any mark.
    """
    marks = {"campaign": campaign, "kind": kind, "ref": ref, "batch": batch}
    wanted = {name: value for name, value in marks.items() if value is not None}
    if not wanted and keys is None:
        raise ValueError("recall needs to know what to call back")
    waiting = Message.filter(state="waiting", **wanted).using_db(connection)
    changes = {"state": "cancelled", "why": why, "settled_at": now}
    if keys is None:
        return await waiting.update(**changes)
    names = sorted(keys)
    count = 0
    for start in range(0, len(names), _CHUNK):
        count += await waiting.filter(key__in=names[start : start + _CHUNK]).update(**changes)
    return count


async def known_keys(campaigns: Collection[int], kind: str = "reminder") -> set[str]:
    """The keys enqueued so far, for plan.due's `already`."""
    found = await Message.filter(campaign__in=list(campaigns), kind=kind).values_list("key", flat=True)
    return {str(name) for name in found}


def _row(letter: Letter, now: datetime, domain: str) -> Message:
    if not letter.template and not (letter.subject and letter.text):
        raise ValueError(f"{letter.key}: a letter needs a template, or a subject and a text")
    return Message(
        key=letter.key,
        kind=letter.kind,
        ref=letter.ref,
        campaign=letter.campaign,
        unit=letter.unit,
        contact=letter.contact,
        step=letter.step,
        batch=letter.batch,
        occurrence=letter.occurrence,
        due_round=letter.due_round,
        to_address=letter.to_address,
        to_name=one_line(letter.to_name, NAME),
        template=letter.template,
        subject=one_line(letter.subject),
        text=storable(letter.text),
        attachment=letter.attachment,
        message_id=f"<{uuid4().hex}@{domain}>",
        not_before=letter.not_before or now,
        expires_at=letter.expires_at,
        created_at=now,
    )
