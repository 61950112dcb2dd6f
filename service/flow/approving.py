"""What a person is asked to approve: who would get which letter; approved, or refused with a reason, unit by unit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from reminders import plan, returns, steps
from reminders.plan import Notice, Pending, Recipient
from reminders.steps import Step
from service.errors import Forbidden, Invalid, ServiceError
from service.flow import audit, correspondence, lookups, planning, principal, recipients
from service.models import Approval, Campaign, Invitation, Staff
from service.settings import Settings
from service.words import N_, _

RECENT = 30
_COUNT = (
    "SELECT COUNT(*) AS waiting FROM approval a JOIN invitation i ON i.id = a.invitation_id "  # noqa: S608 - states of ours
    "WHERE a.state = 'waiting' AND a.until > ?3 AND (a.approver = ?1 OR a.approver IS NULL OR ?2 = 1) "
    "AND a.due_round = i.due_round "
    f"AND i.state NOT IN ({', '.join(repr(str(state)) for state in planning.OWES_NOT)})"
)
_UNTIL = Approval._meta.fields_map["until"]
LONGEST_REASON = 1000


class NotWaiting(ServiceError):
    status = 409
    code = "not_waiting"
    message = N_("Đề nghị này đã được trả lời, đã hết hạn hoặc đơn vị đã gửi báo cáo. Vui lòng tải lại trang.")


@dataclass(frozen=True, slots=True)
class Asked:
    """One unit's letter that waits: who would get it. `may`: the one who looks may answer."""

    approval: Approval
    invitation: Invitation
    mailboxes: Sequence[Recipient]
    may: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What one step of a campaign asks at one moment, for the person named (`approver` empty: nobody is named)."""

    campaign: Campaign
    step: Step
    occurrence: int
    until: datetime
    approver: str
    asked: Sequence[Asked]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of requests that were ended together."""

    campaign: Campaign
    step: str
    state: str
    at: datetime
    by: str
    reason: str
    units: Sequence[Invitation]


def may(who: Staff, approval: Approval) -> bool:
    """Whether that staff member may answer: the one named, an administrator, or anybody where nobody is named."""
    return who.role != "viewer" and (who.role == "administrator" or approval.approver in (None, who.id))


async def count(who: Staff, now: datetime) -> int:
    """How many letters wait for that staff member's answer, of units that still owe."""
    if who.role == "viewer":
        return 0
    administers = 1 if who.role == "administrator" else 0
    found = await lookups.row(_COUNT, who.id, administers, _UNTIL.to_db_value(now, Approval))
    return int(found["waiting"]) if found else 0


async def waiting(who: Staff, now: datetime) -> list[Group]:
    """What waits and is still owed, by step and moment, those that end first coming first."""
    rows = (
        await Approval.filter(state="waiting", until__gt=now)
        .order_by("until", "id")
        .select_related("invitation__campaign")
    )
    readers = await recipients.by_unit({row.invitation.unit_id for row in rows})
    dead = await returns.dead() if rows else set()
    people = await _names([row.approver for row in rows])
    groups: dict[tuple[int, str, int, datetime], list[Approval]] = {}
    for row in rows:
        key = row.invitation.campaign_id, row.step, row.occurrence, row.until
        groups.setdefault(key, []).append(row)
    found = []
    for (_campaign, step_id, occurrence, until), members in groups.items():
        campaign = members[0].invitation.campaign
        step = next((one for one in steps.from_json(campaign.reminders) if one.id == step_id), None)
        asked = [_asked(row, step, readers, dead, who) for row in members if step and _owes(row, campaign, now)]
        if step and asked:
            name = people.get(members[0].approver or 0, "")
            found.append(Group(campaign, step, occurrence, until, name, asked))
    return found


def _owes(row: Approval, campaign: Campaign, now: datetime) -> bool:
    invitation = row.invitation
    return planning.why_not(campaign, invitation.state, now) is None and invitation.due_round == row.due_round


