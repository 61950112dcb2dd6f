"""Workbooks that do harm or come damaged, through both doors of a service in its own process.

Each is told in Vietnamese with the sheet and the row where there is one, costs the service's child processes under
2 s of CPU and 300 MB, and leaves the service as it was. The bombs are made in hostile.py.
"""

import asyncio
import html
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tortoise.context import TortoiseContext

from service import database
from service.flow import accounts
from service.web import STAFF_COOKIE
from tests.journeys.conftest import free_port, wait_until_ready
from tests.service import hostile
from tests.service.hostile import MEGABYTE, small
from tests.service.scenes import csrf

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SECONDS = 4.0  # of CPU, of all child processes that one import starts: 2 on a machine that is not busy otherwise
MEGABYTES = 300

# Serves, and on SIGUSR1 writes to descriptor 3 what its children used: seconds of CPU, and the largest one's KB.
SERVER = """
import os, resource, signal, sys
from service import cli
def told(*_):
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    os.write(int(os.environ["TOLD"]), f"{used.ru_utime + used.ru_stime} {used.ru_maxrss}\\n".encode())
signal.signal(signal.SIGUSR1, told)
sys.exit(cli.main())
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what is said to it: `sheet`, `row` and a part of the words; `fine` when it is imported all the
    same, the words then being those of a warning, "" for none. `media` are the CSV files beside it."""

    make: Callable[[], bytes]
    words: str
    sheet: str = ""
    row: int | None = None
    fine: bool = False
    media: Mapping[str, bytes] = field(default_factory=dict)


def _(words: str, make: Callable[[], bytes], sheet: str = "", row: int | None = None, *, fine: bool = False) -> Case:
    return Case(make, words, sheet, row, fine)


def _file(words: str, data: bytes, row: int | None) -> Case:
    return Case(hostile.from_file, words, "xa.csv", row, media={"xa.csv": data})


