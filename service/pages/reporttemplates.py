"""The Word template of the report: the one in force, those uploaded, what a template may name."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from exports import letterfields
from service import files, web
from service.errors import BadFile, EmptyFile, Invalid, TooLarge
from service.flow import exporting, principal, reporttemplates
from service.pages import asked
from service.words import N_, _

USED = N_("Từ bây giờ báo cáo Word dùng mẫu số {number}.")
BACK = N_("Từ bây giờ báo cáo Word dùng mẫu mặc định.")


async def show(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, problems: Sequence[dict[str, object]] = ()) -> Response:
    context = {
        "rows": await reporttemplates.index(),
        "texts": letterfields.TEXTS,
        "blocks": letterfields.BLOCKS,
        "campaign": await exporting.newest(),
        "problems": problems,
        "megabytes": files.LIMIT_MB,
    }
    return web.render(request, "texts/report.html", context, 422 if problems else 200)


async def add(request: Request) -> Response:
    """Check and keep an upload; what is wrong with it is listed."""
    form = await web.read_form(request)
    given = await web.upload(form, "file")
    if given is None:
        return await _page(request, [{"field": "file", "message": _("Vui lòng chọn tệp Word (.docx).")}])
    who = principal.staff(request.state.staff.id)
    try:
        row = await reporttemplates.add(web.settings(request), *given, who, web.now(request))
    except Invalid as error:
        return await _page(request, error.problems)
    except BadFile:
        return await _page(request, [{"field": "file", "message": reporttemplates.refused()}])
    except (EmptyFile, TooLarge) as error:
        return await _page(request, [{"field": "file", "message": web.sentence(error)}])
    said = _("Đã kiểm tra và lưu mẫu số {number}. Vui lòng xem thử rồi bấm “Dùng mẫu này”.").format(number=row.number)
    return web.redirect(request, "/report-template", said)


async def use(request: Request) -> Response:
    """Put a template in force; number 0 is the one that ships."""
    number = asked.number(request, "number")
    await reporttemplates.use(number, principal.staff(request.state.staff.id), web.now(request))
    return web.redirect(request, "/report-template", _(USED).format(number=number) if number else _(BACK))


async def shipped(request: Request) -> Response:
    return web.download("mau-bao-cao.docx", files.DOCX, await reporttemplates.shipped())


async def file(request: Request) -> Response:
    """A template as it was uploaded."""
    row = await reporttemplates.get(asked.number(request, "number"))
    data = reporttemplates.content(web.settings(request), row)
    return web.download(f"mau-bao-cao-{row.number}.docx", files.DOCX, data)


async def preview(request: Request) -> Response:
    """The report of the newest campaign as this template would make it; no export, for nobody is given it."""
    row = await reporttemplates.get(asked.number(request, "number"))
    settings = web.settings(request)
    data = await exporting.previewed(settings, reporttemplates.content(settings, row), web.now(request))
    return web.download(f"xem-thu-mau-{row.number}.docx", files.DOCX, data)
