"""Extended, exempt, back on the roster: with a reason, in the record, and the figures of before stay."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from reminders.models import Message
from service import life
from service.errors import CampaignClosed, Invalid, NotFound, WrongState
from service.flow import audit, events, planning, principal, progress, reviews, rosteracts, submissions
from service.flow.reminding import Postroom
from service.flow.terms import Due
from service.models import AuditRecord, Event, EventNote, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, PHU_LIEN, Survey
from tests.service.flow import mailroom

pytestmark = pytest.mark.anyio
STAFF = principal.staff(1)
REASON = "Đơn vị mất điện do bão"
THREE = Due(days=Decimal(3), kind="working_day")


def june(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
async def survey(house: House) -> Survey:
    """Four units from Monday 8/6/2026, due Monday 15/6 17:00, closing 22/6 08:30."""
    return await build.survey(house.settings, house.clock())


async def send(house: House, survey: Survey, code: str = AN_LAO, key: str = "một") -> None:
    given = submissions.Given(build.AN_LAO_ANSWERS)
    found = await submissions.submit(house.settings, survey.id, code, given, STAFF, key, house.clock())
    assert not isinstance(found, submissions.Problems)


async def extend(house: House, survey: Survey, due: Due = THREE, code: str = AN_LAO) -> Event:
    return await rosteracts.extend(house.settings, survey.id, code, due, REASON, STAFF, house.clock())


async def rate(house: House, survey: Survey, at: datetime | None = None) -> life.Rate:
    return (await progress.of(survey.id, at or house.clock())).rate


async def test_days_count_from_the_due_time_in_force(house: House, survey: Survey) -> None:
    event = await extend(house, survey)
    assert event.due_at == june(18, 17), "Tuesday 16/6 is the first"
    row = await Invitation.get(campaign_id=survey.id, code=AN_LAO)
    assert (row.due_at, row.original_due_at, row.due_round) == (june(18, 17), june(15, 17), 1)
    assert (await EventNote.get(event_id=event.id)).text == REASON
    other = await Invitation.get(campaign_id=survey.id, code=PHU_LIEN)
    assert (other.due_at, other.due_round) == (june(15, 17), 0)
    record = await AuditRecord.get(action="invitation.extend")
    assert record.data["due_at"] == event.due_at.isoformat()
    assert await audit.first_broken() is None


async def test_days_count_from_now_when_the_due_time_has_passed(house: House, survey: Survey) -> None:
    house.clock.set(june(16, 20))
    found = await rosteracts.extension(survey.id, AN_LAO, Due(days=Decimal("0.5"), kind="working_day"), house.clock())
    assert found.due_at == june(17, 11, 30)
    assert found.explained is not None
    assert not await Event.exists(act=life.Act.EXTEND), "only shown"


async def test_on_time_is_given_against_both_due_times(house: House, survey: Survey) -> None:
    await extend(house, survey)
    house.clock.set(june(16, 8))
    before = await rate(house, survey)
    assert (before.responded, before.on_time_extended) == (0, 0)
    row = next(r for r in (await progress.of(survey.id, house.clock())).rows if r.code == AN_LAO)
    assert row.timing == "not_yet_due"
    await send(house, survey)
    await send(house, survey, PHU_LIEN)
    found = await rate(house, survey)
    assert (found.responded, found.expected, found.on_time_original, found.on_time_extended) == (2, 4, 0, 1)


async def test_given_after_a_late_reply_it_makes_it_timely_only_from_then_on(house: House, survey: Survey) -> None:
    house.clock.set(june(16, 10))
    await send(house, survey)
    then = house.clock()
    house.clock.set(june(17, 15))
    await extend(house, survey, Due(at=june(16, 17)))  # has passed, and covers the reply
    assert (await rate(house, survey)).on_time_extended == 1
    assert (await rate(house, survey, then)).on_time_extended == 0, "what was reported stays"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (Due(at=june(15, 17)), "phải sau 17:00 thứ Hai, 15/6/2026"),
        (Due(at=june(12, 17)), "phải sau"),
        (Due(at=june(22, 9)), "không được sau thời điểm đóng"),
        (Due(days=Decimal(30), kind="day"), "không được sau thời điểm đóng"),
        (Due(days=Decimal(400), kind="day"), "không được sau thời điểm đóng"),
    ],
)
async def test_a_due_time_that_is_no_later_or_past_the_closing_is_refused(
    house: House, survey: Survey, due: Due, words: str
) -> None:
    with pytest.raises(Invalid) as error:
        await extend(house, survey, due)
    assert words in str(error.value.problems)
    assert not await Event.exists(act=life.Act.EXTEND)


async def test_who_owes_is_given_no_time_that_has_passed(house: House, survey: Survey) -> None:
    house.clock.set(june(17))
    with pytest.raises(Invalid):
        await extend(house, survey, Due(at=june(16, 17)))


async def test_a_reason_a_unit_and_an_open_campaign_are_needed(house: House, survey: Survey) -> None:
    with pytest.raises(Invalid):
        await rosteracts.extend(house.settings, survey.id, AN_LAO, THREE, "  ", STAFF, house.clock())
    with pytest.raises(Invalid):
        await rosteracts.exempt(house.settings, survey.id, AN_LAO, "x" * 2001, STAFF, house.clock())
    with pytest.raises(NotFound):
        await extend(house, survey, code="99999")
    house.clock.set(june(22, 9))
    with pytest.raises(CampaignClosed):
        await extend(house, survey)


async def test_reminders_go_again_for_the_new_due_time(house: House) -> None:
    async with mailroom.campaign(house) as (campaign, _post, room):
        for day in (8, 12, 15):
            await _mailed(house, room, june(day, 8 if day > 8 else 9, 1))
        assert await _reminders() == [("before1", 0, "sent"), ("due", 0, "sent")]
        house.clock.set(june(15, 9))
        await rosteracts.extend(
            house.settings, campaign.id, AN_LAO, THREE, REASON, STAFF, june(15, 9)
        )  # to Thursday 18/6
        for day in (16, 17, 18):
            await _mailed(house, room, june(day, 8, 1))
        assert await _reminders() == [
            ("before1", 0, "sent"),
            ("due", 0, "sent"),
            ("before1", 1, "sent"),
            ("due", 1, "sent"),
        ], "+1 of the old due time does not go"


async def test_a_reminder_that_waits_is_dropped_when_its_due_time_is_no_more(house: House) -> None:
    async with mailroom.campaign(house) as (campaign, _post, room):
        await _mailed(house, room, june(8, 9, 1))
        await planning.plan_due(house.settings, june(15, 8, 1))
        await rosteracts.extend(house.settings, campaign.id, AN_LAO, THREE, REASON, STAFF, june(15, 8, 1))
        await _mailed(house, room, june(15, 8, 2))
        found = await Message.get(kind="reminder", unit=AN_LAO)
        assert (found.state, found.why) == ("dropped", "replanned")


async def _mailed(house: House, room: Postroom, at: datetime) -> None:
    house.clock.set(at)
    await room.tick(at)


async def _reminders() -> list[tuple[str, int, str]]:
    found = Message.filter(kind="reminder", unit=AN_LAO).order_by("id")
    return [(row.step, row.due_round, row.state) for row in await found]


async def test_an_exempt_unit_is_not_expected_and_gets_no_mail(house: House, survey: Survey) -> None:
    before = house.clock()
    house.clock.forward(timedelta(hours=1))
    event = await rosteracts.exempt(house.settings, survey.id, AN_LAO, "Sáp nhập", STAFF, house.clock())
    assert event.to == "exempt"
    assert (await rate(house, survey)).expected == 3
    assert (await rate(house, survey, before)).expected == 4, "the past stays"
    with pytest.raises(WrongState):
        await extend(house, survey)
    with pytest.raises(WrongState):
        await rosteracts.exempt(house.settings, survey.id, AN_LAO, "Lần nữa", STAFF, house.clock())


async def test_the_mail_of_an_exempt_unit_is_dropped_and_goes_when_it_is_back(house: House) -> None:
    async with mailroom.campaign(house) as (campaign, _post, room):
        await rosteracts.exempt(house.settings, campaign.id, PHU_LIEN, "Nhầm", STAFF, house.clock())
        await _mailed(house, room, june(8, 9))
        found = await Message.get(kind="invitation", unit=PHU_LIEN)
        assert (found.state, found.why) == ("dropped", "exempt")
        await rosteracts.include(house.settings, campaign.id, PHU_LIEN, "Đưa ra nhầm", STAFF, house.clock())
        await _mailed(house, room, june(8, 9, 30))
        assert await Message.filter(kind="invitation", unit=PHU_LIEN, state="sent").count() == 1


async def test_back_on_the_roster_it_stands_as_it_stood(house: House, survey: Survey) -> None:
    await send(house, survey)
    await rosteracts.exempt(house.settings, survey.id, AN_LAO, "Nhầm", STAFF, house.clock())
    assert (await rate(house, survey)).responded == 0
    event = await rosteracts.include(house.settings, survey.id, AN_LAO, "Đưa ra nhầm", STAFF, house.clock())
    assert event.to == "submitted"
    found = await rate(house, survey)
    assert (found.responded, found.expected, found.on_time_original) == (1, 4, 1)
    with pytest.raises(WrongState):
        await rosteracts.include(house.settings, survey.id, AN_LAO, "Lần nữa", STAFF, house.clock())
    assert await audit.first_broken() is None


async def test_a_return_sets_two_working_days_for_the_correction(house: House, survey: Survey) -> None:
    house.clock.set(june(12, 10))  # Friday
    await send(house, survey)
    event = await reviews.hand_back(house.settings, survey.id, AN_LAO, "Sửa mục E", STAFF, house.clock())
    assert event.due_at == june(16, 17)
    row = await Invitation.get(campaign_id=survey.id, code=AN_LAO)
    assert row.due_at == june(16, 17), "in force while it is handed back"
    house.clock.set(june(16, 18))
    late = next(r for r in (await progress.of(survey.id, house.clock())).rows if r.code == AN_LAO)
    assert (late.timing, late.correction_late) == ("overdue", True)
    await send(house, survey, key="hai")
    row = await Invitation.get(campaign_id=survey.id, code=AN_LAO)
    assert row.due_at == june(15, 17), "that of the report again"
    again = next(r for r in (await progress.of(survey.id, house.clock())).rows if r.code == AN_LAO)
    assert (again.timing, again.correction_late) == ("on_time", True)


async def test_a_correction_is_not_due_before_the_report(house: House, survey: Survey) -> None:
    house.clock.set(june(10, 10))
    await send(house, survey)
    event = await reviews.hand_back(house.settings, survey.id, AN_LAO, "Sửa mục E", STAFF, house.clock())
    assert event.due_at == june(15, 17)


async def test_an_extension_outlives_a_return(house: House, survey: Survey) -> None:
    await extend(house, survey)
    house.clock.set(june(16, 10))
    await send(house, survey)
    given = Due(at=june(19, 11, 30))
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Sửa", STAFF, house.clock(), given)
    row = await events.found(survey.id, AN_LAO)
    assert (row.due_at, await events.report_due(row)) == (june(19, 11, 30), june(18, 17))
    await extend(house, survey, Due(at=june(19, 17)))
    assert await events.report_due(await events.found(survey.id, AN_LAO)) == june(18, 17)
    await send(house, survey, key="hai")
    assert (await events.found(survey.id, AN_LAO)).due_at == june(18, 17)
    assert (await rate(house, survey)).on_time_extended == 1


async def test_near_the_closing_a_correction_ends_with_it(house: House, survey: Survey) -> None:
    await send(house, survey)
    house.clock.set(june(19, 16))
    event = await reviews.hand_back(house.settings, survey.id, AN_LAO, "Sửa", STAFF, house.clock())
    assert event.due_at == survey.campaign.closes_at
