"""Telephone calls to units that still owe: whom to call, and what became of each call."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from forms.values import read_date
from service import calling, life, words
from service.errors import Invalid, NotFound, ServiceError
from service.flow import audit, campaigns, channels, drafts, events, progress
from service.flow.principal import Principal
from service.models import Call, Campaign, Contact, Event, Invitation
from service.roster import people
from service.tables import clean
from service.words import N_, _, collation

MAX_NOTE = 2000
FARTHEST = timedelta(days=366)
_REQUEST = re.compile(r"[0-9a-f]{16}")


class CallGone(ServiceError):
    status = 409
    code = "call_gone"
    message = N_("Cuộc gọi này đã được sửa hoặc bỏ ở nơi khác. Vui lòng xem lại danh sách cuộc gọi.")


@dataclass(frozen=True, slots=True)
class Told:
    """A call, who called, and who took it back or corrected it ("" when nobody did)."""

    call: Call
    by: str
    undone_by: str


@dataclass(frozen=True, slots=True)
class Line:
    """A unit to call: who can be reached there, its calls that stand (newest first) and what it promised."""

    row: progress.Row
    contacts: Sequence[Contact]
    calls: Sequence[Told]
    promised_on: date | None
    turn: calling.Turn

    @property
    def wrong(self) -> Collection[str]:
        return _wrong(self.calls)


def _wrong(calls: Sequence[Told]) -> Collection[str]:
    """The numbers that were found to be wrong."""
    standing = (told.call for told in calls if told.call.undone_at is None)
    return {call.number for call in standing if call.outcome == calling.WRONG_NUMBER}


async def owing(campaign_id: int, now: datetime) -> tuple[Campaign, list[Line]]:
    """The units that still owe in the order in which to call them. Raises NotFound, NotPublished."""
    campaign, rows = await channels.owing(campaign_id, now)
    made = await _standing([row.id for row in rows])
    begun = await _begun([row.id for row in rows])
    reached = await _contacts([row.code for row in rows])
    lines = []
    for row in rows:
        calls = made.get(row.id, ())
        promised_on = calling.promise([c.call for c in calls if row.id not in begun or c.call.at > begun[row.id]])
        turn = calling.turn(row.standing.owed_by, promised_on, now)
        lines.append(Line(row, reached.get(row.code, ()), calls, promised_on, turn))
    return campaign, sorted(lines, key=_place)


async def _begun(invitation_ids: Collection[int]) -> Mapping[int, datetime]:
    """When a report was last sent or handed back, where it ever was: what was promised before is done with."""
    acts = [*life.SENDINGS, life.Act.RETURN]
    rows = Event.filter(invitation_id__in=list(invitation_ids), act__in=acts).order_by("seq")
    return dict(await rows.values_list("invitation_id", "recorded_at"))


def _place(line: Line) -> tuple[Any, ...]:
    """Within a turn the earliest day first, and of one day those whose last call lies longest back."""
    last = line.calls[0].call.at.timestamp() if line.calls else 0.0
    day = line.promised_on or words.local(line.row.standing.owed_by).date()
    return calling.ORDER[line.turn], day, last, collation(line.row.full_name)


async def _standing(invitation_ids: Collection[int]) -> Mapping[int, list[Told]]:
    """The calls that were not taken back, by invitation, the newest first."""
    found: dict[int, list[Told]] = {}
    for told in await _told(await Call.filter(invitation_id__in=list(invitation_ids), undone_at=None)):
        found.setdefault(told.call.invitation_id, []).append(told)
    return found


async def of_invitation(invitation_id: int) -> list[Told]:
    """Every call to a unit about a campaign, the newest first; also those taken back or corrected since."""
    return await _told(await Call.filter(invitation_id=invitation_id))


async def _told(calls: Sequence[Call]) -> list[Told]:
    names = await drafts.people({call.by for call in calls} | {call.undone_by for call in calls if call.undone_by})
    order = sorted(calls, key=lambda call: (call.at, call.id), reverse=True)
    return [Told(call, names[call.by], names.get(call.undone_by, "")) for call in order]


async def _contacts(codes: Collection[str]) -> Mapping[str, list[Contact]]:
    """Who is in use at each unit and has a telephone, officials first."""
    rows = Contact.filter(unit__code__in=list(codes), active=True).exclude(phone="").select_related("unit")
    found: dict[str, list[Contact]] = {}
    for contact in sorted(await rows, key=lambda one: (one.role == people.LEADER, one.id)):
        found.setdefault(contact.unit.code, []).append(contact)
    return found


async def telephones(codes: Collection[str]) -> Mapping[str, list[str]]:
    """The numbers of the officials of these units, extensions in brackets; a unit without any is absent."""
    found: dict[str, dict[str, None]] = {}
    for code, contacts in (await _contacts(codes)).items():
        for contact in contacts:
            if contact.role == people.OFFICIAL:
                numbers = (number.shown for number in calling.numbers(contact.phone))
                found.setdefault(code, {}).update(dict.fromkeys(numbers))
    return {code: list(numbers) for code, numbers in found.items()}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit's page: who can be reached, and all its calls."""

    campaign: Campaign
    invitation: Invitation
    contacts: Sequence[Contact]
    calls: Sequence[Told]

    @property
    def numbers(self) -> list[str]:
        """The numbers that a call may have gone to: those of its contacts now, and those of its calls."""
        known = [number.shown for contact in self.contacts for number in calling.numbers(contact.phone)]
        return list(dict.fromkeys([*known, *(told.call.number for told in self.calls if told.call.number)]))

    @property
    def wrong(self) -> Collection[str]:
        return _wrong(self.calls)

    def standing(self, number: int) -> Call | None:
        """The call of that id, unless it was taken back."""
        found = (told.call for told in self.calls if told.call.id == number)
        return next((call for call in found if call.undone_at is None), None)


