"""What would be mailed and why not, and the record of what was."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from forms.values import clean
from reminders import plan, steps
from reminders.calendar import CalendarGap
from reminders.models import Message
from service import web
from service.api import reply
from service.errors import Invalid
from service.flow import approvals, campaigns, correspondence, reminding, units
from service.words import _


async def preview(request: Request) -> Response:
    """Who would be mailed at a moment, and why the others would not."""
    campaign = await campaigns.published(request.path_params["id"])
    at = reply.moment(request, "at")
    try:
        found = await reminding.decide(campaign, at, await units.calendar())
    except CalendarGap as gap:
        message = _("Chưa có lịch nghỉ lễ năm {year}.").format(year=gap.year)
        raise Invalid([{"field": "at", "message": message}]) from gap
    approvers = await approvals.approvers(campaign, steps.from_json(campaign.reminders))
    texts = await correspondence.texts_of(web.settings(request), found.notices, at)
    return reply.reply(
        {
            "at": at,
            "mails": len(found.notices),
            "units": len({notice.pending.unit for notice in found.notices}),
            "would_send": [_notice(notice, *texts.get(notice.key, ("", ""))) for notice in found.notices],
            "would_not_send": [_skipped(skipped, approvers) for skipped in found.skipped],
        }
    )


def _notice(notice: plan.Notice, subject: str, body: str) -> dict[str, object]:
    return {
        "unit": notice.pending.unit,
        "step": notice.step.id,
        "occurrence": notice.occurrence,
        "address": notice.recipient.address,
        "role": notice.recipient.role,
        "text": notice.step.text,
        "planned_for": notice.planned_for,
        "subject": subject,
        "body": body,
    }


def _skipped(skipped: plan.Skipped, approvers: Mapping[str, str]) -> dict[str, object]:
    step = skipped.step.id if skipped.step else None
    found = {"unit": skipped.pending.unit, "step": step, "reason": skipped.reason, "until": skipped.at}
    waits = {"approver": approvers.get(step or "")} if skipped.reason == "waiting_approval" else {}
    return {**found, **waits}


async def messages(request: Request) -> Response:
    """The record of mail, newest first; links are masked, for the text keeps {link}."""
    start, limit = reply.window(request)
    found = Message.all().order_by("-id").prefetch_related("attempts").offset(start).limit(limit + 1)
    campaign, unit = reply.whole(request, "campaign"), request.query_params.get("unit")
    if campaign is not None:
        found = found.filter(campaign=campaign)
    if unit is not None:
        found = found.filter(unit=clean(unit))
    return reply.listed(await found, start, limit, _message)


def _message(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "kind": message.kind,
        "campaign": message.campaign,
        "unit": message.unit,
        "step": message.step or None,
        "template": message.template or None,
        "template_version": message.version,
        "address": message.to_address,
        "subject": message.subject,
        "text": message.text,
        "message_id": message.message_id,
        "state": message.state,
        "why": message.why or None,
        "created_at": message.created_at,
        "settled_at": message.settled_at,
        "attempts": [
            {"at": a.at, "outcome": a.outcome, "code": a.reply_code, "reply": a.reply_text}
            for a in sorted(message.attempts, key=lambda a: a.number)
        ],
    }
