"""A unit's official hands a survey to a colleague of the same unit: the colleague gets a link of their own by mail.

The one who hands over keeps theirs; the unit's other officials are told, and of somebody new its leaders too. People
who were themselves brought in this way within a day are not told, and only so many are: a link that fell into wrong
hands must not become a way to write to strangers.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.plan import Recipient
from reminders.ports import Letter
from service import words
from service.errors import Invalid, NotFound
from service.flow import audit, contacts, filling, planning, recipients
from service.flow.entry import Visit
from service.models import AuditRecord, Contact, Invitation, Unit
from service.settings import Settings
from service.words import N_, _

AGAIN = 600  # seconds in which a second press sends no second letter
MOST_NEW = 5  # people brought in for one invitation within a day
DAY = timedelta(days=1)
ACT = "invitation.hand_over"
ENOUGH = N_(
    "Trong 24 giờ qua phiếu này đã được chuyển cho {most} người mới. Vui lòng thử lại sau, hoặc báo chuyên viên phụ "
    "trách nếu cần gấp."
)
SUBJECT = N_("Chuyển anh/chị phụ trách: {title}")
TEXT = N_(
    "Kính gửi: {name}\n\n"
    "{by} chuyển anh/chị cùng điền phiếu khảo sát “{title}” của {unit}, hạn gửi {due}.\n\n"
    "Đường dẫn riêng của anh/chị, không cần tài khoản hay mật khẩu:\n\n{{link}}\n\n"
    "Những gì đơn vị đã điền vẫn còn. Nếu không phải việc của anh/chị, vui lòng báo lại cho đơn vị.\n\n"
    "Trân trọng,\n\n{sender}\n"
)
TOLD_SUBJECT = N_("Phiếu của {unit} vừa được chuyển cho đồng nghiệp")
TOLD = N_(
    "Kính gửi: {unit}\n\n"
    "{by} vừa chuyển phiếu khảo sát “{title}” cho {name}, {email}, lúc {moment}. Người này nhận đường dẫn riêng qua "
    "thư; các đường dẫn đang dùng vẫn có hiệu lực.\n\n"
    "Nếu không phải đơn vị chuyển, vui lòng vào mục Danh bạ đầu mối để ngừng dùng địa chỉ này, hoặc báo ngay cho "
    "chuyên viên có tên trong thư mời.\n\n"
    "Trân trọng,\n\n{sender}\n"
)
SOMEBODY = N_("Người của đơn vị")


async def colleagues(visit: Visit) -> list[Contact]:
    """The officials in use, with an address, who may be handed to: all of the unit but the visitor."""
    found = await contacts.contacts_of(await Unit.get(id=visit.unit))
    return [one for one in found if one.active and one.email and one.role == "official" and one.id != visit.contact]


async def to_colleague(settings: Settings, campaign_id: int, contact_id: int, visit: Visit, now: datetime) -> Contact:
    """Hand over to a registered colleague. Raises NotFound."""
    async with in_transaction() as connection:
        invitation = await filling.find(campaign_id, unit_id=visit.unit, lock=True)
        to = next((one for one in await colleagues(visit) if one.id == contact_id), None)
        if to is None:
            raise NotFound()
        await _hand_over(settings, connection, invitation, to, visit, now)
    return to


async def to_somebody_new(
    settings: Settings, campaign_id: int, raw: Mapping[str, str], visit: Visit, now: datetime
) -> Contact:
    """Hand over to somebody who becomes an official of the unit; `raw`: name and email as typed. Who is one already,
    by a first press of the same button, is handed to as a colleague.

    Raises Invalid with {field, message} for each field, or when enough were brought in lately; NotFound.
    """
    values = checked(raw)
    unit = await Unit.get(id=visit.unit)
    async with in_transaction() as connection:
        invitation = await filling.find(campaign_id, unit_id=visit.unit, lock=True)
        known = await colleagues(visit)
        to = next((one for one in known if (one.name, one.email) == (values["name"], values["email"])), None)
        new = to is None
        if to is None:
            if len(await _brought_in(invitation.id, now)) >= MOST_NEW:
                raise Invalid([{"field": "email", "message": _(ENOUGH).format(most=MOST_NEW)}])
            to = await contacts.save(unit, None, values, visit.principal, now)
        await _hand_over(settings, connection, invitation, to, visit, now, new=new)
    return to


async def _hand_over(
    settings: Settings,
    connection: BaseDBAsyncClient,
    invitation: Invitation,
    to: Contact,
    visit: Visit,
    now: datetime,
    *,
    new: bool = False,
) -> None:
    """The letters and the record, in the act's transaction."""
    letters = await _letters(settings, invitation, to, visit, now, new=new)
    await outbox.enqueue(letters, connection, now=now, domain=recipients.domain(settings))
    data = {"contact": to.id, "new": new}
    await audit.record(ACT, recipients.reference(invitation.id), visit.principal, now, data)


