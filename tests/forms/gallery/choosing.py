"""Choices: from one list, from lists that hang on each other, from files, in an order."""

from tests.forms.gallery.example import Example, steps

MOT = Example(
    name="chon_mot",
    title="Chọn một: nút, danh sách thả xuống, nằm ngang, thang Likert",
    survey="""
        type               | name  | label                         | appearance        | required
        begin group        | a     | A. Dịch vụ công
        select_one co_khong | co   | Đã niêm yết thủ tục chưa?     |                   | yes
        select_one kenh    | chinh | Kênh nhận hồ sơ chính         | minimal
        select_one co_khong | mang | Có mạng riêng không?          | horizontal
        select_one muc     | hai_long | Người dân có hài lòng không? | likert
        end group
    """,
    choices="""
        list_name | name   | label
        co_khong  | co     | Có
        co_khong  | khong  | Không
        kenh      | truc_tiep | Trực tiếp
        kenh      | buu_chinh | Bưu chính công ích
        kenh      | truc_tuyen | Trực tuyến
        muc       | 1      | Không hài lòng
        muc       | 2      | Bình thường
        muc       | 3      | Hài lòng
    """,
    open={"a/co": "required"},
    steps=steps("""
        a/co = co
        a/chinh = truc_tuyen
        a/mang = khong
        a/hai_long = 3
    """),
    answers={"a": {"co": "co", "chinh": "truc_tuyen", "mang": "khong", "hai_long": "3"}},
)

NHIEU = Example(
    name="chon_nhieu",
    title="Chọn nhiều, đếm số đã chọn, không đi cùng “không có”",
    survey="""
        type                 | name  | label                        | constraint                                         | constraint_message                   | calculation
        begin group          | a     | A. Thiết bị
        select_multiple tb   | co    | Thiết bị hiện có             | not(selected(., 'khong') and count-selected(.) > 1) | “Không có” không đi cùng mục khác.
        calculate            | dem   |                              |                                                    |                                      | count-selected(${co})
        calculate            | dau   |                              |                                                    |                                      | jr:choice-name(selected-at(${co}, 0), '${co}')
        note                 | tin   | Đã chọn ${dem} mục, trước hết là ${dau}.
        end group
    """,
    choices="""
        list_name | name  | label
        tb        | may_tinh | Máy tính
        tb        | may_quet | Máy quét
        tb        | may_in   | Máy in
        tb        | khong    | Không có
    """,
    steps=steps("""
        a/co = [may_in, khong] !constraint
        a/co = [may_tinh, may_quet]
    """),
    answers={"a": {"co": ["may_tinh", "may_quet"], "dem": 2, "dau": "Máy tính"}},
)

XEP = Example(
    name="xep_hang",
    title="Xếp thứ tự ưu tiên (rank)",
    survey="""
        type     | name  | label                               | required | calculation
        begin group | a  | A. Ưu tiên đào tạo
        rank nd  | thu_tu | Xếp các nội dung theo thứ tự cần    | yes
        calculate | nhat |                                     |          | selected-at(${thu_tu}, 0)
        end group
    """,
    choices="""
        list_name | name | label
        nd        | cds  | Chuyển đổi số
        nd        | shtt | Sở hữu trí tuệ
        nd        | tdc  | Tiêu chuẩn đo lường
    """,
    open={"a/thu_tu": "required"},
    steps=steps("a/thu_tu = [tdc, cds, shtt]"),
    answers={"a": {"thu_tu": ["tdc", "cds", "shtt"], "nhat": "tdc"}},
)

KHAC = Example(
    name="khac",
    title="“Khác” có ô ghi rõ (or_other)",
    survey="""
        type                          | name | label
        begin group                   | a    | A. Phần mềm
        select_one pm or_other        | dung | Phần mềm quản lý văn bản
        select_multiple pm or_other   | them | Phần mềm khác đang dùng
        end group
    """,
    choices="""
        list_name | name  | label
        pm        | hpnet | HPnet
        pm        | misa  | MISA
    """,
    steps=steps("""
        a/dung = other
        a/dung_other = Phần mềm tự viết
        a/them = [hpnet, other]
        a/them_other = Excel
    """),
    answers={"a": {"dung": "other", "dung_other": "Phần mềm tự viết", "them": ["hpnet", "other"],
                   "them_other": "Excel"}},
)  # fmt: skip

TU_TEP = Example(
    name="tu_tep",
    title="Lựa chọn từ tệp CSV, lọc theo cột",
    survey="""
        type                         | name | label            | choice_filter   | parameters
        begin group                  | a    | A. Địa bàn
        select_one loai              | loai | Loại đơn vị
        select_one_from_file xa.csv  | xa   | Đơn vị           | kieu = ${loai}  | value=ma label=ten
        end group
    """,
    choices="""
        list_name | name   | label
        loai      | xa     | Xã
        loai      | phuong | Phường
    """,
    files={"xa.csv": "ma,ten,kieu\n11629,Xã An Lão,xa\n10888,Xã Cẩm Giang,xa\n11446,Phường Phù Liễn,phuong\n"},
    steps=steps("""
        a/loai = xa
        a/xa = 10888
    """),
    answers={"a": {"loai": "xa", "xa": "10888"}},
)

BAC_THANG = Example(
    name="bac_thang",
    title="Lựa chọn theo bậc: vùng, huyện cũ, xã",
    survey="""
        type            | name  | label         | choice_filter                      | appearance
        begin group     | a     | A. Địa bàn
        select_one vung | vung  | Vùng          |                                    | horizontal
        select_one cu   | cu    | Huyện cũ      | vung = ${vung}                     | minimal
        select_one xa   | xa    | Xã            | cu = ${cu} and vung = ${vung}      | minimal
        end group
    """,
    choices="""
        list_name | name     | label          | vung | cu
        vung      | dong     | Phía đông
        vung      | tay      | Phía tây
        cu        | an_lao   | An Lão         | dong
        cu        | cam_giang | Cẩm Giàng     | tay
        xa        | an_hung  | An Hưng        | dong | an_lao
        xa        | an_khanh | An Khánh       | dong | an_lao
        xa        | tue_tinh | Tuệ Tĩnh       | tay  | cam_giang
    """,
    steps=steps("""
        a/vung = dong
        a/cu = an_lao
        a/xa = an_khanh
        a/vung = tay
        a/cu = cam_giang
        a/xa = tue_tinh
    """),
    answers={"a": {"vung": "tay", "cu": "cam_giang", "xa": "tue_tinh"}},
)

TRON = Example(
    name="tron",
    title="Thứ tự lựa chọn xáo trộn theo hạt giống",
    survey="""
        type          | name | label                    | parameters
        begin group   | a    | A. Bình chọn
        integer       | hat  | Số thứ tự của phiếu
        select_one ld | bc   | Lĩnh vực cần hỗ trợ nhất | randomize=true seed=${hat}
        end group
    """,
    choices="""
        list_name | name | label
        ld        | cds  | Chuyển đổi số
        ld        | vt   | Viễn thông
        ld        | ts   | Tần số vô tuyến điện
        ld        | shtt | Sở hữu trí tuệ
    """,
    steps=steps("""
        a/hat = 42
        a/bc = vt
    """),
    answers={"a": {"hat": 42, "bc": "vt"}},
)

EXAMPLES = (MOT, NHIEU, XEP, KHAC, TU_TEP, BAC_THANG, TRON)
