"""Doors: without the right credentials no guarded route opens, whatever the method."""

import re

import httpx
import pytest
from starlette.routing import Route

from service.access import Access, access_of
from service.flow import accounts, attempts
from service.models import Staff
from service.routes import routes
from tests.conftest import House

pytestmark = pytest.mark.anyio

GUARDED = [
    (method, re.sub(r"{\w+(:\w+)?}", "1", route.path), access_of(route))
    for route in routes()
    if isinstance(route, Route) and access_of(route) is not Access.PUBLIC
    for method in sorted((route.methods or set()) - {"HEAD"})
]


async def test_a_stranger_is_turned_away_at_every_guarded_route(house: House) -> None:
    for method, path, access in GUARDED:
        answer = await house.client.request(method, path)
        if path.startswith("/api/") or access is Access.UNIT or method != "GET":
            assert answer.status_code == 401, (method, path)
        else:
            door = "/vao" if path == "/" else "/login"
            assert (answer.status_code, answer.headers["location"]) == (303, door), path


async def test_a_viewer_may_look_and_change_nothing(house: House) -> None:
    await _enter(house, "viewer")
    for method, path, access in GUARDED:
        if access in (Access.STAFF, Access.ADMINISTRATOR) and not path.startswith("/api/"):
            answer = await house.client.request(method, path)
            assert answer.status_code == 403, (method, path)


async def test_a_token_of_a_viewer_reads_and_changes_nothing(house: House) -> None:
    token = await accounts.create_token("xem", "viewer", house.clock())
    headers = {"Authorization": f"Bearer {token}"}
    assert (await house.client.get("/api/v1/units", headers=headers)).status_code == 200
    for method, path, access in GUARDED:
        if access is Access.STAFF and path.startswith("/api/"):
            answer = await house.client.request(method, path, headers=headers)
            assert answer.status_code == 403, (method, path)


async def test_a_cookie_opens_no_api_and_a_token_no_page(house: House) -> None:
    await _enter(house, "administrator")
    assert (await house.client.get("/api/v1/units")).status_code == 401
    house.client.cookies.clear()
    token = await accounts.create_token("máy", "administrator", house.clock())
    answer = await house.client.get("/units", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 303


async def test_a_form_without_the_sessions_token_or_from_elsewhere_is_refused(house: House) -> None:
    await _enter(house, "staff")
    assert (await house.client.post("/logout", data={})).status_code == 403
    page = (await house.client.get("/")).text
    token = _csrf(page)
    elsewhere = await house.client.post("/logout", data={"csrf": token}, headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert (await house.client.post("/logout", data={"csrf": token})).status_code == 303


async def test_logging_in_needs_the_right_password_and_ends_after_too_many_tries(house: House) -> None:
    await _staff(house, "staff")
    page = await house.client.get("/login")
    wrong = {"csrf": _csrf(page.text), "username": "lan", "password": "không phải mật khẩu"}
    answer = await house.client.post("/login", data=wrong)
    assert answer.status_code == 422
    assert "Tên đăng nhập hoặc mật khẩu chưa đúng" in answer.text
    for _ in range(accounts.TRIES):
        answer = await house.client.post("/login", data=wrong)
    assert answer.status_code == 429
    assert "Đã thử quá nhiều lần" in answer.text
    right = {**wrong, "password": PASSWORD}
    assert (await house.client.post("/login", data=right)).status_code == 429
    house.clock.forward(attempts.WINDOW)
    assert (await house.client.post("/login", data=right)).status_code == 303


async def test_a_session_ends_by_time_and_by_logging_out(house: House) -> None:
    await _enter(house, "staff")
    assert (await house.client.get("/")).status_code == 200
    house.clock.forward(accounts.SESSION)
    assert (await house.client.get("/")).status_code == 303


async def test_a_set_up_link_works_once_and_looking_at_it_changes_nothing(house: House) -> None:
    staff = await accounts.create("hoa", "Lê Thị Hoa", "administrator", house.clock())
    path = f"/setup/{await accounts.set_up_link(staff, house.clock())}"
    for _ in range(3):
        page = await house.client.get(path)
        assert page.status_code == 200
    short = await house.client.post(path, data={"csrf": _csrf(page.text), "password": "ngắn", "again": "ngắn"})
    assert short.status_code == 422
    assert "ít nhất 12 ký tự" in short.text
    chosen = {"csrf": _csrf(page.text), "password": PASSWORD, "again": PASSWORD}
    assert (await house.client.post(path, data=chosen)).status_code == 303
    assert (await house.client.get("/")).status_code == 200
    assert (await house.client.get(path)).status_code == 404


PASSWORD = "mưa phùn ở bến Bính"


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    return found[1]


async def _staff(house: House, role: str) -> Staff:
    staff = await accounts.create("lan", "Trần Thị Lan", role, house.clock())
    token = await accounts.set_up_link(staff, house.clock())
    await accounts.choose_password(token, PASSWORD, PASSWORD, house.clock())
    return staff


async def _enter(house: House, role: str) -> httpx.Response:
    await _staff(house, role)
    page = await house.client.get("/login")
    given = {"csrf": _csrf(page.text), "username": "lan", "password": PASSWORD}
    answer = await house.client.post("/login", data=given)
    assert answer.status_code == 303
    return answer
