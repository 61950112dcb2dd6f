"""Claiming: short transactions for a handful of messages each, with no SMTP inside. Settling is in settling.py."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from reminders import rows, settling
from reminders.clean import one_line, storable
from reminders.models import Attempt, Message
from reminders.ports import Desk, Envelope, Outcome, Reply, Transient, Verdict

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
LINK = "{link}"
GO = Verdict()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until its lease ends.

    text: with the personal link in it, never stored and never logged. link: that link, or "". before: why it waited,
    ambiguous when it may have arrived already. calendar: the calendar file that goes along, or "".
    """

    envelope: Envelope
    message_id: str
    subject: str
    text: str = field(repr=False)
    link: str = field(repr=False)
    before: str = ""
    calendar: str = field(default="", repr=False)


async def claim(desk: Desk, now: datetime, limit: int = 1, lease: timedelta = LEASE) -> list[Claimed]:
    """Up to `limit` messages that are ours to send, oldest first; empty when nothing is due.

    On the way messages that are no longer owed are dropped with the Desk's reason, and those that
    must wait are put off. A message whose text cannot be made is put off like a failed sending and
    never stops the others. Raises when the database is away.
    """
    won: list[Claimed] = []
    busy: set[int] = set()
    while len(won) < limit:
        found = await _round(desk, now, limit - len(won), lease, busy)
        if found is None:
            break
        won += found
    return won


async def _round(desk: Desk, now: datetime, limit: int, lease: timedelta, busy: set[int]) -> list[Claimed] | None:
    """One transaction's claims, None when nothing was there to be looked at. Adds to `busy` what must be left."""
    numbers: list[int] = []
    try:
        async with in_transaction() as connection:
            messages = await _due(now, limit, busy)
            numbers = [message.id for message in messages]
            found = await _take(desk, connection, messages, now, lease)
            busy.update(found.busy)
    except Exception:
        if not numbers:
            raise
        # One of them cannot be made ready; which, is found out one at a time.
        log.exception("%d messages could not be made ready together", len(numbers))
        return await _one_by_one(desk, numbers, now, lease, busy)
    return found.won if messages else None


async def _one_by_one(
    desk: Desk, numbers: Sequence[int], now: datetime, lease: timedelta, busy: set[int]
) -> list[Claimed]:
    won: list[Claimed] = []
    for number in numbers:
        try:
            async with in_transaction() as connection:
                found = await _take(desk, connection, await _due(now, 1, busy, number), now, lease)
        except Exception as error:
            log.exception("message %d could not be made ready", number)
            await _postpone(desk, number, Transient(Reply(None, f"not made ready: {type(error).__name__}")), now)
        else:
            won += found.won
            busy.update(found.busy)
    return won


async def _due(now: datetime, limit: int, but: Collection[int], number: int | None = None) -> list[Message]:
    """What waits and is due, or was lost by whoever sent it, oldest first; locked, and nobody is waited for."""
    wanted = {} if number is None else {"id": number}
    chosen: list[Message] = []
    for marks in ({"state": "sending", "lease_until__lte": now}, {"state": "waiting", "not_before__lte": now}):
        found = (
            Message.filter(**marks, **wanted).exclude(id__in=list(but)) if but else Message.filter(**marks, **wanted)
        )
        some = found.order_by("not_before", "id").limit(limit - len(chosen))
        chosen += await some.select_for_update(skip_locked=True) if limit > len(chosen) else []
    return chosen


@dataclass(frozen=True, slots=True)
class _Found:
    won: list[Claimed]
    busy: Sequence[int]


async def _take(
    desk: Desk, connection: BaseDBAsyncClient, messages: Sequence[Message], now: datetime, lease: timedelta
) -> _Found:
    if not messages:
        return _Found([], ())
    envelopes = {message.id: envelope_of(message) for message in messages}
    verdicts = await desk.judge(list(envelopes.values()), now)
    going: list[Message] = []
    changes: dict[int, dict[str, Any]] = {}
    for message in messages:
        verdict = verdicts.get(message.id, GO)
        if verdict.busy:
            continue
        instead = _instead(message, verdict, now)
        changes[message.id] = instead or _sending(message, now, lease)
        if instead is None:
            going.append(message)
    await rows.change(changes)
    known = [message for message in messages if message.id in changes]
    await _note_lost([message for message in known if message.state == "sending"], now)
    ended = [envelopes[message.id] for message in known if changes[message.id]["state"] == "failed"]
    if ended:
        gave_up = Outcome("transient", "failed", Reply(None, "gave up"))
        await desk.settled([(envelope, gave_up) for envelope in ended], now)
    claimed = await _filled(desk, connection, going, envelopes, now) if going else []
    return _Found(claimed, [number for number in envelopes if number not in changes])


