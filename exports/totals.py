"""The sheet "Thống kê": what the answers to each question come to, distributions, ratios with both terms.

A total is a formula over the sheet of answers wherever the cells there give it to the digit; otherwise (a
question of a repeat, numbers too long for Excel, answers not shown) it is the figure itself.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from exports import styles
from exports.document import Area, Cell, Column, Formula, Row, Sheet, Style, Value, is_number
from exports.layout import heights
from exports.lists import bar, heading, places, shared
from exports.report import CampaignReport, QuestionTotals, Ratio
from exports.words import Words, figure

Number = int | Decimal
LONG = 20  # choices
COLUMNS = (Column(74), Column(12), Column(12), Column(16), *(Column(12),) * 6)


class Answers:
    """The cells of the answers sheet, to tell which figures a formula over them would give."""

    def __init__(self, report: CampaignReport, areas: Mapping[str, Area]) -> None:
        self._report, self._areas = report, areas
        self._numbers: dict[str, Sequence[Number]] = {}

    def numbers(self, name: str) -> tuple[str, Sequence[Number]] | None:
        """The area of a question and its numbers, sorted; None when a formula could not see them all."""
        area, numbers = self._areas.get(name), self._seen(name)
        return (area.absolute(), numbers) if area is not None and numbers else None

    def _seen(self, name: str) -> Sequence[Number]:
        found = self._numbers.get(name)
        if found is None:
            given = [row.get(name) for row in self._report.answers.values()]
            numbers = [value for value in given if isinstance(value, int | Decimal)]
            found = self._numbers[name] = sorted(numbers) if all(map(is_number, numbers)) else ()
        return found

    def figure(self, function: str, name: str, given: Number) -> Value:
        """`given` as a formula when the cells give just that (to its own last digit), else as it is."""
        found = self.numbers(name)
        if found is None:
            return given
        area, numbers = found
        written = function.format(area=area)
        return Formula(f"={written}", given) if agrees(FUNCTIONS[function](numbers), given) else given


# Most figures are whole, and fractions take ten times as long to add and compare: they come in where they must.


def sum_of(numbers: Iterable[Number]) -> Fraction:
    """The exact sum."""
    whole, rest = 0, Fraction()
    for number in numbers:
        if isinstance(number, int):
            whole += number
        else:
            rest += Fraction(number)
    return rest + whole


def _mean(numbers: Sequence[Number]) -> Fraction:
    return sum_of(numbers) / len(numbers)


def _quartile(quarters: int) -> Callable[[Sequence[Number]], Fraction]:
    """Excel's QUARTILE and MEDIAN: in proportion between the two sorted numbers around the place."""

    def of(ordered: Sequence[Number]) -> Fraction:
        whole, rest = divmod((len(ordered) - 1) * quarters, 4)
        low = Fraction(ordered[whole])
        return low + (Fraction(ordered[whole + 1]) - low) * rest / 4 if rest else low

    return of


# What is written, with the cells that it reads -> what it comes to
SUM, MEAN, MEDIAN = "SUM({area})", "AVERAGE({area})", "MEDIAN({area})"
LEAST, MOST, Q1, Q3 = "MIN({area})", "MAX({area})", "QUARTILE({area},1)", "QUARTILE({area},3)"
FUNCTIONS: Mapping[str, Callable[[Sequence[Number]], Fraction]] = {
    SUM: sum_of,
    MEAN: _mean,
    MEDIAN: _quartile(2),
    LEAST: _quartile(0),
    MOST: _quartile(4),
    Q1: _quartile(1),
    Q3: _quartile(3),
}


def agrees(exact: Fraction, given: Number) -> bool:
    """Whether `given` is `exact`, or `exact` rounded to the digits that `given` has."""
    exponent = Decimal(given).as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    return exact == Fraction(given) or (exponent < 0 and abs(exact - Fraction(given)) <= Fraction(10) ** exponent / 2)


def totals(report: CampaignReport, _: Words, name: str, areas: Mapping[str, Area]) -> Sheet:
    """The sheet; `areas` tells where the answers to each question stand on their own sheet."""
    source = Answers(report, areas)
    rows = [*heading(report, _, _("Thống kê theo câu hỏi")), (), *_numbers(report, _, source)]
    if any(question.ratio or question.shares for question in report.questions):
        rows.append(())
        rows += _ratios(report, _, source, len(rows))
    if any(question.distribution for question in report.questions):
        rows.append(())
        rows += _distributions(report, _)
    return Sheet(
        name=name,
        columns=COLUMNS,
        rows=tuple(rows),
        headers=(0, 1),
        heights=heights(COLUMNS, rows),
    )


def _headings(labels: Sequence[str]) -> Row:
    return tuple(Cell(label, styles.HEAD if at else styles.HEAD_LEFT) for at, label in enumerate(labels))


