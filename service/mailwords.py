"""Words for what the mail room and the life of an invitation know as codes.

The codes come from reminders (messages, attempts, plans) and service.life (acts); every one of them has words here,
which a test checks.
"""

from collections.abc import Mapping
from decimal import Decimal

from reminders.steps import Step
from service.words import N_, _, number

KINDS = {
    "invitation": N_("Thư mời"),
    "reminder": N_("Thư nhắc"),
    "receipt": N_("Xác nhận đã gửi"),
    "notice": N_("Thông báo"),
    "digest": N_("Bản tin buổi sáng"),
    "export": N_("Số liệu định kỳ"),
    "code": N_("Mã dùng một lần"),
}
MESSAGE_STATES = {
    "waiting": N_("Chờ gửi"),
    "sending": N_("Đang gửi"),
    "sent": N_("Đã gửi"),
    "failed": N_("Không gửi được"),
    "cancelled": N_("Đã dừng"),
    "dropped": N_("Không gửi nữa"),
}
OUTCOMES = {
    "sent": N_("Máy chủ thư đã nhận"),
    "transient": N_("Tạm thời chưa gửi được, sẽ gửi lại"),
    "ambiguous": N_("Chưa rõ đã nhận hay chưa, sẽ gửi lại"),
    "permanent": N_("Máy chủ thư từ chối"),
    "lost": N_("Gián đoạn khi đang gửi"),
    "bounced": N_("Máy chủ của người nhận báo không chuyển được"),
}
# Why nothing goes to a unit (reminders.plan.Skipped), and why a message was dropped, failed or put off (Message.why).
REASONS = {
    "answered": N_("Đã gửi báo cáo"),
    "exempt": N_("Không thuộc diện báo cáo"),
    "closed": N_("Đợt khảo sát đã đóng"),
    "state": N_("Lịch nhắc không có bước nào cho trạng thái này"),
    "not_yet": N_("Chưa đến lần nhắc tiếp theo"),
    "before_publication": N_("Lần nhắc này rơi vào trước khi phát hành"),
    "passed": N_("Lần nhắc này đã qua, không còn ý nghĩa"),
    "already": N_("Lần nhắc này đã gửi hoặc đang chờ gửi"),
    "not_open": N_("Đợt khảo sát chưa mở, thư mời chưa đi"),
    "no_address": N_("Chưa có địa chỉ thư"),
    "same_mailbox": N_("Lãnh đạo dùng chung hộp thư với công chức đầu mối"),
    "outside_hours": N_("Ngoài giờ làm việc, chờ đến giờ làm việc"),
    "calendar_gap": N_("Chưa có lịch nghỉ lễ của năm đó"),
    "waiting_approval": N_("Chờ duyệt"),
    "not_approved": N_("Người duyệt không đồng ý gửi"),
    "lapsed": N_("Hết thời gian chờ duyệt, không gửi"),
    "had_mail": N_("Hộp thư này hôm nay đã nhận một thư nhắc"),
    "recalled": N_("Đã gọi lại trước khi gửi"),
    "undone": N_("Đã hoàn tác trước khi gửi"),
    "stopped": N_("Chuyên viên đã dừng trước khi gửi"),
    "invited_soon": N_("Thư mời sắp tự gửi"),
    "reminded_today": N_("Hôm nay đã có thư nhắc gửi đi hoặc đang chờ gửi"),
    "bounced": N_("Hộp thư báo không nhận được"),
    "replanned": N_("Hạn gửi đã thay đổi, lịch nhắc tính lại"),
    "changed_since": N_("Tình trạng của đơn vị đã thay đổi, thư này không còn đúng"),
    "contact_gone": N_("Đầu mối đã thay đổi hoặc ngừng dùng địa chỉ này"),
    "gave_up": N_("Đã thử lại nhiều lần trong 24 giờ"),
    "refused": N_("Máy chủ thư từ chối địa chỉ này"),
    "transient": N_("Tạm thời chưa gửi được, sẽ gửi lại"),
    "ambiguous": N_("Chưa rõ đã nhận hay chưa, sẽ gửi lại"),
}
ACTS = {
    "deliver": N_("Thư đã đến máy chủ thư"),
    "bounce": N_("Mọi địa chỉ đều không gửi được"),
    "open": N_("Mở đường dẫn riêng"),
    "begin": N_("Bắt đầu điền phiếu"),
    "submit": N_("Gửi báo cáo"),
    "ask_signoff": N_("Trình lãnh đạo duyệt"),
    "withdraw_signoff": N_("Rút lại để sửa"),
    "refuse_signoff": N_("Lãnh đạo trả lại để sửa"),
    "sign_off": N_("Lãnh đạo duyệt, gửi báo cáo"),
    "amend": N_("Mở báo cáo đã gửi để sửa"),
    "keep": N_("Bỏ bản sửa, giữ báo cáo đã gửi"),
    "intake": N_("Ghi nhận văn bản"),
    "accept": N_("Kiểm tra, đạt"),
    "return": N_("Đề nghị chỉnh sửa, bổ sung"),
    "exempt": N_("Đưa ra khỏi diện báo cáo"),
    "include": N_("Đưa lại vào diện báo cáo"),
    "extend": N_("Gia hạn"),
}
ACTORS = {"unit": N_("Đơn vị"), "staff": N_("Chuyên viên"), "system": N_("Hệ thống")}
CONTACT_ROLES = {"official": N_("Công chức đầu mối"), "leader": N_("Lãnh đạo")}
AUDIENCES = {
    "official": N_("công chức đầu mối"),
    "leader": N_("lãnh đạo đơn vị"),
    "office_head": N_("Chánh Văn phòng"),
    "chairman": N_("Chủ tịch"),
}
TEXTS = {
    "reminder_before": N_("nhắc trước hạn"),
    "reminder_soon": N_("nhắc sát hạn"),
    "reminder_due": N_("nhắc ngày đến hạn"),
    "reminder_after": N_("nhắc quá hạn"),
    "reminder_again": N_("nhắc quá hạn nhiều ngày"),
    "leader_copy": N_("báo lãnh đạo, không kèm đường dẫn"),
}
RECEIVED = {
    "bounce": N_("Báo không chuyển được thư"),
    "delay": N_("Báo thư đến chậm hoặc tạm thời chưa chuyển được"),
    "reply": N_("Thư trả lời"),
    "automatic": N_("Trả lời tự động"),
}
LETTERS = TEXTS | {
    "reminder_returned": N_("nhắc gửi lại bản chỉnh sửa, bổ sung"),
    "leader_copy_returned": N_("báo lãnh đạo, đang chờ bản chỉnh sửa"),
    "invitation": N_("thư mời"),
    "receipt": N_("xác nhận đã gửi"),
    "receipt_without_link": N_("xác nhận đã gửi, không kèm đường dẫn"),
    "returned": N_("đề nghị chỉnh sửa, bổ sung"),
    "reopened": N_("mở lại phiếu theo đề nghị của đơn vị"),
    "extended": N_("báo gia hạn"),
    "exempted": N_("báo không thuộc diện báo cáo"),
    "included": N_("báo trở lại diện báo cáo"),
    "request_refused": N_("trả lời đề nghị, chưa đáp ứng"),
    "ledger_reply": N_("trả lời kiến nghị"),
    "signoff": N_("trình lãnh đạo duyệt"),
    "signoff_refused": N_("lãnh đạo trả lại để sửa"),
}
LINK = N_("[đường dẫn riêng]")
CODE = N_("[mã dùng một lần]")


