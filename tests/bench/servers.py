"""Server processes under measurement, and what the operating system charges them."""

import os
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROUNDS = 5
TICKS = os.sysconf("SC_CLK_TCK")

BARE = """
import sys, aiosqlite, uvicorn
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
PAGE = "<!doctype html><title>bare</title>" + "<p>" + "x" * 4000 + "</p>"
async def page(request): return HTMLResponse(PAGE)
async def insert(request):
    body = await request.json()
    database = request.app.state.database
    await database.execute("INSERT INTO answer (body) VALUES (?)", [str(body)])
    await database.commit()
    return JSONResponse({"ok": True}, 201)
@asynccontextmanager
async def lifespan(app):
    async with aiosqlite.connect(sys.argv[2]) as database:
        await database.execute("PRAGMA journal_mode=WAL")
        await database.execute("PRAGMA synchronous=FULL")
        await database.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, body TEXT)")
        app.state.database = database
        yield
app = Starlette(routes=[Route("/", page), Route("/insert", insert, methods=["POST"])], lifespan=lifespan)
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""


@dataclass(frozen=True)
class Server:
    """A server process under measurement."""

    pid: int
    url: str

    def cpu(self) -> float:
        """Seconds of CPU it has used, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self) -> float:
        """Resident memory in MB."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024


@contextmanager
def running(command: list[str], url: str, environment: dict[str, str] | None = None) -> Iterator[Server]:
    with subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                try:
                    httpx.get(url, timeout=2)
                    break
                except httpx.TransportError:
                    time.sleep(0.1)  # the server has not opened its port yet
            else:
                raise SystemExit(f"{command[0]} did not start")
            yield Server(process.pid, url)
        finally:
            process.terminate()
            process.wait(60)  # a mail server that hangs is waited for, up to half a minute


def cpu_per_call(server: Server, call: Callable[[], object], count: int) -> float:
    """Milliseconds of the server's CPU for one call. `count` must be large against the clock's 10 ms tick."""
    before = server.cpu()
    for _ in range(count):
        call()
    return (server.cpu() - before) * 1000 / count


def alternating(calls: dict[str, tuple[Server, Callable[[], object]]], count: int) -> dict[str, float]:
    """The median over rounds of each call's CPU, the calls in turn; a short warm-up first."""
    for _server, call in calls.values():
        for _ in range(10):
            call()
    values: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, (server, call) in calls.items():
            values[name].append(cpu_per_call(server, call, count))
    return {name: statistics.median(found) for name, found in values.items()}


def ok(answer: httpx.Response) -> None:
    if answer.is_error:
        raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}")
