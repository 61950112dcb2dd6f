"""What pyxform, the reference converter, says in English, in Vietnamese where the message is known."""

import re

from service.words import N_, _

UNKNOWN = N_("Công cụ kiểm tra XLSForm (pyxform) báo bằng tiếng Anh: “{text}”")
_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (
            r"'name' value '(?P<a>[^']*)' is problematic.*case-insensitive",
            N_("Tên “{a}” chỉ khác tên khác ở chữ hoa, chữ thường, dễ nhầm khi phân tích. Vui lòng đổi tên."),
        ),
        (
            r"'name' value '(?P<a>[^']*)' is invalid.*(?:must be unique|Repeat names must unique)",
            N_("Tên “{a}” trùng với tên khác. Vui lòng đổi tên."),
        ),
        (
            r"'name' value '(?P<a>[^']*)' is invalid.*survey root",
            N_("Tên nhóm lặp “{a}” trùng với tên gốc của phiếu (data). Vui lòng đổi tên."),
        ),
        (r"'name' value 'meta' is invalid", N_("Tên “meta” được dành cho hệ thống. Vui lòng đặt tên khác.")),
        (
            r"'(?P<a>[^']*)' value is invalid.*Names must begin with a letter",
            N_("Tên ở cột {a} không hợp lệ: tên bắt đầu bằng chữ cái, sau đó là chữ, số, dấu gạch hoặc dấu chấm."),
        ),
        (
            r"Column headers must not be empty and must not contain spaces",
            N_("Tiêu đề cột ở trang choices không được trống và không được có dấu cách. Vui lòng sửa tiêu đề."),
        ),
        (
            r"different names for the same column were found: '(?P<a>[^']*)', '(?P<b>[^']*)'",
            N_("Hai cột “{a}” và “{b}” có cùng ý nghĩa. Vui lòng bỏ một cột."),
        ),
        (r"Choices should have a label", N_("Lựa chọn chưa có nhãn. Vui lòng điền cột label.")),
        (
            r"looking for a sheet named '(?P<a>[^']*)'.*similar names were found: (?P<b>[^.]*)",
            N_("Không có trang tính “{a}” nhưng có trang tên gần giống: {b}. Vui lòng kiểm tra tên trang."),
        ),
        (
            r"Could not find the name '(?P<a>[^']*)'",
            N_("Không có câu hỏi nào tên “{a}”. Vui lòng kiểm tra lại tên trong ${{…}}."),
        ),
        (
            r"The name '(?P<a>[^']*)' appears more than once",
            N_("Có nhiều câu hỏi tên “{a}” nên không rõ là câu nào. Vui lòng đổi tên một câu."),
        ),
        (
            r"Reference variables must start with",
            N_("Cách gọi câu hỏi chưa đúng. Vui lòng viết ${{tên câu hỏi}}, không có dấu cách."),
        ),
        (
            r"'range' question type, the parameter '(?P<a>[^']*)' must",
            N_("Tham số “{a}” của câu hỏi range chưa hợp lệ. Vui lòng kiểm tra start, end, step ở cột parameters."),
        ),
        (
            r"accepted parameter keys for .* are '(?P<a>[^']*)'.*invalid parameter key\(s\): '(?P<b>[^']*)'",
            N_("Cột parameters không nhận “{b}” ở kiểu câu hỏi này. Có thể dùng: {a}."),
        ),
        (
            r"Parameters must be in the form of",
            N_("Cột parameters viết chưa đúng. Vui lòng viết: tên=giá_trị, cách nhau bằng dấu cách."),
        ),
        (
            r"(?:Group|Repeat) has no label: .*'name': '(?P<a>[^']*)'",
            N_("Nhóm “{a}” chưa có tiêu đề (label)."),
        ),
        (
            r"max-pixels parameter to speed up",
            N_("Ảnh được giữ nguyên như đơn vị gửi; tham số max-pixels không cần ở đây."),
        ),
        (
            r"language declarations do not contain valid machine-readable codes: (?P<a>.*?)\. ",
            N_("Tên ngôn ngữ chưa có mã, ví dụ “Tiếng Việt (vi)”: {a}. Nên thêm mã để công cụ khác cũng hiểu."),
        ),
        (
            r"Language '(?P<a>[^']*)' is missing the (?P<b>\w+) (?:columns )?(?P<c>[^\n]*?)(?: column)?\.(?:\n|$)",
            N_("Trang {b} chưa có bản dịch “{a}” cho cột {c}."),
        ),
        (
            r"uses or_other and translations",
            N_("Phiếu dùng or_other cùng nhiều ngôn ngữ: lựa chọn “Khác” chỉ có một ngôn ngữ."),
        ),
        (
            r"is no longer supported on most devices",
            N_("Thông tin máy này hầu hết thiết bị không còn cung cấp nên được để trống."),
        ),
        (r"'disabled' column header", N_("Cột disabled không còn dùng. Vui lòng dùng cột relevant.")),
        (
            r"form_id and id_string column headers",
            N_("Trang settings có cả form_id và id_string. Vui lòng bỏ id_string."),
        ),
        (
            r"Unmatched '(?P<a>(?:begin|end)_\w+)'",
            N_("Dòng {a} không có dòng tương ứng. Vui lòng kiểm tra begin, end."),
        ),
    )
)


def said(text: str) -> str:
    """pyxform's message in Vietnamese; one that is not known is quoted in English, and said to be."""
    for pattern, words in _KNOWN:
        if match := pattern.search(text):
            return _(words).format(**match.groupdict())
    return _(UNKNOWN).format(text=text)
