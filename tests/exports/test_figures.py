"""The sheets beside the totals: charts by question, totals by kind and group, doubts, texts, the ledger."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from exports.report import CampaignReport, PartTotals
from exports.workbook import workbook
from exports.xlsx import render


def opened(report: CampaignReport, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(BytesIO(render(workbook(report))), data_only=values)


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


@pytest.fixture(scope="module")
def book(summed: CampaignReport) -> Any:
    return opened(summed)


def test_the_further_sheets_stand_between_statistics_and_days(book: Any) -> None:
    further = ["Biểu đồ", "Theo nhóm", "Cần xem lại", "Ý kiến", "Sổ kiến nghị"]
    assert book.sheetnames[book.sheetnames.index("Thống kê") + 1 : book.sheetnames.index("Diễn biến")] == further


def test_totals_by_kind_and_group_are_formulas_with_their_values(book: Any, summed: CampaignReport) -> None:
    sheet = book["Theo nhóm"]
    assert rows(sheet)[2] == ("Câu hỏi", "Tổng", "Phường", "Xã", "Huyện An Lão", "Quận Kiến An")
    received = "'Trả lời'!$H$5:$H$118"
    assert rows(sheet)[3] == (
        "E2. Tổng số hồ sơ tiếp nhận",
        f"=SUM({received})",
        f"=SUMIF('Trả lời'!$C$5:$C$118,C$3,{received})",
        f"=SUMIF('Trả lời'!$C$5:$C$118,D$3,{received})",
        f"=SUMIF('Trả lời'!$D$5:$D$118,E$3,{received})",
        None,
    )
    assert rows(opened(summed, values=True)["Theo nhóm"])[3][1:] == (1722, 1432, 290, 1722, None)


def test_a_total_that_the_cells_do_not_give_is_no_formula(summed: CampaignReport) -> None:
    received = summed.questions[0]
    strange = (PartTotals(label="Phường", answered=1, total=301), PartTotals(label="Xã*", answered=1, total=5))
    units = tuple(replace(unit, kind="Xã*" if unit.kind == "Xã" else unit.kind) for unit in summed.units)
    other = replace(summed, units=units, questions=(replace(received, by_kind=strange), *summed.questions[1:]))
    assert rows(opened(other)["Theo nhóm"])[3][2:4] == (301, 5)


def test_every_choice_and_ratio_has_a_native_chart_beside_its_table(book: Any, summed: CampaignReport) -> None:
    sheet = book["Biểu đồ"]
    assert len(sheet._charts) == 2
    flat = [row[:4] for row in rows(sheet)]
    assert ("Có", 40, 40 / 59, None) in flat
    assert ("Huyện An Lão", 1035, 1142) in [row[:3] for row in flat]
    ratios = [row[3] for row in rows(opened(summed, values=True)["Biểu đồ"]) if row[0] == "Huyện An Lão"]
    assert ratios == [1035 / 1142]
    compared, choices = (chart.ser[0] for chart in sheet._charts)
    at = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Có")
    assert choices.val.numRef.f == f"'Biểu đồ'!$B${at}:$B${at + 1}"
    assert compared.val.numRef.f.startswith("'Biểu đồ'!$D$")


def test_shares_stand_with_the_ratios_and_their_denominators(summed: CampaignReport) -> None:
    sheet = opened(summed, values=True)["Thống kê"]
    words = [row[0] for row in rows(sheet)]
    assert words.count("Mẫu số: Tổng số tiếp nhận") == 1
    at = words.index("Tử số: Đã giải quyết")
    assert (rows(sheet)[at - 1][3], rows(sheet)[at][3], rows(sheet)[at + 1][3]) == (1557 / 1722, 1557, 1722)


def test_texts_and_doubts_are_lists_and_text_stays_text(book: Any) -> None:
    texts = rows(book["Ý kiến"])[3:]
    assert texts[0] == ("H3. Ý kiến khác", "00001", "Xã số 1", "Thiếu máy quét", "Thiếu máy quét")
    cell = book["Ý kiến"]["D5"]
    assert (cell.value, cell.data_type) == ("=cmd|' /C calc'!A0", "s")
    why = ("Số khác thường", "E2", "00000", "Xã số 0", "1.142, cao hơn ngưỡng 10")
    assert rows(book["Cần xem lại"])[3:] == [why]
    for name in ("Theo nhóm", "Cần xem lại", "Ý kiến", "Sổ kiến nghị"):
        sheet = book[name]
        assert (sheet.freeze_panes, bool(sheet.auto_filter.ref)) == ("C4", True)
        assert sheet.page_setup.paperSize == 9
