"""The child process that writes one export (flow/exportprocess starts it): asked over standard input, answering in
lines of JSON on standard output. It ends when standard input does, for then nobody is left to answer.
"""

import asyncio
import errno
import hashlib
import json
import os
import pickle
import resource
import sys
import threading
import time
import traceback
from pathlib import Path

from exports.xlsx import SheetTooLarge
from service import database
from service.errors import ServiceError
from service.flow import exporting, exportprocess
from service.flow.exporting import Order
from service.pages import formpapers
from service.settings import Settings

MEMORY = 2 * 1024 * 1024 * 1024  # bytes of addresses; 3,321 units with 65 questions really use some 250 MB
NICE = 10  # requests come first
OFTEN = 0.3  # seconds between two lines


class Telling:
    """Says how far the work is, but not more often than anybody looks."""

    def __init__(self) -> None:
        self._at = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._at + OFTEN or done == total:
            self._at = now
            say({"stage": "writing", "done": done, "total": total})


def say(line: dict[str, object]) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


async def work(settings: Settings, order: Order, place: Path) -> dict[str, object]:
    """Write the file; what to say of it at the end."""
    async with database.opened(settings.database_url):
        seen = await exporting.write(settings, order, place, formpapers.paper_of, Telling())
    size, digest = await asyncio.to_thread(_sealed, place)
    return {"as_of": seen.as_of.isoformat(), "highest_event": seen.highest_event, "size": size, "sha256": digest}


def _sealed(place: Path) -> tuple[int, str]:
    """Size and SHA-256 of the file, which has reached the disk."""
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return file.tell(), digest


def why(error: Exception) -> str:
    """The code of what went wrong (flow.exportprocess.WHY)."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "disk_full"
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, SheetTooLarge):
        return "sheet_too_large"
    return error.code if isinstance(error, ServiceError) and error.code in exportprocess.WHY else "broken"


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    settings, order, place = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    threading.Thread(target=_end_with_input, daemon=True).start()
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        say(asyncio.run(work(settings, order, place)))
    except Exception as error:
        traceback.print_exc()
        say({"error": why(error)})


if __name__ == "__main__":
    main()
    os._exit(0)  # the thread that watches standard input waits for ever
