"""The Word template of the office's report: uploaded, checked, put in force, and back to the one that ships."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.transactions import in_transaction

from exports import word
from service import files, sandbox, templatewords
from service.errors import Invalid, NotFound
from service.flow import audit
from service.flow.principal import Principal
from service.models import ReportTemplate, StoredFile
from service.settings import Settings
from service.words import _

SUBJECT = "report_template"


async def index() -> Sequence[ReportTemplate]:
    """All that were uploaded, the newest first, each with its file."""
    return await ReportTemplate.all().order_by("-number").select_related("file")


async def get(number: int) -> ReportTemplate:
    """Raises NotFound."""
    found = await ReportTemplate.get_or_none(number=number).select_related("file")
    if found is None:
        raise NotFound()
    return found


async def in_force(settings: Settings) -> bytes | None:
    """The template that reports are made of now; None: the one that ships."""
    found = await ReportTemplate.filter(in_force=True).select_related("file").first()
    return content(settings, found) if found else None


def content(settings: Settings, row: ReportTemplate) -> bytes:
    return files.path(settings.files_dir, row.file.sha256).read_bytes()


async def shipped() -> bytes:
    """The template that ships, with notes for who edits it."""
    data: bytes = await sandbox.call(word.template)
    return data


async def add(settings: Settings, name: str, data: bytes, who: Principal, now: datetime) -> ReportTemplate:
    """Keep a template that can be used; it is not in force yet.

    Raises Invalid with a problem for each fault, BadFile (no Word document, or one with macros), EmptyFile, TooLarge.
    """
    files.judge(name, data, frozenset({files.DOCX}))
    try:
        faults: list[tuple[str, str]] = await sandbox.call(word.check, data)
    except sandbox.OverLimit:
        faults = [("too_big", "")]
    if faults:
        raise Invalid([{"field": "file", "message": templatewords.fault(*fault)} for fault in faults])
    digest, kind = await files.take(settings.files_dir, name, data, frozenset({files.DOCX}))
    async with in_transaction():
        last = await ReportTemplate.all().order_by("-number").select_for_update().first()
        stored = await StoredFile.create(
            sha256=digest, name=files.clean_name(name), size=len(data), content_type=kind, created_at=now
        )
        row = await ReportTemplate.create(number=last.number + 1 if last else 1, file=stored, at=now, by=who.ref)
        await audit.record("report_template.add", f"{SUBJECT}:{row.number}", who, now, {"sha256": digest})
    return row


async def use(number: int, who: Principal, now: datetime) -> None:
    """Make reports of this template from now on; of the one that ships for 0. Raises NotFound."""
    if number:
        await get(number)
    async with in_transaction():
        before = await ReportTemplate.filter(in_force=True).select_for_update().first()
        if (before.number if before else 0) == number:
            return
        await ReportTemplate.filter(in_force=True).update(in_force=False)
        await ReportTemplate.filter(number=number).update(in_force=True)
        await audit.record("report_template.use", f"{SUBJECT}:{number}", who, now)


def refused() -> str:
    """What to say of a file that is no Word document, or one with macros."""
    return _("Tệp không dùng được: cần tệp Word (.docx), không có macro. Vui lòng lưu lại dạng .docx rồi chọn lại.")
