"""Nested and flat answers: the way there and back, and what cannot be taken."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Now, evaluate, flatten, nest
from forms.schema import Form, Group, Item, Kind, Question
from tests.forms import make


def test_an_answer_becomes_flat(own: Form) -> None:
    nested = {
        "a": {"kind": "xa"},
        "b": {"recv": 1142, "money": 12.5, "ways": ["zalo", "khong"]},
        "h": {"has": "co", "item": [{"_id": "ra", "what": "Thiếu máy"}, {"_id": "rb", "cases": None}]},
        "confirm": True,
    }
    flat, problems = flatten(own, nested)
    assert problems == ()
    assert flat == {
        "a/kind": "xa",
        "b/recv": "1142",
        "b/money": "12,5",
        "b/ways": ["zalo", "khong"],
        "h/has": "co",
        "h/item": ["ra", "rb"],
        "h/item/ra/what": "Thiếu máy",
        "h/item/rb/cases": "",
        "confirm": "OK",
    }


def _values(item: Item) -> st.SearchStrategy[Any]:
    text = st.text(max_size=20)
    if isinstance(item, Question):
        return st.lists(text, max_size=3) if item.kind is Kind.SELECT_MULTIPLE else text
    inner = _objects(item.items)
    if isinstance(item, Group):
        return inner.filter(bool)
    ids = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True), unique=True, max_size=3)
    return ids.flatmap(lambda found: st.tuples(*(inner.map(lambda row, i=i: {"_id": i, **row}) for i in found))).map(
        list
    )


def _objects(items: tuple[Item, ...]) -> st.SearchStrategy[dict[str, Any]]:
    shown = {item.name: _values(item) for item in items if not (isinstance(item, Question) and item.kind is Kind.NOTE)}
    return st.fixed_dictionaries({}, optional=shown)


@given(st.data())
def test_nesting_what_was_flattened_gives_it_back(own: Form, data: st.DataObject) -> None:
    nested = data.draw(_objects(own.items))
    flat, problems = flatten(own, nested)
    assert problems == ()
    assert nest(own, flat) == nested
    assert flatten(own, nest(own, flat)) == (flat, ())


def test_stored_answers_flatten_to_a_draft_that_says_the_same(own: Form, good: dict[str, Any], now: Now) -> None:
    first = evaluate(own, flatten(own, good)[0], now)
    again, problems = flatten(own, first.answers)
    assert problems == ()
    assert evaluate(own, again, now).answers == first.answers


@pytest.mark.parametrize(
    ("nested", "key", "code"),
    [
        ({"b": {"nothing": 1}}, "b/nothing", "unknown_question"),
        ({"zzz": {}}, "zzz", "unknown_question"),
        ({"b": {"said": "x"}}, "b/said", "unknown_question"),
        ({"b": [1]}, "b", "wrong_shape"),
        ({"b": {"recv": {"x": 1}}}, "b/recv", "wrong_shape"),
        ({"b": {"recv": [1]}}, "b/recv", "wrong_shape"),
        ({"b": {"recv": float("nan")}}, "b/recv", "wrong_shape"),
        ({"b": {"recv": 10**5000}}, "b/recv", "wrong_shape"),
        ({"b": {"money": 1e300}}, "b/money", "wrong_shape"),
        ({"b": {"ways": {"zalo": True}}}, "b/ways", "wrong_shape"),
        ({"b": {"ways": [["zalo"]]}}, "b/ways", "wrong_shape"),
        ({"h": {"item": {"what": "x"}}}, "h/item", "wrong_shape"),
        ({"h": {"item": ["x"]}}, "h/item", "wrong_shape"),
        ({"h": {"item": [{"_id": "a/b"}]}}, "h/item", "bad_row_id"),
        ({"h": {"item": [{"_id": 5}]}}, "h/item", "bad_row_id"),
        ({"h": {"item": [{"_id": "a"}, {"_id": "a"}]}}, "h/item", "duplicate_row"),
        ({"h": {"item": [{"oops": 1}]}}, "h/item/r1/oops", "unknown_question"),
        ({"h": {"item": [{}] * 501}}, "h/item", "too_many_rows"),
        ({"a": {"who": "x" * 100_001}}, "a/who", "too_long"),
    ],
)
def test_what_does_not_fit_is_a_problem_and_never_an_exception(
    own: Form, nested: dict[str, Any], key: str, code: str
) -> None:
    flat, problems = flatten(own, nested)
    assert [(found.key, found.code) for found in problems] == [(key, code)]
    assert key not in flat or key == "h/item", "a refused value is not kept"


def test_rows_without_an_id_get_the_same_ones_again(own: Form) -> None:
    nested = {"h": {"item": [{"what": "một"}, {"_id": "r1", "what": "hai"}, {"what": "ba"}]}}
    flat, problems = flatten(own, nested)
    assert problems == ()
    assert flat["h/item"] == ["r1-1", "r1", "r3"]
    assert flatten(own, nested)[0] == flat


def test_only_an_object_is_an_answer(own: Form) -> None:
    anything: Any = ["a"]
    flat, problems = flatten(own, anything)
    assert flat == {}
    assert [found.code for found in problems] == ["wrong_shape"]


def test_rows_that_the_repeat_does_not_list_are_left_out(own: Form) -> None:
    raw = {"h/item": ["rb", "rb", "x/y"], "h/item/ra/what": "gone", "h/item/rb/what": "kept", "no/such": "x"}
    assert nest(own, raw) == {"h": {"item": [{"_id": "rb", "what": "kept"}]}}


def test_rows_that_no_key_lists_yet_are_nested_in_their_order() -> None:
    counted = make.form(
        make.ask("n", "integer"),
        make.repeat("h", make.ask("x"), count="${n}"),
        make.repeat("k", make.ask("y")),
    )
    raw = {"n": "10", "h/r2/x": "b", "h/r10/x": "j", "h/r1/x": "a", "k/r1/y": "c"}
    nested = nest(counted, raw)
    assert nested == {
        "n": "10",
        "h": [{"_id": "r1", "x": "a"}, {"_id": "r2", "x": "b"}, {"_id": "r10", "x": "j"}],
        "k": [{"_id": "r1", "y": "c"}],
    }
    assert flatten(counted, nested)[0].items() >= raw.items()
