"""The morning digest goes once a working day to whoever asked for it, when there is anything to tell."""

import asyncio
import hashlib
import secrets
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from reminders.models import Message
from service.flow import calls, digest, intakes, principal, reminding, reviews, unitrequests
from service.models import AuditRecord, Campaign, Staff
from service.settings import Settings
from service.words import ZONE
from tests.conftest import BOTH, House
from tests.service import build, scenes
from tests.service.build import AN_LAO, PHU_LIEN, Survey

pytestmark = pytest.mark.anyio

ADDRESS = "lan@haiphong.example"


@pytest.fixture
async def survey(house: House) -> Survey:
    """Published on Monday 8/6/2026 at 8:30; its staff member asked for the digest then."""
    found = await build.survey(house.settings, house.clock())
    who = principal.staff(found.staff.id)
    await digest.choose(found.staff, f" {ADDRESS.upper()} ", True, who, house.clock())
    return found


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


async def paper(house: House, survey: Survey, code: str, at: datetime) -> None:
    document = intakes.Document("paper", "7/BC", None, at)
    await intakes.record(house.settings, survey.id, code, document, principal.staff(survey.staff.id), at)


async def digests() -> list[Message]:
    return await Message.filter(kind="digest").order_by("id")


async def test_once_a_morning_with_what_came_since_the_one_before(house: House, survey: Survey) -> None:
    room = reminding.Postroom(house.settings, house.clock)
    await paper(house, survey, AN_LAO, local(8, 15))
    for moment in (local(9, 7, 29), local(9, 7, 30), local(9, 7, 31), local(9, 16)):
        house.clock.set(moment)
        await room.tick(house.clock())
        assert len(await digests()) == (moment >= local(9, 7, 30)), moment
    (first,) = await digests()
    assert (first.to_address, first.to_name, first.state) == (ADDRESS, "Trần Thị Lan", "sent")
    assert first.key == f"digest:{survey.staff.id}:2026-06-09"
    assert first.subject == "Bản tin 9/6/2026: 1/4 đã gửi"
    assert "Mới gửi (1): Xã An Lão." in first.text
    assert "/p/" not in first.text
    # Nothing on Wednesday; what came on Wednesday night is told on Thursday, and what was told before is not.
    assert await digest.plan_due(house.settings, local(10, 8)) == 0
    await paper(house, survey, PHU_LIEN, local(10, 20))
    raw = {"outcome": "promised", "promised_on": "2026-06-11"}
    who = principal.staff(survey.staff.id)
    await calls.record(survey.id, "10888", raw, secrets.token_hex(8), who, local(10, 21))
    assert await digest.plan_due(house.settings, local(11, 7, 30)) == 1
    second = (await digests())[-1]
    assert "Mới gửi (1): Phường Phù Liễn." in second.text
    assert "Cần gọi hôm nay, đã đến hoặc quá ngày hẹn (1): Xã Cẩm Giang (hẹn 11/6/2026)." in second.text
    assert "Những gì mới từ 08:00 ngày 10/6/2026 đến 07:30 ngày 11/6/2026." in second.text


async def test_after_downtime_one_tells_of_all_and_free_days_have_none(house: House, survey: Survey) -> None:
    await paper(house, survey, AN_LAO, local(9, 15))
    # Down from Tuesday to Friday evening; Saturday and Sunday are free.
    for moment in (local(12, 17, 1), local(13, 8), local(14, 8)):
        assert await digest.plan_due(house.settings, moment) == 0, moment
    await paper(house, survey, PHU_LIEN, local(14, 9))
    assert await digest.plan_due(house.settings, local(15, 10)) == 1, "late in the morning, once"
    assert await digest.plan_due(house.settings, local(15, 11)) == 0
    (found,) = await digests()
    assert "Mới gửi (2): Phường Phù Liễn, Xã An Lão." in found.text
    assert found.expires_at == local(15, 17)


