"""Archives of a campaign: every file that came with what was sent, and every report that was sent as PDF.

They hold what counts as of a moment, the same reports as every other export. What was given to a draft, or is only half
there, was not sent.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from exports import pdf
from exports.archive import Archive, Damaged
from exports.paper import Paper
from service import database, files, words
from service.flow import answersheet, attachments, campaigns, consolidation, papers, progress, submissions
from service.models import Attachment, Campaign, Intake, Invitation, SignedReport, StoredFile, Submission
from service.settings import Settings
from service.words import N_, _

Told = Callable[[int, int], None]
PaperOf = Callable[[Invitation, Submission, datetime], Awaitable[Paper]]
DOCUMENTS = N_("Văn bản")
SIGNED, SCAN = N_("Bản ký của báo cáo"), N_("Bản chụp văn bản đến")
LOST = N_("Tệp không còn trên hệ thống hoặc đã hỏng")
TOO_LONG = N_("Quá dài để lập PDF, vui lòng xem trên màn hình")
ENDINGS = {files.PDF: ".pdf", files.DOCX: ".docx", files.XLSX: ".xlsx", files.JPEG: ".jpg", files.PNG: ".png"}
BATCH = 20  # papers that one child process makes; then it is gone, with its memory


class Seen(NamedTuple):
    """What an export was made of: as of when, and the highest event that it looked at."""

    as_of: datetime
    highest_event: int


@dataclass(frozen=True, slots=True)
class _Sent:
    """A campaign's reports as of a moment, in the order of codes. Each invitation has its campaign."""

    campaign: Campaign
    seen: Seen
    reports: Sequence[tuple[Invitation, Submission]]
    intakes: Sequence[Intake]
    signed: Sequence[SignedReport]


@dataclass(frozen=True, slots=True)
class _File:
    """A kept file, and where in the archive it belongs."""

    folders: tuple[str, ...]
    facts: tuple[str, ...]
    file: StoredFile


async def of_files(
    settings: Settings, place: Path, campaign_id: int, as_of: datetime, now: datetime, told: Told
) -> Seen:
    """A ZIP, at `place`, of the files with what was sent: folders unit/section/question, and the list of all.

    Documents that came on paper or through HPnet and signed reports lie in a folder of their unit's own. A file that is
    lost or damaged is named in the list. Raises NotFound, NotPublished.
    """
    sent = await _sent(campaign_id, as_of)
    found = [one for invitation, report in sent.reports for one in await _given(invitation, report)]
    found += [_document(row.submission.invitation, row.submission.receipt, SIGNED, row.scan) for row in sent.signed]
    found += [_document(row.invitation, row.document_number, SCAN, row.scan) for row in sent.intakes]
    found.sort(key=lambda one: one.facts[0])
    head = (_("Mã đơn vị"), _("Đơn vị"), _("Mục"), _("Câu hỏi"), _("Số xác nhận"), _("Tên tệp khi gửi"))
    with Archive(place, now, head, _) as archive:
        for number, one in enumerate(found):
            told(number, len(found))
            kept = files.path(settings.files_dir, one.file.sha256)
            try:
                archive.copy(one.folders, _named(one.file), one.facts, kept, one.file.sha256)
            except Damaged:
                archive.missing(one.facts, one.file.sha256, _(LOST))
    told(len(found), len(found))
    return sent.seen


