"""What the gateway was told, as staff see it: status, answers, content, sending again."""

from dataclasses import replace

import pytest

from service import hookwords, webhook
from service.flow import hooks, intakes, principal
from service.flow.hookpost import HookPost
from service.models import AuditRecord, Hook
from tests.conftest import House
from tests.gate import SECRET, Gate, reply
from tests.service import build, scenes
from tests.service.build import AN_LAO

pytestmark = pytest.mark.anyio


async def test_what_failed_is_seen_with_its_answer_and_sent_again(house: House) -> None:
    async with Gate([reply("410 Gone", b"<script>no more</script>")]) as gate:
        house.app.state.settings = settings = replace(house.settings, webhook=webhook.parse(gate.url, SECRET))
        survey = await build.survey(settings, house.clock())
        await scenes.log_in(house.client, survey.staff, house.clock())
        empty = (await house.client.get("/webhooks")).text
        assert "Chưa có tin nào." in empty
        assert f"http://127.0.0.1:{gate.port}/phieu</span>" in empty, "without its query"
        document = intakes.Document("paper", "7/BC", None, house.clock())
        with hooks.listening(settings):
            who = principal.staff(survey.staff.id)
            await intakes.record(settings, survey.id, AN_LAO, document, who, house.clock())
        post = HookPost(settings, house.clock)
        await post.drain()
        hook = await Hook.get()
        page = (await house.client.get("/webhooks?state=failed")).text
        assert "Xã An Lão" in page
        assert "Không nhận nữa (410)" in page
        one = f"/webhooks/{hook.id}"
        page = (await house.client.get(one)).text
        assert "&lt;script&gt;no more" in page
        assert "&#34;type&#34;: &#34;report.received&#34;" in page
        token = scenes.csrf(page)
        assert (await house.client.post(one, data={"csrf": token})).headers["location"] == one
        await post.drain()
        assert len(gate.told) == 2
        twice = await house.client.post(one, data={"csrf": token})
        assert "đã chuyển trạng thái" in (await house.client.get(twice.headers["location"])).text
        await Hook.filter(id=hook.id).update(state="failed")
        said = await house.client.post("/webhooks/retry", data={"csrf": token})
        assert "Đã đưa 1 tin trở lại hàng chờ." in (await house.client.get(said.headers["location"])).text
        assert await AuditRecord.filter(action="hook.retry").count() == 2
        assert (await house.client.get("/webhooks/999")).status_code == 404
    house.app.state.settings = house.settings
    assert "Chưa cấu hình cổng" in (await house.client.get("/webhooks")).text


def test_every_code_has_words() -> None:
    assert set(hooks.KINDS) == hookwords.KINDS.keys()
    assert set(hooks.STATES) == hookwords.STATES.keys()
    outcomes = ("taken", "refused", "gone", "timeout", "unreachable", "dropped")
    assert {*outcomes, "lost", "not_ready"} == hookwords.OUTCOMES.keys()
    assert {"gave_up", "answered", "exempt", "closed", "replanned", "passed"} <= hookwords.WHYS.keys()
