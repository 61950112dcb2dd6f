"""Papers as PDF, opened again and read."""

import io
from datetime import UTC, datetime

import pypdf

from exports import paper, pdf

MADE = datetime(2026, 6, 8, 1, 30, 5, 999999, UTC)
MARKS = "Ủy ban nhân dân phường Ngưỡng Thiện: ă ằ ẵ ặ â ẩ ẫ ậ đ ê ể ễ ệ ô ổ ỗ ộ ơ ở ỡ ợ ư ử ữ ự ỳ ỹ ỵ"
MARKUP = '#let x = 1 *đậm* $x^2$ = tiêu đề <a> @nguồn \\ // "trích" {json} [ngoặc] #image("/etc/passwd")'


def of(*blocks: paper.Block, mark: str = "") -> paper.Paper:
    return paper.Paper("Quá trình của Xã An Lão", "Xã An Lão", "Khảo sát", "Mã: abc", "Trang", MADE, blocks, mark)


def read(data: bytes) -> list[str]:
    """The text of every page, blanks and line ends run together."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def test_vietnamese_marks_and_texts_that_look_like_markup_come_out_as_they_went_in() -> None:
    whole = of(
        paper.Heading("Hiện trạng"),
        paper.Facts((("Đơn vị", MARKS), ("Ghi chú", MARKUP))),
        paper.Text("dòng một\ndòng hai", soft=True),
        paper.Code("https://phieu.test/verify/PH-1", "Quét mã"),
        mark="Dữ liệu minh họa",
    )
    data = pdf.render(whole)
    (text,) = read(data)
    assert MARKS in text
    assert MARKUP in text
    assert "dòng một dòng hai" in text
    assert "Dữ liệu minh họa" in text
    found = pypdf.PdfReader(io.BytesIO(data))
    assert found.metadata is not None
    assert found.metadata.title == "Quá trình của Xã An Lão"
    assert found.trailer["/Root"]["/Lang"] == "vi"
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert data == pdf.render(whole)


def test_a_long_table_repeats_its_head_and_breaks_words_without_blanks() -> None:
    hash_, address = "0123456789abcdef" * 4, "a" * 60 + "@haiphong.gov.vn"
    rows = [(f"{n}:00", f"Việc số {n}", "Chuyên viên") for n in range(500)]
    table = paper.Table(("Lúc", "Việc", "Ai"), (*rows, ("9", hash_, address)), (1, 3, 2))
    pages = read(pdf.render(of(table)))
    assert len(pages) > 8
    for number, text in enumerate(pages, 1):
        assert text.startswith("Xã An Lão Khảo sát")
        assert "Lúc Việc Ai" in text
        assert text.endswith(f"Mã: abc Trang {number}/{len(pages)}")
    assert all(f"Việc số {n} " in " ".join(pages) for n in range(500))
    whole = pages[-1].replace(" ", "")
    assert hash_ in whole
    assert address in whole, "nothing is cut off at the edge of a column"
