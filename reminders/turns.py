"""One mail a day for a mailbox: its reminders of all surveys and units are claimed together and go in one mail.

Each reminder stays a message of its own, with its own key, campaign and record; one of them carries the others, which
have `carried_by` and are sent, put off or failed with it. They are put together anew at each claim, of those that are
still owed then, but what may have arrived already stays together, under the Message-ID it had, and takes nothing in.
Who claims for a mailbox locks its row of `Turn` first (without waiting): nobody else holds a part of its reminders
then. A reminder that comes when its mailbox has had its mail waits for another day.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.queryset import QuerySet

from reminders.models import Message, Turn
from reminders.ports import Daily, Verdict
from reminders.steps import TEXTS
from reminders.texts import RETURNED

KIND = "reminder"
HAD_MAIL = "had_mail"


@dataclass(frozen=True, slots=True)
class Due:
    """Messages that are due and locked. turns: the rows of their mailboxes, of reminders. busy: ids to leave to
    somebody else."""

    messages: Sequence[Message]
    turns: Mapping[str, Turn] = field(default_factory=dict)
    busy: Sequence[int] = ()


def marks(now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is due: lost by whoever sent it, and waiting."""
    return {"state": "sending", "lease_until__lte": now}, {"state": "waiting", "not_before__lte": now}


async def due(now: datetime, limit: int, but: Collection[int]) -> Due:
    """Reminders that are due, oldest first: of up to `limit` mailboxes that nobody else claims for, all there are."""
    first: list[tuple[int, str]] = []
    for wanted in marks(now):
        if limit > len(first):
            rows = _some(but, **wanted).order_by("not_before", "id").limit(limit - len(first))
            first += [(number, address) for number, address in await rows.values_list("id", "to_address")]
    if not first:
        return Due(())
    turns = await _held({address for _number, address in first})
    busy = [number for number, address in first if address not in turns]
    return Due(await _all_of(turns, now, but), turns, busy)


async def due_of(numbers: Collection[int], now: datetime) -> Due:
    """Those of the messages that are due still, reminders with their mailboxes' rows."""
    rows = await Message.filter(id__in=list(numbers), kind=KIND).values_list("to_address", flat=True)
    turns = await _held({str(address) for address in rows}) if rows else {}
    found: list[Message] = []
    for wanted in marks(now):
        some = Message.filter(id__in=list(numbers), **wanted).order_by("not_before", "id")
        found += await some.select_for_update(skip_locked=True)
    return Due([message for message in found if message.kind != KIND or message.to_address in turns], turns)


def _some(but: Collection[int], **wanted: Any) -> QuerySet[Message]:
    found = Message.filter(kind=KIND, **wanted)
    return found.exclude(id__in=list(but)) if but else found


async def _all_of(addresses: Collection[str], now: datetime, but: Collection[int]) -> list[Message]:
    found: list[Message] = []
    if addresses:
        for wanted in marks(now):
            some = _some(but, to_address__in=sorted(addresses), **wanted).order_by("not_before", "id")
            found += await some.select_for_update(skip_locked=True)
    return found


async def _held(addresses: Collection[str]) -> dict[str, Turn]:
    """The mailboxes' rows, made where there are none, locked; those that somebody else holds are left out."""
    wanted = sorted(addresses)
    known = {str(address) for address in await Turn.filter(address__in=wanted).values_list("address", flat=True)}
    # In order, so that two who make the same rows wait for each other, not deadlock; nobody waits with one locked.
    new = [Turn(address=address) for address in wanted if address not in known]
    if new:
        await Turn.bulk_create(new, ignore_conflicts=True)
    rows = Turn.filter(address__in=wanted).order_by("address").select_for_update(skip_locked=True)
    return {row.address: row for row in await rows}


