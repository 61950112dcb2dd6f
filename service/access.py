"""Who may enter: every route names its rule, and nothing else opens a door.

A browser's request that changes something must also carry its session's form token. An API request carries a
bearer token, and no cookie counts there.
"""

import functools
from collections.abc import Awaitable, Callable
from enum import Enum

from starlette.convertors import IntegerConvertor, StringConvertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import files, web
from service.errors import EntryNeeded, Forbidden, FormExpired, LoginNeeded, OtherSession, TooLarge
from service.flow import accounts, approving, entry

Endpoint = Callable[[Request], Awaitable[Response]]


class RowNumber(IntegerConvertor):
    """`{id:int}`: a number that a row can have (the databases' are 32-bit); a longer one names nothing: 404."""

    regex = "[0-9]{1,9}"


class Word(StringConvertor):
    """`{code}`: text without control characters, which PostgreSQL could not even look up."""

    regex = r"[^/\x00-\x1f\x7f]+"


register_url_convertor("int", RowNumber())
register_url_convertor("str", Word())

PLAIN_BODY = 1024 * 1024
# Above the 20 MB a file may have: a file that is too large is then refused beside its field, with the rest of the
# form read and kept.
UPLOAD_BODY = 64 * 1024 * 1024


class Access(Enum):
    """The rule of a route. Staff roles include the ones before them."""

    PUBLIC = "public"
    UNIT = "unit"
    VIEWER = "viewer"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


_ACCESS: dict[Endpoint, Access] = {}
_RANK = {"viewer": 1, "staff": 2, "administrator": 3}
_SAFE = frozenset({"GET", "HEAD"})


def page(path: str, endpoint: Endpoint, access: Access, *methods: str, uploads: bool = False) -> Route:
    """A page's route: GET unless methods are given. `uploads` allows bodies up to UPLOAD_BODY."""
    return _route(path, endpoint, access, methods, uploads, _enter_page)


def api(path: str, endpoint: Endpoint, access: Access, *methods: str, uploads: bool = False) -> Route:
    """An API call's route, for bearers of a token with the role or a higher one."""
    return _route(path, endpoint, access, methods, uploads, _enter_api)


def _route(
    path: str,
    endpoint: Endpoint,
    access: Access,
    methods: tuple[str, ...],
    uploads: bool,
    enter: Callable[[Request, Access], Awaitable[None]],
) -> Route:
    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        try:
            await enter(request, access)
            return await endpoint(request)
        finally:
            await web.close_form(request)

    _ACCESS[guarded] = access
    name = f"{endpoint.__module__.removeprefix('service.')}.{endpoint.__name__}"
    route = Route(path, guarded, methods=methods or ["GET"], name=name)
    route.app = Limited(route.app, UPLOAD_BODY) if uploads else Limited(route.app, PLAIN_BODY)
    return route


class Limited:
    """Stops reading a body that is, or says that it is, longer than `limit` bytes.

    Starlette's own limit answers in plain English text. Here whoever reads the body meets TooLarge, and the answer
    is the house's.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        claimed = Headers(scope=scope).get("content-length", "")
        size = int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) < 20 else 0

        async def read() -> Message:
            nonlocal size
            self._check(size)
            message = await receive()
            if not claimed:
                size += len(message.get("body", b""))
                self._check(size)
            return message

        await self.app(scope, read, send)

    def _check(self, size: int) -> None:
        if size > self.limit:
            raise TooLarge(limit=min(files.LIMIT, self.limit) // 1024 // 1024)


def access_of(route: Route) -> Access:
    """The rule a route was made with. Raises KeyError for one that was made without."""
    return _ACCESS[route.endpoint]


async def _enter_page(request: Request, access: Access) -> None:
    if access is Access.UNIT:
        await _enter_unit(request)
    elif access is not Access.PUBLIC:
        await _enter_staff(request, access)
    if request.method not in _SAFE:
        await _require_own_form(request, OtherSession() if access is Access.UNIT else FormExpired())


# The session's token is noted before it is looked up: when the database is away, the form that gives back what was
# typed must still be accepted later.


async def _enter_staff(request: Request, access: Access) -> None:
    token = request.state.session_token = request.cookies.get(web.STAFF_COOKIE, "")
    staff = await accounts.of_session(token, web.now(request)) if token else None
    if staff is None:
        raise LoginNeeded()
    request.state.staff = staff
    if _RANK[staff.role] < _RANK[access.value]:
        raise Forbidden()
    if request.method in _SAFE:
        request.state.to_approve = await approving.count(staff, web.now(request))


async def _enter_unit(request: Request) -> None:
    token = request.state.session_token = request.cookies.get(web.UNIT_COOKIE, "")
    visit = await entry.of_session(token, web.now(request)) if token else None
    if visit is None:
        raise EntryNeeded()
    request.state.visit = visit


async def _require_own_form(request: Request, expired: FormExpired) -> None:
    """The request comes from a page of ours: same origin where the browser says so, and the form's token."""
    if not web.from_here(request):
        raise FormExpired()
    given = request.headers.get("x-csrf-token") or web.text(await web.read_form(request), "csrf")
    if not web.csrf_matches(request, given):
        raise expired


async def _enter_api(request: Request, access: Access) -> None:
    if access is Access.PUBLIC:
        return
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = await accounts.of_token(token) if scheme.lower() == "bearer" and token else None
    if bearer is None:
        raise LoginNeeded()
    if _RANK[bearer.role] < _RANK[access.value]:
        raise Forbidden()
    request.state.bearer = bearer
