"""Send now: who would be mailed and who not, the confirmation, and the batch with its half minute to undo."""

import secrets
from collections.abc import Collection, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import mailwords, web, words
from service.errors import Invalid
from service.flow import campaigns, principal, sendnow
from service.models import Invitation
from service.pages import asked, bulk
from service.words import _, collation


async def confirm(request: Request) -> Response:
    """Who of a filter, or of the units named, would be mailed now, and why not the others."""
    campaign = await campaigns.published(asked.number(request))
    codes, described = await bulk.asked_for(request, campaign.id)
    return await _page(request, campaign.id, codes, described, asked.query(request, "again") == "1")


async def _page(
    request: Request, number: int, codes: Collection[str], described: str, again: bool, problem: str = ""
) -> Response:
    found = await sendnow.choice(number, codes, web.now(request), again=again)
    context = {
        "campaign": found.campaign,
        "found": found,
        "described": described,
        "again": again,
        "repeated": any(reason == "reminded_today" for _invitation, reason in found.left_out),
        "going": sorted(found.going, key=lambda one: collation(one.invitation.full_name)),
        "reasons": _by_reason(found.left_out),
        "path": f"/campaigns/{number}/send-now",
        "query": bulk.query_of(request),
        "request_id": secrets.token_hex(8),
        "problem": problem,
        "w": mailwords,
    }
    return web.render(request, "mail/send_now.html", context, 422 if problem else 200)


def _by_reason(left_out: Sequence[tuple[Invitation, str]]) -> list[tuple[str, str, list[Invitation]]]:
    """(code, words, units) with the most frequent first."""
    found: dict[str, list[Invitation]] = {}
    for invitation, reason in sorted(left_out, key=lambda one: collation(one[0].full_name)):
        found.setdefault(reason, []).append(invitation)
    order = sorted(found.items(), key=lambda item: -len(item[1]))
    return [(code, mailwords.of(mailwords.REASONS, code), units) for code, units in order]


async def send(request: Request) -> Response:
    number, form, now = asked.number(request), await web.read_form(request), web.now(request)
    codes, again = web.texts(form, "unit"), web.text(form, "again") == "1"
    who = principal.staff(request.state.staff.id)
    try:
        given = web.text(form, "request")
        batch = await sendnow.send(web.settings(request), number, codes, given, who, now, again=again)
    except Invalid as error:
        return await _page(request, number, codes, "", again, web.sentence(error))
    request.app.state.postroom.wake_after(sendnow.UNDO.total_seconds() + 0.2)
    return web.redirect(request, f"/campaigns/{number}/batches/{batch}")


async def batch(request: Request) -> Response:
    """What one press queued, and how far it has come."""
    number, name = asked.number(request), request.path_params["batch"][:60]
    now = web.now(request)
    found = await sendnow.batch(number, name, now)
    counts: dict[str, int] = {}
    for message in found.messages:
        counts[message.state] = counts.get(message.state, 0) + 1
    context = {
        "campaign": found.campaign,
        "found": found,
        "counts": [(mailwords.of(mailwords.MESSAGE_STATES, state), count) for state, count in counts.items()],
        "running": counts.keys() & {"waiting", "sending"},
        "units": len({message.unit for message in found.messages}),
        "until": f"{words.local(found.until):%H:%M:%S}" if found.until else "",
        "seconds": int((found.until - now).total_seconds()) + 1 if found.until else 0,
        "path": f"/campaigns/{number}/batches/{name}",
        "w": mailwords,
    }
    return web.render(request, "mail/batch.html", context)


async def undo(request: Request) -> Response:
    number, name = asked.number(request), request.path_params["batch"][:60]
    path = f"/campaigns/{number}/batches/{name}"
    try:
        count = await sendnow.undo(number, name, principal.staff(request.state.staff.id), web.now(request))
    except sendnow.CannotUndo as error:
        return web.redirect(request, path, web.sentence(error))
    return web.redirect(request, path, _("Đã hoàn tác: {count} thư không gửi nữa.").format(count=count))
