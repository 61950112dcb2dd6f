"""The unit's own contacts: seen, added, changed, no longer used; each change is confirmed."""

from collections.abc import Mapping, Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid
from service.flow import contacts, unitcontacts
from service.models import Unit
from service.pages import asked
from service.pages.unit import visit_of
from service.pages.units import FIELDS
from service.roster.people import ROLES
from service.words import N_, _

HERE = "/u/contacts"
SAVED = N_("Đã lưu. Thư báo đã vào hàng gửi đến địa chỉ cũ và mới; công chức mới nhận thư mời kèm đường dẫn riêng.")
UNCONFIRMED = N_("Vui lòng đánh dấu xác nhận trước khi lưu.")


async def index(request: Request) -> Response:
    unit = await Unit.get(id=visit_of(request).unit)
    found = await contacts.contacts_of(unit)
    context = {"unit_name": unit.full_name, "contacts": found, "roles": ROLES, "own": visit_of(request).contact}
    return web.render(request, "unit/contacts.html", context)


async def new(request: Request) -> Response:
    return await _form(request, None, {"role": "official"})


async def edit(request: Request) -> Response:
    unit = await Unit.get(id=visit_of(request).unit)
    contact = await contacts.contact(unit, asked.number(request))
    return await _form(request, contact.id, {name: getattr(contact, name) for name in FIELDS})


async def add(request: Request) -> Response:
    return await _save(request, None)


async def change(request: Request) -> Response:
    return await _save(request, asked.number(request))


async def _save(request: Request, contact_id: int | None) -> Response:
    """With anything wrong the form comes back with all that was typed."""
    form = await web.read_form(request)
    raw = {name: web.text(form, name) for name in FIELDS}
    unticked = unconfirmed(form)
    raw["confirm"] = "" if unticked else "1"
    try:
        if unticked:
            contacts.checked(raw)
            raise Invalid([])
        await unitcontacts.save(web.settings(request), visit_of(request), contact_id, raw, web.now(request))
    except Invalid as error:
        return await _form(request, contact_id, raw, [*error.problems, *unticked])
    except unitcontacts.LastOfficial as error:
        return await _form(request, contact_id, raw, [{"field": "email", "message": web.sentence(error)}])
    request.app.state.postroom.replan()
    return web.redirect(request, HERE, _(SAVED))


def unconfirmed(form: FormData) -> list[dict[str, object]]:
    """The mistake of a box "I confirm" that was not ticked; nothing when it was."""
    return [] if web.text(form, "confirm") else [{"field": "confirm", "message": _(UNCONFIRMED)}]


async def _form(
    request: Request, contact_id: int | None, raw: Mapping[str, str], problems: Sequence[Mapping[str, object]] = ()
) -> Response:
    context = {
        "unit_name": (await Unit.get(id=visit_of(request).unit)).full_name,
        "contact_id": contact_id,
        "own": contact_id is not None and contact_id == visit_of(request).contact,
        "t": {name: raw.get(name, "") for name in (*FIELDS, "confirm")},
        "problems": problems,
        "wrong": {str(problem["field"]): str(problem["message"]) for problem in reversed(problems)},
        "roles": ROLES,
    }
    return web.render(request, "unit/contact.html", context, 422 if problems else 200)


async def set_active(request: Request) -> Response:
    active = web.text(await web.read_form(request), "active") == "1"
    number, visit = asked.number(request), visit_of(request)
    try:
        await unitcontacts.set_active(web.settings(request), visit, number, active, web.now(request))
    except unitcontacts.LastOfficial as error:
        return web.redirect(request, HERE, web.sentence(error))
    request.app.state.postroom.replan()
    return web.redirect(request, HERE, _("Đã lưu thay đổi."))
