"""Sending: what was filled in becomes a numbered submission with a receipt; never overwritten.

One transaction: the invitation is locked, the key that makes a repeated request harmless is looked up, the answers
are judged, the submission is written, its life moved on, the receipt's mails queued and the act recorded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from forms.answers import Picture, Problem, evaluate, flatten
from forms.schema import Form
from reminders import outbox
from reminders.plan import Recipient
from service import life
from service.errors import Invalid, KeyReused, NotFound, StaleDraft
from service.flow import attachments, audit, drafts, events, filling, forms, openness, recipients
from service.flow.keys import admitted
from service.flow.merging import Answers, Value
from service.flow.principal import Principal
from service.models import Campaign, ContactLink, Draft, Invitation, Submission
from service.settings import Settings
from service.words import N_, _

MAX_REASON = 2000
NO_NIL = N_("Đợt khảo sát này không nhận báo cáo “không phát sinh”. Vui lòng điền phiếu.")
NO_REASON = N_("Vui lòng ghi lý do không phát sinh.")
LONG_REASON = N_("Lý do dài quá {limit} ký tự. Vui lòng rút gọn.")
NO_KEY = N_("Thiếu mã chống gửi trùng. Vui lòng tải lại trang rồi gửi lại.")


@dataclass(frozen=True, slots=True)
class FromDraft:
    """Send the draft of that version, the one the sender looked at. `declared`: the declaration's answers."""

    version: int
    declared: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """Send these nested answers (the API's shape); the draft plays no part."""

    answers: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Nil:
    """Nothing to report, and why."""

    reason: str


Content = FromDraft | Given | Nil


@dataclass(frozen=True, slots=True)
class Problems:
    """Why answers cannot be sent yet, in form order."""

    form: Form
    problems: tuple[Problem, ...]


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
) -> Submission | Problems:
    """Send. The same key of the same principal with the same content gives the same submission again.

    `at`: when the sending took effect, `now` when it is not told apart. Answers with problems are a value, and
    nothing is written. Raises NotFound, NotPublished, CampaignNotOpen, CampaignClosed, WrongState (sent already),
    KeyReused, StaleDraft, Invalid.
    """
    if not key.strip() or len(key) > 200:
        raise Invalid([{"message": _(NO_KEY)}])
    found = await filling.find(campaign_id, code=code)
    form = await forms.built(found.campaign.form_id)
    contact = await filling.contact_of(contact_id)
    mailboxes = await _mailboxes(found, who)
    body = body_hash(content)
    effect = at or now
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        invitation.campaign = found.campaign
        earlier = await Submission.get_or_none(principal=who.ref, invitation_id=invitation.id, idempotency_key=key)
        if earlier is not None:
            if earlier.body_hash != body:
                raise KeyReused()
            return earlier
        openness.require_open(found.campaign, effect)
        openness.require_unsent(invitation, who)
        answers: dict[str, object] = {}
        if isinstance(content, Nil):
            reason = _reason(found.campaign, content)
        else:
            reason = ""
            judged = await _judged(
                invitation, form, content, filling.bound(invitation, found.campaign, contact), effect
            )
            if isinstance(judged, tuple):
                return Problems(form, judged)
            answers = judged.answers
            if isinstance(content, Given):
                await drafts.sent(invitation, flatten(form, content.answers)[0], who, now)
        submission = await _create(invitation, answers, reason, who, key, body, effect, now)
        nil = isinstance(content, Nil)
        await events.apply(invitation, life.Act.SUBMIT, who, at=effect, recorded_at=now, nil=nil)
        await _post(settings, connection, submission, invitation, mailboxes, now)
        data = {"submission": submission.id, "number": submission.number, "hash": submission.hash}
        await audit.record("submission.create", f"invitation:{invitation.id}", who, now, data)
    return submission


