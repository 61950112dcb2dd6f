"""Whatever is wrong with a request, the answer is the API's one shape of error with the fitting status."""

import json
from collections.abc import AsyncIterator

import pytest

from service.access import PLAIN_BODY
from service.models import Event
from tests.conftest import House
from tests.service.api.conftest import Api, client, refused
from tests.service.build import AN_LAO, Survey

pytestmark = pytest.mark.anyio

TAKING_JSON = (
    ("POST", "/campaigns"),
    ("PUT", "/campaigns/1/invitations/11629/draft"),
    ("POST", "/campaigns/1/invitations/11629/submissions"),
    ("POST", "/campaigns/1/invitations/11629/intake"),
)
NOT_JSON = {
    "empty": b"",
    "text": b"title=x",
    "half": b'{"answers": {',
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "NaN": b'{"answers": {"e": {"e_recv": NaN}}}',
    "infinity": b'{"answers": {"e": {"e_recv": -Infinity}}}',
    "100,000 deep": b'{"answers":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "60 deep": b'{"answers":' + b'{"e":' * 60 + b"1" + b"}" * 61,
    "900 deep": b'{"answers":' + b"[" * 900 + b"]" * 900 + b"}",
    "half a pair": b'{"answers": {"h": {"h_other": "\\uD800"}}}',
    "half a pair as a name": b'{"answers": {"\\udfff": 1}}',
    "not UTF-8": '{"answers": {"h": "ắ"}}'.encode("utf-16"),
    "broken UTF-8": b'{"answers": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"answers": {}}',
    "5,000 digits": b'{"answers": {"e": {"e_recv": ' + b"9" * 5000 + b"}}}",
}


async def test_what_is_not_json_is_refused_everywhere(api: Api, survey: Survey) -> None:
    for method, path in TAKING_JSON:
        for name, content in NOT_JSON.items():
            answer = await api.send(method, path, content, if_match="0", idempotency_key="k")
            assert answer.status_code == 400, name
            refused(answer, 400, "bad_json")
    assert await Event.all().count() == 0


async def test_a_body_over_the_limit_is_refused(api: Api, survey: Survey) -> None:
    large = json.dumps({"answers": {"h": {"h_other": "x" * PLAIN_BODY}}}).encode()
    for method, path in TAKING_JSON:
        refused(await api.send(method, path, large, if_match="0", idempotency_key="k"), 413, "too_large")
    pieces = [large[: len(large) // 2], large[len(large) // 2 :]]

    async def unannounced() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    url = "/api/v1/campaigns"
    answer = await api.house.client.post(url, content=unannounced(), headers=api.headers)
    assert "content-length" not in answer.request.headers
    refused(answer, 413, "too_large")


async def test_what_does_not_exist_is_not_found(api: Api, survey: Survey) -> None:
    for number in ("0", "2", "2147483647", "2147483648", "9" * 30, "1" + "0" * 5000):
        for path in ("", "/rate", "/invitations", "/export.xlsx", "/reminders/preview", "/invitations/11629/draft"):
            refused(await api.get(f"/campaigns/{number}{path}"), 404, "not_found")
        refused(await api.post(f"/campaigns/{number}/publish"), 404, "not_found")
        for path in ("link", "intake", "submissions"):
            body = {"channel": "paper", "number": "1", "received_at": "2026-06-08T08:30", "answers": {}}
            answer = await api.post(f"/campaigns/{number}/invitations/{AN_LAO}/{path}", body, idempotency_key="k")
            refused(answer, 404, "not_found")
    for code in ("00000", "11630", "An%20L%C3%A3o", "%00", "x" * 3000, "%F0%9F%98%80", "..", "%2e%2e%2f"):
        refused(await api.get(f"/campaigns/{survey.id}/invitations/{code}/draft"), 404, "not_found")
        refused(await api.post(f"/campaigns/{survey.id}/invitations/{code}/link"), 404, "not_found")
    for path in ("/", "/nothing", "/campaigns/x", "/campaigns/-1", "/campaigns/1.0", "/campaigns/١"):
        refused(await api.get(path), 404, "not_found")


async def test_a_method_that_is_not_taken_names_those_that_are(api: Api, survey: Survey) -> None:
    draft = f"/campaigns/{survey.id}/invitations/{AN_LAO}/draft"
    for method, path, allowed in (
        ("DELETE", "/units", "GET, HEAD"),
        ("POST", "/units", "GET, HEAD"),
        ("PATCH", "/campaigns", "GET, HEAD, POST"),
        ("DELETE", draft, "GET, HEAD, PUT"),
        ("GET", f"/campaigns/{survey.id}/publish", "POST"),
        ("OPTIONS", "/forms", "POST"),
    ):
        answer = await api.send(method, path)
        refused(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == allowed, (method, path)


async def test_head_answers_like_get(api: Api, survey: Survey) -> None:
    for path in ("/units", f"/campaigns/{survey.id}", f"/campaigns/{survey.id}/rate"):
        got, head = await api.get(path), await api.send("HEAD", path)
        assert (head.status_code, head.headers["content-type"]) == (200, got.headers["content-type"])
    assert (await api.send("HEAD", "/campaigns/99")).status_code == 404
    assert (await api.send("HEAD", f"/campaigns/{survey.id}/publish")).status_code == 405


async def test_a_token_is_needed_and_its_role_counts(house: House, api: Api) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
        answer = await house.client.get("/api/v1/units", headers=headers)
        refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    viewer = await client(house, "viewer")
    refused(await viewer.post("/campaigns", {"title": "x"}), 403, "forbidden")
    lower = {"Authorization": api.headers["Authorization"].replace("Bearer", "bearer")}
    assert (await house.client.get("/api/v1/units", headers=lower)).status_code == 200


async def test_answers_carry_the_houses_headers_and_no_cookie(api: Api, survey: Survey) -> None:
    for path in ("/units", "/nothing"):
        answer = await api.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
