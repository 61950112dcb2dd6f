"""How a unit was reached, as lines of its record: mails and messages with every answer to them, what came in, calls."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from reminders.models import Attempt, Message, Received
from service import callwords, hookwords, life, mailwords, planwords, words
from service.flow import calls, drafts, hooks, plans
from service.flow.entries import Entry, capital, given
from service.models import Approval, Campaign, Hook, HookAttempt, Invitation
from service.words import N_, _

LETTER = 1500  # characters of a mail that came in; the rest stands on its page
OUT, IN, CALLED = N_("Nhật ký thư gửi"), N_("Hộp thư đến"), N_("Danh sách gọi điện")
SERVER, APPROVED, GATEWAY = N_("Máy chủ thư"), N_("Duyệt thư"), N_("Cổng nhắn tin")


async def sent(campaign: Campaign, code: str, as_of: datetime) -> list[Entry]:
    """Every attempt at every mail to the unit, and how those ended, or wait, that no server was asked about."""
    mails = await Message.filter(campaign=campaign.id, unit=code).order_by("id")
    tries: dict[int, list[Attempt]] = {}
    for attempt in await Attempt.filter(message_id__in=[m.id for m in mails], at__lte=as_of).order_by("number", "id"):
        tries.setdefault(attempt.message_id, []).append(attempt)
    planned = await _planned(campaign)
    return [e for mail in mails for e in _mail(mail, tries.get(mail.id, ()), planned.get(mail.step, ""), as_of)]


async def _planned(campaign: Campaign) -> dict[str, str]:
    """The steps of the plan, also those that are no more, in words by id."""
    return {step.id: mailwords.offset(step) for step in (await plans.known(campaign)).values()}


def _mail(mail: Message, tries: Sequence[Attempt], step: str, as_of: datetime) -> Iterator[Entry]:
    kind = mailwords.of(mailwords.KINDS, mail.kind)
    to = f"{mail.to_name} ({mail.to_address})" if mail.to_name else mail.to_address
    why = _("Theo lịch: {step}").format(step=step) if step else _("Chuyên viên bấm gửi ngay") if mail.batch else ""
    together = _("Đi chung một thư với phiếu khác của cùng hộp thư") if mail.carried_by else ""
    about = (*given(mailwords.masked(mail.subject)), *given(why), *given(together))
    link = f"/messages/{mail.id}"

    def entry(at: datetime, end: str, *more: str) -> Entry:
        return Entry(at, at, f"{kind}: {end}", to, _(OUT), (*about, *more), link=link)

    for attempt in tries:
        reply = f"{attempt.reply_code or ''} {attempt.reply_text}".strip()
        yield entry(attempt.at, mailwords.of(mailwords.OUTCOMES, attempt.outcome), *given(reply))
    settled = mail.settled_at if mail.settled_at and mail.settled_at <= as_of else None
    if settled is None and not tries:
        yield entry(mail.created_at, mailwords.of(mailwords.MESSAGE_STATES, "waiting"))
    elif settled is not None and (not tries or mail.state in ("cancelled", "dropped") or mail.why == "gave_up"):
        reason = mailwords.of(mailwords.REASONS, mail.why) if mail.why else ""
        yield entry(settled, mailwords.of(mailwords.MESSAGE_STATES, mail.state), *given(reason))


async def told(campaign: Campaign, invitation: Invitation, as_of: datetime) -> list[Entry]:
    """The reminders that the department's gateway was given for the unit's telephones, as SMS or in Zalo."""
    found = await Hook.filter(invitation=invitation, kind=hooks.REMINDER).order_by("id")
    tries: dict[int, list[HookAttempt]] = {}
    for attempt in await HookAttempt.filter(hook_id__in=[hook.id for hook in found], at__lte=as_of).order_by("id"):
        tries.setdefault(attempt.hook_id, []).append(attempt)
    planned = await _planned(campaign)
    return [e for hook in found for e in _hook(hook, tries.get(hook.id, ()), planned.get(hook.step, ""), as_of)]


def _hook(hook: Hook, tries: Sequence[HookAttempt], step: str, as_of: datetime) -> Iterator[Entry]:
    system, kind = mailwords.of(mailwords.ACTORS, life.Actor.SYSTEM), _("Tin nhắc")
    why = given(_("Theo lịch: {step}").format(step=step) if step else "")
    link = f"/webhooks/{hook.id}"

    def entry(at: datetime, end: str, *more: str) -> Entry:
        return Entry(at, at, f"{kind}: {end}", system, _(GATEWAY), (*why, *more), link=link)

    for attempt in tries:
        # What was said is final once it was taken; until then it may be worded anew.
        said = _said(hook.body) if attempt.outcome == "taken" else given(attempt.words)
        yield entry(attempt.at, mailwords.of(hookwords.OUTCOMES, attempt.outcome), *said)
    settled = hook.settled_at if hook.settled_at and hook.settled_at <= as_of else None
    if settled is None and not tries:
        yield entry(hook.created_at, mailwords.of(hookwords.STATES, "waiting"))
    elif settled is not None and (not tries or hook.state == "dropped" or hook.why == "gave_up"):
        reason = mailwords.of(hookwords.WHYS, hook.why) if hook.why else ""
        yield entry(settled, mailwords.of(hookwords.STATES, hook.state), *given(reason))


def _said(body: str) -> tuple[str, ...]:
    """To which telephones, and the text."""
    data = json.loads(body)["data"]
    return _("Số {number}").format(number="; ".join(data["telephones"])), data["text"]


async def came(campaign_id: int, code: str) -> list[Entry]:
    mails = await Received.filter(campaign=campaign_id, unit=code).select_related("message")
    found = []
    for mail in mails:
        about = _("Về thư gửi {address}").format(address=mail.message.to_address)
        text = mail.text[:LETTER] + (" […]" if len(mail.text) > LETTER else "")
        lines = (*given(mail.subject), about, *given(mail.status), *given(text))
        who = f"{mail.from_name} ({mail.from_address})" if mail.from_name else mail.from_address or _(SERVER)
        what = mailwords.of(mailwords.RECEIVED, mail.kind)
        link = f"/messages/{mail.message_id}"
        found.append(Entry(mail.received_at, mail.received_at, what, who, _(IN), lines, link=link))
    return found


async def approvals(invitation: Invitation) -> list[Entry]:
    """Letters that needed a person's approval: when it was asked for, and how that ended."""
    rows = await Approval.filter(invitation=invitation).order_by("id")
    names = await drafts.people({row.decided_by for row in rows})
    system = mailwords.of(mailwords.ACTORS, life.Actor.SYSTEM)
    found = []
    for row in rows:
        step = _("Bước nhắc lúc {moment}").format(moment=words.due(row.planned_for))
        waits = mailwords.of(planwords.APPROVALS, "waiting")
        asked = _("Thư báo cấp trên: {what}").format(what=waits)
        found.append(Entry(row.asked_at, row.asked_at, asked, system, _(APPROVED), (step,), link="/approvals"))
        if row.decided_at is not None:
            ended = _("Thư báo cấp trên: {what}").format(what=mailwords.of(planwords.APPROVALS, row.state))
            who = capital(names[row.decided_by]) if row.decided_by else system
            lines = (step, *given(row.reason))
            found.append(Entry(row.decided_at, row.decided_at, ended, who, _(APPROVED), lines, link="/approvals"))
    return found


async def called(invitation: Invitation, as_of: datetime) -> list[Entry]:
    """Every call, also one that was taken back or corrected since; a correction was written down when it was made."""
    told = await calls.of_invitation(invitation.id)
    corrected = {one.call.id: one.call.undone_at for one in told}
    link = f"/campaigns/{invitation.campaign_id}/calls/{invitation.code}"
    found = []
    for one in told:
        call = one.call
        recorded_at = (call.corrects and corrected.get(call.corrects)) or call.at
        promised = _("Hẹn gửi ngày {day}").format(day=words.day(call.promised_on)) if call.promised_on else ""
        number = _("Số {number}").format(number=call.number) if call.number else ""
        gone = _("Đã bỏ hoặc sửa lúc {moment}, {who}")
        undone = call.undone_at is not None and call.undone_at <= as_of
        taken_back = gone.format(moment=words.moment(call.undone_at), who=one.undone_by) if undone else ""
        what = _("Gọi điện: {outcome}").format(outcome=mailwords.of(callwords.OUTCOMES, call.outcome))
        lines = (*given(number), *given(promised), *given(call.note), *given(taken_back))
        found.append(Entry(call.at, recorded_at, what, capital(one.by), _(CALLED), lines, link=link))
    return found
