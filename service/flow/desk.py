"""What the outbox asks the service about its messages, for many at once: who still owes, what to say, whose link.

Whether a unit still owes is decided again here, in the transaction that claims its message.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar

from reminders import returns
from reminders.calendar import Calendar, CalendarGap
from reminders.models import Message
from reminders.ports import Attachment, Composed, Daily, Envelope, Outcome, Verdict
from reminders.texts import WITHOUT_LINK
from service import life
from service.database import is_postgres
from service.flow import codes, entry, events, exportschedules, notices, planning, principal, recipients, units
from service.flow.gathering import Item, gathered
from service.flow.mailtexts import Writer
from service.models import Campaign, Contact, Invitation
from service.settings import Settings

MOVING = ("invitation", "reminder")  # kinds whose fate moves an invitation, when they carry its link
R = TypeVar("R", Invitation, Contact)


class MailDesk:
    """What the outbox asks the service (reminders.ports.Desk). Awaits database calls only."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._seen = _Seen()

    async def judge(self, envelopes: Sequence[Envelope], at: datetime) -> Mapping[int, Verdict]:
        """Who owes no more, whose mailbox it is no more, which reminder waits for office hours.

        Invitations and contacts are locked, so that they stay as they are until the messages are claimed.
        """
        moving = {_invitation_id(envelope) for envelope in envelopes if _owed(envelope)}
        others = {_invitation_id(envelope) for envelope in envelopes if envelope.kind == "receipt"} - moving
        held, busy = await _held(Invitation, moving)
        seen = self._seen = await _Seen.of(held | await _by_id(Invitation, others), envelopes, lock=True)
        invitations, readers = seen.invitations, seen.readers
        calendar = await self._calendar(envelopes)
        dead = await returns.dead({envelope.to_address for envelope in envelopes})
        found: dict[int, Verdict] = {}
        for envelope in envelopes:
            if envelope.to_address in dead:
                found[envelope.id] = Verdict("bounced")
                continue
            if not _owed(envelope) and envelope.kind != "receipt":
                continue
            number = _invitation_id(envelope)
            invitation = invitations.get(number)
            if number in busy or (invitation is not None and readers.busy(invitation.unit_id, envelope)):
                found[envelope.id] = Verdict(busy=True)
            elif invitation is None:
                found[envelope.id] = Verdict("recalled")
            elif _owed(envelope):
                reason = _why_not(envelope, invitation, seen.campaigns[invitation.campaign_id], readers, at)
                found[envelope.id] = Verdict(reason)
                if calendar is not None and envelope.kind == "reminder":
                    # A person may press "send now" at night, and write twice a day.
                    later = None if envelope.batch else _later(calendar, at)
                    daily = _daily(envelope, seen.campaigns[invitation.campaign_id], calendar, at)
                    found[envelope.id] = Verdict(reason, later, daily=daily)
        return found

    async def _looked_up(self, envelopes: Sequence[Envelope]) -> "_Seen":
        """What judging these messages has looked up in this transaction and locked since; else it is looked up now."""
        if all(envelope.id in self._seen.ids for envelope in envelopes):
            return self._seen
        numbers = {_invitation_id(envelope) for envelope in envelopes}
        return await _Seen.of(await _by_id(Invitation, numbers), envelopes)

    async def _calendar(self, envelopes: Sequence[Envelope]) -> Calendar | None:
        """The working days, when there is a reminder: all else goes at any hour, and any number of times a day."""
        return await units.calendar() if any(envelope.kind == "reminder" for envelope in envelopes) else None

    async def compose(self, envelopes: Sequence[Envelope], at: datetime) -> Mapping[int, Composed]:
        """What they say as of the moment of sending: days left, share, names."""
        seen = await self._looked_up(envelopes)
        writer = Writer(self._settings, at)
        found: dict[int, Composed] = {}
        for envelope in envelopes:
            invitation = seen.invitations[_invitation_id(envelope)]
            invitation.campaign = seen.campaigns[invitation.campaign_id]
            if envelope.kind == "receipt":
                submission = recipients.submission_id(envelope.key)
                with_link = seen.readers.of_mail(invitation.unit_id, envelope) is not None
                made = await writer.receipt(invitation, submission, envelope.to_name, with_link=with_link)
            elif _is_notice(envelope):
                event = notices.event_id(envelope.key)
                made = await writer.notice(invitation, envelope.template, event, envelope.to_name)
            else:
                made = await writer.composed(invitation, envelope.template, envelope.to_name)
            found[envelope.id] = made
        return found

    async def gather(self, envelopes: Sequence[Envelope], at: datetime) -> Composed:
        """One mail for the reminders of a mailbox, each with its unit, due time and link."""
        seen = await self._looked_up(envelopes)
        items = []
        for envelope in envelopes:
            invitation = seen.invitations[_invitation_id(envelope)]
            invitation.campaign = seen.campaigns[invitation.campaign_id]
            items.append(Item(invitation, envelope.template not in WITHOUT_LINK))
        return gathered(self._settings, items, await units.calendar(), at)

    async def links(self, envelopes: Sequence[Envelope]) -> Mapping[int, str]:
        """Each contact's personal link, or one-time code; "" when the mailbox is nobody's any more."""
        asked = [envelope for envelope in envelopes if envelope.kind == "code"]
        found = await codes.written(self._settings, [envelope.ref for envelope in asked])
        answers = {envelope.id: found.get(envelope.ref, "") for envelope in asked}
        return answers | await self._personal([envelope for envelope in envelopes if envelope.kind != "code"])

    async def _personal(self, envelopes: Sequence[Envelope]) -> dict[int, str]:
        seen = await self._looked_up(envelopes)
        wanted: dict[int, tuple[int, int, str]] = {}
        for envelope in envelopes:
            invitation = seen.invitations[_invitation_id(envelope)]
            reader = seen.readers.of_mail(invitation.unit_id, envelope)
            if reader is not None:
                wanted[envelope.id] = (invitation.id, reader, envelope.to_address)
        made = await entry.links_for(set(wanted.values()), self._clock())
        return {
            envelope.id: entry.address_of(
                self._settings.public_url, self._settings.secret_key, made[wanted[envelope.id]]
            )
            if envelope.id in wanted
            else ""
            for envelope in envelopes
        }

    async def attached(self, attachment: str) -> Attachment | None:
        return await exportschedules.attached(self._settings, attachment)

    async def lock(self, envelopes: Sequence[Envelope]) -> None:
        moved = {_invitation_id(envelope) for envelope in envelopes if _moves(envelope)}
        if moved and is_postgres():  # on SQLite BEGIN IMMEDIATE has done it already
            await Invitation.filter(id__in=sorted(moved)).order_by("id").only("id").select_for_update()

    async def settled(self, ends: Sequence[tuple[Envelope, Outcome]], at: datetime) -> None:
        """A link delivered moves the invitation to sent; when every address refused, to undeliverable."""
        moved = [(e, o) for e, o in ends if _moves(e) and (o.state == "sent" or o.result == "permanent")]
        numbers = {_invitation_id(envelope) for envelope, _outcome in moved}
        invitations = await _by_id(Invitation, numbers, "unit_id", "state", "events_count")
        delivered = {_invitation_id(envelope) for envelope, outcome in moved if outcome.state == "sent"}
        await _apply(life.Act.DELIVER, [i for i in invitations.values() if i.id in delivered], at)
        refused = [i for i in invitations.values() if i.id not in delivered and await every_address_refused(i)]
        await _apply(life.Act.BOUNCE, refused, at)


