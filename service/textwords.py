"""Words about the texts of mails: what each placeholder stands for, when each text goes, what is wrong in one."""

from difflib import get_close_matches

from reminders.texts import KINDS, LONGEST_SUBJECT, LONGEST_TEXT, Fault
from service.words import N_, _, fold, number

# Meaning, and an example of what it becomes.
PLACEHOLDERS = {
    "don_vi": (N_("Tên đơn vị"), "UBND xã An Lão"),
    "nguoi_nhan": (N_("Tên người nhận, nếu có trong danh sách đầu mối"), "Nguyễn Thị Hồng"),
    "khao_sat": (N_("Tên đợt khảo sát"), "Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP"),
    "van_ban": (N_("Văn bản đề nghị: số, ngày, trích yếu"), "số 111/KH-SKHCN ngày 8/7/2025 về việc khảo sát"),
    "han_gui": (N_("Hạn gửi đang áp dụng của đơn vị"), "17:00 thứ Sáu, 18/7/2025"),
    "con_lai": (N_("Còn bao nhiêu ngày làm việc đến hạn"), "còn 2 ngày làm việc"),
    "qua_han": (N_("Đã quá hạn bao nhiêu ngày làm việc"), "1 ngày làm việc"),
    "da_gui": (N_("Bao nhiêu đơn vị đã gửi, trên tổng số"), "59/114"),
    "da_dien": (N_("Đơn vị đã điền bao nhiêu câu; trống khi chưa bắt đầu"), "41/47 câu"),
    "phu_trach": (N_("Chuyên viên phụ trách"), "Trần Thị Lan"),
    "dien_thoai": (N_("Điện thoại của chuyên viên phụ trách"), "0225 3842 124"),
    "so_phut": (N_("Thời gian điền, tính theo số câu (phút)"), "30"),
    "so_lieu": (N_("Các phần của phiếu hỏi số liệu"), "Kết quả tiếp nhận; Nhân lực"),
    "trang": (
        N_("Địa chỉ tự mở, không qua đường dẫn riêng: chọn đơn vị, lấy mã dùng một lần"),
        "https://phieu.example/vao",
    ),
    "noi_gui": (N_("Tên cơ quan gửi thư"), "Sở Khoa học và Công nghệ"),
    "duong_dan": (N_("Đường dẫn riêng; nên đứng một mình trên một dòng để thành nút bấm"), "[đường dẫn riêng]"),
    "so_xac_nhan": (N_("Số xác nhận"), "PH-12-11629-1"),
    "luc_nhan": (N_("Thời điểm nhận"), "16:20 ngày 17/7/2025"),
    "ma_kiem_tra": (N_("Mã kiểm tra nội dung"), "9f86d081884c7d65…"),
    "ly_do": (N_("Lý do hoặc nội dung cần sửa mà chuyên viên ghi"), "Tổng hồ sơ tiếp nhận chưa khớp, đề nghị rà soát."),
    "kien_nghi": (N_("Số và nội dung các kiến nghị được trả lời"), "Số 12: Chưa có máy quét để số hóa hồ sơ."),
    "tra_loi": (N_("Nội dung trả lời kiến nghị"), "Sở đã đề nghị cấp kinh phí mua máy quét trong quý IV."),
}
# When each text goes, and to whom.
WHEN = {
    "invitation": N_("Khi phát hành, và cho đầu mối mới thêm; kèm tệp lịch hạn gửi"),
    "reminder_before": N_("Trước hạn từ 2 ngày trở lên"),
    "reminder_soon": N_("Trước hạn 1 ngày"),
    "reminder_due": N_("Ngày đến hạn"),
    "reminder_after": N_("Quá hạn 1, 2 ngày"),
    "reminder_again": N_("Quá hạn từ 3 ngày, và các lần nhắc lại"),
    "leader_copy": N_("Cho lãnh đạo đơn vị khi quá hạn; không có đường dẫn riêng"),
    "reminder_returned": N_("Thay các thư nhắc trên, khi đơn vị đã gửi và đang chỉnh sửa, bổ sung"),
    "leader_copy_returned": N_("Thay thư báo lãnh đạo, khi đơn vị đã gửi mà bản chỉnh sửa quá hạn"),
    "receipt": N_("Ngay khi đơn vị gửi báo cáo"),
    "receipt_without_link": N_("Như trên, đến hộp thư nay không còn là của đầu mối nào"),
    "returned": N_("Khi đề nghị chỉnh sửa, bổ sung; kèm tệp lịch hạn mới"),
    "reopened": N_("Khi mở lại phiếu theo đề nghị của đơn vị; kèm tệp lịch hạn mới"),
    "extended": N_("Khi gia hạn; kèm tệp lịch hạn mới"),
    "exempted": N_("Khi đưa đơn vị ra khỏi diện báo cáo"),
    "included": N_("Khi đưa đơn vị trở lại diện báo cáo; kèm tệp lịch hạn gửi"),
    "signoff": N_("Cho lãnh đạo đơn vị, khi công chức đầu mối trình duyệt"),
    "request_refused": N_("Khi chưa đáp ứng đề nghị của đơn vị (xin gia hạn, xin sửa báo cáo đã gửi)"),
    "ledger_reply": N_("Khi kiến nghị của đơn vị được trả lời, và mỗi lần nội dung trả lời được sửa"),
    "signoff_refused": N_("Cho công chức đầu mối, khi lãnh đạo đơn vị trả lại để sửa"),
}
FAULTS = {
    "no_subject": N_("Vui lòng nhập tiêu đề thư."),
    "no_text": N_("Vui lòng nhập nội dung thư."),
    "too_long": N_("Nội dung dài quá {limit} ký tự. Vui lòng rút gọn."),
    "braces": N_("Có dấu ngoặc nhọn lẻ. Chỗ tự điền gồm một dấu mở, tên và một dấu đóng, ví dụ {example}."),
    "doubled": N_("{wrong} sẽ để nguyên như vậy trong thư. Vui lòng viết một lớp ngoặc: {right}."),
    "unknown": N_("Không có chỗ tự điền {wrong}. Vui lòng chọn một tên trong danh sách bên cạnh."),
    "nearly": N_("Không có chỗ tự điền {wrong}. Có phải anh/chị muốn viết {right}?"),
    "needed": N_("Thư này phải có {right} ({meaning})."),
    "subject_link": N_("Đường dẫn riêng không được đứng trong tiêu đề. Vui lòng bỏ {wrong} ở tiêu đề."),
    "not_here": N_("{wrong} không dùng được trong mẫu thư này. Vui lòng bỏ đi."),
}


def marked(name: str) -> str:
    """A placeholder as it is written: {don_vi}."""
    return f"{{{name}}}"


def meaning(name: str) -> str:
    return _(PLACEHOLDERS[name][0])


def example(name: str) -> str:
    return PLACEHOLDERS[name][1]


def fault(found: Fault, text: str) -> str:
    """What is wrong, in a sentence; `text` is the name of the text it is in."""
    allowed = KINDS[text].placeholders
    values = {"wrong": marked(found.name), "right": marked(found.name), "example": marked("don_vi")}
    code = found.code
    if code == "unknown":
        near = get_close_matches(fold(found.name).replace(" ", "_"), sorted(allowed), n=1)
        if near:
            code, values["right"] = "nearly", marked(near[0])
    elif code == "doubled":
        values["wrong"] = marked(marked(found.name))
    elif code == "needed":
        values["meaning"] = meaning(found.name)
    elif code == "too_long":
        values["limit"] = number(LONGEST_SUBJECT if found.field == "subject" else LONGEST_TEXT)
    elif code == "not_here" and found.field == "subject" and found.name in allowed:
        code = "subject_link"
    return _(FAULTS[code]).format(**values)
