"""Exports in the background: asking for one, its page with how far it is, calling it off, its file."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from service import web, words
from service.errors import Forbidden
from service.flow import campaigns, drafts, exporting, exportjobs, exportprocess, principal
from service.models import ExportJob
from service.pages import asked, exports
from service.words import _

REFRESH = 2  # seconds between two looks of an open page


async def ask(request: Request) -> Response:
    """Have a file made, as of the moment of the page that asked."""
    number, form = asked.number(request), await web.read_form(request)
    now, as_of = web.now(request), asked.as_of_text(web.text(form, "as_of"), web.now(request))
    problem = asked.problem((await campaigns.published(number)).published_at, as_of)
    if problem:
        return web.redirect(request, f"/campaigns/{number}/exports", problem)
    kind, codes = asked.plain(web.text(form, "kind")), web.text(form, "values") == "codes"
    who = principal.staff(request.state.staff.id)
    job = await exportjobs.ask(number, kind, as_of.at, who, now, codes=codes)
    request.app.state.postroom.export()
    return web.redirect(request, f"/campaigns/{number}/exports/jobs/{job.id}")


async def show(request: Request) -> Response:
    """How far it is; while it is under way the page draws itself anew."""
    job = await _job(request)
    names = await drafts.people({job.asked_by})
    under_way = job.state in exportjobs.UNDER_WAY
    context = {
        "campaign": await campaigns.published(job.campaign_id),
        "path": f"/campaigns/{job.campaign_id}",
        "job": job,
        "kind": exports.named(job.format),
        "who": names[job.asked_by],
        "state": _(exportjobs.STATES[job.state]),
        "stage": _(exportjobs.STAGES[job.stage]) if under_way else "",
        "told": _told(job),
        "ahead": await exportjobs.ahead(job) if job.state == "waiting" else 0,
        "why": _(exportprocess.WHY[job.why]) if job.why else "",
        "under_way": under_way,
        "may_cancel": under_way and _may_cancel(request, job),
        "refresh": REFRESH,
    }
    return web.render(request, "monitor/exportjob.html", context)


async def cancel(request: Request) -> Response:
    job = await _job(request)
    if not _may_cancel(request, job):
        raise Forbidden()
    address = f"/campaigns/{job.campaign_id}/exports/jobs/{job.id}"
    try:
        await exportjobs.cancel(job.id, principal.staff(request.state.staff.id), web.now(request))
    except exportjobs.ExportEnded as error:
        return web.redirect(request, address, web.sentence(error))
    return web.redirect(request, address, _("Đã hủy. Không có tệp nào được giữ lại."))


async def file(request: Request) -> Response:
    job = await _job(request)
    place = exportjobs.file_of(web.settings(request), job, web.now(request))
    return FileResponse(place, filename=job.name, media_type=exporting.FORMATS[job.format].media_type)


async def _job(request: Request) -> ExportJob:
    return await exportjobs.found(asked.number(request, "job"), asked.number(request))


def _may_cancel(request: Request, job: ExportJob) -> bool:
    """Who asked for it; and whoever may change a campaign."""
    staff = request.state.staff
    return staff.role != "viewer" or job.asked_by == principal.staff(staff.id).ref


def _told(job: ExportJob) -> str:
    """1.200/3.321 dòng, when that much is known."""
    if not job.total or job.state != "running":
        return ""
    what = {"zip": _("tệp"), "pdf.zip": _("báo cáo")}.get(job.format, _("dòng"))
    return f"{words.number(job.done)}/{words.number(job.total)} {what}"
