"""An export in a process of its own, so that requests go on beside it: started here, and written by
service/exportchild.

The child reads the database over a connection of its own, with a lower claim on the processor. It is asked over
standard input, which it watches: when that ends, so does the child. It answers a line of JSON at a time on standard
output. The file grows beside its place and is renamed when it is whole.
"""

import asyncio
import json
import os
import pickle
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio

from service import errors
from service.flow.archives import Seen
from service.flow.exporting import Order, kept
from service.flow.principal import Principal
from service.settings import Settings
from service.words import N_

CHILD = "service.exportchild"
BEAT = 1.0  # seconds between two looks at how far it is
LONGEST = 7200.0  # seconds; 3,321 reports as PDF take a quarter of an hour on a free machine
PART = ".part"
DIRECT = "direct"  # begins the names of files that somebody waits for
MOST = 8
_turns = asyncio.Semaphore(2)
_waiting = 0


WHY = {
    "died": N_(
        "Tiến trình lập tệp dừng giữa chừng nhiều lần. Vui lòng thử lại; nếu vẫn vậy, vui lòng báo quản trị viên."
    ),
    "too_slow": N_("Tệp cần hơn hai giờ nên đã dừng. Vui lòng chọn dạng tệp khác."),
    "memory": N_("Máy chủ không đủ bộ nhớ cho tệp này. Vui lòng chọn dạng tệp khác hoặc báo quản trị viên."),
    "disk_full": N_("Máy chủ hết chỗ trên đĩa. Vui lòng báo quản trị viên."),
    "sheet_too_large": N_("Có bảng dài hơn một trang tính Excel chứa được. Vui lòng chọn CSV hoặc JSON."),
    "paper_too_long": N_("Nội dung quá dài để lập văn bản. Vui lòng dùng tệp Excel."),
    "papers_busy": N_("Hệ thống đang lập nhiều văn bản cùng lúc. Vui lòng thử lại sau ít phút."),
    "broken": N_("Hệ thống gặp lỗi khi lập tệp. Vui lòng báo quản trị viên."),
}


@dataclass(frozen=True, slots=True)
class Far:
    """How far an export is: `stage` "reading", then "writing" with `done` of `total`."""

    stage: str = "reading"
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A whole file at its place."""

    seen: Seen
    size: int
    sha256: str


class ExportsBusy(errors.ServiceError):
    status = 503
    code = "exports_busy"
    message = N_("Đang có nhiều tệp chờ lập. Vui lòng đợi các tệp đó xong rồi thử lại.")


class Failed(errors.ServiceError):
    """The file could not be made; `why` is a code (WHY)."""

    code = "export_failed"

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why
        self.message = WHY[why]
        self.status = 422 if why in ("paper_too_long", "sheet_too_large") else 500


class Stopped(Exception):
    """Nobody wants the file any more."""


async def run(settings: Settings, order: Order, place: Path, told: Callable[[Far], Awaitable[bool]]) -> Written:
    """Make the file at `place`; `told` hears every second how far it is and says whether to go on.

    Where it ends otherwise nothing is left of it. Raises Failed, Stopped, and what `told` raises.
    """
    part = place.with_name(place.name + PART)
    await anyio.to_thread.run_sync(lambda: place.parent.mkdir(parents=True, exist_ok=True))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # its own children end with it
    )
    answer = _Answer()
    reading = asyncio.create_task(answer.read(process, pickle.dumps((settings, order, part))))
    try:
        async with asyncio.timeout(LONGEST):
            while not (await asyncio.wait({reading}, timeout=BEAT))[0]:
                if not await told(answer.far):
                    raise Stopped()
        written = answer.written()
        part.replace(place)
        return written
    except TimeoutError as error:
        raise Failed("too_slow") from error
    finally:
        reading.cancel()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        part.unlink(missing_ok=True)


async def made(settings: Settings, order: Order, who: Principal, clock: Callable[[], datetime]) -> Path:
    """An export for somebody who waits for it, recorded; whoever gets it removes the file.

    Two are made at once, and few wait. Raises Failed, ExportsBusy.
    """
    global _waiting
    if _waiting >= MOST:
        raise ExportsBusy()
    _waiting += 1
    try:
        async with _turns:
            place = settings.exports_dir / f"{DIRECT}-{uuid4().hex}"
            written = await run(settings, order, place, _goes_on)
    finally:
        _waiting -= 1
    await kept(order, written.seen, written.sha256, who, clock())
    return place


async def _goes_on(far: Far) -> bool:
    return True


class _Answer:
    """What a child says: lines on how far it is, and a last one on how it ended."""

    def __init__(self) -> None:
        self.far = Far()
        self._end: dict[str, Any] = {"error": "died"}

    async def read(self, process: asyncio.subprocess.Process, asked: bytes) -> None:
        """Ask, then listen to the end."""
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # it died at once: nothing will be said
            process.stdin.write(asked)
            await process.stdin.drain()
        async for line in process.stdout:
            said = json.loads(line)
            if "stage" in said:
                self.far = Far(**said)
            else:
                self._end = said

    def written(self) -> Written:
        """Raises Failed."""
        if "error" in self._end:
            raise Failed(self._end["error"])
        seen = Seen(datetime.fromisoformat(self._end["as_of"]), self._end["highest_event"])
        return Written(seen, self._end["size"], self._end["sha256"])
