"""What became of a unit's own recommendations: on a page of its own, in its language."""

from starlette.requests import Request
from starlette.responses import Response

from service import ledgerwords, web
from service.flow import ledgeritem
from service.pages.unit import visit_of


async def show(request: Request) -> Response:
    found = await ledgeritem.of_unit(visit_of(request).unit)
    context = {
        "found": found,
        "unit_name": found[0].item.invitation.full_name if found else "",
        "lw": ledgerwords,
    }
    return web.render(request, "unit/ledger.html", context)
