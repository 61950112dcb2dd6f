"""The Word report: read back element by element against Decree 30/2020, annex I, and figure by figure."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from exports import grouped, word, wordtemplate
from exports.annexes import roman
from exports.letter import Letter, Office, letter
from exports.paper import Table
from exports.report import CampaignReport, Ratio
from exports.words import percent
from tests.exports.conftest import DUE

OFFICE = Office("Sở Khoa học và Công nghệ", "Ủy ban nhân dân thành phố Hải Phòng", "Hải Phòng")


@pytest.fixture(scope="session")
def report(july: CampaignReport) -> CampaignReport:
    """July with each unit on its list: 57 on time, 2 late, 3 not yet due, 51 overdue, 1 exempt."""

    def listed(place: int) -> str:
        ends = ((57, "on_time"), (59, "late"), (62, "not_yet_due"), (113, "overdue"))
        return next((timing for end, timing in ends if place < end), "exempt")

    units = [replace(unit, timing=listed(place)) for place, unit in enumerate(july.units)]
    units[62] = replace(units[62], reminders=3, reminded_at=DUE + timedelta(days=1))
    units[113] = replace(units[113], note="Sáp nhập vào đơn vị khác")
    rate = replace(july.rate, expected=113, on_time_original=56, on_time_extended=57)
    return replace(july, units=tuple(units), rate=rate, subject="khảo sát tình hình triển khai")


@pytest.fixture(scope="session")
def data(report: CampaignReport) -> bytes:
    return word.fill(None, letter(report, OFFICE))


@pytest.fixture
def made(data: bytes) -> Any:
    return docx.Document(BytesIO(data))


def of(report: CampaignReport) -> str:
    """All the words of a report's body."""
    document = docx.Document(BytesIO(word.fill(None, letter(report, OFFICE))))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_the_page_is_that_of_the_decree(made: Any) -> None:
    for section in made.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        assert [round(side.mm) for side in (section.top_margin, section.bottom_margin)] == [20, 20]
        assert [round(side.mm) for side in (section.left_margin, section.right_margin)] == [30, 15]
        assert section.different_first_page_header_footer, "no number on the first page"
        assert not "".join(p.text for p in section.first_page_header.paragraphs)
        (number,) = section.header.paragraphs
        assert number.alignment == 1, "in the middle, above the text"
        (field,) = number._p.findall(qn("w:fldSimple"))
        assert field.get(qn("w:instr")).strip() == "PAGE"
        assert field.find(f".//{qn('w:sz')}").get(qn("w:val")) == "26"
    normal = made.styles["Normal"]
    assert (normal.font.name, normal.font.size) == ("Times New Roman", Pt(14))
    assert normal.element.rPr.find(qn("w:lang")).get(qn("w:val")) == "vi-VN"


def _look(paragraph: Any) -> tuple[float, bool, bool, int | None]:
    """Size, bold, italic, alignment of a paragraph."""
    run = next(run for run in paragraph.runs if run.text)
    return run.font.size.pt, bool(run.bold), bool(run.italic), paragraph.alignment


def test_the_head_names_office_motto_number_place_and_day(made: Any) -> None:
    head = made.tables[0]
    above, own = head.cell(0, 0).paragraphs[:2]
    assert (above.text, _look(above)) == ("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG", (12, False, False, 1))
    assert (own.text, _look(own)) == ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", (12, True, False, 1))
    country, motto = head.cell(0, 1).paragraphs[:2]
    assert (country.text, _look(country)) == ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12, True, False, 1))
    assert (motto.text, _look(motto)) == ("Độc lập - Tự do - Hạnh phúc", (13, True, False, 1))
    for cell in (head.cell(0, 0), head.cell(0, 1)):
        assert cell.paragraphs[2]._p.find(f".//{qn('w:pBdr')}/{qn('w:bottom')}") is not None, "a line below"
    number, place = head.cell(1, 0).paragraphs[0], head.cell(1, 1).paragraphs[0]
    assert re.fullmatch(r"Số: +/BC-SKHCN", number.text), "the clerk writes the number"
    assert re.fullmatch(r"Hải Phòng, ngày +tháng 7 năm 2025", place.text), "and the day"
    assert _look(number) == (13, False, False, 1)
    assert _look(place) == (13, False, True, 1)