def _sending(message: Message, now: datetime, lease: timedelta) -> dict[str, Any]:
    return {
        "state": "sending",
        "attempt": rows.NEXT_ATTEMPT,
        "lease_until": now + lease,
        "tried_at": _clock_of_lost(message, now),
        "why": "",
    }


def _instead(message: Message, verdict: Verdict, now: datetime) -> dict[str, Any] | None:
    """The changes that keep a message from going now, or None when it goes."""
    reason = verdict.reason
    if reason is None and message.expires_at is not None and now >= message.expires_at:
        reason = "passed"
    if reason is not None:
        return {"state": "dropped", "why": reason, "settled_at": now, "lease_until": None}
    tried_at = _clock_of_lost(message, now)
    # One that takes its process with it each time is never settled: it ends here.
    if message.state == "sending" and tried_at is not None and now > tried_at + settling.GIVE_UP_AFTER:
        return {"state": "failed", "why": "gave_up", "settled_at": now, "lease_until": None}
    until = verdict.until
    if until is not None and until > now:
        # A lost one may have arrived: it keeps its words.
        why = "ambiguous" if message.state == "sending" else message.why
        later = tried_at and tried_at + (until - now)
        return {"state": "waiting", "not_before": until, "lease_until": None, "why": why, "tried_at": later}
    return None


def _clock_of_lost(message: Message, now: datetime) -> datetime | None:
    """When giving up counts from: an attempt that was lost may have reached the server."""
    return message.tried_at or (now if message.state == "sending" else None)


async def _note_lost(lost: Sequence[Message], now: datetime) -> None:
    if lost:
        await Attempt.bulk_create([Attempt(message_id=m.id, number=m.attempt, at=now, outcome="lost") for m in lost])


async def _filled(
    desk: Desk,
    connection: BaseDBAsyncClient,
    messages: Sequence[Message],
    envelopes: Mapping[int, Envelope],
    now: datetime,
) -> list[Claimed]:
    """The texts as they go out: composed now, unless they may have arrived already."""
    repeated = [m for m in messages if m.template and m.text and (m.state == "sending" or m.why == "ambiguous")]
    links = dict(await _links(desk, repeated, envelopes))
    # Sent again word for word, unless that promises a link that has ended.
    standing = {m.id for m in repeated if LINK not in m.text or links.get(m.id)}
    fresh = [m for m in messages if m.template and m.id not in standing]
    if fresh:
        composed = await desk.compose([envelopes[m.id] for m in fresh], now)
        for message in fresh:
            found = composed[message.id]
            message.subject, message.text = one_line(found.subject), storable(found.text)
            message.version, message.calendar = found.version, storable(found.calendar)
        await rows.keep_texts(connection, fresh)
    links |= await _links(desk, [m for m in messages if m.id not in standing], envelopes)
    return [_claimed(message, envelopes[message.id], links.get(message.id, "")) for message in messages]


async def _links(desk: Desk, messages: Sequence[Message], envelopes: Mapping[int, Envelope]) -> Mapping[int, str]:
    wanting = [envelopes[message.id] for message in messages if LINK in message.text]
    return await desk.links(wanting) if wanting else {}


def _claimed(message: Message, envelope: Envelope, link: str) -> Claimed:
    going = replace(envelope, attempt=message.attempt + 1)
    before = "ambiguous" if message.state == "sending" else message.why
    text = message.text.replace(LINK, link)
    return Claimed(going, message.message_id, message.subject, text, link, before, message.calendar)


def envelope_of(message: Message) -> Envelope:
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
        batch=message.batch,
    )


async def _postpone(desk: Desk, number: int, error: Transient, now: datetime) -> None:
    """Count a message that could not be made ready as a failed attempt."""
    async with in_transaction():
        plain = await Message.get_or_none(id=number)
        if plain is None:
            return
        await desk.lock([envelope_of(plain)])
        messages = await _due(now, 1, (), number)
        if not messages:
            return
        (message,) = messages
        message.attempt += 1
        outcome, changes = settling.outcome_of(message, error, now)
        await rows.change({number: {**changes, "attempt": message.attempt, "lease_until": None}})
        await settling.note(message.id, message.attempt, outcome, now)
        if outcome.state == "failed":
            await desk.settled([(envelope_of(message), outcome)], now)
