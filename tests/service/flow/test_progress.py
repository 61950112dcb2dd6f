"""What is kept of a campaign's progress is, at any moment, what its events say at that moment."""

from datetime import datetime, timedelta

import pytest

from service import life
from service.flow import principal, progress, reviews, rosteracts
from service.flow.terms import Due
from service.models import Campaign
from tests.conftest import House
from tests.service import scenes
from tests.service.build import AN_LAO, PHU_LIEN

pytestmark = pytest.mark.anyio
LATER = scenes.DUE + timedelta(days=10)


@pytest.fixture
async def july(house: House) -> Campaign:
    return await scenes.july(house.settings, await scenes.office(house.settings, scenes.PUBLISHED))


async def fresh(campaign: Campaign, at: datetime) -> progress.Progress:
    return (await progress._read(campaign.id)).at(at)


async def test_an_act_shows_at_once_and_a_past_moment_only_changes_by_what_was_recorded_later(
    house: House, july: Campaign
) -> None:
    who, settings = principal.staff(1), house.settings
    moments = [scenes.PUBLISHED + timedelta(days=4), scenes.END_OF_20_JULY, LATER]
    acts = [
        lambda: rosteracts.extend(settings, july.id, AN_LAO, Due(at=LATER + timedelta(days=2)), "Mưa bão.", who, LATER),
        lambda: rosteracts.exempt(settings, july.id, PHU_LIEN, "Mới lập.", who, LATER),
        lambda: rosteracts.include(settings, july.id, PHU_LIEN, "Nhầm.", who, LATER),
    ]
    seen = []
    for act in [None, *acts]:
        if act is not None:
            await act()
        for at in moments * 2:
            found = await progress.of(july.id, at)
            assert found == await fresh(july, at)
            assert found.rate.as_of == at
        seen.append((await progress.of(july.id, LATER)).rate.expected)
    assert seen == [114, 114, 113, 114]
    assert (await progress.of(july.id, scenes.END_OF_20_JULY)).rate.responded == 59


async def test_a_unit_is_overdue_from_the_second_after_its_due_time(house: House, july: Campaign) -> None:
    due = LATER + timedelta(hours=1)
    await rosteracts.extend(house.settings, july.id, AN_LAO, Due(at=due), "Mưa bão.", principal.staff(1), LATER)
    timings = []
    for seconds in (-1, 0, 0.5, 1, 2):
        at = due + timedelta(seconds=seconds)
        found = await progress.of(july.id, at)
        assert found == await fresh(july, at)
        timings.append(next(row.timing for row in found.rows if row.code == AN_LAO))
    answered = next(row.standing.responded for row in found.rows if row.code == AN_LAO)
    assert timings == (["on_time"] * 5 if answered else ["not_yet_due"] * 3 + ["overdue"] * 2)


async def test_a_correction_is_late_once_its_own_due_time_is_over(house: House, july: Campaign) -> None:
    sent = next(row for row in (await progress.of(july.id, LATER)).rows if row.standing.state is life.State.SUBMITTED)
    who = principal.staff(1)
    event = await reviews.hand_back(house.settings, july.id, sent.code, "Sai tổng.", who, LATER)
    assert event.due_at
    for at in (LATER, event.due_at, event.due_at + timedelta(seconds=1), event.due_at + timedelta(days=1)):
        found = await progress.of(july.id, at)
        assert found == await fresh(july, at)
        row = next(row for row in found.rows if row.code == sent.code)
        assert row.correction_late is (at > event.due_at)
