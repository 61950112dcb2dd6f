"""The ledger over the API: filters, cursor, one change, and what is refused."""

import pytest

from service.models import Recommendation
from tests.conftest import House
from tests.service import ledgers
from tests.service.api.conftest import Api, client, problems, refused
from tests.service.build import AN_LAO, PHU_LIEN, Survey
from tests.service.ledgers import LINE, SCANNER, row

pytestmark = pytest.mark.anyio


async def test_it_is_listed_filtered_and_changed(house: House, api: Api, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER), row("b", LINE)])
    await ledgers.report(house, survey, PHU_LIEN, [row("a", SCANNER)])
    first = (await api.get("/ledger", limit=2)).json()
    assert [item["number"] for item in first["items"]] == [1, 2]
    rest = (await api.get("/ledger", limit=2, cursor=first["next"])).json()
    assert ([item["number"] for item in rest["items"]], rest["next"]) == ([3], None)
    assert [item["number"] for item in (await api.get("/ledger", unit=PHU_LIEN, q="may quet")).json()["items"]] == [3]
    body = {"level": "city", "staff": survey.staff.id, "due": {"days": 3, "kind": "working_day"}, "version": 1}
    changed = (await api.send("PATCH", "/ledger/1", body)).json()
    assert (changed["level"], changed["due_at"], changed["version"]) == ("city", "2026-06-11T17:00:00+07:00", 2)
    refused(await api.send("PATCH", "/ledger/1", {"level": "", "version": 1}), 409, "stale_recommendation")
    answered = (await api.send("PATCH", "/ledger/1", {"reply": "Đã cấp máy."})).json()
    assert (answered["state"], answered["reply"], answered["replies"]) == ("answered", "Đã cấp máy.", 1)
    merged = (await api.send("PATCH", "/ledger/3", {"into": 1})).json()
    assert [unit["code"] for unit in merged["units"]] == [AN_LAO, PHU_LIEN]
    refused(await api.send("PATCH", "/ledger/3", {"reply": "x"}), 409, "merged_recommendation")
    assert [item["number"] for item in (await api.get("/ledger", state="answered")).json()["items"]] == [1]
    assert (await api.send("PATCH", "/ledger/3", {"into": None})).json()["number"] == 3
    assert [one.lead for one in await Recommendation.all().order_by("number")] == [1, 2, 3]


async def test_what_is_refused(house: House, api: Api, survey: Survey) -> None:
    await ledgers.report(house, survey, AN_LAO, [row("a", SCANNER)])
    assert set(problems(await api.get("/ledger", state="x", overdue="maybe"))) == {"state", "overdue"}
    assert set(problems(await api.send("PATCH", "/ledger/1", {"owner": 1, "level": "city"}))) == {"owner"}
    assert set(problems(await api.send("PATCH", "/ledger/1", {"into": 2, "level": "city"}))) == {"into"}
    assert set(problems(await api.send("PATCH", "/ledger/1", {"into": True}))) == {"into"}
    assert set(problems(await api.send("PATCH", "/ledger/1", {"into": 1}))) == {"numbers"}
    assert set(problems(await api.send("PATCH", "/ledger/1", {"state": "closed", "due": 7}))) == {"reason", "due"}
    refused(await api.send("PATCH", "/ledger/1", {"into": 9}), 404, "not_found")
    refused(await api.send("PATCH", "/ledger/9", {"level": "city"}), 404, "not_found")
    refused(await api.send("PATCH", "/ledger/1", [1]), 400, "bad_json")
    viewer = await client(house, "viewer")
    assert (await viewer.get("/ledger")).status_code == 200
    refused(await viewer.send("PATCH", "/ledger/1", {"level": "city"}), 403, "forbidden")
