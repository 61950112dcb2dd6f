"""The record of a unit in one campaign: all that happened, in order of time, each with its source and who did it.

Nothing is kept for it: events, mails with every answer of the mail server, reminders by the gateway, mails that came
in, links that were opened and what was handed out are read where they are. It says that a link was opened, never that
a mail was read.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from service import life, mailwords, words
from service.flow import campaigns, contacted, drafts, events, intakes, unitrequests
from service.flow.entries import Entry, capital, given
from service.models import (
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

Coded = Set[tuple[datetime, str]]  # when, and the link's ref
CAMPAIGN, LIFE, LINK = N_("Đợt khảo sát"), N_("Phiếu của đơn vị"), N_("Đường dẫn riêng")
REQUEST = N_("Đề nghị của đơn vị")


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
    coded = await _coded(invitation)
    acts = list(zip(lived, await _life(invitation, lived, coded), strict=True))
    entries = [
        *await _campaign(campaign),
        *(entry for event, entry in acts if event.actor != life.Actor.SYSTEM),
        *await _links(invitation, lived, coded),
        *await contacted.sent(campaign, code, as_of),
        *await contacted.told(campaign, invitation, as_of),
        *await contacted.came(campaign_id, code),
        *await contacted.called(invitation, as_of),
        *await _signed(invitation),
        *await _requests(invitation),
        *await contacted.approvals(invitation),
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
        Entry(m.at, m.at, moved.format(version=m.new.version), capital(names[m.by]), source, given(m.reason))
        for m in moves
    ]


async def _coded(invitation: Invitation) -> Coded:
    """When somebody came in by a one-time code, and by whose link."""
    made = AuditRecord.filter(action="code.enter", subject=f"invitation:{invitation.id}")
    return {(at, actor) for at, actor in await made.values_list("at", "actor")}


def _opened(at: datetime, link: str, coded: Coded) -> str:
    return _("Vào bằng mã dùng một lần") if (at, link) in coded else mailwords.of(mailwords.ACTS, life.Act.OPEN)


async def _life(invitation: Invitation, lived: Sequence[Event], coded: Coded) -> list[Entry]:
    """What the unit and the department did, with what was sent, taken in or remarked."""
    notes = {n.event_id: n.text for n in await EventNote.filter(event__invitation_id=invitation.id)}
    columns = ("id", "number", "receipt", "hash", "nil_reason", "recorded_at")
    sendings = {s.recorded_at: _told(s) for s in await Submission.filter(invitation=invitation).only(*columns)}
    papers = {i.recorded_at: _document(i) for i in await Intake.filter(invitation=invitation).select_related("scan")}
    details = {life.Act.SUBMIT: sendings, life.Act.SIGN_OFF: sendings, life.Act.INTAKE: papers}
    names = await drafts.people({e.actor_ref for e in lived})
    return [
        Entry(
            e.at,
            e.recorded_at,
            _opened(e.at, e.actor_ref, coded) if e.act == life.Act.OPEN else mailwords.of(mailwords.ACTS, e.act),
            _actor(e, names),
            _(LIFE),
            (
                *details.get(life.Act(e.act), {}).get(e.recorded_at, ()),
                *given(_("Hạn mới: {due}").format(due=words.due(e.due_at)) if e.due_at else ""),
                *given(notes.get(e.id, "")),
            ),
            words.state(e.to),
        )
        for e in lived
    ]


def _actor(event: Event, names: Mapping[str, str]) -> str:
    side, name = mailwords.of(mailwords.ACTORS, event.actor), names[event.actor_ref]
    if event.actor == life.Actor.STAFF:
        return capital(name)
    return f"{side}: {name}" if event.actor == life.Actor.UNIT else side


def _told(sent: Submission) -> tuple[str, ...]:
    receipt = _("Lần {number}, số xác nhận {receipt}").format(number=sent.number, receipt=sent.receipt)
    nil = _("Không phát sinh, lý do: {reason}").format(reason=sent.nil_reason) if sent.nil_reason else ""
    return (receipt, _("Mã kiểm tra {hash}").format(hash=sent.hash), *given(nil))


def _document(intake: Intake) -> tuple[str, ...]:
    what = f"{mailwords.of(intakes.CHANNELS, intake.channel)} {intake.document_number}"
    if intake.document_date:
        what += f" {_('ngày')} {words.day(intake.document_date)}"
    return (what, *given(_("Bản chụp: {name}").format(name=intake.scan.name) if intake.scan else ""))


async def _links(invitation: Invitation, lived: Sequence[Event], coded: Coded) -> list[Entry]:
    """Links handed out by staff, and every time somebody came in by one or by a code; the first time is an event
    already."""
    first = {(e.at, e.actor_ref) for e in lived if e.act == life.Act.OPEN}
    visits = await UnitSession.filter(link__invitation_id=invitation.id)
    visits = [visit for visit in visits if (visit.created_at, f"link:{visit.link_id}") not in first]
    names = await drafts.people({f"link:{visit.link_id}" for visit in visits})
    unit = mailwords.of(mailwords.ACTORS, life.Actor.UNIT)
    found = [
        Entry(at, at, _opened(at, link, coded), f"{unit}: {names[link]}", _(LINK))
        for at, link in ((visit.created_at, f"link:{visit.link_id}") for visit in visits)
    ]
    if await ContactLink.exists(invitation=invitation, contact_id=None, address=""):
        made = await AuditRecord.filter(action="link.create", subject=f"invitation:{invitation.id}")
        makers = await drafts.people({record.actor for record in made})
        handed = _("Tạo đường dẫn riêng để trao cho đơn vị")
        found += [Entry(r.at, r.at, handed, capital(makers[r.actor]), _(LINK)) for r in made]
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
        lines = (row.submission.receipt, *given(number), *given(date), *given(scan))
        entries.append(Entry(row.at, row.at, what, f"{unit}: {names[row.by]}", _(LIFE), lines))
    return entries


async def _requests(invitation: Invitation) -> list[Entry]:
    """What the unit asked for, and the answer to each; both have their reasons."""
    rows = await unitrequests.of_invitation(invitation.id)
    names = await drafts.people({ref for row in rows for ref in (row.asked_by, row.answered_by)})
    unit, source = mailwords.of(mailwords.ACTORS, life.Actor.UNIT), _(REQUEST)
    entries = []
    for row in reversed(rows):
        kind = _(unitrequests.KINDS[row.kind])
        wished = _("Đề nghị đến {due}").format(due=words.due(row.wished_at)) if row.wished_at else ""
        lines = (*given(wished), *given(row.reason))
        entries.append(Entry(row.asked_at, row.asked_at, kind, f"{unit}: {names[row.asked_by]}", source, lines))
        if row.answered_at is not None:
            name = names[row.answered_by]
            who = f"{unit}: {name}" if row.answered_by.startswith("link:") else capital(name)
            ended = f"{kind}: {_(unitrequests.OUTCOMES[row.outcome])}"
            entries.append(Entry(row.answered_at, row.answered_at, ended, who, source, given(row.answer)))
    return entries
