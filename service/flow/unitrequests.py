"""What a unit asks of staff: a later due time while it owes, its report opened again once it was sent.

Granting is the act itself (extend, hand back): the act answers the request, in its own transaction (flow.events).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.ports import Letter
from service import life, words
from service.errors import AskedAlready, Invalid, NotFound, WrongState
from service.flow import audit, events, filling, lookups, openness, recipients, rosteracts
from service.flow.entry import Visit
from service.flow.mailtexts import Writer
from service.flow.principal import Principal
from service.models import Campaign, Invitation, UnitRequest
from service.settings import Settings
from service.words import N_, _

KINDS = {"extension": N_("Xin gia hạn"), "correction": N_("Xin sửa báo cáo đã gửi")}
OUTCOMES = {
    "": N_("Đang chờ trả lời"),
    "granted": N_("Được đồng ý"),
    "refused": N_("Chưa được đồng ý"),
    "withdrawn": N_("Đơn vị đã rút"),
    "lapsed": N_("Không còn cần trả lời"),
}
CLOSES = time(17)  # a wished day ends with the office


def may_ask(kind: str, invitation: Invitation, now: datetime) -> bool:
    """Whether there is something to grant; the campaign is loaded."""
    state = life.State(invitation.state)
    owes = state not in life.RESPONDED and state is not life.State.EXEMPT
    fits = owes if kind == "extension" else state in life.RESPONDED
    return fits and openness.is_open(invitation.campaign, now)


async def ask(kind: str, campaign_id: int, reason: str, wished: date | None, visit: Visit, now: datetime) -> None:
    """Ask for it; one of a kind may wait. `wished`: until which day more time is wanted.

    Raises NotFound, Invalid, WrongState (nothing to grant), AskedAlready.
    """
    if kind not in KINDS:
        raise NotFound()
    reason = rosteracts.checked(reason)
    try:
        async with in_transaction():
            invitation = await filling.find(campaign_id, unit_id=visit.unit, lock=True)
            if not may_ask(kind, invitation, now):
                raise WrongState(state=words.state(invitation.state))
            wished_at = _wished(wished, invitation, now) if kind == "extension" else None
            made = await UnitRequest.create(
                invitation=invitation,
                kind=kind,
                reason=reason,
                wished_at=wished_at,
                asked_at=now,
                asked_by=visit.principal.ref,
            )
            data = {"request": made.id, "kind": kind}
            await audit.record("request.ask", f"invitation:{invitation.id}", visit.principal, now, data)
    except IntegrityError as error:
        raise AskedAlready() from error


def _wished(day: date | None, invitation: Invitation, now: datetime) -> datetime:
    """The end of the office on the wished day. Raises Invalid."""
    if day is None:
        raise _invalid(_("Vui lòng chọn ngày đề nghị, ví dụ 25/7/2025."))
    found = datetime.combine(day, CLOSES, words.ZONE)
    if found <= max(invitation.due_at, now):
        raise _invalid(_("Ngày đề nghị phải sau hạn gửi hiện nay."))
    closes_at = invitation.campaign.closes_at
    if closes_at is not None and found > closes_at:
        message = _("Ngày đề nghị phải trước khi đợt khảo sát đóng ({closes}).")
        raise _invalid(message.format(closes=words.due(closes_at)))
    return found


def _invalid(message: str) -> Invalid:
    return Invalid([{"field": "wished", "message": message}])


async def withdraw(kind: str, campaign_id: int, visit: Visit, now: datetime) -> None:
    """Take it back while it waits; nothing happens when it was answered meanwhile. Raises NotFound."""
    async with in_transaction():
        invitation = await filling.find(campaign_id, unit_id=visit.unit, lock=True)
        waiting = UnitRequest.filter(invitation_id=invitation.id, kind=kind, open=True)
        answer = {"open": None, "outcome": "withdrawn", "answered_at": now, "answered_by": visit.principal.ref}
        if await waiting.update(**answer):
            await audit.record("request.withdraw", f"invitation:{invitation.id}", visit.principal, now, {"kind": kind})


async def refuse(
    settings: Settings, campaign_id: int, code: str, number: int, reason: str, who: Principal, now: datetime
) -> bool:
    """Answer that it cannot be granted, and mail that to the unit's officials; False when it was answered already.

    Raises NotFound, Invalid.
    """
    reason = rosteracts.checked(reason)
    async with in_transaction() as connection:
        invitation = await events.locked(campaign_id, code)
        asked = UnitRequest.filter(id=number, invitation_id=invitation.id)
        answer = {"open": None, "outcome": "refused", "answered_at": now, "answered_by": who.ref, "answer": reason}
        if not await asked.filter(open=True).update(**answer):
            if not await asked.exists():
                raise NotFound()
            return False
        letters = await _refusal(settings, invitation, number, reason, now)
        await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))
        await audit.record("request.refuse", f"invitation:{invitation.id}", who, now, {"request": number})
    return True


async def _refusal(settings: Settings, invitation: Invitation, number: int, reason: str, now: datetime) -> list[Letter]:
    invitation.campaign = await Campaign.get(id=invitation.campaign_id).select_related("staff")
    writer, found = Writer(settings, now), []
    for to in recipients.mailboxes(await recipients.of_unit(invitation.unit_id), "official"):
        text = await writer.composed(invitation, "request_refused", to.name, {"ly_do": reason})
        found.append(
            Letter(
                key=f"request:{number}:{to.address}",
                kind="notice",
                ref=recipients.reference(invitation.id),
                campaign=invitation.campaign_id,
                unit=invitation.code,
                contact=to.contact,
                to_address=to.address,
                to_name=to.name,
                subject=text.subject,
                text=text.text,
            )
        )
    return found


async def of_invitation(invitation_id: int) -> list[UnitRequest]:
    """What a unit asked for in a campaign, the latest first."""
    return await UnitRequest.filter(invitation_id=invitation_id).order_by("-id")


async def open_of(unit_id: int) -> dict[int, list[str]]:
    """The kinds of what a unit asked for and waits for, by invitation."""
    found: dict[int, list[str]] = {}
    rows = UnitRequest.filter(invitation__unit_id=unit_id, open=True).order_by("id")
    for invitation, kind in await rows.values_list("invitation_id", "kind"):
        found.setdefault(invitation, []).append(kind)
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for an answer, as a list shows it."""

    id: int
    campaign: int
    title: str
    code: str
    name: str
    kind: str
    asked_at: datetime


async def waiting(campaign_id: int | None = None) -> Sequence[Waiting]:
    """The requests that wait, of one campaign or of all, the oldest first."""
    if await lookups.row("SELECT id FROM unitrequest WHERE open IS NOT NULL LIMIT 1") is None:
        return []  # most of the time nobody asks for anything
    where = {} if campaign_id is None else {"invitation__campaign_id": campaign_id}
    rows = (
        await UnitRequest.filter(open=True, **where)
        .order_by("id")
        .values_list(
            "id",
            "invitation__campaign_id",
            "invitation__campaign__title",
            "invitation__code",
            "invitation__full_name",
            "kind",
            "asked_at",
        )
    )
    return [Waiting(*row) for row in rows]
