"""Answers brought from one version of a form to another: what comes along, what is left and told."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Now, evaluate
from forms.bring import bring
from forms.carry import Left, carry, without
from forms.counted import hidden_rows
from forms.keys import locate, moved_key, page_of
from forms.schema import EMPTY, LISTED, MANY, Choice, Form, Group, Item, Kind, Question, Repeat, Text
from tests.forms.make import ask, repeat
from tests.forms.make import form as make_form

FormOf = Callable[..., Form]
CHOICES = [
    {"list_name": "yesno", "name": "co", "label": "Có"},
    {"list_name": "yesno", "name": "khong", "label": "Không"},
    {"list_name": "way", "name": "zalo", "label": "Nhóm Zalo"},
    {"list_name": "way", "name": "thu", "label": "Thư"},
    {"list_name": "way", "name": "goi", "label": "Gọi điện"},
]


def _group(name: str, *rows: dict[str, str]) -> list[dict[str, str]]:
    return [{"type": "begin group", "name": name, "label": name.upper()}, *rows, {"type": "end group"}]


def _repeat(name: str, *rows: dict[str, str]) -> list[dict[str, str]]:
    return [{"type": "begin repeat", "name": name, "label": "Khó khăn"}, *rows, {"type": "end repeat"}]


def _ask(kind: str, name: str, label: str = "", **more: str) -> dict[str, str]:
    return {"type": kind, "name": name, "label": label or f"Câu {name}", **more}


def test_a_question_is_found_by_its_name_wherever_it_stands(form_of: FormOf) -> None:
    old = form_of([*_group("a", _ask("text", "who")), *_group("b", *_group("b1", _ask("integer", "many")))])
    new = form_of([_ask("integer", "many"), *_group("c", _ask("text", "who"), _ask("text", "more"))])
    found = carry(old, new, {"a/who": "Hồng", "b/b1/many": "mười"})
    assert found.raw == {"c/who": "Hồng", "many": "mười"}
    assert found.left == ()


def test_rows_keep_their_ids_and_removed_rows_their_answers(form_of: FormOf) -> None:
    old = form_of([*_group("h", *_repeat("item", _ask("text", "what"), *_repeat("sub", _ask("text", "deep"))))])
    new = form_of([*_repeat("item", _ask("text", "what"), *_group("g", *_repeat("sub", _ask("text", "deep"))))])
    raw = {
        "h/item": ["ra", "rb"],
        "h/item/ra/what": "Một",
        "h/item/rb/sub": ["s"],
        "h/item/rb/sub/s/deep": "Sâu",
        "h/item/gone/what": "Đã xóa",
    }
    found = carry(old, new, raw)
    assert found.left == ()
    assert found.raw == {
        "item": ["ra", "rb"],
        "item/ra/what": "Một",
        "item/rb/g/sub": ["s"],
        "item/rb/g/sub/s/deep": "Sâu",
        "item/gone/what": "Đã xóa",
    }


def test_into_or_out_of_a_repeat_does_not_fit(form_of: FormOf) -> None:
    old = form_of([*_repeat("item", _ask("text", "what"), _ask("text", "stays")), _ask("text", "single")])
    new = form_of([*_repeat("item", _ask("text", "single"), _ask("text", "stays")), _ask("text", "what")])
    found = carry(old, new, {"item": ["r1", "r2"], "item/r2/what": "Thiếu máy", "single": "Một", "item/r1/stays": "x"})
    assert found.raw == {"item": ["r1", "r2"], "item/r1/stays": "x"}
    what = Left("item/r2/what", "Thiếu máy", "rows", Kind.TEXT, "Câu what", (("Khó khăn", 2),), "Thiếu máy")
    assert found.left == (what, Left("single", "Một", "rows", Kind.TEXT, "Câu single", (), "Một"))


def test_what_is_gone_is_told_with_its_words(form_of: FormOf) -> None:
    old = form_of(
        [_ask("select_one yesno", "plan", "Có kế hoạch?"), _ask("date", "day"), *_repeat("item", _ask("text", "what"))],
        CHOICES,
    )
    new = form_of([_ask("text", "other")])
    found = carry(old, new, {"plan": "co", "day": "2025-07-03", "item": ["r1"], "item/r1/what": "Dột", "x": ""})
    assert found.raw == {"x": ""}
    assert [(one.label, one.shown, one.code, one.kind) for one in found.left] == [
        ("Có kế hoạch?", "Có", "removed", Kind.SELECT_ONE),
        ("Câu day", "03/07/2025", "removed", Kind.DATE),
        ("Khó khăn", "", "removed", None),
        ("Câu what", "Dột", "removed", Kind.TEXT),
    ]


@pytest.mark.parametrize(
    ("was", "now", "value", "kept", "left"),
    [
        ("text", "integer", "khoảng 10", "khoảng 10", None),
        ("integer", "text", "1.142", "1.142", None),
        ("text", "date", "cuối tháng", "cuối tháng", None),
        ("date", "text", "2025-07-03", "2025-07-03", None),
        ("decimal", "integer", "12,5", "12,5", None),
        ("text", "integer", "một\nhai", None, "một\nhai"),
        ("select_one way", "text", "zalo", None, "zalo"),
        ("text", "select_one way", "zalo", None, "zalo"),
        ("select_one way", "select_multiple way", "zalo", ["zalo"], None),
        ("select_multiple way", "select_one way", ["zalo"], "zalo", None),
        ("select_multiple way", "select_one way", ["zalo", "thu"], None, ["zalo", "thu"]),
        ("select_one yesno", "select_one way", "co", None, "co"),
        ("file", "text", "17", None, "17"),
        ("image", "file", "17", "17", None),
        ("file", "image", "17", None, "17"),
        ("text", "acknowledge", "yes", None, "yes"),
        ("acknowledge", "text", "OK", None, "OK"),
    ],
)
def test_another_kind_takes_what_can_be_typed_into_it(
    form_of: FormOf, was: str, now: str, value: Any, kept: Any, left: Any
) -> None:
    found = carry(form_of([_ask(was, "q")], CHOICES), form_of([_ask(now, "q")], CHOICES), {"q": value})
    assert found.raw == ({} if kept is None else {"q": kept})
    assert [one.value for one in found.left] == ([] if left is None else [left])


def test_choices_that_are_gone_are_left_and_the_others_stay(form_of: FormOf) -> None:
    fewer = [choice for choice in CHOICES if choice["name"] != "thu"]
    old = form_of([_ask("select_multiple way", "ways"), _ask("select_one way", "best")], CHOICES)
    new = form_of([_ask("select_multiple way", "ways"), _ask("select_one way", "best")], fewer)
    found = carry(old, new, {"ways": ["zalo", "thu"], "best": "thu"})
    assert found.raw == {"ways": ["zalo"]}
    assert [(one.key, one.value, one.shown, one.code) for one in found.left] == [
        ("ways", ["thu"], "Thư", "choice"),
        ("best", "thu", "Thư", "choice"),
    ]


def test_a_choice_whose_words_went_to_another_name_is_not_turned_over(form_of: FormOf) -> None:
    swapped = [{**choice, "label": {"Có": "Không", "Không": "Có"}.get(choice["label"], "")} for choice in CHOICES[:2]]
    reworded = [{**CHOICES[0], "label": "Có rồi"}, CHOICES[1]]
    old = form_of([_ask("select_one yesno", "plan")], CHOICES)
    turned = carry(old, form_of([_ask("select_one yesno", "plan")], swapped), {"plan": "co"})
    assert (turned.raw, turned.left[0].shown) == ({}, "Có")
    assert carry(old, form_of([_ask("select_one yesno", "plan")], reworded), {"plan": "co"}).raw == {"plan": "co"}


def test_a_tick_does_not_agree_to_other_words(form_of: FormOf) -> None:
    old, new = (form_of([_ask("acknowledge", "ok", label)]) for label in ("Số liệu đúng.", "Tôi chịu trách nhiệm."))
    assert carry(old, new, {"ok": "OK"}).left[0].code == "wording"
    assert carry(old, old, {"ok": "OK"}).raw == {"ok": "OK"}


def test_what_the_form_fills_in_now_is_not_overwritten_by_what_was_typed(form_of: FormOf) -> None:
    old = form_of([_ask("integer", "a"), _ask("integer", "sum"), _ask("text", "unit")])
    new = form_of(
        [
            _ask("integer", "a"),
            {"type": "calculate", "name": "sum", "calculation": "${a} + 1"},
            _ask("text", "unit", x_bind="unit.name"),
        ]
    )
    found = carry(old, new, {"a": "1", "sum": "5", "unit": "UBND"})
    assert found.raw == {"a": "1"}
    assert [(one.key, one.code) for one in found.left] == [("sum", "not_asked"), ("unit", "not_asked")]


def test_a_computed_answer_that_was_typed_over_stays_so(form_of: FormOf, now: Now) -> None:
    def made(trigger: str) -> Form:
        price = {"type": "integer", "name": "total", "label": "Tổng", "calculation": "${a} * 2", "trigger": trigger}
        return form_of([_ask("integer", "a"), _ask("integer", "b"), price])

    old, new = made("${a}"), made("${b}")
    raw = {"a": "1", "b": "3", "total": "5"}
    raw |= {key: str(value) for key, value in evaluate(old, raw, now).drawn.items()}
    assert raw["^total"]
    there = carry(old, new, raw).raw
    assert evaluate(new, there, now).answers["total"] == 5, "another trigger is no change of it"
    there |= evaluate(new, there, now).drawn
    assert evaluate(new, {**there, "b": "4"}, now).answers["total"] == 2, "it is marked for the new one"
    assert carry(old, form_of([_ask("integer", "a")]), {"total": "5", "^total": "1"}).raw == {}


def test_a_computed_answer_that_was_made_blank_stays_so(form_of: FormOf, now: Now) -> None:
    price = {"type": "integer", "name": "total", "label": "Tổng", "calculation": "${a} * 2", "trigger": "${a}"}
    old, new = form_of([_ask("integer", "a"), price]), form_of([*_group("g", _ask("integer", "a"), price)])
    raw = {"a": "1", **evaluate(old, {"a": "1"}, now).drawn, "total": ""}
    there = carry(old, new, raw).raw
    assert evaluate(new, there, now).answers == {"g": {"a": 1, "total": None}}


@pytest.mark.parametrize(
    ("was", "now_", "value", "kept"),
    [
        (ask("q", "calculate", calculation="1 div 8"), ask("q", "integer"), "0.125", "0,125"),
        (ask("q", "calculate", calculation="1 div 8"), ask("q", "text"), "0.125", "0,125"),
        (ask("q", "calculate", calculation="1 div 8"), ask("q", "calculate", calculation="2"), "0.125", "0.125"),
        (ask("q", "calculate", calculation="'1.125'"), ask("q", "text"), "1.125", "1.125"),
        (ask("q", "decimal"), ask("q", "integer"), "0.125", "0,125"),
        (ask("q", "decimal"), ask("q", "integer"), "1.125", "1.125"),  # reads two ways, and is wrong in both
        (ask("q", "decimal"), ask("q", "text"), "0.125", "0.125"),
        (ask("q", "text"), ask("q", "integer"), "1.125", "1.125"),
    ],
)
def test_a_figure_keeps_its_meaning(was: Question, now_: Question, value: str, kept: str) -> None:
    assert carry(make_form(was), make_form(now_), {"q": value}).raw == {"q": kept}


# Rows that the form counts


PLAIN = make_form(ask("n", "integer"), repeat("r", ask("m", "integer")))
COUNTED = make_form(ask("n", "integer"), repeat("r", ask("m", "integer"), count="${n}"))
INNER = make_form(repeat("o", repeat("r", ask("m"), count="2")))


def test_rows_that_were_counted_are_listed_where_they_are_not(now: Now) -> None:
    raw = {"n": "12", **{f"r/r{number}/m": str(number) for number in (1, 2, 11)}}
    there = carry(COUNTED, PLAIN, raw).raw
    assert there["r"] == [f"r{number}" for number in range(1, 12)], "in order, as they were drawn"
    assert carry(COUNTED, PLAIN, {"n": "3", "r": ["x"], "r/r2/m": "7", "r/gone/m": "1"}).raw["r"] == ["x", "r2"]
    assert "r" not in carry(COUNTED, PLAIN, {"n": "3", "r/r2/m": ""}).raw
    assert carry(COUNTED, PLAIN, {"r": ["r1"], "r/r1/m": "1"}).raw["r"] == ["r1"]
    plain = make_form(repeat("o", repeat("r", ask("m"))))
    inner = carry(INNER, plain, {"o": ["a", "b"], "o/b/r/r2/m": "chữ"}).raw
    assert inner == {"o": ["a", "b"], "o/b/r": ["r1", "r2"], "o/b/r/r2/m": "chữ"}
    assert "o/b/r" not in carry(INNER, INNER, {"o": ["a", "b"], "o/b/r/r2/m": "chữ"}).raw


@pytest.mark.parametrize(
    ("raw", "hidden"),
    [
        ({"n": "2", "r": ["a", "b", "c"]}, {"r/c"}),
        ({"n": "3", "r": ["a", "b", "c"]}, set()),
        ({"n": "0"}, {"r/r1"}),
        ({"n": "", "r": ["a"]}, set()),  # not known yet: they come back with the number
        ({"n": "hai", "r": ["a"]}, set()),
    ],
)
def test_rows_beyond_a_number_that_is_known(now: Now, raw: dict[str, Any], hidden: set[str]) -> None:
    assert hidden_rows(PLAIN, COUNTED, raw, now, {}) == hidden
    assert hidden_rows(COUNTED, COUNTED, raw, now, {}) == frozenset(), "it was so before"


def test_what_stands_in_a_hidden_row_is_left_and_told(now: Now) -> None:
    raw = {"n": "1", "r": ["a", "b"], "r/a/m": "5", "r/b/m": "6"}
    found = without(PLAIN, COUNTED, carry(PLAIN, COUNTED, raw), raw, hidden_rows(PLAIN, COUNTED, raw, now, {}))
    assert found.raw == {"n": "1", "r": ["a", "b"], "r/a/m": "5"}
    assert found.left == (Left("r/b/m", "6", "rows_fewer", Kind.INTEGER, "m", (("r", 2),), "6"),)
    back = carry(COUNTED, PLAIN, found.raw, found.left)
    assert (back.raw, back.restored) == (raw, found.left)


def test_many_rows_are_carried_in_a_moment() -> None:
    names = [f"q{number}" for number in range(10)]
    old, new = (make_form(repeat("r", *map(ask, kept))) for kept in (names, ["other"]))
    rows = [f"r{number}" for number in range(1, 501)]
    raw = {"r": rows} | {f"r/{row}/{name}": "chữ" for row in rows for name in names}
    start = time.process_time()
    there = carry(old, new, raw)
    back = carry(new, old, there.raw, there.left)
    assert time.process_time() - start < 1, "it grows with the rows, not with their square"
    assert (there.left[-1].rows, back.raw) == ((("r", 500),), raw)


def test_going_back_puts_answers_where_they_stood(form_of: FormOf) -> None:
    fewer = [choice for choice in CHOICES if choice["name"] != "thu"]
    old = form_of(
        [
            _ask("text", "gone"),
            _ask("select_multiple way", "ways"),
            *_repeat("item", _ask("text", "what")),
            _ask("acknowledge", "ok"),
        ],
        CHOICES,
    )
    new = form_of([_ask("select_multiple way", "ways"), _ask("acknowledge", "ok", "Lời khác")], fewer)
    raw = {"gone": "Vẫn đây", "ways": ["zalo", "thu"], "item": ["r1", "x"], "item/x/what": "Dột", "ok": "OK"}
    there = carry(old, new, raw)
    back = carry(new, old, there.raw, there.left)
    assert back.raw == {key: value for key, value in raw.items() if key != "ok"}
    assert [one.key for one in back.left] == ["ok"]
    assert set(map(id, back.restored)) == {id(one) for one in there.left if one.key != "ok"}


def test_an_answer_given_since_is_not_written_over_by_an_old_one(form_of: FormOf) -> None:
    form = form_of([_ask("text", "q")])
    waiting = Left("q", "cũ", "kind", Kind.TEXT)
    found = carry(form, form, {"q": "mới"}, [waiting])
    assert (found.raw, found.left, found.restored) == ({"q": "mới"}, (waiting,), ())


def test_the_same_left_answer_is_told_once(form_of: FormOf) -> None:
    old, new = form_of([_ask("text", "q")]), form_of([_ask("text", "p")])
    first = carry(old, new, {"q": "chữ"})
    assert carry(old, new, {"q": "chữ"}, first.left).left == first.left


def test_where_a_question_is_or_would_be(form_of: FormOf) -> None:
    old = form_of([*_group("a", _ask("text", "one"), _ask("text", "two")), *_group("b", _ask("text", "three"))])
    new = form_of([*_group("a", _ask("text", "one")), *_group("c", _ask("text", "three"))])
    assert [page_of(old, new, key) for key in ("a/one", "a/two", "b/three", "no")] == ["a", "a", "c", "a"]
    assert moved_key(old, new, "b/three") == "c/three"
    assert moved_key(old, new, "a/two") is None


# Sent answers


def test_sent_answers_add_up_under_the_newer_version(form_of: FormOf) -> None:
    old = form_of(
        [
            *_group("a", _ask("integer", "recv"), _ask("text", "cases"), _ask("integer", "total"), _ask("date", "day")),
            *_group("h", *_repeat("item", _ask("text", "what"), _ask("decimal", "money"))),
            _ask("select_one yesno", "plan"),
        ],
        CHOICES,
    )
    new = form_of(
        [
            *_group("b", _ask("integer", "recv"), _ask("integer", "cases"), _ask("text", "fresh"), _ask("date", "day")),
            {"type": "calculate", "name": "total", "calculation": "${recv} * 2"},
            *_repeat("item", _ask("text", "what"), _ask("decimal", "money")),
        ],
        CHOICES,
    )
    sent = {
        "a": {"recv": 1142, "cases": "1.035", "total": 2000, "day": None},
        "h": {"item": [{"_id": "ra", "what": "Dột", "money": 12.5}, {"_id": "rb", "what": None, "money": None}]},
        "plan": "co",
    }
    found = bring(old, new, sent)
    assert found.answers == {
        "b": {"recv": 1142, "cases": 1035, "day": None},
        "total": 2000,
        "item": [{"_id": "ra", "what": "Dột", "money": 12.5}, {"_id": "rb", "what": None, "money": None}],
    }
    assert [one.key for one in found.left] == ["plan"]
    assert bring(old, old, sent).answers == sent


@pytest.mark.parametrize(
    ("was", "now_", "value", "given", "left"),
    [
        ("decimal", "integer", 2.5, None, "2,5"),
        ("text", "integer", "khoảng 10", None, "khoảng 10"),
        ("decimal", "integer", 2, 2, None),
        ("integer", "text", 7, "7", None),
    ],
)
def test_a_sent_answer_that_cannot_be_read_as_the_new_kind_is_left(
    was: str, now_: str, value: object, given: object, left: str | None
) -> None:
    found = bring(make_form(ask("q", was)), make_form(ask("q", now_)), {"q": value})
    assert found.answers == ({} if given is None else {"q": given})
    assert [(one.value, one.code) for one in found.left] == ([] if left is None else [(left, "kind")])


def test_a_sent_blank_stays_a_blank_of_another_kind() -> None:
    found = bring(make_form(ask("q")), make_form(ask("q", "integer")), {"q": None})
    assert (found.answers, found.left) == ({"q": None}, ())


# Any two versions


def _questions(names: list[str]) -> st.SearchStrategy[dict[str, tuple[Kind, str, bool]]]:
    kinds = st.sampled_from([k for k in Kind if k is not Kind.NOTE])
    return st.fixed_dictionaries(
        {}, optional={n: st.tuples(kinds, st.sampled_from("LM"), st.booleans()) for n in names}
    )


def _made(placed: dict[str, tuple[Kind, str, bool]], homes: dict[str, str], labels: dict[str, str]) -> Form:
    """Questions q0.. in the homes "", g (a group), r (a repeat), r/s (a repeat in it), g/t (a repeat in the group)."""

    def inside(home: str) -> tuple[Item, ...]:
        prefix = f"{home}/" if home else ""
        found: list[Item] = [
            Question(
                name, f"{prefix}{name}", kind, Text((labels.get(name, name),)),
                choices=which if kind in LISTED else None, read_only=locked,
            )
            for name, (kind, which, locked) in placed.items()
            if homes.get(name, "") == home
        ]  # fmt: skip
        for name, kind in (("g", Group), ("r", Repeat), ("s", Repeat), ("t", Repeat)):
            path = {"s": "r/s", "t": "g/t"}.get(name, name)
            if path.rpartition("/")[0] == home:
                found.append(kind(name, path, EMPTY, inside(path)))
        return tuple(found)

    lists = {
        key: tuple(Choice(name, f"{key}-{name}") for name in names) for key, names in {"L": "abc", "M": "bcd"}.items()
    }
    return Form("f", "1", "F", inside(""), lists)


NAMES = [f"q{number}" for number in range(6)]
HOMES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", "g", "r", "r/s", "g/t"]))
LABELS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["một", "hai"]))
FORMS = st.builds(_made, _questions(NAMES), HOMES, LABELS)
TEXTS = st.one_of(
    st.sampled_from(["", "OK", "a", "b", "d", "12", "2025-01-02", "một\nhai"]), st.text("aơ1 /\n", max_size=6)
)


@st.composite
def _draft(draw: st.DrawFn, form: Form) -> dict[str, str | list[str]]:
    rows = st.lists(st.sampled_from(["r1", "r2", "x"]), unique=True, max_size=3)
    raw: dict[str, str | list[str]] = {}
    for item in form.walk():
        if isinstance(item, Group) or draw(st.booleans()):
            continue
        parts: list[str] = []
        for name in item.path.split("/"):
            parts.append(name)
            if name != item.name and isinstance(form.item(name), Repeat):
                parts.append(draw(st.sampled_from(["r1", "r2", "x"])))
        if isinstance(item, Repeat):
            value: str | list[str] = draw(rows)
        elif item.kind in MANY:
            value = draw(st.lists(st.sampled_from("abcdz"), unique=True, max_size=4))
        else:
            value = draw(TEXTS)
        raw["/".join(parts)] = value
    return raw


@given(st.data())
def test_every_answer_is_carried_or_left(data: st.DataObject) -> None:
    old, new = data.draw(FORMS), data.draw(FORMS)
    raw = data.draw(_draft(old))
    found = carry(old, new, raw)
    for key, value in raw.items():
        if not value:
            continue
        target = moved_key(old, new, key)
        kept = found.raw.get(target) if target else None
        left = [one.value for one in found.left if one.key == key]
        parts = set(value) if isinstance(value, list) else {value}
        told = [kept, *left]
        assert parts == {part for some in told if some for part in (some if isinstance(some, list) else [some])}
    assert all(locate(new, key) for key in found.raw)


@given(st.data())
def test_to_the_same_form_nothing_changes(data: st.DataObject) -> None:
    form = data.draw(FORMS)
    raw = data.draw(_draft(form))
    waiting = (Left("q9", "đã để lại", "removed", Kind.TEXT),)
    assert carry(form, form, raw, waiting) == carry(form, form, dict(raw), waiting)
    found = carry(form, form, raw, waiting)
    assert (found.raw, found.left) == (raw, waiting)


@given(st.data())
def test_there_and_back_loses_nothing(data: st.DataObject) -> None:
    old, new = data.draw(FORMS), data.draw(FORMS)
    raw = data.draw(_draft(old))
    there = carry(old, new, raw)
    back = carry(new, old, there.raw, there.left)
    for key, value in raw.items():
        parts = set(value) if isinstance(value, list) else {value} - {""}
        kept = back.raw.get(key, [])
        found = set(kept) if isinstance(kept, list) else {kept}
        for one in back.left:
            found |= set(one.value) if isinstance(one.value, list) else {one.value}
        assert parts <= found
