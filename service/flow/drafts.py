"""Drafts: what a unit has filled in so far, raw text by question, saved as it is typed, merged question by question.

Autosaves go to draft revisions, not to the audit log. The first change moves the invitation to "draft".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tortoise.transactions import in_transaction

from forms.answers import FIRST_ROW, Now, Picture, Problem, evaluate, flatten
from forms.flat import MAX_RAW_TEXT, MAX_ROWS, ROW_IDS, row_ids
from forms.schema import FILES, Form, Kind, Question, Repeat
from forms.values import MAX_CHOSEN, clean, read_date
from service import answerwords, life
from service.errors import CampaignClosed, CampaignNotOpen, Invalid, NotFound, NotPublished, StaleDraft, WrongState
from service.flow import audit, events, forms, merging
from service.flow.merging import Answers, RowAct, Value
from service.flow.principal import Principal
from service.models import Campaign, Contact, ContactLink, Draft, DraftRevision, Invitation, Staff, Submission
from service.words import N_, ZONE, _
from service.words import state as state_words

MAX_DRAFT = 4_000_000
MAX_ID = 2**31 - 1
TOO_LONG = N_("Nội dung quá dài nên không lưu được. Vui lòng rút gọn, hoặc gửi kèm tệp.")


@dataclass(frozen=True, slots=True)
class Filling:
    """One unit's form as it stands. `raw` is the draft (or what was sent, when there is no draft); `picture` what
    the form says of it now. `updated_by` is a principal's ref, "" when nothing was saved yet."""

    invitation: Invitation
    campaign: Campaign
    form: Form
    picture: Picture
    raw: dict[str, Value]
    version: int
    updated_at: datetime | None
    updated_by: str
    bound: Mapping[str, str]

    @property
    def kept(self) -> dict[str, merging.Kept]:
        """Questions that two people changed at once and that wait for a choice."""
        return merging.all_kept(self.raw)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a page hands over. `version` is the draft version it was drawn from, `tab` a mark of its own.

    `files` are attachment ids by key, already checked; `chosen` settles conflicts (key -> "kept" or "saved").
    """

    version: int
    tab: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    row: RowAct | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The form after a save. `before` is the draft before it. `merged` are values that others changed since the
    page was drawn; `conflicts` keys whose two texts are both kept."""

    filling: Filling
    before: dict[str, Value]
    merged: dict[str, Value]
    conflicts: tuple[str, ...]


def bound(invitation: Invitation, campaign: Campaign, contact: Contact | None) -> dict[str, str]:
    """What is known without asking, by forms.schema.BINDS; the unit's names are those of publication day."""
    known = {
        "unit.kind": invitation.kind,
        "unit.code": invitation.code,
        "unit.name": invitation.full_name,
        "period.from": _iso(campaign.period_from),
        "period.to": _iso(campaign.period_to),
    }
    if contact is not None:
        known |= {
            "contact.name": contact.name,
            "contact.position": contact.position,
            "contact.phone": contact.phone,
            "contact.email": contact.email,
        }
    return {name: value for name, value in known.items() if value}


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def moment(invitation: Invitation, at: datetime) -> Now:
    """When and with what luck a unit's answers are judged: local time, one seed for one draft."""
    return Now(at.astimezone(ZONE), invitation.id)


def editable(invitation: Invitation, campaign: Campaign, who: Principal, now: datetime) -> bool:
    """Whether answers may be changed and sent now."""
    return is_open(campaign, now) and life.may(life.State(invitation.state), life.Act.SUBMIT, who.actor)


def is_open(campaign: Campaign, now: datetime) -> bool:
    begun = campaign.opens_at is None or now >= campaign.opens_at
    return begun and (campaign.closes_at is None or now <= campaign.closes_at)


def require_open(campaign: Campaign, now: datetime) -> None:
    """Raise NotPublished, CampaignNotOpen or CampaignClosed; late is not closed."""
    if campaign.published_at is None:
        raise NotPublished()
    if campaign.opens_at is not None and now < campaign.opens_at:
        raise CampaignNotOpen()
    if campaign.closes_at is not None and now > campaign.closes_at:
        raise CampaignClosed()


def require_unsent(invitation: Invitation, who: Principal) -> None:
    if not life.may(life.State(invitation.state), life.Act.SUBMIT, who.actor):
        raise WrongState(state=state_words(invitation.state))


