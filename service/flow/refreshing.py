"""Addresses that Excel's Power Query or Power BI refresh a campaign's tables from, each with a read-only token."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime

import anyio
from tortoise.transactions import in_transaction

from exports import csvfile
from service import security
from service.errors import Invalid, NotFound
from service.flow import answersheet, audit, campaigns, downloads, forms, lookups
from service.flow.principal import Principal
from service.models import RefreshAddress
from service.words import _

LONGEST = 100


async def of(campaign_id: int) -> Sequence[RefreshAddress]:
    """Those in force, in the order in which they were made."""
    return await RefreshAddress.filter(campaign_id=campaign_id, revoked_at=None).order_by("id")


async def tables(campaign_id: int) -> Sequence[str]:
    """The names of the tables that an address of the campaign has: the units, and each repeat. Raises NotPublished."""
    form = await forms.built((await campaigns.published(campaign_id)).form_id)
    return [csvfile.UNITS, *(sheet.name for sheet in answersheet.repeats(form, {}, {}))]


async def create(campaign_id: int, name: str, codes: bool, who: Principal, now: datetime) -> tuple[RefreshAddress, str]:
    """A new address and its token, which is shown this once. Raises Invalid, NotFound, NotPublished."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST:
        message = _("Vui lòng ghi tên nơi dùng, không quá {most} ký tự.").format(most=LONGEST)
        raise Invalid([{"field": "name", "message": message}])
    await campaigns.published(campaign_id)
    token = security.new_token()
    async with in_transaction():
        row = await RefreshAddress.create(
            campaign_id=campaign_id,
            name=name,
            codes=codes,
            token_hash=security.token_hash(token),
            created_at=now,
            created_by=who.ref,
        )
        await audit.record("refresh.create", f"campaign:{campaign_id}", who, now, {"refresh": row.id, "codes": codes})
    return row, token


async def revoke(campaign_id: int, number: int, who: Principal, now: datetime) -> None:
    """End an address; what has been read stays with whoever read it. Raises NotFound."""
    async with in_transaction():
        mine = RefreshAddress.filter(id=number, campaign_id=campaign_id, revoked_at=None)
        if not await mine.update(revoked_at=now):
            raise NotFound()
        await audit.record("refresh.revoke", f"campaign:{campaign_id}", who, now, {"refresh": number})


async def entered(number: int, authorization: str) -> RefreshAddress | None:
    """The address that a request's Authorization header opens, None when it opens none.

    Power Query sends a user name and password (Basic; the name is free, the token is the password); programs may send
    the token as Bearer. Never in the address, which logs and histories keep.
    """
    token = _token(authorization)
    row = await lookups.one(RefreshAddress, token_hash=security.token_hash(token)) if token else None
    return row if row is not None and row.id == number and row.revoked_at is None else None


def _token(authorization: str) -> str:
    scheme, _space, given = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            return given.strip()
        case "basic":
            try:
                return base64.b64decode(given, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return ""


async def table(row: RefreshAddress, name: str, now: datetime) -> bytes:
    """A table as it stands now, as CSV; the same bytes while nothing has changed. Raises NotFound."""
    found = await downloads.gather(row.campaign_id, now, now, codes=row.codes)
    if name not in csvfile.tables(found):
        raise NotFound()
    await lookups.update(row, used_at=now)
    return await anyio.to_thread.run_sync(csvfile.table, found, name, _)
