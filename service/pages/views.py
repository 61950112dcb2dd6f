"""Keeping the table's filters and order under a name, and letting go of them."""

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid, NotFound
from service.flow import campaigns, progress, views
from service.pages import asked, selection
from service.words import _


async def save(request: Request) -> Response:
    number, form, now = asked.number(request), await web.read_form(request), web.now(request)
    await campaigns.published(number)
    rows = (await progress.of(number, now)).rows
    wanted = selection.read(QueryParams(web.text(form, "query")), rows)
    query, name = asked.address("", wanted.params()), asked.plain(web.text(form, "view_name"))
    try:
        await views.save(request.state.staff, name, query, web.text(form, "shared") == "1", now)
    except Invalid as error:
        return web.redirect(request, f"/campaigns/{number}{query}#views", web.sentence(error))
    said = _("Đã lưu cách xem “{name}”.").format(name=name)
    return web.redirect(request, f"/campaigns/{number}{query}#units", said)


async def delete(request: Request) -> Response:
    number = asked.number(request)
    try:
        await views.delete(request.state.staff, asked.number(request, "view"), web.now(request))
    except NotFound:
        return web.redirect(request, f"/campaigns/{number}#views", _("Cách xem này đã được xóa trước đó."))
    return web.redirect(request, f"/campaigns/{number}#views", _("Đã xóa cách xem."))
