"""A made-up campaign of 114 units, 59 of which answered, and a reader that is not the writer's library."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from exports.report import (
    AnswerColumn,
    CampaignReport,
    DoubtRow,
    GroupRate,
    MessageRow,
    PartTotals,
    QuestionTotals,
    RateFigures,
    Ratio,
    RepeatRow,
    RepeatSheet,
    TextRow,
    UnitRow,
)
from exports.workbook import workbook
from exports.xlsx import render

ICT = timezone(timedelta(hours=7))
DUE = datetime(2025, 7, 18, 17, 0, tzinfo=ICT)

COLUMNS = (
    AnswerColumn(name="a_name", label="A4. Họ và tên người lập báo cáo", section="A. Thông tin chung"),
    AnswerColumn(name="a_from", label="A3. Từ ngày", section="A. Thông tin chung", kind="date"),
    AnswerColumn(name="e_recv", label="E2. Tổng số hồ sơ tiếp nhận", section="E. Thủ tục", kind="integer"),
    AnswerColumn(name="e_ontime", label="E3. Đã giải quyết đúng hạn", section="E. Thủ tục", kind="integer"),
    AnswerColumn(name="e_pct", label="Tỷ lệ nộp trực tuyến", section="E. Thủ tục", kind="decimal"),
)


def unit(number: int) -> UnitRow:
    answered = number < 59
    return UnitRow(
        code=f"{number:05}",
        name=f"Xã số {number}",
        kind="Xã" if number % 2 else "Phường",
        group="Huyện An Lão" if number < 60 else "Quận Kiến An",
        state_label="Đã gửi báo cáo" if answered else "Chưa mở phiếu",
        due_at=DUE,
        first_sent_at=DUE - timedelta(hours=59 - number) if answered else None,
        on_time=True if answered else None,
        receipt=f"BN-{number:04}" if answered else "",
        contacts=("Trần Thị Bình", "0225 3 123 456", "an@haiphong.gov.vn"),
    )


def answers_of(number: int) -> dict[str, Any]:
    return {
        "a_name": "=1+1" if number == 0 else f"Nguyễn Văn {number}",
        "a_from": date(2025, 7, 1),
        "e_recv": 1142 if number == 0 else 10,
        "e_ontime": 1035 if number == 0 else 9,
        "e_pct": Decimal("91.77"),
    }


def questions() -> tuple[QuestionTotals, ...]:
    received, on_time = 1142 + 58 * 10, 1035 + 58 * 9
    return (
        QuestionTotals(name="a_name", label="A4. Họ và tên", section="A. Thông tin chung", answered=59, of=114),
        QuestionTotals(
            name="e_recv",
            label="E2. Tổng số hồ sơ tiếp nhận",
            section="E. Thủ tục",
            answered=59,
            of=114,
            total=received,
            mean=Decimal("29.19"),
            median=10,
            minimum=10,
            maximum=1142,
            q1=10,
            q3=10,
        ),
        QuestionTotals(
            name="e_ontime",
            label="E3. Đã giải quyết đúng hạn",
            section="E. Thủ tục",
            answered=59,
            of=114,
            total=on_time,
            ratio=Ratio(
                numerator="Đã giải quyết đúng hạn",
                denominator="Tổng số hồ sơ tiếp nhận",
                numerator_sum=on_time,
                denominator_sum=received,
                numerator_name="e_ontime",
                denominator_name="e_recv",
            ),
        ),
        QuestionTotals(
            name="b_decision",
            label="B2. Đã ban hành Quyết định?",
            answered=59,
            of=114,
            distribution=(("Có", 40), ("Không", 19)),
        ),
    )


def rate() -> RateFigures:
    return RateFigures(
        expected=114,
        responded=59,
        nil=3,
        received=4,
        returned=1,
        on_time_original=57,
        on_time_extended=58,
        recorded_later=1,
        states=(("Đã gửi báo cáo", 59), ("Chưa mở phiếu", 55)),
        by_kind=(GroupRate(label="Xã", expected=57, responded=29, on_time=28),),
        by_group=(
            GroupRate(label="Huyện An Lão", expected=60, responded=59, on_time=58),
            GroupRate(label="Quận Kiến An", expected=54, responded=0, on_time=0),
        ),
    )


@pytest.fixture(scope="session")
def july() -> CampaignReport:
    item = AnswerColumn(name="h_desc", label="H2b. Nội dung khó khăn, vướng mắc")
    return CampaignReport(
        title="Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP ở cấp xã",
        letter="số 111/KH-SKHCN ngày 8/7/2025",
        staff="Phạm Minh Châu, 0225 3 123 456",
        as_of=datetime(2025, 7, 20, 23, 59, tzinfo=ICT),
        made_at=datetime(2025, 7, 21, 0, 30, tzinfo=UTC),
        period_from=date(2025, 7, 1),
        period_to=date(2025, 7, 15),
        due_at=DUE,
        closes_at=DUE + timedelta(days=13),
        highest_event=1234,
        rate=rate(),
        units=tuple(map(unit, range(114))),
        curve=tuple((date(2025, 7, 8) + timedelta(days=n), min(59, n * 5)) for n in range(13)),
        columns=COLUMNS,
        answers={f"{n:05}": answers_of(n) for n in range(59)},
        repeats=(
            RepeatSheet(
                name="h_item",
                title="Khó khăn, vướng mắc",
                columns=(item,),
                rows=(RepeatRow(code="00000", unit="Xã số 0", values={"h_desc": "@Thiếu máy quét"}),),
            ),
        ),
        questions=questions(),
        messages=(
            MessageRow(
                at=datetime(2025, 7, 8, 8, 5, tzinfo=ICT),
                unit="Xã số 0",
                kind_label="Thư mời",
                address="an@haiphong.gov.vn",
                subject="+Đề nghị báo cáo",
                outcome_label="Đã gửi",
                reply="250 2.0.0 Ok",
            ),
        ),
    )


@pytest.fixture(scope="session")
def summed(july: CampaignReport) -> CampaignReport:
    """The July report with all that is worked out beside the totals: kinds, groups, shares, doubts, texts."""
    received, on_time, decided = (question for question in july.questions if question.name != "a_name")
    kinds = (("Phường", 30, 1432), ("Xã", 29, 290))
    groups = (("Huyện An Lão", 59, 1722), ("Quận Kiến An", 0, None))
    share = Ratio(
        numerator="Đã giải quyết",
        denominator="Tổng số tiếp nhận",
        numerator_sum=1557,
        denominator_sum=1722,
        numerator_name="e_ontime",
        denominator_name="e_recv",
    )
    parts = (
        PartTotals(label=name, answered=30, ratio=replace(share, numerator_sum=above, denominator_sum=below))
        for name, above, below in (("Huyện An Lão", 1035, 1142), ("Quận Kiến An", 522, 580))
    )
    return replace(
        july,
        questions=(
            replace(
                received,
                by_kind=tuple(PartTotals(label=name, answered=n, total=total) for name, n, total in kinds),
                by_group=tuple(PartTotals(label=name, answered=n, total=total) for name, n, total in groups),
            ),
            replace(on_time, shares=(share,), by_group=tuple(parts)),
            decided,
            QuestionTotals(
                name="h_other",
                label="H3. Ý kiến khác",
                answered=2,
                of=59,
                texts=(
                    TextRow(code="00001", unit="Xã số 1", text="Thiếu máy quét", alike="Thiếu máy quét"),
                    TextRow(code="00002", unit="Xã số 2", text="=cmd|' /C calc'!A0"),
                ),
            ),
        ),
        doubts=(
            DoubtRow(
                what="Số khác thường", question="E2", code="00000", unit="Xã số 0", why="1.142, cao hơn ngưỡng 10"
            ),
        ),
        ledger=replace(july.repeats[0], name="ledger", title="Sổ theo dõi kiến nghị"),
    )


Reopen = Callable[..., Any]


@pytest.fixture
def reopen(july: CampaignReport) -> Reopen:
    """Renders the July report, with changes, and opens it with openpyxl."""

    def opened(**changes: Any) -> Any:
        stream = BytesIO(render(workbook(replace(july, **changes))))
        return openpyxl.load_workbook(stream)

    return opened
