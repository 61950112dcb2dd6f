"""Periodic surveys: begun from a campaign, changed, paused, ended. Their rounds are prepared in flow/rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from tortoise.transactions import in_transaction

from reminders import periods
from reminders.periods import Every, Period
from service.errors import Invalid, NotFound, ServiceError
from service.flow import audit, campaigns
from service.flow.principal import Principal
from service.flow.terms import MOST_DAYS, Reader
from service.flow.terms import due as read_due
from service.models import Campaign, Round, Series
from service.words import N_, _, local

AHEAD, MOST_AHEAD = 10, 90  # days before the closing of the figures
MOVES = {"active": ("paused", "ended"), "paused": ("active", "ended"), "ended": ()}


class AlreadyInSeries(ServiceError):
    status = 409
    code = "already_in_series"
    message = N_("Đợt khảo sát này đã thuộc một khảo sát định kỳ.")


class SeriesState(ServiceError):
    status = 409
    code = "series_state"
    message = N_("Khảo sát định kỳ đã đổi trạng thái. Vui lòng mở lại trang.")


@dataclass(frozen=True, slots=True)
class SeriesTerms:
    """What a person decides about a series; see Series. `every` is fixed once it has begun."""

    title: str
    every: Every
    due_days: Decimal
    due_kind: str
    close_days: int | None
    ahead: int


def read(values: Mapping[str, object]) -> SeriesTerms:
    """Terms from plain values: title, every, days, kind, close_days, ahead. Raises Invalid with all problems."""
    reader = Reader(values)
    title = reader.text("title", 400, _("Vui lòng nhập tên khảo sát định kỳ."))
    every = values.get("every")
    if every not in periods.MONTHS:
        reader.wrong("every", _("Vui lòng chọn kỳ báo cáo."))
    ahead = reader.number("ahead", _("Vui lòng nhập số ngày chuẩn bị trước."))
    if ahead is not None and not 1 <= ahead <= MOST_AHEAD:
        reader.wrong("ahead", _("Số ngày phải từ 1 đến {most}.").format(most=MOST_AHEAD))
    close_days = reader.number("close_days")
    if close_days is not None and close_days > MOST_DAYS:
        reader.wrong("close_days", _("Số ngày phải từ 0 đến {most}.").format(most=MOST_DAYS))
    days, kind = Decimal(0), ""
    try:
        due = read_due({"days": values.get("days"), "kind": values.get("kind")})
        days, kind = due.days or days, due.kind
    except Invalid as error:
        reader.problems += error.problems
    if reader.problems or ahead is None:
        raise Invalid(reader.problems)
    return SeriesTerms(title, cast(Every, every), days, kind, close_days, ahead)


async def start(campaign_id: int, terms: SeriesTerms, who: Principal, now: datetime) -> Series:
    """A series whose first round is this campaign. Raises NotFound, AlreadyInSeries."""
    async with in_transaction():
        campaign = await campaigns.locked(campaign_id)
        if await Round.exists(campaign_id=campaign.id):
            raise AlreadyInSeries()
        series = await Series.create(**_columns(terms), every=terms.every, created_at=now, created_by=who.ref)
        period = first_period(campaign, terms.every)
        await Round.create(
            series=series, campaign=campaign, period_from=period.first, period_to=period.last, prepared_at=now
        )
        data = {"campaign": campaign.id, "every": terms.every}
        await audit.record("series.start", f"series:{series.id}", who, now, data)
    return series


def first_period(campaign: Campaign, every: Every) -> Period:
    """The period that a campaign counts as: that of its closing date, else of the day it was published or made."""
    return periods.of(every, campaign.period_to or local(campaign.published_at or campaign.created_at).date())


def _columns(terms: SeriesTerms) -> dict[str, Any]:
    names = ("title", "due_days", "due_kind", "close_days", "ahead")
    return {name: getattr(terms, name) for name in names}


async def get(series_id: int) -> Series:
    """Raises NotFound."""
    found = await Series.get_or_none(id=series_id)
    if found is None:
        raise NotFound()
    return found


async def of_campaign(campaign_id: int) -> int | None:
    """The series that a campaign is a round of."""
    found = await Round.filter(campaign_id=campaign_id).values_list("series_id", flat=True)
    return cast(int, found[0]) if found else None


async def change(series_id: int, terms: SeriesTerms, who: Principal, now: datetime) -> None:
    """Other terms for the rounds to come; those that are prepared stay. Raises NotFound, SeriesState when ended."""
    async with in_transaction():
        series = await _locked(series_id)
        if series.state == "ended":
            raise SeriesState()
        await series.update_from_dict(_columns(terms)).save()
        data = {"days": str(terms.due_days), "kind": terms.due_kind, "ahead": terms.ahead}
        await audit.record("series.change", f"series:{series.id}", who, now, data)


async def move(series_id: int, state: str, who: Principal, now: datetime) -> None:
    """Pause, go on or end (MOVES). Raises NotFound, SeriesState for a move that its state does not allow."""
    async with in_transaction():
        series = await _locked(series_id)
        if state not in MOVES[series.state]:
            raise SeriesState()
        await Series.filter(id=series.id).update(state=state)
        await audit.record(f"series.{state}", f"series:{series.id}", who, now)


async def approve(series_id: int, automatic: bool, who: Principal, now: datetime) -> None:
    """Whether rounds are published by themselves, by the word of this person. Raises NotFound, SeriesState."""
    async with in_transaction():
        series = await _locked(series_id)
        if series.state == "ended":
            raise SeriesState()
        by, at = (who.ref, now) if automatic else ("", None)
        await Series.filter(id=series.id).update(automatic=automatic, approved_by=by, approved_at=at)
        await audit.record("series.automatic", f"series:{series.id}", who, now, {"automatic": automatic})


async def _locked(series_id: int) -> Series:
    series = await Series.select_for_update().get_or_none(id=series_id)
    if series is None:
        raise NotFound()
    return series