HEAVY = "Tệp quá lớn để đọc"
NO_EXCEL = "Tệp không phải là bảng tính Excel (.xlsx) đọc được"
CASES = {
    "zip bomb": _(HEAVY, hostile.zip_bomb),
    "zip bomb that lies": _(NO_EXCEL, hostile.lying_zip_bomb),
    "outside entity": _(NO_EXCEL, hostile.outside_entity),
    "billion laughs": _(NO_EXCEL, hostile.entity_bomb),
    "one large entity": _(NO_EXCEL, hostile.quadratic_bomb),
    "3,000,000 strings": _(HEAVY, hostile.string_bomb),
    "1,000,000 formats": _("Tệp có quá nhiều kiểu định dạng ô", hostile.style_bomb),
    "1,000,000 cells in a row": _(NO_EXCEL, hostile.wide_row),
    "45,000 cells of one place in a row": _(NO_EXCEL, hostile.crowded_row),
    "100,000 elements deep": _("", hostile.deep_xml, fine=True),
    "XFD1048576": _("nội dung quá cột thứ 200", hostile.last_cell, "survey", 1_048_576),
    "A1048576": _("nội dung quá dòng 20.000", hostile.lowest_cell, "survey", 1_048_576),
    "1,000,000 empty rows": _("", hostile.empty_styled_rows, fine=True),
    "5 MB in a cell": _("Nội dung ô dài quá 32.767 ký tự", hostile.long_cell, "survey", 3),
    "12 MB": _("Tệp quá lớn", lambda: hostile.with_part("x.bin", os.urandom(12 * MEGABYTE))),
    "21 MB": _("quá lớn (tối đa 20 MB)", lambda: hostile.with_part("x.bin", os.urandom(21 * MEGABYTE))),
    "empty": _("Tệp rỗng", bytes),
    "truncated": _("Tệp Excel bị hỏng hoặc tải lên chưa trọn", hostile.truncated),
    "no strings": _(NO_EXCEL, hostile.without_strings),
    "half a sheet": _(NO_EXCEL, hostile.broken_xml),
    "wrong text number": _(NO_EXCEL, hostile.wrong_text_number),
    "strange coordinates": _(NO_EXCEL, hostile.strange_coordinates),
    "macros": _("Tệp có macro (.xlsm)", hostile.with_macros),
    "old .xls": _("Tệp thuộc định dạng Excel cũ (.xls)", hostile.old_excel),
    ".ods": _("Tệp thuộc định dạng OpenDocument (.ods)", hostile.open_document),
    ".csv": _("Tệp là văn bản (ví dụ .csv)", lambda: "type,name,label\ntext,hoi,Câu hỏi\n".encode()),
    ".docx": _("không dùng được: nội dung không phải là Excel (.xlsx)", hostile.word_document),
    "names that lead out": _("", hostile.escaping_names, fine=True),
    "a sheet outside": _("Thiếu trang tính “survey”", hostile.sheet_outside, "survey"),
    "100 sheets": _("101 trang tính, nhiều hơn mức tối đa 30", hostile.many_sheets),
    "wrong sheet names": _("Thiếu trang tính “survey”", hostile.wrong_sheet_names, "survey"),
    "hidden sheets": _("không thuộc mẫu phiếu", hostile.hidden_sheet, "Bìa", fine=True),
    "merged cells": _("thiếu kiểu câu hỏi", hostile.merged_cells, "survey", 3),
    "formula with a value": _("", hostile.formula_with_value, fine=True),
    "formula without": _("công thức chưa có kết quả", hostile.formula_without_value, "survey", 2),
    "#DIV/0!": _("Ô báo lỗi của Excel (#DIV/0!)", hostile.cell_error, "survey", 2),
    "one name twice": _("Tên “hoi” đã dùng ở dòng 2", lambda: small(("text", "hoi", "Lại")), "survey", 3),
    "one name in capitals": _("Hoi", lambda: small(("text", "Hoi", "Lại")), "survey", 3, fine=True),
    "unknown type": _("Không có kiểu câu hỏi “txet”", lambda: small(("txet", "a", "A")), "survey", 3),
    "broken reference": _("tên “khong_co”", lambda: hostile.calculated("${khong_co} + 1"), "survey", 3),
    "cycle": _("c0 → c1 → c2 → c0", lambda: hostile.calculated("${c1}", "${c2}", "${c0}"), "survey", 3),
    "deep expression": _(
        "ngoặc lồng nhau quá 100 tầng", lambda: hostile.calculated("(" * 4_000 + "1" + ")" * 4_000), "survey", 3
    ),
    "long expression": _(
        "16.001 ký tự, quá mức tối đa 10.000", lambda: hostile.calculated("1" + "+1" * 8_000), "survey", 3
    ),
    "large pattern": _("quá phức tạp", lambda: hostile.calculated("regex(${hoi}, '(a{900}){900}')"), "survey", 3),
    "10,000 choices": _("", lambda: hostile.many_choices(10_000), fine=True),
    "30,000 choices": _("nội dung quá dòng 20.000", lambda: hostile.many_choices(30_000), "choices", 20_001),
    "100 groups deep": _("Nhóm lồng nhau quá", lambda: hostile.nested_groups(100), "survey", 19),
}

# The form takes its choices from xa.csv; here is what comes as that file.
FILES = {
    "none": _("xa.csv", hostile.from_file, "survey", 3),
    "in UTF-16": _file("có thể là UTF-16", "name,label\na,Xã\n".encode("utf-16"), None),
    "in Windows-1258": _file(
        "có thể là Windows-1258", "name,label\na,Xã\n".encode("cp1252", "replace").replace(b"?", b"\xe3"), 2
    ),
    "with NUL": _file("không phải là tệp CSV đọc được", b"name,label\n" + b"a,b\n" * 900 + b"a,\0\n", None),
    "1,000,000 rows": _file("nội dung quá dòng 20.000", b"name,label\n" + b"a,b\n" * 1_000_000, 20_001),
    "6 MB": _file("Tệp CSV quá lớn", b"name,label\n" + b"a" * 6 * MEGABYTE, None),
    "uneven rows": _file("Dòng này có 3 ô, dòng tiêu đề có 2 ô", b"name,label\na,A\nb,B,C\n", 3),
    "an open quote": _file("không phải là tệp CSV đọc được", b'name,label\na,"A\nb,B\n', 3),
    "empty": _file("Tệp CSV trống", b"", None),
    "a workbook": _file("không phải là tệp CSV đọc được", small(), None),
}


