"""GET /api/v1/units: the roster."""

from starlette.requests import Request
from starlette.responses import Response

from service.api import reply
from service.models import Unit


async def index(request: Request) -> Response:
    """The units in use, in order of code."""
    found = await Unit.filter(active=True).order_by("code")
    return reply.page(request, found, _shape)


def _shape(unit: Unit) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "full_name": unit.full_name,
        "kind": unit.kind,
        "group": unit.group,
        "parent": unit.parent,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "tile_col": unit.tile_col,
        "tile_row": unit.tile_row,
    }
