"""A staff member's own account: who they are here, their address, and the morning digest with a look at it."""

from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.errors import Invalid
from service.flow import digest, principal, units
from service.words import _


async def show(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, email: str | None = None, wanted: bool = False, problem: str = "") -> Response:
    staff, settings, now = request.state.staff, web.settings(request), web.now(request)
    row = await digest.of(staff)
    office = (await units.calendar()).office
    context = {
        "person": staff,
        "role": _(words.ROLES[staff.role]),
        "email": staff.email if email is None else email,
        "wanted": wanted if email is not None else bool(row and row.wanted),
        "at": f"{settings.digest_at or office.morning[0]:%H:%M}",
        "decided": row.day if row else None,
        "found": await digest.preview(settings, staff, now),
        "problem": problem,
    }
    return web.render(request, "account.html", context, 422 if problem else 200)


async def change(request: Request) -> Response:
    form = await web.read_form(request)
    staff, email, wanted = request.state.staff, web.text(form, "email"), web.text(form, "digest") == "1"
    try:
        await digest.choose(staff, email, wanted, principal.staff(staff.id), web.now(request))
    except Invalid as error:
        return await _page(request, email, wanted, web.sentence(error))
    request.app.state.postroom.replan()
    return web.redirect(request, "/account", _("Đã lưu."))
