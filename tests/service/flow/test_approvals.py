"""What goes further up waits for a person: asked once, approved or refused unit by unit, lapsed when nobody answers."""

import re
from datetime import datetime
from typing import Any

import httpx
import pytest

from reminders import steps
from reminders.models import Message
from service.flow import accounts, approvals, approving
from service.models import Approval, AuditRecord, Campaign, Contact, Invitation, Staff, Unit
from tests.conftest import House
from tests.post import Post
from tests.service import scenes
from tests.service.flow.mailroom import after_invitations, campaign, local

pytestmark = pytest.mark.anyio

UNITS = ("10888", "10903")
STEP = {
    "id": "further",
    "offset": 1,
    "unit": "working_day",
    "at": "08:00",
    "states": sorted(steps.OWING),
    "to": "chairman",
    "text": "leader_copy",
    "every": None,
    "times": None,
    "approve": True,
}
LATER = {**STEP, "id": "later", "offset": 3, "to": "official", "text": "reminder_after", "approve": False}


async def further_up(found: Campaign, *plan: dict[str, Any]) -> Staff:
    """The plan as given; two units have a chairman and a deputy, the staff member to call has an address."""
    await Campaign.filter(id=found.id).update(reminders=steps.to_json(steps.from_json(list(plan))))
    for code in UNITS:
        unit = await Unit.get(code=code)
        for name, position in (("ct", "Chủ tịch UBND xã"), ("pct", "Phó Chủ tịch UBND xã")):
            await Contact.create(
                unit=unit, role="leader", name="", position=position, email=f"{name}{code}@haiphong.example"
            )
    await Staff.filter(username="lan").update(email="lan@skhcn.example")
    return await Staff.get(username="lan")


def mailed(post: Post) -> list[str]:
    found = sorted(address for address, _mail in post.accepted)
    post.accepted.clear()
    return found


async def states(found: Campaign) -> list[tuple[str, str]]:
    rows = await Approval.filter(invitation__campaign=found).order_by("invitation__code").select_related("invitation")
    return [(row.invitation.code, row.state) for row in rows]


async def page(house: House, who: Staff, now: datetime) -> str:
    house.clock.set(now)
    await scenes.log_in(house.client, who, now)
    return (await house.client.get("/approvals")).text


async def answers(house: House, who: Staff, now: datetime, act: str, *codes: str, reason: str = "") -> httpx.Response:
    text = await page(house, who, now)
    ids = [(await Approval.get(invitation__code=code)).id for code in codes]
    csrf = re.findall(r'name="csrf" value="([^"]+)"', text)[0]
    return await house.client.post("/approvals", data={"csrf": csrf, "unit": ids, "act": act, "reason": reason})


async def test_nothing_goes_further_up_before_a_person_has_approved_it(house: House) -> None:
    async with campaign(house) as (found, post, room):
        lan = await further_up(found, STEP, LATER)
        await after_invitations(house, room, post)
        morning = local(house, 8, 8)
        for minute in (0, 1):
            await room.tick(morning.replace(minute=minute))
        assert mailed(post) == ["lan@skhcn.example"], "who is asked is told once, and nobody else"
        assert await states(found) == [("10888", "waiting"), ("10903", "waiting")]
        text = await page(house, lan, morning.replace(minute=5))
        assert "Chờ duyệt (2)" in text
        assert "ct10888@haiphong.example" in text
        assert "pct10888@haiphong.example" not in text, "the deputy had no part in it"
        assert "Kính gửi: Lãnh đạo UBND xã Cẩm Giang" in text
        dry = (await house.client.get(f"/campaigns/{found.id}/reminders")).text
        assert "Thư cho Chủ tịch: Chờ duyệt (người duyệt: Trần Thị Lan): 2" in dry
        assert "cần duyệt: Trần Thị Lan" in (await house.client.get(f"/campaigns/{found.id}/plan")).text
        assert "chờ anh/chị duyệt" in (await house.client.get("/")).text

        await answers(house, lan, morning.replace(minute=6), "approve", "10888")
        refused = await answers(house, lan, morning.replace(minute=7), "refuse", "10903")
        assert refused.status_code == 422
        assert "Vui lòng ghi lý do" in refused.text
        await answers(house, lan, morning.replace(minute=8), "refuse", "10903", reason="Đã gọi điện <b>")
        for minute in (9, 10):
            await room.tick(morning.replace(minute=minute))
        assert mailed(post) == ["ct10888@haiphong.example"]
        assert await states(found) == [("10888", "approved"), ("10903", "refused")]
        assert await AuditRecord.filter(action__in=["approval.approved", "approval.refused"]).count() == 2
        file = (await house.client.get(f"/campaigns/{found.id}/units/10903")).text
        assert "Thư báo cấp trên: Không duyệt" in file
        assert "Chuyên viên Trần Thị Lan" in file
        assert "Đã gọi điện &lt;b&gt;" in file
        twice = await answers(house, lan, morning.replace(minute=11), "approve", "10903")
        assert twice.status_code == 303
        assert await states(found) == [("10888", "approved"), ("10903", "refused")], "an answer stands"


