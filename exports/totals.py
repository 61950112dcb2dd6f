"""The sheet "Thống kê": what the answers to each question come to, distributions, ratios with both terms.

A total is a formula over the sheet of answers wherever the cells there give it to the digit; otherwise (a
question of a repeat, numbers too long for Excel, answers not shown) it is the figure itself.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from exports import styles
from exports.document import Area, Bars, Cell, Column, Formula, Row, Sheet, Style, Value, is_number
from exports.lists import heading, places, shared
from exports.report import CampaignReport, QuestionTotals, Ratio
from exports.words import Words

Number = int | Decimal
COLUMNS = (Column(26), Column(60), Column(12), Column(12), Column(15), *(Column(13),) * 4)


class _Answers:
    """The cells of the answers sheet, to tell which figures a formula over them would give."""

    def __init__(self, report: CampaignReport, areas: Mapping[str, Area]) -> None:
        self._report, self._areas = report, areas

    def numbers(self, name: str) -> tuple[str, list[Fraction]] | None:
        """The area of a question and its numbers, None when a formula could not see them all."""
        area = self._areas.get(name)
        given = [row.get(name) for row in self._report.answers.values()]
        numbers = [value for value in given if isinstance(value, int | Decimal)]
        if area is None or not numbers or not all(map(is_number, numbers)):
            return None
        return area.absolute(), [Fraction(number) for number in numbers]

    def figure(self, function: str, name: str, given: Number) -> Value:
        """`given` as a formula when the cells give just that (to its own last digit), else as it is."""
        found = self.numbers(name)
        if found is None:
            return given
        area, numbers = found
        return Formula(f"={function}({area})", given) if _agrees(FUNCTIONS[function](numbers), given) else given


FUNCTIONS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "SUM": lambda numbers: sum(numbers, Fraction()),
    "AVERAGE": lambda numbers: sum(numbers, Fraction()) / len(numbers),
    "MEDIAN": statistics.median,
    "MIN": min,
    "MAX": max,
}


def _agrees(exact: Fraction, given: Number) -> bool:
    """Whether `given` is `exact`, or `exact` rounded to the digits that `given` has."""
    exponent = Decimal(given).as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return exact == Fraction(given) or (exponent < 0 and abs(exact - Fraction(given)) <= Fraction(10) ** exponent / 2)


def totals(report: CampaignReport, _: Words, name: str, areas: Mapping[str, Area]) -> Sheet:
    """The sheet; `areas` tells where the answers to each question stand on their own sheet."""
    source = _Answers(report, areas)
    rows = heading(report, _, _("Thống kê theo câu hỏi"))
    rows.append(())
    rows += _numbers(report, _, source)
    bars: list[Bars] = []
    if any(question.ratio for question in report.questions):
        rows += [(), *_ratios(report, _, source, len(rows) + 1)]
    if any(question.distribution for question in report.questions):
        rows.append(())
        first = len(rows)
        rows += _distributions(report, _)
        bars.append(Bars(Area(name, 4, first, len(rows) - 1), styles.BAR))
    return Sheet(name=name, columns=COLUMNS, rows=tuple(rows), headers=(0, 1), bars=tuple(bars))


def _headings(labels: Sequence[str]) -> Row:
    return tuple(Cell(label, styles.HEAD_LEFT if at < 2 else styles.HEAD) for at, label in enumerate(labels))


def _numbers(report: CampaignReport, _: Words, source: _Answers) -> list[Row]:
    labels = (_("Phần"), _("Câu hỏi"), _("Đã trả lời"), _("Trên số"))
    figures = (_("Tổng"), _("Trung bình"), _("Trung vị"), _("Nhỏ nhất"), _("Lớn nhất"))
    return [_headings((*labels, *figures)), *(_question(question, source) for question in report.questions)]


def _question(question: QuestionTotals, source: _Answers) -> Row:
    figures = (
        ("SUM", question.total),
        ("AVERAGE", question.mean),
        ("MEDIAN", question.median),
        ("MIN", question.minimum),
        ("MAX", question.maximum),
    )
    return (
        *_lead(question, styles.TEXT),
        *(_figure(function, question.name, given, source) for function, given in figures),
    )


def _lead(question: QuestionTotals, style: Style) -> Row:
    number = replace(styles.NUMBER, bold=style.bold, fill=style.fill)
    return (
        Cell(question.section, style),
        Cell(question.label, style),
        Cell(question.answered, number),
        Cell(question.of, number),
    )


def _figure(function: str, name: str, given: Number | date | None, source: _Answers) -> Cell:
    if given is None:
        return Cell(None, styles.NUMBER)
    if isinstance(given, date):
        return Cell(given, styles.DAY)
    return Cell(source.figure(function, name, given), _numeric(given))


def _numeric(given: Number) -> Style:
    return replace(styles.NUMBER, number_format=styles.decimals(min(places(given), 2)))


def _ratios(report: CampaignReport, _: Words, source: _Answers, first: int) -> list[Row]:
    """Each ratio in three rows, itself and its two terms in words; `first` is the row of the headings."""
    labels = (_("Phần"), _("Tỷ lệ của tổng trên tổng"), _("Đã trả lời"), _("Trên số"), _("Giá trị"))
    rows: list[Row] = [_headings(labels)]
    for question in report.questions:
        if question.ratio is not None:
            rows += _ratio(question, question.ratio, _, source, first + len(rows))
    return rows


def _ratio(question: QuestionTotals, ratio: Ratio, _: Words, source: _Answers, at: int) -> list[Row]:
    style = styles.strong(styles.TEXT)
    above, below = ratio.numerator_sum, ratio.denominator_sum
    value: Value = "–"
    if below:
        value = Formula(f"=E{at + 2}/E{at + 3}", Fraction(above) / Fraction(below))
    shown = styles.PERCENT_FINE if ratio.percent else styles.decimals(2)

    def term(words: str, total: Number, name: str) -> Row:
        given = source.figure("SUM", name, total)
        empty = Cell(None, styles.BODY)
        label = Cell(words, styles.indented(styles.TEXT))
        return empty, label, empty, empty, Cell(given, _numeric(total))

    return [
        (*_lead(question, style), Cell(value, replace(styles.strong(styles.NUMBER), number_format=shown))),
        term(_("Tử số: {words}").format(words=ratio.numerator), above, ratio.numerator_name),
        term(_("Mẫu số: {words}").format(words=ratio.denominator), below, ratio.denominator_name),
    ]


def _distributions(report: CampaignReport, _: Words) -> list[Row]:
    labels = (_("Phần"), _("Câu hỏi và lựa chọn"), _("Số trả lời"), _("Trên số"), _("Tỷ lệ trên số trả lời"))
    rows: list[Row] = [_headings(labels)]
    for question in report.questions:
        if not question.distribution:
            continue
        rows.append((*_lead(question, styles.strong(styles.TEXT)), Cell(None, styles.strong(styles.SHARE))))
        rows += [_choice(label, count, question.answered) for label, count in question.distribution]
    return rows


def _choice(label: str, count: int, answered: int) -> Row:
    share = Cell(count / answered, shared(count, answered)) if answered else Cell("–", styles.SHARE)
    return (
        Cell(None, styles.BODY),
        Cell(label, styles.indented(styles.TEXT)),
        Cell(count, styles.NUMBER),
        Cell(answered, styles.NUMBER),
        share,
    )
