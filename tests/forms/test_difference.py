"""What changed between two versions of a form, told as codes with both texts."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.difference import Change, counts, difference
from forms.schema import Form
from tests.forms.make import ask
from tests.forms.make import form as make_form

FormOf = Callable[..., Form]
Row = dict[str, str]
CHOICES = [
    {"list_name": "yesno", "name": "co", "label": "Có"},
    {"list_name": "yesno", "name": "khong", "label": "Không"},
]


def _ask(kind: str, name: str, label: str = "", **more: str) -> Row:
    return {"type": kind, "name": name, "label": label or f"Câu {name}", **more}


def _told(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str]]:
    return [(change.code, change.name, change.old, change.new) for change in changes]


def test_a_version_differs_in_nothing_from_itself(nd132: Form) -> None:
    assert difference(nd132, nd132) == ()


def test_added_and_removed_stand_in_the_order_of_the_form(form_of: FormOf) -> None:
    old = form_of([_ask("text", "a"), _ask("text", "gone", "Câu bỏ"), _ask("text", "b")])
    new = form_of([_ask("text", "a"), _ask("text", "b"), _ask("integer", "fresh", "Câu mới")])
    found = difference(old, new)
    assert _told(found) == [("removed", "gone", "Câu bỏ", ""), ("added", "fresh", "", "Câu mới")]
    assert counts(found) == {"removed": 1, "added": 1}


def test_the_same_words_under_another_name_are_a_guess_of_their_own(form_of: FormOf) -> None:
    old = form_of([_ask("integer", "e_st", "Số  cán bộ"), _ask("text", "twice", "Khác")])
    new = form_of([_ask("integer", "e_st2", "Số cán bộ", required="yes"), _ask("integer", "other", "Khác")])
    assert _told(difference(old, new)) == [
        ("removed", "twice", "Khác", ""),
        ("renamed", "e_st2", "e_st", "e_st2"),
        ("label", "e_st2", "Số  cán bộ", "Số cán bộ"),
        ("required", "e_st2", "", "yes"),
        ("added", "other", "", "Khác"),
    ]


@pytest.mark.parametrize(
    ("was", "now", "code", "old", "new"),
    [
        ({}, {"type": "integer"}, "type", "text", "integer"),
        ({}, {"label": "Khác"}, "label", "Câu", "Khác"),
        ({"hint": "Gợi ý"}, {}, "hint", "Gợi ý", ""),
        ({}, {"required": "yes"}, "required", "", "yes"),
        ({"required": "${z} > 1"}, {"required": "yes"}, "required", "${z} > 1", "yes"),
        ({}, {"required": "yes", "required_message": "Cần có."}, "required_message", "", "Cần có."),
        ({}, {"relevant": "${z} > 1"}, "relevant", "", "${z} > 1"),
        ({"constraint": ". != 'a'"}, {"constraint": ". != 'b'"}, "constraint", ". != 'a'", ". != 'b'"),
        ({}, {"default": "tám"}, "default", "", "tám"),
        ({}, {"calculation": "${z} * 2"}, "calculation", "", "${z} * 2"),
        ({}, {"read_only": "yes"}, "read_only", "", "yes"),
        ({}, {"appearance": "multiline"}, "appearance", "", "multiline"),
        ({"x_bind": "unit.name"}, {}, "bind", "unit.name", ""),
        ({"x_consolidate": "list"}, {"x_consolidate": "count"}, "consolidate", "list", "count"),
        ({"x_previous": "show"}, {"x_previous": "prefill"}, "previous", "show", "prefill"),
    ],
)
def test_every_property_is_compared(form_of: FormOf, was: Row, now: Row, code: str, old: str, new: str) -> None:
    base = {"type": "text", "name": "q", "label": "Câu"}
    z = _ask("integer", "z")
    found = difference(form_of([z, {**base, **was}]), form_of([z, {**base, **now}]))
    assert (code, "q", old, new) in _told(found)


def test_choices_are_compared_one_by_one(form_of: FormOf) -> None:
    old = form_of([_ask("select_one yesno", "q")], [*CHOICES, {"list_name": "yesno", "name": "cho", "label": "Chờ"}])
    new = form_of(
        [_ask("select_one yesno", "q")],
        [
            {"list_name": "yesno", "name": "khong", "label": "Chưa"},
            {"list_name": "yesno", "name": "co", "label": "Có"},
            {"list_name": "yesno", "name": "dang", "label": "Đang làm"},
        ],
    )
    assert _told(difference(old, new)) == [
        ("choices_added", "q", "", "Đang làm"),
        ("choices_removed", "q", "Chờ", ""),
        ("choices_relabelled", "q", "Không", "Chưa"),
        ("choices_reordered", "q", "", ""),
    ]


def test_moves_are_told_by_what_things_stand_in(form_of: FormOf) -> None:
    def group(kind: str, name: str, *rows: Row) -> list[Row]:
        return [{"type": f"begin {kind}", "name": name, "label": f"Phần {name}"}, *rows, {"type": f"end {kind}"}]

    old = form_of(
        [*group("group", "a", _ask("text", "q"), _ask("text", "p")), *group("repeat", "r", _ask("text", "x"))]
    )
    new = form_of([*group("group", "a", _ask("text", "p")), *group("group", "b", _ask("text", "q"), _ask("text", "x")),
                   *group("repeat", "r", _ask("text", "y"))])  # fmt: skip
    assert _told(difference(old, new)) == [
        ("added", "b", "", "Phần b"),
        ("moved", "q", "Phần a", "Phần b"),
        ("rows", "x", "r", ""),
        ("added", "y", "", "Câu y"),
    ]


def test_one_question_put_elsewhere_is_one_change(form_of: FormOf) -> None:
    names = ["a", "b", "c", "d", "e"]
    old = form_of([_ask("text", name) for name in names])
    new = form_of([_ask("text", name) for name in ["b", "c", "d", "a", "e"]])
    assert _told(difference(old, new)) == [("reordered", "a", "", "")]


def test_thousands_of_questions_are_compared_in_a_moment() -> None:
    names = [f"q{number}" for number in range(3_000)]
    turned = [*names[1_500:], *names[:1_400]]
    old, new = (make_form(*map(ask, some)) for some in (names, turned))
    start = time.process_time()
    found = difference(old, new)
    assert time.process_time() - start < 2, "it grows with the questions, not with their square"
    assert counts(found) == {"reordered": 1_400, "removed": 100}


def test_a_group_in_place_of_a_question_is_another_thing(form_of: FormOf) -> None:
    old = form_of([_ask("text", "q")])
    new = form_of([{"type": "begin group", "name": "q", "label": "Phần"}, _ask("text", "in"), {"type": "end group"}])
    assert _told(difference(old, new)) == [
        ("removed", "q", "Câu q", ""), ("added", "q", "", "Phần"), ("added", "in", "", "Câu in"),
    ]  # fmt: skip


ROWS: list[Row] = [_ask("text", name) for name in "abcdef"]


@given(st.permutations(ROWS), st.permutations(ROWS), st.integers(0, 6), st.integers(0, 6))
def test_no_difference_is_told_where_there_is_none(
    form_of: Any, one: list[Row], two: list[Row], first: int, second: int
) -> None:
    old, new = form_of([*one[:first], _ask("text", "z")]), form_of([*two[:second], _ask("text", "z")])
    found = difference(old, new)
    same = [q.name for q in old.questions()] == [q.name for q in new.questions()]
    assert (found == ()) == same
    codes = counts(found)
    went = {row["name"] for row in one[:first]} - {row["name"] for row in two[:second]}
    came = {row["name"] for row in two[:second]} - {row["name"] for row in one[:first]}
    assert (codes.get("removed", 0), codes.get("added", 0)) == (len(went), len(came))
