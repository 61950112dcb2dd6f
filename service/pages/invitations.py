"""One unit's file in a campaign: people, what happened, mail, what it sent; recording a reply that came on paper."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from forms.values import read_date
from service import callwords, deadlinewords, files, life, mailwords, web, words
from service.errors import BadFile, EmptyFile, Invalid, TooLarge, WrongState
from service.flow import dossier, entry, intakes, principal, reviews, rosteracts, unitrequests
from service.pages import asked, leftover, papers
from service.words import _

INTAKE = ("channel", "number", "date", "received_on", "received_time", "note")
LATEST = 15  # entries of the record; all of it has a page of its own
# Where the summary of errors leads for a field of a form.
ANCHORS = {
    "intake_received_at": "intake_received_on",
    "intake_channel": "intake_channel_paper",
    "return_due": "return_due_mode_at",
    "extend_due": "extend_due_mode_at",
}


async def show(request: Request) -> Response:
    return await page(request)


async def page(
    request: Request,
    *,
    act: str = "",
    filled: Mapping[str, str] | None = None,
    problems: Sequence[dict[str, object]] = (),
    link: str = "",
    extension: rosteracts.Extension | None = None,
) -> Response:
    """The unit's page. `act`: the form that is open, with what was typed and what is wrong in it."""
    now, as_of = web.now(request), asked.as_of(request)
    found = await dossier.of(asked.number(request), asked.code(request), now)
    state = life.State(found.invitation.state)
    correct_by = await _correct_by(found, now) if state in life.RESPONDED else None
    may = _may(request, state)
    if not act and life.Act.RETURN in may and (remark := asked.query(request, "remark", reviews.MAX_REMARK)):
        act, filled = "return", {"remark": remark}  # prepared by the summary; sent by whoever reads it here
    problems = [{**p, "field": f"{act}_{p.get('field', '')}"} for p in problems]
    context = {
        "found": found,
        "left": await leftover.all_of(found.invitation.id),
        "campaign": found.campaign,
        "invitation": found.invitation,
        "latest": LATEST,
        "timing": _timing(found.standing, now),
        "may": may,
        "may_link": request.state.staff.role != "viewer",
        "channels": intakes.CHANNELS,
        "request_kinds": unitrequests.KINDS,
        "grants": {one.id: _granted(one.wished_at) for one in found.requests if one.wished_at},
        "w": mailwords,
        "cw": callwords,
        "open": act,
        "t": _defaults(now, correct_by) | ({f"{act}_{name}": text for name, text in filled.items()} if filled else {}),
        "extension": extension,
        "correct_by": correct_by,
        "reopening": _fixed(correct_by) if correct_by else {},
        "counted": deadlinewords.lines,
        "frozen": deadlinewords.frozen(found.campaign.due_explained),
        "problems": problems,
        "wrong": {str(p["field"]): p["message"] for p in problems},
        "anchors": ANCHORS,
        "fresh": link,
        "back": as_of.link(f"/campaigns/{found.campaign.id}"),
        "here": f"/campaigns/{found.campaign.id}/units/{found.invitation.code}",
    }
    return web.render(request, "monitor/unit.html", context, 422 if problems else 200)


async def _correct_by(found: dossier.Dossier, now: datetime) -> datetime | None:
    """The usual due time of a correction; None where it cannot be reckoned, or nothing can be sent again."""
    closes_at = found.campaign.closes_at
    if closes_at is not None and life.over(closes_at, now):
        return None
    try:
        return await reviews.usual_due(found.campaign, found.invitation, now)
    except Invalid:
        return None


def _granted(wished: datetime) -> dict[str, str]:
    """The fields of the form that extends, for a moment that a unit wished for: pressed, it is granted as asked."""
    return _fixed(wished) | {"confirm": words.local(wished).isoformat()}


def _fixed(due_at: datetime) -> dict[str, str]:
    """The fields of a due time that is a fixed moment."""
    at = words.local(due_at)
    return {"due_mode": "at", "due_on": at.date().isoformat(), "due_time": f"{at:%H:%M}"}


def _timing(standing: life.Standing, now: datetime) -> str:
    late = standing.correction_late(now)
    return words.corrected(standing.timing(now), late=late, first_on_time=standing.first_on_time)