def _later(calendar: Calendar, at: datetime) -> datetime | None:
    """When a reminder that became late may go, None when now."""
    return None if calendar.in_office_hours(at) else calendar.next_office_moment(at)


def _daily(envelope: Envelope, campaign: Campaign, calendar: Calendar, at: datetime) -> Daily:
    """It shares its mailbox's mail of the day; else it comes with those of the next working day."""
    today = calendar.local(at).date()
    clock = next((str(step["at"]) for step in campaign.reminders if step["id"] == envelope.step), "")
    try:
        again_at = calendar.at(
            calendar.next_working(today), calendar.office.clamp(time.fromisoformat(clock or "08:00"))
        )
    except CalendarGap:
        again_at = at + timedelta(days=1)
    return Daily(today.isoformat(), again_at, waits=not envelope.batch)


async def _apply(act: life.Act, invitations: Iterable[Invitation], at: datetime) -> None:
    who = principal.SYSTEM
    fitting = [i for i in invitations if life.may(life.State(i.state), act, who.actor)]
    await events.apply_to_all(fitting, act, who, at=at)


def _invitation_id(envelope: Envelope | Message) -> int:
    return recipients.invitation_id(envelope.ref)


def _is_notice(envelope: Envelope) -> bool:
    return envelope.template in notices.TEXTS.values()


def _owed(envelope: Envelope) -> bool:
    """Whether it is decided again, right before it goes, if it still goes."""
    return envelope.kind in MOVING or _is_notice(envelope)


def _moves(envelope: Envelope) -> bool:
    return envelope.kind in MOVING and envelope.template not in WITHOUT_LINK


def _why_not(
    envelope: Envelope, invitation: Invitation, campaign: Campaign, readers: "_Readers", at: datetime
) -> str | None:
    """Why a message is no longer owed."""
    if _is_notice(envelope):
        reason = notices.why_not(envelope.template, envelope.due_round, invitation)
    else:
        reason = planning.why_not(campaign, invitation.state, at)
    if reason is None and envelope.kind == "reminder" and envelope.due_round != invitation.due_round:
        reason = "replanned"
    if reason is None and envelope.step and all(step["id"] != envelope.step for step in campaign.reminders):
        reason = "replanned"  # the plan has changed since
    if reason is None and readers.of_mail(invitation.unit_id, envelope, _audience(campaign, envelope)) is None:
        reason = "contact_gone"
    return reason


