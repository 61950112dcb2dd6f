"""Alike recommendations are merged by a person, or kept apart, and either is taken back."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tortoise.transactions import in_transaction

from service.errors import Invalid, NotFound
from service.flow import audit, ledgermail, locks
from service.flow.ledgeracts import latest_reply, leading
from service.flow.ledgerintake import note, settle
from service.flow.principal import Principal
from service.models import KeptApart, Recommendation
from service.settings import Settings
from service.words import _, number

MOST_MERGED = 500


async def merge(
    settings: Settings, lead: int, numbers: Collection[int], who: Principal, now: datetime
) -> Recommendation:
    """Merge recommendations, and what was merged into them, into the one that leads; an answer it has is told to the
    units that join. Raises NotFound, Invalid (nothing to merge), Merged."""
    others = sorted(set(numbers) - {lead})
    if not others or len(others) > MOST_MERGED:
        message = _("Vui lòng chọn từ hai đến {most} kiến nghị để gộp.").format(most=number(MOST_MERGED))
        raise Invalid([{"field": "numbers", "message": message}])
    async with in_transaction() as connection:
        head = await leading(lead)
        raised = await ledgermail.units(others)
        for one in [await leading(about) for about in others]:
            one.into, one.version = lead, one.version + 1
            await one.save(update_fields=["into", "version"])
            await note(one, "merged", who, now, {"into": lead})
        await Recommendation.filter(lead__in=others).update(lead=lead)
        await _grown(head, "joined", others, who, now)
        reply = await latest_reply(head) if head.state == "answered" else None
        if reply is not None:
            await ledgermail.tell(settings, connection, reply, raised, now)
        await audit.record("ledger.merge", f"ledger:{lead}", who, now, {"numbers": others})
    return head


async def _grown(head: Recommendation, act: str, numbers: list[int], who: Principal, now: datetime) -> None:
    """Others joined or left the one that leads."""
    await Recommendation.filter(id=head.id).update(version=head.version + 1)
    await note(head, act, who, now, {"numbers": numbers})
    await settle([head.number, *numbers])


async def split(about: int, who: Principal, now: datetime) -> Recommendation:
    """Take a merging back: the recommendation, with what was merged into it before, stands by itself as it did.

    One that stands by itself already stays. Raises NotFound.
    """
    async with in_transaction():
        await locks.ledger()
        one = await Recommendation.get_or_none(number=about)
        if one is None:
            raise NotFound()
        if one.into is None:
            return one
        head = await Recommendation.get(number=one.lead)
        merged = await Recommendation.filter(lead=one.lead).values_list("number", "into")
        await Recommendation.filter(number__in=_under(about, dict(merged))).update(lead=about)
        await Recommendation.filter(id=one.id).update(into=None, version=one.version + 1)
        await note(one, "split", who, now, {"lead": head.number})
        await _grown(head, "left", [about], who, now)
        await audit.record("ledger.split", f"ledger:{about}", who, now, {"lead": head.number})
    return await Recommendation.get(number=about)


def _under(top: int, into: Mapping[Any, Any]) -> list[int]:
    """The numbers that were merged into one, directly or through others, and itself."""
    found = [top]
    for one in found:
        found += [number for number, target in into.items() if target == one]
    return sorted(found)


async def keep_apart(numbers: Collection[int], who: Principal, now: datetime) -> KeptApart:
    """Say that recommendations which look alike are not the same: they are suggested together no more.

    Raises Invalid (fewer than two), NotFound.
    """
    chosen = sorted(set(numbers))
    if len(chosen) < 2 or len(chosen) > MOST_MERGED:
        raise Invalid([{"field": "numbers", "message": _("Vui lòng chọn từ hai kiến nghị trở lên.")}])
    async with in_transaction():
        if await Recommendation.filter(number__in=chosen).count() < len(chosen):
            raise NotFound()
        made = await KeptApart.create(numbers=chosen, at=now, by=who.ref)
        await audit.record("ledger.apart", "ledger", who, now, {"apart": made.id, "numbers": chosen})
    return made


async def suggest_again(apart: int, who: Principal, now: datetime) -> None:
    """Take back that they are not the same; done twice it is done once. Raises NotFound."""
    async with in_transaction():
        if not await KeptApart.exists(id=apart):
            raise NotFound()
        standing = KeptApart.filter(id=apart, undone_at=None)
        if await standing.update(undone_at=now, undone_by=who.ref):
            await audit.record("ledger.apart_undo", "ledger", who, now, {"apart": apart})
