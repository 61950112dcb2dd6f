"""Sending now: a person reminds one unit, some, or all who owe, outside the plan; for 30 seconds it can be undone."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from reminders import outbox, returns, turns
from reminders.models import Message
from reminders.plan import Recipient
from reminders.ports import Letter
from service import life, words
from service.errors import Invalid, NotFound, ServiceError
from service.flow import audit, campaigns, planning, recipients
from service.flow.principal import Principal
from service.models import Campaign, Invitation
from service.settings import Settings
from service.words import N_, _

UNDO = timedelta(seconds=30)
_REQUEST = re.compile(r"[0-9a-f]{16,40}")


class CannotUndo(ServiceError):
    status = 409
    code = "cannot_undo"
    message = N_("Đã quá 30 giây nên thư đã bắt đầu gửi, không hoàn tác được nữa.")


@dataclass(frozen=True, slots=True)
class Going:
    """A unit that would be mailed now, at these mailboxes, with this text. `had_mail`: those that have had a reminder
    today, of another survey or unit."""

    invitation: Invitation
    mailboxes: Sequence[Recipient]
    template: str
    had_mail: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Of the units asked for, who would be mailed, and of the others why not, as a code."""

    campaign: Campaign
    going: Sequence[Going]
    left_out: Sequence[tuple[Invitation, str]]

    @property
    def mails(self) -> int:
        """How many mails: units that share a mailbox share the mail, an invitation goes by itself."""
        return len(
            {
                (to.address, one.invitation.id if one.template == "invitation" else 0)
                for one in self.going
                for to in one.mailboxes
            }
        )

    @property
    def had_mail(self) -> int:
        """How many units would be mailed at a mailbox that has had a reminder today."""
        return sum(bool(one.had_mail) for one in self.going)


async def choice(campaign_id: int, codes: Collection[str], now: datetime, *, again: bool = False) -> Choice:
    """Who of these units would be mailed. `again`: also those who had a reminder today. Raises NotFound,
    NotPublished."""
    campaign = await campaigns.published(campaign_id)
    wanted = set(codes)
    invitations = [i for i in await Invitation.filter(campaign=campaign).order_by("code") if i.code in wanted]
    return await _choice(campaign, invitations, now, again)


async def _choice(campaign: Campaign, invitations: Sequence[Invitation], now: datetime, again: bool) -> Choice:
    mailboxes = await recipients.by_unit([invitation.unit_id for invitation in invitations])
    dead = await returns.dead()
    served = await turns.had_mail(words.local(now).date().isoformat())
    done = set() if again else await _reminded_on_the_day_of(campaign.id, now)
    going: list[Going] = []
    left_out: list[tuple[Invitation, str]] = []
    for invitation in invitations:
        people = recipients.mailboxes(mailboxes.get(invitation.unit_id, ()), "official")
        reason = planning.why_not(campaign, invitation.state, now)
        if reason is None and campaigns.in_call_back(campaign, now):
            reason = "invited_soon"
        if reason is None and not people:
            reason = "no_address"
        people = [person for person in people if person.address not in dead]
        if reason is None and not people:
            reason = "bounced"
        if reason is None and recipients.reference(invitation.id) in done:
            reason = "reminded_today"
        if reason is not None:
            left_out.append((invitation, reason))
        else:
            had_mail = {person.address for person in people} & served
            going.append(Going(invitation, people, _template(invitation, now), had_mail))
    return Choice(campaign, going, left_out)


async def _reminded_on_the_day_of(campaign_id: int, now: datetime) -> set[str]:
    """The invitations that a reminder went to today, or waits for."""
    reminders = Message.filter(campaign=campaign_id, kind="reminder")
    sent = await reminders.filter(state="sent", settled_at__gte=words.midnight(now)).values_list("ref", flat=True)
    waiting = await reminders.filter(state__in=["waiting", "sending"]).values_list("ref", flat=True)
    return {str(ref) for ref in (*sent, *waiting)}


def _template(invitation: Invitation, now: datetime) -> str:
    """The text that fits: the invitation to whom no letter reached, else by how the due time stands."""
    if life.State(invitation.state) in (life.State.NOT_SENT, life.State.UNDELIVERABLE):
        return "invitation"
    if planning.corrects(invitation):
        return "reminder_returned"
    if now > invitation.due_at:
        return "reminder_after"
    today = words.local(now).date() == words.local(invitation.due_at).date()
    return "reminder_due" if today else "reminder_before"


async def send(
    settings: Settings,
    campaign_id: int,
    codes: Collection[str],
    request_id: str,
    who: Principal,
    now: datetime,
    *,
    again: bool = False,
) -> str:
    """Queue the letters, which wait 30 seconds; the batch. The same request id again queues nothing anew.

    Who owes is decided anew, and once more when each letter goes. Raises Invalid when nobody is left to be mailed.
    """
    if not _REQUEST.fullmatch(request_id):
        raise Invalid([{"message": _("Trang đã cũ. Vui lòng mở lại trang Gửi ngay.")}])
    batch = f"{campaign_id}-{request_id}"
    if await Message.exists(batch=batch):
        return batch
    found = await choice(campaign_id, codes, now, again=again)
    if not found.going:
        raise Invalid([{"message": _("Không có đơn vị nào để gửi thư lúc này.")}])
    letters = [_letter(found.campaign, one, to, batch, now) for one in found.going for to in one.mailboxes]
    async with in_transaction() as connection:
        new = await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))
        if new:
            data = {"letters": len(new), "units": len(found.going), "batch": batch}
            await audit.record("mail.send_now", f"campaign:{campaign_id}", who, now, data)
    return batch


def _letter(campaign: Campaign, going: Going, to: Recipient, batch: str, now: datetime) -> Letter:
    invitation = going.invitation
    return Letter(
        key=f"now:{batch}:{invitation.id}:{to.address}",
        kind="reminder",
        template=going.template,
        batch=batch,
        ref=recipients.reference(invitation.id),
        campaign=campaign.id,
        unit=invitation.code,
        contact=to.contact,
        to_address=to.address,
        to_name=to.name,
        due_round=invitation.due_round,
        not_before=now + UNDO,
        expires_at=campaign.closes_at,
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """What one press queued. `until`: when it can be undone, None when that has passed or nothing waits."""

    campaign: Campaign
    name: str
    messages: Sequence[Message]
    names: Mapping[str, str]
    until: datetime | None


async def batch(campaign_id: int, name: str, now: datetime) -> Batch:
    """Raises NotFound."""
    campaign = await campaigns.published(campaign_id)
    messages = await Message.filter(campaign=campaign_id, batch=name).order_by("unit", "id") if name else []
    if not messages:
        raise NotFound()
    rows = await Invitation.filter(campaign=campaign).values_list("code", "full_name")
    names = {str(code): str(full_name) for code, full_name in rows}
    ends = messages[0].created_at + UNDO
    waits = any(message.state == "waiting" for message in messages)
    return Batch(campaign, name, messages, names, ends if waits and now < ends else None)


async def undo(campaign_id: int, name: str, who: Principal, now: datetime) -> int:
    """Call the batch back within its 30 seconds; how many letters. Raises NotFound, CannotUndo."""
    found = await batch(campaign_id, name, now)
    if found.until is None:
        raise CannotUndo()
    async with in_transaction() as connection:
        count = await outbox.recall(connection, now=now, batch=name, why="undone")
        await audit.record("mail.undo", f"campaign:{campaign_id}", who, now, {"letters": count, "batch": name})
    return count
