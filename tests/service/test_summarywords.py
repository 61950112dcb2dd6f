"""Consolidated figures in sentences."""

from decimal import Decimal

from forms.consolidate import Broken, Change, Fences, Outlier, Tie
from service import summarywords

FENCES = Fences(Decimal("102.5"), Decimal("107.5"), Decimal(95), Decimal(115), 11)
LABELS = {"a": "E2a. Nộp trực tuyến", "b": "E2b. Nộp trực tiếp", "t": "E2. Tổng số tiếp nhận"}


def test_numbers_keep_their_digits_and_means_two() -> None:
    assert (summarywords.exact(Decimal("1234567.80")), summarywords.exact(Decimal("1E+3"))) == ("1.234.567,8", "1.000")
    assert (summarywords.rounded(Decimal(2) / 3), summarywords.rounded(Decimal("2.00"))) == ("0,67", "2")


def test_an_outlier_is_explained_with_all_it_is_compared_with() -> None:
    far = Outlier("1", Decimal(900), "xa", Decimal("104.5"), 10)
    assert summarywords.outlier(far, FENCES) == (
        "900, cao hơn ngưỡng 115 (Q3 107,5 + 1,5 × khoảng tứ phân vị 5); gấp 8,61 lần trung vị 104,5 của 10 xã"
    )
    assert summarywords.doubt(far, FENCES, {}) == summarywords.outlier(far, FENCES)
    assert summarywords.asked(far, {}) == "900 khác nhiều so với các đơn vị khác: gấp 8,61 lần trung vị 104,5 của 10 xã"
    low = Outlier("1", Decimal(3), "", Decimal(0), 11)
    assert summarywords.outlier(low, FENCES) == (
        "3, thấp hơn ngưỡng 95 (Q1 102,5 − 1,5 × khoảng tứ phân vị 5); trung vị 0 của 11 đơn vị"
    )


def test_changes_say_how_much_of_what() -> None:
    limit = Decimal(30)
    assert summarywords.change(Change("1", Decimal(50), Decimal(70), limit)) == "từ 50 lên 70 (tăng 40,00%, ngưỡng 30%)"
    assert summarywords.change(Change("1", Decimal(3), Decimal(1), limit)) == "từ 3 xuống 1 (giảm 66,67%, ngưỡng 30%)"
    assert summarywords.change(Change("1", Decimal(0), Decimal(1), limit)) == "từ 0 lên 1 (kỳ trước không có)"


def test_sums_that_do_not_add_up_are_written_out() -> None:
    both, one = Tie(("a", "b"), "t", equal=True), Tie(("a",), "t", equal=False)
    parts = (Decimal(1048), Decimal(97))
    assert summarywords.broken(Broken("1", both, parts, Decimal(1142)), LABELS) == (
        "“E2a. Nộp trực tuyến” 1.048 + “E2b. Nộp trực tiếp” 97 = 1.145, lệch 3 so với “E2. Tổng số tiếp nhận” 1.142"
    )
    assert summarywords.broken(Broken("1", one, parts[:1], Decimal(1000)), LABELS) == (
        "“E2a. Nộp trực tuyến” 1.048, vượt 48 so với “E2. Tổng số tiếp nhận” 1.000"
    )
    assert summarywords.broken(Broken("1", one, parts[:1], None), LABELS) == (
        "“E2a. Nộp trực tuyến” 1.048, nhưng không có số “E2. Tổng số tiếp nhận”"
    )
    limit = Broken("1", Tie(("a", "b"), "t", equal=False), parts, Decimal(1142))
    assert "= 1.145, vượt 3 so với" in summarywords.broken(limit, LABELS)
