"""Words for what is wrong with an uploaded Word template (exports.wordcheck.Fault)."""

from service.words import N_, _

FAULTS = {
    "not_word": N_("Không đọc được tệp như một văn bản Word. Vui lòng mở bằng Word, lưu lại dạng .docx rồi chọn lại."),
    "too_big": N_("Tệp quá lớn hoặc quá phức tạp khi mở ra. Vui lòng bỏ bớt ảnh rồi lưu lại."),
    "macros": N_("Tệp có macro hoặc đối tượng nhúng. Vui lòng bỏ các phần đó rồi lưu lại dạng .docx."),
    "outside": N_(
        "Tệp lấy nội dung từ nơi khác (mẫu gắn kèm, ảnh liên kết). Vui lòng bỏ liên kết, chèn ảnh trực tiếp."
    ),
    "unknown": N_(
        "Không có nội dung nào tên {name}. Vui lòng dùng các tên trong bảng bên dưới, đúng chữ hoa chữ thường."
    ),
    "alone": N_("{name} phải đứng riêng một đoạn, không có chữ nào khác trong đoạn đó."),
    "place": N_("{name} không đặt được ở chỗ này. Vui lòng đặt ở phần thân văn bản, ngoài bảng và ngoài đầu trang."),
    "twice": N_("{name} chỉ được dùng một lần."),
    "empty": N_("Tệp chưa có chỗ điền số liệu nào. Vui lòng bắt đầu từ mẫu mặc định."),
}


def fault(code: str, name: str) -> str:
    return _(FAULTS[code]).format(name=f"{{{name}}}")
