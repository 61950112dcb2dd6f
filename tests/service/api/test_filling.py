"""One unit by API: a fresh link, the draft, sending, and a reply on paper."""

import copy
import json
from datetime import datetime, timedelta
from typing import Any

import anyio
import pytest

from service.flow import drafts, principal
from service.models import AuditRecord, ContactLink, Draft, Event, Invitation, Submission
from service.words import ZONE
from tests.conftest import BOTH, House
from tests.service import build
from tests.service.api.conftest import Api, client, problems, refused
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey

pytestmark = [pytest.mark.anyio, BOTH]


def changed(section: str, **answers: object) -> dict[str, Any]:
    """An Lão's answers with some of a section's replaced."""
    found: dict[str, Any] = copy.deepcopy(AN_LAO_ANSWERS)
    found[section] = {**found[section], **answers}
    return found


def unit(survey: Survey, code: str = AN_LAO) -> str:
    return f"/campaigns/{survey.id}/invitations/{code}"


async def test_a_fresh_link_opens_and_revokes_none(house: House, api: Api, survey: Survey) -> None:
    urls = [(await api.post(f"{unit(survey)}/link")).json()["url"] for _ in range(2)]
    assert len(set(urls)) == 2
    for url in (*urls, house.settings.public_url + survey.address(house.settings)):
        assert url.startswith("http://phieu.test/p/")
        page = await house.client.get(url)
        assert page.status_code == 200
        assert "Xã An Lão" in page.text
    assert (await Invitation.get(id=survey.invitation.id)).state == "not_sent", "nobody has entered yet"
    assert await ContactLink.filter(invitation_id=survey.invitation.id, generation=1).count() == 3
    made = await AuditRecord.filter(action="link.create").order_by("-seq").first()
    assert made is not None
    assert made.actor.startswith("token:")
    assert urls[-1].rsplit("-")[-1] not in str(made.data), "the log holds no link that works"


