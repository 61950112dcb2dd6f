"""The help inside the template workbook: types, columns, looks, conditions and worked examples, in Vietnamese.

Names of types, columns and functions are XLSForm's own and stay as they are; everything else is translated.
"""

from forms.schema import BINDS as _BINDS
from service.words import N_

SHEET = "Hướng dẫn"
BINDS = tuple(_BINDS)

OPENING = (
    N_("Mỗi dòng ở trang survey là một câu hỏi; trang choices chứa lựa chọn; trang settings chứa tên, mã, phiên bản."),
    N_("Sửa trực tiếp các dòng mẫu rồi nhập tệp này ở mục “Mẫu phiếu”. Trang hướng dẫn này được bỏ qua khi nhập."),
)

# type, what it asks, an example of its label, what to mind
TYPES = (
    ("text", N_("Chữ"), N_("Tên đơn vị"), N_("Nhiều dòng: thêm multiline ở cột appearance, rows=6 ở cột parameters.")),
    ("integer", N_("Số nguyên"), N_("Số hồ sơ tiếp nhận"), N_("Người điền gõ 1142 hoặc 1.142 đều được.")),
    ("decimal", N_("Số thập phân"), N_("Kinh phí (triệu đồng)"), N_("Phần thập phân sau dấu phẩy: 12,5.")),
    ("range", N_("Số trên thang"), N_("Mức độ hài lòng"), N_("Cột parameters: start=1 end=5 step=1.")),
    ("date", N_("Ngày"), N_("Ngày ban hành"), N_("Người điền gõ 18/7/2025.")),
    ("time", N_("Giờ"), N_("Giờ bắt đầu"), N_("Ví dụ 07:30.")),
    ("dateTime", N_("Ngày và giờ"), N_("Thời điểm xảy ra"), N_("Ví dụ 18/7/2025 07:30.")),
    ("select_one ten_danh_sach", N_("Chọn một"), N_("Có kế hoạch chưa?"), N_("Danh sách ở trang choices.")),
    (
        "select_multiple ten_danh_sach",
        N_("Chọn nhiều"),
        N_("Các kênh tiếp nhận"),
        N_("Tên lựa chọn không có dấu cách."),
    ),
    (
        "select_one ten_danh_sach or_other",
        N_("Chọn một, có “Khác”"),
        N_("Phòng được giao"),
        N_("Tự thêm lựa chọn “Khác” và ô ghi rõ."),
    ),
    (
        "select_one_from_file xa.csv",
        N_("Chọn một từ tệp CSV"),
        N_("Xã, phường"),
        N_("Gửi tệp xa.csv cùng tệp này khi nhập; cột name và label, hoặc đặt ở parameters: value=ma label=ten."),
    ),
    (
        "select_multiple_from_file xa.csv",
        N_("Chọn nhiều từ tệp CSV"),
        N_("Các xã phối hợp"),
        N_("Như select_one_from_file."),
    ),
    ("rank ten_danh_sach", N_("Xếp thứ tự"), N_("Xếp thứ tự ưu tiên"), N_("Phải xếp đủ mọi lựa chọn.")),
    ("geopoint", N_("Vị trí"), N_("Vị trí trụ sở"), N_("Gõ vĩ độ, kinh độ hoặc lấy từ thiết bị.")),
    ("barcode", N_("Mã vạch"), N_("Mã tài sản"), N_("Nhập dạng chữ.")),
    ("file", N_("Tệp"), N_("Báo cáo kèm theo"), N_("PDF, Word, Excel, ảnh; tối đa 20 MB.")),
    ("image", N_("Ảnh"), N_("Ảnh biển tên trụ sở"), N_("JPG hoặc PNG.")),
    ("acknowledge", N_("Đánh dấu xác nhận"), N_("Tôi xác nhận số liệu đúng."), N_("Đặt cuối phiếu làm phần cam kết.")),
    ("note", N_("Ghi chú, không hỏi"), N_("Tỷ lệ đúng hạn là ${ty_le}%."), N_("Dùng ${…} để đưa giá trị vào lời.")),
    ("calculate", N_("Tự tính, không hiện"), "", N_("Công thức ở cột calculation.")),
    ("hidden", N_("Ẩn, hệ thống điền"), "", N_("Thường đi với x_bind.")),
    ("start", N_("Lúc bắt đầu, tự ghi"), "", ""),
    ("end", N_("Lúc kết thúc, tự ghi"), "", ""),
    ("today", N_("Ngày điền, tự ghi"), "", ""),
    ("deviceid", N_("Mã máy"), "", N_("Luôn để trống.")),
    ("begin group", N_("Bắt đầu một phần"), N_("B. Nhân lực"), N_("Nhóm ngoài cùng là một trang màn hình.")),
    ("end group", N_("Kết thúc phần"), "", ""),
    ("begin repeat", N_("Bắt đầu phần lặp"), N_("Thiết bị"), N_("Mỗi dòng điền một lần; thêm bớt dòng được.")),
    ("end repeat", N_("Kết thúc phần lặp"), "", ""),
)

