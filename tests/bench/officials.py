"""The typing part of `make bench`: 300 officials fill in at once, each saving a change every 5 seconds for a minute.

Every one has a browser session, and types figures of section E, one after the other, in a unit's draft of its own.
Afterwards each draft is read back and compared with what was typed.
"""

import asyncio
import random
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

OFFICIALS = 300
SECONDS = 60
EVERY = 5.0
FIGURES = ("e_visits", "e_recv", "e_online", "e_direct", "e_ontime", "e_late", "e_withdrawn", "e_proc", "e_pay")


@dataclass
class Official:
    """One official's browser. `typed` is what its draft must hold at the end."""

    browser: httpx.AsyncClient
    campaign: int
    code: str
    csrf: str
    version: int
    typed: dict[str, str] = field(default_factory=dict)


async def typing(base: str, token: str, campaigns: Sequence[int]) -> dict[str, float]:
    """Milliseconds a change was answered in, and how many were lost. Raises when one is refused."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as api:
        officials = await _enter(base, api, campaigns)
        try:
            taken = await asyncio.gather(*(_type(official, n) for n, official in enumerate(officials)))
        finally:
            await asyncio.gather(*(official.browser.aclose() for official in officials))
        lost = sum(await asyncio.gather(*(_lost(api, official) for official in officials)))
    times = sorted(one for times in taken for one in times)
    return {
        "typing, 300 officials: changes": float(len(times)),
        "typing, 300 officials: median answer, ms": statistics.median(times) * 1000,
        "typing, 300 officials: 95% answered within, ms": times[int(len(times) * 0.95)] * 1000,
        "typing, 300 officials: changes lost": float(lost),
    }


async def _enter(base: str, api: httpx.AsyncClient, campaigns: Sequence[int]) -> list[Official]:
    """Officials of different units, each come in by a personal link, in every campaign the same units."""
    codes = [unit["code"] for unit in (await api.get("/api/v1/units")).json()["items"]]
    places = [(campaign, code) for campaign in campaigns for code in codes][:OFFICIALS]
    assert len(places) == OFFICIALS
    return [await _official(base, api, campaign, code) for campaign, code in places]


async def _official(base: str, api: httpx.AsyncClient, campaign: int, code: str) -> Official:
    made = await api.post(f"/api/v1/campaigns/{campaign}/invitations/{code}/link")
    link = made.raise_for_status().json()["url"]
    browser = httpx.AsyncClient(base_url=base, follow_redirects=True, timeout=30)
    door = await browser.get(link)
    (await browser.post(link, data={"csrf": _hidden(door.text, "csrf")})).raise_for_status()
    page = (await browser.get(f"/u/{campaign}/s/e")).raise_for_status()
    return Official(browser, campaign, code, _hidden(page.text, "csrf"), int(_hidden(page.text, "version")))


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\w+)"', page)
    assert found, name
    return found[1]


async def _type(official: Official, number: int) -> list[float]:
    """A change every 5 seconds, the officials spread over them; how long each answer took, in seconds."""
    luck = random.Random(number)  # the same load in every run
    times = []
    start = time.monotonic() + luck.random() * EVERY
    for turn in range(int(SECONDS / EVERY)):
        await asyncio.sleep(max(0.0, start + turn * EVERY - time.monotonic()))
        key, value = f"e/{FIGURES[turn % len(FIGURES)]}", str(luck.randrange(1, 2000))
        body = {
            "version": official.version,
            "tab": f"t{number}",
            "page": "e",
            "changes": {key: value},
            "touched": [key],
        }
        before = time.monotonic()
        answer = await official.browser.post(
            f"/u/{official.campaign}/save", json=body, headers={"X-CSRF-Token": official.csrf}
        )
        times.append(time.monotonic() - before)
        official.version = answer.raise_for_status().json()["version"]
        official.typed[key.removeprefix("e/")] = value
    return times


async def _lost(api: httpx.AsyncClient, official: Official) -> int:
    answer = await api.get(f"/api/v1/campaigns/{official.campaign}/invitations/{official.code}/draft")
    kept = answer.raise_for_status().json()["answers"].get("e", {})
    return sum(str(kept.get(name)) != value for name, value in official.typed.items())
