"""Reports that wait for the department's verdict: the queue, and one of them beside all that it is judged by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from forms.answers import Picture
from forms.schema import Form
from service import life, readable
from service.errors import NotFound
from service.flow import (
    assignments,
    attachments,
    campaigns,
    claims,
    consolidation,
    doubts,
    drafts,
    earlier,
    events,
    progress,
    remarks,
    reviews,
)
from service.flow import submissions as sendings
from service.flow.attachments import Given
from service.flow.claims import Claim
from service.flow.doubts import Doubt, Median
from service.flow.progress import Row
from service.models import Campaign, Event, Invitation, Staff, Submission


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report in the queue: since when, which number, what is doubtful, who has taken it, and who of the staff is in
    charge of the unit."""

    row: Row
    since: datetime
    number: int
    doubts: Sequence[Doubt] = ()
    claim: Claim | None = None
    charge: Staff | None = None

    def concerns(self, staff_id: int) -> bool:
        """Whether they have taken it, or are in charge of the unit and nobody has."""
        if self.claim is not None:
            return self.claim.staff == staff_id
        return self.charge is not None and self.charge.id == staff_id


@dataclass(frozen=True, slots=True)
class Queue:
    campaign: Campaign
    form: Form
    lines: Sequence[Waiting]


@dataclass(frozen=True, slots=True)
class Last:
    """What the unit answered last period by question name, outside repeats, and in which campaign."""

    campaign: Campaign | None = None
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The latest verdict: accepted or handed back, by whom (words), with all its remarks."""

    event: Event
    by: str
    note: str
    remarks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Review:
    """One report to judge. `before` is the submission before it; both pictures are None for a nil return."""

    campaign: Campaign
    invitation: Invitation
    sent: Submission
    by: str
    picture: Picture | None
    files: Mapping[str, Given]
    before: Picture | None
    before_files: Mapping[str, Given]
    last: Last
    doubts: Sequence[Doubt]
    medians: Mapping[str, Median]
    verdict: Verdict | None
    claim: Claim | None
    form: Form


async def queue(campaign_id: int, now: datetime) -> Queue:
    """Every report of a campaign that waits, the oldest first. Raises NotFound, NotPublished."""
    campaign = await campaigns.published(campaign_id)
    found = await _checked(campaign, now)
    waiting = {row.id: row for row in found.rows if row.standing.state in life.TO_REVIEW}
    columns = ("id", "invitation_id", "number", "submitted_at")
    rows = await Submission.filter(invitation_id__in=list(waiting)).order_by("number").only(*columns)
    latest = {row.invitation_id: row for row in rows}
    held, doubtful = await claims.of_campaign(campaign_id, now), doubts.by_unit(found.summary)
    charge = await assignments.in_charge()
    lines = [
        Waiting(
            row,
            latest[number].submitted_at,
            latest[number].number,
            doubtful.get(row.code, ()),
            held.get(number),
            charge.get(row.code),
        )
        for number, row in waiting.items()
        if number in latest
    ]
    return Queue(campaign, found.form, sorted(lines, key=lambda line: (line.since, line.row.code)))


async def one(campaign_id: int, code: str, now: datetime) -> Review:
    """What a unit sent last, ready to be judged. Raises NotFound (also where nothing was sent), NotPublished."""
    campaign = await campaigns.published(campaign_id)
    invitation = await events.found(campaign_id, code)
    sent, before = await _last_two(invitation)
    found = await _checked(campaign, now)
    form = await sendings.form_of(sent, campaign)
    picture, files = await _picture(invitation, campaign, sent)
    earlier_picture, earlier_files = await _picture(invitation, campaign, before)
    names = await drafts.people({sent.actor_ref})
    return Review(
        campaign=campaign,
        invitation=invitation,
        sent=sent,
        by=names[sent.actor_ref],
        picture=picture,
        files=files,
        before=earlier_picture,
        before_files=earlier_files,
        last=await _last(invitation, campaign, form),
        doubts=doubts.by_unit(found.summary).get(code, ()),
        medians=doubts.medians(found.summary, invitation.kind),
        verdict=await _verdict(invitation),
        claim=await claims.of(invitation.id, now),
        form=form,
    )


async def _checked(campaign: Campaign, now: datetime) -> consolidation.Consolidated:
    """The campaign's answers summed up, kept until something happens in it or in the campaign before it."""
    found, before = await progress.of(campaign.id, now), await consolidation.earlier(campaign)
    then = await progress.of(before.id, now) if before else None
    key = "checked", campaign.form_id, then.highest_event if then else 0
    kept = found.memo.get(key)
    if not isinstance(kept, consolidation.Consolidated):
        kept = found.memo[key] = await consolidation.of(campaign, now)
    return kept


async def _last_two(invitation: Invitation) -> tuple[Submission, Submission | None]:
    found = await Submission.filter(invitation=invitation).order_by("-number").limit(2)
    if not found:
        raise NotFound()
    return found[0], found[1] if len(found) > 1 else None


async def _picture(
    invitation: Invitation, campaign: Campaign, sent: Submission | None
) -> tuple[Picture | None, Mapping[str, Given]]:
    if sent is None or sent.nil_reason:
        return None, {}
    form = await sendings.form_of(sent, campaign)
    picture = await sendings.as_sent(form, invitation, campaign, sent)
    return picture, await attachments.named(invitation.id, form, sendings.sent_answers(form, sent))


async def _last(invitation: Invitation, campaign: Campaign, form: Form) -> Last:
    found = await earlier.report(invitation, campaign, form)
    if found is None:
        return Last()
    sent, round_ = found
    own = await Invitation.get(id=sent.invitation_id)
    picture, _files = await _picture(own, round_, sent)
    fields = picture.fields() if picture else ()
    return Last(round_, {one.question.name: readable.shown(one) for one in fields if one.relevant and one.row is None})


async def _verdict(invitation: Invitation) -> Verdict | None:
    event = await events.latest(invitation.id, life.Act.ACCEPT, life.Act.RETURN)
    if event is None:
        return None
    names = await drafts.people({event.actor_ref})
    note, _asked_for = await reviews.last_remark(invitation.id)
    return Verdict(event, names[event.actor_ref], note, await remarks.last(invitation.id))
