"""Files people send: judged by their content, kept under the SHA-256 of it, never run or shown inline."""

import hashlib
import io
import os
import tempfile
import zipfile
from pathlib import Path

from service.errors import BadFile, EmptyFile, TooLarge
from service.words import N_, _

LIMIT_MB = 20
LIMIT = LIMIT_MB * 1024 * 1024

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JPEG = "image/jpeg"
PNG = "image/png"

ATTACHMENT = frozenset({PDF, DOCX, XLSX, JPEG, PNG})
DOCUMENT = frozenset({PDF})
SCAN = frozenset({PDF, JPEG, PNG})

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
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    return None


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
