"""For whoever watches the process, and for whoever writes a client: health, ready, the description of the API."""

import re
from typing import Any

import pytest
from starlette.routing import Route
from tortoise import connections

from service import database
from service.routes import routes
from tests.conftest import House

pytestmark = pytest.mark.anyio


async def test_the_process_lives_and_is_ready(house: House) -> None:
    assert (await house.client.get("/health")).json() == {"status": "ok"}
    ready = await house.client.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "scheduler": "elsewhere"})
    assert (await house.client.head("/ready")).status_code == 200


async def test_a_scheduler_in_this_process_is_watched(house: House) -> None:
    room = house.app.state.postroom
    room.start()
    ready = await house.client.get("/ready")
    assert (ready.status_code, ready.json()["scheduler"]) == (200, "ok")
    await room.stop()
    ready = await house.client.get("/ready")
    assert (ready.status_code, ready.json()["scheduler"]) == (503, "stopped")


async def test_a_database_that_is_behind_the_program_is_not_ready(house: House) -> None:
    await connections.get("default").execute_query("DELETE FROM tortoise_migrations WHERE app = 'reminders'")
    assert await database.pending()
    ready = await house.client.get("/ready")
    assert (ready.status_code, ready.json()["database"]) == (503, "not migrated")
    assert (await house.client.get("/health")).status_code == 200
    with pytest.raises(database.NotMigrated, match="Run: phieu migrate"):
        await database.require_migrated()


async def _document(house: House) -> dict[str, Any]:
    answer = await house.client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_the_description_holds_every_call(house: House) -> None:
    found = await _document(house)
    assert found["openapi"].startswith("3.1")
    described = {(path, method.upper()) for path, methods in found["paths"].items() for method in methods}
    routed = {
        (route.path.replace(":int", ""), method)
        for route in routes()
        if isinstance(route, Route) and route.path.startswith("/api/v1/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert described == routed
    assert len(described) >= 17


async def test_each_call_is_described_well_enough_to_make_it(house: House) -> None:
    found = await _document(house)
    operations = [(path, method, op) for path, ms in found["paths"].items() for method, op in ms.items()]
    ids = [op["operationId"] for _path, _method, op in operations]
    assert len(set(ids)) == len(ids)
    for path, method, op in operations:
        assert not op["summary"].startswith("api."), "a call without a sentence that says what it does"
        named = {p["name"] for p in op["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))
        assert ("requestBody" in op) == (
            method in ("post", "put", "patch") and not path.endswith(("/publish", "/link", "/accept", "/cancel"))
        ), path
        assert op["security"] == ([] if path == "/api/v1/openapi.json" else [{"token": []}])

    def given(path: str, method: str) -> set[str]:
        return {p["name"] for p in found["paths"][path][method]["parameters"] if p["in"] != "path"}

    base = "/api/v1/campaigns/{id}"
    assert given(f"{base}/rate", "get") == {"as_of"}
    assert given(f"{base}/invitations", "get") == {"state", "as_of", "cursor", "limit"}
    assert given(f"{base}/reminders/preview", "get") == {"at"}
    assert given(f"{base}/invitations/{{unit}}/submissions", "post") == {"Idempotency-Key"}
    assert given(f"{base}/invitations/{{unit}}/draft", "put") == {"If-Match"}
    assert given(f"{base}/invitations/{{unit}}/draft", "get") == set()
    assert given("/api/v1/messages", "get") == {"campaign", "unit", "cursor", "limit"}
    upload = found["paths"]["/api/v1/forms"]["post"]["requestBody"]["content"]
    assert upload["multipart/form-data"]["schema"]["properties"]["file"]
