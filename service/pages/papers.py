"""Files as answers: PDF that was just made, and what people gave."""

from pathlib import Path

from starlette.responses import FileResponse, Response

from service import files
from service.models import StoredFile


def answer(name: str, data: bytes) -> Response:
    """A PDF that the browser keeps under that name (plain ASCII) rather than shows."""
    return Response(data, media_type=files.PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def kept(file: StoredFile, place: Path) -> Response:
    """A file that somebody gave, to be kept rather than shown, under the name it came with."""
    return FileResponse(str(place), filename=file.name, media_type=file.content_type)
