"""Versions of a form: what changed between two, and moving a running campaign to another one."""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import CampaignClosed, Invalid, NotPublished
from service.flow import campaigns, forms, principal, versions
from service.models import Campaign, FormVersion
from service.pages import asked, changewords, leftover
from service.words import _


def _wanted(request: Request, name: str) -> int:
    """A version's id from the address, 0 when there is none."""
    return min(asked.whole(request.query_params.get(name, "")) or 0, asked.MAX_ID)


async def changes(request: Request) -> Response:
    """What changed in a version, against the one before it or the one that is asked for."""
    version = await versions.brief(asked.number(request))
    against = _wanted(request, "against")
    older = await versions.brief(against) if against else await versions.before(version)
    context: dict[str, object] = {"version": version, "others": await versions.others(version), "older": older}
    if older is not None:
        context |= await _told(older, version)
    context["running"] = await versions.running(version, web.now(request))
    return web.render(request, "forms/changes.html", context)


async def _told(old: FormVersion, new: FormVersion) -> dict[str, object]:
    """The difference, ready to draw."""
    found = await versions.compare(old, new)
    forms_ = await forms.built(old.id), await forms.built(new.id)
    return {
        "blocks": changewords.blocks(*forms_, found.changes),
        "summary": changewords.summary(found.changes),
    }


async def since_before(version: FormVersion) -> dict[str, object]:
    """For the page of a version: the one before it and what changed, in a line."""
    older = await versions.before(version)
    if older is None:
        return {"older": None}
    found = await versions.compare(older, version)
    return {"older": older, "summary": changewords.summary(found.changes)}


async def choose(request: Request) -> Response:
    """The versions a running campaign may go over to; with `?to=` what that would mean, and the button."""
    campaign = await campaigns.get(asked.number(request))
    if campaign.published_at is None:
        return web.redirect(request, f"/campaigns/{campaign.id}/edit")
    return await _page(request, campaign, _wanted(request, "to"))


async def _page(
    request: Request,
    campaign: Campaign,
    to: int,
    *,
    reason: str = "",
    problem: str = "",
    field: str = "",
    status: int = 200,
) -> Response:
    current = await versions.brief(campaign.form_id)
    context: dict[str, object] = {
        "campaign": campaign,
        "current": current,
        "others": await versions.others(current),
        "moves": await versions.moves(campaign.id),
        "target": None,
        "reason": reason,
        "problem": problem,
        "field": field,
        "closed": _closed(request, campaign),
    }
    target = await versions.brief(to) if to and to != current.id else None
    if target is not None and target.form_id == current.form_id:
        context |= await _told(current, target)
        context |= {
            "target": target,
            "outlook": await versions.outlook(campaign, target),
            "older": target.id < current.id,
            "reasons": {code: _(words) for code, words in leftover.REASONS.items()},
        }
    return web.render(request, "campaigns/version.html", context, status)


def _closed(request: Request, campaign: Campaign) -> bool:
    try:
        versions.require_movable(campaign, web.now(request))
    except CampaignClosed:
        return True
    return False


async def move(request: Request) -> Response:
    """Move the campaign, if it still has the version that was seen; its open drafts follow."""
    form = await web.read_form(request)
    number, now = asked.number(request), web.now(request)
    old, new = (min(asked.whole(web.text(form, name)) or 0, asked.MAX_ID) for name in ("from", "to"))
    reason, here = web.text(form, "reason"), f"/campaigns/{number}/form"
    campaign = await campaigns.get(number)
    if not web.text(form, "confirm"):
        problem = _("Vui lòng đánh dấu xác nhận đã xem các thay đổi.")
        return await _page(request, campaign, new, reason=reason, problem=problem, field="confirm", status=422)
    try:
        await versions.move(number, old, new, reason, principal.staff(request.state.staff.id), now)
    except Invalid as error:
        problem = str(error.problems[0]["message"])
        return await _page(request, campaign, new, reason=reason, problem=problem, field="reason", status=422)
    except (versions.FormMoved, CampaignClosed, NotPublished) as error:
        return web.redirect(request, here, _(error.message).format(**error.params))
    said = _("Đã chuyển đợt khảo sát sang phiên bản mới. Bản nháp của các đơn vị được chuyển theo ngay sau đây.")
    answer = web.redirect(request, here, said)
    answer.background = BackgroundTask(versions.carry_all, number, now)
    return answer
