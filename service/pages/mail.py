"""Mail as staff look at it: the dry run of reminders, the record of messages, the local mailbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from starlette.requests import Request
from starlette.responses import Response

from reminders import returns
from reminders.calendar import CalendarGap
from reminders.plan import Notice, Skipped
from reminders.steps import AUDIENCES, FURTHER_UP, Audience
from service import mailwords, web, words
from service.errors import NotFound
from service.flow import campaigns, choices, correspondence, inbox, queue
from service.flow.correspondence import Wanted
from service.pages import asked
from service.words import N_, _, collation

MALFORMED = N_("Thời điểm “{text}” chưa đúng. Vui lòng nhập ngày và giờ, ví dụ 18/7/2025 08:00.")
NO_TABLE = N_("Chưa có lịch nghỉ lễ năm {year} nên chưa tính được lịch nhắc. Vui lòng bổ sung lịch.")


async def reminders(request: Request) -> Response:
    """Who would be mailed at a moment, with the text, and why not the others."""
    campaign = await campaigns.published(asked.number(request))
    now = web.now(request)
    typed = f"{asked.query(request, 'at')} {asked.query(request, 'time')}".strip()
    at = asked.moment(typed, time(8, 0)) if typed else now
    context = {
        "campaign": campaign,
        "path": f"/campaigns/{campaign.id}/reminders",
        "w": mailwords,
        "problem": "",
        "at": at or now,
        "now": now,
        "given": typed,
        "on": words.local(at or now).date().isoformat(),
        "clock": f"{words.local(at or now):%H:%M}",
        "run": None,
        "q": "",
    }
    if at is None:
        context["problem"] = _(MALFORMED).format(text=typed[:40])
        return web.render(request, "mail/reminders.html", context, 422)
    try:
        run = await correspondence.dry_run(campaign, at)
    except CalendarGap as gap:
        context["problem"] = _(NO_TABLE).format(year=gap.year)
        return web.render(request, "mail/reminders.html", context, 422)
    wanted = words.fold(asked.query(request, "q"))
    listed = [notice for notice in run.notices if _fits(run, notice.pending.unit, wanted)]
    shown = _asked_for(listed, asked.query(request, "show", 400))
    subject, text = "", ""
    if shown:
        subject, text = await correspondence.text_of(web.settings(request), shown, run.together, at)
    context |= {
        "run": run,
        "q": asked.query(request, "q"),
        "listed": listed,
        "refused": await correspondence.refused_before(listed),
        "reasons": _by_reason(run, wanted),
        "shown": shown,
        "subject": subject,
        "text": text,
        "units": len({notice.pending.unit for notice in run.notices}),
    }
    return web.render(request, "mail/reminders.html", context)


def _fits(run: correspondence.DryRun, unit: str, wanted: str) -> bool:
    """Whether a unit is one of those looked for, by a part of its name without accents, or by its code."""
    return wanted in words.fold(run.names.get(unit, "")) or wanted == unit


def _asked_for(notices: Sequence[Notice], key: str) -> Notice | None:
    """The notice whose text is wanted, else the first."""
    return next((notice for notice in notices if notice.key == key), notices[0] if notices else None)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing goes to these units: to anybody there, or to their leaders."""

    anchor: str
    words: str
    rows: Sequence[Skipped]


def _by_reason(run: correspondence.DryRun, wanted: str = "") -> list[Reason]:
    """The skipped that are looked for by reason, the most frequent first; what concerns leaders stands apart, last."""
    found: dict[tuple[int, str], list[Skipped]] = {}
    rows = [skipped for skipped in run.skipped if _fits(run, skipped.pending.unit, wanted)]
    for skipped in sorted(rows, key=lambda s: collation(run.names.get(s.pending.unit, ""))):
        audience = skipped.step.to if skipped.step is not None else "official"
        found.setdefault((AUDIENCES.index(audience), skipped.reason), []).append(skipped)
    order = sorted(found.items(), key=lambda item: (item[0][0], -len(item[1])))
    return [
        Reason(f"not-{AUDIENCES[place]}-{code}", _why(AUDIENCES[place], code, rows, run.approvers), rows)
        for (place, code), rows in order
    ]


