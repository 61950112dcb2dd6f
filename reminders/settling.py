"""Settling: what became of attempts, recorded in one short transaction with the Desk's own records.

When a message is given up: 24 hours after the first attempt that reached the server. A server that cannot be reached
sets that clock back, a time that a message is held does not count, and what waited through downtime is tried first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from tortoise.transactions import in_transaction

from reminders import rows
from reminders.clean import storable
from reminders.models import Attempt, Message
from reminders.ports import Desk, Envelope, Outcome, Permanent, Reply, SendError, Transient

if TYPE_CHECKING:
    from reminders.delivery import Claimed

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
GIVE_UP_AFTER = timedelta(hours=24)


async def settle(
    desk: Desk, ends: "Sequence[tuple[Claimed, Reply | SendError]]", now: datetime
) -> list[Outcome | None]:
    """Record how attempts ended; the outcome of each. What went in one mail ends alike.

    A sending that succeeded counts even when the lease had ended and somebody else holds the message.
    None for a message that was settled meanwhile; its attempt is recorded all the same.
    """
    async with in_transaction() as connection:
        await desk.lock([envelope for claimed, _result in ends for envelope in claimed.envelopes])
        known = await _locked({envelope.id for claimed, _result in ends for envelope in claimed.envelopes})
        changes: dict[int, dict[str, Any]] = {}
        attempts: list[tuple[int, int, Outcome]] = []
        told: list[tuple[Envelope, Outcome]] = []
        found: list[Outcome | None] = []
        for claimed, result in ends:
            outcome, change = outcome_of(known[claimed.envelope.id], result, now)
            counted = len(told)
            for envelope in claimed.envelopes:
                message = known[envelope.id]
                attempts.append((message.id, envelope.attempt, outcome))
                if _counts(message, envelope, outcome):
                    changes[message.id] = {**change, "lease_until": None}
                    message.state = str(change["state"])
                    told.append((envelope, outcome))
            found.append(outcome if len(told) > counted else None)
        await rows.change(changes)
        await rows.add_attempts(connection, attempts, now)
        if told:
            await desk.settled(told, now)
    return found


async def release(claimed: "Sequence[Claimed]") -> None:
    """Give back what was claimed and never handed to the server: it waits as before."""
    async with in_transaction():
        known = await _locked({envelope.id for one in claimed for envelope in one.envelopes})
        back = {"state": "waiting", "attempt": rows.ATTEMPT_BEFORE, "lease_until": None}
        await rows.change(
            {
                envelope.id: {**back, "why": one.before}
                for one in claimed
                for envelope in one.envelopes
                if (known[envelope.id].state, known[envelope.id].attempt) == ("sending", envelope.attempt)
            }
        )


async def _locked(numbers: set[int]) -> Mapping[int, Message]:
    found = Message.filter(id__in=sorted(numbers)).order_by("id").only("id", "state", "attempt", "tried_at")
    return {message.id: message for message in await found.select_for_update()}


def _counts(message: Message, envelope: Envelope, outcome: Outcome) -> bool:
    if outcome.state == "sent":
        return message.state in ("sending", "waiting")
    return message.state == "sending" and message.attempt == envelope.attempt


def outcome_of(message: Message, result: Reply | SendError, now: datetime) -> tuple[Outcome, dict[str, Any]]:
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


async def note(number: int, attempt: int, outcome: Outcome, now: datetime) -> None:
    """Record one attempt."""
    await Attempt.create(
        message_id=number,
        number=attempt,
        at=now,
        outcome=outcome.result,
        reply_code=outcome.reply.code,
        reply_text=outcome.reply.text,
    )
