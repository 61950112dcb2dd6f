"""Exports in the background: asked for on the page, how far they are, called off, kept for a time; and the archives."""

import asyncio
import copy
import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable
from datetime import timedelta

import anyio
import pytest

from service import exportchild, files
from service.errors import NotFound
from service.flow import attachments, exporting, exportjobs, exportprocess, exportwork, principal, submissions
from service.models import AuditRecord, ExportJob, ExportRecord, Submission
from tests.conftest import BOTH, House
from tests.service import build, scenes
from tests.service.api.conftest import Api, client, refused
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey
from tests.service.pages.test_monitor import plain

pytestmark = pytest.mark.anyio

PDF = b"%PDF-1.4 an lao"


@pytest.fixture
async def survey(house: House) -> Survey:
    """An Lão has sent with a file, Phù Liễn has a file in its draft."""
    survey = await build.survey(house.settings, house.clock())
    await scenes.log_in(house.client, survey.staff, house.clock())
    who, now = principal.token(1), house.clock()
    where = (house.settings, survey.id)
    await attachments.add(*where, PHU_LIEN, "c/c_attach", ("nháp.pdf", b"%PDF-1.4 draft"), who, now)
    number = await attachments.add(*where, AN_LAO, "c/c_attach", ("Kế hoạch/../số 1.exe", PDF), who, now)
    given = copy.deepcopy(AN_LAO_ANSWERS)
    given["c"]["c_attach"] = number  # type: ignore[index]
    sent = await submissions.submit(*where, AN_LAO, submissions.Given(given), who, "k", now)
    assert isinstance(sent, Submission)
    house.clock.set(now + timedelta(hours=1))
    return survey


async def ask(house: House, survey: Survey, kind: str, as_of: str = "") -> str:
    """The page of an export that was asked for."""
    page = (await house.client.get(f"/campaigns/{survey.id}/exports")).text
    data = {"csrf": scenes.csrf(page), "kind": kind, "values": "", "as_of": as_of}
    answer = await house.client.post(f"/campaigns/{survey.id}/exports/jobs", data=data)
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def drain(house: House) -> int:
    return await exportwork.ExportWork(house.settings, house.clock).drain()


async def until(**marks: str) -> None:
    """Wait for an export that has come so far."""
    for _look in range(6000):
        if await ExportJob.exists(**marks):
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"no export is {marks}")


async def left(house: House) -> Iterable[str]:
    return sorted([path.name async for path in anyio.Path(house.settings.exports_dir).glob("*")])


def rows_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("danh-sach.csv").decode("utf-8-sig"))))


async def test_a_zip_of_files_is_made_beside_the_requests_and_kept_for_a_time(house: House, survey: Survey) -> None:
    where = await ask(house, survey, "zip")
    assert where == await ask(house, survey, "zip"), "pressed twice"
    page = await house.client.get(where)
    assert "Đang chờ đến lượt" in page.text
    assert "<noscript><meta http-equiv=" in page.text
    assert (await house.client.get(f"{where}/file")).status_code == 404
    assert await drain(house) == 1
    page = await house.client.get(where)
    assert "Đã lập xong lúc" in plain(page.text)
    answer = await house.client.get(f"{where}/file")
    assert answer.headers["content-type"] == "application/zip"
    record = await ExportRecord.get(campaign_id=survey.id)
    assert (record.format, record.made_by) == ("zip", f"staff:{survey.staff.id}")
    assert record.sha256 == hashlib.sha256(answer.content).hexdigest()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        path, last = found.namelist()
        assert (path.startswith("11629 Xã An Lão/"), last) == (True, "danh-sach.csv")
        assert path.count("/") == 3, "unit, section, question, file"
        assert path.endswith("/số 1.exe.pdf"), "the ending of what it is"
        assert found.read(path) == PDF
        (row,) = rows_of(found)
    assert (row["Tên tệp khi gửi"], row["Số xác nhận"]) == ("số 1.exe", f"PH-{survey.id}-{AN_LAO}-1")
    listed = plain((await house.client.get(f"/campaigns/{survey.id}/exports")).text)
    assert "Đã xong ( tải về" in listed
    house.clock.set(house.clock() + timedelta(hours=house.settings.export_keep_hours, seconds=1))
    await scenes.log_in(house.client, survey.staff, house.clock())
    assert (await house.client.get(f"{where}/file")).status_code == 404
    await drain(house)
    assert "hết thời gian giữ" in (await house.client.get(where)).text
    assert await left(house) == []


