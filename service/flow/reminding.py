"""Reminders: which units still owe, what their mails say, and the worker that sends them.

The `reminders` room decides who is due (plan), keeps the outbox and sends. What only the service knows reaches it
through `MailDesk`. Whether a unit still owes is decided again in the transaction that claims its message.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from reminders import address, outbox, plan, steps, texts
from reminders.calendar import Calendar, CalendarGap
from reminders.delivery import LINK
from reminders.mailbox import LocalMailbox
from reminders.models import Message
from reminders.ports import Envelope, Outcome, Sender
from reminders.smtp import SmtpSender, parse_url
from reminders.worker import Worker
from service import life, words
from service.flow import entry, events, forms, principal, progress, recipients, units
from service.models import Campaign, Contact, Event, Invitation, Submission, Unit
from service.settings import Settings
from service.words import _

OWES_NOT = {
    life.State.SUBMITTED: "answered",
    life.State.ACCEPTED: "answered",
    life.State.RECEIVED: "answered",
    life.State.EXEMPT: "exempt",
}


async def plan_due(settings: Settings, now: datetime) -> int:
    """Queue the reminders that are due; how many. Outside office hours none is."""
    calendar = await units.calendar()
    try:
        if not calendar.in_office_hours(now):
            return 0
        decisions = [await decide(campaign, now, calendar) for campaign in await _running(now)]
    except CalendarGap:
        return 0  # the preview and the campaign page say so; nothing is sent on a guess
    letters = [outbox.from_notice(notice) for decision in decisions for notice in decision.notices]
    if not letters:
        return 0
    async with in_transaction() as connection:
        return len(await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings)))


async def _running(now: datetime) -> list[Campaign]:
    found = await Campaign.filter(published_at__not_isnull=True)
    return [campaign for campaign in found if campaign.closes_at is None or campaign.closes_at >= now]


async def decide(campaign: Campaign, now: datetime, calendar: Calendar) -> plan.Decision:
    """Who of a campaign would be mailed at that moment, and why not the others. Raises CalendarGap."""
    pending = await _pending(campaign, now)
    already = await outbox.known_keys([campaign.id])
    return plan.due(pending, steps.from_json(campaign.reminders), now, calendar, already)


async def _pending(campaign: Campaign, now: datetime) -> list[plan.Pending]:
    assert campaign.published_at is not None
    invitations = await Invitation.filter(campaign=campaign).order_by("code")
    mailboxes = await recipients.by_unit([invitation.unit_id for invitation in invitations])
    begun = await _rounds_begun([i.id for i in invitations if i.due_round])
    opened = max(campaign.published_at, campaign.opens_at or campaign.published_at)
    return [
        plan.Pending(
            ref=recipients.reference(invitation.id),
            campaign=campaign.id,
            unit=invitation.code,
            state=invitation.state,
            due_at=invitation.due_at,
            due_round=invitation.due_round,
            published_at=begun.get(invitation.id, opened),
            closes_at=campaign.closes_at,
            recipients=mailboxes.get(invitation.unit_id, ()),
            why_not=_why_not(campaign, invitation.state, now),
        )
        for invitation in invitations
    ]


async def _rounds_begun(invitation_ids: Sequence[int]) -> dict[int, datetime]:
    """When each invitation's present due round began: its last extension or return."""
    if not invitation_ids:
        return {}
    rows = (
        await Event.filter(invitation_id__in=invitation_ids, act__in=[life.Act.EXTEND, life.Act.RETURN])
        .order_by("seq")
        .values_list("invitation_id", "recorded_at")
    )
    return dict(rows)


def _why_not(campaign: Campaign, state: str, at: datetime) -> str | None:
    if campaign.closes_at is not None and at > campaign.closes_at:
        return "closed"
    return OWES_NOT.get(life.State(state))


class MailDesk:
    """What the outbox asks the service (reminders.ports.Desk). Awaits database calls only."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock

    async def why_not(self, envelope: Envelope, at: datetime) -> str | None:
        """Why a message is no longer owed; also asked in the claim transaction, with the invitation locked."""
        if envelope.kind not in ("reminder", "invitation"):
            return None
        number = recipients.invitation_id(envelope.ref)
        invitation = await Invitation.select_for_update().get(id=number)
        campaign = await Campaign.get(id=invitation.campaign_id)
        reason = _why_not(campaign, invitation.state, at)
        if reason is None and envelope.kind == "reminder" and envelope.due_round != invitation.due_round:
            reason = "replanned"
        if reason is None and envelope.contact is not None:
            active = await Contact.exists(id=envelope.contact, active=True, email=envelope.to_address)
            reason = None if active else "contact_gone"
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
        return await _composed(self._settings, invitation, envelope.template, envelope.to_name, at)

    async def fill(self, envelope: Envelope, text: str) -> str:
        """The text with this contact's personal link."""
        return await _with_link(self._settings, envelope, text, self._clock())

    async def settled(self, envelope: Envelope, outcome: Outcome, at: datetime) -> None:
        """A delivered mail moves the invitation to sent; when every address failed, to undeliverable."""
        if envelope.kind not in ("reminder", "invitation") or outcome.state == "waiting":
            return
        number = recipients.invitation_id(envelope.ref)
        invitation = await Invitation.select_for_update().get(id=number)
        if outcome.state == "sent":
            act = life.Act.DELIVER
        elif await _every_address_failed(envelope):
            act = life.Act.BOUNCE
        else:
            return
        if life.may(life.State(invitation.state), act, principal.SYSTEM.actor):
            await events.apply(invitation, act, principal.SYSTEM, at=at, recorded_at=at)


