"""Figures by API: the rate, the invitations and the workbook, as of any moment."""

import io
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook

from service import life
from service.api.campaigns import rate_shape
from service.api.reply import plain
from service.models import Event, Invitation
from service.words import ZONE
from tests.conftest import BOTH, House
from tests.service.api.conftest import Api, problems, refused
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey

pytestmark = [pytest.mark.anyio, BOTH]

HAI, BA = "10888", "10903"
FORMULA = "=1+1"


def june(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


async def _intake(api: Api, survey: Survey, code: str, received: datetime) -> None:
    body = {"channel": "paper", "number": "12/BC-UBND", "received_at": received.isoformat()}
    answer = await api.post(f"/campaigns/{survey.id}/invitations/{code}/intake", body)
    assert answer.status_code == 201, answer.text


async def _submit(api: Api, survey: Survey, code: str, body: dict[str, object]) -> dict[str, object]:
    answer = await api.post(f"/campaigns/{survey.id}/invitations/{code}/submissions", body, idempotency_key=code)
    assert answer.status_code == 201, answer.text
    sent: dict[str, object] = answer.json()
    return sent


@pytest.fixture
async def june_survey(house: House, api: Api, survey: Survey) -> Survey:
    """Four units, due Monday 15/6 17:00: one sends on 10/6, a paper of 12/6 is recorded on 16/6, one is late."""
    house.clock.set(june(10))
    an_lao = {**AN_LAO_ANSWERS, "h": {"h_has": "khong", "h_other": FORMULA}}
    await _submit(api, survey, AN_LAO, {"answers": an_lao})
    house.clock.set(june(16))
    await _intake(api, survey, PHU_LIEN, june(12, 15))
    house.clock.set(june(17, 10))
    await _submit(api, survey, HAI, {"nil": "Trong kỳ không phát sinh nhiệm vụ."})
    house.clock.set(june(18))
    return survey


async def _by_life(campaign: int, as_of: datetime) -> dict[str, object]:
    """The rate worked out from the stored events by service.life alone."""
    tracks = []
    for invitation in await Invitation.filter(campaign_id=campaign):
        rows = await Event.filter(invitation_id=invitation.id).order_by("seq")
        events = [life.Event(life.Act(e.act), life.State(e.to), e.at, e.recorded_at, e.nil, e.due_at) for e in rows]
        due = invitation.original_due_at
        tracks.append(life.Track(invitation.code, invitation.kind, invitation.group, due, tuple(events)))
    found = rate_shape(life.rate(tracks, as_of))
    return {name: plain(value) if isinstance(value, datetime) else value for name, value in found.items()}


async def test_the_rate_is_what_life_says_at_every_moment(api: Api, june_survey: Survey) -> None:
    path = f"/campaigns/{june_survey.id}/rate"
    for as_of in (june(8), june(10), june(12, 16), june(15, 17), june(16), june(17, 10), june(18)):
        answer = await api.get(path, as_of=as_of.isoformat())
        assert answer.json() == await _by_life(june_survey.id, as_of), as_of
    now = (await api.get(path)).json()
    assert now == {
        "expected": 4,
        "responded": 3,
        "nil": 1,
        "received": 1,
        "returned": 0,
        "on_time_original": 2,
        "on_time_extended": 2,
        "states": {"not_sent": 1, "submitted": 2, "received": 1},
        "by_kind": now["by_kind"],
        "by_group": now["by_group"],
        "as_of": "2026-06-18T09:00:00+07:00",
        "recorded_later": 0,
    }
    for parts in (now["by_kind"], now["by_group"]):
        assert sum(part["expected"] for part in parts.values()) == 4
        assert sum(part["responded"] for part in parts.values()) == 3
        assert sum(part["on_time"] for part in parts.values()) == 2


async def test_a_paper_recorded_later_is_said_beside_and_changes_no_past_figure(api: Api, june_survey: Survey) -> None:
    path = f"/campaigns/{june_survey.id}/rate"
    before = (await api.get(path, as_of="2026-06-12")).json()
    assert before["as_of"] == "2026-06-12T23:59:59.999999+07:00"
    assert (before["responded"], before["recorded_later"]) == (1, 1)
    after = (await api.get(path, as_of="2026-06-16")).json()
    assert (after["responded"], after["received"], after["recorded_later"]) == (2, 1, 0)
    assert after["on_time_original"] == 2, "on time is judged by the day it was received"


async def test_what_was_recorded_at_that_very_moment_counts_and_nothing_after_it(api: Api, june_survey: Survey) -> None:
    path = f"/campaigns/{june_survey.id}/rate"
    assert (await api.get(path, as_of=june(10).isoformat())).json()["responded"] == 1
    just_before = june(10) - timedelta(microseconds=1)
    assert (await api.get(path, as_of=just_before.isoformat())).json()["responded"] == 0


SAME_MOMENT = (
    "2026-06-12T23:59+07:00",
    "2026-06-12T23:59%2B07:00",
    "2026-06-12T16:59Z",
    "2026-06-12T23:59",
    "2026-06-12%2023:59",
    "2026-06-12%2023:59+07:00",
    "%202026-06-12T23:59:00.000+07:00",
)
NO_MOMENT = ("", "hôm qua", "20/7/2025", "2026-06-31", "2026-06-12T25:00", "0001-01-01T00:00+07:00", "9" * 5000)


async def test_a_moment_may_be_written_in_many_ways(api: Api, june_survey: Survey) -> None:
    for written in SAME_MOMENT:
        path = f"/api/v1/campaigns/{june_survey.id}/rate?as_of={written}"
        body = (await api.house.client.get(path, headers=api.headers)).json()
        assert (body["as_of"], body["responded"]) == ("2026-06-12T23:59:00+07:00", 1), written


async def test_a_moment_that_is_none_is_refused(api: Api, june_survey: Survey) -> None:
    for path in ("rate", "invitations", "export.xlsx"):
        for written in NO_MOMENT:
            found = problems(await api.get(f"/campaigns/{june_survey.id}/{path}", as_of=written))
            assert "ISO 8601" in found["as_of"], written
        assert (await api.get(f"/campaigns/{june_survey.id}/{path}", as_of="2200-12-31")).status_code == 200


async def test_later_replies_change_nothing_that_was_reported(api: Api, june_survey: Survey) -> None:
    campaign = f"/campaigns/{june_survey.id}"

    async def reported() -> list[str]:
        paths = [f"{campaign}/rate", f"{campaign}/invitations"]
        return [(await api.get(path, as_of="2026-06-16")).text for path in paths]

    before = await reported()
    await _submit(api, june_survey, PHU_LIEN, {"answers": AN_LAO_ANSWERS})
    await _submit(api, june_survey, BA, {"answers": AN_LAO_ANSWERS})
    assert await reported() == before
    now = (await api.get(f"{campaign}/rate")).json()
    assert (now["responded"], now["received"]) == (4, 0)


async def test_a_reply_handed_back_stands_beside_and_past_figures_stay(api: Api, june_survey: Survey) -> None:
    campaign = f"/campaigns/{june_survey.id}"
    unit = f"{campaign}/invitations/{AN_LAO}"
    for wrong in ({}, {"remark": " \x00"}, {"remark": 5}, {"remark": "x" * 2001}):
        assert list(problems(await api.post(f"{unit}/return", wrong))) == ["remark"]
    before = (await api.get(f"{campaign}/rate", as_of="2026-06-17")).text
    back = await api.post(f"{unit}/return", {"remark": "Mục E2 chưa\x00 khớp với phụ lục."})
    assert (back.status_code, back.json()["state"]) == (201, "returned")
    now = (await api.get(f"{campaign}/rate")).json()
    assert (now["responded"], now["returned"]) == (2, 1)
    refused(await api.post(f"{unit}/return", {"remark": "Lần nữa."}), 409, "wrong_state")
    api.house.clock.set(june(19))
    again = await api.post(f"{unit}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k2")
    assert again.json()["receipt"] == f"PH-{june_survey.id}-{AN_LAO}-2"
    assert (await api.get(f"{campaign}/rate")).json()["on_time_original"] == 2, "on time is judged by its first sending"
    assert (await api.get(f"{campaign}/rate", as_of="2026-06-17")).text == before
    for as_of, number in (("2026-06-17", 1), ("2026-06-19", 2)):
        rows = (await api.get(f"{campaign}/invitations", as_of=as_of)).json()["items"]
        assert next(row for row in rows if row["unit"] == AN_LAO)["submission"]["number"] == number


async def test_a_verdict_by_api_accepts_or_names_the_questions(api: Api, june_survey: Survey) -> None:
    unit = f"/campaigns/{june_survey.id}/invitations/{AN_LAO}"
    accepted = await api.post(f"{unit}/accept", {})
    assert (accepted.status_code, accepted.json()["state"]) == (201, "accepted")
    refused(await api.post(f"{unit}/accept", {}), 409, "wrong_state")
    for wrong in ("x", [{"question": "e_recv"}], ["x"], [{"question": 5, "remark": "x"}]):
        assert list(problems(await api.post(f"{unit}/return", {"remarks": wrong}))) == ["remarks"]
    gone = [{"question": "e_gone", "remark": "Không có câu này."}]
    assert list(problems(await api.post(f"{unit}/return", {"remarks": gone}))) == ["remarks"]
    remarks = [{"question": "e_recv", "remark": "Chưa khớp với phụ lục."}]
    back = await api.post(f"{unit}/return", {"remarks": remarks})
    assert (back.status_code, back.json()["state"]) == (201, "returned")
    assert (await api.get(f"/campaigns/{june_survey.id}/rate")).json()["returned"] == 1


async def test_invitations_show_where_each_unit_stood_then(api: Api, june_survey: Survey) -> None:
    path = f"/campaigns/{june_survey.id}/invitations"
    found = {row["unit"]: row for row in (await api.get(path)).json()["items"]}
    assert list(found) == sorted(found)
    an_lao = found[AN_LAO]
    assert (an_lao["full_name"], an_lao["state"], an_lao["timing"]) == ("Xã An Lão", "submitted", "on_time")
    assert an_lao["due_at"] == an_lao["original_due_at"] == "2026-06-15T17:00:00+07:00"
    assert an_lao["first_sent_at"] == "2026-06-10T09:00:00+07:00"
    assert an_lao["submission"]["receipt"] == f"PH-{june_survey.id}-{AN_LAO}-1"
    assert (found[PHU_LIEN]["state"], found[PHU_LIEN]["submission"]) == ("received", None)
    assert (found[PHU_LIEN]["first_sent_at"], found[PHU_LIEN]["timing"]) == ("2026-06-12T15:00:00+07:00", "on_time")
    assert (found[HAI]["nil"], found[HAI]["timing"]) == (True, "late")
    assert (found[BA]["state"], found[BA]["timing"]) == ("not_sent", "overdue")

    then = (await api.get(path, as_of="2026-06-09")).json()["items"]
    assert {row["state"] for row in then} == {"not_sent"}
    assert [row["submission"] for row in then] == [None] * 4


async def test_invitations_can_be_picked_by_state(api: Api, june_survey: Survey) -> None:
    path = f"/campaigns/{june_survey.id}/invitations"
    rate = (await api.get(f"/campaigns/{june_survey.id}/rate", as_of="2026-06-16")).json()
    for state, count in rate["states"].items():
        rows = (await api.get(path, state=state, as_of="2026-06-16")).json()["items"]
        assert [row["state"] for row in rows] == [state] * count
    assert (await api.get(path, state="accepted")).json() == {"items": [], "next": None}
    first = (await api.get(path, limit=3)).json()
    rest = (await api.get(path, limit=3, cursor=first["next"])).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
    assert list(problems(await api.get(path, state="đã gửi"))) == ["state"]


async def test_the_workbook_says_the_same_and_text_stays_text(api: Api, june_survey: Survey) -> None:
    answer = await api.get(f"/campaigns/{june_survey.id}/export.xlsx", as_of="2026-06-16")
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert answer.headers["content-disposition"] == 'attachment; filename="phieu-1-20260616-2359.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert "2/4" in " ".join(texts)
    formulas = [cell for cell in cells if cell.value == FORMULA]
    assert formulas
    assert {cell.data_type for cell in formulas} == {"s"}
    codes = [{cell.value for row in sheet.iter_rows() for cell in row} & {AN_LAO, PHU_LIEN, HAI, BA} for sheet in book]
    assert {AN_LAO, PHU_LIEN, HAI, BA} in codes, "one sheet holds every unit, also those that did not answer"
