"""Handing a survey over to a colleague of the same unit, registered already or new."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid
from service.flow import handover
from service.flow.filling import find
from service.pages.unit import visit_of
from service.pages.unitcontacts import unconfirmed
from service.words import N_, _

SENT = N_("Đã chuyển. Thư kèm đường dẫn riêng đã vào hàng gửi đến {address}.")
FIELDS = ("name", "email")


async def form(request: Request) -> Response:
    return await _draw(request, dict.fromkeys((*FIELDS, "confirm"), ""))


async def _draw(request: Request, typed: Mapping[str, str], problems: Sequence[Mapping[str, object]] = ()) -> Response:
    invitation = await find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    context = {
        "campaign": invitation.campaign,
        "home": f"/u/{invitation.campaign_id}",
        "unit_name": invitation.full_name,
        "colleagues": await handover.colleagues(visit_of(request)),
        "t": typed,
        "problems": problems,
        "wrong": {str(problem["field"]): str(problem["message"]) for problem in reversed(problems)},
    }
    return web.render(request, "unit/handover.html", context, 422 if problems else 200)


async def hand_over(request: Request) -> Response:
    """To the colleague whose button was pressed, else to who was typed in."""
    posted = await web.read_form(request)
    campaign, settings, visit, now = (
        int(request.path_params["campaign"]),
        web.settings(request),
        visit_of(request),
        web.now(request),
    )
    chosen, unticked = web.text(posted, "contact"), unconfirmed(posted)
    typed = {name: web.text(posted, name) for name in FIELDS}
    try:
        if chosen:
            number = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0
            to = await handover.to_colleague(settings, campaign, number, visit, now)
        elif unticked:
            handover.checked(typed)
            raise Invalid([])
        else:
            to = await handover.to_somebody_new(settings, campaign, typed, visit, now)
    except Invalid as error:
        typed["confirm"] = "" if unticked else "1"
        return await _draw(request, typed, [*error.problems, *unticked])
    request.app.state.postroom.wake()
    return web.redirect(request, f"/u/{campaign}", _(SENT).format(address=to.email))
