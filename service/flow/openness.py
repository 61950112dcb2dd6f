"""When a unit's answers may still be changed and sent."""

from datetime import datetime

from service import life
from service.errors import CampaignClosed, CampaignNotOpen, NotPublished, WrongState
from service.flow.principal import Principal
from service.models import Campaign, Invitation
from service.words import state as state_words


def editable(invitation: Invitation, campaign: Campaign, who: Principal, now: datetime) -> bool:
    """Whether answers may be changed and sent now."""
    return is_open(campaign, now) and life.may(life.State(invitation.state), life.Act.SUBMIT, who.actor)


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


def require_unsent(invitation: Invitation, who: Principal) -> None:
    """Raise WrongState unless the invitation's state lets these people change its answers and send."""
    require(invitation, life.Act.SUBMIT, who)


def require(invitation: Invitation, act: life.Act, who: Principal) -> None:
    """Raise WrongState unless the invitation's state allows the act to these people."""
    if not life.may(life.State(invitation.state), act, who.actor):
        raise WrongState(state=state_words(invitation.state))
