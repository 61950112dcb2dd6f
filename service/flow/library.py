"""The form versions that were imported, for looking at."""

from pathlib import Path

from service import files
from service.errors import NotFound
from service.models import FormFile, FormVersion, StoredFile
from service.settings import Settings


async def versions() -> list[FormVersion]:
    """The newest first; their cells are left unread."""
    fields = ("id", "form_id", "version", "title", "questions", "created_at")
    return await FormVersion.all().order_by("-created_at", "-id").only(*fields)


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
