"""The unit's side in English: switched by a link, remembered, whole; letters stay Vietnamese."""

import gettext
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reminders.models import Message
from service import web, words
from service.flow import drafts, entry, principal
from service.models import Contact
from tests.conftest import House
from tests.service import build
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.pages.visitor import Visitor

pytestmark = pytest.mark.anyio
STAFF = principal.token(1)


@pytest.fixture
def unsaid() -> Iterator[set[str]]:
    """The sentences asked for in English that the catalogue does not have."""
    missing: set[str] = set()

    class Heard(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            if any(letter.isalpha() for letter in message):
                missing.add(message)
            return message

    catalogue = words._catalogue("en")
    catalogue._fallback = Heard()
    yield missing
    catalogue._fallback = None


async def speaking(house: House, survey: Survey) -> Visitor:
    visitor = Visitor(house, survey)
    await visitor.open("/vao")
    await visitor.client.get("/language/en")
    return visitor


async def signed_survey(house: House) -> tuple[Survey, Contact]:
    survey = await build.survey(house.settings, house.clock(), allow_nil=True, signoff=True)
    unit = survey.invitation.unit_id
    boss = await Contact.create(unit_id=unit, role="leader", name="Chủ", email="ct@hp.example")
    await Contact.create(unit_id=unit, role="official", name="An", email="an@hp.example")
    await drafts.replace(survey.id, AN_LAO, 0, AN_LAO_ANSWERS, STAFF, house.clock())
    return survey, boss


async def test_every_page_from_the_door_to_the_receipt_speaks_english(house: House, unsaid: set[str]) -> None:
    survey, boss = await signed_survey(house)
    visitor = await speaking(house, survey)
    for path in ("/vao", "/vao/ma", "/verify", "/verify?receipt=PH-1-1-1&code=0123456789abcdef", "/p/nothing", "/u"):
        assert '<html lang="en">' in (await visitor.open(path)).text, path
    await visitor.open("/vao")
    await visitor.post("/vao", {"search": "không có", "email": "x"})
    await visitor.post("/vao", {"search": AN_LAO, "email": survey.contact.email})
    assert "Enter the code" in visitor.page.text
    await visitor.post("/vao/ma", {"code": "1"})
    await visitor.enter(survey.address(house.settings))
    assert "Sections of the survey" in visitor.page.text
    await _walk(visitor, survey)
    await visitor.open(f"{visitor.base}/check")
    await visitor.post(f"{visitor.base}/signoff", {})
    assert "Waiting for the leader" in visitor.page.text
    await visitor.open(f"{visitor.base}/signoff")
    link = await entry.link_for(survey.invitation.id, boss.id, boss.email, house.clock())
    await visitor.enter(entry.address_of(house.settings.public_url, house.settings.secret_key, link))
    await visitor.post(f"{visitor.base}/signoff/refuse", {"remark": ""})
    await visitor.post(f"{visitor.base}/signoff/approve", {"v:confirm": "OK"})
    assert "report was received" in visitor.page.text
    await _after_sending(house, visitor, survey)
    assert sorted(unsaid) == []


async def _walk(visitor: Visitor, survey: Survey) -> None:
    """All that an official can open while it is filled in, with mistakes."""
    for page in survey.form.pages:
        await visitor.open(f"{visitor.base}/s/{page.key}")
        await visitor.open(f"{visitor.base}/s/{page.key}?check=1")
    await visitor.save("e", {"e/e_visits": "nhiều"})
    assert "needs a whole number" in visitor.page.text
    await visitor.save("e", {"e/e_visits": "7"})
    for path in ("", "/check", "/nil", "/requests/extension", "/handover", "/history", "/s/none", "/receipt/9"):
        await visitor.open(f"{visitor.base}{path}")
    await visitor.open(f"{visitor.base}/requests/extension")
    await visitor.post(f"{visitor.base}/requests/extension", {"reason": "", "wished": ""})
    await visitor.post(f"{visitor.base}/requests/extension", {"reason": "Chờ", "wished": "1/1/2000"})
    await visitor.open(f"{visitor.base}/handover")
    await visitor.post(f"{visitor.base}/handover", {"name": "", "email": "", "confirm": "1"})
    for path in ("/u", "/u/contacts", "/u/contacts/new", f"/u/contacts/{survey.contact.id}"):
        await visitor.open(path)
    await visitor.open("/u/contacts/new")
    await visitor.post("/u/contacts/new", {"role": "official", "email": "không", "confirm": "1"})


async def _after_sending(house: House, visitor: Visitor, survey: Survey) -> None:
    page = await visitor.open(f"{visitor.base}/receipt/1")
    assert "On time" in page.text
    for path in ("", "/receipt/1.pdf", "/receipt/1/form.pdf", "/blank.pdf", "/receipt/1/report", "/s/e", "/receipt/1"):
        await visitor.open(f"{visitor.base}{path}")
    await visitor.open(visitor.base)
    await visitor.post(f"{visitor.base}/amend", {})
    await visitor.open("/u")
    house.clock.forward(survey.invitation.due_at - house.clock() + timedelta(minutes=1))
    await visitor.open(visitor.base)
    await visitor.post(f"{visitor.base}/amend/keep", {})
    await visitor.open(f"{visitor.base}/requests/correction")
    await visitor.open(visitor.base)
    await visitor.post("/u/leave", {})


async def test_what_stands_in_vietnamese_alone_is_told_in_english_or_marked(house: House) -> None:
    survey = await build.survey(house.settings, house.clock(), letter_subject="khảo sát quý II")
    visitor = await speaking(house, survey)
    alone = "The questions of this survey are written in Vietnamese only."
    door = (await visitor.open(survey.address(house.settings))).text
    assert alone in door
    assert 'about <q lang="vi">khảo sát quý II</q>' in door
    assert alone in (await visitor.enter(survey.address(house.settings))).text
    page = (await visitor.open(f"{visitor.base}/check")).text
    assert '<h2 lang="vi">B. Tổ chức' in page
    assert '<dl class="answers" lang="vi">' in page
    assert '<span class="soft" lang="en">Not answered' in page, "our own words stay English"
    assert f'lang="vi">/ {survey.campaign.title}</span>' in page
    assert '<h1 lang="vi">B. Tổ chức' in (await visitor.open(f"{visitor.base}/s/b")).text
    await visitor.client.get("/language/vi")
    assert alone not in (await visitor.open(visitor.base)).text
    assert (
        'lang="' not in (await visitor.open(f"{visitor.base}/check")).text.partition("<main")[2].partition("</main")[0]
    )


async def test_the_switch_comes_back_and_the_browser_alone_decides_nothing(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    visitor = Visitor(house, survey)
    house.client.headers["accept-language"] = "en"
    assert '<html lang="vi">' in (await visitor.open("/vao")).text
    came = {"referer": f"{house.client.base_url}/verify?receipt=1&code=2"}
    back = await house.client.get("/language/en", headers=came)
    assert back.headers["location"] == "/verify?receipt=1&code=2"
    for elsewhere in ("https://other.example/vao", f"{house.client.base_url}//evil.example/", "x"):
        away = await house.client.get("/language/en", headers={"referer": elsewhere})
        assert away.headers["location"] == "/vao"
    assert '<html lang="en">' in (await visitor.open("/vao")).text
    assert '<html lang="vi">' in (await visitor.open("/login")).text, "the department's side is Vietnamese"
    assert (await visitor.open("/language/fr")).status_code == 404
    await visitor.client.get("/language/vi")
    assert '<html lang="vi">' in (await visitor.open("/vao")).text
    house.client.cookies.set(web.LANGUAGE_COOKIE, "../vi")
    assert '<html lang="vi">' in (await visitor.open("/vao")).text


async def test_a_section_is_saved_when_its_page_switches_and_letters_stay_vietnamese(house: House) -> None:
    survey = await build.survey(house.settings, house.clock())
    visitor = await speaking(house, survey)
    await visitor.enter(survey.address(house.settings))
    page = await visitor.save("e", {"e/e_visits": "7"}, act="speak:vi")
    assert ('<html lang="vi">' in page.text, page.url.path.endswith("/s/e")) == (True, True)
    assert (await drafts.load(survey.id, house.clock(), code=AN_LAO)).raw["e/e_visits"] == "7"
    await visitor.save("e", {}, act="speak:en")
    await visitor.open(f"{visitor.base}/handover")
    new = {"name": "Lê Văn Mới", "email": "moi@hp.example", "confirm": "1"}
    page = await visitor.post(f"{visitor.base}/handover", new)
    assert "Handed over." in page.text
    letter = await Message.get(to_address="moi@hp.example")
    assert "Đường dẫn riêng của anh/chị" in letter.text
