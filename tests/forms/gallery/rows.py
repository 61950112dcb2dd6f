"""Repeats: rows that are added, rows that are counted, rows within rows."""

from tests.forms.gallery.example import Add, Example, steps

LAP = Example(
    name="lap",
    title="Bảng nhiều dòng (repeat), cộng và đếm",
    survey="""
        type         | name   | label                | required | calculation
        begin group  | a      | A. Văn bản
        begin repeat | vb     | Văn bản
        text         | so     | Số, ký hiệu          | yes
        integer      | trang  | Số trang             | yes
        calculate    | thu    |                      |          | position(..)
        note         | nhac   | Đây là văn bản thứ ${thu}.
        end repeat
        calculate    | tong   |                      |          | sum(${trang})
        calculate    | so_vb  |                      |          | count(${vb})
        calculate    | nhieu  |                      |          | max(${trang})
        note         | tin    | Cộng ${tong} trang trong ${so_vb} văn bản.
        end group
    """,
    open={"a/vb/r1/so": "required", "a/vb/r1/trang": "required"},
    steps=[
        *steps("""
            a/vb/r1/so = 12/KH-UBND
            a/vb/r1/trang = 8
        """),
        Add("a/vb", "hai"),
        *steps("""
            a/vb/hai/so = 15/QĐ-UBND
            a/vb/hai/trang = 3
        """),
    ],
    answers={"a": {"vb": [{"so": "12/KH-UBND", "trang": 8, "thu": 1}, {"so": "15/QĐ-UBND", "trang": 3, "thu": 2}],
                   "tong": 11, "so_vb": 2, "nhieu": 8}},
)  # fmt: skip

LAP_LONG = Example(
    name="lap_long",
    title="Bảng trong bảng: hộ và người",
    survey="""
        type         | name    | label            | required | calculation
        begin group  | a       | A. Hộ gia đình
        begin repeat | ho      | Hộ
        text         | chu_ho  | Chủ hộ           | yes
        begin repeat | nguoi   | Người trong hộ
        text         | ten     | Họ tên           | yes
        integer      | tuoi    | Tuổi             | yes
        end repeat
        calculate    | dong    |                  |          | count(${nguoi})
        calculate    | gia     |                  |          | max(${tuoi})
        end repeat
        calculate    | tat_ca  |                  |          | count(${ten})
        end group
    """,
    open={"a/ho/r1/chu_ho": "required", "a/ho/r1/nguoi/r1/ten": "required", "a/ho/r1/nguoi/r1/tuoi": "required"},
    steps=[
        *steps("""
            a/ho/r1/chu_ho = Phạm Văn Tám
            a/ho/r1/nguoi/r1/ten = Phạm Văn Tám
            a/ho/r1/nguoi/r1/tuoi = 61
        """),
        Add("a/ho/r1/nguoi", "con"),
        *steps("""
            a/ho/r1/nguoi/con/ten = Phạm Thị Chín
            a/ho/r1/nguoi/con/tuoi = 30
        """),
        Add("a/ho", "h2"),
        *steps("""
            a/ho/h2/chu_ho = Lê Thị Mười
            a/ho/h2/nguoi/r1/ten = Lê Thị Mười
            a/ho/h2/nguoi/r1/tuoi = 45
        """),
    ],
    answers={"a": {
        "ho": [
            {"chu_ho": "Phạm Văn Tám", "dong": 2, "gia": 61,
             "nguoi": [{"ten": "Phạm Văn Tám", "tuoi": 61}, {"ten": "Phạm Thị Chín", "tuoi": 30}]},
            {"chu_ho": "Lê Thị Mười", "dong": 1, "gia": 45, "nguoi": [{"ten": "Lê Thị Mười", "tuoi": 45}]},
        ],
        "tat_ca": 3,
    }},
)  # fmt: skip

DEM = Example(
    name="so_dong",
    title="Số dòng định trước (repeat_count)",
    survey="""
        type         | name   | label                     | repeat_count | required | calculation
        begin group  | a      | A. Cơ sở
        integer      | so     | Số trạm y tế              |              | yes
        begin repeat | tram   | Trạm y tế                 | ${so}
        text         | ten    | Tên trạm                  |              | yes
        end repeat
        calculate    | dau    |                           |              |          | indexed-repeat(${ten}, ${tram}, 1)
        end group
    """,
    open={"a/so": "required"},
    steps=steps("""
        a/so = 2
        a/tram/r1/ten = Trạm Đông
        a/tram/r2/ten = Trạm Tây
    """),
    answers={"a": {"so": 2, "tram": [{"ten": "Trạm Đông"}, {"ten": "Trạm Tây"}], "dau": "Trạm Đông"}},
)

AN_HIEN = Example(
    name="lap_dieu_kien",
    title="Bảng chỉ hiện khi cần, điều kiện trong từng dòng",
    survey="""
        type                | name  | label                    | relevant           | required
        begin group         | a     | A. Vướng mắc
        select_one co_khong | co    | Có vướng mắc không?      |                    | yes
        begin repeat        | vm    | Vướng mắc                | ${co} = 'co'
        text                | gi    | Nội dung                 |                    | yes
        integer             | vu    | Số vụ
        text                | vi_sao | Nguyên nhân             | ${vu} > 10         | yes
        end repeat
        end group
    """,
    choices="""
        list_name | name  | label
        co_khong  | co    | Có
        co_khong  | khong | Không
    """,
    open={"a/co": "required"},
    steps=[
        *steps("""
            a/co = co
            a/vm/r1/gi = Thiếu máy quét
            a/vm/r1/vu = 3
        """),
        Add("a/vm", "hai"),
        *steps("""
            a/vm/hai/gi = Đường truyền chậm
            a/vm/hai/vu = 25
            a/vm/hai/vi_sao = Dùng chung một đường
        """),
    ],
    answers={"a": {"co": "co", "vm": [
        {"gi": "Thiếu máy quét", "vu": 3},
        {"gi": "Đường truyền chậm", "vu": 25, "vi_sao": "Dùng chung một đường"},
    ]}},
)  # fmt: skip

EXAMPLES = (LAP, LAP_LONG, DEM, AN_HIEN)
