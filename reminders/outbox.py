"""The outbox: enqueue, claim, settle, recall. Every mail is a row with a unique key.

Enqueueing and recalling happen in the caller's transaction; claiming and settling are short
transactions of their own, one a message, with no SMTP inside.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from reminders.models import Attempt, Message
from reminders.plan import Notice
from reminders.ports import Desk, Envelope, Letter, Outcome, Permanent, Reply, SendError, Transient

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
GIVE_UP_AFTER = timedelta(hours=24)
LINK = "{link}"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until its lease ends.

    text: with the personal link in it, never stored and never logged. link: that link, or "".
    """

    envelope: Envelope
    message_id: str
    subject: str
    text: str
    link: str


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
        template=notice.step.text,
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
    keys: Collection[str] | None = None,
) -> int:
    """Cancel what still waits and fits all of the given marks, in the caller's transaction.

    Returns how many. What is being sent is not touched. Raises ValueError without any mark.
    """
    marks = {"campaign": campaign, "kind": kind, "ref": ref}
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


async def claim(desk: Desk, now: datetime, limit: int = 1, lease: timedelta = LEASE) -> list[Claimed]:
    """Up to `limit` messages that are ours to send, oldest first; empty when nothing is due.

    On the way messages that are no longer owed are dropped with the Desk's reason, and those that
    must wait are put off. A message whose text cannot be made is put off like a failed sending and
    never stops the others. Raises when the database is away.
    """
    won: list[Claimed] = []
    seen: set[int] = set()
    while len(won) < limit:
        ids = [number for number in await _due(now, 20 + len(seen)) if number not in seen]
        if not ids:
            break
        for number in ids[: limit - len(won)]:
            seen.add(number)
            claimed = await _claim_or_postpone(desk, number, now, lease)
            if claimed is not None:
                won.append(claimed)
    return won


async def settle(desk: Desk, claimed: Claimed, result: Reply | SendError, now: datetime) -> Outcome | None:
    """Record how an attempt ended, in one short transaction with the Desk's own records.

    A sending that succeeded counts even when the lease had ended and somebody else holds the message.
    Returns None when the message was settled meanwhile; the attempt is recorded all the same.
    """
    number = claimed.envelope.id
    async with in_transaction():
        message = await Message.get(id=number)
        outcome, changes = _outcome(message, result, now)
        mine = Message.filter(id=number, state="sending", attempt=claimed.envelope.attempt)
        if outcome.state == "sent":
            mine = Message.filter(id=number, state__in=["sending", "waiting"])
        won = await mine.update(**changes, lease_until=None)
        await Attempt.create(
            message_id=number,
            number=claimed.envelope.attempt,
            at=now,
            outcome=outcome.result,
            reply_code=outcome.reply.code,
            reply_text=outcome.reply.text,
        )
        if not won:
            return None
        await desk.settled(claimed.envelope, outcome, now)
    return outcome


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
        occurrence=letter.occurrence,
        due_round=letter.due_round,
        to_address=letter.to_address,
        to_name=_storable(letter.to_name),
        template=letter.template,
        subject=_storable(letter.subject),
        text=_storable(letter.text),
        message_id=f"<{uuid4().hex}@{domain}>",
        not_before=letter.not_before or now,
        expires_at=letter.expires_at,
        created_at=now,
    )


