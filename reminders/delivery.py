"""Claim and settle: short transactions of their own, one a message, with no SMTP inside.

When a message is given up: 24 hours after the first attempt that reached the server. A server that cannot be reached
sets that clock back, a time that a message is held does not count, and what waited through downtime is tried first.
"""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from reminders.clean import one_line, storable
from reminders.models import Attempt, Message
from reminders.ports import Desk, Envelope, Outcome, Permanent, Reply, SendError, Transient

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
GIVE_UP_AFTER = timedelta(hours=24)
LINK = "{link}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until its lease ends.

    text: with the personal link in it, never stored and never logged. link: that link, or "".
    """

    envelope: Envelope
    message_id: str
    subject: str
    text: str = field(repr=False)
    link: str = field(repr=False)


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
        await _postpone(desk, number, Transient(Reply(None, f"not made ready: {type(error).__name__}")), now)
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
                "tried_at": _clock_of_lost(message, now),
                "why": "",
            }
        mine = Message.filter(id=number, state=message.state, attempt=message.attempt)
        if not await mine.update(**changes):
            return None
        if message.state == "sending":
            await Attempt.create(message_id=number, number=message.attempt, at=now, outcome="lost")
        if changes["state"] == "failed":
            await desk.settled(envelope, Outcome("transient", "failed", Reply(None, "gave up")), now)
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
    tried_at = _clock_of_lost(message, now)
    # One that takes its process with it each time is never settled: it ends here.
    if message.state == "sending" and tried_at is not None and now > tried_at + GIVE_UP_AFTER:
        return {"state": "failed", "why": "gave_up", "settled_at": now, "lease_until": None}
    until = await desk.hold(envelope, now)
    if until is not None and until > now:
        # A lost one may have arrived: it keeps its words.
        why = "ambiguous" if message.state == "sending" else message.why
        later = tried_at and tried_at + (until - now)
        return {"state": "waiting", "not_before": until, "lease_until": None, "why": why, "tried_at": later}
    return None


def _clock_of_lost(message: Message, now: datetime) -> datetime | None:
    """When giving up counts from: an attempt that was lost may have reached the server."""
    return message.tried_at or (now if message.state == "sending" else None)


async def _filled(desk: Desk, message: Message, envelope: Envelope, now: datetime) -> Claimed:
    """The text as it goes out: composed now, unless it may have arrived already."""
    link = await _link(desk, message, envelope)
    if message.template and not _stands(message, link):
        subject, text = await desk.compose(envelope, now)
        message.subject, message.text = one_line(subject), storable(text)
        await Message.filter(id=message.id).update(subject=message.subject, text=message.text)
        link = await _link(desk, message, envelope)
    text = message.text.replace(LINK, link)
    return Claimed(envelope, message.message_id, message.subject, text, link)


def _stands(message: Message, link: str) -> bool:
    """What may have arrived already is sent again word for word, unless it promises a link that has ended."""
    repeated = message.text and (message.state == "sending" or message.why == "ambiguous")
    return bool(repeated) and (link != "" or LINK not in message.text)


async def _link(desk: Desk, message: Message, envelope: Envelope) -> str:
    return await desk.fill(envelope, LINK) if LINK in message.text else ""


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


async def _postpone(desk: Desk, number: int, error: Transient, now: datetime) -> None:
    """Count a message that could not be made ready as a failed attempt."""
    async with in_transaction():
        message = await Message.get_or_none(id=number)
        if message is None or not _claimable(message, now):
            return
        message.attempt += 1
        outcome, changes = _outcome(message, error, now)
        mine = Message.filter(id=number, state=message.state, attempt=message.attempt - 1)
        if not await mine.update(**changes, attempt=message.attempt, lease_until=None):
            return
        await Attempt.create(
            message_id=number,
            number=message.attempt,
            at=now,
            outcome=outcome.result,
            reply_text=outcome.reply.text,
        )
        if outcome.state == "failed":
            await desk.settled(_envelope(message), outcome, now)


def _outcome(message: Message, result: Reply | SendError, now: datetime) -> tuple[Outcome, dict[str, object]]:
    """What became of an attempt, and the changes of its message."""
    reply = result if isinstance(result, Reply) else result.reply
    reply = Reply(reply.code, storable(reply.text)[:2000])
    if isinstance(result, Reply):
        return Outcome("sent", "sent", reply), {"state": "sent", "why": "", "settled_at": now}
    if isinstance(result, Permanent):
        changes: dict[str, object] = {"state": "failed", "why": "refused", "settled_at": now}
        return Outcome("permanent", "failed", reply), changes
    ambiguous = isinstance(result, Transient) and result.ambiguous
    kind: Literal["ambiguous", "transient"] = "ambiguous" if ambiguous else "transient"
    again = now + BACKOFF[min(max(message.attempt, 1), len(BACKOFF)) - 1]
    reached = not (isinstance(result, Transient) and result.unreachable)
    tried_at = (message.tried_at or now) if reached else None
    if tried_at is not None and again > tried_at + GIVE_UP_AFTER:
        return Outcome(kind, "failed", reply), {"state": "failed", "why": "gave_up", "settled_at": now}
    return Outcome(kind, "waiting", reply), {"state": "waiting", "why": kind, "not_before": again, "tried_at": tried_at}
