"""What would be mailed and why not, and the record of what was."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from forms.values import clean
from reminders import plan
from reminders.calendar import CalendarGap
from reminders.models import Message
from service import web
from service.api import reply
from service.errors import Invalid
from service.flow import campaigns, correspondence
from service.words import _


async def preview(request: Request) -> Response:
    """Who would be mailed at a moment, and why the others would not."""
    campaign = await campaigns.published(request.path_params["id"])
    at = reply.moment(request, "at")
    try:
        run = await correspondence.dry_run(campaign, at)
    except CalendarGap as gap:
        message = _("Chưa có lịch nghỉ lễ năm {year}.").format(year=gap.year)
        raise Invalid([{"field": "at", "message": message}]) from gap
    settings = web.settings(request)
    texts = dict(await correspondence.texts_of(settings, run.notices, at))
    for notice in run.notices:
        if notice.recipient.address in run.together:
            texts[notice.key] = await correspondence.text_of(settings, notice, run.together, at)
    return reply.reply(
        {
            "at": at,
            "mails": run.mails,
            "units": len({notice.pending.unit for notice in run.notices}),
            "would_send": [_notice(notice, run, *texts.get(notice.key, ("", ""))) for notice in run.notices],
            "would_not_send": [_skipped(skipped, run.approvers) for skipped in run.skipped],
        }
    )


def _notice(notice: plan.Notice, run: correspondence.DryRun, subject: str, body: str) -> dict[str, object]:
    """`with`: what else goes in the same mail, of this campaign and others."""
    others = [one for one in run.together.get(notice.recipient.address, ()) if one.key != notice.key]
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
        "with": [{"campaign": one.pending.campaign, "unit": one.pending.unit} for one in others],
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
        "carried_by": message.carried_by,
        "state": message.state,
        "why": message.why or None,
        "created_at": message.created_at,
        "settled_at": message.settled_at,
        "attempts": [
            {"at": a.at, "outcome": a.outcome, "code": a.reply_code, "reply": a.reply_text}
            for a in sorted(message.attempts, key=lambda a: a.number)
        ],
    }