def may_have_arrived(message: Message) -> bool:
    return message.state == "sending" or message.why == "ambiguous"


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that go in one mail, in the order of ids. origin: the id of the message whose mail of them may have
    arrived already, 0 when none may. daily: None for a message that goes by itself at any time."""

    messages: Sequence[Message]
    origin: int = 0
    daily: Daily | None = None


def groups(messages: Iterable[Message], verdicts: Mapping[int, Verdict]) -> list[Group]:
    """The messages by the mail that they would go in; what may have arrived comes first."""
    found: dict[tuple[object, ...], list[Message]] = {}
    for message in messages:
        verdict = verdicts.get(message.id)
        together = verdict is not None and verdict.daily is not None and message.template in TEXTS | RETURNED
        key = (message.to_address, message.batch, _origin(message)) if together else (message.id,)
        found.setdefault(key, []).append(message)
    made = []
    for members in found.values():
        members.sort(key=lambda message: message.id)
        known = verdicts.get(members[0].id)
        made.append(Group(members, _origin(members[0]), known.daily if known else None))
    return sorted(made, key=lambda group: group.origin == 0)


def _origin(message: Message) -> int:
    return (message.carried_by or message.id) if may_have_arrived(message) else 0


class Served:
    """Which mailboxes have had their mail of the day, while claims are made in one transaction."""

    def __init__(self, turns: Mapping[str, Turn], holders: Mapping[int, bool]) -> None:
        self._turns = turns
        self._holders = dict(holders)
        self._changed: dict[str, Turn] = {}

    @classmethod
    async def of(cls, turns: Mapping[str, Turn]) -> "Served":
        numbers = sorted({turn.message for turn in turns.values() if turn.message})
        rows = await Message.filter(id__in=numbers).only("id", "state", "why") if numbers else []
        return cls(turns, {row.id: _counts(row) for row in rows})

    def take(self, group: Group, carrier: Message) -> bool:
        """Whether the group may go to its mailbox today; it has today's mail then."""
        turn = self._turns.get(carrier.to_address)
        if group.daily is None or turn is None:
            return True
        own = {message.id for message in group.messages} | {group.origin}
        had = turn.day == group.daily.day and turn.message not in own and self._holders.get(turn.message or 0, False)
        if had:
            return not group.daily.waits
        turn.day, turn.message = group.daily.day, carrier.id
        self._holders[carrier.id] = True
        self._changed[turn.address] = turn
        return True

    async def save(self, connection: BaseDBAsyncClient) -> None:
        if self._changed:
            sql = 'UPDATE "reminders_turn" SET "day" = {}, "message" = {} WHERE "address" = {}'
            signs = ("$1", "$2", "$3") if connection.capabilities.dialect == "postgres" else ("?", "?", "?")
            values = [[turn.day, turn.message, turn.address] for turn in self._changed.values()]
            await connection.execute_many(sql.format(*signs), values)


def _counts(message: Message) -> bool:
    """Whether its mail came to the mailbox, or may have."""
    return message.state in ("sent", "sending") or (message.state == "waiting" and message.why == "ambiguous")


async def had_mail(day: str) -> set[str]:
    """The mailboxes that have had their reminder of that day, or are getting it."""
    rows = await Turn.filter(day=day).values_list("address", "message")
    holders = {
        row.id for row in await Message.filter(id__in=[m for _a, m in rows]).only("id", "state", "why") if _counts(row)
    }
    return {str(address) for address, message in rows if message in holders}


async def complete(origins: Mapping[int, Collection[int]]) -> set[int]:
    """Of mails that may have arrived, by their message's id with those that go now: the ones that went with these."""
    if not origins:
        return set()
    rows = await Message.filter(carried_by__in=sorted(origins)).values_list("id", "carried_by")
    went: dict[int, set[int]] = {origin: {origin} for origin in origins}
    for number, origin in rows:
        went[origin].add(number)
    return {origin for origin, numbers in origins.items() if went[origin] == set(numbers)}


async def hand_over(origin: int, to: Message) -> None:
    """Give the Message-ID of a mail that may have arrived to another of its messages: its own is owed no more."""
    other = await Message.get(id=origin).only("id", "message_id")
    mine, others = to.message_id, other.message_id
    await Message.filter(id=origin).update(message_id=f"{others}-")
    await Message.filter(id=to.id).update(message_id=others)
    await Message.filter(id=origin).update(message_id=mine)
    to.message_id = others
