"""Extending, exempting and handing back with a due time, by API."""

import pytest

from tests.conftest import House
from tests.service.api.conftest import Api, problems, refused
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey

pytestmark = pytest.mark.anyio


def path(survey: Survey, act: str, code: str = AN_LAO) -> str:
    return f"/campaigns/{survey.id}/invitations/{code}/{act}"


async def _row(api: Api, survey: Survey) -> dict[str, object]:
    rows = (await api.get(f"/campaigns/{survey.id}/invitations")).json()["items"]
    found: dict[str, object] = next(row for row in rows if row["unit"] == AN_LAO)
    return found


async def test_extended_by_days_or_to_a_moment(house: House, api: Api, survey: Survey) -> None:
    body = {"due": {"days": 1, "kind": "working_day"}, "reason": "Bão"}
    answer = await api.post(path(survey, "extend"), body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["due_at"] == "2026-06-16T17:00:00+07:00"
    assert (await api.post(path(survey, "extend"), {"due": {"at": "2026-06-18"}, "reason": "Bão"})).status_code == 201
    row = await _row(api, survey)
    assert (row["due_at"], row["original_due_at"]) == ("2026-06-18T17:00:00+07:00", "2026-06-15T17:00:00+07:00")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"due": {"at": "2026-06-18"}}, "reason"),
        ({"due": {"at": "2026-06-18"}, "reason": 7}, "reason"),
        ({"reason": "Bão"}, "due"),
        ({"due": {"days": "ba", "kind": "day"}, "reason": "Bão"}, "due"),
        ({"due": {"days": 3, "kind": "week"}, "reason": "Bão"}, "due"),
        ({"due": {"at": "2026-06-01"}, "reason": "Bão"}, "due"),
        ({"due": [], "reason": "Bão"}, "due"),
    ],
)
async def test_a_body_that_is_wrong_is_refused(
    house: House, api: Api, survey: Survey, body: dict[str, object], field: str
) -> None:
    answer = await api.post(path(survey, "extend"), body)
    assert field in problems(answer)


async def test_exempt_and_back(house: House, api: Api, survey: Survey) -> None:
    assert (await api.post(path(survey, "exempt"), {"reason": "Sáp nhập"})).json()["state"] == "exempt"
    assert (await api.get(f"/campaigns/{survey.id}/rate")).json()["expected"] == 3
    refused(await api.post(path(survey, "exempt"), {"reason": "Sáp nhập"}), 409, "wrong_state")
    assert (await api.post(path(survey, "include"), {"reason": "Nhầm"})).json()["state"] == "not_sent"
    assert (await api.get(f"/campaigns/{survey.id}/rate")).json()["expected"] == 4


async def test_handed_back_until_its_own_due_time_or_as_told(house: House, api: Api, survey: Survey) -> None:
    for number, (body, due_at) in enumerate(
        [
            ({"remark": "Sửa"}, "2026-06-15T17:00:00+07:00"),
            ({"remark": "Sửa", "due": {"days": 0.5, "kind": "working_day"}}, "2026-06-09T11:30:00+07:00"),
        ]
    ):
        sent = await api.post(path(survey, "submissions"), {"answers": AN_LAO_ANSWERS}, idempotency_key=str(number))
        assert sent.status_code == 201, sent.text
        answer = await api.post(path(survey, "return"), body)
        assert (answer.status_code, answer.json()["due_at"]) == (201, due_at)
        assert (await _row(api, survey))["correction_due_at"] == due_at
