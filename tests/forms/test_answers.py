"""Judging drafts of a small form: relevance, calculations, checks, bindings, repeats."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Field, Heading, Now, Picture, RowGroup, evaluate, flatten
from forms.schema import Form

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FormOf = Callable[..., Form]


def picture(form: Form, nested: dict[str, Any], now: Now, **bound: str) -> Picture:
    raw, problems = flatten(form, nested)
    assert problems == ()
    return evaluate(form, raw, now, {key.replace("_", ".", 1): value for key, value in bound.items()})


def codes(found: Picture) -> list[tuple[str, str]]:
    return [(problem.key, problem.code) for problem in found.problems]


def field(found: Picture, key: str) -> Field:
    made = found.field(key)
    assert made is not None
    return made


def test_good_answers_have_no_problem_and_are_typed(own: Form, good: dict[str, Any], now: Now) -> None:
    found = picture(own, good, now)
    assert codes(found) == []
    assert found.answers == {
        "start": "2025-08-20T09:00:00+07:00",
        "a": {"kind": "xa", "unit": "00101", "to": "2025-07-20", "phone": "0912345678", "who": "Trần Thị B"},
        "b": {"recv": 1142, "online": 1048, "pct": 91.77, "money": 12.5, "ways": ["zalo"]},
        "h": {
            "has": "co",
            "item": [{"_id": "ra", "what": "Thiếu máy quét", "nth": 1, "cases": 3}],
            "all_cases": 3,
            "rows": 1,
        },
        "confirm": "OK",
    }


def test_an_empty_draft_tells_all_that_is_required_in_form_order(own: Form, now: Now) -> None:
    found = evaluate(own, {}, now)
    assert codes(found) == [
        ("a/kind", "required"),
        ("a/unit", "required"),
        ("b/recv", "required"),
        ("b/online", "required"),
        ("h/has", "required"),
        ("confirm", "required"),
    ]
    assert found.answers["b"] == {"recv": None, "online": None, "pct": 0, "ways": []}


def test_the_authors_words_win_and_are_filled(own: Form, good: dict[str, Any], now: Now) -> None:
    good["b"] = {"recv": 1142, "online": 2000}
    problem = picture(own, good, now).problems[0]
    assert (problem.key, problem.code, problem.message) == ("b/online", "constraint", "Không lớn hơn 1.142.")
    good["b"] = {"recv": 1142}
    problem = picture(own, good, now).problems[0]
    assert (problem.code, problem.message) == ("required", "Cần số trực tuyến trong 1.142 hồ sơ.")


def test_notes_and_labels_show_values_the_vietnamese_way(own: Form, good: dict[str, Any], now: Now) -> None:
    found = picture(own, good, now)
    assert field(found, "b/said").label == "Tỷ lệ 91,77% của 1.142."
    assert field(found, "h/item/ra/what").label == "Nội dung 1"
    assert field(found, "a/unit").shown == "Xã Bình An"
    assert field(found, "a/to").shown == "20/07/2025"


def test_what_is_irrelevant_is_kept_raw_blank_to_others_and_left_out(own: Form, good: dict[str, Any], now: Now) -> None:
    good["b"] = {"recv": 5, "online": 1, "money": "không phải số"}
    found = picture(own, good, now)
    money = field(found, "b/money")
    assert (money.relevant, money.raw, money.problem) == (False, "không phải số", None)
    assert "money" not in found.answers["b"]
    assert codes(found) == []


def test_an_invalid_text_stays_on_the_page_with_its_problem(own: Form, good: dict[str, Any], now: Now) -> None:
    good["b"] = {"recv": "mười", "online": "1"}
    found = picture(own, good, now)
    recv = field(found, "b/recv")
    assert (recv.raw, recv.typed, recv.shown) == ("mười", None, "")
    assert recv.problem is not None
    assert recv.problem.code == "not_integer"
    assert found.answers["b"]["recv"] is None


def test_choices_follow_their_filter(own: Form, now: Now) -> None:
    raw = {"a/kind": "xa", "a/unit": "00201"}
    found = evaluate(own, raw, now)
    assert [choice.name for choice in field(found, "a/unit").choices] == ["00101", "00102"]
    assert ("a/unit", "not_offered") in codes(found)
    assert ("a/unit", "not_offered") not in codes(evaluate(own, {**raw, "a/kind": "phuong"}, now))


def test_the_unit_and_period_are_bound_whatever_the_draft_says(own: Form, good: dict[str, Any], now: Now) -> None:
    found = picture(own, good, now, unit_kind="phuong", unit_code="00201", period_to="2025-08-18")
    kind, unit, to = (field(found, key) for key in ("a/kind", "a/unit", "a/to"))
    assert (kind.typed, kind.locked, kind.raw) == ("phuong", True, "phuong")
    assert (unit.typed, unit.locked, unit.shown) == ("00201", True, "Phường Hồng Hà")
    assert (to.shown, to.locked) == ("18/08/2025", True)
    assert codes(found) == []


def test_a_bound_unit_that_the_form_lacks_is_told_not_typed_over(own: Form, good: dict[str, Any], now: Now) -> None:
    found = picture(own, good, now, unit_code="99999")
    assert field(found, "a/unit").locked
    assert codes(found) == [("a/unit", "not_choice")]


def test_a_contact_is_locked_only_when_it_passes_the_checks(own: Form, good: dict[str, Any], now: Now) -> None:
    found = picture(own, good, now, contact_phone="0987654321", contact_name="Lê Văn C")
    assert (field(found, "a/phone").typed, field(found, "a/phone").locked) == ("0987654321", True)
    assert (field(found, "a/who").typed, field(found, "a/who").locked) == ("Lê Văn C", True)
    wrong = picture(own, good, now, contact_phone="098")
    assert (field(wrong, "a/phone").typed, field(wrong, "a/phone").locked) == ("0912345678", False)
    del good["a"]["phone"]
    prefilled = picture(own, good, now, contact_phone="098")
    assert (field(prefilled, "a/phone").raw, field(prefilled, "a/phone").locked) == ("098", False)
    assert codes(prefilled) == [("a/phone", "constraint")]


def test_a_blank_binding_binds_nothing(own: Form, good: dict[str, Any], now: Now) -> None:
    assert not field(picture(own, good, now, unit_code="  "), "a/unit").locked


def test_repeats_are_checked_row_by_row(own: Form, good: dict[str, Any], now: Now) -> None:
    good["h"] = {"has": "co", "item": [{"_id": "x", "what": "abc"}, {"_id": "y", "what": "đủ dài", "cases": 11}]}
    found = picture(own, good, now)
    assert [(p.key, p.code, p.row) for p in found.problems] == [
        ("h/item/x/what", "constraint", "x"),
        ("h/item/y/why", "required", "y"),
    ]
    assert found.page_problems("h") == found.problems
    assert found.page_problems("b") == ()


def test_a_repeat_starts_with_one_row_and_may_be_emptied(own: Form, good: dict[str, Any], now: Now) -> None:
    good["h"] = {"has": "co"}
    assert codes(picture(own, good, now)) == [("h/item/r1/what", "required")]
    good["h"] = {"has": "co", "item": []}
    found = picture(own, good, now)
    assert codes(found) == []
    assert found.answers["h"] == {"has": "co", "item": [], "all_cases": 0, "rows": 0}


def test_rows_of_an_irrelevant_repeat_are_not_counted(own: Form, good: dict[str, Any], now: Now) -> None:
    good["h"]["has"] = "khong"
    found = picture(own, good, now)
    assert found.answers["h"] == {"has": "khong", "all_cases": 0, "rows": 0}
    (_, group) = found.page("h")
    assert isinstance(group, RowGroup)
    assert (group.relevant, len(group.rows)) == (False, 1)


def test_an_irrelevant_answer_of_a_row_is_not_summed(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "begin repeat", "name": "r", "label": "R"},
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "integer", "name": "m", "label": "M", "relevant": "${n} > 1"},
            {"type": "end repeat"},
            {"type": "calculate", "name": "s", "calculation": "sum(${m})"},
        ]
    )
    rows = [{"n": 1, "m": 100}, {"n": 2, "m": 5}, {"n": 3, "m": 7}]
    assert picture(form, {"r": rows}, now).answers["s"] == 12


def test_pages_hold_everything_that_is_seen(own: Form, good: dict[str, Any], now: Now) -> None:
    found = picture(own, good, now)
    assert [page.key for page in own.pages] == ["a", "b", "h", "confirm"]
    names = [part.question.name for part in found.page("b") if isinstance(part, Field)]
    assert names == ["recv", "online", "online_explanation", "said", "money", "ways"], "calculations are not drawn"
    (_, group) = found.page("h")
    assert isinstance(group, RowGroup)
    row = group.rows[0]
    assert (row.id, row.key, row.number) == ("ra", "h/item/ra", 1)
    assert [part.key for part in row.items if isinstance(part, Field)] == [
        "h/item/ra/what",
        "h/item/ra/cases",
        "h/item/ra/why",
    ]
    with pytest.raises(KeyError):
        found.page("none")


def test_progress_counts_what_is_asked(own: Form, good: dict[str, Any], now: Now) -> None:
    good["b"] = {"recv": 5, "online": 9}
    progress = {line.key: line for line in picture(own, good, now).progress}
    b = progress["b"]
    assert (b.asked, b.answered, b.required, b.required_answered, b.problems) == (3, 2, 2, 2, 1)
    assert not b.complete
    assert progress["confirm"].complete


def test_what_was_filled_in_for_people_is_not_typed(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "begin group", "name": "g", "label": "G"},
            {"type": "text", "name": "name", "label": "Họ tên", "x_bind": "contact.name"},
            {"type": "integer", "name": "count", "label": "Số", "default": "5"},
            {"type": "integer", "name": "before", "label": "Kỳ trước", "x_previous": "prefill"},
            {"type": "calculate", "name": "twice", "calculation": "${count} * 2"},
            {"type": "text", "name": "more", "label": "Thêm", "required": "yes"},
            {"type": "end group"},
        ]
    )
    known, sent = {"contact.name": "Hồng"}, {"g": {"before": 7}}
    filled = evaluate(form, {"g/more": ""}, now, known, earlier=sent).progress[0]
    assert (filled.answered, filled.typed) == (3, 0)
    assert evaluate(form, {"g/count": "6"}, now, known, earlier=sent).progress[0].typed == 1


def test_groups_inside_a_page_are_headings(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "begin group", "name": "g", "label": "G", "relevant": "${x} = 1"},
            {"type": "begin group", "name": "inner", "label": "Trong ${x}"},
            {"type": "text", "name": "t", "label": "T", "required": "yes"},
            {"type": "end group"},
            {"type": "end group"},
            {"type": "integer", "name": "x", "label": "X"},
        ]
    )
    found = evaluate(form, {"x": "1"}, now)
    heading, leaf = found.page("g")
    assert isinstance(heading, Heading)
    assert (heading.label, heading.relevant) == ("Trong 1", True)
    assert isinstance(leaf, Field)
    hidden = evaluate(form, {"x": "2", "g/inner/t": "giữ"}, now)
    assert codes(hidden) == []
    assert hidden.answers == {"x": 2}
    assert not hidden.progress[0].relevant


def test_defaults_apply_to_what_is_absent_only(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "date", "name": "day", "label": "D", "default": "today()"},
            {"type": "integer", "name": "n", "label": "N", "default": "5"},
            {"type": "decimal", "name": "d", "label": "X", "default": "2.5"},
            {"type": "text", "name": "t", "label": "T", "default": "(không) có"},
            {"type": "text", "name": "fixed", "label": "F", "default": "cố định", "read_only": "yes"},
        ]
    )
    found = evaluate(form, {"n": "", "fixed": "sửa"}, now)
    assert found.answers == {"day": "2025-08-20", "n": None, "d": 2.5, "t": "(không) có", "fixed": "cố định"}
    assert field(found, "d").raw == "2,5"
    assert field(found, "fixed").locked


def test_calculations_settle_whatever_the_order_of_rows(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "calculate", "name": "third", "calculation": "${second} + 1"},
            {"type": "calculate", "name": "second", "calculation": "${first} * 2"},
            {"type": "integer", "name": "first", "label": "F"},
            {"type": "text", "name": "seen", "label": "S", "relevant": "${third} > 10", "required": "yes"},
        ]
    )
    assert codes(evaluate(form, {"first": "4"}, now)) == []
    found = evaluate(form, {"first": "5", "second": "999"}, now)
    assert (found.answers["third"], codes(found)) == (11, [("seen", "required")]), "typed calculations are ignored"


def test_a_question_with_a_calculation_is_computed_and_locked(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "decimal", "name": "tenth", "label": "T", "calculation": "${n} * 0.1", "required": "yes"},
            {"type": "date", "name": "d", "label": "D", "calculation": "'2025-07-01'"},
        ]
    )
    found = evaluate(form, {"n": "3", "tenth": "99"}, now)
    assert found.answers == {"n": 3, "tenth": 0.3, "d": "2025-07-01"}
    assert field(found, "tenth").locked
    assert codes(evaluate(form, {}, now)) == [], "nobody can answer it, so it is not required"


def test_a_computed_question_is_checked_like_any_other(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "integer", "name": "half", "label": "H", "calculation": "${n} div 2", "constraint": ". < 5"},
        ]
    )
    assert codes(evaluate(form, {"n": "8"}, now)) == []
    assert codes(evaluate(form, {"n": "10"}, now)) == [("half", "constraint")]
    assert codes(evaluate(form, {"n": "5"}, now)) == [("half", "not_integer")]


def test_what_once_draws_is_kept_in_the_draft(form_of: FormOf) -> None:
    form = form_of([{"type": "calculate", "name": "id", "calculation": "once(uuid())"}])
    moment = datetime(2025, 8, 20, tzinfo=ZONE)
    first = evaluate(form, {}, Now(moment, 1))
    drawn = first.drawn
    assert drawn == {"id": first.answers["id"]}
    later = evaluate(form, drawn, Now(moment, 2))
    assert later.answers == first.answers
    assert later.drawn == {}


def test_required_may_depend_on_answers(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "text", "name": "t", "label": "T", "required": "${n} > 3"},
        ]
    )
    assert codes(evaluate(form, {"n": "3"}, now)) == []
    assert codes(evaluate(form, {"n": "4"}, now)) == [("t", "required")]


def test_labels_of_choices_in_expressions(form_of: FormOf, own_choices: list[dict[str, str]], now: Now) -> None:
    form = form_of(
        [
            {"type": "select_one unit", "name": "u", "label": "U"},
            {"type": "calculate", "name": "said", "calculation": "jr:choice-name(${u}, '${u}')"},
            {"type": "calculate", "name": "k", "calculation": "instance('unit')/root/item[name = ${u}]/kind"},
            {"type": "note", "name": "n", "label": "Đơn vị ${u}"},
        ],
        own_choices,
    )
    found = evaluate(form, {"u": "00201"}, now)
    assert found.answers == {"u": "00201", "said": "Phường Hồng Hà", "k": "phuong"}
    assert field(found, "n").label == "Đơn vị Phường Hồng Hà"


def test_nested_repeats_have_their_own_rows(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "begin repeat", "name": "o", "label": "O"},
            {"type": "integer", "name": "n", "label": "N"},
            {"type": "begin repeat", "name": "i", "label": "I"},
            {"type": "integer", "name": "m", "label": "M", "constraint": ". <= ${n}"},
            {"type": "end repeat"},
            {"type": "calculate", "name": "s", "calculation": "sum(${m})"},
            {"type": "end repeat"},
            {"type": "calculate", "name": "all", "calculation": "sum(${m})"},
        ]
    )
    nested = {
        "o": [
            {"_id": "a", "n": 5, "i": [{"_id": "x", "m": 1}, {"_id": "y", "m": 9}]},
            {"_id": "b", "n": 9, "i": [{"_id": "x", "m": 9}]},
        ]
    }
    found = picture(form, nested, now)
    assert [(p.key, p.row) for p in found.problems] == [("o/a/i/y/m", "y")]
    assert [field(found, f"o/{row}/s").typed for row in ("a", "b")] == [10, 9]
    assert found.answers["all"] == 19
    assert picture(form, found.answers, now).answers == found.answers


def test_metadata_is_the_drafts_own_or_this_moments(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "start", "name": "s"},
            {"type": "end", "name": "e"},
            {"type": "today", "name": "d"},
            {"type": "deviceid", "name": "dev"},
            {"type": "text", "name": "t", "label": "T"},
        ]
    )
    found = evaluate(form, {"s": "2025-08-01T08:00:00+07:00", "d": "rác", "dev": "abc"}, now)
    assert found.answers == {
        "s": "2025-08-01T08:00:00+07:00",
        "e": "2025-08-20T09:00:00+07:00",
        "d": "2025-08-20",
        "t": None,
    }


def test_the_day_is_that_of_the_zone(form_of: FormOf) -> None:
    form = form_of([{"type": "date", "name": "d", "label": "D", "constraint": ". <= today()"}])
    late_evening_utc = datetime(2025, 8, 20, 18, 0, tzinfo=UTC)
    assert codes(evaluate(form, {"d": "2025-08-21"}, Now(late_evening_utc.astimezone(ZONE)))) == []
    assert codes(evaluate(form, {"d": "2025-08-21"}, Now(late_evening_utc))) == [("d", "constraint")]


RAW_VALUES = st.one_of(
    st.sampled_from(["", "0", "5", "1142", "1.142", "xa", "co", "khong", "OK", "00101", "2025-07-01", "lạ", "\x00"]),
    st.text(max_size=10),
    st.lists(st.text(max_size=5), max_size=3),
)


@given(
    st.sampled_from([["x"], "x", [], ["x", "x", "y/z"]]),
    st.lists(st.tuples(st.integers(0, 999), RAW_VALUES | st.integers(0, 3) | st.lists(st.integers(0, 3))), max_size=30),
    st.text(max_size=12),
)
def test_no_draft_of_nd132_ever_raises(
    nd132: Form, now: Now, rows: str | list[str], given_answers: list[tuple[int, Any]], phone: str
) -> None:
    """An answer is the question's place, and a text, or the place of a choice, or a list of either."""
    asked = [question for question in nd132.questions() if question.asked]
    raw: dict[str, Any] = {"h/h_item": rows}
    for place, given_value in given_answers:
        question = asked[place % len(asked)]
        names = [choice.name for choice in nd132.choices(question)] or [""]
        many = given_value if isinstance(given_value, list) else [given_value]
        chosen = [names[one % len(names)] if isinstance(one, int) else one for one in many]
        raw[question.path.replace("h_item/", "h_item/x/")] = chosen if isinstance(given_value, list) else chosen[0]
    found = evaluate(nd132, raw, now, {"contact.phone": phone, "unit.kind": "xa"})
    json.dumps(found.answers, allow_nan=False)
    assert len(found.progress) == len(nd132.pages)
    assert {problem.key for problem in found.problems} == {
        problem.key for page in nd132.pages for problem in found.page_problems(page.key)
    }


