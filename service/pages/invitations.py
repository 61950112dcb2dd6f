"""One unit's file in a campaign: people, what happened, mail, what it sent; recording a reply that came on paper."""

from collections.abc import Mapping, Sequence
from datetime import time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from forms.values import read_date
from service import files, life, mailwords, web, words
from service.errors import BadFile, CampaignClosed, EmptyFile, Invalid, TooLarge, WrongState
from service.flow import dossier, entry, intakes, principal, reviews
from service.models import StoredFile
from service.pages import asked
from service.words import _

INTAKE = ("channel", "number", "date", "received_on", "received_time", "note")
ANCHORS = {"received_at": "received_on", "channel": "channel_paper"}


async def show(request: Request) -> Response:
    return await _page(request)


async def _page(
    request: Request,
    *,
    filled: Mapping[str, str] | None = None,
    problems: Sequence[dict[str, object]] = (),
    link: str = "",
    remark: str = "",
) -> Response:
    now, as_of = web.now(request), asked.as_of(request)
    found = await dossier.of(asked.number(request), asked.code(request), now)
    state = life.State(found.invitation.state)
    today = words.local(now)
    context = {
        "found": found,
        "campaign": found.campaign,
        "invitation": found.invitation,
        "timing": found.standing.timing(now),
        "may_take_in": life.may(state, life.Act.INTAKE, life.Actor.STAFF) and request.state.staff.role != "viewer",
        "may_return": life.may(state, life.Act.RETURN, life.Actor.STAFF) and request.state.staff.role != "viewer",
        "remark": remark,
        "may_link": request.state.staff.role != "viewer",
        "channels": intakes.CHANNELS,
        "w": mailwords,
        "filled": filled
        or dict.fromkeys(INTAKE, "") | {"received_on": today.date().isoformat(), "received_time": f"{today:%H:%M}"},
        "problems": problems,
        "wrong": {str(p.get("field", "")): p["message"] for p in problems},
        "anchors": ANCHORS,
        "fresh": link,
        "back": as_of.link(f"/campaigns/{found.campaign.id}"),
        "here": f"/campaigns/{found.campaign.id}/units/{found.invitation.code}",
    }
    return web.render(request, "monitor/unit.html", context, 422 if problems else 200)


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
        return await _page(request, filled=filled, problems=error.problems)
    except WrongState as error:
        # A second click, or a colleague was faster: the page shows how it stands.
        return web.redirect(request, f"/campaigns/{number}/units/{code}", _(error.message).format(**error.params))
    except (BadFile, EmptyFile, TooLarge) as error:
        message = _(error.message).format(**error.params)
        return await _page(request, filled=filled, problems=[{"field": "scan", "message": message}])
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


async def hand_back(request: Request) -> Response:
    """Open what was sent for correction."""
    number, code, form = asked.number(request), asked.code(request), await web.read_form(request)
    remark = web.text(form, "remark")
    try:
        await reviews.hand_back(number, code, remark, principal.staff(request.state.staff.id), web.now(request))
    except Invalid as error:
        return await _page(request, problems=error.problems, remark=remark)
    except (WrongState, CampaignClosed) as error:
        return web.redirect(request, f"/campaigns/{number}/units/{code}", _(error.message).format(**error.params))
    said = _("Đã mở lại phiếu để đơn vị sửa. Vui lòng gọi báo cho đơn vị.")
    return web.redirect(request, f"/campaigns/{number}/units/{code}", said)


async def link(request: Request) -> Response:
    """A fresh personal link, shown this once."""
    number, code = asked.number(request), asked.code(request)
    settings = web.settings(request)
    fresh = await entry.fresh_link(number, code, principal.staff(request.state.staff.id), web.now(request))
    return await _page(request, link=entry.address_of(settings.public_url, settings.secret_key, fresh))


async def attachment(request: Request) -> Response:
    number, code = asked.number(request), asked.code(request)
    found = await dossier.attachment(web.settings(request), number, code, asked.number(request, "file"))
    return _download(*found)


async def scan(request: Request) -> Response:
    number, code = asked.number(request), asked.code(request)
    found = await dossier.scan(web.settings(request), number, code, asked.number(request, "file"))
    return _download(*found)


def _download(file: StoredFile, place: object) -> Response:
    return FileResponse(str(place), filename=file.name, media_type=file.content_type)