def _audience(campaign: Campaign, envelope: Envelope) -> str:
    """Whose mailbox it must still be: that of an official, or of a leader when the step or the text goes to leaders."""
    if envelope.template == notices.TO_LEADERS:
        return "leader"
    to = next((step["to"] for step in campaign.reminders if step["id"] == envelope.step), "official")
    return "official" if to == "official" else "leader"


async def _campaigns(invitations: Iterable[Invitation]) -> Mapping[int, Campaign]:
    numbers = {invitation.campaign_id for invitation in invitations}
    if not numbers:
        return {}
    return {c.id: c for c in await Campaign.filter(id__in=sorted(numbers)).select_related("staff")}


async def _by_id(model: type[R], numbers: Iterable[int], *names: str) -> dict[int, R]:
    """The rows of these ids; only the columns named, when some are."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    found = model.filter(id__in=wanted).order_by("id")
    return {row.id: row for row in await (found.only("id", *names) if names else found)}


async def _held(model: type[R], numbers: Iterable[int], *names: str) -> tuple[dict[int, R], set[int]]:
    """The rows locked by us, and the ids of those that somebody else is changing just now."""
    if not is_postgres():
        return await _by_id(model, numbers, *names), set()  # BEGIN IMMEDIATE has locked them already
    wanted = sorted(set(numbers))
    if not wanted:
        return {}, set()
    found = model.filter(id__in=wanted).order_by("id").select_for_update(skip_locked=True, no_key=True)
    held = {row.id: row for row in await (found.only("id", *names) if names else found)}
    missing = [number for number in wanted if number not in held]
    return held, set(await _by_id(model, missing, "id"))


@dataclass(frozen=True, slots=True)
class _Readers:
    """Who in use at a unit reads a mailbox: (contact, role) by unit and address, the first named first."""

    people: Mapping[tuple[int, str], Sequence[tuple[int, str]]]
    changing: frozenset[int] = frozenset()

    @classmethod
    async def of(cls, unit_ids: Iterable[int], envelopes: Sequence[Envelope], *, lock: bool = False) -> "_Readers":
        where = {"unit_id__in": sorted(set(unit_ids)), "email__in": sorted({e.to_address for e in envelopes})}
        if not all(where.values()):
            return cls({})
        names = ("unit_id", "email", "role", "active")
        rows = {row.id: row for row in await Contact.filter(**where, active=True).order_by("id").only("id", *names)}
        changing: set[int] = set()
        if lock and is_postgres():
            held, changing = await _held(Contact, rows, *names)
            rows |= held
        people: dict[tuple[int, str], list[tuple[int, str]]] = {}
        for row in rows.values():
            if row.active:
                people.setdefault((row.unit_id, row.email), []).append((row.id, row.role))
        return cls(people, frozenset(changing))

    def of_mail(self, unit_id: int, envelope: Envelope, role: str = "") -> int | None:
        """The contact whose link the mail carries: the one it names when still there, else the first. None: the
        mailbox is nobody's any more (of that role), and no link goes there."""
        people = self.people.get((unit_id, envelope.to_address), ())
        found = [number for number, has in people if role in ("", has)]
        return envelope.contact if envelope.contact in found else (found[0] if found else None)

    def busy(self, unit_id: int, envelope: Envelope) -> bool:
        """Whether somebody who reads the mailbox is being changed just now."""
        return any(number in self.changing for number, _role in self.people.get((unit_id, envelope.to_address), ()))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What messages depend on. ids: of the messages; the rest by its own ids."""

    ids: frozenset[int] = frozenset()
    invitations: Mapping[int, Invitation] = field(default_factory=dict)
    campaigns: Mapping[int, Campaign] = field(default_factory=dict)
    readers: _Readers = field(default_factory=lambda: _Readers({}))

    @classmethod
    async def of(
        cls, invitations: Mapping[int, Invitation], envelopes: Sequence[Envelope], *, lock: bool = False
    ) -> "_Seen":
        unit_ids = [invitation.unit_id for invitation in invitations.values()]
        readers = await _Readers.of(unit_ids, envelopes, lock=lock)
        refs = {recipients.reference(number) for number in invitations}
        ids = frozenset(envelope.id for envelope in envelopes if envelope.id and envelope.ref in refs)
        return cls(ids, invitations, await _campaigns(invitations.values()), readers)


async def every_address_refused(invitation: Invitation) -> bool:
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
    refused = ([("failed", "refused")], [("failed", "bounced")])
    return bool(used) and all(e[-1:] in refused and ("sent", "") not in e for e in used)
