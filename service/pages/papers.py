"""Files as answers: PDF that was just made, and what people gave."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from service import files, web
from service.flow import downloads, principal
from service.models import StoredFile
from service.pages import asked


def answer(name: str, data: bytes) -> Response:
    """A PDF that the browser keeps under that name (plain ASCII) rather than shows."""
    return web.download(name, files.PDF, data)


async def taken(request: Request, name: str, data: bytes) -> Response:
    """A PDF of what the unit of the address sent, for staff: noted as an export."""
    who = principal.staff(request.state.staff.id)
    await downloads.taken(asked.number(request), asked.code(request), data, who, web.now(request))
    return answer(name, data)


def kept(file: StoredFile, place: Path) -> Response:
    """A file that somebody gave, to be kept rather than shown, under the name it came with."""
    return FileResponse(str(place), filename=file.name, media_type=file.content_type)
