"""What staff do to one unit's place in a campaign: hand back, extend, exempt, take back. The unit's page shows it."""

from collections.abc import Mapping
from datetime import datetime, time

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import CampaignClosed, Invalid, WrongState
from service.flow import events, notices, principal, reviews, rosteracts, terms
from service.flow.principal import Principal
from service.flow.terms import Due
from service.models import Event
from service.pages import asked, campaignform, invitations
from service.settings import Settings
from service.words import _, due

DUE = ("due_mode", "due_on", "due_time", "due_days", "due_kind")
Problems = list[dict[str, object]]


async def hand_back(request: Request) -> Response:
    """Open what was sent for correction, until a due time of its own."""
    filled = await _filled(request, "remark", *DUE)
    number, code, now = asked.number(request), asked.code(request), web.now(request)
    try:
        wanted, who = _due(filled), principal.staff(request.state.staff.id)
        event = await reviews.hand_back(web.settings(request), number, code, filled["remark"], who, now, wanted)
    except Invalid as error:
        return await invitations.page(request, act="return", filled=filled, problems=error.problems)
    except (WrongState, CampaignClosed) as error:
        return _back(request, web.sentence(error))
    said = _("Đã mở lại phiếu để đơn vị sửa, hạn bổ sung {due}.")
    said = said.format(due=due(event.due_at))
    own = await events.report_due(await events.found(number, code))
    if event.due_at and event.due_at < own:
        early = _("Lưu ý: hạn này sớm hơn hạn gửi của đơn vị ({due}); qua hạn này đơn vị nhận thư nhắc quá hạn.")
        said = f"{said} {early.format(due=due(own))}"
    return await _done(request, said, event)


async def extend(request: Request) -> Response:
    """First the new due time with its reasons, then, confirmed as it was shown, the extension."""
    filled = await _filled(request, "reason", "confirm", *DUE)
    number, code, now = asked.number(request), asked.code(request), web.now(request)
    confirmed = asked.moment(filled["confirm"], time(0))
    if confirmed is not None and (await events.found(number, code)).due_at == confirmed:
        return _back(request, "")  # a second click
    try:
        rosteracts.checked(filled["reason"])
        found = await rosteracts.extension(number, code, _due(filled), now)
        if confirmed != found.due_at:
            return await invitations.page(request, act="extend", filled=filled, extension=found)
        who = principal.staff(request.state.staff.id)
        fixed, reason = Due(at=found.due_at), filled["reason"]
        event = await rosteracts.extend(web.settings(request), number, code, fixed, reason, who, now)
    except Invalid as error:
        return await invitations.page(request, act="extend", filled=filled, problems=error.problems)
    except (WrongState, CampaignClosed) as error:
        return _back(request, web.sentence(error))
    said = _("Đã gia hạn đến {due}. Lịch nhắc của đơn vị được tính lại theo hạn mới.")
    return await _done(request, said.format(due=due(event.due_at)), event)


async def exempt(request: Request) -> Response:
    filled = await _filled(request, "reason", "confirm")
    if not filled["confirm"]:
        problem = _("Vui lòng đánh dấu xác nhận trước khi đưa đơn vị ra khỏi diện báo cáo.")
        problems: Problems = [{"field": "confirm", "message": problem}]
        return await invitations.page(request, act="exempt", filled=filled, problems=problems)
    try:
        event = await rosteracts.exempt(*_why(request, filled))
    except Invalid as error:
        return await invitations.page(request, act="exempt", filled=filled, problems=error.problems)
    except WrongState as error:
        return _back(request, web.sentence(error))
    return await _done(request, _("Đã đưa đơn vị ra khỏi diện báo cáo; có thể đưa lại bất cứ lúc nào."), event)


async def include(request: Request) -> Response:
    filled = await _filled(request, "reason")
    try:
        event = await rosteracts.include(*_why(request, filled))
    except Invalid as error:
        return await invitations.page(request, act="include", filled=filled, problems=error.problems)
    except WrongState as error:
        return _back(request, web.sentence(error))
    return await _done(request, _("Đã đưa đơn vị trở lại diện báo cáo."), event)


async def _filled(request: Request, *names: str) -> dict[str, str]:
    form = await web.read_form(request)
    return {name: web.text(form, name) for name in names}


def _why(request: Request, filled: Mapping[str, str]) -> tuple[Settings, int, str, str, Principal, datetime]:
    """Which unit, why, by whom and when: what an act without a due time takes."""
    where = web.settings(request), asked.number(request), asked.code(request)
    return *where, filled["reason"], principal.staff(request.state.staff.id), web.now(request)


def _due(filled: Mapping[str, str]) -> Due:
    """The due time as typed. Raises Invalid."""
    return terms.due(campaignform.due(filled))


async def _done(request: Request, said: str, event: Event) -> Response:
    request.app.state.postroom.replan()
    told = _("Thư báo cho đơn vị đã vào hàng gửi.")
    return _back(request, f"{said} {told}" if await notices.count(event) else said)


def _back(request: Request, said: str) -> Response:
    return web.redirect(request, f"/campaigns/{asked.number(request)}/units/{asked.code(request)}", said)
