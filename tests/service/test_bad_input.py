"""Bad input and bad days: a clear Vietnamese sentence, and nothing lost.

Told elsewhere: broken workbooks and unreadable tables in pages/test_forms.py and pages/test_units.py, contacts with
wrong rows in pages/test_units.py and flow/test_units.py; altered and revoked links, a form sent after closing, a
25 MB file and a program named .pdf in pages/test_fill.py; wrong JSON in api/test_errors.py.
"""

import html
import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from urllib.parse import urlsplit

import anyio
import asyncpg
import httpx
import pytest
from starlette.datastructures import FormData
from tortoise import connections

from service import access, database, web
from service.flow import drafts, entry, principal
from service.models import Contact, Draft, FormVersion, Intake, StoredFile, Submission, UnitSession
from tests.conftest import House
from tests.service import build, scenes, workbooks
from tests.service.api.conftest import client, refused
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio

BUSY = "Hệ thống đang bận hoặc tạm thời không ghi được dữ liệu"
TYPED = 'dòng một "trích"\n<b>dòng hai</b> & hết'


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    return visitor


@asynccontextmanager
async def unavailable(house: House) -> AsyncIterator[None]:
    """The database cannot be written: SQLite is locked by another program, PostgreSQL is away."""
    if database.is_postgres():
        async with _away(house.settings.database_url):
            yield
    else:
        async with _locked(urlsplit(house.settings.database_url).path):
            yield


@asynccontextmanager
async def _locked(path: str) -> AsyncIterator[None]:
    await connections.get("default").execute_query("PRAGMA busy_timeout = 30")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@asynccontextmanager
async def _away(url: str) -> AsyncIterator[None]:
    """Every connection is cut and no new one is let in."""
    name = urlsplit(url).path.strip("/")
    server = await asyncpg.connect(urlsplit(url)._replace(path="/postgres").geturl())
    try:
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await _cut(url)
        yield
    finally:
        await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await server.close()


async def _cut(url: str) -> None:
    """End every connection to the database, as a server does that is restarted."""
    server = await asyncpg.connect(urlsplit(url)._replace(path="/postgres").geturl())
    name = urlsplit(url).path.strip("/")
    await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await server.close()


def resend(page: httpx.Response) -> tuple[str, dict[str, list[str]]]:
    """The form on the page that says 503: where it goes and what it carries."""
    assert page.status_code == 503, page.text
    assert BUSY in page.text
    assert "Gửi lại nội dung vừa nhập" in page.text
    address, form = re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.S)[-1]
    values: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        values.setdefault(html.unescape(name), []).append(html.unescape(value))
    return address, values


