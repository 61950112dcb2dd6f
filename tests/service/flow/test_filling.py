"""What a form remembers: the figures of last time, calculations with a trigger, rows that the form counts."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from service.flow import campaigns, drafts, filling, principal, submissions
from service.flow.drafts import Edit, Saved
from service.flow.judging import Given
from service.flow.keys import admitted
from service.flow.merging import RowAct
from service.models import Campaign, Draft, Invitation, Submission
from tests.conftest import House
from tests.service import build, workbooks
from tests.service.build import AN_LAO, Survey

pytestmark = pytest.mark.anyio
API = principal.token(1)
SURVEY: workbooks.Rows = (
    {"type": "integer", "name": "n", "label": "Số hồ sơ", "required": "yes"},
    {"type": "integer", "name": "before", "label": "Kỳ trước", "default": "${last-saved#n}"},
    {"type": "calculate", "name": "growth", "calculation": "${n} - ${last-saved#n}"},
    {"type": "text", "name": "rate", "label": "Mức", "calculation": "concat(${n}, '%')", "trigger": "${n}"},
    {"type": "begin repeat", "name": "r", "label": "Dòng", "repeat_count": "${n}"},
    {"type": "text", "name": "what", "label": "Nội dung"},
    {"type": "end repeat"},
)


@pytest.fixture
async def survey(house: House, tmp_path: Path) -> Survey:
    workbook = tmp_path / "nho.xlsx"
    workbook.write_bytes(workbooks.xlsform(SURVEY))
    return await build.survey(house.settings, house.clock(), workbook)


async def again(house: House, survey: Survey) -> int:
    """A campaign with the same form, a month later, on the month after."""
    house.clock.forward(timedelta(days=30))
    first, number = survey.campaign.period_to, await Campaign.filter(form_id=survey.campaign.form_id).count()
    assert first is not None
    period = {"period_to": first + timedelta(days=30 * number)}
    terms = build.terms(survey.campaign.form_id, survey.staff, house.clock(), **period)
    made = await campaigns.create(house.settings, terms, principal.SYSTEM, house.clock())
    await campaigns.publish(house.settings, made.id, principal.SYSTEM, house.clock())
    return made.id


async def send(house: House, campaign: int, answers: Mapping[str, object], key: str) -> Submission:
    found = await submissions.submit(house.settings, campaign, AN_LAO, Given(answers), API, key, house.clock())
    assert isinstance(found, Submission)
    return found


async def save(house: House, campaign: int, version: int, row: RowAct | None = None, **values: str) -> Saved:
    edit = Edit(version, "a", values, row=row)
    return await drafts.save(campaign, AN_LAO, edit, API, house.clock())


async def test_the_last_campaign_with_the_same_form_fills_in(house: House, survey: Survey) -> None:
    await send(house, survey.id, {"n": 2}, "1")
    second = await again(house, survey)
    loaded = await filling.load(second, house.clock(), code=AN_LAO)
    assert loaded.picture.answers["before"] == 2
    saved = await save(house, second, 0, n="5")
    assert saved.filling.picture.answers["growth"] == 3
    sent = await send(house, second, {"n": 7}, "2")
    assert (sent.answers["before"], sent.answers["growth"]) == (2, 5)
    third = await again(house, survey)
    await send(house, third, {"n": 1}, "3")
    form = loaded.form
    invitation = await Invitation.get(campaign_id=second, code=AN_LAO).select_related("campaign")
    shown = await submissions.as_sent(form, invitation, invitation.campaign, sent)
    assert shown.answers["growth"] == 5, "later sendings change nothing"
    first = await filling.load(survey.id, house.clock(), code=AN_LAO)
    assert first.earlier.tree is None


async def test_nothing_is_fetched_for_other_units(house: House, survey: Survey) -> None:
    await send(house, survey.id, {"n": 2}, "1")
    second = await again(house, survey)
    loaded = await filling.load(second, house.clock(), code=build.PHU_LIEN)
    assert (loaded.earlier.tree, loaded.picture.answers["before"]) == (None, None)


async def test_a_triggered_value_is_kept_typed_over_and_computed_again(house: House, survey: Survey) -> None:
    saved = await save(house, survey.id, 0, n="5")
    draft = await Draft.get(invitation_id=survey.invitation.id)
    assert (draft.answers["rate"], sorted(draft.answers)) == ("5%", ["^rate", "n", "rate"])
    saved = await save(house, survey.id, saved.filling.version, rate="năm")
    assert saved.filling.picture.answers["rate"] == "năm"
    replaced = await drafts.replace(
        survey.id, AN_LAO, saved.filling.version, {"n": 5, "rate": "sáu"}, API, house.clock()
    )
    assert replaced.picture.answers["rate"] == "sáu"
    replaced = await drafts.replace(survey.id, AN_LAO, replaced.version, {"n": 6, "rate": "sáu"}, API, house.clock())
    assert replaced.picture.answers["rate"] == "6%"


async def test_what_was_sent_is_corrected_without_being_computed_again(house: House, survey: Survey) -> None:
    await send(house, survey.id, {"n": 2, "rate": "hai"}, "1")
    loaded = await filling.load(survey.id, house.clock(), code=AN_LAO)
    assert loaded.picture.answers["rate"] == "hai"
    assert "^rate" in loaded.raw, "so that the next change of its trigger is one"


async def test_nobody_sets_from_outside_what_a_draft_keeps(survey: Survey) -> None:
    assert admitted(survey.form, {"^rate": "x", "!rate": "x", "rate": "y", "^r/r1/what": "x"}) == {"rate": "y"}


async def test_rows_that_the_form_counts_are_nobodys_to_add(house: House, survey: Survey) -> None:
    saved = await save(house, survey.id, 0, n="2")
    saved = await save(house, survey.id, saved.filling.version, RowAct("add", "r", "x"))
    rows = saved.filling.picture.answers["r"]
    assert isinstance(rows, list)
    assert [row["_id"] for row in rows] == ["r1", "r2"]
    assert "r" not in saved.filling.raw
