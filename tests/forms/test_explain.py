"""The form's author is told why: which rule hides or refuses a question, which part of it, and by which values."""

from __future__ import annotations

import pytest

from forms import xlsform
from forms.answers import Now, evaluate
from forms.explain import Explanation, Finding, terms
from forms.expressions import ExpressionError
from forms.schema import Form
from tests.forms.conftest import make_cells


def explained(form: Form, raw: dict[str, str | list[str]], page: str, now: Now) -> dict[str, Explanation]:
    return {found.key: found for found in evaluate(form, raw, now).explain(page)}


def finding(found: Explanation, rule: str) -> Finding:
    (only,) = [one for one in found.findings if one.rule == rule]
    return only


def values(found: Finding) -> dict[str, tuple[str, ...]]:
    return {seen.question.name: seen.shown for seen in found.seen}


def test_a_hidden_question_names_the_rule_and_what_it_was_judged_by(own: Form, now: Now) -> None:
    found = explained(own, {"b/recv": "1000"}, "b", now)
    hidden = found["b/money"]
    assert (hidden.relevant, hidden.hidden_by) == (False, None)
    rule = finding(hidden, "relevant")
    assert (rule.source, rule.holds, rule.terms) == ("${recv} > 1000", False, ())
    assert values(rule) == {"recv": ("1.000",)}
    assert finding(explained(own, {"b/recv": "1001"}, "b", now)["b/money"], "relevant").holds is True


def test_a_refused_answer_tells_which_part_failed(own: Form, now: Now) -> None:
    found = explained(own, {"b/recv": "10", "b/online": "12"}, "b", now)["b/online"]
    assert found.problem is not None
    assert found.problem.code == "constraint"
    rule = finding(found, "constraint")
    assert (rule.holds, rule.operator, rule.own) == (False, "and", True)
    assert [(term.source, term.holds) for term in rule.terms] == [(". >= 0", True), (". <= ${recv}", False)]
    assert values(rule) == {"online": ("12",), "recv": ("10",)}


def test_a_blank_answer_is_not_judged_by_its_constraint(own: Form, now: Now) -> None:
    found = explained(own, {"b/recv": "10"}, "b", now)["b/online"]
    assert found.findings == ()
    assert found.problem is not None
    assert (found.required, found.problem.code) == (True, "required")


def test_what_is_computed_unseen_is_explained_with_its_operands(own: Form, now: Now) -> None:
    found = explained(own, {"b/recv": "1142", "b/online": "1048"}, "b", now)["b/pct"]
    assert found.shown == "91,77"
    assert values(finding(found, "calculation")) == {"recv": ("1.142",), "online": ("1.048",)}


def test_rows_are_explained_one_by_one_and_a_hidden_repeat_hides_what_is_in_it(own: Form, now: Now) -> None:
    raw: dict[str, str | list[str]] = {
        "h/has": "co",
        "h/item": ["r1", "r2"],
        "h/item/r1/cases": "11",
        "h/item/r2/cases": "2",
    }
    found = explained(own, raw, "h", now)
    assert (found["h/item"].rows, found["h/item"].relevant) == (2, True)
    assert values(finding(found["h/item/r1/why"], "relevant")) == {"cases": ("11",)}
    assert [found[f"h/item/{row}/why"].relevant for row in ("r1", "r2")] == [True, False]
    assert values(finding(found["h/all_cases"], "calculation")) == {"cases": ("11", "2")}
    hidden = explained(own, {**raw, "h/has": "khong"}, "h", now)
    assert finding(hidden["h/item"], "relevant").holds is False
    assert hidden["h/item/r1/what"].hidden_by is own.item("item")


def test_a_filter_counts_what_it_leaves(own: Form, now: Now) -> None:
    found = explained(own, {"a/kind": "xa"}, "a", now)["a/unit"]
    assert (found.offered, found.listed) == (2, 3)
    assert values(finding(found, "choice_filter")) == {"kind": ("Xã",)}


def test_the_rule_of_the_whole_page_comes_first(now: Now) -> None:
    form = xlsform.build(
        make_cells(
            [
                {"type": "integer", "name": "n", "label": "Số"},
                {"type": "begin group", "name": "g", "label": "Nhóm", "relevant": "${n} > 1"},
                {"type": "text", "name": "t", "label": "Chữ", "required": "${n} > 5", "default": "today()"},
                {"type": "end group"},
            ]
        )
    )
    first, inside = evaluate(form, {"n": "1"}, now).explain("g")
    assert (first.key, first.relevant, first.item) == ("g", False, form.item("g"))
    assert (inside.hidden_by, inside.findings) == (form.item("g"), ())
    inside = evaluate(form, {"n": "6"}, now).explain("g")[1]
    assert (finding(inside, "required").holds, inside.required) == (True, True)
    assert (finding(inside, "default").source, inside.shown) == ("today()", "2025-08-20")


def test_a_value_that_is_hidden_is_not_told_as_an_answer(own: Form, now: Now) -> None:
    (seen,) = finding(explained(own, {"h/has": "khong"}, "h", now)["h/all_cases"], "calculation").seen
    assert (seen.asked, seen.shown) == (False, ())


@pytest.mark.parametrize(
    ("source", "operator", "parts"),
    [
        ("${a} = 1", "", ()),
        ("${a} = 1 and ${b} > 2", "and", ("${a} = 1", "${b} > 2")),
        ("${a} and ${b} or ${c}", "or", ("${a} and ${b}", "${c}")),
        ("((${a} or ${b}))", "or", ("${a}", "${b}")),
        ("(${a}) and (${b} or ${c})", "and", ("(${a})", "(${b} or ${c})")),
        ("not(${a} and ${b})", "", ()),
        (". != ' and ' and . != \") or (\"", "and", (". != ' and '", '. != ") or ("')),
        ("instance('a')/root/item[x and y]/z or 1", "or", ("instance('a')/root/item[x and y]/z", "1")),
        ("1and 2", "and", ("1", "2")),
        ("and or or", "or", ("and", "or")),
    ],
)  # fmt: skip
def test_terms_are_those_that_the_outermost_operator_joins(source: str, operator: str, parts: tuple[str, ...]) -> None:
    assert terms(source) == (operator, parts)


def test_what_does_not_parse_has_no_terms() -> None:
    with pytest.raises(ExpressionError):
        terms("${a} and 'x")
