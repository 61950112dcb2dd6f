"""The workbooks to begin with import as they are, and their help leaves nothing out."""

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest

from forms import xlsform
from forms.answers import Now, evaluate
from forms.schema import BINDS, Form, Kind
from forms.xlsform import looks, sheets
from service import guide, starters
from tests.forms.conftest import ZONE

WORKBOOKS = {"template": starters.template, "example": starters.example}


@pytest.fixture(scope="module", params=WORKBOOKS)
def data(request: pytest.FixtureRequest) -> bytes:
    return WORKBOOKS[request.param]()


def test_it_imports_without_a_problem_or_a_warning(data: bytes) -> None:
    cells = xlsform.examine(data)
    assert xlsform.build(cells).warnings == ()
    assert xlsform.second_opinion(cells) == ()


def example() -> Form:
    return xlsform.build(xlsform.read(starters.example()))


def test_the_example_sums_its_rows_and_asks_what_follows() -> None:
    now = Now(datetime(2025, 8, 20, 9, 0, tzinfo=ZONE))
    raw: dict[str, str | list[str]] = {
        "b/co_thiet_bi": "co",
        "b/thiet_bi": ["r1", "r2"],
        "b/thiet_bi/r1/loai": "khac",
        "b/thiet_bi/r1/so_luong": "2",
        "b/thiet_bi/r1/don_gia": "12,5",
        "b/thiet_bi/r2/so_luong": "3",
        "b/thiet_bi/r2/don_gia": "4",
        "c/can_bo": "40",
        "c/da_hoc": "10",
    }
    fields = {found.key: found for found in evaluate(example(), raw, now).fields()}
    assert fields["b/tong_loi"].label == "Cộng: 5 thiết bị, 37 triệu đồng."
    assert fields["c/ty_le_hoc_loi"].label == "Tỷ lệ đã tập huấn: 25%."
    assert fields["c/ly_do"].relevant
    assert [fields[f"b/thiet_bi/{row}/loai_khac"].relevant for row in ("r1", "r2")] == [True, False]


def test_the_help_tells_every_type_column_look_and_binding() -> None:
    kinds = {row[0].split(" ")[0] for row in guide.TYPES}
    assert {kind.value for kind in Kind} <= kinds
    assert guide.SURVEY.keys() == sheets.SURVEY
    assert guide.CHOICES.keys() == sheets.CHOICES
    assert guide.SETTINGS.keys() == sheets.SETTINGS - {"style"}
    drawn = {*looks._DRAWN, *looks._DRAWN_GROUPS}
    assert drawn <= {row[0] for row in guide.LOOKS}
    assert [row[0] for row in dict(guide.TABLES)["Hệ thống điền sẵn (cột x_bind)"]] == list(BINDS)
    assert len(guide.WORKED) == 10


def test_the_template_helps_while_it_is_filled_in() -> None:
    book = openpyxl.load_workbook(io.BytesIO(starters.template()))
    assert book.sheetnames == ["survey", "choices", "settings", "Hướng dẫn"]
    survey = book["survey"]
    assert survey.freeze_panes == "A2"
    assert all(cell.comment for cell in survey[1])
    assert "Kiểu câu hỏi" in survey["A1"].comment.text
    rules = {str(rule.sqref): rule.formula1 for rule in survey.data_validations.dataValidation}
    first, last = (int(part) for part in rules["A2:A1001"].replace("$A$", "").partition("!")[2].split(":"))
    offered = [book["Hướng dẫn"].cell(row, 1).value for row in range(first, last + 1)]
    assert offered == [row[0] for row in guide.TYPES]
    assert {cell.number_format for row in survey.iter_rows(min_row=2) for cell in row if cell.value} == {"@"}


def test_it_holds_no_macro_and_nothing_from_outside() -> None:
    names = zipfile.ZipFile(io.BytesIO(starters.template())).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]
