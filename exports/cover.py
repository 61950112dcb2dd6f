"""The first sheet, "Tổng hợp": what a director reads. Figures on the left, charts on the right, groups below."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from exports import styles
from exports.document import Area, Bars, Cell, Chart, Column, Formula, Merge, Row, Series, Sheet, Style, Value
from exports.layout import heights
from exports.lists import shared
from exports.report import CampaignReport, GroupRate
from exports.words import Words, day, figure, moment

LAST = 11  # the last column of the page, to which titles are stretched
RIGHT = 6  # the column where the charts begin
CHART_WIDTH = 520
COLUMNS = (Column(46), *(Column(13.5),) * 4, Column(2), *(Column(12),) * 6)
MANY = 12  # more groups than this begin a page of their own


class _Page:
    """Rows and merges of a freely laid out sheet, collected from top to bottom."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.merges: list[Merge] = []
        self.heights: dict[int, float] = {}
        self.bars: list[Bars] = []
        self.breaks: list[int] = []

    def add(self, *cells: Value | Cell, height: float | None = None) -> int:
        """Add one row and return its number."""
        self.rows.append(cells)
        if height is not None:
            self.heights[len(self.rows) - 1] = height
        return len(self.rows) - 1

    def stretch(self, row: int, first: int, last: int) -> None:
        self.merges.append(Merge(row, first, last))

    def space(self) -> None:
        self.add()

    def table(self, headings: Sequence[str], rows: Iterable[Row]) -> tuple[int, int]:
        """A table of a label column and number columns; gives its first and last row."""
        first, *others = headings
        self.add(Cell(first, styles.HEAD_LEFT), *(Cell(label, styles.HEAD) for label in others))
        begin = len(self.rows)
        for row in rows:
            self.add(*row)
        return begin, len(self.rows) - 1


def cover(report: CampaignReport, _: Words, name: str, curve: str) -> Sheet:
    """The cover as sheet `name`; `curve` is the name of the sheet of days that the line chart draws from."""
    page = _Page()
    _head(page, report, _)
    page.space()
    charts_at = _headline(page, report, _)
    page.space()
    _figures(page, report, _)
    page.space()
    states = _states(page, report, _, name)
    _groups(page, _, name, _("Theo loại đơn vị"), report.rate.by_kind)
    line_height = 300
    while len(page.rows) < charts_at + 32 and report.rate.by_group:
        page.space()  # the groups begin below the charts
    if len(report.rate.by_group) > MANY:
        page.breaks.append(len(page.rows))
    _groups(page, _, name, _("Theo nhóm đơn vị"), report.rate.by_group)
    _foot(page, report, _)
    charts = [_state_chart(_, states, charts_at + (16 if report.curve else 0))] if states else []
    if report.curve:
        charts.insert(0, _curve_chart(report, _, curve, charts_at, line_height))
    return Sheet(
        name=name,
        columns=COLUMNS,
        rows=tuple(page.rows),
        merges=tuple(page.merges),
        heights={**heights(COLUMNS, page.rows), **page.heights},
        charts=tuple(charts),
        bars=tuple(page.bars),
        breaks=tuple(page.breaks),
        color=styles.NAVY,
    )


def _head(page: _Page, report: CampaignReport, _: Words) -> None:
    lines = 1 + len(report.title) // 85
    page.stretch(page.add(Cell(report.title, styles.TITLE), height=26.0 * lines), 0, LAST)
    if report.illustrative:
        words = _("DỮ LIỆU MINH HỌA: số liệu trong tệp này không phải số liệu thật.")
        page.stretch(page.add(Cell(words, styles.BANNER), height=22), 0, LAST)
    for label, value in _facts(report, _):
        row = page.add(Cell(label, styles.FACT), Cell(value, styles.FACT_VALUE))
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
    if report.filters:
        yield _("Bộ lọc"), report.filters


def _headline(page: _Page, report: CampaignReport, _: Words) -> int:
    """59/114 and 51,8% in large; gives the row, where the charts begin beside it."""
    rate = report.rate
    fraction = f"{figure(rate.responded)}/{figure(rate.expected)}"
    percent = _share(rate.responded, rate.expected)
    big = replace(styles.BIG, number_format=percent.style.number_format)
    row = page.add(Cell(fraction, styles.BIG), Cell(percent.value, big), height=42)
    page.stretch(row, 1, 4)
    said = _("đơn vị đã gửi báo cáo")
    if rate.recorded_later:
        later = _("bổ sung sau: {change}").format(change=f"{rate.recorded_later:+d}")
        said = f"{said} ({later})"
    page.add(Cell(said, styles.CAPTION), Cell(_("tỷ lệ gửi báo cáo"), styles.CAPTION))
    return row


def _share(part: int, whole: int) -> Cell:
    """The share as a number of its own format; a dash where there is nothing to share."""
    if not whole:
        return Cell("–", replace(styles.SHARE, number_format=""))
    return Cell(part / whole, shared(part, whole))