# column -> (what it is for, an example)
SURVEY = {
    "type": (N_("Kiểu câu hỏi; xem bảng “Kiểu câu hỏi”."), "integer"),
    "name": (
        N_("Tên dùng trong công thức: chữ không dấu, số, gạch dưới; bắt đầu bằng chữ; không trùng."),
        "so_ho_so",
    ),
    "label": (N_("Lời câu hỏi. Nhiều ngôn ngữ: label::Tiếng Việt (vi), label::English (en)."), N_("Số hồ sơ")),
    "hint": (N_("Gợi ý ngắn dưới câu hỏi."), N_("Tính đến ngày chốt số liệu.")),
    "guidance_hint": (N_("Hướng dẫn dài, gấp lại dưới câu hỏi."), N_("Không tính hồ sơ đã rút.")),
    "required": (N_("yes: bắt buộc trả lời; hoặc một điều kiện."), "yes"),
    "required_message": (N_("Lời báo khi bỏ trống câu bắt buộc."), N_("Vui lòng nhập số hồ sơ.")),
    "relevant": (N_("Chỉ hỏi khi điều kiện này đúng."), "${co_ke_hoach} = 'co'"),
    "constraint": (
        N_("Câu trả lời phải thỏa điều kiện này; dấu chấm là chính câu trả lời."),
        ". >= 0 and . <= ${tong}",
    ),
    "constraint_message": (N_("Lời báo khi không thỏa."), N_("Không lớn hơn tổng số.")),
    "calculation": (N_("Công thức để tự tính."), "${truc_tuyen} + ${truc_tiep}"),
    "trigger": (N_("Chỉ tính lại khi các câu này thay đổi; giữa các lần đó sửa tay được."), "${xa}"),
    "default": (N_("Giá trị điền sẵn: chữ, số, hoặc một hàm."), "today()"),
    "read_only": (N_("yes: chỉ xem, không sửa được."), "yes"),
    "choice_filter": (N_("Chỉ hiện lựa chọn thỏa điều kiện; dùng cột thêm ở trang choices."), "huyen = ${huyen}"),
    "repeat_count": (N_("Số dòng của phần lặp, do công thức quyết định."), "${so_thiet_bi}"),
    "appearance": (N_("Cách trình bày; xem bảng “Cách trình bày”."), "minimal"),
    "parameters": (N_("Tham số theo kiểu: range, text, chọn từ tệp, trộn thứ tự."), "start=1 end=5 step=1"),
    "x_bind": (N_("Hệ thống điền sẵn và khóa: đơn vị, kỳ số liệu, người điền."), "unit.code"),
    "x_consolidate": (N_("Cách tổng hợp các đơn vị: sum, mean, count, list, ledger, ratio: a / b."), "sum"),
    "x_previous": (N_("Số liệu kỳ trước: show, prefill, explain > 30%."), "explain > 30%"),
}
CHOICES = {
    "list_name": (N_("Tên danh sách, như viết ở cột type."), "co_khong"),
    "name": (N_("Giá trị được lưu; không dấu, không cách."), "co"),
    "label": (N_("Lời người điền nhìn thấy. Cột thêm khác (ví dụ huyen) dùng cho choice_filter."), N_("Có")),
}
SETTINGS = {
    "form_title": (N_("Tên mẫu phiếu."), N_("Khảo sát tháng 7")),
    "form_id": (N_("Mã mẫu phiếu, giữ nguyên giữa các phiên bản."), "khao_sat_thang"),
    "version": (N_("Phiên bản; tăng mỗi lần nhập lại."), "2"),
    "default_language": (N_("Ngôn ngữ hiện trước, khi phiếu có nhiều ngôn ngữ."), N_("Tiếng Việt (vi)")),
    "instance_name": (N_("Tên của một báo cáo, ghép từ câu trả lời."), "concat(${ten}, ' – ', ${thang})"),
}

LOOKS = (
    ("multiline", N_("Ô chữ nhiều dòng (text).")),
    ("numbers", N_("Bàn phím số cho ô chữ (text, barcode).")),
    ("thousands-sep", N_("Dấu chấm hàng nghìn khi gõ (integer, decimal).")),
    ("minimal", N_("Danh sách thả xuống (câu chọn).")),
    ("autocomplete", N_("Gõ để lọc danh sách dài (câu chọn).")),
    ("horizontal", N_("Các lựa chọn xếp ngang (câu chọn).")),
    ("horizontal-compact", N_("Xếp ngang, sát nhau (câu chọn).")),
    ("columns", N_("Các lựa chọn xếp thành cột; columns-2, columns-3: số cột (câu chọn).")),
    ("likert", N_("Thang mức độ (select_one).")),
    ("label", N_("Dòng tiêu đề của bảng chọn, không hỏi (câu chọn).")),
    ("list-nolabel", N_("Dòng của bảng chọn, dưới dòng label (câu chọn).")),
    ("list", N_("Các lựa chọn trên một dòng, có nhãn (câu chọn).")),
    ("field-list", N_("Cả nhóm trên một trang (nhóm).")),
    ("table-list", N_("Nhóm các câu chọn cùng danh sách thành một bảng (nhóm).")),
    ("w1 … w12", N_("Bề rộng của câu trên máy tính, 12 là cả dòng.")),
)

