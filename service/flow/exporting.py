"""Exports: a campaign as of a moment becomes a file, and a record of it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import anyio

from exports import csvfile, jsonfile, letter, xlsx
from exports import workbook as sheets
from exports.report import CampaignReport
from service import files, words
from service.errors import NotFound
from service.flow import archives, campaigns, downloads, drafts, papers, recipients, reporttemplates
from service.flow.archives import Seen
from service.flow.principal import Principal
from service.models import Campaign, ExportRecord, FormVersion, Invitation
from service.settings import Settings
from service.words import _

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its media type, and what makes it of a report; None for an archive, which is never small."""

    media_type: str
    made: Callable[[Settings, CampaignReport, Told], Awaitable[bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """An export to be made: a published campaign as of a moment as a kind of file (FORMATS), asked for at `now`.

    `codes`: answers as the form's names instead of words, where a kind has answers in cells.
    """

    campaign: int
    kind: str
    as_of: datetime
    now: datetime
    codes: bool = False

    @property
    def name(self) -> str:
        """The name that the file is kept by (plain ASCII)."""
        return f"phieu-{self.campaign}-{words.local(self.as_of):%Y%m%d-%H%M}.{self.kind}"

    @property
    def media_type(self) -> str:
        return FORMATS[self.kind].media_type


class Made(NamedTuple):
    """A file under the name that it is kept by (plain ASCII)."""

    name: str
    media_type: str
    data: bytes


async def ordered(
    campaign_id: int, kind: str, as_of: datetime, now: datetime, *, codes: bool = False
) -> tuple[Order, bool]:
    """The order, and whether it is to be made aside (flow.exportprocess): an archive, or an export of more than LARGE
    answers.

    Raises NotFound (also for an unknown kind), NotPublished, BeforePublication.
    """
    if kind not in FORMATS:
        raise NotFound()
    campaign = await campaigns.published(campaign_id)
    at = campaigns.figures_at(campaign, as_of, now)
    order = Order(campaign_id, kind, at, now, codes and kind in CODED)
    return order, kind in ARCHIVES or await large(campaign)


async def large(campaign: Campaign) -> bool:
    """Whether the exports of a campaign would keep other requests waiting, by how many answers it can have."""
    form = await FormVersion.get(id=campaign.form_id)
    return await Invitation.filter(campaign_id=campaign.id).count() * form.questions > LARGE


async def made(settings: Settings, order: Order, who: Principal) -> Made:
    """A small export, at once. Recorded with its hash. Raises PaperTooLong, PapersBusy."""
    data, seen = await _of_report(settings, order, _untold)
    digest = hashlib.sha256(data).hexdigest()
    await kept(order, seen, digest, who, order.now)
    return Made(order.name, order.media_type, data)


async def kept(order: Order, seen: Seen, digest: str, who: Principal, now: datetime) -> None:
    """Record an export that was made."""
    await downloads.kept(
        order.campaign, order.kind, seen.as_of, seen.highest_event, digest, who, now, codes=order.codes
    )


async def write(settings: Settings, order: Order, place: Path, paper_of: archives.PaperOf, told: Told) -> Seen:
    """Any export, at `place`; `told` hears how far it is. Nothing is recorded.

    For a process of its own: all that is worked out here is worked out on its event loop.
    Raises as the archives, SheetTooLarge, PaperTooLong, OSError.
    """
    if order.kind == "zip":
        return await archives.of_files(settings, place, order.campaign, order.as_of, order.now, told)
    if order.kind == "pdf.zip":
        return await archives.of_papers(place, order.campaign, order.as_of, order.now, paper_of, told)
    data, seen = await _of_report(settings, order, told)
    await anyio.to_thread.run_sync(place.write_bytes, data)
    return seen


async def _of_report(settings: Settings, order: Order, told: Told) -> tuple[bytes, Seen]:
    make = FORMATS[order.kind].made
    assert make is not None  # archives are written
    found = await downloads.gather(order.campaign, order.as_of, order.now, codes=order.codes)
    return await make(settings, found, told), Seen(found.as_of, found.highest_event)


def _untold(done: int, total: int) -> None:
    """Nobody waits for how far it is."""


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


async def _workbook(settings: Settings, found: CampaignReport, told: Told) -> bytes:
    return await anyio.to_thread.run_sync(lambda: xlsx.render(sheets.workbook(found, _), told))


async def _word(settings: Settings, found: CampaignReport, told: Told) -> bytes:
    return await papers.filled(await reporttemplates.in_force(settings), letter.letter(found, office(settings)))


async def _csv(settings: Settings, found: CampaignReport, told: Told) -> bytes:
    return await anyio.to_thread.run_sync(csvfile.units, found, _)


async def _archive(settings: Settings, found: CampaignReport, told: Told) -> bytes:
    return await anyio.to_thread.run_sync(csvfile.archive, found, _)


async def _json(settings: Settings, found: CampaignReport, told: Told) -> bytes:
    return await anyio.to_thread.run_sync(jsonfile.render, found)


CSV, ZIP = "text/csv; charset=utf-8", "application/zip"
FORMATS: Mapping[str, Format] = {
    "xlsx": Format(files.XLSX, _workbook),
    "docx": Format(files.DOCX, _word),
    "csv": Format(CSV, _csv),
    "csv.zip": Format(ZIP, _archive),
    "json": Format("application/json", _json),
    "zip": Format(ZIP),
    "pdf.zip": Format(ZIP),
}
CODED = frozenset({"xlsx", "csv", "csv.zip", "json"})
ARCHIVES = frozenset(kind for kind, form in FORMATS.items() if form.made is None)
LARGE = 20_000  # answers; 114 units with 65 questions have 7.410, and are exported within a second
