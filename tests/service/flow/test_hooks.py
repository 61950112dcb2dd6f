"""The department's gateway is told, signed, whatever it does: nothing lost, nothing twice but with the same id."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

from reminders.models import DeadAddress, Message
from reminders.settling import BACKOFF, GIVE_UP_AFTER
from service import webhook
from service.flow import (
    campaigns,
    hookplan,
    hookpost,
    hooks,
    intakes,
    planning,
    principal,
    reminding,
    reviews,
    rosteracts,
    submissions,
    terms,
)
from service.flow.hookpost import HookPost
from service.gateway import Answer
from service.models import Campaign, Contact, Hook, HookAttempt, Invitation
from service.words import ZONE
from tests.conftest import BOTH, House
from tests.gate import SECRET, Gate, reply
from tests.service import build
from tests.service.build import AN_LAO, PHU_LIEN

pytestmark = pytest.mark.anyio


@dataclass
class Scene:
    house: House
    gate: Gate
    survey: build.Survey
    post: HookPost

    async def drain(self) -> int:
        return await self.post.drain()

    def forward(self, step: timedelta) -> None:
        self.house.clock.forward(step)


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    async with Gate() as gate:
        settings = replace(house.settings, webhook=webhook.parse(gate.url, SECRET))
        house.settings = settings
        survey = await build.survey(settings, house.clock(), allow_nil=True)
        with hooks.listening(settings):
            yield Scene(house, gate, survey, HookPost(settings, house.clock))


async def send(scene: Scene, key: str = "k1") -> None:
    content = submissions.Nil("Không phát sinh trong kỳ.")
    who = principal.link(scene.survey.link.id)
    settings, now = scene.house.settings, scene.house.clock()
    await submissions.submit(settings, scene.survey.id, AN_LAO, content, who, key, now)


@BOTH
async def test_what_happens_to_a_report_is_told_with_ids_and_times_alone(scene: Scene) -> None:
    house, number, who = scene.house, scene.survey.id, principal.staff(scene.survey.staff.id)
    scene.forward(timedelta(minutes=10))
    await send(scene)
    await send(scene)  # pressed twice
    scene.forward(timedelta(minutes=1))
    await reviews.hand_back(house.settings, number, AN_LAO, "Bổ sung mục E của chị Hồng.", who, house.clock())
    document = intakes.Document("paper", "7/BC", None, house.clock())
    await intakes.record(house.settings, number, PHU_LIEN, document, who, house.clock())
    # Of no concern to the gateway.
    await rosteracts.exempt(house.settings, number, "10888", "Sáp nhập.", who, house.clock())
    assert await scene.drain() == 3
    told = sorted(scene.gate.told, key=lambda one: (one.json["timestamp"], one.json["type"]))
    assert [one.json["type"] for one in told] == ["report.submitted", "report.received", "report.returned"]
    assert all(one.signed() for one in told)
    assert len({one.headers["webhook-id"] for one in told}) == 3
    sent = told[0].json
    assert sent["timestamp"] == "2026-06-08T08:40:00+07:00"
    assert sent["data"] == {
        "campaign": {"id": number, "title": scene.survey.campaign.title},
        "unit": {"code": AN_LAO, "full_name": "Xã An Lão"},
        "state": "submitted",
        "nil": True,
        "by": "unit",
        "at": "2026-06-08T08:40:00+07:00",
        "recorded_at": "2026-06-08T08:40:00+07:00",
        "submission": sent["data"]["submission"],
    }
    assert sent["data"]["submission"]["receipt"] == f"PH-{number}-{AN_LAO}-1"
    assert told[2].json["data"]["due_at"] == "2026-06-15T17:00:00+07:00"
    assert not any("Hồng" in one.body.decode() or "/p/" in one.body.decode() for one in told)
    assert await Hook.filter(state="sent").count() == 3
    assert await scene.drain() == 0


async def test_without_a_gateway_nothing_is_noted(house: House) -> None:
    survey = await build.survey(house.settings, house.clock(), allow_nil=True)
    content, who = submissions.Nil("Không phát sinh."), principal.link(survey.link.id)
    await submissions.submit(house.settings, survey.id, AN_LAO, content, who, "k", house.clock())
    assert not await Hook.exists()


async def test_an_act_that_fails_is_not_told(scene: Scene) -> None:
    with pytest.raises(RuntimeError, match="after it"):
        await _fails(scene)
    assert not await Hook.exists()


async def _fails(scene: Scene) -> None:
    async with in_transaction():
        await send(scene)
        raise RuntimeError("after it")


@BOTH
async def test_it_is_tried_again_with_the_same_words_and_given_up_in_the_end(scene: Scene) -> None:
    await send(scene)
    replies: list[bytes | str] = [reply("500 Oops", b"no"), reply("301 Moved", b"", "location: /x"), "drop", "hang"]
    scene.gate.replies = list(replies)
    quick = HookPost(scene.house.settings, scene.house.clock, deadline=0.5)
    for attempt, wait in enumerate(BACKOFF, 1):
        assert await (quick if attempt == 4 else scene.post).drain() == 1
        assert await scene.drain() == 0, "it waits"
        scene.forward(wait - timedelta(seconds=1))
        assert await scene.drain() == 0, attempt
        scene.forward(timedelta(seconds=1))
    assert await scene.drain() == 1
    hook = await Hook.get()
    assert (hook.state, hook.attempt, hook.why) == ("sent", 5, "")
    assert len({(one.headers["webhook-id"], one.body) for one in scene.gate.told}) == 1
    assert len({one.headers["webhook-timestamp"] for one in scene.gate.told}) == 5
    assert all(one.signed() for one in scene.gate.told)
    tries = await HookAttempt.filter(hook=hook).order_by("number").values_list("outcome", "status", "words")
    assert tries == [("refused", 500, "no"), ("refused", 301, ""), ("dropped", None, ""), ("timeout", None, ""),
                     ("taken", 204, "")]  # fmt: skip


async def test_after_a_day_it_is_given_up_and_a_person_sends_it_again(scene: Scene) -> None:
    await send(scene)
    begun = scene.house.clock()
    scene.gate.replies = [reply("503 Busy")] * 100
    for _ in range(40):
        await scene.drain()
        hook = await Hook.get()
        if hook.state != "waiting":
            break
        scene.house.clock.set(hook.not_before)
    assert (hook.state, hook.why) == ("failed", "gave_up")
    assert scene.house.clock() <= begun + GIVE_UP_AFTER
    scene.gate.replies = [reply("410 Gone")]
    who = principal.staff(scene.survey.staff.id)
    assert await hooks.retry(None, who, scene.house.clock()) == 1
    assert await scene.drain() == 1
    assert (await Hook.get()).why == "gone"
    await hooks.retry(hook.id, who, scene.house.clock())
    assert await scene.drain() == 1
    assert (await Hook.get()).state == "sent"
    with pytest.raises(hooks.NotRetried):
        await hooks.retry(hook.id, who, scene.house.clock())
    assert len({one.headers["webhook-id"] for one in scene.gate.told}) == 1


@BOTH
async def test_one_that_was_lost_is_sent_again_and_two_workers_send_once(scene: Scene) -> None:
    for key, code in enumerate((AN_LAO, PHU_LIEN, "10888", "10903")):
        document = intakes.Document("paper", f"{key}/BC", None, scene.house.clock())
        who = principal.staff(scene.survey.staff.id)
        await intakes.record(scene.house.settings, scene.survey.id, code, document, who, scene.house.clock())
    lost = await hookpost.claim(scene.house.settings, scene.house.clock())
    assert lost is not None
    other = HookPost(scene.house.settings, scene.house.clock)
    assert sum(await asyncio.gather(scene.drain(), other.drain())) == 3
    scene.forward(hookpost.LEASE)
    assert await scene.drain() == 1
    assert len({one.headers["webhook-id"] for one in scene.gate.told}) == len(scene.gate.told) == 4
    outcomes = await HookAttempt.filter(hook=lost).order_by("id").values_list("number", "outcome")
    assert outcomes == [(1, "lost"), (2, "taken")]


async def test_one_that_cannot_be_made_ready_stops_no_other(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await send(scene)
    document = intakes.Document("paper", "1/BC", None, scene.house.clock())
    who = principal.staff(scene.survey.staff.id)
    await intakes.record(scene.house.settings, scene.survey.id, PHU_LIEN, document, who, scene.house.clock())
    await Hook.filter(kind="report.submitted").update(event_id=None)  # a row that no release writes
    assert await scene.drain() == 1
    states = await Hook.all().order_by("id").values_list("state", "why")
    assert states == [("waiting", "not_ready"), ("sent", "")]


async def test_a_lane_that_fails_leaves_no_other_under_way(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, code in enumerate((AN_LAO, PHU_LIEN)):
        document = intakes.Document("paper", f"{key}/BC", None, scene.house.clock())
        who = principal.staff(scene.survey.staff.id)
        await intakes.record(scene.house.settings, scene.survey.id, code, document, who, scene.house.clock())
    settle = hookpost.settle

    async def fails_once(hook: Hook, answer: Answer, now: datetime) -> None:
        monkeypatch.setattr(hookpost, "settle", settle)
        raise RuntimeError("the database is away")

    monkeypatch.setattr(hookpost, "settle", fails_once)
    with pytest.raises(RuntimeError, match="is away"):
        await scene.drain()
    assert sorted(await Hook.all().values_list("state", flat=True)) == ["sending", "sent"]


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=ZONE)


async def test_a_reminder_goes_to_telephones_also_of_units_without_an_address(scene: Scene) -> None:
    house, number = scene.house, scene.survey.id
    await Contact.create(unit_id=(await Invitation.get(code=PHU_LIEN)).unit_id, role="official", name="A",
                         phone="0912345678 / 0225 3842 123 máy lẻ 12")  # fmt: skip
    await Contact.create(
        unit_id=(await Invitation.get(code="10888")).unit_id, role="leader", name="B", phone="0912345679"
    )
    room = reminding.Postroom(house.settings, house.clock)
    house.clock.set(local(9, 9))
    await room.tick(house.clock())
    assert not await Hook.exists(), "no step has come"
    house.clock.set(local(10, 20))
    await room.tick(house.clock())
    assert not await Hook.exists(), "outside office hours"
    house.clock.set(local(11, 8, 5))
    await room.tick(house.clock())
    assert await hookplan.plan_due(house.clock()) == 0, "planned once"
    who = principal.staff(scene.survey.staff.id)
    due = terms.Due(at=local(19, 17))
    await rosteracts.extend(house.settings, number, AN_LAO, due, "Xin thêm.", who, house.clock())
    assert await scene.drain() == 1
    (told,) = scene.gate.told
    assert told.json["type"] == "reminder.due"
    data = told.json["data"]
    assert data["unit"]["code"] == PHU_LIEN
    assert data["telephones"] == ["0912345678", "02253842123 (12)"]
    assert data["due_at"] == "2026-06-15T17:00:00+07:00"
    assert data["due"] == "17:00 thứ Hai, 15/6/2026"
    assert data["text"] == (
        "Sở KH&CN: UBND phường Phù Liễn chưa gửi báo cáo “Khảo sát tình hình triển khai Nghị định 132/2025/NĐ-CP”, "
        "hạn 17:00 thứ Hai, 15/6/2026 (còn 2 ngày làm việc). Vui lòng gọi Trần Thị Lan, 0225 3842 124 để nhận đường "
        "dẫn gửi báo cáo. Nếu vừa gửi, xin bỏ qua tin này."
    )
    # An Lão's was dropped: it has another due time now, and a new round of reminders.
    assert (await Hook.get(invitation__code=AN_LAO)).why == "replanned"


async def test_a_reminder_waits_for_office_hours_and_then_has_the_words_of_its_day(scene: Scene) -> None:
    house = scene.house
    house.clock.set(local(11, 8, 5))
    assert await hookplan.plan_due(house.clock()) == 1
    house.clock.set(local(11, 16, 58))
    scene.gate.replies = [reply("503 Busy")] * 2
    assert await scene.drain() == 1
    scene.forward(BACKOFF[0])
    assert await scene.drain() == 1, "16:59"
    scene.forward(BACKOFF[1])
    assert await scene.drain() == 0, "17:04"
    hook = await Hook.get()
    assert (hook.state, hook.not_before) == ("waiting", local(12, 7, 30))
    house.clock.set(local(12, 7, 30))
    assert await scene.drain() == 1
    first, second, third = (one.json["data"]["text"] for one in scene.gate.told)
    assert first == second
    assert "(còn 2 ngày làm việc). Vui lòng gửi bằng đường dẫn riêng trong thư điện tử của đơn vị. Hỗ trợ:" in first
    assert "(còn 1 ngày làm việc)" in third
    assert len({one.headers["webhook-id"] for one in scene.gate.told}) == 1


async def test_an_overdue_reminder_that_nothing_follows_is_not_told_weeks_later(scene: Scene) -> None:
    last = {**scene.survey.campaign.reminders[0], "id": "last", "offset": 1, "every": None, "times": None}
    await Campaign.filter(id=scene.survey.id).update(reminders=[last], closes_at=None)
    scene.house.clock.set(local(17, 9))
    assert await hookplan.plan_due(scene.house.clock()) == 1
    scene.house.clock.set(local(29, 9))
    assert await scene.drain() == 0
    hook = await Hook.get()
    assert (hook.state, hook.why) == ("dropped", "passed")


async def test_a_unit_whose_mailbox_is_dead_is_asked_to_call(scene: Scene) -> None:
    await planning.plan_due(scene.house.settings, local(8, 16))
    mailbox = "anlao@haiphong.example"
    invitation = await Message.get(to_address=mailbox)
    await DeadAddress.create(address=mailbox, status="5.1.1", message=invitation, since=local(9, 9))
    scene.house.clock.set(local(11, 8, 5))
    assert await hookplan.plan_due(scene.house.clock()) == 1
    assert await scene.drain() == 1
    (told,) = scene.gate.told
    assert "Vui lòng gọi Trần Thị Lan, 0225 3842 124 để nhận đường dẫn" in told.json["data"]["text"]


async def test_a_unit_with_two_surveys_is_reminded_of_one_a_day(scene: Scene) -> None:
    house, who = scene.house, principal.staff(scene.survey.staff.id)
    house.clock.set(local(8, 9))
    due = terms.Due(at=local(15, 16))  # an hour before the other
    chosen = build.terms(
        scene.survey.campaign.form_id, scene.survey.staff, house.clock(), due=due, title="Khảo sát hai"
    )
    second = await campaigns.create(house.settings, chosen, who, house.clock())
    await campaigns.publish(house.settings, second.id, who, house.clock())
    assert await hookplan.plan_due(local(10, 8, 5)) == 1, "three working days before"
    assert (await Hook.get().select_related("invitation")).invitation.campaign_id == second.id
    assert await hookplan.plan_due(local(10, 9)) == 0
    assert await hookplan.plan_due(local(11, 8)) == 0, "yesterday's waits still"
    await Hook.all().update(state="sent", settled_at=local(10, 9))
    assert await hookplan.plan_due(local(11, 8)) == 1
    assert await Hook.filter(invitation__campaign_id=scene.survey.id).count() == 1


async def test_who_answered_meanwhile_is_not_reminded_and_the_app_itself_sends(scene: Scene) -> None:
    house = scene.house
    house.clock.set(local(11, 8, 5))
    assert await hookplan.plan_due(house.clock()) == 1
    await send(scene)
    scene.gate.taken.clear()
    room = reminding.Postroom(house.settings, house.clock)
    room.start()
    await asyncio.wait_for(scene.gate.taken.wait(), 10)
    await room.stop()
    assert [one.json["type"] for one in scene.gate.told] == ["report.submitted"]
    assert (await Hook.get(kind="reminder.due")).why == "answered"