def test_kind_and_subject_stand_above_the_words_which_are_justified(made: Any) -> None:
    kind, subject = made.paragraphs[0], made.paragraphs[1]
    assert (kind.text, _look(kind)) == ("BÁO CÁO", (14, True, False, 1))
    assert (subject.text, _look(subject)) == ("Kết quả khảo sát tình hình triển khai", (14, True, False, 1))
    words = [p for p in made.paragraphs if p.alignment == 3 and p.text]
    assert len(words) > 8
    for paragraph in words:
        assert _look(paragraph) == (14, False, False, 3)
        assert round(paragraph.paragraph_format.first_line_indent.mm, 1) == 12.7
        after = paragraph.paragraph_format.space_after or paragraph.style.paragraph_format.space_after
        assert after >= Pt(6)
        assert 1 <= (paragraph.paragraph_format.line_spacing or paragraph.style.paragraph_format.line_spacing) <= 1.5
    assert words[-1].text.endswith("kính báo cáo./.")
    assert words[-1].paragraph_format.keep_with_next, "the signature never stands alone"


def test_places_of_receipt_and_the_signature_stand_side_by_side(made: Any) -> None:
    last = next(table for table in made.tables if table.cell(0, 0).text.startswith("Nơi nhận"))
    first, *places = last.cell(0, 0).paragraphs
    assert _look(first) == (12, True, True, 0)
    assert [p.text for p in places] == [
        "- Ủy ban nhân dân thành phố Hải Phòng (để báo cáo);",
        "- Lãnh đạo Sở;",
        "- Các đơn vị báo cáo;",
        "- Lưu: VT.",
    ]
    assert all(_look(p)[0] == 11 for p in places)
    signer = last.cell(0, 1).paragraphs[0]
    assert (signer.text, _look(signer)) == ("GIÁM ĐỐC", (14, True, False, 1))
    assert len(last.cell(0, 1).paragraphs) == 6, "room for signature and seal"
    assert last.rows[0]._tr.trPr.find(qn("w:cantSplit")) is not None


def test_every_figure_stands_with_its_denominator(made: Any, report: CampaignReport) -> None:
    words = "\n".join(p.text for p in made.paragraphs)
    for sentence in (
        "Có 59/113 đơn vị thuộc diện báo cáo đã gửi báo cáo, đạt 52,2%; trong đó có 3 đơn vị báo cáo không phát sinh, "
        "4 đơn vị đã gửi văn bản, chưa nhập số liệu vào hệ thống.",
        "Theo hạn gửi ban đầu (17:00 ngày 18/7/2025), có 56 đơn vị gửi đúng hạn, bằng 94,9% số đơn vị đã gửi (56/59) "
        "và 49,6% số đơn vị phải gửi (56/113).",
        "(57/113) (Phụ lục I). Có 2 đơn vị gửi muộn (Phụ lục II).",
        "Còn 54/113 đơn vị chưa tính là đã gửi, gồm 51 đơn vị quá hạn (Phụ lục IV), 3 đơn vị chưa đến hạn "
        "(Phụ lục III); trong số này có 1 đơn vị đã gửi và đang chỉnh sửa, bổ sung.",
        "1 đơn vị không thuộc diện báo cáo, không tính vào số phải gửi (Phụ lục V).",
        "Bổ sung sau: +1 đơn vị",
        "- Đã giải quyết đúng hạn so với Tổng số hồ sơ tiếp nhận: 90,42% (1.557 trên 1.722).",
        "- Khó khăn, vướng mắc: 1 nội dung từ 1/59 đơn vị đã gửi (Phụ lục VI).",
    ):
        assert sentence in words
    groups = next(table for table in made.tables if table.cell(0, 0).text == "Nhóm đơn vị")
    assert [[cell.text for cell in row.cells] for row in groups.rows][1:] == [
        ["Huyện An Lão", "60", "59", "98,3%", "58", "98,3%"],
        ["Quận Kiến An", "54", "0", "0,0%", "0", "–"],
        ["Cộng", "114", "59", "51,8%", "58", "98,3%"],
    ]
    results = next(table for table in made.tables if table.cell(0, 1).text == "Nội dung")
    rows = [[cell.text for cell in row.cells] for row in results.rows]
    assert rows[2][:3] == ["1", "E2. Tổng số hồ sơ tiếp nhận", "59/114"]
    assert rows[2][3] == "Tổng: 1.722\nTrung bình 29,19; trung vị 10\nTừ 10 đến 1.142"
    assert rows[-1][3] == "Có: 40 (67,8%)\nKhông: 19 (32,2%)"
    assert results.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None, "the head is repeated on every page"


