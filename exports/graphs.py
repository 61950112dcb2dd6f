"""The sheet "Biểu đồ": a table and a native chart for every question that was chosen from a list, and every ratio."""

from fractions import Fraction

from exports import pictures, styles
from exports.cover import shared_cell
from exports.document import ROW_HEIGHT, Area, Cell, Column, Formula, Sheet
from exports.layout import measured, pixels
from exports.lists import heading
from exports.page import GAP, Page
from exports.report import CampaignReport, PartTotals, QuestionTotals
from exports.totals import LONG
from exports.words import Words

COLUMNS = (Column(46), *(Column(12),) * 3, Column(2), *(Column(11),) * 6)
LAST_CELL, RIGHT = 3, 5  # where tables end, where charts begin
ROOM = sum(map(pixels, COLUMNS[RIGHT:]))
LEAST = 130.0  # points; lower charts cannot be read


def has_any(report: CampaignReport) -> bool:
    return any(_chosen(question) or _compared(question) for question in report.questions)


def _chosen(question: QuestionTotals) -> bool:
    return bool(question.answered) and 0 < len(question.distribution) <= LONG


def _compared(question: QuestionTotals) -> list[PartTotals]:
    """The groups that have something to divide by; only two or more are worth a picture."""
    found = [part for part in question.by_group if part.ratio and part.ratio.denominator_sum]
    return found if 1 < len(found) <= 2 * LONG else []


def graphs(report: CampaignReport, _: Words, name: str) -> Sheet:
    """The sheet; each block keeps to one page of paper."""
    page = Page(COLUMNS)
    for row in heading(report, _, _("Biểu đồ theo câu hỏi")):
        page.add(*row)
    for question in report.questions:
        if _chosen(question):
            _choices(page, question, _, name)
        if found := _compared(question):
            _ratios(page, question, found, _, name)
    return page.sheet(name, styles.BLUE)


def _begin(page: Page, title: str, rows: int) -> int:
    """The title of a block of so many rows, on a page with all of it; gives the row that follows."""
    page.space()
    page.keep_together(max((rows + 3) * ROW_HEIGHT, LEAST) + GAP)
    lines = 1 + int(measured(title, bold=True) // sum(map(pixels, COLUMNS[: LAST_CELL + 1])))
    page.stretch(page.add(Cell(title, styles.strong(styles.TEXT)), height=ROW_HEIGHT * lines), 0, LAST_CELL)
    return page.next


def _choices(page: Page, question: QuestionTotals, _: Words, name: str) -> None:
    top = _begin(page, question.label, len(question.distribution))
    rows = [
        (Cell(label, styles.TEXT), Cell(count, styles.NUMBER), shared_cell(count, question.answered))
        for label, count in question.distribution
    ]
    first, last = page.table((_("Lựa chọn"), _("Số trả lời"), _("Tỷ lệ")), rows)
    page.fill(top, LEAST)
    place = pictures.Place(top, RIGHT, ROOM, page.pixels(top))
    page.charts.append(pictures.choices(_short(question.label), _("Số trả lời"), Area(name, 0, first, last), place))


def _ratios(page: Page, question: QuestionTotals, found: list[PartTotals], _: Words, name: str) -> None:
    assert question.ratio is not None
    above, below = question.ratio.numerator, question.ratio.denominator
    title = _("“{above}” trên “{below}”").format(above=above, below=below)
    top = _begin(page, title, len(found))
    style = styles.PERCENT_FINE if question.ratio.percent else styles.decimals(2)
    begin = page.next + 1
    rows = []
    for at, part in enumerate(found, begin + 1):
        assert part.ratio is not None
        upper, lower = part.ratio.numerator_sum, part.ratio.denominator_sum
        value = Formula(f"=B{at}/C{at}", Fraction(upper) / Fraction(lower))
        numbers = (Cell(upper, styles.NUMBER), Cell(lower, styles.NUMBER))
        rows.append((Cell(part.label, styles.TEXT), *numbers, Cell(value, styles.formatted(styles.NUMBER, style))))
    first, last = page.table((_("Nhóm đơn vị"), _("Tử số"), _("Mẫu số"), _("Tỷ lệ")), rows)
    page.fill(top, LEAST)
    place = pictures.Place(top, RIGHT, ROOM, page.pixels(top))
    page.charts.append(pictures.ratios(_short(title), _("Tỷ lệ"), Area(name, 0, first, last), place))


def _short(title: str) -> str:
    """A title that a chart has room for."""
    return title if len(title) <= 80 else title[:79].rstrip() + "…"
