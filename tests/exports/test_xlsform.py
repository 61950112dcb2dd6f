"""The sheets of an XLSForm as a workbook: everything is text, and helps while it is filled in."""

import io
import zipfile

import openpyxl

from exports.xlsform import Sheet, bundle, write


def reopened(**sheets: Sheet) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write(sheets)))


def test_what_looks_like_a_formula_a_number_or_an_address_stays_text() -> None:
    rows = [["type", "name"], ["=1+1", "001"], ["http://a.vn", "+3"], ["", "7,5"]]
    book = reopened(survey=Sheet(rows))
    found = [[cell.value or "" for cell in row] for row in book["survey"].iter_rows()]
    assert found == rows
    assert {cell.data_type for row in book["survey"].iter_rows() for cell in row if cell.value} == {"s"}
    assert book["survey"].column_dimensions["A"].number_format == "@"
    assert not book["survey"]["A3"].hyperlink


def test_the_header_stays_in_sight_and_columns_fit_their_content() -> None:
    book = reopened(survey=Sheet([["type", "label"], ["text", "x" * 300], ["text", "ngắn"]]))
    sheet = book["survey"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert 10 < sheet.column_dimensions["A"].width < sheet.column_dimensions["B"].width < 60


def test_notes_and_lists_stand_at_their_columns_in_every_language() -> None:
    rows = [["type", "label::Tiếng Việt (vi)", "required"]]
    book = reopened(survey=Sheet(rows, notes={"label": "Lời câu hỏi."}, lists={"required": ("yes", "no")}))
    sheet = book["survey"]
    assert sheet["B1"].comment.text == "Lời câu hỏi."
    assert sheet["A1"].comment is None
    (rule,) = sheet.data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1, rule.showErrorMessage) == ("C2:C1001", '"yes,no"', False)


def test_a_bundle_holds_its_files_by_name() -> None:
    archive = zipfile.ZipFile(io.BytesIO(bundle({"a.xlsx": b"1", "xã.csv": b"2"})))
    assert {name: archive.read(name) for name in archive.namelist()} == {"a.xlsx": b"1", "xã.csv": b"2"}
