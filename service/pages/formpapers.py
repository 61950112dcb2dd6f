"""The form of a unit as PDF: blank, as far as it is filled in, as it was sent; and any form version, blank."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from exports import paper
from forms.answers import Now, Picture, evaluate
from service import web, words
from service.flow import attachments, filling, forms, papers, receipts, submissions, versions
from service.flow.filling import Filling
from service.models import Campaign, Invitation, Submission
from service.pages import asked, formpaper, languages
from service.pages.papers import answer, taken
from service.pages.unit import filling_of, visit_of
from service.words import N_, _

SIGNERS = (N_("Người điền phiếu"), N_("Lãnh đạo đơn vị"))
SIGN = N_("(ký, ghi rõ họ tên)")


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the questions."""

    title: str
    unit: str
    foot: str
    facts: tuple[tuple[str, str], ...]
    mark: str = ""


async def _made(frame: _Frame, blocks: list[paper.Block], now: datetime) -> bytes:
    return await papers.made(_paper(frame, blocks, now))


def _paper(frame: _Frame, blocks: list[paper.Block], now: datetime) -> paper.Paper:
    signers = paper.Signatures(tuple(_(title) for title in SIGNERS), _(SIGN))
    return paper.Paper(
        title=frame.title,
        left=frame.unit,
        right=papers.short(frame.title),
        foot=frame.foot,
        page=_(papers.PAGE),
        made_at=now,
        mark=frame.mark,
        blocks=(*([paper.Facts(frame.facts)] if frame.facts else []), *blocks, signers),
    )


def _frame(invitation: Invitation, campaign: Campaign, due_at: datetime, foot: str) -> _Frame:
    facts = [(_("Đơn vị"), f"{invitation.full_name} ({invitation.code})")]
    if campaign.period_from and campaign.period_to:
        period = _("từ {first} đến hết {last}")
        first, last = words.day(campaign.period_from), words.day(campaign.period_to)
        facts.append((_("Kỳ số liệu"), period.format(first=first, last=last)))
    facts.append((_("Hạn gửi"), words.due(due_at)))
    mark = _("Dữ liệu minh họa") if campaign.illustrative else ""
    return _Frame(campaign.title, f"{invitation.full_name} ({invitation.code})", foot, tuple(facts), mark)


async def _blank(request: Request, found: Filling) -> Response:
    now, language = web.now(request), languages.chosen(request, found.form)
    picture = filling.judged(found, {}, now, language)
    foot = _("Mẫu phiếu {id}, phiên bản {version}").format(id=found.form.id, version=found.form.version)
    frame = _frame(found.invitation, found.campaign, found.invitation.due_at, foot)
    name = f"phieu-trong-{found.campaign.id}-{found.invitation.code}.pdf"
    return answer(name, await _made(frame, formpaper.blank(picture, language), now))


async def blank(request: Request) -> Response:
    return await _blank(request, await filling_of(request))


async def blank_as_staff(request: Request) -> Response:
    found = await filling.load(asked.number(request), web.now(request), code=asked.code(request))
    return await _blank(request, found)


async def blank_form(request: Request) -> Response:
    """A form version without a unit."""
    number, now = asked.number(request), web.now(request)
    version, form = await versions.brief(number), await forms.built(number)
    language = languages.chosen(request, form)
    picture = evaluate(form, {}, Now(words.local(now)), language=language)
    foot = _("Mẫu phiếu {id}, phiên bản {version}").format(id=form.id, version=form.version)
    frame = _Frame(version.title, _("Đơn vị: ………………………………"), foot, ())
    return answer(f"phieu-trong-mau-{number}.pdf", await _made(frame, formpaper.blank(picture, language), now))


async def filled(request: Request) -> Response:
    """What is filled in by now, also what is not sent yet."""
    found, now = await filling_of(request), web.now(request)
    files = await attachments.named(found.invitation.id, found.form, found.raw)
    saved = words.moment(found.updated_at) if found.updated_at else _("chưa lưu")
    foot = _("Bản đang điền, chưa gửi; lưu lần cuối: {moment}").format(moment=saved)
    frame = _frame(found.invitation, found.campaign, found.invitation.due_at, foot)
    name = f"phieu-dang-dien-{found.campaign.id}-{found.invitation.code}.pdf"
    return answer(name, await _made(frame, formpaper.filled(found.picture, files), now))


async def sent(request: Request) -> Response:
    invitation = await filling.find(int(request.path_params["campaign"]), unit_id=visit_of(request).unit)
    return answer(*await _sent(invitation, int(request.path_params["number"]), web.now(request)))


async def sent_as_staff(request: Request) -> Response:
    invitation = await filling.find(asked.number(request), code=asked.code(request))
    return await taken(request, *await _sent(invitation, asked.number(request, "number"), web.now(request)))


async def _sent(invitation: Invitation, number: int, now: datetime) -> tuple[str, bytes]:
    found = await receipts.of(invitation, number)
    return f"phieu-{found.submission.receipt}.pdf", await papers.made(await _as_paper(found, now))


async def paper_of(invitation: Invitation, submission: Submission, now: datetime) -> paper.Paper:
    """A report as it was sent, as a paper; the invitation's campaign is loaded."""
    return await _as_paper(await receipts.of(invitation, submission.number), now)


async def _as_paper(found: receipts.Receipt, now: datetime) -> paper.Paper:
    invitation, submission = found.invitation, found.submission
    foot = _("Số xác nhận {receipt}, gửi {moment}; mã kiểm tra {hash}").format(
        receipt=submission.receipt, moment=words.moment(submission.submitted_at), hash=submission.hash[:16]
    )
    frame = _frame(invitation, invitation.campaign, found.due_at, foot)
    blocks: list[paper.Block]
    if submission.nil_reason:
        reason = _("Không phát sinh, lý do: {reason}").format(reason=submission.nil_reason)
        blocks = [paper.Text(reason)]
    else:
        picture, files = await as_sent(found)
        blocks = formpaper.filled(picture, files)
    return _paper(frame, blocks, now)


async def as_sent(found: receipts.Receipt) -> tuple[Picture, dict[str, attachments.Given]]:
    """The form as it was sent, and its files by id."""
    invitation, submission = found.invitation, found.submission
    form = await submissions.form_of(submission, invitation.campaign)
    picture = await submissions.as_sent(form, invitation, invitation.campaign, submission)
    files = await attachments.named(invitation.id, form, submissions.sent_answers(form, submission))
    return picture, files
