"""Problems of a workbook gathered for reading: nothing is lost, and one mistake on many rows is told once."""

from hypothesis import given
from hypothesis import strategies as st

from service import mistakes
from service.mistakes import Told


def told(row: int | None, message: str = "Thiếu tên.", code: str = "missing_name", **other: object) -> Told:
    cell = f"D{row}" if row else None
    problem = {"sheet": "survey", "row": row, "column": "name", "cell": cell, "code": code, "message": message}
    return {**problem, "severity": "error", **other}


def test_one_mistake_on_200_rows_is_one_line() -> None:
    (one,) = mistakes.gathered([*(told(row) for row in range(5, 205)), told(300)])
    assert (one.where, one.column, one.message, one.count) == ("survey!D5:D204, survey!D300", "name", "Thiếu tên.", 201)


def test_like_mistakes_with_words_of_their_own_are_folded_but_all_there() -> None:
    found = mistakes.gathered([told(row, f"Tên “{row}” không hợp lệ.", "bad_name") for row in range(2, 12)])
    (one,) = found
    assert (one.where, one.message, one.count) == ("survey!D2", "Tên “2” không hợp lệ.", 10)
    assert [other.where for other in one.others] == [f"survey!D{row}" for row in range(3, 12)]
    few = mistakes.gathered([told(row, f"Tên “{row}” không hợp lệ.", "bad_name") for row in range(2, 5)])
    assert [one.where for one in few] == ["survey!D2", "survey!D3", "survey!D4"]


def test_errors_stand_before_warnings_and_are_counted_apart() -> None:
    problems = [told(3, severity="warning"), told(2), told(4, "Khác.", "other")]
    assert [one.warning for one in mistakes.gathered(problems)] == [False, False, True]
    assert mistakes.counted(problems) == "2 lỗi và 1 lưu ý"
    assert mistakes.counted([told(3, severity="warning")]) == "1 lưu ý"
    assert mistakes.counted([told(None, code="more_problems", count=700), *map(told, range(300))]) == "1.000 lỗi"
    assert mistakes.counted([]) == ""


def test_places_without_a_column_or_row_or_sheet_are_told_as_far_as_they_go() -> None:
    whole = told(None, sheet="")
    (one,) = mistakes.gathered([whole])
    assert one.where == ""
    assert mistakes.refused([whole])[0] == "Lỗi (cột name): Thiếu tên." or "Lỗi: Thiếu tên."
    assert mistakes.gathered([told(None)])[0].where == "survey"
    assert mistakes.gathered([told(7, cell=None), told(8, cell=None)])[0].where == "survey, dòng 7–8"
    assert mistakes.gathered([told(7, sheet="ghi chú")])[0].where == "'ghi chú'!D7"


def test_very_many_places_are_cut_with_a_count() -> None:
    (one,) = mistakes.gathered([told(row) for row in range(2, 60, 2)])
    assert one.where.startswith("survey!D2, survey!D4, ")
    assert one.where.endswith(", survey!D12 và 23 chỗ nữa")


PROBLEMS = st.lists(
    st.builds(
        told,
        st.none() | st.integers(1, 30),
        st.sampled_from(("Một.", "Hai.", "Ba.", "Bốn.", "Năm.")),
        st.sampled_from(("a", "b")),
        sheet=st.sampled_from(("", "survey", "choices")),
        severity=st.sampled_from(("error", "warning")),
    ),
    max_size=40,
)


@given(PROBLEMS)
def test_no_problem_is_lost(problems: list[Told]) -> None:
    found = mistakes.gathered(problems)
    whole = [part for one in found for part in (one, *one.others)]
    assert sum(one.count for one in found) == len(problems)
    assert {part.message for part in whole} == {problem["message"] for problem in problems}
    assert sum(1 for one in found if one.warning) <= mistakes.counts(problems)[1]
