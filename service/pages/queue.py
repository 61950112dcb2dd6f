"""Steering the queue of mail: try again or stop, one message or all of a filter, which is confirmed first."""

from starlette.requests import Request
from starlette.responses import Response

from service import mailwords, web
from service.errors import NotFound
from service.flow import principal, queue
from service.flow.correspondence import Wanted
from service.flow.queue import Act
from service.pages import asked
from service.pages.mail import wanted_of
from service.words import N_, _, number

DONE: dict[Act, str] = {
    "retry": N_("Đã đưa {count} thư trở lại hàng chờ."),
    "stop": N_("Đã dừng {count} thư."),
}


def _act(text: str) -> Act:
    if text == "retry":
        return "retry"
    if text == "stop":
        return "stop"
    raise NotFound()


def address(wanted: Wanted) -> str:
    return asked.address("/messages", wanted.params())


async def confirm(request: Request) -> Response:
    """What an act on all messages of a filter would change."""
    act, wanted, upto = _act(asked.query(request, "act")), wanted_of(request.query_params), await queue.newest()
    context = {
        "act": act,
        "wanted": wanted,
        "upto": upto,
        "tally": await queue.of_filter(act, wanted, upto),
        "back": address(wanted),
        "w": mailwords,
    }
    return web.render(request, "mail/act.html", context)


async def on_filter(request: Request) -> Response:
    form = await web.read_form(request)
    act, wanted = _act(web.text(form, "act")), wanted_of({name: str(value) for name, value in web.pairs(form)})
    upto = asked.whole(web.text(form, "upto")) or 0
    who = principal.staff(request.state.staff.id)
    count = await queue.on_filter(act, wanted, upto, who, web.now(request))
    request.app.state.postroom.wake()
    return web.redirect(request, address(wanted), _(DONE[act]).format(count=number(count)))


async def on_one(request: Request) -> Response:
    form, message = await web.read_form(request), asked.number(request)
    act = _act(web.text(form, "act"))
    try:
        await queue.on_one(act, message, principal.staff(request.state.staff.id), web.now(request))
    except queue.NotInQueue as error:
        return web.redirect(request, f"/messages/{message}", web.sentence(error))
    request.app.state.postroom.wake()
    return web.redirect(request, f"/messages/{message}", _(DONE[act]).format(count=1))
