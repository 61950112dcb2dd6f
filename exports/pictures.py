"""The charts of the cover: the curve of days, the states, the rates of groups."""

from dataclasses import dataclass, replace

from exports import styles
from exports.document import Area, Chart, Series
from exports.lists import days_shown, due_day
from exports.report import CampaignReport
from exports.words import Words, moment

DAYS_FROM = 3  # the first row of days on their sheet
LABELLED = 10  # days that are labelled at most


@dataclass(frozen=True, slots=True)
class Place:
    """The cell where a chart begins, and its size in pixels."""

    row: int
    column: int
    width: int
    height: int


def curve(report: CampaignReport, _: Words, sheet: str, place: Place) -> Chart:
    """All that had come by the end of each day, of how many, and when it was due; drawn from the sheet of days."""
    shown = days_shown(report)
    count = len(shown)
    days = Area(sheet, 0, DAYS_FROM, DAYS_FROM + count - 1)
    series = [
        Series(_("Tổng số đã gửi"), days, replace(days, column=2), styles.BLUE),
        Series(_("Phải gửi"), days, replace(days, column=3), styles.GREY, dash="dash"),
    ]
    if report.due_at and due_day(report) in {day for day, _total in shown}:
        due = _("Hạn gửi: {moment}").format(moment=moment(report.due_at))
        marks = replace(days, column=5)
        series.append(Series(due, days, marks, styles.AMBER, marker="diamond", line=False, drop=True))
    return Chart(
        *("line", _("Số đơn vị đã gửi báo cáo theo ngày"), tuple(series)),
        *(place.row, place.column, place.width, place.height),
        dates=True,
        step=max(1, -(-count // LABELLED)),
    )


def states(_: Words, labels: Area, place: Place) -> Chart:
    """A bar for each state; the numbers stand in the column after the labels."""
    series = Series(_("Số đơn vị"), labels, replace(labels, column=1), styles.BLUE, labels=True)
    return _bars(_("Trạng thái phiếu của các đơn vị"), series, place)


def rates(_: Words, labels: Area, place: Place) -> Chart:
    """A bar for the rate of each group, as long as it is of all; the rates stand three columns after the labels."""
    series = Series(_("Tỷ lệ gửi"), labels, replace(labels, column=3), styles.BLUE)
    return replace(_bars(_("Tỷ lệ gửi theo nhóm đơn vị"), series, place), number_format="0%", most=1, label_size=7)


def choices(title: str, name: str, labels: Area, place: Place) -> Chart:
    """A bar for each choice; how often it was chosen stands in the column after the labels."""
    return _bars(title, Series(name, labels, replace(labels, column=1), styles.BLUE, labels=True), place)


def ratios(title: str, name: str, labels: Area, place: Place) -> Chart:
    """A bar for the ratio of each group; the ratios stand three columns after the labels."""
    series = Series(name, labels, replace(labels, column=3), styles.BLUE)
    return replace(_bars(title, series, place), number_format="0%", label_size=7)


def _bars(title: str, series: Series, place: Place) -> Chart:
    return Chart(
        *("bar", title, (series,), place.row, place.column, place.width, place.height),
        legend=False,
    )