async def of_papers(
    place: Path, campaign_id: int, as_of: datetime, now: datetime, paper_of: PaperOf, told: Told
) -> Seen:
    """A ZIP, at `place`, of every report as PDF, named by code, unit and receipt, and the list of all.

    One that is too long to be made is named in the list. Raises NotFound, NotPublished, PapersBusy.
    """
    sent = await _sent(campaign_id, as_of)
    head = (_("Mã đơn vị"), _("Đơn vị"), _("Số xác nhận"), _("Gửi lúc"), _("Mã kiểm tra nội dung"))
    with Archive(place, now, head, _) as archive:
        for start in range(0, len(sent.reports), BATCH):
            told(start, len(sent.reports))
            batch = sent.reports[start : start + BATCH]
            made = await _made([await paper_of(invitation, report, now) for invitation, report in batch])
            for (invitation, report), data in zip(batch, made, strict=True):
                facts = (*_whose(invitation), report.receipt, words.moment(report.submitted_at), report.hash)
                if data is None:
                    archive.missing(facts, "", _(TOO_LONG))
                else:
                    archive.add((), f"{_folder(invitation)} {report.receipt}.pdf", facts, data)
    told(len(sent.reports), len(sent.reports))
    return sent.seen


async def _made(batch: Sequence[Paper]) -> list[bytes | None]:
    """The papers as PDF, None for one that is too long."""
    try:
        return [*await papers.in_turn(pdf.render_all, batch)]
    except papers.PaperTooLong:
        if len(batch) == 1:
            return [None]
        middle = len(batch) // 2
        return [*await _made(batch[:middle]), *await _made(batch[middle:])]


async def _sent(campaign_id: int, as_of: datetime) -> _Sent:
    async with database.snapshot():
        campaign = await campaigns.published(campaign_id)
        found = await progress.of(campaign_id, as_of)
        reports = await consolidation.answers(found, as_of)
        invitations = {one.code: one for one in await Invitation.filter(campaign_id=campaign_id)}
        scans = Intake.filter(invitation__campaign_id=campaign_id, recorded_at__lte=as_of, scan_id__not_isnull=True)
        intakes = await scans.order_by("id").select_related("scan", "invitation")
        own = SignedReport.filter(
            submission_id__in=[one.id for one in reports.values()], at__lte=as_of, scan_id__not_isnull=True
        )
        signed = await own.order_by("id").select_related("scan", "submission__invitation")
    for invitation in invitations.values():
        invitation.campaign = campaign
    latest = {row.submission_id: row for row in signed}
    pairs = [(invitations[code], report) for code, report in sorted(reports.items())]
    return _Sent(campaign, Seen(as_of, found.highest_event), pairs, intakes, list(latest.values()))


async def _given(invitation: Invitation, report: Submission) -> list[_File]:
    """The files that a report's file questions hold, in the order of the form."""
    if report.nil_reason:
        return []
    form = await submissions.form_of(report, invitation.campaign)
    answers = submissions.sent_answers(form, report)
    held = {str(value): key for key, value in answers.items() if value and attachments.is_file(form, key)}
    numbers = [int(text) for text in held if text.isascii() and text.isdigit() and len(text) < 10]
    rows = await Attachment.filter(id__in=numbers, invitation_id=invitation.id).order_by("id").select_related("file")
    found = []
    for row in rows:
        question = attachments.file_question(form, held[str(row.id)])
        section, label = answersheet.section(form, question), answersheet.label(form, question)
        folders = (_folder(invitation), *([section] if section else []), label)
        facts = (*_whose(invitation), section, label, report.receipt, row.file.name)
        found.append(_File(folders, facts, row.file))
    return found


def _document(invitation: Invitation, number: str, what: str, file: StoredFile | None) -> _File:
    assert file is not None  # asked for with one
    section, label = _(DOCUMENTS), _(what)
    facts = (*_whose(invitation), section, label, number, file.name)
    return _File((_folder(invitation), section, label), facts, file)


def _whose(invitation: Invitation) -> tuple[str, str]:
    return invitation.code, invitation.full_name


def _folder(invitation: Invitation) -> str:
    return " ".join(_whose(invitation))


def _named(file: StoredFile) -> str:
    """The name it came with, and the ending of what it is."""
    ending = ENDINGS.get(file.content_type, "")
    given = file.name.lower()
    fits = given.endswith(ending) or (ending == ".jpg" and given.endswith(".jpeg"))
    return file.name if fits else file.name + ending