def _asked(
    row: Approval, step: Step, readers: Mapping[int, Sequence[Recipient]], dead: Collection[str], who: Staff
) -> Asked:
    alive = [one for one in readers.get(row.invitation.unit_id, ()) if one.address not in dead]
    return Asked(row, row.invitation, plan.mailboxes(alive, step.to), may(who, row))


async def _names(ids: Collection[int | None]) -> dict[int, str]:
    return {p.id: p.name for p in await Staff.filter(id__in=sorted({number for number in ids if number}))}


async def text(settings: Settings, group: Group, one: Asked, now: datetime) -> tuple[str, str]:
    """Subject and text of a letter that waits, as it would go now; empty when it cannot be made."""
    if not one.mailboxes:
        return "", ""
    i, row = one.invitation, one.approval
    pending = Pending(
        ref=recipients.reference(i.id),
        campaign=i.campaign_id,
        unit=i.code,
        state=i.state,
        due_at=i.due_at,
        due_round=i.due_round,
        published_at=i.original_due_at,
        closes_at=group.campaign.closes_at,
        recipients=tuple(one.mailboxes),
        returned=planning.corrects(i),
    )
    notice = Notice("", group.step, row.occurrence, pending, one.mailboxes[0], row.planned_for, row.until)
    return (await correspondence.texts_of(settings, [notice], now)).get("", ("", ""))


async def answer(ids: Collection[int], who: Staff, now: datetime, *, approve: bool, reason: str = "") -> int:
    """Approve these letters, or refuse them with a reason; how many units.

    Raises Invalid without any, or without a reason to refuse; Forbidden when one is another's to answer; NotWaiting
    when one is answered, has lapsed or is owed no more: nothing is changed then.
    """
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not ids:
        raise Invalid([{"field": "unit", "message": _("Vui lòng chọn ít nhất một đơn vị.")}])
    if not approve and not reason:
        raise Invalid([{"field": "reason", "message": _("Vui lòng ghi lý do không duyệt.")}])
    async with in_transaction():
        wanted = Approval.filter(id__in=sorted(ids)).order_by("id").select_for_update()
        rows = await wanted
        if len(rows) != len(set(ids)):
            raise NotWaiting()
        if not all(may(who, row) for row in rows):
            raise Forbidden()
        await _require_waiting(rows, now)
        state = "approved" if approve else "refused"
        acts = principal.staff(who.id)
        await Approval.filter(id__in=[row.id for row in rows]).update(
            state=state, decided_at=now, decided_by=acts.ref, reason=reason
        )
        data = {"approvals": [row.id for row in rows], "invitations": [row.invitation_id for row in rows]}
        await audit.record(f"approval.{state}", "approvals", acts, now, data)
    return len(rows)


async def _require_waiting(rows: Sequence[Approval], now: datetime) -> None:
    """Raise NotWaiting unless each still waits for a letter that is still owed."""
    numbers = {row.invitation_id for row in rows}
    invitations = {i.id: i for i in await Invitation.filter(id__in=sorted(numbers)).select_related("campaign")}
    for row in rows:
        row.invitation = invitations[row.invitation_id]
        if row.state != "waiting" or now >= row.until or not _owes(row, row.invitation.campaign, now):
            raise NotWaiting()


async def answered() -> list[Answered]:
    """What became of the latest requests, the newest first."""
    rows = (
        await Approval.exclude(state="waiting")
        .order_by("-decided_at", "id")
        .limit(RECENT * 40)
        .select_related("invitation__campaign")
    )
    groups: dict[tuple[int, str, str, datetime | None, str], list[Approval]] = {}
    for row in rows:
        key = row.invitation.campaign_id, row.step, row.state, row.decided_at, row.decided_by
        groups.setdefault(key, []).append(row)
    names = await _names([_staff_id(row.decided_by) for row in rows])
    return [
        Answered(
            members[0].invitation.campaign,
            step,
            state,
            at or members[0].until,
            names.get(_staff_id(by) or 0, ""),
            members[0].reason,
            [row.invitation for row in members],
        )
        for (_campaign, step, state, at, by), members in list(groups.items())[:RECENT]
    ]


def _staff_id(ref: str) -> int | None:
    return int(ref.removeprefix("staff:")) if ref.startswith("staff:") else None
