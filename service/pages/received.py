"""Mail that came in: answers, reports of what could not be delivered, and the addresses that are out of use."""

from starlette.requests import Request
from starlette.responses import Response

from service import mailwords, web
from service.flow import inbox, principal
from service.pages import asked
from service.words import _


async def index(request: Request) -> Response:
    mails, page, pages = await inbox.listing(asked.whole(asked.query(request, "page")) or 1)
    watched = web.settings(request).imap_url is not None
    context = {
        "mails": mails,
        "found": {"page": page, "pages": pages},
        "page_link": lambda number: asked.address("/received", {"page": number if number > 1 else None}),
        "dead": await inbox.dead(),
        "watched": watched,
        "problem": await inbox.problem() if watched else "",
        "w": mailwords,
    }
    return web.render(request, "mail/received.html", context)


async def use_again(request: Request) -> Response:
    who = principal.staff(request.state.staff.id)
    found = await inbox.use_again(asked.number(request), who, web.now(request))
    return web.redirect(request, "/received", _("Đã dùng lại địa chỉ {address}.").format(address=found.address))
