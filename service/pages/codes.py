"""The other way in: the public page where a unit is chosen and a one-time code asked for, typed and used.

GET changes nothing. What is answered, and how fast, does not depend on whether an address is registered.
"""

from datetime import datetime

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from service import codewords, web
from service.errors import CodeOver, TooManyTries
from service.flow import choices, codes, entry, unitsearch
from service.models import EntryCode
from service.pages import asked as queries
from service.roster import people
from service.security import CODE_DIGITS
from service.words import N_, _

LISTED = 500  # units that a page offers to choose from as one types; of more it would be too long
COOKIE_AGE = codes.VALID + codes.CHOOSING
NO_UNIT = N_(
    "Không tìm thấy đơn vị “{text}”. Vui lòng ghi tên xã, phường, đặc khu (có dấu hoặc không dấu) hoặc mã 5 số."
)
Problems = dict[str, str]


async def show(request: Request) -> Response:
    return await _ask(request, {}, {})


async def ask(request: Request) -> Response:
    """Write the request down and go on to the page for the code; whether a mail goes is decided afterwards."""
    form = await web.read_form(request)
    given = {name: queries.plain(web.text(form, name))[:254] for name in ("search", "searched", "unit", "email")}
    chosen = given["unit"] if given["search"] == given["searched"] else ""
    found = await unitsearch.find(chosen or given["search"])
    problems: Problems = {}
    if found.unit is None:
        problems["search"] = _unit_problem(given["search"], found)
    try:
        address = people.parsed(given["email"])
    except people.Refused as error:
        address, problems["email"] = "", str(error) if given["email"] else _("Vui lòng ghi thư điện tử đã đăng ký.")
    if found.unit is None or problems:
        return await _ask(request, given, problems, found)
    now = web.now(request)
    try:
        token = await codes.ask(found.unit, address, _network(request), now)
    except TooManyTries as error:
        return await _ask(request, given, {"email": _(error.message)}, found, error.status)
    response = web.redirect(request, "/vao/ma")
    web.set_cookie(request, response, web.ENTRY_COOKIE, token, int(COOKIE_AGE.total_seconds()))
    response.background = BackgroundTask(_deliver, request, token, now)
    return response


async def _deliver(request: Request, token: str, now: datetime) -> None:
    if await codes.deliver(web.settings(request), token, now):
        request.app.state.postroom.wake()


def _unit_problem(text: str, found: unitsearch.Found) -> str:
    if not text:
        return _("Vui lòng ghi tên hoặc mã đơn vị.")
    if not found.others:
        return _(NO_UNIT).format(text=text)
    return _("Vui lòng chọn đúng đơn vị trong danh sách dưới đây.")


async def _ask(
    request: Request,
    given: dict[str, str],
    problems: Problems,
    found: unitsearch.Found | None = None,
    status: int = 422,
) -> Response:
    known = await choices.units()
    held = request.cookies.get(web.UNIT_COOKIE, "")
    context = {
        "given": {"search": "", "unit": "", "email": ""} | given,
        "problems": {"search": "", "email": ""} | problems,
        "wrong": bool(problems),
        "found": found or unitsearch.Found(),
        "units": known if len(known) <= LISTED else (),
        "inside": await entry.of_session(held, web.now(request)) if held else None,
    }
    return web.render(request, "codes/ask.html", context, status if problems else 200)


async def code(request: Request) -> Response:
    row = await codes.asked(_token(request))
    if row is None:
        return web.redirect(request, "/vao")
    if codes.was_right(row, web.now(request)):
        return web.redirect(request, "/vao/phieu")
    return _code(request, row)


async def check(request: Request) -> Response:
    form, now = await web.read_form(request), web.now(request)
    row = await codes.asked(_token(request))
    if row is None:
        return web.redirect(request, "/vao", _("Vui lòng xin mã mới trên máy này."))
    if codes.was_right(row, now):  # the button was pressed twice
        return await _choose(request, row)
    typed = codewords.digits(web.text(form, "code"))
    if typed is None:
        problem = _("Mã gồm {count} chữ số. Vui lòng nhập lại.").format(count=CODE_DIGITS)
        return _code(request, row, problem if codes.waits(row, now) else "", 422)
    try:
        left = await codes.check(web.settings(request), _token(request), typed, now)
    except CodeOver as error:
        return _code(request, await codes.asked(_token(request)) or row, status=error.status)
    if left is None:
        return await _choose(request, row)
    words = _("Mã chưa đúng. Còn {left} lần thử.") if left else ""
    row.tries = codes.TRIES - left
    return _code(request, row, words.format(left=left), 422)


def _code(request: Request, row: EntryCode, problem: str = "", status: int = 200) -> Response:
    context = {
        "row": row,
        "waits": codes.waits(row, web.now(request)),
        "spent": row.tries >= codes.TRIES,
        "problem": problem,
        "minutes": int(codes.VALID.total_seconds()) // 60,
        "digits": CODE_DIGITS,
    }
    return web.render(request, "codes/code.html", context, status)


async def _choose(request: Request, row: EntryCode) -> Response:
    """Straight in where there is only one survey to answer."""
    found = await codes.offers(row, web.now(request))
    if len(found.open) == 1:
        return await _entered(request, found.open[0].invitation.campaign_id)
    return web.redirect(request, "/vao/phieu")


async def surveys(request: Request) -> Response:
    row, now = await codes.asked(_token(request)), web.now(request)
    if row is None or not codes.was_right(row, now):
        return web.redirect(request, "/vao", _("Vui lòng xin mã mới để vào phiếu."))
    context = {"unit": row.unit, "offers": await codes.offers(row, now), "now": now}
    return web.render(request, "codes/surveys.html", context)


async def enter(request: Request) -> Response:
    return await _entered(request, queries.number(request, "campaign"))


async def _entered(request: Request, campaign: int) -> Response:
    session = await codes.enter(_token(request), campaign, _network(request), web.now(request))
    response = web.redirect(request, f"/u/{campaign}")
    web.set_cookie(request, response, web.UNIT_COOKIE, session, int(entry.SESSION.total_seconds()))
    return response


def _token(request: Request) -> str:
    return request.cookies.get(web.ENTRY_COOKIE, "")


def _network(request: Request) -> str:
    return request.client.host if request.client else ""
