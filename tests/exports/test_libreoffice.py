"""The workbook opens in LibreOffice, which calculates its formulas to the figures it was given."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from exports.document import Cell, Document, Formula
from exports.report import CampaignReport
from exports.workbook import workbook
from exports.xlsx import render

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed"),
]


ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


def convert(document: Document, folder: Path, kind: str) -> Path:
    source, profile = folder / "report.xlsx", folder / "profile"
    source.write_bytes(render(document))
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(ALWAYS_CALCULATE)
    command = [str(OFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(folder / "made"), str(source)], check=True, timeout=120)
    return folder / "made" / f"report.{kind}"


def forgetful(document: Document) -> Document:
    """The same workbook with a wrong value kept for every formula, so that only calculating gives the right one."""

    def wrong(cell: Any) -> Any:
        if isinstance(cell, Cell) and isinstance(cell.value, Formula):
            return replace(cell, value=replace(cell.value, value=-1))
        return cell

    sheets = (replace(s, rows=tuple(tuple(map(wrong, row)) for row in s.rows)) for s in document.sheets)
    return replace(document, sheets=tuple(sheets))


def figures(path: Path) -> dict[tuple[str, str], float]:
    # Read-only leaves drawings out: openpyxl stumbles over the charts that LibreOffice writes.
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    found = {}
    for sheet in (book[name] for name in ("Tổng hợp", "Thống kê", "Biểu đồ", "Theo nhóm")):
        for cell in (cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)):
            found[sheet.title, cell.coordinate] = round(float(cell.value), 2)
    book.close()
    return found


def test_it_prints(summed: CampaignReport, tmp_path: Path) -> None:
    assert convert(workbook(summed), tmp_path, "pdf").read_bytes().startswith(b"%PDF")


def test_another_program_calculates_the_figures_that_were_given(summed: CampaignReport, tmp_path: Path) -> None:
    given = tmp_path / "given.xlsx"
    given.write_bytes(render(workbook(summed)))
    calculated = figures(convert(forgetful(workbook(summed)), tmp_path, "xlsx"))
    assert calculated == figures(given)
    assert 1722.0 in calculated.values()
