"""The record of a unit in one campaign: all that happened, in order of time, each with its source and who did it.

Nothing is kept for it: events, mails with every answer of the mail server, mails that came in, links that were opened
and what was handed out are read where they are. It says that a link was opened, never that a mail was read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reminders import steps
from reminders.models import Attempt, Message, Received
from service import callwords, life, mailwords, planwords, words
from service.flow import calls, campaigns, drafts, events, intakes
from service.models import (
    Approval,
    AuditRecord,
    Campaign,
    ContactLink,
    Event,
    EventNote,
    FormMove,
    Intake,
    Invitation,
    SignedReport,
    Submission,
    UnitSession,
)
from service.words import N_, _

LETTER = 1500  # characters of a mail that came in; the rest stands on its page
CAMPAIGN, LIFE, LINK = N_("Đợt khảo sát"), N_("Phiếu của đơn vị"), N_("Đường dẫn riêng")
APPROVED = N_("Duyệt thư")
OUT, IN, CALLED = N_("Nhật ký thư gửi"), N_("Hộp thư đến"), N_("Danh sách gọi điện")
SERVER = N_("Máy chủ thư")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `at` is when it took effect, `recorded_at` when it was written down; `source` says where
    it is kept, `state` how the unit stood afterwards ("" when that did not change), `link` the page behind it."""

    at: datetime
    recorded_at: datetime
    what: str
    who: str
    source: str
    lines: tuple[str, ...] = ()
    state: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What was known of a unit at a moment. The invitation's campaign is loaded."""

    campaign: Campaign
    invitation: Invitation
    standing: life.Standing
    as_of: datetime
    entries: Sequence[Entry]
    highest_event: int


async def of(campaign_id: int, code: str, as_of: datetime, now: datetime) -> Record:
    """The record as of a moment. Raises NotFound, NotPublished, BeforePublication."""
    campaign = await campaigns.published(campaign_id)
    as_of = campaigns.figures_at(campaign, as_of, now)
    invitation = await events.found(campaign_id, code)
    invitation.campaign = campaign
    lived = await Event.filter(invitation=invitation).order_by("seq")
    acts = list(zip(lived, await _life(invitation, lived), strict=True))
    entries = [
        *await _campaign(campaign),
        *(entry for event, entry in acts if event.actor != life.Actor.SYSTEM),
        *await _links(invitation, lived),
        *await _sent(campaign, code, as_of),
        *await _came(campaign_id, code),
        *await _called(invitation, as_of),
        *await _signed(invitation),
        *await _approvals(invitation),
        # What the system itself noted follows from what happened at the same moment.
        *(entry for event, entry in acts if event.actor == life.Actor.SYSTEM),
    ]
    known = sorted((e for e in entries if e.recorded_at <= as_of), key=lambda e: (e.at, e.recorded_at))
    standing = life.state_at(events.track(invitation, lived), as_of)
    highest = max((e.id for e in lived if e.recorded_at <= as_of), default=0)
    return Record(campaign, invitation, standing, as_of, known, highest)


async def _campaign(campaign: Campaign) -> list[Entry]:
    assert campaign.published_at is not None
    moves = await FormMove.filter(campaign=campaign).order_by("id").select_related("new")
    names = await drafts.people({move.by for move in moves})
    published = _("Phát hành đợt khảo sát, đơn vị thuộc diện báo cáo")
    source = _(CAMPAIGN)
    first = Entry(
        campaign.published_at,
        campaign.published_at,
        published,
        mailwords.of(mailwords.ACTORS, life.Actor.SYSTEM),
        source,
    )
    moved = _("Đợt khảo sát chuyển sang phiên bản {version} của mẫu phiếu")
    return [first] + [
        Entry(m.at, m.at, moved.format(version=m.new.version), _capital(names[m.by]), source, _given(m.reason))
        for m in moves
    ]


async def _life(invitation: Invitation, lived: Sequence[Event]) -> list[Entry]:
    """What the unit and the department did, with what was sent, taken in or remarked."""
    notes = {n.event_id: n.text for n in await EventNote.filter(event__invitation_id=invitation.id)}
    columns = ("id", "number", "receipt", "hash", "nil_reason", "recorded_at")
    given = {s.recorded_at: _told(s) for s in await Submission.filter(invitation=invitation).only(*columns)}
    papers = {i.recorded_at: _document(i) for i in await Intake.filter(invitation=invitation).select_related("scan")}
    details = {life.Act.SUBMIT: given, life.Act.INTAKE: papers}
    names = await drafts.people({e.actor_ref for e in lived})
    return [
        Entry(
            e.at,
            e.recorded_at,
            mailwords.of(mailwords.ACTS, e.act),
            _actor(e, names),
            _(LIFE),
            (
                *details.get(life.Act(e.act), {}).get(e.recorded_at, ()),
                *_given(_("Hạn mới: {due}").format(due=words.due(e.due_at)) if e.due_at else ""),
                *_given(notes.get(e.id, "")),
            ),
            words.state(e.to),
        )
        for e in lived
    ]


