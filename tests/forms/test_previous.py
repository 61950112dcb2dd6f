"""Last period's answers: matched by name and kind, filled in, and a reason asked for where a figure changed a lot."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from forms.answers import Now, evaluate
from forms.previous import Before, before, comparable
from forms.schema import Form
from tests.forms.conftest import make_cells

Rows = list[dict[str, str]]
ROWS: Rows = [
    {"type": "begin group", "name": "g", "label": "Nhóm"},
    {"type": "integer", "name": "n", "label": "Số hồ sơ ở ${where}", "x_previous": "explain > 30%"},
    {"type": "decimal", "name": "d", "label": "Số tiền", "x_previous": "explain > 12.5%"},
    {"type": "text", "name": "where", "label": "Nơi", "x_previous": "prefill"},
    {"type": "select_one way", "name": "way", "label": "Cách", "x_previous": "prefill"},
    {"type": "end group"},
    {"type": "calculate", "name": "all", "calculation": "${n} + ${d}", "x_previous": "explain > 50%"},
    {"type": "begin repeat", "name": "r", "label": "Dòng"},
    {"type": "text", "name": "what", "label": "Gì", "x_previous": "prefill"},
    {"type": "end repeat"},
]
WAYS = [{"list_name": "way", "name": name, "label": label} for name, label in (("mot", "Một"), ("hai", "Hai"))]


@pytest.fixture
def made(form_of: Callable[..., Form]) -> Form:
    return form_of(ROWS, WAYS)


def asked_why(made: Form, now: Now, was: object, n: str, name: str = "n") -> bool:
    found = evaluate(made, {f"g/{name}": n}, now, earlier={"g": {name: was}}).field(f"g/{name}_explanation")
    assert found is not None
    return found.relevant


@pytest.mark.parametrize(
    ("was", "n", "asked"),
    [(100, "130", False), (100, "131", True), (100, "70", False), (100, "69", True), (0, "0", False), (0, "1", True),
     (-100, "-131", True), (-100, "-130", False), (10**14, str(13 * 10**13), False),
     (10**14, str(13 * 10**13 + 1), True),     (100, "", False), (None, "5", False), (100, "mười", False)],
)  # fmt: skip
def test_a_reason_is_asked_for_beyond_the_threshold_and_not_at_it(
    made: Form, now: Now, was: object, n: str, asked: bool
) -> None:
    assert asked_why(made, now, was, n) is asked


@pytest.mark.parametrize(("was", "d", "asked"), [(0.8, "0,9", False), (0.8, "0,9001", True), (1.6, "1,4", False)])
def test_decimals_are_compared_as_on_paper(made: Form, now: Now, was: float, d: str, asked: bool) -> None:
    assert asked_why(made, now, was, d, "d") is asked


def test_the_reason_is_required_and_stored_beside_the_figure(made: Form, now: Now) -> None:
    earlier = {"g": {"n": 100}}
    picture = evaluate(made, {"g/n": "200", "g/where": "An Lão"}, now, earlier=earlier)
    (problem,) = (found for found in picture.problems if found.key == "g/n_explanation")
    assert problem.code == "required"
    assert problem.message == "Số liệu thay đổi quá 30% so với kỳ trước. Vui lòng nêu lý do."
    found = picture.field("g/n_explanation")
    assert found is not None
    assert found.label == "Vì sao “Số hồ sơ ở An Lão” thay đổi nhiều so với kỳ trước?"
    picture = evaluate(made, {"g/n": "200", "g/n_explanation": "Sáp nhập"}, now, earlier=earlier)
    assert picture.answers["g"] == {"n": 200, "n_explanation": "Sáp nhập", "d": None, "where": None, "way": None}
    assert "n_explanation" not in str(evaluate(made, {"g/n": "200"}, now).answers), (
        "without last period nothing is asked"
    )


def test_a_computed_figure_is_explained_too(made: Form, now: Now) -> None:
    picture = evaluate(made, {"g/n": "1", "g/d": "1"}, now, earlier={"all": 9})
    assert picture.answers["all_explanation"] is None


def test_an_authors_own_question_of_that_name_is_asked_instead(form_of: Callable[..., Form]) -> None:
    own = form_of([ROWS[1] | {"label": "Số"}, {"type": "text", "name": "n_explanation", "label": "Lý do"}])
    question = own.question("n_explanation")
    assert question is not None
    assert (question.label.plain, question.explains) == ("Lý do", "")


def test_in_rows_it_is_told_to_do_nothing(made: Form, now: Now) -> None:
    assert [(found.code, found.row) for found in made.warnings] == [("previous_in_rows", 10)]  # type: ignore[attr-defined]
    sent = {"r": [{"_id": "r1", "what": "cũ"}]}
    earlier = comparable(made, sent, before(made, made, sent))
    assert evaluate(made, {}, now, earlier=earlier).answers["r"] == [{"_id": "r1", "what": None}]


def test_the_words_are_in_the_languages_of_the_form(now: Now) -> None:
    from forms import xlsform

    rows = [{"type": "integer", "name": "n", "label::Tiếng Việt (vi)": "Số", "label::English (en)": "Count",
             "x_previous": "explain > 5%"}]  # fmt: skip
    made = xlsform.build(make_cells(rows, (), ({"form_id": "f", "default_language": "Tiếng Việt (vi)"},)))
    found = evaluate(made, {"n": "2"}, now, earlier={"n": 1}, language="English (en)").field("n_explanation")
    assert found is not None
    assert found.label == "Why did “Count” change much since last period?"
    assert found.problem is not None
    assert found.problem.message == "The figure changed by more than 5% since last period. Please say why."


ANSWERS: dict[str, Any] = {"g": {"n": 1142, "d": 12.5, "where": "Xã", "way": "hai"}, "all": 1154.5}


def test_earlier_answers_are_found_by_name_and_kind(made: Form, form_of: Callable[..., Form]) -> None:
    assert before(made, made, ANSWERS) == {
        "g/n": Before("1142", "1.142", 1142),
        "g/d": Before("12,5", "12,5", Decimal("12.5")),
        "g/where": Before("Xã", "Xã", "Xã"),
        "g/way": Before("hai", "Hai", "hai"),
        "all": Before("1154,5", "1154,5", "1154,5"),
    }
    loose = form_of([row for row in ROWS if "group" not in row["type"]], WAYS)
    assert before(made, loose, {"n": 5})["g/n"].shown == "5", "wherever it stood"


def test_what_is_of_another_kind_or_no_longer_offered_is_not_compared(made: Form, form_of: Callable[..., Form]) -> None:
    rows = [{**row, "type": {"integer": "text"}.get(row["type"], row["type"])} for row in ROWS]
    was = form_of([row for row in rows if row["name" if "name" in row else "type"] not in ("n", "all")]
                  + [{"type": "text", "name": "n", "label": "Số"}], WAYS)  # fmt: skip
    answers = {"g": {"way": "ba", "where": "Xã"}, "n": "12"}
    assert set(before(made, was, answers)) == {"g/where"}
    assert comparable(made, answers, before(made, was, answers)) == {"g": {"where": "Xã"}}


def test_it_fills_in_until_somebody_answers(made: Form, now: Now) -> None:
    earlier = comparable(made, ANSWERS, before(made, made, ANSWERS))
    assert evaluate(made, {}, now, earlier=earlier).answers["g"]["way"] == "hai"  # type: ignore[index]
    assert evaluate(made, {"g/way": ""}, now, earlier=earlier).answers["g"]["way"] is None  # type: ignore[index]
