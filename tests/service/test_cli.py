"""The command `phieu` as people meet it: processes of their own, what they print and how they end."""

import asyncio
import fcntl
import hashlib
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import docx
import httpx
import pytest
from openpyxl import load_workbook
from tortoise.backends.base.executor import EXECUTOR_CACHE

from service import cli, web
from service.app import create_app
from service.flow import accounts, campaigns, principal
from service.flow.terms import Due, Terms
from service.models import Invitation, Staff
from service.settings import load
from tests.service import workbooks
from tests.service.build import ND132

JULY = 1
END_OF_20_JULY = "2025-07-20T23:59+07:00"


@dataclass(frozen=True, slots=True)
class Office:
    """A data folder and the command that works on it."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("PHIEU_")}
        return {**bare, "PHIEU_DATA_DIR": str(self.folder), "PHIEU_PUBLIC_URL": "http://phieu.test"}

    def run(self, *arguments: str | Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "service.cli", *map(str, arguments)],
            env={**self.environ, **(environ or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def done(self, *arguments: str | Path) -> list[str]:
        """The lines of a command that must succeed."""
        found = self.run(*arguments)
        assert (found.returncode, found.stderr) == (0, ""), found.stderr
        return found.stdout.splitlines()

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        database = sqlite3.connect(self.folder / "phieu.sqlite3")
        try:
            return database.execute(sql, values).fetchall()
        finally:
            database.close()


def refused(found: subprocess.CompletedProcess[str], status: int = 1) -> str:
    """The one line a command that could not be done says."""
    assert found.returncode == status, found.stderr
    assert "Traceback" not in found.stderr
    lines = found.stderr.splitlines()
    assert len(lines) == 1, found.stderr
    return lines[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A folder after `phieu migrate`, shared by the tests of this file."""
    office = Office(tmp_path_factory.mktemp("office"))
    assert office.done("migrate") == ["Cơ sở dữ liệu đã sẵn sàng."]
    return office


@pytest.mark.slow
def test_migrate_prepares_the_units_and_may_be_run_again(office: Office) -> None:
    assert office.done("migrate") == ["Cơ sở dữ liệu đã sẵn sàng."]
    assert office.rows("SELECT count(*) FROM unit") == [(114,)]


@pytest.mark.slow
def test_a_database_that_is_not_migrated_is_refused_with_the_line_to_run(tmp_path: Path) -> None:
    for arguments in (("serve", "--port", "1"), ("rate", "1"), ("worker",)):
        line = refused(Office(tmp_path).run(*arguments))
        assert re.fullmatch(r"phieu: The database needs \d+ migration\(s\)\. Run: phieu migrate", line)


@pytest.mark.slow
def test_an_account_is_made_with_a_link_to_set_its_password(office: Office) -> None:
    lines = office.done("user", "create", "Hoa", "--name", "Lê Thị Hoa", "--role", "viewer", "--phone", "0225 384")
    assert re.fullmatch(r"http://phieu\.test/setup/[\w-]{43}", lines[-1])
    assert office.rows("SELECT name, role, phone, password_hash FROM staff WHERE username = 'hoa'") == [
        ("Lê Thị Hoa", "viewer", "0225 384", "")
    ]
    again = office.run("user", "create", "hoa")
    assert again.returncode == 1
    assert "Tên đăng nhập “hoa” đã có." in again.stderr


@pytest.mark.slow
def test_a_token_is_printed_last_and_once(office: Office) -> None:
    token = office.done("token", "create", "--role", "viewer", "--name", "Power BI")[-1]
    assert re.fullmatch(r"[\w-]{43}", token)
    stored = office.rows(
        "SELECT name, role FROM apitoken WHERE token_hash = ?", hashlib.sha256(token.encode()).hexdigest()
    )
    assert stored == [("Power BI", "viewer")]


@pytest.mark.slow
def test_a_form_is_checked_without_any_database(tmp_path: Path) -> None:
    empty = Office(tmp_path / "data")
    good = empty.done("form", "check", ND132)
    assert good[-1].startswith("Mẫu phiếu dùng được: Khảo sát tình hình triển khai")
    assert "9 phần, 65 câu hỏi" in good[-1]
    rows = (*workbooks.SURVEY, {"type": "integer", "name": "sai", "label": "Sai", "constraint": "bogus-fn(., 1) and ("})
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(workbooks.xlsform(rows))
    found = empty.run("form", "check", broken)
    assert found.returncode == 1
    assert re.search(r"^Lỗi: survey!E4 \(cột constraint\): .+\.$", found.stdout, re.M), found.stdout
    assert found.stdout.splitlines()[-1].startswith("Tệp có 1 lỗi nên chưa dùng được.")
    broken.write_bytes(workbooks.xlsform()[:2000])
    found = empty.run("form", "check", broken)
    assert found.returncode == 1
    assert "Lỗi: Tệp Excel bị hỏng hoặc tải lên chưa trọn" in found.stdout
    communes = tmp_path / "xa.csv"
    communes.write_bytes("tên,mã\n".encode("utf-16"))
    found = empty.run("form", "check", ND132, communes)
    assert found.returncode == 1
    assert found.stdout.startswith("Lỗi: xa.csv: ")
    assert "UTF-8" in found.stdout
    assert not (empty.folder / "phieu.sqlite3").exists()


