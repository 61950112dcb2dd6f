"""ZIPs of files: names that unpack anywhere and lead nowhere else, and a list that tells of every file."""

import csv
import hashlib
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exports.archive import Archive, Damaged, safe

AT = datetime(2025, 7, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Xã An Lão", "Xã An Lão"),
        ("Xa\u0303 La\u0303o", "Xã Lão"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "_"),
        ("C:\\Windows\\system32", "C__Windows_system32"),
        (" bảng\n kê\t.xlsx ", "bảng kê.xlsx"),
        ("nul.pdf", "_nul.pdf"),
        ("Com1", "_Com1"),
        ("a\x00b\ud800c\u202egpj.exe", "abcgpj.exe"),
        ("", "_"),
        ("dài " * 40 + ".docx", "dài dài dài dài dài dài dài dài dài.docx"),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_name_is_one_step_into_the_folder(given: str, kept: str) -> None:
    assert safe(given) == kept
    assert len(kept) <= 41


def test_every_file_is_in_the_list_with_its_hash_and_what_is_missing_too(tmp_path: Path) -> None:
    data = b"%PDF-1.4 " + bytes(3_000_000)
    digest = hashlib.sha256(data).hexdigest()
    kept = tmp_path / digest
    kept.write_bytes(data)
    place = tmp_path / "out.zip"
    with Archive(place, AT, ("Mã", "Tên"), lambda text: text) as archive:
        archive.copy(("Xã A", "Mục 1"), "Bảng.pdf", ("1", "=cmd|' /C calc'!A0"), kept, digest)
        archive.copy(("xã a", "mục 1"), "bảng.PDF", ("2", "x"), kept, digest)
        for source, hashed in ((kept, "0" * 64), (tmp_path / "khong-co", digest)):
            with pytest.raises(Damaged):
                archive.copy((), "c.pdf", ("3", "x"), source, hashed)
        archive.missing(("3", "x"), digest, "đã hỏng")
        archive.add((), "danh-sach.csv", ("4", "x"), b"not the list")
    with zipfile.ZipFile(place) as found:
        assert found.testzip() is None
        assert found.namelist() == [
            "Xã A/Mục 1/Bảng.pdf",
            "xã a/mục 1/bảng (2).PDF",
            "danh-sach (2).csv",
            "danh-sach.csv",
        ]
        assert found.read("Xã A/Mục 1/Bảng.pdf") == data
        assert found.infolist()[0].date_time == (2025, 7, 20, 8, 30, 0)
        text = found.read("danh-sach.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Mã"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["Tên"] == "'=cmd|' /C calc'!A0"
    assert (rows[0]["SHA-256"], rows[0]["Kích thước (byte)"]) == (digest, str(len(data)))
    assert (rows[2]["Tệp"], rows[2]["Ghi chú"]) == ("", "đã hỏng")
