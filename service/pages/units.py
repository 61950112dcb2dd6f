"""The list of units, a unit with its contacts, and one contact's form."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid
from service.flow import contacts, principal, units
from service.models import Unit
from service.pages import asked
from service.roster.people import ROLES
from service.words import KINDS, _

PER_PAGE = 200
FIELDS = ("role", "name", "position", "email", "phone")


async def index(request: Request) -> Response:
    query = request.query_params
    wanted = {name: query.get(name, "").strip()[:200] for name in ("q", "kind", "group")}
    missing = query.get("missing") == "1"
    found = await units.listing(wanted["q"], wanted["kind"], wanted["group"], missing)
    pages = max(1, -(-len(found.lines) // PER_PAGE))
    page = min(max(asked.whole(query.get("page", "")) or 1, 1), pages)
    shown = found.lines[(page - 1) * PER_PAGE : page * PER_PAGE]
    here = {**wanted, "missing": "1" if missing else ""}
    context = {
        "found": found,
        "lines": shown,
        "wanted": wanted,
        "missing": missing,
        "kinds": KINDS,
        "page": page,
        "pages": pages,
        "to": lambda number: asked.address("/units", {**here, "page": number}),
    }
    return web.render(request, "units/list.html", context)


async def show(request: Request) -> Response:
    unit = await units.of_code(request.path_params["code"])
    context = {"unit": unit, "contacts": await contacts.contacts_of(unit), "roles": ROLES}
    return web.render(request, "units/unit.html", context)


async def new_contact(request: Request) -> Response:
    unit = await units.of_code(request.path_params["code"])
    return _contact_form(request, unit, None, {"role": "official"})


async def add_contact(request: Request) -> Response:
    return await _save(request, None)


async def edit_contact(request: Request) -> Response:
    unit = await units.of_code(request.path_params["code"])
    contact = await contacts.contact(unit, asked.number(request))
    return _contact_form(request, unit, contact.id, {name: getattr(contact, name) for name in FIELDS})


async def change_contact(request: Request) -> Response:
    return await _save(request, asked.number(request))


async def _save(request: Request, contact_id: int | None) -> Response:
    """With anything wrong the form comes back with all that was typed."""
    unit = await units.of_code(request.path_params["code"])
    form = await web.read_form(request)
    raw = {name: web.text(form, name) for name in FIELDS}
    who = principal.staff(request.state.staff.id)
    try:
        await contacts.save_contact(unit, contact_id, raw, who, web.now(request))
    except Invalid as error:
        return _contact_form(request, unit, contact_id, raw, error.problems)
    request.app.state.postroom.replan()
    said = _("Đã thêm đầu mối.") if contact_id is None else _("Đã lưu thay đổi.")
    return web.redirect(request, f"/units/{unit.code}", said)


def _contact_form(
    request: Request,
    unit: Unit,
    contact_id: int | None,
    raw: Mapping[str, str],
    problems: Sequence[Mapping[str, object]] = (),
) -> Response:
    context = {
        "unit": unit,
        "contact_id": contact_id,
        "t": {name: raw.get(name, "") for name in FIELDS},
        "problems": problems,
        "wrong": {str(problem["field"]): str(problem["message"]) for problem in reversed(problems)},
        "roles": ROLES,
    }
    return web.render(request, "units/contact.html", context, 422 if problems else 200)


async def set_active(request: Request) -> Response:
    unit = await units.of_code(request.path_params["code"])
    active = web.text(await web.read_form(request), "active") == "1"
    who = principal.staff(request.state.staff.id)
    await contacts.set_active(unit, asked.number(request), active, who, web.now(request))
    request.app.state.postroom.replan()
    said = _("Đầu mối được dùng lại.") if active else _("Đã ngừng dùng đầu mối; thư mới không gửi cho người này nữa.")
    return web.redirect(request, f"/units/{unit.code}", said)
