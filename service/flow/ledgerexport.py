"""The ledger as a file to send on to who has authority: a workbook, or CSV."""

import hashlib
from datetime import datetime

import anyio
from tortoise.transactions import in_transaction

from exports import csvfile, workbook, xlsx
from exports.report import LedgerReport
from service import files, words
from service.errors import NotFound
from service.flow import audit, ledger, ledgerbook
from service.flow.exporting import CSV, Made
from service.flow.ledger import RELATED, Wanted
from service.flow.principal import Principal
from service.words import _

KINDS = ("xlsx", "csv")


async def made(kind: str, wanted: Wanted, who: Principal, now: datetime) -> Made:
    """What fits the filters, the first number first. Noted in the audit log with its hash. Raises NotFound (kind)."""
    if kind not in KINDS:
        raise NotFound()
    items = await (await ledger.chosen(wanted, now)).order_by("number").select_related(*RELATED)
    found = await ledgerbook.sheet(await ledger.lines(items, now, wanted.campaign))
    illustrative = any(item.invitation.campaign.illustrative for item in items)
    report = LedgerReport(title=found.title, as_of=now, sheet=found, illustrative=illustrative)
    if kind == "csv":
        data, media_type = await anyio.to_thread.run_sync(csvfile.repeat, found, _), CSV
    else:
        data = await anyio.to_thread.run_sync(lambda: xlsx.render(workbook.ledger(report, _)))
        media_type = files.XLSX
    noted: dict[str, object] = {"format": kind, "rows": len(items), "sha256": hashlib.sha256(data).hexdigest()}
    async with in_transaction():
        await audit.record("ledger.export", "ledger", who, now, noted)
    return Made(f"so-kien-nghi-{words.local(now):%Y%m%d-%H%M}.{kind}", media_type, data)
