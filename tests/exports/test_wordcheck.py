"""Word templates that a department edits: what is refused, and that what it changed is kept."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Pt

from exports import word, wordtemplate
from exports.letter import letter
from exports.letterfields import BLOCKS, TEXTS
from exports.report import CampaignReport
from tests.exports.test_word import OFFICE


def edited(change: Callable[[Any], object]) -> bytes:
    """The template that ships, after a change in Word."""
    document = docx.Document(BytesIO(wordtemplate.default()))
    change(document)
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    stream = BytesIO(wordtemplate.default())
    with ZipFile(stream, "a", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _in_table(document: Any) -> None:
    document.tables[0].cell(0, 0).add_paragraph("{phu_luc}")


def test_the_template_that_ships_passes_with_and_without_its_notes() -> None:
    assert word.check(wordtemplate.default()) == []
    noted = word.template()
    assert word.check(noted) == []
    notes = [comment.text for comment in docx.Document(BytesIO(noted)).comments]
    assert BLOCKS["phu_luc"] in notes
    assert TEXTS["ve_viec"] in notes


def test_the_names_told_are_those_that_are_filled(july: CampaignReport) -> None:
    whole = letter(july, OFFICE)
    assert whole.texts.keys() == TEXTS.keys()
    assert whole.blocks.keys() == BLOCKS.keys()


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (b"", [("not_word", "")]),
        (b"PK\x03\x04 and nothing", [("not_word", "")]),
        (edited(lambda d: d.add_paragraph("Có {so_don_vi} đơn vị")), [("unknown", "so_don_vi")]),
        (edited(lambda d: d.add_paragraph("Xem {so_lieu} ở dưới")), [("alone", "so_lieu")]),
        (edited(_in_table), [("place", "phu_luc"), ("twice", "phu_luc")]),
        (edited(lambda d: d.add_paragraph("{phu_luc}")), [("twice", "phu_luc")]),
        (edited(lambda d: setattr(d.sections[0].header.paragraphs[0], "text", "{so_lieu}")), [("place", "so_lieu")]),
        (_with_part("word/vbaProject.bin", b"x"), [("macros", "")]),
        (_with_part("word/embeddings/oleObject1.bin", b"x"), [("macros", "")]),
        (_with_part("word/media/bomb.bin", b"\0" * 70_000_000), [("too_big", "")]),
        (
            edited(lambda d: d.part.relate_to("http://example.com/x.dotm", RELATIONSHIP_TYPE.IMAGE, is_external=True)),
            [("outside", "")],
        ),
    ],
)
def test_what_cannot_be_used_is_told(data: bytes, faults: list[tuple[str, str]]) -> None:
    assert word.check(data) == faults


def test_a_document_without_placeholders_is_no_template() -> None:
    stream = BytesIO()
    docx.Document().save(stream)
    assert word.check(stream.getvalue()) == [("empty", "")]


def test_placeholders_that_word_cut_into_runs_are_filled_in_the_look_of_the_place(july: CampaignReport) -> None:
    def cut(document: Any) -> None:
        paragraph = document.add_paragraph("Đã có ")
        for part in ("{da", "_", "gui}"):
            paragraph.add_run(part).bold = True
        paragraph.add_run(" đơn vị; {{ 7*7 }} {khong_ro} giữ nguyên.").font.size = Pt(9)
        document.sections[0].header.add_paragraph("{khao_sat}")

    whole = edited(cut)
    made = docx.Document(BytesIO(word.fill(whole, letter(july, OFFICE))))
    found = next(p for p in made.paragraphs if p.text.startswith("Đã có"))
    assert found.text == "Đã có 59/114 đơn vị; {{ 7*7 }} {khong_ro} giữ nguyên."
    assert next(run for run in found.runs if "59/114" in run.text).bold
    assert july.title in [p.text for p in made.sections[0].header.paragraphs]


def test_notes_do_not_go_into_the_report(july: CampaignReport) -> None:
    data = word.fill(word.template(), letter(july, OFFICE))
    body = ZipFile(BytesIO(data)).read("word/document.xml").decode()
    assert not re.search("commentR", body)