async def find(campaign_id: int, *, code: str = "", unit_id: int | None = None) -> Invitation:
    """The invitation of a unit in a published campaign, campaign and staff member loaded. Raises NotFound."""
    if not 0 < campaign_id <= MAX_ID:
        raise NotFound()
    whose = {"unit_id": unit_id} if unit_id is not None else {"code": code}
    found = (
        await Invitation.filter(campaign_id=campaign_id, **whose).select_related("campaign", "campaign__staff").first()
    )
    if found is None or found.campaign.published_at is None:
        raise NotFound()
    return found


async def load(
    campaign_id: int, now: datetime, *, code: str = "", unit_id: int | None = None, contact_id: int | None = None
) -> Filling:
    """A unit's form as it stands; changes nothing. Raises NotFound."""
    invitation = await find(campaign_id, code=code, unit_id=unit_id)
    contact = await Contact.get_or_none(id=contact_id) if contact_id else None
    form = await forms.built(invitation.campaign.form_id)
    draft = await Draft.get_or_none(invitation_id=invitation.id)
    raw = dict(draft.answers) if draft else await _sent_before(invitation, form)
    return _filling(invitation, form, draft, raw, bound(invitation, invitation.campaign, contact), now)


def _filling(
    invitation: Invitation,
    form: Form,
    draft: Draft | None,
    raw: dict[str, Value],
    known: Mapping[str, str],
    now: datetime,
) -> Filling:
    return Filling(
        invitation=invitation,
        campaign=invitation.campaign,
        form=form,
        picture=evaluate(form, raw, moment(invitation, now), known),
        raw=raw,
        version=draft.version if draft else 0,
        updated_at=draft.updated_at if draft else None,
        updated_by=draft.updated_by if draft else "",
        bound=known,
    )


def judged(filling: Filling, raw: Answers, now: datetime) -> Picture:
    """What the form says of other answers than the draft's: of earlier ones, or of some not saved."""
    return evaluate(filling.form, raw, moment(filling.invitation, now), filling.bound)


async def _sent_before(invitation: Invitation, form: Form) -> dict[str, Value]:
    """Where there is no draft, correcting starts from what was sent."""
    if invitation.first_sent_at is None:
        return {}
    last = await Submission.filter(invitation_id=invitation.id).order_by("-number").first()
    return flatten(form, last.answers)[0] if last and not last.nil_reason else {}


async def save(
    campaign_id: int, code: str, edit: Edit, who: Principal, now: datetime, *, contact_id: int | None = None
) -> Saved:
    """Merge an edit into the draft. Keys that name nothing a person answers in this form are passed over.

    Raises NotFound, CampaignNotOpen, CampaignClosed, WrongState (already sent), Invalid (too much text).
    """
    found = await find(campaign_id, code=code)
    form = await forms.built(found.campaign.form_id)
    contact = await Contact.get_or_none(id=contact_id) if contact_id else None
    known = bound(found, found.campaign, contact)
    require_open(found.campaign, now)
    mine = admitted(form, edit.values)
    by = f"{who.ref}#{edit.tab[:12]}" if edit.tab else who.ref
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        invitation.campaign = found.campaign
        require_unsent(invitation, who)
        draft = await Draft.get_or_none(invitation_id=invitation.id)
        before: dict[str, Value] = dict(draft.answers) if draft else await _sent_before(invitation, form)
        since = await _since(draft, edit.version)
        drawn = _shown(form, before, mine, moment(invitation, now), known)
        found_merge = merging.merge(before, {**mine, **edit.files}, since, by, now, drawn)
        after, changes = _combined(form, before, found_merge, edit)
        picture = evaluate(form, after, moment(invitation, now), known)
        for key, value in picture.drawn.items():
            changes[key] = (after.get(key), value)
            after[key] = value
        if changes:
            _bounded(after)
            draft = await _write(invitation, draft, after, changes, by, now)
            await _begin(invitation, who, now)
    merged = {
        key: after.get(key, "")
        for revision in since
        if revision.by != by
        for key in revision.changes
        if not key.startswith(merging.KEPT) and key not in found_merge.conflicts and key not in found_merge.changes
    }
    filling = Filling(
        invitation=invitation,
        campaign=found.campaign,
        form=form,
        picture=picture,
        raw=after,
        version=draft.version if draft else 0,
        updated_at=draft.updated_at if draft else None,
        updated_by=draft.updated_by if draft else "",
        bound=known,
    )
    return Saved(filling, before, merged, found_merge.conflicts)


