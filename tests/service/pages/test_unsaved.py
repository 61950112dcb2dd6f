"""What was typed on the unit's side and could not be taken comes back to read and copy, and is never sent by itself."""

import html
import re
from datetime import timedelta

import httpx
import pytest

from service import web
from service.flow import drafts, entry
from service.flow.entry import SESSION
from service.models import Draft, Invitation
from tests.conftest import House
from tests.service import build
from tests.service.build import PHU_LIEN, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio
TYPED = 'dòng một "trích"\n<b>dòng hai</b> & hết'


@pytest.fixture
async def survey(house: House) -> Survey:
    return await build.survey(house.settings, house.clock(), allow_nil=True)


@pytest.fixture
async def visitor(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.enter(survey.address(house.settings))
    return visitor


async def written(visitor: Visitor) -> dict[str, object]:
    """A section that somebody is filling in, as its form would be posted."""
    await visitor.open(f"{visitor.base}/s/h")
    return {
        **visitor.hidden(),
        "csrf": visitor.csrf(),
        "v:h/h_has": "co",
        "v:h/h_item/r1/h_prop": "Đề nghị một",
        "v:h/h_item/r7/h_prop": TYPED,
        "v:h/h_other": "  ",
        "act": "next",
    }


def shown(page: httpx.Response) -> list[tuple[str, str]]:
    pairs = re.findall(r'<dt>(.*?)</dt><dd><span class="pre">(.*?)</span></dd>', page.text, re.DOTALL)
    return [(html.unescape(label), html.unescape(value)) for label, value in pairs]


def told(page: httpx.Response, status: int) -> list[tuple[str, str]]:
    """What the page keeps; it leads nobody to the staff's log-in, and asks for nothing that would lose it."""
    assert page.status_code == status
    assert "mở lại đường dẫn riêng trong thư" in page.text
    assert "/login" not in page.text
    assert "tải lại" not in page.text
    assert "<form" not in page.text, "nothing is sent by itself"
    return shown(page)


async def test_a_section_posted_after_the_session_ended_is_given_back(house: House, visitor: Visitor) -> None:
    values = await written(visitor)
    house.client.cookies.delete(web.UNIT_COOKIE)
    for ended in ("", "no session any more"):
        cookies = {"cookie": f"{web.UNIT_COOKIE}={ended}"} if ended else {}
        page = await house.client.post(f"{visitor.base}/s/h", data=values, headers=cookies)
        has, one, two = told(page, 401)
        assert has[0].startswith("H1.")
        assert has[1] == "Có"
        assert re.fullmatch(r".+ 1 – H2.*", one[0])
        assert one[1] == "Đề nghị một"
        assert re.fullmatch(r".+ 2 – H2.*", two[0])
        assert two[1] == TYPED
    assert not await Draft.exists()


async def test_a_session_that_ran_out_gives_a_section_with_its_file_back(house: House, visitor: Visitor) -> None:
    values = await written(visitor)
    house.clock.forward(SESSION + timedelta(minutes=1))
    file = {"v:h/h_file": ("kế hoạch.pdf", b"%PDF-1.7 ", "application/pdf")}
    page = await house.client.post(f"{visitor.base}/s/h", data=values, files=file)
    assert len(told(page, 401)) == 3
    assert "vui lòng chọn lại tệp" in page.text


async def test_a_form_of_another_units_session_is_given_back_and_goes_to_neither(
    house: House, survey: Survey, visitor: Visitor
) -> None:
    values = await written(visitor)
    other = await Invitation.get(campaign_id=survey.id, code=PHU_LIEN)
    link = await entry.link_for(other.id, None, "phulien@hp.example", house.clock())
    whole = entry.address_of(house.settings.public_url, house.settings.secret_key, link)
    await visitor.enter(whole.removeprefix(house.settings.public_url))
    page = await house.client.post(f"{visitor.base}/s/h", data=values)
    assert "phiên làm việc khác" in page.text
    assert told(page, 403)[2][1] == TYPED
    assert not await Draft.exists()


async def test_the_reason_for_nothing_to_report_is_given_back(house: House, visitor: Visitor) -> None:
    await visitor.open(f"{visitor.base}/nil")
    values = {**visitor.hidden(), "csrf": visitor.csrf(), "reason": TYPED}
    house.client.cookies.delete(web.UNIT_COOKIE)
    page = await house.client.post(f"{visitor.base}/nil", data=values)
    assert told(page, 401) == [("Lý do không phát sinh", TYPED)]


async def test_a_text_that_is_too_long_is_given_back_with_the_rest(visitor: Visitor) -> None:
    long = "x" * 100_001
    page = await visitor.save("h", {"h/h_has": "khong", "h/h_other": long})
    assert page.status_code == 422
    assert "Nội dung quá dài nên không lưu được" in page.text
    assert {value for _label, value in shown(page)} == {"Không", long}
    assert f'href="{visitor.base}"' in page.text


async def test_after_a_fault_of_ours_it_is_given_back_too(
    house: House, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fault(*_given: object, **_named: object) -> None:
        raise RuntimeError("a fault of ours")

    values = await written(visitor)
    monkeypatch.setattr(drafts, "save", fault)
    lenient = httpx.ASGITransport(house.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=lenient, base_url=house.settings.public_url, cookies=house.client.cookies
    ) as client:
        page = await client.post(f"{visitor.base}/s/h", data=values)
    assert page.status_code == 500
    assert ("h/h_item/r7/h_prop", TYPED) in shown(page)


async def test_labels_are_for_pages_of_ours_and_nothing_of_other_sites_is_shown(house: House, visitor: Visitor) -> None:
    values = await written(visitor)
    house.client.cookies.delete(web.UNIT_COOKIE)
    page = await house.client.post(f"{visitor.base}/s/h", data=values | {"mark": "0" * 32})
    assert told(page, 401)[0] == ("h/h_has", "co")
    foreign = await house.client.post(f"{visitor.base}/s/h", data=values, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 401
    assert shown(foreign) == []


async def test_a_visitor_without_a_session_is_not_sent_to_the_staffs_door(house: House, survey: Survey) -> None:
    page = await house.client.get(f"/u/{survey.id}/s/h")
    assert told(page, 401) == []
    assert 'class="menu"' not in page.text


async def test_programs_are_told_in_json(house: House, visitor: Visitor) -> None:
    values = await written(visitor)
    house.client.cookies.delete(web.UNIT_COOKIE)
    page = await house.client.post(f"{visitor.base}/s/h", data=values, headers={"accept": "application/json"})
    assert (page.status_code, page.json()["error"]["code"]) == (401, "entry_needed")
