"""Bytes of workbooks: as offices have them, damaged, and hostile."""

import contextlib
import io
import pickle
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from forms import xlsform
from forms.xlsform import Cells, FormErrors, second_opinion
from forms.xlsform import cells as cells_module
from forms.xlsform.cells import MAX_COLUMNS, MAX_ROWS, letter, read

WorkbookOf = Callable[..., bytes]
EXCEL_TIME = datetime.fromisoformat("2025-07-01T08:30:00")  # a workbook knows no zone
SURVEY = [["type", "name", "label"], ["text", "t", "T"]]


def refused(data: bytes) -> tuple[str, str, int | None, str | None]:
    with pytest.raises(FormErrors) as caught:
        read(data)
    (problem,) = caught.value.problems
    return problem.code, problem.sheet, problem.row, problem.letter


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def trimmed(row: list[str]) -> list[str]:
    return row[: max((place for place, text in enumerate(row, 1) if text), default=0)]


def sheet_xml(data: bytes, change: Callable[[str], str]) -> bytes:
    """The workbook with the XML of its first sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                content = change(content.decode()).encode()
            new.writestr(info.filename, content)
    return out.getvalue()


def test_cells_are_text_with_their_places_kept(workbook_of: WorkbookOf) -> None:
    data = workbook_of(
        {
            "Survey": [["type", "name", "label"], [], ["text", "t", " T \u0041\u0300 "]],
            "settings": [["form_id", "version", "a", "b", "c"], ["f", 2025070101.0, True, date(2025, 7, 1), 0.5]],
            "Ghi chú": [[None], ["x", "y"], ["z"]],
            "Trống": [],
        }
    )
    assert read(data) == {
        "survey": [["type", "name", "label"], [], ["text", "t", "T À"]],
        "settings": [["form_id", "version", "a", "b", "c"], ["f", "2025070101", "TRUE", "2025-07-01", "0.5"]],
        "Ghi chú": [["x", "y"]],
        "Trống": [],
    }


def test_what_was_read_builds_and_pyxform_agrees(own_cells: Cells, workbook_of: WorkbookOf) -> None:
    data = workbook_of(own_cells)
    assert read(data) == {name: [trimmed(row) for row in rows] for name, rows in own_cells.items()}
    assert xlsform.build(read(data)).id == "thu"
    assert [problem.severity for problem in second_opinion(read(data)) if problem.severity == "error"] == []


def test_pyxform_gives_its_row(workbook_of: WorkbookOf) -> None:
    data = workbook_of({"survey": [*SURVEY, [], ["begin group", "g", "G"]]})
    (said,) = second_opinion(read(data))
    assert (said.sheet, said.row, said.code, said.severity) == ("survey", 4, "pyxform", "error")
    assert "end_group" in str(said.params["text"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_xlsx"),
        (b"type,name,label\n", "text_file"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\0", "not_xlsx"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"PK" + b"\0" * 10_000_001, "too_big"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, code: str) -> None:
    assert refused(data)[0] == code


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert refused(out.getvalue())[0] == "not_xlsx"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 70_000_000)
    assert refused(out.getvalue())[0] == "too_big"


def test_claimed_dimensions_cost_nothing(workbook_of: WorkbookOf) -> None:
    data = sheet_xml(
        workbook_of({"survey": SURVEY}),
        lambda xml: xml.replace('<dimension ref="A1:C2"', '<dimension ref="A1:XFD1048576"'),
    )
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    tracemalloc.start()
    try:
        assert read(data) == {"survey": SURVEY}
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_cell_at_the_far_end_is_refused_not_dropped(workbook_of: WorkbookOf) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    data = sheet_xml(workbook_of({"survey": SURVEY}), lambda xml: xml.replace("</sheetData>", far))
    assert len(data) < 10_000
    assert refused(data)[:2] == ("too_many_columns", "survey")


@pytest.mark.slow
def test_too_many_rows_and_columns_are_refused(workbook_of: WorkbookOf) -> None:
    tall = workbook_of({"survey": [*SURVEY, *[["text", f"t{n}", "T"] for n in range(MAX_ROWS)]]})
    assert refused(tall) == ("too_many_rows", "survey", MAX_ROWS + 1, None)
    wide = workbook_of({"survey": [[f"c{n}" for n in range(MAX_COLUMNS + 1)]]})
    assert refused(wide) == ("too_many_columns", "survey", 1, None)


def test_too_much_text_is_refused(workbook_of: WorkbookOf) -> None:
    assert refused(workbook_of({"survey": [*SURVEY, *[["text", "t", "x" * 30_000]] * 40]}))[:2] == ("too_big", "survey")


def test_formulas_and_errors_are_told(workbook_of: WorkbookOf) -> None:
    assert refused(workbook_of({"survey": [*SURVEY, ["text", '=CONCATENATE("a","b")', "T"]]})) == (
        "formula_without_value",
        "survey",
        3,
        "B",
    )
    book = Workbook()
    book.active.title = "survey"
    book.active.append(["type", "#REF!"])
    assert refused(saved(book)) == ("cell_error", "survey", 1, "B")


def test_sheets_of_one_name_are_refused(workbook_of: WorkbookOf) -> None:
    assert refused(workbook_of({"survey": SURVEY, "Survey ": SURVEY}))[0] == "duplicate_sheet"


def test_errors_cross_a_process_boundary_whole() -> None:
    with pytest.raises(FormErrors) as caught:
        read(b"x")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems


def test_letters_of_columns() -> None:
    assert [letter(place) for place in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (1.5, "1.5"), (1e300, "1e+300"), (EXCEL_TIME, "2025-07-01T08:30:00"), (None, "")],
)
def test_texts_of_values(value: Any, text: str) -> None:
    assert cells_module.cell_text(value) == text


@pytest.fixture(scope="module")
def small(own_cells: Cells, workbook_of: WorkbookOf) -> bytes:
    """A small workbook, made once: it holds the time it was made, and its length may change with it."""
    return workbook_of({"survey": own_cells["survey"][:4]})


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read_but_never_breaks(small: bytes, data: st.DataObject) -> None:
    good = bytearray(small)
    for _ in range(data.draw(st.integers(1, 6))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(good)))
    with contextlib.suppress(FormErrors):
        assert read(bytes(good[:cut] if data.draw(st.booleans()) else good)) is not None


def test_nd132_reads_as_openpyxl_sees_it(shared: Path) -> None:
    data = (shared / "data" / "nd132.xlsx").read_bytes()
    found = read(data)
    assert set(found) == {"survey", "choices", "settings"}
    plain = load_workbook(io.BytesIO(data))["survey"]
    for number, row in enumerate(plain.iter_rows(values_only=True), 1):
        kept = found["survey"][number - 1]
        texts = [str(value) if value is not None else "" for value in row]
        assert kept == texts[: len(kept)]
        assert not any(texts[len(kept) :])
    assert second_opinion(found) == ()


def test_only_content_counts_and_formats_do_not(workbook_of: WorkbookOf) -> None:
    """As Excel leaves a column behind that was formatted to the bottom."""
    rows = "".join(f'<row r="{row}" s="1"><c r="A{row}" s="1"/><c r="XFD{row}" s="1"/></row>' for row in (3, 1048576))
    data = sheet_xml(workbook_of({"survey": SURVEY}), lambda xml: xml.replace("</sheetData>", rows + "</sheetData>"))
    assert read(data) == {"survey": SURVEY}


def test_the_rows_to_the_last_with_content_are_all_read(workbook_of: WorkbookOf) -> None:
    survey = [*SURVEY, [], [], ["note", "n", "Hết"]]
    assert read(workbook_of({"survey": survey})) == {"survey": survey}


def test_a_prefix_before_the_elements_hides_nothing(workbook_of: WorkbookOf) -> None:
    def prefixed(xml: str) -> str:
        xml = re.sub(r"<(/?)(?!\?)", r"<\1x:", xml)
        return xml.replace("xmlns=", "xmlns:x=")

    assert read(sheet_xml(workbook_of({"survey": SURVEY}), prefixed)) == {"survey": SURVEY}
    tall = [*SURVEY, *[["text", "t", "T"]] * MAX_ROWS]
    assert refused(sheet_xml(workbook_of({"survey": tall}), prefixed))[:2] == ("too_many_rows", "survey")
