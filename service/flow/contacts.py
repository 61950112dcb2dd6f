"""Contacts of a unit, one at a time; a whole file of them is in flow/imports."""

from collections.abc import Mapping
from datetime import datetime

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from service import tables
from service.errors import Invalid, NotFound
from service.flow import audit, locks
from service.flow.principal import Principal
from service.models import Contact, ContactLink, Unit
from service.roster import people
from service.roster.people import LEADER
from service.words import _, collation

CREATE, UPDATE = "contact.create", "contact.update"  # in the audit log
ADDRESSES = ("://", "www.")  # no name: letters say it to others, and their programs make a link of it


async def contacts_of(unit: Unit) -> list[Contact]:
    """The unit's contacts: those in use first, leaders before officials."""
    found = await Contact.filter(unit_id=unit.id)
    return sorted(found, key=lambda c: (not c.active, c.role != LEADER, collation(c.name or c.email), c.id))


async def signatory(unit_id: int) -> Contact | None:
    """Who signs for the unit's People's Committee: its chairman, else a deputy, of those in use the first registered.

    None when their positions do not tell: a secretary or the council's chairman signs no report of the committee.
    """
    leaders = await Contact.filter(unit_id=unit_id, role=LEADER, active=True).order_by("id")
    chairmen = [one for one in leaders if people.rank_of(one.position) == "chairman"]
    return next(iter(chairmen + [one for one in leaders if people.is_deputy(one.position)]), None)


async def contact(unit: Unit, contact_id: int) -> Contact:
    """A contact of that unit. Raises NotFound."""
    found = await Contact.get_or_none(id=contact_id, unit_id=unit.id)
    if found is None:
        raise NotFound()
    return found


async def save_contact(
    unit: Unit, contact_id: int | None, raw: Mapping[str, str], who: Principal, now: datetime
) -> Contact:
    """Add a contact (`contact_id` None) or change one. `raw`: role, name, position, email, phone as typed.

    Raises Invalid with {field, message} for each field that cannot be taken; NotFound.
    """
    values = checked(raw)
    async with in_transaction():
        return await save(unit, contact_id, values, who, now)


async def save(unit: Unit, contact_id: int | None, values: Mapping[str, str], who: Principal, now: datetime) -> Contact:
    """As save_contact, with values that were checked, in the caller's transaction."""
    await locks.units()
    twins = Contact.filter(unit_id=unit.id, role=values["role"], email=values["email"], name=values["name"])
    twin = await twins.exclude(id=contact_id or 0).first()
    if twin is not None:
        raise Invalid([{"field": "name", "message": _twin(twin)}])
    new = await is_new(unit, values["email"])
    if contact_id is None:
        saved = Contact(unit_id=unit.id, **values)
        await saved.save()
    else:
        saved = await contact(unit, contact_id)
        await saved.update_from_dict(dict(values)).save(update_fields=list(values))
    revoked = await revoke_links(unit.id, saved.id)
    data = {"unit": unit.code, "revoked": revoked, "new": new}
    await audit.record(CREATE if contact_id is None else UPDATE, f"contact:{saved.id}", who, now, data)
    return saved


async def is_new(unit: Unit, address: str) -> bool:
    """Whether an address is none that the unit's contacts, in use or not, have."""
    return bool(address) and not await Contact.filter(unit_id=unit.id, email=address).exists()


async def set_active(unit: Unit, contact_id: int, active: bool, who: Principal, now: datetime) -> Contact:
    """Stop using a contact, or use it again; nothing is removed. Raises NotFound."""
    async with in_transaction():
        return await switch(unit, contact_id, active, who, now)


async def switch(unit: Unit, contact_id: int, active: bool, who: Principal, now: datetime) -> Contact:
    """As set_active, in the caller's transaction."""
    await locks.units()
    found = await contact(unit, contact_id)
    await Contact.filter(id=found.id).update(active=active)
    revoked = await revoke_links(unit.id, found.id)
    action = "contact.activate" if active else "contact.deactivate"
    await audit.record(action, f"contact:{found.id}", who, now, {"unit": unit.code, "revoked": revoked})
    return found


async def revoke_links(unit_id: int, contact_id: int) -> int:
    """End the personal links of a contact at addresses that nobody in use at the unit has any more; how many.

    Called inside the transaction that changed the contact. Somebody who left must not get in by an old letter; a
    mailbox that a colleague goes on using keeps its links.
    """
    kept = [row["email"] for row in await Contact.filter(unit_id=unit_id, active=True).values("email") if row["email"]]
    links = ContactLink.filter(contact_id=contact_id)
    if kept:
        links = links.exclude(address__in=kept)
    return await links.update(generation=F("generation") + 1)


def _twin(twin: Contact) -> str:
    if twin.active:
        return _("Đơn vị đã có đầu mối này (cùng vai trò, họ tên và thư điện tử).")
    return _("Đơn vị đã có đầu mối này nhưng đang ngừng dùng. Vui lòng bấm “Dùng lại” ở danh sách.")


def checked(raw: Mapping[str, str]) -> dict[str, str]:
    """The fields as they are stored. Raises Invalid with every problem."""
    problems: list[dict[str, object]] = []
    values = {"role": raw.get("role", "")}
    if values["role"] not in people.ROLES:
        problems.append({"field": "role", "message": _("Vui lòng chọn vai trò.")})
    for field, label in (("name", _("Họ và tên")), ("position", _("Chức vụ"))):
        values[field] = " ".join(tables.clean(raw.get(field, "")).split())
        if len(values[field]) > people.LONGEST:
            message = _("{label} dài quá {limit} ký tự.").format(label=label, limit=people.LONGEST)
            problems.append({"field": field, "message": message})
        elif any(sign in values[field].lower() for sign in ADDRESSES):
            problems.append(
                {"field": field, "message": _("{label} không được chứa địa chỉ trang web.").format(label=label)}
            )
    values["email"] = values["phone"] = ""
    email, phone = raw.get("email", "").strip(), tables.clean(raw.get("phone", ""))
    try:
        values["email"] = people.parsed(email) if email else ""
    except people.Refused as error:
        problems.append({"field": "email", "message": str(error)})
    try:
        values["phone"] = people.joined(people.telephones(phone))
    except people.Refused as error:
        problems.append({"field": "phone", "message": str(error)})
    if not email and not phone:
        message = _("Vui lòng ghi thư điện tử hoặc điện thoại để liên hệ được.")
        problems.append({"field": "email", "message": message})
    if problems:
        raise Invalid(problems)
    return values
