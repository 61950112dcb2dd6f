"""Exports mailed to staff: whose turn it is on which day, the mail with its file, closed campaigns, the page."""

import email
import email.policy
from datetime import date, datetime, time, timedelta

import pytest

from reminders import delivery
from reminders.address import mailbox
from reminders.message import build as mail_of
from reminders.models import Message
from service.flow import exportschedules, exportwork, principal, units
from service.flow.exportschedules import Wanted
from service.flow.reminding import MailDesk
from service.models import AuditRecord, Campaign, ExportJob, ExportSchedule, Staff
from service.words import ZONE
from tests.conftest import House
from tests.service import build, scenes
from tests.service.build import Survey

pytestmark = pytest.mark.anyio


def at(day: date, clock: str = "08:00") -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), ZONE)


@pytest.fixture
async def survey(house: House) -> Survey:
    survey = await build.survey(house.settings, house.clock())
    await Staff.filter(id=survey.staff.id).update(email="lan@so.example", active=True)
    await scenes.log_in(house.client, survey.staff, house.clock())
    return survey


async def scheduled(house: House, survey: Survey, every: str = "day", kind: str = "csv") -> ExportSchedule:
    wanted = Wanted(kind, False, every, "08:00", [survey.staff.id])
    return await exportschedules.create(survey.id, wanted, principal.staff(survey.staff.id), house.clock())


async def test_the_turn_comes_on_working_days_and_is_made_good_once(house: House, survey: Survey) -> None:
    calendar = await units.calendar()
    monday = date(2026, 4, 20)  # 27/4/2026 is a make-up day off for the Hùng Kings' day, 30/4 and 1/5 are holidays
    days = [monday + timedelta(days=n) for n in range(15)]

    def turns(every: str) -> list[date]:
        last, found = monday, []
        for day in days:
            if exportschedules.due(every, last, day, calendar):
                last = day
                found.append(day)
        return found

    working = [day for day in days[1:] if calendar.is_working(day)]
    assert turns("day") == working
    assert turns("0") == [next(day for day in working if day >= date(2026, 4, 27)), date(2026, 5, 4)]
    assert turns("3") == [date(2026, 4, 23), date(2026, 5, 4)], "Thursday 30/4 is a holiday, and so is the day after"
    assert exportschedules.due("0", monday, date(2026, 5, 6), calendar), "after downtime on the next working day"


async def _next_working(house: House) -> date:
    return (await units.calendar()).next_working(house.clock().astimezone(ZONE).date())


async def test_the_file_is_mailed_with_its_hash_and_only_once_a_day(house: House, survey: Survey) -> None:
    row = await scheduled(house, survey)
    day = await _next_working(house)
    assert await exportschedules.plan_due(at(day, "07:59")) == 0
    house.clock.set(at(day, "08:01"))
    assert await exportschedules.plan_due(house.clock()) == 1
    assert await exportschedules.plan_due(house.clock()) == 0
    assert await exportwork.ExportWork(house.settings, house.clock).drain() == 1
    message = await Message.get(kind="export")
    job = await ExportJob.get(schedule_id=row.id)
    assert (message.to_address, message.attachment, job.asked_by) == (
        "lan@so.example",
        f"export:{job.id}",
        f"staff:{survey.staff.id}",
    )
    desk = MailDesk(house.settings, house.clock)
    claimed = [one for one in await delivery.claim(desk, house.clock(), 50) if one.envelope.kind == "export"]
    (going,) = claimed
    file = await desk.attached(going.attachment)
    sent = email.message_from_bytes(
        mail_of(going, mailbox(house.settings.mail_from), house.clock(), file).content, policy=email.policy.default
    )
    assert job.sha256 in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (along,) = sent.iter_attachments()
    assert (along.get_filename(), along.get_content_type()) == (job.name, "text/csv")
    assert along.get_payload(decode=True) == file.data if file else False
    house.clock.set(house.clock() + timedelta(hours=house.settings.export_keep_hours))
    await exportwork.sweep(house.settings, house.clock())
    assert await desk.attached(going.attachment) is None


async def test_a_large_file_is_fetched_by_whoever_logs_in_and_a_failure_is_told(
    house: House, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exportschedules, "ATTACHED_MB", 0)
    await scheduled(house, survey)
    house.clock.set(at(await _next_working(house)))
    assert await exportschedules.plan_due(house.clock()) == 1
    await exportwork.ExportWork(house.settings, house.clock).drain()
    message = await Message.get(kind="export")
    assert message.attachment == ""
    assert f"/campaigns/{survey.id}/exports/jobs/" in message.text
    house.clock.set(at(await _next_working(house)))
    assert await exportschedules.plan_due(house.clock()) == 1
    job = await exportwork.claim(house.settings, house.clock())
    assert job is not None
    await exportwork.fail(house.settings, job, "disk_full", house.clock())
    told = await Message.filter(kind="export").order_by("-id").first()
    assert told is not None
    assert told.subject.startswith("Chưa lập được số liệu định kỳ")
    assert "hết chỗ trên đĩa" in told.text


async def test_a_closed_campaign_has_a_rest(house: House, survey: Survey) -> None:
    await scheduled(house, survey)
    day = await _next_working(house)
    await Campaign.filter(id=survey.id).update(closes_at=at(day, "07:00"))
    assert await exportschedules.plan_due(at(day)) == 0
    house.clock.set(at(day))
    await scenes.log_in(house.client, survey.staff, house.clock())
    page = (await house.client.get(f"/campaigns/{survey.id}/exports/schedules")).text
    assert "các lịch tạm dừng" in page


async def test_schedules_are_made_listed_and_ended_on_their_page(house: House, survey: Survey) -> None:
    path = f"/campaigns/{survey.id}/exports/schedules"
    page = (await house.client.get(path)).text
    assert "Chưa có lịch nào." in page
    wrong = {"csrf": scenes.csrf(page), "kind": "odt", "every": "6", "at": "8h", "recipients": "999"}
    refused = await house.client.post(path, data=wrong)
    assert refused.status_code == 422
    assert all(f'href="#{name}"' in refused.text for name in ("kind", "every", "at", "recipients"))
    given = {**wrong, "kind": "docx", "every": "0", "at": "07:45", "recipients": str(survey.staff.id)}
    answer = await house.client.post(path, data=given, follow_redirects=True)
    assert "Báo cáo Word (.docx), 07:45 thứ Hai hằng tuần" in answer.text
    row = await ExportSchedule.get()
    for said in ("Đã xóa lịch.", "đã được xóa trước đó"):
        answer = await house.client.post(f"{path}/{row.id}/end", data=given, follow_redirects=True)
        assert said in answer.text
    assert await exportschedules.plan_due(at(await _next_working(house), "09:00")) == 0
    actions = await AuditRecord.filter(action__startswith="schedule.").order_by("seq").values_list("action", flat=True)
    assert actions == ["schedule.create", "schedule.end"]