def _why(audience: Audience, code: str, rows: Sequence[Skipped], approvers: Mapping[str, str]) -> str:
    """Why nothing goes to that audience of these units; what waits for approval says whose."""
    said = mailwords.of(mailwords.REASONS, code)
    names = {approvers.get(row.step.id, "") for row in rows if row.step}
    if code == "waiting_approval" and any(names):
        said = _("{reason} (người duyệt: {names})").format(reason=said, names=", ".join(sorted(filter(None, names))))
    if audience == "official":
        return said
    if code == "no_address":
        said = _("Chưa có địa chỉ thư; thêm ở trang của đơn vị, mục Đầu mối và lãnh đạo")
    if code == "no_address" and audience in FURTHER_UP:
        rank = mailwords.of(mailwords.AUDIENCES, audience)
        said = _("{reason}, là lãnh đạo có chức vụ ghi {rank}").format(reason=said, rank=rank)
    return _("Thư cho {who}: {reason}").format(who=mailwords.of(mailwords.AUDIENCES, audience), reason=said)


def wanted_of(params: Mapping[str, str]) -> Wanted:
    """The filter of an address or a form. A code that means nothing is left out."""
    state, kind = params.get("state", ""), params.get("kind", "")
    return Wanted(
        campaign=asked.whole(params.get("campaign", "")),
        unit=asked.plain(params.get("unit", ""))[:20],
        state=state if state in mailwords.MESSAGE_STATES else "",
        kind=kind if kind in mailwords.KINDS else "",
        text=asked.plain(params.get("q", ""))[:100],
    )


async def messages(request: Request) -> Response:
    """The queue and the record of mail, the newest first, with how many there are in each state."""
    wanted = wanted_of(request.query_params)
    found = await correspondence.listing(wanted, asked.whole(asked.query(request, "page")) or 1)
    params, tally = wanted.params(), await queue.tally(wanted)
    acts = [act for act, states in queue.FITTING.items() if _count(tally, wanted, states)]
    context = {
        "found": found,
        "wanted": wanted,
        "campaigns": await choices.published_titles(),
        "w": mailwords,
        "page_link": lambda page: asked.address("/messages", {**params, "page": page if page > 1 else None}),
        "any": bool(params),
        "tabs": [
            (code, label, tally.get(code), asked.address("/messages", {**params, "state": code}))
            for code, label in [("", _("Tất cả")), *((c, _(t)) for c, t in mailwords.MESSAGE_STATES.items())]
        ],
        "tally": tally.get(wanted.state, queue.Tally(0, 0)),
        "dead": len(await returns.dead()),
        "inbox_problem": await inbox.problem() if web.settings(request).imap_url else "",
        "acts": [(act, asked.address("/messages/act", {**params, "act": act})) for act in acts],
    }
    return web.render(request, "mail/messages.html", context)


def _count(tally: Mapping[str, queue.Tally], wanted: Wanted, states: Sequence[str]) -> int:
    """How many messages of the filter are in these states."""
    return sum(tally[code].messages for code in states if code in tally and wanted.state in ("", code))


async def message(request: Request) -> Response:
    found = await correspondence.message(web.settings(request), asked.number(request), web.now(request))
    acts = [act for act, states in queue.FITTING.items() if found.message.state in states]
    context = {"found": found, "message": found.message, "w": mailwords, "acts": acts}
    return web.render(request, "mail/message.html", context)


def _only_without_server(request: Request) -> None:
    """The local mailbox is there only while no mail server is configured."""
    if web.settings(request).smtp_url is not None:
        raise NotFound()


async def mailbox(request: Request) -> Response:
    _only_without_server(request)
    found = await correspondence.mailbox(asked.whole(asked.query(request, "page")) or 1)
    context = {"found": found, "page_link": lambda page: f"/mailbox?page={page}"}
    return web.render(request, "mail/mailbox.html", context)


async def mailbox_message(request: Request) -> Response:
    """A message as its recipient reads it, with a link that works."""
    _only_without_server(request)
    settings = web.settings(request)
    found, text = await correspondence.as_received(settings, asked.number(request), web.now(request))
    context = {"message": found, "parts": _parts(text, settings.public_url)}
    return web.render(request, "mail/mailbox_message.html", context)


def _parts(text: str, public_url: str) -> list[tuple[str, bool]]:
    """The text in pieces: (piece, whether it is a personal link of ours)."""
    start = f"{public_url}/p/"
    parts: list[tuple[str, bool]] = []
    before, *rest = text.split(start)
    parts.append((before, False))
    for piece in rest:
        token = piece.split(maxsplit=1)[0] if piece.split() else ""
        parts += [(start + token, True), (piece[len(token) :], False)]
    return parts
