"""The texts of mails: edited without losing what is typed, refused with words, seen as a unit will, taken back."""

import html
import re
from datetime import timedelta

import httpx
import pytest

from reminders import texts
from reminders.models import Message
from reminders.texts import Template
from service import textwords
from service.flow import campaigns, mailtexts, principal
from service.flow import texts as flow
from service.models import AuditRecord, Campaign, MailText, Staff, Unit
from tests.conftest import House
from tests.service import build, scenes
from tests.service.flow import mailroom

pytestmark = pytest.mark.anyio
PATH = "/texts/invitation"
GOOD = "Kính gửi: {don_vi}\n\nMời gửi “{khao_sat}” trước {han_gui}.\n\n{duong_dan}\n\nTrân trọng"
EVIL = "Xã {{7*7}} <img src=x onerror=alert(1)>\r\nBcc: a@x.vn {duong_dan} {link}"


@pytest.fixture
async def survey(house: House) -> build.Survey:
    found = await build.survey(house.settings, house.clock())
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


async def post(house: House, act: str = "save", path: str = PATH, **typed: str) -> httpx.Response:
    """Send the form as it stands, with what is typed."""
    page = (await house.client.get(path)).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    data = {"csrf": scenes.csrf(page), "seen": seen[1], "act": act, "subject": "Mời {don_vi}", "text": GOOD} | typed
    return await house.client.post(path, data=data)


def preview(page: str) -> tuple[str, str, str]:
    """Subject, text and HTML of the mail that a page shows."""
    subject = re.search(r'class="subject"><strong>(.*?)</strong>', page)
    text = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    frame = re.search(r'<iframe class="mail" sandbox srcdoc="([^"]*)"', page)
    assert subject
    assert text
    assert frame
    return html.unescape(subject[1]), html.unescape(text[1]), html.unescape(frame[1])


async def test_every_text_is_listed_with_when_it_goes_and_can_be_read(house: House, survey: build.Survey) -> None:
    listed = (await house.client.get("/texts")).text
    assert set(textwords.WHEN) == set(texts.NAMES)
    assert set(textwords.PLACEHOLDERS) == texts.PLACEHOLDERS
    for name in texts.NAMES:
        assert f'href="/texts/{name}"' in listed
        page = (await house.client.get(f"/texts/{name}")).text
        subject, text, frame = preview(page)
        assert "{" not in subject + text, "every placeholder has its value"
        assert "/p/" not in frame
        assert ("[đường dẫn riêng]" in text) is (name not in texts.WITHOUT_LINK)
        assert ("Mở phiếu</a>" in frame) is (name not in texts.WITHOUT_LINK)
    assert (await house.client.get("/texts/nothing")).status_code == 404


async def test_a_saved_text_is_what_goes_out_and_the_record_tells_its_version(house: House) -> None:
    async with mailroom.campaign(house, (build.AN_LAO,)) as (_found, server, room):
        await scenes.log_in(house.client, await Staff.get(username="lan"), house.clock())
        assert (await post(house)).status_code == 303
        house.clock.forward(campaigns.CALL_BACK)
        await room.tick(house.clock())
        ((_to, mail),) = server.accepted
        assert mail["Subject"] == "Mời UBND xã An Lão"
        message = await Message.get(kind="invitation", state="sent")
        assert (message.template, message.version) == ("invitation", 1)
        page = (await house.client.get(f"/messages/{message.id}")).text
        assert 'href="/texts/invitation?version=1"' in page
        assert "BEGIN:VCALENDAR" in page
        record = await AuditRecord.get(action="mail_text.save")
        assert (record.subject, record.data["version"]) == ("mail_text:invitation", 1)


async def test_versions_are_kept_brought_back_and_the_shipped_one_too(house: House, survey: build.Survey) -> None:
    await post(house, subject="Một {don_vi}")
    await post(house, subject="Hai {don_vi}")
    page = (await house.client.get(PATH)).text
    assert "Đang dùng phiên bản 2" in page
    assert "chuyên viên Trần Thị Lan" in page
    old = (await house.client.get(f"{PATH}?version=1")).text
    assert 'value="Một {don_vi}"' in old
    assert "Bấm Lưu để dùng lại" in old
    await post(house, subject="Một {don_vi}")
    assert (await mailtexts.in_force())["invitation"] == (Template("Một {don_vi}", GOOD + "\n"), 3)
    shipped = texts.load("invitation")
    await post(house, subject=shipped.subject, text=shipped.text.replace("\n", "\r\n"))
    row = await MailText.get(in_force=True)
    assert (row.number, row.text) == (4, ""), "it follows the product from here on"
    assert (await mailtexts.in_force())["invitation"] == (shipped, 4)
    again = await post(house, subject=shipped.subject, text=shipped.text)
    assert again.status_code == 303
    assert await MailText.all().count() == 4, "nothing changed, nothing kept"
    assert (await house.client.get(f"{PATH}?version=9")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"text": "Kính gửi {don_vi}, {khao_sat}, {han_gui}"}, "Thư này phải có {duong_dan} (Đường dẫn riêng"),
        ({"text": GOOD + "{dong_vi}"}, "Không có chỗ tự điền {dong_vi}. Có phải anh/chị muốn viết {don_vi}?"),
        ({"text": GOOD + "{Hạn gửi}"}, "Không có chỗ tự điền {Hạn gửi}. Có phải anh/chị muốn viết {han_gui}?"),
        ({"text": GOOD + "{zzzzzz}"}, "Không có chỗ tự điền {zzzzzz}. Vui lòng chọn"),
        ({"text": GOOD + "{{don_vi}}"}, "{{don_vi}} sẽ để nguyên như vậy trong thư. Vui lòng viết một lớp"),
        ({"text": GOOD + " } "}, "Có dấu ngoặc nhọn lẻ"),
        ({"text": GOOD + "{ly_do}"}, "{ly_do} không dùng được trong mẫu thư này"),
        ({"subject": "Mở {duong_dan}"}, "Đường dẫn riêng không được đứng trong tiêu đề"),
        ({"subject": " "}, "Vui lòng nhập tiêu đề thư."),
        ({"subject": "x" * 500}, "dài quá 200 ký tự"),
    ],
)  # fmt: skip
async def test_a_text_that_cannot_be_used_is_refused_by_name_and_stays_as_typed(
    house: House, survey: build.Survey, typed: dict[str, str], words: str
) -> None:
    answer = await post(house, **typed)
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert words in page
    for value in typed.values():
        assert value.strip() in page
    assert not await MailText.exists()
    looked = await post(house, "look", **typed)
    assert looked.status_code == 200
    assert words in html.unescape(looked.text)


