"""The campaign's page for whoever holds a link to read it, and the staff's list of such links."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.errors import Invalid, NotFound
from service.flow import campaigns, drafts, principal, readinglinks
from service.flow.readinglinks import DAYS
from service.pages import asked, monitor
from service.words import N_, _

STATES = {"open": N_("Đang dùng"), "expired": N_("Đã hết hạn"), "revoked": N_("Đã thu hồi")}
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


async def show(request: Request) -> Response:
    """The figures, curve, map and table without people and without acts."""
    token = request.path_params["token"]
    try:
        link = await readinglinks.entered(token, web.now(request))
    except NotFound:
        return web.render(request, "monitor/reading_over.html", status=404)
    campaign = await campaigns.published(link.campaign_id)
    response = await monitor.drawn(request, campaign, f"/d/{token}", reading=True)
    response.headers.update(HEADERS)
    return response


async def index(request: Request) -> Response:
    return await _page(request)


async def _page(
    request: Request,
    fresh: str = "",
    filled: Mapping[str, str] | None = None,
    problems: Sequence[Mapping[str, object]] = (),
) -> Response:
    number, now = asked.number(request), web.now(request)
    found = await readinglinks.of(number)
    day = words.local(now).date().isoformat()
    context = {
        "campaign": await campaigns.published(number),
        "links": [(used, _(STATES[used.state(now)]), used.state(now) == "open") for used in found],
        "people": await drafts.people({used.link.created_by for used in found}),
        "fresh": fresh,
        "t": filled or {"name": "", "until": ""},
        "today": day,
        "days": DAYS,
        "problems": problems,
        "wrong": {str(problem["field"]): str(problem["message"]) for problem in problems},
        "path": f"/campaigns/{number}",
    }
    return web.render(request, "monitor/reading_links.html", context, 422 if problems else 200)


async def create(request: Request) -> Response:
    """Make a link; it is shown on the page that follows, and never again."""
    form = await web.read_form(request)
    filled = {name: asked.plain(web.text(form, name)) for name in ("name", "until")}
    who, until = principal.staff(request.state.staff.id), asked.day(filled["until"])
    try:
        token = await readinglinks.create(asked.number(request), filled["name"], until, who, web.now(request))
    except Invalid as error:
        return await _page(request, filled=filled, problems=error.problems)
    return await _page(request, fresh=f"{web.settings(request).public_url}/d/{token}")


async def revoke(request: Request) -> Response:
    number = asked.number(request)
    who = principal.staff(request.state.staff.id)
    await readinglinks.revoke(number, asked.number(request, "link"), who, web.now(request))
    return web.redirect(request, f"/campaigns/{number}/reading", _("Đã thu hồi, đường dẫn không mở được nữa."))
