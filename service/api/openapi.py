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
    "values": "codes: answers as the names of the form's choices and questions; in words when absent",
    "as_of": "ISO 8601 moment; of a bare date the end of that day in Asia/Ho_Chi_Minh; now when absent",
    "at": "ISO 8601 moment; now when absent",
    "state": "keep the invitations, or recommendations, in this state",
    "campaign": "keep the messages of this campaign; of recommendations also those that earlier rounds left open",
    "accepted": "true: only what the department has accepted",
    "kind": "only units of this kind",
    "group": "only units of this group",
    "unit": "keep the messages, or recommendations, of this unit (code)",
    "field": "keep those of this field, as the form words it",
    "authority": "keep those that ask this authority, as the form words it",
    "level": "keep those that department, city or ministry answers",
    "staff": "keep those that this staff member (id) follows",
    "overdue": "true: only what waits for an answer beyond its time",
    "q": "text of matter, proposal or unit, without marks, or a number",
    "cursor": "where to go on: `next` of the page before",
    "limit": "how many items, at most 200",
}
# Which query parameters a call understands, by the end of its path.
_TAKES = {
    "/rate": ("as_of",),
    "/summary": ("as_of", "accepted", "kind", "group"),
    "/export.{kind}": ("as_of", "values"),
    "/preview": ("at",),
    "/invitations": ("state", "as_of", "cursor", "limit"),
    "/messages": ("campaign", "unit", "cursor", "limit"),
    "/ledger": (
        *("campaign", "unit", "field", "authority", "state", "level", "staff", "overdue", "q"),
        *("cursor", "limit"),
    ),
    "/units": ("cursor", "limit"),
    "/campaigns": ("cursor", "limit"),
}
_HEADERS = {
    "/submissions": ("Idempotency-Key", "The same key and body again give the same answer; another body gives 422."),
    "/draft": ("If-Match", "The version the draft was read at (PUT)."),
}
_TEXT: dict[str, object] = {"type": "string"}
_OBJECT: dict[str, object] = {"type": "object"}
_DAY: dict[str, object] = {"type": "string", "format": "date"}
_FILE: dict[str, object] = {"type": "string", "format": "binary"}
_MOMENT: dict[str, object] = {"type": "string", "description": "ISO 8601; without an offset Vietnam's time"}
_DUE: dict[str, object] = {
    "type": "object",
    "description": "either {at}, or {days, kind}: counted from what the call says; halves for working days",
    "properties": {"at": _MOMENT, "days": {"type": "number"}, "kind": {"enum": ["day", "working_day"]}},
}
# What a call takes as its body, by the end of its path: the fields, and those that are needed.
_BODIES: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "/forms": ({"file": _FILE, "media": {"type": "array", "items": _FILE}}, ("file",)),
    "/campaigns": (
        {
            "title": _TEXT,
            "form": {"type": "integer"},
            "units": {"description": '"all" or a list of unit codes', "default": "all"},
            "period_from": _DAY,
            "period_to": _DAY,
            "opens_at": _MOMENT,
            "closes_at": _MOMENT,
            "due": _DUE,
            "letter": {"type": "object", "properties": {"number": _TEXT, "date": _DAY, "subject": _TEXT}},
            "staff": {"type": "integer"},
            "allow_nil": {"type": "boolean", "default": False},
            "signoff": {
                "type": "boolean",
                "default": False,
                "description": "a unit's leader approves before its report is sent; state awaiting_signoff meanwhile "
                "(amending_signoff for the correction of one that was sent, which counts as before)",
            },
            "reminders": {"type": "array", "items": _OBJECT},
        },
        ("title", "form", "due"),
    ),
    "/draft": ({"answers": _OBJECT}, ("answers",)),
    "/submissions": ({"answers": _OBJECT, "nil": {"type": "string", "description": "why there is nothing"}}, ()),
    "/intake": (
        {
            "channel": {"enum": ["paper", "hpnet"]},
            "number": _TEXT,
            "date": _DAY,
            "received_at": _MOMENT,
            "note": _TEXT,
        },
        ("channel", "number", "received_at"),
    ),
    "/return": (
        {
            "remark": _TEXT,
            "remarks": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"question": _TEXT, "remark": _TEXT},
                    "required": ["question", "remark"],
                },
            },
            "due": _DUE,
        },
        (),
    ),
    "/extend": ({"due": _DUE, "reason": _TEXT}, ("due", "reason")),
    "/exempt": ({"reason": _TEXT}, ("reason",)),
    "/exports": (
        {
            "format": {"enum": ["xlsx", "docx", "csv", "csv.zip", "json", "zip", "pdf.zip"]},
            "as_of": {**_MOMENT, "description": "of a bare date the end of that day; now when absent"},
            "values": {"enum": ["words", "codes"], "default": "words"},
        },
        ("format",),
    ),
    "/{number:int}": (
        {
            "level": {"enum": ["", "department", "city", "ministry"]},
            "staff": {"type": ["integer", "null"]},
            "due": {**_DUE, "type": ["object", "null"]},
            "reply": {"type": "string", "description": "a new version; mailed to the units that raised it"},
            "state": {"enum": ["open", "closed"]},
            "reason": {"type": "string", "description": "why it is closed"},
            "into": {"type": ["integer", "null"], "description": "merge into that number; null takes it back"},
            "version": {"type": "integer", "description": "the one it was read at: 409 when it has changed since"},
        },
        (),
    ),
    "/include": ({"reason": _TEXT}, ("reason",)),
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
    body = _BODIES.get(_last(route)) if method in ("POST", "PUT", "PATCH") else None
    if body is not None:
        kind = "multipart/form-data" if "file" in body[0] else "application/json"
        schema = {"type": "object", "properties": body[0], "required": list(body[1])}
        operation["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}
    return operation


def _last(route: Route) -> str:
    """The last part of a path, by which the tables above are read."""
    return "/" + route.path.rsplit("/", 1)[-1]


def _parameters(route: Route, method: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if kind == "int" else "string"}}
        for name, kind in _PARAMETER.findall(route.path)
    ]
    last = _last(route)
    if method == "GET":
        for name in _TAKES.get(last, ()):
            found.append({"name": name, "in": "query", "description": _QUERY[name], "schema": {"type": "string"}})
    elif last in _HEADERS:
        name, words = _HEADERS[last]
        found.append(
            {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
        )
    return found
