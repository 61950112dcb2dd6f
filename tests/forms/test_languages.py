"""Labels in several languages: which is the default, what is missing, and what a unit then reads."""

from collections.abc import Callable

import pytest

from forms import xlsform
from forms.schema import Form, Question
from forms.xlsform import Cells, FormErrors, FormProblem, second_opinion

CellsOf = Callable[..., Cells]
VI, EN, FR = "Tiếng Việt (vi)", "English (en)", "Français (fr)"
FULL = {
    "type": "integer",
    "name": "n",
    f"label::{VI}": "Số hồ sơ của ${n}",
    f"label::{EN}": "Files of ${n}",
    f"hint::{VI}": "Gợi ý",
    f"hint::{EN}": "Hint",
    f"guidance_hint::{VI}": "Hướng dẫn",
    f"guidance_hint::{EN}": "Guidance",
    "required": "yes",
    f"required_message::{VI}": "Cần số",
    f"required_message::{EN}": "Number needed",
    "constraint": ". > 0",
    f"constraint_message::{VI}": "Lớn hơn 0",
    f"constraint_message::{EN}": "More than 0",
}
GROUP = {"type": "begin group", "name": "g", f"label::{VI}": "Nhóm", f"label::{EN}": "Group"}


def problems(cells: Cells) -> list[tuple[str, int | None, str | None, str, str]]:
    try:
        found = xlsform.build(cells).warnings
    except FormErrors as errors:
        found = errors.problems
    told = [problem for problem in found if isinstance(problem, FormProblem)]
    return [(problem.sheet, problem.row, problem.column, problem.code, problem.severity) for problem in told]


def first(form: Form) -> Question:
    return next(form.questions())


def words(form: Form, language: str) -> str:
    parts = first(form).label.in_language(language)
    return "".join(part if isinstance(part, str) else part.source for part in parts)


def test_everything_is_read_in_every_language(cells_of: CellsOf) -> None:
    choices = [{"list_name": "l", "name": "a", f"label::{VI}": "Một", f"label::{EN}": "One"}]
    select = {"type": "select_one l", "name": "s", f"label::{VI}": "Chọn", f"label::{EN}": "Choose"}
    cells = cells_of([FULL, GROUP, select, {"type": "end group"}], choices)
    form = xlsform.build(cells)
    assert (form.languages, form.warnings, second_opinion(cells)) == ((VI, EN), (), ())
    question = first(form)
    assert (words(form, VI), words(form, EN), words(form, FR)) == (
        "Số hồ sơ của ${n}",
        "Files of ${n}",
        "Số hồ sơ của ${n}",
    )
    texts = (question.hint, question.guidance, question.required_message, question.constraint_message)
    assert [text.in_language(EN) for text in texts] == [("Hint",), ("Guidance",), ("Number needed",), ("More than 0",)]
    assert [text.plain for text in texts] == ["Gợi ý", "Hướng dẫn", "Cần số", "Lớn hơn 0"]
    group = form.item("g")
    assert group is not None
    assert group.label.in_language(EN) == ("Group",)
    assert form.lists["l"][0].in_language(EN) == "One"


def test_a_form_that_names_no_language_has_none(cells_of: CellsOf) -> None:
    assert xlsform.build(cells_of([{"type": "text", "name": "t", "label": "T"}])).languages == ()


@pytest.mark.parametrize(
    ("columns", "setting", "languages", "label"),
    [
        ((VI, EN), "", (VI, EN), VI),
        ((EN, VI), "", (EN, VI), EN),
        ((EN, VI), VI, (VI, EN), VI),
        ((EN, VI), "tiếng  việt (vi)", (VI, EN), VI),
        (("", EN), VI, (VI, EN), ""),
        (("", EN), "", (VI, EN), ""),
        ((EN, "", FR), VI, (VI, EN, FR), ""),
        (("",), VI, (VI,), ""),
        ((VI,), "", (VI,), VI),
    ],
)
def test_the_default_language(
    cells_of: CellsOf, columns: tuple[str, ...], setting: str, languages: tuple[str, ...], label: str
) -> None:
    heads = {name: f"label::{name}" if name else "label" for name in columns}
    survey = [{"type": "text", "name": "t", **{head: f"[{name}]" for name, head in heads.items()}}]
    form = xlsform.build(cells_of(survey, (), [{"form_id": "f", "default_language": setting}]))
    assert form.languages == languages
    assert first(form).label.plain == f"[{label}]"
    assert set(first(form).label.others) == set(languages[1:])
    codes = [problem.code for problem in form.warnings if isinstance(problem, FormProblem)]
    assert codes == (["default_language_unnamed"] if "" in columns and not setting else [])


