"""What a person finds in the workbook, read back with another library than the one that wrote it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from exports.document import LOCAL, ROW_HEIGHT, Cell, Sheet
from exports.layout import pixels
from exports.report import AnswerColumn, CampaignReport, DoubtRow, GroupRate, RepeatSheet, TextRow
from exports.workbook import workbook
from exports.xlsx import render

Reopen = Callable[..., Any]


def values(sheet: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def line(sheet: Any, label: str) -> list[Any]:
    """The cells that follow the first cell with this label, without the empty ones."""
    for row in sheet.iter_rows():
        for at, cell in enumerate(row):
            if cell.value == label:
                return [other for other in row[at + 1 :] if other.value is not None]
    raise AssertionError(f"no cell says {label}")


def local(day: int, hour: int, minute: int) -> datetime:
    """A moment of July 2025 as a cell holds it: local, without a zone."""
    return datetime(2025, 7, day, hour, minute, tzinfo=LOCAL).replace(tzinfo=None)


def texts(sheet: Any) -> list[str]:
    return [value for row in values(sheet) for value in row if isinstance(value, str)]


def test_the_sheets_are_in_reading_order(reopen: Reopen) -> None:
    assert reopen().sheetnames == [
        *("Tổng hợp", "Đơn vị", "Trả lời", "Khó khăn, vướng mắc", "Thống kê", "Biểu đồ", "Diễn biến", "Nhật ký thư")
    ]


def test_the_cover_says_59_of_114_and_its_percentage_as_a_number(reopen: Reopen) -> None:
    cover = reopen()["Tổng hợp"]
    (percent,) = line(cover, "59/114")
    assert percent.value == 59 / 114
    assert percent.number_format == "[$-42A]0.0%"
    said = "trong đó 3 không phát sinh, 4 đã nhận văn bản, chưa nhập số liệu"
    assert f"{said}; 1 đang chỉnh sửa, bổ sung; bổ sung sau: +1" in texts(cover)
    assert line(cover, "Tính đến")[0].value == local(20, 23, 59)


def test_the_cover_gives_both_due_times_over_responded_and_over_expected(reopen: Reopen) -> None:
    cover = reopen()["Tổng hợp"]
    original = [cell.value for cell in line(cover, "Đúng hạn (theo hạn ban đầu)")]
    extended = [cell.value for cell in line(cover, "Đúng hạn (theo hạn đã gia hạn)")]
    assert original == [57, 57 / 59, 57 / 114]
    assert extended == [58, 58 / 59, 58 / 114]
    assert line(cover, "Trong đó: không phát sinh")[0].value == 3
    assert line(cover, "Trong đó: đã nhận văn bản, chưa nhập số liệu")[0].value == 4
    assert line(cover, "Đang chỉnh sửa, bổ sung (không tính là đã gửi)")[0].value == 1
    assert line(cover, "Bổ sung sau (ghi nhận sau thời điểm tính)")[0].value == 1


def test_the_cover_has_a_line_of_the_days_and_bars_of_states_and_groups(reopen: Reopen) -> None:
    days, states, groups = reopen()["Tổng hợp"]._charts
    assert type(days).__name__ == "LineChart"
    total, expected, due = days.series
    assert total.val.numRef.f == "'Diễn biến'!$C$4:$C$16"
    assert expected.val.numRef.f == "'Diễn biến'!$D$4:$D$16"
    assert due.val.numRef.f == "'Diễn biến'!$F$4:$F$16"
    for bars, column in ((states, "B"), (groups, "D")):
        assert type(bars).__name__ == "BarChart"
        assert bars.series[0].val.numRef.f.startswith(f"'Tổng hợp'!${column}$")


def test_charts_stand_beside_the_tables_and_never_on_them_or_each_other(july: CampaignReport) -> None:
    many = tuple(GroupRate(label=f"Huyện {n}", expected=4, responded=n % 5, on_time=0) for n in range(27))
    states = tuple((f"Trạng thái {n}", 10) for n in range(11))
    full = replace(july.rate, states=states, by_group=many)
    for rate in (july.rate, full, replace(full, states=()), replace(july.rate, recorded_later=0, returned=0)):
        for illustrative in (False, True):
            sheet = workbook(replace(july, rate=rate, illustrative=illustrative)).sheets[0]
            ends = 0.0
            for chart in sheet.charts:
                top = sum(sheet.heights.get(row, ROW_HEIGHT) for row in range(chart.row)) * 4 / 3
                assert top >= ends
                ends = top + chart.height
                assert not any(cell for row in sheet.rows[chart.row : lowest(sheet, ends)] for cell in row[5:])
                assert not any(chart.row < row < lowest(sheet, ends) for row in sheet.breaks)
            width = sum(pixels(column) for column in sheet.columns[6:])
            assert {(chart.column, chart.width) for chart in sheet.charts} == {(6, width)}


def lowest(sheet: Sheet, end: float) -> int:
    """The first row that begins below `end` pixels."""
    row, at = 0, 0.0
    while at < end - 1:
        at += sheet.heights.get(row, ROW_HEIGHT) * 4 / 3
        row += 1
    return row


def test_groups_that_do_not_fit_below_begin_a_page(july: CampaignReport) -> None:
    many = tuple(GroupRate(label=f"Huyện {n}", expected=4, responded=1, on_time=0) for n in range(27))
    sheet = workbook(replace(july, rate=replace(july.rate, by_group=many))).sheets[0]
    (row,) = sheet.breaks
    heading = sheet.rows[row][0]
    assert isinstance(heading, Cell)
    assert heading.value == "Theo nhóm đơn vị"
    few = workbook(replace(july, rate=replace(july.rate, states=(), by_kind=()))).sheets[0]
    assert few.breaks == ()


def test_before_the_due_day_the_curve_leaves_room_for_it(reopen: Reopen, july: CampaignReport) -> None:
    book = reopen(curve=july.curve[:3])
    rows = [row for row in values(book["Diễn biến"])[3:] if row[0]]
    assert [row[0].day for row in rows] == list(range(8, 19))
    assert rows[2][1:] == (5, 10, 114, 10 / 114, None)
    assert rows[3][1:] == (None, None, 114, None, None)
    assert rows[10][1:] == (None, None, 114, None, 114)
    assert len(book["Tổng hợp"]._charts[0].series) == 3


def test_a_due_day_far_off_or_before_the_curve_is_not_drawn(reopen: Reopen, july: CampaignReport) -> None:
    for due in (july.as_of + timedelta(days=90), july.as_of - timedelta(days=90)):
        book = reopen(due_at=due)
        assert len(values(book["Diễn biến"])) == 3 + len(july.curve)
        assert len(book["Tổng hợp"]._charts[0].series) == 2


def test_a_rate_is_100_percent_only_when_equal(reopen: Reopen, july: CampaignReport) -> None:
    rate = replace(july.rate, expected=3321, responded=3320)
    (percent,) = line(reopen(rate=rate)["Tổng hợp"], "3.320/3.321")
    assert percent.value == 3320 / 3321
    assert percent.number_format == '"99,9%"'
    (full,) = line(reopen(rate=replace(july.rate, responded=114))["Tổng hợp"], "114/114")
    assert full.value == 1
    assert full.number_format == "[$-42A]0%"


def test_a_rate_is_0_percent_only_when_nothing_came(reopen: Reopen, july: CampaignReport) -> None:
    for responded, shown in ((1, '"0,1%"'), (2, "[$-42A]0.0%"), (0, "[$-42A]0.0%")):
        rate = replace(july.rate, expected=3321, responded=responded)
        (percent,) = line(reopen(rate=rate)["Tổng hợp"], f"{responded}/3.321")
        assert percent.number_format == shown


def test_a_campaign_without_units_has_a_dash_for_a_rate(reopen: Reopen, july: CampaignReport) -> None:
    nothing = replace(
        july.rate, expected=0, responded=0, on_time_original=0, on_time_extended=0, states=(), by_kind=(), by_group=()
    )
    book = reopen(rate=nothing, units=(), answers={}, columns=(), curve=(), repeats=(), questions=(), messages=())
    assert [cell.value for cell in line(book["Tổng hợp"], "0/0")] == ["–"]
    assert book["Đơn vị"].max_row == 3


def test_all_114_units_stand_in_the_list_with_their_times(reopen: Reopen) -> None:
    sheet = reopen()["Đơn vị"]
    rows = values(sheet)[3:]
    assert [row[0] for row in rows] == [f"{n:05}" for n in range(114)]
    assert rows[58][7] == local(18, 16, 0)
    assert rows[58][8] == "Có"
    assert rows[59][7] is None
    assert rows[59][8] is None
    assert sheet["F4"].number_format == "dd/mm/yyyy hh:mm"
    assert rows[0][12] == "Trần Thị Bình\n0225 3 123 456\nan@haiphong.gov.vn"


LISTS = [("Đơn vị", 3, "C4"), ("Trả lời", 4, "C5"), ("Nhật ký thư", 3, "C4")]


@pytest.mark.parametrize(("name", "header", "frozen"), LISTS)
def test_lists_are_frozen_filtered_and_fit_to_print(reopen: Reopen, name: str, header: int, frozen: str) -> None:
    sheet = reopen()[name]
    assert sheet.freeze_panes == frozen
    assert sheet.auto_filter.ref.startswith(f"A{header}:")
    assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
    assert sheet.print_title_rows.endswith(f"${header}")
    assert sheet.page_setup.orientation == "landscape"
    assert int(sheet.page_setup.paperSize) == 9
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert int(sheet.page_setup.fitToHeight) == 0
    assert sheet.oddFooter.right.text == "Trang &P/&N"


def test_answers_have_sections_above_questions_and_a_row_for_every_unit(reopen: Reopen) -> None:
    sheet = reopen()["Trả lời"]
    rows = values(sheet)
    assert rows[2] == (*(None,) * 5, "A. Thông tin chung", None, "E. Thủ tục", None, None)
    lead = ("Mã đơn vị", "Đơn vị", "Loại", "Nhóm đơn vị", "Trạng thái")
    assert rows[3][:6] == (*lead, "A4. Họ và tên người lập báo cáo")
    assert len(rows) == 4 + 114
    assert rows[5][5:] == ("Nguyễn Văn 1", local(1, 0, 0), 10, 9, 91.77)
    assert rows[63][5:] == (None,) * 5
    assert [sheet.cell(6, at).number_format for at in (7, 8, 10)] == ["dd/mm/yyyy", "[$-42A]#,##0", "[$-42A]#,##0.00"]


def test_text_that_looks_like_a_formula_is_text_everywhere(reopen: Reopen) -> None:
    book = reopen()
    for sheet, cell, text in (("Trả lời", "F5", "=1+1"), ("Khó khăn, vướng mắc", "C4", "@Thiếu máy quét")):
        assert (book[sheet][cell].value, book[sheet][cell].data_type) == (text, "s")
    subject = book["Nhật ký thư"]["E4"]
    assert (subject.value, subject.data_type) == ("+Đề nghị báo cáo", "s")


def test_hostile_text_in_every_place_neither_breaks_nor_calculates(reopen: Reopen, july: CampaignReport) -> None:
    bad = "=HYPERLINK(\"http://x\")\ud800\x00 & 'quote' [1]"
    clean = "=HYPERLINK(\"http://x\")\ufffd\ufffd & 'quote' [1]"
    book = reopen(
        title=bad,
        letter=bad,
        staff=bad,
        filters=bad,
        illustrative=True,
        units=(replace(july.units[0], name=bad, group=bad, state_label=bad, contacts=(bad,)), *july.units[1:]),
        answers={"00000": {"a_name": bad, "e_recv": bad}},
        repeats=(replace(july.repeats[0], title=bad, columns=(AnswerColumn(name="h_desc", label=bad),)),),
        questions=tuple(
            replace(q, label=bad, section=bad, texts=(TextRow(code="1", unit=bad, text=bad, alike=bad),))
            for q in july.questions
        ),
        doubts=(DoubtRow(what=bad, question=bad, code="1", unit=bad, why=bad),),
        rate=replace(july.rate, states=((bad, 1),)),
    )
    found = 0
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            if cell.data_type == "f":
                assert cell.value.startswith(("=SUM(", "=D"))
            found += clean in str(cell.value)
    assert found >= 30


def test_a_text_of_40_000_characters_is_cut_visibly(reopen: Reopen) -> None:
    cell = reopen(answers={"00000": {"a_name": "ệ" * 40_000}})["Trả lời"]["F5"]
    assert len(cell.value) == 32_767
    assert cell.value.endswith(" ký tự)")
    assert "… (còn 72" in cell.value


def test_values_excel_would_change_are_written_as_text(reopen: Reopen) -> None:
    given = {
        "e_recv": 12_345_678_901_234_567,
        "e_ontime": Decimal("NaN"),
        "e_pct": Decimal("0.1234567890123456789"),
        "a_from": date(1900, 1, 15),
        "a_name": time(7, 30),
    }
    sheet = reopen(answers={"00000": given})["Trả lời"]
    assert [sheet.cell(5, at).value for at in range(6, 11)] == [
        *(time(7, 30), "15/01/1900", "12345678901234567", "NaN", "0.1234567890123456789")
    ]


def test_illustrative_data_says_so_on_every_sheet_and_page(reopen: Reopen) -> None:
    for sheet in reopen(illustrative=True):
        assert "DỮ LIỆU MINH HỌA" in " ".join(texts(sheet)[:2])
        assert sheet.oddHeader.right.text == "Dữ liệu minh họa"
    assert not any("minh họa" in words.lower() for sheet in reopen() for words in texts(sheet))


def test_two_repeats_with_one_title_get_two_sheets(reopen: Reopen, july: CampaignReport) -> None:
    empty = RepeatSheet(name="other", title="khó khăn, vướng mắc", columns=(), rows=())
    assert "khó khăn, vướng mắc (2)" in reopen(repeats=(*july.repeats, empty)).sheetnames


def test_a_title_full_of_ampersands_leaves_the_footer_whole(reopen: Reopen) -> None:
    footer = reopen(title="&" * 300)["Đơn vị"].oddFooter
    assert footer.right.text == "Trang &P/&N"


def test_the_same_report_gives_the_same_bytes_and_is_dated_when_it_was_made(july: CampaignReport) -> None:
    first = render(workbook(july))
    assert first == render(workbook(july))
    made = openpyxl.load_workbook(BytesIO(first)).properties
    assert made.created == july.made_at.replace(tzinfo=None)  # a file's properties are in UTC, without a zone
    assert made.title == july.title


def test_its_own_words_can_be_translated(july: CampaignReport) -> None:
    english = {"Đơn vị": "Units", "Trang &P/&N": "Page &P of &N"}
    stream = BytesIO(render(workbook(july, lambda words: english.get(words, words))))
    book = openpyxl.load_workbook(stream)
    assert book["Units"]["B3"].value == "Units"
    assert book["Units"].oddFooter.right.text == "Page &P of &N"


def test_the_end_of_a_day_is_shown_as_that_day(reopen: Reopen) -> None:
    cover = reopen(as_of=datetime(2025, 7, 20, 23, 59, 59, 999_999, LOCAL))["Tổng hợp"]
    assert line(cover, "Tính đến")[0].value == datetime(2025, 7, 20, 23, 59, 59)  # noqa: DTZ001 - a cell has no zone
