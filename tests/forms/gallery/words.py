"""Text, files, notes, and what stands beside a question."""

from tests.forms.gallery.example import Example, steps

CHU = Example(
    name="chu",
    title="Chữ một dòng, nhiều dòng và mã vạch",
    survey="""
        type    | name     | label                    | appearance | parameters | required | required_message | constraint | constraint_message
        begin group | a     | A. Thông tin chung
        text    | ten      | Tên cơ quan              |            |            | yes      | Vui lòng ghi tên cơ quan.
        text    | gioi_thieu | Giới thiệu tóm tắt     | multiline  | rows=6
        text    | ma_so    | Mã số đơn vị             | numbers    |            |          |                  | regex(., '^[0-9]{5}$') | Mã số gồm 5 chữ số.
        barcode | tem      | Mã trên tem thiết bị
        end group
    """,
    open={"a/ten": "required"},
    steps=steps("""
        a/ten = Ủy ban nhân dân xã Bình An
        a/gioi_thieu = Xã mới sắp xếp; trụ sở tại thôn Đông
        a/ma_so = 1162 !constraint
        a/ma_so = 11629
        a/tem = HP-0042/2026
    """),
    answers={"a": {"ten": "Ủy ban nhân dân xã Bình An", "gioi_thieu": "Xã mới sắp xếp; trụ sở tại thôn Đông",
                   "ma_so": "11629", "tem": "HP-0042/2026"}},
)  # fmt: skip

GHI_CHU = Example(
    name="ghi_chu",
    title="Ghi chú, giá trị ẩn, gợi ý và hướng dẫn",
    survey="""
        type      | name  | label                          | hint                       | guidance_hint                | calculation | default
        begin group | a   | A. Văn phòng
        note      | chao  | Phiếu này dùng cho văn phòng.
        text      | phong | Tên phòng                      | Ghi đủ, không viết tắt     | Lấy theo quyết định thành lập phòng.
        hidden    | nguon |                                |                            |                              |             | phieu_giay
        calculate | dai   |                                |                            |                              | string-length(${phong})
        note      | dem   | Tên phòng có ${dai} ký tự.
        end group
    """,
    steps=steps("a/phong = Văn phòng HĐND và UBND"),
    answers={"a": {"phong": "Văn phòng HĐND và UBND", "nguon": "phieu_giay", "dai": 22}},
)  # fmt: skip

XAC_NHAN = Example(
    name="xac_nhan",
    title="Ô xác nhận bắt buộc",
    survey="""
        type        | name  | label                                 | required | relevant
        begin group | a     | A. Cam kết
        acknowledge | doc   | Tôi đã đọc công văn kèm theo.         | yes
        text        | ai    | Người lập phiếu                       | yes      | ${doc} = 'OK'
        end group
    """,
    open={"a/doc": "required"},
    steps=steps("""
        a/doc = yes
        a/ai = Nguyễn Thị Hồng
    """),
    answers={"a": {"doc": "OK", "ai": "Nguyễn Thị Hồng"}},
)

TEP = Example(
    name="tep",
    title="Tệp và ảnh gửi kèm",
    survey="""
        type  | name | label                    | required | parameters
        begin group | a | A. Hồ sơ
        text  | so   | Số văn bản               | yes
        file  | scan | Bản quét văn bản
        image | anh  | Ảnh bộ phận một cửa      |          | max-pixels=1024
        end group
    """,
    open={"a/so": "required"},
    warnings=("image_kept_as_sent",),
    steps=steps("""
        a/so = 15/QĐ-UBND
        a/anh = mot_cua.png
    """),
    answers={"a": {"so": "15/QĐ-UBND", "scan": None, "anh": "1"}},
)

MAC_DINH = Example(
    name="mac_dinh",
    title="Giá trị mặc định và ô chỉ đọc",
    survey="""
        type    | name   | label                     | default               | read_only
        begin group | a  | A. Giá trị có sẵn
        text    | tinh   | Thành phố                 | Hải Phòng             | yes
        integer | nam    | Năm báo cáo               | 2026
        date    | ngay   | Ngày bắt đầu              | date('2026-07-01')
        integer | sau    | Năm sau                   | 1 + 2026
        text    | go_lai | Tên viết tắt              | HP
        end group
    """,
    steps=steps("""
        a/go_lai = TPHP
        a/nam = 2.025
    """),
    answers={"a": {"tinh": "Hải Phòng", "nam": 2025, "ngay": "2026-07-01", "sau": 2027, "go_lai": "TPHP"}},
)

RANG_BUOC = Example(
    name="rang_buoc",
    title="Bắt buộc theo điều kiện, ràng buộc và lời báo",
    survey="""
        type    | name  | label                | required          | required_message                        | constraint          | constraint_message
        begin group | a | A. Biên chế
        integer | giao  | Biên chế được giao   | yes
        integer | co    | Biên chế hiện có     | yes               |                                         | . <= ${giao} + 5    | Không quá ${giao} + 5 người.
        text    | ly_do | Lý do vượt biên chế  | ${co} > ${giao}   | Vì có ${co}/${giao}, cần ghi lý do.
        end group
    """,
    open={"a/giao": "required", "a/co": "required"},
    steps=steps("""
        a/giao = 20
        a/co = 40 !constraint
        a/co = 22
        a/ly_do =  !required
        a/ly_do = Tiếp nhận từ hai xã cũ
    """),
    answers={"a": {"giao": 20, "co": 22, "ly_do": "Tiếp nhận từ hai xã cũ"}},
)

EXAMPLES = (CHU, GHI_CHU, XAC_NHAN, TEP, MAC_DINH, RANG_BUOC)
