"""The screens of forms: the list, an import with its problems, a version to read, the workbook back."""

import io
import re
import zipfile
from collections import OrderedDict

import httpx
import openpyxl
import pytest

from forms import xlsform
from forms.schema import BINDS, CONSOLIDATIONS, Kind
from service import files, sandbox
from service.flow import forms
from service.models import FormVersion
from service.pages import formview, inwords
from tests.conftest import House
from tests.forms.strategies import meaning
from tests.service import scenes, workbooks
from tests.service.build import ND132
from tests.service.scenes import Office, csrf

pytestmark = pytest.mark.anyio


@pytest.fixture
async def office(house: House, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The department, with a specialist logged in. Forms of other tests' databases are forgotten."""
    monkeypatch.setattr(forms, "_built", OrderedDict())
    made = await scenes.office(house.settings, house.clock())
    await scenes.log_in(house.client, made.staff, house.clock())
    return made


async def bring_in(house: House, name: str, data: bytes) -> tuple[int, str]:
    page = csrf((await house.client.get("/forms")).text)
    given = {"file": (name, data)} if name else {}
    answer = await house.client.post("/forms", data={"csrf": page}, files=given, follow_redirects=True)
    return answer.status_code, answer.text


def workbook(version: str, note: bool = False, **cells: str) -> bytes:
    """nd132 as another version; `relevant_12` replaces the column relevant of row 12."""
    book = openpyxl.load_workbook(ND132)
    survey, settings = book["survey"], book["settings"]
    header = [cell.value for cell in survey[1]]
    for place, value in cells.items():
        column, _, row = place.rpartition("_")
        survey.cell(int(row), header.index(column) + 1).value = value
    settings.cell(2, [cell.value for cell in settings[1]].index("version") + 1).value = version
    if note:
        book.create_sheet("ghi chú").append(["riêng"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def nested(levels: int) -> bytes:
    """A workbook of groups within groups."""
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    survey.append(["type", "name", "label"])
    for level in range(levels):
        survey.append(["begin group", f"g{level}", f"Nhóm {level}"])
    survey.append(["text", "t", "Câu hỏi"])
    for _level in range(levels):
        survey.append(["end group"])
    settings = book.create_sheet("settings")
    for row in (["form_title", "form_id", "version"], ["Sâu", "sau", "1"]):
        settings.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def test_groups_within_groups_without_end_are_refused_in_words(house: House, office: Office) -> None:
    status, page = await bring_in(house, "sau.xlsx", nested(990))
    assert status == 422
    assert page.count("Nhóm lồng nhau quá 16 tầng. Vui lòng bớt tầng.") == 1
    status, _page = await bring_in(house, "vua.xlsx", nested(8))
    assert status == 200


async def test_a_workbook_that_overruns_its_child_is_refused_in_words(
    house: House, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)
    status, page = await bring_in(house, "nang.xlsx", workbook("80"))
    assert status == 422
    assert "quá nặng hoặc được tạo để gây quá tải" in page


async def test_the_list_shows_what_was_imported(house: House, office: Office) -> None:
    page = (await house.client.get("/forms")).text
    assert "Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP ở cấp xã" in page
    assert "08:30 ngày 8/6/2026" in page
    await scenes.log_in(house.client, office.viewer, house.clock())
    assert 'type="file"' not in (await house.client.get("/forms")).text


async def test_a_new_version_is_imported_and_shown(house: House, office: Office) -> None:
    status, page = await bring_in(house, "moi.xlsx", workbook("77"))
    assert status == 200
    assert "Đã nhập mẫu phiếu" in page
    assert await FormVersion.all().count() == 2
    status, page = await bring_in(house, "moi.xlsx", workbook("77"))
    assert status == 422
    assert "Phiên bản 77 của mẫu phiếu này đã có" in page
    assert await FormVersion.all().count() == 2


async def test_warnings_are_shown_after_the_import_and_later(house: House, office: Office) -> None:
    _status, page = await bring_in(house, "moi.xlsx", workbook("78", note=True))
    assert "Đã nhập mẫu phiếu" in page
    assert "Trang tính này không thuộc mẫu phiếu" in page
    version = await FormVersion.get(version="78")
    assert "Lưu ý khi nhập (1 lưu ý)" in (await house.client.get(f"/forms/{version.id}")).text


async def test_a_broken_workbook_is_refused_with_every_place(house: House, office: Office) -> None:
    data = workbook("79", relevant_12="${khong_co} = '<b>'", constraint_20="bogus-fn(., 1)")
    status, page = await bring_in(house, "hỏng.xlsx", data)
    assert status == 422
    assert "Tệp “hỏng.xlsx” có 2 lỗi nên chưa nhập được" in page
    assert "Không có câu hỏi nào tên “khong_co”" in page
    assert "Không có hàm “bogus-fn()”" in page
    assert "survey!G12" in page
    assert "<b>" not in page
    assert await FormVersion.all().count() == 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("", b"", "Vui lòng chọn tệp Excel (.xlsx) của mẫu phiếu."),
        ("a.xlsx", b"", "Tệp rỗng hoặc chưa chọn tệp."),
        ("a.xlsx", b"%PDF-1.7", "không dùng được: nội dung không phải là Excel (.xlsx)"),
        ("a.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF", "không dùng được"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * (21 * 1024 * 1024), "quá lớn (tối đa 20 MB)"),
    ],
)
async def test_a_file_that_is_no_workbook_is_told_in_words(
    house: House, office: Office, name: str, data: bytes, words: str
) -> None:
    status, page = await bring_in(house, name, data)
    assert status == 422
    assert words in page
    assert 'id="file-problem"' in page


async def test_a_version_is_laid_out_with_its_rules_in_words(house: House, office: Office) -> None:
    page = (await house.client.get(f"/forms/{office.form.id}")).text
    form = xlsform.build(xlsform.read(ND132.read_bytes()))
    assert page.count('<details class="part"') == len(form.pages) + 1
    assert "Chỉ hỏi khi" in page
    assert "Tổng số hồ sơ tiếp nhận" in page
    assert "hỏi lý do khi thay đổi quá 30%" in page
    assert (await house.client.get("/forms/999")).status_code == 404


async def test_the_workbook_comes_back_as_it_was(house: House, office: Office) -> None:
    answer = await house.client.get(f"/forms/{office.form.id}/file")
    assert answer.content == ND132.read_bytes()
    assert answer.headers["content-disposition"] == 'attachment; filename="nd132.xlsx"'


def test_rules_are_read_out_with_labels_and_choices() -> None:
    form = xlsform.build(xlsform.read(ND132.read_bytes()))
    decision = form.question("b_decision")
    assert decision is not None
    words = inwords.in_words(form, "${b_decision} = 'co' and not(. >= 0 or selected(${d_tasks}, 'chat_luong'))")
    label = " ".join(decision.label.plain.split())
    assert words.startswith(f"“{label[:40]}")
    assert "là “" in words
    assert "và không phải (câu này ≥ 0 hoặc “" in words
    assert "có chọn “" in words
    assert "chat_luong" not in words
    assert inwords.in_words(form, "'a and b' = 1.5") == "“a and b” = 1.5"


def test_every_kind_and_rule_has_words() -> None:
    assert set(formview.KINDS) == set(Kind)
    assert set(formview.BINDS) == set(BINDS)
    assert set(formview.CONSOLIDATIONS) == set(CONSOLIDATIONS)


COMMUNES = "ma,ten,huyen\n001,Xã An Lão,al\n002,Xã Yên Hòa,yh\n".encode()
FROM_FILE = (
    {
        "type": "select_one_from_file xa.csv",
        "name": "xa",
        "label": "Xã",
        "parameters": "value=ma label=ten",
        "choice_filter": "huyen = 'al'",
    },
)


async def bring_in_with(house: House, data: bytes, *beside: tuple[str, bytes]) -> httpx.Response:
    page = csrf((await house.client.get("/forms")).text)
    given = [("file", ("từ tệp.xlsx", data)), *(("media", one) for one in beside)]
    return await house.client.post("/forms", data={"csrf": page}, files=given, follow_redirects=True)


async def test_a_form_comes_with_its_csv_file_and_goes_with_it(house: House, office: Office) -> None:
    missing = await bring_in_with(house, workbooks.xlsform(FROM_FILE))
    assert missing.status_code == 422
    assert "xa.csv" in missing.text
    made = await bring_in_with(house, workbooks.xlsform(FROM_FILE), ("C:\\x\\xa.csv", COMMUNES))
    assert made.status_code == 200, made.text
    version = await FormVersion.get(form_id="nho")
    forms.forget()
    assert [choice.label for choice in (await forms.built(version.id)).lists["xa.csv"]] == ["Xã An Lão", "Xã Yên Hòa"]
    page = (await house.client.get(f"/forms/{version.id}")).text
    (address,) = re.findall(rf'href="(/forms/{version.id}/files/\d+)"', page)
    assert (await house.client.get(address)).content == COMMUNES
    assert (await house.client.get(f"/forms/{office.form.id}/files/{address.rsplit('/', 1)[1]}")).status_code == 404
    assert f'href="/forms/{version.id}/xlsform.zip"' in page
    archive = zipfile.ZipFile(io.BytesIO((await house.client.get(f"/forms/{version.id}/xlsform.zip")).content))
    names = archive.namelist()
    assert names == ["nho-1.xlsx", "xa.csv"]
    cells = xlsform.read(archive.read(names[0]), {"xa.csv": archive.read("xa.csv")})
    assert meaning(xlsform.build(cells)) == meaning(await forms.built(version.id))


async def test_files_of_one_name_or_too_much_in_all_are_refused(
    house: House, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = await bring_in_with(house, workbooks.xlsform(FROM_FILE), ("xa.csv", COMMUNES), ("XA.csv", COMMUNES))
    assert twice.status_code == 422
    assert "Có hai tệp cùng tên." in twice.text
    monkeypatch.setattr(files, "LIMIT", len(workbooks.xlsform(FROM_FILE)) + 10)
    much = await bring_in_with(house, workbooks.xlsform(FROM_FILE), ("xa.csv", COMMUNES))
    assert much.status_code == 422
    assert "quá lớn" in much.text
    assert await FormVersion.all().count() == 1


async def test_a_version_is_written_as_xlsform_again(house: House, office: Office) -> None:
    answer = await house.client.get(f"/forms/{office.form.id}/xlsform.xlsx")
    assert "nd132_2025_capxa-" in answer.headers["content-disposition"]
    again = xlsform.build(xlsform.read(answer.content))
    assert meaning(again) == meaning(await forms.built(office.form.id))
    assert (await house.client.get(f"/forms/{office.form.id}/xlsform.zip")).status_code == 404
    assert (await house.client.get("/forms/999/xlsform.xlsx")).status_code == 404


@pytest.mark.parametrize("name", ["template", "example"])
async def test_the_starters_are_there_to_download_and_import(house: House, office: Office, name: str) -> None:
    assert f'href="/forms/{name}.xlsx"' in (await house.client.get("/forms")).text
    data = (await house.client.get(f"/forms/{name}.xlsx")).content
    status, page = await bring_in(house, "mẫu.xlsx", data)
    assert status == 200
    assert "Đã nhập mẫu phiếu" in page
    assert "Lưu ý khi nhập" not in page


async def test_one_mistake_on_many_rows_is_one_line(house: House, office: Office) -> None:
    rows = [{"type": "hologram", "name": f"q{n}", "label": "Câu"} for n in range(50)]
    status, page = await bring_in(house, "sai.xlsx", workbooks.xlsform(rows))
    assert status == 422
    assert "Tệp “sai.xlsx” có 50 lỗi nên chưa nhập được" in page
    assert page.count('<span class="tag bad-tag">') == 1
    assert "survey!A2:A51" in page
