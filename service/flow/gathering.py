"""One mail for all reminders of a mailbox on a day: each survey with its unit, due time in words and link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from reminders import address
from reminders.calendar import Calendar
from reminders.delivery import LINK
from reminders.ports import Composed
from service import words
from service.flow import mailtexts, planning
from service.models import Campaign, Invitation
from service.settings import Settings
from service.words import _

LONGEST_SUBJECT = 200
LONGEST_TITLE = 80
# What people wrote must not look like a place where a link is put in.
_NO_BRACES = str.maketrans("{}", "()")


@dataclass(frozen=True, slots=True)
class Item:
    """One reminder of the mail; its invitation's campaign and staff member are loaded. `link`: it has a personal
    link; a leader's has none."""

    invitation: Invitation
    link: bool


def gathered(settings: Settings, items: Sequence[Item], calendar: Calendar, at: datetime) -> Composed:
    """What the mail says; `{link}` once for each item that has one, in their order."""
    sender = address.mailbox(settings.mail_from).name or "Phiếu"
    leaders = not any(item.link for item in items)
    greeting = _("Kính gửi: {who}").format(who=_who(items, leaders))
    opening = (
        _("{sender} xin thông tin: đến nay các phiếu sau đây của Quý đơn vị chưa hoàn thành.")
        if leaders
        else _("{sender} kính nhắc Quý đơn vị các phiếu sau đây chưa hoàn thành. Mỗi phiếu có đường dẫn riêng.")
    ).format(sender=sender)
    parts = [greeting, opening, *(_item(n, item, leaders, calendar, at) for n, item in enumerate(items, start=1))]
    parts += [_closing(leaders), *_calls(items), _("Trân trọng,"), sender]
    return Composed(_subject(items, leaders), "\n\n".join(parts) + "\n")


def _plain(text: str) -> str:
    return text.translate(_NO_BRACES)


def _office(item: Item) -> str:
    return _plain(words.office(item.invitation.full_name))


def _each(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _who(items: Sequence[Item], leaders: bool) -> str:
    units = ", ".join(_each(_office(item) for item in items))
    return _("Lãnh đạo {units}").format(units=units) if leaders else units


def _subject(items: Sequence[Item], leaders: bool) -> str:
    """Each survey named, shortened where they are many."""
    titles = _each(_plain(item.invitation.campaign.title) for item in items)
    head = _("Thông tin đến lãnh đạo: {count} phiếu chưa hoàn thành") if leaders else _("Nhắc gửi {count} phiếu")
    room = max(LONGEST_SUBJECT // len(titles), 20)
    named = "; ".join(_short(title, min(room, LONGEST_TITLE)) for title in titles)
    return f"{head.format(count=words.number(len(items)))}: {named}"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _item(number: int, item: Item, leaders: bool, calendar: Calendar, at: datetime) -> str:
    invitation, campaign = item.invitation, item.invitation.campaign
    lines = [
        _("{number}. {unit}: phiếu “{survey}”").format(
            number=number, unit=_office(item), survey=_plain(campaign.title)
        ),
        _due(invitation, calendar, at),
    ]
    if planning.corrects(invitation):
        lines.append(_("Phiếu đã gửi, đang chờ bản chỉnh sửa, bổ sung; hạn trên là hạn gửi lại."))
    letter = _plain(mailtexts.letter_words(campaign, subject=False))
    if letter:
        lines.append(_("Văn bản đề nghị: {letter}.").format(letter=letter))
    if item.link:
        return "\n".join(lines) + f"\n\n{LINK}"
    return "\n".join([*lines, *([] if leaders else [_("Thông tin đến lãnh đạo đơn vị, không kèm đường dẫn.")])])


def _due(invitation: Invitation, calendar: Calendar, at: datetime) -> str:
    """Hạn gửi: 17:00 thứ Sáu, 18/7/2025 (còn 2 ngày làm việc)."""
    late = at > invitation.due_at
    count = (mailtexts.days_late if late else mailtexts.days_left)(calendar, invitation.due_at, at)
    if late and count:
        count = _("đã quá hạn {count}").format(count=count)
    found = _("Hạn gửi: {due}").format(due=words.due(invitation.due_at))
    return f"{found} ({count})." if count else f"{found}."


def _closing(leaders: bool) -> str:
    if leaders:
        return _(
            "Công chức đầu mối của đơn vị đã được gửi đường dẫn riêng để điền phiếu; thư này chỉ để thông tin nên "
            "không kèm đường dẫn. Kính đề nghị Quý lãnh đạo quan tâm, chỉ đạo hoàn thành. Phiếu nào vừa gửi, kính mong "
            "Quý lãnh đạo bỏ qua."
        )
    return _(
        "Phần đã điền vẫn được lưu. Phiếu nào Quý đơn vị vừa gửi, vui lòng bỏ qua và nhận lời cảm ơn của chúng tôi."
    )


def _calls(items: Sequence[Item]) -> list[str]:
    """Whom to call, each with the surveys only where they differ."""
    by_staff: dict[str, list[str]] = {}
    for campaign in (item.invitation.campaign for item in items):
        if campaign.staff is not None:
            by_staff.setdefault(_staff(campaign), []).append(_plain(campaign.title))
    if not by_staff:
        return []
    if len(by_staff) == 1:
        return [_("Khi cần trao đổi, vui lòng liên hệ: {staff}.").format(staff=next(iter(by_staff)))]
    lines = [f"- {staff}: {'; '.join(_each(titles))}" for staff, titles in by_staff.items()]
    return ["\n".join([_("Khi cần trao đổi, vui lòng liên hệ:"), *lines])]


def _staff(campaign: Campaign) -> str:
    staff = campaign.staff
    assert staff is not None
    phone = _("điện thoại {phone}").format(phone=staff.phone) if staff.phone else ""
    return _plain(", ".join(part for part in (staff.name, phone) if part))
