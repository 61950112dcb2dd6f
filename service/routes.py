"""The one visible table of addresses; a new reader learns the product from it.

Every line names who may enter. `page` lines are for browsers, `api` lines for programs.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute

from service import web
from service.access import Access, page
from service.errors import NotFound
from service.pages import accounts

PUBLIC, UNIT = Access.PUBLIC, Access.UNIT
VIEWER, STAFF, ADMINISTRATOR = Access.VIEWER, Access.STAFF, Access.ADMINISTRATOR


def routes() -> list[BaseRoute]:
    return [
        page("/static/{address:path}", static, PUBLIC),
        # Staff: log-in
        page("/login", accounts.login, PUBLIC),
        page("/login", accounts.log_in, PUBLIC, "POST"),
        page("/logout", accounts.log_out, VIEWER, "POST"),
        page("/setup/{token}", accounts.set_up, PUBLIC),
        page("/setup/{token}", accounts.choose_password, PUBLIC, "POST"),
        # The unit's side: entering, filling in, receipt
        # Staff: campaigns
        # Staff: units, contacts and forms
        # Staff: mail
        # The API
        # The machine's own
    ]


async def static(request: Request) -> Response:
    """A file of ours under the name that holds its hash: it may be kept for ever."""
    files: web.Static = request.app.state.static
    file = files.by_address.get(request.path_params["address"])
    if file is None:
        raise NotFound()
    return FileResponse(file, headers={"Cache-Control": "public, max-age=31536000, immutable"})