def _combined(
    form: Form, before: dict[str, Value], found: merging.Merge, edit: Edit
) -> tuple[dict[str, Value], dict[str, tuple[Value | None, Value | None]]]:
    """The answers after values, choices and the row act, and all changes together."""
    after, changes = found.applied(before), dict(found.changes)
    settled = merging.choose(after, edit.chosen)
    for key, (was, becomes) in settled.changes.items():
        changes[key] = (changes[key][0] if key in changes else was, becomes)
    after = settled.applied(after)
    if edit.row is not None and isinstance(item_at(form, edit.row.key), Repeat):
        if not ROW_IDS.fullmatch(edit.row.row):
            return after, changes
        held = after.get(edit.row.key)
        rows = [FIRST_ROW] if held is None else row_ids(held)
        wanted = merging.rows_after(rows, edit.row)[:MAX_ROWS]
        if wanted != rows:
            changes[edit.row.key] = (held, list(wanted))
            after[edit.row.key] = list(wanted)
    return after, changes


def _shown(form: Form, raw: Answers, mine: Answers, when: Now, known: Mapping[str, str]) -> dict[str, Value]:
    """What the page showed for questions the draft does not hold: defaults and what is filled in."""
    absent = [key for key in mine if key not in raw]
    if not absent:
        return {}
    picture = evaluate(form, raw, when, known)
    wanted = set(absent)
    return {found.key: found.raw for found in picture.fields() if found.key in wanted}


async def _since(draft: Draft | None, version: int) -> list[merging.Revision]:
    if draft is None or version >= draft.version:
        return []
    rows = await DraftRevision.filter(draft_id=draft.id, version__gt=max(version, 0)).order_by("version")
    return [merging.Revision(row.by, row.changes) for row in rows]


async def _write(
    invitation: Invitation,
    draft: Draft | None,
    answers: dict[str, Value],
    changes: Mapping[str, tuple[Value | None, Value | None]],
    by: str,
    now: datetime,
) -> Draft:
    ref = by.partition("#")[0]
    if draft is None:
        draft = await Draft.create(invitation=invitation, version=1, answers=answers, updated_at=now, updated_by=ref)
    else:
        draft.version, draft.answers, draft.updated_at, draft.updated_by = draft.version + 1, answers, now, ref
        await draft.save(update_fields=["version", "answers", "updated_at", "updated_by"])
    await DraftRevision.create(
        draft=draft,
        version=draft.version,
        changes={key: list(pair) for key, pair in changes.items()},
        at=now,
        by=by,
    )
    return draft


async def _begin(invitation: Invitation, who: Principal, now: datetime) -> None:
    if life.may(life.State(invitation.state), life.Act.BEGIN, who.actor):
        await events.apply(invitation, life.Act.BEGIN, who, at=now, recorded_at=now)
        await audit.record("draft.begin", f"invitation:{invitation.id}", who, now)


async def replace(
    campaign_id: int, code: str, version: int, nested: Mapping[str, object], who: Principal, now: datetime
) -> Filling:
    """Put a whole draft in place of the one of that version. Raises StaleDraft, Invalid, and as `save`."""
    found = await find(campaign_id, code=code)
    form = await forms.built(found.campaign.form_id)
    require_open(found.campaign, now)
    answers, problems = flatten(form, nested)
    if problems:
        raise Invalid(answerwords.problems(problems))
    answers = {key: _tidy(value) for key, value in answers.items()}
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        invitation.campaign = found.campaign
        require_unsent(invitation, who)
        draft = await Draft.get_or_none(invitation_id=invitation.id)
        if version != (draft.version if draft else 0):
            raise StaleDraft(version=draft.version if draft else 0)
        before: dict[str, Value] = dict(draft.answers) if draft else {}
        keys = dict.fromkeys([*before, *answers])
        changes = {key: (before.get(key), answers.get(key)) for key in keys if before.get(key) != answers.get(key)}
        if changes:
            _bounded(answers)
            draft = await _write(invitation, draft, answers, changes, who.ref, now)
            await _begin(invitation, who, now)
    return _filling(invitation, form, draft, answers, bound(found, found.campaign, None), now)