@dataclass(frozen=True, slots=True)
class Service:
    """A service in its own process. `told` is read for what its children used."""

    process: asyncio.subprocess.Process
    told: int
    client: httpx.AsyncClient
    token: str

    async def used(self) -> tuple[float, float]:
        """Seconds of CPU of all children so far, and MB of the largest."""
        self.process.send_signal(10)
        line = await asyncio.to_thread(os.read, self.told, 200)
        seconds, kilobytes = line.decode().split()
        return float(seconds), float(kilobytes) / 1024

    async def by_api(self, data: bytes, media: Mapping[str, bytes]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.client.post("/api/v1/forms", files=_files(data, media), headers=headers)

    async def by_page(self, data: bytes, media: Mapping[str, bytes]) -> httpx.Response:
        page = await self.client.get("/forms")
        form = {"csrf": csrf(page.text)}
        return await self.client.post("/forms", data=form, files=_files(data, media), follow_redirects=True)


def _files(data: bytes, media: Mapping[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", ("mẫu.xlsx", data)), *(("media", (name, content)) for name, content in media.items())]


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service that has run through all cases of its worker, and is found well at the end."""
    folder = tmp_path_factory.mktemp("hostile")
    async with _running(folder, await _prepared(f"sqlite://{folder}/phieu.sqlite3")) as service:
        yield service
        good = await service.by_api(small(), {})
        assert good.status_code == 201, good.text
        assert (await service.client.get("/ready")).status_code == 200
    assert not any(path.name.startswith("phieu_escaped") for path in (Path("/tmp"), Path("/etc"), folder))


async def _prepared(url: str) -> tuple[str, str, str]:
    """A migrated database: its address, the token of a program and the session of a staff member."""
    await database.migrate(url)
    now = datetime.now(UTC)
    async with TortoiseContext() as context:
        await context.init(config=database.config(url))
        staff = await accounts.create("lan", "Trần Thị Lan", "staff", now)
        return url, await accounts.create_token("máy", "staff", now), await accounts.start_session(staff, now)


@asynccontextmanager
async def _running(folder: Path, prepared: tuple[str, str, str]) -> AsyncIterator[Service]:
    url, token, session = prepared
    port = free_port()
    told, tells = os.pipe()
    environment = {
        **os.environ,
        "PHIEU_DATABASE_URL": url,
        "PHIEU_DATA_DIR": str(folder),
        "PHIEU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PHIEU_SECRET_KEY": "a secret for hostile workbooks, long enough to pass",
        "TOLD": str(tells),
    }
    arguments = ("-c", SERVER, "serve", "--host", "127.0.0.1", "--port", str(port))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=environment, pass_fds=(tells,))
    os.close(tells)
    cookies = {STAFF_COOKIE: session}
    try:
        await wait_until_ready(environment["PHIEU_PUBLIC_URL"], process)
        async with httpx.AsyncClient(base_url=environment["PHIEU_PUBLIC_URL"], cookies=cookies, timeout=60) as client:
            yield Service(process, told, client, token)
    finally:
        os.close(told)
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_a_hostile_workbook_is_told_in_words_and_costs_little(service: Service, case: Case) -> None:
    await _both_doors(service, case)


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in FILES.items()])
async def test_a_bad_file_beside_a_workbook_is_told_in_words(service: Service, case: Case) -> None:
    await _both_doors(service, case)


async def _both_doors(service: Service, case: Case) -> None:
    for door, judge in ((service.by_api, _judge_reply), (service.by_page, _judge_page)):
        data = case.make()
        before = await service.used()
        answer = await door(data, case.media)
        after = await service.used()
        judge(case, answer)
        assert after[0] - before[0] < SECONDS, f"{after[0] - before[0]:.2f} s"
        assert after[1] < MEGABYTES or after[1] == before[1], f"{after[1]:.0f} MB"
        assert (await service.client.get("/health")).status_code == 200
        assert service.process.returncode is None


def _judge_reply(case: Case, answer: httpx.Response) -> None:
    assert answer.status_code == (201 if case.fine else 413 if "20 MB" in case.words else 422), answer.text
    body = answer.json()
    told = body["warnings"] if case.fine else body["error"].get("problems") or [body["error"]]
    if case.fine and not case.words:
        assert told == []
        return
    first = told[0]
    assert case.words in first["message"]
    assert (first.get("sheet") or "", first.get("row")) == (case.sheet, case.row)
    assert "root:" not in answer.text, "a file of the server was read"


def _judge_page(case: Case, answer: httpx.Response) -> None:
    assert answer.status_code == (200 if case.fine else 422), answer.text
    page = html.unescape(answer.text)
    assert ("Đã nhập mẫu phiếu" in page) is case.fine
    assert case.words in page
    for place in (case.sheet, str(case.row or "")):
        assert place in page
