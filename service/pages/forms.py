"""Forms: the list of versions with the import, one version laid out for reading, and its files."""

from collections.abc import Sequence
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from forms.problems import FormProblem
from forms.xlsform.media import is_file
from service import files, formwords, mistakes, starters, web
from service.errors import BadFile, EmptyFile, Invalid, NotFound, TooLarge
from service.flow import forms, library, principal, versions
from service.pages import asked, formview, languages
from service.pages.versions import since_before
from service.words import _

CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"


async def index(request: Request) -> Response:
    return await _list(request)


async def _list(
    request: Request, problems: Sequence[dict[str, object]] = (), problem: str = "", names: Sequence[str] = ()
) -> Response:
    context = {
        "series": await library.series(),
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
        later = await versions.before(version) is not None
        return web.redirect(request, f"/forms/{version.id}{'/changes' if later else ''}", said)
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
        "with_files": any(is_file(name) for name in form.lists),
        "form": form,
        "parts": formview.parts(form, asked.query(request, "lang")),
        "tongues": languages.of(form, asked.query(request, "lang")),
        "behind": formview.behind(form),
        "mistakes": mistakes.gathered(warnings),
        "counted": mistakes.counted(warnings),
        **await since_before(version),
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


async def exported(request: Request) -> Response:
    """The form as an XLSForm workbook in canonical columns."""
    found = await library.export(asked.number(request))
    return _attached(found.workbook, files.XLSX, f"{found.name}.xlsx")


async def exported_with_files(request: Request) -> Response:
    """The workbook with the CSV files it goes with. Not found where there are none."""
    found = await library.export(asked.number(request))
    if not found.files:
        raise NotFound()
    return _attached(found.bundle, ZIP, f"{found.name}.zip")


async def template(request: Request) -> Response:
    """A workbook to begin with, with notes and a sheet of explanations."""
    return _attached(await anyio.to_thread.run_sync(starters.template), files.XLSX, "mau-phieu.xlsx")


async def example(request: Request) -> Response:
    """A form that may be used as it is."""
    return _attached(await anyio.to_thread.run_sync(starters.example), files.XLSX, "mau-phieu-vi-du.xlsx")


def _attached(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(data, media_type=media_type, headers=headers)
