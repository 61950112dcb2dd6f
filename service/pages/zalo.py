"""The text to paste into a chat group, for the units that staff choose."""

from starlette.requests import Request
from starlette.responses import Response

from service import chatwords, planwords, web, words
from service.flow import channels, overview
from service.pages import asked, selection
from service.words import _


async def show(request: Request) -> Response:
    """The choice of units, the text about them, and its length."""
    now = web.now(request)
    campaign, rows = await channels.owing(asked.number(request), now)
    by = asked.query(request, "by")
    begun = by in chatwords.GROUPINGS  # the form was sent: nothing ticked means nobody
    groups = [group for group in request.query_params.getlist("states") if group in planwords.GROUPS]
    groups = groups if begun else list(planwords.GROUPS)
    wanted = selection.read(request.query_params, rows)
    chosen = selection.chosen(rows, wanted)
    states = frozenset().union(*(planwords.GROUPS[group] for group in groups))
    by = by if begun else "group"
    text = await channels.chat_text(web.settings(request), campaign, chosen, states, by, now)
    context = {
        "campaign": campaign,
        "closed": overview.phase(campaign, now) == "closed",
        "total": len(rows),
        "text": text,
        "by": by,
        "groupings": chatwords.GROUPINGS,
        "states": planwords.GROUPS,
        "state_names": planwords.GROUP_NAMES,
        "ticked": groups,
        "problem": "" if groups else _("Vui lòng chọn ít nhất một nhóm đơn vị."),
        "wanted": wanted,
        "kinds": sorted({row.kind for row in rows}),
        "groups": sorted({row.group for row in rows if row.group}, key=words.collation),
        "path": f"/campaigns/{campaign.id}",
    }
    return web.render(request, "calls/zalo.html", context, 200 if groups else 422)