async def test_a_file_that_is_gone_is_told_in_the_list(house: House, survey: Survey) -> None:
    await asyncio.to_thread(files.path(house.settings.files_dir, hashlib.sha256(PDF).hexdigest()).write_bytes, b"other")
    answer = await (await client(house)).get(f"/campaigns/{survey.id}/export.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.namelist() == ["danh-sach.csv"]
        assert "không còn trên hệ thống hoặc đã hỏng" in rows_of(found)[0]["Ghi chú"]
    assert await left(house) == [], "whoever waited has it"


async def test_one_pdf_a_report_by_api_in_one_call_or_in_the_background(house: House, survey: Survey) -> None:
    api = await client(house, "viewer")
    answer = await api.get(f"/campaigns/{survey.id}/export.pdf.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.namelist() == [f"11629 Xã An Lão PH-{survey.id}-{AN_LAO}-1.pdf", "danh-sach.csv"]
        assert found.read(found.namelist()[0]).startswith(b"%PDF-")
        sent = await Submission.get(invitation_id=survey.invitation.id)
        assert rows_of(found)[0]["Mã kiểm tra nội dung"] == sent.hash
    asked = await api.post(f"/campaigns/{survey.id}/exports", {"format": "csv", "values": "codes"})
    assert asked.status_code == 202
    address = f"/campaigns/{survey.id}/exports/{asked.json()['id']}"
    refused(await api.get(f"{address}/file"), 404, "not_found")
    await drain(house)
    done = (await api.get(address)).json()
    assert (done["state"], done["stage"], done["values"]) == ("done", "reading", "codes")
    data = (await api.get(f"{address}/file")).content
    assert (len(data), hashlib.sha256(data).hexdigest()) == (done["size"], done["sha256"])
    refused(await api.post(f"{address}/cancel"), 409, "export_ended")
    refused(await api.post(f"/campaigns/{survey.id}/exports", {"format": "odt"}), 422, "invalid")
    early = {"format": "zip", "as_of": "2000-01-01"}
    assert (await api.post(f"/campaigns/{survey.id}/exports", early)).status_code == 422
    assert await ExportJob.all().count() == 1


@BOTH
async def test_an_export_called_off_half_way_leaves_nothing(
    house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exportprocess, "BEAT", 0.05)
    where = await ask(house, survey, "csv")
    page = (await house.client.get(where)).text
    async with asyncio.TaskGroup() as group:
        work = group.create_task(drain(house))
        await until(state="running", stage="reading")
        answer = await house.client.post(f"{where}/cancel", data={"csrf": scenes.csrf(page)}, follow_redirects=True)
        assert "Không có tệp nào được giữ lại" in answer.text
    assert work.result() == 1
    job = await ExportJob.get()
    assert (job.state, job.size, job.name) == ("cancelled", 0, "")
    assert await left(house) == []
    assert not await ExportRecord.exists()
    actions = await AuditRecord.filter(action__startswith="export.").order_by("seq").values_list("action", flat=True)
    assert actions == ["export.ask", "export.cancel"]
    again = await house.client.post(f"{where}/cancel", data={"csrf": scenes.csrf(page)}, follow_redirects=True)
    assert "đã dừng từ trước" in again.text


@BOTH
async def test_what_a_dead_process_left_is_taken_up_by_one_other(house: House, survey: Survey) -> None:
    await ask(house, survey, "csv")
    first = await exportwork.claim(house.settings, house.clock())
    assert first is not None
    assert await exportwork.claim(house.settings, house.clock()) is None, "it is somebody's"
    later = house.clock() + exportwork.LEASE
    taken = await asyncio.gather(exportwork.claim(house.settings, later), exportwork.claim(house.settings, later))
    (second,) = [job for job in taken if job is not None]
    assert (second.id, second.attempt) == (first.id, 2)
    written = exportprocess.Written(exporting.Seen(first.as_of, 1), 5, "0" * 64)
    assert not await exportwork.settle(house.settings, first, written, later), "it was held for dead"
    assert not await ExportRecord.exists()
    assert await exportwork.settle(house.settings, second, written, later)
    assert (await ExportRecord.get()).sha256 == "0" * 64


async def test_a_child_that_dies_each_time_is_told_in_words(
    house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exportprocess, "CHILD", "service.words")  # ends without a word
    where = await ask(house, survey, "csv")
    assert await drain(house) == exportwork.ATTEMPTS
    assert "dừng giữa chừng nhiều lần" in (await house.client.get(where)).text
    assert await left(house) == []
    with pytest.raises(NotFound):
        exportjobs.file_of(house.settings, await ExportJob.get(), house.clock())
    monkeypatch.setattr(exportprocess, "CHILD", "service.exportchild")
    assert exportchild.why(OSError(28, "No space left on device")) == "disk_full"
    assert exportchild.why(ValueError("what nobody thought of")) == "broken"


async def test_a_process_that_stops_gives_its_work_back(house: House, survey: Survey) -> None:
    await ask(house, survey, "csv")
    work = exportwork.ExportWork(house.settings, house.clock)
    work.start()
    await until(state="running")
    await work.stop()
    job = await ExportJob.get()
    assert (job.state, job.attempt) == ("waiting", 0)
    assert await left(house) == []


async def test_a_large_campaign_gives_the_same_file_aside(
    house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = await client(house)
    path = f"/campaigns/{survey.id}/export.csv"
    at_once = await api.get(path)
    monkeypatch.setattr(exporting, "LARGE", 10)
    aside = await api.get(path)
    assert aside.content == at_once.content
    assert aside.headers["content-disposition"] == at_once.headers["content-disposition"]
    page = await house.client.get(path, follow_redirects=True)
    assert "Tệp này lớn nên được lập ở nền" in page.text
    assert page.text.count("Lập tệp<span") == 7
    assert await ExportRecord.all().count() == 2


async def test_who_may_only_look_calls_off_what_is_their_own(house: House, survey: Survey) -> None:
    where = await ask(house, survey, "csv")
    viewer = await scenes.accounts.create("xem", "Phạm Văn Xem", "viewer", house.clock())
    await scenes.log_in(house.client, viewer, house.clock())
    page = (await house.client.get(where)).text
    assert "/cancel" not in page
    data = {"csrf": scenes.csrf(page)}
    assert (await house.client.post(f"{where}/cancel", data=data)).status_code == 403
    own = await ask(house, survey, "csv")
    assert own != where
    assert (await house.client.post(f"{own}/cancel", data=data)).status_code == 303
    reader: Api = await client(house, "viewer")
    number = where.rsplit("/", 1)[1]
    refused(await reader.post(f"/campaigns/{survey.id}/exports/{number}/cancel"), 403, "forbidden")
    early = await house.client.post(
        f"/campaigns/{survey.id}/exports/jobs",
        data={**data, "kind": "csv", "as_of": "1/1/2000"},
        follow_redirects=True,
    )
    assert "trước đó chưa có số liệu" in early.text
    other = where.replace(f"/campaigns/{survey.id}/", "/campaigns/99/")
    assert (await house.client.get(other)).status_code == 404
