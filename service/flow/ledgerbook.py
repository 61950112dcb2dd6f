"""The ledger as the sheet of an export, a row each."""

from collections.abc import Sequence
from datetime import datetime

from exports.report import AnswerColumn, AnswerValue, RepeatRow, RepeatSheet
from service import ledgerwords
from service.flow import ledger, ledgeritem
from service.flow.ledger import RELATED, Line, Wanted
from service.words import _


async def of_campaign(campaign_id: int, as_of: datetime, now: datetime) -> RepeatSheet | None:
    """What a campaign's reports raised by then, and what earlier rounds left open, as it stands now; None for
    nothing."""
    chosen = (await ledger.chosen(Wanted(campaign=campaign_id), now)).filter(created_at__lte=as_of)
    items = await chosen.order_by("number").select_related(*RELATED)
    return await sheet(await ledger.lines(items, now, campaign_id)) if items else None


async def sheet(lines: Sequence[Line]) -> RepeatSheet:
    """Recommendations that lead, with their units, states and replies, in the order given."""
    replies = await ledgeritem.latest_replies([line.item for line in lines])
    labels = {
        "number": (_("Số"), "integer"),
        "units": (_("Số đơn vị nêu"), "integer"),
        "names": (_("Các đơn vị nêu"), "text"),
        "campaign": (_("Đợt khảo sát"), "text"),
        "field": (_("Lĩnh vực"), "choice"),
        "matter": (_("Nội dung khó khăn, vướng mắc"), "text"),
        "proposal": (_("Kiến nghị, đề xuất"), "text"),
        "authority": (_("Cấp có thẩm quyền"), "choice"),
        "state": (_("Trạng thái"), "choice"),
        "level": (_("Cơ quan trả lời"), "choice"),
        "staff": (_("Chuyên viên theo dõi"), "text"),
        "due": (_("Hạn trả lời"), "datetime"),
        "answered": (_("Trả lời lúc"), "datetime"),
        "reply": (_("Nội dung trả lời"), "text"),
    }
    columns = tuple(AnswerColumn(name=name, label=label, kind=kind) for name, (label, kind) in labels.items())
    rows = tuple(_row(line, replies.get(line.item.id, "")) for line in lines)
    return RepeatSheet(name="ledger", title=_("Sổ theo dõi kiến nghị"), columns=columns, rows=rows)


def _row(line: Line, reply: str) -> RepeatRow:
    item = line.item
    code, name = line.units[0]
    values: dict[str, AnswerValue] = {
        "number": item.number,
        "units": len(line.units),
        "names": "; ".join(name for _code, name in line.units),
        "campaign": item.invitation.campaign.title,
        "field": item.field,
        "matter": item.matter,
        "proposal": item.proposal,
        "authority": item.authority,
        "state": ledgerwords.state(item.state) + (_(", quá hạn") if line.overdue else ""),
        "level": ledgerwords.level(item.level),
        "staff": item.staff.name if item.staff else "",
        "due": item.due_at,
        "answered": item.answered_at if item.state == "answered" else None,
        "reply": reply,
    }
    return RepeatRow(code=code, unit=name, values=values)
