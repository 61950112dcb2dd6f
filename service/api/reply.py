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
DEEPEST = 50  # how deep JSON may be nested; a form's groups and repeats stay far below
Item = TypeVar("Item")


class BadJson(ServiceError):
    status = 400
    code = "bad_json"
    message = N_("Nội dung gửi lên không phải là JSON đúng dạng.")


def who(request: Request) -> principal.Principal:
    return principal.token(request.state.bearer.id)


async def body(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises BadJson for anything else, however deep it is nested."""
    raw = await request.body()
    try:
        value = json.loads(raw.decode(), parse_constant=_no_constant)
        if b"\\ud" in raw.lower():
            # An escape can smuggle in half a surrogate pair, which is no text and which nothing can store.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise BadJson() from error
    if not isinstance(value, dict) or _depth(value) > DEEPEST:
        raise BadJson()
    return value


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        inner = [
            found.values() if isinstance(found, dict) else found for found in level if isinstance(found, dict | list)
        ]
        level = [part for parts in inner for part in parts]
        depth += bool(inner)
    return depth


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
    start, limit = window(request)
    return listed(items[start : start + limit + 1], start, limit, shape)


def window(request: Request) -> tuple[int, int]:
    """Where the page asked for begins, and how many items it holds. Raises Invalid."""
    start = whole(request, "cursor")
    limit = whole(request, "limit", least=1)
    return start or 0, min(limit or MOST_ITEMS, MOST_ITEMS)


def listed(found: Sequence[Item], start: int, limit: int, shape: Callable[[Item], object]) -> Response:
    """The page of what was found from `start` on; one item more than `limit` says that there are more."""
    following = str(start + limit) if len(found) > limit else None
    return reply({"items": [shape(item) for item in found[:limit]], "next": following})


def whole(request: Request, name: str, least: int = 0) -> int | None:
    """A whole number from the query, None when absent. Raises Invalid."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < least:
        message = _("Giá trị phải là số nguyên từ {least} trở lên.").format(least=least)
        raise Invalid([{"field": name, "message": message}])
    return int(text)


def moment(request: Request, name: str) -> datetime:
    """A moment from the query, now when absent; of a bare date the end of that day."""
    text = request.query_params.get(name)
    return web.now(request) if text is None else parse_moment(text, name)
