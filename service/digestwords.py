"""The morning digest in words: what is new since the one before, and whom to call today. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service import words
from service.life import Rate
from service.words import _, number


@dataclass(frozen=True, slots=True)
class CampaignNews:
    """A campaign that is open, or was since: who came in (names), who promised to send by today or earlier (name, day),
    how many are overdue and how many mails failed.

    `left`: how far off the due time is, in words. `due_today`: that it is today. `overdue_again`: overdue corrections.
    `closed_at`: when it closed since; nobody is called then. `asked`: which units wait for an answer (name, what for).
    `own`: the units that still owe, of those that the reader is in charge of.
    """

    id: int
    title: str
    rate: Rate
    due_at: datetime
    left: str
    due_today: bool
    came: Sequence[str]
    promised: Sequence[tuple[str, date]]
    overdue: int
    failed: int
    overdue_again: int = 0
    closed_at: datetime | None = None
    asked: Sequence[tuple[str, str]] = ()
    own: Sequence[str] = ()

    @property
    def tells(self) -> bool:
        """Whether there is anything that is new or to be done today."""
        return bool(self.came or self.promised or self.failed or self.due_today or self.closed_at or self.asked)


@dataclass(frozen=True, slots=True)
class News:
    """What happened from `since` to `at`; `dead` are addresses that turned out to have nobody, with their units."""

    since: datetime
    at: datetime
    campaigns: Sequence[CampaignNews]
    dead: Sequence[tuple[str, str]]

    @property
    def tells(self) -> bool:
        return bool(self.dead) or any(campaign.tells for campaign in self.campaigns)

    @property
    def to_call(self) -> int:
        return sum(len(campaign.promised) for campaign in self.campaigns)


def subject(news: News) -> str:
    """Bản tin 21/7/2025: 59/114 đã gửi, 3 đơn vị cần gọi."""
    parts = [
        _("{responded}/{expected} đã gửi").format(responded=number(c.rate.responded), expected=number(c.rate.expected))
        for c in news.campaigns[:1]
        if len(news.campaigns) == 1
    ]
    if len(news.campaigns) > 1:
        parts.append(_("{count} đợt khảo sát đang chạy").format(count=number(len(news.campaigns))))
    if news.to_call:
        parts.append(_("{count} đơn vị cần gọi").format(count=number(news.to_call)))
    head = _("Bản tin {day}").format(day=words.day(news.at))
    return f"{head}: {', '.join(parts)}" if parts else head


def text(news: News, name: str, site: str) -> str:
    """The whole text to a staff member of that name."""
    parts = [
        _("Kính gửi anh/chị {name},").format(name=name),
        _("Những gì mới từ {since} đến {at}.").format(since=words.moment(news.since), at=words.moment(news.at)),
        *("\n".join(_campaign(campaign, site)) for campaign in news.campaigns),
    ]
    if news.dead:
        lines = [_("Địa chỉ thư không có người nhận ({count}):").format(count=number(len(news.dead)))]
        lines += [f"- {address} ({unit})" if unit else f"- {address}" for address, unit in news.dead]
        parts.append("\n".join([*lines, f"{site}/received"]))
    parts.append(_("Thư gửi theo đăng ký của anh/chị. Bỏ đăng ký: {address}").format(address=f"{site}/account"))
    return "\n\n".join(parts) + "\n"


def _campaign(news: CampaignNews, site: str) -> list[str]:
    address = f"{site}/campaigns/{news.id}"
    due = _("Hạn gửi: {due}{left}.").format(due=words.due(news.due_at), left=f" ({news.left})" if news.left else "")
    lines = [news.title.upper(), _rate(news.rate), due]
    if news.came:
        lines.append(_named(_("Mới gửi"), news.came))
    if news.promised:
        named = [_("{unit} (hẹn {day})").format(unit=unit, day=words.day(day)) for unit, day in news.promised]
        lines.append(_named(_("Cần gọi hôm nay, đã đến hoặc quá ngày hẹn"), named))
    if news.asked:
        waiting = [_("{unit} ({what})").format(unit=unit, what=what) for unit, what in news.asked]
        lines.append(_named(_("Đề nghị của đơn vị chờ trả lời"), waiting))
    if news.own:
        lines.append(_named(_("Đơn vị anh/chị phụ trách chưa gửi"), news.own))
    if news.overdue:
        lines.append(_("{count} đơn vị quá hạn chưa gửi.").format(count=number(news.overdue)))
    if news.overdue_again:
        lines.append(_("{count} đơn vị quá hạn bổ sung chưa gửi lại.").format(count=number(news.overdue_again)))
    if news.failed:
        lines.append(_("{count} thư không gửi được.").format(count=number(news.failed)))
    if news.closed_at is not None:
        lines.append(_("Đợt khảo sát đã đóng lúc {moment}.").format(moment=words.moment(news.closed_at)))
    lines.append(_("Theo dõi: {address}").format(address=address))
    return lines if news.closed_at else [*lines, _("Gọi điện: {address}").format(address=f"{address}/calls")]


def _rate(rate: Rate) -> str:
    """59/114 đơn vị đã gửi (51,8%), trong đó 1 không phát sinh; 1 đang chỉnh sửa."""
    values = {"responded": number(rate.responded), "expected": number(rate.expected)}
    share = words.percent(rate.responded, rate.expected)
    found = _("{responded}/{expected} đơn vị đã gửi ({share})").format(**values, share=share)
    within = [
        _("{count} không phát sinh").format(count=number(rate.nil)) if rate.nil else "",
        _("{count} đã nhận văn bản chưa nhập số liệu").format(count=number(rate.received)) if rate.received else "",
    ]
    if any(within):
        found += _(", trong đó {parts}").format(parts=", ".join(part for part in within if part))
    if rate.returned:
        found += _("; {count} đang chỉnh sửa").format(count=number(rate.returned))
    return f"{found}."


def _named(label: str, names: Sequence[str]) -> str:
    return f"{label} ({number(len(names))}): {', '.join(names)}."
