"""All 3,321 communes of the country in one campaign: the summary of their answers, and the workbook of them.

In a process of its own, so that the memory is this work's: `python -m tests.bench.country FOLDER` prints the figures.
"""

import asyncio
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import httpx
import xlsxwriter

from exports import text, workbook, xlsx
from exports.document import Cell, Document, Formula
from forms.answers import Now, evaluate, flatten
from forms.schema import Form
from service import database
from service.demo.figures import Maker
from service.flow import accounts, campaigns, consolidation, downloads, forms, principal, units
from service.life import Act, Actor, State
from service.models import Campaign, Event, Invitation, Staff, Submission, Unit
from service.settings import Settings
from service.web import STAFF_COOKIE
from service.words import ZONE, fold
from tests.bench.servers import alternating, ok, running
from tests.service import build

COMMUNES, PROVINCES = 3321, 34
NAME, COOKIE, KEY = "country.sqlite3", "country-cookie", b"k" * 40
ADDRESS, FILTER = "http://127.0.0.1:8703", "/campaigns/1?q=so+12&state=responded&sort=sent"
ROUNDS = 3


def measure(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.country", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures | _pages(folder)


def _pages(folder: Path) -> dict[str, float]:
    """The campaign's page as its staff see it, from a server of its own, and the empty request beside it."""
    environment = {
        "PHIEU_DATABASE_URL": f"sqlite://{folder / NAME}",
        "PHIEU_DATA_DIR": str(folder),
        "PHIEU_PUBLIC_URL": ADDRESS,
        "PHIEU_SECRET_KEY": KEY.decode(),
    }
    product = [sys.executable, "-m", "service.cli", "serve", "--port", ADDRESS.rpartition(":")[2]]
    cookie = {STAFF_COOKIE: (folder / COOKIE).read_text()}
    with (
        running(product, ADDRESS, environment) as ours,
        httpx.Client(base_url=ADDRESS, cookies=cookie, timeout=30) as staff,
    ):
        calls = {
            "campaign page of 3,321 units": (ours, lambda: ok(staff.get("/campaigns/1"))),
            "table of 3,321 units, filtered": (ours, lambda: ok(staff.get(FILTER))),
            "empty request beside 3,321 units": (ours, lambda: ok(staff.get("/health"))),
        }
        return {f"{name}, CPU ms": value for name, value in alternating(calls, 50).items()}


async def _figures(folder: Path) -> dict[str, float]:
    url = f"sqlite://{folder / NAME}"
    settings = Settings(url, folder, ADDRESS, None, "Phiếu <p@phieu.test>", KEY)
    await database.migrate(url)
    async with database.opened(url):
        campaign = await _campaign(settings)
        now = datetime.now(UTC)
        await anyio.Path(folder / COOKIE).write_text(await accounts.start_session(await Staff.get(username="do"), now))
        before = _memory()
        summing = [await _seconds(lambda: consolidation.of(campaign, now)) for _round in range(ROUNDS)]
        report = await downloads.gather(campaign.id, now, now)
        reading = _memory()
    document = workbook.workbook(report)
    ours, bare = [], []
    for _round in range(ROUNDS):
        ours.append(_cpu(lambda: xlsx.render(workbook.workbook(report))))
        if not bare:
            written = _memory()
        bare.append(_cpu(lambda: _bare(document)))
    return {
        "summary of 3,321 units, CPU s": sorted(summing)[ROUNDS // 2],
        "workbook of 3,321 units, CPU s": sorted(ours)[ROUNDS // 2],
        "bare XlsxWriter with the same cells, CPU s": sorted(bare)[ROUNDS // 2],
        "memory before the 3,321 units, MB": before,
        "memory after the summary of 3,321 units, MB": reading,
        "memory after the workbook of 3,321 units, MB": written,
    }


async def _campaign(settings: Settings) -> Campaign:
    """Everybody has sent; rows go in as the flows leave them, without the hours that 3,321 sendings would take."""
    now = datetime.now(ZONE).replace(microsecond=0) - timedelta(days=2)
    await units.seed(now)
    others = COMMUNES - await Unit.all().count()
    staff = await accounts.create("do", "Đo", "administrator", now)
    version = await build._version(build.ND132, now)
    period = {"period_from": date(2025, 7, 1), "period_to": date(2025, 7, 15)}
    terms = build.terms(version.id, staff, now, roster="all", **period)
    await Unit.bulk_create(
        [
            Unit(
                code=f"X{n:04}",
                name=f"Số {n}",
                full_name=f"Xã Số {n}",
                kind=kind,
                group=f"Tỉnh {n % PROVINCES}",
                folded=fold(f"Số {n}"),
            )
            for n in range(others)
            for kind in (("xa", "xa", "phuong")[n % 3],)
        ]
    )
    campaign = await campaigns.create(settings, terms, principal.SYSTEM, now)
    await campaigns.publish(settings, campaign.id, principal.SYSTEM, now)
    await _answers(campaign, await forms.built(version.id), now + timedelta(days=1))
    return await campaigns.published(campaign.id)


async def _answers(campaign: Campaign, form: Form, at: datetime) -> None:
    maker = Maker({name: [choice.name for choice in found] for name, found in form.lists.items()})
    invitations = await Invitation.filter(campaign_id=campaign.id).order_by("id")
    moment = Now(at)
    common: dict[str, Any] = {
        "submitted_at": at,
        "recorded_at": at,
        "hash": "0" * 64,
        "actor": Actor.UNIT,
        "actor_ref": "link:1",
    }
    sent = [
        Submission(
            invitation_id=one.id,
            number=1,
            receipt=f"BN-{one.id}",
            answers=evaluate(form, flatten(form, maker.answers(one.name))[0], moment).answers,
            principal="link:1",
            idempotency_key=str(one.id),
            body_hash="0" * 64,
            form_id=campaign.form_id,
            **common,
        )
        for one in invitations
    ]
    await Submission.bulk_create(sent, batch_size=500)
    acts = {"act": Act.SUBMIT, "to": State.SUBMITTED, "actor": Actor.UNIT, "at": at, "recorded_at": at}
    await Event.bulk_create([Event(invitation_id=one.id, seq=1, **acts) for one in invitations], batch_size=500)
    await Invitation.filter(campaign_id=campaign.id).update(events_count=1)


async def _seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    begun = time.process_time()
    await work()
    return time.process_time() - begun


def _cpu(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _bare(document: Document) -> bytes:
    """The same values in the same cells by XlsxWriter alone: one format, no widths, heights, charts or print set-up."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_urls": False})
    look = book.add_format({"border": 1})
    for sheet in document.sheets:
        page = book.add_worksheet(sheet.name)
        for r, row in enumerate(sheet.rows):
            for c, given in enumerate(row):
                _put(page, r, c, given.value if isinstance(given, Cell) else given, look)
    book.close()
    return stream.getvalue()


def _put(page: Any, row: int, column: int, value: Any, look: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, column, None, look)
    elif isinstance(value, str):
        page.write_string(row, column, text.cell(value), look)
    elif isinstance(value, Formula):
        page.write_formula(row, column, value.text, look, float(value.value))
    elif isinstance(value, date):
        page.write_datetime(row, column, value.replace(tzinfo=None) if isinstance(value, datetime) else value, look)
    else:
        page.write_number(row, column, float(value), look)


def _memory() -> float:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_figures(Path(sys.argv[1])))))
