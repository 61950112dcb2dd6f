"""Numbers, ranges, dates, times and places."""

from tests.forms.gallery.example import Example, steps

SO = Example(
    name="so",
    title="Số nguyên, số thập phân, dấu ngăn hàng nghìn",
    survey="""
        type      | name  | label                       | appearance    | constraint | calculation
        begin group | a   | A. Số liệu
        integer   | luot  | Số lượt tiếp dân            | thousands-sep | . >= 0
        decimal   | tien  | Kinh phí (triệu đồng)       | thousands-sep
        integer   | lech  | Chênh lệch so với kỳ trước
        calculate | tb    |                             |               |            | round(${tien} div ${luot}, 3)
        note      | tin   | Bình quân ${tb} triệu đồng một lượt.
        end group
    """,
    steps=steps("""
        a/luot = 7.117
        a/tien = 12.345,5
        a/lech = -12
    """),
    answers={"a": {"luot": 7117, "tien": 12345.5, "lech": -12, "tb": 1.735}},
)

THANG = Example(
    name="thang_diem",
    title="Thang điểm (range)",
    survey="""
        type  | name  | label                              | parameters              | required
        begin group | a | A. Đánh giá
        range | diem  | Mức hài lòng của người dân         | start=0 end=10 step=1   | yes
        range | nhiet | Nhiệt độ phòng máy (°C)            | start=16 end=30 step=0.5
        end group
    """,
    open={"a/diem": "required"},
    steps=steps("""
        a/diem = 11 !out_of_range
        a/diem = 8
        a/nhiet = 24,5
    """),
    answers={"a": {"diem": 8, "nhiet": 24.5}},
)

NGAY_GIO = Example(
    name="ngay_gio",
    title="Ngày, giờ, ngày giờ",
    survey="""
        type     | name  | label                     | constraint       | constraint_message
        begin group | a  | A. Cuộc họp
        date     | ngay  | Ngày họp                  | . >= '2026-01-01' | Chỉ ghi cuộc họp từ năm 2026.
        time     | gio   | Giờ bắt đầu
        dateTime | xong  | Kết thúc lúc
        end group
    """,
    steps=steps("""
        a/ngay = 2025-12-31 !constraint
        a/ngay = 2026-07-18
        a/gio = 07:30
        a/xong = 2026-07-18T11:15
    """),
    answers={"a": {"ngay": "2026-07-18", "gio": "07:30:00", "xong": "2026-07-18T11:15:00+07:00"}},
)

TINH_NGAY = Example(
    name="tinh_ngay",
    title="Tính toán trên ngày",
    survey="""
        type      | name     | label                                     | calculation                                           | relevant
        begin group | a      | A. Thời hạn
        date      | nhan     | Ngày nhận hồ sơ
        date      | tra      | Ngày trả kết quả
        calculate | so_ngay  |                                           | number(${tra}) - number(${nhan})
        calculate | han      |                                           | date(${nhan} + 15)
        calculate | viet     |                                           | format-date(${han}, '%d/%m/%Y')
        note      | bao      | Hạn trả ${viet}; đã giải quyết trong ${so_ngay} ngày.
        text      | ly_do    | Vì sao quá hạn                            |                                                       | ${tra} > ${han}
        end group
    """,
    steps=steps("""
        a/nhan = 2026-02-20
        a/tra = 2026-03-10
        a/ly_do = Thiếu giấy tờ
    """),
    answers={"a": {"nhan": "2026-02-20", "tra": "2026-03-10", "so_ngay": 18, "han": "2026-03-07",
                   "viet": "07/03/2026", "ly_do": "Thiếu giấy tờ"}},
)  # fmt: skip

DIEM = Example(
    name="toa_do",
    title="Vị trí (geopoint)",
    survey="""
        type     | name  | label                      | required | calculation
        begin group | a  | A. Trụ sở
        geopoint | o_dau | Tọa độ trụ sở              | yes
        geopoint | kho   | Tọa độ kho lưu trữ
        calculate | xa   |                            |          | round(distance(concat(${o_dau}, ';', ${kho})), 0)
        end group
    """,
    open={"a/o_dau": "required"},
    steps=steps("""
        a/o_dau = 20,8449 206,6881 !not_geopoint
        a/o_dau = 20,8449 106,6881
        a/kho = 20.8449, 106.6981
    """),
    answers={"a": {"o_dau": "20.8449 106.6881 0 0", "kho": "20.8449 106.6981 0 0", "xa": 1040}},
)

EXAMPLES = (SO, THANG, NGAY_GIO, TINH_NGAY, DIEM)
