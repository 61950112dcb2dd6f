"""A unit replaces its own contacts: old links die, and the old and the new address are told of it by mail."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.ports import Letter
from service import words
from service.errors import Invalid, ServiceError
from service.flow import contacts, events, locks, recipients
from service.flow.entry import Visit
from service.models import AuditRecord, Contact, Unit
from service.settings import Settings
from service.words import N_, _

MOST_NEW = 5  # addresses that a unit brings in within a day: a link in wrong hands is no way to write to strangers
DAY = timedelta(days=1)
ENOUGH = N_(
    "Trong 24 giờ qua đơn vị đã thêm {most} địa chỉ thư mới. Vui lòng thử lại sau, hoặc báo chuyên viên phụ trách nếu "
    "cần gấp."
)
SUBJECT = N_("Danh bạ đầu mối của {unit} vừa thay đổi")
TEXT = N_(
    "Kính gửi: {unit}\n\n"
    "Người của đơn vị vừa thay đổi danh bạ đầu mối trên hệ thống Phiếu, lúc {moment}:\n\n"
    "{what}\n\n"
    "Đường dẫn riêng đã gửi đến địa chỉ không còn dùng thì hết hiệu lực. Nếu không phải đơn vị thay đổi, vui lòng báo "
    "ngay cho chuyên viên có tên trong thư mời.\n\n"
    "Trân trọng,\n\n{sender}\n"
)
ADDED, CHANGED = N_("Thêm đầu mối: {person}"), N_("Trước: {before}\nNay: {person}")
STOPPED, USED_AGAIN = N_("Ngừng dùng: {person}"), N_("Dùng lại: {person}")


class LastOfficial(ServiceError):
    status = 409
    code = "last_official"
    message = N_(
        "Đây là công chức đầu mối cuối cùng có thư điện tử của đơn vị. Vui lòng thêm người thay trước khi ngừng dùng "
        "hoặc bỏ địa chỉ."
    )


async def save(
    settings: Settings, visit: Visit, contact_id: int | None, raw: Mapping[str, str], now: datetime
) -> Contact:
    """Add a contact of the visit's unit (`contact_id` None) or change one.

    Raises Invalid with {field, message} for each field, or when enough addresses were brought in lately; NotFound,
    LastOfficial.
    """
    values = contacts.checked(raw)
    unit, fresh = await Unit.get(id=visit.unit), Contact(**values)
    async with in_transaction() as connection:
        await locks.units()
        if await contacts.is_new(unit, fresh.email) and await _brought_in(unit, now) >= MOST_NEW:
            raise Invalid([{"field": "email", "message": _(ENOUGH).format(most=MOST_NEW)}])
        old = await contacts.contact(unit, contact_id) if contact_id is not None else None
        what = _what(CHANGED if old else ADDED, fresh, old)
        await _tell(settings, connection, visit, unit, what, [old.email if old else "", fresh.email], now)
        saved = await contacts.save(unit, contact_id, values, visit.principal, now)
        await _require_official(unit)
    return saved


async def set_active(settings: Settings, visit: Visit, contact_id: int, active: bool, now: datetime) -> None:
    """Stop using a contact of the visit's unit, or use it again. Raises NotFound, LastOfficial."""
    unit = await Unit.get(id=visit.unit)
    async with in_transaction() as connection:
        found = await contacts.contact(unit, contact_id)
        what = _what(USED_AGAIN if active else STOPPED, found)
        await _tell(settings, connection, visit, unit, what, [found.email], now)
        await contacts.switch(unit, contact_id, active, visit.principal, now)
        await _require_official(unit)


async def _brought_in(unit: Unit, now: datetime) -> int:
    """How many new addresses the unit's own people gave it within a day."""
    made = AuditRecord.filter(
        action__in=(contacts.CREATE, contacts.UPDATE), actor__startswith="link:", at__gt=now - DAY
    )
    return sum(1 for record in await made if record.data["unit"] == unit.code and record.data.get("new"))


async def _require_official(unit: Unit) -> None:
    """Raise LastOfficial when nobody is left whom the invitations and codes could reach."""
    if not recipients.mailboxes(await recipients.of_unit(unit.id), "official"):
        raise LastOfficial()


async def _tell(
    settings: Settings,
    connection: BaseDBAsyncClient,
    visit: Visit,
    unit: Unit,
    what: str,
    addresses: Iterable[str],
    now: datetime,
) -> None:
    """Mail to the addresses concerned, and to the leaders of until now: who may approve changes with the contacts."""
    invitation = await events.found(visit.campaign, visit.code)
    leaders = [leader.address for leader in recipients.separate(await recipients.of_unit(unit.id))]
    subject, text = _written(unit, what, recipients.sender(settings), now)
    letters = [
        Letter(
            key=f"contacts:{unit.id}:{now.timestamp()}:{to}",
            kind="notice",
            ref=recipients.reference(invitation.id),
            campaign=visit.campaign,
            unit=visit.code,
            to_address=to,
            subject=subject,
            text=text,
        )
        for to in sorted({*addresses, *leaders} - {""})
    ]
    await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))


# The letter is in Vietnamese, whatever language the page is in from which the change was made.


@words.speaking(words.OWN)
def _written(unit: Unit, what: str, sender: str, now: datetime) -> tuple[str, str]:
    """Subject and text of the letter."""
    values = {"unit": words.office(unit.full_name), "moment": words.moment(now), "what": what, "sender": sender}
    return _(SUBJECT).format(**values), _(TEXT).format(**values)


@words.speaking(words.OWN)
def _what(text: str, person: Contact, before: Contact | None = None) -> str:
    return _(text).format(before=_described(before) if before else "", person=_described(person))


def _described(contact: Contact) -> str:
    """Nguyễn Thị Hồng, Công chức, anlao@…; no braces: what people wrote is no placeholder of the mail."""
    parts = [contact.name, contact.position, contact.email, contact.phone]
    return ", ".join(part for part in parts if part).replace("{", "(").replace("}", ")")