def masked(text: str) -> str:
    """A message's text for staff: what opens a form is never shown to them."""
    return text.replace("{link}", _(LINK)).replace("{code}", _(CODE))


def days(count: int | Decimal, unit: str) -> str:
    """2,5 ngày làm việc; 10 ngày."""
    text = _("{count} ngày làm việc") if unit == "working_day" else _("{count} ngày")
    return text.format(count=number(count))


def distance(count: int, unit: str) -> str:
    """3 ngày làm việc trước hạn; đúng ngày đến hạn; 1 ngày sau hạn."""
    if count == 0:
        return _("đúng ngày đến hạn")
    text = _("{days} trước hạn") if count < 0 else _("{days} sau hạn")
    return text.format(days=days(abs(count), unit))


def offset(step: Step) -> str:
    """3 ngày làm việc sau hạn, rồi cứ 5 ngày làm việc một lần, tối đa thêm 4 lần."""
    words = distance(step.offset, step.unit)
    if step.every and step.times:
        again = _("{words}, rồi cứ {days} một lần, tối đa thêm {times} lần")
        words = again.format(words=words, days=days(step.every, step.unit), times=step.times)
    return words


def step(found: Step) -> str:
    """3 ngày làm việc trước hạn, 08:00, gửi công chức đầu mối (nhắc trước hạn)."""
    text = _("{offset}, lúc {time}, gửi {to} ({text})")
    return text.format(
        offset=offset(found), time=f"{found.at:%H:%M}", to=_(AUDIENCES[found.to]), text=_(TEXTS[found.text])
    )


def template(name: str) -> str:
    """nhắc quá hạn; thư mời."""
    return of(LETTERS, name)


def of(words: Mapping[str, str], code: str) -> str:
    """The words of a code, translated; the code itself when a later version knows more codes than this one."""
    return _(words[code]) if code in words else code
