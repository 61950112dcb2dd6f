"""The receipt on screen and as PDF: number, time, hash, and what was sent."""

from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.flow import drafts, openness, receipts, signed, unitrequests
from service.flow.filling import find, officer
from service.pages import asked, formpapers, papers, reading
from service.pages.unit import visit_of


async def receipt(request: Request) -> Response:
    invitation, now = await find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit), web.now(request)
    found = await receipts.of(invitation, int(request.path_params["number"]))
    submission = found.submission
    sections: list[reading.Section] = []
    form_lang = ""
    if not submission.nil_reason:
        picture, given = await formpapers.as_sent(found)
        sections, form_lang = reading.read(picture, picture.form.pages, given), words.foreign(picture.language)
    context = {
        "invitation": invitation,
        "campaign": invitation.campaign,
        "home": f"/u/{invitation.campaign_id}",
        "unit_name": invitation.full_name,
        "submission": submission,
        "names": await drafts.people({submission.actor_ref, submission.asked_by}),
        "sections": sections,
        "form_lang": form_lang,
        "due_at": found.due_at,
        "late": found.late,
        "fresh": found.last,
        "check": receipts.address_of(web.settings(request), submission),
        "signed": await signed.latest(submission.id),
        "officer": await officer(invitation.campaign),
        "may_ask": unitrequests.may_ask("correction", invitation, now),
        "may_amend": openness.amendable(invitation, invitation.campaign, now),
        "now": now,
    }
    return web.render(request, "unit/receipt.html", context)


async def download(request: Request) -> Response:
    invitation = await find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    number, settings = int(request.path_params["number"]), web.settings(request)
    return papers.answer(
        *await receipts.pdf_of(settings, invitation.campaign_id, invitation.code, number, web.now(request))
    )


async def download_as_staff(request: Request) -> Response:
    """The same for staff, of any unit."""
    number, code = asked.number(request), asked.code(request)
    which = asked.number(request, "number")
    name, data = await receipts.pdf_of(web.settings(request), number, code, which, web.now(request))
    return await papers.taken(request, name, data)
