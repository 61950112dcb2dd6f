"""What would be mailed and why not, and the record of what was."""

from datetime import datetime, timedelta

import pytest

from service.flow import campaigns
from service.flow.reminding import Postroom
from service.models import Contact
from service.words import ZONE
from tests.conftest import House
from tests.service.api.conftest import Api, problems
from tests.service.build import AN_LAO, AN_LAO_ANSWERS, PHU_LIEN, Survey

pytestmark = pytest.mark.anyio


@pytest.fixture
async def mailed(house: House, survey: Survey) -> Survey:
    """The survey with its invitation sent to the local mailbox."""
    house.clock.forward(campaigns.CALL_BACK)
    assert await Postroom(house.settings, house.clock).tick(house.clock()) == 1
    return survey


async def test_the_preview_says_who_would_be_mailed_and_why_the_others_not(api: Api, mailed: Survey) -> None:
    path = f"/campaigns/{mailed.id}/reminders/preview"
    # Due on Monday 15/6: three working days before it is Wednesday 10/6.
    found = (await api.get(path, at="2026-06-10T08:00:00+07:00")).json()
    assert found["at"] == "2026-06-10T08:00:00+07:00"
    assert (found["mails"], found["units"]) == (1, 1)
    [mail] = found["would_send"]
    assert mail.pop("subject") == f"Nhắc hạn 17:00 thứ Hai, 15/6/2026: {mailed.campaign.title}"
    body = mail.pop("body")
    assert "còn 3 ngày làm việc" in body, "as of that moment"
    assert "[đường dẫn riêng]" in body
    assert "/p/" not in body
    assert found["would_send"] == [
        {
            "unit": AN_LAO,
            "step": "before3",
            "occurrence": 0,
            "address": "anlao@haiphong.example",
            "role": "official",
            "text": "reminder_before",
            "planned_for": "2026-06-10T08:00:00+07:00",
            "with": [],
        }
    ]
    reasons = {one["unit"]: one["reason"] for one in found["would_not_send"]}
    assert reasons[PHU_LIEN] == "no_address"
    sunday = (await api.get(path, at="2026-06-14T10:00:00+07:00")).json()
    assert sunday["would_send"] == []
    body = {"answers": AN_LAO_ANSWERS}
    await api.post(f"/campaigns/{mailed.id}/invitations/{AN_LAO}/submissions", body, idempotency_key="k")
    assert (await api.get(path, at="2026-06-10T08:00:00+07:00")).json()["would_send"] == []


async def test_a_preview_needs_a_moment_and_a_calendar(api: Api, mailed: Survey) -> None:
    path = f"/campaigns/{mailed.id}/reminders/preview"
    assert list(problems(await api.get(path, at="thứ Hai"))) == ["at"]
    assert (await api.get(path)).json()["at"] == api.house.clock().astimezone(ZONE).isoformat()
    assert "Chưa có lịch nghỉ lễ năm" in problems(await api.get(path, at="2044-06-10T08:00:00+07:00"))["at"]


async def test_the_record_keeps_what_was_sent_with_its_link_masked(api: Api, mailed: Survey) -> None:
    body = {"answers": AN_LAO_ANSWERS}
    path = f"/campaigns/{mailed.id}/invitations/{AN_LAO}/submissions"
    receipt = (await api.post(path, body, idempotency_key="k")).json()["receipt"]
    await Postroom(api.house.settings, api.house.clock).tick(api.house.clock())
    found = (await api.get("/messages", campaign=mailed.id)).json()["items"]
    assert [(one["kind"], one["unit"], one["state"]) for one in found] == [
        ("receipt", AN_LAO, "sent"),
        ("invitation", AN_LAO, "sent"),
    ]
    sent, invited = found
    assert receipt in sent["subject"] + sent["text"]
    assert "{link}" in invited["text"]
    assert "/p/" not in invited["text"]
    assert invited["message_id"].startswith("<")
    assert datetime.fromisoformat(invited["settled_at"]) == api.house.clock()
    assert [one["outcome"] for one in invited["attempts"]] == ["sent"]


async def test_the_record_can_be_narrowed_and_paged(api: Api, mailed: Survey) -> None:
    unit = await Contact.get(id=mailed.contact.id).select_related("unit")
    await Contact.create(unit=unit.unit, role="official", name="Người thứ hai", email="hai@haiphong.example")
    api.house.clock.forward(timedelta(minutes=1))
    given = {"title": "Đợt hai", "form": mailed.campaign.form_id, "units": [AN_LAO], "due": {"days": 9, "kind": "day"}}
    other = (await api.post("/campaigns", given)).json()["id"]
    await api.post(f"/campaigns/{other}/publish")
    assert len((await api.get("/messages")).json()["items"]) == 3
    assert len((await api.get("/messages", campaign=other)).json()["items"]) == 2
    assert (await api.get("/messages", campaign=other, unit=PHU_LIEN)).json() == {"items": [], "next": None}
    assert (await api.get("/messages", unit="\x00")).json()["items"] == []
    first = (await api.get("/messages", limit=2)).json()
    rest = (await api.get("/messages", limit=2, cursor=first["next"])).json()
    ids = [one["id"] for one in (*first["items"], *rest["items"])]
    assert ids == sorted(ids, reverse=True)
    assert (len(ids), rest["next"]) == (3, None)
    assert list(problems(await api.get("/messages", campaign="x"))) == ["campaign"]
