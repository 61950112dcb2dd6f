"""The application: settings in, a Starlette app out."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise.exceptions import ValidationError

from service import database, security, web, words
from service.errors import Broken, LoginNeeded, ServiceError, Unavailable
from service.flow import forms, hooks, progress
from service.flow.reminding import Postroom
from service.pages import unsaved
from service.routes import routes
from service.settings import Settings

log = logging.getLogger("phieu")

HEADERS = {
    b"content-security-policy": web.policy().encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    # Not no-referrer: browsers then post our own forms with "Origin: null". Personal links still stay on this site.
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=(self)",
    b"cache-control": b"no-store",
}  # as ASGI has them: names in lower case
ONLY_HTTPS = {b"strict-transport-security": b"max-age=31536000"}


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, clock: Callable[[], datetime] = utc_now, *, postroom: bool = True) -> Starlette:
    """The whole service. `postroom` False leaves sending to `phieu worker`.

    One app a process: Tortoise's connection is opened in the lifespan and found by all tasks.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with database.opened(settings.database_url):
            await database.require_migrated()
            forms.forget()
            progress.forget()
            security.nobody()
            app.state.postroom = Postroom(settings, clock)
            if postroom:
                app.state.postroom.start()
            try:
                with hooks.listening(settings):
                    yield
            finally:
                await app.state.postroom.stop()

    app = Starlette(
        routes=routes(),
        lifespan=lifespan,
        middleware=[
            Middleware(GZipMiddleware, minimum_size=1200, compresslevel=5),
            Middleware(SecureHeaders),
            Middleware(Speaking),
        ],
        exception_handlers={
            ServiceError: _service_error,
            HTTPException: _http_error,
            ClientDisconnect: _gone,
            **dict.fromkeys(database.AWAY, _database_error),
            **dict.fromkeys(database.FAULTS, _fault),
            ValidationError: _does_not_fit,
            Exception: _unexpected,
        },
    )
    app.state.settings, app.state.clock = settings, clock
    app.state.static, app.state.templates = web.assets()
    return app


class SecureHeaders:
    """Adds the house's headers to every response that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                given = {name for name, _value in own}
                ours = {**HEADERS, **ONLY_HTTPS} if scope["app"].state.settings.secure else HEADERS
                message = {**message, "headers": own + [pair for pair in ours.items() if pair[0] not in given]}
            await send(message)

        await self.app(scope, receive, with_headers)


class Speaking:
    """Answers each request in its language (web.language_of)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = web.language_of(HTTPConnection(scope)) if scope["type"] == "http" else words.OWN
        with words.speaking(name):
            await self.app(scope, receive, send)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


async def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)
    if _is_api(request) or "application/json" in request.headers.get("accept", ""):
        sentence = words._(error.message).format(**error.params)
        body: dict[str, object] = {"code": error.code, "message": sentence}
        problems = getattr(error, "problems", None)
        if problems is not None:
            body["problems"] = problems
        headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, LoginNeeded) else None
        return JSONResponse({"error": body}, error.status, headers)
    if isinstance(error, LoginNeeded) and request.method == "GET":
        # The site's plain address is the one that people of units know.
        return RedirectResponse("/vao" if request.url.path == "/" else "/login", 303)
    return web.error_page(request, error, await unsaved.typed(request, error))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = await _service_error(request, web.http_error(error))
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return response


def _methods(request: Request) -> set[str]:
    """What the address takes: of all routes with this path, for one path may have a route a method."""
    fitting = [r for r in request.app.routes if isinstance(r, Route) and r.matches(request.scope)[0] is not Match.NONE]
    return {method for route in fitting for method in route.methods or ()}


async def _unexpected(request: Request, error: Exception) -> Response:
    """A fault of ours. The server logs it with its traceback; the page only says what to do."""
    with words.speaking(web.language_of(request)):  # told outside of the middleware
        return await _service_error(request, Broken())


async def _fault(request: Request, error: Exception) -> Response:
    log.error("a row that is not as expected: %s", type(error).__name__, exc_info=error)
    return await _unexpected(request, error)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)


async def _does_not_fit(request: Request, error: Exception) -> Response:
    """Longer or stranger than its column: no row can have it, and none can keep it."""
    log.warning("does not fit the database: %s", type(error.__cause__ or error).__name__)
    return await _service_error(request, ServiceError())


async def _database_error(request: Request, error: Exception) -> Response:
    """The database is locked or away: say so, and give back what was typed."""
    if isinstance(error.__cause__, asyncpg.DataError):
        # PostgreSQL can hold no text with NUL in it, for one: the same request would fail for ever.
        return await _does_not_fit(request, error)
    log.error("cannot read or write data: %s", type(error).__name__, exc_info=error)
    if request.method == "POST" and not _is_api(request):
        await web.read_form(request)
        await web.close_form(request)
    return await _service_error(request, Unavailable())
