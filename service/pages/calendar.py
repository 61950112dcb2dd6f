"""The calendar's screens: a year, a day's form, a file's preview, what a change would do, and undoing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from service import calendarrows, deadlinewords, tables, web
from service.calendarrows import Entry, Refused
from service.errors import Invalid, ServiceError
from service.flow import calendarchanges, calendars, calendarsources, choices, drafts, principal
from service.flow.calendarchanges import Proposal, Wanted
from service.models import CalendarChange
from service.pages import asked, months
from service.words import N_, _, local

FIELDS = ("date", "type", "name", "source", "status", "reason")
MOVED = N_(
    "Lịch đã được người khác thay đổi trong lúc anh/chị xem, nên chưa lưu gì. Vui lòng xem lại rồi bấm lưu lần nữa."
)


async def show(request: Request) -> Response:
    return await _show(request)


async def _show(request: Request, typed: str = "", wrong: str = "") -> Response:
    """One year: months, the list of its days, office hours (as typed, and what is wrong), and the latest changes."""
    table = await calendars.table()
    calendar = table.calendar()
    year = asked.whole(request.query_params.get("year", "")) or local(web.now(request)).year
    year = min(max(year, calendarrows.FIRST_YEAR), calendarrows.LAST_YEAR)
    may = request.state.staff.role == "administrator"
    context = {
        "year": year,
        "years": sorted({*calendar.years, max(calendar.years, default=year) + 1, year}),
        "known": year in calendar.years,
        "lacking": [_(deadlinewords.HOLIDAYS[code]) for code in calendar.lacks(year)],
        "months": months.of_year(year, calendar),
        "weekdays": [_(name) for name in months.WEEKDAYS],
        "days": [entry for entry in table.days.values() if entry.date.year == year],
        "hours": str(calendar.office),
        "typed": typed,
        "wrong": wrong,
        "may": may,
        "history": await _history() if may else (),
        "campaigns": await choices.campaign_titles(),
        **_words(),
    }
    return web.render(request, "calendar/show.html", context, 422 if wrong else 200)


def _words() -> dict[str, object]:
    return {"kinds": deadlinewords.KINDS, "statuses": deadlinewords.STATUSES}


@dataclass(frozen=True, slots=True)
class Past:
    """One change in the history, with who made it, and whether it was taken back."""

    change: CalendarChange
    by: str
    lines: Sequence[calendarchanges.Change]
    undone: bool


async def _history() -> list[Past]:
    found = await calendarchanges.history()
    names = await drafts.people({change.by for change in found})
    undone = {change.undoes for change in found}
    return [Past(c, names.get(c.by, ""), calendarchanges.of_record(c), c.id in undone) for c in found]


async def day(request: Request) -> Response:
    """The form of a day: one of the table, or a new one."""
    table = await calendars.table()
    on = asked.day(request.query_params.get("date", ""))
    entry = table.days.get(on) if on else None
    filled = dict.fromkeys(FIELDS, "") | {"type": "nghi", "status": "quyet_dinh"}
    if on:
        filled["date"] = on.isoformat()
    if entry:
        filled |= {**entry.to_json(), "type": entry.kind}
    return _day(request, filled, known=entry is not None)


def _day(request: Request, filled: Mapping[str, str], known: bool, problems: Sequence[object] = ()) -> Response:
    context = {
        "t": filled,
        "known": known,
        "problems": problems,
        "wrong": {p.field: p.message for p in problems if isinstance(p, calendarrows.Wrong)},
        **_words(),
    }
    return web.render(request, "calendar/day.html", context, 422 if problems else 200)


async def propose_day(request: Request) -> Response:
    """What the day as typed would change; with anything wrong the form comes back."""
    form = await web.read_form(request)
    filled = {name: web.text(form, name) for name in FIELDS}
    known = web.text(form, "known") == "1"
    if web.text(form, "act") == "remove" and (on := asked.day(filled["date"])):
        return await _propose(request, Wanted({on: None}), filled["reason"])
    entry = calendarrows.read(filled)
    if not isinstance(entry, Entry):
        return _day(request, filled, known, entry)
    return await _propose(request, Wanted({entry.date: entry}), filled["reason"])


async def propose_hours(request: Request) -> Response:
    typed = web.text(await web.read_form(request), "hours")
    try:
        wanted = Wanted(hours=calendarsources.read_hours(typed))
    except Invalid as error:
        return await _show(request, typed, web.sentence(error))
    return await _propose(request, wanted)


async def propose_estimates(request: Request) -> Response:
    """The public holidays that a year is expected to have."""
    year = asked.whole(web.text(await web.read_form(request), "year")) or 0
    if not calendarrows.FIRST_YEAR <= year <= calendarrows.LAST_YEAR:
        return web.redirect(request, "/calendar", _("Năm chưa đúng. Vui lòng chọn lại."))
    wanted = await calendarsources.estimated(year)
    reason = _("Lấy ngày lễ dự kiến của năm {year}").format(year=year)
    return await _propose(request, wanted, reason)


async def choose(request: Request) -> Response:
    return _choose(request)


def _choose(request: Request, problem: str = "") -> Response:
    context = {"problem": problem, "megabytes": tables.MAX_BYTES // 1024 // 1024, "columns": calendarrows.NEEDED}
    return web.render(request, "calendar/import.html", context, 422 if problem else 200)


async def propose_file(request: Request) -> Response:
    given = await web.upload(await web.read_form(request), "file")
    if given is None:
        return _choose(request, _("Vui lòng chọn tệp Excel (.xlsx) hoặc CSV."))
    try:
        wanted, refused = await calendarsources.from_file(given[1])
    except Invalid as error:
        return _choose(request, web.sentence(error))
    return await _propose(request, wanted, refused=refused)


async def propose_undo(request: Request) -> Response:
    number = min(asked.whole(web.text(await web.read_form(request), "change")) or 0, asked.MAX_ID)
    try:
        wanted = await calendarchanges.undoing(number)
    except (calendarchanges.AlreadyUndone, calendarchanges.ChangedSince) as error:
        return web.redirect(request, "/calendar#history", _(error.message))
    reason = _("Hoàn tác thay đổi số {number}").format(number=number)
    return await _propose(request, wanted, reason, undoes=number)


async def _propose(
    request: Request,
    wanted: Wanted,
    reason: str = "",
    *,
    refused: Sequence[Refused] = (),
    undoes: int | None = None,
    problem: str = "",
) -> Response:
    found = await calendarchanges.propose(wanted, web.now(request))
    return _proposal(request, found, reason, refused=refused, undoes=undoes, problem=problem)


def _proposal(
    request: Request,
    found: Proposal,
    reason: str,
    *,
    refused: Sequence[Refused] = (),
    undoes: int | None = None,
    problem: str = "",
) -> Response:
    context = {
        "found": found,
        "refused": refused,
        "reason": reason,
        "undoes": undoes,
        "problem": problem,
        "year": _year(found),
        **_words(),
    }
    return web.render(request, "calendar/proposal.html", context, 422 if problem else 200)


def _year(found: Proposal) -> int | None:
    """The year to go back to: that of the first day that changes."""
    days = [change.date for change in found.changes if change.date] or list(found.wanted.days)
    first: date | None = min(days, default=None)
    return first.year if first else None


async def apply(request: Request) -> Response:
    """Carry out what was shown."""
    form, now = await web.read_form(request), web.now(request)
    wanted = calendarsources.wanted_of(web.text(form, "wanted"))
    reason, undoes = web.text(form, "reason"), asked.whole(web.text(form, "undoes"))
    who = principal.staff(request.state.staff.id)
    try:
        found, change = await calendarchanges.apply(wanted, reason, web.text(form, "digest"), who, now, undoes)
    except Invalid as error:
        return await _propose(request, wanted, reason, undoes=undoes, problem=web.sentence(error))
    except ServiceError as error:
        return web.redirect(request, "/calendar#history", web.sentence(error))
    if change is None:
        return _proposal(request, found, reason, undoes=undoes, problem=_(MOVED))
    said = _("Đã lưu thay đổi lịch.")
    if found.touched:
        text = _("{said} {count} đợt khảo sát đang chạy có liên quan; hạn đã chốt của các đợt đó không đổi.")
        said = text.format(said=said, count=len(found.touched))
    year = _year(found)
    return web.redirect(request, f"/calendar?year={year}" if year else "/calendar", said)
