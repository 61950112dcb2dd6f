"""Mail: the worker that sends it, and what the `reminders` room asks the service about each message.

That room keeps the outbox and sends. What only the service knows reaches it through `MailDesk`. Whether a unit still
owes is decided again in the transaction that claims its message. What is due is in flow/planning, what a mail says in
flow/mailtexts; both can be had from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reminders import address
from reminders.delivery import LINK
from reminders.mailbox import LocalMailbox
from reminders.models import Message
from reminders.ports import Envelope, Outcome, Sender
from reminders.smtp import SmtpSender, parse_url
from reminders.texts import WITHOUT_LINK
from reminders.worker import Worker
from service import life, mailwords
from service.flow import entry, events, mailtexts, planning, principal, recipients, units
from service.flow.mailtexts import letter_words as letter_words
from service.flow.mailtexts import preview as preview
from service.flow.planning import OWES_NOT as OWES_NOT
from service.flow.planning import decide as decide
from service.flow.planning import plan_due as plan_due
from service.models import Campaign, Contact, Invitation
from service.settings import Settings

MOVING = ("invitation", "reminder")  # kinds whose fate moves an invitation, when they carry its link


class MailDesk:
    """What the outbox asks the service (reminders.ports.Desk). Awaits database calls only."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock

    async def why_not(self, envelope: Envelope, at: datetime) -> str | None:
        """Why a message is no longer owed; also asked in the claim transaction, with the invitation locked."""
        if envelope.kind not in MOVING:
            return None
        invitation = await _locked(envelope)
        if invitation is None:
            return "recalled"
        campaign = await Campaign.get(id=invitation.campaign_id)
        reason = planning.why_not(campaign, invitation.state, at)
        if reason is None and envelope.kind == "reminder" and envelope.due_round != invitation.due_round:
            reason = "replanned"
        if reason is None:
            role = _audience(campaign, envelope)
            reader = await recipients.reader(invitation.unit_id, envelope.to_address, role=role)
            reason = None if reader else "contact_gone"
        return reason

    async def hold(self, envelope: Envelope, at: datetime) -> datetime | None:
        """A reminder that became late waits for office hours; all else goes at any hour."""
        if envelope.kind != "reminder":
            return None
        calendar = await units.calendar()
        return None if calendar.in_office_hours(at) else calendar.next_office_moment(at)

    async def compose(self, envelope: Envelope, at: datetime) -> tuple[str, str]:
        """Subject and text as of the moment of sending: days left, share, names."""
        invitation = await Invitation.get(id=recipients.invitation_id(envelope.ref)).select_related("campaign__staff")
        if envelope.kind != "receipt":
            return await mailtexts.composed(self._settings, invitation, envelope.template, envelope.to_name, at)
        submission = recipients.submission_id(envelope.key)
        reader = await recipients.reader(invitation.unit_id, envelope.to_address)
        return await mailtexts.receipt(
            self._settings, invitation, submission, envelope.to_name, with_link=reader is not None
        )

    async def fill(self, envelope: Envelope, text: str) -> str:
        """The text with this contact's personal link; without it when the mailbox is nobody's any more."""
        return text.replace(LINK, await _link(self._settings, envelope, self._clock()))

    async def settled(self, envelope: Envelope, outcome: Outcome, at: datetime) -> None:
        """A link delivered moves the invitation to sent; when every address refused, to undeliverable."""
        if envelope.kind not in MOVING or envelope.template in WITHOUT_LINK or outcome.state == "waiting":
            return
        invitation = await _locked(envelope)
        if invitation is None:
            return
        if outcome.state == "sent":
            act = life.Act.DELIVER
        elif outcome.result == "permanent" and await _every_address_refused(invitation):
            act = life.Act.BOUNCE
        else:
            return
        if life.may(life.State(invitation.state), act, principal.SYSTEM.actor):
            await events.apply(invitation, act, principal.SYSTEM, at=at, recorded_at=at)


