"""Exports in the background by API: ask, look how far it is, call off, fetch."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from service import web
from service.api import reply
from service.errors import Forbidden, Invalid
from service.flow import exporting, exportjobs
from service.flow.terms import parse_moment
from service.models import ExportJob
from service.words import _


async def ask(request: Request) -> Response:
    """Have an export made in the background: `format` as the end of export.{kind}. Asked twice within a minute it is
    the same one; 503 when too many wait."""
    body = await reply.body(request)
    kind, codes = body.get("format"), body.get("values", "") == "codes"
    if not isinstance(kind, str) or kind not in exporting.FORMATS:
        names = ", ".join(exporting.FORMATS)
        raise Invalid([{"field": "format", "message": _("Giá trị phải là một trong: {names}.").format(names=names)}])
    number, who, now = request.path_params["id"], reply.who(request), web.now(request)
    as_of = now if body.get("as_of") is None else parse_moment(body["as_of"], "as_of")
    job = await exportjobs.ask(number, kind, as_of, who, now, codes=codes)
    request.app.state.postroom.export()
    return reply.reply(shape(job), 202)


async def show(request: Request) -> Response:
    """How far an export is. `state`: waiting, running, done, failed, cancelled, expired; `done` of `total` rows, files
    or reports, `total` null while it is not known; the file is kept until `keep_until`."""
    return reply.reply(shape(await _job(request)))


async def cancel(request: Request) -> Response:
    """Call an export off; nothing of it is kept. 409 when it has ended."""
    job = await _job(request)
    if request.state.bearer.role == "viewer" and job.asked_by != reply.who(request).ref:
        raise Forbidden()
    return reply.reply(shape(await exportjobs.cancel(job.id, reply.who(request), web.now(request))))


async def file(request: Request) -> Response:
    """The file of an export that is done; 404 when there is none, or none any more."""
    job = await _job(request)
    place = exportjobs.file_of(web.settings(request), job, web.now(request))
    return FileResponse(place, filename=job.name, media_type=exporting.FORMATS[job.format].media_type)


async def _job(request: Request) -> ExportJob:
    return await exportjobs.found(request.path_params["export"], request.path_params["id"])


def shape(job: ExportJob) -> dict[str, object]:
    return {
        "id": job.id,
        "campaign": job.campaign_id,
        "format": job.format,
        "values": "codes" if job.codes else "words",
        "as_of": job.as_of,
        "asked_at": job.asked_at,
        "state": job.state,
        "stage": job.stage or None,
        "done": job.done,
        "total": job.total or None,
        "why": job.why or None,
        "name": job.name or None,
        "size": job.size or None,
        "sha256": job.sha256 or None,
        "ended_at": job.ended_at,
        "keep_until": job.keep_until,
    }
