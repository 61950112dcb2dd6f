"""Acts on many units: whom they would touch and whom not, the confirmation, what was done, and its undoing."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from service import web, words
from service.errors import CampaignClosed, Invalid, NotFound
from service.flow import assignments, bulk, choices, principal, progress, terms
from service.flow.bulk import Choice, Wanted
from service.flow.terms import Due
from service.pages import asked, campaignform, selection
from service.pages.rosteracts import DUE
from service.words import _, collation

FIELDS = ("reason", "staff", "confirm", *DUE)
BLANK = dict.fromkeys(FIELDS, "") | {"due_mode": "at", "due_time": "17:00", "due_kind": "working_day"}
ALL = "all"  # `scope`: all that fit the filter, not only those that are ticked


async def asked_for(request: Request, campaign_id: int) -> tuple[set[str], str]:
    """The codes of the units that an address names, or else of those that fit its filter; and that in words."""
    rows = (await progress.of(campaign_id, web.now(request))).rows
    wanted = selection.read(request.query_params, rows)
    charge = await assignments.in_charge() if wanted.staff else {}
    named = [] if request.query_params.get("scope") == ALL else request.query_params.getlist("unit")
    codes = {row.code for row in selection.chosen(rows, wanted, charge, request.state.staff.id)}
    if not named:
        return codes, wanted.described()
    codes = {row.code for row in rows if row.code in set(named)}
    if len(codes) == 1:
        return codes, next(row.full_name for row in rows if row.code in codes)
    return codes, _("các đơn vị đã chọn")


def query_of(request: Request, *without: str) -> str:
    """The address's own query, for a form or a link that comes back to it."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("again", *without)]
    return f"?{QueryParams(kept)}" if kept else ""


async def confirm(request: Request) -> Response:
    """Whom the act would touch. Reminding has a page of its own."""
    number, act = asked.number(request), asked.query(request, "act")
    ticked = request.query_params.getlist("unit")
    if request.query_params.get("scope") == "chosen" and not ticked:
        said = _("Vui lòng đánh dấu ít nhất một đơn vị, hoặc chọn tất cả đơn vị đang xem.")
        return web.redirect(request, f"/campaigns/{number}{query_of(request, 'scope', 'act')}#units", said)
    if act == "remind":
        left_out = ("act", "scope", "unit") if request.query_params.get("scope") == ALL else ("act", "scope")
        return web.redirect(request, f"/campaigns/{number}/send-now{query_of(request, *left_out)}")
    if act not in bulk.ACTS:
        raise NotFound()
    codes, described = await asked_for(request, number)
    return await _page(request, act, codes, described, BLANK)


async def _page(
    request: Request,
    act: str,
    codes: Collection[str],
    described: str,
    filled: Mapping[str, str],
    wanted: Wanted | None = None,
    problems: Sequence[Mapping[str, object]] = (),
) -> Response:
    """With a due time in `wanted` the page shows the new due times, to be confirmed as they stand."""
    number, now = asked.number(request), web.now(request)
    try:
        found = await bulk.choice(number, codes, wanted or Wanted(act, staff=-1), now)
    except CampaignClosed as error:
        return web.redirect(request, f"/campaigns/{number}", web.sentence(error))
    context = {
        "campaign": found.campaign,
        "act": act,
        "title": _(bulk.ACTS[act]),
        "described": described,
        "going": sorted(found.going, key=lambda one: collation(one.invitation.full_name)),
        "reasons": _by_reason(found),
        "people": await choices.people() if act == "assign" else [],
        "t": filled,
        "seal": seal(found) if wanted and wanted.due else "",
        "problems": problems,
        "wrong": {str(problem.get("field")): str(problem.get("message")) for problem in problems},
        "path": f"/campaigns/{number}",
        "request_id": secrets.token_hex(8),
    }
    return web.render(request, "monitor/bulk.html", context, 422 if problems else 200)


