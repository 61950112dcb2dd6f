"""Exports: a campaign as of a moment becomes a file, and a record of it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import anyio

from exports import csvfile, jsonfile, letter, xlsx
from exports import workbook as sheets
from exports.report import CampaignReport
from service import files, words
from service.errors import NotFound
from service.flow import campaigns, downloads, drafts, papers, recipients, reporttemplates
from service.flow.principal import Principal
from service.models import Campaign, ExportRecord
from service.settings import Settings
from service.words import _


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its media type, and what makes it of a report."""

    media_type: str
    made: Callable[[Settings, CampaignReport], Awaitable[bytes]]


class Made(NamedTuple):
    """A file under the name that it is kept by (plain ASCII)."""

    name: str
    media_type: str
    data: bytes


async def made(
    settings: Settings,
    campaign_id: int,
    kind: str,
    as_of: datetime,
    who: Principal,
    now: datetime,
    *,
    codes: bool = False,
) -> Made:
    """The campaign as a file of that kind (FORMATS). Recorded with its hash.

    `codes`: answers as the form's names instead of words, but for the report. Raises NotFound (also for an unknown
    kind), NotPublished, BeforePublication, PaperTooLong, PapersBusy.
    """
    form = FORMATS.get(kind)
    if form is None:
        raise NotFound()
    as_of = campaigns.figures_at(await campaigns.published(campaign_id), as_of, now)
    codes = codes and kind != REPORT
    found = await downloads.gather(campaign_id, as_of, now, codes=codes)
    data = await form.made(settings, found)
    digest = hashlib.sha256(data).hexdigest()
    await downloads.kept(campaign_id, kind, found.as_of, found.highest_event, digest, who, now, codes=codes)
    return Made(f"phieu-{campaign_id}-{words.local(found.as_of):%Y%m%d-%H%M}.{kind}", form.media_type, data)


async def records(campaign_id: int, most: int = 200) -> Sequence[tuple[ExportRecord, str]]:
    """The exports of a campaign with who made them in words, the newest first."""
    rows = await ExportRecord.filter(campaign_id=campaign_id).order_by("-id").limit(most)
    names = await drafts.people({row.made_by for row in rows})
    return [(row, names[row.made_by]) for row in rows]


def office(settings: Settings) -> letter.Office:
    """The office as the head of its reports names it."""
    return letter.Office(recipients.sender(settings), settings.office_above, settings.office_place)


async def newest() -> Campaign | None:
    """The campaign that was published last, to look at a template with."""
    return await Campaign.filter(published_at__not_isnull=True).order_by("-published_at").first()


async def previewed(settings: Settings, template: bytes, now: datetime) -> bytes:
    """The newest campaign's report as this template makes it. Raises NotFound, PaperTooLong, PapersBusy."""
    campaign = await newest()
    if campaign is None:
        raise NotFound()
    found = await downloads.gather(campaign.id, now, now)
    return await papers.filled(template, letter.letter(found, office(settings)))


async def _workbook(settings: Settings, found: CampaignReport) -> bytes:
    return await anyio.to_thread.run_sync(lambda: xlsx.render(sheets.workbook(found, _)))


async def _word(settings: Settings, found: CampaignReport) -> bytes:
    return await papers.filled(await reporttemplates.in_force(settings), letter.letter(found, office(settings)))


async def _csv(settings: Settings, found: CampaignReport) -> bytes:
    return await anyio.to_thread.run_sync(csvfile.units, found, _)


async def _archive(settings: Settings, found: CampaignReport) -> bytes:
    return await anyio.to_thread.run_sync(csvfile.archive, found, _)


async def _json(settings: Settings, found: CampaignReport) -> bytes:
    return await anyio.to_thread.run_sync(jsonfile.render, found)


REPORT = "docx"
CSV, ZIP = "text/csv; charset=utf-8", "application/zip"
FORMATS: Mapping[str, Format] = {
    "xlsx": Format(files.XLSX, _workbook),
    REPORT: Format(files.DOCX, _word),
    "csv": Format(CSV, _csv),
    "csv.zip": Format(ZIP, _archive),
    "json": Format("application/json", _json),
}
