"""What each command of `phieu` does: one flow called, its result printed."""

import argparse
import asyncio
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from reminders.calendar import CalendarGap
from service import database, mailwords, mistakes, words
from service.errors import Invalid, NotFound, ServiceError
from service.flow import (
    accounts,
    campaigns,
    entry,
    exporting,
    exportprocess,
    forms,
    library,
    principal,
    progress,
    reminding,
    units,
)
from service.flow.terms import parse_moment
from service.models import AuditRecord, Campaign, ContactLink, Staff
from service.settings import Settings
from service.words import _

ADMINISTRATOR = "admin"
SAMPLE_PREPARED = "demo.prepared"


class CannotRun(Exception):
    """The command cannot do its work; the message says why and what to do."""


def _now() -> datetime:
    return datetime.now(UTC)


def sentence(error: Exception) -> str:
    """An error as the terminal shows it."""
    if isinstance(error, NotFound):
        return _("Không tìm thấy số hoặc tên này. Vui lòng kiểm tra lại.")
    if isinstance(error, ServiceError):
        return _(error.message).format(**error.params)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, CannotRun):
        return str(error)
    message = _("Cơ sở dữ liệu (PHIEU_DATABASE_URL) đang bận hoặc không kết nối được: {reason}")
    return message.format(reason=" ".join(str(error).split()) or type(error).__name__)


def problem_line(problem: dict[str, object]) -> str:
    place = " ".join(str(problem[k]) for k in ("sheet", "row", "column", "field") if problem.get(k) not in (None, ""))
    return f"  - {place}: {problem['message']}" if place else f"  - {problem['message']}"


async def migrate(settings: Settings, options: argparse.Namespace) -> int:
    """Bring the schema up to date and seed what ships with the product."""
    await database.migrate(settings.database_url)
    async with database.opened(settings.database_url):
        await units.seed(_now())
    print(_("Cơ sở dữ liệu đã sẵn sàng."))
    return 0


async def welcome(settings: Settings, *, demo: bool) -> None:
    """Print where to click: the address, the set-up link of the first administrator, the sample's links."""
    async with database.opened(settings.database_url):
        await database.require_migrated()
        print(_("Phiếu đang chạy tại {address}").format(address=settings.public_url))
        staff = await Staff.get_or_none(username=ADMINISTRATOR)
        if staff is None:
            name = _("Quản trị viên")
            staff = await accounts.create(ADMINISTRATOR, name, "administrator", _now())
        if not staff.password_hash:
            token = await accounts.set_up_link(staff, _now())
            print(_("Lần đầu: mở đường dẫn này để đặt mật khẩu quản trị (tài khoản “admin”, dùng một lần):"))
            print(f"  {settings.public_url}/setup/{token}")
        else:
            print(_("Đăng nhập: {address}").format(address=f"{settings.public_url}/login"))
        if demo:
            await _sample_links(settings)
    print(_("Dừng: Ctrl+C"), flush=True)


async def _sample_links(settings: Settings) -> None:
    """The personal links of the sample's live campaign, so that a newcomer can be a commune official."""
    prepared = await AuditRecord.filter(action=SAMPLE_PREPARED).first()
    if prepared is None:
        return
    live = await Campaign.get(id=prepared.data["live"])
    links = (
        await ContactLink.filter(invitation__campaign=live, contact=None).order_by("id").select_related("invitation")
    )
    print(_("Thử làm công chức đầu mối: mở một đường dẫn riêng của “{title}”:").format(title=live.title))
    for link in links[:3]:
        address = entry.address_of(settings.public_url, settings.secret_key, link)
        print(f"  {link.invitation.full_name}: {address}")
    print(_("Rồi xem kết quả tại {address}").format(address=f"{settings.public_url}/campaigns/{live.id}"))


async def worker(settings: Settings, options: argparse.Namespace) -> int:
    """Plan and send until told to stop; several of these share the work."""
    room = reminding.Postroom(settings, _now)
    room.start()
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    print(_("Đang gửi thư theo lịch. Dừng: Ctrl+C"), flush=True)
    await stopped.wait()
    await room.stop()
    return 0


async def import_roster(settings: Settings, options: argparse.Namespace) -> int:
    """`units import` and `contacts import`: the preview, then all or nothing."""
    data = await asyncio.to_thread(options.file.read_bytes)
    apply = not options.dry_run
    found = await units.import_file(options.kind, options.file.name, data, apply, principal.SYSTEM, _now())
    for row in found.rows:
        if row.action != "unchanged":
            print(units.row_line(row))
    print(units.counts_line(found))
    return 1 if found.refused else 0


async def form_check(settings: Settings, options: argparse.Namespace) -> int:
    """`form check`: problems and warnings with their cells; 1 when the workbook cannot be used."""
    data, *beside = [await asyncio.to_thread(path.read_bytes) for path in (options.file, *options.media)]
    names = [path.name for path in options.media]
    try:
        checked = await forms.check(data, forms.media_of(zip(names, beside, strict=True)))
    except Invalid as error:
        print(*mistakes.refused(error.problems), sep="\n")
        return 1
    print(*mistakes.usable(checked.form, checked.warnings), sep="\n")
    return 0


async def form_export(settings: Settings, options: argparse.Namespace) -> int:
    """`form export`: the workbook, or a ZIP of it and its CSV files where the form has any."""
    found = await library.export(options.id)
    output: Path = options.output
    zipped = output.suffix.lower() == ".zip"
    if found.files and not zipped:
        names = ", ".join(found.files)
        raise CannotRun(
            _("Mẫu phiếu đi cùng tệp CSV ({names}). Vui lòng đặt tên tệp xuất là .zip.").format(names=names)
        )
    data = found.bundle if zipped else found.workbook
    await asyncio.to_thread(_replace, output, data)
    print(_("Đã ghi {path} ({size}).").format(path=output, size=words.size(len(data))))
    return 0


