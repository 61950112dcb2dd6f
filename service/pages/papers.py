"""PDF files as answers."""

from starlette.responses import Response

from service import files


def answer(name: str, data: bytes) -> Response:
    """A PDF that the browser keeps under that name (plain ASCII) rather than shows."""
    return Response(data, media_type=files.PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'})
