"""The record of a unit: everything that happened, in order, with its source and who, on screen and as PDF."""

import hashlib
import json
import re
from datetime import date, datetime, timedelta

import pytest

from reminders import steps
from reminders.models import Attempt, Message, Received
from service import mailwords
from service.flow import (
    calls,
    entry,
    hooks,
    intakes,
    plans,
    principal,
    record,
    recordpaper,
    reviews,
    rosteracts,
    submissions,
)
from service.flow.terms import Due
from service.models import AuditRecord, ExportRecord, Hook, HookAttempt
from tests.conftest import House
from tests.exports.test_pdf import read
from tests.service import build, scenes
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, Survey
from tests.service.pages.test_monitor import plain

pytestmark = pytest.mark.anyio


@pytest.fixture
async def survey(house: House) -> Survey:
    """An Lão was invited, came in twice, sent, and was asked to correct; a mail bounced, another was answered."""
    found = await build.survey(house.settings, house.clock())
    house.clock.forward(timedelta(minutes=6))
    while await house.app.state.postroom.tick(house.clock()):
        pass
    staff = principal.staff(found.staff.id)
    for _ in range(2):
        house.clock.forward(timedelta(hours=1))
        await house.client.get(found.address(house.settings))
        await entry.enter(found.address(house.settings).removeprefix("/p/"), house.settings.secret_key, house.clock())
    house.clock.forward(timedelta(hours=1))
    sent = await submissions.submit(
        house.settings, found.id, AN_LAO, submissions.Given(AN_LAO_ANSWERS), found.visit.principal, "k", house.clock()
    )
    assert not isinstance(sent, submissions.Problems)
    house.clock.forward(timedelta(hours=1))
    await _returned(house, found, staff, house.clock())
    invitation_mail = await Message.get(unit=AN_LAO, kind="invitation")
    await Attempt.create(
        message=invitation_mail, number=0, at=house.clock() - timedelta(hours=3, minutes=59), outcome="transient",
        reply_code=451, reply_text="4.7.1 thử lại sau",
    )  # fmt: skip
    await Message.filter(id=invitation_mail.id).update(carried_by=invitation_mail.id + 1)
    await Received.create(
        key="1", kind="reply", message=invitation_mail, by="id", campaign=found.id, unit=AN_LAO,
        from_address="anlao@haiphong.example", from_name="Nguyễn Thị Hồng", subject="Re: Khảo sát",
        text="Xã xin gửi trước thứ Sáu.", received_at=house.clock(),
    )  # fmt: skip
    told = {"outcome": "no_answer", "number": "0225387654"}
    house.clock.forward(timedelta(minutes=5))
    call = await calls.record(found.id, AN_LAO, told, "0" * 16, staff, house.clock())
    house.clock.forward(timedelta(minutes=5))
    better = told | {"outcome": "promised", "promised_on": "12/6/2026", "note": "Chị Hồng hẹn"}
    await calls.record(found.id, AN_LAO, better, "1" * 16, staff, house.clock(), corrects=call.id)
    await scenes.log_in(house.client, found.staff, house.clock())
    return found


async def _returned(house: House, found: Survey, staff: principal.Principal, at: datetime) -> None:
    await reviews.hand_back(house.settings, found.id, AN_LAO, "Đề nghị <b>bổ sung</b> số liệu quý II.", staff, at)


def titles(page: str) -> list[str]:
    """What the entries of a page say happened, in order."""
    trail = page.partition('<ol class="trail">')[2].partition("</ol>")[0]
    return re.findall(r'<p class="flush">(?:<a href="[^"]+">)?<strong>(.*?)</strong>', trail)