async def publish(settings: Settings, options: argparse.Namespace) -> int:
    campaign = await campaigns.publish(settings, options.id, principal.SYSTEM, _now())
    print(
        _("Đã phát hành “{title}”. Hạn gửi: {due}. Thư mời chờ 5 phút trước khi gửi.").format(
            title=campaign.title, due=words.due(campaign.due_at)
        )
    )
    return 0


async def rate(settings: Settings, options: argparse.Namespace) -> int:
    """`rate`: 59/114 first, then what it is made of."""
    campaign = await campaigns.published(options.id)
    as_of = parse_moment(options.as_of, "--as-of") if options.as_of else _now()
    as_of = campaigns.figures_at(campaign, as_of, _now())
    found = (await progress.of(campaign.id, as_of)).rate
    print(f"{words.number(found.responded)}/{words.number(found.expected)}")
    print(words.percent(found.responded, found.expected))
    print(_("Tính đến {moment}: {title}").format(moment=words.moment(as_of), title=campaign.title))
    for label, count in (
        (_("không phát sinh"), found.nil),
        (_("đã nhận văn bản, chưa nhập số liệu"), found.received),
        (_("đang chỉnh sửa, bổ sung (không tính)"), found.returned),
        (_("đúng hạn (hạn gốc)"), found.on_time_original),
        (_("đúng hạn (kể cả gia hạn)"), found.on_time_extended),
    ):
        print(f"  {label}: {words.number(count)}")
    if found.recorded_later:
        print(f"  {_('bổ sung sau')}: +{found.recorded_later}")
    return 0


async def remind(settings: Settings, options: argparse.Namespace) -> int:
    """`remind --dry-run`: who would be mailed, and how many are left alone for which reason."""
    at = parse_moment(options.at, "--at") if options.at else _now()
    calendar = await units.calendar()
    chosen = Campaign.filter(published_at__not_isnull=True).order_by("id")
    if options.campaign is not None:
        chosen = chosen.filter(id=options.campaign)
    for campaign in await chosen:
        try:
            found = await reminding.decide(campaign, at, calendar)
        except CalendarGap as gap:
            raise CannotRun(_("Chưa có lịch nghỉ lễ năm {year}.").format(year=gap.year)) from gap
        print(f"{campaign.id}. {campaign.title}")
        for notice in found.notices:
            print(f"  {notice.pending.unit} {notice.recipient.address} ({notice.step.id})")
        reasons = Counter(skipped.reason for skipped in found.skipped)
        print("  " + _("{count} thư sẽ gửi").format(count=len(found.notices)))
        for reason, count in reasons.most_common():
            print(f"  {_('không gửi')} {count}: {_(mailwords.REASONS[reason])}")
    return 0


async def export(settings: Settings, options: argparse.Namespace) -> int:
    """`export`: the file of that kind, written beside and renamed, so that a half file never stands there."""
    as_of = parse_moment(options.as_of, "--as-of") if options.as_of else _now()
    order, aside = await exporting.ordered(options.id, options.format, as_of, _now())
    output: Path = options.output
    if aside:
        place = await exportprocess.made(settings, order, principal.SYSTEM, _now)
        size = await asyncio.to_thread(_moved, place, output)
    else:
        made = await exporting.made(settings, order, principal.SYSTEM)
        await asyncio.to_thread(_replace, output, made.data)
        size = len(made.data)
    print(_("Đã ghi {path} ({size}).").format(path=output, size=words.size(size)))
    return 0


def _moved(place: Path, output: Path) -> int:
    """Take a file over, also to another disk; its size."""
    partial = output.with_name(output.name + ".part")
    try:
        shutil.move(place, partial)
        partial.replace(output)
        return output.stat().st_size
    finally:
        place.unlink(missing_ok=True)


def _replace(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


async def token_create(settings: Settings, options: argparse.Namespace) -> int:
    token = await accounts.create_token(options.name, options.role, _now())
    print(_("Mã truy cập API (chỉ hiện một lần, vui lòng cất giữ):"))
    print(token)
    return 0


async def token_list(settings: Settings, options: argparse.Namespace) -> int:
    for token in await accounts.tokens():
        print(f"{token.id}\t{token.role}\t{words.day(token.created_at)}\t{token.name}")
    return 0


async def token_revoke(settings: Settings, options: argparse.Namespace) -> int:
    await accounts.revoke_token(options.id, _now())
    print(_("Mã truy cập đã bị thu hồi."))
    return 0


async def user_create(settings: Settings, options: argparse.Namespace) -> int:
    staff = await accounts.create(options.username, options.name, options.role, _now(), phone=options.phone)
    return await _print_set_up_link(settings, staff)


async def user_reset(settings: Settings, options: argparse.Namespace) -> int:
    return await _print_set_up_link(settings, await accounts.of_name(options.username))


async def _print_set_up_link(settings: Settings, staff: Staff) -> int:
    token = await accounts.set_up_link(staff, _now())
    print(_("Đường dẫn đặt mật khẩu (dùng một lần, hết hạn sau 7 ngày):"))
    print(f"{settings.public_url}/setup/{token}")
    return 0


async def user_active(settings: Settings, options: argparse.Namespace) -> int:
    """`user disable` and `user enable`."""
    staff = await accounts.of_name(options.username)
    await accounts.set_active(staff, options.active, _now())
    done = _("Tài khoản “{name}” được dùng lại.") if options.active else _("Tài khoản “{name}” không còn vào được.")
    print(done.format(name=staff.username))
    return 0
