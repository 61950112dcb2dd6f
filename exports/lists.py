"""The sheets that are lists: units, answers, repeats, days, messages. Title, one line of note, header, rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from exports import styles
from exports.document import CLOCK, LOCAL, Area, Cell, Column, Row, Sheet, Style
from exports.layout import heights, pages, width
from exports.report import AnswerColumn, Answers, AnswerValue, CampaignReport, Dated, RepeatSheet
from exports.words import Words, as_of_line, figure, illustrative

SAMPLE = 300  # rows that are looked at to choose the width of a column
TALL = 120.0  # points; rows of answers do not grow beyond, the cell still holds all of its text

AHEAD = timedelta(days=62)  # the curve shows the days to come until the due day when they are no more

Heading = tuple[str, float, Style]  # label, width, style of the column


def heading(report: Dated, _: Words, title: str) -> list[Row]:
    note: Row = (Cell(as_of_line(report, _), styles.NOTE),)
    if report.illustrative:
        title = f"{title} · {illustrative(_).upper()}"
    return [(Cell(title, styles.SHEET_TITLE),), note]


def listed(report: Dated, _: Words, name: str, title: str, headings: Sequence[Heading], rows: Iterable[Row]) -> Sheet:
    """A list with one header row under the title; the first two columns stay in view."""
    columns = tuple(Column(wide, style) for _label, wide, style in headings)
    top = heading(report, _, title)
    top.append(tuple(Cell(label, styles.HEAD) for label, _wide, _style in headings))
    everything = (*top, *rows)
    return Sheet(
        name=name,
        columns=columns,
        rows=everything,
        headers=(len(top) - 1, len(top) - 1),
        frozen=2,
        filter=True,
        heights=heights(columns, everything),
        pages=pages(columns),
    )


def units(report: CampaignReport, _: Words, name: str) -> Sheet:
    """Every invitation, also those that did not answer."""
    rows = report.units
    contacts = ["\n".join(unit.contacts) for unit in rows]
    headings = (
        (_("Mã đơn vị"), 10, styles.CENTRE),
        (_("Đơn vị"), width((unit.name for unit in rows), 18, 34), styles.TEXT),
        (_("Loại"), 12, styles.TEXT),
        (_("Nhóm đơn vị"), width((unit.group for unit in rows), 14, 26), styles.TEXT),
        (_("Trạng thái"), width((unit.state_label for unit in rows), 14, 30), styles.TEXT),
        (_("Hạn gửi"), 17, styles.INSTANT),
        (_("Hạn ban đầu"), 17, styles.INSTANT),
        (_("Gửi lần đầu"), 17, styles.INSTANT),
        (_("Đúng hạn"), 9, styles.CENTRE),
        (_("Tình trạng thời hạn"), width((unit.late_label for unit in rows), 16, 30), styles.TEXT),
        (_("Số xác nhận"), width((unit.receipt for unit in rows), 12, 24), styles.TEXT),
        (_("Văn bản"), width((unit.document for unit in rows), 12, 30), styles.TEXT),
        (_("Công chức đầu mối"), width(contacts, 20, 64), styles.TEXT),
        (_("Ghi chú"), width((unit.note for unit in rows), 12, 36), styles.TEXT),
    )
    yes, no = _("Có"), _("Không")
    body = (
        (
            *(unit.code, unit.name, unit.kind, unit.group, unit.state_label),
            *(unit.due_at, unit.original_due_at or unit.due_at, unit.first_sent_at),
            None if unit.on_time is None else yes if unit.on_time else no,
            *(unit.late_label, unit.receipt, unit.document, lines, unit.note),
        )
        for unit, lines in zip(rows, contacts, strict=True)
    )
    title = _("Danh sách {count} đơn vị").format(count=figure(len(rows)))
    return listed(report, _, name, title, headings, body)


def _answer_style(column: AnswerColumn, values: Sequence[AnswerValue]) -> Style:
    match column.kind:
        case "integer" | "decimal":
            most = max(map(places, values), default=0)
            return replace(styles.NUMBER, number_format=styles.decimals(most))
        case "date":
            return styles.DAY
        case "datetime":
            return styles.INSTANT
        case "time":
            return replace(styles.CENTRE, number_format=CLOCK)
    return styles.TEXT


def places(value: AnswerValue) -> int:
    if not isinstance(value, Decimal) or not value.is_finite():
        return 0
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _answer_column(column: AnswerColumn, rows: Iterable[Answers]) -> Column:
    """Wide enough for the values, and for the label in about four lines."""
    values = [row.get(column.name) for row in rows]
    style = _answer_style(column, values)
    label = len(column.label) / 4
    match column.kind:
        case "text" | "choice":
            shown = (value for value in values[:SAMPLE] if isinstance(value, str))
            return Column(max(width(shown, 14, 56), min(label, 40)), style)
        case "datetime":
            return Column(max(17, min(label, 34)), style)
    return Column(max(13, min(label, 34)), style)


def answers(report: CampaignReport, _: Words, name: str) -> Sheet:
    """One row a unit, with its kind and group, so that it can be filtered and pivoted by itself.

    Labels of choices, sections above questions. Units without answers keep their row.
    """
    lead = (_("Mã đơn vị"), _("Đơn vị"), _("Loại"), _("Nhóm đơn vị"), _("Trạng thái"))
    asked = tuple(report.columns)
    keys = [column.name for column in asked]
    given = tuple(report.answers.values())
    columns = (
        Column(10, styles.CENTRE),
        Column(width((unit.name for unit in report.units), 18, 34), styles.TEXT),
        Column(12, styles.TEXT),
        Column(width((unit.group for unit in report.units), 14, 26), styles.TEXT),
        Column(width((unit.state_label for unit in report.units), 14, 26), styles.TEXT),
        *(_answer_column(column, given) for column in asked),
    )
    top = heading(report, _, _("Trả lời của các đơn vị"))
    top.append((*(Cell(None, styles.SECTION) for _label in lead), *_sections(asked)))
    top.append(tuple(Cell(label, styles.HEAD) for label in (*lead, *(column.label for column in asked))))
    nothing: Answers = {}
    body = (
        (
            unit.code,
            unit.name,
            unit.kind,
            unit.group,
            unit.state_label,
            *map(report.answers.get(unit.code, nothing).get, keys),
        )
        for unit in report.units
    )
    rows = (*top, *body)
    return Sheet(
        name=name,
        columns=columns,
        rows=rows,
        headers=(2, 3),
        frozen=2,
        filter=True,
        heights=heights(columns, rows, TALL),
        pages=pages(columns),
    )


LEADING = 5  # columns before the answers
KIND, GROUP = 2, 3
FIRST_ANSWER = 4  # the row


def answer_areas(report: CampaignReport, name: str) -> Mapping[str, Area]:
    """Where the answers to each question stand on the sheet that `answers` makes."""
    if not report.units:
        return {}
    return {c.name: answer_area(report, name, LEADING + at) for at, c in enumerate(report.columns)}


def answer_area(report: CampaignReport, name: str, column: int) -> Area:
    """One column of that sheet, from the first unit to the last."""
    return Area(name, column, FIRST_ANSWER, FIRST_ANSWER + len(report.units) - 1)


def _sections(asked: Sequence[AnswerColumn]) -> Row:
    """The row of section titles, each once, running over the empty cells that follow (merged ones hinder filters)."""
    before: list[str | None] = [None, *(column.section for column in asked)]
    pairs = zip(asked, before, strict=False)
    return tuple(Cell(None if column.section == last else column.section, styles.SECTION) for column, last in pairs)


def repeat(report: Dated, _: Words, name: str, sheet: RepeatSheet) -> Sheet:
    """The rows of one repeat from all units."""
    given = [row.values for row in sheet.rows]
    made = [_answer_column(column, given) for column in sheet.columns]
    headings = (
        (_("Mã đơn vị"), 10, styles.CENTRE),
        (_("Đơn vị"), width((row.unit for row in sheet.rows), 18, 34), styles.TEXT),
        *((asked.label, column.width, column.style) for asked, column in zip(sheet.columns, made, strict=True)),
    )
    keys = [column.name for column in sheet.columns]
    body = ((row.code, row.unit, *map(row.values.get, keys)) for row in sheet.rows)
    title = _("{title}: {count} dòng").format(title=sheet.title, count=figure(len(sheet.rows)))
    return listed(report, _, name, title, headings, body)


def texts(report: CampaignReport, _: Words, name: str) -> Sheet:
    """Every free text with its unit; those that are alike stand together under the first of them."""
    given = [(question, row) for question in report.questions for row in question.texts]
    headings = (
        (_("Câu hỏi"), 34, styles.TEXT),
        (_("Mã đơn vị"), 10, styles.CENTRE),
        (_("Đơn vị"), width((row.unit for _question, row in given), 18, 30), styles.TEXT),
        (_("Nội dung"), 70, styles.TEXT),
        (_("Giống với"), 40, styles.TEXT),
    )
    body = ((question.label, row.code, row.unit, row.text, row.alike or None) for question, row in given)
    title = _("Trả lời bằng chữ: {count} nội dung").format(count=figure(len(given)))
    return listed(report, _, name, title, headings, body)


def doubts(report: CampaignReport, _: Words, name: str) -> Sheet:
    """The figures to look at again, each with its reason."""
    headings = (
        (_("Vì sao cần xem lại"), 26, styles.TEXT),
        (_("Câu hỏi"), 44, styles.TEXT),
        (_("Mã đơn vị"), 10, styles.CENTRE),
        (_("Đơn vị"), width((row.unit for row in report.doubts), 18, 30), styles.TEXT),
        (_("Chi tiết"), 76, styles.TEXT),
    )
    body = ((row.what, row.question, row.code, row.unit, row.why) for row in report.doubts)
    title = _("Số liệu cần xem lại: {count}").format(count=figure(len(report.doubts)))
    return listed(report, _, name, title, headings, body)


def days(report: CampaignReport, _: Words, name: str) -> Sheet:
    """The curve in figures: what came each day, and all that had come by its end; on to the due day."""
    headings = (
        (_("Ngày"), 14, styles.DAY),
        (_("Gửi trong ngày"), 16, styles.NUMBER),
        (_("Tổng số đã gửi"), 16, styles.NUMBER),
        (_("Phải gửi"), 16, styles.NUMBER),
        (_("Tỷ lệ gửi"), 14, styles.SHARE),
        (_("Mốc hạn gửi"), 16, styles.NUMBER),
    )
    return listed(report, _, name, _("Diễn biến theo ngày"), headings, _days(report))


def _days(report: CampaignReport) -> Iterable[Row]:
    expected, due = report.rate.expected, due_day(report)
    before = 0
    for day, total in days_shown(report):
        mark = expected if day == due else None
        if total is None:
            yield day, None, None, expected, None, mark
            continue
        share = Cell(total / expected, shared(total, expected)) if expected else None
        yield day, total - before, total, expected, share, mark
        before = total


def days_shown(report: CampaignReport) -> Sequence[tuple[date, int | None]]:
    """The days of the curve, and those still to come until the due day, if it is not too far off."""
    days: list[tuple[date, int | None]] = list(report.curve)
    due = due_day(report)
    if days and due and due - days[-1][0] <= AHEAD:
        while (day := days[-1][0]) < due:
            days.append((day + timedelta(days=1), None))
    return days


def due_day(report: CampaignReport) -> date | None:
    return report.due_at.astimezone(LOCAL).date() if report.due_at else None


def shared(part: int, whole: int) -> Style:
    """The style of a cell with the share of `part` in `whole`."""
    return replace(styles.SHARE, number_format=styles.share_format(part, whole))


def bar(part: int, whole: int) -> Cell:
    """A bar of blocks beside a share, 30 for all: text, because bars of conditional formats are lost elsewhere."""
    return Cell("█" * round(30 * part / whole) if whole else "", styles.BAR)


def messages(report: CampaignReport, _: Words, name: str) -> Sheet:
    """The log of mail: to whom, what, when, and what the mail server said."""
    rows = report.messages
    sample = rows[:SAMPLE]
    headings = (
        (_("Thời điểm"), 17, styles.INSTANT),
        (_("Đơn vị"), width((m.unit for m in sample), 18, 34), styles.TEXT),
        (_("Loại thư"), width((m.kind_label for m in sample), 12, 26), styles.TEXT),
        (_("Địa chỉ"), width((m.address for m in sample), 20, 40), styles.TEXT),
        (_("Tiêu đề"), width((m.subject for m in sample), 24, 56), styles.TEXT),
        (_("Kết quả"), width((m.outcome_label for m in sample), 14, 30), styles.TEXT),
        (_("Trả lời của máy chủ thư"), width((m.reply for m in sample), 20, 32), styles.TEXT),
    )
    body = ((m.at, m.unit, m.kind_label, m.address, m.subject, m.outcome_label, m.reply) for m in rows)
    return listed(report, _, name, _("Nhật ký thư"), headings, body)
