"""What is handed over to be sent, and whether it may be: answers judged as they would be stored.

Answers with problems are a value here, never an exception; broken rules are.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forms.answers import Picture, Problem, evaluate, flatten
from forms.schema import Form
from forms.values import clean
from service.errors import Invalid, StaleDraft
from service.flow import attachments, carrying, earlier, lookups
from service.flow.carrying import Standing
from service.flow.filling import moment, waiting_choices
from service.flow.keys import admitted
from service.flow.merging import Answers, Value
from service.models import Campaign, Draft, Invitation
from service.words import N_, _

MAX_REASON = 2000
NO_NIL = N_("Đợt khảo sát này không nhận báo cáo “không phát sinh”. Vui lòng điền phiếu.")
NO_REASON = N_("Vui lòng ghi lý do không phát sinh.")
LONG_REASON = N_("Lý do dài quá {limit} ký tự. Vui lòng rút gọn.")


@dataclass(frozen=True, slots=True)
class FromDraft:
    """Send the draft of that version, the one the sender looked at. `declared`: the declaration's answers; `form`: the
    id of the form version that was looked at, None when it was not told."""

    version: int
    declared: Mapping[str, object] = field(default_factory=dict)
    form: int | None = None


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


def body_hash(content: Content) -> str:
    """SHA-256 of what was asked to be sent, to tell a repeated request from another one."""
    match content:
        case FromDraft(version=version, declared=declared):
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


def nil_reason(campaign: Campaign, content: Nil) -> str:
    """The reason for a nil return, with its lines. Raises Invalid without one, or where none is taken."""
    reason = clean(content.reason)
    if not campaign.allow_nil:
        raise Invalid([{"question": "nil", "message": _(NO_NIL)}])
    if not reason:
        raise Invalid([{"question": "nil", "message": _(NO_REASON)}])
    if len(reason) > MAX_REASON:
        raise Invalid([{"question": "nil", "message": _(LONG_REASON).format(limit=MAX_REASON)}])
    return reason


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers that may be sent: `raw` in the flat shape of a draft, what the form says of them, its version."""

    raw: dict[str, Value]
    picture: Picture
    form_id: int


async def judge(
    invitation: Invitation, content: FromDraft | Given, known: Mapping[str, str], at: datetime, now: datetime
) -> Judged | Problems:
    """Judge what is to be sent as of `at`; called in the sending's transaction at `now`. Raises StaleDraft."""
    draft = await lookups.one(Draft, invitation_id=invitation.id)
    standing = await carrying.standing(invitation, draft)
    form = standing.form
    if draft is not None:
        await carrying.write(invitation, draft, standing, now)
    elif standing.moved:
        await carrying.keep(invitation, standing, now)
    if isinstance(content, Given):
        raw, found = flatten(form, content.answers)
    else:
        _require_looked_at(content, draft, standing)
        raw = {**standing.raw, **admitted(form, content.declared)}
        found = waiting_choices(form, raw)
    sent = await earlier.last_period(invitation, invitation.campaign, form)
    picture = evaluate(form, raw, moment(invitation, at), known, earlier=sent.tree)
    problems = (*found, *picture.problems, *await _foreign_files(invitation, raw, picture))
    return Problems(form, problems) if problems else Judged(raw, picture, standing.form_id)


def _require_looked_at(content: FromDraft, draft: Draft | None, standing: Standing) -> None:
    """Raise StaleDraft unless draft and form are still those that the sender looked at."""
    version = draft.version if draft else 0
    if content.version != version or content.form not in (None, standing.form_id):
        raise StaleDraft(version=version)


async def _foreign_files(invitation: Invitation, raw: Answers, picture: Picture) -> Sequence[Problem]:
    """File answers that name no file of this invitation."""
    keys = [key for key, value in raw.items() if value and attachments.is_file(picture.form, key)]
    given = [found for key in keys if (found := picture.field(key)) and found.relevant and not found.problem]
    if not given:
        return ()
    unknown = await attachments.foreign(invitation.id, [f.shown for f in given])
    return [Problem(f.key, f.question, f.row, "not_file", {"text": f.shown}) for f in given if f.shown in unknown]
