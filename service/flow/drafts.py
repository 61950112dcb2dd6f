"""Drafts: what a unit has filled in so far, raw text by question, saved as it is typed, merged question by question.

Autosaves go to draft revisions, not to the audit log. The first change moves the invitation to "draft".
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from forms.answers import FIRST_ROW, evaluate, flatten
from forms.dependencies import hanging
from forms.flat import MAX_ROWS, ROW_IDS, TRIGGERED, row_ids
from forms.schema import Form, Repeat
from service import answerwords, life
from service.errors import Invalid, StaleDraft
from service.flow import audit, carrying, earlier, events, forms, landing, lookups, merging
from service.flow.carrying import Standing
from service.flow.filling import Filling, bound, contact_of, filled, find, load, moment
from service.flow.keys import item_at, require_bounded, tidy
from service.flow.merging import Answers, Edit, Revision, Value
from service.flow.openness import require_open, require_unsent
from service.flow.principal import Principal
from service.models import ContactLink, Draft, DraftRevision, Invitation, Staff
from service.words import _

__all__ = ["Edit", "Filling", "Saved", "history", "load", "people", "replace", "save", "sent"]

Changes = dict[str, tuple[Value | None, Value | None]]


@dataclass(frozen=True, slots=True)
class Saved:
    """The form after a save. `before` is the draft before it. `merged` are values that others changed since the
    page was drawn; `conflicts` keys whose two texts are both kept. `moved`: the page was drawn from another version
    of the form than the one in force."""

    filling: Filling
    before: dict[str, Value]
    merged: dict[str, Value]
    conflicts: tuple[str, ...]
    moved: bool = False


async def save(
    campaign_id: int,
    unit: int | str,
    edit: Edit,
    who: Principal,
    now: datetime,
    *,
    contact_id: int | None = None,
    live: bool = False,
    language: str = "",
) -> Saved:
    """Merge an edit into the draft of a unit, given by its code or id. Keys that name nothing a person answers in
    this form are passed over. With `live` the picture holds only what hangs on what changed, and what waits for a
    choice: a page that is typed in need not be told the rest again. Its words are in `language`, where the form
    has that.

    Raises NotFound, CampaignNotOpen, CampaignClosed, WrongState (already sent), Invalid (too much text).
    """
    by = f"{who.ref}#{edit.tab[:12]}" if edit.tab else who.ref
    async with in_transaction():
        invitation = await _locked(campaign_id, unit, who, now)
        known = bound(invitation, invitation.campaign, await contact_of(contact_id))
        draft, found = await _standing(invitation, now)
        form, before = found.form, found.raw
        landed = await landing.land(invitation.campaign, form, edit)
        moved = landed.form_id != found.form_id
        # A blank of a page that did not ask this question in these words blots out no default of it.
        mine = {key: value for key, value in landed.mine.items() if value or key in before or not moved}
        since = await landing.since(draft, edit.version, form, found.form_id)
        sent = await earlier.last_period(invitation, invitation.campaign, form)
        shown = _drawn(form, before, mine, invitation, known, sent, now)
        merge = merging.merge(before, mine, since, by, now, shown)
        after, changes = combined(form, before, merge, landed.edit)
        merged = _merged(after, since, by, merge)
        focus = _hanging(form, {**changes, **mine, **merged, **merging.all_kept(after)}) if live else None
        picture = evaluate(form, after, moment(invitation, now), known, earlier=sent.tree, focus=focus)
        # What a person typed in the same post stands over what a trigger computes, as if typed after it.
        drawn = {key: value for key, value in picture.drawn.items() if key not in merge.changes}
        for key, value in drawn.items():
            changes[key] = (after.get(key), value)
            after[key] = value
        if len(drawn) < len(picture.drawn):
            picture = evaluate(form, after, moment(invitation, now), known, earlier=sent.tree, focus=focus)
        if changes:
            require_bounded(after)
            draft = await _write(invitation, draft, found, after, changes, by, now)
            await _begin(invitation, who, now)
        await carrying.keep_strays(invitation, landed.form_id, landed.left, by, now)
    if language in form.languages[1:]:  # what is stored is judged in none
        at = moment(invitation, now)
        picture = evaluate(form, after, at, known, language=language, earlier=sent.tree, focus=focus)
    filling = filled(invitation, found, draft, after, picture, known, sent)
    return Saved(filling, before, merged, merge.conflicts, moved)


def _hanging(form: Form, keys: Iterable[str]) -> frozenset[str]:
    """The names of the questions with these keys, and of all that may look otherwise when they change."""
    return hanging(form, {item.name for key in keys if (item := item_at(form, key.removeprefix(merging.KEPT)))})


async def _standing(invitation: Invitation, now: datetime) -> tuple[Draft | None, Standing]:
    """The draft and what it holds, carried over for good to the version in force."""
    draft = await lookups.one(Draft, invitation_id=invitation.id)
    found = await carrying.standing(invitation, draft)
    if draft is not None:
        await carrying.write(invitation, draft, found, now)
    return draft, found


async def _locked(campaign_id: int, unit: int | str, who: Principal, now: datetime) -> Invitation:
    """The invitation, locked, its campaign loaded. Raises NotFound, or what says that it takes no answers now."""
    whose = {"unit_id": unit} if isinstance(unit, int) else {"code": unit}
    invitation = await find(campaign_id, lock=True, **whose)
    require_open(invitation.campaign, now)
    require_unsent(invitation, who, now)
    return invitation


def combined(form: Form, before: Answers, merge: merging.Merge, edit: Edit) -> tuple[dict[str, Value], Changes]:
    """The answers after values, choices and the row act, and all changes together."""
    after, changes = merge.applied(before), dict(merge.changes)
    settled = merging.choose(after, edit.chosen)
    for key, (was, becomes) in settled.changes.items():
        changes[key] = (changes[key][0] if key in changes else was, becomes)
    after = settled.applied(after)
    act = edit.row
    repeat = item_at(form, act.key) if act else None
    # Where the form says how many rows there are, nobody adds or removes one.
    if act is None or not isinstance(repeat, Repeat) or repeat.count or not ROW_IDS.fullmatch(act.row):
        return after, changes
    held = after.get(act.key)
    rows = [FIRST_ROW] if held is None else row_ids(held)
    wanted = merging.rows_after(rows, act)[:MAX_ROWS]
    if wanted != rows:
        changes[act.key] = (held, list(wanted))
        after[act.key] = list(wanted)
    return after, changes


def _drawn(
    form: Form,
    raw: Answers,
    mine: Answers,
    invitation: Invitation,
    known: Mapping[str, str],
    sent: earlier.LastPeriod,
    now: datetime,
) -> dict[str, Value]:
    """What the page showed for questions the draft does not hold: defaults and what is filled in."""
    absent = {key for key in mine if key not in raw}
    if not absent:
        return {}
    names = frozenset(key.rsplit("/", 1)[-1] for key in absent)
    picture = evaluate(form, raw, moment(invitation, now), known, earlier=sent.tree, focus=names)
    return {found.key: found.raw for found in picture.fields() if found.key in absent}


def _merged(after: Answers, since: Sequence[Revision], by: str, merge: merging.Merge) -> dict[str, Value]:
    """Values that others changed since, for the page to show, unless the page's own text is at stake."""
    own = {*merge.conflicts, *merge.changes}
    keys = {key for revision in since if revision.by != by for key in revision.changes}
    return {key: after.get(key, "") for key in keys - own if not key.startswith(merging.KEPT)}


