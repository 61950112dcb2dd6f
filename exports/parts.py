"""The sheet "Theo nhóm": the total of every question that is added up, by kind and by group.

A total is a formula over the sheet of answers, which has each unit's kind and group beside its answers, wherever the
cells there give it to the digit.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from exports import lists, styles
from exports.document import Area, Cell, Formula, Sheet, Value, column_letters
from exports.lists import GROUP, KIND, listed, places
from exports.report import CampaignReport, PartTotals, QuestionTotals
from exports.totals import SUM, Answers, agrees, sum_of
from exports.words import Words

HEADER = 3  # the row of the headings, as Excel counts
_SPECIAL = frozenset("*?~<>=")  # what SUMIF reads as something else than the word itself


def has_any(report: CampaignReport) -> bool:
    return any(_added(question) for question in report.questions)


def _added(question: QuestionTotals) -> bool:
    return question.total is not None and bool(question.by_kind)


def parts(report: CampaignReport, _: Words, name: str, answers: str, areas: Mapping[str, Area]) -> Sheet:
    """The sheet; `answers` is the name of the sheet of answers, `areas` tells where those to each question stand."""
    asked = [question for question in report.questions if _added(question)]
    columns = [(KIND, part) for part in asked[0].by_kind] + [(GROUP, part) for part in asked[0].by_group]
    headings = (
        (_("Câu hỏi"), 60.0, styles.TEXT),
        (_("Tổng"), 14.0, styles.NUMBER),
        *((part.label or _("Không thuộc nhóm nào"), 13.0, styles.NUMBER) for _column, part in columns),
    )
    source = _Source(report, answers, areas)
    body = [tuple(source.row(question)) for question in asked]
    return listed(report, _, name, _("Tổng theo loại và nhóm đơn vị"), headings, body)


class _Source:
    """The cells of the sheet of answers, to tell which totals a formula over them would give."""

    def __init__(self, report: CampaignReport, answers: str, areas: Mapping[str, Area]) -> None:
        self._cells, self._areas = Answers(report, areas), areas
        given = [(unit, report.answers[unit.code]) for unit in report.units if unit.code in report.answers]
        self._answers = {
            KIND: [(unit.kind, answers) for unit, answers in given],
            GROUP: [(unit.group, answers) for unit, answers in given],
        }
        self._words = {
            column: lists.answer_area(report, answers, column).absolute() for column in (KIND, GROUP) if report.units
        }

    def row(self, question: QuestionTotals) -> Iterator[Value | Cell]:
        yield question.label
        assert question.total is not None
        yield self._number(self._cells.figure(SUM, question.name, question.total), question.total)
        known = self._cells.numbers(question.name) is not None
        at = 2
        for column, parts in ((KIND, question.by_kind), (GROUP, question.by_group)):
            sums = self._sums(question.name, column) if known else {}
            for part in parts:
                yield self._part(question, part, column, sums, at)
                at += 1

    def _part(
        self, question: QuestionTotals, part: PartTotals, column: int, sums: Mapping[str, Fraction], at: int
    ) -> Value | Cell:
        total = part.total
        if total is None:
            return None
        if part.label not in sums or _SPECIAL & set(part.label) or not agrees(sums[part.label], total):
            return self._number(total, total)
        criterion = f"{column_letters(at)}${HEADER}"
        area = self._areas[question.name].absolute()
        return self._number(Formula(f"=SUMIF({self._words[column]},{criterion},{area})", total), total)

    def _sums(self, name: str, column: int) -> Mapping[str, Fraction]:
        """The sum of the cells of each kind or group."""
        found: dict[str, list[int | Decimal]] = {}
        for label, answers in self._answers[column]:
            value = answers.get(name)
            if isinstance(value, int | Decimal):
                found.setdefault(label, []).append(value)
        return {label: sum_of(numbers) for label, numbers in found.items()}

    def _number(self, value: Value, given: int | Decimal) -> Value | Cell:
        decimals = 2 if places(given) else 0
        return Cell(value, styles.formatted(styles.NUMBER, styles.decimals(decimals))) if decimals else value
