"""GET /health and GET /ready: for whoever watches the process."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service import database


async def health(request: Request) -> Response:
    """The process is alive."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """The database answers and is migrated, and the scheduler runs (here or in a worker process)."""
    room = request.app.state.postroom.ready
    sending = "elsewhere" if room.elsewhere else "ok" if room.alive else "stopped"
    stored = await _database()
    body = {"database": stored, "scheduler": sending}
    return JSONResponse(body, 200 if stored == "ok" and sending != "stopped" else 503)


async def _database() -> str:
    try:
        return "ok" if not await database.pending() else "not migrated"
    except database.AWAY:
        return "away"
