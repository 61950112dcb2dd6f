"""Claiming: short transactions for a handful of messages each, with no SMTP inside. Settling is in settling.py."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from reminders import rows, settling, turns, wording
from reminders.models import Attempt, Message
from reminders.ports import Daily, Desk, Outcome, Reply, Transient, Verdict
from reminders.wording import LINK as LINK
from reminders.wording import Claimed as Claimed
from reminders.wording import Going
from reminders.wording import envelope_of as envelope_of

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
GO = Verdict()


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
    due = turns.Due(())
    try:
        async with in_transaction() as connection:
            due = await _due(now, limit, busy)
            found = await _take(desk, connection, due, now, lease)
            busy.update(found.busy, due.busy)
    except Exception:
        if not due.messages:
            raise
        # One of them cannot be made ready; which, is found out one mail at a time, then one message.
        log.exception("%d messages could not be made ready together", len(due.messages))
        mails: dict[object, list[int]] = {}
        for message in due.messages:
            mails.setdefault(message.to_address if message.kind == turns.KIND else message.id, []).append(message.id)
        return await _one_by_one(desk, list(mails.values()), now, lease, busy)
    return found.won if due.messages or due.busy else None


async def _one_by_one(
    desk: Desk, mails: Sequence[Sequence[int]], now: datetime, lease: timedelta, busy: set[int]
) -> list[Claimed]:
    won: list[Claimed] = []
    for numbers in mails:
        try:
            async with in_transaction() as connection:
                found = await _take(desk, connection, await turns.due_of(numbers, now), now, lease)
        except Exception as error:
            if len(numbers) > 1:
                won += await _one_by_one(desk, [[number] for number in numbers], now, lease, busy)
                continue
            log.exception("message %d could not be made ready", numbers[0])
            await _postpone(desk, numbers[0], Transient(Reply(None, f"not made ready: {type(error).__name__}")), now)
        else:
            won += found.won
            busy.update(found.busy)
    return won


async def _due(now: datetime, limit: int, but: Collection[int]) -> turns.Due:
    """What waits and is due, or was lost by whoever sent it, oldest first; locked, and nobody is waited for."""
    chosen: list[Message] = []
    for marks in turns.marks(now):
        found = Message.filter(**marks).exclude(kind=turns.KIND)
        if limit > len(chosen):
            some = (found.exclude(id__in=list(but)) if but else found).order_by("not_before", "id")
            chosen += await some.limit(limit - len(chosen)).select_for_update(skip_locked=True)
    if len(chosen) >= limit:
        return turns.Due(chosen)
    reminders = await turns.due(now, limit - len(chosen), but)
    return replace(reminders, messages=[*chosen, *reminders.messages])


@dataclass(frozen=True, slots=True)
class _Found:
    won: list[Claimed]
    busy: Sequence[int]


async def _take(desk: Desk, connection: BaseDBAsyncClient, due: turns.Due, now: datetime, lease: timedelta) -> _Found:
    messages = due.messages
    if not messages:
        return _Found([], ())
    envelopes = {message.id: envelope_of(message) for message in messages}
    verdicts = await desk.judge(list(envelopes.values()), now)
    served = await turns.Served.of(due.turns)
    mails: list[Going] = []
    changes: dict[int, dict[str, Any]] = {}
    for group in turns.groups(messages, verdicts):
        if not any(verdicts.get(message.id, GO).busy for message in group.messages):
            mails += _settled_on(group, verdicts, served, changes, now, lease)
    await rows.change(changes)
    await served.save(connection)
    known = [message for message in messages if message.id in changes]
    await _note_lost([message for message in known if message.state == "sending"], now)
    ended = [envelopes[message.id] for message in known if changes[message.id]["state"] == "failed"]
    if ended:
        gave_up = Outcome("transient", "failed", Reply(None, "gave up"))
        await desk.settled([(envelope, gave_up) for envelope in ended], now)
    claimed = await wording.claimed(desk, connection, mails, envelopes, now) if mails else []
    return _Found(claimed, [number for number in envelopes if number not in changes])


def _settled_on(
    group: turns.Group,
    verdicts: Mapping[int, Verdict],
    served: turns.Served,
    changes: dict[int, dict[str, Any]],
    now: datetime,
    lease: timedelta,
) -> list[Going]:
    """The mail that goes of a group, if one does; adds the changes of its messages."""
    going: list[Message] = []
    for message in group.messages:
        instead = _instead(message, verdicts.get(message.id, GO), now)
        if instead is None and any(other.ref == message.ref for other in going) and group.daily is not None:
            instead = _another_day(message, group.daily, now)  # the mail tells of each unit's survey once
        if instead is None:
            going.append(message)
        else:
            # Who leaves a mail that nobody got is carried by it no more.
            changes[message.id] = instead if turns.may_have_arrived(message) else {**instead, "carried_by": None}
    if not going:
        return []
    carrier = next((message for message in going if message.id == group.origin), going[0])
    if not served.take(group, carrier):
        assert group.daily is not None
        changes.update({message.id: _another_day(message, group.daily, now) for message in going})
        return []
    for message in going:
        by = None if message is carrier else carrier.id
        changes[message.id] = {**_sending(message, now, lease), "carried_by": by}
    return [Going(going, carrier, group.origin)]


def _another_day(message: Message, daily: Daily, now: datetime) -> dict[str, Any]:
    """Its mailbox has had its mail: it waits for the next day, or means nothing any more then."""
    if message.expires_at is not None and message.expires_at <= daily.again_at:
        return {"state": "dropped", "why": turns.HAD_MAIL, "settled_at": now, "lease_until": None}
    return _put_off(message, daily.again_at, now, turns.HAD_MAIL)


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
    if verdict.until is not None and verdict.until > now:
        return _put_off(message, verdict.until, now, message.why)
    return None


def _put_off(message: Message, until: datetime, now: datetime, why: str) -> dict[str, Any]:
    """It waits; the time it is held is none of its tries."""
    # One that may have arrived keeps its words.
    why = "ambiguous" if turns.may_have_arrived(message) else why
    tried_at = _clock_of_lost(message, now)
    later = tried_at and tried_at + (until - now)
    return {"state": "waiting", "not_before": until, "lease_until": None, "why": why, "tried_at": later}


def _clock_of_lost(message: Message, now: datetime) -> datetime | None:
    """When giving up counts from: an attempt that was lost may have reached the server."""
    return message.tried_at or (now if message.state == "sending" else None)


async def _note_lost(lost: Sequence[Message], now: datetime) -> None:
    if lost:
        await Attempt.bulk_create([Attempt(message_id=m.id, number=m.attempt, at=now, outcome="lost") for m in lost])


async def _postpone(desk: Desk, number: int, error: Transient, now: datetime) -> None:
    """Count a message that could not be made ready as a failed attempt."""
    async with in_transaction():
        plain = await Message.get_or_none(id=number)
        if plain is None:
            return
        await desk.lock([envelope_of(plain)])
        messages = (await turns.due_of([number], now)).messages
        if not messages:
            return
        (message,) = messages
        message.attempt += 1
        outcome, changes = settling.outcome_of(message, error, now)
        await rows.change({number: {**changes, "attempt": message.attempt, "lease_until": None}})
        await settling.note(message.id, message.attempt, outcome, now)
        if outcome.state == "failed":
            await desk.settled([(envelope_of(message), outcome)], now)
