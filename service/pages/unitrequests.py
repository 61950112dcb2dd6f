"""What a unit asks for: the page with the reason, taking it back, and the staff's answer that it cannot be granted."""

from starlette.requests import Request
from starlette.responses import Response

from service import life, web
from service.errors import AskedAlready, Invalid, NotFound, WrongState
from service.flow import principal, unitrequests
from service.flow.filling import find, officer
from service.pages import asked, invitations
from service.pages.unit import visit_of
from service.words import N_, _

ASKED = N_("Đã gửi đề nghị. Chuyên viên trả lời qua thư và trên trang này.")
SENT = N_("Báo cáo đã được gửi nên không cần gia hạn nữa.")
WITHDRAWN = N_("Đã rút đề nghị.")
REFUSED = N_("Đã trả lời. Thư báo cho đơn vị đã vào hàng gửi.")


async def form(request: Request) -> Response:
    return await _draw(request, {"reason": "", "wished": ""})


async def _draw(request: Request, typed: dict[str, str], problems: list[dict[str, object]] | None = None) -> Response:
    kind, now = _kind(request), web.now(request)
    invitation = await find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    if not unitrequests.may_ask(kind, invitation, now):
        sent = kind == "extension" and life.State(invitation.state) in life.RESPONDED
        return web.redirect(request, f"/u/{invitation.campaign_id}", _(SENT) if sent else "")
    found = problems or []
    context = {
        "invitation": invitation,
        "campaign": invitation.campaign,
        "home": f"/u/{invitation.campaign_id}",
        "unit_name": invitation.full_name,
        "kind": kind,
        "title": _(unitrequests.KINDS[kind]),
        "typed": typed,
        "problems": found,
        "wrong": dict.fromkeys(typed, "") | {str(p["field"]): str(p["message"]) for p in found},
        "officer": await officer(invitation.campaign),
        "now": now,
    }
    return web.render(request, "unit/request.html", context, 422 if found else 200)


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in unitrequests.KINDS:
        raise NotFound()
    return kind


async def ask(request: Request) -> Response:
    posted = await web.read_form(request)
    campaign = int(request.path_params["campaign"])
    typed = {name: web.text(posted, name) for name in ("reason", "wished")}
    try:
        await unitrequests.ask(
            _kind(request), campaign, typed["reason"], asked.day(typed["wished"]), visit_of(request), web.now(request)
        )
    except Invalid as error:
        return await _draw(request, typed, error.problems)
    except (AskedAlready, WrongState) as error:
        return web.redirect(request, f"/u/{campaign}", web.sentence(error))
    return web.redirect(request, f"/u/{campaign}", _(ASKED))


async def withdraw(request: Request) -> Response:
    await web.read_form(request)
    campaign = int(request.path_params["campaign"])
    await unitrequests.withdraw(_kind(request), campaign, visit_of(request), web.now(request))
    return web.redirect(request, f"/u/{campaign}", _(WITHDRAWN))


async def refuse(request: Request) -> Response:
    posted = await web.read_form(request)
    where = asked.number(request), asked.code(request)
    reason, who = web.text(posted, "reason"), principal.staff(request.state.staff.id)
    try:
        number = asked.number(request, "request")
        done = await unitrequests.refuse(web.settings(request), *where, number, reason, who, web.now(request))
    except Invalid as error:
        return await invitations.page(request, act="refuse", filled={"reason": reason}, problems=error.problems)
    request.app.state.postroom.wake()
    return web.redirect(request, f"/campaigns/{where[0]}/units/{where[1]}", _(REFUSED) if done else "")
