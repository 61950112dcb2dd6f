"""The difference between two versions as staff read it."""

from dataclasses import replace

import pytest

from forms import xlsform
from forms.difference import _PROPERTIES, difference
from forms.schema import Form
from service.pages import changewords
from tests.service import newer
from tests.service.build import ND132
from tests.service.workbooks import xlsform as workbook


@pytest.fixture(scope="module")
def first() -> Form:
    return xlsform.build(xlsform.examine(ND132.read_bytes()))


def _form(**more: str) -> Form:
    rows = (
        {"type": "integer", "name": "a", "label": "Số vụ"},
        {"type": "integer", "name": "q", "label": "Câu", **more},
    )
    return xlsform.build(xlsform.examine(workbook(rows)))


def _lines(old: Form, new: Form) -> list[tuple[str, str, str, str]]:
    found = changewords.blocks(old, new, difference(old, new))
    return [(block.label, line.what, line.old, line.new) for block in found for line in block.lines]


def test_the_second_version_of_the_first_survey_in_words(first: Form) -> None:
    second = xlsform.build(newer.changed(xlsform.examine(ND132.read_bytes())))
    assert _lines(first, second) == [
        ("C1c. Dự kiến ban hành", "Đổi kiểu trả lời", "Ngày", "Chữ"),
        ("C3. Số văn bản triển khai Nghị định 132/2025/NĐ-CP đã ban hành trong kỳ", "Bỏ", "", ""),
        ("H3. Ý kiến khác", "Chuyển sang phần khác", "H. Khó khăn, vướng mắc và kiến nghị",
         "C. Văn bản, kế hoạch đã ban hành"),
        ("C4. Ghi chú thêm", "Thêm mới", "", ""),
        ("F1. Kênh hỗ trợ người dân, doanh nghiệp", "Bỏ lựa chọn: Nhóm Zalo", "", ""),
    ]  # fmt: skip
    told = changewords.summary(difference(first, second))
    assert told == "1 mục thêm mới, 1 mục bỏ, 1 câu đổi kiểu trả lời, 1 mục chuyển phần, 1 thay đổi khác"


@pytest.mark.parametrize(
    ("was", "now", "what", "before", "after"),
    [
        ({}, {"required": "yes"}, "Đổi quy định bắt buộc", "không bắt buộc", "luôn bắt buộc"),
        ({}, {"required": "${a} > 1"}, "Đổi quy định bắt buộc", "không bắt buộc", "bắt buộc khi “Số vụ” > 1"),
        ({"relevant": "${a} >= 2"}, {}, "Đổi điều kiện hỏi", "“Số vụ” ≥ 2", ""),
        ({"constraint": ". <= ${a}"}, {"constraint": ". < ${a}"}, "Đổi điều kiện kiểm tra",
         "câu này ≤ “Số vụ”", "câu này < “Số vụ”"),
        ({}, {"read_only": "yes"}, "Đổi quyền sửa", "người điền sửa được", "chỉ xem"),
        ({"x_previous": "show"}, {"x_previous": "explain > 30%"}, "Đổi cách dùng số kỳ trước",
         "hiện bên cạnh", "hỏi lý do khi thay đổi quá 30%"),
        ({"x_consolidate": "sum"}, {"x_consolidate": "mean"}, "Đổi cách tổng hợp", "cộng lại", "trung bình"),
        ({"type": "date", "x_bind": "period.to"}, {"type": "date"}, "Đổi thông tin hệ thống điền",
         "ngày chốt số liệu", ""),
        ({"default": "3"}, {"default": "${a} + 1"}, "Đổi giá trị điền sẵn", "3", "“Số vụ” + 1"),
    ],
)  # fmt: skip
def test_rules_are_told_in_words(was: dict[str, str], now: dict[str, str], what: str, before: str, after: str) -> None:
    assert ("Câu", what, before, after) in _lines(_form(**was), _form(**now))


def test_every_change_there_can_be_has_words(first: Form) -> None:
    assert set(_PROPERTIES) <= set(changewords.WHATS)
    assert changewords.summary(()) == "không có gì thay đổi"
    plain = replace(difference(first, _form())[0], params={"language": "English (en)"})
    assert "(ngôn ngữ English (en))" in changewords.blocks(first, _form(), (plain,))[0].lines[0].what