async def test_all_that_happened_in_order_with_source_who_and_what_the_server_said(
    house: House, survey: Survey
) -> None:
    page = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record")).text
    assert titles(page) == [
        "Phát hành đợt khảo sát, đơn vị thuộc diện báo cáo",
        "Thư mời: Máy chủ thư đã nhận",
        "Thư đã đến máy chủ thư",
        "Thư mời: Tạm thời chưa gửi được, sẽ gửi lại",
        "Mở đường dẫn riêng",
        "Mở đường dẫn riêng",
        "Gửi báo cáo",
        "Xác nhận đã gửi: Chờ gửi",
        "Đề nghị chỉnh sửa, bổ sung",
        "Thông báo: Chờ gửi",
        "Thư trả lời",
        "Gọi điện: Không nghe máy",
        "Gọi điện: Hẹn ngày gửi",
    ]
    text = plain(page)
    assert "451 4.7.1 thử lại sau" in text
    assert "Đi chung một thư với phiếu khác của cùng hộp thư" in text
    assert "Đơn vị: Nguyễn Thị Hồng – Phiếu của đơn vị" in text
    assert "Đơn vị: Nguyễn Thị Hồng – Đường dẫn riêng" in text
    assert f"Lần 1, số xác nhận PH-{survey.id}-{AN_LAO}-1" in text
    assert "Chuyên viên Trần Thị Lan – Phiếu của đơn vị" in text
    assert "Đề nghị &lt;b&gt;bổ sung&lt;/b&gt; số liệu quý II." in page
    assert "Xã xin gửi trước thứ Sáu." in text
    assert "Số 0225387654 Hẹn gửi ngày 12/6/2026 Chị Hồng hẹn" in text
    assert text.count("Đã bỏ hoặc sửa lúc") == 1
    assert "đã đọc" not in text.replace("thư đã được đọc", "")
    assert "/p/" not in page
    unit = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}")).text
    assert "Toàn bộ quá trình (13 mục)" in unit
    assert titles(unit) == titles(page)
    address = f"/campaigns/{survey.id}/units/{AN_LAO}/record"
    assert (await house.client.get(address.replace(AN_LAO, "99999"))).status_code == 404
    house.client.cookies.clear()
    for path in (address, address + ".pdf"):
        assert (await house.client.get(path)).headers["location"] == "/login"