def _storable(text: str) -> str:
    """Without what a database or a mail cannot carry: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


async def _due(now: datetime, limit: int) -> list[int]:
    fresh = Q(state="waiting", not_before__lte=now)
    lost = Q(state="sending", lease_until__lte=now)
    found = Message.filter(fresh | lost).order_by("not_before", "id").limit(limit)
    return [int(str(number)) for number in await found.values_list("id", flat=True)]


def _claimable(message: Message, now: datetime) -> bool:
    if message.state == "waiting":
        return message.not_before <= now
    return message.state == "sending" and message.lease_until is not None and message.lease_until <= now


async def _claim_or_postpone(desk: Desk, number: int, now: datetime, lease: timedelta) -> Claimed | None:
    try:
        return await _claim_one(desk, number, now, lease)
    except Exception as error:
        log.exception("message %d could not be made ready", number)
        await _postpone(number, Transient(Reply(None, f"not made ready: {type(error).__name__}")), now)
        return None


async def _claim_one(desk: Desk, number: int, now: datetime, lease: timedelta) -> Claimed | None:
    async with in_transaction():
        message = await Message.get_or_none(id=number)
        if message is None or not _claimable(message, now):
            return None
        envelope = _envelope(message)
        changes = await _instead(desk, message, envelope, now)
        going = changes is None
        if changes is None:
            changes = {
                "state": "sending",
                "attempt": message.attempt + 1,
                "lease_until": now + lease,
                "tried_at": message.tried_at or now,
                "why": "",
            }
        mine = Message.filter(id=number, state=message.state, attempt=message.attempt)
        if not await mine.update(**changes):
            return None
        if message.state == "sending":
            await Attempt.create(message_id=number, number=message.attempt, at=now, outcome="lost")
        if not going:
            return None
        return await _filled(desk, message, replace(envelope, attempt=message.attempt + 1), now)


async def _instead(desk: Desk, message: Message, envelope: Envelope, now: datetime) -> dict[str, object] | None:
    """The changes that keep a message from going now, or None when it goes."""
    reason = await desk.why_not(envelope, now)
    if reason is None and message.expires_at is not None and now >= message.expires_at:
        reason = "passed"
    if reason is not None:
        return {"state": "dropped", "why": reason, "settled_at": now, "lease_until": None}
    if message.tried_at is not None and now > message.tried_at + GIVE_UP_AFTER:
        return {"state": "failed", "why": "gave_up", "settled_at": now, "lease_until": None}
    until = await desk.hold(envelope, now)
    if until is not None and until > now:
        return {"state": "waiting", "not_before": until, "lease_until": None}
    return None


async def _filled(desk: Desk, message: Message, envelope: Envelope, now: datetime) -> Claimed:
    """The text as it goes out. What may have arrived already is sent again word for word."""
    repeated = message.text and (message.state == "sending" or message.why == "ambiguous")
    if message.template and not repeated:
        subject, text = await desk.compose(envelope, now)
        message.subject, message.text = _storable(subject), _storable(text)
        await Message.filter(id=message.id).update(subject=message.subject, text=message.text)
    link = await desk.fill(envelope, LINK) if LINK in message.text else ""
    text = await desk.fill(envelope, message.text)
    return Claimed(envelope, message.message_id, message.subject, text, link)


def _envelope(message: Message) -> Envelope:
    return Envelope(
        id=message.id,
        key=message.key,
        kind=message.kind,
        ref=message.ref,
        to_address=message.to_address,
        to_name=message.to_name,
        campaign=message.campaign,
        unit=message.unit,
        contact=message.contact,
        step=message.step,
        occurrence=message.occurrence,
        due_round=message.due_round,
        template=message.template,
        attempt=message.attempt,
    )


async def _postpone(number: int, error: Transient, now: datetime) -> None:
    """Count a message that could not be made ready as a failed attempt."""
    async with in_transaction():
        message = await Message.get_or_none(id=number)
        if message is None or not _claimable(message, now):
            return
        message.attempt += 1
        message.tried_at = message.tried_at or now
        outcome, changes = _outcome(message, error, now)
        mine = Message.filter(id=number, state=message.state, attempt=message.attempt - 1)
        if await mine.update(**changes, attempt=message.attempt, tried_at=message.tried_at, lease_until=None):
            await Attempt.create(
                message_id=number,
                number=message.attempt,
                at=now,
                outcome=outcome.result,
                reply_text=outcome.reply.text,
            )


def _outcome(message: Message, result: Reply | SendError, now: datetime) -> tuple[Outcome, dict[str, object]]:
    """What became of an attempt, and the changes of its message."""
    reply = result if isinstance(result, Reply) else result.reply
    reply = Reply(reply.code, _storable(reply.text)[:2000])
    if isinstance(result, Reply):
        return Outcome("sent", "sent", reply), {"state": "sent", "why": "", "settled_at": now}
    if isinstance(result, Permanent):
        changes: dict[str, object] = {"state": "failed", "why": "refused", "settled_at": now}
        return Outcome("permanent", "failed", reply), changes
    ambiguous = isinstance(result, Transient) and result.ambiguous
    kind: Literal["ambiguous", "transient"] = "ambiguous" if ambiguous else "transient"
    again = now + BACKOFF[min(max(message.attempt, 1), len(BACKOFF)) - 1]
    if again > (message.tried_at or now) + GIVE_UP_AFTER:
        return Outcome(kind, "failed", reply), {"state": "failed", "why": "gave_up", "settled_at": now}
    return Outcome(kind, "waiting", reply), {"state": "waiting", "why": kind, "not_before": again}
