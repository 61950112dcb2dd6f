"""How questions stand on a page: tables, widths, groups, languages."""

from tests.forms.gallery.example import Example, steps

BANG = Example(
    name="bang",
    title="Bảng lựa chọn (table-list) và bảng ghép tay (label, list-nolabel)",
    survey="""
        type            | name   | label                     | appearance   | required
        begin group     | a      | A. Mức độ đáp ứng         | table-list
        select_one muc  | duong  | Đường truyền              |              | yes
        select_one muc  | may    | Máy tính                  |              | yes
        end group
        begin group     | b      | B. Mức độ thành thạo      | field-list
        select_one muc  | dau    | Nội dung                  | label
        select_one muc  | soan   | Soạn thảo                 | list-nolabel
        select_one muc  | bang   | Bảng tính                 | list-nolabel
        end group
    """,
    choices="""
        list_name | name | label
        muc       | tot  | Tốt
        muc       | dat  | Đạt
        muc       | kem  | Chưa đạt
    """,
    open={"a/duong": "required", "a/may": "required"},
    steps=steps("""
        a/duong = tot
        a/may = kem
        b/soan = dat
        b/bang = tot
    """),
    answers={"a": {"duong": "tot", "may": "kem"}, "b": {"dau": None, "soan": "dat", "bang": "tot"}},
)

LUOI = Example(
    name="luoi",
    title="Lưới 12 cột (w1 đến w12), cột lựa chọn",
    survey="""
        type                | name  | label             | appearance
        begin group         | a     | A. Liên hệ
        text                | ho    | Họ và đệm         | w8
        text                | ten   | Tên               | w4
        text                | dien_thoai | Điện thoại   | w6 numbers
        select_one gioi     | gioi  | Giới tính         | w6 horizontal-compact
        select_multiple nn  | nn    | Ngoại ngữ         | w12 columns-3
        end group
    """,
    choices="""
        list_name | name | label
        gioi      | nam  | Nam
        gioi      | nu   | Nữ
        nn        | anh  | Tiếng Anh
        nn        | trung | Tiếng Trung
        nn        | nhat | Tiếng Nhật
    """,
    steps=steps("""
        a/ho = Trần Thị
        a/ten = Lan
        a/dien_thoai = 0225 3842 124
        a/gioi = nu
        a/nn = [anh, nhat]
    """),
    answers={"a": {"ho": "Trần Thị", "ten": "Lan", "dien_thoai": "0225 3842 124", "gioi": "nu", "nn": ["anh", "nhat"]}},
)

NHOM = Example(
    name="nhom_long",
    title="Nhóm lồng nhau, câu hỏi ngoài nhóm",
    survey="""
        type        | name    | label               | relevant         | required
        text        | mo_dau  | Người lập
        begin group | a       | A. Cơ sở vật chất
        integer     | phong   | Số phòng làm việc   |                  | yes
        begin group | a1      | A1. Phòng họp       | ${phong} > 3
        integer     | hop     | Số phòng họp        |                  | yes
        begin group | a11     | A1.1. Họp trực tuyến
        integer     | cho     | Số chỗ ngồi
        end group
        end group
        end group
        text        | cuoi    | Ý kiến khác
    """,
    open={"a/phong": "required"},
    steps=steps("""
        mo_dau = Lê Văn Cường
        a/phong = 12
        a/a1/hop = 2
        a/a1/a11/cho = 40
        cuoi = Không
    """),
    answers={"mo_dau": "Lê Văn Cường", "a": {"phong": 12, "a1": {"hop": 2, "a11": {"cho": 40}}}, "cuoi": "Không"},
)

BA_TIENG = Example(
    name="ba_tieng",
    title="Ba ngôn ngữ",
    survey="""
        type                | name | label::Tiếng Việt (vi)      | label::English (en)         | label::中文 (zh) | hint::Tiếng Việt (vi) | hint::English (en) | hint::中文 (zh)
        begin group         | a    | A. Doanh nghiệp             | A. Enterprise               | A. 企业
        text                | ten  | Tên doanh nghiệp            | Name of the enterprise      | 企业名称         | Theo giấy phép        | As registered      | 按注册名称
        select_one co_khong | von  | Có vốn nước ngoài không?    | Any foreign capital?        | 有外资吗？
        integer             | nguoi | Số lao động                | Number of employees         | 员工人数
        end group
    """,
    choices="""
        list_name | name  | label::Tiếng Việt (vi) | label::English (en) | label::中文 (zh)
        co_khong  | co    | Có                     | Yes                 | 有
        co_khong  | khong | Không                  | No                  | 没有
    """,
    settings={"default_language": "Tiếng Việt (vi)"},
    steps=steps("""
        a/ten = Công ty TNHH Đình Vũ
        a/von = co
        a/nguoi = 1.250
    """),
    answers={"a": {"ten": "Công ty TNHH Đình Vũ", "von": "co", "nguoi": 1250}},
)

KNOWN = Example(
    name="da_biet",
    title="Điều đã biết về đơn vị, cách tổng hợp, so với kỳ trước",
    survey="""
        type      | name  | label                 | x_bind       | x_consolidate        | x_previous     | calculation
        begin group | a   | A. Đơn vị
        text      | ten   | Đơn vị báo cáo        | unit.name
        text      | ma    | Mã đơn vị             | unit.code
        date      | tu    | Từ ngày               | period.from
        date      | den   | Đến ngày              | period.to
        end group
        begin group | b   | B. Số liệu
        integer   | nhan  | Số hồ sơ tiếp nhận    |              | sum                  | explain > 30%
        integer   | dung  | Số đúng hạn           |              | sum                  | show
        calculate | ty_le |                       |              | ratio: dung / nhan   |                | round(${dung} div ${nhan} * 100, 2)
        note      | tin   | Tỷ lệ đúng hạn ${ty_le}%.
        end group
    """,
    steps=steps("""
        b/nhan = 1.142
        b/dung = 1.035
    """),
    answers={
        "a": {"ten": "Xã An Lão", "ma": "11629", "tu": "2025-07-01", "den": "2025-08-18"},
        "b": {"nhan": 1142, "dung": 1035, "ty_le": 90.63},
    },
)

EXAMPLES = (BANG, LUOI, NHOM, BA_TIENG, KNOWN)
