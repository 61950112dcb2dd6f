"""What the answers come to by kind and by group of units, as tables of the official report.

A total stands with the units that answered of those that were asked, a ratio with both its sums.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exports.paper import Part, Table, Text
from exports.report import CampaignReport, PartTotals, QuestionTotals, Ratio
from exports.results import plain, quotient
from exports.words import number, shown

NAME = "Số liệu theo loại và nhóm đơn vị"
LEGEND = "Trong ngoặc: sau mỗi tổng là số đơn vị trả lời trên số đơn vị được hỏi; sau mỗi tỷ lệ là tử số trên mẫu số."
NOTHING = "Chưa có số liệu theo loại và nhóm đơn vị."
ACROSS = 4  # figures that fit side by side on a page
WHOLE, NO_GROUP = "Chung", "Không thuộc nhóm nào"


@dataclass(frozen=True, slots=True)
class Figure:
    """One total or ratio: its label, what it is of all units, of each kind, and of each group."""

    label: str
    whole: str
    kinds: Sequence[tuple[str, str]]
    groups: Sequence[tuple[str, str]]


def tables(report: CampaignReport) -> tuple[Part, ...]:
    """The tables, () where nothing is added up: a row a figure by kind, a row a group for each few figures."""
    found = [figure for question in report.questions for figure in _figures(question)]
    if not found:
        return ()
    return (Text(LEGEND), _by_kind(found), *_by_group(found))


def _figures(question: QuestionTotals) -> Iterator[Figure]:
    if question.total is not None and question.by_kind:
        whole = _total(PartTotals(label="", answered=question.answered, of=question.of, total=question.total))
        yield _figure(question, plain(question.label), whole, _total)
    if question.ratio and question.by_kind:
        label = f"{plain(question.ratio.numerator)} so với {plain(question.ratio.denominator)}"
        yield _figure(question, label, _ratio(question.ratio), lambda part: _ratio(part.ratio))


def _figure(question: QuestionTotals, label: str, whole: str, cell: Callable[[PartTotals], str]) -> Figure:
    kinds, groups = ([(part.label, cell(part)) for part in parts] for parts in (question.by_kind, question.by_group))
    return Figure(label, whole, kinds, groups)


def _total(part: PartTotals) -> str:
    """1.035 (40/67); an en dash where nobody answered."""
    total = number(None) if part.total is None else shown(part.total)
    return f"{total} ({number(part.answered)}/{number(part.of)})"


def _ratio(ratio: Ratio | None) -> str:
    """90,63% (1.035 / 1.142), which a narrow cell breaks at a space; an en dash where there is nothing to divide by."""
    if ratio is None or not ratio.denominator_sum:
        return number(None)
    return f"{quotient(ratio)} ({shown(ratio.numerator_sum)} / {shown(ratio.denominator_sum)})"


def _by_kind(figures: Sequence[Figure]) -> Table:
    kinds = [label for label, _cell in figures[0].kinds]
    rows = tuple((one.label, one.whole, *(cell for _label, cell in one.kinds)) for one in figures)
    return Table(("Nội dung", WHOLE, *kinds), rows, (36, *(16,) * (1 + len(kinds))))


def _by_group(figures: Sequence[Figure]) -> Iterator[Table]:
    """A table for each few figures; every figure names the same groups in the same order."""
    groups = [label or NO_GROUP for label, _cell in figures[0].groups]
    for first in range(0, len(figures) if groups else 0, ACROSS):
        some = figures[first : first + ACROSS]
        head = ("Nhóm đơn vị", *(one.label for one in some))
        rows = [(label, *(one.groups[place][1] for one in some)) for place, label in enumerate(groups)]
        yield Table(head, (*rows, (WHOLE, *(one.whole for one in some))), (24, *(19,) * len(some)))
