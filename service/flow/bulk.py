"""One act on many units of a campaign: more time, off the roster, a staff member in charge; and its undoing.

Each unit has a transaction of its own, by the flow that does it to one: none waits for all the others. What one press
did are the events recorded at its moment, so that a press that was cut off goes on where it stopped.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from service import life, words
from service.errors import CampaignClosed, Invalid, NotFound, WrongState
from service.flow import assignments, audit, campaigns, rosteracts
from service.flow.principal import Principal
from service.flow.terms import Due
from service.models import BulkAct, Campaign, Event, Invitation, Unit
from service.settings import Settings
from service.words import N_, _

ACTS = {"extend": N_("Gia hạn"), "exempt": N_("Đưa ra khỏi diện báo cáo"), "assign": N_("Giao chuyên viên phụ trách")}
EVENTS = {"extend": life.Act.EXTEND, "exempt": life.Act.EXEMPT}
REASONS = {
    "exempt": N_("không thuộc diện báo cáo"),
    "responded": N_("đã gửi báo cáo; nếu cần, vui lòng làm ở trang của đơn vị"),
    "same": N_("đã do chuyên viên này phụ trách"),
    "due": N_("hạn mới không sau hạn đang có"),
}
_REQUEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done. `due` belongs to extend, `staff` to assign (None: nobody), `reason` to all but assign."""

    act: str
    due: Due | None = None
    staff: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Going:
    """A unit that would be touched; `due_at` is its new due time, where one is given."""

    invitation: Invitation
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Of the units asked for, which would be touched, and of the others why not, as a code of REASONS."""

    campaign: Campaign
    going: Sequence[Going]
    left_out: Sequence[tuple[Invitation, str]]


async def choice(campaign_id: int, codes: Collection[str], wanted: Wanted, now: datetime) -> Choice:
    """Whom the act would touch; nothing is written. Raises NotFound, NotPublished, CampaignClosed."""
    campaign = await campaigns.published(campaign_id)
    if wanted.act == "extend" and campaign.closes_at is not None and life.over(campaign.closes_at, now):
        raise CampaignClosed()
    asked = set(codes)
    charge = dict(await Unit.filter(code__in=list(asked)).values_list("code", "staff_id"))
    going: list[Going] = []
    left_out: list[tuple[Invitation, str]] = []
    for invitation in await Invitation.filter(campaign_id=campaign_id).order_by("code"):
        if invitation.code not in asked:
            continue
        why, due_at = _why_not(invitation, wanted, charge.get(invitation.code)), None
        if not why and wanted.due is not None:
            try:
                due_at = (await rosteracts.extension_of(invitation, campaign, wanted.due, now)).due_at
            except Invalid:
                why = "due"
        if why:
            left_out.append((invitation, why))
        else:
            going.append(Going(invitation, due_at))
    return Choice(campaign, going, left_out)


def _why_not(invitation: Invitation, wanted: Wanted, in_charge: int | None) -> str:
    state = life.State(invitation.state)
    if wanted.act == "assign":
        return "same" if in_charge == wanted.staff else ""
    if state is life.State.EXEMPT:
        return "exempt"
    return "responded" if state in life.RESPONDED else ""


async def do(
    settings: Settings,
    campaign_id: int,
    codes: Collection[str],
    wanted: Wanted,
    request: str,
    who: Principal,
    now: datetime,
) -> BulkAct:
    """Do it to all of them that it fits. The same request again goes on with what was begun, and does nothing twice.

    Raises Invalid (nobody left, no reason, nobody of that number), NotFound, NotPublished, CampaignClosed.
    """
    if not _REQUEST.fullmatch(request):
        raise Invalid([{"field": "act", "message": _("Trang đã cũ. Vui lòng mở lại trang này.")}])
    if wanted.act in EVENTS:
        rosteracts.checked(wanted.reason)
    found = await choice(campaign_id, codes, wanted, now)
    row = await begun(campaign_id, request)
    if row is None:
        if not found.going:
            raise Invalid([{"field": "act", "message": _("Không còn đơn vị nào phù hợp.")}])
        row = await _begun(found, wanted, f"{campaign_id}:{request}", who, now)
    if row.act != wanted.act or row.by != who.ref:
        raise NotFound()
    if wanted.act in EVENTS:
        done = await _codes_done(row)
        for one in found.going:
            if one.invitation.code in row.codes and one.invitation.code not in done:
                await _one(settings, row, one, wanted.reason, who)
    return row


async def begun(campaign_id: int, request: str) -> BulkAct | None:
    """The act of a request that was pressed before."""
    return await BulkAct.get_or_none(request=f"{campaign_id}:{request[:40]}")


async def _begun(found: Choice, wanted: Wanted, request: str, who: Principal, now: datetime) -> BulkAct:
    codes = [one.invitation.code for one in found.going]
    before: dict[str, str | int | None] = {
        one.invitation.code: one.invitation.due_at.isoformat() for one in found.going
    }
    try:
        async with in_transaction():
            if wanted.act == "assign":
                before = dict(await assignments.assign(codes, wanted.staff, who, now))
            row = await BulkAct.create(
                campaign_id=found.campaign.id,
                act=wanted.act,
                codes=codes,
                before=before,
                to_id=wanted.staff,
                at=now,
                by=who.ref,
                request=request,
            )
            data = {"bulk": row.id, "act": wanted.act, "units": len(codes)}
            await audit.record("bulk.do", f"campaign:{found.campaign.id}", who, now, data)
    except IntegrityError:  # pressed twice at once
        return await BulkAct.get(request=request)
    return row


async def _one(settings: Settings, row: BulkAct, one: Going, reason: str, who: Principal) -> None:
    """To one unit; what has changed since the page was drawn leaves it as it is."""
    where = settings, row.campaign_id, one.invitation.code
    try:
        if row.act == "extend":
            await rosteracts.extend(*where, Due(at=one.due_at), reason, who, row.at)
        else:
            await rosteracts.exempt(*where, reason, who, row.at)
    except (Invalid, WrongState):
        return


async def _events(row: BulkAct) -> Sequence[Event]:
    """What the press did, a unit each."""
    mine = Event.filter(invitation__campaign_id=row.campaign_id, recorded_at=row.at, actor_ref=row.by)
    return await mine.filter(act=EVENTS[row.act]).select_related("invitation").order_by("invitation__code")


async def _codes_done(row: BulkAct) -> set[str]:
    return {event.invitation.code for event in await _events(row)}


@dataclass(frozen=True, slots=True)
class Done:
    """A press as its page shows it: the units it touched by code, the others it was pressed for, and of those touched
    which an undoing would leave alone because something has happened since."""

    campaign: Campaign
    row: BulkAct
    names: Mapping[str, str]
    touched: Sequence[str]
    missed: Sequence[str]
    fixed: Collection[str]


async def done(campaign_id: int, number: int) -> Done:
    """Raises NotFound, NotPublished."""
    campaign = await campaigns.published(campaign_id)
    row = await BulkAct.get_or_none(id=number, campaign_id=campaign_id).select_related("to")
    if row is None:
        raise NotFound()
    named = await Invitation.filter(campaign_id=campaign_id, code__in=row.codes).values_list("code", "full_name")
    if row.act == "assign":
        now_given = dict(await Unit.filter(code__in=row.codes).values_list("code", "staff_id"))
        touched, fixed = list(row.codes), {code for code, staff in now_given.items() if staff != row.to_id}
    else:
        events = await _events(row)
        touched = [event.invitation.code for event in events]
        fixed = {event.invitation.code for event in events if await rosteracts.followed(event)}
    missed = [code for code in row.codes if code not in set(touched)]
    return Done(campaign, row, dict(named), touched, missed, fixed)


async def undo(settings: Settings, campaign_id: int, number: int, who: Principal, now: datetime) -> int:
    """Put it back for the units to which nothing has happened since, each by an act of its own; how many.

    Pressed again it does what is left. Raises NotFound, NotPublished.
    """
    found = await done(campaign_id, number)
    row, back = found.row, [code for code in found.touched if code not in found.fixed]
    async with in_transaction():
        await BulkAct.filter(id=row.id, undone_at=None).update(undone_at=now, undone_by=who.ref)
        data = {"bulk": row.id, "units": len(back)}
        await audit.record("bulk.undo", f"campaign:{campaign_id}", who, now, data)
        if row.act == "assign":
            await assignments.give({code: _number(row.before[code]) for code in back}, who, now)
    reason = _("Hoàn tác việc làm lúc {moment}.").format(moment=words.moment(row.at))
    for code in back if row.act in EVENTS else ():
        try:
            if row.act == "exempt":
                await rosteracts.include(settings, campaign_id, code, reason, who, now)
            else:
                due_at = datetime.fromisoformat(str(row.before[code]))
                await rosteracts.take_back(settings, campaign_id, code, row.at, due_at, reason, who, now)
        except WrongState:
            back = [other for other in back if other != code]
    return len(back)


def _number(value: str | int | None) -> int | None:
    return value if isinstance(value, int) else None
