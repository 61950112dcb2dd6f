"""What every API call shares: JSON in, JSON out, cursors, moments."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid, ServiceError
from service.flow import principal
from service.flow.terms import parse_moment
from service.words import N_, ZONE, _

MOST_ITEMS = 200
Item = TypeVar("Item")


class BadJson(ServiceError):
    status = 400
    code = "bad_json"
    message = N_("Nội dung gửi lên không phải là JSON đúng dạng.")


def who(request: Request) -> principal.Principal:
    return principal.token(request.state.bearer.id)


async def body(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises BadJson for anything else, however deep it is nested."""
    try:
        value = json.loads(await request.body(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadJson() from error
    if not isinstance(value, dict):
        raise BadJson()
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(value, ensure_ascii=False, default=plain)
    return Response(text, status, media_type="application/json", headers=headers)


def plain(value: object) -> object:
    """A value JSON has no form for: moments with offset in local time, exact numbers."""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def page(request: Request, items: Sequence[Item], shape: Callable[[Item], object]) -> Response:
    """A slice of a list that is in memory: {"items", "next"}; the cursor is the place to go on from."""
    start = _whole(request.query_params.get("cursor"), "cursor", 0)
    limit = min(_whole(request.query_params.get("limit"), "limit", MOST_ITEMS), MOST_ITEMS)
    end = start + limit
    following = str(end) if end < len(items) else None
    return reply({"items": [shape(item) for item in items[start:end]], "next": following})


def _whole(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise Invalid([{"field": name, "message": _("Giá trị phải là số nguyên không âm.")}])
    return int(text)


def moment(request: Request, name: str) -> datetime:
    """A moment from the query, now when absent; of a bare date the end of that day."""
    text = request.query_params.get(name)
    return web.now(request) if text is None else parse_moment(text, name)