@given(st.data())
def test_problems_do_not_depend_on_the_order_of_typing(own: Form, now: Now, data: st.DataObject) -> None:
    keys = ["a/kind", "a/unit", "a/to", "a/phone", "b/recv", "b/online", "b/money", "b/ways", "h/has", "confirm"]
    rows = data.draw(st.sampled_from([[], ["x"], ["x", "y"], "x", ["a/b"]]))
    raw: dict[str, Any] = {"h/item": rows}
    for key in [*keys, "h/item/x/what", "h/item/x/cases", "h/item/y/why"]:
        if data.draw(st.booleans()):
            raw[key] = data.draw(RAW_VALUES)
    first = evaluate(own, raw, now)
    shuffled = list(raw.items())
    random.Random(data.draw(st.integers())).shuffle(shuffled)
    second = evaluate(own, dict(shuffled), now)
    assert first.problems == second.problems
    assert first.answers == second.answers
    assert {found.key for found in first.problems} <= {found.key for found in first.fields() if found.relevant}
    for page in own.pages:
        first.page(page.key)


def test_rows_are_bounded_and_the_rest_is_told(own: Form, now: Now) -> None:
    raw: dict[str, Any] = {"h/has": "co", "h/item": [f"r{number}" for number in range(600)]}
    found = evaluate(own, raw, now)
    first = found.problems[0]
    assert (first.key, first.code, dict(first.params)) == ("h/item", "too_many_rows", {"limit": 500, "rows": 600})
    assert first in found.page_problems("h")
    assert first not in found.page_problems("b")
    assert found.answers["h"]["rows"] == 500


def test_rows_of_nested_repeats_are_bounded_together(form_of: FormOf, now: Now) -> None:
    form = form_of(
        [
            {"type": "begin repeat", "name": "o", "label": "O"},
            {"type": "begin repeat", "name": "i", "label": "I"},
            {"type": "integer", "name": "m", "label": "M"},
            {"type": "end repeat"},
            {"type": "end repeat"},
        ]
    )
    ids = [f"r{number}" for number in range(500)]
    found = evaluate(form, {"o": ids, **{f"o/{row}/i": ids for row in ids}}, now)
    assert sum(1 for _ in found.fields()) <= 2_000
    assert found.problems[0].code == "too_many_rows"
