"""What other requests wait while 3,321 units are exported beside them, against a calm server: the front page, by the
clock."""

import asyncio
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from service import database
from service.flow import accounts
from service.models import Campaign, Staff
from service.web import STAFF_COOKIE
from tests.bench import servers

COUNT = 150
LONGEST = 300  # seconds


def measure(folder: Path) -> dict[str, float]:
    """In the folder that tests.bench.country has filled."""
    url = f"sqlite://{folder / 'country.sqlite3'}"
    session, token, campaign = asyncio.run(_keys(url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PHIEU_DATA_DIR": str(folder), "PHIEU_DATABASE_URL": url, "PHIEU_PUBLIC_URL": address}
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    api = {"Authorization": f"Bearer {token}"}
    with servers.running(command, f"{address}/health", environment), httpx.Client(base_url=address) as client:
        client.cookies.set(STAFF_COOKIE, session)

        def ask() -> None:
            servers.ok(client.get("/"))

        calm = _latencies(ask, COUNT)
        job = client.post(f"/api/v1/campaigns/{campaign}/exports", json={"format": "xlsx"}, headers=api).json()
        place = f"/api/v1/campaigns/{campaign}/exports/{job['id']}"
        busy: list[float] = []
        begun = time.monotonic()
        while client.get(place, headers=api).json()["state"] in ("waiting", "running"):
            busy += _latencies(ask, 10)
            if time.monotonic() > begun + LONGEST:
                raise SystemExit("the export does not end")
        if client.get(place, headers=api).json()["state"] != "done":
            raise SystemExit("the export failed")
    return {
        "front page, calm, ms": statistics.median(calm),
        "front page while 3,321 units are exported, ms": statistics.median(busy),
    }


async def _keys(url: str) -> tuple[str, str, int]:
    """A staff session, a token of the API, the campaign."""
    now = datetime.now(UTC)
    async with database.opened(url):
        staff, campaign = await Staff.all().order_by("id").first(), await Campaign.all().order_by("-id").first()
        assert staff is not None
        assert campaign is not None
        return await accounts.start_session(staff, now), await accounts.create_token("đo", "staff", now), campaign.id


def _latencies(call: Callable[[], None], count: int) -> list[float]:
    found = []
    for _ in range(count):
        begun = time.perf_counter()
        call()
        found.append((time.perf_counter() - begun) * 1000)
    return found


if __name__ == "__main__":
    print(measure(Path(sys.argv[1])))
