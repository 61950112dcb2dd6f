"""Where recommendations come from: an accepted report's rows become items of the ledger, in its transaction.

A corrected report, once accepted, changes the items of its rows and closes those of rows that are gone. An item that
was answered and then says something else waits for an answer again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms import ledger
from forms.ledger import Row
from forms.schema import Form
from service.flow import answersheet, audit, forms, locks
from service.flow.principal import Principal
from service.models import Campaign, Invitation, Recommendation, RecommendationAct, Submission
from service.words import fold

LONGEST_LABEL = 500  # of the columns that hold a choice's words
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """What a row says in the ledger, in words; `others` are its further answers as (label, value)."""

    matter: str
    proposal: str
    field: str
    authority: str
    others: list[list[str]]

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "matter": self.matter,
            "proposal": self.proposal,
            "field": self.field[:LONGEST_LABEL],
            "authority": self.authority[:LONGEST_LABEL],
            "others": self.others,
        }


async def take(invitation: Invitation, who: Principal, now: datetime) -> None:
    """Bring the ledger up to the report of a unit that was just accepted."""
    sent = await Submission.filter(invitation_id=invitation.id).order_by("-number").first()
    if sent is None:
        return
    found = await _rows(invitation, sent)
    if not found and not await Recommendation.exists(invitation_id=invitation.id):
        return
    await locks.ledger()
    touched = await _brought_up(invitation, sent, found, who, now)
    if touched:
        await settle({one.lead for one in touched})
        data = {"submission": sent.number, "ledger": sorted(one.number for one in touched)}
        await audit.record("ledger.take", f"invitation:{invitation.id}", who, now, data)


async def _brought_up(
    invitation: Invitation, sent: Submission, found: Mapping[Key, Words], who: Principal, now: datetime
) -> list[Recommendation]:
    """The items that are new, say something else, are there again or are no more."""
    known = {(one.repeat, one.row): one for one in await Recommendation.filter(invitation_id=invitation.id)}
    touched = []
    for key, words in found.items():
        one = known.get(key)
        if one is None:
            touched.append(await _raise(invitation, sent, key, words, who, now))
        elif await _again(invitation, one, sent, words, who, now):
            touched.append(one)
    for key, one in known.items():
        if key not in found and one.withdrawn_at is None:
            await _withdraw(one, sent, who, now)
            touched.append(one)
    return touched


async def _rows(invitation: Invitation, sent: Submission) -> dict[Key, Words]:
    """The rows of what was sent, read in the version that it was filled in with. Rows that say nothing are left out."""
    number = sent.form_id or await Campaign.get(id=invitation.campaign_id).values_list("form_id", flat=True)
    form = await forms.built(int(str(number)))
    said = {(row.repeat.name, row.id): words_of(form, row) for row in ledger.rows(form, sent.answers)}
    return {key: words for key, words in said.items() if words.matter}


def words_of(form: Form, row: Row) -> Words:
    """A row in words. Where the form asks for no text, the matter is all that it does ask."""
    roles = ledger.roles(row.repeat)
    named = (roles.matter, roles.proposal, roles.field, roles.authority)
    asked = [question for question in named if question is not None]
    found = answersheet.in_words(form, row.repeat, [*asked, *roles.others], row.answers)
    matter, proposal, field, authority = (found.get(one.name, "") if one else "" for one in named)
    others = [[answersheet.label(form, one), found[one.name]] for one in roles.others if one.name in found]
    if roles.matter is None:
        return Words("; ".join(f"{label}: {value}" for label, value in others), "", "", "", [])
    return Words(matter, proposal, field, authority, others)


def _folded(invitation: Invitation, words: Words) -> str:
    """What search looks in: no marks, no case."""
    parts = (invitation.code, invitation.full_name, words.field, words.authority, words.matter, words.proposal)
    return fold(" ".join(parts))


async def _raise(
    invitation: Invitation, sent: Submission, key: Key, words: Words, who: Principal, now: datetime
) -> Recommendation:
    last = await Recommendation.all().order_by("-number").first()
    number = last.number + 1 if last else 1
    columns = {**words.columns, "folded": _folded(invitation, words), "created_at": now}
    repeat, row = key
    made = await Recommendation.create(
        number=number, lead=number, invitation=invitation, repeat=repeat, row=row, submission=sent, **columns
    )
    await note(made, "raised", who, now, {"submission": sent.number})
    return made


async def _again(
    invitation: Invitation, one: Recommendation, sent: Submission, words: Words, who: Principal, now: datetime
) -> bool:
    """A row that the ledger knows is reported again; whether that changes anything."""
    said = {name: getattr(one, name) for name in words.columns}
    changed, back = said != words.columns, one.withdrawn_at is not None
    if not changed and not back:
        return False
    columns = {**words.columns, "folded": _folded(invitation, words), "submission": sent, "withdrawn_at": None}
    one.update_from_dict({**columns, "version": one.version + 1})
    asks = any(said[name] != words.columns[name] for name in ("matter", "proposal"))
    alone = one.lead == one.number and not await Recommendation.exists(into=one.number)
    reopened = asks and alone and one.state == "answered"
    if reopened:
        one.state = "open"
    await one.save()
    await note(one, "restored" if back else "changed", who, now, {"submission": sent.number})
    if reopened:
        await note(one, "reopened", who, now, {})
    return True


async def _withdraw(one: Recommendation, sent: Submission, who: Principal, now: datetime) -> None:
    one.withdrawn_at, one.version = now, one.version + 1
    await one.save(update_fields=["withdrawn_at", "version"])
    await note(one, "withdrawn", who, now, {"submission": sent.number})


async def settle(leads: Collection[int]) -> None:
    """An open item that no report holds any more is withdrawn; one that a report holds again is open."""
    rows = await Recommendation.filter(lead__in=sorted(leads)).order_by("number")
    held = {one.lead for one in rows if one.withdrawn_at is None}
    for one in rows:
        after = {"open": "withdrawn", "withdrawn": "open"}.get(one.state)
        if one.number == one.lead and after and (one.lead in held) == (after == "open"):
            one.state, one.version = after, one.version + 1
            await one.save(update_fields=["state", "version"])


async def note(
    one: Recommendation, act: str, who: Principal, now: datetime, data: Mapping[str, object], reason: str = ""
) -> None:
    """One line of an item's history."""
    await RecommendationAct.create(recommendation=one, act=act, at=now, by=who.ref, data=dict(data), note=reason)
