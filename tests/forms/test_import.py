"""What a workbook can say, feature by feature: understood here, and content to pyxform."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from forms import xlsform
from forms.expressions import Expression
from forms.schema import Form, Kind, Question, Range, Repeat, Shuffle
from forms.xlsform import Cells, FormErrors, FormProblem, second_opinion

CellsOf = Callable[..., Cells]
Row = Mapping[str, str]
TEXT = {"type": "text", "name": "t", "label": "T"}
NUMBER = {"type": "integer", "name": "n", "label": "N"}
LIST = [{"list_name": "l", "name": "a", "label": "A"}, {"list_name": "l", "name": "b", "label": "B"}]
ONE = {"type": "select_one l", "name": "s", "label": "S"}
XA = [["ma", "ten", "huyen"], ["1", "Xã Một", "h1"], ["2", "Xã Hai", "h2"]]


def problems(cells: Cells) -> tuple[FormProblem, ...]:
    try:
        return tuple(found for found in xlsform.build(cells).warnings if isinstance(found, FormProblem))
    except FormErrors as errors:
        return errors.problems


def asked(form: Form, name: str) -> Question:
    found = form.question(name)
    assert found is not None
    return found


@pytest.fixture
def good(cells_of: CellsOf) -> Callable[..., Form]:
    """Builds a form that has no problem at all, and that pyxform takes."""

    def build(survey: Sequence[Row], choices: Sequence[Row] = (), files: Cells | None = None, **setting: str) -> Form:
        cells = {**cells_of(survey, choices, [{"form_id": "f", **setting}]), **(files or {})}
        form = xlsform.build(cells)
        assert form.warnings == ()
        assert second_opinion(cells) == ()
        return form

    return build


def test_a_range_has_the_bounds_of_pyxform(good: Callable[..., Form]) -> None:
    form = good(
        [
            {"type": "range", "name": "a", "label": "A", "parameters": ""},
            {"type": "range", "name": "b", "label": "B", "parameters": "start=-1;end=1, step = 0.5", "default": "0.5"},
        ]
    )
    assert asked(form, "a").range == Range(Decimal(1), Decimal(10), Decimal(1))
    assert asked(form, "b").range == Range(Decimal(-1), Decimal(1), Decimal("0.5"))


def test_kinds_are_read(good: Callable[..., Form]) -> None:
    form = good(
        [
            {"type": "rank l", "name": "r", "label": "R", "default": "b a"},
            {"type": "geopoint", "name": "g", "label": "G"},
            {"type": "barcode", "name": "b", "label": "B"},
            {"type": "start", "name": "st"},
            {"type": "deviceid", "name": "d"},
            {"type": "note", "label": "Chỉ để đọc"},
        ],
        LIST,
    )
    kinds = [question.kind for question in form.questions()]
    assert kinds == [Kind.RANK, Kind.GEOPOINT, Kind.BARCODE, Kind.START, Kind.DEVICEID, Kind.NOTE]
    assert asked(form, "r").choices == "l"
    assert form.question("generated_note_name_7") is not None


def test_or_other_adds_a_choice_and_a_text(good: Callable[..., Form]) -> None:
    form = good([{**ONE, "type": "select_one l or_other"}, TEXT], LIST)
    assert [(choice.name, choice.label) for choice in form.lists["l"]] == [("a", "A"), ("b", "B"), ("other", "Khác")]
    assert [question.name for question in form.questions()] == ["s", "s_other", "t"]
    specify = asked(form, "s_other")
    assert (specify.kind, specify.label.plain, specify.path) == (Kind.TEXT, "Ghi rõ lựa chọn khác", "s_other")
    assert specify.relevant is not None
    assert specify.relevant.source == "selected(${s}, 'other')"


def test_or_other_keeps_an_other_that_is_there_and_stays_in_its_group(good: Callable[..., Form]) -> None:
    own = [*LIST, {"list_name": "l", "name": "other", "label": "Ý kiến khác"}]
    group = [{"type": "begin group", "name": "g", "label": "G"}, {**ONE, "type": "select_multiple l or_other"}]
    form = good([*group, {"type": "end group"}], own)
    assert [choice.label for choice in form.lists["l"]] == ["A", "B", "Ý kiến khác"]
    assert asked(form, "s_other").path == "g/s_other"


def test_or_other_speaks_the_languages_of_the_form(cells_of: CellsOf) -> None:
    choices = [{"list_name": "l", "name": "a", "label::Việt (vi)": "A", "label::English (en)": "A"}]
    survey = [{"type": "select_one l or_other", "name": "s", "label::Việt (vi)": "S", "label::English (en)": "S"}]
    form = xlsform.build(cells_of(survey, choices))
    other = form.lists["l"][-1]
    assert [other.label, other.in_language("English (en)")] == ["Khác", "Other"]
    assert asked(form, "s_other").label.in_language("English (en)") == ("Specify other",)


def test_choices_come_from_a_file(good: Callable[..., Form]) -> None:
    survey = [
        {"type": "select_one_from_file xa.csv", "name": "x", "label": "X", "parameters": "value=ma label=ten"},
        {
            "type": "select_multiple_from_file xa.csv",
            "name": "y",
            "label": "Y",
            "parameters": "value=ten, label=ten",
            "choice_filter": "huyen = ${h} or ma = '1'",
        },
        {"type": "text", "name": "h", "label": "H"},
    ]
    form = good(survey, files={"xa.csv": [["ma", "ten", "huyen"], ["1", "Một", "h1"], ["2", "Hai"]]})
    first, second = asked(form, "x"), asked(form, "y")
    assert first.choices == "xa.csv"
    assert [(choice.name, choice.label) for choice in form.choices(first)] == [("1", "Một"), ("2", "Hai")]
    assert form.choices(first)[1].extra == {"ma": "2", "ten": "Hai", "huyen": ""}
    assert [(choice.name, choice.label) for choice in form.choices(second)] == [("Một", "Một"), ("Hai", "Hai")]


def test_a_file_is_pulled_from(good: Callable[..., Form]) -> None:
    survey = [
        TEXT,
        {"type": "calculate", "name": "c", "label": "", "calculation": "pulldata('xa', 'ten', 'ma', ${t})"},
        {"type": "calculate", "name": "d", "label": "", "calculation": "instance('xa')/root/item[ma = ${t}]/ten"},
        {"type": "calculate", "name": "e", "label": "", "calculation": "count(instance('xa')/root/item[huyen='h1'])"},
    ]
    form = good([*survey, {"type": "csv-external", "name": "xa"}], files={"xa.csv": XA})
    assert [choice.extra["ten"] for choice in form.lists["xa.csv"]] == ["Xã Một", "Xã Hai"]


def test_an_instance_of_the_sheet_choices_is_asked(good: Callable[..., Form]) -> None:
    choices = [{**row, "size": "1"} for row in LIST]
    look = "instance('l')/root/item[name = ${s} and size > 0]/label"
    good([ONE, {"type": "calculate", "name": "c", "calculation": look}], choices)


def test_a_repeat_is_counted(good: Callable[..., Form]) -> None:
    for count in ("3", "${n}", "${n} + 1"):
        repeat = {"type": "begin repeat", "name": "r", "label": "R", "repeat_count": count}
        form = good([NUMBER, repeat, TEXT, {"type": "end repeat"}])
        found = form.item("r")
        assert isinstance(found, Repeat)
        assert found.count is not None
        assert found.count.source == count


def test_triggers_are_read(good: Callable[..., Form]) -> None:
    again = {"type": "text", "name": "u", "label": "U", "trigger": "${t}, ${n}", "calculation": "concat(${t}, ${n})"}
    emptied = {"type": "text", "name": "v", "label": "V", "trigger": "${t}"}
    form = good([TEXT, NUMBER, again, emptied])
    assert asked(form, "u").trigger == ("t", "n")
    assert asked(form, "u").asked
    assert asked(form, "v").trigger == ("t",)
    assert asked(form, "v").calculation is not None


def test_parameters_are_read(good: Callable[..., Form]) -> None:
    form = good(
        [
            {**TEXT, "appearance": "multiline", "parameters": "rows=5"},
            {**ONE, "parameters": "randomize=true"},
            {**ONE, "name": "s2", "parameters": "randomize=true, seed=42"},
            {**ONE, "name": "s3", "parameters": "seed=${n} randomize=TRUE"},
            {**ONE, "name": "s4", "parameters": "randomize=false"},
            NUMBER,
        ],
        LIST,
    )
    assert asked(form, "t").rows == 5
    assert asked(form, "s").shuffle == Shuffle(None)
    assert asked(form, "s2").shuffle == Shuffle("42")
    drawn = asked(form, "s3").shuffle
    assert drawn is not None
    assert isinstance(drawn.seed, Expression)
    assert drawn.seed.names == {"n"}
    assert asked(form, "s4").shuffle is None


def test_guidance_defaults_and_last_saved_are_read(good: Callable[..., Form]) -> None:
    form = good(
        [
            {**TEXT, "guidance_hint": "Xem mục 2 của công văn.", "default": "${last-saved#t}"},
            {**NUMBER, "default": "2 * 3"},
            {"type": "date", "name": "d", "label": "D", "default": "today()"},
            {"type": "date", "name": "e", "label": "E", "default": "2025-07-20"},
        ]
    )
    assert asked(form, "t").guidance.plain == "Xem mục 2 của công văn."
    saved = asked(form, "t").default
    assert isinstance(saved, Expression)
    assert saved.saved == {"t"}
    assert isinstance(asked(form, "n").default, Expression)
    assert isinstance(asked(form, "d").default, Expression)
    assert asked(form, "e").default == "2025-07-20"


def test_a_calculate_with_nothing_but_a_default_is_set_once(good: Callable[..., Form]) -> None:
    form = good([TEXT, {"type": "calculate", "name": "c", "default": "now()"}])
    assert asked(form, "c").kind is Kind.HIDDEN
    assert isinstance(asked(form, "c").default, Expression)


def test_types_of_old_bring_their_constraint(cells_of: CellsOf) -> None:
    survey = [
        {"type": "percentage", "name": "p", "label": "P", "constraint": ""},
        {"type": "phone number", "name": "q", "label": "Q", "constraint": ". != '1'"},
    ]
    form = xlsform.build(cells_of(survey))
    share, phone = asked(form, "p"), asked(form, "q")
    assert share.constraint is not None
    assert share.constraint.source == "0 <= . and . <= 100"
    assert phone.constraint is not None
    assert (phone.constraint.source, phone.hint.plain) == (". != '1'", "Chỉ nhập chữ số.")


def test_looks_that_are_drawn_are_kept(good: Callable[..., Form]) -> None:
    survey = [
        {"type": "begin group", "name": "g", "label": "G", "appearance": "table-list w2"},
        {**ONE, "name": "g1"},
        {**ONE, "name": "g2"},
        {"type": "end group"},
        {"type": "begin group", "name": "h", "label": "H", "appearance": "field-list"},
        {**ONE, "name": "h0", "appearance": "label", "label": "Tiêu đề"},
        {**ONE, "name": "h1", "appearance": "list-nolabel"},
        {**ONE, "name": "h2", "appearance": "list-nolabel w6"},
        {"type": "end group"},
        {**TEXT, "appearance": "multiline numbers w12"},
        {**NUMBER, "appearance": "thousands-sep"},
        {**ONE, "name": "s1", "appearance": "minimal autocomplete"},
        {**ONE, "name": "s2", "appearance": "horizontal-compact"},
        {**ONE, "name": "s3", "appearance": "Likert"},
        {**ONE, "name": "s4", "appearance": "columns-3"},
        {**ONE, "name": "s5", "appearance": "columns list horizontal"},
    ]
    form = good(survey, LIST)
    kept = {item.name: " ".join(sorted(item.appearance)) for item in form.walk() if item.appearance}
    assert kept == {
        "g": "table-list w2",
        "h": "field-list",
        "h0": "label",
        "h1": "list-nolabel",
        "h2": "list-nolabel w6",
        "t": "multiline numbers w12",
        "n": "thousands-sep",
        "s1": "autocomplete minimal",
        "s2": "horizontal-compact",
        "s3": "likert",
        "s4": "columns-3",
        "s5": "columns horizontal list",
    }


def test_position_of_an_outer_row_is_asked_from_inside_a_group(good: Callable[..., Form]) -> None:
    good(
        [
            {"type": "begin repeat", "name": "r", "label": "R"},
            {"type": "begin group", "name": "g", "label": "G"},
            {"type": "calculate", "name": "c", "calculation": "position(../..)"},
            TEXT,
            {"type": "end group"},
            {"type": "end repeat"},
        ]
    )


REPEAT = {"type": "begin repeat", "name": "r", "label": "R"}
FILE = {"type": "select_one_from_file xa.csv", "name": "x", "label": "X"}
BY_CODE = {**FILE, "parameters": "value=ma label=ten"}
PULL = {"type": "calculate", "name": "c", "label": ""}
WRONG: list[tuple[list[Row], int, str, str, dict[str, Any]]] = [
    ([{"type": "range", "name": "a", "label": "A", "parameters": p}], 2, "parameters", "bad_range", {"why": why})
    for p, why in (
        ("start=5 end=1", "reversed"),
        ("step=0", "step"),
        ("step=-1", "step"),
        ("step=20", "wide_step"),
        ("start=x", "not_number"),
        ("end=NaN", "not_number"),
        ("end=1e400", "not_number"),
    )
] + [
    ([{**NUMBER, "type": "range", "default": "99"}], 2, "default", "bad_default", {"why": "out_of_range"}),
    ([{**TEXT, "parameters": "rows=0"}], 2, "parameters", "bad_rows", {"limit": 50}),
    ([{**TEXT, "parameters": "rowz=5"}], 2, "parameters", "unknown_parameter", {"near": "rows"}),
    ([{**TEXT, "parameters": "5"}], 2, "parameters", "bad_parameters", {}),
    ([{**TEXT, "parameters": "rows=1 rows=2"}], 2, "parameters", "bad_parameters", {}),
    ([{**NUMBER, "parameters": "rows=5"}], 2, "parameters", "column_not_for_type", {}),
    ([{**ONE, "parameters": "value=ma"}], 2, "parameters", "unknown_parameter", {"allowed": ["randomize", "seed"]}),
    ([{**ONE, "parameters": "randomize=maybe"}], 2, "parameters", "bad_randomize", {}),
    ([{**ONE, "parameters": "seed=3"}], 2, "parameters", "bad_seed", {"why": "alone"}),
    ([{**ONE, "parameters": "randomize=true seed=abc"}], 2, "parameters", "bad_seed", {"why": "value"}),
    ([{**ONE, "parameters": "randomize=true seed=${zzz}"}], 2, "parameters", "unknown_reference", {"name": "zzz"}),
    ([{**TEXT, "trigger": "n", "calculation": "1"}, NUMBER], 2, "trigger", "bad_trigger", {}),
    ([{**TEXT, "trigger": "${m}", "calculation": "1"}, NUMBER], 2, "trigger", "unknown_reference", {}),
    ([{**TEXT, "trigger": "${t}", "calculation": "1"}], 2, "trigger", "cycle", {"names": ["t", "t"]}),
    (
        [{**TEXT, "trigger": "${n}", "calculation": "1"}, {**NUMBER, "calculation": "${t} + 1"}],
        2,
        "trigger",
        "cycle",
        {"names": ["t", "n", "t"]},
    ),
    ([REPEAT, TEXT, {"type": "end repeat"}, {**NUMBER, "trigger": "${r}"}], 5, "trigger", "group_reference", {}),
    ([{"type": "note", "name": "i", "label": "I"}, {**NUMBER, "trigger": "${i}"}], 3, "trigger", "note_reference", {}),
    ([{**REPEAT, "repeat_count": "${zzz}"}, TEXT, {"type": "end repeat"}], 2, "repeat_count", "unknown_reference", {}),
    ([{**REPEAT, "repeat_count": "${n}"}, NUMBER, {"type": "end repeat"}], 2, "repeat_count", "cycle", {}),
    ([{**REPEAT, "repeat_count": "1 + 1"}, {**NUMBER, "name": "r_count"}, {"type": "end repeat"}], 2, "name",
     "count_name_taken", {"other": "r_count"}),
    ([{**REPEAT, "name": "data"}, NUMBER, {"type": "end repeat"}], 2, "name", "reserved_name", {}),
    ([{**REPEAT, "repeat_count": "3 +"}, NUMBER, {"type": "end repeat"}], 2, "repeat_count", "syntax", {}),
    ([{**ONE, "type": "select_one l or_other", "choice_filter": "name='a'"}], 2, "choice_filter",
     "or_other_with_filter", {}),
    ([{**ONE, "type": "select_one l or_other"}, {**TEXT, "name": "s_other"}], 2, "name", "or_other_name_taken",
     {"other": "s_other"}),
    ([{**TEXT, "type": "intger"}], 2, "type", "unknown_type", {"near": "integer"}),
    ([{**ONE, "type": "selct_one l"}], 2, "type", "unknown_type", {"near": "select_one"}),
    ([{**TEXT, "type": "số nguyên"}], 2, "type", "unknown_type", {"near": None}),
    ([{**ONE, "type": "select_one ll"}], 2, "type", "unknown_list", {"list": "ll"}),
    ([{**FILE, "type": "select_one_from_file xaa.csv", "name": "y"}, BY_CODE], 2, "type", "missing_file",
     {"near": "xa.csv"}),
    ([{**FILE, "parameters": "value=ma label=tenn"}], 2, "parameters", "missing_file_column", {"near": "ten"}),
    ([{**BY_CODE, "choice_filter": "huyenn = '1'"}], 2, "choice_filter", "unknown_choice_column", {"near": "huyen"}),
    ([BY_CODE, {**PULL, "calculation": "pulldata('xx', 'ten', 'ma', '1')"}], 3, "calculation", "missing_file", {}),
    ([BY_CODE, {**PULL, "calculation": "pulldata('xa', 'tenn', 'ma', '1')"}], 3, "calculation", "unknown_list_column",
     {"near": "ten"}),
    ([BY_CODE, {**PULL, "calculation": "pulldata(., 'ten', 'ma', '1')"}], 3, "calculation", "name_not_literal", {}),
    ([BY_CODE, {**PULL, "calculation": "instance('xa')/root/item[mã = '1']/ten"}], 3, "calculation",
     "unknown_choice_column", {"name": "mã"}),
    ([BY_CODE, {**PULL, "calculation": "instance('xa')/root/item[ma = '1']/tn"}], 3, "calculation",
     "unknown_list_column", {"name": "tn"}),
    ([BY_CODE, {**PULL, "calculation": "instance('xb')/root/item[ma = '1']/tn"}], 3, "calculation", "unknown_list", {}),
    ([BY_CODE, {**PULL, "calculation": "instance('xa')//item"}], 3, "calculation", "unsupported_path", {}),
    ([{"type": "csv-external", "name": "xx"}, BY_CODE], 2, "name", "missing_file", {"near": "xa.csv"}),
    ([{**TEXT, "label": "${nn}"}, {**NUMBER, "name": "nnn"}], 2, "label", "unknown_reference", {"near": "nnn"}),
    ([{**TEXT, "relevant": "selectd(., 'a')"}], 2, "relevant", "unknown_function", {"near": "selected"}),
    ([{**TEXT, "relevant": "/"}], 2, "relevant", "unsupported_path", {}),
    ([{**TEXT, "appearance": "multilne"}], 2, "appearance", "unsupported_appearance", {"near": "multiline"}),
    ([{**TEXT, "appearance": "w13"}], 2, "appearance", "unsupported_appearance", {}),
    ([{**ONE, "appearance": "minimal search('xa')"}], 2, "appearance", "unsupported_appearance", {"instead": "csv"}),
    ([{"type": "geopoint", "name": "g", "label": "G", "appearance": "maps"}], 2, "appearance", "unsupported_appearance",
     {"instead": "plain"}),
    ([{"type": "image", "name": "g", "label": "G", "appearance": "signature"}], 2, "appearance",
     "unsupported_appearance", {"instead": "file"}),
    ([{**ONE, "appearance": "label", "required": "yes"}], 2, "required", "label_row_required", {}),
    ([{"type": "begin group", "name": "g", "appearance": "table-list"}, ONE, {**ONE, "type": "select_one m",
      "name": "s2"}, {"type": "end group"}], 4, "type", "table_list_differs", {"list": "m", "first": "l"}),
    ([{"type": "begin group", "name": "g", "appearance": "table-list"}, {**ONE, "choice_filter": "name = 'a'"},
      {"type": "end group"}], 3, "choice_filter", "table_list_filter", {}),
    ([{**TEXT, "x_consolidate": "summ"}], 2, "x_consolidate", "wrong_consolidate", {"near": "sum"}),
    ([{**TEXT, "x_consolidate": "sum"}], 2, "x_consolidate", "consolidate_not_for_type",
     {"allowed": ["count", "list"]}),
    ([{**TEXT, "x_bind": "unit.kode"}], 2, "x_bind", "wrong_bind", {"near": "unit.code"}),
    ([{**NUMBER, "x_previous": "preffill"}], 2, "x_previous", "wrong_previous", {"near": "prefill"}),
    ([{**TEXT, "relevent": "1"}], 2, "relevent", "unsupported_column", {"near": "relevant"}),
    ([{**TEXT, "media::image": "a.png"}], 2, "media::image", "unsupported_column", {"instead": "media"}),
    ([{**TEXT, "image::vi": "a.png"}], 2, "image::vi", "unsupported_column", {"instead": "media"}),
    ([{**TEXT, "save_to": "x"}], 2, "save_to", "unsupported_column", {"instead": "entities"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("survey", "row", "column", "code", "params"), WRONG, ids=[f"{case[3]}-{n}" for n, case in enumerate(WRONG)]
)
def test_what_is_wrong_is_told_with_what_was_meant(
    cells_of: CellsOf, survey: list[Row], row: int, column: str, code: str, params: dict[str, Any]
) -> None:
    other = {"list_name": "m", "name": "a", "label": "A"}
    cells = {**cells_of(survey, [*LIST, other]), "xa.csv": XA}
    (found,) = [problem for problem in problems(cells) if problem.severity == "error"]
    assert (found.sheet, found.row, found.column, found.code) == ("survey", row, column, code)
    assert found.letter is not None
    assert {key: found.params.get(key) for key in params} == params


WARNED: list[tuple[list[Row], int | None, str | None, str]] = [
    ([{"type": "image", "name": "i", "label": "I", "parameters": "max-pixels=640"}], 2, "parameters",
     "image_kept_as_sent"),
    ([{"type": "geopoint", "name": "g", "label": "G", "parameters": "capture-accuracy=5"}], 2, "parameters",
     "parameter_ignored"),
    ([TEXT, {"type": "username", "name": "u"}], 3, "type", "metadata_left_blank"),
    ([{**ONE, "type": "select_one l or_other"}, {"type": "rank l", "name": "r", "label": "R"}], 2, "type",
     "or_other_shared"),
    ([TEXT, {"type": "", "hint": "Xem lại mục này"}], 3, None, "row_skipped"),
    ([TEXT, {"type": "audit", "name": ""}], 3, "type", "log_not_kept"),
    ([{**NUMBER, "appearance": "multiline"}], 2, "appearance", "appearance_ignored"),
    ([{**TEXT, "appearance": "table-list"}], 2, "appearance", "appearance_ignored"),
    ([{"type": "range", "name": "a", "label": "A", "appearance": "no-ticks"}], 2, "appearance", "appearance_ignored"),
    ([{**ONE, "appearance": "list-nolabel"}], 2, "appearance", "no_label_row"),
    ([{**ONE, "appearance": "compact-2"}], 2, "appearance", "appearance_ignored"),
    ([{"type": "note", "name": "i", "label": "I", "required": "yes"}], 2, "required", "column_not_for_type"),
    ([{**TEXT, "$kuid": "ab12"}], 2, "$kuid", "column_ignored"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("survey", "row", "column", "code"), WARNED, ids=[f"{case[3]}-{n}" for n, case in enumerate(WARNED)]
)
def test_what_changes_nothing_is_a_warning(
    cells_of: CellsOf, survey: list[Row], row: int | None, column: str | None, code: str
) -> None:
    (found,) = problems(cells_of(survey, LIST))
    assert (found.severity, found.row, found.column, found.code) == ("warning", row, column, code)


def test_a_file_that_nobody_asks_for_is_a_warning(cells_of: CellsOf) -> None:
    (found,) = problems({**cells_of([TEXT]), "xa.csv": XA})
    assert (found.sheet, found.code, found.severity) == ("xa.csv", "file_unused", "warning")


def test_a_file_and_a_list_of_one_name_are_refused(cells_of: CellsOf) -> None:
    cells = cells_of([{**FILE, "parameters": "value=ma label=ten"}], [{**LIST[0], "list_name": "xa"}])
    (found,) = problems({**cells, "xa.csv": XA})
    assert (found.sheet, found.code, found.params) == ("xa.csv", "file_named_as_list", {"list": "xa"})


QUIET: list[list[Row]] = [
    [{"type": "image", "name": "i", "label": "I"}],
    [{"type": "text", "name": "t", "label::Việt (vi)": "T", "label::Anh (en)": "T", "hint::Việt (vi)": "H"}],
    [{"type": "select_one l or_other", "name": "t", "label::Việt": "T", "label::Anh": "T"}],
    [TEXT, {"type": "simserial", "name": "s"}, {"type": "audit"}, {"type": "", "hint": "ghi chú"}],
    [{**NUMBER, "name": "N"}, {**ONE, "parameters": "randomize=true seed=${N}"}],
]


@pytest.mark.parametrize("survey", QUIET)
def test_pyxform_raises_no_false_alarm(cells_of: CellsOf, survey: list[Row]) -> None:
    cells = cells_of(survey, LIST)
    assert all(problem.severity == "warning" for problem in problems(cells))
    assert second_opinion(cells) == ()


@pytest.mark.parametrize(
    ("rows", "kind", "row", "column", "code"),
    [
        ([["ma", "ten"], ["", "A"]], "one", 2, "ma", "missing_cell"),
        ([["ma", "ten"], ["1", "A"], ["1", "B"]], "one", 3, "ma", "duplicate_choice"),
        ([["ma", "ten"], ["1 2", "A"]], "multiple", 2, "ma", "bad_choice_name"),
        ([["ma", "ma", "ten"], ["1", "1", "A"]], "one", 1, "ma", "duplicate_column"),
        ([["ma", "ten", ""], ["1", "A", "x"]], "one", 2, None, "column_without_header"),
    ],
)
def test_the_rows_of_a_file_are_checked(
    cells_of: CellsOf, rows: list[list[str]], kind: str, row: int, column: str | None, code: str
) -> None:
    cells = cells_of([{**BY_CODE, "type": f"select_{kind}_from_file xa.csv"}])
    (found,) = problems({**cells, "xa.csv": rows})
    assert (found.sheet, found.row, found.column, found.code) == ("xa.csv", row, column, code)


def test_errors_are_told_before_warnings_when_there_are_too_many(cells_of: CellsOf) -> None:
    warned = [{**NUMBER, "name": f"n{number}", "appearance": "multiline"} for number in range(400)]
    found = problems(cells_of([*warned, {**TEXT, "type": "bogus"}]))
    assert len(found) == 301
    assert [problem.code for problem in found if problem.severity == "error"] == ["unknown_type", "more_problems"]


def test_two_of_one_name_are_no_ring(cells_of: CellsOf) -> None:
    survey = [
        {"type": "begin group", "name": "x", "label": "X"},
        {"type": "integer", "name": "x", "label": "X", "relevant": "${x} > 0"},
        {"type": "end group"},
    ]
    assert {found.code for found in problems(cells_of(survey, (), [{"form_id": "f"}]))} == {"duplicate_name"}


def test_one_mistake_is_told_once(cells_of: CellsOf) -> None:
    survey = [
        {"type": "interger", "name": "n", "label": "N"},
        {"type": "note", "name": "told", "label": "Có ${n}", "relevant": "${n} > 1"},
        {"type": "begin group", "name": "g", "label": "G", "appearance": "table-list"},
        {"type": "select_one nothing", "name": "a", "label": "A"},
        {"type": "select_one l", "name": "b", "label": "B"},
        {"type": "end group"},
    ]
    found = problems(cells_of(survey, LIST, [{"form_id": "f"}]))
    assert [(one.row, one.code) for one in found if one.severity == "error"] == [
        (2, "unknown_type"),
        (5, "unknown_list"),
    ]
