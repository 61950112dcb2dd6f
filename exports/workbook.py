"""CampaignReport -> the sheets of the workbook, in the order in which they are read. Pure."""

import textwrap

from exports import lists, text
from exports.cover import cover
from exports.document import Document
from exports.report import CampaignReport
from exports.totals import totals
from exports.words import Words, illustrative, moment


def _vietnamese(words: str) -> str:
    return words


def workbook(report: CampaignReport, _: Words = _vietnamese) -> Document:
    """The whole workbook; `_` translates its own words (they are Vietnamese without it).

    Sheets: summary, units, answers, one for each repeat, statistics, days, messages.
    """
    fixed = (_("Tổng hợp"), _("Đơn vị"), _("Trả lời"), _("Thống kê"), _("Diễn biến"), _("Nhật ký thư"))
    names = text.sheet_names((*fixed, *(repeat.title for repeat in report.repeats)))
    front, units, answers, figures, days, messages, *repeats = names
    sheets = (
        cover(report, _, front, days),
        lists.units(report, _, units),
        lists.answers(report, _, answers),
        *(lists.repeat(report, _, name, sheet) for name, sheet in zip(repeats, report.repeats, strict=True)),
        totals(report, _, figures, lists.answer_areas(report, answers)),
        lists.days(report, _, days),
        lists.messages(report, _, messages),
    )
    short = textwrap.shorten(report.title, 90, placeholder="…")
    return Document(
        title=report.title,
        subject=_("Tính đến {moment}").format(moment=moment(report.as_of)),
        made_at=report.made_at,
        sheets=sheets,
        mark=illustrative(_) if report.illustrative else "",
        footer=_("{title} · tính đến {moment}").format(title=short, moment=moment(report.as_of)),
        page_label=_("Trang &P/&N"),
    )
