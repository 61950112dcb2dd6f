"""CampaignReport -> the sheets of the workbook, in the order in which they are read. Pure."""

import textwrap

from exports import graphs, lists, parts, text
from exports.cover import cover
from exports.document import Document, Sheet
from exports.report import CampaignReport, LedgerReport
from exports.totals import totals
from exports.words import Words, illustrative, moment


def _vietnamese(words: str) -> str:
    return words


def workbook(report: CampaignReport, _: Words = _vietnamese) -> Document:
    """The whole workbook; `_` translates its own words (they are Vietnamese without it).

    Sheets: summary, units, answers, one for each repeat, statistics, charts, by kind and group, doubts, texts, ledger,
    days, messages. Those that would have nothing to show are left out, but for the lists of units, days and messages.
    """
    short = textwrap.shorten(report.title, 90, placeholder="…")
    return Document(
        title=report.title,
        subject=_("Tính đến {moment}").format(moment=moment(report.as_of)),
        made_at=report.made_at,
        sheets=_sheets(report, _),
        mark=illustrative(_) if report.illustrative else "",
        footer=_("{title} · tính đến {moment}").format(title=short, moment=moment(report.as_of)),
        page_label=_("Trang &P/&N"),
    )


def ledger(report: LedgerReport, _: Words = _vietnamese) -> Document:
    """The ledger of recommendations as a workbook of its own, a row each."""
    subject = _("Tính đến {moment}").format(moment=moment(report.as_of))
    return Document(
        title=report.title,
        subject=subject,
        made_at=report.as_of,
        sheets=(lists.repeat(report, _, text.sheet_names((_("Sổ kiến nghị"),))[0], report.sheet),),
        mark=illustrative(_) if report.illustrative else "",
        footer=f"{report.title} · {subject}",
        page_label=_("Trang &P/&N"),
    )


def _sheets(report: CampaignReport, _: Words) -> tuple[Sheet, ...]:
    fixed = (_("Tổng hợp"), _("Đơn vị"), _("Trả lời"), _("Thống kê"), _("Diễn biến"), _("Nhật ký thư"))
    added = (_("Biểu đồ"), _("Theo nhóm"), _("Cần xem lại"), _("Ý kiến"), _("Sổ kiến nghị"))
    names = text.sheet_names((*fixed, *added, *(repeat.title for repeat in report.repeats)))
    front, units, answers, figures, days, messages, drawn, grouped, doubts, texts, ledger, *repeats = names
    areas = lists.answer_areas(report, answers)
    optional: list[Sheet] = []
    if graphs.has_any(report):
        optional.append(graphs.graphs(report, _, drawn))
    if parts.has_any(report):
        optional.append(parts.parts(report, _, grouped, answers, areas))
    if report.doubts:
        optional.append(lists.doubts(report, _, doubts))
    if any(question.texts for question in report.questions):
        optional.append(lists.texts(report, _, texts))
    if report.ledger:
        optional.append(lists.repeat(report, _, ledger, report.ledger))
    return (
        cover(report, _, front, days),
        lists.units(report, _, units),
        lists.answers(report, _, answers),
        *(lists.repeat(report, _, name, sheet) for name, sheet in zip(repeats, report.repeats, strict=True)),
        totals(report, _, figures, areas),
        *optional,
        lists.days(report, _, days),
        lists.messages(report, _, messages),
    )
