"""Periodic surveys: the list, a series with its rounds side by side, beginning one from a campaign, changing it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from reminders import periods
from service import deadlinewords, life, mailwords, periodwords, web
from service.errors import Invalid
from service.flow import calendars, campaigns, drafts, overview, principal, rounds, series
from service.models import Campaign, Series
from service.pages import asked, drawing
from service.pages.campaigns import PHASES
from service.words import N_, _, number, percent

FIELDS = ("title", "every", "days", "kind", "close_days", "ahead")
DONE = {
    "active": N_("Khảo sát định kỳ hoạt động trở lại."),
    "paused": N_("Đã tạm dừng khảo sát định kỳ."),
    "ended": N_("Đã kết thúc khảo sát định kỳ."),
}
UNSURE = N_("Vui lòng đánh dấu xác nhận trước khi tiếp tục.")
Problem = Mapping[str, object]


async def index(request: Request) -> Response:
    """All series, the running ones first."""
    found = await Series.all().order_by("id")
    ordered = sorted(found, key=lambda one: list(series.MOVES).index(one.state))
    context = {"series": [(one, await rounds.show(one, web.now(request))) for one in ordered], "pw": periodwords}
    return web.render(request, "series/list.html", context)


async def of_campaign(request: Request) -> Response:
    """The series that a campaign belongs to, or the form that makes it the first round of one."""
    campaign = await campaigns.get(asked.number(request))
    if found := await series.of_campaign(campaign.id):
        return web.redirect(request, f"/series/{found}")
    return await _start(request, campaign, await _guessed(campaign))


async def start(request: Request) -> Response:
    campaign = await campaigns.get(asked.number(request))
    form = await web.read_form(request)
    who = principal.staff(request.state.staff.id)
    try:
        found = await series.start(campaign.id, series.read(_values(form)), who, web.now(request))
    except Invalid as error:
        return await _start(request, campaign, _values(form), error.problems)
    except series.AlreadyInSeries:
        return web.redirect(request, f"/campaigns/{campaign.id}/series")
    return web.redirect(request, f"/series/{found.id}", _("Đã tạo khảo sát định kỳ."))


async def _start(
    request: Request, campaign: Campaign, t: Mapping[str, str], problems: Sequence[Problem] = ()
) -> Response:
    found = {every: periodwords.name(series.first_period(campaign, every)) for every in periods.MONTHS}
    context = {"campaign": campaign, "t": t, "periods": found, "pw": periodwords, "problems": problems}
    return web.render(request, "series/start.html", context, 422 if problems else 200)


def _values(form: FormData) -> dict[str, str]:
    return {name: web.text(form, name) for name in FIELDS}


async def _guessed(campaign: Campaign) -> dict[str, str]:
    """What a campaign suggests: its title without the period, its own days from opening to due."""
    days, kind = campaign.due_days, campaign.due_kind
    if days is None and campaign.due_at is not None:
        begin = campaign.period_to or campaign.published_at or campaign.created_at
        working = (await calendars.current()).working_days_between(begin, campaign.due_at)
        days, kind = Decimal(max(1, working)), "working_day"
    return {
        "title": campaign.title.rpartition(" (")[0] if campaign.title.endswith(")") else campaign.title,
        "every": "month",
        "days": number(days.normalize()) if days else "",
        "kind": kind or "working_day",
        "close_days": "",
        "ahead": str(series.AHEAD),
    }


async def show(request: Request) -> Response:
    return await _page(request, await series.get(asked.number(request)))


async def _page(
    request: Request, found: Series, t: Mapping[str, str] | None = None, problems: Sequence[Problem] = ()
) -> Response:
    now = web.now(request)
    shown = await rounds.show(found, now)
    lines = [line for line in reversed(shown.lines) if line.rate is not None]
    context = {
        "series": found,
        "shown": shown,
        "may": request.state.staff.role != "viewer" and found.state != "ended",
        "moves": series.MOVES[found.state],
        "phases": {line.round.id: PHASES[overview.phase(line.round.campaign, now)] for line in shown.lines},
        "chart": drawing.trend([(periodwords.short(line.period), _shares(line.rate)) for line in lines if line.rate]),
        "said_of": [(periodwords.name(line.period), _of(line.rate)) for line in lines if line.rate],
        "waits": shown.lines[0].rate is None,
        "approver": (await drafts.people({found.approved_by}))[found.approved_by] if found.approved_by else "",
        "counted": deadlinewords.lines,
        "pw": periodwords,
        "w": mailwords,
        "t": t or _terms(found),
        "problems": problems,
    }
    return web.render(request, "series/show.html", context, 422 if problems else 200)


def _shares(rate: life.Rate) -> tuple[float, float]:
    """Responded and on time, of expected."""
    of = rate.expected or 1
    return rate.responded / of, rate.on_time_original / of


def _of(rate: life.Rate) -> str:
    return f"{number(rate.responded)}/{number(rate.expected)} ({percent(rate.responded, rate.expected)})"


def _terms(found: Series) -> dict[str, str]:
    return {
        "title": found.title,
        "every": found.every,
        "days": number(found.due_days.normalize()),
        "kind": found.due_kind,
        "close_days": "" if found.close_days is None else str(found.close_days),
        "ahead": str(found.ahead),
    }


async def change(request: Request) -> Response:
    """Other terms; with anything wrong the form comes back with all that was typed."""
    found, form = await series.get(asked.number(request)), await web.read_form(request)
    t = _values(form) | {"every": found.every}
    try:
        terms = series.read(t)
        if not web.text(form, "confirm"):
            raise Invalid([{"field": "confirm_change", "message": _(UNSURE)}])
        await series.change(found.id, terms, principal.staff(request.state.staff.id), web.now(request))
    except Invalid as error:
        return await _page(request, found, t, error.problems)
    return web.redirect(request, f"/series/{found.id}", _("Đã sửa; áp dụng từ kỳ chuẩn bị tiếp theo."))


async def move(request: Request) -> Response:
    """Pause, go on or end."""
    found, form = await series.get(asked.number(request)), await web.read_form(request)
    state = web.text(form, "state")
    if not web.text(form, "confirm"):
        return await _page(request, found, problems=[{"field": f"confirm_{state}", "message": _(UNSURE)}])
    await series.move(found.id, state, principal.staff(request.state.staff.id), web.now(request))
    return web.redirect(request, f"/series/{found.id}", _(DONE[state]))


async def automatic(request: Request) -> Response:
    """Whether rounds go out by themselves."""
    found, form = await series.get(asked.number(request)), await web.read_form(request)
    wanted = web.text(form, "automatic") == "on"
    if wanted and not web.text(form, "confirm"):
        return await _page(request, found, problems=[{"field": "confirm_automatic", "message": _(UNSURE)}])
    await series.approve(found.id, wanted, principal.staff(request.state.staff.id), web.now(request))
    said = _("Các kỳ sau sẽ tự phát hành.") if wanted else _("Các kỳ sau chờ chuyên viên phát hành.")
    return web.redirect(request, f"/series/{found.id}", said)


async def prepare(request: Request) -> Response:
    """The next round now."""
    found = await series.get(asked.number(request))
    try:
        made = await rounds.prepare(found.id, principal.staff(request.state.staff.id), web.now(request))
    except Invalid as error:
        return await _page(request, found, problems=[{"field": "next", **problem} for problem in error.problems])
    return web.redirect(request, f"/campaigns/{made.campaign_id}/review", _("Đã chuẩn bị kỳ tiếp theo."))
