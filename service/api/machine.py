"""GET /health and GET /ready: for whoever watches the process."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise import connections

from service import database


async def health(request: Request) -> Response:
    """The process is alive."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """The database answers and is migrated, and the scheduler runs (here or in a worker process)."""
    await connections.get("default").execute_query("SELECT 1")
    room = request.app.state.postroom.ready
    sending = "elsewhere" if room.elsewhere else "ok" if room.alive else "stopped"
    missing = await database.pending()
    fine = not missing and sending != "stopped"
    body = {"database": "ok" if not missing else "not migrated", "scheduler": sending}
    return JSONResponse(body, 200 if fine else 503)
