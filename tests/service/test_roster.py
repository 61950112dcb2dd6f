"""Which unit a row means, and what stands in its cells."""

import csv
import unicodedata
from pathlib import Path

import pytest

import service
from service.roster import people
from service.roster.names import KIND_CODES, Known, Matcher, code_of, split_kind
from service.words import fold

UNITS_CSV = Path(service.__file__).parent / "data" / "units.csv"


def known() -> list[Known]:
    with UNITS_CSV.open(encoding="utf-8", newline="") as file:
        return [
            Known(place, row["code"], row["name"], row["full_name"], KIND_CODES[row["kind"]])
            for place, row in enumerate(csv.DictReader(file))
        ]


MATCHER = Matcher(known())


def spellings(unit: Known) -> list[str]:
    short = {"xa": "X. ", "phuong": "P.", "dac_khu": "ĐK "}[unit.kind] + unit.name
    return [
        unit.name,
        unit.full_name,
        unit.full_name.upper(),
        unicodedata.normalize("NFD", unit.full_name),
        f"UBND {unit.full_name.lower()}",
        f"Ủy ban nhân dân {unit.full_name}, thành phố Hải Phòng",
        f"Uỷ ban nhân dân {unit.full_name} - TP. Hải Phòng",
        f"HĐND và UBND {unit.full_name}",
        f"UBND {short}",
        f"{unit.code} - {unit.full_name}",
        f"  {unit.full_name.replace(' ', '  ')} ",
    ]


def test_every_unit_is_found_however_offices_write_it() -> None:
    for unit in known():
        for text in spellings(unit):
            assert MATCHER.find("", text).unit == unit, text


def test_without_marks_a_unit_is_found_unless_two_fold_alike() -> None:
    for unit in known():
        found = MATCHER.find("", fold(unit.full_name))
        if fold(unit.name) == "cam giang":
            assert found.unit is None
            assert "Xã Cẩm Giang (mã 10888)" in found.reason
            assert "Xã Cẩm Giàng (mã 10903)" in found.reason
        else:
            assert found.unit == unit
        assert MATCHER.find(f"{unit.code}.0", fold(unit.full_name)).unit == unit


def test_cam_giang_and_cam_giang_are_never_mixed_up() -> None:
    assert code_named("", "Xã Cẩm Giang") == "10888"
    assert code_named("", "xã cẩm giàng") == "10903"
    assert "Mã 10888 là Xã Cẩm Giang" in MATCHER.find("10888", "Xã Cẩm Giàng").reason
    assert "Mã 10903 là Xã Cẩm Giàng" in MATCHER.find("10903", "Cẩm Giang").reason
    assert MATCHER.find("", "Cầm Giang").unit is None


def code_named(code: str, name: str) -> str | None:
    unit = MATCHER.find(code, name).unit
    return unit.code if unit else None


@pytest.mark.parametrize(
    ("text", "code"),
    [("Phường Thuỷ Nguyên", "11560"), ("Thủy Nguyên", "11560"), ("Xã Vĩnh Hoà", "11848"), ("Bạch Long Vỹ", "11948")],
)
def test_old_and_new_spellings_are_one_name(text: str, code: str) -> None:
    assert code_named("", text) == code


def test_the_kind_must_agree_when_it_is_named() -> None:
    assert "Xã An Lão" in MATCHER.find("", "Phường An Lão").reason
    assert "Đặc khu Cát Hải" in MATCHER.find("", "Thị trấn Cát Hải").reason
    assert MATCHER.find("11629", "Phường An Lão").unit is None


def test_a_code_that_is_not_there_is_refused_with_a_hint() -> None:
    assert "“99999”" in MATCHER.find("99999", "An Lão").reason
    assert "Xã An Lão (mã 11629)" in MATCHER.find("99999", "An Lão").reason
    assert MATCHER.find("HP-1", "").unit is None
    assert MATCHER.find("", "").reason == "Thiếu mã và tên đơn vị."


def test_a_name_that_only_differs_in_marks_is_taken_with_a_note() -> None:
    found = MATCHER.find("", "Thuy Nguyên")
    assert found.unit is not None
    assert found.note


@pytest.mark.parametrize(
    ("text", "code"), [("10888", "10888"), (" '10888 ", "10888"), ("10888.0", "10888"), ("123", "00123"), ("x1", None)]
)
def test_codes_are_strings_with_leading_zeros(text: str, code: str | None) -> None:
    assert code_of(text) == code