def _actor(event: Event, names: Mapping[str, str]) -> str:
    side, name = mailwords.of(mailwords.ACTORS, event.actor), names[event.actor_ref]
    if event.actor == life.Actor.STAFF:
        return _capital(name)
    return f"{side}: {name}" if event.actor == life.Actor.UNIT else side


def _capital(name: str) -> str:
    """Chuyên viên Trần Thị Lan, as the name begins a line."""
    return name[:1].upper() + name[1:]


def _told(sent: Submission) -> tuple[str, ...]:
    receipt = _("Lần {number}, số xác nhận {receipt}").format(number=sent.number, receipt=sent.receipt)
    nil = _("Không phát sinh, lý do: {reason}").format(reason=sent.nil_reason) if sent.nil_reason else ""
    return (receipt, _("Mã kiểm tra {hash}").format(hash=sent.hash), *_given(nil))


def _document(intake: Intake) -> tuple[str, ...]:
    what = f"{mailwords.of(intakes.CHANNELS, intake.channel)} {intake.document_number}"
    if intake.document_date:
        what += f" {_('ngày')} {words.day(intake.document_date)}"
    return (what, *_given(_("Bản chụp: {name}").format(name=intake.scan.name) if intake.scan else ""))


def _given(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


async def _links(invitation: Invitation, lived: Sequence[Event]) -> list[Entry]:
    """Links handed out by staff, and every time somebody came in by one; the first opening is an event already."""
    first = {(e.at, e.actor_ref) for e in lived if e.act == life.Act.OPEN}
    visits = await UnitSession.filter(link__invitation_id=invitation.id)
    visits = [visit for visit in visits if (visit.created_at, f"link:{visit.link_id}") not in first]
    names = await drafts.people({f"link:{visit.link_id}" for visit in visits})
    opened = mailwords.of(mailwords.ACTS, "open")
    unit = mailwords.of(mailwords.ACTORS, life.Actor.UNIT)
    found = [
        Entry(v.created_at, v.created_at, opened, f"{unit}: {names[f'link:{v.link_id}']}", _(LINK)) for v in visits
    ]
    if await ContactLink.exists(invitation=invitation, contact_id=None, address=""):
        made = await AuditRecord.filter(action="link.create", subject=f"invitation:{invitation.id}")
        makers = await drafts.people({record.actor for record in made})
        handed = _("Tạo đường dẫn riêng để trao cho đơn vị")
        found += [Entry(r.at, r.at, handed, _capital(makers[r.actor]), _(LINK)) for r in made]
    return found


async def _sent(campaign: Campaign, code: str, as_of: datetime) -> list[Entry]:
    """Every attempt at every mail to the unit, and how those ended, or wait, that no server was asked about."""
    mails = await Message.filter(campaign=campaign.id, unit=code).order_by("id")
    tries: dict[int, list[Attempt]] = {}
    for attempt in await Attempt.filter(message_id__in=[m.id for m in mails], at__lte=as_of).order_by("number", "id"):
        tries.setdefault(attempt.message_id, []).append(attempt)
    planned = {step.id: mailwords.offset(step) for step in steps.from_json(campaign.reminders)}
    return [e for mail in mails for e in _mail(mail, tries.get(mail.id, ()), planned.get(mail.step, ""), as_of)]


def _mail(mail: Message, tries: Sequence[Attempt], step: str, as_of: datetime) -> Iterator[Entry]:
    kind = mailwords.of(mailwords.KINDS, mail.kind)
    to = f"{mail.to_name} ({mail.to_address})" if mail.to_name else mail.to_address
    why = _("Theo lịch: {step}").format(step=step) if step else _("Chuyên viên bấm gửi ngay") if mail.batch else ""
    about = (*_given(mailwords.masked(mail.subject)), *_given(why))
    link = f"/messages/{mail.id}"

    def entry(at: datetime, end: str, *more: str) -> Entry:
        return Entry(at, at, f"{kind}: {end}", to, _(OUT), (*about, *more), link=link)

    for attempt in tries:
        reply = f"{attempt.reply_code or ''} {attempt.reply_text}".strip()
        yield entry(attempt.at, mailwords.of(mailwords.OUTCOMES, attempt.outcome), *_given(reply))
    settled = mail.settled_at if mail.settled_at and mail.settled_at <= as_of else None
    if settled is None and not tries:
        yield entry(mail.created_at, mailwords.of(mailwords.MESSAGE_STATES, "waiting"))
    elif settled is not None and (not tries or mail.state in ("cancelled", "dropped") or mail.why == "gave_up"):
        reason = mailwords.of(mailwords.REASONS, mail.why) if mail.why else ""
        yield entry(settled, mailwords.of(mailwords.MESSAGE_STATES, mail.state), *_given(reason))


async def _came(campaign_id: int, code: str) -> list[Entry]:
    mails = await Received.filter(campaign=campaign_id, unit=code).select_related("message")
    found = []
    for mail in mails:
        about = _("Về thư gửi {address}").format(address=mail.message.to_address)
        text = mail.text[:LETTER] + (" […]" if len(mail.text) > LETTER else "")
        lines = (*_given(mail.subject), about, *_given(mail.status), *_given(text))
        who = f"{mail.from_name} ({mail.from_address})" if mail.from_name else mail.from_address or _(SERVER)
        what = mailwords.of(mailwords.RECEIVED, mail.kind)
        link = f"/messages/{mail.message_id}"
        found.append(Entry(mail.received_at, mail.received_at, what, who, _(IN), lines, link=link))
    return found


async def _approvals(invitation: Invitation) -> list[Entry]:
    """Letters that needed a person's approval: when it was asked for, and how that ended."""
    rows = await Approval.filter(invitation=invitation).order_by("id")
    names = await drafts.people({row.decided_by for row in rows})
    system = mailwords.of(mailwords.ACTORS, life.Actor.SYSTEM)
    found = []
    for row in rows:
        step = _("Bước nhắc lúc {moment}").format(moment=words.due(row.planned_for))
        waits = mailwords.of(planwords.APPROVALS, "waiting")
        asked = _("Thư báo cấp trên: {what}").format(what=waits)
        found.append(Entry(row.asked_at, row.asked_at, asked, system, _(APPROVED), (step,), link="/approvals"))
        if row.decided_at is not None:
            ended = _("Thư báo cấp trên: {what}").format(what=mailwords.of(planwords.APPROVALS, row.state))
            who = _capital(names[row.decided_by]) if row.decided_by else system
            lines = (step, *_given(row.reason))
            found.append(Entry(row.decided_at, row.decided_at, ended, who, _(APPROVED), lines, link="/approvals"))
    return found


async def _called(invitation: Invitation, as_of: datetime) -> list[Entry]:
    """Every call, also one that was taken back or corrected since; a correction was written down when it was made."""
    told = await calls.of_invitation(invitation.id)
    corrected = {one.call.id: one.call.undone_at for one in told}
    link = f"/campaigns/{invitation.campaign_id}/calls/{invitation.code}"
    found = []
    for one in told:
        call = one.call
        recorded_at = (call.corrects and corrected.get(call.corrects)) or call.at
        promised = _("Hẹn gửi ngày {day}").format(day=words.day(call.promised_on)) if call.promised_on else ""
        number = _("Số {number}").format(number=call.number) if call.number else ""
        gone = _("Đã bỏ hoặc sửa lúc {moment}, {who}")
        undone = call.undone_at is not None and call.undone_at <= as_of
        taken_back = gone.format(moment=words.moment(call.undone_at), who=one.undone_by) if undone else ""
        what = _("Gọi điện: {outcome}").format(outcome=mailwords.of(callwords.OUTCOMES, call.outcome))
        lines = (*_given(number), *_given(promised), *_given(call.note), *_given(taken_back))
        found.append(Entry(call.at, recorded_at, what, _capital(one.by), _(CALLED), lines, link=link))
    return found


async def _signed(invitation: Invitation) -> list[Entry]:
    """Number, date and scan of the unit's own document, each time they were given."""
    rows = SignedReport.filter(submission__invitation_id=invitation.id).select_related("scan", "submission")
    found = await rows.order_by("id")
    names = await drafts.people({row.by for row in found})
    unit, what = mailwords.of(mailwords.ACTORS, life.Actor.UNIT), _("Bổ sung số, ngày hoặc bản ký của báo cáo")
    entries = []
    for row in found:
        number = _("Văn bản số {number}").format(number=row.number) if row.number else ""
        date = _("Ngày văn bản {day}").format(day=words.day(row.date)) if row.date else ""
        scan = _("Bản chụp: {name}").format(name=row.scan.name) if row.scan else ""
        lines = (row.submission.receipt, *_given(number), *_given(date), *_given(scan))
        entries.append(Entry(row.at, row.at, what, f"{unit}: {names[row.by]}", _(LIFE), lines))
    return entries
