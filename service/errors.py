"""Broken rules, each with the status it answers and the sentence people read.

`code` goes to API clients, `message` to people (Vietnamese, through gettext, lazily). Bad answers are not errors
but values (forms.answers.Problem).
"""

from service.words import N_


class ServiceError(Exception):
    status = 400
    code = "bad_request"
    message = N_("Yêu cầu không hợp lệ. Vui lòng kiểm tra và thử lại.")

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params


class NotFound(ServiceError):
    status = 404
    code = "not_found"
    message = N_("Không tìm thấy nội dung này. Vui lòng kiểm tra lại địa chỉ.")


class MethodNotAllowed(ServiceError):
    status = 405
    code = "method_not_allowed"
    message = N_("Địa chỉ này không nhận kiểu yêu cầu đó. Vui lòng quay lại trang trước rồi thử lại.")


class Forbidden(ServiceError):
    status = 403
    code = "forbidden"
    message = N_("Anh/chị không có quyền làm việc này. Vui lòng liên hệ quản trị viên.")


class LoginNeeded(ServiceError):
    status = 401
    code = "unauthorized"
    message = N_("Vui lòng đăng nhập để tiếp tục.")


class LinkInvalid(ServiceError):
    status = 404
    code = "link_invalid"
    message = N_(
        "Đường dẫn này không đúng hoặc không còn hiệu lực. Vui lòng mở lại đường dẫn trong thư mới nhất, lấy mã dùng "
        "một lần để vào, hoặc gọi cho chuyên viên có tên trong công văn để được cấp đường dẫn mới."
    )


class SetUpLinkUsed(ServiceError):
    status = 404
    code = "setup_link_used"
    message = N_(
        "Đường dẫn đặt mật khẩu đã dùng hoặc đã hết hạn. Vui lòng đăng nhập, hoặc nhờ quản trị viên cấp đường dẫn mới "
        "(phieu user reset)."
    )


class EntryNeeded(ServiceError):
    status = 401
    code = "entry_needed"
    message = N_(
        "Phiên làm việc đã kết thúc hoặc thuộc đơn vị khác. Những gì đã lưu vẫn còn. "
        "Vui lòng mở lại đường dẫn riêng trong thư, hoặc lấy mã dùng một lần, để làm tiếp."
    )


class CodeOver(ServiceError):
    """A one-time code that is too old, used, tried too often, replaced by a newer one, or of another browser."""

    status = 409
    code = "code_over"
    message = N_(
        "Mã này không còn dùng được: đã hết hạn, đã dùng, đã có mã mới hơn, hoặc được xin trên một máy khác. "
        "Vui lòng xin mã mới."
    )


class FormExpired(ServiceError):
    status = 403
    code = "csrf"
    message = N_("Trang đã mở quá lâu hoặc được mở từ nơi khác. Vui lòng quay lại, tải lại trang rồi gửi lại.")


class OtherSession(FormExpired):
    """A unit's page whose form belongs to another session than the one its browser is in now."""

    message = N_(
        "Trang này được mở trong một phiên làm việc khác nên chưa lưu được. Những gì đã lưu trước đó vẫn còn. "
        "Vui lòng mở lại đường dẫn riêng trong thư của đơn vị, hoặc lấy mã dùng một lần, để làm tiếp."
    )


class TooManyTries(ServiceError):
    status = 429
    code = "too_many_tries"
    message = N_("Đã thử quá nhiều lần. Vui lòng đợi 15 phút rồi thử lại.")


class TooLarge(ServiceError):
    status = 413
    code = "too_large"
    message = N_("Nội dung gửi lên quá lớn (tối đa {limit} MB). Vui lòng chọn tệp nhỏ hơn.")


class BadFile(ServiceError):
    status = 422
    code = "bad_file"
    message = N_(
        "Tệp “{name}” không dùng được: nội dung không phải là {kinds}. "
        "Vui lòng chọn tệp khác; những gì đã điền vẫn còn nguyên."
    )


class EmptyFile(ServiceError):
    status = 422
    code = "empty_file"
    message = N_("Tệp rỗng hoặc chưa chọn tệp. Vui lòng chọn tệp rồi gửi lại.")


class EnoughFiles(ServiceError):
    status = 422
    code = "enough_files"
    message = N_(
        "Phiếu này nhận tối đa {files} tệp, tổng cộng {megabytes} MB, kể cả các tệp đã thay hoặc đã bỏ, nên không "
        "nhận thêm tệp này. Vui lòng gọi cho chuyên viên phụ trách nếu cần gửi bổ sung."
    )


