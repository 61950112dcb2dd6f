"""Repeats whose number of rows the form says: they follow it, and lose nothing that was typed."""

from typing import Any

import pytest

from forms.answers import Now, Picture, RowGroup, evaluate, flatten
from tests.forms.make import ask, form, group, repeat

SHIFTS = form(
    ask("before"),
    ask("n", "integer"),
    repeat(
        "r",
        ask("m", "integer", required="true()"),
        ask("nth", "calculate", calculation="position(..)"),
        ask("prior", "calculate", calculation="indexed-repeat(${m}, ${r}, position(..) - 1)"),
        count="${n}",
    ),
    ask("after"),
    ask("total", "calculate", calculation="sum(${m})"),
    ask("rows", "calculate", calculation="count(${r})"),
)


def group_of(picture: Picture, page: str) -> RowGroup:
    (found,) = (part for part in picture.page(page) if isinstance(part, RowGroup))
    return found


def test_there_are_as_many_rows_as_the_count_says(now: Now) -> None:
    found = evaluate(SHIFTS, {"n": "3", "r/r1/m": "5", "r/r2/m": "7"}, now)
    rows = [{"_id": "r1", "m": 5, "nth": 1, "prior": None}, {"_id": "r2", "m": 7, "nth": 2, "prior": "5"}]
    assert found.answers == {
        "before": None,
        "n": 3,
        "r": [*rows, {"_id": "r3", "m": None, "nth": 3, "prior": "7"}],
        "after": None,
        "total": None,
        "rows": 3,
    }
    assert [(problem.key, problem.code) for problem in found.problems] == [("r/r3/m", "required")]
    assert [field.key for field in found.fields()][:4] == ["before", "n", "r/r1/m", "r/r1/nth"]
    drawn = group_of(found, "before")
    assert (drawn.fixed, [row.id for row in drawn.rows]) == (True, ["r1", "r2", "r3"])


def test_rows_beyond_the_count_wait_in_the_draft(now: Now) -> None:
    raw = {"n": "3", "r/r1/m": "1", "r/r2/m": "2", "r/r3/m": "3"}
    assert evaluate(SHIFTS, {**raw, "n": "1"}, now).answers["total"] == 1
    assert evaluate(SHIFTS, raw, now).answers["total"] == 6


def test_rows_that_have_ids_keep_them(now: Now) -> None:
    nested = {"n": 3, "r": [{"_id": "r2", "m": 5}, {"_id": "xa", "m": 6}]}
    raw, problems = flatten(SHIFTS, nested)
    assert problems == ()
    found = evaluate(SHIFTS, raw, now).answers["r"]
    assert isinstance(found, list)
    assert [(row["_id"], row["m"]) for row in found] == [("r2", 5), ("xa", 6), ("r3", None)]
    again, _ = flatten(SHIFTS, evaluate(SHIFTS, raw, now).answers)
    assert evaluate(SHIFTS, again, now).answers["r"] == found
    taken = evaluate(SHIFTS, {"n": "2", "r": ["r2"]}, now).answers["r"]
    assert isinstance(taken, list)
    assert [row["_id"] for row in taken] == ["r2", "r2-1"]


@pytest.mark.parametrize(("typed", "rows"), [("", 0), ("-2", 0), ("0", 0), ("2", 2)])
def test_a_count_that_is_none_gives_no_rows(now: Now, typed: str, rows: int) -> None:
    found = evaluate(SHIFTS, {"n": typed, "r": ["a", "b", "c"]}, now)
    assert found.answers["rows"] == rows
    assert len(group_of(found, "before").rows) == rows


def test_a_count_may_have_a_fraction_as_in_odk(now: Now) -> None:
    made = form(
        ask("n", "decimal"), repeat("r", ask("m"), count="${n}"), ask("c", "calculate", calculation="count(${r})")
    )
    assert evaluate(made, {"n": "2,9"}, now).answers["c"] == 2


def test_too_many_rows_are_told(now: Now) -> None:
    found = evaluate(SHIFTS, {"n": "600"}, now)
    first = found.problems[0]
    assert (first.key, first.code, dict(first.params)) == ("r", "too_many_rows", {"limit": 500, "rows": 600})
    assert found.answers["rows"] == 500
    assert evaluate(SHIFTS, {"n": "999999999999999"}, now).problems[0].code == "too_many_rows"


def test_an_irrelevant_counted_repeat_has_no_rows_for_others(now: Now) -> None:
    made = form(
        ask("n", "integer"),
        group("g", repeat("r", ask("m", "integer", default="4"), count="${n}", relevant="${n} < 3")),
        ask("s", "calculate", calculation="sum(${m})"),
    )
    assert evaluate(made, {"n": "2"}, now).answers["s"] == 8
    found = evaluate(made, {"n": "3"}, now)
    assert found.answers == {"n": 3, "g": {}, "s": 0}
    assert (group_of(found, "g").relevant, len(group_of(found, "g").rows)) == (False, 3)


NESTED = form(
    repeat(
        "o",
        ask("k", "integer"),
        repeat(
            "i",
            ask("m", "integer", calculation="position(..)"),
            repeat("j", ask("v", "integer", default="1"), count="${m}"),
            count="${k}",
        ),
        ask("inner", "calculate", calculation="count(${i})"),
        ask("sum", "calculate", calculation="sum(${v})"),
    ),
    ask("all", "calculate", calculation="sum(${v})"),
    ask("list", "calculate", calculation="join(' ', ${m})"),
)


def test_counts_inside_rows_are_each_rows_own(now: Now) -> None:
    nested: dict[str, Any] = {"o": [{"_id": "a", "k": 2}, {"_id": "b", "k": 0}, {"_id": "c", "k": 3}]}
    raw, _ = flatten(NESTED, nested)
    found = evaluate(NESTED, raw, now).answers
    outer = found["o"]
    assert isinstance(outer, list)
    assert [(row["_id"], row["inner"], row["sum"]) for row in outer] == [("a", 2, 3), ("b", 0, 0), ("c", 3, 6)]
    assert (found["all"], found["list"]) == (9, "1 2 1 2 3"), "in the order of the form"


def test_counted_rows_of_all_rows_together_are_bounded(now: Now) -> None:
    raw: dict[str, Any] = {"o": [f"r{number}" for number in range(100)]}
    raw |= {f"o/{row}/k": "400" for row in raw["o"]}
    found = evaluate(NESTED, raw, now)
    assert found.problems[0].code == "too_many_rows"
    assert sum(1 for field in found.fields() if field.question.name == "m") == 2_000
