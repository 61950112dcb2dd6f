"""POST /api/v1/forms: import an XLSForm workbook."""

from starlette.requests import Request
from starlette.responses import Response

from forms import difference
from service import web
from service.api import reply
from service.errors import EmptyFile
from service.flow import forms, versions


async def create(request: Request) -> Response:
    """Multipart field `file`, and the CSV files it names as any number of fields `media`.

    201 {id, version, title, questions, warnings}, and `changes`, how many of each code, when there was a version of the
    form before; 422 with problems.
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
    older = await versions.before(version)
    if older is not None:
        values["changes"] = difference.counts((await versions.compare(older, version)).changes)
    return reply.reply(values, 201)
