"""The text for a chat group, word for word."""

from dataclasses import replace
from datetime import datetime

from service import chatwords
from service.chatwords import Owing, Post
from service.words import ZONE

DUE = datetime(2025, 7, 18, 17, 0, tzinfo=ZONE)
POST = Post(
    survey="Khảo sát Nghị định 132",
    letter="số 111/KH-SKHCN ngày 8/7/2025",
    at=datetime(2025, 7, 21, 8, 30, tzinfo=ZONE),
    due_at=DUE,
    left="đã quá hạn 1 ngày làm việc",
    site="https://khaosat.haiphong.example",
    staff="Trần Thị Lan, 0225 3842 124",
)
UNITS = [
    Owing("Xã Vĩnh Bảo", "xa", "Huyện Vĩnh Bảo", False, DUE),
    Owing("Phường Đồ Sơn", "phuong", "Quận Đồ Sơn", False, DUE),
    Owing("Xã An Lão", "xa", "Huyện An Lão", False, datetime(2025, 7, 25, 17, 0, tzinfo=ZONE)),
    Owing("Xã An Hưng", "xa", "Huyện An Lão", False, DUE),
]
RETURNED = Owing("Xã Kiến Thụy", "xa", "Huyện Kiến Thuỵ", True, datetime(2025, 7, 23, 11, 30, tzinfo=ZONE))


def test_who_owes_by_former_district_until_when_and_where_to_go() -> None:
    assert chatwords.text(POST, [*UNITS, RETURNED], "group") == (
        "Kính gửi anh/chị đầu mối các xã, phường, đặc khu,\n"
        "\n"
        "Tính đến 08:30 ngày 21/7/2025, còn 4 đơn vị chưa gửi báo cáo “Khảo sát Nghị định 132” "
        "(công văn số 111/KH-SKHCN ngày 8/7/2025):\n"
        "• Huyện An Lão (2): xã An Hưng, xã An Lão (gia hạn đến 17:00 thứ Sáu, 25/7/2025)\n"
        "• Huyện Vĩnh Bảo (1): xã Vĩnh Bảo\n"
        "• Quận Đồ Sơn (1): phường Đồ Sơn\n"
        "\n"
        "Hạn gửi: 17:00 thứ Sáu, 18/7/2025 (đã quá hạn 1 ngày làm việc).\n"
        "\n"
        "1 đơn vị được đề nghị chỉnh sửa, bổ sung báo cáo “Khảo sát Nghị định 132” và chưa gửi lại, kèm hạn bổ sung:\n"
        "• Huyện Kiến Thuỵ (1): xã Kiến Thụy (hạn 11:30 thứ Tư, 23/7/2025)\n"
        "\n"
        "Vui lòng gửi báo cáo bằng đường dẫn riêng trong thư điện tử mà Sở đã gửi đến đơn vị.\n"
        "Không tìm thấy thư: mở https://khaosat.haiphong.example, chọn đơn vị và lấy mã dùng một lần.\n"
        "Cần hỗ trợ, vui lòng gọi Trần Thị Lan, 0225 3842 124.\n"
        "\n"
        "Đơn vị vừa gửi xin bỏ qua tin nhắn này. Trân trọng cảm ơn anh/chị!"
    )


def test_other_groupings_and_what_is_not_known_leaves_no_hole() -> None:
    by_kind = chatwords.text(POST, UNITS, "kind")
    assert "• Phường (1): phường Đồ Sơn\n• Xã (3): xã An Hưng, xã An Lão" in by_kind
    bare = replace(POST, letter="", left="", staff="")
    plain = chatwords.text(bare, UNITS[:2], "none")
    assert "báo cáo “Khảo sát Nghị định 132”:\n• phường Đồ Sơn, xã Vĩnh Bảo\n" in plain
    assert "Hạn gửi: 17:00 thứ Sáu, 18/7/2025.\n" in plain
    assert "vui lòng gọi" not in plain
    only_returned = chatwords.text(POST, [RETURNED], "group")
    assert "chưa gửi báo cáo" not in only_returned
    assert "Hạn gửi:" not in only_returned


def test_braces_and_line_breaks_in_names_stay_what_they_are() -> None:
    found = chatwords.text(replace(POST, survey="{count} {7*7} <b>"), [replace(UNITS[0], full_name="Xã {due}")], "none")
    assert "“{count} {7*7} <b>”" in found
    assert "• xã {due}" in found
