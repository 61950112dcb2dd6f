"""What the department's gateway was told and is to be told: status, content, answers, sending again."""

import json

from starlette.requests import Request
from starlette.responses import Response

from service import hookwords, mailwords, web
from service.flow import hooks, principal
from service.pages import asked
from service.words import _, number


async def index(request: Request) -> Response:
    state = asked.query(request, "state")
    state = state if state in hooks.STATES else ""
    found = await hooks.listing(state, asked.whole(asked.query(request, "page")) or 1)
    target = web.settings(request).webhook
    tabs = [("", _("Tất cả"), sum(found.tally.values()))]
    tabs += [(code, _(label), found.tally.get(code, 0)) for code, label in hookwords.STATES.items()]
    context = {
        "found": found,
        "state": state,
        "tabs": tabs,
        "target": str(target) if target else "",
        "failed": found.tally.get("failed", 0),
        "page_link": lambda page: asked.address("/webhooks", {"state": state, "page": page if page > 1 else None}),
        "hw": hookwords,
        "w": mailwords,
    }
    return web.render(request, "webhooks/list.html", context)


async def show(request: Request) -> Response:
    hook, attempts = await hooks.one(asked.number(request))
    body = json.dumps(json.loads(hook.body), ensure_ascii=False, indent=2) if hook.body else ""
    context = {
        "hook": hook,
        "attempts": attempts,
        "body": body,
        "again": hook.state in hooks.RETRIED,
        "hw": hookwords,
        "w": mailwords,
    }
    return web.render(request, "webhooks/one.html", context)


async def retry(request: Request) -> Response:
    hook = asked.number(request)
    try:
        await hooks.retry(hook, principal.staff(request.state.staff.id), web.now(request))
    except hooks.NotRetried as error:
        return web.redirect(request, f"/webhooks/{hook}", web.sentence(error))
    request.app.state.postroom.wake()
    return web.redirect(request, f"/webhooks/{hook}", _("Đã đưa trở lại hàng chờ."))


async def retry_all(request: Request) -> Response:
    count = await hooks.retry(None, principal.staff(request.state.staff.id), web.now(request))
    request.app.state.postroom.wake()
    return web.redirect(request, "/webhooks", _("Đã đưa {count} tin trở lại hàng chờ.").format(count=number(count)))