CONDITIONS = (
    ("${ten}", N_("Giá trị của câu hỏi tên là ten.")),
    (".", N_("Giá trị của chính câu đang xét (constraint).")),
    ("= != > >= < <=", N_("So sánh. Chữ đặt trong dấu nháy: ${kieu} = 'xa'.")),
    ("and or not(…)", N_("Và, hoặc, không phải. Dùng ngoặc để nhóm: (a or b) and c.")),
    ("+ - * div mod", N_("Cộng, trừ, nhân, chia, lấy phần dư. Chia viết là div.")),
    ("selected(${kenh}, 'zalo')", N_("Câu chọn nhiều có chọn “zalo”.")),
    ("count-selected(.)", N_("Số mục đã chọn.")),
    ("if(điều_kiện, a, b)", N_("Đúng thì a, sai thì b.")),
    ("coalesce(a, b)", N_("Giá trị đầu tiên không trống.")),
    ("round(x, 2)", N_("Làm tròn 2 chữ số thập phân.")),
    ("sum(${so_luong})", N_("Tổng qua các dòng của phần lặp.")),
    ("count(${thiet_bi})", N_("Số dòng của phần lặp tên là thiet_bi.")),
    ("string-length(.)", N_("Số ký tự.")),
    ("regex(., '^0[0-9]{9}$')", N_("Đúng mẫu: ở đây là số điện thoại 10 chữ số.")),
    ("today()", N_("Hôm nay. Ngày so sánh được: . <= today().")),
    ("format-date(today(), '%d/%m/%Y')", N_("Ngày viết thành chữ.")),
    ("pulldata('xa', 'dan_so', 'ma', ${xa})", N_("Tra cột dan_so của tệp xa.csv ở dòng có ma bằng ${xa}.")),
    ("${last-saved#so_ho}", N_("Câu trả lời đã gửi kỳ trước.")),
)

WORKED = (
    (
        N_("1. Chỉ hỏi số quyết định khi đã ban hành"),
        "relevant",
        "${da_ban_hanh} = 'co'",
    ),
    (N_("2. Chỉ hỏi ghi rõ khi có chọn “Khác”"), "relevant", "selected(${kenh}, 'khac')"),
    (N_("3. Số chi tiết không lớn hơn tổng số"), "constraint", ". >= 0 and . <= ${tong}"),
    (N_("4. Hai số cộng lại đúng bằng tổng"), "constraint", ". + ${truc_tuyen} = ${tong}"),
    (N_("5. Ngày không sau hôm nay"), "constraint", ". <= today()"),
    (N_("6. Chọn tối đa ba mục"), "constraint", "count-selected(.) <= 3"),
    (N_("7. “Không có” thì không chọn mục khác"), "constraint", "not(selected(., 'khong') and count-selected(.) > 1)"),
    (
        N_("8. Tỷ lệ phần trăm, tránh chia cho 0"),
        "calculation",
        "if(${tong} > 0, round(${dung_han} div ${tong} * 100, 2), 0)",
    ),
    (N_("9. Bắt buộc giải thích khi có hồ sơ quá hạn"), "required", "${qua_han} > 0"),
    (N_("10. Chỉ hiện các xã của huyện đã chọn"), "choice_filter", "huyen = ${huyen}"),
)

_BIND_WORDS = {
    "unit.kind": N_("Loại đơn vị (xa, phuong, dac_khu)."),
    "unit.code": N_("Mã đơn vị 5 chữ số."),
    "unit.name": N_("Tên đơn vị."),
    "period.from": N_("Ngày đầu kỳ."),
    "period.to": N_("Ngày chốt số liệu."),
    "contact.name": N_("Họ tên người điền."),
    "contact.position": N_("Chức vụ người điền."),
    "contact.phone": N_("Điện thoại người điền."),
    "contact.email": N_("Thư điện tử người điền."),
}

TABLES = (
    (N_("Kiểu câu hỏi (cột type)"), TYPES),
    (N_("Các cột của trang survey"), tuple((name, *told) for name, told in SURVEY.items())),
    (N_("Các cột của trang choices"), tuple((name, *told) for name, told in CHOICES.items())),
    (N_("Các cột của trang settings"), tuple((name, *told) for name, told in SETTINGS.items())),
    (N_("Cách trình bày (cột appearance)"), LOOKS),
    (N_("Hệ thống điền sẵn (cột x_bind)"), tuple((name, _BIND_WORDS[name]) for name in BINDS)),
    (N_("Cách viết điều kiện và công thức"), CONDITIONS),
    (N_("Mười ví dụ: việc cần làm, cột, nội dung ô"), tuple(WORKED)),
)