def test_a_name_that_begins_like_a_kind_is_left_whole() -> None:
    assert split_kind("Phượng Hoàng") == (None, "Phượng Hoàng")
    assert split_kind("Phường Phượng Hoàng") == ("phuong", "Phượng Hoàng")
    assert split_kind("phuong An Bien") == ("phuong", "An Bien")
    assert split_kind("xã") == (None, "xã")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@x.vn, B@X.VN", ["a@x.vn", "b@x.vn"]),
        ("a@x.vn;b@x.vn\nc@x.vn/d@x.vn", ["a@x.vn", "b@x.vn", "c@x.vn", "d@x.vn"]),
        ("a@x.vn và b @x.vn", ["a@x.vn", "b@x.vn"]),
        ("Nguyễn An <a@x.vn>", ["a@x.vn"]),
        ("mailto:a@x.vn.", ["a@x.vn"]),
        ("a@x.vn, a@x.vn", ["a@x.vn"]),
        ("", []),
    ],
)
def test_several_addresses_in_a_cell_come_apart(text: str, expected: list[str]) -> None:
    assert people.addresses(text)[0] == expected


@pytest.mark.parametrize("text", ["hoà@x.vn", "a@@x.vn", "a@x", "anlao.haiphong.gov.vn", "a@x.vn, b.x.vn", "abc"])
def test_bad_addresses_are_refused_in_words(text: str) -> None:
    with pytest.raises(people.Refused, match=r"[“”]"):
        people.addresses(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+84 912.345.678", ["0912345678"]),
        ("0084912345678", ["0912345678"]),
        ("84912345678", ["0912345678"]),
        ("912345678", ["0912345678"]),
        ("(0225) 3842-123", ["02253842123"]),
        ("0225 3842123 máy lẻ 12", ["02253842123 (12)"]),
        ("0912345678 / 0225.3842123", ["0912345678", "02253842123"]),
    ],
)
def test_telephones_are_brought_to_one_shape(text: str, expected: list[str]) -> None:
    assert people.telephones(text) == expected
    assert people.telephones(people.joined(expected)) == expected, "what is stored is read back as it stands"


@pytest.mark.parametrize("text", ["gọi sau", "123", "0912345678901234"])
def test_telephones_without_the_right_digits_are_refused(text: str) -> None:
    with pytest.raises(people.Refused):
        people.telephones(text)


@pytest.mark.parametrize(
    "position",
    ["Chủ tịch", "Phó Chủ tịch UBND xã", "PCT UBND", "Bí thư Đảng ủy", "Phó Bí thư, Chủ tịch UBND", "Q. Chủ tịch UBND"],
)
def test_leaders_are_known_by_their_position(position: str) -> None:
    assert people.leads(position)


@pytest.mark.parametrize(
    "position",
    ["Bí thư Đoàn Thanh niên", "Chủ tịch Hội Nông dân", "Phó Chủ tịch Mặt trận", "Thư ký Chủ tịch", "Chuyên viên", ""],
)
def test_others_do_not_lead_the_commune(position: str) -> None:
    assert not people.leads(position)


def test_the_role_column_wins_over_the_position() -> None:
    assert people.role_of("Đầu mối", "Phó Chủ tịch") == people.OFFICIAL
    assert people.role_of("lãnh đạo", "") == people.LEADER
    assert people.role_of("", "Chuyên viên") is None
    with pytest.raises(people.Refused):
        people.role_of("bảo vệ", "")


def test_names_and_addresses_of_one_cell_are_paired() -> None:
    found = people.people("Nguyễn An\nTrần Bình", "Chuyên viên\nChủ tịch UBND", "a@x.vn\nb@x.vn", "", "")
    assert [(p.name, p.email, p.role) for p in found] == [
        ("Nguyễn An", "a@x.vn", None),
        ("Trần Bình", "b@x.vn", people.LEADER),
    ]
    shared = people.people("Nguyễn An; Trần Bình", "", "chung@x.vn", "0912345678", "")
    assert [(p.name, p.email) for p in shared] == [("Nguyễn An", "chung@x.vn"), ("Trần Bình", "chung@x.vn")]
    with pytest.raises(people.Refused):
        people.people("A\nB\nC", "", "a@x.vn, b@x.vn", "", "")


@pytest.mark.parametrize(
    ("position", "rank"),
    [
        ("Chủ tịch UBND xã", "chairman"),
        ("Q. Chủ tịch", "chairman"),
        ("Phó Bí thư Đảng ủy, Chủ tịch UBND phường", "chairman"),
        ("CT UBND", "chairman"),
        ("Phó Chủ tịch UBND xã", ""),
        ("Chủ tịch HĐND xã", ""),
        ("Chủ tịch Hội Phụ nữ", ""),
        ("Phó Bí thư, Phó Chủ tịch UBND xã", ""),
        ("Chánh Văn phòng HĐND và UBND", "office_head"),
        ("Phó Chánh Văn phòng", ""),
        ("", ""),
    ],
)
def test_a_leaders_rank_is_told_by_the_position(position: str, rank: str) -> None:
    assert people.rank_of(position) == rank
