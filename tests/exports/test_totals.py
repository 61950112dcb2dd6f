"""The statistics sheet: formulas where the answers sheet bears them out, figures where it does not."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from exports.report import CampaignReport, QuestionTotals, Ratio
from exports.workbook import workbook
from exports.xlsx import render

Reopen = Callable[..., Any]
RECEIVED = "'Trả lời'!$H$5:$H$118"


def row_of(sheet: Any, label: str, nth: int = 1) -> list[Any]:
    found = [row for row in sheet.iter_rows(values_only=True) if row[0] == label]
    return list(found[nth - 1][1:])


def cached(report: CampaignReport) -> Any:
    return openpyxl.load_workbook(BytesIO(render(workbook(report))), data_only=True)["Thống kê"]


def test_totals_are_formulas_over_the_answers_with_their_values(reopen: Reopen, july: CampaignReport) -> None:
    label = "E2. Tổng số hồ sơ tiếp nhận"
    assert row_of(reopen()["Thống kê"], label) == [
        *(59, 114, f"=SUM({RECEIVED})", f"=AVERAGE({RECEIVED})", f"=QUARTILE({RECEIVED},1)", f"=MEDIAN({RECEIVED})"),
        *(f"=QUARTILE({RECEIVED},3)", f"=MIN({RECEIVED})", f"=MAX({RECEIVED})"),
    ]
    assert row_of(cached(july), label) == [59, 114, 1722, 29.19, 10, 10, 10, 10, 1142]


def test_a_figure_the_answers_do_not_give_is_written_as_it_is(reopen: Reopen, july: CampaignReport) -> None:
    other = tuple(replace(q, total=9999) if q.name == "e_recv" else q for q in july.questions)
    assert row_of(reopen(questions=other)["Thống kê"], "E2. Tổng số hồ sơ tiếp nhận")[2] == 9999


def test_a_number_too_long_for_excel_turns_the_formula_off(reopen: Reopen, july: CampaignReport) -> None:
    huge = 10**16
    answers = {**july.answers, "00000": {**july.answers["00000"], "e_recv": huge}}
    question = QuestionTotals(name="e_recv", label="E2", answered=59, of=114, total=huge + 580, minimum=10)
    row = row_of(reopen(answers=answers, questions=(question,))["Thống kê"], "E2")
    assert row[2] == str(huge + 580)
    assert row[7] == 10


def test_a_question_that_is_not_a_column_has_plain_figures(reopen: Reopen) -> None:
    question = QuestionTotals(name="h_cost", label="Kinh phí", answered=3, of=7, total=Decimal("12.5"))
    assert row_of(reopen(questions=(question,))["Thống kê"], "Kinh phí")[:3] == [3, 7, 12.5]


def test_a_ratio_is_a_ratio_of_sums_with_both_terms_in_words(reopen: Reopen, july: CampaignReport) -> None:
    sheet, shown = reopen()["Thống kê"], cached(july)
    label, above, below = (
        *("E3. Đã giải quyết đúng hạn", "Tử số: Đã giải quyết đúng hạn", "Mẫu số: Tổng số hồ sơ tiếp nhận"),
    )
    assert row_of(sheet, above)[2] == "=SUM('Trả lời'!$I$5:$I$118)"
    assert row_of(sheet, below)[2] == f"=SUM({RECEIVED})"
    assert row_of(shown, above)[2] == 1557
    assert row_of(shown, below)[2] == 1722
    assert row_of(shown, label, nth=2)[2] == pytest.approx(1557 / 1722)
    at = next(cell.row for cell in sheet["A"] if cell.value == above)
    assert row_of(sheet, label, nth=2)[2] == f"=D{at}/D{at + 1}"
    assert sheet.cell(at - 1, 4).number_format == "[$-42A]0.00%"


def test_a_ratio_over_nothing_is_a_dash(reopen: Reopen) -> None:
    ratio = Ratio(numerator="a", denominator="b", numerator_sum=0, denominator_sum=0)
    question = QuestionTotals(name="x", label="Tỷ lệ x", answered=0, of=114, ratio=ratio)
    assert row_of(reopen(questions=(question,))["Thống kê"], "Tỷ lệ x", nth=2)[2] == "–"


def test_a_distribution_gives_counts_and_shares_of_those_who_answered(reopen: Reopen) -> None:
    sheet = reopen()["Thống kê"]
    assert row_of(sheet, "Có")[:3] == [40, 59, 40 / 59]
    assert row_of(sheet, "Không")[:3] == [19, 59, 19 / 59]


def test_a_long_list_chosen_once_each_is_said_in_one_line(reopen: Reopen) -> None:
    names = tuple((f"Xã {n}", n % 2) for n in range(30))
    question = QuestionTotals(name="a_unit", label="A2. Tên đơn vị", answered=15, of=114, distribution=names)
    sheet = reopen(questions=(question,))["Thống kê"]
    words = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert "30 lựa chọn, mỗi lựa chọn có nhiều nhất một đơn vị trả lời" in words
    assert "Xã 3" not in words
    twice = replace(question, distribution=(("Xã 0", 2), *names[1:]))
    assert row_of(reopen(questions=(twice,))["Thống kê"], "Xã 3")[:2] == [1, 15]
