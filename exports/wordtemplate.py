"""The template that ships: a report in the layout of Decree 30/2020, annex I, with placeholders.

A4 upright, margins 20-20-30-15 mm, Times New Roman, words of 14 pt justified with the first line 1.27 cm in, the page's
number above it in the middle from the second page on; number, day and signature are left for the clerk's office.
"""

from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from exports.letterfields import BLOCKS, TEXTS

FONT = "Times New Roman"
SIZE = 14
LEFT, RIGHT = 72, 93  # mm: the two columns of the head
COUNTRY, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
BODY = (
    ("", "mo_dau"),
    ("I. TÌNH HÌNH GỬI BÁO CÁO", "ket_qua_gui"),
    ("1. Theo loại đơn vị", "bang_theo_loai"),
    ("2. Theo nhóm đơn vị", "bang_theo_nhom"),
    ("", "bieu_do"),
    ("II. KẾT QUẢ TỔNG HỢP SỐ LIỆU", "ty_le_tong_hop"),
    ("", "so_lieu"),
    ("III. NỘI DUNG CÁC ĐƠN VỊ LIỆT KÊ", "kien_nghi"),
    ("IV. CÔNG VIỆC TIẾP THEO", "viec_tiep_theo"),
    ("", "ket_thuc"),
)


def default(*, notes: bool = False) -> bytes:
    """The template as .docx; with `notes` a comment beside each placeholder says what it stands for."""
    document = docx.Document()
    _look(document)
    _page(document)
    _head(document)
    _title(document)
    for heading, block in BODY:
        if heading:
            made = _words(document.add_paragraph(), heading, bold=True)
            made.paragraph_format.keep_with_next = True
            made.paragraph_format.first_line_indent = Mm(12.7)
        made = document.add_paragraph()
        _words(made, f"{{{block}}}")
        made.alignment = ALIGN.JUSTIFY
        made.paragraph_format.first_line_indent = Mm(12.7)
        made.paragraph_format.keep_with_next = block == "ket_thuc"
    _signature(document)
    _words(document.add_paragraph(), "{phu_luc}")
    if notes:
        _annotate(document)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _annotate(document: Document) -> None:
    told = {**TEXTS, **BLOCKS}
    for cell in [document, *(cell for table in document.tables for row in table.rows for cell in row.cells)]:
        for paragraph in cell.paragraphs:
            name = paragraph.text.strip().strip("{}.")
            if name in told:
                document.add_comment(paragraph.runs, text=told[name], author="Phiếu", initials="P")


def _look(document: Document) -> None:
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    fonts = style.element.rPr.rFonts
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)
    style.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="vi-VN" w:eastAsia="vi-VN"/>'))
    style.paragraph_format.space_before = Pt(0)
    style.paragraph_format.space_after = Pt(6)
    style.paragraph_format.line_spacing = 1.15
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = section.footer_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    number._p.append(
        parse_xml(
            f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:rPr><w:sz w:val="{13 * 2}"/></w:rPr>'
            "<w:t>2</w:t></w:r></w:fldSimple>"
        )
    )
    _ = section.first_page_header.paragraphs  # the first page has a head of its own, which is empty


def _head(document: Document) -> None:
    """Issuing body and number on the left, motto with place and date on the right."""
    left, right = _two(document, 2)
    _line(left[0], "{CO_QUAN_CAP_TREN}", size=12)
    _line(left[0], "{CO_QUAN}", size=12, bold=True)
    _rule(left[0], LEFT, 0.36)
    _line(left[1], "{so}", size=13)
    _line(right[0], COUNTRY, size=12, bold=True)
    _line(right[0], MOTTO, size=13, bold=True)
    _rule(right[0], RIGHT, 0.60)
    _line(right[1], "{noi_va_ngay}", size=13, italic=True)


def _title(document: Document) -> None:
    for words, gap in (("{canh_bao}", 6), ("BÁO CÁO", 0), ("{ve_viec}", 0)):
        made = _words(document.add_paragraph(), words, bold=True)
        made.alignment = ALIGN.CENTER
        made.paragraph_format.space_before = Pt(0 if words == "{ve_viec}" else 12)
        made.paragraph_format.space_after = Pt(gap)
    _bordered(document.add_paragraph(), 165, 0.24)
    made = _words(document.add_paragraph(), "Kính gửi: {co_quan_cap_tren}.")
    made.alignment = ALIGN.CENTER
    made.paragraph_format.space_before = Pt(6)


def _signature(document: Document) -> None:
    """Places of receipt on the left, who signs on the right, with room for signature and seal; never parted."""
    left, right = _two(document, 1)
    first = _line(left[0], "Nơi nhận:", size=12, bold=True, italic=True)
    places = _line(left[0], "{noi_nhan}", size=11)
    first.alignment = places.alignment = ALIGN.LEFT
    for words in ("{CHUC_DANH_KY}", "", "", "", "", ""):
        _line(right[0], words, size=14, bold=True)


def _two(document: Document, rows: int) -> tuple[list[_Cell], list[_Cell]]:
    """A table without lines over the whole width, its left and its right cells."""
    table = document.add_table(rows, 2)
    table.autofit = False
    for row in table.rows:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        for cell, width in zip(row.cells, (LEFT, RIGHT), strict=True):
            cell.width = Mm(width)
    for column, width in zip(table.columns, (LEFT, RIGHT), strict=True):
        column.width = Mm(width)
    return list(table.columns[0].cells), list(table.columns[1].cells)


def _line(cell: _Cell, words: str, *, size: float, bold: bool = False, italic: bool = False) -> Paragraph:
    """One centred line of a cell, the first in the paragraph that every cell has."""
    empty = cell.paragraphs[-1]
    fresh = empty if len(cell.paragraphs) == 1 and not empty.runs else cell.add_paragraph()
    made = _words(fresh, words, size=size, bold=bold, italic=italic)
    made.alignment = ALIGN.CENTER
    made.paragraph_format.space_after = Pt(0)
    made.paragraph_format.line_spacing = 1.0
    return made


def _rule(cell: _Cell, width: float, share: float) -> None:
    _bordered(cell.add_paragraph(), width - 4, share)


def _bordered(paragraph: Paragraph, width: float, share: float) -> None:
    """A line in the middle, as long as that share of the width in mm: the lower border of an empty paragraph."""
    inside = Mm(width * (1 - share) / 2)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = inside
    form.space_after, form.line_spacing = Pt(6), Pt(3)
    borders = f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="0" w:color="auto"/></w:pBdr>'
    paragraph._p.get_or_add_pPr().insert_element_before(parse_xml(borders), "w:spacing", "w:ind", "w:jc")


def _words(
    paragraph: Paragraph, words: str, *, size: float = SIZE, bold: bool = False, italic: bool = False
) -> Paragraph:
    run = paragraph.add_run(words)
    run.font.size, run.bold, run.italic = Pt(size), bold or None, italic or None
    return paragraph
