"""Recommendations over the API: the ledger with its filters, and what staff do with one."""

from starlette.requests import Request
from starlette.responses import Response

from forms.values import clean
from service import ledgerwords, web
from service.api import reply
from service.errors import Invalid
from service.flow import ledger, ledgeracts, ledgeritem, ledgermerge
from service.flow.ledger import RELATED, Line, Wanted
from service.words import _

FLAGS = {"": False, "false": False, "true": True}
CHANGES = (*ledgeracts.FIELDS, "into", "version")


async def index(request: Request) -> Response:
    """Recommendations that lead, by number; what was merged into one is told by it."""
    wanted, now = _wanted(request), web.now(request)
    start, limit = reply.window(request)
    rows = (await ledger.chosen(wanted, now)).order_by("number").offset(start).limit(limit + 1)
    found = await rows.select_related(*RELATED)
    replies = await ledgeritem.latest_replies(found)
    lines = await ledger.lines(found, now, wanted.campaign)
    return reply.listed(lines, start, limit, lambda line: _shape(line, replies.get(line.item.id)))


def _wanted(request: Request) -> Wanted:
    """Raises Invalid for a code or flag that does not exist."""
    given = {name: clean(request.query_params.get(name, "")) for name in ("state", "level", "overdue")}
    allowed = {"state": ("", *ledgerwords.STATES), "level": ("", *ledgerwords.LEVELS), "overdue": tuple(FLAGS)}
    wrong = [name for name, value in given.items() if value not in allowed[name]]
    if wrong:
        message = _("Giá trị không hợp lệ. Có thể dùng: {names}.")
        raise Invalid(
            [{"field": name, "message": message.format(names=", ".join(filter(None, allowed[name])))} for name in wrong]
        )
    texts = {
        name: clean(request.query_params.get(name, "")).strip()[:500] for name in ("unit", "field", "authority", "q")
    }
    return Wanted(
        campaign=reply.whole(request, "campaign"),
        staff=reply.whole(request, "staff"),
        unit=texts["unit"],
        field=texts["field"],
        authority=texts["authority"],
        text=texts["q"][:100],
        state=given["state"],
        level=given["level"],
        overdue=FLAGS[given["overdue"]],
    )


def _shape(line: Line, text: str | None) -> dict[str, object]:
    item = line.item
    return {
        "number": item.number,
        "version": item.version,
        "state": item.state,
        "units": [{"code": code, "full_name": name} for code, name in line.units],
        "campaign": item.invitation.campaign_id,
        "carried": line.carried,
        "field": item.field or None,
        "matter": item.matter,
        "proposal": item.proposal or None,
        "authority": item.authority or None,
        "others": [{"label": label, "value": value} for label, value in item.others],
        "level": item.level or None,
        "staff": item.staff_id,
        "due_at": item.due_at,
        "overdue": line.overdue,
        "reply": text,
        "replies": item.replies,
        "answered_at": item.answered_at,
        "created_at": item.created_at,
    }


async def change(request: Request) -> Response:
    """Assign, set a due time, answer, close, open again, merge into another (`into`) or take that back (null)."""
    values = await reply.body(request)
    unknown = sorted(values.keys() - set(CHANGES))
    if unknown:
        raise Invalid([{"field": name, "message": _("Không có mục này.")} for name in unknown])
    number, who, now, settings = (
        request.path_params["number"],
        reply.who(request),
        web.now(request),
        web.settings(request),
    )
    wanted = ledgeracts.read({name: value for name, value in values.items() if name in ledgeracts.FIELDS})
    version, into = (_whole(values, name) for name in ("version", "into"))
    if wanted.given and "into" in values:
        message = _("Gộp hoặc tách là một việc riêng. Vui lòng gửi hai lần.")
        raise Invalid([{"field": "into", "message": message}])
    if into is not None:
        await ledgermerge.merge(settings, into, [number], who, now)
    elif "into" in values:
        await ledgermerge.split(number, who, now)
    else:
        await ledgeracts.change(settings, number, wanted, who, now, version)
    request.app.state.postroom.wake()
    item = await ledgeritem.get(into or number)
    (line,) = await ledger.lines([item], now)
    return reply.reply(_shape(line, (await ledgeritem.latest_replies([item])).get(item.id)))


def _whole(values: dict[str, object], name: str) -> int | None:
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise Invalid([{"field": name, "message": _("Giá trị phải là số nguyên từ {least} trở lên.").format(least=1)}])
    return value
