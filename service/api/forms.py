"""POST /api/v1/forms: import an XLSForm workbook."""

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.api import reply
from service.errors import EmptyFile
from service.flow import forms


async def create(request: Request) -> Response:
    """Multipart field `file`, and the CSV files it names as any number of fields `media`.

    201 {id, version, title, questions, warnings}; 422 with problems.
    """
    form = await web.read_form(request)
    given, beside = await web.upload(form, "file"), await web.uploads(form, "media")
    if given is None:
        raise EmptyFile()
    who, now = reply.who(request), web.now(request)
    version, warnings = await forms.bring_in(web.settings(request), given, beside, who, now)
    values = {
        "id": version.id,
        "form_id": version.form_id,
        "version": version.version,
        "title": version.title,
        "questions": version.questions,
        "warnings": warnings,
    }
    return reply.reply(values, 201)
