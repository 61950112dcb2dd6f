"""The summary of a campaign, on its page and by API: whose figures, ratios with denominators, doubts, handing back."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tortoise.transactions import in_transaction

from service import life
from service.flow import accounts, campaigns, events, principal
from tests.conftest import House
from tests.service import build, scenes
from tests.service.api.conftest import Api, client
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey
from tests.service.pages.test_monitor import plain

pytestmark = pytest.mark.anyio

HAI, BA = "10888", "10903"


@pytest.fixture
async def api(house: House) -> Api:
    return await client(house)


@pytest.fixture
async def survey(house: House, api: Api) -> Survey:
    found = await build.survey(house.settings, house.clock(), allow_nil=True)
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


def answers(**e: int) -> dict[str, Any]:
    found: dict[str, Any] = deepcopy(AN_LAO_ANSWERS)
    found["e"] |= e
    return found


async def send(api: Api, campaign: int, code: str, **body: object) -> None:
    path = f"/campaigns/{campaign}/invitations/{code}/submissions"
    answer = await api.post(path, body or {"answers": AN_LAO_ANSWERS}, idempotency_key=f"{campaign}-{code}")
    assert answer.status_code == 201, answer.text


async def accept(house: House, campaign: int, code: str) -> None:
    async with in_transaction():
        now, staff = house.clock(), principal.staff(1)
        await events.apply(await events.locked(campaign, code), life.Act.ACCEPT, staff, at=now, recorded_at=now)


async def shown(house: House, survey: Survey, query: str = "") -> str:
    answer = await house.client.get(f"/campaigns/{survey.id}/summary{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def question(summary: Any, name: str) -> Any:
    return next(item for item in summary["items"] if item["question"] == name)


async def test_an_lao_s_figures_carry_their_denominators(house: House, api: Api, survey: Survey) -> None:
    await send(api, survey.id, AN_LAO)
    page = plain(await shown(house, survey))
    received = "“E2. Tổng số hồ sơ tiếp nhận trong kỳ”, 1 câu trả lời có cả hai số)"
    assert f"91,77% = 1.048/1.142 (“E2a. Trong đó: nộp trực tuyến” trên {received}" in page
    assert f"90,63% = 1.035/1.142 (“E3. Đã giải quyết đúng hạn và trước hạn” trên {received}" in page
    assert "100% = 1.035/1.035 (“E3. Đã giải quyết đúng hạn và trước hạn” trên “Tính từ: E3." in page
    summary = (await api.get(f"/campaigns/{survey.id}/summary")).json()
    assert question(summary, "e_recv")["numbers"]["total"] == 1142
    pct = question(summary, "e_pct_ontime")
    assert pct["numbers"] is None, "a mean of percentages would mislead"
    assert (pct["ratio"]["numerator_sum"], pct["ratio"]["denominator_sum"], pct["ratio"]["value"]) == (1035, 1035, 1)
    (share,) = question(summary, "e_ontime")["shares"]
    assert (share["denominator"], share["numerator_sum"], share["denominator_sum"]) == ("e_recv", 1035, 1142)


async def test_nil_paper_and_missing_are_told_apart(house: House, api: Api, survey: Survey) -> None:
    await send(api, survey.id, AN_LAO)
    await send(api, survey.id, HAI, nil="Trong kỳ không phát sinh.")
    body = {"channel": "paper", "number": "1/BC", "received_at": house.clock().isoformat()}
    await api.post(f"/campaigns/{survey.id}/invitations/{BA}/intake", body)
    page = plain(await shown(house, survey))
    assert "1/4 đơn vị có số liệu được cộng" in page
    for said in ("nhận: 3/4", "Không phát sinh: 1", "chưa nhập số liệu: 1", "Chưa tính là đã gửi: 1"):
        assert said in page
    assert "Đã trả lời: 1 trên 1 được hỏi" in page
    summary = (await api.get(f"/campaigns/{survey.id}/summary")).json()
    assert [summary[key] for key in ("expected", "responded", "counted", "nil", "received", "missing")] == [
        4,
        3,
        1,
        1,
        1,
        1,
    ]


async def test_a_paper_takes_the_place_of_what_was_handed_back(house: House, api: Api, survey: Survey) -> None:
    await send(api, survey.id, AN_LAO)
    await api.post(f"/campaigns/{survey.id}/invitations/{AN_LAO}/return", {"remark": "Vui lòng xem lại E2."})
    body = {"channel": "paper", "number": "1/BC", "received_at": house.clock().isoformat()}
    assert (await api.post(f"/campaigns/{survey.id}/invitations/{AN_LAO}/intake", body)).status_code == 201
    summary = (await api.get(f"/campaigns/{survey.id}/summary")).json()
    assert (summary["responded"], summary["received"], summary["counted"]) == (1, 1, 0)
    assert "Chưa có báo cáo nào có số liệu" in await shown(house, survey)


async def test_filters_take_a_kind_a_group_or_what_was_accepted(house: House, api: Api, survey: Survey) -> None:
    for code in (AN_LAO, PHU_LIEN, HAI):
        await send(api, survey.id, code)
    await accept(house, survey.id, PHU_LIEN)
    assert "3/4 đơn vị có số liệu" in plain(await shown(house, survey))
    page = plain(await shown(house, survey, "?kind=phuong"))
    assert "1/1 đơn vị có số liệu" in page
    accepted = plain(await shown(house, survey, "?accepted=1"))
    assert "1/4 đơn vị có số liệu" in accepted
    assert "Đã gửi, chưa được xác nhận đạt: 2" in accepted
    assert "Vui lòng bỏ bớt điều kiện lọc" in await shown(house, survey, "?accepted=1&kind=xa")
    by_api = (await api.get(f"/campaigns/{survey.id}/summary", accepted="true")).json()
    assert (by_api["counted"], by_api["unaccepted"], by_api["accepted_only"]) == (1, 2, True)
    totals = question((await api.get(f"/campaigns/{survey.id}/summary")).json(), "e_recv")
    assert {kind: part["numbers"]["total"] for kind, part in totals["by_kind"].items()} == {"phuong": 1142, "xa": 2284}
    assert sum(part["answered"] for part in totals["by_group"].values()) == 3
    wrong = await api.get(f"/campaigns/{survey.id}/summary", accepted="perhaps")
    assert [found["field"] for found in wrong.json()["error"]["problems"]] == ["accepted"]


async def test_a_doubt_leads_to_a_return_with_its_reason(house: House, api: Api, survey: Survey) -> None:
    """A unit's received dossiers more than doubled since the period before."""
    for code in (AN_LAO, PHU_LIEN):
        await send(api, survey.id, code)
    house.clock.forward(timedelta(days=30))
    later = build.terms(
        survey.campaign.form_id,
        survey.staff,
        house.clock(),
        title="Khảo sát tháng 9",
        period_from=date(2025, 9, 1),
        period_to=date(2025, 9, 30),
    )
    second = await campaigns.create(house.settings, later, principal.SYSTEM, house.clock())
    await campaigns.publish(house.settings, second.id, principal.SYSTEM, house.clock())
    more = answers(e_recv=2284, e_online=1048, e_direct=1236, e_proc=1204)
    more["e"]["e_recv_explanation"] = "Nhận thêm hồ sơ của xã cũ"
    await send(api, second.id, AN_LAO, answers=more)
    await send(api, second.id, HAI)
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = (await house.client.get(f"/campaigns/{second.id}/summary")).text
    assert "từ 1.142 lên 2.284 (tăng 100,00%, ngưỡng 30%)" in page
    assert "tính trên 1 đơn vị trả lời cả hai kỳ: 1.142 → 2.284" in page
    assert "vượt 50%, với số đếm thì đồng thời chênh từ 10 trở lên." in page
    address = next(part.split('"')[0] for part in page.split('href="') if "remark=" in part).replace("&amp;", "&")
    assert urlsplit(address).path == f"/campaigns/{second.id}/units/{AN_LAO}"
    remark = parse_qs(urlsplit(address).query)["remark"][0]
    assert "từ 1.142 lên 2.284" in remark
    unit = (await house.client.get(address)).text
    assert '<details class="card" id="return" open>' in unit
    assert "Đề nghị đơn vị kiểm tra lại số liệu ở câu" in unit.partition('id="return_remark"')[2]
    summary = (await api.get(f"/campaigns/{second.id}/summary")).json()
    assert summary["earlier"]["campaign"] == survey.id
    change = {"unit": AN_LAO, "before": 1142, "now": 2284, "percent": 30}
    assert change in question(summary, "e_recv")["changes"]


