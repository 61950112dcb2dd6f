"""Approving what goes further up, in a real browser, by keyboard and without JavaScript."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect
from tortoise.context import TortoiseContext

from reminders import steps
from service import database
from service.models import Approval, Campaign, Contact, Invitation
from service.web import STAFF_COOKIE
from tests.journeys.conftest import Site, assert_for_everybody
from tests.journeys.test_deadlines import staff_page
from tests.service import build
from tests.service.flow.test_approvals import STEP

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def ask(site: Site) -> None:
    """Two units' letters to their chairmen wait, of a step that has come."""
    now = datetime.now(UTC)
    async with TortoiseContext() as context:
        await context.init(config=database.config(site.settings.database_url))
        plan = steps.to_json([*steps.DEFAULT, *steps.from_json([STEP])])
        await Campaign.filter(id=site.campaign).update(reminders=plan)
        for row in await Invitation.filter(campaign_id=site.campaign, code__in=[build.AN_LAO, build.PHU_LIEN]):
            await Contact.create(
                unit_id=row.unit_id, role="leader", position="Chủ tịch UBND", email=f"ct{row.code}@haiphong.example"
            )
            await Approval.create(
                invitation=row,
                step=STEP["id"],
                occurrence=0,
                due_round=0,
                planned_for=now,
                asked_at=now,
                until=now + timedelta(days=2),
            )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_is_approved_and_the_other_refused_with_a_reason(browser: Browser, site: Site) -> None:
    await ask(site)
    seen = await staff_page(browser, site)
    await seen.goto(f"{site.url}/approvals")
    await seen.get_by_text("Không duyệt…").click()
    await assert_for_everybody(seen)
    context = await browser.new_context(java_script_enabled=False)
    await context.add_cookies([{"name": STAFF_COOKIE, "value": site.staff_session, "url": site.url}])
    page = await context.new_page()
    page.set_default_timeout(15_000)
    await page.goto(f"{site.url}/")
    await page.get_by_role("link", name="Chờ duyệt (2)").press("Enter")
    await expect(page.get_by_text("ct11629@haiphong.example")).to_be_visible()
    await page.get_by_role("checkbox", name="Phường Phù Liễn").uncheck()
    await page.get_by_role("button", name="Duyệt gửi các đơn vị đã chọn").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã duyệt: 1 đơn vị")
    await page.get_by_text("Không duyệt…").click()
    await page.get_by_role("button", name="Không duyệt các đơn vị đã chọn").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Vui lòng ghi lý do")
    await page.get_by_label("Lý do không duyệt").fill("Đã gọi điện cho đơn vị")
    await page.get_by_role("button", name="Không duyệt các đơn vị đã chọn").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Đã ghi nhận không duyệt: 1 đơn vị")
    await expect(page.get_by_text("Không có thư nào chờ duyệt")).to_be_visible()
    await context.close()
