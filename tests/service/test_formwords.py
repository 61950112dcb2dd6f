"""Every code a workbook can be refused with has words, and the words fit what the code carries."""

import ast
import inspect
import io
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import openpyxl
import pytest

import forms
from forms import xlsform
from forms.problems import FormErrors, FormProblem
from service import formwords
from tests.service.build import ND132

ROOM = Path(inspect.getfile(forms)).parent
SOURCES = sorted((ROOM / "xlsform").glob("*.py"))
EXPRESSIONS = sorted((ROOM / "expressions").rglob("*.py"))
TELLING = {"problem", "warning", "told", "fail", "TypeProblem", "ExpressionError"} | {
    "_refuse", "_refused", "_at", "_wrong", "_tell",
}  # fmt: skip


def codes() -> set[str]:
    """The codes by reading the source of forms: what is told, and what a variable named code may hold."""
    return {code for file in (*SOURCES, *EXPRESSIONS) for code in _told(ast.parse(file.read_text(encoding="utf-8")))}


def _told(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = 3 if name == "FormProblem" else 0
            if name in TELLING | {"FormProblem"} and len(node.args) > place:
                yield from _texts(node.args[place])
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
            yield from _texts(node.value)


def _texts(node: ast.AST) -> Iterator[str]:
    """The values a plain or conditional expression may have."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value):
        yield node.value


def test_every_code_has_words() -> None:
    found = codes()
    assert {"unknown_reference", "bare_name", "too_many_rows", "unknown_function", "unsupported_type"} <= found
    assert len(found) > 70
    assert found - formwords.SENTENCES.keys() == set()


def test_no_words_wait_for_a_code_that_is_gone() -> None:
    own = {"too_deep_expression", "syntax_end", "pyxform"}
    assert formwords.SENTENCES.keys() - own - codes() == set()


@pytest.mark.parametrize("code", sorted(formwords.SENTENCES))
def test_a_sentence_is_whole_and_ends(code: str) -> None:
    sentence = formwords.SENTENCES[code]
    assert sentence[0].isupper() or sentence[0] in "“{"
    assert sentence.rstrip("}").endswith((".", ")", "{text}”"))
    assert all(name is None or name.isidentifier() for _text, name, _spec, _conversion in Formatter().parse(sentence))


def broken(**cells: str) -> bytes:
    """nd132 with survey cells replaced: `relevant_12` is the column relevant of row 12."""
    book = openpyxl.load_workbook(ND132)
    sheet = book["survey"]
    header = [cell.value for cell in sheet[1]]
    for place, value in cells.items():
        column, _, row = place.rpartition("_")
        sheet.cell(int(row), header.index(column) + 1).value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def told(data: bytes) -> dict[str | None, str]:
    """Message by cell."""
    with pytest.raises(FormErrors) as caught:
        xlsform.build(xlsform.read(data))
    problems = [formwords.form_problem(problem) for problem in caught.value.problems]
    assert all(problem["sheet"] and problem["severity"] in ("error", "warning") for problem in problems)
    assert not [problem for problem in problems if "…" in str(problem["message"]).replace("${…}", "")]
    return {str(problem["cell"]): str(problem["message"]) for problem in problems}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"relevant_12": "${khong_co} = 1"}, "“khong_co”"),
        ({"relevant_12": "1 = ("}, "chưa viết xong"),
        ({"relevant_12": "1 = ) 2"}, "(ký tự thứ 5)"),
        ({"relevant_12": "'abc"}, "dấu nháy đóng (ký tự thứ 1)"),
        ({"relevant_12": "bogus-fn(., 1)"}, "Không có hàm “bogus-fn()”"),
        ({"relevant_12": "round(1)  = 1 and coalesce()"}, "nhận"),
        ({"relevant_12": "co = 1"}, "Chữ “co” thiếu dấu: tên câu hỏi viết là ${co}, còn chữ cố định viết là 'co'."),
        ({"relevant_12": "(" * 300}, "lồng nhau"),
        ({"type_12": "geotrace"}, "Thay vào đó, có thể dùng kiểu geopoint"),
        ({"type_12": "begin repeat", "name_12": "r"}, "nhóm lặp (repeat) “r” chưa được đóng"),
        ({"x_consolidate_12": "tổng"}, "sum, mean, count, list, ledger"),
        ({"x_bind_12": "unit.x"}, "unit.kind, unit.code"),
        ({"default_20": "nhiều"}, "không phải là số nguyên"),
        ({"name_12": "tên có dấu"}, "tối đa 64 ký tự"),
    ],
)
def test_problems_name_their_cell_and_what_to_do(cells: dict[str, str], words: str) -> None:
    assert any(words in message for message in told(broken(**cells)).values()), told(broken(**cells))


def test_a_cycle_names_its_ring() -> None:
    sentence = formwords.sentence("cycle", {"names": ["a", "b", "a"]})
    assert "a → b → a" in sentence


def test_every_reason_has_words() -> None:
    values = ast.parse((ROOM / "values.py").read_text(encoding="utf-8"))
    assert set(_told(values)) - formwords.REASONS.keys() == set()
    patterns = (ROOM / "expressions" / "pattern_syntax.py").read_text(encoding="utf-8")
    listed = re.search(r"`reason`: ([a-z_, ]+)\.", patterns)
    assert listed
    assert set(listed[1].split(", ")) == formwords.PATTERNS.keys()


def test_an_unknown_code_and_missing_parameters_still_make_a_sentence() -> None:
    assert "new_code" in formwords.sentence("new_code", {})
    assert formwords.sentence("duplicate_name", {}) == "Tên “…” đã dùng ở dòng …. Vui lòng đặt tên khác."


def test_a_problem_is_handed_over_with_its_cell() -> None:
    problem = formwords.form_problem(FormProblem("survey", 12, "relevant", "empty", letter="G"))
    assert problem == {
        "sheet": "survey",
        "row": 12,
        "column": "relevant",
        "cell": "G12",
        "code": "empty",
        "message": "Công thức trống.",
        "severity": "error",
    }


def test_a_row_of_a_file_is_told_with_both_counts() -> None:
    problem = FormProblem("xa.csv", 3, None, "uneven_row", {"given": 3, "header": 2})
    assert "Dòng này có 3 ô, dòng tiêu đề có 2 ô." in str(formwords.form_problem(problem)["message"])
