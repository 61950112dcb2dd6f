"""The reminder plan of a campaign on a timeline: looked at by all, changed by staff. Nothing needs JavaScript.

Buttons that add, take out, choose a usual plan or show the dates draw the form anew and save nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from reminders import plans as planning
from reminders import steps as plan_steps
from reminders.calendar import CalendarGap
from reminders.steps import Problem, Step
from reminders.timeline import Moment, timeline, too_late
from service import mailwords, planwords, web
from service.errors import CampaignClosed
from service.flow import approvals, plans, principal
from service.flow.plans import PlanChanged, PlanFaulty, Sheet
from service.pages import asked, planform
from service.pages.planform import Row
from service.words import _


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the form with what it comes to: its moments, none while they cannot be reckoned. `in_vain`: it
    reminds of the due time after it."""

    row: Row
    step: Step | None
    moments: Sequence[Moment] = ()
    in_vain: bool = False


async def show(request: Request) -> Response:
    sheet = await plans.sheet(asked.number(request), web.now(request))
    return await _page(request, sheet, planform.of_steps(sheet.steps))


async def change(request: Request) -> Response:
    """One of the form's buttons."""
    form = await web.read_form(request)
    number, now = asked.number(request), web.now(request)
    sheet = await plans.sheet(number, now)
    rows, act = planform.of_form(form), web.text(form, "act")
    if act == "save":
        return await _save(request, sheet, rows, web.text(form, "mark"))
    seen = web.text(form, "mark")
    if act == "add":
        return await _page(request, sheet, [*rows, Row(open=True)], seen=seen, edited=True, added=True)
    if act.startswith("remove:"):
        rows = [row for place, row in enumerate(rows, start=1) if act != f"remove:{place}"]
    elif act.startswith("usual:") and act.removeprefix("usual:") in planning.USUAL:
        rows = planform.of_steps(plans.usual(act.removeprefix("usual:"), sheet.timing))
    return await _page(request, sheet, rows, problems=_problems(rows, sheet, now), seen=seen, edited=True)


async def _save(request: Request, sheet: Sheet, rows: list[Row], seen: str) -> Response:
    number, now = sheet.campaign.id, web.now(request)
    rows = _sorted(rows, sheet)
    try:
        wanted = planform.read(rows, sheet.steps)
        cancelled = await plans.save(number, wanted, seen, principal.staff(request.state.staff.id), now)
    except plan_steps.PlanError as error:
        return await _page(request, sheet, rows, problems=error.problems, seen=seen, edited=True, refused=True)
    except PlanFaulty as error:
        return await _page(request, sheet, rows, problems=error.found, seen=seen, edited=True, refused=True)
    except (PlanChanged, CampaignClosed) as error:
        return web.redirect(request, f"/campaigns/{number}/plan", web.sentence(error))
    request.app.state.postroom.replan()
    said = _("Đã lưu lịch nhắc.")
    if cancelled:
        said += " " + _("{count} thư đang chờ theo lịch cũ đã được hủy.").format(count=cancelled)
    return web.redirect(request, f"/campaigns/{number}/plan", said)


async def undo(request: Request) -> Response:
    number, form = asked.number(request), await web.read_form(request)
    change_number = asked.whole(web.text(form, "change")) or 0
    try:
        await plans.undo(number, change_number, principal.staff(request.state.staff.id), web.now(request))
    except (PlanChanged, CampaignClosed) as error:
        return web.redirect(request, f"/campaigns/{number}/plan", web.sentence(error))
    except PlanFaulty as error:
        said = _("Chưa hoàn tác được, vì lịch trước đó nay không còn hợp lệ.")
        said += " " + str(error.problems[0]["message"])
        return web.redirect(request, f"/campaigns/{number}/plan", said)
    return web.redirect(request, f"/campaigns/{number}/plan", _("Đã trả lại lịch nhắc trước đó."))


def _problems(rows: Sequence[Row], sheet: Sheet, now: datetime) -> Sequence[Problem]:
    """What saving would refuse, told while the dates are looked at."""
    found = sheet.timing
    try:
        wanted = planform.read(rows, sheet.steps)
    except plan_steps.PlanError as error:
        return error.problems
    if found.due_at is None:
        return ()
    since = now if sheet.campaign.published_at else None
    steps = planning.revised(sheet.steps, wanted, "new", since)
    return planning.faults(steps, found.due_at, found.closes_at, found.calendar, since)


async def _page(
    request: Request,
    sheet: Sheet,
    rows: Sequence[Row],
    *,
    problems: Sequence[Problem] = (),
    seen: str = "",
    edited: bool = False,
    added: bool = False,
    refused: bool = False,
) -> Response:
    rows = rows if added or problems else _sorted(rows, sheet)
    wrong = planform.wrong(problems, sheet.timing.calendar.office)
    now = web.now(request)
    lines = [_line(row, sheet) for row in planform.opened(rows, wrong)]
    candidates = await approvals.candidates()
    context = {
        "campaign": sheet.campaign,
        "sheet": sheet,
        "lines": lines,
        "places": _places(lines, sheet),
        "wrong": wrong,
        "edited": edited,
        "mark": seen or sheet.mark,
        "now": now,
        "may": request.state.staff.role != "viewer" and not _closed(sheet, now),
        "closed": _closed(sheet, now),
        "candidates": candidates,
        "approvers": {person.id: person.name for person in candidates},
        "w": mailwords,
        "pw": planwords,
        "preview_of": f"/campaigns/{sheet.campaign.id}/reminders" if sheet.campaign.published_at else "",
    }
    return web.render(request, "plan/show.html", context, 422 if refused else 200)


def _closed(sheet: Sheet, now: datetime) -> bool:
    return sheet.campaign.closes_at is not None and now > sheet.campaign.closes_at


def _line(row: Row, sheet: Sheet) -> Line:
    try:
        [step] = planform.read([row], sheet.steps)
    except plan_steps.PlanError:
        return Line(row, None)
    same = next((one for one in sheet.steps if one.id == row.id), None)
    if same is not None and replace(step, id=same.id, since=same.since) == same:
        step = same
    if sheet.timing.due_at is None:
        return Line(row, step)
    try:
        moments = timeline([step], sheet.timing.due_at, sheet.timing.calendar)
        return Line(row, step, moments, too_late(moments[0], sheet.timing.due_at))
    except CalendarGap:
        return Line(row, step)


def _sorted(rows: Sequence[Row], sheet: Sheet) -> list[Row]:
    """By date; rows without one stay where they are when any has none."""
    lines = [_line(row, sheet) for row in rows]
    if not all(line.moments for line in lines):
        return list(rows)
    return [line.row for line in sorted(lines, key=lambda line: (line.moments[0].at, line.row.to))]


def _places(lines: Sequence[Line], sheet: Sheet) -> dict[str, int]:
    """Before which line the due time and the closing stand: how many lines come first."""
    timing = sheet.timing
    return {
        name: sum(1 for line in lines if line.moments and line.moments[0].at <= at)
        for name, at in (("due", timing.due_at), ("closing", timing.closes_at))
        if at is not None
    }
