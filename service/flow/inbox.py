"""Mail that comes in, read by IMAP: reports of what could not be delivered, and answers, shown with their unit."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tortoise.transactions import in_transaction

from reminders import imap, lease, returns
from reminders.models import DeadAddress, InboxPlace, Received
from service import words
from service.errors import NotFound
from service.flow import audit, principal
from service.flow.desk import MailDesk
from service.flow.principal import Principal
from service.models import Contact, Unit
from service.settings import Settings

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds between visits
AT_FIRST = timedelta(days=7)  # of a mailbox never read before, so much is looked at
PAGE = 50
# A mail guard (Outlook's Safe Links) carries the whole address percent-encoded in its own, another one even that.
_LINK = re.compile(r"(?:https?://|\{link\})?[^\s<>\"]*(?:/|%(?:25)*2[Ff])p(?:/|%(?:25)*2[Ff])\d{1,9}-[a-z2-7]{24}")


async def check(settings: Settings, now: datetime) -> int:
    """Read what came since last time; how many mails were about ours. What is wrong with the mailbox is kept and
    shown to staff."""
    assert settings.imap_url is not None
    inbox = imap.parse_url(settings.imap_url)
    kept = await InboxPlace.get_or_none(name=inbox.name)
    place = imap.Place(kept.validity, kept.uid) if kept and kept.validity else None
    try:
        found = await asyncio.to_thread(imap.fetch, inbox, place, words.local(now - AT_FIRST).date())
    except imap.InboxError as error:
        log.warning("the mailbox could not be read: %s", error)
        await _keep(inbox.name, place, now, str(error))
        return 0
    count = 0
    for uid, raw in found.mails:
        count += await _take(settings, f"{inbox.name}:{found.place.validity}:{uid}", raw, now)
        await _keep(inbox.name, imap.Place(found.place.validity, uid), now, "")
    await _keep(inbox.name, found.place, now, "")
    return count


async def _take(settings: Settings, key: str, raw: bytes, now: datetime) -> bool:
    try:
        async with in_transaction():
            received = await returns.take(MailDesk(settings, lambda: now), key, raw, now, masked)
            if received is not None:
                data = {"received": received.id, "kind": received.kind, "status": received.status}
                await audit.record("mail.received", f"message:{received.message_id}", principal.SYSTEM, now, data)
    except Exception:
        # One mail that cannot be read must not stop the others.
        log.exception("a mail that came in could not be taken in")
        return False
    return received is not None


async def _keep(name: str, place: imap.Place | None, now: datetime, problem: str) -> None:
    values: dict[str, Any] = {"checked_at": now, "problem": problem}
    if place is not None:
        values |= {"validity": place.validity, "uid": place.uid}
    if not await InboxPlace.filter(name=name).update(**values):
        await InboxPlace.create(name=name, **values)


def masked(text: str) -> str:
    """Without personal links: who answers quotes our mail."""
    return _LINK.sub("[…]", text)


@dataclass(frozen=True, slots=True)
class Came:
    """A mail that came in, with its unit's name and the address that ours had gone to."""

    mail: Received
    unit: str
    to_address: str


@dataclass(frozen=True, slots=True)
class Dead:
    """An address that nothing is sent to any more, and the units whose contacts have it."""

    address: DeadAddress
    units: Sequence[tuple[str, str]]


async def listing(page: int, *, campaign: int | None = None, unit: str = "") -> tuple[list[Came], int, int]:
    """One page of what came in, the newest first: (mails, page, pages)."""
    conditions = {"campaign": campaign, "unit": unit}
    found = Received.filter(**{name: value for name, value in conditions.items() if value not in (None, "")})
    pages = max(1, -(-await found.count() // PAGE))
    page = min(max(page, 1), pages)
    mails = await found.order_by("-id").offset((page - 1) * PAGE).limit(PAGE).select_related("message")
    rows = await Unit.filter(code__in=sorted({mail.unit for mail in mails})).values_list("code", "full_name")
    names = {str(code): str(name) for code, name in rows}
    return [Came(mail, names.get(mail.unit, mail.unit), mail.message.to_address) for mail in mails], page, pages


async def dead() -> list[Dead]:
    """The addresses out of use, the latest first."""
    rows = await DeadAddress.filter(cleared_at=None).order_by("-since", "id")
    contacts = await Contact.filter(email__in=[row.address for row in rows], active=True).select_related("unit")
    return [Dead(row, [(c.unit.code, c.unit.full_name) for c in contacts if c.email == row.address]) for row in rows]


async def problem() -> str:
    """What was wrong with the mailbox at the last visit, "" when nothing was."""
    last = await InboxPlace.all().order_by("-checked_at").first()
    return last.problem if last else ""


async def use_again(number: int, who: Principal, now: datetime) -> DeadAddress:
    """Put an address back in use. Raises NotFound."""
    async with in_transaction():
        found = await DeadAddress.filter(id=number, cleared_at=None).select_for_update().first()
        if found is None:
            raise NotFound()
        await DeadAddress.filter(id=number).update(cleared_at=now)
        await audit.record("address.use_again", f"address:{number}", who, now)
    return found


class Watch:
    """Visits the mailbox now and then while the process runs; one process at a time does."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._name = uuid4().hex
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._settings.imap_url is not None:
            self._task = asyncio.create_task(self._run(), name="inbox")

    async def stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if await lease.win("inbox", self._name, self._clock(), timedelta(minutes=5)):
                    try:
                        await check(self._settings, self._clock())
                    finally:
                        await lease.give_up("inbox", self._name, self._clock())
            except Exception:
                log.exception("visiting the mailbox failed; the next visit tries again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), EVERY)