async def _write(
    invitation: Invitation,
    draft: Draft | None,
    found: Standing,
    answers: dict[str, Value],
    changes: Changes,
    by: str,
    now: datetime,
) -> Draft:
    ref = by.partition("#")[0]
    if draft is None:
        draft = await Draft.create(
            invitation=invitation, version=1, answers=answers, updated_at=now, updated_by=ref, form_id=found.form_id
        )
        await carrying.keep(invitation, found, now)
    else:
        await lookups.update(draft, version=draft.version + 1, answers=answers, updated_at=now, updated_by=ref)
    pairs = {key: list(pair) for key, pair in changes.items()}
    await lookups.insert(
        DraftRevision,
        draft_id=draft.id,
        version=draft.version,
        changes=pairs,
        at=now,
        by=by,
        form_id=found.form_id,
    )
    return draft


async def _begin(invitation: Invitation, who: Principal, now: datetime) -> None:
    if life.may(life.State(invitation.state), life.Act.BEGIN, who.actor):
        await events.apply(invitation, life.Act.BEGIN, who, at=now, recorded_at=now)
        await audit.record("draft.begin", f"invitation:{invitation.id}", who, now)


async def replace(
    campaign_id: int, code: str, version: int, nested: Mapping[str, object], who: Principal, now: datetime
) -> Filling:
    """Put a whole draft in place of the one of that version; texts kept for a choice stay until one is made.

    Raises StaleDraft, Invalid, and as `save`.
    """
    async with in_transaction():
        invitation = await _locked(campaign_id, code, who, now)
        draft, found = await _standing(invitation, now)
        form = found.form
        flat, problems = flatten(form, nested)
        if problems:
            raise Invalid(answerwords.problems(problems))
        answers = {key: tidy(value) for key, value in flat.items()}
        if version != (draft.version if draft else 0):
            raise StaleDraft(version=draft.version if draft else 0)
        before = draft.answers if draft else {}
        answers |= merging.still_kept(before, answers) | {key: before[key] for key in before if key[:1] == TRIGGERED}
        changes = _difference(before, answers)
        if changes:
            require_bounded(answers)
            draft = await _write(invitation, draft, found, answers, changes, who.ref, now)
            await _begin(invitation, who, now)
    known = bound(invitation, invitation.campaign, None)
    sent = await earlier.last_period(invitation, invitation.campaign, form)
    picture = evaluate(form, answers, moment(invitation, now), known, earlier=sent.tree)
    return filled(invitation, found, draft, answers, picture, known, sent)


