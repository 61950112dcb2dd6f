"""Pages, submissions and a live change of one process on SQLite, against a bare server asked in turn."""

import asyncio
import gzip
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from service import database
from service.demo import prepare
from service.flow import accounts, campaigns, entry, forms, principal
from service.models import Contact, Invitation, Staff
from service.settings import Settings
from tests.bench import phone
from tests.bench.officials import typing
from tests.bench.servers import BARE, Server, alternating, ok, running
from tests.service import build

PASSWORD = "một câu đủ dài"
SENT_INTO, TYPED_INTO = 2, 3  # campaigns beside the demo's


@dataclass(frozen=True)
class Sample:
    """The demo's database with more campaigns to send and to type into, and the ways in."""

    settings: Settings
    token: str
    cookie: str
    link: str
    live: int
    fresh: list[int]
    blank: list[int]
    answers: dict[str, dict[str, object]]


async def sample(settings: Settings) -> Sample:
    now = datetime.now(UTC)
    await prepare(settings, now)
    async with database.opened(settings.database_url):
        staff = await accounts.create("bench", "Đo", "administrator", now)
        await accounts.choose_password(await accounts.set_up_link(staff, now), PASSWORD, PASSWORD, now)
        last = await Invitation.all().order_by("-id").select_related("campaign").first()
        assert last
        live, form = last.campaign_id, last.campaign.form_id
        more = [await _campaign(settings, form, staff, now) for _ in range(SENT_INTO + TYPED_INTO)]
        link = await entry.fresh_link(live, build.AN_LAO, principal.SYSTEM, now)
        return Sample(
            settings,
            await accounts.create_token("bench", "administrator", now),
            await accounts.start_session(staff, now),
            entry.address_of(settings.public_url, settings.secret_key, link),
            live,
            more[:SENT_INTO],
            more[SENT_INTO:],
            await _answers(form),
        )


async def _answers(form: int) -> dict[str, dict[str, object]]:
    """An Lão's by group, with the reason that units with other figures in the round before are asked for."""
    given = {group: dict(found) for group, found in build.AN_LAO_ANSWERS.items() if isinstance(found, dict)}
    for question in (await forms.built(form)).questions():
        if question.explains:
            group, name = question.path.split("/")[-2:]
            given[group][name] = "Kỳ trước chỉ tính 14 ngày."
    return given


async def _campaign(settings: Settings, form: int, staff: Staff, now: datetime) -> int:
    terms = build.terms(form, staff, now, roster="all")
    campaign = await campaigns.create(settings, terms, principal.SYSTEM, now)
    await campaigns.publish(settings, campaign.id, principal.SYSTEM, now)
    return campaign.id


def measure(found: Sample, folder: Path) -> dict[str, float]:
    environment = {
        "PHIEU_DATABASE_URL": found.settings.database_url,
        "PHIEU_DATA_DIR": str(folder),
        "PHIEU_PUBLIC_URL": found.settings.public_url,
        "PHIEU_SECRET_KEY": found.settings.secret_key.decode(),
    }
    product = [sys.executable, "-m", "service.cli", "serve", "--port", "8701"]
    bare = [sys.executable, "-c", BARE, "8702", str(folder / "bare.sqlite3")]
    with (
        running(product, "http://127.0.0.1:8701", environment) as ours,
        running(bare, "http://127.0.0.1:8702") as other,
        httpx.Client(base_url=ours.url, headers={"Authorization": f"Bearer {found.token}"}, timeout=30) as api,
        httpx.Client(base_url=ours.url, cookies={"phieu_staff": found.cookie}, timeout=30) as staff,
        httpx.Client(base_url=ours.url, follow_redirects=True, timeout=30) as unit,
        httpx.Client(base_url=other.url, timeout=30) as plain,
    ):
        section = _enter(unit, found)
        figures = asyncio.run(typing(ours.url, found.token, found.blank))
        figures |= _submissions(ours, other, api, plain, found)
        change = _change(unit, section)
        pages = {
            "live change": (ours, change),
            "empty request": (ours, lambda: ok(unit.get("/health"))),
            "section page": (ours, lambda: ok(unit.get(section))),
            "dashboard of 114 units": (ours, lambda: ok(staff.get("/campaigns/1"))),
            "bare page": (other, lambda: ok(plain.get("/"))),
        }
        for name, values in alternating(pages, 200).items():
            figures[f"{name}, CPU ms"] = values
        figures["section page, first load, KB compressed"] = _first_load(unit, section)
        figures |= phone.figures(found.link, ours.url + section)
        figures["memory after the sample, MB"] = ours.resident()
        figures["memory of the bare server, MB"] = other.resident()
    return figures


def _enter(unit: httpx.Client, found: Sample) -> str:
    """Come in by the personal link as a browser does; the address of section E."""
    page = unit.get(found.link)
    token = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert token
    ok(unit.post(found.link, data={"csrf": token[1]}))
    return f"/u/{found.live}/s/e"


def _change(unit: httpx.Client, section: str) -> Callable[[], None]:
    """One more figure typed in section E, saved and answered, as the page's script asks for it."""
    page = unit.get(section).text
    csrf, version = re.search(r'name="csrf" value="(\w+)"', page), re.search(r'name="version" value="(\d+)"', page)
    assert csrf
    assert version
    state = {"version": int(version[1]), "figure": 1000}

    def change() -> None:
        state["figure"] += 1
        body = {"version": state["version"], "tab": "bench", "page": "e", "touched": ["e/e_recv"]}
        changes = {"changes": {"e/e_recv": str(state["figure"])}}
        address = section.replace("/s/e", "/save")
        answer = unit.post(address, json={**body, **changes}, headers={"X-CSRF-Token": csrf[1]})
        ok(answer)
        state["version"] = answer.json()["version"]

    return change


def _submissions(
    ours: Server, other: Server, api: httpx.Client, plain: httpx.Client, found: Sample
) -> dict[str, float]:
    """An accepted submission of nd132 by API against a bare insert of the same body.

    First with the receipt that is mailed for it, then to units without an address, which is what can be compared with
    services that mail nothing.
    """
    body = {"answers": {**build.AN_LAO_ANSWERS, **found.answers}}
    codes = [unit["code"] for unit in api.get("/api/v1/units").json()["items"]]
    figures = {}
    for name, campaign in zip(("submission and its receipt by mail", "submission by API"), found.fresh, strict=True):
        sending = iter(codes)

        def send(campaign: int = campaign, sending: Iterator[str] = sending) -> None:
            code = next(sending)
            path = f"/api/v1/campaigns/{campaign}/invitations/{code}/submissions"
            ok(api.post(path, json=body, headers={"Idempotency-Key": f"{campaign}-{code}"}))

        calls = {name: (ours, send), "bare insert": (other, lambda: ok(plain.post("/insert", json=body)))}
        figures |= {f"{key}, CPU ms": value for key, value in alternating(calls, 20).items()}
        asyncio.run(_without_addresses(found.settings))
    return figures


async def _without_addresses(settings: Settings) -> None:
    async with database.opened(settings.database_url):
        await Contact.all().update(active=False)


def _first_load(unit: httpx.Client, section: str) -> float:
    """All bytes of a first visit to a section: the page and what it loads, compressed as sent."""
    page = unit.get(section)
    total = len(gzip.compress(page.content, 5))
    for address in set(re.findall(r'<(?:link|script|img)\b[^>]*(?:href|src)="(/static/[^"]+)"', page.text)):
        total += len(gzip.compress(unit.get(address).content, 5))
    return total / 1024
