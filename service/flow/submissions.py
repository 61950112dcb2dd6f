"""Sending: what was filled in becomes a numbered submission with a receipt; never overwritten.

One transaction: the invitation is locked, the key that makes a repeated request harmless is looked up, the answers
are judged, the submission is written, its life moved on, the receipt's mails queued and the act recorded.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from forms.answers import Picture, evaluate, flatten
from forms.schema import Form
from reminders import outbox
from reminders.plan import Recipient
from service import files, life
from service.errors import Invalid, KeyReused, NotFound, SignedMissing, SignoffNeeded
from service.flow import audit, drafts, events, filling, forms, lookups, openness, recipients
from service.flow.earlier import last_period
from service.flow.judging import Content, FromDraft, Given, Nil, Problems, body_hash, canonical, judge, nil_reason
from service.flow.merging import Value
from service.flow.principal import Principal
from service.models import Campaign, ContactLink, Invitation, SignedReport, StoredFile, Submission
from service.settings import Settings
from service.words import N_, _

__all__ = [
    "Content",
    "FromDraft",
    "Given",
    "Nil",
    "Problems",
    "as_sent",
    "asks_signoff",
    "content_hash",
    "count",
    "form_of",
    "latest",
    "numbered",
    "of_invitation",
    "of_unit",
    "sent_answers",
    "submit",
]

NO_KEY = N_("Thiếu mã chống gửi trùng. Vui lòng tải lại trang rồi gửi lại.")


async def submit(
    settings: Settings,
    campaign_id: int,
    code: str,
    content: Content,
    who: Principal,
    key: str,
    now: datetime,
    *,
    at: datetime | None = None,
    contact_id: int | None = None,
    by: life.Act = life.Act.SUBMIT,
    signed: tuple[str, bytes] | None = None,
) -> Submission | Problems:
    """Send. The same key of the same principal with the same content gives the same submission again.

    `at`: when the sending took effect, `now` when it is not told apart. `by`: the act that sends, SIGN_OFF where a
    leader approves. `signed`: the signed document, name and bytes. Answers with problems are a value, and nothing is
    sent; a draft that waited to be carried to the version in force may have been, for good. Raises NotFound,
    NotPublished, CampaignNotOpen, CampaignClosed, WrongState (sent already), KeyReused, StaleDraft, Invalid,
    SignoffNeeded, SignedMissing, BadFile, EmptyFile, TooLarge.
    """
    if not key.strip() or len(key) > 200 or not key.isprintable():
        raise Invalid([{"message": _(NO_KEY)}])
    act = _Act(who, key, body_hash(content), at or now, now, by)
    kept = await _kept(settings, signed)
    async with in_transaction() as connection:
        invitation = await filling.find(campaign_id, code=code, lock=True)
        earlier = await lookups.every(Submission, "number", invitation_id=invitation.id)
        if repeated := _repeated(earlier, act):
            return repeated
        openness.require_open(invitation.campaign, act.at)
        openness.require(invitation, by, who, act.at)
        await _require_signed(invitation, act, kept)
        found = await _sendable(invitation, content, act, contact_id)
        if isinstance(found, Problems):
            return found
        submission = await _create(invitation, found, len(earlier) + 1, act)
        await events.apply(invitation, by, who, at=act.at, recorded_at=now, nil=bool(found.nil_reason))
        await _post(settings, connection, submission, invitation, await _mailboxes(invitation, who), now)
        data = {"submission": submission.id, "number": submission.number, "hash": submission.hash}
        if kept:
            scan = await StoredFile.create(**kept, created_at=now)
            await SignedReport.create(submission=submission, scan=scan, at=now, by=who.ref)
            data["signed"] = scan.sha256
        await audit.record("submission.create", f"invitation:{invitation.id}", who, now, data)
    return submission


@dataclass(frozen=True, slots=True)
class _Act:
    """One request to send: by whom, under which key, what (as a hash), when it counts and when it is written, and as
    which act."""

    who: Principal
    key: str
    body: str
    at: datetime
    now: datetime
    by: life.Act = life.Act.SUBMIT


@dataclass(frozen=True, slots=True)
class _Sendable:
    """What may be sent: answers by question, or why there is nothing to report, in a version of the form."""

    form_id: int
    answers: dict[str, object]
    nil_reason: str = ""


async def _sendable(
    invitation: Invitation, content: Content, act: _Act, contact_id: int | None
) -> _Sendable | Problems:
    """The content judged, in the sending's transaction."""
    campaign = invitation.campaign
    if isinstance(content, Nil):
        return _Sendable(campaign.form_id, {}, nil_reason(campaign, content))
    known = filling.bound(invitation, campaign, await filling.contact_of(contact_id))
    judged = await judge(invitation, content, known, act.at, act.now)
    if isinstance(judged, Problems):
        return judged
    if isinstance(content, Given):
        await drafts.sent(invitation, judged.raw, act.who, act.now)
    return _Sendable(judged.form_id, judged.picture.answers)


async def _kept(settings: Settings, signed: tuple[str, bytes] | None) -> dict[str, Any] | None:
    """The signed document on disk, as the columns of its row. Raises BadFile, EmptyFile, TooLarge."""
    if signed is None:
        return None
    name, data = signed
    digest, content_type = await files.take(settings.files_dir, name, data, files.SCAN)
    return {"sha256": digest, "name": files.clean_name(name), "size": len(data), "content_type": content_type}