async def sheet(campaign_id: int, code: str) -> Sheet:
    """Raises NotFound, NotPublished."""
    campaign = await campaigns.published(campaign_id)
    invitation = await events.found(campaign_id, code)
    reached = await _contacts([code])
    return Sheet(campaign, invitation, reached.get(code, ()), await of_invitation(invitation.id))


async def record(
    campaign_id: int,
    code: str,
    raw: Mapping[str, str],
    request: str,
    who: Principal,
    now: datetime,
    *,
    corrects: int | None = None,
) -> Call:
    """Write down a call, or what it should have been (`corrects`, a call that stands). `raw`: outcome, number,
    promised_on, note as typed.

    The same `request` again gives the same call. Raises Invalid, NotFound, NotPublished, CallGone.
    """
    if not _REQUEST.fullmatch(request):
        raise Invalid([{"field": "outcome", "message": _("Trang đã cũ. Vui lòng mở lại trang Ghi cuộc gọi.")}])
    await campaigns.published(campaign_id)
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        key = f"{invitation.id}:{request}"
        earlier = await Call.get_or_none(request=key)
        if earlier is not None:
            return earlier
        old = await _replaced(invitation, corrects, who, now) if corrects is not None else None
        values = checked(raw, old.at if old else now)
        values |= {"at": old.at if old else now, "by": old.by if old else who.ref, "corrects": corrects}
        call = await Call.create(invitation=invitation, request=key, **values)
        data = {"call": call.id, "outcome": call.outcome, **({"corrects": corrects} if old else {})}
        await audit.record("call.record", f"invitation:{invitation.id}", who, now, data)
    return call


async def undo(campaign_id: int, code: str, call_id: int, who: Principal, now: datetime) -> None:
    """Take a call back that was written down by mistake; it stays in the history. Raises NotFound."""
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        if not await Call.exists(id=call_id, invitation_id=invitation.id):
            raise NotFound()
        if await _take_back(call_id, who, now):
            await audit.record("call.undo", f"invitation:{invitation.id}", who, now, {"call": call_id})


async def _take_back(call_id: int, who: Principal, now: datetime) -> bool:
    """Whether the call stood until now."""
    return bool(await Call.filter(id=call_id, undone_at=None).update(undone_at=now, undone_by=who.ref))


async def _replaced(invitation: Invitation, call_id: int, who: Principal, now: datetime) -> Call:
    """The call that is corrected, which stands no longer. Raises NotFound, CallGone."""
    call = await Call.get_or_none(id=call_id, invitation_id=invitation.id)
    if call is None:
        raise NotFound()
    if not await _take_back(call_id, who, now):
        raise CallGone()
    return call


def checked(raw: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """The columns of a call made at a moment. A day is kept with a promise only. Raises Invalid with every problem."""
    problems: list[dict[str, object]] = []
    outcome, note = raw.get("outcome", ""), clean(raw.get("note", ""))
    if outcome not in calling.OUTCOMES:
        problems.append({"field": "outcome", "message": _("Vui lòng chọn kết quả cuộc gọi.")})
    promised_on = None
    if outcome == calling.PROMISED:
        promised_on, day = read_date(raw.get("promised_on", "")), words.local(at).date()
        if promised_on is None or not day <= promised_on <= day + FARTHEST:
            message = _("Vui lòng nhập ngày hẹn, từ ngày gọi trở đi, ví dụ {day}.")
            problems.append({"field": "promised_on", "message": message.format(day=words.day(day + timedelta(days=1)))})
    if len(note) > MAX_NOTE:
        problems.append({"field": "note", "message": _("Ghi chú dài quá 2.000 ký tự. Vui lòng rút gọn.")})
    number = ""
    try:
        number = people.joined(people.telephones(raw.get("number", "")))
    except people.Refused as error:
        problems.append({"field": "number", "message": str(error)})
    if problems:
        raise Invalid(problems)
    return {"outcome": outcome, "promised_on": promised_on, "note": note, "number": number}