@pytest.mark.slow
def test_a_form_is_written_as_a_workbook(demo: Office, tmp_path: Path) -> None:
    target = tmp_path / "mau.xlsx"
    assert str(target) in demo.done("form", "export", "1", "-o", target)[-1]
    demo.done("form", "check", target)
    zipped = tmp_path / "mau.zip"
    demo.done("form", "export", "1", "-o", zipped)
    assert zipfile.ZipFile(zipped).namelist() == ["nd132_2025_capxa-2025070101.xlsx"]
    assert refused(demo.run("form", "export", "99", "-o", target)).startswith("phieu: Không tìm thấy số")


@pytest.mark.slow
def test_contacts_are_shown_first_and_written_all_or_none(office: Office, tmp_path: Path) -> None:
    def contacts() -> list[tuple[object, ...]]:
        return office.rows("SELECT email FROM contact ORDER BY email")

    file = tmp_path / "dau-moi.csv"
    rows = "Tên đơn vị,Họ và tên,Thư điện tử\nXã An Lão,Nguyễn Thị Hồng,hong@anlao.example\n"
    file.write_text(rows + "Xã Không Có,Ai,ai@khong.example\n", encoding="utf-8-sig")
    wrong = office.run("contacts", "import", file)
    assert wrong.returncode == 1
    assert "Dòng 3: Từ chối: Xã Không Có" in wrong.stdout
    assert "Chưa nhập gì vì còn dòng bị từ chối" in wrong.stdout
    assert contacts() == []
    file.write_text(rows, encoding="utf-8-sig")
    lines = office.done("contacts", "import", file, "--dry-run")
    assert "Dòng 2: Thêm mới: Xã An Lão" in lines[0]
    assert contacts() == []
    office.done("contacts", "import", file)
    assert contacts() == [("hong@anlao.example",)]
    assert "giữ nguyên 1" in office.done("contacts", "import", file)[-1], "once more changes nothing"


@pytest.mark.slow
def test_the_shipped_units_are_all_known(office: Office) -> None:
    lines = office.done("units", "import", ND132.with_name("units.csv"))
    assert lines == ["Đã nhập: thêm mới 0, thay đổi 0, giữ nguyên 114, từ chối 0."]