async def test_the_last_day_of_a_campaign_is_told_when_it_has_closed(house: House, survey: Survey) -> None:
    who = principal.staff(survey.staff.id)
    await paper(house, survey, AN_LAO, local(8, 15))
    await reviews.hand_back(house.settings, survey.id, AN_LAO, "Bổ sung mục E.", who, local(8, 16))
    assert await digest.plan_due(house.settings, local(16, 8)) == 1
    assert "3 đơn vị quá hạn chưa gửi.\n1 đơn vị quá hạn bổ sung chưa gửi lại." in (await digests())[-1].text
    await Campaign.filter(id=survey.id).update(closes_at=local(16, 17))
    raw = {"outcome": "promised", "promised_on": "2026-06-16"}
    await calls.record(survey.id, "10888", raw, secrets.token_hex(8), who, local(16, 9))
    await paper(house, survey, PHU_LIEN, local(16, 16))
    assert await digest.plan_due(house.settings, local(17, 8)) == 1
    told = (await digests())[-1].text
    assert "Mới gửi (1): Phường Phù Liễn." in told
    assert "Đợt khảo sát đã đóng lúc 17:00 ngày 16/6/2026." in told
    assert "Cần gọi" not in told
    assert "Gọi điện" not in told
    assert await digest.plan_due(house.settings, local(18, 8)) == 0


async def test_what_a_unit_asks_for_is_told_until_it_is_answered(house: House, survey: Survey) -> None:
    wished = date(2026, 6, 18)
    await unitrequests.ask("extension", survey.id, "Chờ số liệu", wished, survey.visit, local(8, 15))
    assert await digest.plan_due(house.settings, local(9, 8)) == 1
    assert "Đề nghị của đơn vị chờ trả lời (1): Xã An Lão (Xin gia hạn)." in (await digests())[-1].text
    await unitrequests.withdraw("extension", survey.id, survey.visit, local(9, 9))
    assert await digest.plan_due(house.settings, local(10, 8)) == 0


@BOTH
async def test_two_processes_send_one_and_the_hour_is_a_setting(house: House, survey: Survey) -> None:
    await paper(house, survey, AN_LAO, local(8, 15))
    evening = replace(house.settings, digest_at=time(18))
    assert await digest.plan_due(evening, local(8, 17, 59)) == 0
    assert await digest.plan_due(evening, local(8, 18, 1)) == 1, "after the office has closed, when that is wanted"
    await paper(house, survey, PHU_LIEN, local(8, 19))
    late = replace(house.settings, digest_at=time(9))
    assert await digest.plan_due(late, local(9, 8, 59)) == 0
    found = await asyncio.gather(*(digest.plan_due(late, local(9, 9)) for _ in range(4)))
    assert sum(found) == 1
    assert len(await digests()) == 2


async def test_whoever_did_not_ask_or_is_away_gets_none(house: House, survey: Survey) -> None:
    await paper(house, survey, AN_LAO, local(8, 15))
    who = principal.staff(survey.staff.id)
    await digest.choose(survey.staff, ADDRESS, False, who, local(8, 16))
    assert await digest.plan_due(house.settings, local(9, 8)) == 0
    await digest.choose(survey.staff, ADDRESS, True, who, local(9, 9))
    await Staff.filter(id=survey.staff.id).update(active=False)
    assert await digest.plan_due(house.settings, local(9, 10)) == 0
    await Staff.filter(id=survey.staff.id).update(active=True)
    assert await digest.plan_due(house.settings, local(9, 10)) == 1
    acts = await AuditRecord.filter(action="staff.digest").order_by("seq")
    assert [("address" in act.data, act.data["wanted"]) for act in acts] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    assert acts[0].data["address"] == hashlib.sha256(ADDRESS.encode()).hexdigest(), "told, and not written out"


async def test_a_digest_that_cannot_be_made_keeps_no_mail_back(
    house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(settings: Settings, now: datetime) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(digest, "plan_due", broken)
    await reminding.Postroom(house.settings, house.clock).tick(local(8, 9))
    assert [message.state for message in await Message.filter(kind="invitation")] == ["sent"]


async def test_the_account_page_asks_and_shows_what_would_be_sent(house: House, survey: Survey) -> None:
    house.clock.set(local(8, 16))
    await paper(house, survey, AN_LAO, local(8, 15))
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = (await house.client.get("/account")).text
    assert ADDRESS in page
    assert 'name="digest" value="1" checked' in page
    assert "lúc 07:30" in page
    assert "Mới gửi (1): Xã An Lão." in page
    data = {"csrf": scenes.csrf(page), "email": "lan@", "digest": "1"}
    wrong = await house.client.post("/account", data=data)
    assert wrong.status_code == 422
    assert 'value="lan@"' in wrong.text
    assert (await house.client.post("/account", data={**data, "email": ""})).status_code == 422
    assert (await house.client.post("/account", data={"csrf": data["csrf"], "email": ""})).status_code == 303
    page = (await house.client.get("/account")).text
    assert 'name="digest" value="1" checked' not in page
    assert not (await Staff.get(id=survey.staff.id)).email
