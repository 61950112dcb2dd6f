"""The first sheet, "Tổng hợp": what a director reads. Figures on the left, charts beside them, groups below."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from exports import pictures, styles
from exports.document import ROW_HEIGHT, Area, Cell, Column, Formula, Row, Sheet, Style
from exports.layout import measured, pixels
from exports.lists import shared
from exports.page import GAP, Page
from exports.report import CampaignReport, GroupRate
from exports.words import Words, day, figure, moment

COLUMNS = (Column(43), *(Column(11.5),) * 4, Column(2), *(Column(11),) * 6)
LEFT, RIGHT, LAST = 4, 6, 11  # where tables end, where charts begin, the last column
ROOM = sum(map(pixels, COLUMNS[RIGHT:]))
LEAST = 120.0  # points; lower charts cannot be read
MANY = 40  # more groups than this have no chart


def cover(report: CampaignReport, _: Words, name: str, curve: str) -> Sheet:
    """The cover as sheet `name`; `curve` is the name of the sheet of days that the line chart draws from."""
    page = Page(COLUMNS)
    _head(page, report, _)
    page.space()
    top = page.next
    _headline(page, report, _)
    page.space()
    _figures(page, report, _)
    if report.curve:
        page.charts.append(pictures.curve(report, _, curve, pictures.Place(top, RIGHT, ROOM, page.pixels(top))))
    page.space()
    _states(page, report, _, name)
    _groups(page, _, _("Theo loại đơn vị"), report.rate.by_kind)
    _groups(page, _, _("Theo nhóm đơn vị"), report.rate.by_group, name)
    words = _("Lập lúc {moment}, từ các ghi nhận đến số {event}.")
    note = words.format(moment=moment(report.made_at), event=figure(report.highest_event))
    page.add(Cell(note, styles.NOTE))
    return page.sheet(name, styles.NAVY)


def _head(page: Page, report: CampaignReport, _: Words) -> None:
    title = styles.TITLE
    lines = 1 + int(measured(report.title, bold=True, size=title.size) // sum(map(pixels, COLUMNS)))
    page.stretch(page.add(Cell(report.title, title), height=min(24.0 * lines, 400)), 0, LAST)
    if report.illustrative:
        words = _("DỮ LIỆU MINH HỌA: số liệu trong tệp này không phải số liệu thật.")
        page.stretch(page.add(Cell(words, styles.BANNER), height=22), 0, LAST)
        page.space()
    facts = list(_facts(report, _))
    half = (len(facts) + 1) // 2
    for at, (label, value) in enumerate(facts[:half]):
        cells = [Cell(label, styles.FACT), Cell(value, styles.FACT_VALUE)]
        if at + half < len(facts):
            other, said = facts[at + half]
            cells += [Cell(None, styles.FACT)] * (RIGHT - 2)
            cells += [Cell(other, styles.FACT), Cell(None, styles.FACT), Cell(said, styles.FACT_VALUE)]
        row = page.add(*cells)
        page.stretch(row, 1, LEFT)
        if at + half < len(facts):
            page.stretch(row, RIGHT + 2, LAST)
    if report.filters:
        row = page.add(Cell(_("Bộ lọc"), styles.FACT), Cell(report.filters, styles.FACT_VALUE))
        page.stretch(row, 1, LAST)


def _facts(report: CampaignReport, _: Words) -> Iterable[tuple[str, str | datetime]]:
    yield _("Tính đến"), report.as_of
    if report.letter:
        yield _("Theo văn bản"), report.letter
    if report.period_from or report.period_to:
        first = day(report.period_from) if report.period_from else "…"
        last = day(report.period_to) if report.period_to else "…"
        yield _("Kỳ số liệu"), _("từ {first} đến {last}").format(first=first, last=last)
    if report.due_at:
        yield _("Hạn gửi báo cáo"), report.due_at
    if report.closes_at:
        yield _("Đóng nhận báo cáo"), report.closes_at
    if report.staff:
        yield _("Chuyên viên theo dõi"), report.staff
    if report.older:
        words = _("{count} báo cáo, tính theo tên câu")
        if report.older_left:
            words = _("{count} báo cáo, tính theo tên câu; {left} câu trả lời không có chỗ trong phiên bản này")
        yield (
            _("Điền phiên bản khác của phiếu"),
            words.format(count=figure(report.older), left=figure(report.older_left)),
        )


def _headline(page: Page, report: CampaignReport, _: Words) -> None:
    """59/114 and 51,8% in large, and in a line below what is in them."""
    rate = report.rate
    fraction = f"{figure(rate.responded)}/{figure(rate.expected)}"
    percent = shared_cell(rate.responded, rate.expected)
    big = replace(styles.BIG, number_format=percent.style.number_format)
    page.stretch(page.add(Cell(fraction, styles.BIG), Cell(percent.value, big), height=40), 1, LEFT)
    captions = (_("đơn vị đã gửi báo cáo"), _("tỷ lệ gửi báo cáo"))
    page.stretch(page.add(*(Cell(words, styles.CAPTION) for words in captions)), 1, LEFT)
    if said := _inside(report, _):
        page.stretch(page.add(Cell(said, styles.CAPTION)), 0, LEFT)


def _inside(report: CampaignReport, _: Words) -> str:
    """What is in the number that responded, what stands beside it, and what came later; "" when it is nothing."""
    rate = report.rate
    inside = (
        (rate.nil, _("{count} không phát sinh")),
        (rate.received, _("{count} đã nhận văn bản, chưa nhập số liệu")),
    )
    beside = (
        (rate.returned, _("{count} đang chỉnh sửa, bổ sung"), figure(rate.returned)),
        (rate.recorded_later, _("bổ sung sau: {count}"), f"{rate.recorded_later:+d}"),
    )
    parts = [words.format(count=figure(count)) for count, words in inside if count]
    said = [_("trong đó {parts}").format(parts=", ".join(parts))] if parts else []
    said += [words.format(count=shown) for count, words, shown in beside if count]
    return "; ".join(said)


def shared_cell(part: int, whole: int) -> Cell:
    """The share as a number of its own format; a dash where there is nothing to share."""
    if not whole:
        return Cell("–", replace(styles.SHARE, number_format=""))
    return Cell(part / whole, shared(part, whole))


def _figures(page: Page, report: CampaignReport, _: Words) -> None:
    rate = report.rate
    inside = styles.indented(styles.TEXT)
    of_expected = shared_cell(rate.responded, rate.expected)

    def line(label: str, count: int, *shares: Cell | None, style: Style = styles.TEXT) -> Row:
        return Cell(label, style), Cell(count, styles.NUMBER), *(s or Cell(None, styles.SHARE) for s in shares)

    def part(label: str, count: int) -> Row:
        return line(label, count, shared_cell(count, rate.responded), None, style=inside)

    def on_time(label: str, count: int) -> Row:
        return line(label, count, shared_cell(count, rate.responded), shared_cell(count, rate.expected))

    rows: list[Row] = [
        line(_("Số đơn vị phải báo cáo"), rate.expected, None, None),
        line(_("Đã gửi báo cáo"), rate.responded, None, of_expected),
        part(_("Trong đó: không phát sinh"), rate.nil),
        part(_("Trong đó: đã nhận văn bản, chưa nhập số liệu"), rate.received),
        on_time(_("Đúng hạn (theo hạn ban đầu)"), rate.on_time_original),
        on_time(_("Đúng hạn (theo hạn đã gia hạn)"), rate.on_time_extended),
        line(_("Đang chỉnh sửa, bổ sung (không tính là đã gửi)"), rate.returned, None, None),
    ]
    if rate.recorded_later:
        signed = Cell(rate.recorded_later, replace(styles.NUMBER, number_format=styles.SIGNED))
        label = Cell(_("Bổ sung sau (ghi nhận sau thời điểm tính)"), styles.TEXT)
        rows.append((label, signed, Cell(None, styles.SHARE), Cell(None, styles.SHARE)))
    headings = (_("Chỉ tiêu"), _("Số đơn vị"), _("Trên số đã gửi"), _("Trên số phải gửi"))
    page.table(headings, rows)


def _states(page: Page, report: CampaignReport, _: Words, name: str) -> None:
    """The table of states with its sum, and their chart beside it."""
    states = report.rate.states
    if not states:
        return
    page.keep_together(max((len(states) + 2) * ROW_HEIGHT, LEAST))
    top = page.next
    total = sum(count for _label, count in states)
    rows: list[Row] = [
        (Cell(label, styles.TEXT), Cell(count, styles.NUMBER), shared_cell(count, total)) for label, count in states
    ]
    first, last = page.table((_("Trạng thái"), _("Số đơn vị"), _("Tỷ lệ")), rows)
    page.add(
        Cell(_("Cộng"), styles.strong(styles.TEXT)),
        _sum("B", first, last, total),
        Cell(None, styles.strong(styles.SHARE)),
    )
    page.fill(top, LEAST)
    place = pictures.Place(top, RIGHT, ROOM, page.pixels(top))
    page.charts.append(pictures.states(_, Area(name, 0, first, last), place))
    page.space()


def _sum(column: str, first: int, last: int, value: int) -> Cell:
    return Cell(Formula(f"=SUM({column}{first + 1}:{column}{last + 1})", value), styles.strong(styles.NUMBER))


def _groups(page: Page, _: Words, title: str, groups: Sequence[GroupRate], charted: str = "") -> None:
    """One table of rates with its sums; `charted` is the name of this sheet where a chart stands beside it."""
    if not groups:
        return
    charted = charted if len(groups) <= MANY else ""
    page.keep_together(max((len(groups) + 2) * ROW_HEIGHT, LEAST if charted else 0) + GAP)
    top = page.next
    first, last = page.table(
        (title, _("Đã gửi"), _("Phải gửi"), _("Tỷ lệ gửi"), _("Đúng hạn")),
        [
            (
                Cell(group.label, styles.TEXT),
                Cell(group.responded, styles.NUMBER),
                Cell(group.expected, styles.NUMBER),
                shared_cell(group.responded, group.expected),
                Cell(group.on_time, styles.NUMBER),
            )
            for group in groups
        ],
    )
    responded, expected = sum(g.responded for g in groups), sum(g.expected for g in groups)
    share = shared_cell(responded, expected)
    page.add(
        Cell(_("Cộng"), styles.strong(styles.TEXT)),
        _sum("B", first, last, responded),
        _sum("C", first, last, expected),
        Cell(share.value, styles.strong(share.style)),
        _sum("E", first, last, sum(g.on_time for g in groups)),
    )
    if charted:
        page.fill(top, LEAST)
        place = pictures.Place(top, RIGHT, ROOM, page.pixels(top))
        page.charts.append(pictures.rates(_, Area(charted, 0, first, last), place))
    page.space()
