"""GET /api/v1/openapi.json: the API described from the route table itself, so that it cannot fall behind."""

import inspect
import re
from importlib.metadata import version

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.access import access_of

_PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")
_QUERY = {
    "as_of": "ISO 8601 moment; of a bare date the end of that day in Asia/Ho_Chi_Minh; now when absent",
    "at": "ISO 8601 moment; now when absent",
    "state": "keep the invitations in this state",
    "campaign": "keep the messages of this campaign",
    "unit": "keep the messages of this unit (code)",
    "cursor": "where to go on: `next` of the page before",
    "limit": "how many items, at most 200",
}
# Which query parameters a call understands, by the end of its path.
_TAKES = {
    "/rate": ("as_of",),
    "/export.xlsx": ("as_of",),
    "/preview": ("at",),
    "/invitations": ("state", "as_of", "cursor", "limit"),
    "/messages": ("campaign", "unit", "cursor", "limit"),
    "/units": ("cursor", "limit"),
    "/campaigns": ("cursor", "limit"),
}
_HEADERS = {
    "/submissions": ("Idempotency-Key", "The same key and body again give the same answer; another body gives 422."),
    "/draft": ("If-Match", "The version the draft was read at (PUT)."),
}


async def document(request: Request) -> Response:
    """The OpenAPI 3.1 description of every call under /api/v1."""
    paths: dict[str, dict[str, object]] = {}
    for route in request.app.routes:
        if isinstance(route, Route) and route.path.startswith("/api/v1/"):
            path = _PARAMETER.sub(r"{\1}", route.path)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                paths.setdefault(path, {})[method.lower()] = _operation(route, method)
    return JSONResponse(
        {
            "openapi": "3.1.0",
            "info": {"title": "Phiếu", "version": version("phieu")},
            "servers": [{"url": request.app.state.settings.public_url}],
            "paths": paths,
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "schemas": {"Error": _ERROR},
            },
        }
    )


_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "problems": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["code", "message"],
        }
    },
}


def _operation(route: Route, method: str) -> dict[str, object]:
    words = inspect.getdoc(route.endpoint) or route.name
    access = access_of(route).value
    error = {
        "description": "error",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    operation: dict[str, object] = {
        "operationId": f"{route.name}.{method.lower()}",
        "summary": words.split("\n")[0],
        "description": f"{words}\n\nNeeds the role {access} or a higher one." if access != "public" else words,
        "parameters": _parameters(route, method),
        "responses": {"2XX": {"description": "done"}, "4XX": error, "5XX": error},
        "security": [{"token": []}] if access != "public" else [],
    }
    if method in ("POST", "PUT"):
        kind = "multipart/form-data" if route.path.endswith("/forms") else "application/json"
        operation["requestBody"] = {"content": {kind: {"schema": {"type": "object"}}}}
    return operation


def _parameters(route: Route, method: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if kind == "int" else "string"}}
        for name, kind in _PARAMETER.findall(route.path)
    ]
    last = "/" + route.path.rsplit("/", 1)[-1]
    if method == "GET":
        for name in _TAKES.get(last, ()):
            found.append({"name": name, "in": "query", "description": _QUERY[name], "schema": {"type": "string"}})
    elif last in _HEADERS:
        name, words = _HEADERS[last]
        found.append(
            {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
        )
    return found