async def sent(invitation: Invitation, answers: Answers, who: Principal, now: datetime) -> None:
    """Bring a draft that exists up to what was sent without it. Called in the sending's transaction."""
    draft, found = await _standing(invitation, now)
    changes = _difference(draft.answers, answers) if draft else {}
    if changes:
        await _write(invitation, draft, found, dict(answers), changes, who.ref, now)


async def as_last_sent(invitation: Invitation, who: Principal, now: datetime) -> None:
    """Put what was sent last back into the draft, in the version in force. After a nil return, which has no answers,
    the draft stays. Called in the act's transaction; the invitation's campaign is loaded."""
    draft, found = await _standing(invitation, now)
    last = await carrying.last_sent(invitation)
    if draft is None or last is None:
        return
    source, answers = last
    if source != found.form_id:
        known = bound(invitation, invitation.campaign, None)
        old = await forms.built(source)
        answers = carrying.carried(old, found.form, answers, (), moment(invitation, now), known).raw
    changes = _difference(draft.answers, answers)
    if changes:
        await _write(invitation, draft, found, answers, changes, who.ref, now)


def _difference(before: Answers, after: Answers) -> Changes:
    keys = dict.fromkeys([*before, *after])
    return {key: (before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)}


async def people(refs: Collection[str]) -> dict[str, str]:
    """The names behind principals' refs, for "sửa bởi …"; a link without a person reads as its address."""
    names: dict[str, str] = {carrying.CARRIED: _("chuyển sang phiên bản mới của mẫu phiếu")}
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