async def _locked(envelope: Envelope) -> Invitation | None:
    """None when the campaign was called back, its invitations with it."""
    return await Invitation.select_for_update().get_or_none(id=recipients.invitation_id(envelope.ref))


def _audience(campaign: Campaign, envelope: Envelope) -> str:
    """Whose mailbox it must still be: that of an official, or of a leader when the step goes to leaders."""
    return next((str(step["to"]) for step in campaign.reminders if step["id"] == envelope.step), "official")


async def _every_address_refused(invitation: Invitation) -> bool:
    """Whether each mailbox that the unit's officials use now never got a link and was refused at last.

    One that was given up or waits may yet be reached: it is no reason to call a unit undeliverable.
    """
    rows = (
        await Message.filter(ref=recipients.reference(invitation.id), kind__in=MOVING)
        .exclude(template__in=list(WITHOUT_LINK))
        .exclude(state__in=["dropped", "cancelled"])
        .order_by("id")
        .values_list("to_address", "state", "why")
    )
    ends: dict[str, list[tuple[str, str]]] = {}
    for mailbox, state, why in rows:
        ends.setdefault(mailbox, []).append((state, why))
    people = (await recipients.by_unit([invitation.unit_id])).get(invitation.unit_id, ())
    used = [ends.get(recipient.address, []) for recipient in recipients.mailboxes(people, "official")]
    return bool(used) and all(e[-1:] == [("failed", "refused")] and ("sent", "") not in e for e in used)


async def as_received(settings: Settings, message: Message, now: datetime) -> str:
    """A message's text as its recipient reads it, link included: for the local mailbox page only."""
    link = await _link(settings, message, now) if LINK in message.text else ""
    return mailwords.masked(message.text.replace(LINK, link) if link else message.text)


async def _link(settings: Settings, mail: Envelope | Message, now: datetime) -> str:
    """The address of the personal link of whoever reads the mail; "" when nobody in use at the unit does."""
    invitation = await Invitation.get(id=recipients.invitation_id(mail.ref))
    reader = await recipients.reader(invitation.unit_id, mail.to_address, contact=mail.contact)
    if reader is None:
        return ""
    # Locked: somebody who is taken off the list just now has this link ended with the others, or gets none.
    if not await Contact.select_for_update().get_or_none(id=reader.id, active=True, email=mail.to_address):
        return ""
    link = await entry.link_for(invitation.id, reader.id, mail.to_address, now)
    return entry.address_of(settings.public_url, settings.secret_key, link)


@dataclass(frozen=True, slots=True)
class Ready:
    """Whether the sending part runs. `elsewhere`: another process does it."""

    alive: bool
    elsewhere: bool


class Postroom:
    """The worker inside this process: plans, sends, and is woken after something was queued."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        async def plan_now(now: datetime) -> int:
            return await plan_due(settings, now)

        self._worker = Worker(
            MailDesk(settings, clock),
            sender_factory(settings),
            clock,
            plan_now,
            mail_from=address.mailbox(settings.mail_from),
        )
        self._started = False

    def start(self) -> None:
        self._started = True
        self._worker.start()

    def wake(self) -> None:
        """Send now rather than at the next tick; call after the transaction."""
        if self._started:
            self._worker.wake()

    async def tick(self, now: datetime) -> int:
        """Plan and send once, at a moment given; how many were sent."""
        return (await self._worker.tick(now)).sent

    async def stop(self) -> None:
        if self._started:
            await self._worker.stop()

    @property
    def ready(self) -> Ready:
        return Ready(self._worker.alive, elsewhere=not self._started)


def sender_factory(settings: Settings) -> Callable[[], Sender]:
    """Where mail goes: the SMTP server of the settings, else the local mailbox."""
    if settings.smtp_url is None:
        return LocalMailbox
    server = parse_url(settings.smtp_url)
    return lambda: SmtpSender(server)