def body_hash(content: Content) -> str:
    """SHA-256 of what was asked to be sent, to tell a repeated request from another one."""
    match content:
        case FromDraft(version, declared):
            plain: object = {"draft": version, "declared": dict(declared)}
        case Given(answers):
            plain = {"answers": answers}
        case Nil(reason):
            plain = {"nil": reason}
    return hashlib.sha256(canonical(plain)).hexdigest()


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks: the same bytes for the same content."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


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


def _reason(campaign: Campaign, content: Nil) -> str:
    reason = " ".join(content.reason.split())
    if not campaign.allow_nil:
        raise Invalid([{"question": "nil", "message": _(NO_NIL)}])
    if not reason:
        raise Invalid([{"question": "nil", "message": _(NO_REASON)}])
    if len(reason) > MAX_REASON:
        raise Invalid([{"question": "nil", "message": _(LONG_REASON).format(limit=MAX_REASON)}])
    return reason


async def _judged(
    invitation: Invitation, form: Form, content: FromDraft | Given, known: Mapping[str, str], at: datetime
) -> Picture | tuple[Problem, ...]:
    """The picture of the answers to be sent, or what is wrong with them."""
    shape: tuple[Problem, ...] = ()
    waiting: tuple[Problem, ...] = ()
    if isinstance(content, Given):
        flat, shape = flatten(form, content.answers)
        raw: Answers = flat
    else:
        draft = await Draft.get_or_none(invitation_id=invitation.id)
        if content.version != (draft.version if draft else 0):
            raise StaleDraft(version=draft.version if draft else 0)
        raw = {**(draft.answers if draft else {}), **admitted(form, content.declared)}
        waiting = filling.waiting_choices(form, raw)
    picture = evaluate(form, raw, filling.moment(invitation, at), known)
    problems = (*shape, *picture.problems, *waiting, *await _foreign_files(invitation, raw, picture))
    return problems or picture


async def _foreign_files(invitation: Invitation, raw: Answers, picture: Picture) -> Sequence[Problem]:
    """File answers that name no file of this invitation."""
    keys = [key for key, value in raw.items() if value and attachments.is_file(picture.form, key)]
    given = [found for key in keys if (found := picture.field(key)) and found.relevant and not found.problem]
    if not given:
        return ()
    unknown = await attachments.foreign(invitation.id, [f.shown for f in given])
    return [Problem(f.key, f.question, f.row, "not_file", {"text": f.shown}) for f in given if f.shown in unknown]


async def _create(
    invitation: Invitation,
    answers: dict[str, object],
    reason: str,
    who: Principal,
    key: str,
    body: str,
    at: datetime,
    now: datetime,
) -> Submission:
    number = await count(invitation.id) + 1
    return await Submission.create(
        invitation=invitation,
        number=number,
        receipt=f"PH-{invitation.campaign_id}-{invitation.code}-{number}",
        submitted_at=at,
        recorded_at=now,
        answers=answers,
        nil_reason=reason,
        hash=content_hash(invitation.id, number, at, answers, reason),
        actor=who.actor,
        actor_ref=who.ref,
        principal=who.ref,
        idempotency_key=key,
        body_hash=body,
    )


async def _mailboxes(invitation: Invitation, who: Principal) -> list[Recipient]:
    """Who gets the receipt: the sender's own address, and the unit's officials; one mail a mailbox."""
    everybody = (await recipients.by_unit([invitation.unit_id])).get(invitation.unit_id, ())
    found = recipients.mailboxes(everybody, "official")
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


def sent_answers(form: Form, submission: Submission) -> dict[str, Value]:
    """What was sent, in the flat shape of a draft."""
    return flatten(form, submission.answers)[0]


def as_sent(form: Form, invitation: Invitation, campaign: Campaign, submission: Submission) -> Picture:
    """The form as it was when it was sent, for showing."""
    raw = sent_answers(form, submission)
    moment = filling.moment(invitation, submission.submitted_at)
    return evaluate(form, raw, moment, filling.bound(invitation, campaign, None))
