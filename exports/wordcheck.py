"""Whether an uploaded Word document can serve as a template: bounded in size, without macros or outside parts, and with
placeholders that are known and stand where they can be filled. Runs in a child process."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import docx
from docx.document import Document
from docx.oxml.ns import qn
from lxml import etree

from exports.letterfields import BLOCKS, TEXTS
from exports.wordfill import PLACEHOLDER, paragraphs, said

Element = Any  # lxml's elements have no types
MOST_PARTS = 500
MOST_BYTES = 60 * 1024 * 1024  # of all parts, unpacked
_ACTIVE = re.compile(r"vbaproject|activex|oleobject|/embeddings/|attachedtoolbars", re.IGNORECASE)
_OUTSIDE = ("attachedTemplate", "oleObject", "frame", "subDocument", "image")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why it cannot be used. `code`: not_word, too_big, macros, outside (it loads a part from elsewhere), unknown (a
    placeholder nobody fills, `name`), alone (a block that does not stand alone in its paragraph), place (`phu_luc`
    within a table or header, or any block in a header), twice (`phu_luc`), empty (no placeholder at all)."""

    code: str
    name: str = ""


def check(data: bytes) -> list[Fault]:
    """What is wrong with a document as a template; nothing when it can be used."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
                return [Fault("too_big")]
            if any(_ACTIVE.search(part.filename) for part in parts):
                return [Fault("macros")]
        document = docx.Document(BytesIO(data))
    except (BadZipFile, KeyError, ValueError, etree.XMLSyntaxError, OSError):
        return [Fault("not_word")]
    if any(_loads(document)):
        return [Fault("outside")]
    return list(dict.fromkeys(_placeholders(document)))


def _loads(document: Document) -> Iterator[bool]:
    """For every relation of every part: whether opening the document fetches it from elsewhere."""
    for part in document.part.package.iter_parts():
        for relation in part.rels.values():
            yield relation.is_external and relation.reltype.rsplit("/", 1)[-1] in _OUTSIDE


def _placeholders(document: Document) -> Iterator[Fault]:
    seen: list[str] = []
    for paragraph in paragraphs(document):
        words = said(paragraph)
        for match in PLACEHOLDER.finditer(words):
            name = match[1]
            seen.append(name)
            if name not in TEXTS and name not in BLOCKS:
                yield Fault("unknown", name)
            elif name in BLOCKS and words.strip() != match[0]:
                yield Fault("alone", name)
            elif name in BLOCKS and not _fits(paragraph, name):
                yield Fault("place", name)
    if seen.count("phu_luc") > 1:
        yield Fault("twice", "phu_luc")
    if not seen:
        yield Fault("empty")


def _fits(paragraph: Element, name: str) -> bool:
    """Annexes begin sections, which only the body has; other blocks may stand in a table too, none in a header."""
    above = paragraph.getparent()
    if name == "phu_luc":
        return above is not None and above.tag == qn("w:body")
    return any(one.tag == qn("w:body") for one in paragraph.iterancestors())
