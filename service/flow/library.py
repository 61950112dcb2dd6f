"""The form versions that were imported, for looking at."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import anyio

from exports import xlsform
from forms import workbook as workbook_of
from forms.schema import Form
from forms.xlsform.media import is_file
from service import files
from service.errors import NotFound
from service.flow import forms
from service.models import FormFile, FormVersion, StoredFile
from service.settings import Settings


async def versions() -> list[FormVersion]:
    """The newest first; their cells are left unread."""
    fields = ("id", "form_id", "version", "title", "questions", "created_at")
    return await FormVersion.all().order_by("-created_at", "-id").only(*fields)


async def series() -> list[list[FormVersion]]:
    """The versions by form, the form with the newest one first, the newest of each first."""
    found: dict[str, list[FormVersion]] = {}
    for one in await versions():
        found.setdefault(one.form_id, []).append(one)
    return list(found.values())


async def version(version_id: int) -> tuple[FormVersion, StoredFile]:
    """A version and the workbook it came from. Raises NotFound."""
    found = await FormVersion.get_or_none(id=version_id).select_related("file")
    if found is None:
        raise NotFound()
    return found, found.file


async def media(version_id: int) -> list[FormFile]:
    """The CSV files that came with a version's workbook, by name, each with its stored file."""
    return await FormFile.filter(form_id=version_id).select_related("file").order_by("name")


async def workbook(settings: Settings, version_id: int) -> tuple[Path, str]:
    """Where the workbook lies and what its sender called it. Raises NotFound."""
    _found, file = await version(version_id)
    return _lying(settings, file), file.name


async def beside(settings: Settings, version_id: int, file_id: int) -> tuple[Path, str]:
    """Where a CSV file of a version lies, and its name. Raises NotFound."""
    found = await FormFile.get_or_none(form_id=version_id, id=file_id).select_related("file")
    if found is None:
        raise NotFound()
    return _lying(settings, found.file), found.name


def _lying(settings: Settings, file: StoredFile) -> Path:
    place = files.path(settings.files_dir, file.sha256)
    if not place.is_file():
        raise NotFound()
    return place


@dataclass(frozen=True, slots=True)
class Export:
    """A form version as XLSForm. `files` are the CSV files it goes with, `bundle` is a ZIP of them and the workbook."""

    name: str
    workbook: bytes
    files: tuple[str, ...]
    bundle: bytes


async def export(version_id: int) -> Export:
    """A version written anew from the form, in canonical columns. Raises NotFound."""
    form = await forms.built(version_id)
    return await anyio.to_thread.run_sync(_exported, form)


def _exported(form: Form) -> Export:
    cells = workbook_of.cells(form)
    beside = {name: _csv(rows) for name, rows in cells.items() if is_file(name)}
    sheets = {name: xlsform.Sheet(rows) for name, rows in cells.items() if name not in beside}
    name = files.clean_name(f"{form.id}-{form.version}" if form.version else form.id)
    data = xlsform.write(sheets)
    return Export(name, data, tuple(beside), xlsform.bundle({f"{name}.xlsx": data, **beside}))


def _csv(rows: list[list[str]]) -> bytes:
    """As Excel reads and writes it: UTF-8 with a mark, so that no letter is lost."""
    text = io.StringIO(newline="")
    width = len(rows[0])
    csv.writer(text).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return text.getvalue().encode("utf-8-sig")