async def sent(invitation: Invitation, answers: Mapping[str, Value], who: Principal, now: datetime) -> None:
    """Bring a draft that exists up to what was sent without it. Called in the sending's transaction."""
    draft = await Draft.get_or_none(invitation_id=invitation.id)
    if draft is None:
        return
    before = draft.answers
    keys = dict.fromkeys([*before, *answers])
    changes = {key: (before.get(key), answers.get(key)) for key in keys if before.get(key) != answers.get(key)}
    if changes:
        await _write(invitation, draft, dict(answers), changes, who.ref, now)


def _bounded(answers: Mapping[str, Value]) -> None:
    if sum(len(key) + sum(map(len, value)) + len(value) for key, value in answers.items()) > MAX_DRAFT:
        raise Invalid([{"message": _(TOO_LONG)}])


def _tidy(value: Value) -> Value:
    return [clean(part) for part in value] if isinstance(value, list) else clean(value)


def admitted(form: Form, values: Mapping[str, object]) -> dict[str, Value]:
    """The values that name a question a person answers, cleaned; dates that are understood as ISO.

    A file question takes only "" here (removal): its id comes from an upload. Raises Invalid for a text that is
    too long to keep.
    """
    found: dict[str, Value] = {}
    for key, value in values.items():
        question = item_at(form, key)
        if not isinstance(question, Question) or not question.asked:
            continue
        if question.kind is Kind.SELECT_MULTIPLE:
            if isinstance(value, list) and len(value) <= MAX_CHOSEN and all(isinstance(v, str) for v in value):
                chosen = {clean(name)[:500] for name in value}
                found[key] = [choice.name for choice in form.choices(question) if choice.name in chosen]
        elif isinstance(value, str) and (question.kind not in FILES or value == ""):
            if len(value) > MAX_RAW_TEXT:
                raise Invalid([{"question": question.name, "message": _(TOO_LONG)}])
            text = clean(value)
            day = read_date(text) if question.kind is Kind.DATE else None
            found[key] = day.isoformat() if day else text
    return found


def item_at(form: Form, key: str) -> Question | Repeat | None:
    """The question or repeat a flat key names; None when it names nothing in the form."""
    parts = key.split("/")
    item = form.item(parts[-1]) if len(key) <= 2000 else None
    if not isinstance(item, Question | Repeat):
        return None
    given = iter(parts)
    names = item.path.split("/")
    for name in names:
        if next(given, None) != name:
            return None
        if name != names[-1] and isinstance(form.item(name), Repeat) and not ROW_IDS.fullmatch(next(given, "")):
            return None
    return item if next(given, None) is None else None


async def people(refs: Collection[str]) -> dict[str, str]:
    """The names behind principals' refs, for "sửa bởi …"; a link without a person reads as its address."""
    names: dict[str, str] = {}
    plain = {ref.partition("#")[0] for ref in refs if ref}
    links = {int(ref.removeprefix("link:")): ref for ref in plain if ref.startswith("link:")}
    staff = {int(ref.removeprefix("staff:")): ref for ref in plain if ref.startswith("staff:")}
    if links:
        for link in await ContactLink.filter(id__in=list(links)).select_related("contact"):
            name = link.contact.name if link.contact else ""
            names[links[link.id]] = name or link.address or _("người của đơn vị")
    if staff:
        for person in await Staff.filter(id__in=list(staff)):
            names[staff[person.id]] = _("chuyên viên {name}").format(name=person.name)
    return {ref: names.get(ref.partition("#")[0], _("hệ thống khác")) for ref in refs}


async def history(invitation_id: int, limit: int = 30) -> list[DraftRevision]:
    """The latest saves, newest first: who changed which questions, and when."""
    return await DraftRevision.filter(draft__invitation_id=invitation_id).order_by("-version").limit(limit)


def waiting_choices(form: Form, raw: Answers) -> tuple[Problem, ...]:
    """Questions whose two texts wait for a choice; sending waits for it too."""
    return tuple(
        Problem(key, question, None, "conflict")
        for key in merging.all_kept(raw)
        if isinstance(question := item_at(form, key), Question)
    )


async def of_unit(unit_id: int) -> list[Invitation]:
    """A unit's invitations to published campaigns, campaign loaded, the latest due first."""
    found = Invitation.filter(unit_id=unit_id, campaign__published_at__not_isnull=True)
    return await found.select_related("campaign").order_by("-due_at", "-id")
