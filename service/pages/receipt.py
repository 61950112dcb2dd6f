"""The receipt on screen: number, time, hash, and what was sent."""

from starlette.requests import Request
from starlette.responses import Response

from service import life, web
from service.flow import attachments, events, submissions
from service.flow.filling import find, officer
from service.pages import reading
from service.pages.unit import visit_of


async def receipt(request: Request) -> Response:
    invitation = await find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    submission = await submissions.numbered(invitation.id, int(request.path_params["number"]))
    form = await submissions.form_of(submission, invitation.campaign)
    due_at = await events.report_due(invitation)
    sections: list[reading.Section] = []
    if not submission.nil_reason:
        picture = await submissions.as_sent(form, invitation, invitation.campaign, submission)
        raw = submissions.sent_answers(form, submission)
        given = await attachments.named(invitation.id, form, raw)
        sections = reading.read(picture, form.pages, given)
    context = {
        "invitation": invitation,
        "campaign": invitation.campaign,
        "home": f"/u/{invitation.campaign_id}",
        "unit_name": invitation.full_name,
        "submission": submission,
        "sections": sections,
        "due_at": due_at,
        "late": life.over(due_at, invitation.first_sent_at or submission.submitted_at),
        "fresh": submission.number == await submissions.count(invitation.id),
        "officer": await officer(invitation.campaign),
        "now": web.now(request),
    }
    return web.render(request, "unit/receipt.html", context)
