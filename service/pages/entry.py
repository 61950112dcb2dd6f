"""The personal link: a page that names the unit and the survey, and the button that enters. GET changes nothing."""

from starlette.requests import Request
from starlette.responses import Response

from service import life, web
from service.flow import codes, entry, forms
from service.flow.reminding import letter_words
from service.pages import languages


async def door(request: Request) -> Response:
    """What the link is for; opening it leaves no trace, since mail scanners open links."""
    link = await entry.of_link(request.path_params["token"], web.settings(request).secret_key)
    campaign = link.invitation.campaign
    state = life.State(link.invitation.state)
    approving = state in life.WITH_LEADER and link.contact is not None and link.contact.role == "leader"
    context = {
        "invitation": link.invitation,
        "campaign": campaign,
        "person": link.contact,
        "letter": letter_words(campaign, subject=False),
        "only_vietnamese": languages.only_vietnamese(await forms.built(campaign.form_id)),
        "brief": await forms.brief(campaign.form_id),
        "responded": state in life.RESPONDED and not approving,
        "approving": approving,
        "now": web.now(request),
    }
    return web.render(request, "unit/door.html", context)


async def enter(request: Request) -> Response:
    """Start a session, or go on with the one this browser has: the pages it has open stay usable."""
    token, now, secret_key = request.path_params["token"], web.now(request), web.settings(request).secret_key
    held = request.cookies.get(web.UNIT_COOKIE, "")
    visit = await entry.of_session(held, now) if held else None
    if visit is not None and visit.link == (await entry.of_link(token, secret_key)).id:
        return web.redirect(request, f"/u/{visit.campaign}")
    link, token = await entry.enter(token, secret_key, now)
    response = web.redirect(request, f"/u/{link.invitation.campaign_id}")
    web.set_cookie(request, response, web.UNIT_COOKIE, token, int(entry.SESSION.total_seconds()))
    return response


async def leave(request: Request) -> Response:
    """End this browser's session, and the code it came in by; what was saved stays."""
    await entry.leave(request.state.session_token, web.now(request))
    await codes.end(request.cookies.get(web.ENTRY_COOKIE, ""), web.now(request))
    response = web.render(request, "unit/left.html")
    response.delete_cookie(web.UNIT_COOKIE)
    response.delete_cookie(web.ENTRY_COOKIE)
    return response
