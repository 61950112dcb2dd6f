"""POST /api/v1/forms: import an XLSForm workbook."""

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.api import reply
from service.errors import EmptyFile
from service.flow import forms


async def create(request: Request) -> Response:
    """Multipart field `file`. 201 {id, version, title, questions, warnings}; 422 with problems."""
    given = await web.upload(await web.read_form(request), "file")
    if given is None:
        raise EmptyFile()
    version, warnings = await forms.bring_in(web.settings(request), *given, reply.who(request), web.now(request))
    values = {
        "id": version.id,
        "form_id": version.form_id,
        "version": version.version,
        "title": version.title,
        "questions": version.questions,
        "warnings": warnings,
    }
    return reply.reply(values, 201)
