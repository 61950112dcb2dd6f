"""What is computed, looked up, remembered or drawn."""

from tests.forms.gallery.example import SOME, Example, steps

CHUOI = Example(
    name="chuoi_dieu_kien",
    title="Chuỗi điều kiện ẩn hiện qua nhiều phần",
    survey="""
        type                | name | label                        | relevant                                   | required
        begin group         | a    | A. Ban hành
        select_one co_khong | kh   | Đã ban hành kế hoạch chưa?   |                                            | yes
        text                | so   | Số kế hoạch                  | ${kh} = 'co'                               | yes
        end group
        begin group         | b    | B. Kinh phí                  | ${kh} = 'co'
        integer             | von  | Kinh phí (triệu đồng)        |                                            | yes
        text                | lon  | Vì sao trên 500 triệu        | ${von} > 500 and string-length(${so}) > 0  | yes
        end group
    """,
    choices="""
        list_name | name  | label
        co_khong  | co    | Có
        co_khong  | khong | Chưa
    """,
    open={"a/kh": "required"},
    steps=steps("""
        a/kh = co
        a/so = 07/KH-UBND
        b/von = 750
        b/lon = Mua máy chủ
    """),
    answers={"a": {"kh": "co", "so": "07/KH-UBND"}, "b": {"von": 750, "lon": "Mua máy chủ"}},
)

KICH_HOAT = Example(
    name="kich_hoat",
    title="Tính lại khi một câu thay đổi (trigger)",
    survey="""
        type    | name  | label                  | trigger     | calculation
        begin group | a | A. Chức vụ
        text    | ten   | Họ tên lãnh đạo
        text    | ky    | Tên ghi trên phiếu     | ${ten}      | concat('Ông ', ${ten})
        end group
    """,
    steps=steps("""
        a/ten = Vũ Văn Bình
        a/ky = Đồng chí Vũ Văn Bình
    """),
    answers={"a": {"ten": "Vũ Văn Bình", "ky": "Đồng chí Vũ Văn Bình"}},
)

TRA_CUU = Example(
    name="tra_cuu",
    title="Tra cứu từ tệp CSV (pulldata, instance)",
    survey="""
        type      | name    | label                              | calculation
        begin group | a     | A. Đơn giá
        text      | ma      | Mã vật tư
        integer   | luong   | Số lượng
        calculate | gia     |                                    | pulldata('don_gia', 'gia', 'ma', ${ma})
        calculate | ten     |                                    | instance('don_gia')/root/item[ma = ${ma}]/ten
        calculate | tien    |                                    | ${gia} * ${luong}
        note      | tin     | ${ten}: ${luong} × ${gia} = ${tien} đồng.
        end group
    """,
    files={"don_gia.csv": "ma;ten;gia\nGI-01;Giấy A4;65000\nMU-02;Mực in;410000\n"},
    steps=steps("""
        a/ma = MU-02
        a/luong = 3
    """),
    answers={"a": {"ma": "MU-02", "luong": 3, "gia": "410000", "ten": "Mực in", "tien": 1230000}},
)

LAN_TRUOC = Example(
    name="lan_truoc",
    title="Trả lời lần trước (last-saved)",
    survey="""
        type    | name  | label                   | default                    | calculation
        begin group | a | A. Người lập
        text    | ai    | Người lập phiếu         | ${last-saved#ai}
        calculate | truoc |                       |                            | if(string-length(${last-saved#ai}) = 0, 'lần đầu', 'đã gửi')
        note    | tin   | Đơn vị gửi phiếu này: ${truoc}.
        end group
    """,
    steps=steps("a/ai = Đỗ Thị Sáu"),
    answers={"a": {"ai": "Đỗ Thị Sáu", "truoc": "lần đầu"}},
)

MOT_LAN = Example(
    name="mot_lan",
    title="Sinh một lần (once, uuid), thông tin của phiên",
    survey="""
        type      | name   | label                   | calculation
        start     | luc
        today     | hom
        deviceid  | may
        calculate | ma     |                         | once(uuid())
        calculate | ngan   |                         | once(concat('P-', int(random() * 1000)))
        begin group | a    | A. Nội dung
        text      | gi     | Nội dung
        end group
    """,
    steps=steps("a/gi = Thử một lần"),
    answers={"ma": SOME, "ngan": SOME, "hom": SOME, "luc": SOME, "a": {"gi": "Thử một lần"}},
)

CO_LOGIC = Example(
    name="tinh_toan",
    title="Hàm tính toán: if, coalesce, checklist, regex, substr",
    survey="""
        type      | name  | label              | calculation
        begin group | a   | A. Đầu vào
        integer   | x     | Số thứ nhất
        integer   | y     | Số thứ hai
        text      | t     | Chuỗi
        calculate | lon   |                    | if(${x} > ${y}, ${x}, ${y})
        calculate | du    |                    | ${x} mod ${y}
        calculate | luy   |                    | pow(${x}, 2)
        calculate | co    |                    | coalesce(${t}, 'trống')
        calculate | dau   |                    | substr(${t}, 0, 3)
        calculate | dang  |                    | if(regex(${t}, '^[A-Z]{2}-[0-9]+$'), 'đúng', 'sai')
        calculate | bang  |                    | if(checklist(1, 2, ${x} > 0, ${y} > 0, ${x} > 100), 'đạt', 'không')
        calculate | le    |                    | 0.1 + 0.2
        end group
    """,
    steps=steps("""
        a/x = 17
        a/y = 5
        a/t = HP-114
    """),
    answers={"a": {"x": 17, "y": 5, "t": "HP-114", "lon": "17", "du": 2, "luy": 289, "co": "HP-114", "dau": "HP-",
                   "dang": "đúng", "bang": "đạt", "le": 0.3}},
)  # fmt: skip

EXAMPLES = (CHUOI, KICH_HOAT, TRA_CUU, LAN_TRUOC, MOT_LAN, CO_LOGIC)