async def preview(
    settings: Settings, campaign: Campaign, unit: Unit, due_at: datetime, at: datetime
) -> tuple[str, str]:
    """Subject and text of the invitation a unit would get, before publication; `{link}` stays."""
    invitation = Invitation(campaign=campaign, unit=unit, full_name=unit.full_name, due_at=due_at)
    return await _composed(settings, invitation, "invitation", "", at)


async def _composed(
    settings: Settings, invitation: Invitation, template: str, to_name: str, at: datetime
) -> tuple[str, str]:
    """A template filled in for an invitation whose campaign and staff member are loaded."""
    values = _values(settings, invitation, to_name)
    wanted = texts.load(template).placeholders()
    if wanted & {"minutes", "figures"}:
        brief = await forms.brief(invitation.campaign.form_id)
        values |= {"minutes": words.number(brief.minutes), "figures": "; ".join(brief.figures)}
    if wanted & {"days_left", "days_late"}:
        values |= await _days(invitation.due_at, at)
    if "share" in wanted:
        values["share"] = await _share(invitation.campaign_id)
    if template == "receipt":
        values |= await _receipt_values(invitation)
    return texts.render(template, values)


async def _every_address_failed(envelope: Envelope) -> bool:
    """No invitation mail of this invitation was delivered or may still be."""
    return not await Message.exists(ref=envelope.ref, kind="invitation", state__in=["waiting", "sending", "sent"])


def _values(settings: Settings, invitation: Invitation, to_name: str) -> dict[str, str]:
    campaign = invitation.campaign
    staff = campaign.staff
    return {
        "unit": invitation.full_name,
        "recipient": to_name,
        "survey": campaign.title,
        "letter": letter_words(campaign),
        "due": words.due(invitation.due_at),
        "staff_name": staff.name if staff else "",
        "staff_phone": staff.phone if staff else "",
        "site": "",
        "sender": address.mailbox(settings.mail_from).name or "Phiếu",
    }


async def _days(due_at: datetime, at: datetime) -> dict[str, str]:
    calendar = await units.calendar()
    return {"days_left": days_left(calendar, due_at, at), "days_late": days_late(calendar, due_at, at)}


async def _receipt_values(invitation: Invitation) -> dict[str, str]:
    rows = Submission.filter(invitation=invitation).order_by("-number").limit(1)
    [(receipt, submitted_at, digest)] = await rows.values_list("receipt", "submitted_at", "hash")
    return {"receipt": receipt, "submitted_at": words.moment(submitted_at), "hash": digest}


async def _share(campaign_id: int) -> str:
    """59/114, by the invitations' present states."""
    responded, expected = life.share((await progress.states([campaign_id])).get(campaign_id, {}))
    return f"{words.number(responded)}/{words.number(expected)}"


def letter_words(campaign: Campaign, *, subject: bool = True) -> str:
    """số 111/KH-SKHCN ngày 8/7/2025 về việc …, as far as it is known; `subject` False leaves the last part out."""
    parts = []
    if campaign.letter_number:
        parts.append(_("số {number}").format(number=campaign.letter_number))
    if campaign.letter_date:
        parts.append(_("ngày {day}").format(day=words.day(campaign.letter_date)))
    if subject and campaign.letter_subject:
        parts.append(_("về việc {subject}").format(subject=campaign.letter_subject))
    return " ".join(parts)


def days_left(calendar: Calendar, due_at: datetime, at: datetime) -> str:
    """còn 2 ngày làm việc; hết hạn hôm nay; đã quá hạn."""
    if at > due_at:
        return _("đã quá hạn")
    try:
        count = calendar.working_days_between(at, due_at)
    except CalendarGap:
        return ""
    if count > 0:
        return _("còn {count} ngày làm việc").format(count=count)
    if words.local(at).date() == words.local(due_at).date():
        return _("hết hạn hôm nay")
    return _("không còn ngày làm việc nào trước hạn")


def days_late(calendar: Calendar, due_at: datetime, at: datetime) -> str:
    """2 ngày làm việc; the working days since the due day, at least "trong hôm nay"."""
    try:
        count = calendar.working_days_between(due_at, at)
    except CalendarGap:
        return ""
    return _("{count} ngày làm việc").format(count=count) if count > 0 else _("chưa đến 01 ngày làm việc")


async def as_received(settings: Settings, message: Message, now: datetime) -> str:
    """A message's text as its recipient reads it, link included: for the local mailbox page only."""
    return await _with_link(settings, message, message.text, now)


async def _with_link(settings: Settings, mail: Envelope | Message, text: str, now: datetime) -> str:
    if LINK not in text:
        return text
    link = await entry.link_for(recipients.invitation_id(mail.ref), mail.contact, mail.to_address, now)
    return text.replace(LINK, entry.address_of(settings.public_url, settings.secret_key, link))


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