async def test_the_pdf_says_the_same_as_of_any_moment_and_is_noted_with_its_hash(house: House, survey: Survey) -> None:
    await rosteracts.extend(
        house.settings, survey.id, AN_LAO, Due(at=house.clock() + timedelta(days=9)), "Mưa bão",
        principal.staff(survey.staff.id), house.clock(),
    )  # fmt: skip
    answer = await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert f"qua-trinh-{survey.id}-{AN_LAO}-" in answer.headers["content-disposition"]
    pages = read(answer.content)
    text = " ".join(pages)
    for words in (
        "Quá trình của Xã An Lão",
        "Quá trình (15 mục)",
        "Thư mời: Máy chủ thư đã nhận",
        "451 4.7.1 thử lại sau",
        "Đề nghị <b>bổ sung</b> số liệu quý II.",
        "Mưa bão",
        "Xã xin gửi trước thứ Sáu.",
        "Trang 1/",
    ):
        assert words in text
    assert all("Mã kiểm tra nội dung (SHA-256): " in page for page in pages)
    assert "/p/" not in text
    kept = await ExportRecord.get(campaign_id=survey.id)
    assert (kept.format, kept.sha256) == ("pdf", hashlib.sha256(answer.content).hexdigest())
    assert await AuditRecord.filter(action="campaign.export", actor=f"staff:{survey.staff.id}").count() == 1
    again = read((await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record.pdf")).content)
    assert again == pages, "the same moment prints the same hash"

    # A paper recorded two days later changes nothing of what was known before.
    staff = principal.staff(survey.staff.id)
    paper = intakes.Document("paper", "12/BC-UBND", date(2026, 6, 8), house.clock() - timedelta(hours=2))
    recorded = house.clock() + timedelta(days=2)
    await intakes.record(house.settings, survey.id, AN_LAO, paper, staff, recorded)
    house.clock.set(recorded + timedelta(minutes=1))
    await scenes.log_in(house.client, survey.staff, house.clock())
    before = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record?as_of=2026-06-09")).text
    assert "Ghi nhận văn bản" not in titles(before)
    assert "tính đến hết ngày 9/6/2026" in plain(before).lower()
    after = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record")).text
    place = titles(after).index("Ghi nhận văn bản")
    around = titles(after)[place - 1], titles(after)[place + 1]
    assert around == ("Mở đường dẫn riêng", "Gửi báo cáo"), "where it took effect, before what was known earlier"
    assert "ghi vào hệ thống lúc" in after
    assert "Văn bản giấy 12/BC-UBND ngày 8/6/2026" in plain(after)
    early = await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record?as_of=2020-01-01")
    assert early.status_code == 422
    assert "trước đó chưa có số liệu" in early.text
    nonsense = await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record.pdf?as_of=hom-qua")
    assert nonsense.headers["location"].endswith(f"/units/{AN_LAO}/record")


async def test_a_mail_of_a_step_that_is_no_more_still_says_which_it_was(house: House, survey: Survey) -> None:
    first, *others = steps.from_json(survey.campaign.reminders)
    mail = await Message.filter(unit=AN_LAO, kind="notice").first()
    assert mail is not None
    await Message.filter(id=mail.id).update(kind="reminder", step=first.id)
    said = f"Theo lịch: {mailwords.offset(first)}"
    address = f"/campaigns/{survey.id}/units/{AN_LAO}/record"
    assert said in plain((await house.client.get(address)).text)
    before = recordpaper.digest(await record.of(survey.id, AN_LAO, house.clock(), house.clock()))
    now = house.clock() + timedelta(minutes=1)
    await plans.save(survey.id, others, plans.mark(survey.campaign), principal.staff(survey.staff.id), now)
    assert said in plain((await house.client.get(address)).text)
    after = recordpaper.digest(await record.of(survey.id, AN_LAO, house.clock(), now))
    assert after == before, "what was printed keeps its hash"


async def test_a_reminder_by_the_gateway_is_in_it_with_what_was_said(house: House, survey: Survey) -> None:
    first, at = steps.from_json(survey.campaign.reminders)[0], house.clock()
    body = {"data": {"telephones": ["0225387654"], "text": "Sở KH&CN: UBND xã An Lão chưa gửi báo cáo."}}
    told = await Hook.create(
        key="reminder:1", number="msg_1", kind=hooks.REMINDER, invitation_id=survey.invitation.id, step=first.id,
        state="sent", body=json.dumps(body), not_before=at, created_at=at, settled_at=at + timedelta(minutes=9),
    )  # fmt: skip
    await HookAttempt.create(hook=told, number=1, at=at, outcome="timeout")
    await HookAttempt.create(hook=told, number=2, at=at + timedelta(minutes=9), outcome="taken", status=204)
    for key, state, why in (("2", "dropped", "answered"), ("3", "waiting", "")):
        await Hook.create(
            key=key, number=key, kind=hooks.REMINDER, invitation_id=survey.invitation.id, state=state, why=why,
            not_before=at, created_at=at, settled_at=at + timedelta(minutes=8) if why else None,
        )  # fmt: skip
    await Hook.create(
        key="4", number="4", kind="report.returned", invitation_id=survey.invitation.id, not_before=at, created_at=at
    )
    house.clock.forward(timedelta(minutes=10))
    page = (await house.client.get(f"/campaigns/{survey.id}/units/{AN_LAO}/record")).text
    assert titles(page)[-4:] == [
        "Tin nhắc: Quá thời gian chờ",
        "Tin nhắc: Chờ gửi",
        "Tin nhắc: Không gửi nữa",
        "Tin nhắc: Đã nhận",
    ]
    text = plain(page)
    assert text.count("Sở KH&amp;CN: UBND xã An Lão chưa gửi báo cáo.") == 1, "with the number, where it was taken"
    assert text.count("Cổng nhắn tin") == 4
    assert f"Theo lịch: {mailwords.offset(first)}" in text
    assert "Cổng nhắn tin Đã gửi báo cáo" in text, "why it went no more"
    assert f'href="/webhooks/{told.id}"' in page