class StaleDraft(ServiceError):
    status = 409
    code = "stale_draft"
    message = N_("Bản nháp đã được thay đổi ở nơi khác (phiên bản {version}). Vui lòng tải lại rồi sửa tiếp.")


class CampaignClosed(ServiceError):
    status = 409
    code = "campaign_closed"
    message = N_(
        "Đợt khảo sát đã đóng nên không nhận thêm báo cáo. Những gì đã điền vẫn được giữ. "
        "Vui lòng gọi cho chuyên viên phụ trách nếu cần gửi bổ sung."
    )


class CampaignNotOpen(ServiceError):
    status = 409
    code = "campaign_not_open"
    message = N_("Đợt khảo sát chưa mở. Vui lòng quay lại sau.")


class NotPublished(ServiceError):
    status = 409
    code = "not_published"
    message = N_("Đợt khảo sát chưa được phát hành.")


class AlreadyPublished(ServiceError):
    status = 409
    code = "already_published"
    message = N_("Đợt khảo sát đã phát hành, không sửa được nữa.")


class WrongState(ServiceError):
    status = 409
    code = "wrong_state"
    message = N_("Phiếu đang ở trạng thái “{state}” nên không làm được việc này.")


class ChangedMeanwhile(ServiceError):
    """A verdict on a report that is no longer as it was looked at."""

    status = 409
    code = "changed_meanwhile"
    message = N_("Báo cáo đã thay đổi sau khi anh/chị mở: {what}. Vui lòng xem lại rồi quyết định.")


class TakenByOther(ServiceError):
    status = 409
    code = "taken_by_other"
    message = N_("{name} đang kiểm tra báo cáo này, từ {at}.")


class AmendingOver(WrongState):
    code = "amending_over"
    message = N_(
        "Đã qua hạn gửi nên bản sửa không gửi được nữa; báo cáo đã gửi vẫn giữ nguyên. "
        "Vui lòng xin chuyên viên cho sửa."
    )


class SignoffNeeded(ServiceError):
    status = 409
    code = "signoff_needed"
    message = N_("Báo cáo của đợt này cần lãnh đạo đơn vị duyệt trước khi gửi. Vui lòng tải lại trang rồi làm tiếp.")


class SignedMissing(ServiceError):
    status = 422
    code = "signed_missing"
    message = N_("Vui lòng chọn tệp văn bản lãnh đạo đã ký (PDF, JPG hoặc PNG) rồi gửi lại.")


class NotTheLeader(ServiceError):
    status = 403
    code = "not_the_leader"
    message = N_(
        "Chỉ lãnh đạo có thư điện tử riêng đã đăng ký mới duyệt hoặc trả lại được, bằng đường dẫn trong thư gửi cho "
        "chính mình."
    )


class AskedAlready(ServiceError):
    status = 409
    code = "asked_already"
    message = N_("Đơn vị đã có đề nghị này đang chờ trả lời.")


class KeyReused(ServiceError):
    status = 422
    code = "idempotency_key_reused"
    message = N_("Mã chống gửi trùng đã dùng cho nội dung khác. Vui lòng tải lại trang rồi gửi lại.")


class Invalid(ServiceError):
    """Input with problems of its own; `problems` are JSON-ready objects."""

    status = 422
    code = "invalid"
    message = N_("Nội dung gửi lên có lỗi. Vui lòng sửa các mục được nêu rồi gửi lại.")

    def __init__(self, problems: list[dict[str, object]], **params: object) -> None:
        super().__init__(**params)
        self.problems = problems


class Unavailable(ServiceError):
    status = 503
    code = "unavailable"
    message = N_(
        "Hệ thống đang bận hoặc tạm thời không ghi được dữ liệu. Nội dung anh/chị vừa nhập vẫn còn trên trang này. "
        "Vui lòng đợi một phút rồi gửi lại."
    )


class Broken(ServiceError):
    """A fault in the program itself."""

    status = 500
    code = "internal"
    message = N_(
        "Hệ thống gặp lỗi khi xử lý yêu cầu này. Những gì đã lưu vẫn còn. "
        "Vui lòng thử lại; nếu vẫn lỗi, vui lòng báo quản trị viên thời điểm xảy ra."
    )
