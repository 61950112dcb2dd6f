"""CSV files beside a workbook: as Excel saves them, in the wrong code, and uneven."""

import codecs
from collections.abc import Callable
from typing import Any

import pytest

from forms import xlsform
from forms.xlsform import FormErrors, media
from forms.xlsform.media import mentioned, read_files

WorkbookOf = Callable[..., bytes]
SURVEY = [["type", "name", "label"], ["text", "t", "T"]]
ROWS = [["name", "label"], ["xa", "Xã An Lão"]]


def refused(data: bytes, name: str = "xa.csv") -> tuple[str, int | None, dict[str, Any]]:
    with pytest.raises(FormErrors) as caught:
        read_files({name: data})
    problem = caught.value.problems[0]
    assert problem.sheet == name
    return problem.code, problem.row, dict(problem.params)


@pytest.mark.parametrize(
    "data",
    [
        "name,label\nxa,Xã An Lão\n".encode(),
        "name;label\r\nxa;Xã An Lão\r\n\r\n".encode("utf-8-sig"),
        'name\tlabel\nxa\t"Xã An Lão"'.encode(),
        b"name,label,,\nxa,X\xc3\xa3 An L\xc3\xa3o,,\n",
        "name, label\nxa,Xa\u0303 An La\u0303o\n".encode(),
    ],
)
def test_files_are_read_as_excel_saves_them(data: bytes) -> None:
    (rows,) = read_files({"xa.csv": data}).values()
    assert [row[:2] for row in rows] == ROWS


def test_a_separator_inside_quotes_is_text() -> None:
    (rows,) = read_files({"a.csv": 'name,"a;b;c"\nx,"một, hai\nba"\n'.encode()}).values()
    assert rows == [["name", "a;b;c"], ["x", "một, hai\nba"]]


@pytest.mark.parametrize(
    ("data", "code", "row", "params"),
    [
        (codecs.BOM_UTF16_LE + "name,label".encode("utf-16-le"), "file_encoding", None, {"encoding": "UTF-16"}),
        ("name,label".encode("utf-16-le"), "file_encoding", None, {"encoding": "UTF-16"}),
        ("name\nXã".encode("cp1252"), "file_encoding", 2, {"encoding": "Windows-1258"}),
        (b"PK\x03\x04 a workbook", "not_csv", None, {"detail": "workbook"}),
        (b"name\n" + b"x" * 3_000 + b"\0", "not_csv", None, {"detail": "NUL"}),
        (b"", "file_empty", None, {}),
        (b"\n\n", "file_empty", None, {}),
        (b"a,b\n1,2\n1,2,3\n", "uneven_row", 3, {"given": 3, "header": 2}),
        (b"a,b\n1\n", "uneven_row", 2, {"given": 1, "header": 2}),
        (b'a,b\n"1,2\n3', "not_csv", 3, {"detail": "unexpected end of data"}),
        (b"a\n" * (media.MAX_FILE_ROWS + 1), "too_many_rows", 20_001, {"limit": 20_000}),
        (b"," * 100 + b"\n", "too_many_columns", 1, {"limit": 100}),
        ((b"," * 49 + b"\n") * 4_001, "too_many_cells", 4_001, {"limit": 200_000}),
        (b"a\n" + b"x" * 40_000, "cell_too_long", 2, {"limit": 32_767}),
        (b"x" * 5_000_001, "file_too_big", None, {"bytes": 5_000_001, "limit": 5_000_000}),
    ],
)
def test_what_is_no_good_file_is_told(data: bytes, code: str, row: int | None, params: dict[str, Any]) -> None:
    assert refused(data) == (code, row, params)


def test_names_end_in_csv_and_files_are_not_without_number() -> None:
    assert refused(b"a", "xa.xlsx")[0] == "not_csv_name"
    assert refused(b"a", ".csv")[0] == "not_csv_name"
    with pytest.raises(FormErrors) as caught:
        read_files({f"{number}.csv": b"a" for number in range(21)})
    assert [problem.code for problem in caught.value.problems] == ["too_many_files"]


def test_uneven_rows_are_not_told_without_end() -> None:
    with pytest.raises(FormErrors) as caught:
        read_files({"a.csv": b"a,b\n" + b"1\n" * 500})
    assert len(caught.value.problems) == 20


def test_what_the_survey_asks_for_is_found() -> None:
    cells = [
        ["type", "calculation"],
        ["select_one_from_file xa.csv", "pulldata('gia', 'a', 'b', ${c})"],
        ["Select multiple from file thon.csv", "count(instance( “to” )/root/item)"],
        ["select_one_from_file ban_do.geojson", "pulldata(${x}, 'a', 'b', 'c')"],
    ]
    assert mentioned(cells) == {"xa.csv", "thon.csv", "gia.csv", "to.csv"}


def test_a_sheet_of_its_name_serves_as_the_file(workbook_of: WorkbookOf) -> None:
    survey = [["type", "name", "label"], ["select_one_from_file xa.csv", "x", "X"]]
    data = workbook_of({"survey": survey, "xa": ROWS, "khac": ROWS})
    assert xlsform.read(data) == {"survey": survey, "xa.csv": ROWS, "khac": ROWS[:1]}
    attached = xlsform.read(data, {"xa.csv": b"name,label\na,A\n"})
    assert attached["xa.csv"] == [["name", "label"], ["a", "A"]]
    assert attached["xa"] == ROWS[:1]


def test_a_file_and_a_sheet_of_one_name_are_refused(workbook_of: WorkbookOf) -> None:
    with pytest.raises(FormErrors) as caught:
        xlsform.read(workbook_of({"survey": SURVEY, "xa.csv": ROWS}), {"xa.csv": b"a\n"})
    assert [problem.code for problem in caught.value.problems] == ["duplicate_sheet"]
