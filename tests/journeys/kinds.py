"""A form with every kind of question and every look that the screens draw, for browser tests."""

from pathlib import Path

import xlsxwriter

COLUMNS = [
    "type", "name", "label", "label::English (en)", "hint", "guidance_hint", "required", "relevant", "calculation",
    "trigger", "appearance", "parameters", "choice_filter", "repeat_count", "read_only", "default",
]  # fmt: skip

ROWS: list[dict[str, str]] = [
    {"type": "begin group", "name": "n", "label": "Con số và chữ", "label::English (en)": "Numbers and text"},
    {"type": "integer", "name": "n_people", "label": "Số dân", "label::English (en)": "Population",
     "guidance_hint": "Lấy số liệu dân cư\nđến ngày chốt."},
    {"type": "integer", "name": "n_year", "label": "Năm thành lập"},
    {"type": "decimal", "name": "n_area", "label": "Diện tích (km²)", "label::English (en)": "Area (km²)"},
    {"type": "range", "name": "n_score", "label": "Mức hài lòng", "parameters": "start=0 end=10 step=0.5"},
    {"type": "text", "name": "n_why", "label": "Vì sao có ${n_people} dân?", "appearance": "multiline",
     "parameters": "rows=6"},
    {"type": "text", "name": "n_code", "label": "Mã số thuế", "appearance": "numbers"},
    {"type": "barcode", "name": "n_bar", "label": "Mã vạch tài sản"},
    {"type": "geopoint", "name": "n_place", "label": "Vị trí trụ sở"},
    {"type": "text", "name": "n_seen", "label": "Chỉ để xem", "read_only": "yes", "default": "Không sửa được"},
    {"type": "text", "name": "n_set", "label": "Tóm tắt, sửa được", "calculation": "concat('Có ', ${n_people}, ' dân')",
     "trigger": "${n_people}"},
    {"type": "end group"},
    {"type": "begin group", "name": "c", "label": "Lựa chọn"},
    {"type": "select_one level", "name": "c_line", "label": "Xếp ngang", "appearance": "horizontal"},
    {"type": "select_one level", "name": "c_likert", "label": "Thang đo", "appearance": "likert"},
    {"type": "select_one level", "name": "c_list", "label": "Danh sách gọn", "appearance": "minimal"},
    {"type": "select_one place", "name": "c_place", "label": "Thôn (danh sách dài)"},
    {"type": "select_multiple place", "name": "c_places", "label": "Các thôn đã kiểm tra", "appearance": "columns-2"},
    {"type": "select_one channel or_other", "name": "c_other", "label": "Kênh hỗ trợ"},
    {"type": "rank channel", "name": "c_rank", "label": "Xếp thứ tự ưu tiên"},
    {"type": "acknowledge", "name": "c_ok", "label": "Đã đọc hướng dẫn"},
    {"type": "image", "name": "c_photo", "label": "Ảnh hiện trường"},
    {"type": "end group"},
    {"type": "begin group", "name": "t", "label": "Bảng"},
    {"type": "begin group", "name": "t_list", "label": "Đánh giá từng mặt", "appearance": "table-list"},
    {"type": "select_one level", "name": "t_net", "label": "Đường truyền", "required": "yes"},
    {"type": "select_one level", "name": "t_pc", "label": "Máy tính tại bộ phận một cửa của trung tâm"},
    {"type": "end group"},
    {"type": "select_multiple level", "name": "t_head", "label": "Mặt nào đạt mức nào", "appearance": "label"},
    {"type": "select_multiple level", "name": "t_a", "label": "Nhân lực", "appearance": "list-nolabel"},
    {"type": "select_multiple level", "name": "t_b", "label": "Kinh phí", "appearance": "list-nolabel"},
    {"type": "begin group", "name": "t_grid", "label": "Người liên hệ", "appearance": "w4"},
    {"type": "text", "name": "t_name", "label": "Họ tên", "appearance": "w2"},
    {"type": "text", "name": "t_job", "label": "Chức vụ", "appearance": "w1"},
    {"type": "text", "name": "t_phone", "label": "Điện thoại", "appearance": "w1"},
    {"type": "end group"},
    {"type": "end group"},
    {"type": "begin group", "name": "r", "label": "Hộ"},
    {"type": "integer", "name": "r_count", "label": "Số hộ"},
    {"type": "begin repeat", "name": "house", "label": "Hộ", "repeat_count": "${r_count}"},
    {"type": "text", "name": "h_owner", "label": "Chủ hộ"},
    {"type": "begin repeat", "name": "person", "label": "Người trong hộ"},
    {"type": "text", "name": "p_name", "label": "Họ tên", "required": "yes"},
    {"type": "integer", "name": "p_age", "label": "Tuổi"},
    {"type": "end repeat"},
    {"type": "end repeat"},
    {"type": "end group"},
]  # fmt: skip

CHOICES = [
    ("level", "good", "Tốt", "Good"),
    ("level", "fair", "Khá", "Fair"),
    ("level", "poor", "Chưa đạt", "Poor"),
    ("channel", "phone", "Điện thoại", "Telephone"),
    ("channel", "zalo", "Zalo", "Zalo"),
    ("channel", "house", "Tại nhà", "At home"),
    *(("place", f"p{n}", f"Thôn {name} {n}", "") for n in range(1, 41) for name in [["Đông", "Đoài", "Thượng"][n % 3]]),
]


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheets = {
            "survey": [COLUMNS, *([row.get(column, "") for column in COLUMNS] for row in ROWS)],
            "choices": [["list_name", "name", "label", "label::English (en)"], *CHOICES],
            "settings": [["form_title", "form_id", "version"], ["Mọi loại câu hỏi", "all_kinds", "1"]],
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path
