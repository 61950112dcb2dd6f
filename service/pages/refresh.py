"""Addresses for Power Query and Power BI: the table itself, and making and ending them."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid, NotFound
from service.flow import exporting, principal, refreshing
from service.pages import asked, exports
from service.words import _

# Power Query asks without a name first; this answer makes it send the one that was typed.
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Phieu", charset="UTF-8"'}


async def table(request: Request) -> Response:
    """A table as CSV for whoever has the address's token; 304 while it is what was read before."""
    row = await refreshing.entered(asked.number(request), request.headers.get("authorization", ""))
    if row is None:
        return Response(_("Cần mã của địa chỉ này."), 401, CHALLENGE, "text/plain; charset=utf-8")
    data = await refreshing.table(row, request.path_params["table"], web.now(request))
    # Weak: on the way it may be compressed.
    tag = f'W/"{hashlib.sha256(data).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if _known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=exporting.CSV, headers=headers)


def _known(sent: str, tag: str) -> bool:
    """Whether one of the tags that the client holds is this one, weak or not."""
    held = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return "*" in held or tag.removeprefix("W/") in held


async def create(request: Request) -> Response:
    """Make an address; its token is shown on the page that follows, and never again."""
    number, form = asked.number(request), await web.read_form(request)
    name, codes = asked.plain(web.text(form, "name")), web.text(form, "codes") == "1"
    who = principal.staff(request.state.staff.id)
    try:
        row, token = await refreshing.create(number, name, codes, who, web.now(request))
    except Invalid as error:
        return await exports.page(request, problems=error.problems, typed=name)
    return await exports.page(request, fresh=(row, token))


async def revoke(request: Request) -> Response:
    number, row = asked.number(request), asked.number(request, "address")
    try:
        await refreshing.revoke(number, row, principal.staff(request.state.staff.id), web.now(request))
    except NotFound:
        return web.redirect(request, f"/campaigns/{number}/exports", _("Địa chỉ này đã được thu hồi trước đó."))
    return web.redirect(
        request, f"/campaigns/{number}/exports", _("Đã thu hồi. Tệp đang dùng địa chỉ này không làm mới được nữa.")
    )
