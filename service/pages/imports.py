"""Import of units and of contacts: choose a file, look at what it would do, apply it or go back."""

from starlette.requests import Request
from starlette.responses import Response

from service import files, tables, web
from service.errors import Invalid
from service.flow import imports, principal
from service.flow.imports import Kind
from service.pages import asked
from service.roster import contact_rows
from service.roster import units as unit_rows
from service.roster.previews import ACTIONS, Action, Preview, counts_line
from service.words import N_, _

TITLES: dict[Kind, str] = {"units": N_("Nhập danh mục đơn vị"), "contacts": N_("Nhập danh sách đầu mối")}
MEANINGS = {
    "units": {column.name: column.label for column in unit_rows.COLUMNS},
    "contacts": {column.name: column.label for column in contact_rows.COLUMNS},
}
ORDER = (Action.REFUSED, Action.CHANGED, Action.ADDED, Action.UNCHANGED)
TAGS = {Action.REFUSED: "bad-tag", Action.CHANGED: "warn", Action.ADDED: "good", Action.UNCHANGED: "plain-tag"}


async def units(request: Request) -> Response:
    return _choose(request, "units")


async def preview_units(request: Request) -> Response:
    return await _look(request, "units")


async def apply_units(request: Request) -> Response:
    return await _apply(request, "units")


async def contacts(request: Request) -> Response:
    return _choose(request, "contacts")


async def preview_contacts(request: Request) -> Response:
    return await _look(request, "contacts")


async def apply_contacts(request: Request) -> Response:
    return await _apply(request, "contacts")


def _choose(request: Request, kind: Kind, problem: str = "", name: str = "") -> Response:
    context = {
        "kind": kind,
        "title": _(TITLES[kind]),
        "problem": problem,
        "name": name,
        "rows": tables.MAX_ROWS,
        "megabytes": tables.MAX_BYTES // 1024 // 1024,
    }
    return web.render(request, "units/import.html", context, 422 if problem else 200)


async def _look(request: Request, kind: Kind) -> Response:
    given = await web.upload(await web.read_form(request), "file")
    if given is None:
        return _choose(request, kind, _("Vui lòng chọn tệp Excel (.xlsx) hoặc CSV."))
    name, data = given
    who = principal.staff(request.state.staff.id)
    try:
        seen, file_id = await imports.preview(web.settings(request), kind, name, data, who, web.now(request))
    except Invalid as error:
        return _choose(request, kind, str(error.problems[0]["message"]), files.clean_name(name))
    return _shown(request, seen, file_id)


def _shown(request: Request, seen: Preview, file_id: int, problem: str = "") -> Response:
    context = {
        "kind": seen.kind,
        "title": _(TITLES["units" if seen.kind == "units" else "contacts"]),
        "seen": seen,
        "file_id": file_id,
        "problem": problem,
        "meanings": MEANINGS[seen.kind],
        "actions": ACTIONS,
        "tags": TAGS,
        "groups": [(action, [row for row in seen.rows if row.action is action]) for action in ORDER],
    }
    return web.render(request, "units/preview.html", context, 409 if problem else 200)


async def _apply(request: Request, kind: Kind) -> Response:
    form = await web.read_form(request)
    file_id = min(asked.whole(web.text(form, "file")) or 0, asked.MAX_ID)
    digest, skip = web.text(form, "digest"), web.text(form, "skip_refused") == "1"
    who = principal.staff(request.state.staff.id)
    settings, now = web.settings(request), web.now(request)
    seen = await imports.apply(settings, kind, file_id, digest, who, now, skip_refused=skip)
    if seen.applied:
        return web.redirect(request, "/units", counts_line(seen))
    if seen.digest != digest:
        problem = _(
            "Danh mục trong hệ thống đã thay đổi sau khi anh/chị xem trước, nên chưa nhập gì. "
            "Vui lòng xem lại bảng dưới đây rồi bấm nhập lần nữa."
        )
    else:
        problem = _(
            "Chưa nhập gì vì còn dòng bị từ chối. Vui lòng sửa tệp rồi tải lên lại, "
            "hoặc đánh dấu “Bỏ qua các dòng bị từ chối”."
        )
    return _shown(request, seen, file_id, problem)
