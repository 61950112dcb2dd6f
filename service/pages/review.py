"""One report to judge: all that it is judged by, who has taken it, and the verdict."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from forms.values import clean
from service import deadlinewords, life, mailwords, web, words
from service.errors import CampaignClosed, ChangedMeanwhile, Invalid, ServiceError, TakenByOther, WrongState
from service.flow import claims, events, notices, principal, reviewing, reviews, terms
from service.flow.remarks import Asked
from service.flow.reviewing import Review
from service.models import Invitation
from service.pages import asked, campaignform, periods, reviewsheet
from service.pages.reviews import onward, query_of
from service.pages.reviewsheet import DOUBT, REMARK, Typed
from service.pages.rosteracts import DUE
from service.words import N_, _, due

VERDICTS = {"accept": life.Act.ACCEPT, "return": life.Act.RETURN}
LATER = N_("Báo cáo này không chờ kiểm tra; nội dung dưới đây là để xem lại.")
UNSENT = N_(
    "Anh/chị đã ghi nhận xét nên chưa xác nhận đạt: khi đạt, nhận xét không được gửi đi. Vui lòng xóa nhận xét, hoặc "
    "bấm “Đề nghị chỉnh sửa, bổ sung”."
)


async def show(request: Request) -> Response:
    return await _page(request, Typed())


async def _page(
    request: Request,
    typed: Typed,
    due_typed: Mapping[str, str] | None = None,
    problems: Sequence[Mapping[str, object]] = (),
    meanwhile: str = "",
    status: int = 200,
) -> Response:
    """One report. `meanwhile`: why the verdict was not taken; what was typed is still there."""
    now = web.now(request)
    found = await reviewing.one(asked.number(request), asked.code(request), now)
    state = life.State(found.invitation.state)
    usual = await _usual(found, now)
    path = f"/campaigns/{found.campaign.id}"
    free = found.claim is None or found.claim.staff == request.state.staff.id
    may = request.state.staff.role != "viewer"
    may_accept = may and free and state in life.TO_REVIEW
    may_return = may and free and life.may(state, life.Act.RETURN, life.Actor.STAFF) and usual is not None
    context = {
        "found": found,
        "campaign": found.campaign,
        "invitation": found.invitation,
        "sheet": reviewsheet.sheet(found, typed),
        "typed": typed,
        "t": {f"return_{name}": text for name, text in (due_typed or _due_fields(usual)).items()},
        "usual": usual,
        "counted": deadlinewords.lines(usual.explained) if usual and usual.explained else [],
        "problems": problems,
        "wrong": {f"return_{one['field']}": one["message"] for one in problems},
        "meanwhile": meanwhile,
        "later": _(LATER) if state not in life.TO_REVIEW else "",
        "may": may,
        "may_accept": may_accept,
        "may_return": may_return,
        "writes": may_return or typed.any,
        "closed": may_accept and not may_return and usual is None,
        "may_take": may and state in life.TO_REVIEW,
        "mine": found.claim is not None and free,
        "period": _period(found),
        "acts": mailwords,
        "path": path,
        "unit_path": f"{path}/units/{found.invitation.code}",
        "here": f"{path}/reviews/{found.invitation.code}",
        "query": query_of(request),
        "REMARK": REMARK,
        "DOUBT": DOUBT,
    }
    return web.render(request, "monitor/review.html", context, 422 if problems else status)


def _period(found: Review) -> str:
    last = found.last.campaign
    return periods.words(last.period_from, last.period_to) or last.title if last else ""


async def _usual(found: Review, now: datetime) -> reviews.Usual | None:
    """The usual due time of a correction; None where nothing can be sent again, or it cannot be reckoned."""
    closes_at = found.campaign.closes_at
    if closes_at is not None and life.over(closes_at, now):
        return None
    try:
        return await reviews.usual(found.campaign, found.invitation, now)
    except Invalid:
        return None


def _due_fields(usual: reviews.Usual | None) -> dict[str, str]:
    """The fields of the correction's due time before anybody types."""
    fields = {"due_mode": "days", "due_on": "", "due_time": "17:00", "due_days": "2", "due_kind": "working_day"}
    if usual is None or usual.explained is not None:
        return fields
    at = words.local(usual.due_at)
    return fields | {"due_mode": "at", "due_on": at.date().isoformat(), "due_time": f"{at:%H:%M}"}


