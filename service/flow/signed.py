"""A sent report as the unit's own document: number and date of its clerk's office, and the scan of what was signed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tortoise.transactions import in_transaction

from service import files, words
from service.errors import Invalid, NotFound
from service.flow import attachments, audit, events, filling, openness, submissions
from service.flow.principal import Principal
from service.models import SignedReport, StoredFile
from service.settings import Settings
from service.words import _

MOST = 20  # times that one report's number, date or scan may be given anew


@dataclass(frozen=True, slots=True)
class Given:
    """What is added. The scan is (name, bytes); without one the scan given before stays."""

    number: str
    date: date | None
    scan: tuple[str, bytes] | None = None


async def add(
    settings: Settings, campaign_id: int, code: str, number: int, given: Given, who: Principal, now: datetime
) -> SignedReport:
    """Keep number, date and scan with a submission; what is known already is kept once.

    Raises NotFound, CampaignClosed, Invalid, BadFile, EmptyFile, TooLarge.
    """
    invitation = await filling.find(campaign_id, code=code)
    openness.require_open(invitation.campaign, now)
    submission = await submissions.numbered(invitation.id, number)
    _check(given, now)
    digest, kind = await files.take(settings.files_dir, *given.scan, files.SCAN) if given.scan else ("", "")
    async with in_transaction():
        await events.locked(campaign_id, code)
        before = await latest(submission.id)
        if before is not None and _same(before, given, digest):
            return before  # pressed twice
        if before is None and not (given.number or given.date or given.scan):
            raise _invalid("number", _("Vui lòng nhập số, ngày của văn bản hoặc chọn bản chụp đã ký."))
        if await SignedReport.filter(submission_id=submission.id).count() >= MOST:
            raise _invalid(
                "number", _("Báo cáo này đã được bổ sung quá nhiều lần. Vui lòng gọi chuyên viên phụ trách.")
            )
        scan = await _stored(given, digest, kind, now)
        row = await SignedReport.create(
            submission_id=submission.id,
            number=given.number,
            date=given.date,
            scan_id=scan.id if scan else before.scan_id if before else None,
            at=now,
            by=who.ref,
        )
        data = {"signed": row.id, "scan": digest}
        await audit.record("report.sign", f"invitation:{invitation.id}", who, now, data)
    return row


def _same(before: SignedReport, given: Given, digest: str) -> bool:
    scan = before.scan.sha256 if before.scan else ""
    return (before.number, before.date) == (given.number, given.date) and digest in ("", scan)


async def _stored(given: Given, digest: str, kind: str, now: datetime) -> StoredFile | None:
    if given.scan is None:
        return None
    name, data = given.scan
    return await StoredFile.create(
        sha256=digest, name=files.clean_name(name), size=len(data), content_type=kind, created_at=now
    )


def _check(given: Given, now: datetime) -> None:
    problems: list[dict[str, object]] = []
    if len(given.number) > 100:
        problems.append({"field": "number", "message": _("Số, ký hiệu dài quá 100 ký tự. Vui lòng kiểm tra lại.")})
    if given.date is not None and given.date > words.local(now).date():
        problems.append({"field": "date", "message": _("Ngày văn bản không được sau hôm nay.")})
    if problems:
        raise Invalid(problems)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid([{"field": field, "message": message}])


async def latest(submission_id: int) -> SignedReport | None:
    """What counts of a submission, its scan loaded."""
    return await SignedReport.filter(submission_id=submission_id).order_by("-id").select_related("scan").first()


async def of_submissions(submission_ids: Collection[int]) -> Mapping[int, SignedReport]:
    """What counts of each, scans loaded."""
    rows = await SignedReport.filter(submission_id__in=list(submission_ids)).order_by("id").select_related("scan")
    return {row.submission_id: row for row in rows}


async def scan(settings: Settings, invitation_id: int, number: int) -> tuple[StoredFile, Path]:
    """The scan of a submission that counts, and where its bytes are. Raises NotFound."""
    submission = await submissions.numbered(invitation_id, number)
    found = await latest(submission.id)
    if found is None:
        raise NotFound()
    return await attachments.on_disk(settings, found.scan)
