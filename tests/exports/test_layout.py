"""Heights and widths that follow from the text, measured as Arial is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import layout, styles
from exports.document import ROW_HEIGHT, Cell, Column

WORDS = "Chưa có hướng dẫn cụ thể về thẩm quyền kiểm tra nhà nước về đo lường sau khi bỏ cấp huyện"


def test_letters_are_as_wide_with_marks_as_without() -> None:
    assert layout.measured("Đặng Thuỳ Trâm") == layout.measured("Đang Thuy Tram")
    assert layout.measured("e\u0323\u0302") == layout.measured("ệ")


def test_a_digit_is_about_seven_pixels_and_bold_is_wider() -> None:
    assert layout.measured("0" * 100) == pytest.approx(741, rel=0.05)
    assert layout.measured("x", bold=True) > layout.measured("x")
    assert layout.measured("x", size=20) == pytest.approx(2 * layout.measured("x"))


def test_a_row_is_as_high_as_the_most_lines_in_it() -> None:
    columns = (Column(30, styles.TEXT), Column(200, styles.TEXT), Column(5, styles.NUMBER))
    room = 30 * layout.DIGIT
    lines = layout.measured(WORDS) / room
    rows = (("ngắn", WORDS, 1), (WORDS, "ngắn", 1), ("một\nhai\nba", "", WORDS), (Cell(WORDS, styles.NOTE), "", 1))
    found = layout.heights(columns, rows)
    assert set(found) == {1, 2}
    assert found[1] >= lines * layout.LINE
    assert found[1] <= (lines + 2) * layout.LINE
    assert found[2] == 3 * layout.LINE + layout.PADDING


def test_a_word_longer_than_its_column_is_broken_and_no_row_is_higher_than_excel_allows() -> None:
    columns = (Column(10, styles.TEXT),)
    found = layout.heights(columns, [("x" * 30,), ("x " * 5000,)])
    assert found[0] >= 3 * layout.LINE
    assert found[1] == layout.HIGHEST


def test_rows_of_answers_may_be_kept_lower() -> None:
    assert layout.heights((Column(10, styles.TEXT),), [(WORDS * 9,)], 120) == {0: 120}


@given(st.text(max_size=200), st.floats(20, 500))
def test_a_narrower_column_never_takes_fewer_lines(text: str, wide: float) -> None:
    columns = [Column(wide / n, styles.TEXT) for n in (1, 1.5, 3)]
    taken = [layout.heights((column,), [(text,)]).get(0, ROW_HEIGHT) for column in columns]
    assert all(one <= two for one, two in pairwise(taken))


def test_a_width_shows_the_longest_line_within_its_limits() -> None:
    assert layout.width(["", WORDS], 5, 30) == 30
    assert layout.width(["a"], 5, 30) == 5
    wide = layout.width(["Phường Lê Thanh Nghị\nx"], 5, 30)
    assert wide * layout.DIGIT >= layout.measured("Phường Lê Thanh Nghị")


def test_a_little_too_wide_is_made_to_fit_on_one_page() -> None:
    assert [layout.pages([Column(wide)]) for wide in (1, 180, 200, 400)] == [1, 1, 2, 3]
