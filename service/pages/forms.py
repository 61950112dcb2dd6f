"""Forms: the list of versions with the import, one version laid out for reading, and its files."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from forms.problems import FormProblem
from service import files, formwords, mistakes, web
from service.errors import BadFile, EmptyFile, Invalid, TooLarge
from service.flow import forms, library, principal
from service.pages import asked, formview
from service.words import _

CSV = "text/csv; charset=utf-8"


async def index(request: Request) -> Response:
    return await _list(request)


async def _list(
    request: Request, problems: Sequence[dict[str, object]] = (), problem: str = "", names: Sequence[str] = ()
) -> Response:
    context = {
        "versions": await library.versions(),
        "mistakes": mistakes.gathered(problems),
        "counted": mistakes.counted(problems),
        "problem": problem,
        "names": names,
        "megabytes": files.LIMIT_MB,
    }
    return web.render(request, "forms/list.html", context, 422 if problems or problem else 200)


async def bring_in(request: Request) -> Response:
    """Import a workbook and the CSV files it names; what is wrong with them is listed with its cells."""
    form = await web.read_form(request)
    given, beside = await web.upload(form, "file"), await web.uploads(form, "media")
    if given is None:
        return await _list(request, problem=_("Vui lòng chọn tệp Excel (.xlsx) của mẫu phiếu."))
    names = [files.clean_name(name) for name, _data in (given, *beside)]
    who, now = principal.staff(request.state.staff.id), web.now(request)
    try:
        version, warnings = await forms.bring_in(web.settings(request), given, beside, who, now)
    except Invalid as error:
        return await _list(request, error.problems, names=names)
    except (BadFile, EmptyFile, TooLarge) as error:
        return await _list(request, problem=_(error.message).format(**error.params), names=names)
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
        "media": await library.media(version.id),
        "form": form,
        "parts": formview.parts(form),
        "behind": formview.behind(form),
        "mistakes": mistakes.gathered(warnings),
        "counted": mistakes.counted(warnings),
    }
    if said:
        context["said"] = said
    return web.render(request, "forms/version.html", context)


async def workbook(request: Request) -> Response:
    """The workbook as it was imported."""
    place, name = await library.workbook(web.settings(request), asked.number(request))
    return FileResponse(place, media_type=files.XLSX, filename=name)


async def beside(request: Request) -> Response:
    """A CSV file as it came with the workbook."""
    file_id = int(request.path_params["file"])
    place, name = await library.beside(web.settings(request), asked.number(request), file_id)
    return FileResponse(place, media_type=CSV, filename=name)
