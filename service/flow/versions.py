"""Versions of one form: what changed, what a move would mean for a running campaign, and the move itself.

A move changes one column of the campaign. Drafts follow by themselves, each in its own transaction (flow.carrying):
at once for those that a move finds, else when they are next written.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import anyio
from tortoise.transactions import in_transaction

from forms.difference import Change, difference
from forms.schema import Form
from service import database, life
from service.errors import CampaignClosed, Invalid, NotFound, NotPublished, ServiceError
from service.flow import audit, campaigns, carrying, drafts, filling, forms
from service.flow.principal import Principal
from service.models import Campaign, Draft, FormMove, FormVersion, Submission
from service.words import N_, _

log = logging.getLogger("phieu")
MAX_REASON = 1000
COMPARED = 32  # pairs of versions whose difference is kept
OPEN = [state for state in life.State if life.may(state, life.Act.SUBMIT, life.Actor.UNIT)]
FIELDS = ("id", "form_id", "version", "title", "questions", "created_at")


class FormMoved(ServiceError):
    status = 409
    code = "form_moved"
    message = N_(
        "Có người vừa chuyển đợt khảo sát này sang phiên bản khác nên chưa làm gì. "
        "Vui lòng xem lại rồi chuyển nếu vẫn cần."
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one form and what changed from the first to the second."""

    old: FormVersion
    new: FormVersion
    changes: tuple[Change, ...]


async def brief(version_id: int) -> FormVersion:
    """A version without its cells. Raises NotFound."""
    found = await FormVersion.filter(id=version_id).only(*FIELDS).first() if 0 < version_id <= filling.MAX_ID else None
    if found is None:
        raise NotFound()
    return found


async def before(version: FormVersion) -> FormVersion | None:
    """The version of the same form that was imported before this one."""
    found = FormVersion.filter(form_id=version.form_id, id__lt=version.id)
    return await found.order_by("-id").only(*FIELDS).first()


async def others(version: FormVersion) -> list[FormVersion]:
    """The other versions of the same form, the newest first."""
    return await FormVersion.filter(form_id=version.form_id).exclude(id=version.id).order_by("-id").only(*FIELDS)


async def compare(old: FormVersion, new: FormVersion) -> Comparison:
    """What changed between two versions of a form. Raises NotFound for versions of two forms."""
    if old.form_id != new.form_id:
        raise NotFound()
    both = await forms.built(old.id), await forms.built(new.id)
    return Comparison(old, new, await anyio.to_thread.run_sync(_difference, *both))


@lru_cache(maxsize=COMPARED)
def _difference(old: Form, new: Form) -> tuple[Change, ...]:
    """Kept for each pair, since built forms never change: every page of a version tells it in a line."""
    return difference(old, new)


async def running(version: FormVersion, now: datetime) -> list[Campaign]:
    """Published campaigns, not closed, that use another version of the same form; `form` is loaded."""
    found = Campaign.filter(form__form_id=version.form_id, published_at__isnull=False).exclude(form_id=version.id)
    rows = await found.order_by("-id").select_related("form")
    return [row for row in rows if row.closes_at is None or not life.over(row.closes_at, now)]


@dataclass(frozen=True, slots=True)
class LeftOf:
    """What one unit's draft would leave over."""

    code: str
    unit: str
    answers: Sequence[tuple[str, str, str]]  # label, what was answered, why (forms.carry)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a move would mean now: open drafts, reports that keep their version, and what drafts would leave over."""

    drafts: int
    submissions: int
    left: Sequence[LeftOf] = field(default=())

    @property
    def answers(self) -> int:
        return sum(len(one.answers) for one in self.left)


async def outlook(campaign: Campaign, to: FormVersion) -> Outlook:
    """Counted on the drafts as they are now; nothing is changed."""
    open_ = Draft.filter(invitation__campaign_id=campaign.id, invitation__state__in=OPEN)
    rows = await open_.select_related("invitation").order_by("invitation__code")
    sources = {row.form_id or campaign.form_id for row in rows}
    old = {number: await forms.built(number) for number in sources}
    given = [(row, old[row.form_id or campaign.form_id]) for row in rows]
    left = await anyio.to_thread.run_sync(_left, campaign, given, await forms.built(to.id))
    sent = await Submission.filter(invitation__campaign_id=campaign.id).count()
    return Outlook(len(rows), sent, left)