def _numbers(report: CampaignReport, _: Words, source: Answers) -> list[Row]:
    """Every question, under the titles of the sections."""
    figures = (_("Tổng"), _("Trung bình"), _("Q1"), _("Trung vị"), _("Q3"), _("Nhỏ nhất"), _("Lớn nhất"))
    rows = [_headings((_("Câu hỏi"), _("Đã trả lời"), _("Trên số"), *figures))]
    section = ""
    for question in report.questions:
        if question.section != section:
            section = question.section
            rows.append(
                (Cell(section or _("Câu hỏi khác"), styles.BAND), *(Cell(None, styles.BAND) for _column in COLUMNS[1:]))
            )
        rows.append(_question(question, source))
    return rows


def _question(question: QuestionTotals, source: Answers) -> Row:
    figures = (
        (SUM, question.total),
        (MEAN, question.mean),
        (Q1, question.q1),
        (MEDIAN, question.median),
        (Q3, question.q3),
        (LEAST, question.minimum),
        (MOST, question.maximum),
    )
    return (
        *_lead(question, styles.TEXT),
        *(_figure(function, question.name, given, source) for function, given in figures),
    )


def _lead(question: QuestionTotals, style: Style) -> Row:
    number = replace(styles.NUMBER, bold=style.bold, fill=style.fill)
    return Cell(question.label, style), Cell(question.answered, number), Cell(question.of, number)


def _figure(function: str, name: str, given: Number | date | None, source: Answers) -> Cell:
    if given is None:
        return Cell(None, styles.NUMBER)
    if isinstance(given, date):
        return Cell(given, styles.DAY)
    return Cell(source.figure(function, name, given), _numeric(given))


def _numeric(given: Number) -> Style:
    return replace(styles.NUMBER, number_format=styles.decimals(2 if places(given) else 0))


def _ratios(report: CampaignReport, _: Words, source: Answers, first: int) -> list[Row]:
    """Each ratio in three rows, itself and its two terms in words; `first` is the row of the headings."""
    rows: list[Row] = [_headings((_("Tỷ lệ của tổng trên tổng"), _("Đã trả lời"), _("Trên số"), _("Giá trị")))]
    for question in report.questions:
        for ratio in (question.ratio, *question.shares):
            if ratio is not None:
                rows += _ratio(question, ratio, _, source, first + len(rows))
    return rows


def _ratio(question: QuestionTotals, ratio: Ratio, _: Words, source: Answers, at: int) -> list[Row]:
    above, below = ratio.numerator_sum, ratio.denominator_sum
    value: Value = "–"
    if below:
        value = Formula(f"=D{at + 2}/D{at + 3}", Fraction(above) / Fraction(below))
    shown = styles.PERCENT_FINE if ratio.percent else styles.decimals(2)
    lead = _lead(question, styles.strong(styles.TEXT))

    def term(words: str, total: Number, name: str) -> Row:
        empty = Cell(None, styles.BODY)
        given = Cell(source.figure(SUM, name, total), _numeric(total))
        return Cell(words, styles.indented(styles.TEXT)), empty, empty, given

    return [
        (*lead, Cell(value, replace(styles.strong(styles.NUMBER), number_format=shown))),
        term(_("Tử số: {words}").format(words=ratio.numerator), above, ratio.numerator_name),
        term(_("Mẫu số: {words}").format(words=ratio.denominator), below, ratio.denominator_name),
    ]


def _distributions(report: CampaignReport, _: Words) -> list[Row]:
    """Each question with its choices; the shares are of those who answered it.

    A long list of which each was chosen at most once (the unit's own name) is said in one line.
    """
    labels = (_("Câu hỏi và lựa chọn"), _("Số trả lời"), _("Trên số"), _("Tỷ lệ"))
    rows: list[Row] = [_headings(labels)]
    for question in report.questions:
        if question.distribution:
            lead = _lead(question, styles.strong(styles.TEXT))
            rows.append((*lead, Cell(None, styles.strong(styles.SHARE))))
            rows += _choices(question, _)
    return rows


def _choices(question: QuestionTotals, _: Words) -> list[Row]:
    given = question.distribution
    if len(given) > LONG and max(count for _label, count in given) <= 1:
        words = _("{count} lựa chọn, mỗi lựa chọn có nhiều nhất một đơn vị trả lời").format(count=figure(len(given)))
        return [(Cell(words, styles.indented(styles.NOTE)),)]
    return [_choice(label, count, question.answered) for label, count in given]


def _choice(label: str, count: int, answered: int) -> Row:
    share = Cell(count / answered, shared(count, answered)) if answered else Cell("–", styles.SHARE)
    return (
        Cell(label, styles.indented(styles.TEXT)),
        Cell(count, styles.NUMBER),
        Cell(answered, styles.NUMBER),
        share,
        bar(count, answered),
    )
