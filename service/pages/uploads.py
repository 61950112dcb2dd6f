"""Files in parts: where to go on, and one part more. JSON for files.js; without it a form posts the whole file."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service import web
from service.errors import ServiceError, TooLarge
from service.flow import uploading
from service.flow.filling import MAX_ID
from service.flow.uploading import Coming
from service.pages.unit import visit_of

PART = 512 * 1024  # bytes that one request may bring


async def where(request: Request) -> Response:
    """How many bytes of a file have come, and whether it is whole."""
    visit = visit_of(request)
    held, whole = await uploading.offset(web.settings(request), _coming(request), visit.principal, web.now(request))
    return JSONResponse({"offset": held, "whole": whole})


async def take(request: Request) -> Response:
    """One part: the body, from `offset` on. Answers how many bytes have come and whether the file is whole."""
    visit, data = visit_of(request), await request.body()
    if len(data) > PART:
        raise TooLarge(limit=1)
    begin = _number(request, "offset")
    whose = (visit.principal, web.now(request), visit.contact)
    held, whole = await uploading.take(web.settings(request), _coming(request), begin, data, *whose)
    return JSONResponse({"offset": held, "whole": whole})


def _coming(request: Request) -> Coming:
    """The file as the address describes it. Raises ServiceError for what no page of ours sends."""
    asked = request.query_params
    own = asked.get("id", "")
    if not 0 < len(own) <= uploading.LONGEST_ID:
        raise ServiceError()
    tab = asked.get("tab", "")
    return Coming(
        campaign=int(request.path_params["campaign"]),
        unit=visit_of(request).unit,
        key=asked.get("key", ""),
        id=own,
        name=asked.get("name", ""),
        size=_number(request, "size"),
        form=_number(request, "form") or None,
        tab=tab[:12] if tab.isalnum() and tab.isascii() else "",
        version=_number(request, "version"),
    )


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    fits = text.isascii() and text.isdigit() and len(text) < 11
    return min(int(text), MAX_ID) if fits else 0
