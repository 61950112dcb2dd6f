"""The record of mail as staff look at it: messages, their attempts, the local mailbox, the dry run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from reminders import outbox, plan, steps, timeline
from reminders.models import Attempt, Message
from reminders.ports import Composed, Envelope, Letter
from reminders.texts import TemplateError
from service import mailwords
from service.errors import NotFound
from service.flow import approvals, planning, reminding, units
from service.models import Campaign, Invitation, Unit
from service.settings import Settings
from service.words import fold

PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages to list; empty means any. `text` is looked for in address, subject and unit name."""

    campaign: int | None = None
    unit: str = ""
    state: str = ""
    kind: str = ""
    text: str = ""

    def params(self) -> dict[str, object]:
        """The filter for an address."""
        values = {"campaign": self.campaign, "unit": self.unit, "state": self.state, "kind": self.kind, "q": self.text}
        return {name: value for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One message in a list: `reply` is the server's last answer."""

    message: Message
    unit: str
    reply: str


@dataclass(frozen=True, slots=True)
class Listing:
    entries: Sequence[Entry]
    total: int
    page: int
    pages: int


async def listing(wanted: Wanted, page: int) -> Listing:
    """One page of the record, the newest first; a page beyond the end is the last one."""
    return await _page(await matching(wanted), page)


async def _page(found: QuerySet[Message], page: int) -> Listing:
    total = await found.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    messages = await found.order_by("-id").offset((page - 1) * PAGE).limit(PAGE)
    replies = await _last_replies([message.id for message in messages])
    names = await _unit_names({message.unit for message in messages})
    entries = [Entry(m, names.get(m.unit, m.unit), replies.get(m.id, "")) for m in messages]
    return Listing(entries, total, page, pages)


async def matching(wanted: Wanted, *, any_state: bool = False) -> QuerySet[Message]:
    """The messages of a filter; `any_state` leaves its state aside."""
    state = "" if any_state else wanted.state
    conditions = {"campaign": wanted.campaign, "unit": wanted.unit, "state": state, "kind": wanted.kind}
    found = Message.filter(**{name: value for name, value in conditions.items() if value not in (None, "")})
    if wanted.text:
        codes = await Unit.filter(folded__contains=fold(wanted.text)).values_list("code", flat=True)
        found = found.filter(
            Q(to_address__icontains=wanted.text) | Q(subject__icontains=wanted.text) | Q(unit__in=list(codes))
        )
    return found


async def _last_replies(message_ids: Sequence[int]) -> dict[int, str]:
    rows = (
        await Attempt.filter(message_id__in=list(message_ids))
        .order_by("number", "id")
        .values_list("message_id", "reply_code", "reply_text")
    )
    return {message: f"{code or ''} {text}".strip() for message, code, text in rows}


async def _unit_names(codes: set[str]) -> dict[str, str]:
    rows = await Unit.filter(code__in=[code for code in codes if code]).values_list("code", "full_name")
    return {str(code): str(name) for code, name in rows}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """One message in full. `said` has its links masked; `composed` is false while it has not gone out yet, and that is
    what it would say now (or empty when it cannot be made). `together`: the other messages that went in its mail, with
    unit and campaign; `mail` is the one whose Message-ID it has."""

    message: Message
    unit: str
    campaign: Campaign | None
    attempts: Sequence[Attempt]
    said: Composed
    composed: bool
    mail: Message
    together: Sequence[tuple[Message, str, str]]


async def message(settings: Settings, number: int, now: datetime) -> Letterhead:
    """One message with every attempt. Raises NotFound."""
    found = await Message.get_or_none(id=number)
    if found is None:
        raise NotFound()
    attempts = await Attempt.filter(message_id=number).order_by("number", "id")
    campaign = await Campaign.get_or_none(id=found.campaign) if found.campaign else None
    names = await _unit_names({found.unit})
    said, composed = Composed(found.subject, found.text, found.version, found.calendar), bool(found.text)
    if not composed and found.state == "waiting":
        said = await _as_it_would_be(settings, _envelope(found), now) or said
    unit = names.get(found.unit, found.unit)
    mail = (await Message.get_or_none(id=found.carried_by) if found.carried_by else None) or found
    together = await _together(found, mail)
    said = replace(said, text=mailwords.masked(said.text))
    return Letterhead(found, unit, campaign, attempts, said, composed, mail, together)


async def _together(found: Message, mail: Message) -> list[tuple[Message, str, str]]:
    rows = await Message.filter(Q(id=mail.id) | Q(carried_by=mail.id)).exclude(id=found.id).order_by("id")
    titles = dict(await Campaign.filter(id__in=[row.campaign for row in rows]).values_list("id", "title"))
    names = await _unit_names({row.unit for row in rows})
    return [(row, names.get(row.unit, row.unit), titles.get(row.campaign or 0, "")) for row in rows]


async def _as_it_would_be(settings: Settings, envelope: Envelope, at: datetime) -> Composed | None:
    try:
        return (await reminding.MailDesk(settings, lambda: at).compose([envelope], at))[envelope.id]
    except TemplateError:
        return None


async def mailbox(page: int) -> Listing:
    """The local mailbox: the mails that were sent while no mail server is configured."""
    return await _page((await matching(Wanted(state="sent"))).filter(carried_by=None), page)


async def as_received(settings: Settings, number: int, now: datetime) -> tuple[Message, str]:
    """A message of the local mailbox as its recipient reads it, link included. Raises NotFound."""
    found = await Message.get_or_none(id=number, state="sent")
    if found is None:
        raise NotFound()
    return found, await reminding.as_received(settings, found, now)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the plan would do at a moment: notices, skipped, and the moments of the plan that are still to come.
    `approvers`: the names of those who approve steps that need it, by step. `together`: by mailbox, all reminders that
    go in one mail, also of other campaigns, whose titles are in `titles`."""

    at: datetime
    notices: Sequence[plan.Notice]
    skipped: Sequence[plan.Skipped]
    upcoming: Sequence[timeline.Moment]
    names: Mapping[str, str]
    approvers: Mapping[str, str]
    together: Mapping[str, Sequence[plan.Notice]]
    titles: Mapping[int, str]

    @property
    def mails(self) -> int:
        """How many mails go for the campaign: reminders that share a mailbox share the mail."""
        return len({notice.recipient.address for notice in self.notices})


async def dry_run(campaign: Campaign, at: datetime) -> DryRun:
    """Who of a published campaign would be mailed at a moment, and why not the others. Raises CalendarGap."""
    calendar = await units.calendar()
    decision, together = await planning.together(campaign, at, calendar)
    assert campaign.due_at is not None
    plan_steps = steps.from_json(campaign.reminders)
    moments, _cut = timeline.known_moments(plan_steps, campaign.due_at, calendar)
    end = campaign.closes_at
    upcoming = [m for m in moments if m.at > at and (end is None or m.at <= end)]
    others = [notice.pending for notices in together.values() for notice in notices]
    titles = dict(await Campaign.filter(id__in=[p.campaign for p in others]).values_list("id", "title"))
    rows = await Invitation.filter(campaign=campaign).values_list("code", "full_name")
    names = await _unit_names({p.unit for p in others}) | {str(code): str(name) for code, name in rows}
    approvers = await approvals.approvers(campaign, plan_steps)
    return DryRun(at, decision.notices, decision.skipped, upcoming, names, approvers, together, titles)


async def text_of(
    settings: Settings, notice: plan.Notice, together: Mapping[str, Sequence[plan.Notice]], at: datetime
) -> tuple[str, str]:
    """As texts_of, of one notice and those that go in one mail with it."""
    notices = together.get(notice.recipient.address, [notice])
    if len(notices) < 2:
        return (await texts_of(settings, [notice], at)).get(notice.key, ("", ""))
    envelopes = [_envelope(outbox.from_notice(one)) for one in notices]
    made = await reminding.MailDesk(settings, lambda: at).gather(envelopes, at)
    return made.subject, mailwords.masked(made.text)


async def texts_of(settings: Settings, notices: Sequence[plan.Notice], at: datetime) -> Mapping[str, tuple[str, str]]:
    """Subject and text of notices, by key, as they would go out at that moment, links masked; one whose text cannot
    be made is left out."""
    envelopes = [
        replace(_envelope(outbox.from_notice(notice)), id=number) for number, notice in enumerate(notices, start=1)
    ]
    desk = reminding.MailDesk(settings, lambda: at)
    try:
        made = dict(await desk.compose(envelopes, at))
    except TemplateError:
        made = {e.id: found for e in envelopes if (found := await _as_it_would_be(settings, e, at))}
    return {e.key: (made[e.id].subject, mailwords.masked(made[e.id].text)) for e in envelopes if e.id in made}


async def refused_before(notices: Sequence[plan.Notice]) -> set[str]:
    """The addresses of notices that the mail server has refused for good, and taken nothing for since."""
    wanted = sorted({notice.recipient.address for notice in notices})
    rows = (
        await Message.filter(to_address__in=wanted, state__in=["sent", "failed"])
        .order_by("id")
        .values_list("to_address", "state", "why")
    )
    last = {str(address): (state, why) for address, state, why in rows}
    return {address for address, end in last.items() if end == ("failed", "refused")}


def _envelope(mail: Letter | Message) -> Envelope:
    """A letter as the desk sees it, for composing its text outside the outbox."""
    return Envelope(
        id=0,
        key=mail.key,
        kind=mail.kind,
        ref=mail.ref,
        to_address=mail.to_address,
        to_name=mail.to_name,
        campaign=mail.campaign,
        unit=mail.unit,
        contact=mail.contact,
        step=mail.step,
        occurrence=mail.occurrence,
        due_round=mail.due_round,
        template=mail.template,
        attempt=0,
    )
