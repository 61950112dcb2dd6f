"""The public page on which whoever holds a receipt checks it. It tells which unit sent when, and no answers."""

from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.errors import ServiceError
from service.flow import receipts
from service.pages import asked


async def verify(request: Request) -> Response:
    number, code = asked.query(request, "receipt", 40), asked.query(request, "code")
    context = {"receipt": number, "code": code, "found": None, "problem": ""}
    if not number and not code:
        return web.render(request, "verify.html", context)
    address = request.client.host if request.client else ""
    try:
        found = await receipts.check(number, code, address, web.now(request))
    except ServiceError as error:
        return web.render(request, "verify.html", {**context, "problem": words._(error.message)}, error.status)
    return web.render(request, "verify.html", {**context, "found": found})