def _figures(page: _Page, report: CampaignReport, _: Words) -> None:
    rate = report.rate
    inside = styles.indented(styles.TEXT)

    def line(label: str, count: int, *shares: Cell | None, style: Style = styles.TEXT) -> Row:
        return Cell(label, style), Cell(count, styles.NUMBER), *(s or Cell(None, styles.SHARE) for s in shares)

    def on_time(label: str, count: int) -> Row:
        return line(label, count, _share(count, rate.responded), _share(count, rate.expected))

    of_expected = _share(rate.responded, rate.expected)
    rows: list[Row] = [
        line(_("Số đơn vị phải báo cáo"), rate.expected, None, None),
        line(_("Đã gửi báo cáo"), rate.responded, None, of_expected),
        line(_("Trong đó: không phát sinh"), rate.nil, _share(rate.nil, rate.responded), None, style=inside),
        line(
            _("Trong đó: đã nhận văn bản, chưa nhập số liệu"),
            *(rate.received, _share(rate.received, rate.responded), None),
            style=inside,
        ),
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


def _states(page: _Page, report: CampaignReport, _: Words, name: str) -> tuple[Area, Area] | None:
    """The table of states with its sum; gives the areas of labels and counts for the chart."""
    states = report.rate.states
    if not states:
        return None
    total = sum(count for _label, count in states)
    rows: list[Row] = [
        (Cell(label, styles.TEXT), Cell(count, styles.NUMBER), _share(count, total)) for label, count in states
    ]
    first, last = page.table((_("Trạng thái"), _("Số đơn vị"), _("Tỷ lệ")), rows)
    counts = Area(name, 1, first, last)
    whole = Formula(f"=SUM(B{first + 1}:B{last + 1})", total)
    page.add(
        Cell(_("Cộng"), styles.strong(styles.TEXT)),
        Cell(whole, styles.strong(styles.NUMBER)),
        Cell(None, styles.strong(styles.SHARE)),
    )
    page.space()
    return Area(name, 0, first, last), counts


def _groups(page: _Page, _: Words, name: str, title: str, groups: Sequence[GroupRate]) -> None:
    if not groups:
        return
    headings = (title, _("Đã gửi"), _("Phải gửi"), _("Tỷ lệ gửi"), _("Đúng hạn"))
    rows: list[Row] = [
        (
            Cell(group.label, styles.TEXT),
            Cell(group.responded, styles.NUMBER),
            Cell(group.expected, styles.NUMBER),
            _share(group.responded, group.expected),
            Cell(group.on_time, styles.NUMBER),
        )
        for group in groups
    ]
    first, last = page.table(headings, rows)
    page.bars.append(Bars(Area(name, 3, first, last), styles.BAR))
    responded, expected = sum(g.responded for g in groups), sum(g.expected for g in groups)
    number, label = styles.strong(styles.NUMBER), styles.strong(styles.TEXT)
    share = _share(responded, expected)

    def whole(column: str, value: int) -> Cell:
        return Cell(Formula(f"=SUM({column}{first + 1}:{column}{last + 1})", value), number)

    page.add(
        Cell(_("Cộng"), label),
        whole("B", responded),
        whole("C", expected),
        Cell(share.value, styles.strong(share.style)),
        whole("E", sum(g.on_time for g in groups)),
    )
    page.space()


def _foot(page: _Page, report: CampaignReport, _: Words) -> None:
    words = _("Lập lúc {moment}, từ các ghi nhận đến số {event}.")
    note = words.format(moment=moment(report.made_at), event=figure(report.highest_event))
    page.add(Cell(note, styles.NOTE))


def _curve_chart(report: CampaignReport, _: Words, sheet: str, row: int, height: int) -> Chart:
    first, count = 3, len(report.curve)
    days = Area(sheet, 0, first, first + count - 1)

    def column(at: int) -> Area:
        return replace(days, column=at)

    series = [
        Series(_("Tổng số đã gửi"), days, column(2), styles.BLUE),
        Series(_("Phải gửi"), days, column(3), styles.GREY, dash="dash"),
    ]
    if report.due_at:
        due = _("Hạn gửi: {moment}").format(moment=moment(report.due_at))
        series.append(Series(due, days, column(5), styles.AMBER, marker="diamond", line=False))
    return Chart(
        *("line", _("Số đơn vị đã gửi báo cáo theo ngày"), tuple(series), row, RIGHT, CHART_WIDTH, height),
        dates=True,
        step=max(1, -(-count // 10)),
    )


def _state_chart(_: Words, states: tuple[Area, Area], row: int) -> Chart:
    labels, counts = states
    series = Series(_("Số đơn vị"), labels, counts, styles.BLUE, labels=True)
    return Chart("bar", _("Trạng thái"), (series,), row, RIGHT, CHART_WIDTH, 300, legend=False)
