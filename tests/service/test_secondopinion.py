"""What pyxform says is put into Vietnamese where it is known, and quoted where it is not."""

import pytest
from pyxform.errors import ErrorCode

from service import formwords, secondopinion


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ErrorCode.NAMES_001.value.format(row=3, value="so_ho"), "Tên “so_ho” trùng với tên khác."),
        (ErrorCode.NAMES_002.value.format(row=3, value="So_Ho"), "Tên “So_Ho” chỉ khác tên khác ở chữ hoa"),
        (ErrorCode.NAMES_003.value.format(row=3, value="data"), "Tên nhóm lặp “data” trùng với tên gốc"),
        (ErrorCode.NAMES_004.value.format(row=3, value="ho"), "Tên “ho” trùng với tên khác."),
        (ErrorCode.NAMES_008.value.format(row=3, sheet="survey", column="name"), "Tên ở cột name không hợp lệ"),
        (ErrorCode.NAMES_013.value.format(sheet="choices", candidates="'choice'"), "có trang tên gần giống: 'choice'"),
        (ErrorCode.HEADER_002.value.format(sheet_name="survey", other="label", header="Label"), "“label” và “Label”"),
        (ErrorCode.HEADER_004.value.format(column="tên xã"), "không được có dấu cách"),
        (ErrorCode.LABEL_001.value.format(row=3), "Lựa chọn chưa có nhãn."),
        (ErrorCode.PYREF_003.value.format(row=3, sheet="survey", column="relevant", q="aa"), "tên “aa”"),
        (ErrorCode.PYREF_004.value.format(row=3, sheet="survey", column="relevant", q="aa"), "nhiều câu hỏi tên “aa”"),
        (ErrorCode.RANGE_002.value.format(row=3, name="step"), "Tham số “step” của câu hỏi range"),
        (ErrorCode.SURVEY_004.value.format(row=3), "tên=giá_trị"),
        (ErrorCode.SURVEY_005.value.format(row=3, accepted="rows", rejected="row"), "không nhận “row”"),
        (ErrorCode.SURVEY_001.value.format(row=3, type="group", name="a"), "Dòng end_group không có dòng tương ứng"),
        ("Group has no label: {'name': 'nhom', 'type': 'begin group'}", "Nhóm “nhom” chưa có tiêu đề"),
        ("Language 'English (en)' is missing the survey hint column.", "bản dịch “English (en)” cho cột hint."),
        (
            "The following language declarations do not contain valid machine-readable codes: Tày. Learn more: http",
            "ví dụ “Tiếng Việt (vi)”: Tày.",
        ),
    ],
)
def test_known_messages_are_translated(text: str, words: str) -> None:
    found = formwords.sentence("pyxform", {"text": text})
    assert words in found
    assert "pyxform" not in found


def test_any_other_message_is_quoted_and_said_to_be_english() -> None:
    assert secondopinion.said("Something new.") == (
        "Công cụ kiểm tra XLSForm (pyxform) báo bằng tiếng Anh: “Something new.”"
    )
