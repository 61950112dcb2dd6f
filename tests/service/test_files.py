"""Files are judged by their content, quickly whatever they are made of, and kept by their hash."""

import io
import struct
import time
import zipfile
from pathlib import Path

import anyio
import pytest

from service import files
from service.errors import BadFile, EmptyFile, TooLarge

pytestmark = pytest.mark.anyio


def archive(*names: str, comment: bytes = b"") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for name in names:
            made.writestr(name, b"<x/>")
        made.comment = comment
    return written.getvalue()


def crowded(entries: int, told: int, extra: bytes = b"") -> bytes:
    """A Word document with that many entries in its directory, of which the end tells `told`."""
    name = b"word/document.xml"
    entry = struct.pack("<4s24xHHH12x", b"PK\x01\x02", len(name), len(extra), 0) + name + extra
    body = b"PK\x03\x04" + bytes(60)
    size = len(entry) * entries
    end = struct.pack("<4s4xHHIIH", b"PK\x05\x06", told, told, size, len(body), 0)
    return body + entry * entries + end


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (archive("[Content_Types].xml", "word/document.xml"), files.DOCX),
        (archive("xl/workbook.xml", comment=b"saved by a program"), files.XLSX),
        (archive("word/document.xml", "word/vbaProject.bin"), None),
        (archive("word/document.xml", "word/VBAPROJECT.BIN"), None),
        (archive("notes.txt"), None),
        (archive(*(f"word/media/{number}.png" for number in range(4999)), "word/document.xml"), files.DOCX),
        (archive(*(f"word/media/{number}.png" for number in range(5000)), "word/document.xml"), None),
        (archive("word/document.xml")[:-30], None),
        (archive("word/document.xml") + b"more", None),
        (b"PK\x03\x04", None),
        (crowded(1, 1), files.DOCX),
        (crowded(2, 1), None),
        (crowded(1, 2), None),
        (b"%PDF-1.7 ", files.PDF),
        (b"\xff\xd8\xff\xe0", files.JPEG),
        (b"MZ\x90\x00", None),
    ],
)
def test_the_content_tells_what_a_file_is(data: bytes, found: str | None) -> None:
    assert files.content_type(data) == found


@pytest.mark.parametrize(
    "data",
    [
        crowded(300_000, 65_535),
        crowded(300_000, 5000),
        crowded(300, 300, extra=struct.pack("<HH", 9, 0) * 16_000),
    ],
)
def test_a_directory_that_fills_the_file_takes_no_time(data: bytes) -> None:
    assert 15_000_000 < len(data) <= files.LIMIT
    begun = time.perf_counter()
    files.content_type(data)
    assert time.perf_counter() - begun < 0.5


async def test_a_file_is_taken_without_stopping_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one file is being judged and written, another task goes on."""
    began, released, went_on = anyio.Event(), anyio.Event(), False
    judged = files.judge

    def slow(*given: object) -> str:
        anyio.from_thread.run_sync(began.set)
        anyio.from_thread.run(released.wait)
        return judged(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "judge", slow)

    async def other() -> None:
        nonlocal went_on
        await began.wait()
        went_on = True
        released.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        digest, found = await files.take(tmp_path, "a.pdf", b"%PDF-1.7 ")
    assert went_on
    assert found == files.PDF
    assert files.path(tmp_path, digest).read_bytes() == b"%PDF-1.7 "


@pytest.mark.parametrize(
    ("data", "refusal"), [(b"", EmptyFile), (b"MZ", BadFile), (b"%PDF-" + bytes(files.LIMIT), TooLarge)]
)
async def test_what_is_refused_is_not_kept(tmp_path: Path, data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await files.take(tmp_path, "a.pdf", data)
    assert [found async for found in anyio.Path(tmp_path).iterdir()] == []
