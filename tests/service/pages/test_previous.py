"""Last period's answers on the page: shown, kept by a button, and a reason asked for when a figure changed a lot."""

from datetime import date, timedelta

import pytest

from service.flow import campaigns, principal, submissions
from service.flow.judging import Given
from service.models import Draft, Submission
from service.pages import periods
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def visitor(house: House) -> Visitor:
    """Inside the second of two campaigns, the first one's report sent."""
    survey = await build.survey(house.settings, house.clock())
    given = Given(AN_LAO_ANSWERS)
    await submissions.submit(house.settings, survey.id, AN_LAO, given, principal.token(1), "1", house.clock())
    house.clock.forward(timedelta(days=180))
    period = {"period_from": date(2026, 1, 1), "period_to": date(2026, 6, 30)}
    terms = build.terms(survey.campaign.form_id, survey.staff, house.clock(), **period)
    second = await campaigns.create(house.settings, terms, principal.SYSTEM, house.clock())
    await campaigns.publish(house.settings, second.id, principal.SYSTEM, house.clock())
    entered = Visitor(house, survey)
    await entered.enter(survey.address(house.settings))
    entered.base = f"/u/{second.id}"
    return entered


async def answers(visitor: Visitor) -> dict[str, str | list[str]]:
    return (await Draft.get(invitation__campaign_id=int(visitor.base.rpartition("/")[2]))).answers


async def test_what_was_answered_last_period_stands_beside_and_is_filled_in(visitor: Visitor) -> None:
    page = (await visitor.open(f"{visitor.base}/s/e")).text
    assert "Kỳ trước (từ 1/7/2025 đến 18/8/2025):</span>" in page.replace(" <b", "</span> <b")
    assert '<b class="said-text">1.142</b>' in page
    assert page.count('value="keep:') == 2, "only where the form asks for it"
    page = (await visitor.open(f"{visitor.base}/s/b")).text
    assert 'value="2025-07-03"' in page, "filled in"


async def test_a_section_is_begun_once_somebody_typed_in_it(visitor: Visitor) -> None:
    page = (await visitor.open(visitor.base)).text
    assert "Đang điền" not in page
    assert "câu có sẵn" in page, "what was filled in from last period and from the contact list is counted as that"
    await visitor.save("b", {})
    assert "Đang điền" not in (await visitor.open(visitor.base)).text, "posted as it was drawn"
    await visitor.save("e", {"e/e_recv": "5"})
    assert (await visitor.open(visitor.base)).text.count("Đang điền") == 1


async def test_the_button_takes_last_periods_answer_over_without_javascript(visitor: Visitor) -> None:
    page = (await visitor.save("e", {"e/e_recv": "5", "e/e_visits": "9"}, "keep:e/e_recv")).text
    assert (await answers(visitor))["e/e_recv"] == "1142"
    assert (await answers(visitor))["e/e_visits"] == "9", "what was typed beside it is kept"
    assert "Đã lưu." in page
    await visitor.save("e", {"e/e_visits": "8"}, "keep:e/e_visits")
    assert (await answers(visitor))["e/e_visits"] == "8", "there is nothing to keep where nothing is shown"


async def test_a_reason_comes_up_live_and_is_sent_and_read(visitor: Visitor, house: House) -> None:
    await visitor.open(f"{visitor.base}/s/e")
    told = (await visitor.autosave(version=0, tab="a", page="e", changes={"e/e_recv": "2000"}, touched=[])).json()
    assert told["show"]["e/e_recv_explanation"] is True
    assert told["since"]["e/e_recv"] == "tăng 75,1% so với kỳ trước"
    told = (await visitor.autosave(version=1, tab="a", page="e", changes={"e/e_recv": "1200"}, touched=[])).json()
    assert told["show"]["e/e_recv_explanation"] is False
    page = (await visitor.save("e", {"e/e_recv": "2000"})).text
    assert 'id="since-e/e_recv" aria-live="polite">tăng 75,1% so với kỳ trước</span>' in page
    box, keep = page.index('id="q-e/e_recv"'), page.index('value="keep:e/e_recv"')
    assert page.index('id="l-e/e_recv"') < box < keep, "the button stands after the box that it fills in"
    assert "Vì sao “E2. Tổng số hồ sơ tiếp nhận trong kỳ” thay đổi nhiều so với kỳ trước?" in page
    changed = {**AN_LAO_ANSWERS["e"], "e_recv": 2000, "e_online": 1048, "e_direct": 952, "e_proc": 920}  # type: ignore[dict-item]
    given = {**AN_LAO_ANSWERS, "e": {**changed, "e_recv_explanation": "Sáp nhập xã"}}
    campaign = int(visitor.base.rpartition("/")[2])
    key = (house.settings, campaign, AN_LAO)
    sent = await submissions.submit(*key, Given(given), principal.token(1), "2", house.clock())
    assert isinstance(sent, Submission), sent
    assert sent.answers["e"]["e_recv_explanation"] == "Sáp nhập xã"  # type: ignore[index]
    assert "Sáp nhập xã" in (await visitor.open(f"{visitor.base}/s/e")).text


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (date(2025, 1, 1), date(2025, 6, 30), "6 tháng đầu năm 2025"),
        (date(2025, 7, 1), date(2025, 12, 31), "6 tháng cuối năm 2025"),
        (date(2025, 1, 1), date(2025, 12, 31), "năm 2025"),
        (date(2025, 7, 1), date(2025, 9, 30), "quý III/2025"),
        (date(2024, 2, 1), date(2024, 2, 29), "tháng 2/2024"),
        (date(2025, 1, 1), date(2025, 9, 30), "9 tháng đầu năm 2025"),
        (date(2025, 7, 1), date(2025, 8, 18), "từ 1/7/2025 đến 18/8/2025"),
        (date(2025, 2, 1), date(2025, 3, 31), "từ 1/2/2025 đến 31/3/2025"),
        (None, date(2025, 8, 18), "đến 18/8/2025"),
        (None, None, ""),
    ],
)
def test_a_period_has_the_name_people_use(begin: date | None, end: date | None, words: str) -> None:
    assert periods.words(begin, end) == words
