"""A unit's draft in the version of the form that its campaign has now.

A campaign may go over to another version while units type. A draft says which version its keys are of; whoever next
locks its invitation to write carries it over in the same transaction, and whoever only looks sees it as it would be.
So nothing depends on a pass over all drafts: a crash half-way, or none at all, leaves nobody in the wrong version.
What was sent, and the draft behind it, keep theirs until the report is handed back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tortoise.transactions import in_transaction

from forms.answers import Now, evaluate, flatten
from forms.carry import Carried, Left, carry, without
from forms.counted import hidden_rows
from forms.keys import moved_key
from forms.schema import Form, Kind
from service import life, words
from service.errors import NotFound
from service.flow import audit, forms, merging
from service.flow.merging import KEPT, Answers, Value
from service.flow.principal import Principal
from service.models import Campaign, Contact, Draft, DraftRevision, Invitation, LeftOver, Submission
from service.words import ZONE, _

CARRIED = "system:carry"  # the house itself, as the author of a revision and of what is left over


@dataclass(frozen=True, slots=True)
class Standing:
    """What a unit has filled in, by the keys of the version `form`.

    `source` is the version it was given in. Where that is another one, `version` counts the carrying as done, and
    `left` (what has no place) and `restored` (ids of LeftOver that have one again) are still to be written.
    """

    form: Form
    form_id: int
    raw: dict[str, Value]
    version: int
    source: int
    left: tuple[Left, ...] = ()
    restored: tuple[int, ...] = ()

    @property
    def moved(self) -> bool:
        return self.source != self.form_id


async def standing(invitation: Invitation, draft: Draft | None) -> Standing:
    """The draft, or what was sent when there is none, in the version that is filled in now; changes nothing.

    The invitation's campaign is loaded. Where nothing may be sent any more, the version stays the one it was given in.
    """
    current = invitation.campaign.form_id
    source, raw = await _given(invitation, draft)
    version = draft.version if draft else 0
    open_ = life.may(life.State(invitation.state), life.Act.SUBMIT, life.Actor.UNIT)
    if source == current or not open_:
        return Standing(await forms.built(source), source, raw, version, source)
    old, new = await forms.built(source), await forms.built(current)
    rows = await LeftOver.filter(invitation_id=invitation.id, settled_at__isnull=True).order_by("id")
    waiting = [_left(row) for row in rows]
    at = moment(invitation, draft.updated_at if draft else invitation.first_sent_at)
    found = carried(old, new, raw, waiting, at, bound(invitation, invitation.campaign, None))
    back, stay = {id(one) for one in found.restored}, set(map(id, waiting))
    fresh = tuple(one for one in found.left if id(one) not in stay)
    restored = tuple(row.id for row, one in zip(rows, waiting, strict=True) if id(one) in back)
    return Standing(new, current, found.raw, version + bool(draft), source, fresh, restored)


async def _given(invitation: Invitation, draft: Draft | None) -> tuple[int, dict[str, Value]]:
    """The version and the answers: the draft's, else those last sent, from which correcting starts, with what a draft
    keeps beside its answers."""
    current = invitation.campaign.form_id
    if draft is not None:
        return draft.form_id or current, dict(draft.answers)
    found = await last_sent(invitation) if invitation.first_sent_at is not None else None
    return found or (current, {})


async def last_sent(invitation: Invitation) -> tuple[int, dict[str, Value]] | None:
    """The version and the answers of the last submission, with what a draft keeps beside them; None when there is
    none or it was a nil return. The invitation's campaign is loaded."""
    last = await Submission.filter(invitation_id=invitation.id).order_by("-number").first()
    if last is None or last.nil_reason:
        return None
    source = last.form_id or invitation.campaign.form_id
    form = await forms.built(source)
    raw = flatten(form, last.answers)[0]
    return source, raw | evaluate(form, raw, moment(invitation, last.submitted_at)).drawn


def moment(invitation: Invitation, at: datetime) -> Now:
    """When and with what luck a unit's answers are judged: local time, one seed for one draft."""
    return Now(at.astimezone(ZONE), invitation.id)


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


def carried(old: Form, new: Form, raw: Answers, waiting: Iterable[Left], at: Now, known: Mapping[str, str]) -> Carried:
    """forms.carry for a draft with texts that wait for a choice (merging.KEPT): they go where their question goes.

    `at` and `known` are what `new` is judged with where it says how many rows there are.
    """
    rivals = merging.all_kept(raw)
    plain = {key: value for key, value in raw.items() if not key.startswith(KEPT)}
    found = carry(old, new, plain, waiting)
    rows = hidden_rows(old, new, found.raw, at, known)
    found = without(old, new, found, plain, rows)
    answers, left = dict(found.raw), list(found.left)
    for key, rival in rivals.items():
        alone = {key: rival.value}
        other, target = without(old, new, carry(old, new, alone), alone, rows), moved_key(old, new, key)
        if target is not None and target in other.raw:
            answers[KEPT + target] = [json.dumps(other.raw[target], ensure_ascii=False), *_who(raw, key)]
        left += [replace(one, code="rival") for one in other.left]
    return Carried(answers, tuple(left), found.restored)


