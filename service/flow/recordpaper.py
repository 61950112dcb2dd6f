"""A unit's record as a paper: what was known at a moment, with a hash that tells whether two prints say the same."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from exports import paper
from service import words
from service.flow import downloads, papers, record
from service.flow.entries import Entry
from service.flow.judging import canonical
from service.flow.principal import Principal
from service.flow.record import Record
from service.words import _

WIDTHS = (17, 55, 28)


async def pdf_of(campaign_id: int, code: str, as_of: datetime, who: Principal, now: datetime) -> tuple[str, bytes]:
    """The record as PDF: (file name, bytes). Noted as an export.

    Raises NotFound, NotPublished, BeforePublication.
    """
    found = await record.of(campaign_id, code, as_of, now)
    data = await papers.made(laid_out(found, now))
    digest = hashlib.sha256(data).hexdigest()
    await downloads.kept(campaign_id, "pdf", found.as_of, found.highest_event, digest, who, now, unit=code)
    return f"qua-trinh-{campaign_id}-{code}-{words.local(found.as_of):%Y%m%d-%H%M}.pdf", data


def digest(found: Record) -> str:
    """SHA-256 over all that the record says: of whom, as of when, every entry; not over when it was printed."""
    entries = [{**asdict(e), "at": e.at.timestamp(), "recorded_at": e.recorded_at.timestamp()} for e in found.entries]
    whole = [found.campaign.id, found.invitation.code, found.as_of.timestamp(), entries]
    return hashlib.sha256(canonical(whole)).hexdigest()


def laid_out(found: Record, now: datetime) -> paper.Paper:
    campaign, invitation = found.campaign, found.invitation
    as_of = words.moment(found.as_of)
    head = (_("Lúc"), _("Việc"), _("Ai; nguồn"))
    hashed = _("Mã kiểm tra nội dung (SHA-256): {hash}").format(hash=digest(found))
    return paper.Paper(
        title=_("Quá trình của {unit}").format(unit=invitation.full_name),
        left=f"{invitation.full_name} ({invitation.code})",
        right=_("{campaign}, tính đến {moment}").format(campaign=papers.short(campaign.title), moment=as_of),
        foot=hashed,
        page=_(papers.PAGE),
        made_at=now,
        mark=_("Dữ liệu minh họa") if campaign.illustrative else "",
        blocks=(
            paper.Facts(_standing(found, now)),
            paper.Heading(_("Quá trình ({count} mục)").format(count=words.number(len(found.entries)))),
            paper.Table(head, tuple(_row(entry) for entry in found.entries), WIDTHS),
            paper.Text(
                _(
                    "“Máy chủ thư đã nhận” nghĩa là máy chủ của người nhận đã nhận thư; hệ thống không biết thư đã "
                    "được đọc hay chưa. Đường dẫn riêng và mã dùng một lần không có trong bản này."
                ),
                soft=True,
            ),
        ),
    )


def _standing(found: Record, now: datetime) -> tuple[tuple[str, str], ...]:
    campaign, standing = found.campaign, found.standing
    timing = words.corrected(
        standing.timing(found.as_of), late=standing.correction_late(found.as_of), first_on_time=standing.first_on_time
    )
    rows = [
        (_("Đợt khảo sát"), campaign.title),
        (_("Đơn vị"), f"{found.invitation.full_name}, {_('mã')} {found.invitation.code}"),
        (_("Tính đến"), words.moment(found.as_of)),
        (_("Trạng thái"), f"{words.state(standing.state)} ({timing})"),
        (_("Hạn gửi"), words.due(standing.due_at)),
    ]
    if standing.due_at != standing.original_due_at:
        rows.append((_("Hạn ban đầu"), words.due(standing.original_due_at)))
    if standing.correction_due_at:
        rows.append((_("Hạn bổ sung"), words.due(standing.correction_due_at)))
    sent = words.moment(standing.first_sent_at) if standing.first_sent_at else _("Chưa gửi")
    return (*rows, (_("Gửi lần đầu"), sent), (_("In lúc"), words.moment(now)))


def _row(entry: Entry) -> tuple[str, ...]:
    at = f"{words.local(entry.at):%H:%M:%S}\n{words.day(entry.at)}"
    if entry.recorded_at != entry.at:
        at += "\n" + _("ghi lúc {moment}").format(moment=words.moment(entry.recorded_at))
    state = (_("Trạng thái sau đó: {state}").format(state=entry.state),) if entry.state else ()
    return at, "\n".join((entry.what, *entry.lines, *state)), f"{entry.who}\n{entry.source}"