async def take(request: Request) -> Response:
    """Take a report for oneself; with `over`, from the colleague who has it. What was typed stays."""
    number, code, form = asked.number(request), asked.code(request), await web.read_form(request)
    typed, filled = _typed(form), {name: web.text(form, name) for name in DUE}
    said, over = "", web.text(form, "over") == "1"
    try:
        await claims.take(number, code, request.state.staff.id, web.now(request), over=over)
    except (TakenByOther, WrongState) as error:
        said = web.sentence(error)
    if typed.any:
        return await _page(request, typed, filled, meanwhile=said)
    return web.redirect(request, f"/campaigns/{number}/reviews/{code}{query_of(request)}", said)


async def let_go(request: Request) -> Response:
    number, code = asked.number(request), asked.code(request)
    await claims.let_go(number, code, request.state.staff.id, web.now(request))
    return web.redirect(request, f"/campaigns/{number}/reviews{query_of(request)}", _("Đã để báo cáo lại hàng chờ."))


async def decide(request: Request) -> Response:
    """Accept the report or hand it back with the remarks; then the next one. Enter in a field only draws it again."""
    form = await web.read_form(request)
    typed, filled = _typed(form), {name: web.text(form, name) for name in DUE}
    act = VERDICTS.get(web.text(form, "verdict"))
    if act is None:
        return await _page(request, typed, filled)
    if act is life.Act.ACCEPT and typed.any:
        return await _page(request, typed, filled, [{"field": "remark", "message": _(UNSENT)}])
    try:
        said = await (_accept(request, form) if act is life.Act.ACCEPT else _hand_back(request, form, typed, filled))
    except Invalid as error:
        return await _page(request, typed, filled, error.problems)
    except (ChangedMeanwhile, TakenByOther, WrongState, CampaignClosed) as error:
        found = await events.found(asked.number(request), asked.code(request))
        who = principal.staff(request.state.staff.id)
        if not await reviews.given_already(found, act, who, _seen(form)):
            return await _not_taken(request, typed, filled, error)
        said = ""
    request.app.state.postroom.replan()
    return await onward(request, said, but=asked.code(request))


async def _not_taken(request: Request, typed: Typed, filled: Mapping[str, str], error: ServiceError) -> Response:
    return await _page(request, typed, filled, meanwhile=web.sentence(error), status=error.status)


def _typed(form: FormData) -> Typed:
    remarks: dict[str, str] = {}
    ticked: dict[str, list[str]] = {}
    for name, text in web.pairs(form):
        if name.startswith(REMARK):
            remarks[name.removeprefix(REMARK)] = clean(text)
        elif name.startswith(DOUBT):
            ticked.setdefault(name.removeprefix(DOUBT), []).append(clean(text))
    return Typed(clean(web.text(form, "remark")), remarks, ticked)


async def _accept(request: Request, form: FormData) -> str:
    invitation, now = await _free(request)
    who = principal.staff(request.state.staff.id)
    await reviews.accept(invitation.campaign_id, invitation.code, who, now, _seen(form))
    return _("{unit}: đã kiểm tra, đạt.").format(unit=invitation.full_name)


async def _hand_back(request: Request, form: FormData, typed: Typed, filled: Mapping[str, str]) -> str:
    invitation, now = await _free(request)
    who, wanted = principal.staff(request.state.staff.id), terms.due(campaignform.due(filled))
    told = [Asked(key, text) for key, text in typed.by_question()]
    event = await reviews.hand_back(
        web.settings(request),
        invitation.campaign_id,
        invitation.code,
        typed.remark,
        who,
        now,
        wanted,
        asked=told,
        seen=_seen(form),
    )
    said = _("{unit}: đã đề nghị chỉnh sửa, bổ sung, hạn {due}.")
    said = said.format(unit=invitation.full_name, due=due(event.due_at))
    mailed = _("Thư báo cho đơn vị đã vào hàng gửi.")
    return f"{said} {mailed}" if await notices.count(event) else said


async def _free(request: Request) -> tuple[Invitation, datetime]:
    """Whose report, while no colleague has it. Raises NotFound, TakenByOther."""
    now = web.now(request)
    found = await events.found(asked.number(request), asked.code(request))
    await claims.require_free(found.id, request.state.staff.id, now)
    return found, now


def _seen(form: FormData) -> int:
    """How many events the report had when the page was drawn; -1 for a form that does not say, which never fits."""
    found = asked.whole(web.text(form, "seen"))
    return -1 if found is None else found
