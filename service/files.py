"""Files people send: judged by their content, kept under the SHA-256 of it, never run or shown inline."""

import hashlib
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import anyio

from service.errors import BadFile, EmptyFile, TooLarge
from service.words import N_, _

LIMIT_MB = 20
LIMIT = LIMIT_MB * 1024 * 1024

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JPEG = "image/jpeg"
PNG = "image/png"
CSV = "text/csv"  # beside a form's workbook only: nothing tells one by its content

ATTACHMENT = frozenset({PDF, DOCX, XLSX, JPEG, PNG})
DOCUMENT = frozenset({PDF})
SCAN = frozenset({PDF, JPEG, PNG})

MOST_PARTS = 5000  # files inside a Word or Excel document; a long report has some dozens
# The end of a ZIP's central directory: signature, 6 bytes on disks, entries, size and start of the directory, and
# the length of the comment after it; an entry has 46 bytes of its own, of which these are the lengths of what follows.
_END, _END_MARK = struct.Struct("<4s6xHIIH"), b"PK\x05\x06"
_ENTRY, _ENTRY_MARK = struct.Struct("<4s24xHHH12x"), b"PK\x01\x02"

_WORDS = {PDF: "PDF", DOCX: "Word (.docx)", XLSX: "Excel (.xlsx)", JPEG: N_("ảnh JPG"), PNG: N_("ảnh PNG")}


def content_type(data: bytes) -> str | None:
    """What the bytes are, by their content alone; None for anything we do not take."""
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"PK\x03\x04"):
        return _office_type(data)
    return None


def _office_type(data: bytes) -> str | None:
    """Word or Excel by the main part inside; a document with macros is neither."""
    try:
        names = set(_part_names(data))
    except (ValueError, struct.error):
        return None
    if any(name.endswith(b"vbaproject.bin") for name in names):
        return None
    if b"word/document.xml" in names:
        return DOCX
    if b"xl/workbook.xml" in names:
        return XLSX
    return None


def _part_names(data: bytes) -> Iterator[bytes]:
    """The names in a ZIP's central directory, in lower case, of which Office makes no difference.

    Raises ValueError or struct.error for a damaged directory, and before reading any of more than MOST_PARTS:
    Python's own reader takes seconds for a directory that fills the file.
    """
    end = data.rfind(_END_MARK)
    _mark, count, size, place, comment = _END.unpack_from(data, max(end, 0))
    if end < 0 or end + _END.size + comment != len(data) or count > MOST_PARTS or place + size > end:
        raise ValueError("no directory at the end")
    whole = place + size
    for _entry in range(count):
        mark, *lengths = _ENTRY.unpack_from(data, place)
        if mark != _ENTRY_MARK:
            raise ValueError("no entry")
        yield data[place + _ENTRY.size : place + _ENTRY.size + lengths[0]].lower()
        place += _ENTRY.size + sum(lengths)
    if place != whole:
        raise ValueError("more entries than told")


def judge(name: str, data: bytes, allowed: frozenset[str] = ATTACHMENT) -> str:
    """The content type. Raises EmptyFile, TooLarge or BadFile with words for the sender."""
    if not data:
        raise EmptyFile()
    if len(data) > LIMIT:
        raise TooLarge(limit=LIMIT_MB)
    found = content_type(data)
    if found is None or found not in allowed:
        raise BadFile(name=clean_name(name), kinds=", ".join(_(_WORDS[t]) for t in sorted(allowed)))
    return found


def clean_name(name: str) -> str:
    """The sender's file name without folders and control characters, at most 200 characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if c.isprintable() and c not in '"<>|:*?')
    return kept[-200:].strip(" .") or "tep"


async def take(folder: Path, name: str, data: bytes, allowed: frozenset[str] = ATTACHMENT) -> tuple[str, str]:
    """Judge and keep a file in a thread: its SHA-256 and content type. Raises as `judge`."""
    return await anyio.to_thread.run_sync(_taken, folder, name, data, allowed)


def _taken(folder: Path, name: str, data: bytes, allowed: frozenset[str]) -> tuple[str, str]:
    found = judge(name, data, allowed)
    return keep(folder, data), found


def keep(folder: Path, data: bytes) -> str:
    """Write the bytes under their SHA-256 and return it. Safe to repeat, and after a crash half way."""
    digest = hashlib.sha256(data).hexdigest()
    place = path(folder, digest)
    if place.exists():
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, place)
    return digest


def path(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest
