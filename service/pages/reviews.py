"""The queue of reports that wait for the department's verdict, filtered, and the way from one to the next."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from service import summarywords, web, words
from service.errors import TakenByOther, WrongState
from service.flow import answersheet, claims, reviewing
from service.flow.reviewing import Queue, Waiting
from service.pages import asked, selection
from service.pages.selection import Selection
from service.words import N_, _

ORDERS = {"oldest": N_("Gửi trước"), "doubtful": N_("Nhiều điểm nhất")}
FILTERS = ("kind", "group", "q", "doubtful", "mine", "order")
PER_PAGE = 100
MOST = 2  # doubts of a report that the queue tells


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the queue as the address gives them."""

    units: Selection
    doubtful: bool = False
    mine: bool = False
    order: str = "oldest"

    @property
    def any(self) -> bool:
        return self.units.any or self.doubtful or self.mine

    def params(self) -> dict[str, str]:
        flags = {"doubtful": "1" if self.doubtful else "", "mine": "1" if self.mine else ""}
        return self.units.params() | flags | ({"order": self.order} if self.order != "oldest" else {})


def _wanted(request: Request, found: Queue) -> Wanted:
    query = request.query_params
    order = query.get("order", "")
    return Wanted(
        units=selection.read(query, [line.row for line in found.lines]),
        doubtful=query.get("doubtful") == "1",
        mine=query.get("mine") == "1",
        order=order if order in ORDERS else "oldest",
    )


def _chosen(request: Request, found: Queue, wanted: Wanted) -> list[Waiting]:
    me = request.state.staff.id
    fitting = {row.id for row in selection.chosen([line.row for line in found.lines], wanted.units)}
    lines = [
        line
        for line in found.lines
        if line.row.id in fitting and (line.doubts or not wanted.doubtful) and (not wanted.mine or line.concerns(me))
    ]
    if wanted.order == "doubtful":
        lines.sort(key=lambda line: -len(line.doubts))
    return lines


async def index(request: Request) -> Response:
    """The reports that wait for a verdict."""
    found = await reviewing.queue(asked.number(request), web.now(request))
    wanted = _wanted(request, found)
    lines = _chosen(request, found, wanted)
    pages = max(1, -(-len(lines) // PER_PAGE))
    page = min(max(asked.whole(asked.query(request, "page")) or 1, 1), pages)
    path, rows = f"/campaigns/{found.campaign.id}", [line.row for line in found.lines]
    labels = {question.name: answersheet.label(found.form, question) for question in found.form.questions()}
    context = {
        "campaign": found.campaign,
        "total": len(found.lines),
        "fitting": len(lines),
        "lines": lines[(page - 1) * PER_PAGE : page * PER_PAGE],
        "doubtful": sum(bool(line.doubts) for line in found.lines),
        "why": lambda one: f"{labels[one.question.name]}: {summarywords.doubt(one.found, one.fences, labels)}",
        "most": MOST,
        "wanted": wanted,
        "orders": [(code, _(label)) for code, label in ORDERS.items()],
        "kinds": sorted({row.kind for row in rows}),
        "groups": sorted({row.group for row in rows if row.group}, key=words.collation),
        "page": page,
        "pages": pages,
        "to": lambda page: asked.address(f"{path}/reviews", {**wanted.params(), "page": page}),
        "query": asked.address("", wanted.params()),
        "path": path,
        "me": request.state.staff.id,
        "may": request.state.staff.role != "viewer",
    }
    return web.render(request, "monitor/reviews.html", context)


def query_of(request: Request) -> str:
    """The queue's filters, kept from one report to the next."""
    return asked.address("", {name: asked.query(request, name, 200) for name in FILTERS})


async def take_next(request: Request) -> Response:
    """Take the first report of the queue that nobody has."""
    return await onward(request, "")


async def onward(request: Request, said: str, but: str = "") -> Response:
    """On to the next report of the queue as it is filtered, taken for whoever asks; to the queue when there is none."""
    number, me, now = asked.number(request), request.state.staff.id, web.now(request)
    found = await reviewing.queue(number, now)
    for line in _chosen(request, found, _wanted(request, found)):
        if line.row.code == but or (line.claim and line.claim.staff != me):
            continue
        try:
            await claims.take(number, line.row.code, me, now)
        except (TakenByOther, WrongState):
            continue  # a colleague was faster
        return web.redirect(request, f"/campaigns/{number}/reviews/{line.row.code}{query_of(request)}", said)
    done = _("Không còn báo cáo nào chờ kiểm tra theo bộ lọc này.")
    return web.redirect(request, f"/campaigns/{number}/reviews{query_of(request)}", f"{said} {done}".strip())
