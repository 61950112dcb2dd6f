"""Whole forms, with what an office asks for in one year."""

from tests.forms.gallery.example import Add, Example, steps

CO_KHONG = """
        co_khong  | co    | Có
        co_khong  | khong | Không
"""

LAO_DONG = Example(
    name="lao_dong",
    title="Phiếu điều tra lao động, việc làm",
    survey="""
        type                    | name    | label                              | required | relevant                   | constraint             | constraint_message                  | calculation                   | appearance
        begin group             | a       | A. Người trả lời
        text                    | ten     | Họ và tên                          | yes
        integer                 | nam     | Năm sinh                           | yes      |                            | . >= 1926 and . <= 2011 | Người trả lời từ 15 đến 100 tuổi.
        calculate               | tuoi    |                                    |          |                            |                        |                                     | 2026 - ${nam}
        select_one gioi         | gioi    | Giới tính                          | yes      |                            |                        |                                     |                               | horizontal
        end group
        begin group             | b       | B. Việc làm
        select_one co_khong     | lam     | Tuần qua có làm việc không?        | yes
        integer                 | gio     | Số giờ làm trong tuần              | yes      | ${lam} = 'co'              | . > 0 and . <= 112     | Tối đa 112 giờ.
        select_multiple ly_do   | vi_sao  | Vì sao không làm việc              | yes      | ${lam} = 'khong'
        select_one nghe         | nghe    | Nghề chính                         |          | ${lam} = 'co'              |                        |                                     |                               | minimal
        end group
        begin group             | c       | C. Thu nhập                        |          | ${lam} = 'co'
        integer                 | luong   | Thu nhập tháng (nghìn đồng)        | yes      |                            | . >= 0
        calculate               | mot_gio |                                    |          |                            |                        |                                     | round(${luong} div (${gio} * 4), 1)
        note                    | tin     | Khoảng ${mot_gio} nghìn đồng một giờ, ở tuổi ${tuoi}.
        end group
    """,
    choices=f"""
        list_name | name  | label
        {CO_KHONG}
        gioi      | nam   | Nam
        gioi      | nu    | Nữ
        ly_do     | hoc   | Đi học
        ly_do     | om    | Ốm đau
        ly_do     | tim   | Đang tìm việc
        nghe      | nong  | Nông nghiệp
        nghe      | cong  | Công nghiệp
        nghe      | dich  | Dịch vụ
    """,
    open={"a/ten": "required", "a/nam": "required", "a/gioi": "required", "b/lam": "required"},
    steps=steps("""
        a/ten = Hoàng Thị Thu
        a/nam = 2020 !constraint
        a/nam = 1990
        a/gioi = nu
        b/lam = co
        b/gio = 44
        b/nghe = cong
        c/luong = 9.500
    """),
    answers={
        "a": {"ten": "Hoàng Thị Thu", "nam": 1990, "tuoi": 36, "gioi": "nu"},
        "b": {"lam": "co", "gio": 44, "nghe": "cong"},
        "c": {"luong": 9500, "mot_gio": 54},
    },
)

NGAP_LUT = Example(
    name="ngap_lut",
    title="Báo cáo thiệt hại do ngập lụt",
    survey="""
        type                 | name    | label                          | required | relevant            | calculation             | x_consolidate
        begin group          | a       | A. Đợt ngập
        date                 | ngay    | Ngày xảy ra                    | yes
        select_one co_khong  | co_ho   | Có hộ bị thiệt hại không?      | yes
        end group
        begin group          | b       | B. Hộ bị thiệt hại             |          | ${co_ho} = 'co'
        begin repeat         | ho      | Hộ
        text                 | chu     | Chủ hộ                         | yes
        geopoint             | o       | Vị trí
        select_multiple loai | mat     | Loại thiệt hại                 | yes
        integer              | tien    | Ước thiệt hại (triệu đồng)     | yes
        begin repeat         | nguoi   | Người bị thương                |          | selected(${mat}, 'nguoi')
        text                 | ten     | Họ tên                         | yes
        integer              | tuoi    | Tuổi
        end repeat
        end repeat
        end group
        calculate            | tong    |                                |          |                     | sum(${tien})            | sum
        calculate            | so_ho   |                                |          |                     | count(${ho})            | sum
        begin group          | c       | C. Tổng hợp
        note                 | tin     | ${so_ho} hộ, thiệt hại ${tong} triệu đồng.
        text                 | de_nghi | Đề nghị hỗ trợ                 |          | ${tong} > 100
        end group
    """,
    choices=f"""
        list_name | name  | label
        {CO_KHONG}
        loai      | nha   | Nhà cửa
        loai      | lua   | Lúa, hoa màu
        loai      | nguoi | Người
    """,
    open={"a/ngay": "required", "a/co_ho": "required"},
    steps=[
        *steps("""
            a/ngay = 2026-09-08
            a/co_ho = co
            b/ho/r1/chu = Bùi Văn Khoa
            b/ho/r1/o = 20,72 106,55
            b/ho/r1/mat = [nha, nguoi]
            b/ho/r1/tien = 120
            b/ho/r1/nguoi/r1/ten = Bùi Thị Na
            b/ho/r1/nguoi/r1/tuoi = 7
        """),
        Add("b/ho", "hai"),
        *steps("""
            b/ho/hai/chu = Vũ Thị Mơ
            b/ho/hai/mat = [lua]
            b/ho/hai/tien = 15
            c/de_nghi = Giống lúa và kinh phí sửa nhà
        """),
    ],
    answers={
        "a": {"ngay": "2026-09-08", "co_ho": "co"},
        "b": {"ho": [
            {"chu": "Bùi Văn Khoa", "o": "20.72 106.55 0 0", "mat": ["nha", "nguoi"], "tien": 120,
             "nguoi": [{"ten": "Bùi Thị Na", "tuoi": 7}]},
            {"chu": "Vũ Thị Mơ", "o": None, "mat": ["lua"], "tien": 15},
        ]},
        "tong": 135, "so_ho": 2,
        "c": {"de_nghi": "Giống lúa và kinh phí sửa nhà"},
    },
)  # fmt: skip