def test_a_colon_is_enough_where_no_header_has_two(cells_of: CellsOf) -> None:
    survey = [{"type": "text", "name": "t", "label:Việt": "A", "label:Anh": "B"}]
    assert xlsform.build(cells_of(survey)).languages == ("Việt", "Anh")


def test_ways_of_writing_a_language_are_one_language(cells_of: CellsOf) -> None:
    survey = [{"type": "text", "name": "t", "label::English (en)": "A", "hint::english(en)": "B"}]
    form = xlsform.build(cells_of(survey))
    assert (form.languages, first(form).hint.plain) == (("English (en)",), "B")


def test_what_is_not_translated_is_told_with_row_and_column(cells_of: CellsOf) -> None:
    more = {"type": "text", "name": "t", f"label::{VI}": "Chữ", f"hint::{EN}": "Only English"}
    choices = [{"list_name": "l", "name": "a", f"label::{VI}": "Một"}]
    assert problems(cells_of([FULL, more], choices)) == [
        ("survey", 3, f"label::{EN}", "missing_translation", "warning"),
        ("survey", 3, f"hint::{VI}", "missing_translation", "warning"),
        ("choices", 1, f"label::{VI}", "missing_language_column", "warning"),
    ]


def test_choices_that_nobody_translated_are_in_the_default_language(cells_of: CellsOf) -> None:
    survey = [{"type": "select_one l", "name": "s", f"label::{VI}": "Chọn", f"label::{EN}": "Choose"}]
    cells = cells_of(survey, [{"list_name": "l", "name": "a", "label": "A"}])
    form = xlsform.build(cells)
    assert (form.languages, form.lists["l"][0].in_language(EN)) == ((VI, EN), "A")
    assert problems(cells) == [("choices", 1, "label", "missing_language_column", "warning")]


def test_the_same_language_twice_is_refused(cells_of: CellsOf) -> None:
    survey = [{"type": "text", "name": "t", "label": "A", f"label::{VI}": "B", f"label::{EN}": "C"}]
    cells = cells_of(survey, (), [{"form_id": "f", "default_language": VI}])
    assert problems(cells) == [("survey", 1, "label", "default_language_twice", "error")]


def test_a_default_language_that_is_nowhere_is_refused(cells_of: CellsOf) -> None:
    survey = [{"type": "text", "name": "t", f"label::{VI}": "B"}]
    cells = cells_of(survey, (), [{"form_id": "f", "default_language": "Tieng Viet (vi)"}])
    assert [found[:4] for found in problems(cells)] == [("settings", 2, "default_language", "unknown_language")]


def test_references_are_checked_in_every_language(cells_of: CellsOf) -> None:
    survey = [{"type": "text", "name": "t", f"label::{VI}": "A", f"label::{EN}": "B ${zzz} ${}"}]
    assert problems(cells_of(survey)) == [
        ("survey", 2, f"label::{EN}", "bad_reference", "error"),
        ("survey", 2, f"label::{EN}", "unknown_reference", "error"),
    ]


def test_a_choice_refers_to_nothing_in_any_language(cells_of: CellsOf) -> None:
    choices = [{"list_name": "l", "name": "a", f"label::{VI}": "A", f"label::{EN}": "${t}"}]
    survey = [{"type": "text", "name": "t", f"label::{VI}": "A", f"label::{EN}": "B"}]
    assert [found[2:4] for found in problems(cells_of(survey, choices))] == [(f"label::{EN}", "reference_in_choice")]
