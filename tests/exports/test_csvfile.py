"""CSV and JSON: what another program reads out of them."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

from exports import csvfile, jsonfile
from exports.report import CampaignReport


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 only behind a BOM"
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_every_unit_has_a_row_numbers_are_numbers_and_no_text_is_a_formula(july: CampaignReport) -> None:
    long = "x" * 40_000
    answers: dict[str, Any] = {**july.answers, "00001": {"a_name": long, "e_recv": -5, "e_pct": Decimal("1E+2")}}
    answers["00002"] = {"a_name": "\uff1d1+1\x00\ud800"}
    found = rows(csvfile.units(replace(july, answers=answers), str))
    assert len(found) == 114
    first = found[0]
    assert (first["Mã đơn vị"], first["Hạn gửi"]) == ("00000", "2025-07-18T17:00:00+07:00")
    assert first["A4. Họ và tên người lập báo cáo"] == "'=1+1"
    assert first["A3. Từ ngày"] == "2025-07-01"
    assert (first["E2. Tổng số hồ sơ tiếp nhận"], first["Tỷ lệ nộp trực tuyến"]) == ("1142", "91.77")
    assert found[1]["A4. Họ và tên người lập báo cáo"] == long
    assert (found[1]["E2. Tổng số hồ sơ tiếp nhận"], found[1]["Tỷ lệ nộp trực tuyến"]) == ("-5", "100")
    assert found[2]["A4. Họ và tên người lập báo cáo"] == "'\uff1d1+1\ufffd\ufffd"
    assert found[113]["E2. Tổng số hồ sơ tiếp nhận"] == ""
    assert sum(int(row["E2. Tổng số hồ sơ tiếp nhận"] or 0) for row in rows(csvfile.units(july, str))) == 1722


def test_a_repeat_is_a_table_of_its_own(july: CampaignReport) -> None:
    archive = ZipFile(io.BytesIO(csvfile.archive(july, str)))
    assert archive.namelist() == ["don-vi.csv", "h_item.csv"]
    (row,) = rows(archive.read("h_item.csv"))
    assert list(row.values()) == ["00000", "Xã số 0", "'@Thiếu máy quét"]


def test_json_says_the_same(july: CampaignReport) -> None:
    exact = Decimal("0.1234567890123456789012")
    answers: dict[str, Any] = {**july.answers, "00001": {"e_pct": exact, "a_name": "\ud800"}}
    found = json.loads(jsonfile.render(replace(july, answers=answers)))
    assert (found["rate"]["responded"], found["rate"]["expected"]) == (59, 114)
    assert found["as_of"] == "2025-07-20T23:59:00+07:00"
    first, second, *_rest, last = found["units"]
    assert first["answers"]["e_pct"] == 91.77
    assert first["repeats"] == {"h_item": [{"h_desc": "@Thiếu máy quét"}]}
    assert second["answers"] == {"e_pct": str(exact), "a_name": "\ufffd"}, "a number JSON would shorten is a string"
    assert last["answers"] is None
    totals = {question["name"]: question for question in found["questions"]}
    assert totals["e_ontime"]["ratio"]["denominator_sum"] == totals["e_recv"]["total"] == 1722
