"""The text that staff paste into a chat group: who still owes, until when, where to go. Never a personal link. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service import words
from service.words import N_, _, collation

GROUPINGS = {"group": N_("huyện, quận cũ"), "kind": N_("loại đơn vị"), "none": N_("không chia nhóm")}


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit that still owes; `returned` when it is a correction, which has a due time of its own."""

    full_name: str
    kind: str
    group: str
    returned: bool
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """What the text says beside its units. `letter`: "số 111/KH-SKHCN ngày 8/7/2025" or ""; `left`: how far off the due
    time is, in words, or ""; `site` is the address that people know; `staff` whom to call, or ""."""

    survey: str
    letter: str
    at: datetime
    due_at: datetime
    left: str
    site: str
    staff: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """One unit's reminder: `unit` as it is addressed, `returned` when it is a correction that it owes, `mailed` when
    it has a mailbox with its link in it."""

    sender: str
    unit: str
    survey: str
    returned: bool
    due_at: datetime
    left: str
    staff: str
    mailed: bool


def reminder(found: Reminder) -> str:
    """One unit's reminder in a few sentences, for an SMS or a chat message; without its personal link."""
    owes = (
        _("{sender}: {unit} được đề nghị chỉnh sửa, bổ sung báo cáo “{survey}”, hạn {due}{left}.")
        if found.returned
        else _("{sender}: {unit} chưa gửi báo cáo “{survey}”, hạn {due}{left}.")
    )
    left = f" ({found.left})" if found.left else ""
    values = {"sender": found.sender, "unit": found.unit, "survey": found.survey, "due": words.due(found.due_at)}
    return " ".join([owes.format(**values, left=left), *_way(found), _("Nếu vừa gửi, xin bỏ qua tin này.")])


def _way(found: Reminder) -> list[str]:
    """How the unit comes to its form, and who helps."""
    if not found.mailed:
        return [_("Vui lòng gọi {staff} để nhận đường dẫn gửi báo cáo.").format(staff=found.staff or found.sender)]
    help_ = [_("Hỗ trợ: {staff}.").format(staff=found.staff)] if found.staff else []
    return [_("Vui lòng gửi bằng đường dẫn riêng trong thư điện tử của đơn vị."), *help_]


def text(post: Post, units: Sequence[Owing], by: str) -> str:
    """The whole text, `by` one of GROUPINGS."""
    first = [unit for unit in units if not unit.returned]
    again = [unit for unit in units if unit.returned]
    parts = [_("Kính gửi anh/chị đầu mối các xã, phường, đặc khu,")]
    if first:
        head = _("Tính đến {moment}, còn {count} đơn vị chưa gửi báo cáo “{survey}”{letter}:")
        parts.append("\n".join([_filled(head, post, len(first)), *_grouped(first, by, post.due_at)]))
        due = _("Hạn gửi: {due}{left}.")
        parts.append(due.format(due=words.due(post.due_at), left=f" ({post.left})" if post.left else ""))
    if again:
        head = _("{count} đơn vị được đề nghị chỉnh sửa, bổ sung báo cáo “{survey}” và chưa gửi lại, kèm hạn bổ sung:")
        parts.append("\n".join([_filled(head, post, len(again)), *_grouped(again, by, None)]))
    parts.append(_where(post))
    parts.append(_("Đơn vị vừa gửi xin bỏ qua tin nhắn này. Trân trọng cảm ơn anh/chị!"))
    return "\n\n".join(parts)


def _filled(head: str, post: Post, count: int) -> str:
    letter = _(" (công văn {letter})").format(letter=post.letter) if post.letter else ""
    moment = words.moment(post.at)
    return head.format(moment=moment, count=words.number(count), survey=post.survey, letter=letter)


def _where(post: Post) -> str:
    """How to answer and whom to ask."""
    lines = [
        _("Vui lòng gửi báo cáo bằng đường dẫn riêng trong thư điện tử mà Sở đã gửi đến đơn vị."),
        _("Không tìm thấy thư: mở {site}, chọn đơn vị và lấy mã dùng một lần.").format(site=post.site),
    ]
    if post.staff:
        lines.append(_("Cần hỗ trợ, vui lòng gọi {staff}.").format(staff=post.staff))
    return "\n".join(lines)


def _grouped(units: Sequence[Owing], by: str, due_at: datetime | None) -> list[str]:
    """One line a group, in alphabetical order; a unit with another due time than `due_at` has it beside its name."""
    groups: dict[str, list[Owing]] = {}
    for unit in sorted(units, key=lambda one: collation(one.full_name)):
        name = words.kind(unit.kind) if by == "kind" else unit.group if by == "group" else ""
        groups.setdefault(name, []).append(unit)
    lines = []
    for name in sorted(groups, key=collation):
        names = ", ".join(_named(unit, due_at) for unit in groups[name])
        head = _("{group} ({count}): ").format(group=name, count=words.number(len(groups[name]))) if name else ""
        lines.append(f"• {head}{names}")
    return lines


def _named(unit: Owing, due_at: datetime | None) -> str:
    """xã An Lão (gia hạn đến 17:00 thứ Sáu, 25/7/2025)."""
    name = f"{unit.full_name[:1].lower()}{unit.full_name[1:]}"
    if unit.due_at == due_at:
        return name
    shape = _("{unit} (gia hạn đến {due})") if due_at is not None else _("{unit} (hạn {due})")
    return shape.format(unit=name, due=words.due(unit.due_at))
