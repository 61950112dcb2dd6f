"""Forms: the list of versions with the import, and one version laid out for reading."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from forms.problems import FormProblem
from service import files, formwords, web
from service.errors import BadFile, EmptyFile, Invalid, TooLarge
from service.flow import forms, library, principal
from service.pages import asked, formview
from service.words import _


async def index(request: Request) -> Response:
    return await _list(request)


async def _list(
    request: Request, problems: Sequence[dict[str, object]] = (), problem: str = "", name: str = ""
) -> Response:
    context = {
        "versions": await library.versions(),
        "problems": problems,
        "problem": problem,
        "name": name,
        "megabytes": files.LIMIT_MB,
    }
    return web.render(request, "forms/list.html", context, 422 if problems or problem else 200)


async def bring_in(request: Request) -> Response:
    """Import a workbook; what is wrong with it is listed with sheet, row and column."""
    given = await web.upload(await web.read_form(request), "file")
    if given is None:
        return await _list(request, problem=_("Vui lòng chọn tệp Excel (.xlsx) của mẫu phiếu."))
    name, data = given
    who, called = principal.staff(request.state.staff.id), files.clean_name(name)
    try:
        version, warnings = await forms.bring_in(web.settings(request), name, data, who, web.now(request))
    except Invalid as error:
        return await _list(request, error.problems, name=called)
    except (BadFile, EmptyFile, TooLarge) as error:
        return await _list(request, problem=_(error.message).format(**error.params), name=called)
    said = _("Đã nhập mẫu phiếu “{title}”.").format(title=version.title[:120])
    if not warnings:
        return web.redirect(request, f"/forms/{version.id}", said)
    return await _version(request, version.id, said, warnings)


async def show(request: Request) -> Response:
    version_id = asked.number(request)
    form = await forms.built(version_id)
    warnings = [formwords.form_problem(problem) for problem in form.warnings if isinstance(problem, FormProblem)]
    return await _version(request, version_id, "", warnings)


async def _version(request: Request, version_id: int, said: str, warnings: Sequence[dict[str, object]]) -> Response:
    version, file = await library.version(version_id)
    form = await forms.built(version.id)
    context = {
        "version": version,
        "file": file,
        "form": form,
        "parts": formview.parts(form),
        "behind": formview.behind(form),
        "warnings": warnings,
        "where": formwords.where,
    }
    if said:
        context["said"] = said
    return web.render(request, "forms/version.html", context)


async def workbook(request: Request) -> Response:
    """The workbook as it was imported."""
    place, name, _since = await library.workbook(web.settings(request), asked.number(request))
    return FileResponse(place, media_type=files.XLSX, filename=name)