async def test_a_viewer_is_not_offered_to_hand_back(house: House, api: Api, survey: Survey) -> None:
    await send(api, survey.id, AN_LAO)
    viewer = await accounts.create("xem", "Phạm Văn Xem", "viewer", house.clock())
    await scenes.log_in(house.client, viewer, house.clock())
    assert "remark=" not in await shown(house, survey)
    prepared = await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}?remark=Xem+lại")
    assert 'id="return"' not in prepared.text


async def test_there_is_nothing_before_publication(house: House, api: Api, survey: Survey) -> None:
    answer = await house.client.get(f"/campaigns/{survey.id}/summary?as_of=2020-01-01")
    assert answer.status_code == 422
    assert "trước đó chưa có số liệu" in answer.text
    assert (await api.get(f"/campaigns/{survey.id}/summary", as_of="2020-01-01")).status_code == 422
    assert "Chưa có báo cáo nào có số liệu" in await shown(house, survey)


async def test_figures_of_a_past_moment_stay_as_they_were(house: House, api: Api, survey: Survey) -> None:
    await send(api, survey.id, AN_LAO)
    then = house.clock()
    house.clock.forward(timedelta(days=2))
    await api.post(f"/campaigns/{survey.id}/invitations/{AN_LAO}/return", {"remark": "Vui lòng xem lại."})
    await send(api, survey.id, PHU_LIEN)
    before = (await api.get(f"/campaigns/{survey.id}/summary", as_of=then.isoformat())).json()
    assert question(before, "e_recv")["lowest"] == [AN_LAO]
    now = (await api.get(f"/campaigns/{survey.id}/summary")).json()
    assert question(now, "e_recv")["lowest"] == [PHU_LIEN]
