"""Ranges, ranks, points and barcodes: what may be typed, what is wrong with it, how it is shown."""

from decimal import Decimal

import pytest

from forms.answers import Now, evaluate, flatten, nest
from forms.schema import Choice, Kind, Range
from forms.shown import show_point
from forms.values import parse
from tests.forms.make import ask, choices, form

WHOLE = Range(Decimal(1), Decimal(10), Decimal(3))
TENTHS = Range(Decimal(0), Decimal(1), Decimal("0.1"))


@pytest.mark.parametrize(
    ("offered", "typed", "text", "value"),
    [
        (WHOLE, "4", "4", 4),
        (WHOLE, "10", "10", 10),
        (WHOLE, "7,0", "7", 7),
        (TENTHS, "0,3", "0.3", Decimal("0.3")),
        (TENTHS, "0.7", "0.7", Decimal("0.7")),
        (TENTHS, "1", "1", Decimal(1)),
    ],
)
def test_a_range_takes_the_numbers_on_its_steps(offered: Range, typed: str, text: str, value: object) -> None:
    found = parse(Kind.RANGE, typed, {}, None, offered)
    assert (found.text, found.typed, found.code) == (text, value, None)
    assert type(found.typed) is type(value)


@pytest.mark.parametrize(
    ("offered", "typed", "code"),
    [
        (WHOLE, "5", "off_step"),
        (WHOLE, "0", "out_of_range"),
        (WHOLE, "13", "out_of_range"),
        (WHOLE, "4,5", "not_integer"),
        (TENTHS, "0,35", "off_step"),
        (Range(Decimal(0), Decimal(10) ** 15, Decimal("1e-14")), "999999999999,05", None),
        (Range(Decimal(0), Decimal(10) ** 15, Decimal("3e-14")), "999999999999,05", "off_step"),
        (TENTHS, "-0,1", "out_of_range"),
        (TENTHS, "ba", "not_number"),
    ],
)
def test_a_range_refuses_the_others(offered: Range, typed: str, code: str | None) -> None:
    found = parse(Kind.RANGE, typed, {}, None, offered)
    assert (found.typed is None, found.code) == (code is not None, code)


def test_a_range_is_a_number_to_expressions_and_comes_back_with_a_comma(now: Now) -> None:
    made = form(ask("r", "range", range=TENTHS), ask("double", "calculate", calculation="${r} * 2"))
    found = evaluate(made, {"r": "0,3"}, now)
    assert found.answers == {"r": 0.3, "double": 0.6}
    (field, _) = found.fields()
    assert (field.raw, field.shown) == ("0,3", "0,3")
    flat, _ = flatten(made, found.answers)
    assert flat["r"] == "0,3"


RANKED = form(
    ask("r", "rank", choices="l", required="true()"), ask("first", "calculate", calculation="selected-at(${r}, 0)"),
    lists={"l": choices("a", "b", "c")},
)  # fmt: skip


def test_a_rank_keeps_the_order_given(now: Now) -> None:
    found = evaluate(RANKED, {"r": ["c", "a", "b"]}, now)
    assert found.problems == ()
    assert found.answers == {"r": ["c", "a", "b"], "first": "c"}
    assert next(iter(found.fields())).shown == "C, A, B"
    assert evaluate(RANKED, {"r": "c a b"}, now).answers == found.answers
    assert nest(RANKED, flatten(RANKED, found.answers)[0]) == {"r": ["c", "a", "b"], "first": "c"}


@pytest.mark.parametrize(
    ("raw", "code", "params"),
    [
        (["c", "a"], "incomplete_rank", {"missing": 1}),
        (["c", "a", "c"], "incomplete_rank", {"missing": 1}),
        (["c", "a", "b", "a"], "incomplete_rank", {"missing": 0}),
        (["c", "a", "lạ"], "not_choice", {"text": "lạ"}),
        ([], "required", {}),
    ],
)
def test_a_rank_has_every_choice_once(now: Now, raw: list[str], code: str, params: dict[str, object]) -> None:
    (problem,) = evaluate(RANKED, {"r": raw}, now).problems
    assert (problem.key, problem.code, dict(problem.params)) == ("r", code, params)


def test_a_rank_is_complete_with_the_choices_that_are_offered(now: Now) -> None:
    listed = [Choice(name, name, {"kind": kind}) for name, kind in (("a", "x"), ("b", "y"), ("c", "x"))]
    made = form(ask("k"), ask("r", "rank", choices="l", choice_filter="kind = ${k}"), lists={"l": listed})
    assert evaluate(made, {"k": "x", "r": ["c", "a"]}, now).problems == ()
    codes = [problem.code for problem in evaluate(made, {"k": "x", "r": ["c", "b"]}, now).problems]
    assert codes == ["not_offered"]


@pytest.mark.parametrize(
    ("typed", "text", "shown"),
    [
        ("20,8449 106,6881", "20.8449 106.6881 0 0", "20,8449° B, 106,6881° Đ"),
        ("20.8449, 106.6881", "20.8449 106.6881 0 0", "20,8449° B, 106,6881° Đ"),
        ("20.8449,106.6881", "20.8449 106.6881 0 0", "20,8449° B, 106,6881° Đ"),
        (" 20,8449;106,6881 ", "20.8449 106.6881 0 0", "20,8449° B, 106,6881° Đ"),
        ("20.8449 106.6881 12.5 4.20", "20.8449 106.6881 12.5 4.2", "20,8449° B, 106,6881° Đ, 12,5 m, ±4,2 m"),
        ("-33.86\N{NO-BREAK SPACE}-70.5", "-33.86 -70.5 0 0", "33,86° N, 70,5° T"),
    ],
)
def test_a_point_is_read_as_people_and_devices_write_it(typed: str, text: str, shown: str) -> None:
    found = parse(Kind.GEOPOINT, typed, {})
    assert (found.text, found.typed, found.code) == (text, text, None)
    assert show_point(found.text) == shown
    assert parse(Kind.GEOPOINT, found.text, {}) == found


@pytest.mark.parametrize(
    "typed", ["20,8449", "20,8449,106,6881", "91 20", "20 181", "20 106 5 -1", "bắc đông", "1 2 3 4 5"]
)
def test_what_is_no_point_is_refused(typed: str) -> None:
    assert parse(Kind.GEOPOINT, typed, {}).code == "not_geopoint"


def test_points_and_barcodes_are_text_to_expressions(now: Now) -> None:
    made = form(
        ask("p", "geopoint"),
        ask("code", "barcode", constraint="regex(., '^[0-9]{13}$')"),
        ask("far", "calculate", calculation="distance(${p}, '20.8449 106.6881 0 0')"),
    )
    found = evaluate(made, {"p": "20,8449 106,6881", "code": "8934563138165"}, now)
    assert found.problems == ()
    assert found.answers == {"p": "20.8449 106.6881 0 0", "code": "8934563138165", "far": 0}
    assert flatten(made, {"code": 12.5})[0] == {"code": "12.5"}, "a code is text, not a figure"