async def test_a_draft_is_put_at_the_version_it_was_read(api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/draft"
    empty = await api.get(path)
    assert (empty.json(), empty.headers["etag"]) == ({"version": 0, "answers": {}}, '"0"')
    given = {"e": {"e_recv": 1142, "e_online": "1.048"}, "f": {"f_channels": ["zalo"]}, "h": {"h_has": None}}
    saved = await api.put(path, {"answers": given}, if_match="0")
    assert saved.status_code == 200
    kept = {"e": {"e_recv": "1142", "e_online": "1.048"}, "f": {"f_channels": ["zalo"]}, "h": {"h_has": ""}}
    assert saved.json() == {"version": 1, "answers": kept}
    assert (await api.get(path)).json() == saved.json()
    assert (await Invitation.get(id=survey.invitation.id)).state == "draft"
    again = await api.put(path, {"answers": {"h": {"h_has": "khong"}}}, if_match='W/"1"')
    assert again.json() == {"version": 2, "answers": {"h": {"h_has": "khong"}}}, "the whole draft is replaced"
    same = await api.put(path, {"answers": {"h": {"h_has": "khong"}}}, if_match='"2"')
    assert same.json()["version"] == 2, "nothing changed, so no new version"


async def test_a_stale_put_changes_nothing(api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/draft"
    await drafts.save(survey.id, AN_LAO, drafts.Edit(0, "t", {"e/e_recv": "5"}), principal.link(1), api.house.clock())
    error = refused(await api.put(path, {"answers": {"e": {"e_recv": 6}}}, if_match="0"), 409, "stale_draft")
    assert "phiên bản 1" in str(error["message"])
    refused(await api.put(path, {"answers": {}}, if_match="7"), 409, "stale_draft")
    assert (await api.get(path)).json() == {"version": 1, "answers": {"e": {"e_recv": "5"}}}


async def test_a_draft_in_the_wrong_shape_is_refused_by_question(api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/draft"
    for version in ("", "x", "-1", "*", "1" * 30, "١"):
        headers = {"if_match": version} if version.isascii() else {}
        assert list(problems(await api.put(path, {"answers": {}}, **headers))) == ["If-Match"]
    bodies: list[object] = [{}, {"answers": None}, {"answers": []}, {"answers": "x"}]
    for body in bodies:
        assert list(problems(await api.put(path, body, if_match="0"))) == ["answers"]
    nonsense = {
        "e": {"e_recv": {"so": 1}, "e_online": [1], "nothing": 1},
        "f": {"f_channels": 5},
        "h": [],
        "zz\x00": {},
    }
    found = problems(await api.put(path, {"answers": nonsense}, if_match="0"))
    assert set(found) == {"e_recv", "e_online", "e/nothing", "f_channels", "h", "zz\x00"}
    long = {"h": {"h_other": "x" * 200_000}}
    assert list(problems(await api.put(path, {"answers": long}, if_match="0"))) == ["h_other"]
    assert await Draft.all().count() == 0


async def test_a_submission_gets_a_number_a_receipt_and_a_hash(house: House, api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/submissions"
    sent = await api.post(path, {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    assert sent.status_code == 201
    body = sent.json()
    assert set(body) == {"id", "number", "receipt", "submitted_at", "hash"}
    assert (body["number"], body["receipt"]) == (1, f"PH-{survey.id}-{AN_LAO}-1")
    assert body["submitted_at"] == "2026-06-08T08:30:00+07:00"
    assert len(body["hash"]) == 64
    stored = await Submission.get(id=body["id"])
    assert stored.hash == body["hash"]
    assert stored.principal.startswith("token:")
    assert (await Invitation.get(id=survey.invitation.id)).state == "submitted"


async def test_the_same_key_and_body_give_the_same_answer_byte_for_byte(house: House, api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/submissions"
    first = await api.post(path, {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    house.clock.forward(timedelta(days=30))
    reordered = dict(reversed(AN_LAO_ANSWERS.items()))
    for body in (AN_LAO_ANSWERS, reordered):
        again = await api.post(path, {"answers": body}, idempotency_key="k1")
        assert (again.status_code, again.content) == (201, first.content), "also after the campaign has closed"
    other = await api.post(path, {"answers": changed("e", e_visits=1)}, idempotency_key="k1")
    refused(other, 422, "idempotency_key_reused")
    refused(await api.post(path, {"nil": "không"}, idempotency_key="k1"), 422, "idempotency_key_reused")
    assert await Submission.all().count() == 1
    assert await Event.filter(act="submit").count() == 1


async def test_a_key_is_its_clients_and_its_units_own(house: House, api: Api, survey: Survey) -> None:
    await api.post(f"{unit(survey)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    there = await api.post(f"{unit(survey, PHU_LIEN)}/submissions", {"nil": "Không có."}, idempotency_key="k1")
    assert there.status_code == 201
    another = await client(house)
    answer = await another.post(f"{unit(survey)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    refused(answer, 409, "wrong_state")


async def test_requests_at_once_with_one_key_make_one_submission(api: Api, survey: Survey) -> None:
    answers: list[bytes] = []

    async def send() -> None:
        sent = await api.post(f"{unit(survey)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
        assert sent.status_code == 201, sent.text
        answers.append(sent.content)

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(send)
    assert len(answers) == 5
    assert len(set(answers)) == 1
    assert await Submission.all().count() == 1


async def test_answers_with_problems_are_told_by_question_and_nothing_is_sent(api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/submissions"
    wrong = changed("e", e_online=1048, e_direct=95, e_recv=1142)
    found = problems(await api.post(path, {"answers": wrong}, idempotency_key="k1"))
    assert found == {"e_direct": "Trực tuyến + trực tiếp phải bằng tổng số hồ sơ tiếp nhận (E2a + E2b = E2)."}
    gone = {name: value for name, value in AN_LAO_ANSWERS.items() if name != "g"}
    found = problems(await api.post(path, {"answers": {**gone, "confirm": None}}, idempotency_key="k1"))
    assert "confirm" in found
    assert any(name.startswith("g_") for name in found)
    strange = json.dumps({"answers": changed("e", e_recv=1.5e300, e_visits=True, e_late=10**40, e_pay="một nghìn")})
    found = problems(await api.post(path, strange.replace("1.5e+300", "1e400").encode(), idempotency_key="k1"))
    assert {"e_recv", "e_visits", "e_late", "e_pay"} <= set(found)
    unknown = problems(await api.post(path, {"answers": {**AN_LAO_ANSWERS, "zz": 1}}, idempotency_key="k1"))
    assert list(unknown) == ["zz"]
    assert await Submission.all().count() == 0
    good = await api.post(path, {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    assert good.status_code == 201, "a key is used up by a sending only"


async def test_what_to_send_and_the_key_are_needed(api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/submissions"
    both = {"nil": "x", "answers": AN_LAO_ANSWERS}
    bodies: list[object] = [{}, {"answers": []}, {"nil": 1}, {"answer": AN_LAO_ANSWERS}, both]
    for body in bodies:
        assert list(problems(await api.post(path, body, idempotency_key="k1"))) == ["answers"]
    for key in ({}, {"idempotency_key": "  "}, {"idempotency_key": "k" * 201}):
        assert list(problems(await api.post(path, {"answers": AN_LAO_ANSWERS}, **key))) == ["Idempotency-Key"]
    assert await Submission.all().count() == 0


async def test_a_nil_return_needs_a_reason_and_a_campaign_that_takes_it(house: House, api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/submissions"
    assert list(problems(await api.post(path, {"nil": " \x00 "}, idempotency_key="k"))) == ["nil"]
    assert list(problems(await api.post(path, {"nil": "x" * 2001}, idempotency_key="k"))) == ["nil"]
    sent = await api.post(path, {"nil": "Trong kỳ\x00 không phát sinh."}, idempotency_key="k")
    assert sent.status_code == 201
    assert (await Submission.get(id=sent.json()["id"])).nil_reason == "Trong kỳ không phát sinh."
    assert (await Invitation.get(id=survey.invitation.id)).nil is True


async def test_a_nil_return_is_refused_where_it_is_not_taken(house: House, api: Api) -> None:
    survey = await build.survey(house.settings, house.clock(), allow_nil=False)
    found = problems(await api.post(f"{unit(survey)}/submissions", {"nil": "Không có."}, idempotency_key="k"))
    assert "không nhận báo cáo “không phát sinh”" in found["nil"]


async def test_what_was_sent_is_not_overwritten_and_after_closing_nothing_is_taken(
    house: House, api: Api, survey: Survey
) -> None:
    await api.post(f"{unit(survey)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    again = await api.post(f"{unit(survey)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k2")
    error = refused(again, 409, "wrong_state")
    assert "Đã gửi báo cáo" in str(error["message"])
    refused(await api.put(f"{unit(survey)}/draft", {"answers": {}}, if_match="0"), 409, "wrong_state")
    house.clock.forward(timedelta(days=15))
    late = await api.post(f"{unit(survey, PHU_LIEN)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k1")
    refused(late, 409, "campaign_closed")
    refused(await api.put(f"{unit(survey, PHU_LIEN)}/draft", {"answers": {}}, if_match="0"), 409, "campaign_closed")
    assert await Submission.all().count() == 1


async def test_before_opening_nothing_is_taken(house: House, api: Api) -> None:
    opens = house.clock() + timedelta(days=1)
    survey = await build.survey(house.settings, house.clock(), opens_at=opens)
    body = {"answers": AN_LAO_ANSWERS}
    refused(await api.post(f"{unit(survey)}/submissions", body, idempotency_key="k"), 409, "campaign_not_open")
    house.clock.set(opens)
    assert (await api.post(f"{unit(survey)}/submissions", body, idempotency_key="k")).status_code == 201


async def test_a_reply_on_paper_is_recorded_with_both_its_times(house: House, api: Api, survey: Survey) -> None:
    house.clock.forward(timedelta(days=8))
    path = f"{unit(survey)}/intake"
    body = {"channel": "hpnet", "number": " 12/BC-UBND ", "date": "2026-06-09", "received_at": "2026-06-10T15:00"}
    taken = await api.post(path, {**body, "note": "Nhận qua văn thư"})
    assert taken.status_code == 201
    found = taken.json()
    assert found["received_at"] == "2026-06-10T15:00:00+07:00"
    assert datetime.fromisoformat(found["recorded_at"]) == house.clock()
    row = await Invitation.get(id=survey.invitation.id)
    assert (row.state, row.first_sent_at) == ("received", datetime(2026, 6, 10, 15, tzinfo=ZONE))
    refused(await api.post(path, body), 409, "wrong_state")
    typed = await api.post(f"{unit(survey)}/submissions", {"answers": AN_LAO_ANSWERS}, idempotency_key="k")
    assert typed.status_code == 201, "its answers may be typed in later"
    row = await Invitation.get(id=survey.invitation.id)
    assert row.first_sent_at == datetime(2026, 6, 10, 15, tzinfo=ZONE), "on time stays judged by the paper"


async def test_a_paper_of_the_day_of_publication_is_taken(api: Api, survey: Survey) -> None:
    body = {"channel": "paper", "number": "1", "received_at": "2026-06-08"}
    assert (await api.post(f"{unit(survey)}/intake", body)).status_code == 201


async def test_a_wrong_intake_is_told_field_by_field(api: Api, survey: Survey) -> None:
    path = f"{unit(survey)}/intake"
    good = {"channel": "paper", "number": "1", "received_at": "2026-06-08T08:30"}
    for change, field in (
        ({"channel": "fax"}, "channel"),
        ({"channel": None}, "channel"),
        ({"channel": 1}, "channel"),
        ({"number": " "}, "number"),
        ({"number": "x" * 101}, "number"),
        ({"received_at": None}, "received_at"),
        ({"received_at": "sáng nay"}, "received_at"),
        ({"received_at": "2026-06-08T08:31"}, "received_at"),
        ({"received_at": "2026-06-07"}, "received_at"),
        ({"received_at": 5}, "received_at"),
        ({"date": "2026-06-09"}, "date"),
        ({"note": "x" * 2001}, "note"),
    ):
        assert list(problems(await api.post(path, {**good, **change}))) == [field], change
    assert await Event.all().count() == 0
