"""Import of workbooks: what is understood, and what is refused with sheet, row and column."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import xlsform
from forms.answers import Now, evaluate
from forms.expressions import Expression
from forms.schema import Consolidate, Form, Group, Kind, Previous, Question, Repeat
from forms.xlsform import Cells, FormErrors, FormProblem
from forms.xlsform.sheets import SURVEY as SURVEY_COLUMNS

CellsOf = Callable[..., Cells]
TEXT = {"type": "text", "name": "t", "label": "T"}
NUMBER = {"type": "integer", "name": "n", "label": "N"}
CHOICES = [{"list_name": "l", "name": "a", "label": "A", "size": "1"}, {"list_name": "l", "name": "b", "label": "B"}]


def problems(cells: Cells) -> tuple[FormProblem, ...]:
    try:
        return tuple(found for found in xlsform.build(cells).warnings if isinstance(found, FormProblem))
    except FormErrors as errors:
        return errors.problems


def asked(form: Form, name: str) -> Question:
    found = form.question(name)
    assert found is not None
    return found


def test_a_form_is_built(own: Form) -> None:
    assert (own.id, own.version, own.title, own.warnings) == ("thu", "7", "Phiếu thử", ())
    paths = [question.path for question in own.questions()]
    assert {"start", "a/unit", "h/item/what", "confirm"} <= set(paths)
    online = asked(own, "online")
    assert online.consolidate == Consolidate("sum")
    assert online.previous == Previous("explain", Decimal(30))
    assert online.constraint is not None
    assert online.constraint.names == {"recv"}
    assert asked(own, "pct").consolidate == Consolidate("ratio", "online", "recv")
    item = own.item("item")
    assert isinstance(item, Repeat)
    assert item.consolidate == Consolidate("ledger")
    assert own.question("item") is None
    unit = asked(own, "unit")
    assert own.choices(unit)[2].extra == {"kind": "phuong"}
    choice = own.choice(unit, "00101")
    assert choice is not None
    assert choice.label == "Xã Bình An"


def test_words_keep_the_authors_text_and_hold_expressions(own: Form) -> None:
    said = own.question("said")
    assert said is not None
    assert said.label.plain == "Tỷ lệ ${pct}% của ${recv}."
    assert [part for part in said.label.parts if isinstance(part, str)] == ["Tỷ lệ ", "% của ", "."]
    assert [part.names for part in said.label.parts if isinstance(part, Expression)] == [{"pct"}, {"recv"}]


def test_pages_are_top_level_groups_and_runs_of_loose_questions(form_of: Callable[..., Form]) -> None:
    form = form_of(
        [
            {"type": "start", "name": "s"},
            {"type": "calculate", "name": "c", "calculation": "1 + 1"},
            {"type": "text", "name": "one", "label": "1"},
            {"type": "text", "name": "two", "label": "2"},
            {"type": "begin group", "name": "g", "label": "G"},
            {"type": "text", "name": "three", "label": "3"},
            {"type": "end group"},
            {"type": "begin group", "name": "unseen", "label": "U"},
            {"type": "calculate", "name": "d", "calculation": "2"},
            {"type": "end group"},
            {"type": "begin repeat", "name": "r", "label": "Dòng"},
            {"type": "text", "name": "four", "label": "4"},
            {"type": "end repeat"},
        ]
    )
    assert [(page.key, page.title.plain, [i.name for i in page.items]) for page in form.pages] == [
        ("one", "", ["one", "two"]),
        ("g", "G", ["three"]),
        ("r", "Dòng", ["r"]),
    ]


def test_aliases_of_types_and_columns_are_understood(cells_of: CellsOf) -> None:
    cells = cells_of(
        [
            {
                "Type": "select one from l",
                "Name": "s",
                "Label :: Tiếng Việt (vi)": "S",
                "relevance": "1 = 1",
                "read only": "no",
                "Required Message": "R",
                "bind::constraint": ". != 'a'",
            },
            {"Type": "select all that apply from l", "Name": "m", "Label :: Tiếng Việt (vi)": "M"},
            {"Type": "int", "Name": "i", "Label :: Tiếng Việt (vi)": "I"},
            {"Type": "begin_group", "Name": "g"},
            {"Type": "photo", "Name": "p", "Label :: Tiếng Việt (vi)": "P"},
            {"Type": "end_group"},
        ],
        [{"list name": "l", "name": "a", "label::Tiếng Việt (vi)": "Chữ A"}],
    )
    form = xlsform.build(cells)
    assert [question.kind for question in form.questions()] == [
        Kind.SELECT_ONE,
        Kind.SELECT_MULTIPLE,
        Kind.INTEGER,
        Kind.IMAGE,
    ]
    first = next(form.questions())
    assert (first.label.plain, first.required_message.plain, first.read_only) == ("S", "R", False)
    assert first.relevant is not None
    assert first.constraint is not None
    assert form.lists["l"][0].label == "Chữ A"


def test_smart_quotes_in_expressions_are_straightened(cells_of: CellsOf) -> None:
    cells = cells_of([NUMBER, {**TEXT, "relevant": "${n} = “1”"}])
    question = xlsform.build(cells).question("t")
    assert question is not None
    assert question.relevant is not None
    assert question.relevant.source == '${n} = "1"'


SURVEYS: list[tuple[list[dict[str, str]], int | None, str | None, str]] = [
    ([{**TEXT, "type": "bogus"}], 2, "type", "unknown_type"),
    ([{**TEXT, "type": "geotrace"}], 2, "type", "unsupported_type"),
    ([{**TEXT, "type": "select_one"}], 2, "type", "missing_list"),
    ([{**TEXT, "type": "rank l or_other"}], 2, "type", "unsupported_or_other"),
    ([{**TEXT, "type": "select_one zzz"}], 2, "type", "unknown_list"),
    ([{"type": "", "name": "x", "label": "X"}], 2, "type", "missing_type"),
    ([{"type": "text", "name": "", "label": "X"}], 2, "name", "missing_name"),
    ([{"type": "text", "name": "x", "label": ""}], 2, "label", "missing_label"),
    ([{**TEXT, "name": "hai từ"}], 2, "name", "bad_name"),
    ([{**TEXT, "name": "a/b"}], 2, "name", "bad_name"),
    ([{**TEXT, "name": "_id"}], 2, "name", "reserved_name"),
    ([TEXT, NUMBER, TEXT], 4, "name", "duplicate_name"),
    ([{**TEXT, "relevant": "${zzz} > 1"}], 2, "relevant", "unknown_reference"),
    ([{**TEXT, "label": "Có ${zzz}"}], 2, "label", "unknown_reference"),
    ([{**TEXT, "constraint_message": "${zzz}"}], 2, "constraint_message", "unknown_reference"),
    ([{**TEXT, "constraint": "bogus-fn(., 1)"}], 2, "constraint", "unknown_function"),
    ([{**TEXT, "constraint": ". > ("}], 2, "constraint", "syntax"),
    ([{**TEXT, "label": "Giá ${}"}], 2, "label", "bad_reference"),
    ([NUMBER, {**TEXT, "relevant": "${n} = co"}], 3, "relevant", "bare_name"),
    ([NUMBER, {**TEXT, "relevant": "../n = 1"}], 3, "relevant", "unsupported_path"),
    ([NUMBER, {**TEXT, "relevant": "/data/n = 1"}], 3, "relevant", "unsupported_path"),
    ([{**TEXT, "default": "${last-saved#zzz}"}], 2, "default", "unknown_reference"),
    ([{**NUMBER, "default": "mười"}], 2, "default", "bad_default"),
    ([{**TEXT, "required": "có lẽ"}], 2, "required", "syntax"),
    ([{**TEXT, "read_only": "${t} = 1"}], 2, "read_only", "not_yes_no"),
    ([{**TEXT, "appearance": "signature"}], 2, "appearance", "unsupported_appearance"),
    ([{**TEXT, "appearance": "search('x')"}], 2, "appearance", "unsupported_appearance"),
    ([{**TEXT, "x_bind": "unit.nonsense"}], 2, "x_bind", "wrong_bind"),
    ([{**NUMBER, "x_bind": "unit.code"}], 2, "x_bind", "bind_not_for_type"),
    ([{**TEXT, "x_consolidate": "total"}], 2, "x_consolidate", "wrong_consolidate"),
    ([{**TEXT, "x_consolidate": "ratio"}], 2, "x_consolidate", "wrong_consolidate"),
    ([{**TEXT, "x_consolidate": "sum"}], 2, "x_consolidate", "consolidate_not_for_type"),
    ([{**TEXT, "x_consolidate": "ledger"}], 2, "x_consolidate", "consolidate_not_for_type"),
    ([TEXT, {**NUMBER, "x_consolidate": "ratio: n / t"}], 3, "x_consolidate", "wrong_ratio"),
    (
        [
            {"type": "begin repeat", "name": "r", "label": "R"},
            NUMBER,
            {"type": "end repeat"},
            {"type": "integer", "name": "m", "label": "M", "x_consolidate": "ratio: n / m"},
        ],
        5,
        "x_consolidate",
        "wrong_ratio",
    ),
    ([{**NUMBER, "x_previous": "explain 30"}], 2, "x_previous", "wrong_previous"),
    ([{**TEXT, "x_previous": "explain > 30%"}], 2, "x_previous", "previous_not_for_type"),
    ([{**TEXT, "choice_filter": "a = 1"}], 2, "choice_filter", "column_not_for_type"),
    ([{"type": "calculate", "name": "c"}], 2, "calculation", "missing_calculation"),
    ([{**TEXT, "parameters": "lines=5"}], 2, "parameters", "unknown_parameter"),
    ([{**TEXT, "media::image": "a.png"}], 2, "media::image", "unsupported_column"),
    ([{**TEXT, "x_bidn": "unit.code"}], 2, "x_bidn", "unsupported_column"),
    ([{"type": "begin group", "name": "g", "label": "G"}, TEXT], 2, "type", "not_closed"),
    ([TEXT, {"type": "end group"}], 3, "type", "unexpected_end"),
    ([{"type": "begin group", "name": "g"}, {"type": "end group"}, TEXT], 2, "name", "empty_group"),
    (
        [{"type": "begin repeat", "name": "r", "label": "R", "repeat_count": "${t}"}, TEXT, {"type": "end repeat"}],
        2,
        "repeat_count",
        "cycle",
    ),
    ([{"type": "note", "name": "x", "label": "X"}, {**TEXT, "relevant": "${x} = 1"}], 3, "relevant", "note_reference"),
    ([{**TEXT, "relevant": "${t} = 1"}], 2, "relevant", "cycle"),
    (
        [{**NUMBER, "type": "select_one l", "choice_filter": "height = 1"}],
        2,
        "choice_filter",
        "unknown_choice_column",
    ),
    ([{**TEXT, "calculation": "pulldata('zzz', 'a', 'b', 'c')"}], 2, "calculation", "missing_file"),
]


@pytest.mark.parametrize(
    ("survey", "row", "column", "code"), SURVEYS, ids=[f"{c[3]}-{i}" for i, c in enumerate(SURVEYS)]
)
def test_what_is_not_supported_is_refused_in_its_place(
    cells_of: CellsOf, survey: list[dict[str, str]], row: int | None, column: str | None, code: str
) -> None:
    found = [problem for problem in problems(cells_of(survey, CHOICES)) if problem.severity == "error"]
    assert [(problem.sheet, problem.row, problem.column, problem.code) for problem in found] == [
        ("survey", row, column, code)
    ]
    if any(column in line for line in survey):
        assert found[0].letter is not None
    json.dumps(dict(found[0].params))


def test_an_unknown_choice_column_is_known_when_the_list_has_it(cells_of: CellsOf) -> None:
    cells = cells_of([{**NUMBER, "type": "select_one l", "choice_filter": "size = 1 or name = 'b'"}], CHOICES)
    assert problems(cells) == ()


@pytest.mark.parametrize(
    ("choices", "row", "column", "code"),
    [
        ([{"list_name": "l", "name": "a", "label": ""}], 2, "label", "missing_cell"),
        ([{"list_name": "", "name": "a", "label": "A"}], 2, "list_name", "missing_cell"),
        ([*CHOICES, {"list_name": "l", "name": "a", "label": "Again"}], 4, "name", "duplicate_choice"),
        ([{"list_name": "l", "name": "a b", "label": "A"}], 2, "name", "bad_choice_name"),
        ([{"list_name": "l", "name": "a", "label": "Có ${t}"}], 2, "label", "reference_in_choice"),
        ([{"list_name": "l", "name": "a", "label": "A", "image": "a.png"}], 2, "image", "unsupported_column"),
    ],
)
def test_choices_are_checked(
    cells_of: CellsOf, choices: list[dict[str, str]], row: int, column: str, code: str
) -> None:
    cells = cells_of([{"type": "select_multiple l", "name": "m", "label": "M"}, TEXT], [*choices, *_FILLER])
    found = [problem for problem in problems(cells) if problem.severity == "error"]
    assert ("choices", row, column, code) in [(p.sheet, p.row, p.column, p.code) for p in found]


_FILLER = [{"list_name": "l", "name": "zz", "label": "Z"}]


@pytest.mark.parametrize(
    ("settings", "code", "severity"),
    [
        ([{"form_id": "f", "public_key": "x"}], "unsupported_setting", "error"),
        ([{"form_id": "f", "submission_url": "http://x"}], "unsupported_setting", "error"),
        ([{"form_id": "f", "instance_name": "concat(${zzz}, 1)"}], "unknown_reference", "error"),
        ([{"form_id": "f", "instance_name": "concat(("}], "syntax", "error"),
        ([{"form_id": "f"}, {"form_id": "g"}], "second_settings_row", "error"),
        ([{"form_id": "f", "style": "pages"}], "setting_ignored", "warning"),
        ([{"form_title": "Chỉ có tên"}], "missing_setting", "warning"),
    ],
)
def test_settings_are_checked(cells_of: CellsOf, settings: list[dict[str, str]], code: str, severity: str) -> None:
    found = problems(cells_of([TEXT], (), settings))
    assert [(p.sheet, p.code, p.severity) for p in found] == [("settings", code, severity)]


def test_what_is_only_drawn_differently_is_a_warning(cells_of: CellsOf) -> None:
    survey = [
        {**TEXT, "appearance": "multiline w2 minimal"},
        {"type": "note", "name": "x", "label": "X", "required": "yes"},
    ]
    found = problems(cells_of(survey))
    assert [(p.row, p.column, p.code, p.severity) for p in found] == [
        (2, "appearance", "appearance_ignored", "warning"),
        (3, "required", "column_not_for_type", "warning"),
    ]


def test_all_problems_come_at_once(cells_of: CellsOf) -> None:
    survey = [
        {**TEXT, "relevant": "${no} = 1", "constraint": "oops("},
        {"type": "bogus", "name": "x", "label": "X"},
        {"type": "calculate", "name": "p", "calculation": "${q} + 1"},
        {"type": "calculate", "name": "q", "calculation": "${p} + 1"},
        {"type": "calculate", "name": "v", "calculation": "${w} + 1"},
        {"type": "calculate", "name": "w", "calculation": "${v} + 1"},
    ]
    found = problems(cells_of(survey))
    assert [(p.row, p.code) for p in found] == [
        (2, "syntax"),
        (2, "unknown_reference"),
        (3, "unknown_type"),
        (4, "cycle"),
        (6, "cycle"),
    ]
    assert [p.params["names"] for p in found if p.code == "cycle"] == [["p", "q", "p"], ["v", "w", "v"]]


def test_a_ring_through_relevance_of_a_group_is_named(cells_of: CellsOf) -> None:
    survey = [
        {"type": "begin group", "name": "g", "label": "G", "relevant": "${c} > 1"},
        NUMBER,
        {"type": "end group"},
        {"type": "calculate", "name": "c", "calculation": "${n} + 1"},
    ]
    (found,) = problems(cells_of(survey))
    assert (found.row, found.code) == (2, "cycle")
    assert found.params["names"] == ["g", "c", "n", "g"]


def test_other_sheets_are_told(cells_of: CellsOf) -> None:
    cells = {**cells_of([TEXT]), "Ghi chú": [["x"]], "entities": [["list_name"]], "Trống": []}
    found = problems(cells)
    assert [(p.sheet, p.code, p.severity) for p in found] == [
        ("Ghi chú", "sheet_ignored", "warning"),
        ("entities", "unsupported_sheet", "error"),
    ]
    assert [p.code for p in problems({"Sheet1": [["type"]]}) if p.severity == "error"] == ["no_survey_sheet"]


def test_text_outside_the_headers_is_not_dropped_in_silence(cells_of: CellsOf) -> None:
    cells = cells_of([TEXT])
    cells["survey"][1].append("lạc")
    (found,) = problems(cells)
    assert (found.code, found.row, found.letter) == ("column_without_header", 2, "D")


def test_nesting_is_bounded(cells_of: CellsOf) -> None:
    deep = [{"type": "begin group", "name": f"g{level}", "label": "G"} for level in range(990)]
    (found,) = problems(cells_of([*deep, TEXT, *[{"type": "end group"}] * 990, NUMBER]))
    assert (found.code, found.row, found.params) == ("too_deep", 18, {"limit": 16})
    assert problems(cells_of([*deep[:16], TEXT, *[{"type": "end group"}] * 16])) == ()


def test_cells_survive_json(own_cells: Cells) -> None:
    again: Any = json.loads(json.dumps(own_cells))
    assert [item.name for item in xlsform.build(again).walk()] == [
        item.name for item in xlsform.build(own_cells).walk()
    ]


def test_nd132_is_understood(nd132: Form) -> None:
    items = list(nd132.walk())
    questions = [item for item in items if isinstance(item, Question)]
    assert nd132.id == "nd132_2025_capxa"
    assert sum(isinstance(item, Group) for item in items) == 8
    assert sum(isinstance(item, Repeat) for item in items) == 1
    assert sum(item.relevant is not None for item in items) == 24
    assert sum(question.constraint is not None for question in questions) == 36
    assert sum(question.kind is Kind.CALCULATE for question in questions) == 6
    assert len(nd132.lists["unit"]) == 114
    assert [page.key for page in nd132.pages] == [*"abcdefgh", "confirm"]
    assert nd132.warnings == ()
    assert nd132.instance_name is not None
    unit = nd132.question("a_unit")
    assert unit is not None
    assert (unit.bind, unit.appearance) == ("unit.code", {"minimal", "autocomplete"})


def test_a_flood_of_problems_is_cut_with_a_count(cells_of: CellsOf) -> None:
    found = problems(cells_of([{**TEXT, "type": "bogus", "name": f"n{row}"} for row in range(1000)]))
    assert len(found) == 301
    assert (found[-1].code, dict(found[-1].params)) == ("more_problems", {"count": 700})


WORDS = st.sampled_from(
    [
        *("text", "integer", "select_one l", "begin group", "end group", "begin repeat", "end repeat", "calculate"),
        *("n", "t", "l", "a", "${n}", "${t} > 1", ". = 'x'", "sum(${n})", "yes", "no", "ratio: n / t", "today()"),
        *("explain > 5%", "unit.code", "minimal", "1", "", "", ""),
    ]
)


@given(st.data())
def test_any_cells_build_or_are_refused(data: st.DataObject) -> None:
    header = data.draw(st.permutations(["type", "name", "label", *sorted(EXTRA)]))
    cell = WORDS | st.text(max_size=6)
    rows = data.draw(st.lists(st.lists(cell, max_size=len(header)), max_size=6))
    choices = data.draw(st.lists(st.lists(cell, max_size=4), max_size=3))
    cells = {"survey": [header, *rows], "choices": [["list_name", "name", "label", "size"], *choices]}
    try:
        form = xlsform.build(cells)
    except FormErrors:
        return
    evaluate(form, {}, Now(datetime(2025, 8, 20, tzinfo=UTC)))


EXTRA = SURVEY_COLUMNS - {"type", "name", "label"}
