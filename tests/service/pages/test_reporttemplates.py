"""The page of the report's Word template: upload, faults in words, preview, in force, and back."""

import io

import docx
import pytest

from exports import wordtemplate
from service.flow import reporttemplates
from service.models import AuditRecord, Campaign, ReportTemplate
from tests.conftest import House
from tests.service import scenes
from tests.service.pages.test_monitor import july as july
from tests.service.pages.test_monitor import made as made
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio
PAGE = "/report-template"


def template(words: str) -> bytes:
    document = docx.Document(io.BytesIO(wordtemplate.default()))
    document.add_paragraph(words)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


async def test_a_template_is_checked_looked_at_used_and_taken_back(house: House, july: Campaign) -> None:
    page = (await house.client.get(PAGE)).text
    assert "Đang dùng: mẫu mặc định." in page
    assert "Chưa có mẫu nào được tải lên." in page
    token = scenes.csrf(page)

    async def send(path: str, name: str = "", data: bytes = b"") -> tuple[int, str]:
        files = {"file": (name, data)} if name else None
        answer = await house.client.post(f"{PAGE}{path}", data={"csrf": token}, files=files, follow_redirects=True)
        return answer.status_code, answer.text

    status, page = await send("", "mau.docx", template("Tổng {so_lung_tung}"))
    assert status == 422
    assert "Không có nội dung nào tên {so_lung_tung}." in page
    for name, data in (("mau.docm", b"PK\x03\x04x"), ("mau.pdf", b"%PDF-1.4")):
        status, page = await send("", name, data)
        assert (status, "cần tệp Word (.docx), không có macro" in page) == (422, True)
    status, page = await send("")
    assert (status, "Vui lòng chọn tệp Word (.docx)." in page) == (422, True)
    assert await ReportTemplate.all().count() == 0
    status, page = await send("", "mẫu của Sở.docx", template("Mẫu riêng: {da_gui}"))
    assert (status, "mẫu của Sở.docx" in page, "Đang dùng: mẫu mặc định." in page) == (200, True, True)

    async def last_line(path: str) -> str:
        return docx.Document(io.BytesIO((await house.client.get(path)).content)).paragraphs[-1].text

    report = f"/campaigns/{july.id}/export.docx?as_of=2025-07-20"
    assert await last_line(f"{PAGE}/1/preview.docx") == "Mẫu riêng: 60/114"
    assert await last_line(f"{PAGE}/1.docx") == "Mẫu riêng: {da_gui}"
    assert await last_line(report) != "Mẫu riêng: 59/114", "an upload alone changes no report"
    _status, page = await send("/1/use")
    assert "Đang dùng: mẫu số 1" in page
    assert await last_line(report) == "Mẫu riêng: 59/114"
    assert (await send("/7/use"))[0] == 404
    _status, page = await send("/0/use")
    assert "Đang dùng: mẫu mặc định." in page
    assert await reporttemplates.in_force(house.settings) is None
    actions = (
        await AuditRecord.filter(action__startswith="report_template").order_by("seq").values_list("action", "subject")
    )
    assert list(actions) == [
        ("report_template.add", "report_template:1"),
        ("report_template.use", "report_template:1"),
        ("report_template.use", "report_template:0"),
    ]


async def test_a_viewer_looks_and_changes_nothing(house: House, made: Office) -> None:
    await scenes.log_in(house.client, made.viewer, house.clock())
    page = (await house.client.get(PAGE)).text
    assert "Tải mẫu lên" not in page
    assert (await house.client.get(f"{PAGE}/default.docx")).content.startswith(b"PK")
    assert (await house.client.get(f"{PAGE}/1/preview.docx")).status_code == 404
    assert (await house.client.post(PAGE, data={"csrf": scenes.csrf(page)})).status_code == 403
