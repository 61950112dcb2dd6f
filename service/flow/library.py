"""The form versions that were imported, for looking at."""

from datetime import datetime
from pathlib import Path

from service import files
from service.errors import NotFound
from service.models import FormVersion, StoredFile
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


async def workbook(settings: Settings, version_id: int) -> tuple[Path, str, datetime]:
    """Where the workbook lies, what its sender called it, and since when. Raises NotFound."""
    _found, file = await version(version_id)
    place = files.path(settings.files_dir, file.sha256)
    if not place.is_file():
        raise NotFound()
    return place, file.name, file.created_at
