"""The rows of the starter workbooks: a short template, and a monthly report that is ready to use."""

from service.words import N_

TEMPLATE_SURVEY = (
    {"type": "begin group", "name": "a", "label": N_("A. Thông tin chung")},
    {"type": "text", "name": "don_vi", "label": N_("Tên đơn vị"), "read_only": "yes", "x_bind": "unit.name"},
    {
        "type": "text", "name": "nguoi_lap", "label": N_("Người lập phiếu"), "required": "yes",
        "x_bind": "contact.name",
    },
    {"type": "end group"},
    {"type": "begin group", "name": "b", "label": N_("B. Số liệu")},
    {
        "type": "integer", "name": "tong", "label": N_("Tổng số hồ sơ tiếp nhận"), "required": "yes",
        "constraint": ". >= 0", "constraint_message": N_("Số hồ sơ không âm."), "x_consolidate": "sum",
    },
    {
        "type": "integer", "name": "dung_han", "label": N_("Trong đó: giải quyết đúng hạn"), "required": "yes",
        "constraint": ". >= 0 and . <= ${tong}", "constraint_message": N_("Không lớn hơn tổng số hồ sơ."),
        "x_consolidate": "sum",
    },
    {
        "type": "calculate", "name": "ty_le",
        "calculation": "if(${tong} > 0, round(${dung_han} div ${tong} * 100, 2), 0)",
        "x_consolidate": "ratio: dung_han / tong",
    },
    {
        "type": "note", "name": "ty_le_loi", "label": N_("Tỷ lệ đúng hạn: ${ty_le}% của ${tong} hồ sơ."),
        "relevant": "${tong} > 0",
    },
    {
        "type": "select_one co_khong", "name": "vuong_mac", "label": N_("Có khó khăn, vướng mắc không?"),
        "required": "yes",
    },
    {
        "type": "text", "name": "noi_dung", "label": N_("Nội dung khó khăn, vướng mắc"), "required": "yes",
        "relevant": "${vuong_mac} = 'co'", "appearance": "multiline", "x_consolidate": "list",
    },
    {"type": "end group"},
    {"type": "acknowledge", "name": "cam_ket", "label": N_("Tôi xác nhận số liệu trên là đúng."), "required": "yes"},
)  # fmt: skip
TEMPLATE_CHOICES = (
    {"list_name": "co_khong", "name": "co", "label": N_("Có")},
    {"list_name": "co_khong", "name": "khong", "label": N_("Không")},
)