async def _require_signed(invitation: Invitation, act: _Act, kept: Mapping[str, Any] | None) -> None:
    """Raise SignoffNeeded where a unit would send without its leader, though the campaign asks for the approval.

    The signed document stands for it only where no leader has an address of their own; without one SignedMissing.
    """
    if act.by is life.Act.SIGN_OFF or act.who.actor is not life.Actor.UNIT or not asks_signoff(invitation):
        return
    if await recipients.leaders(invitation.unit_id):
        raise SignoffNeeded()
    if kept is None:
        raise SignedMissing()


def asks_signoff(invitation: Invitation) -> bool:
    """Whether the leader has to approve before the unit sends; the campaign is loaded. A paper that was taken in has
    been signed already."""
    return invitation.campaign.signoff and life.State(invitation.state) is not life.State.RECEIVED


def _repeated(earlier: Sequence[Submission], act: _Act) -> Submission | None:
    """What the same request gave before. Raises KeyReused when it asked for something else."""
    for submission in earlier:
        if submission.principal == act.who.ref and submission.idempotency_key == act.key:
            if submission.body_hash != act.body:
                raise KeyReused()
            return submission
    return None


def content_hash(invitation_id: int, number: int, submitted_at: datetime, answers: object, nil_reason: str) -> str:
    """The receipt's hash: SHA-256 over what was sent, by whom, as which number, when."""
    plain = {
        "invitation": invitation_id,
        "number": number,
        "submitted_at": submitted_at.timestamp(),
        "answers": answers,
        "nil": nil_reason,
    }
    return hashlib.sha256(canonical(plain)).hexdigest()


async def _create(invitation: Invitation, found: _Sendable, number: int, act: _Act) -> Submission:
    asked = await events.latest(invitation.id, life.Act.ASK_SIGNOFF) if act.by is life.Act.SIGN_OFF else None
    return await Submission.create(
        invitation=invitation,
        number=number,
        receipt=f"PH-{invitation.campaign_id}-{invitation.code}-{number}",
        submitted_at=act.at,
        recorded_at=act.now,
        answers=found.answers,
        nil_reason=found.nil_reason,
        hash=content_hash(invitation.id, number, act.at, found.answers, found.nil_reason),
        actor=act.who.actor,
        actor_ref=act.who.ref,
        principal=act.who.ref,
        idempotency_key=act.key,
        body_hash=act.body,
        form_id=found.form_id,
        asked_at=asked.at if asked else None,
        asked_by=asked.actor_ref if asked else "",
    )


async def _mailboxes(invitation: Invitation, who: Principal) -> list[Recipient]:
    """Who gets the receipt: the sender's own address, and the unit's officials; one mail a mailbox."""
    found = recipients.mailboxes(await recipients.of_unit(invitation.unit_id), "official")
    if who.ref.startswith("link:"):
        link = await ContactLink.filter(id=int(who.ref.removeprefix("link:"))).select_related("contact").first()
        if link and link.address and all(link.address != recipient.address for recipient in found):
            name = link.contact.name if link.contact else ""
            found.append(Recipient(link.address, name, "official", link.contact_id))
    return found


async def _post(
    settings: Settings,
    connection: BaseDBAsyncClient,
    submission: Submission,
    invitation: Invitation,
    mailboxes: Sequence[Recipient],
    now: datetime,
) -> None:
    letters = [recipients.receipt(submission, invitation, recipient) for recipient in mailboxes]
    if letters:
        await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))


async def of_invitation(invitation_id: int) -> list[Submission]:
    """What a unit sent for a campaign, the latest first."""
    return await Submission.filter(invitation_id=invitation_id).order_by("-number")


async def count(invitation_id: int) -> int:
    return await Submission.filter(invitation_id=invitation_id).count()


async def of_unit(unit_id: int) -> dict[int, list[Submission]]:
    """What a unit sent, by invitation, the latest first; without the answers."""
    columns = ("id", "invitation_id", "number", "receipt", "submitted_at", "nil_reason")
    rows = await Submission.filter(invitation__unit_id=unit_id).order_by("-number").only(*columns)
    found: dict[int, list[Submission]] = {}
    for row in rows:
        found.setdefault(row.invitation_id, []).append(row)
    return found


async def numbered(invitation_id: int, number: int) -> Submission:
    """One submission of an invitation. Raises NotFound."""
    found = None
    if 0 < number <= filling.MAX_ID:
        found = await Submission.get_or_none(invitation_id=invitation_id, number=number)
    if found is None:
        raise NotFound()
    return found


async def latest(invitation_id: int) -> Submission | None:
    return await Submission.filter(invitation_id=invitation_id).order_by("-number").first()


async def form_of(submission: Submission, campaign: Campaign) -> Form:
    """The form in the version that was filled in."""
    return await forms.built(submission.form_id or campaign.form_id)


def sent_answers(form: Form, submission: Submission) -> dict[str, Value]:
    """What was sent, in the flat shape of a draft."""
    return flatten(form, submission.answers)[0]


async def as_sent(
    form: Form, invitation: Invitation, campaign: Campaign, submission: Submission, language: str = ""
) -> Picture:
    """The form as it was when it was sent, for showing, in one of its languages."""
    raw = sent_answers(form, submission)
    moment = filling.moment(invitation, submission.submitted_at)
    before = await last_period(invitation, campaign, form, submission.recorded_at)
    known = filling.bound(invitation, campaign, None)
    return evaluate(form, raw, moment, known, language=language, earlier=before.tree)
