"""Workbooks for the tests of forms: written as rows of dicts, turned into cells or into bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from forms import xlsform
from forms.answers import Now
from forms.schema import Form
from forms.xlsform import Cells

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Rows = Iterable[Mapping[str, str]]

OWN_CHOICES = [
    {"list_name": "kind", "name": "xa", "label": "Xã"},
    {"list_name": "kind", "name": "phuong", "label": "Phường"},
    {"list_name": "unit", "name": "00101", "label": "Xã Bình An", "kind": "xa"},
    {"list_name": "unit", "name": "00102", "label": "Xã Yên Hòa", "kind": "xa"},
    {"list_name": "unit", "name": "00201", "label": "Phường Hồng Hà", "kind": "phuong"},
    {"list_name": "yesno", "name": "co", "label": "Có"},
    {"list_name": "yesno", "name": "khong", "label": "Không"},
    {"list_name": "way", "name": "zalo", "label": "Nhóm Zalo"},
    {"list_name": "way", "name": "truc_tiep", "label": "Trực tiếp"},
    {"list_name": "way", "name": "khong", "label": "Không có"},
]
OWN_SURVEY = [
    {"type": "start", "name": "start"},
    {"type": "begin group", "name": "a", "label": "A. Đơn vị"},
    {"type": "select_one kind", "name": "kind", "label": "Loại", "required": "yes", "x_bind": "unit.kind"},
    {
        "type": "select_one unit",
        "name": "unit",
        "label": "Đơn vị",
        "required": "yes",
        "choice_filter": "kind = ${kind}",
        "x_bind": "unit.code",
    },
    {"type": "date", "name": "to", "label": "Đến ngày", "constraint": ". <= today()", "x_bind": "period.to"},
    {
        "type": "text",
        "name": "phone",
        "label": "Điện thoại",
        "constraint": "regex(., '^0[0-9]{9}$')",
        "constraint_message": "Số điện thoại gồm 10 chữ số.",
        "x_bind": "contact.phone",
    },
    {"type": "text", "name": "who", "label": "Người lập", "x_bind": "contact.name"},
    {"type": "end group"},
    {"type": "begin group", "name": "b", "label": "B. Hồ sơ"},
    {"type": "integer", "name": "recv", "label": "Tiếp nhận", "required": "yes", "x_consolidate": "sum"},
    {
        "type": "integer",
        "name": "online",
        "label": "Trực tuyến",
        "required": "yes",
        "required_message": "Cần số trực tuyến trong ${recv} hồ sơ.",
        "constraint": ". >= 0 and . <= ${recv}",
        "constraint_message": "Không lớn hơn ${recv}.",
        "x_consolidate": "sum",
        "x_previous": "explain > 30%",
    },
    {
        "type": "calculate",
        "name": "pct",
        "calculation": "if(${recv} > 0, round(${online} div ${recv} * 100, 2), 0)",
        "x_consolidate": "ratio: online / recv",
    },
    {"type": "note", "name": "said", "label": "Tỷ lệ ${pct}% của ${recv}.", "relevant": "${recv} > 0"},
    {"type": "decimal", "name": "money", "label": "Số tiền", "relevant": "${recv} > 1000", "x_consolidate": "mean"},
    {"type": "select_multiple way", "name": "ways", "label": "Kênh", "x_previous": "prefill"},
    {"type": "end group"},
    {"type": "begin group", "name": "h", "label": "H. Vướng mắc"},
    {"type": "select_one yesno", "name": "has", "label": "Có vướng mắc?", "required": "yes"},
    {
        "type": "begin repeat",
        "name": "item",
        "label": "Vướng mắc",
        "relevant": "${has} = 'co'",
        "x_consolidate": "ledger",
    },
    {
        "type": "text",
        "name": "what",
        "label": "Nội dung ${nth}",
        "required": "yes",
        "constraint": "string-length(.) >= 5",
        "constraint_message": "Ít nhất 5 ký tự.",
        "appearance": "multiline",
    },
    {"type": "calculate", "name": "nth", "calculation": "position(..)"},
    {"type": "integer", "name": "cases", "label": "Số vụ"},
    {"type": "text", "name": "why", "label": "Vì sao", "required": "yes", "relevant": "${cases} > 10"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "all_cases", "calculation": "sum(${cases})", "x_consolidate": "sum"},
    {"type": "calculate", "name": "rows", "calculation": "count(${item})"},
    {"type": "end group"},
    {"type": "acknowledge", "name": "confirm", "label": "Tôi xác nhận.", "required": "yes"},
]
OWN_SETTINGS = [{"form_title": "Phiếu thử", "form_id": "thu", "version": "7"}]

GOOD = {
    "a": {"kind": "xa", "unit": "00101", "to": "2025-07-20", "phone": "0912345678", "who": "Trần Thị B"},
    "b": {"recv": 1142, "online": 1048, "money": 12.5, "ways": ["zalo"]},
    "h": {"has": "co", "item": [{"_id": "ra", "what": "Thiếu máy quét", "cases": 3}]},
    "confirm": True,
}


def sheet(rows: Rows) -> list[list[str]]:
    """Header and rows, columns in the order in which they are first named."""
    rows = list(rows)
    header = list(dict.fromkeys(key for row in rows for key in row))
    return [header, *([row.get(key, "") for key in header] for row in rows)]


def make_cells(survey: Rows, choices: Rows = (), settings: Rows = ({"form_id": "f", "form_title": "F"},)) -> Cells:
    cells = {"survey": sheet(survey), "choices": sheet(choices), "settings": sheet(settings)}
    return {name: rows for name, rows in cells.items() if rows[0]}


def make_workbook(cells: Mapping[str, list[list[object]]] | Cells) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in cells.items():
        made = book.create_sheet(name)
        for row in rows:
            made.append([value if value != "" else None for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="session")
def cells_of() -> Callable[..., Cells]:
    return make_cells


@pytest.fixture(scope="session")
def workbook_of() -> Callable[..., bytes]:
    return make_workbook


@pytest.fixture(scope="session")
def form_of() -> Callable[..., Form]:
    """Builds a form from survey rows (and choices)."""
    return lambda survey, choices=(): xlsform.build(make_cells(survey, choices))


@pytest.fixture(scope="session")
def own_choices() -> list[dict[str, str]]:
    return OWN_CHOICES


@pytest.fixture(scope="session")
def own_cells() -> Cells:
    return make_cells(OWN_SURVEY, OWN_CHOICES, OWN_SETTINGS)


@pytest.fixture(scope="session")
def own(own_cells: Cells) -> Form:
    return xlsform.build(own_cells)


@pytest.fixture
def good() -> dict[str, object]:
    """Answers that pass every check of the own form; changed freely by a test."""
    return {key: dict(value) if isinstance(value, dict) else value for key, value in GOOD.items()}


@pytest.fixture(scope="session")
def now() -> Now:
    return Now(datetime(2025, 8, 20, 9, 0, tzinfo=ZONE))


@pytest.fixture(scope="session")
def nd132(shared: Path) -> Form:
    return xlsform.build(xlsform.read((shared / "data" / "nd132.xlsx").read_bytes()))


@pytest.fixture
def an_lao() -> dict[str, dict[str, object] | bool]:
    """Xã An Lão, 1/7-18/8/2025: the figures of a press article of 20/8/2025, the rest made up."""
    return {
        "a": {
            "a_kind": "xa",
            "a_unit": "11629",
            "a_from": "2025-07-01",
            "a_to": "2025-08-18",
            "a_name": "Nguyễn Văn A",
            "a_title": "Công chức",
            "a_phone": "0912345678",
            "a_email": "vhxh@example.vn",
        },
        "b": {
            "b_dept": "vhxh",
            "b_decision": "co",
            "b_decision_no": "15/QĐ-UBND",
            "b_decision_date": "5/7/2025",
            "b_staff": 2,
            "b_staff_full": 1,
            "b_staff_tdc": 1,
            "b_staff_cert": 0,
            "b_multi": "co",
        },
        "c": {"c_plan": "dang", "c_plan_due": "2025-09-30", "c_bcd": "co", "c_docs": 3},
        "d": {"d_tasks": ["chua"]},
        "e": {
            "e_visits": "7.117",
            "e_recv": "1.142",
            "e_online": 1048,
            "e_direct": 94,
            "e_ontime": 1035,
            "e_late": 0,
            "e_withdrawn": 45,
            "e_proc": 62,
            "e_proc_late": 0,
            "e_pay": 400,
            "e_st": 12,
            "e_dayunit": "ngay_lv",
        },
        "f": {
            "f_channels": ["truc_tiep", "zalo"],
            "f_ca": 60,
            "f_sign": 55,
            "f_hpnet": "tot",
            "f_group": 30,
            "f_infra": "mot_phan",
        },
        "g": {"g_fields": ["tdc", "cds"], "g_people": 5, "g_mode": "ket_hop"},
        "h": {
            "h_has": "co",
            "h_item": [
                {
                    "h_field": "tdc",
                    "h_cause": "nhan_luc",
                    "h_desc": "Chưa có công chức có chứng chỉ kiểm tra đo lường",
                    "h_prop": "Mở lớp bồi dưỡng nghiệp vụ",
                    "h_to": "so",
                }
            ],
        },
        "confirm": True,
    }
