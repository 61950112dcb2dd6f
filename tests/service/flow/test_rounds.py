"""Rounds of periodic surveys: prepared from the last ahead of time, published by a person or by an approved series."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tortoise.transactions import in_transaction

from reminders.models import Message
from service import life
from service.errors import Invalid
from service.flow import campaigns, earlier, events, ledger, principal, rounds, series
from service.flow.audit import first_broken
from service.flow.series import SeriesTerms
from service.models import AuditRecord, Campaign, FormVersion, Invitation, Round, Series, Unit
from service.words import ZONE
from tests.conftest import BOTH, House
from tests.service import ledgers
from tests.service.build import AN_LAO, PHU_LIEN, Survey, survey

pytestmark = pytest.mark.anyio

WHO = principal.staff(1)
TERMS = SeriesTerms("Khảo sát NĐ 132", "month", Decimal(3), "working_day", 10, 10)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2025, month, day, hour, tzinfo=ZONE).astimezone(UTC)


async def begun(house: House, **other: object) -> tuple[Survey, Series]:
    """A July survey, published on 8/7/2025, as the first round of a monthly series."""
    house.clock.set(at(7, 8))
    period = {"period_from": date(2025, 6, 15), "period_to": date(2025, 7, 14), "closes_at": None}
    made = await survey(house.settings, house.clock(), **{**period, **other})
    return made, await series.start(made.id, TERMS, WHO, house.clock())


async def last(found: Series) -> tuple[Round, Campaign]:
    one = await Round.filter(series=found).order_by("-period_to").select_related("campaign").first()
    assert one is not None
    return one, one.campaign


async def test_a_round_is_made_from_the_last_ten_days_before_its_figures_close(house: House) -> None:
    july, found = await begun(house)
    newer = await FormVersion.get(id=july.campaign.form_id)
    newer = await FormVersion.create(
        **{name: getattr(newer, name) for name in ("form_id", "title", "questions", "cells", "file_id", "created_at")},
        version="2",
    )
    await Unit.filter(code="10888").update(active=False)
    assert await rounds.plan_due(house.settings, at(8, 3)) == 0
    assert await Round.filter(series=found).count() == 1, "not yet"
    for _again in range(2):
        await rounds.plan_due(house.settings, at(8, 4))
    one, campaign = await last(found)
    assert await Round.filter(series=found).count() == 2, "once"
    assert (one.period_from, one.period_to) == (date(2025, 7, 15), date(2025, 8, 14))
    assert (campaign.period_from, campaign.period_to) == (one.period_from, one.period_to)
    assert campaign.title == "Khảo sát NĐ 132 (tháng 8/2025)"
    assert campaign.form_id == newer.id, "the newest version of the form"
    assert campaign.roster == [AN_LAO, PHU_LIEN, "10903"], "a unit that is no more is left out"
    assert campaign.reminders == july.campaign.reminders
    assert (campaign.letter_number, campaign.staff_id) == (july.campaign.letter_number, july.staff.id)
    assert campaign.opens_at == at(8, 15, 7) + timedelta(minutes=30), "the first working day after the closing"
    assert (campaign.due_days, campaign.due_kind) == (Decimal(3), "working_day")
    assert campaign.closes_at == at(8, 30, 17), "ten days after 20/8"
    assert campaign.published_at is None
    assert [one.campaign_id for one in await rounds.waiting()] == [campaign.id]
    assert await first_broken() is None
    acts = await AuditRecord.filter(subject=f"series:{found.id}").order_by("seq").values_list("action", flat=True)
    assert list(acts) == ["series.start", "series.prepare"]


async def test_a_round_waits_for_a_person_unless_one_approved_that_it_goes_by_itself(house: House) -> None:
    _july, found = await begun(house)
    await rounds.plan_due(house.settings, at(8, 5))
    assert await rounds.plan_due(house.settings, at(8, 16)) == 0
    _one, campaign = await last(found)
    assert campaign.published_at is None
    await series.approve(found.id, True, WHO, at(8, 16))
    assert await rounds.waiting() == [], "it waits for nobody"
    assert await rounds.plan_due(house.settings, at(8, 18)) == 1
    await campaign.refresh_from_db()
    assert campaign.published_at == at(8, 18)
    assert campaign.due_at == datetime(2025, 8, 21, 17, tzinfo=ZONE).astimezone(UTC)
    assert await Message.filter(campaign=campaign.id, kind="invitation").count() == 1
    assert await rounds.plan_due(house.settings, at(8, 19)) == 0
    publisher = await AuditRecord.get(action="campaign.publish", subject=f"campaign:{campaign.id}")
    assert publisher.actor == "system"


async def test_an_automatic_round_never_goes_before_its_opening_nor_with_an_obstacle(house: House) -> None:
    _july, found = await begun(house)
    await series.approve(found.id, True, WHO, at(7, 8))
    await rounds.plan_due(house.settings, at(8, 14))
    _one, campaign = await last(found)
    await Campaign.filter(id=campaign.id).update(closes_at=at(8, 16))
    assert await rounds.plan_due(house.settings, at(8, 15, 8)) == 0, "it would close before it is due"
    shown = await rounds.show(await series.get(found.id), at(8, 15, 8))
    assert len(shown.obstacles) == 1
    await Campaign.filter(id=campaign.id).update(closes_at=None)
    assert await rounds.plan_due(house.settings, at(8, 15, 8)) == 0, "not again within the hour"
    assert await rounds.plan_due(house.settings, at(8, 15, 9)) == 1


async def test_exemptions_are_for_one_round_and_units_added_later_stay(house: House) -> None:
    july, found = await begun(house)
    async with in_transaction():
        invitation = await events.locked(july.id, PHU_LIEN)
        await events.apply(invitation, life.Act.EXEMPT, WHO, at=at(7, 9), recorded_at=at(7, 9))
    await Campaign.filter(id=july.id).update(roster=[AN_LAO])
    await rounds.plan_due(house.settings, at(8, 5))
    _one, campaign = await last(found)
    assert campaign.roster is not None
    assert sorted(campaign.roster) == sorted([AN_LAO, PHU_LIEN, "10888", "10903"])


async def test_all_units_stay_all_units(house: House) -> None:
    _july, found = await begun(house, roster="all")
    await rounds.plan_due(house.settings, at(8, 5))
    assert (await last(found))[1].roster is None


async def test_nothing_happens_while_paused_and_what_was_missed_is_not_caught_up(house: House) -> None:
    _july, found = await begun(house)
    await series.move(found.id, "paused", WHO, at(7, 20))
    await rounds.plan_due(house.settings, at(10, 20))
    assert await Round.filter(series=found).count() == 1
    await series.move(found.id, "active", WHO, at(10, 28))
    await rounds.plan_due(house.settings, at(10, 28))
    assert await Round.filter(series=found).count() == 1, "October closed two weeks ago, November is not near"
    await rounds.plan_due(house.settings, at(11, 4))
    assert (await last(found))[0].period_to == date(2025, 11, 14)
    await series.move(found.id, "ended", WHO, at(11, 5))
    with pytest.raises(series.SeriesState):
        await series.move(found.id, "active", WHO, at(11, 6))
    with pytest.raises(rounds.NothingToPrepare):
        await rounds.prepare(found.id, WHO, at(11, 6))
    with pytest.raises(series.SeriesState):
        await series.change(found.id, TERMS, WHO, at(11, 6))
    assert (await rounds.show(await series.get(found.id), at(11, 6))).next is None


async def test_a_year_without_a_table_prepares_nothing_and_says_so(house: House) -> None:
    _july, found = await begun(house)
    shown = await rounds.show(found, at(7, 9))
    assert shown.next is not None
    assert shown.next.deadline.explained is not None
    far = Round(series=found, period_to=date(2035, 7, 14))
    nothing = rounds.upcoming(found, far, at(7, 9), await rounds.units.calendar())
    assert nothing.opens_at is None
    assert nothing.deadline.gap == 2035


async def test_a_person_may_prepare_the_next_round_before_its_time_but_only_one(house: House) -> None:
    _july, found = await begun(house)
    made = await rounds.prepare(found.id, WHO, at(7, 20))
    assert made.period_to == date(2025, 8, 14)
    with pytest.raises(rounds.NothingToPrepare):
        await rounds.prepare(found.id, WHO, at(7, 21))
    await campaigns.publish(house.settings, made.campaign_id, WHO, at(7, 21))
    campaign = await Campaign.get(id=made.campaign_id)
    assert campaign.due_at == datetime(2025, 8, 20, 17, tzinfo=ZONE).astimezone(UTC), "counted from its opening"


@BOTH
async def test_a_period_has_one_round_whoever_prepares_it(house: House) -> None:
    _july, found = await begun(house)
    first, _campaign = await last(found)
    first = await Round.get(id=first.id).select_related("campaign")
    calendar = await rounds.units.calendar()
    following = rounds.upcoming(found, first, at(8, 5), calendar)
    one = await rounds._prepared(found, first, following, WHO, at(8, 5))
    other = await rounds._prepared(found, first, following, principal.SYSTEM, at(8, 5))
    assert one.id == other.id
    assert await Campaign.all().count() == 2, "the loser's campaign is gone with its transaction"


async def test_a_round_carries_on_open_recommendations_and_shows_last_period_s_answers(house: House) -> None:
    july, found = await begun(house)
    house.clock.set(at(7, 15))
    await ledgers.report(house, july, AN_LAO, [ledgers.row("a", ledgers.SCANNER)], "k1")
    made = await rounds.prepare(found.id, WHO, at(7, 20))
    assert (await rounds.show(found, at(7, 20))).open == 1
    await campaigns.publish(house.settings, made.campaign_id, WHO, at(7, 21))
    shown = await rounds.show(found, at(7, 22))
    assert (shown.open, shown.at) == (1, made.campaign_id)
    listed = await ledger.listing(ledger.Wanted(campaign=made.campaign_id), 1, at(7, 22))
    assert [line.carried for line in listed.lines] == [True]
    invitation = await Invitation.get(campaign_id=made.campaign_id, code=AN_LAO)
    last_period = await earlier.last_period(invitation, await campaigns.get(made.campaign_id), july.form)
    assert (last_period.begin, last_period.end) == (date(2025, 6, 15), date(2025, 7, 14))
    assert last_period.found


async def test_a_campaign_is_in_one_series(house: House) -> None:
    july, _found = await begun(house)
    with pytest.raises(series.AlreadyInSeries):
        await series.start(july.id, TERMS, WHO, at(7, 9))


async def test_one_series_that_fails_holds_up_no_other(house: House, caplog: pytest.LogCaptureFixture) -> None:
    _july, found = await begun(house)
    await Series.create(
        **{name: getattr(TERMS, name) for name in ("title", "every", "due_days", "due_kind", "close_days", "ahead")},
        id=0, created_at=at(7, 8), created_by="staff:1",
    )  # fmt: skip
    await rounds.plan_due(house.settings, at(8, 5))
    assert await Round.filter(series=found).count() == 2
    assert "could not be looked after" in caplog.text


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, {"title", "every", "ahead", "due"}),
        ({"title": "A", "every": "week", "days": "3", "kind": "day", "ahead": "0"}, {"every", "ahead"}),
        ({"title": "A", "every": "year", "days": "2,5", "kind": "day", "ahead": "5"}, {"due"}),
        (
            {"title": "A", "every": "year", "days": "3", "kind": "day", "ahead": "5", "close_days": "9999"},
            {"close_days"},
        ),
    ],
)
async def test_what_is_wrong_with_a_series_is_told_all_at_once(values: dict[str, object], fields: set[str]) -> None:
    with pytest.raises(Invalid) as told:
        series.read(values)
    assert {problem["field"] for problem in told.value.problems} == fields
    good = {"title": "A", "every": "half", "days": "2,5", "kind": "working_day", "ahead": "5", "close_days": ""}
    assert series.read(good) == replace(
        TERMS, title="A", every="half", due_days=Decimal("2.5"), close_days=None, ahead=5
    )
