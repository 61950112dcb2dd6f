"""One unit's file in one campaign, as staff look at it: people, what happened, what was mailed, what was sent."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from forms.answers import Field, Heading, RowGroup
from forms.schema import FILES, Kind
from reminders import returns
from service import life, readable
from service.flow import (
    attachments,
    calls,
    correspondence,
    drafts,
    events,
    inbox,
    record,
    signed,
    signoff,
    submissions,
    unitrequests,
)
from service.flow.entries import Entry
from service.models import (
    Campaign,
    Contact,
    Draft,
    Intake,
    Invitation,
    SignedReport,
    StoredFile,
    Submission,
    UnitRequest,
)
from service.settings import Settings
from service.words import _


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as people read it; `attachment` when it is a file, `map` the address of one when it is a place."""

    key: str
    label: str
    shown: str
    attachment: attachments.Given | None = None
    map: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form with what was answered on it; a row of a repeat has a heading of its own."""

    title: str
    answers: Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer that differs from the one sent before, "" where there was or is none; `where` is its section."""

    where: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One submission, its answers by section (none for a nil return), and the unit's own document of it. `asker`: who
    handed it in for approval. `changes` from the submission before; None where one of the two has no answers."""

    submission: Submission
    actor: str
    sections: Sequence[Section]
    signed: SignedReport | None
    asker: str = ""
    changes: Sequence[Changed] | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    campaign: Campaign
    invitation: Invitation
    standing: life.Standing
    contacts: Sequence[Contact]
    record: Sequence[Entry]
    mail: correspondence.Listing
    came: Sequence[inbox.Came]
    dead: Collection[str]
    calls: Sequence[calls.Told]
    sent: Sequence[Sent]
    intakes: Sequence[Intake]
    draft_saved: datetime | None
    asked: signoff.Asked | None
    requests: Sequence[UnitRequest]
    askers: Mapping[str, str]


async def of(campaign_id: int, code: str, now: datetime) -> Dossier:
    """The file of a unit in a published campaign. Raises NotFound, NotPublished."""
    found = await record.of(campaign_id, code, now, now)
    campaign, invitation = found.campaign, found.invitation
    given = await submissions.of_invitation(invitation.id)
    names = await drafts.people({ref for s in given for ref in (s.actor_ref, s.asked_by)})
    requests = await unitrequests.of_invitation(invitation.id)
    own = await signed.of_submissions([s.id for s in given])
    draft = await Draft.get_or_none(invitation_id=invitation.id)
    return Dossier(
        campaign=campaign,
        invitation=invitation,
        standing=found.standing,
        contacts=await Contact.filter(unit_id=invitation.unit_id, active=True).order_by("role", "id"),
        record=found.entries,
        came=(await inbox.listing(1, campaign=campaign_id, unit=code))[0],
        dead=await returns.dead(),
        mail=await correspondence.listing(correspondence.Wanted(campaign=campaign_id, unit=code), 1),
        calls=await calls.of_invitation(invitation.id),
        sent=compared(
            [
                Sent(
                    s,
                    names.get(s.actor_ref, ""),
                    await _sections(invitation, campaign, s),
                    own.get(s.id),
                    names.get(s.asked_by, ""),
                )
                for s in given
            ]
        ),
        intakes=await Intake.filter(invitation=invitation).order_by("-id").select_related("scan"),
        draft_saved=draft.updated_at if draft else None,
        asked=await signoff.asked(invitation.id) if invitation.state in life.WITH_LEADER else None,
        requests=requests,
        askers=await drafts.people({one.asked_by for one in requests}),
    )


def compared(sent: Sequence[Sent]) -> Sequence[Sent]:
    """Submissions, the latest first, each with what differs from the one before it."""
    pairs = itertools.zip_longest(sent, sent[1:])
    return [
        replace(one, changes=_changes(before.sections, one.sections))
        if before and before.sections and one.sections
        else one
        for one, before in pairs
    ]


def _changes(before: Sequence[Section], after: Sequence[Section]) -> Sequence[Changed]:
    """In the order of the form; what was taken out comes last."""
    old, new = ({a.key: (s.title, a) for s in sections for a in s.answers} for sections in (before, after))
    found = []
    for key in dict.fromkeys([*new, *old]):
        sides = old.get(key), new.get(key)
        given = [side for side in sides if side is not None]
        where, answer = given[-1]
        if len(given) == len(sides) and _same(given[0][1], answer):
            continue
        shown = [side[1].shown if side else "" for side in sides]
        found.append(Changed(where, answer.label, *shown))
    return found


def _same(one: Answer, other: Answer) -> bool:
    return (one.shown, one.attachment) == (other.shown, other.attachment)


async def _sections(invitation: Invitation, campaign: Campaign, submission: Submission) -> Sequence[Section]:
    """What was answered, page by page and row by row; blanks are left out."""
    if submission.nil_reason:
        return ()
    form = await submissions.form_of(submission, campaign)
    picture = await submissions.as_sent(form, invitation, campaign, submission)
    given = await attachments.named(invitation.id, form, submissions.sent_answers(form, submission))
    found: list[Section] = []
    for page in form.pages:
        parts = picture.page(page.key)
        found.append(Section(page.title.plain, _answers(parts, given)))
        found += _rows(parts, given)
    return [section for section in found if section.answers]


def _rows(
    parts: Iterable[Field | Heading | RowGroup], given: Mapping[str, attachments.Given], above: str = ""
) -> Iterator[Section]:
    """The rows of repeats, each before the rows that it holds."""
    for group in (part for part in parts if isinstance(part, RowGroup) and part.relevant):
        for row in group.rows:
            place = readable.below(above, row)
            yield Section(readable.row_title(group, row, place), _answers(row.items, given))
            yield from _rows(row.items, given, place)


def _answers(parts: Iterable[Field | Heading | RowGroup], given: Mapping[str, attachments.Given]) -> list[Answer]:
    return [
        _answer(part, given)
        for part in parts
        if isinstance(part, Field) and part.relevant and part.shown and part.question.kind is not Kind.NOTE
    ]


def _answer(field: Field, given: Mapping[str, attachments.Given]) -> Answer:
    if field.question.kind in FILES:
        file = given.get(field.shown)
        return Answer(field.key, field.label, file.name if file else _("(tệp không còn)"), file)
    return Answer(field.key, field.label, readable.shown(field), map=readable.on_map(field))


async def attachment(settings: Settings, campaign_id: int, code: str, number: int) -> tuple[StoredFile, Path]:
    """A file the unit sent, and where its bytes are. Raises NotFound."""
    return await attachments.download(settings, (await events.found(campaign_id, code)).id, number)


async def scan(settings: Settings, campaign_id: int, code: str, number: int) -> tuple[StoredFile, Path]:
    """The scan recorded with an intake. Raises NotFound."""
    invitation = await events.found(campaign_id, code)
    row = await Intake.filter(id=number, invitation=invitation).select_related("scan").first()
    return await attachments.on_disk(settings, row.scan if row else None)
