"""Files in a ZIP: paths that every system can unpack and none can be led astray by, and a list with their hashes.

Nothing is held in memory but a piece of one file. What is packed already (PDF, Office, pictures) is stored as it is.
"""

import hashlib
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from exports import csvfile
from exports.document import LOCAL
from exports.report import AnswerValue
from exports.words import Words

PIECE = 1024 * 1024
# Windows unpacks into paths of 260 characters: 40 for each folder and 80 for the file leave room for where it stands.
FOLDER, FILE = 40, 80
LIST = "danh-sach.csv"
_FORBIDDEN = frozenset('/\\:*?"<>|')
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))})


class Damaged(Exception):
    """A file's bytes are not there any more, or not those that were kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """A file of the list. `facts` say whose it is, in the order of the list's head; `note` why it is missing."""

    path: str
    facts: Sequence[str]
    size: int
    sha256: str
    note: str = ""


def safe(name: str, most: int = FOLDER) -> str:
    """A name for one folder or file: one line, NFC, without what leads elsewhere or what a system forbids or reserves.

    A long one keeps its extension.
    """
    plain = unicodedata.normalize("NFC", name)
    kept = "".join("_" if c in _FORBIDDEN else c for c in plain if c.isprintable())
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > most:
        tail = dot + ending if stem and len(ending) <= 5 else ""
        kept = kept[: most - len(tail)].rstrip(". ") + tail
    if kept.partition(".")[0].strip().casefold() in _DEVICES:
        kept = f"_{kept}"
    return kept or "_"


class Archive:
    """A ZIP that is being written at `place`; closed when it is left, with its list as the last file.

    `head` names the facts of the list's lines.
    """

    def __init__(self, place: Path, made_at: datetime, head: Sequence[str], _: Words) -> None:
        self._file = zipfile.ZipFile(place, "w", allowZip64=True)
        self._at = made_at.astimezone(LOCAL).timetuple()[:6]
        self._head, self._words = head, _
        self._taken = {LIST}
        self._lines: list[Line] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._file.close()

    def add(self, folders: Sequence[str], name: str, facts: Sequence[str], data: bytes) -> None:
        """A file that was made."""
        path = self._path(folders, name)
        self._file.writestr(self._entry(path), data)
        self._lines.append(Line(path, facts, len(data), hashlib.sha256(data).hexdigest()))

    def copy(self, folders: Sequence[str], name: str, facts: Sequence[str], source: Path, sha256: str) -> None:
        """A file that is kept at `source` under its hash. Raises Damaged, with nothing added, when it is not that."""
        size = _verified(source, sha256)
        path = self._path(folders, name)
        with source.open("rb") as file, self._file.open(self._entry(path), "w", force_zip64=True) as target:
            while piece := file.read(PIECE):
                target.write(piece)
        self._lines.append(Line(path, facts, size, sha256))

    def missing(self, facts: Sequence[str], sha256: str, note: str) -> None:
        """What should be here, and why it is not."""
        self._lines.append(Line("", facts, 0, sha256, note))

    def _entry(self, path: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, self._at)
        entry.external_attr = 0o100644 << 16
        return entry

    def _path(self, folders: Sequence[str], name: str) -> str:
        """One that no other has, also where a system makes no difference between cases."""
        folder = "".join(f"{safe(part)}/" for part in folders)
        name = safe(name, FILE)
        stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
        path, number = folder + name, 2
        while path.casefold() in self._taken:
            path, number = f"{folder}{stem} ({number}){dot}{ending}", number + 1
        self._taken.add(path.casefold())
        return path

    def _finish(self) -> None:
        _ = self._words
        head = (_("Tệp"), *self._head, _("Kích thước (byte)"), _("SHA-256"), _("Ghi chú"))
        rows: list[Sequence[AnswerValue]] = [
            (line.path, *line.facts, line.size, line.sha256, line.note) for line in self._lines
        ]
        entry = self._entry(LIST)
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._file.writestr(entry, csvfile.written(head, rows))


def _verified(source: Path, sha256: str) -> int:
    """The size of a file that has this hash. Raises Damaged."""
    digest, size = hashlib.sha256(), 0
    try:
        for piece in _pieces(source):
            digest.update(piece)
            size += len(piece)
    except OSError as error:
        raise Damaged(source.name) from error
    if digest.hexdigest() != sha256:
        raise Damaged(source.name)
    return size


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
