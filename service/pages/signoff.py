"""Handing in for the leader's approval, and what the leader does: sees all answers, approves or hands back."""

import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from forms.answers import Problem
from service import life, web
from service.errors import Invalid, ServiceError, StaleDraft, WrongState
from service.flow import attachments, drafts, signoff, submissions
from service.flow.filling import Filling, find, load
from service.pages import check, languages
from service.pages.unit import filling_of, frame, visit_of
from service.words import N_, _

ASKED = N_("Đã trình lãnh đạo duyệt. Thư kèm đường dẫn riêng đã vào hàng gửi đến lãnh đạo.")
WITHDRAWN = N_("Đã rút lại. Anh/chị có thể sửa rồi trình lại.")
REFUSED = N_("Đã trả lại để sửa. Công chức đầu mối sẽ thấy nội dung anh/chị ghi.")
CHANGED = N_("Nội dung vừa được thay đổi nên chưa gửi. Vui lòng xem lại dưới đây rồi duyệt.")


async def show(request: Request) -> Response:
    """All that waits for approval; the leader finds the buttons below it."""
    filling = await _filling(request)
    if not _waits(filling):
        return web.redirect(request, _home(filling))
    return await _draw(request, filling)


async def _filling(request: Request) -> Filling:
    """The form as the one who handed it in left it: what is known of the person is theirs, not the leader's."""
    visit, campaign = visit_of(request), int(request.path_params["campaign"])
    invitation = await find(campaign, unit_id=visit.unit)
    asked = await signoff.asked(invitation.id)
    found = await load(
        campaign, web.now(request), unit_id=visit.unit, contact_id=asked.contact if asked else visit.contact
    )
    return languages.spoken(request, found)


def _waits(filling: Filling) -> bool:
    return life.State(filling.invitation.state) in life.WITH_LEADER


def _home(filling: Filling) -> str:
    return f"/u/{filling.campaign.id}"


async def _draw(
    request: Request,
    filling: Filling,
    *,
    problems: tuple[Problem, ...] | None = None,
    ticked: Mapping[str, str] | None = None,
    remark: str = "",
    wrong: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    """`wrong`: what is wrong with the remark; `notice`: why something was not done."""
    asked = await signoff.asked(filling.invitation.id)
    given = await attachments.named(filling.invitation.id, filling.form, filling.raw)
    context = {
        **frame(filling, web.now(request)),
        **check.review(filling, given, _home(filling), problems, ticked),
        "asked": asked,
        "asked_by": (await drafts.people([asked.by]))[asked.by] if asked else "",
        "leaders": await signoff.leaders(filling.invitation.unit_id),
        "signer": await signoff.may_sign(visit_of(request)),
        "remark": remark,
        "wrong": wrong,
        "notice": notice,
        "key": secrets.token_urlsafe(16),
    }
    return web.render(request, "unit/signoff.html", context, status)


async def ask(request: Request) -> Response:
    """Hand in what the check page, or the page of a nil return, showed."""
    form = await web.read_form(request)
    filling = await filling_of(request)
    nil = "reason" in form
    content = submissions.Nil(web.text(form, "reason")) if nil else check.looked_at(form, check.all_declared(filling))
    try:
        outcome = await signoff.ask(
            web.settings(request), content, visit_of(request), filling.campaign.id, web.now(request)
        )
    except Invalid as error:
        return await check.nil_page(request, filling, web.text(form, "reason"), web.sentence(error), status=422)
    except StaleDraft:
        return await check.draw(request, filling, notice=_(check.CHANGED), status=409)
    except WrongState:
        return web.redirect(request, _home(filling))  # a second click
    except check.REFUSED as error:
        sentence = web.sentence(error)
        if nil:
            return await check.nil_page(
                request, filling, web.text(form, "reason"), notice=sentence, status=error.status
            )
        return await check.draw(request, filling, notice=sentence, status=error.status)
    if isinstance(outcome, submissions.Problems):
        return await check.draw(request, filling, problems=outcome.problems, status=422)
    request.app.state.postroom.wake()
    return web.redirect(request, _home(filling), _(ASKED))


async def withdraw(request: Request) -> Response:
    await web.read_form(request)
    campaign = int(request.path_params["campaign"])
    try:
        await signoff.withdraw(campaign, visit_of(request), web.now(request))
    except WrongState:
        return web.redirect(request, f"/u/{campaign}")  # the leader was faster, or a second click
    return web.redirect(request, f"/u/{campaign}", _(WITHDRAWN))


async def refuse(request: Request) -> Response:
    form = await web.read_form(request)
    filling, remark = await _filling(request), web.text(form, "remark")
    try:
        await signoff.refuse(web.settings(request), filling.campaign.id, remark, visit_of(request), web.now(request))
    except Invalid as error:
        return await _draw(request, filling, remark=remark, wrong=web.sentence(error), status=422)
    except WrongState:
        return web.redirect(request, _home(filling))
    request.app.state.postroom.wake()
    return web.redirect(request, _home(filling), _(REFUSED))


async def approve(request: Request) -> Response:
    """The leader sends what the page showed. A double click gives one submission and the same receipt."""
    form = await web.read_form(request)
    filling = await _filling(request)
    ticked = check.declared(filling, form)
    content, key = check.looked_at(form, ticked), web.text(form, "key")
    try:
        found = await signoff.approve(
            web.settings(request), filling.campaign.id, content, visit_of(request), key, web.now(request)
        )
    except StaleDraft:
        return await _draw(request, filling, notice=_(CHANGED), status=409)
    except check.REFUSED as error:
        return await _not_sent(request, filling, error)
    if isinstance(found, submissions.Problems):
        return await _draw(request, filling, problems=found.problems, ticked=ticked, status=422)
    request.app.state.postroom.wake()
    return web.redirect(request, f"{_home(filling)}/receipt/{found.number}")


async def _not_sent(request: Request, filling: Filling, error: ServiceError) -> Response:
    if not _waits(filling):
        return web.redirect(request, _home(filling), web.sentence(error))
    return await _draw(request, filling, notice=web.sentence(error), status=error.status)
