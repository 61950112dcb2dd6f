"""A Word template and a letter -> the report.

A template is a Word document with placeholders such as `{da_gui}`. One that names a block stands alone in its
paragraph. Nothing in a template is ever run: what is no known placeholder stays as it stands.
"""

import re
from collections.abc import Iterator
from datetime import UTC
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
from docx.document import Document
from docx.oxml.ns import qn

from exports import text
from exports.letter import Letter
from exports.wordparts import Drawing
from exports.xlsform import bundle

Element = Any
PLACEHOLDER = re.compile(r"\{([A-Za-z_]{2,40})\}")
_COMMENTS = ("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference")


def fill(template: bytes, letter: Letter) -> bytes:
    """The report as .docx, the same bytes for the same letter and template."""
    document = docx.Document(BytesIO(template))
    _without_comments(document.element)
    drawing = Drawing(document)
    for paragraph in list(paragraphs(document)):
        alone = PLACEHOLDER.fullmatch(said(paragraph).strip())
        if alone and alone[1] in letter.blocks:
            drawing.put(paragraph, letter.blocks[alone[1]])
        else:
            _replace(paragraph, letter)
    drawing.finish()
    _name(document, letter)
    return _saved(document)


def paragraphs(document: Document) -> Iterator[Element]:
    """Every paragraph of the body (in tables and boxes too), then of the headers and footers."""
    yield from document.element.iter(qn("w:p"))
    for relation in document.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in ("header", "footer"):
            yield from relation.target_part.element.iter(qn("w:p"))


def said(paragraph: Element) -> str:
    """The words of a paragraph, however Word has cut them into runs."""
    return "".join(part.text or "" for part in _texts(paragraph))


def _texts(paragraph: Element) -> list[Element]:
    """The text elements of a paragraph itself, not those of a box that hangs on it."""
    return [t for t in paragraph.iter(qn("w:t")) if next(t.iterancestors(qn("w:p"))) is paragraph]


def _replace(paragraph: Element, letter: Letter) -> None:
    """Put values in the place of placeholders, each in the look of its first letter."""
    whole = said(paragraph)
    found = [match for match in PLACEHOLDER.finditer(whole) if match[1] in letter.texts]
    if not found:
        return
    parts = _texts(paragraph)
    for match in reversed(found):
        _exchange(parts, match.start(), match.end(), letter.texts[match[1]])
    for part in parts:
        part.set(qn("xml:space"), "preserve")


def _exchange(parts: list[Element], start: int, end: int, value: str) -> None:
    """In the text elements one after the other, replace the letters from `start` to `end`."""
    place = 0
    for part in parts:
        own = part.text or ""
        first, last = max(start - place, 0), min(end - place, len(own))
        if first < last:
            begins = start >= place
            part.text = own[:first] + (text.cell(value).replace("\n", " ") if begins else "") + own[last:]
        place += len(own)


def _without_comments(root: Element) -> None:
    """Notes of a template are for who edits it."""
    for name in _COMMENTS:
        for element in list(root.iter(qn(name))):
            element.getparent().remove(element)


def _name(document: Document, letter: Letter) -> None:
    made = letter.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = document.core_properties
    properties.title, properties.author = text.cell(letter.title)[:255], text.cell(letter.office)[:255]
    properties.last_modified_by, properties.comments = "", ""
    properties.created = properties.modified = made
    properties.revision = 1


def _saved(document: Document) -> bytes:
    """As bytes that do not tell when they were written."""
    stream = BytesIO()
    document.save(stream)
    with ZipFile(stream) as archive:
        return bundle({name: archive.read(name) for name in archive.namelist()})