async def test_a_save_that_could_not_be_stored_is_given_back_and_sent_again(house: House, visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/h")
    typed: Mapping[str, object] = {**visitor.hidden(), "v:h/h_has": "khong", "v:h/h_other": TYPED, "act": "next"}
    async with unavailable(house):
        page = await house.client.post(f"{visitor.base}/s/h", data={**typed, "csrf": visitor.csrf()})
        where, given = resend(page)
        assert given["v:h/h_other"] == [TYPED]
        where, given = resend(await house.client.post(where, data=given))
        assert given["v:h/h_other"] == [TYPED], "and once more, as often as it takes"
    page = await house.client.post(where, data=given)
    assert page.status_code == 303
    draft = await Draft.get(invitation_id=visitor.survey.invitation.id)
    assert draft.answers["h/h_other"] == TYPED


async def test_boxes_ticked_come_back_all_and_a_file_is_asked_for_again(house: House, visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/f")
    typed = {**visitor.hidden(), "v:f/f_channels": ["truc_tiep", "zalo"], "csrf": visitor.csrf(), "act": "save"}
    file = {"v:c/c_attach": ("kế hoạch.pdf", b"%PDF-1.7 ", "application/pdf")}
    async with unavailable(house):
        page = await house.client.post(f"{visitor.base}/s/f", data=typed, files=file)
        where, given = resend(page)
    assert "chọn lại tệp" in page.text
    assert given["v:f/f_channels"] == ["truc_tiep", "zalo"]
    await house.client.post(where, data=given)
    draft = await Draft.get(invitation_id=visitor.survey.invitation.id)
    assert draft.answers["f/f_channels"] == ["truc_tiep", "zalo"]


async def test_a_sending_that_could_not_be_stored_is_sent_once(house: House, survey: Survey, visitor: Visitor) -> None:
    await _fill(house, survey)
    await visitor.open(f"{visitor.base}/check")
    sending = {**visitor.hidden(), "csrf": visitor.csrf(), "v:confirm": "OK"}
    async with unavailable(house):
        where, given = resend(await house.client.post(f"{visitor.base}/submit", data=sending))
    assert await Submission.all().count() == 0
    for _ in range(2):
        page = await house.client.post(where, data=given)
        assert page.headers["location"] == f"{visitor.base}/receipt/1"
    assert await Submission.all().count() == 1


async def test_programs_are_told_in_json_and_may_try_again(house: House, survey: Survey, visitor: Visitor) -> None:
    api = await client(house)
    path = f"/campaigns/{survey.id}/invitations/{PHU_LIEN}/submissions"
    await visitor.open(f"{visitor.base}/s/h")
    async with unavailable(house):
        answer = await api.post(path, {"answers": AN_LAO_ANSWERS}, idempotency_key="k")
        assert BUSY in str(refused(answer, 503, "unavailable")["message"])
        saved = await visitor.autosave(version=0, tab="t", page="h", changes={"h/h_other": "x"})
        refused(saved, 503, "unavailable")
    assert (await api.post(path, {"answers": AN_LAO_ANSWERS}, idempotency_key="k")).status_code == 201
    saved = await visitor.autosave(version=0, tab="t", page="h", changes={"h/h_other": "x"})
    assert saved.json()["version"] == 1


async def test_staff_lose_nothing_either(house: House, survey: Survey) -> None:
    await scenes.log_in(house.client, survey.staff, house.clock())
    where = f"/campaigns/{survey.id}/units/{PHU_LIEN}"
    page = (await house.client.get(where)).text
    typed = {"csrf": scenes.csrf(page), "channel": "paper", "number": "12/UBND", "received_on": "8/6/2026"}
    async with unavailable(house):
        again, given = resend(await house.client.post(f"{where}/intake", data={**typed, "received_time": "08:30"}))
    page = (await house.client.post(again, data=given)).text
    assert [row.document_number for row in await Intake.all()] == ["12/UBND"], page


async def test_a_password_is_never_written_into_a_page(house: House, survey: Survey) -> None:
    page = (await house.client.get("/login")).text
    typed = {"csrf": scenes.csrf(page), "username": "lan", "password": "mưa phùn ở bến Bính"}
    async with unavailable(house):
        answer = await house.client.post("/login", data=typed)
    assert answer.status_code == 503
    assert BUSY in answer.text
    assert "bến Bính" not in answer.text


async def test_readiness_tells_when_the_database_is_away(house: House, survey: Survey) -> None:
    async with unavailable(house):
        ready = await house.client.get("/ready")
        if database.is_postgres():
            assert (ready.status_code, ready.json()["database"]) == (503, "away")
            page = await house.client.get(survey.address(house.settings))
            assert page.status_code == 503
            assert BUSY in page.text
        else:
            assert ready.status_code == 200, "a lock by another program stops no reading"
        assert (await house.client.get("/health")).status_code == 200
    assert (await house.client.get("/ready")).status_code == 200


async def test_after_a_database_was_away_everything_goes_on(house: House, survey: Survey) -> None:
    """More failures than the pool has connections, and in one task, as a worker has it."""
    who = principal.staff(survey.staff.id)
    async with unavailable(house):
        for _ in range(8):
            with pytest.raises(database.AWAY):
                await entry.fresh_link(survey.id, AN_LAO, who, house.clock())
    for _ in range(8):
        if database.is_postgres():
            await _cut(house.settings.database_url)
            with suppress(*database.AWAY):
                await entry.fresh_link(survey.id, AN_LAO, who, house.clock())
    with anyio.fail_after(10):
        link = await entry.fresh_link(survey.id, AN_LAO, who, house.clock())
    assert link.invitation_id == survey.invitation.id


async def test_a_double_click_on_send_makes_one_submission(house: House, survey: Survey, visitor: Visitor) -> None:
    await _fill(house, survey)
    await visitor.open(f"{visitor.base}/check")
    sending = {**visitor.hidden(), "csrf": visitor.csrf(), "v:confirm": "OK"}
    seen: list[str] = []

    async def click() -> None:
        seen.append((await house.client.post(f"{visitor.base}/submit", data=sending)).headers["location"])

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(click)
    assert seen == [f"{visitor.base}/receipt/1"] * 4
    assert await Submission.all().count() == 1


async def test_sending_from_two_windows_makes_one_submission(house: House, survey: Survey, visitor: Visitor) -> None:
    """Each window has a key of its own, so the second is told that the form was sent."""
    await _fill(house, survey)
    forms = []
    for _ in range(2):
        await visitor.open(f"{visitor.base}/check")
        forms.append({**visitor.hidden(), "csrf": visitor.csrf(), "v:confirm": "OK"})
    answers: list[httpx.Response] = []

    async def send(form: dict[str, str]) -> None:
        answers.append(await house.client.post(f"{visitor.base}/submit", data=form))

    async with anyio.create_task_group() as group:
        for form in forms:
            group.start_soon(send, form)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert "Phiếu đang ở trạng thái “Đã gửi báo cáo”" in late.text
    assert await Submission.all().count() == 1


async def test_an_expired_session_keeps_the_draft_and_the_link_leads_back(
    house: House, survey: Survey, visitor: Visitor
) -> None:
    await visitor.save("h", {"h/h_has": "khong", "h/h_other": "đã lưu"}, "save")
    await visitor.open(f"{visitor.base}/s/h")
    typed = {**visitor.hidden(), "csrf": visitor.csrf(), "v:h/h_has": "khong", "v:h/h_other": "gõ thêm", "act": "save"}
    house.clock.forward(entry.SESSION + timedelta(seconds=1))
    page = await house.client.post(f"{visitor.base}/s/h", data=typed)
    assert page.status_code == 401
    assert "Phiên làm việc đã kết thúc" in page.text
    assert "Những gì đã lưu vẫn còn" in page.text
    assert await UnitSession.all().count() == 1
    await visitor.enter(survey.address(house.settings))
    page = await visitor.open(f"{visitor.base}/s/h")
    assert "đã lưu" in page.text


async def test_a_small_workbook_that_reaches_for_the_last_cell(house: House) -> None:
    made = await scenes.office(house.settings, house.clock())
    await scenes.log_in(house.client, made.administrator, house.clock())
    header = ("Tên đơn vị", "Thư điện tử")
    contacts = workbooks.table(header, ("Xã An Lão", "vanphong@anlao.example"))
    form = workbooks.xlsform()
    for data in (workbooks.claiming(contacts), workbooks.claiming(form)):
        assert len(data) < 6 * 1024
    before = await StoredFile.all().count()

    async def upload(path: str, data: bytes) -> httpx.Response:
        page = (await house.client.get(path)).text
        return await house.client.post(path, data={"csrf": scenes.csrf(page)}, files={"file": ("bảng.xlsx", data)})

    far = await upload("/contacts/import", workbooks.with_far_cell(contacts))
    assert far.status_code == 422
    assert "ô XFD1048576: ngoài phạm vi 100 cột được đọc" in far.text
    far = await upload("/forms", workbooks.with_far_cell(form))
    assert far.status_code == 422
    assert "Trang tính có nội dung quá cột thứ 200" in far.text
    assert await StoredFile.all().count() == before, "what was refused is not kept"
    assert await Contact.all().count() == 0

    # A claim alone does no harm: what is really there is read.
    claimed = await upload("/contacts/import", workbooks.claiming(contacts))
    assert claimed.status_code == 200
    assert "vanphong@anlao.example" in claimed.text
    claimed = await upload("/forms", workbooks.claiming(form))
    assert claimed.status_code == 303
    assert await FormVersion.filter(form_id="nho").count() == 1


async def test_a_body_beyond_all_limits_is_told_in_the_houses_words(house: House, visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/s/c")
    for path, limit, words in (
        (f"{visitor.base}/s/c", access.UPLOAD_BODY, "tối đa 20 MB"),
        (f"{visitor.base}/language", access.PLAIN_BODY, "tối đa 1 MB"),
    ):
        claims = {"content-length": str(limit + 1), "content-type": "application/x-www-form-urlencoded"}
        page = await house.client.post(path, content=b"csrf=x", headers=claims)
        assert page.status_code == 413
        assert "Nội dung gửi lên quá lớn" in page.text
        assert words in page.text
        assert page.headers["content-type"].startswith("text/html")


async def test_control_characters_break_no_page(house: House, survey: Survey, visitor: Visitor) -> None:
    await visitor.save("h", {"h/h_has": "khong", "h/h_other": "trước\x00sau"}, "save")
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert draft.answers["h/h_other"] == "trướcsau"
    await scenes.log_in(house.client, survey.staff, house.clock())
    for path in ("/units?q=%00", f"/campaigns/{survey.id}?q=%00", "/messages?unit=%00", "/units/%00", "/campaigns/%00"):
        assert (await house.client.get(path)).status_code in (200, 400, 404), path
    assert (await house.client.get("/units/" + "1" * 300)).status_code in (400, 404)
    assert web.STAFF_COOKIE in house.client.cookies


def multipart(charset: str, **fields: str) -> tuple[bytes, dict[str, str]]:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{v}\r\n' for name, v in fields.items()]
    return "".join([*parts, "--x--\r\n"]).encode(), {
        "content-type": f"multipart/form-data; boundary=x; charset={charset}"
    }


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "punycode", "undefined", "idna", "utf-16", "x"])
async def test_an_encoding_that_no_browser_sends_is_refused(house: House, visitor: Visitor, charset: str) -> None:
    """Python decodes some of them to what is no text, and others in a time that grows with the square."""
    await visitor.open(f"{visitor.base}/s/h")
    typed = {"csrf": visitor.csrf(), "keys": "h/h_other", "v:h/h_other": "\\ud800", "act": "save"}
    login = {"csrf": "\\ud800", "username": "\\ud800", "password": "\\ud800"}
    for path, fields in ((f"{visitor.base}/s/h", typed), ("/login", login)):
        body, headers = multipart(charset, **fields)
        page = await house.client.post(path, content=body, headers=headers)
        assert page.status_code == 400
        assert "Yêu cầu không hợp lệ" in page.text
    body, headers = multipart("UTF-8", **typed)
    assert (await house.client.post(f"{visitor.base}/s/h", content=body, headers=headers)).status_code == 303


def test_what_is_no_text_is_left_out_of_every_field() -> None:
    form = FormData([("a", " x\ud800\x00y "), ("a", "\udfff"), ("b\ud800", "\x00z")])
    assert web.text(form, "a") == ""
    assert web.texts(form, "a") == [" xy ", ""]
    assert web.pairs(form) == [("a", " xy "), ("a", ""), ("b", "z")]
    assert web.verbatim(FormData([("a", " x\ud800 ")]), "a") == " x "


async def _fill(house: House, survey: Survey) -> None:
    filled = {key: value for key, value in AN_LAO_ANSWERS.items() if key != "confirm"}
    await drafts.replace(survey.id, AN_LAO, 0, filled, principal.token(1), house.clock())