async def _brought_in(invitation_id: int, now: datetime) -> set[object]:
    """The ids of the contacts who became officials by this invitation's being handed over, within a day."""
    made = AuditRecord.filter(action=ACT, subject=recipients.reference(invitation_id), at__gt=now - DAY)
    return {record.data["contact"] for record in await made if record.data.get("new")}


def checked(raw: Mapping[str, str]) -> dict[str, str]:
    """The new contact's fields. Raises Invalid with every problem, a name or an address that is missing included."""
    missing = {"name": _("Vui lòng ghi họ và tên."), "email": _("Vui lòng ghi thư điện tử để gửi đường dẫn.")}
    told = [one for one in missing if not raw[one].strip()]
    problems: list[dict[str, object]] = [{"field": one, "message": missing[one]} for one in told]
    try:
        values = contacts.checked({"role": "official", "name": raw["name"], "email": raw["email"]})
    except Invalid as error:
        raise Invalid([*problems, *(one for one in error.problems if one["field"] not in told)]) from error
    if problems:
        raise Invalid(problems)
    return values


async def _letters(
    settings: Settings, invitation: Invitation, to: Contact, visit: Visit, now: datetime, *, new: bool
) -> list[Letter]:
    """The colleague's letter, and those that tell the others. One to a unit that owes is its invitation, so that no
    second one follows it."""
    others = _told_of(await recipients.of_unit(visit.unit), await _brought_in(invitation.id, now) | {to.id}, new)
    by = await filling.contact_of(visit.contact)
    owes = planning.why_not(invitation.campaign, invitation.state, now) is None
    kind = "invitation" if owes else "notice"
    with words.speaking(words.OWN):
        values = {
            "name": _plain(to.name or to.email),
            "email": to.email,
            "by": _plain(by.name if by and by.name else _(SOMEBODY)),
            "title": _plain(invitation.campaign.title),
            "unit": words.office(invitation.full_name),
            "due": words.due(invitation.due_at),
            "moment": words.moment(now),
            "sender": _plain(recipients.sender(settings)),
        }
        subject, text = _(SUBJECT).format(**values), _(TEXT).format(**values)
        told = _told(invitation, others - {to.email}, values, now)
    return [_letter(invitation, kind, to.email, subject, text, now, contact=to), *told]


def _told_of(unit: Collection[Recipient], fresh: Collection[object], new: bool) -> set[str]:
    """The mailboxes of those who are told: the officials', and of somebody new the leaders', but for `fresh` ones."""
    before = [one for one in unit if one.contact not in fresh]
    others = [*recipients.mailboxes(before, "official"), *(recipients.separate(before) if new else ())]
    return {one.address for one in others}


def _told(invitation: Invitation, addresses: Iterable[str], values: Mapping[str, str], now: datetime) -> list[Letter]:
    subject, text = _(TOLD_SUBJECT).format(**values), _(TOLD).format(**values)
    return [_letter(invitation, "notice", to, subject, text, now, about=values["email"]) for to in sorted(addresses)]


def _letter(
    invitation: Invitation,
    kind: str,
    address: str,
    subject: str,
    text: str,
    now: datetime,
    *,
    contact: Contact | None = None,
    about: str = "",
) -> Letter:
    return Letter(
        key=f"handover:{invitation.id}:{address}:{about}:{int(now.timestamp()) // AGAIN}",
        kind=kind,
        ref=recipients.reference(invitation.id),
        campaign=invitation.campaign_id,
        unit=invitation.code,
        contact=contact.id if contact else None,
        to_address=address,
        to_name=contact.name if contact else "",
        due_round=invitation.due_round,
        subject=subject,
        text=text,
    )


def _plain(text: str) -> str:
    """No braces: what people wrote is no placeholder of the mail."""
    return text.replace("{", "(").replace("}", ")")
