"""The call list of a campaign, and one unit's calls: written down, corrected, taken back."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import calling, callwords, mailwords, web, words
from service.errors import Invalid
from service.flow import assignments, calls, overview, principal
from service.models import Call
from service.pages import asked, selection
from service.words import _

PER_PAGE = 200
FIELDS = ("outcome", "number", "promised_on", "note")


async def index(request: Request) -> Response:
    """Who still owes, in the order in which to call them."""
    now = web.now(request)
    campaign, lines = await calls.owing(asked.number(request), now)
    rows = [line.row for line in lines]
    wanted = selection.read(request.query_params, rows)
    charge = await assignments.in_charge()
    chosen = {row.id for row in selection.chosen(rows, wanted, charge, request.state.staff.id)}
    fitting = [line for line in lines if line.row.id in chosen]
    pages = max(1, -(-len(fitting) // PER_PAGE))
    page = min(max(asked.whole(asked.query(request, "page")) or 1, 1), pages)
    shown = fitting[(page - 1) * PER_PAGE : page * PER_PAGE]
    counts = Counter(line.turn for line in fitting)
    context = {
        "campaign": campaign,
        "closed": overview.phase(campaign, now) == "closed",
        "total": len(lines),
        "again": sum(row.standing.correcting for row in rows),
        "fitting": len(fitting),
        "turns": [(turn, counts[turn], [line for line in shown if line.turn == turn]) for turn in calling.Turn],
        "without": sum(not line.contacts for line in fitting),
        "page": page,
        "pages": pages,
        "to": lambda page: asked.address(f"/campaigns/{campaign.id}/calls", {**wanted.params(), "page": page}),
        "wanted": wanted,
        "charge": charge,
        "charges": selection.charges(charge),
        "kinds": sorted({row.kind for row in rows}),
        "groups": sorted({row.group for row in rows if row.group}, key=words.collation),
        "path": f"/campaigns/{campaign.id}",
        "may": request.state.staff.role != "viewer",
        "cw": callwords,
        "w": mailwords,
    }
    return web.render(request, "calls/list.html", context)


async def show(request: Request) -> Response:
    """A unit's calls, and the form for the next one or (`fix` in the address) for one that is corrected."""
    return await _page(request, asked.whole(asked.query(request, "fix")))


async def _page(
    request: Request,
    fix: int | None = None,
    filled: Mapping[str, str] | None = None,
    problems: Sequence[Mapping[str, object]] = (),
) -> Response:
    number, code, now = asked.number(request), asked.code(request), web.now(request)
    found = await calls.sheet(number, code)
    corrected = found.standing(fix) if fix is not None else None
    context = {
        "found": found,
        "campaign": found.campaign,
        "invitation": found.invitation,
        "corrected": corrected,
        "t": filled or _before(corrected, found),
        "problems": problems,
        "wrong": {str(problem["field"]): str(problem["message"]) for problem in reversed(problems)},
        "request_id": secrets.token_hex(8),
        "earliest": words.local(corrected.at if corrected else now).date().isoformat(),
        "may": request.state.staff.role != "viewer",
        "here": f"/campaigns/{number}/calls/{code}",
        "cw": callwords,
        "w": mailwords,
    }
    return web.render(request, "calls/unit.html", context, 422 if problems else 200)


def _before(corrected: Call | None, found: calls.Sheet) -> dict[str, str]:
    """What stands in the form before anybody types."""
    if corrected is None:
        return dict.fromkeys(FIELDS, "") | {"number": next(iter(found.numbers), "")}
    day = corrected.promised_on.isoformat() if corrected.promised_on else ""
    values = {"outcome": corrected.outcome, "number": corrected.number, "note": corrected.note}
    return values | {"promised_on": day}


async def record(request: Request) -> Response:
    number, code, now = asked.number(request), asked.code(request), web.now(request)
    form = await web.read_form(request)
    filled = {name: web.text(form, name) for name in FIELDS}
    corrects = asked.whole(web.text(form, "corrects"))
    who, given = principal.staff(request.state.staff.id), web.text(form, "request")
    try:
        await calls.record(number, code, filled, given, who, now, corrects=corrects)
    except Invalid as error:
        return await _page(request, corrects, filled, error.problems)
    except calls.CallGone as error:
        return web.redirect(request, f"/campaigns/{number}/calls/{code}", web.sentence(error))
    if corrects is not None:
        return web.redirect(request, f"/campaigns/{number}/calls/{code}", _("Đã sửa ghi nhận cuộc gọi."))
    return web.redirect(request, f"/campaigns/{number}/calls#unit-{code}", _("Đã ghi nhận cuộc gọi."))


async def undo(request: Request) -> Response:
    number, code = asked.number(request), asked.code(request)
    call = asked.whole(web.text(await web.read_form(request), "call")) or 0
    await calls.undo(number, code, call, principal.staff(request.state.staff.id), web.now(request))
    said = _("Đã bỏ ghi nhận cuộc gọi; lịch sử vẫn giữ.")
    return web.redirect(request, f"/campaigns/{number}/calls/{code}", said)
