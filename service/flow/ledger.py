"""The ledger of recommendations as staff list it: filters, counts, pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from service import ledgerwords, words
from service.flow import choices
from service.models import Campaign, Recommendation, Staff, Unit
from service.words import fold

PAGE = 50
RELATED = ("invitation", "invitation__campaign", "staff")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which recommendations to list; what is empty selects nothing away. `text` is looked for without marks."""

    campaign: int | None = None
    unit: str = ""
    field: str = ""
    authority: str = ""
    state: str = ""
    level: str = ""
    staff: int | None = None
    overdue: bool = False
    text: str = ""

    def params(self) -> dict[str, object]:
        """The filter for an address."""
        values: dict[str, object] = {
            "campaign": self.campaign,
            "unit": self.unit,
            "field": self.field,
            "authority": self.authority,
            "state": self.state,
            "level": self.level,
            "staff": self.staff,
            "overdue": "1" if self.overdue else "",
            "q": self.text,
        }
        return {name: value for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Line:
    """A recommendation that leads, its invitation and campaign loaded, with the units that raise it or one merged into
    it, as (code, name). `carried`: it was raised in an earlier round than the campaign that is asked for, and waits."""

    item: Recommendation
    units: Sequence[tuple[str, str]]
    overdue: bool
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """One page. `tally` counts all that fit by state, whatever state is asked for; `overdue` those past their time."""

    lines: Sequence[Line]
    total: int
    tally: Mapping[str, int]
    overdue: int
    page: int
    pages: int


def overdue(item: Recommendation, now: datetime) -> bool:
    return item.state == "open" and item.due_at is not None and item.due_at < now


async def earlier_rounds(campaign_id: int) -> list[int]:
    """The campaigns of the same form that were published before, whose open items this one carries on."""
    campaign = await Campaign.filter(id=campaign_id).select_related("form").first()
    if campaign is None or campaign.published_at is None:
        return []
    same = Campaign.filter(form__form_id=campaign.form.form_id, published_at__lt=campaign.published_at)
    same = same.filter(illustrative=campaign.illustrative)
    return [one.id for one in await same.only("id")]


async def chosen(wanted: Wanted, now: datetime) -> QuerySet[Recommendation]:
    """Those that lead and fit; what is looked for may stand in one merged into them."""
    found = Recommendation.all()
    raised = Q()
    if wanted.unit:
        raised &= Q(invitation__code=wanted.unit)
    if wanted.text:
        about = Q(folded__contains=fold(wanted.text))
        raised &= about | Q(number=int(wanted.text)) if wanted.text.isascii() and wanted.text.isdigit() else about
    if wanted.campaign is not None:
        own = Q(number__in=_leads(raised & Q(invitation__campaign_id=wanted.campaign)))
        before = await earlier_rounds(wanted.campaign)
        carried = Q(state="open", number__in=_leads(raised & Q(invitation__campaign_id__in=before)))
        found = found.filter(own | carried if before else own)
    else:
        found = found.filter(number__in=_leads(raised))
    for name in ("field", "authority", "level", "state"):
        if value := getattr(wanted, name):
            found = found.filter(**{name: value})
    if wanted.staff is not None:
        found = found.filter(staff_id=wanted.staff)
    return found.filter(state="open", due_at__lt=now) if wanted.overdue else found


def _leads(raised: Q) -> Subquery:
    return Subquery(Recommendation.filter(raised).values("lead"))


async def listing(wanted: Wanted, page: int, now: datetime) -> Listing:
    """A page of what fits, the newest first, or when overdue is asked for the longest first."""
    every = await chosen(replace(wanted, state="", overdue=False), now)
    counted = await every.annotate(count=Count("id")).group_by("state").values_list("state", "count")
    tally = {str(state): int(count) for state, count in counted}
    late = await (await chosen(replace(wanted, state="", overdue=True), now)).count()
    total = await (await chosen(wanted, now)).count()
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    rows = (await chosen(wanted, now)).order_by(*(("due_at", "id") if wanted.overdue else ("-number",)))
    found = await rows.offset((page - 1) * PAGE).limit(PAGE).select_related(*RELATED)
    return Listing(await lines(found, now, wanted.campaign), total, tally, late, page, pages)


async def lines(items: Sequence[Recommendation], now: datetime, campaign: int | None = None) -> list[Line]:
    """Items that lead, with the units behind them; what a unit withdrew does not count while others stand."""
    numbers = [item.number for item in items]
    rows = Recommendation.filter(lead__in=numbers).order_by("number")
    columns = ("lead", "invitation__code", "invitation__full_name", "withdrawn_at", "invitation__campaign_id")
    raised: dict[int, dict[str, str]] = {}
    now_raised: set[int] = set()
    for lead, code, name, withdrawn, round_ in await rows.values_list(*columns):
        if withdrawn is None:
            raised.setdefault(lead, {})[code] = name
        if round_ == campaign:
            now_raised.add(lead)
    return [
        Line(
            item,
            list(raised.get(item.number, {item.invitation.code: item.invitation.full_name}).items()),
            overdue(item, now),
            campaign is not None and item.number not in now_raised,
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class Options:
    """What the filters of the list offer, as (value, words)."""

    fields: Sequence[tuple[str, str]]
    authorities: Sequence[tuple[str, str]]
    levels: Sequence[tuple[str, str]]
    campaigns: Sequence[tuple[int, str]]
    staff: Sequence[tuple[int, str]]


async def options() -> Options:
    pairs = await Recommendation.all().distinct().values_list("field", "authority")
    fields, authorities = ({str(pair[place]) for pair in pairs} - {""} for place in (0, 1))
    levels = [(code, ledgerwords.level(code)) for code in ledgerwords.LEVELS]
    return Options(
        _offered(fields), _offered(authorities), levels, await choices.published_titles(), await colleagues()
    )


def _offered(labels: Collection[str]) -> list[tuple[str, str]]:
    return [(label, label) for label in sorted(labels, key=words.collation)]


async def unit_name(code: str) -> str:
    """The name of a unit that a filter names, "" for none."""
    unit = await Unit.get_or_none(code=code)
    return unit.full_name if unit else ""


async def colleagues() -> list[tuple[int, str]]:
    """The staff members who may follow a recommendation, by name."""
    rows = await Staff.filter(active=True).exclude(role="viewer").values_list("id", "name")
    return sorted(((int(number), str(name)) for number, name in rows), key=lambda one: words.collation(one[1]))
