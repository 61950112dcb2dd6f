"""A sent report as the unit's own document, in the layout of Decree 30/2020: as PDF, with its number, date and scan."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from exports import paper
from forms.values import read_date
from service import official, web, words
from service.errors import BadFile, EmptyFile, Invalid, TooLarge
from service.flow import contacts, filling, openness, papers, receipts, recipients, signed
from service.flow.receipts import Receipt
from service.models import Invitation
from service.pages import asked, formpaper, formpapers
from service.pages import papers as pdfs
from service.pages.unit import visit_of
from service.words import _


async def _own(request: Request) -> tuple[Invitation, int]:
    """The invitation of the visit, and the number of the sending in the address."""
    invitation = await filling.find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    return invitation, int(request.path_params["number"])


async def show(request: Request) -> Response:
    return await _page(request)


async def _page(
    request: Request, typed: Mapping[str, str] | None = None, problems: Sequence[Mapping[str, object]] = ()
) -> Response:
    invitation, number = await _own(request)
    found = await receipts.of(invitation, number)
    given = await signed.latest(found.submission.id)
    date = words.day(given.date) if given and given.date else ""
    context = {
        "invitation": invitation,
        "campaign": invitation.campaign,
        "home": f"/u/{invitation.campaign_id}",
        "here": f"/u/{invitation.campaign_id}/receipt/{number}/report",
        "unit_name": invitation.full_name,
        "submission": found.submission,
        "given": given,
        "open": openness.is_open(invitation.campaign, web.now(request)),
        "t": typed or {"number": given.number if given else "", "date": date},
        "problems": problems,
        "wrong": {str(problem["field"]): problem["message"] for problem in problems},
    }
    return web.render(request, "unit/report.html", context, 422 if problems else 200)


async def save(request: Request) -> Response:
    """Keep number, date and scan of the signed document."""
    invitation, number = await _own(request)
    form = await web.read_form(request)
    typed = {name: web.text(form, name) for name in ("number", "date")}
    day = read_date(typed["date"]) if typed["date"] else None
    if typed["date"] and day is None:
        message = _("Ngày văn bản chưa đúng. Vui lòng nhập dạng ngày/tháng/năm.")
        return await _page(request, typed, [{"field": "date", "message": message}])
    given = signed.Given(" ".join(typed["number"].split()), day, await web.upload(form, "scan"))
    who, settings = visit_of(request).principal, web.settings(request)
    try:
        await signed.add(settings, invitation.campaign_id, invitation.code, number, given, who, web.now(request))
    except Invalid as error:
        return await _page(request, typed, error.problems)
    except (BadFile, EmptyFile, TooLarge) as error:
        return await _page(request, typed, [{"field": "scan", "message": web.sentence(error)}])
    here = f"/u/{invitation.campaign_id}/receipt/{number}/report"
    return web.redirect(request, here, _("Đã lưu. Chuyên viên của Sở xem được số, ngày và bản ký này."))


async def download(request: Request) -> Response:
    return pdfs.answer(*await _pdf(request, *await _own(request)))


async def download_as_staff(request: Request) -> Response:
    invitation = await filling.find(asked.number(request), code=asked.code(request))
    return await pdfs.taken(request, *await _pdf(request, invitation, asked.number(request, "number")))


async def _pdf(request: Request, invitation: Invitation, number: int) -> tuple[str, bytes]:
    found = await receipts.of(invitation, number)
    given = await signed.latest(found.submission.id)
    signatory = await contacts.signatory(invitation.unit_id)
    now = web.now(request)
    sender = recipients.sender(web.settings(request))
    with words.speaking(words.OWN):  # an official document is in Vietnamese
        whole = official.report(found, given, signatory, sender, await _body(found), now)
    return f"bao-cao-{found.submission.receipt}.pdf", await papers.made(whole)


async def _body(found: Receipt) -> list[paper.Block]:
    if found.submission.nil_reason:
        nothing = _("Trong kỳ, đơn vị không phát sinh nội dung phải báo cáo. Lý do: {reason}")
        return [paper.Text(nothing.format(reason=found.submission.nil_reason))]
    picture, given = await formpapers.as_sent(found)
    return formpaper.report(picture, given)


async def scan(request: Request) -> Response:
    invitation, number = await _own(request)
    return pdfs.kept(*await signed.scan(web.settings(request), invitation.id, number))


async def scan_as_staff(request: Request) -> Response:
    invitation = await filling.find(asked.number(request), code=asked.code(request))
    return pdfs.kept(*await signed.scan(web.settings(request), invitation.id, asked.number(request, "number")))
