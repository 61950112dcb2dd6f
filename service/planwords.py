"""Words of the reminder plan: its usual kinds, groups of states, texts, and what is wrong with a step."""

from collections.abc import Mapping

from reminders.calendar import Office
from reminders.steps import OWING, Problem
from service.words import N_, _

USUAL = {
    "usual": N_("Thông thường"),
    "urgent": N_("Khảo sát gấp"),
    "yearly": N_("Báo cáo năm"),
    "none": N_("Không tự nhắc"),
}
USUAL_HINTS = {
    "usual": N_(
        "3 và 1 ngày làm việc trước hạn, ngày đến hạn, sau hạn 1 và 3 ngày rồi cứ 5 ngày; báo lãnh đạo sau 3 ngày"
    ),
    "urgent": N_(
        "trước hạn 1 ngày, ngày đến hạn, sau hạn 1 ngày rồi cứ 2 ngày; báo lãnh đạo sau 1 ngày; sau 3 ngày báo "
        "Chủ tịch khi được duyệt"
    ),
    "yearly": N_(
        "15, 7, 3 và 1 ngày trước hạn, ngày đến hạn, sau hạn; báo lãnh đạo sau 3 ngày; sau 10 ngày báo Chủ tịch "
        "khi được duyệt"
    ),
    "none": N_("không gửi thư nhắc nào; vẫn gửi được bằng “Gửi ngay”"),
}
APPROVALS = {
    "waiting": N_("Chờ duyệt"),
    "approved": N_("Đã duyệt"),
    "refused": N_("Không duyệt"),
    "lapsed": N_("Hết thời gian, chưa ai trả lời"),
    "void": N_("Không cần nữa: đơn vị không còn phải gửi báo cáo, hoặc hạn, lịch nhắc đã đổi"),
}
# How people choose states: by how far the unit has come.
GROUPS: Mapping[str, frozenset[str]] = {
    "unopened": frozenset({"not_sent", "undeliverable", "sent"}),
    "opened": frozenset({"opened"}),
    "begun": frozenset({"draft", "awaiting_signoff"}),
    "returned": frozenset({"returned"}),
}
GROUP_NAMES = {
    "unopened": N_("chưa mở phiếu"),
    "opened": N_("đã mở, chưa điền"),
    "begun": N_("đang điền"),
    "returned": N_("được đề nghị chỉnh sửa"),
}
FAULTS = {
    "outside_hours": N_("Giờ này ngoài giờ làm việc. Vui lòng chọn giờ trong giờ làm việc ({hours})."),
    "step_after_closing": N_(
        "Bước này rơi vào sau khi đợt khảo sát đóng nên không bao giờ gửi. Vui lòng đổi ngày hoặc bỏ bước."
    ),
    "after_due": N_("Lúc này đã qua hạn gửi nên thư không bao giờ đi. Vui lòng chọn giờ trước hạn gửi hoặc đổi ngày."),
    "calendar_gap": N_("Ngày của bước này (kể cả các lần nhắc lại) rơi vào năm chưa có lịch nghỉ lễ."),
    "same": N_(
        "Trùng ngày và người nhận với một bước khác: một hộp thư mỗi ngày chỉ nhận một thư nhắc. Vui lòng đổi ngày "
        "hoặc bỏ một bước."
    ),
    "needs_approval": N_("Thư gửi lên trên lãnh đạo trực tiếp chỉ đi khi có người duyệt. Vui lòng đánh dấu cần duyệt."),
    "approver": N_("Không có người duyệt này. Vui lòng chọn lại."),
    "past": N_("Bước mới này rơi vào thời điểm đã qua. Vui lòng chọn thời điểm sau bây giờ."),
    "text": N_("Mẫu thư này không hợp với ngày gửi (nói quá hạn khi chưa quá hạn, hoặc ngược lại)."),
    "leader_text": N_("Thư cho lãnh đạo không kèm đường dẫn điền phiếu. Vui lòng chọn mẫu báo lãnh đạo."),
    "leader_early": N_("Lãnh đạo chỉ nhận thư sau hạn, khi đơn vị đã quá hạn."),
    "bad_value": N_("Giá trị chưa đúng. Vui lòng nhập lại."),
    "no_states": N_("Vui lòng chọn ít nhất một nhóm đơn vị."),
    "together": N_("Nhắc lại cần cả số ngày và số lần."),
    "too_many": N_("Lịch nhắc có quá nhiều bước (tối đa 20)."),
    "unknown_text": N_("Không có mẫu thư này. Vui lòng chọn lại."),
}
# What to type where a value is none.
VALUES = {
    "offset": N_("Số ngày chưa đúng. Vui lòng ghi bằng chữ số, ví dụ 2."),
    "at": N_("Giờ gửi chưa đúng. Vui lòng ghi giờ và phút, ví dụ 08:00."),
    "every": N_("Số ngày giữa các lần nhắc lại chưa đúng. Vui lòng ghi bằng chữ số, ví dụ 5, hoặc để trống."),
    "times": N_("Số lần nhắc lại chưa đúng. Vui lòng ghi bằng chữ số, ví dụ 4, hoặc để trống."),
}


def fault(problem: Problem, office: Office) -> str:
    """What is wrong, as it stands beside the field."""
    code = "no_states" if problem.field == "states" else problem.code
    found = FAULTS.get(code) or FAULTS["bad_value"]
    if found is FAULTS["bad_value"]:
        found = VALUES.get(problem.field, found)
    return _(found).format(hours=office)


def states(found: frozenset[str]) -> str:
    """mọi đơn vị chưa gửi; đơn vị chưa mở phiếu, đang điền."""
    if found >= OWING:
        return _("mọi đơn vị chưa gửi")
    names = [_(GROUP_NAMES[group]) for group, members in GROUPS.items() if found & members]
    return _("đơn vị {names}").format(names=", ".join(names))