def _by_reason(found: Choice) -> list[tuple[str, list[str]]]:
    lines: dict[str, list[str]] = {}
    for invitation, code in sorted(found.left_out, key=lambda one: collation(one[0].full_name)):
        lines.setdefault(_(bulk.REASONS[code]), []).append(invitation.full_name)
    return list(lines.items())


def seal(found: Choice) -> str:
    """What was shown, for the confirmation to hold on to: the units and their new due times."""
    text = ";".join(f"{one.invitation.code} {one.due_at}" for one in found.going)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


async def do(request: Request) -> Response:
    number, form, now = asked.number(request), await web.read_form(request), web.now(request)
    act, codes, filled = web.text(form, "act"), web.texts(form, "unit"), {n: web.text(form, n) for n in FIELDS}
    described = asked.plain(web.text(form, "described"))[:300]
    if act not in bulk.ACTS:
        raise NotFound()
    wanted = None
    try:
        who, given = principal.staff(request.state.staff.id), web.text(form, "request")
        wanted = _wanted(act, filled)
        # What was begun goes on as it was confirmed.
        again = act != "extend" or await bulk.begun(number, given) is not None
        if not again and filled["confirm"] != seal(await bulk.choice(number, codes, wanted, now)):
            return await _page(request, act, codes, described, filled, wanted)
        row = await bulk.do(web.settings(request), number, codes, wanted, given, who, now)
    except Invalid as error:
        return await _page(request, act, codes, described, filled, wanted, error.problems)
    except CampaignClosed as error:
        return web.redirect(request, f"/campaigns/{number}", web.sentence(error))
    request.app.state.postroom.replan()
    return web.redirect(request, f"/campaigns/{number}/bulk/{row.id}")


def _wanted(act: str, filled: Mapping[str, str]) -> Wanted:
    """What was typed. Raises Invalid with every problem."""
    problems: list[dict[str, object]] = []
    due: Due | None = None
    staff = asked.whole(filled["staff"])
    if act == "assign":
        if staff is None and filled["staff"] != "none":
            problems.append({"field": "staff", "message": _("Vui lòng chọn chuyên viên trong danh sách.")})
    elif not filled["reason"]:
        problems.append({"field": "reason", "message": _("Vui lòng ghi lý do.")})
    if act == "exempt" and not filled["confirm"]:
        problem = _("Vui lòng đánh dấu xác nhận trước khi đưa đơn vị ra khỏi diện báo cáo.")
        problems.append({"field": "confirm", "message": problem})
    if act == "extend":
        try:
            due = terms.due(campaignform.due(filled))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    return Wanted(act, due, staff, filled["reason"])


async def show(request: Request) -> Response:
    """What one press did."""
    number = asked.number(request)
    found = await bulk.done(number, asked.number(request, "bulk"))
    named = {code: found.names.get(code, code) for code in found.row.codes}

    def sort(codes: Collection[str]) -> list[tuple[str, str]]:
        return sorted(((code, named[code]) for code in codes), key=lambda one: collation(one[1]))

    context = {
        "campaign": found.campaign,
        "found": found,
        "title": _(bulk.ACTS[found.row.act]),
        "touched": sort(found.touched),
        "missed": sort(found.missed),
        "fixed": sort(found.fixed),
        "back": len(found.touched) - len(found.fixed),
        "path": f"/campaigns/{number}",
        "at": words.moment(found.row.at),
    }
    return web.render(request, "monitor/bulk_done.html", context)


async def undo(request: Request) -> Response:
    number, row, now = asked.number(request), asked.number(request, "bulk"), web.now(request)
    who = principal.staff(request.state.staff.id)
    count = await bulk.undo(web.settings(request), number, row, who, now)
    request.app.state.postroom.replan()
    said = _("Đã hoàn tác cho {count} đơn vị.").format(count=words.number(count))
    return web.redirect(request, f"/campaigns/{number}/bulk/{row}", said)
