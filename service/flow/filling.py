"""One unit's form as it stands: found, judged, with what is known without asking."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from forms.answers import Picture, Problem, evaluate
from forms.carry import Left
from forms.schema import Form, Question
from service.errors import NotFound
from service.flow import carrying, earlier, lookups, merging
from service.flow.carrying import Standing
from service.flow.carrying import bound as bound
from service.flow.carrying import moment as moment
from service.flow.earlier import LastPeriod
from service.flow.keys import item_at
from service.flow.merging import Answers, Value
from service.models import Campaign, Contact, Draft, Invitation, Staff

MAX_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Filling:
    """`raw` is the draft (or what was sent, when there is no draft); `picture` what the form says of it now.
    `updated_by` is a principal's ref, "" when nothing was saved yet. `known` is what is filled in and locked, `earlier`
    what the unit sent for the last period, where the form asks for it. `form_id` is the version's id, `left` what was
    left over of the version `source` and is not written down yet."""

    invitation: Invitation
    campaign: Campaign
    form: Form
    picture: Picture
    raw: dict[str, Value]
    version: int
    updated_at: datetime | None
    updated_by: str
    known: Mapping[str, str]
    earlier: LastPeriod = field(default_factory=LastPeriod)
    form_id: int = 0
    source: int = 0
    left: tuple[Left, ...] = ()

    @property
    def kept(self) -> dict[str, merging.Kept]:
        """Questions that two people changed at once and that wait for a choice."""
        return merging.all_kept(self.raw)


async def find(campaign_id: int, *, code: str = "", unit_id: int | None = None, lock: bool = False) -> Invitation:
    """The invitation of a unit in a published campaign, the campaign loaded; with `lock` it is held to the end of the
    transaction. Raises NotFound."""
    if not 0 < campaign_id <= MAX_ID:
        raise NotFound()
    whose: dict[str, object] = {"unit_id": unit_id} if unit_id is not None else {"code": code}
    found = await lookups.joined(Invitation, Campaign, "campaign", lock=lock, campaign_id=campaign_id, **whose)
    if found is None or found.campaign.published_at is None:
        raise NotFound()
    return found


async def load(
    campaign_id: int, now: datetime, *, code: str = "", unit_id: int | None = None, contact_id: int | None = None
) -> Filling:
    """A unit's form as it stands; changes nothing. Raises NotFound."""
    invitation = await find(campaign_id, code=code, unit_id=unit_id)
    known = bound(invitation, invitation.campaign, await contact_of(contact_id))
    draft = await lookups.one(Draft, invitation_id=invitation.id)
    found = await carrying.standing(invitation, draft)
    sent = await earlier.last_period(invitation, invitation.campaign, found.form)
    picture = evaluate(found.form, found.raw, moment(invitation, now), known, earlier=sent.tree)
    filling = filled(invitation, found, draft, found.raw, picture, known, sent)
    return replace(filling, version=found.version, left=found.left)


def filled(
    invitation: Invitation,
    found: Standing,
    draft: Draft | None,
    raw: dict[str, Value],
    picture: Picture,
    known: Mapping[str, str],
    sent: LastPeriod,
) -> Filling:
    """The parts put together; the invitation's campaign is loaded."""
    return Filling(
        invitation=invitation,
        campaign=invitation.campaign,
        form=found.form,
        picture=picture,
        raw=raw,
        version=draft.version if draft else 0,
        updated_at=draft.updated_at if draft else None,
        updated_by=draft.updated_by if draft else "",
        known=known,
        earlier=sent,
        form_id=found.form_id,
        source=found.source,
    )


def judged(filling: Filling, raw: Answers, now: datetime, language: str = "") -> Picture:
    """What the form says of other answers than the draft's, of earlier ones or of some not saved, or in another
    language."""
    at = moment(filling.invitation, now)
    return evaluate(filling.form, raw, at, filling.known, language=language, earlier=filling.earlier.tree)


async def contact_of(contact_id: int | None) -> Contact | None:
    return await lookups.one(Contact, id=contact_id) if contact_id else None


async def officer(campaign: Campaign) -> Staff | None:
    """The staff member to call about a campaign."""
    return await lookups.one(Staff, id=campaign.staff_id) if campaign.staff_id else None


async def of_unit(unit_id: int) -> list[Invitation]:
    """A unit's invitations to published campaigns, campaign loaded, the latest due first."""
    found = Invitation.filter(unit_id=unit_id, campaign__published_at__not_isnull=True)
    return await found.select_related("campaign").order_by("-due_at", "-id")


def waiting_choices(form: Form, raw: Answers) -> tuple[Problem, ...]:
    """Questions whose two texts wait for a choice; sending waits for it too."""
    return tuple(
        Problem(key, question, None, "conflict")
        for key in merging.all_kept(raw)
        if isinstance(question := item_at(form, key), Question)
    )