def _who(raw: Answers, key: str) -> Sequence[str]:
    """Who typed the kept text, and when, as it is stored."""
    stored = raw[KEPT + key]
    return stored[1:] if isinstance(stored, list) else ()


def _left(row: LeftOver) -> Left:
    kind = Kind(row.kind) if row.kind else None
    return Left(row.key, _raw(row), row.code, kind, row.label, (), row.shown)


def _stored(value: Value) -> dict[str, str] | list[str]:
    """A raw value for a JSON column, whose field takes a bare text for JSON."""
    return {"text": value} if isinstance(value, str) else value


def _raw(row: LeftOver) -> Value:
    return row.value["text"] if isinstance(row.value, dict) else row.value


async def write(invitation: Invitation, draft: Draft, found: Standing, now: datetime) -> None:
    """Bring a draft over for good, in the transaction that locked its invitation. Its last change stays a person's."""
    if not found.moved:
        return
    source = draft.form_id
    draft.version, draft.answers, draft.form_id = found.version, found.raw, found.form_id
    await draft.save(update_fields=["version", "answers", "form_id"])
    changes = {(KEPT if one.code == "rival" else "") + one.key: [one.value, None] for one in found.left}
    await DraftRevision.create(
        draft=draft, version=draft.version, changes=changes, at=now, by=CARRIED, form_id=source or found.source
    )
    await keep(invitation, found, now)


async def keep(invitation: Invitation, found: Standing, now: datetime) -> None:
    """Write down what a carrying left over and brought back."""
    if found.left:
        await LeftOver.bulk_create([_row(invitation, found.source, one, CARRIED, now) for one in found.left])
    if found.restored:
        settled = {"settled_at": now, "settled_by": CARRIED, "outcome": "restored"}
        await LeftOver.filter(id__in=list(found.restored), settled_at__isnull=True).update(**settled)


def _row(invitation: Invitation, form_id: int, left: Left, by: str, now: datetime) -> LeftOver:
    return LeftOver(
        invitation_id=invitation.id,
        form_id=form_id,
        key=left.key[:2000],
        kind=left.kind or "",
        code=left.code,
        label=called(left),
        shown=left.shown,
        value=_stored(left.value),
        at=now,
        by=by,
    )


@words.speaking(words.OWN)  # it is kept, and read by all
def called(left: Left) -> str:
    """What the answer was to, with the row it stood in: "Khó khăn 2 – Nội dung"."""
    gone = _("{repeat} (dòng đã xóa)")
    rows = (f"{name} {number}" if number else gone.format(repeat=name) for name, number in left.rows)
    return " – ".join((*rows, left.label))


async def keep_strays(invitation: Invitation, form_id: int, left: Iterable[Left], by: str, now: datetime) -> None:
    """What a page drawn from another version posted for questions that are gone.

    A page posts the same text again and again, and longer each time: one row for each page and question, none for
    what is known already.
    """
    given = [one for one in left if one.code != "computed"]
    rows = await LeftOver.filter(invitation_id=invitation.id).order_by("-id") if given else []
    known = {(row.key, str(_raw(row))) for row in rows}
    open_ = {row.key: row for row in rows if row.by == by and row.settled_at is None}
    fresh: list[LeftOver] = []
    for one in given:
        if (one.key, str(one.value)) in known:
            continue
        own = open_.get(one.key)
        if own is None:
            fresh.append(_row(invitation, form_id, one, by, now))
        else:
            own.value, own.shown, own.at = _stored(one.value), one.shown, now
            await own.save(update_fields=["value", "shown", "at"])
    if fresh:
        await LeftOver.bulk_create(fresh)


def told(rows: Iterable[LeftOver]) -> list[LeftOver]:
    """Those that a person typed, to be shown; row ids and what the form worked out by itself are only kept."""
    return [row for row in rows if row.kind and row.code != "computed"]


async def of_invitation(invitation_id: int) -> list[LeftOver]:
    """All that was ever left over of a unit's draft, in order, settled or not."""
    return told(await LeftOver.filter(invitation_id=invitation_id).order_by("id"))


async def waiting(invitation: Invitation, found: Sequence[Left], source: int, now: datetime) -> list[LeftOver]:
    """What the unit has not settled yet, and what a look at its draft `found`, whose id is None until it is written."""
    rows = (
        LeftOver.filter(invitation_id=invitation.id, settled_at__isnull=True).exclude(kind="").exclude(code="computed")
    )
    return [*await rows.order_by("id"), *told(_row(invitation, source, one, CARRIED, now) for one in found)]


async def dismiss(invitation: Invitation, number: int, who: Principal, now: datetime) -> None:
    """A person has seen it and needs it no more; it stays in the record. Raises NotFound for what is not theirs."""
    if not 0 < number < 2**31:
        raise NotFound()
    async with in_transaction():
        row = await LeftOver.filter(id=number, invitation_id=invitation.id).select_for_update().first()
        if row is None:
            raise NotFound()
        if row.settled_at is not None:
            return
        row.settled_at, row.settled_by, row.outcome = now, who.ref, "dismissed"
        await row.save(update_fields=["settled_at", "settled_by", "outcome"])
        await audit.record("draft.dismiss", f"invitation:{invitation.id}", who, now, {"left": row.id})