THIET_BI = Example(
    name="thiet_bi",
    title="Kiểm kê thiết bị công nghệ thông tin",
    survey="""
        type                        | name   | label                     | required | repeat_count | calculation                                             | choice_filter  | x_consolidate
        begin group                 | a      | A. Số lượng
        integer                     | loai   | Số loại thiết bị          | yes
        end group
        begin group                 | b      | B. Chi tiết
        begin repeat                | tb     | Loại thiết bị             |          | ${loai}
        select_one nhom             | nhom   | Nhóm                      | yes
        select_one ten              | ten    | Thiết bị                  | yes      |              |                                                         | nhom = ${nhom}
        integer                     | so     | Số lượng                  | yes
        range                       | tot    | Tình trạng (1 đến 5)      | yes
        calculate                   | gia    |                           |          |              | pulldata('gia', 'dong', 'ten', ${ten})
        calculate                   | tien   |                           |          |              | ${gia} * ${so}
        end repeat
        calculate                   | tong   |                           |          |              | sum(${tien})                                            |                | sum
        note                        | tin    | Tổng nguyên giá ${tong} triệu đồng.
        end group
    """,
    choices="""
        list_name | name     | label       | nhom
        nhom      | may      | Máy tính
        nhom      | ngoai_vi | Ngoại vi
        ten       | ban      | Máy để bàn  | may
        ten       | xach     | Máy xách tay | may
        ten       | quet     | Máy quét    | ngoai_vi
    """,
    files={"gia.csv": "ten,dong\nban,15\nxach,22\nquet,9\n"},
    open={"a/loai": "required"},
    steps=steps("""
        a/loai = 2
        b/tb/r1/nhom = may
        b/tb/r1/ten = xach
        b/tb/r1/so = 4
        b/tb/r1/tot = 4
        b/tb/r2/nhom = ngoai_vi
        b/tb/r2/ten = quet
        b/tb/r2/so = 2
        b/tb/r2/tot = 5
    """),
    answers={
        "a": {"loai": 2},
        "b": {
            "tb": [
                {"nhom": "may", "ten": "xach", "so": 4, "tot": 4, "gia": "22", "tien": 88},
                {"nhom": "ngoai_vi", "ten": "quet", "so": 2, "tot": 5, "gia": "9", "tien": 18},
            ],
            "tong": 106,
        },
    },
)

DAO_TAO = Example(
    name="dao_tao",
    title="Nhu cầu bồi dưỡng, tập huấn",
    survey="""
        type                           | name   | label                                | required | relevant                    | constraint                    | constraint_message             | appearance
        begin group                    | a      | A. Nội dung cần bồi dưỡng
        select_multiple nd or_other    | nd     | Nội dung                             | yes
        rank uu                        | uu     | Xếp thứ tự hình thức mong muốn       | yes
        integer                        | nguoi  | Số người                             | yes      |                             | . > 0                         | Ít nhất một người.
        end group
        begin group                    | b      | B. Mức độ hiện nay                   |          |                             |                               |                                | table-list
        select_one muc                 | m_cds  | Chuyển đổi số                        | yes      | selected(${nd}, 'cds')
        select_one muc                 | m_tdc  | Tiêu chuẩn, đo lường                 | yes      | selected(${nd}, 'tdc')
        end group
        begin group                    | c      | C. Cam kết
        acknowledge                    | cam    | Đơn vị bố trí thời gian cho người học. | yes    | ${nguoi} > 0
        end group
    """,
    choices="""
        list_name | name | label
        nd        | cds  | Chuyển đổi số
        nd        | tdc  | Tiêu chuẩn, đo lường
        uu        | tt   | Trực tiếp
        uu        | ol   | Trực tuyến
        uu        | kh   | Kết hợp
        muc       | chua | Chưa biết
        muc       | biet | Biết dùng
        muc       | gioi | Thành thạo
    """,
    open={"a/nd": "required", "a/uu": "required", "a/nguoi": "required"},
    steps=steps("""
        a/nd = [cds, other]
        a/nd_other = An toàn thông tin
        a/uu = [kh, tt, ol]
        a/nguoi = 0 !constraint
        a/nguoi = 6
        b/m_cds = biet
        c/cam = yes
    """),
    answers={
        "a": {"nd": ["cds", "other"], "nd_other": "An toàn thông tin", "uu": ["kh", "tt", "ol"], "nguoi": 6},
        "b": {"m_cds": "biet"},
        "c": {"cam": "OK"},
    },
)

EXAMPLES = (LAO_DONG, NGAP_LUT, THIET_BI, DAO_TAO)
