"""Units and campaigns by API: the roster, create, list, show, publish."""

from datetime import datetime, timedelta

import pytest

from reminders import steps
from service.flow import accounts, units
from service.models import Campaign, FormVersion, Invitation
from service.words import ZONE
from tests.conftest import House
from tests.service import build
from tests.service.api.conftest import Api, problems, refused
from tests.service.build import AN_LAO, PHU_LIEN, Survey

pytestmark = pytest.mark.anyio


@pytest.fixture
async def form(house: House) -> FormVersion:
    """The 114 units and the first survey's form, no campaign yet."""
    await units.seed(house.clock())
    return await build._version(build.ND132, house.clock())


async def test_the_roster_is_the_114_units_and_pages_go_on_by_cursor(api: Api, house: House) -> None:
    await units.seed(house.clock())
    whole = (await api.get("/units")).json()
    assert whole["next"] is None
    assert len(whole["items"]) == 114
    an_lao = next(unit for unit in whole["items"] if unit["code"] == AN_LAO)
    assert (an_lao["name"], an_lao["full_name"], an_lao["kind"]) == ("An Lão", "Xã An Lão", "xa")
    assert {"group", "parent", "latitude", "longitude", "tile_col", "tile_row"} <= set(an_lao)
    pages, cursor = [], "0"
    while cursor is not None:
        page = (await api.get("/units", cursor=cursor, limit=50)).json()
        pages.append(page["items"])
        cursor = page["next"]
    assert [len(page) for page in pages] == [50, 50, 14]
    assert [unit for page in pages for unit in page] == whole["items"]
    beyond = (await api.get("/units", cursor=5000)).json()
    assert beyond == {"items": [], "next": None}


@pytest.mark.parametrize("query", [{"cursor": "-1"}, {"cursor": "x"}, {"limit": "0"}, {"limit": "1e3"}, {"limit": "٣"}])
async def test_a_wrong_cursor_is_told(api: Api, query: dict[str, str]) -> None:
    assert list(problems(await api.get("/units", **query))) == list(query)


async def test_a_campaign_with_its_least_terms_gets_the_rest_by_default(api: Api, form: FormVersion) -> None:
    given = {
        "title": "  Khảo sát\n tháng 6 ",
        "form": form.id,
        "units": "all",
        "due": {"days": 5, "kind": "working_day"},
    }
    made = await api.post("/campaigns", given)
    assert made.status_code == 201
    body = made.json()
    assert body["title"] == "Khảo sát tháng 6"
    assert body["units"] == "all"
    assert body["due"] == {"at": None, "days": 5, "kind": "working_day"}
    assert (body["allow_nil"], body["signoff"], body["published_at"]) == (False, False, None)
    assert body["reminders"] == steps.to_json(steps.DEFAULT)
    assert body.pop("warnings") == []
    assert (await api.get(f"/campaigns/{body['id']}")).json() == body
    assert (await api.get("/campaigns")).json() == {"items": [body], "next": None}


async def test_every_term_given_comes_back_with_its_moment_in_local_time(api: Api, form: FormVersion) -> None:
    person = await accounts.create("lan", "Trần Thị Lan", "staff", api.house.clock())
    given = {
        "title": "Khảo sát quý II",
        "form": form.id,
        "units": [AN_LAO, PHU_LIEN, AN_LAO],
        "period_from": "2026-04-01",
        "period_to": "2026-06-30",
        "opens_at": "2026-07-01",
        "closes_at": "2026-07-31",
        "due": {"at": "2026-07-10T10:00:00Z"},
        "letter": {"number": "12/SKHCN", "date": "2026-06-29", "subject": "báo cáo quý II"},
        "staff": person.id,
        "allow_nil": True,
        "signoff": True,
        "reminders": steps.to_json(steps.DEFAULT[1:3]),
    }
    body = (await api.post("/campaigns", given)).json()
    assert body["units"] == [AN_LAO, PHU_LIEN]
    assert (body["period_from"], body["period_to"]) == ("2026-04-01", "2026-06-30")
    assert body["opens_at"] == "2026-07-01T00:00:00+07:00"
    assert body["closes_at"] == "2026-07-31T23:59:59+07:00"
    assert body["due"] == {"at": "2026-07-10T17:00:00+07:00", "days": None, "kind": None}
    assert body["letter"] == {"number": "12/SKHCN", "date": "2026-06-29", "subject": "báo cáo quý II"}
    assert (body["staff"], body["allow_nil"], body["signoff"]) == (person.id, True, True)
    assert body["reminders"] == given["reminders"]


async def test_half_working_days_and_bare_dates_are_understood(api: Api, form: FormVersion) -> None:
    made = await api.post("/campaigns", {"title": "x", "form": form.id, "due": {"days": "2,5", "kind": "working_day"}})
    assert made.json()["due"]["days"] == 2.5
    made = await api.post("/campaigns", {"title": "x", "form": form.id, "due": {"at": "2026-07-10"}})
    assert made.json()["due"]["at"] == "2026-07-10T17:00:00+07:00"


