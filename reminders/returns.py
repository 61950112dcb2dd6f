"""What came back: reports and answers are tied to the messages they are about. In the caller's transaction.

Anybody can write a mail that says that another could not be delivered. A report is believed only when it returns the
Message-ID of a message of ours (128 random bits that its recipient's mail servers know, and nobody else), names the
address that this message went to, and comes while such a report can still come.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from reminders import inbound
from reminders.clean import one_line
from reminders.delivery import envelope_of
from reminders.inbound import Answer, Failure, Report
from reminders.models import Attempt, DeadAddress, Message, Received
from reminders.ports import Desk, Outcome, Reply

log = logging.getLogger(__name__)

# Servers give up after five days at most; a report later than this is not believed.
REPORTS_COME_WITHIN = timedelta(days=10)
ANSWERS_COME_WITHIN = timedelta(days=120)
_HANDED_OVER = ("sent", "ambiguous", "lost")
_ENDED = ("sent", "waiting", "failed")


async def take(desk: Desk, key: str, raw: bytes, now: datetime, clean: Callable[[str], str] = str) -> Received | None:
    """Record what a mail says about one of ours; None when it is about none, or was taken in before.

    A failure for good makes its message failed, and its address dead when the report says that nobody is there.
    clean: takes out of a text what staff may not see (personal links).
    """
    if await Received.exists(key=key):
        return None
    found = inbound.read(raw)
    if isinstance(found, Report):
        return await _report(desk, key, found, now)
    return await _answer(key, found, now, clean)


async def _report(desk: Desk, key: str, report: Report, now: datetime) -> Received | None:
    message = await Message.get_or_none(message_id=report.message_id) if report.message_id else None
    if message is None:
        return None
    failure = next((f for f in report.failures if message.to_address in f.addresses), None)
    if failure is None or failure.action not in ("failed", "delayed") or not await _handed_over(message, now):
        log.warning("a delivery report about message %d does not fit it", message.id)
        return None
    for_good = failure.action == "failed" and failure.status.startswith("5.")
    if for_good:
        for one in (message, *await Message.filter(carried_by=message.id, state__in=list(_ENDED)).order_by("id")):
            await _failed(desk, one, failure, now)
    return await Received.create(
        key=key,
        kind="bounce" if for_good else "delay",
        message_id=message.id,
        by="id",
        campaign=message.campaign,
        unit=message.unit,
        status=failure.status,
        text=failure.words,
        received_at=now,
    )


async def _handed_over(message: Message, now: datetime) -> bool:
    """Whether a server had it from us, not too long ago."""
    tries = Attempt.filter(message_id=message.id, outcome__in=list(_HANDED_OVER), at__gte=now - REPORTS_COME_WITHIN)
    return await tries.exists()


async def _failed(desk: Desk, message: Message, failure: Failure, now: datetime) -> None:
    envelope = envelope_of(message)
    await desk.lock([envelope])
    locked = await Message.filter(id=message.id).select_for_update().get()
    if locked.state not in _ENDED:
        return  # being sent again just now: its own end will tell
    words = one_line(f"{failure.status} {failure.words}", 600)
    await Message.filter(id=message.id).update(state="failed", why="bounced", settled_at=now)
    await Attempt.create(message_id=message.id, number=locked.attempt, at=now, outcome="bounced", reply_text=words)
    if _nobody_there(failure.status):
        values: dict[str, Any] = {
            "status": failure.status,
            "words": failure.words,
            "message_id": message.id,
            "since": now,
        }
        if not await DeadAddress.filter(address=message.to_address).update(**values, cleared_at=None):
            await DeadAddress.create(address=message.to_address, **values)
    await desk.settled([(envelope, Outcome("permanent", "failed", Reply(None, words)))], now)


def _nobody_there(status: str) -> bool:
    """Bad mailbox or domain, or one that was closed (RFC 3463). A full mailbox or a filter says nothing of the kind."""
    return status.startswith("5.1.") or status in ("5.2.1", "5.4.4")


async def _answer(key: str, answer: Answer, now: datetime, clean: Callable[[str], str]) -> Received | None:
    message, by = await _about(answer, now)
    if message is None:
        return None
    return await Received.create(
        key=key,
        kind="automatic" if answer.automatic else "reply",
        message_id=message.id,
        by=by,
        campaign=message.campaign,
        unit=message.unit,
        from_address=answer.from_address,
        from_name=answer.from_name,
        subject=clean(answer.subject),
        text=clean(answer.text),
        sent_at=answer.sent_at,
        received_at=now,
    )


async def _about(answer: Answer, now: datetime) -> tuple[Message | None, str]:
    """The message it answers: one whose Message-ID it names, else the last one to its sender's address."""
    named = {m.message_id: m for m in await Message.filter(message_id__in=list(answer.about))} if answer.about else {}
    for number in answer.about:
        if number in named:
            return named[number], "id"
    if not answer.from_address:
        return None, ""
    ours = Message.filter(to_address=answer.from_address, state="sent", settled_at__gte=now - ANSWERS_COME_WITHIN)
    return await ours.order_by("-id").first(), "address"


async def dead(addresses: Collection[str] | None = None) -> set[str]:
    """The addresses that nothing is sent to; among those given, when some are."""
    found = DeadAddress.filter(cleared_at=None)
    if addresses is not None:
        found = found.filter(address__in=sorted(addresses))
    return {str(address) for address in await found.values_list("address", flat=True)}
