"""Words for what the gateway is told, and for what became of it."""

from service import mailwords
from service.words import N_

KINDS = {
    "report.submitted": N_("Đơn vị gửi báo cáo"),
    "report.received": N_("Ghi nhận văn bản"),
    "report.returned": N_("Đề nghị chỉnh sửa, bổ sung"),
    "report.accepted": N_("Kiểm tra, đạt"),
    "ledger.replied": N_("Trả lời kiến nghị"),
    "reminder.due": N_("Đến lần nhắc"),
}
STATES = {
    "waiting": N_("Chờ gửi"),
    "sending": N_("Đang gửi"),
    "sent": N_("Đã gửi"),
    "failed": N_("Không gửi được"),
    "dropped": N_("Không gửi nữa"),
}
OUTCOMES = {
    "taken": N_("Đã nhận"),
    "refused": N_("Từ chối"),
    "gone": N_("Không nhận nữa (410)"),
    "timeout": N_("Quá thời gian chờ"),
    "unreachable": N_("Không kết nối được"),
    "dropped": N_("Ngắt kết nối khi chưa trả lời"),
    "lost": N_("Gián đoạn khi đang gửi"),
    "not_ready": N_("Chưa soạn được nội dung"),
}
# Why one waits, failed or was dropped.
WHYS = mailwords.REASONS | OUTCOMES