@pytest.mark.slow
def test_what_cannot_be_done_is_said_in_one_line(office: Office, tmp_path: Path) -> None:
    missing = tmp_path / "missing.csv"
    assert refused(office.run("units", "import", missing)) == f"phieu: {missing}: No such file or directory"
    assert refused(office.run("rate", "7")) == "phieu: Không tìm thấy số hoặc tên này. Vui lòng kiểm tra lại."
    for url in ("postgres://phieu:topsecret@127.0.0.1:1/phieu", f"sqlite://{tmp_path}/no/folder/phieu.sqlite3"):
        line = refused(office.run("rate", "1", environ={"PHIEU_DATABASE_URL": url}))
        assert line.startswith("phieu: Cơ sở dữ liệu (PHIEU_DATABASE_URL) đang bận hoặc không kết nối được: ")
        assert "topsecret" not in line


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Commands in this process, with an environment of their own."""
    for name in [name for name in os.environ if name.startswith("PHIEU_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PHIEU_DATA_DIR", str(tmp_path))
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PHIEU_DATABASE_URL", "mysql://a:b@c/d"),
        ("PHIEU_PUBLIC_URL", "phieu.vn"),
        ("PHIEU_SMTP_URL", "http://mail"),
        ("PHIEU_MAIL_FROM", "nobody"),
        ("PHIEU_SECRET_KEY", "short"),
        ("PHIEU_SECRET_KEY_FILE", "/nonexistent/key"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(
    here: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    here.setenv(name, value)
    for arguments in (["serve"], ["migrate"], ["demo", "--no-serve"], ["form", "check", "x.xlsx"]):
        assert cli.main(arguments) == 2
        line = capsys.readouterr().err
        assert line.startswith(f"phieu: {name}: ")
        assert line.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "nothing",
        "rate",
        "rate x",
        "rate -1",
        "rate 99999999999999999999",
        "remind",
        "export 1",
        "export 1 --format odt -o x",
        "token create",
        "token create --role director",
        "user create",
        "units",
        "serve --port 0",
        "serve --port 70000",
        "serve --port http",
    ],
)
def test_wrong_use_ends_with_status_2(
    here: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: phieu")


def test_where_it_is_served_is_an_address_people_can_open(here: pytest.MonkeyPatch) -> None:
    parser = cli._parser()
    for arguments, address in (
        ("serve", "http://127.0.0.1:8000"),
        ("serve --host 0.0.0.0 --port 80", "http://127.0.0.1:80"),
        ("serve --host ::", "http://[::1]:8000"),
        ("demo --host phieu.local --port 8080", "http://phieu.local:8080"),
    ):
        served_at = cli._served_at(parser.parse_args(arguments.split()))
        assert load(served_at=served_at).public_url == address


@pytest.mark.slow
def test_a_worker_works_until_it_is_told_to_stop(office: Office) -> None:
    arguments = [sys.executable, "-m", "service.cli", "worker"]
    with subprocess.Popen(
        arguments, env=office.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Đang gửi thư theo lịch. Dừng: Ctrl+C\n"
        process.send_signal(signal.SIGTERM)
        _out, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's folder, prepared once a run, also when several processes share the run; only ever copied."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (root / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "sample").exists():
            office = Office(root / "sample being prepared")
            office.done("demo", "--no-serve")
            office.folder.rename(root / "sample")
    return root / "sample"


@pytest.fixture
def demo(sample: Path, tmp_path: Path) -> Office:
    """The sample, a copy of one's own."""
    shutil.copytree(sample, tmp_path / "demo")
    return Office(tmp_path / "demo")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody of staff and a program at once, in front of the app in this process."""

    office: Office
    client: httpx.AsyncClient

    async def rate(self) -> dict[str, object]:
        found = (await self.client.get(f"/api/v1/campaigns/{JULY}/rate", params={"as_of": END_OF_20_JULY})).json()
        assert isinstance(found, dict)
        return found

    async def page(self) -> str:
        return (await self.client.get(f"/campaigns/{JULY}", params={"as_of": END_OF_20_JULY})).text

    async def cover(self) -> str:
        """All the text of the workbook's first sheet."""
        found = await self.client.get(f"/api/v1/campaigns/{JULY}/export.xlsx", params={"as_of": END_OF_20_JULY})
        return _texts(found.content)


def _texts(workbook: bytes) -> str:
    sheet = load_workbook(io.BytesIO(workbook)).worksheets[0]
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


@asynccontextmanager
async def _speaking(office: Office) -> AsyncIterator[Speaker]:
    # Tortoise keeps the SQL it made for a connection's name; both engines are called "default" here.
    EXECUTOR_CACHE.clear()
    settings = load(office.environ)
    app = create_app(settings, postroom=False)
    async with app.router.lifespan_context(app):
        now = datetime.now(UTC)
        token = await accounts.create_token("test", "staff", now)
        session = await accounts.start_session(await Staff.get(username="chuyenvien"), now)
        headers, cookies = {"Authorization": f"Bearer {token}"}, {web.STAFF_COOKIE: session}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=settings.public_url, headers=headers, cookies=cookies
        ) as client:
            yield Speaker(office, client)


@pytest.mark.slow
def test_the_july_survey_stood_at_59_of_114(demo: Office) -> None:
    lines = demo.done("rate", str(JULY), "--as-of", END_OF_20_JULY)
    assert lines[:2] == ["59/114", "51,8%"]
    assert lines[2].startswith("Tính đến 23:59 ngày 20/7/2025: Khảo sát tình hình triển khai")
    assert "  bổ sung sau: +1" in lines
    assert demo.done("rate", str(JULY), "--as-of", "2025-07-20")[0] == "59/114"
    wrong = demo.run("rate", str(JULY), "--as-of", "20/7/2025")
    assert wrong.returncode == 1
    assert "--as-of: Thời điểm phải theo ISO 8601" in wrong.stderr