def test_each_annex_lists_its_units_and_counts_its_own_pages(made: Any) -> None:
    names = {
        "Phụ lục I": ("DANH SÁCH ĐƠN VỊ GỬI BÁO CÁO ĐÚNG HẠN", 57),
        "Phụ lục II": ("DANH SÁCH ĐƠN VỊ GỬI BÁO CÁO MUỘN", 2),
        "Phụ lục III": ("DANH SÁCH ĐƠN VỊ CHƯA ĐẾN HẠN GỬI BÁO CÁO", 3),
        "Phụ lục IV": ("DANH SÁCH ĐƠN VỊ QUÁ HẠN, CHƯA GỬI BÁO CÁO", 51),
        "Phụ lục V": ("DANH SÁCH ĐƠN VỊ KHÔNG THUỘC DIỆN BÁO CÁO", 1),
        "Phụ lục VI": ("KHÓ KHĂN, VƯỚNG MẮC", 1),
    }
    texts = [p.text for p in made.paragraphs]
    tables = made.tables[-len(names) :]
    for (number, (name, count)), table in zip(names.items(), tables, strict=True):
        at = texts.index(number)
        assert texts[at + 1] == name
        assert re.fullmatch(r"\(Kèm theo Báo cáo số +/BC-SKHCN ngày +tháng 7 năm 2025 của Sở .*\)", texts[at + 2])
        assert len(table.rows) == count + 1
    reminded = [cell.text for cell in tables[3].rows[1].cells]
    assert reminded == ["1", "Xã số 62", "17:00, 18/7/2025", "Chưa mở phiếu", "3 lần, lần cuối\n17:00, 19/7/2025"]
    assert tables[3].rows[2].cells[4].text == "Chưa nhắc"
    assert tables[4].rows[1].cells[2].text == "Sáp nhập vào đơn vị khác"
    first, *others = made.sections
    assert len(others) == len(names)
    assert first._sectPr.find(qn("w:pgNumType")) is None
    assert all(section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1" for section in others)


def test_the_chart_is_a_picture_that_says_its_figures(made: Any) -> None:
    (shape,) = made.inline_shapes
    said = shape._inline.docPr.get("descr")
    assert "Huyện An Lão 59/60" in said
    assert "Quận Kiến An 0/54" in said
    assert shape.width <= Mm(165)


def test_when_nobody_is_late_or_nobody_answered_it_still_reads_well(report: CampaignReport) -> None:
    units = tuple(replace(unit, timing="on_time") for unit in report.units[:59])
    whole = replace(report.rate, expected=59, returned=0, received=0, on_time_original=59, on_time_extended=59)
    words = of(replace(report, units=units, rate=whole, repeats=()))
    assert "Có 59/59 đơn vị thuộc diện báo cáo đã gửi báo cáo, đạt 100%" in words
    assert "Không có đơn vị gửi muộn." in words
    assert "Các đơn vị thuộc diện báo cáo đã gửi đủ báo cáo và số liệu." in words
    assert "Mẫu phiếu không có mục liệt kê." in words
    assert "Phụ lục II" not in words
    none = replace(report.rate, responded=0, nil=0, received=0, on_time_original=0, on_time_extended=0)
    nobody = tuple(replace(unit, timing="overdue") for unit in report.units)
    words = of(replace(report, units=nobody, rate=none, answers={}, questions=(), repeats=()))
    assert "Chưa có đơn vị nào gửi báo cáo, trên tổng số 113 đơn vị thuộc diện báo cáo." in words
    assert "Chưa có số liệu để tổng hợp." in words
    assert "đúng hạn, bằng" not in words
    empty = replace(none, expected=0, returned=0, recorded_later=0, by_kind=(), by_group=())
    words = of(replace(report, units=(), rate=empty, answers={}, questions=(), repeats=(), letter="", subject=""))
    assert "Không có đơn vị nào thuộc diện báo cáo." in words
    assert "Thực hiện đợt khảo sát “Khảo sát tình hình" in words
    assert "Phụ lục" not in words


def test_what_people_wrote_stays_text_and_half_letters_are_replaced(report: CampaignReport) -> None:
    hostile = "{da_gui} <w:br/> & \x00 \ud800 =1+1"
    text = of(replace(report, title=hostile, subject="", letter=""))
    assert "{da_gui} <w:br/> & \ufffd \ufffd =1+1" in text


def test_the_same_report_gives_the_same_bytes_and_says_who_made_it(data: bytes, report: CampaignReport) -> None:
    assert data == word.fill(None, letter(report, OFFICE))
    properties = docx.Document(BytesIO(data)).core_properties
    assert properties.author == "Sở Khoa học và Công nghệ"
    assert properties.created == datetime(2025, 7, 21, 0, 30, tzinfo=UTC)
    names = ZipFile(BytesIO(data)).namelist()
    assert not [name for name in names if "thumbnail" in name or "vba" in name.lower()]


def test_made_up_data_says_so_on_top(report: CampaignReport) -> None:
    assert of(replace(report, illustrative=True)).startswith("DỮ LIỆU MINH HỌA")


def test_every_placeholder_of_the_template_is_filled(data: bytes, report: CampaignReport) -> None:
    document = ZipFile(BytesIO(data)).read("word/document.xml").decode()
    assert not re.findall(r"\{[A-Za-z_]+\}", document)
    whole: Letter = letter(report, OFFICE)
    shipped = set(re.findall(r"\{(\w+)\}", ZipFile(BytesIO(wordtemplate.default())).read("word/document.xml").decode()))
    assert shipped <= whole.texts.keys() | whole.blocks.keys()


@pytest.mark.parametrize(
    ("name", "sign"),
    [("Sở Khoa học và Công nghệ", "SKHCN"), ("Sở KH&CN Hải Phòng", "SKHCN"), ("Phiếu", "P")],
)
def test_the_office_is_abbreviated_as_in_its_numbers(name: str, sign: str) -> None:
    assert Office(name, "", "Hải Phòng").sign == sign


def test_shares_say_more_than_all_as_it_is_and_never_round_to_all() -> None:
    assert percent(3, 2) == "150,0%"
    assert percent(9999, 10000) == "99,9%"
    assert percent(Decimal("1.5"), Decimal(6), 2) == "25,00%"
    assert [roman(n) for n in (1, 4, 9, 14, 40, 99)] == ["I", "IV", "IX", "XIV", "XL", "XCIX"]


def test_a_ratio_over_nothing_is_said_to_have_no_value(report: CampaignReport) -> None:
    ratio = Ratio(numerator="Đúng hạn", denominator="Đã nhận", numerator_sum=0, denominator_sum=0)
    (question,) = [one for one in report.questions if one.ratio]
    share = Ratio(numerator="Đúng hạn", denominator="Tổng số", numerator_sum=1048, denominator_sum=1142)
    document = docx.Document(
        BytesIO(
            word.fill(
                None, letter(replace(report, questions=(replace(question, ratio=ratio, shares=(share,)),)), OFFICE)
            )
        )
    )
    words = "\n".join(p.text for p in document.paragraphs)
    cells = [cell.text for table in document.tables for cell in table.columns[-1].cells]
    assert any("Tỷ lệ so với Tổng số: 91,77% (1.048 trên 1.142)" in cell for cell in cells)
    assert "- Đúng hạn so với Đã nhận: chưa tính được (0 trên 0)." in words


def _grouped(summed: CampaignReport) -> CampaignReport:
    """The totals of E2 and the ratio of E3, each of two kinds and of two groups, one of which has no name."""
    received, on_time, *others = summed.questions
    kinds = tuple(replace(part, of=part.answered + 27) for part in received.by_kind)
    groups = (replace(received.by_group[0], of=60), replace(received.by_group[1], label="", of=54))
    ratio = replace(on_time.shares[0], numerator_sum=0, denominator_sum=0)
    parts = [replace(on_time.by_group[0], label=part.label) for part in kinds]
    empty = replace(on_time.by_group[1], label="", ratio=ratio)
    return replace(
        summed,
        questions=(
            replace(received, by_kind=kinds, by_group=groups),
            replace(on_time, total=None, by_kind=tuple(parts), by_group=(on_time.by_group[0], empty)),
            *others,
        ),
    )


def test_figures_by_kind_and_by_group_stand_in_an_annex_each_with_its_denominator(summed: CampaignReport) -> None:
    document = docx.Document(BytesIO(word.fill(None, letter(_grouped(summed), OFFICE))))
    by_kind, by_group = ([[cell.text for cell in row.cells] for row in table.rows] for table in document.tables[-2:])
    received, ratio = "E2. Tổng số hồ sơ tiếp nhận", "Đã giải quyết đúng hạn so với Tổng số hồ sơ tiếp nhận"
    assert by_kind == [
        ["Nội dung", "Chung", "Phường", "Xã"],
        [received, "1.722 (59/114)", "1.432 (30/57)", "290 (29/56)"],
        [ratio, "90,42% (1.557 / 1.722)", "90,63% (1.035 / 1.142)", "90,63% (1.035 / 1.142)"],
    ]
    assert by_group == [
        ["Nhóm đơn vị", received, ratio],
        ["Huyện An Lão", "1.722 (59/60)", "90,63% (1.035 / 1.142)"],
        ["Không thuộc nhóm nào", "– (0/54)", "–"],
        ["Chung", "1.722 (59/114)", "90,42% (1.557 / 1.722)"],
    ]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[texts.index("Phụ lục II") + 1] == "SỐ LIỆU THEO LOẠI VÀ NHÓM ĐƠN VỊ"
    assert "Số liệu theo loại và nhóm đơn vị được tổng hợp tại Phụ lục II." in texts


def test_more_figures_than_fit_across_a_page_go_on_in_another_table(summed: CampaignReport) -> None:
    given = _grouped(summed)
    many = tuple(replace(given.questions[0], name=f"q{n}", label=f"Câu {n}") for n in range(9))
    _legend, _by_kind, *tables = grouped.tables(replace(given, questions=many))
    assert [part.head[1:] for part in tables if isinstance(part, Table)] == [
        tuple(f"Câu {n}" for n in range(first, min(first + 4, 9))) for first in (0, 4, 8)
    ]
    assert grouped.tables(replace(given, questions=())) == ()


def test_letters_are_black_in_one_font_and_lines_below_the_head_are_as_long_as_the_decree_says(made: Any) -> None:
    looks = list(made.element.body.iter(qn("w:rPr")))
    assert not [look for look in looks if look.find(qn("w:color")) is not None or look.find(qn("w:rFonts")) is not None]
    assert {int(size.get(qn("w:val"))) / 2 for look in looks for size in look.iter(qn("w:sz"))} <= {11, 12, 13, 14}
    below = [made.tables[0].cell(0, side).paragraphs[2] for side in (0, 1)]
    below.append(next(p for p in made.paragraphs if p._p.find(f".//{qn('w:pBdr')}") is not None))
    for paragraph, inside, least, most in zip(below, (68, 89, 165), (1 / 3, 0.5, 0.2), (0.5, 0.7, 1 / 3), strict=True):
        form = paragraph.paragraph_format
        length = inside - form.left_indent.mm - form.right_indent.mm
        assert least <= length / inside <= most
        assert form.left_indent == form.right_indent, "in the middle"


def test_an_annex_begins_with_its_number_its_name_and_what_it_belongs_to(made: Any) -> None:
    texts = [paragraph.text for paragraph in made.paragraphs]
    first = texts.index("Phụ lục I")
    number, name, attached = made.paragraphs[first : first + 3]
    assert _look(number) == _look(name) == (14, True, False, 1)
    assert _look(attached) == (14, False, True, 1)
    to = next(paragraph for paragraph in made.paragraphs if paragraph.text.startswith("Kính gửi"))
    assert (to.text, to.alignment) == ("Kính gửi: Ủy ban nhân dân thành phố Hải Phòng.", 1)
    headings = [p for p in made.paragraphs if re.match(r"(I|II|III|IV)\. ", p.text)]
    assert [p.text[: p.text.index(".")] for p in headings] == ["I", "II", "III", "IV"]
    assert all(_look(p)[:3] == (14, True, False) and p.paragraph_format.keep_with_next for p in headings)
