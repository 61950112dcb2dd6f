"""The address that Power Query refreshes from, by the query's own steps: asked without a name, then with Basic."""

import csv
import io
import re
from datetime import timedelta

import httpx
import pytest

from service.flow import principal, refreshing, reviews
from service.models import AuditRecord, Campaign, RefreshAddress
from tests.conftest import House
from tests.service import scenes
from tests.service.pages.test_monitor import july as july
from tests.service.pages.test_monitor import made as made
from tests.service.scenes import Office

pytestmark = pytest.mark.anyio


def _rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def _new(house: House, campaign: Campaign, **fields: str) -> str:
    """The token of a new address, from the page that shows it."""
    page = (await house.client.get(f"/campaigns/{campaign.id}/exports")).text
    data = {"csrf": scenes.csrf(page), "name": "Bảng của Phòng Kế hoạch", **fields}
    answer = await house.client.post(f"/campaigns/{campaign.id}/exports/addresses", data=data)
    assert answer.status_code == 200
    found = re.search(r'<code class="address">([\w-]{30,})</code>', answer.text)
    assert found
    assert found[1] not in (await house.client.get(f"/campaigns/{campaign.id}/exports")).text, "shown once"
    return found[1]


async def test_power_query_reads_is_told_of_no_change_and_then_reads_the_change(house: House, july: Campaign) -> None:
    token = await _new(house, july, codes="1")
    house.client.cookies.clear()
    address = "/data/1/don-vi.csv"
    first = await house.client.get(address)
    assert first.status_code == 401
    assert first.headers["www-authenticate"].startswith("Basic ")
    entry = httpx.BasicAuth("phieu", token)
    answer = await house.client.get(address, auth=entry)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = _rows(answer)
    assert len(rows) == 114
    assert "e_recv" in rows[0], "headed by the form's names"
    house.clock.set(house.clock() + timedelta(minutes=5))
    held = {"If-None-Match": answer.headers["etag"]}
    same = await house.client.get(address, auth=entry, headers=held)
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == answer.headers["etag"]
    sent = next(row["Mã đơn vị"] for row in rows if row["Trạng thái"] == "Đã gửi báo cáo")
    who, now = principal.staff(2), house.clock()
    await reviews.hand_back(house.settings, july.id, sent, "Vui lòng kiểm tra lại mục E", who, now)
    changed = await house.client.get(address, auth=entry, headers=held)
    assert changed.status_code == 200
    states = {row["Mã đơn vị"]: row["Trạng thái"] for row in _rows(changed)}
    assert "Đề nghị chỉnh sửa, bổ sung" in states.values()
    assert (await RefreshAddress.get(id=1)).used_at == house.clock()


async def test_a_token_opens_its_own_address_only_until_it_is_revoked(house: House, july: Campaign) -> None:
    token, other = await _new(house, july), await _new(house, july)
    bearer = {"Authorization": f"Bearer {token}"}
    (repeat,) = set(await refreshing.tables(july.id)) - {"don-vi"}
    assert (await house.client.get(f"/data/1/{repeat}.csv", headers=bearer)).status_code == 200
    assert (await house.client.get("/data/1/khong-co.csv", headers=bearer)).status_code == 404
    assert (await house.client.get("/data/1/don-vi.csv", headers=bearer)).status_code == 200
    for number, header in ((2, f"Bearer {token}"), (1, f"Bearer {other}"), (1, "Basic !!"), (1, "Basic ///="), (9, "")):
        answer = await house.client.get(f"/data/{number}/don-vi.csv", headers={"Authorization": header})
        assert answer.status_code == 401, header
    assert (await house.client.get("/api/v1/campaigns", headers=bearer)).status_code == 401, "it opens nothing else"
    page = (await house.client.get(f"/campaigns/{july.id}/exports")).text
    assert "Lần đọc gần nhất" in page
    revoke = f"/campaigns/{july.id}/exports/addresses/1/revoke"
    for said in ("Đã thu hồi.", "đã được thu hồi trước đó"):
        answer = await house.client.post(revoke, data={"csrf": scenes.csrf(page)}, follow_redirects=True)
        assert said in answer.text
    assert (await house.client.get("/data/1/don-vi.csv", headers=bearer)).status_code == 401
    actions = await AuditRecord.filter(action__startswith="refresh.").order_by("seq").values_list("action", flat=True)
    assert actions == ["refresh.create", "refresh.create", "refresh.revoke"]


async def test_an_address_needs_a_name_and_a_role(house: House, july: Campaign, made: Office) -> None:
    page = (await house.client.get(f"/campaigns/{july.id}/exports")).text
    path = f"/campaigns/{july.id}/exports/addresses"
    answer = await house.client.post(path, data={"csrf": scenes.csrf(page), "name": "  "})
    assert (answer.status_code, "Vui lòng ghi tên nơi dùng" in answer.text) == (422, True)
    await scenes.log_in(house.client, made.viewer, house.clock())
    page = (await house.client.get(f"/campaigns/{july.id}/exports")).text
    assert "Tạo địa chỉ" not in page
    assert (await house.client.post(path, data={"csrf": scenes.csrf(page), "name": "x"})).status_code == 403


async def test_a_refresh_asks_the_head_takes_gzip_and_carries_no_cookie(house: House, july: Campaign) -> None:
    token = await _new(house, july)
    house.client.cookies.clear()
    address, entry = "/data/1/don-vi.csv", httpx.BasicAuth("phieu", token)
    packed = await house.client.get(address, auth=entry, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = await house.client.get(address, auth=entry, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert plain.headers["etag"] == packed.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    head = await house.client.head(address, auth=entry)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", plain.headers["etag"])
    assert (await house.client.head(address)).status_code == 401
    same = await house.client.get(
        address, auth=entry, headers={"If-None-Match": f'"x", {plain.headers["etag"]}', "Accept-Encoding": "gzip"}
    )
    assert same.status_code == 304
    for answer in (packed, plain, head, same):
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "private, no-cache"
    assert (await house.client.get(address, auth=httpx.BasicAuth("", token))).status_code == 200, "without a name"
    assert (await house.client.get(f"{address}?token={token}")).status_code == 401, "logs keep addresses"
