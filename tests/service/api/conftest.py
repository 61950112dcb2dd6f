"""A program that speaks to the API with a token of its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import pytest

from service.flow import accounts
from tests.conftest import House
from tests.service import build
from tests.service.build import Survey


@dataclass(frozen=True, slots=True)
class Api:
    """Calls under /api/v1 with a bearer token."""

    house: House
    headers: dict[str, str]

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return await self.house.client.get(f"/api/v1{path}", params=query or None, headers=self.headers)

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        return await self.send("POST", path, body, **headers)

    async def put(self, path: str, body: object, **headers: str) -> httpx.Response:
        return await self.send("PUT", path, body, **headers)

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """`body` is sent as it is when it is bytes, else as JSON; `if_match="1"` becomes the header If-Match."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.house.client.request(
            method, f"/api/v1{path}", content=content, headers={**self.headers, **named}
        )

    async def upload(self, path: str, name: str, data: bytes) -> httpx.Response:
        return await self.house.client.post(f"/api/v1{path}", files={"file": (name, data)}, headers=self.headers)


async def client(house: House, role: str = "staff") -> Api:
    token = await accounts.create_token("máy", role, house.clock())
    return Api(house, {"Authorization": f"Bearer {token}"})


@pytest.fixture
async def api(house: House) -> Api:
    return await client(house)


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


def refused(answer: httpx.Response, status: int, code: str) -> Mapping[str, object]:
    """Assert that the answer is the API's one shape of error, and give its `error`."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["error"]
    error: dict[str, object] = body["error"]
    assert error["code"] == code, error
    assert isinstance(error["message"], str)
    assert set(error) <= {"code", "message", "problems"}
    return error


def problems(answer: httpx.Response) -> dict[str, str]:
    """What a 422 says, by field, question, or row."""
    found = refused(answer, 422, "invalid")["problems"]
    assert isinstance(found, list)
    return {str(one.get("field") or one.get("question") or one.get("row")): one["message"] for one in found}
