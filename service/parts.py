"""Files that arrive in parts: what has come so far lies in a folder of its sender, until it is whole or a day old.

A file is found by who sends it and by the sender's own name for it, both hashed into the path: nobody reaches another's
part by naming it. Several requests may write the same one; whoever is wrong about how much there is adds nothing.
Whoever takes the whole holds its lock until it is kept, so that a fault, or the end of the process, leaves it there.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

KEPT = 86_400  # seconds; an upload that stood still for longer begins anew, and a mark is forgotten
MOST_OPEN = 5  # files half way of one sender; the oldest make room
DONE = ".done"


def place(folder: Path, sender: int, name: str) -> Path:
    """Where the part is, or would be."""
    return folder / str(sender) / hashlib.sha256(name.encode()).hexdigest()


def held(part: Path) -> int:
    """How many bytes have come."""
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def append(part: Path, offset: int, data: bytes, size: int) -> int:
    """Add bytes that begin at `offset` of a file of `size`; how many there are now.

    Where the offset is not what has come, or there would be more than the whole, or somebody else is at it, nothing
    is added.
    """
    if offset and not part.exists():
        return 0
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        here = os.fstat(file.fileno()).st_size
        if not _locked(file):
            return here
        here = os.fstat(file.fileno()).st_size
        if here != offset or offset + len(data) > size:
            return here
        file.write(data)
        file.flush()
        return here + len(data)


def claim(part: Path) -> BinaryIO | None:
    """The whole file, for nobody else until it is closed; None when somebody else has it or had it a moment ago."""
    try:
        file = part.open("r+b")
    except FileNotFoundError:
        return None
    if _locked(file) and os.fstat(file.fileno()).st_nlink:  # what was taken away meanwhile has no name any more
        return file
    file.close()
    return None


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep_mark(part: Path, mark: str) -> None:
    """Put a mark in place of the part: what became of it."""
    part.with_suffix(DONE).write_text(mark)
    drop(part)


def mark(part: Path) -> str:
    """What became of a part that was whole within the last day, "" when nothing is known."""
    try:
        return part.with_suffix(DONE).read_text()
    except FileNotFoundError:
        return ""


def drop(part: Path) -> None:
    part.unlink(missing_ok=True)


def sweep(folder: Path, sender: int, keep: Path, now: float) -> None:
    """Remove what stood still for a day, of anybody, and of this sender all but the latest MOST_OPEN; never `keep`.
    `now` is in seconds since 1970."""
    old = now - KEPT
    for part in folder.glob("*/*"):
        if part != keep and _written(part) < old:
            drop(part)
    own = sorted((folder / str(sender)).glob("*"), key=_written)
    for part in [found for found in own if found != keep and found.suffix != DONE][: -(MOST_OPEN - 1)]:
        drop(part)


def _written(part: Path) -> float:
    try:
        return part.stat().st_mtime
    except FileNotFoundError:
        return 0.0
