"""Buttons of the unit's page of a survey: correct what was sent, or give that up again."""

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import CampaignClosed, WrongState
from service.flow import amending
from service.pages.unit import visit_of
from service.words import N_, _

OPENED = N_("Đã mở báo cáo để sửa. Báo cáo đã gửi vẫn được tính cho đến khi anh/chị gửi bản sửa.")
KEPT = N_("Đã bỏ bản sửa. Báo cáo đã gửi giữ nguyên.")


async def amend(request: Request) -> Response:
    """A second click, or a due time that passed meanwhile: the page shows how it stands, and says why."""
    await web.read_form(request)
    campaign = int(request.path_params["campaign"])
    try:
        await amending.amend(campaign, visit_of(request), web.now(request))
    except (CampaignClosed, WrongState) as error:
        return web.redirect(request, f"/u/{campaign}", web.sentence(error))
    return web.redirect(request, f"/u/{campaign}", _(OPENED))


async def keep(request: Request) -> Response:
    await web.read_form(request)
    campaign = int(request.path_params["campaign"])
    try:
        await amending.keep(campaign, visit_of(request), web.now(request))
    except WrongState as error:
        return web.redirect(request, f"/u/{campaign}", web.sentence(error))
    return web.redirect(request, f"/u/{campaign}", _(KEPT))
