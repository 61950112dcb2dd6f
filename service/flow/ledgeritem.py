"""One recommendation with its history, what looks alike, and what a unit sees of its own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import anyio
from tortoise.expressions import F

from forms.consolidate.alike import alike, are_alike, words_of
from service.errors import NotFound
from service.flow import drafts
from service.flow.ledger import PAGE, RELATED, Line, lines, overdue
from service.models import KeptApart, Recommendation, RecommendationAct, RecommendationReply, Staff

MOST_SUGGESTED = 10
MOST_COMPARED = 3000  # takes half a second, beside the requests


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the history: the act, who did it, and the name of the staff member it names."""

    act: RecommendationAct
    by: str
    staff: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One recommendation. `raised`: itself and those merged into it. `replies`: the newest first, with who wrote them.
    `alike`: others that look alike, which nobody has kept apart."""

    item: Recommendation
    raised: Sequence[Recommendation]
    replies: Sequence[tuple[RecommendationReply, str]]
    history: Sequence[Told]
    alike: Sequence[Recommendation]
    overdue: bool


async def get(number: int) -> Recommendation:
    """Raises NotFound."""
    found = await Recommendation.filter(number=number).select_related(*RELATED, "submission").first()
    if found is None:
        raise NotFound()
    return found


async def sheet(number: int, now: datetime) -> Sheet:
    """Raises NotFound."""
    item = await get(number)
    leads = item.lead == item.number
    raised = await Recommendation.filter(lead=number).order_by("number").select_related(*RELATED) if leads else [item]
    replies = await RecommendationReply.filter(recommendation_id=item.id).order_by("-number")
    acts = await RecommendationAct.filter(recommendation_id=item.id).order_by("-id")
    wanted = {str(act.data["staff"]) for act in acts if act.act == "staff" and act.data.get("staff")}
    names = await drafts.people({reply.by for reply in replies} | {act.by for act in acts})
    people = {str(one.id): one.name for one in await Staff.filter(id__in=sorted(map(int, wanted)))}
    return Sheet(
        item,
        raised,
        [(reply, names[reply.by]) for reply in replies],
        [Told(act, names[act.by], people.get(str(act.data.get("staff")), "")) for act in acts],
        await suggested(item) if leads and item.state in ("open", "answered") else (),
        overdue(item, now),
    )


async def suggested(item: Recommendation) -> Sequence[Recommendation]:
    """Others, open or answered, whose matter is alike, also of earlier rounds; the latest first."""
    rows = Recommendation.filter(number=F("lead"), state__in=["open", "answered"]).exclude(lead=item.number)
    others = await rows.order_by("-number").limit(MOST_COMPARED).values_list("number", "matter")
    apart = [set(one) for one in await _kept_apart() if item.number in one]
    fitting = await anyio.to_thread.run_sync(_alike_to, item.matter, others)
    numbers = [number for number in fitting if not any(number in one for one in apart)][:MOST_SUGGESTED]
    return await Recommendation.filter(number__in=numbers).order_by("-number").select_related(*RELATED)


def _alike_to(matter: str, others: Sequence[tuple[int, str]]) -> list[int]:
    own = words_of(matter)
    return [number for number, text in others if are_alike(own, words_of(text))]


async def _kept_apart() -> list[list[int]]:
    return [one.numbers for one in await KeptApart.filter(undone_at=None)]


async def groups(now: datetime) -> list[list[Line]]:
    """Open recommendations that look alike, the largest group first, but for those that a person kept apart; of the
    latest only, and so many groups as one sitting decides."""
    rows = Recommendation.filter(number=F("lead"), state="open").order_by("-number").limit(MOST_COMPARED)
    texts = [(str(number), str(matter)) for number, matter in reversed(await rows.values_list("number", "matter"))]
    found = await anyio.to_thread.run_sync(alike, texts)
    apart = [set(one) for one in await _kept_apart()]
    together = [sorted(int(number) for number, _text in group.members) for group in found if len(group.members) > 1]
    shown = [group for group in together if not any(set(group) <= one for one in apart)][:PAGE]
    items = await _by_number({number for group in shown for number in group})
    by_number = {line.item.number: line for line in await lines(list(items.values()), now)}
    return [[by_number[number] for number in group] for group in shown]


async def _by_number(numbers: Collection[int]) -> dict[int, Recommendation]:
    rows = await Recommendation.filter(number__in=sorted(numbers)).order_by("number").select_related(*RELATED)
    return {one.number: one for one in rows}


@dataclass(frozen=True, slots=True)
class Apart:
    """What somebody kept apart, to be taken back."""

    kept: KeptApart
    by: str


async def kept_apart() -> list[Apart]:
    """What stands kept apart, the latest first."""
    rows = await KeptApart.filter(undone_at=None).order_by("-id").limit(PAGE)
    names = await drafts.people({row.by for row in rows})
    return [Apart(row, names[row.by]) for row in rows]


@dataclass(frozen=True, slots=True)
class Own:
    """A unit's own recommendation, the one that it is answered with (itself, or what it was merged into), and the
    latest reply, None while there is none."""

    item: Recommendation
    lead: Recommendation
    reply: RecommendationReply | None


async def latest_replies(items: Collection[Recommendation]) -> dict[int, str]:
    """The texts of the latest replies, by the items' ids; none while there is none."""
    rows = RecommendationReply.filter(recommendation_id__in=[one.id for one in items]).order_by("number")
    return {int(number): str(text) for number, text in await rows.values_list("recommendation_id", "text")}


async def of_unit(unit_id: int) -> list[Own]:
    """What a unit raised in its reports, the latest first."""
    rows = await Recommendation.filter(invitation__unit_id=unit_id).order_by("-number").select_related(*RELATED)
    leads = await _by_number({row.lead for row in rows})
    ids = [one.id for one in [*rows, *leads.values()]]
    replies = {
        one.recommendation_id: one
        for one in await RecommendationReply.filter(recommendation_id__in=ids).order_by("number")
    }
    return [Own(row, leads[row.lead], replies.get(leads[row.lead].id) or replies.get(row.id)) for row in rows]


async def count_of_unit(unit_id: int) -> int:
    return await Recommendation.filter(invitation__unit_id=unit_id).count()