async def test_who_answers_meanwhile_drops_out_and_what_nobody_approves_lapses(house: House) -> None:
    async with campaign(house) as (found, post, room):
        lan = await further_up(found, STEP, LATER)
        await after_invitations(house, room, post)
        morning, third = local(house, 8, 8), local(house, 10, 8)
        await room.tick(morning)
        mailed(post)
        await answers(house, lan, morning.replace(minute=5), "approve", "10888")
        await Invitation.filter(campaign=found, code="10888").update(state="submitted")
        await room.tick(morning.replace(minute=6))
        assert mailed(post) == []
        await room.tick(third.replace(hour=7, minute=45))
        assert await states(found) == [("10888", "approved"), ("10903", "waiting")]
        await room.tick(third)
        assert await states(found) == [("10888", "approved"), ("10903", "lapsed")], "the next step has come"
        assert "10903@haiphong.example" in mailed(post)
        late = await answers(house, lan, third.replace(hour=9), "approve", "10903")
        assert late.status_code == 303
        await room.tick(third.replace(hour=10))
        assert mailed(post) == []


async def test_an_extension_takes_the_request_back_and_asks_anew_in_its_round(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await further_up(found, STEP)
        await after_invitations(house, room, post)
        await room.tick(local(house, 8, 8))
        later = local(house, 9, 17)
        await Invitation.filter(campaign=found, code="10888").update(due_at=later, due_round=1)
        await room.tick(local(house, 8, 9))
        assert await states(found) == [("10888", "void"), ("10903", "waiting")]
        mailed(post)
        await room.tick(local(house, 10, 8))
        assert ("10888", "waiting") in await states(found)
        assert mailed(post) == ["lan@skhcn.example"]


async def test_only_the_one_named_or_an_administrator_answers(house: House) -> None:
    async with campaign(house) as (found, post, room):
        lan = await further_up(found, STEP)
        now = house.clock()
        other = await accounts.create("minh", "Vũ Văn Minh", "staff", now)
        viewer = await accounts.create("xem", "Phạm Văn Xem", "viewer", now)
        head = await accounts.create("quantri", "Lê Quản Trị", "administrator", now)
        await after_invitations(house, room, post)
        morning = local(house, 8, 8)
        await room.tick(morning)
        for who in (other, viewer):
            assert (await answers(house, who, morning, "approve", "10888")).status_code == 403
            assert "Chờ duyệt (" not in await page(house, who, morning)
        assert await states(found) == [("10888", "waiting"), ("10903", "waiting")]
        await Campaign.filter(id=found.id).update(reminders=[{**found.reminders[0], **STEP, "approver": other.id}])
        await approvals.rename(await Campaign.get(id=found.id), steps.from_json([{**STEP, "approver": other.id}]))
        assert (await answers(house, lan, morning, "approve", "10888")).status_code == 403
        assert (await answers(house, other, morning, "approve", "10888")).status_code == 303
        assert (await answers(house, head, morning, "approve", "10903")).status_code == 303
        await room.tick(morning.replace(minute=5))
        assert await Message.filter(kind="reminder", state="sent").count() == 2


async def test_the_copy_for_the_leader_goes_no_further_up_by_itself(house: House) -> None:
    async with campaign(house) as (found, post, room):
        await further_up(found, {**STEP, "to": "leader", "approve": False})
        await Contact.filter(email="pct10903@haiphong.example").delete()
        await after_invitations(house, room, post)
        await room.tick(local(house, 8, 8))
        assert mailed(post) == ["ct10903@haiphong.example", "pct10888@haiphong.example"], "unless there is no other"


async def test_a_request_ends_with_the_last_office_hour_before_it_can_go_and_moves_with_the_closing(
    house: House,
) -> None:
    async with campaign(house) as (found, post, room):
        lan = await further_up(found, STEP)
        await Campaign.filter(id=found.id).update(closes_at=local(house, 9, 23, 59))
        await after_invitations(house, room, post)
        await room.tick(local(house, 8, 8))
        assert {row.until for row in await Approval.all()} == {local(house, 9, 17)}
        await Campaign.filter(id=found.id).update(closes_at=local(house, 11, 12))
        await room.tick(local(house, 8, 9))
        assert {row.until for row in await Approval.all()} == {local(house, 11, 11, 30)}
        assert await approving.count(lan, local(house, 11, 11, 29)) == 2
        assert await approving.count(lan, local(house, 11, 11, 31)) == 0
        await room.tick(local(house, 13, 8))
        assert {state for _code, state in await states(found)} == {"lapsed"}
        mailed(post)
        await Campaign.filter(id=found.id).update(closes_at=local(house, 14, 17))
        await room.tick(local(house, 14, 8))
        assert {state for _code, state in await states(found)} == {"waiting"}, "there is time again"
        later = local(house, 14, 9, 1)
        assert (await answers(house, lan, local(house, 14, 9), "approve", "10888")).status_code == 303
        await room.tick(later)
        assert mailed(post) == ["ct10888@haiphong.example"]
        await approvals.drop(found, steps.from_json([LATER]), later)
        assert await states(found) == [("10888", "approved"), ("10903", "void")], "its step is gone"
