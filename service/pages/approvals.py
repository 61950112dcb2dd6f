"""What waits for a person's word: who would get which letter; approved, or refused with a reason."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import mailwords, planwords, web
from service.errors import Invalid
from service.flow import approving
from service.flow.approving import Asked, Group
from service.pages import asked
from service.words import _, number

PATH = "/approvals"


async def index(request: Request) -> Response:
    return await _page(request)


async def _page(request: Request, problem: str = "", reason: str = "", chosen: Sequence[int] | None = None) -> Response:
    now = web.now(request)
    groups = await approving.waiting(request.state.staff, now)
    shown = _asked_for(groups, asked.whole(asked.query(request, "show")))
    subject, text = await approving.text(web.settings(request), *shown, now) if shown else ("", "")
    context = {
        "groups": groups,
        "answered": await approving.answered(),
        "shown": shown[1] if shown else None,
        "subject": subject,
        "text": text,
        "problem": problem,
        "reason": reason,
        "chosen": chosen,
        "path": PATH,
        "w": mailwords,
        "pw": planwords,
    }
    return web.render(request, "plan/approvals.html", context, 422 if problem else 200)


def _asked_for(groups: Sequence[Group], wanted: int | None) -> tuple[Group, Asked] | None:
    """The letter whose text is wanted, else the first."""
    every = [(group, one) for group in groups for one in group.asked]
    return next((pair for pair in every if pair[1].approval.id == wanted), every[0] if every else None)


async def answer(request: Request) -> Response:
    """Approve the units that are ticked, or refuse them."""
    form, who = await web.read_form(request), request.state.staff
    chosen = [found for text in web.texts(form, "unit") if (found := asked.whole(text)) is not None]
    approve, reason = web.text(form, "act") == "approve", web.text(form, "reason")
    try:
        count = await approving.answer(chosen, who, web.now(request), approve=approve, reason=reason)
    except Invalid as error:
        return await _page(request, web.sentence(error), reason, chosen)
    except approving.NotWaiting as error:
        return web.redirect(request, PATH, web.sentence(error))
    request.app.state.postroom.replan()
    done = _("Đã duyệt: {count} đơn vị. Thư đi trong giờ làm việc; đơn vị vừa gửi báo cáo thì không nhận.")
    said = done if approve else _("Đã ghi nhận không duyệt: {count} đơn vị.")
    return web.redirect(request, PATH, said.format(count=number(count)))
