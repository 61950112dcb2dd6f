"""When a unit's answers may still be changed and sent.

What was sent may be corrected until the due time. Where a leader approves, the correction has to be handed in by then;
the approval may come later. Handed back or taken back after it, the correction is over, and the unit asks staff.
"""

from datetime import datetime

from service import life
from service.errors import AmendingOver, CampaignClosed, CampaignNotOpen, NotPublished, WrongState
from service.flow.principal import Principal
from service.models import Campaign, Invitation
from service.words import state as state_words


def editable(invitation: Invitation, campaign: Campaign, who: Principal, now: datetime) -> bool:
    """Whether answers may be changed and sent now."""
    may = life.may(life.State(invitation.state), life.Act.SUBMIT, who.actor)
    return is_open(campaign, now) and may and not amending_over(invitation, now)


def amendable(invitation: Invitation, campaign: Campaign, now: datetime) -> bool:
    """Whether the unit may correct by itself what it sent: until its due time, extended or not."""
    may = life.may(life.State(invitation.state), life.Act.AMEND, life.Actor.UNIT)
    return may and is_open(campaign, now) and not life.over(invitation.due_at, now)


def amending_over(invitation: Invitation, now: datetime) -> bool:
    """Whether the due time passed while the unit was correcting what it had sent, and it was not handed in."""
    return invitation.state == life.State.AMENDING and life.over(invitation.due_at, now)


def is_open(campaign: Campaign, now: datetime) -> bool:
    begun = campaign.opens_at is None or now >= campaign.opens_at
    return begun and (campaign.closes_at is None or not life.over(campaign.closes_at, now))


def require_open(campaign: Campaign, now: datetime) -> None:
    """Raise NotPublished, CampaignNotOpen or CampaignClosed; late is not closed."""
    if campaign.published_at is None:
        raise NotPublished()
    if campaign.opens_at is not None and now < campaign.opens_at:
        raise CampaignNotOpen()
    if campaign.closes_at is not None and life.over(campaign.closes_at, now):
        raise CampaignClosed()


def require_unsent(invitation: Invitation, who: Principal, now: datetime) -> None:
    """Raise WrongState unless the invitation's state lets these people change its answers and send."""
    require(invitation, life.Act.SUBMIT, who, now)


def require(invitation: Invitation, act: life.Act, who: Principal, now: datetime) -> None:
    """Raise WrongState unless the invitation's state allows the act, by which something is sent, to these people; its
    AmendingOver when it came too late to amend."""
    if not life.may(life.State(invitation.state), act, who.actor):
        raise WrongState(state=state_words(invitation.state))
    if amending_over(invitation, now):
        raise AmendingOver()
