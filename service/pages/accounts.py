"""Log-in, log-out, and the one-time set-up of a password."""

from starlette.requests import Request
from starlette.responses import Response

from service import web
from service.errors import Invalid, LoginNeeded, TooManyTries
from service.flow import accounts
from service.words import _


async def login(request: Request) -> Response:
    return web.render(request, "login.html", {"problem": "", "username": ""})


async def log_in(request: Request) -> Response:
    form = await web.read_form(request)
    username = web.text(form, "username")
    password = web.verbatim(form, "password")
    address = request.client.host if request.client else ""
    try:
        _staff, token = await accounts.log_in(username, password, address, web.now(request))
    except LoginNeeded:
        problem, status = _(accounts.WRONG), 422
    except TooManyTries as error:
        problem, status = _(error.message), error.status
    else:
        return _entered(request, token)
    return web.render(request, "login.html", {"problem": problem, "username": username}, status)


def _entered(request: Request, token: str, said: str = "") -> Response:
    response = web.redirect(request, "/", said)
    web.set_cookie(request, response, web.STAFF_COOKIE, token, int(accounts.SESSION.total_seconds()))
    return response


async def log_out(request: Request) -> Response:
    await accounts.log_out(request.state.session_token, web.now(request))
    response = web.redirect(request, "/login", _("Đã đăng xuất."))
    response.delete_cookie(web.STAFF_COOKIE)
    return response


async def set_up(request: Request) -> Response:
    """The page of a set-up link. Opening it changes nothing."""
    link = await accounts.of_set_up_link(request.path_params["token"], web.now(request))
    return web.render(request, "setup.html", {"person": link.staff, "problem": ""})


async def choose_password(request: Request) -> Response:
    form = await web.read_form(request)
    now, token = web.now(request), request.path_params["token"]
    password, again = web.verbatim(form, "password"), web.verbatim(form, "again")
    try:
        staff = await accounts.choose_password(token, password, again, now)
    except Invalid as error:
        link = await accounts.of_set_up_link(token, now)
        problem = error.problems[0]["message"]
        return web.render(request, "setup.html", {"person": link.staff, "problem": problem}, 422)
    session = await accounts.start_session(staff, now)
    return _entered(request, session, _("Đã đặt mật khẩu. Anh/chị đang đăng nhập."))
