"""Forms by API: import a workbook, or hear what is wrong with it, with sheet, row and column."""

import pytest

from service import files
from service.flow import forms
from service.models import FormFile, FormVersion, StoredFile
from tests.service import workbooks
from tests.service.api.conftest import Api, refused

pytestmark = pytest.mark.anyio


async def test_a_workbook_becomes_a_form_version_once(api: Api) -> None:
    data = workbooks.xlsform()
    made = await api.upload("/forms", "mẫu.xlsx", data)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body == {
        "id": body["id"], "form_id": "nho", "version": "1", "title": "Mẫu phiếu nhỏ", "questions": 2, "warnings": []
    }  # fmt: skip
    stored = (await FormVersion.get(id=body["id"]).select_related("file")).file
    assert (stored.name, stored.size) == ("mẫu.xlsx", len(data))
    assert files.path(api.house.settings.files_dir, stored.sha256).read_bytes() == data
    error = refused(await api.upload("/forms", "mẫu.xlsx", data), 422, "invalid")
    assert error["problems"] == [
        {
            "sheet": "settings",
            "row": 2,
            "column": "version",
            "message": "Phiên bản 1 của mẫu phiếu này đã có. Vui lòng tăng số version trong trang settings.",
        }
    ]
    forms._built.clear()
    campaign = await api.post("/campaigns", {"title": "x", "form": body["id"], "due": {"days": 3, "kind": "day"}})
    assert campaign.json()["form"] == body["id"]


async def test_every_problem_has_its_sheet_row_and_column(api: Api) -> None:
    rows = (
        *workbooks.SURVEY,
        {"type": "integer", "name": "wrong", "label": "Sai", "constraint": "bogus-fn(., 1) and ("},
        {"type": "hologram", "name": "odd", "label": "Lạ"},
    )
    error = refused(await api.upload("/forms", "sai.xlsx", workbooks.xlsform(rows)), 422, "invalid")
    found = error["problems"]
    assert isinstance(found, list)
    assert {(one["sheet"], one["row"], one["column"]) for one in found} == {
        ("survey", 4, "constraint"),
        ("survey", 5, "type"),
    }
    assert all(one["message"].endswith(".") for one in found)
    error = refused(await api.upload("/forms", "dài.xlsx", workbooks.xlsform(version="9" * 101)), 422, "invalid")
    assert [(one["sheet"], one["row"], one["column"]) for one in error["problems"]] == [("settings", 2, "version")]  # type: ignore[attr-defined]
    assert await FormVersion.all().count() == 0


async def test_what_is_no_workbook_is_refused_by_its_content(api: Api) -> None:
    good = workbooks.xlsform()
    for name, data in (("a.xlsx", b"MZ\x90\x00 a program"), ("c.xlsx", b"%PDF-1.7 ")):
        error = refused(await api.upload("/forms", name, data), 422, "bad_file")
        assert f"“{name}” không dùng được" in str(error["message"])
    for data, code in ((good[: len(good) // 2], "damaged"), (b"type,name\n", "text_file")):
        error = refused(await api.upload("/forms", "b.xlsx", data), 422, "invalid")
        assert [one["code"] for one in error["problems"]] == [code]  # type: ignore[attr-defined]
    refused(await api.upload("/forms", "d.xlsx", b""), 422, "empty_file")
    refused(await api.post("/forms", {"file": "x"}), 422, "empty_file")
    too_large = b"PK\x03\x04" + bytes(files.LIMIT)
    error = refused(await api.upload("/forms", "e.xlsx", too_large), 413, "too_large")
    assert "tối đa 20 MB" in str(error["message"])
    assert await StoredFile.all().count() == 0


async def test_csv_files_come_beside_the_workbook(api: Api) -> None:
    rows = ({"type": "select_one_from_file xa.csv", "name": "xa", "label": "Xã"},)
    communes = "name,label\n001,Xã An Lão\n".encode()
    error = refused(await api.upload("/forms", "a.xlsx", workbooks.xlsform(rows)), 422, "invalid")
    (missing,) = [one for one in error["problems"] if one["code"] == "missing_file"]  # type: ignore[attr-defined]
    assert (missing["cell"], missing["severity"]) == ("A2", "error")
    given = [("file", ("a.xlsx", workbooks.xlsform(rows))), ("media", ("xa.csv", communes))]
    made = await api.house.client.post("/api/v1/forms", files=given, headers=api.headers)
    assert made.status_code == 201, made.text
    stored = await FormFile.get(form_id=made.json()["id"]).select_related("file")
    assert (stored.name, stored.file.name, stored.file.content_type) == ("xa.csv", "xa.csv", files.CSV)
    assert files.path(api.house.settings.files_dir, stored.file.sha256).read_bytes() == communes