@pytest.mark.slow
@pytest.mark.anyio
async def test_command_page_api_and_workbook_agree_and_keep_saying_it(demo: Office) -> None:
    async with _speaking(demo) as speaker:
        before = await speaker.rate()
        assert (before["responded"], before["expected"], before["recorded_later"]) == (59, 114, 1)
        assert "59/114" in await speaker.page()
        assert "59/114" in await speaker.cover()
        owing = await Invitation.filter(campaign_id=JULY, first_sent_at=None).first()
        assert owing is not None
        paper = {"channel": "paper", "number": "9/BC-UBND", "received_at": "2025-07-17T08:00"}
        path = f"/api/v1/campaigns/{JULY}/invitations/{owing.code}/intake"
        assert (await speaker.client.post(path, json=paper)).status_code == 201
        assert await speaker.rate() == {**before, "recorded_later": 2}
        assert "59/114" in await speaker.page()
        assert "59/114" in await speaker.cover()
    lines = await asyncio.to_thread(demo.done, "rate", str(JULY), "--as-of", END_OF_20_JULY)
    assert lines[0] == "59/114"
    assert "  bổ sung sau: +2" in lines


@pytest.mark.slow
def test_preparing_the_sample_again_changes_nothing(demo: Office) -> None:
    def dumped() -> list[str]:
        database = sqlite3.connect(demo.folder / "phieu.sqlite3")
        try:
            return list(database.iterdump())
        finally:
            database.close()

    before = dumped()
    assert demo.done("demo", "--no-serve") == []
    assert dumped() == before


@pytest.mark.slow
def test_export_writes_the_workbook_whole(demo: Office, tmp_path: Path) -> None:
    place = tmp_path / "báo cáo.xlsx"
    place.write_bytes(b"what stood there before")
    lines = demo.done("export", str(JULY), "--as-of", END_OF_20_JULY, "-o", place)
    assert re.fullmatch(r"Đã ghi .*báo cáo\.xlsx \([\d,]+ KB\)\.", lines[0])
    assert "59/114" in _texts(place.read_bytes())
    assert sorted(os.listdir(tmp_path)) == ["báo cáo.xlsx", "demo"]
    demo.done("export", str(JULY), "--format", "docx", "--as-of", END_OF_20_JULY, "-o", tmp_path / "b.docx")
    assert "Có 59/114 đơn vị" in "".join(p.text for p in docx.Document(tmp_path / "b.docx").paragraphs)
    line = refused(demo.run("export", str(JULY), "-o", tmp_path / "no" / "folder.xlsx"))
    assert "No such file or directory" in line


@pytest.mark.slow
def test_remind_shows_who_would_be_mailed_and_sends_nothing(demo: Office) -> None:
    messages = "SELECT count(*) FROM reminders_message"
    before = demo.rows(messages)
    lines = demo.done("remind", "--dry-run", "--campaign", str(JULY), "--at", "2025-07-17T08:00+07:00")
    assert lines[0].startswith("1. Khảo sát tình hình triển khai")
    assert any(re.fullmatch(r"  \d+ thư sẽ gửi", line) for line in lines)
    assert demo.rows(messages) == before
    everything = demo.done("remind", "--dry-run")
    assert [line[:2] for line in everything if not line.startswith(" ")] == ["1.", "2.", "3."]
    line = refused(demo.run("remind", "--dry-run", "--campaign", str(JULY), "--at", "2044-01-05"))
    assert line == "phieu: Chưa có lịch nghỉ lễ năm 2044."


@pytest.mark.slow
@pytest.mark.anyio
async def test_publish_says_when_answers_are_due_or_why_it_cannot(demo: Office) -> None:
    now = datetime.now(UTC)
    async with _speaking(demo) as speaker:
        form = (await campaigns.get(JULY)).form_id
        settings = load(speaker.office.environ)
        good = Terms(title="Đợt mới", form=form, due=Due(days=Decimal(3), kind="working_day"), roster=("11629",))
        late = Terms(title="Đợt muộn", form=form, due=Due(at=now - timedelta(hours=1)))
        made = [await campaigns.create(settings, terms, principal.SYSTEM, now) for terms in (good, late)]
    lines = await asyncio.to_thread(demo.done, "publish", str(made[0].id))
    assert re.fullmatch(r"Đã phát hành “Đợt mới”\. Hạn gửi: 17:00 .+\. Thư mời chờ 5 phút trước khi gửi\.", lines[0])
    refusal = await asyncio.to_thread(demo.run, "publish", str(made[1].id))
    assert refusal.returncode == 1
    assert "đã qua. Vui lòng sửa hạn trước khi phát hành" in refusal.stderr
    again = await asyncio.to_thread(demo.run, "publish", str(JULY))
    assert refused(again) == "phieu: Đợt khảo sát đã phát hành, không sửa được nữa."
