"""The ledger of recommendations: the list with its filters, one item with its history, what looks alike, exports."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from service import deadlinewords, ledgertrail, ledgerwords, web, words
from service.errors import Invalid
from service.flow import ledger, ledgeracts, ledgerexport, ledgeritem, ledgermerge, principal
from service.flow.ledger import Wanted
from service.pages import asked, campaignform
from service.pages.rosteracts import DUE
from service.words import _

NO_DUE, KEEP = "none", "keep"


def wanted_of(params: Mapping[str, str]) -> Wanted:
    """The filter of an address. A code that means nothing is left out."""
    state, level = params.get("state", ""), params.get("level", "")
    return Wanted(
        campaign=asked.whole(params.get("campaign", "")),
        unit=asked.plain(params.get("unit", ""))[:20],
        field=asked.plain(params.get("field", ""))[:500],
        authority=asked.plain(params.get("authority", ""))[:500],
        state=state if state in ledgerwords.STATES else "",
        level=level if level in ledgerwords.LEVELS else "",
        staff=asked.whole(params.get("staff", "")),
        overdue=params.get("overdue", "") == "1",
        text=asked.plain(params.get("q", ""))[:100],
    )


async def index(request: Request) -> Response:
    wanted, now = wanted_of(request.query_params), web.now(request)
    found = await ledger.listing(wanted, asked.whole(asked.query(request, "page")) or 1, now)
    params = wanted.params()
    others = {name: value for name, value in params.items() if name not in ("state", "overdue")}
    context = {
        "found": found,
        "wanted": wanted,
        "options": await ledger.options(),
        "unit": await ledger.unit_name(wanted.unit) if wanted.unit else "",
        "tabs": _tabs(found, wanted, others),
        "to": lambda page: asked.address("/ledger", {**params, "page": page if page > 1 else None}),
        "export": lambda kind: asked.address(f"/ledger/export.{kind}", params),
        "any": bool(params),
        "lw": ledgerwords,
    }
    return web.render(request, "ledger/list.html", context)


def _tabs(found: ledger.Listing, wanted: Wanted, others: Mapping[str, object]) -> list[tuple[str, int, str, bool]]:
    """Label, count, address and whether it is open: of all, of each state, and of what waits beyond its time. Those
    that hold nothing are left out."""
    states = [(code, ledgerwords.state(code), found.tally.get(code, 0)) for code in ledgerwords.STATES]
    tabs = [
        (label, count, asked.address("/ledger", {**others, "state": code}), wanted.state == code and not wanted.overdue)
        for code, label, count in [("", _("Tất cả"), sum(found.tally.values())), *states]
    ]
    late = asked.address("/ledger", {**others, "overdue": "1"})
    tabs.append((_("Quá hạn trả lời"), found.overdue, late, wanted.overdue))
    return [tab for place, tab in enumerate(tabs) if place == 0 or tab[1] or tab[3]]


async def export(request: Request) -> Response:
    """The list as the filters have it: xlsx for sending on, or CSV."""
    who, now = principal.staff(request.state.staff.id), web.now(request)
    kind: str = request.path_params["kind"]
    made = await ledgerexport.made(kind, wanted_of(request.query_params), who, now)
    return web.download(made.name, made.media_type, made.data)


async def show(request: Request) -> Response:
    return await _page(request)


async def _page(
    request: Request,
    act: str = "",
    filled: Mapping[str, str] | None = None,
    problems: Sequence[Mapping[str, object]] = (),
    status: int = 422,
) -> Response:
    found = await ledgeritem.sheet(asked.number(request, "number"), web.now(request))
    item = found.item
    before = {
        "level": item.level,
        "staff": str(item.staff_id or ""),
        "due_mode": KEEP,
        "due_on": "",
        "due_time": "17:00",
    }
    before |= {"due_days": "10", "due_kind": "working_day", "reason": ""}
    before |= {"reply": found.replies[0][0].text if found.replies else ""}
    context = {
        "found": found,
        "item": item,
        "leads": item.lead == item.number,
        "units": len({one.invitation.unit_id for one in found.raised if one.withdrawn_at is None}),
        "counted": deadlinewords.frozen(item.due_explained),
        "history": [(told, _happened(told)) for told in found.history],
        "colleagues": await ledger.colleagues(),
        "act": act,
        "t": {**before, **(filled or {})},
        "problems": problems,
        "wrong": {str(problem["field"]): str(problem["message"]) for problem in reversed(problems)},
        "may": request.state.staff.role != "viewer",
        "here": f"/ledger/{item.number}",
        "lw": ledgerwords,
    }
    return web.render(request, "ledger/item.html", context, status if problems else 200)


def _happened(told: ledgeritem.Told) -> str:
    """A line of the history in words."""
    at = asked.moment(str(told.act.data.get("due") or ""), asked.END_OF_DAY)
    return ledgertrail.act(told.act.act, {**told.act.data, "staff": told.staff, "due": words.due(at) if at else ""})


async def assign(request: Request) -> Response:
    """Who answers, who follows it, and by when."""
    filled = await _filled(request, "level", "staff", *DUE)
    values: dict[str, object] = {"level": filled["level"], "staff": filled["staff"]}
    if filled["due_mode"] == NO_DUE:
        values["due"] = None
    elif filled["due_mode"] in ("days", "at"):
        values["due"] = campaignform.due(filled) or {}
    return await _change(request, "assign", filled, values, _("Đã lưu phân công."))


async def reply(request: Request) -> Response:
    filled = await _filled(request, "reply")
    said = _("Đã lưu trả lời. Thư báo cho các đơn vị nêu kiến nghị đã vào hàng gửi.")
    return await _change(request, "reply", filled, {"reply": filled["reply"]}, said)


async def move(request: Request) -> Response:
    """Closed without an answer, or open again."""
    filled = await _filled(request, "state", "reason")
    said = _("Đã kết thúc theo dõi; có thể mở lại bất cứ lúc nào.") if filled["state"] == "closed" else _("Đã mở lại.")
    return await _change(request, "state", filled, {"state": filled["state"], "reason": filled["reason"]}, said)


async def _filled(request: Request, *names: str) -> dict[str, str]:
    form = await web.read_form(request)
    return {name: web.text(form, name) for name in (*names, "version")}


async def _change(
    request: Request, act: str, filled: Mapping[str, str], values: Mapping[str, object], said: str
) -> Response:
    number, who = asked.number(request, "number"), principal.staff(request.state.staff.id)
    expected = asked.whole(filled["version"])
    try:
        wanted = ledgeracts.read(values)
        await ledgeracts.change(web.settings(request), number, wanted, who, web.now(request), expected)
    except Invalid as error:
        return await _page(request, act, filled, error.problems)
    except ledgeracts.Stale as error:
        return await _page(request, act, filled, [{"field": act, "message": web.sentence(error)}], error.status)
    except ledgeracts.Merged as error:
        return web.redirect(request, f"/ledger/{number}", web.sentence(error))
    request.app.state.postroom.wake()
    return web.redirect(request, f"/ledger/{number}", said)


async def split(request: Request) -> Response:
    """Take a merging back."""
    await web.read_form(request)
    number = asked.number(request, "number")
    await ledgermerge.split(number, principal.staff(request.state.staff.id), web.now(request))
    return web.redirect(request, f"/ledger/{number}", _("Đã tách ra, theo dõi riêng như trước khi gộp."))


async def alike(request: Request) -> Response:
    """Open recommendations that look alike, to be merged or kept apart by a person."""
    return await _alike(request)


async def _alike(request: Request, problems: Sequence[Mapping[str, object]] = ()) -> Response:
    context = {
        "groups": await ledgeritem.groups(web.now(request)),
        "apart": await ledgeritem.kept_apart(),
        "problems": problems,
        "may": request.state.staff.role != "viewer",
        "listed": ledgertrail.listed,
    }
    return web.render(request, "ledger/alike.html", context, 422 if problems else 200)


async def decide(request: Request) -> Response:
    """What was chosen of a group is merged into the one that came first or the one named, or kept apart."""
    form = await web.read_form(request)
    numbers = [number for text in web.texts(form, "numbers") if (number := asked.whole(text)) is not None]
    who, now = principal.staff(request.state.staff.id), web.now(request)
    try:
        if web.text(form, "act") == "apart":
            await ledgermerge.keep_apart(numbers, who, now)
            return web.redirect(request, "/ledger/alike", _("Đã ghi nhận: các kiến nghị này không cùng nội dung."))
        lead = asked.whole(web.text(form, "lead")) or min(numbers, default=0)
        head = await ledgermerge.merge(web.settings(request), lead, numbers, who, now)
    except Invalid as error:
        return await _alike(request, error.problems)
    except ledgeracts.Merged as error:
        return web.redirect(request, "/ledger/alike", web.sentence(error))
    request.app.state.postroom.wake()
    said = _("Đã gộp vào kiến nghị số {number}. Muốn hoàn tác, bấm “Tách ra” ở từng kiến nghị bên dưới.")
    return web.redirect(request, f"/ledger/{head.number}#raised", said.format(number=head.number))


async def suggest_again(request: Request) -> Response:
    await web.read_form(request)
    who = principal.staff(request.state.staff.id)
    await ledgermerge.suggest_again(asked.number(request), who, web.now(request))
    return web.redirect(request, "/ledger/alike", _("Đã bỏ ghi nhận, hệ thống gợi ý lại."))
