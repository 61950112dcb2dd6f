"""A form written as a workbook is the same form when it is read again."""

import pytest
from hypothesis import HealthCheck, given, settings

from exports.xlsform import Sheet, write
from forms import workbook, xlsform
from forms.schema import Form
from forms.xlsform.media import is_file, read_files
from tests.forms import strategies
from tests.forms.conftest import make_cells
from tests.forms.gallery import EXAMPLES, Example


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.forms())
def test_export_and_import_give_the_same_form(form: Form) -> None:
    written = workbook.cells(form)
    again = xlsform.build(written)
    assert strategies.meaning(again) == strategies.meaning(form)
    assert workbook.cells(again) == written


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_every_example_comes_back_through_a_workbook_of_bytes(example: Example) -> None:
    form = xlsform.build({**example.cells(), **read_files(example.media())})
    written = workbook.cells(form)
    sheets = {name: Sheet(rows) for name, rows in written.items() if not is_file(name)}
    read = {**xlsform.read(write(sheets)), **{name: rows for name, rows in written.items() if is_file(name)}}
    assert strategies.meaning(xlsform.build(read)) == strategies.meaning(form)


def test_nd132_comes_back_as_it_was(nd132: Form) -> None:
    again = xlsform.build(workbook.cells(nd132))
    assert strategies.meaning(again) == strategies.meaning(nd132)


def test_what_the_importer_adds_is_written_out_and_read_back() -> None:
    """or_other's choice and question, old names of types, one file chosen from in two ways, looked up and unused."""
    survey = [
        {"type": "select_one kenh or_other", "name": "kenh", "label": "Kênh"},
        {"type": "percentage", "name": "ty_le", "label": "Tỷ lệ"},
        {"type": "select_one_from_file xa.csv", "name": "ma", "label": "Xã", "parameters": "value=ma label=ten"},
        {"type": "select_multiple_from_file xa.csv", "name": "ten", "label": "Xã", "parameters": "value=ten label=ten"},
        {"type": "calculate", "name": "dan", "calculation": "pulldata('dan', 'so', 'ma', ${ma})"},
        {"type": "text", "name": "lap_lai", "label": "Ghi", "trigger": "${ma}", "default": "=1+1"},
    ]
    choices = [{"list_name": "kenh", "name": "zalo", "label": "Zalo"}]
    cells = make_cells(survey, choices)
    cells["xa.csv"] = [["ma", "ten", "huyen"], ["001", "An_Lão"], ["002", "Yên_Hòa", "yh"]]
    cells["dan.csv"] = [["ma", "so"], ["001", "7117"]]
    form = xlsform.build(cells)
    assert list(form.lists) == ["kenh", "xa.csv", "xa.csv?value=ten&label=ten", "dan.csv"]
    written = workbook.cells(form)
    assert written["xa.csv"] == cells["xa.csv"]
    assert strategies.meaning(xlsform.build(written)) == strategies.meaning(form)


def test_columns_stand_in_one_order_and_blank_ones_are_left_out() -> None:
    form = xlsform.build(make_cells([{"label": "Số", "type": "integer", "name": "n", "x_bind": "", "required": "yes"}]))
    assert workbook.cells(form) == {
        "survey": [["type", "name", "label", "required"], ["integer", "n", "Số", "yes"]],
        "settings": [["form_title", "form_id"], ["F", "f"]],
    }