async def test_what_people_wrote_stays_text_in_every_form_of_the_mail(house: House, survey: build.Survey) -> None:
    await Campaign.filter(id=survey.id).update(title=EVIL)
    answer = await post(house, "look", text=GOOD + "\n{{7*7}} <script>alert(1)</script>", subject="{{7*7}} {khao_sat}")
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    subject, text, frame = preview(answer.text)
    assert subject == "{{7*7}} Xã {{7*7}} <img src=x onerror=alert(1)> Bcc: a@x.vn {duong_dan} (link)"
    assert "{{7*7}} <script>alert(1)</script>" in text
    assert "&lt;script&gt;" in frame
    assert "<img" not in frame
    assert text.count("[đường dẫn riêng]") == 1
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src-attr 'unsafe-inline'" in policy


async def test_a_preview_is_of_the_unit_asked_for_also_before_publication(house: House, survey: build.Survey) -> None:
    page = (await house.client.get(f"{PATH}?campaign={survey.id}&unit=phu+lien")).text
    assert "phường Phù Liễn" in preview(page)[1]
    page = (await house.client.get(f"{PATH}?unit={build.AN_LAO}")).text
    assert "xã An Lão" in preview(page)[1]
    wrong = (await house.client.get(f"{PATH}?unit=Sài+Gòn")).text
    assert "Không có đơn vị “Sài Gòn”" in wrong
    await campaigns.call_back(survey.id, principal.SYSTEM, house.clock())
    page = (await house.client.get(f"{PATH}?unit=an+lao")).text
    assert "Hạn gửi: 17:00 thứ Hai, 15/6/2026" in preview(page)[1]


async def test_two_who_edit_do_not_overwrite_each_other(house: House, survey: build.Survey) -> None:
    page = (await house.client.get(PATH)).text
    await post(house, subject="Của người khác {don_vi}")
    data = {"csrf": scenes.csrf(page), "seen": "0", "act": "save", "subject": "Của tôi {don_vi}", "text": GOOD}
    answer = await house.client.post(PATH, data=data)
    assert answer.status_code == 409
    assert 'value="Của tôi {don_vi}"' in answer.text
    assert "vừa được người khác sửa" in answer.text
    assert 'name="seen" value="1"' in answer.text, "saving again is meant"
    data |= {"csrf": scenes.csrf(answer.text), "seen": "1"}
    assert (await house.client.post(PATH, data=data)).status_code == 303


async def test_a_viewer_reads_and_who_was_logged_out_keeps_what_was_typed(house: House, survey: build.Survey) -> None:
    page = (await house.client.get(PATH)).text
    data = {"csrf": scenes.csrf(page), "seen": "0", "act": "save", "subject": "Mời", "text": GOOD + " của tôi"}
    house.client.cookies.clear()
    answer = await house.client.post(PATH, data=data)
    assert answer.status_code == 401
    assert "Trân trọng của tôi" in answer.text
    viewer = await Staff.create(
        username="xem", name="Phạm Văn Xem", role="viewer", created_at=house.clock() - timedelta(days=1)
    )
    await scenes.log_in(house.client, viewer, house.clock())
    page = (await house.client.get(PATH)).text
    assert "Lưu mẫu thư" not in page
    assert 'name="csrf"' not in page.split("<main")[1]
    refused = await house.client.post(PATH, data=data)
    assert refused.status_code == 403
    assert not await MailText.exists()


async def test_before_any_campaign_the_preview_is_of_examples(house: House) -> None:
    await scenes.office(house.settings, house.clock())
    assert await Unit.all().count() == 114
    chosen = await flow.choice(None, "")
    shown = await flow.preview(house.settings, "receipt", texts.load("receipt"), chosen, house.clock())
    assert "PH-12-11629-1" in shown.text


async def test_a_text_whose_placeholder_is_no_more_gives_way_to_the_shipped_one(
    house: House, survey: build.Survey, caplog: pytest.LogCaptureFixture
) -> None:
    await MailText.create(name="receipt", number=1, subject="{cu}", text="{cu}", at=house.clock(), by="staff:1")
    assert "receipt" not in await mailtexts.in_force()
    assert "cannot be used" in caplog.text
