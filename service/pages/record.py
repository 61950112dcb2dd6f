"""All that happened with one unit in a campaign, on screen and as PDF, as of a moment."""

from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.flow import campaigns, principal, record, recordpaper
from service.pages import asked, papers


async def show(request: Request) -> Response:
    number, code, as_of = asked.number(request), asked.code(request), asked.as_of(request)
    campaign = await campaigns.published(number)
    problem = asked.problem(campaign.published_at, as_of)
    now = web.now(request)
    found = await record.of(number, code, now if problem else as_of.at, now)
    here = f"/campaigns/{number}/units/{found.invitation.code}"
    context = {
        "found": found,
        "entries": () if problem else found.entries,
        "campaign": campaign,
        "invitation": found.invitation,
        "as_of": as_of,
        "as_of_day": words.local(as_of.at).date().isoformat(),
        "problem": problem,
        "here": here,
        "back": as_of.link(f"/campaigns/{number}"),
        "pdf": as_of.link(f"{here}/record.pdf"),
    }
    return web.render(request, "monitor/record.html", context, 422 if problem else 200)


async def download(request: Request) -> Response:
    number, code, as_of = asked.number(request), asked.code(request), asked.as_of(request)
    problem = asked.problem((await campaigns.published(number)).published_at, as_of)
    if problem:
        return web.redirect(request, f"/campaigns/{number}/units/{code}/record", problem)
    who = principal.staff(request.state.staff.id)
    return papers.answer(*await recordpaper.pdf_of(number, code, as_of.at, who, web.now(request)))
