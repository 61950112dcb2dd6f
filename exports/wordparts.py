"""Parts of a report as Word's own elements, in the place of the paragraph that named them.

That paragraph is the model: a text is its copy with other words, so a template's font, indent and spacing hold.
"""

import copy
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Length, Mm

from exports import text
from exports.paper import Annex, Bars, Part, Table, Text

Element = Any  # lxml's elements have no types
TABLE_SIZE = 12  # points
_FIGURES = re.compile(r"[0-9.,/%–+() ]*")
_BARS = Path(__file__).parent / "papers" / "bars.typ"
_SHARP = 200.0  # dots an inch
_FLAT = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
_SPACED = '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/><w:ind w:left="0" w:firstLine="0"/>'


class Drawing:
    """Draws parts into one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._annexed = False

    def put(self, model: Element, parts: tuple[Part, ...]) -> None:
        """Put the parts where the paragraph `model` stands, which then is gone."""
        for part in parts:
            for element in self._drawn(model, part):
                model.addprevious(element)
        before, after = model.getprevious(), model.getnext()
        last = after is None or after.tag == qn("w:sectPr")
        if last and (before is None or before.tag != qn("w:p")):
            _clear(model)  # a cell ends with a paragraph, and so does the body
        else:
            model.getparent().remove(model)

    def finish(self) -> None:
        """The pages of the last annex are counted from 1, as those before it."""
        if self._annexed:
            _count_from_one(self._document.element.body.sectPr)

    def _drawn(self, model: Element, part: Part) -> Iterator[Element]:
        match part:
            case Text():
                yield words(model, part.text)
            case Table():
                yield _table(part, self._width())
                yield _space(model)
            case Bars():
                yield self._bars(model, part)
            case Annex():
                yield self._new_section()
                yield _centred(model, part.number, bold=True)
                yield _centred(model, part.name.upper(), bold=True)
                yield _centred(model, part.attached, italic=True)

    def _width(self) -> int:
        """Between the margins, in twentieths of a point."""
        section = self._document.sections[-1]
        sides = (section.page_width, section.left_margin, section.right_margin)
        page, left, right = (side or Length(0) for side in sides)
        return int(Length(page - left - right).twips)

    def _new_section(self) -> Element:
        """An empty paragraph that ends the section before: an annex begins a page, and counts its own pages."""
        ending = copy.deepcopy(self._document.element.body.sectPr)
        if self._annexed:
            _count_from_one(ending)
        self._annexed = True
        paragraph = parse_xml(f"<w:p {nsdecls('w')}><w:pPr>{_FLAT}</w:pPr></w:p>")
        paragraph.pPr.append(ending)
        return paragraph

    def _bars(self, model: Element, part: Bars) -> Element:
        paragraph = _centred(model, f"{part.title}\n", italic=True)
        paragraph.pPr.get_or_add_keepLines()
        paragraph.pPr.remove(paragraph.pPr.find(qn("w:keepNext")))
        width = min(Length(self._width() * 635), Mm(160))
        inline = self._document.part.new_pic_inline(BytesIO(picture(part)), width=width)
        inline.docPr.set(
            "descr", text.clean(f"{part.title}: " + "; ".join(f"{label} {shown}" for label, shown, _share in part.rows))
        )
        run = OxmlElement("w:r")
        run.append(parse_xml(f"<w:drawing {nsdecls('w')}/>"))
        run[0].append(inline)
        paragraph.append(run)
        return paragraph


def picture(bars: Bars) -> bytes:
    """The bars as PNG."""
    import typst  # 15 MB that only the child needs

    inputs = {"bars": json.dumps({"rows": text.cleaned(bars.rows)}, ensure_ascii=False)}
    made = typst.compile(str(_BARS), sys_inputs=inputs, format="png", ppi=_SHARP)
    assert isinstance(made, bytes)  # one page
    return made


def words(model: Element, said: str) -> Element:
    """A copy of the paragraph with these words, in the look of its first run; "\\n" begins a new line."""
    made = copy.deepcopy(model)
    _clear(made)
    made.append(_run(_look(model), said))
    return made


def _look(model: Element) -> Element | None:
    """How the first words of a paragraph look."""
    for run in model.iter(qn("w:r")):
        if run.find(qn("w:t")) is not None:
            return run.find(qn("w:rPr"))
    return None


def _run(look: Element | None, said: str) -> Element:
    run = OxmlElement("w:r")
    if look is not None:
        run.append(copy.deepcopy(look))
    write(run, said)
    return run


def write(run: Element, said: str) -> None:
    """Add text to a run, with its line ends."""
    for place, line in enumerate(text.cell(said).split("\n")):
        if place:
            run.append(OxmlElement("w:br"))
        element = OxmlElement("w:t")
        element.text = line
        element.set(qn("xml:space"), "preserve")
        run.append(element)


def _clear(paragraph: Element) -> None:
    for child in list(paragraph):
        if child.tag != qn("w:pPr"):
            paragraph.remove(child)


def _centred(model: Element, said: str, *, bold: bool = False, italic: bool = False) -> Element:
    made = words(model, said)
    properties = made.get_or_add_pPr()
    properties.get_or_add_keepNext()
    for old in properties.findall(qn("w:ind")):
        properties.remove(old)
    properties.get_or_add_ind().set(qn("w:firstLine"), "0")
    properties.get_or_add_jc().set(qn("w:val"), "center")
    _emphasise(made, bold=bold, italic=italic)
    return made


def _emphasise(paragraph: Element, *, bold: bool = False, italic: bool = False) -> None:
    for run in paragraph.findall(qn("w:r")):
        look = run.get_or_add_rPr()
        if bold:
            look.get_or_add_b()
        if italic:
            look.get_or_add_i()


def _space(model: Element) -> Element:
    """A narrow line after a table, so that what follows does not touch it."""
    made = words(model, "")
    properties = made.get_or_add_pPr()
    spacing = properties.get_or_add_spacing()
    spacing.set(qn("w:line"), "120")
    spacing.set(qn("w:lineRule"), "exact")
    return made


def _count_from_one(section: Element) -> None:
    numbered = section.find(qn("w:pgNumType"))
    if numbered is None:
        numbered = OxmlElement("w:pgNumType")
        margins = section.find(qn("w:pgMar"))
        margins.addnext(numbered) if margins is not None else section.append(numbered)
    numbered.set(qn("w:start"), "1")


def _table(table: Table, width: int) -> Element:
    """Written as text and parsed once: thousands of rows would take minutes cell by cell."""
    total = sum(table.widths)
    widths = [round(width * share / total) for share in table.widths]
    centred = [
        all(_FIGURES.fullmatch(row[place]) for row in table.rows if len(row) > 1) for place in range(len(widths))
    ]
    head = _row(table.head, widths, [True] * len(widths), "<w:b/>", "<w:tblHeader/>")
    rows = (_row(row, widths, centred, "", "") for row in table.rows)
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr><w:tblGrid>"
        + "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
        + f"</w:tblGrid>{head}{''.join(rows)}</w:tbl>"
    )


def _row(cells: tuple[str, ...], widths: list[int], centred: list[bool], look: str, kind: str) -> str:
    if len(cells) < len(widths):
        made = _cell(cells[0], sum(widths), centred=False, look="<w:b/>", across=len(widths))
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{made}</w:tr>"
    made = "".join(_cell(said, wide, middle, look) for said, wide, middle in zip(cells, widths, centred, strict=True))
    return f"<w:tr><w:trPr><w:cantSplit/>{kind}</w:trPr>{made}</w:tr>"


def _cell(said: str, width: int, centred: bool, look: str, across: int = 1) -> str:
    """One cell; a title over several columns stays with the row below it."""
    size = f'<w:sz w:val="{TABLE_SIZE * 2}"/><w:szCs w:val="{TABLE_SIZE * 2}"/>'
    span, keep = (f'<w:gridSpan w:val="{across}"/>', "<w:keepNext/>") if across > 1 else ("", "")
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.cell(said).split("\n"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr>{keep}{_SPACED}<w:jc w:val="{"center" if centred else "left"}"/></w:pPr>'
        f"<w:r><w:rPr>{look}{size}</w:rPr>{'<w:br/>'.join(lines)}</w:r></w:p></w:tc>"
    )
