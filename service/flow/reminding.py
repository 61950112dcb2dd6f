"""Mail: the worker that sends it, inside this process; beside it what else goes on without a request.

The `reminders` room keeps the outbox and sends. What only the service knows reaches it through flow/desk. What is due
is in flow/planning, what a mail says in flow/mailtexts; both can be had from here.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from reminders import address
from reminders.delivery import envelope_of
from reminders.mailbox import LocalMailbox
from reminders.models import Message
from reminders.ports import Sender
from reminders.smtp import SmtpSender, parse_url
from reminders.texts import WITHOUT_LINK
from reminders.wording import mark_of, with_links
from reminders.worker import Worker
from service import mailwords
from service.flow import digest, exportschedules, hookplan, inbox, rounds
from service.flow.desk import MailDesk as MailDesk
from service.flow.exportwork import ExportWork
from service.flow.hookpost import HookPost
from service.flow.mailtexts import letter_words as letter_words
from service.flow.mailtexts import preview as preview
from service.flow.planning import OWES_NOT as OWES_NOT
from service.flow.planning import decide as decide
from service.flow.planning import plan_due as plan_due
from service.settings import Settings

log = logging.getLogger(__name__)


async def as_received(settings: Settings, message: Message, now: datetime) -> str:
    """A message's text as its recipient reads it, link or code included: for the local mailbox page only."""
    text, mark = message.text, mark_of(message)
    if mark in text:
        riders = await Message.filter(carried_by=message.id, state=message.state)
        together = sorted([message, *riders], key=lambda one: one.id)
        linked = [one for one in together if one.template not in WITHOUT_LINK]
        async with in_transaction():
            links = await MailDesk(settings, lambda: now).links([envelope_of(one) for one in linked])
        # A link that has ended leaves its place.
        text = with_links(text, [links[one.id] or mark for one in linked], mark)
    return mailwords.masked(text)


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether the sending part runs. `elsewhere`: another process does it."""

    alive: bool
    elsewhere: bool


class Postroom:
    """The worker inside this process: plans, sends, and is woken after something was queued."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        async def plan_now(now: datetime) -> int:
            planned = await _beside("periodic surveys", rounds.plan_due(settings, now))
            planned += await plan_due(settings, now) + await _beside("the digest", digest.plan_due(settings, now))
            if await _beside("exports", exportschedules.plan_due(now)):
                self._exports.wake()
            if settings.webhook is not None and await _beside("the gateway", hookplan.plan_due(now)):
                self._hooks.wake()
            return planned

        self._worker = Worker(
            MailDesk(settings, clock),
            sender_factory(settings),
            clock,
            plan_now,
            mail_from=address.mailbox(settings.mail_from),
            concurrency=settings.mail_connections,
            per_minute=settings.mail_per_minute,
        )
        self._watch = inbox.Watch(settings, clock)
        self._hooks = HookPost(settings, clock)
        self._exports = ExportWork(settings, clock)
        self._started = False

    def start(self) -> None:
        self._started = True
        self._worker.start()
        self._watch.start()
        self._hooks.start()
        self._exports.start()

    def wake(self) -> None:
        """Send now rather than at the next tick; call after the transaction."""
        if self._started:
            self._worker.wake()
            self._hooks.wake()

    def replan(self) -> None:
        """Plan and send now: a due time, the roster, a contact or a plan has changed; call after the transaction."""
        if self._started:
            self._worker.replan()
            self._hooks.wake()

    def export(self) -> None:
        """Make the files that were asked for now; call after the transaction."""
        if self._started:
            self._exports.wake()

    def wake_after(self, seconds: float) -> None:
        """Send then, rather than at the tick after."""
        if self._started:
            self._worker.wake_after(seconds)

    async def tick(self, now: datetime) -> int:
        """Plan and send once, at a moment given; how many were sent."""
        return (await self._worker.tick(now)).sent

    async def stop(self) -> None:
        if self._started:
            await self._exports.stop()
            await self._watch.stop()
            await self._hooks.stop()
            await self._worker.stop()

    @property
    def ready(self) -> Ready:
        return Ready(self._worker.alive, elsewhere=not self._started)


async def _beside(what: str, planning: Awaitable[int]) -> int:
    """How many were planned of what goes beside invitations and reminders: its faults must not keep those back."""
    try:
        return await planning
    except Exception:
        log.exception("%s could not be planned", what)
        return 0


def sender_factory(settings: Settings) -> Callable[[], Sender]:
    """Where mail goes: the SMTP server of the settings, else the local mailbox."""
    if settings.smtp_url is None:
        return LocalMailbox
    server = parse_url(settings.smtp_url)
    return lambda: SmtpSender(server)