def _may(request: Request, state: life.State) -> Collection[str]:
    """What the staff member who looks may do to the invitation now."""
    if request.state.staff.role == "viewer":
        return ()
    return {act for act in life.Act if life.may(state, act, life.Actor.STAFF)}


def _defaults(now: datetime, correct_by: datetime | None) -> dict[str, str]:
    """What stands in the forms of the page before anybody types: form_field -> text."""
    today = words.local(now)
    received = {"received_on": today.date().isoformat(), "received_time": f"{today:%H:%M}"}
    due = {"due_mode": "days", "due_on": "", "due_time": "17:00", "due_days": "2", "due_kind": "working_day"}
    forms = {
        "intake": dict.fromkeys(INTAKE, "") | received,
        "return": {"remark": ""} | due | (_fixed(correct_by) if correct_by else {}),
        "extend": {"reason": ""} | due,
        "exempt": {"reason": ""},
        "include": {"reason": ""},
        "refuse": {"reason": ""},
    }
    return {f"{form}_{name}": text for form, fields in forms.items() for name, text in fields.items()}


async def take_in(request: Request) -> Response:
    """Record a reply that came on paper or through HPnet."""
    number, code, now = asked.number(request), asked.code(request), web.now(request)
    form = await web.read_form(request)
    filled = {name: web.text(form, name) for name in INTAKE}
    try:
        document = await _document(form, filled)
        who = principal.staff(request.state.staff.id)
        await intakes.record(web.settings(request), number, code, document, who, now)
    except Invalid as error:
        return await page(request, act="intake", filled=filled, problems=error.problems)
    except WrongState as error:
        # A second click, or a colleague was faster: the page shows how it stands.
        return web.redirect(request, f"/campaigns/{number}/units/{code}", _(error.message).format(**error.params))
    except (BadFile, EmptyFile, TooLarge) as error:
        message = _(error.message).format(**error.params)
        problems: list[dict[str, object]] = [{"field": "scan", "message": message}]
        return await page(request, act="intake", filled=filled, problems=problems)
    said = _("Đã ghi nhận văn bản. Đơn vị được tính là đã gửi.")
    return web.redirect(request, f"/campaigns/{number}/units/{code}", said)


async def _document(form: FormData, filled: Mapping[str, str]) -> intakes.Document:
    """The document as typed. Raises Invalid for days and times that are none."""
    problems: list[dict[str, object]] = []
    day = read_date(filled["date"]) if filled["date"] else None
    if filled["date"] and day is None:
        problems.append({"field": "date", "message": _("Ngày văn bản chưa đúng. Vui lòng nhập dạng ngày/tháng/năm.")})
    typed = f"{filled['received_on']} {filled['received_time']}".strip()
    received = asked.moment(typed, time(0)) if filled["received_on"] and filled["received_time"] else None
    if received is None:
        message = _("Vui lòng nhập ngày và giờ nhận, ví dụ 18/7/2025 và 15:30.")
        problems.append({"field": "received_at", "message": message})
    scan = await web.upload(form, "scan")
    if problems or received is None:
        raise Invalid(problems)
    return intakes.Document(
        channel=filled["channel"],
        number=filled["number"],
        date=day,
        received_at=received,
        note=filled["note"],
        scan=(files.clean_name(scan[0]), scan[1]) if scan else None,
    )


async def link(request: Request) -> Response:
    """A fresh personal link, shown this once."""
    number, code = asked.number(request), asked.code(request)
    settings = web.settings(request)
    fresh = await entry.fresh_link(number, code, principal.staff(request.state.staff.id), web.now(request))
    return await page(request, link=entry.address_of(settings.public_url, settings.secret_key, fresh))


async def attachment(request: Request) -> Response:
    number, code = asked.number(request), asked.code(request)
    found = await dossier.attachment(web.settings(request), number, code, asked.number(request, "file"))
    return papers.kept(*found)


async def scan(request: Request) -> Response:
    number, code = asked.number(request), asked.code(request)
    found = await dossier.scan(web.settings(request), number, code, asked.number(request, "file"))
    return papers.kept(*found)