EXAMPLE_SURVEY = (
    {"type": "begin group", "name": "a", "label": N_("A. Thông tin chung")},
    {"type": "text", "name": "don_vi", "label": N_("Tên đơn vị"), "read_only": "yes", "x_bind": "unit.name"},
    {"type": "date", "name": "den_ngay", "label": N_("Số liệu đến ngày"), "required": "yes", "x_bind": "period.to"},
    {
        "type": "text", "name": "nguoi_lap", "label": N_("Người lập báo cáo"), "required": "yes",
        "x_bind": "contact.name",
    },
    {
        "type": "text", "name": "dien_thoai", "label": N_("Điện thoại"), "required": "yes", "x_bind": "contact.phone",
        "constraint": "regex(., '^0[0-9]{9}$')", "constraint_message": N_("Số điện thoại gồm 10 chữ số."),
    },
    {"type": "end group"},
    {"type": "begin group", "name": "b", "label": N_("B. Thiết bị phục vụ chuyển đổi số")},
    {
        "type": "select_one co_khong", "name": "co_thiet_bi",
        "label": N_("Trong tháng có được cấp thiết bị không?"), "required": "yes",
    },
    {
        "type": "begin repeat", "name": "thiet_bi", "label": N_("Thiết bị"), "relevant": "${co_thiet_bi} = 'co'",
        "x_consolidate": "list",
    },
    {
        "type": "select_one loai", "name": "loai", "label": N_("Loại thiết bị"), "required": "yes",
        "appearance": "minimal",
    },
    {
        "type": "text", "name": "loai_khac", "label": N_("Ghi rõ loại khác"), "required": "yes",
        "relevant": "${loai} = 'khac'",
    },
    {
        "type": "integer", "name": "so_luong", "label": N_("Số lượng"), "required": "yes", "constraint": ". > 0",
        "constraint_message": N_("Số lượng lớn hơn 0."), "x_consolidate": "sum",
    },
    {
        "type": "decimal", "name": "don_gia", "label": N_("Đơn giá (triệu đồng)"), "required": "yes",
        "constraint": ". >= 0", "constraint_message": N_("Đơn giá không âm."), "appearance": "thousands-sep",
    },
    {"type": "calculate", "name": "thanh_tien", "calculation": "${so_luong} * ${don_gia}", "x_consolidate": "sum"},
    {
        "type": "note", "name": "thanh_tien_loi", "label": N_("Thành tiền: ${thanh_tien} triệu đồng."),
        "relevant": "${don_gia} > 0",
    },
    {"type": "end repeat"},
    {"type": "calculate", "name": "tong_thiet_bi", "calculation": "sum(${so_luong})", "x_consolidate": "sum"},
    {"type": "calculate", "name": "tong_tien", "calculation": "sum(${thanh_tien})", "x_consolidate": "sum"},
    {
        "type": "note", "name": "tong_loi", "relevant": "${co_thiet_bi} = 'co'",
        "label": N_("Cộng: ${tong_thiet_bi} thiết bị, ${tong_tien} triệu đồng."),
    },
    {"type": "end group"},
    {"type": "begin group", "name": "c", "label": N_("C. Tập huấn")},
    {
        "type": "integer", "name": "can_bo", "label": N_("Tổng số công chức của đơn vị"), "required": "yes",
        "constraint": ". > 0", "constraint_message": N_("Số công chức lớn hơn 0."), "x_consolidate": "sum",
        "x_previous": "show",
    },
    {
        "type": "integer", "name": "da_hoc", "label": N_("Số công chức đã tập huấn"), "required": "yes",
        "constraint": ". >= 0 and . <= ${can_bo}",
        "constraint_message": N_("Không lớn hơn tổng số công chức (${can_bo})."), "x_consolidate": "sum",
        "x_previous": "explain > 30%",
    },
    {
        "type": "calculate", "name": "ty_le_hoc", "calculation": "round(${da_hoc} div ${can_bo} * 100, 1)",
        "x_consolidate": "ratio: da_hoc / can_bo",
    },
    {
        "type": "note", "name": "ty_le_hoc_loi", "label": N_("Tỷ lệ đã tập huấn: ${ty_le_hoc}%."),
        "relevant": "${can_bo} > 0",
    },
    {
        "type": "select_multiple linh_vuc", "name": "can_hoc", "label": N_("Lĩnh vực cần tập huấn thêm"),
        "hint": N_("Chọn tối đa ba mục."), "constraint": "count-selected(.) <= 3",
        "constraint_message": N_("Vui lòng chọn tối đa ba mục."), "x_consolidate": "count",
    },
    {
        "type": "text", "name": "ly_do", "label": N_("Vì sao chưa tập huấn đủ một nửa?"), "appearance": "multiline",
        "relevant": "${da_hoc} < ${can_bo} * 0.5", "required": "yes", "x_consolidate": "list",
    },
    {"type": "end group"},
    {"type": "begin group", "name": "d", "label": N_("D. Kiến nghị")},
    {"type": "select_one co_khong", "name": "co_kien_nghi", "label": N_("Có kiến nghị không?"), "required": "yes"},
    {
        "type": "begin repeat", "name": "kien_nghi", "label": N_("Kiến nghị"),
        "relevant": "${co_kien_nghi} = 'co'", "x_consolidate": "ledger",
    },
    {"type": "select_one linh_vuc", "name": "kn_linh_vuc", "label": N_("Lĩnh vực"), "required": "yes"},
    {"type": "text", "name": "kn_noi_dung", "label": N_("Nội dung"), "required": "yes", "appearance": "multiline"},
    {"type": "end repeat"},
    {"type": "end group"},
    {"type": "acknowledge", "name": "cam_ket", "label": N_("Tôi xác nhận số liệu trên là đúng."), "required": "yes"},
)  # fmt: skip
EXAMPLE_CHOICES = (
    *TEMPLATE_CHOICES,
    {"list_name": "loai", "name": "may_tinh", "label": N_("Máy tính")},
    {"list_name": "loai", "name": "may_quet", "label": N_("Máy quét")},
    {"list_name": "loai", "name": "may_in", "label": N_("Máy in")},
    {"list_name": "loai", "name": "khac", "label": N_("Khác")},
    {"list_name": "linh_vuc", "name": "dvc", "label": N_("Dịch vụ công trực tuyến")},
    {"list_name": "linh_vuc", "name": "attt", "label": N_("An toàn thông tin")},
    {"list_name": "linh_vuc", "name": "chu_ky_so", "label": N_("Chữ ký số")},
    {"list_name": "linh_vuc", "name": "du_lieu", "label": N_("Dữ liệu và báo cáo")},
)