WRONG: list[tuple[dict[str, object], str]] = [
    ({"title": " "}, "title"),
    ({"title": 5}, "title"),
    ({"title": "x" * 501}, "title"),
    ({"form": None}, "form"),
    ({"form": 99}, "form"),
    ({"form": True}, "form"),
    ({"form": "1e3"}, "form"),
    ({"form": 2**40}, "form"),
    ({"due": None}, "due"),
    ({"due": "2026-07-10"}, "due"),
    ({"due": {}}, "due"),
    ({"due": {"days": 3}}, "due"),
    ({"due": {"days": 1.5, "kind": "day"}}, "due"),
    ({"due": {"days": 0, "kind": "day"}}, "due"),
    ({"due": {"days": "1e400", "kind": "day"}}, "due"),
    ({"due": {"days": "sNaN", "kind": "working_day"}}, "due"),
    ({"due": {"days": {}, "kind": "day"}}, "due"),
    ({"due": {"days": 3, "kind": ["day"]}}, "due"),
    ({"due": {"at": "18/7/2026"}}, "due"),
    ({"due": {"at": "0001-01-01T00:00:00+07:00"}}, "due"),
    ({"due": {"at": "9999-12-31T23:59:59-11:00"}}, "due"),
    ({"units": []}, "units"),
    ({"units": "some"}, "units"),
    ({"units": [11629]}, "units"),
    ({"units": [AN_LAO, "00000"]}, "units"),
    ({"units": [str(n) for n in range(40_000)]}, "units"),
    ({"staff": 12345}, "staff"),
    ({"period_from": "2026-06-30", "period_to": "2026-06-01"}, "period_to"),
    ({"period_from": "30.6.2026"}, "period_from"),
    ({"period_from": 20260601}, "period_from"),
    ({"opens_at": "2026-07-10", "closes_at": "2026-07-09"}, "closes_at"),
    ({"opens_at": {"at": 1}}, "opens_at"),
    ({"opens_at": "0001-01-01T00:00"}, "opens_at"),
    ({"closes_at": "2026-06-20"}, "closes_at"),
    ({"letter": {"number": 5}}, "letter_number"),
    ({"letter": {"date": "hôm qua"}}, "letter_date"),
    ({"letter": "111/SKHCN"}, "letter"),
    ({"allow_nil": "maybe"}, "allow_nil"),
    ({"signoff": "maybe"}, "signoff"),
    ({"reminders": "daily"}, "reminders"),
    ({"reminders": [{"id": "a"}]}, "reminders"),
    ({"reminders": [5]}, "reminders"),
]


async def test_each_wrong_term_is_named_and_nothing_is_stored(api: Api, form: FormVersion) -> None:
    good = {"title": "Khảo sát", "form": form.id, "due": {"at": "2026-07-10"}}
    for change, field in WRONG:
        found = problems(await api.post("/campaigns", {**good, **change}))
        assert field in found, change
        assert all(message.endswith(".") for message in found.values()), found
    assert await Campaign.all().count() == 0


async def test_all_wrong_terms_are_told_at_once(api: Api, form: FormVersion) -> None:
    found = problems(await api.post("/campaigns", {"staff": "x", "period_to": "x"}))
    assert list(found) == ["title", "form", "due", "staff", "period_to"]


async def test_text_that_no_database_holds_is_cleaned(api: Api, form: FormVersion) -> None:
    given = {"title": "Khảo\u0000 sát\u0007", "form": form.id, "due": {"at": "2026-07-10"}}
    made = await api.post("/campaigns", given)
    assert made.status_code == 201
    assert made.json()["title"] == "Khảo sát"
    refused(await api.post("/campaigns", {**given, "title": "Khảo sát \ud800"}), 400, "bad_json")


async def test_publishing_freezes_the_roster_and_queues_one_mail_an_official(api: Api, survey: Survey) -> None:
    given = {"title": "Đợt hai", "form": survey.campaign.form_id, "units": [AN_LAO, PHU_LIEN]}
    made = (await api.post("/campaigns", {**given, "due": {"days": 3, "kind": "working_day"}})).json()
    published = await api.post(f"/campaigns/{made['id']}/publish")
    assert published.status_code == 200
    body = published.json()
    # Monday 8:30 and three working days, the first of them Tuesday.
    assert body["due"] == {"at": "2026-06-11T17:00:00+07:00", "days": 3, "kind": "working_day"}
    assert datetime.fromisoformat(body["published_at"]) == api.house.clock()
    assert await Invitation.filter(campaign_id=made["id"]).count() == 2
    waiting = (await api.get("/messages", campaign=made["id"])).json()["items"]
    assert [(m["kind"], m["unit"], m["address"]) for m in waiting] == [("invitation", AN_LAO, "anlao@haiphong.example")]


async def test_publishing_twice_or_too_late_is_refused(api: Api, survey: Survey) -> None:
    refused(await api.post(f"/campaigns/{survey.id}/publish"), 409, "already_published")
    given = {"title": "Muộn", "form": survey.campaign.form_id}
    late = await api.post("/campaigns", {**given, "due": {"at": "2026-06-08T09:00"}})
    api.house.clock.forward(timedelta(hours=2))
    answer = await api.post(f"/campaigns/{late.json()['id']}/publish")
    error = refused(answer, 422, "invalid")
    assert error["problems"] == [
        {"message": "Hạn gửi (09:00 thứ Hai, 8/6/2026) đã qua. Vui lòng sửa hạn trước khi phát hành."}
    ]
    gap = await api.post("/campaigns", {**given, "due": {"at": "2044-06-08T09:00"}})
    answer = await api.post(f"/campaigns/{gap.json()['id']}/publish")
    assert "Chưa có lịch nghỉ lễ năm 2044" in str(refused(answer, 422, "invalid")["problems"])


async def test_a_campaign_that_is_not_published_has_no_figures_yet(api: Api, form: FormVersion) -> None:
    made = (await api.post("/campaigns", {"title": "x", "form": form.id, "due": {"at": "2026-07-10"}})).json()
    for path in ("rate", "invitations", "export.xlsx", "reminders/preview"):
        refused(await api.get(f"/campaigns/{made['id']}/{path}"), 409, "not_published")
    assert datetime(2026, 7, 10, 17, tzinfo=ZONE) == datetime.fromisoformat(made["due"]["at"])