def _left(campaign: Campaign, given: Sequence[tuple[Draft, Form]], new: Form) -> list[LeftOf]:
    found: list[LeftOf] = []
    for row, old in given:
        at, known = carrying.moment(row.invitation, row.updated_at), carrying.bound(row.invitation, campaign, None)
        left = carrying.carried(old, new, row.answers, (), at, known).left
        typed = [(carrying.called(one), one.shown, one.code) for one in left if one.kind and one.code != "computed"]
        if typed:
            found.append(LeftOf(row.invitation.code, row.invitation.full_name, typed))
    return found


async def moves(campaign_id: int) -> list[tuple[FormMove, str]]:
    """The moves of a campaign, the latest first, with the name of who made them; `old` and `new` are loaded."""
    rows = await FormMove.filter(campaign_id=campaign_id).order_by("-id").select_related("old", "new")
    names = await drafts.people({row.by for row in rows})
    return [(row, names[row.by]) for row in rows]


def require_movable(campaign: Campaign, now: datetime) -> None:
    """Raise NotPublished (a draft campaign is simply edited) or CampaignClosed."""
    if campaign.published_at is None:
        raise NotPublished()
    if campaign.closes_at is not None and life.over(campaign.closes_at, now):
        raise CampaignClosed()


async def move(campaign_id: int, old_id: int, new_id: int, reason: str, who: Principal, now: datetime) -> None:
    """Let a running campaign go over to another version of its form; `old_id` is the one it was seen to have.

    The same move again does nothing. Raises NotFound, NotPublished, CampaignClosed, FormMoved, Invalid.
    """
    words = " ".join(reason.split())
    if not words or len(words) > MAX_REASON:
        message = _("Vui lòng ghi lý do chuyển phiên bản, không quá {limit} ký tự.").format(limit=MAX_REASON)
        raise Invalid([{"field": "reason", "message": message}])
    new = await brief(new_id)
    async with in_transaction():
        campaign = await Campaign.select_for_update().get_or_none(id=campaign_id)
        if campaign is None:
            raise NotFound()
        require_movable(campaign, now)
        if campaign.form_id == new.id:
            return
        if campaign.form_id != old_id:
            raise FormMoved()
        if (await brief(old_id)).form_id != new.form_id:
            raise Invalid([{"field": "to", "message": _("Chỉ chuyển được sang phiên bản khác của cùng mẫu phiếu.")}])
        campaign.form_id = new.id
        await campaign.save(update_fields=["form_id"])
        made = await FormMove.create(campaign=campaign, old_id=old_id, new=new, reason=words, at=now, by=who.ref)
        data = {"move": made.id, "from": old_id, "to": new.id}
        await audit.record("campaign.form", f"campaign:{campaign.id}", who, now, data)


async def carry_all(campaign_id: int, now: datetime) -> int:
    """Carry the open drafts over, each in its own short transaction; how many. Stops quietly when the database is
    away: the others follow when they are next written."""
    done = 0
    try:
        campaign = await campaigns.get(campaign_id)
        waiting = Draft.filter(invitation__campaign_id=campaign_id, invitation__state__in=OPEN)
        codes = await waiting.exclude(form_id=campaign.form_id).values_list("invitation__code", flat=True)
        for code in codes:
            async with in_transaction():
                invitation = await filling.find(campaign_id, code=str(code), lock=True)
                draft = await Draft.get_or_none(invitation_id=invitation.id)
                if draft is not None:
                    found = await carrying.standing(invitation, draft)
                    await carrying.write(invitation, draft, found, now)
                    done += found.moved
    except database.AWAY as error:
        words = "campaign %s: %s drafts carried over, the others when they are next written: %s"
        log.warning(words, campaign_id, done, error)
    return done
