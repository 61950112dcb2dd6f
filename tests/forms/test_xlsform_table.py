"""docs/xlsform.md, which authors read, says what the importer does: every word in it is tried."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms import xlsform
from forms.expressions.functions import FUNCTIONS, UNSUPPORTED
from forms.xlsform import FormErrors, looks, parameters, rowtypes, sheets
from tests.forms.conftest import make_cells

DOCUMENT = (Path(__file__).parents[2] / "docs" / "xlsform.md").read_text(encoding="utf-8")
STATES = ("Có", "Để trống", "Bỏ qua", "Không")
CHOICES = [{"list_name": "ds", "name": "a", "label": "A"}]
FILE = {"xa.csv": [["name", "label"], ["a", "A"]]}
Row = dict[str, str]


def told(heading: str) -> dict[str, str]:
    """The words of one table with their state."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found: dict[str, str] = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if not line.startswith("| `"):
            continue
        assert cells[1].rstrip(" |") in STATES, line
        for word in re.findall(r"`([^`]+)`", cells[0]):
            assert word not in found, f"{word} stands twice"
            found[word] = cells[1].rstrip(" |")
    return found


TYPES, LOOKS = told("Kiểu câu hỏi (cột type)"), told("Cách trình bày (cột appearance)")
COLUMNS, PARAMETERS = told("Các cột của trang survey"), told("Tham số (cột parameters)")
CALLED, SHEETS = told("Công thức"), told("Trang tính khác")
OTHER = told("Trang choices và settings")


def state(*rows: Row, **more: list[list[str]]) -> str:
    """What an import says of these rows."""
    cells = {**make_cells([*rows, {"type": "text", "name": "z", "label": "Z"}], CHOICES), **more}
    try:
        form = xlsform.build(cells)
    except FormErrors:
        return "Không"
    codes = {problem.code for problem in form.warnings}  # type: ignore[attr-defined]
    if "metadata_left_blank" in codes:
        return "Để trống"
    return "Bỏ qua" if codes - {"file_unused"} else "Có"


def question(type_: str, **cells: str) -> Row:
    return {"type": type_, "name": "q", "label": "Q", **cells}


def rows_of_type(word: str) -> tuple[list[Row], bool]:
    """Rows in which a type stands as it may, and whether it needs the CSV file."""
    lower = word.lower()
    if "from_file" in lower or "from file" in lower or lower == "csv-external":
        name = "xa" if lower == "csv-external" else "q"
        return [{**question(f"{word} xa.csv" if name == "q" else word), "name": name}], True
    if lower.startswith(("begin ", "end ")) and word in ("begin group", "end group", "begin repeat", "end repeat"):
        what = word.split()[1]
        return [question(f"begin {what}"), {**question("text"), "name": "t"}, {"type": f"end {what}"}], False
    if word == "or_other":
        return [question("select_one ds or_other")], False
    selects = ("select", "rank", "add select")
    if lower.startswith(selects) and TYPES[word] == "Có":
        return [question(f"{word} ds")], False
    computed = "calculate" in lower
    return [question(word, **({"calculation": "1 + 1"} if computed else {}))], False


@pytest.mark.parametrize("word", TYPES)
def test_a_type_is_as_told(word: str) -> None:
    rows, with_file = rows_of_type(word)
    assert state(*rows, **(FILE if with_file else {})) == TYPES[word]
    assert (word.lower() in rowtypes.UNSUPPORTED) is (TYPES[word] == "Không")


def test_every_type_is_told() -> None:
    assert {word.lower() for word in TYPES} >= rowtypes.TYPES | rowtypes.UNSUPPORTED.keys()


@pytest.mark.parametrize("word", LOOKS)
def test_a_look_is_as_told(word: str) -> None:
    kinds = ("text", "integer", "select_one ds", "select_multiple ds", "image", "date", "range", "geopoint", "barcode")
    found = {state(question(kind, appearance=word)) for kind in kinds}
    inside = [{"type": "select_one ds", "name": "i", "label": "I"}, {"type": "end group"}]
    found.add(state(question("begin group", appearance=word), *inside))
    heading = {"type": "select_one ds", "name": "h", "label": "H", "appearance": "label"}
    found.add(state(heading, question("select_one ds", appearance=word)))
    assert next(kind for kind in STATES if kind in found) == LOOKS[word]


def test_every_look_is_told() -> None:
    assert LOOKS.keys() >= looks.LOOKS | looks._INSTEAD.keys()


@pytest.mark.parametrize("word", CALLED)
def test_a_function_is_as_told(word: str) -> None:
    assert (word in FUNCTIONS) is (CALLED[word] == "Có")
    assert (word in UNSUPPORTED) is (CALLED[word] == "Không")


def test_every_function_is_told() -> None:
    assert CALLED.keys() == FUNCTIONS.keys() | UNSUPPORTED


@pytest.mark.parametrize("word", COLUMNS)
def test_a_column_is_as_told(word: str) -> None:
    assert (word in sheets.SURVEY) is (COLUMNS[word] == "Có")
    if COLUMNS[word] == "Không":
        assert state(question("text", **{word: "x"})) == "Không"


def test_every_column_is_told() -> None:
    assert COLUMNS.keys() >= sheets.SURVEY


def parameter_rows(word: str) -> Iterator[tuple[Row, str]]:
    values = {"start": "0", "end": "4", "step": "2", "rows": "3", "seed": "5", "randomize": "true", "value": "name"}
    given = f"{word}={values.get(word, 'label')}"
    if word == "seed":
        given = f"randomize=true {given}"
    for kind in ("text", "range", "select_one ds", "select_one_from_file xa.csv", "image", "geopoint"):
        yield question(kind, parameters=given), kind


@pytest.mark.parametrize("word", PARAMETERS)
def test_a_parameter_is_as_told(word: str) -> None:
    found = {state(row, **(FILE if "csv" in kind else {})) for row, kind in parameter_rows(word)}
    assert next(kind for kind in STATES if kind in found) == PARAMETERS[word]


def test_every_parameter_is_told() -> None:
    idle = {name for names in parameters._IDLE.values() for name in names}
    known = {*parameters._FILE_SELECT, *parameters._RANGE, "rows"}
    assert PARAMETERS.keys() == idle | known


def test_choices_and_settings_are_told() -> None:
    assert OTHER.keys() == sheets.CHOICES | sheets.SETTINGS


@pytest.mark.parametrize("word", SHEETS)
def test_a_sheet_is_as_told(word: str) -> None:
    assert state(question("text"), **{word: [["a"], ["b"]]}) == SHEETS[word]


def test_any_other_sheet_is_left_unread_and_told() -> None:
    assert state(question("text"), **{"ghi chú": [["a"], ["b"]]}) == "Bỏ qua"
