"""Exports that are mailed to staff again and again: the list of a campaign's, making one, ending one."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid, NotFound
from service.flow import campaigns, exportschedules, overview, principal
from service.flow.exportschedules import Wanted
from service.pages import asked, exports
from service.words import _

FIRST = Wanted("xlsx", False, exportschedules.DAILY, "08:00", ())


async def index(request: Request) -> Response:
    return await _page(request, FIRST, ())


async def _page(request: Request, typed: Wanted, problems: Sequence[Mapping[str, object]]) -> Response:
    number = asked.number(request)
    campaign = await campaigns.published(number)
    context = {
        "campaign": campaign,
        "path": f"/campaigns/{number}",
        "rows": [(one, exports.named(one.row.format)) for one in await exportschedules.of(number)],
        "running": overview.phase(campaign, web.now(request)) == "open",
        "kinds": [(kind, exports.named(kind)) for kind in exports.KINDS],
        "days": [(every, exportschedules.day_words(every)) for every in exportschedules.EVERY],
        "people": await exportschedules.readers(),
        "megabytes": exportschedules.ATTACHED_MB,
        "typed": typed,
        "problems": problems,
        "wrong": {str(problem["field"]): problem["message"] for problem in problems},
    }
    return web.render(request, "monitor/exportschedules.html", context, 422 if problems else 200)


async def create(request: Request) -> Response:
    number, form = asked.number(request), await web.read_form(request)
    typed = Wanted(
        kind=asked.plain(web.text(form, "kind")),
        codes=web.text(form, "codes") == "1",
        every=asked.plain(web.text(form, "every")),
        at=asked.plain(web.text(form, "at"))[:5],
        recipients=[one for text in web.texts(form, "recipients") if (one := asked.whole(text)) is not None],
    )
    try:
        await exportschedules.create(number, typed, principal.staff(request.state.staff.id), web.now(request))
    except Invalid as error:
        return await _page(request, typed, error.problems)
    return web.redirect(request, f"/campaigns/{number}/exports/schedules", _("Đã đặt lịch."))


async def end(request: Request) -> Response:
    number, row = asked.number(request), asked.number(request, "schedule")
    said = _("Đã xóa lịch.")
    try:
        await exportschedules.end(number, row, principal.staff(request.state.staff.id), web.now(request))
    except NotFound:
        said = _("Lịch này đã được xóa trước đó.")
    return web.redirect(request, f"/campaigns/{number}/exports/schedules", said)
