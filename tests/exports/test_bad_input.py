"""What people can type harms no kind of file: over-long text, halves of letters, formulas, in every place of text."""

import csv
import dataclasses
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from exports import archive, csvfile, jsonfile, letter, paper, pdf, text, word, workbook, xlsx
from exports.report import AnswerColumn, CampaignReport, QuestionTotals, RepeatSheet
from tests.exports.test_pdf import of as paper_of
from tests.exports.test_pdf import read as pdf_texts

BAD = {"long": "dài lắm " * 5_000 + "hết", "no text": "NUL\x00 nửa\ud800 chữ", "formula": "=cmd|' /C calc'!A0"}
OFFICE = letter.Office("Sở Khoa học và Công nghệ", "Ủy ban nhân dân thành phố Hải Phòng", "Hải Phòng")
# What is no person's text: keys, and words of our own that only choose how something looks.
KEYS: Mapping[type, tuple[str, ...]] = {
    AnswerColumn: ("name", "kind"),
    QuestionTotals: ("name",),
    RepeatSheet: ("name",),
}
EVERYWHERE = ("code", "timing", "numerator_name", "denominator_name")


def spoilt(value: Any, bad: str) -> Any:
    """The value with `bad` in the place of every text that a person may have typed."""
    if isinstance(value, str):
        return bad
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = (*EVERYWHERE, *KEYS.get(type(value), ()))
        names = [field.name for field in dataclasses.fields(value) if field.name not in kept]
        return dataclasses.replace(value, **{name: spoilt(getattr(value, name), bad) for name in names})
    if isinstance(value, Mapping):
        return {key: spoilt(inner, bad) for key, inner in value.items()}
    return tuple(spoilt(inner, bad) for inner in value) if isinstance(value, tuple) else value


def _rows(data: bytes) -> Iterator[str]:
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@")), cell[:50]
            yield cell


def of_xlsx(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(workbook.workbook(report))))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or "cmd" not in str(cell.value)
                yield str(cell.value)


def of_docx(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    found = docx.Document(io.BytesIO(word.fill(None, letter.letter(report, OFFICE))))
    yield from ("".join(node.text or "" for node in p.iter() if node.tag.endswith("}t")) for p in found.element.body)


def of_csv(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    return _rows(csvfile.units(report, lambda words: words))


def of_csv_zip(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(csvfile.archive(report, lambda words: words))) as found:
        for name in found.namelist():
            yield from _rows(found.read(name))


def of_json(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    found = json.loads(jsonfile.render(report).decode())
    yield from (unit["name"] for unit in found["units"])


def of_zip(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    place = tmp_path / "out.zip"
    with archive.Archive(place, datetime(2025, 7, 20, tzinfo=UTC), ("Đơn vị",), lambda words: words) as made:
        for unit in report.units[:3]:
            made.add((unit.name, unit.name), f"{unit.name}.pdf", (unit.name,), b"%PDF-1.4")
    with zipfile.ZipFile(place) as found:
        assert found.testzip() is None
        assert all(len(part) <= 81 for name in found.namelist() for part in name.split("/"))
        yield from _rows(found.read(archive.LIST))


def of_pdf(report: CampaignReport, tmp_path: Path) -> Iterator[str]:
    bad = report.units[0].name
    table = paper.Table(("Ý kiến",), ((bad,),), (100,))
    blocks = (paper.Facts((("Đơn vị", bad),)), paper.Heading(bad), paper.Question("Câu hỏi", "", bad), table)
    if len(bad) > 100:  # reading it back takes long
        yield _squeezed(pdf.render(paper_of(paper.Text(bad))))
        return
    data = pdf.render(dataclasses.replace(paper_of(*blocks), foot=bad[:50]))
    yield _squeezed(data)


def _squeezed(data: bytes) -> str:
    """The end of a paper without blanks; pages have heads and feet between their texts."""
    return "".join(pdf_texts(data)[-2:]).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("kind", [of_xlsx, of_docx, of_csv, of_csv_zip, of_json, of_zip, of_pdf])
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_text_reaches_a_file_as_text_and_nothing_else(
    july: CampaignReport,
    tmp_path: Path,
    kind: Callable[[CampaignReport, Path], Iterator[str]],
    bad: str,
) -> None:
    small = dataclasses.replace(july, units=july.units[:3], answers={"00000": july.answers["00000"]}, repeats=())
    if len(bad) < 100:
        report = spoilt(small, bad)
    else:  # in a name, a subject and an answer: everywhere it would be a book
        first = dataclasses.replace(small.units[0], name=bad)
        given = {"00000": {**small.answers["00000"], "a_name": bad}}
        report = dataclasses.replace(small, units=(first, *small.units[1:]), subject=bad, answers=given)
    found = list(kind(report, tmp_path))
    words = text.clean(bad)
    wanted = words.replace(" ", "")[-20:] if kind is of_pdf else words
    if kind is of_docx:
        wanted = " ".join(words.split())
    # A cell of a workbook holds 32.767 characters, and so a document; each says how many are left out.
    cut = kind in (of_xlsx, of_docx) and any("ký tự)" in one for one in found)
    told = cut or any(wanted in one for one in found)
    assert told, [one[:60] for one in found][:20]
