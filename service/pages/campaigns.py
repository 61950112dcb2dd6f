"""Campaigns before publication: the front page, the form, the review, publishing and calling back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from reminders.steps import Step
from service import deadlinewords, files, mailwords, web
from service.errors import AlreadyPublished, BadFile, EmptyFile, Invalid, TooLarge
from service.flow import (
    attachments,
    calendars,
    campaigns,
    choices,
    deadlines,
    overview,
    principal,
    reminding,
    rounds,
    terms,
    unitrequests,
)
from service.models import Campaign, Unit
from service.pages import asked, campaignform
from service.pages.campaignform import Filled
from service.words import KINDS, N_, _, fold, moment

PHASES = {
    "draft": N_("Nháp"),
    "scheduled": N_("Chưa đến ngày mở"),
    "open": N_("Đang mở"),
    "closed": N_("Đã đóng"),
}
Problem = dict[str, object]
PER_PAGE = 120


async def front(request: Request) -> Response:
    now = web.now(request)
    found = await overview.front(now)
    context = {
        "front": found,
        "requests": await unitrequests.waiting(),
        "prepared": await rounds.waiting(),
        "request_kinds": unitrequests.KINDS,
        "phases": PHASES,
        "w": mailwords,
        "forms": await choices.form_names(),
    }
    return web.render(request, "campaigns/front.html", context)


async def burden(request: Request) -> Response:
    """What open campaigns ask of each unit, and whose due times lie close together."""
    found, text = await overview.burden(web.now(request)), asked.query(request, "q")
    close = asked.query(request, "close") == "1"
    fitting = [load for load in found if fold(text) in fold(f"{load.name} {load.code}") and (load.clash or not close)]
    pages = max(1, -(-len(fitting) // PER_PAGE))
    page = min(max(asked.whole(asked.query(request, "page")) or 1, 1), pages)
    here = {"q": text, "close": "1" if close else ""}
    context = {
        "loads": fitting[(page - 1) * PER_PAGE : page * PER_PAGE],
        "count": len(fitting),
        "total": len(found),
        "clashes": sum(load.clash for load in found),
        "q": text,
        "close": close,
        "page": page,
        "pages": pages,
        "to": lambda number: asked.address("/burden", {**here, "page": number}),
    }
    return web.render(request, "campaigns/burden.html", context)


async def new(request: Request) -> Response:
    return await _form(request, campaignform.blank(request.state.staff.id))


async def create(request: Request) -> Response:
    return await _save(request, None)


async def edit(request: Request) -> Response:
    campaign = await campaigns.get(asked.number(request))
    if campaign.published_at:
        raise AlreadyPublished()
    return await _form(request, campaignform.of_campaign(campaign), campaign)


async def change(request: Request) -> Response:
    return await _save(request, await campaigns.get(asked.number(request)))


async def _save(request: Request, campaign: Campaign | None) -> Response:
    """Create or change; with anything wrong the form comes back with all that was typed."""
    filled = campaignform.of_form(await web.read_form(request))
    settings, now, who = web.settings(request), web.now(request), principal.staff(request.state.staff.id)
    letter, filled, problems = await _letter(request, filled)
    try:
        found = terms.read(campaignform.values(filled, await choices.units(), campaign))
        if not problems and campaign is None:
            campaign = await campaigns.create(settings, found, who, now, letter)
        elif not problems and campaign is not None:
            await campaigns.change(settings, campaign.id, found, who, now, letter)
    except Invalid as error:
        problems = error.problems + problems
    if problems or campaign is None:
        return await _form(request, filled, campaign, problems)
    return web.redirect(request, f"/campaigns/{campaign.id}/review", _("Đã lưu đợt khảo sát."))


async def _letter(request: Request, filled: Filled) -> tuple[tuple[str, bytes] | None, Filled, list[Problem]]:
    """The official letter that was chosen, or taken in before; a good one is kept when other fields are wrong."""
    folder = web.settings(request).files_dir
    given = await web.upload(await web.read_form(request), "letter_file")
    if given is None:
        return await _taken_before(request, filled), filled, []
    name, data = given
    try:
        digest, _kind = await files.take(folder, name, data, files.DOCUMENT)
    except (BadFile, EmptyFile, TooLarge) as error:
        message = _(error.message).format(**error.params)
        return None, filled, [{"field": "letter_file", "message": message}]
    return given, campaignform.kept(filled, digest, files.clean_name(name)), []


async def _taken_before(request: Request, filled: Filled) -> tuple[str, bytes] | None:
    digest, name = filled.texts["letter_kept"], filled.texts["letter_kept_name"]
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        return None
    place = files.path(web.settings(request).files_dir, digest)
    try:
        return name, await anyio.to_thread.run_sync(place.read_bytes)
    except FileNotFoundError:
        return None


async def _form(
    request: Request, filled: Filled, campaign: Campaign | None = None, problems: Sequence[Problem] = ()
) -> Response:
    known = await choices.units()
    context = {
        "filled": filled,
        "t": filled.texts,
        "campaign": campaign,
        "forms": await choices.form_versions(),
        "people": await choices.people(),
        "groups": choices.by_group(known),
        "kinds": _kinds(known),
        "plan": campaignform.plan_words(filled),
        "audiences": mailwords.AUDIENCES,
        "deadline": await _deadline(request, filled, campaign),
        "counted": deadlinewords.lines,
        "problems": problems,
        "wrong": _by_field(problems),
        "anchors": campaignform.ANCHORS,
    }
    return web.render(request, "campaigns/form.html", context, 422 if problems else 200)


async def deadline(request: Request) -> Response:
    """The due time of what stands in a campaign's form, while somebody types: a part of the form's page."""
    filled = campaignform.of_query(request.query_params)
    context = {"deadline": await _deadline(request, filled), "counted": deadlinewords.lines}
    return web.render(request, "campaigns/deadline.html", context)


async def _deadline(request: Request, filled: Filled, campaign: Campaign | None = None) -> deadlines.Deadline:
    """The due time as far as the form gives it; without one, and nothing to say, where it gives none yet."""
    try:
        timing = terms.timing(campaignform.timing(filled.texts, campaign))
    except Invalid:
        return deadlines.NONE
    return deadlines.judge(timing, web.now(request), await calendars.current())


def _kinds(found: Sequence[Unit]) -> dict[str, int]:
    """How many units of each kind, in the usual order: xã, phường, đặc khu."""
    counts = Counter(unit.kind for unit in found)
    return {code: counts[code] for code in (*KINDS, *sorted(counts.keys() - KINDS)) if counts[code]}


def _by_field(problems: Sequence[Problem]) -> dict[str, str]:
    """The words beside each field; several problems of one field stand together."""
    found: dict[str, str] = {}
    for problem in problems:
        name = str(problem.get("field", ""))
        found[name] = f"{found[name]} {problem['message']}" if name in found else str(problem["message"])
    return found


@dataclass(frozen=True, slots=True)
class Fall:
    """A reminder's moment in words; `passed` when it would fall before now."""

    at: object
    words: str
    to: str
    passed: bool


async def review(request: Request) -> Response:
    campaign = await campaigns.get(asked.number(request))
    if campaign.published_at:
        return web.redirect(request, f"/campaigns/{campaign.id}")
    return await _review(request, campaign)


async def _review(request: Request, campaign: Campaign, problems: Sequence[str] = ()) -> Response:
    now = web.now(request)
    found = await campaigns.preview(campaign, now)
    without = {unit.id for unit in found.without_address}
    unit = next((unit for unit in found.units if unit.id not in without), None)
    sample = None
    if unit and found.due_at:
        sample = await reminding.preview(web.settings(request), campaign, unit, found.due_at, now)
    context = {
        "campaign": campaign,
        "preview": found,
        "deadline": found.deadline,
        "counted": deadlinewords.lines,
        "form": (await choices.form_names())[campaign.form_id],
        "w": mailwords,
        "kinds": _kinds(found.units),
        "moments": _falls(found, campaign, request),
        "unit": unit,
        "subject": sample.subject if sample else "",
        "text": mailwords.masked(sample.text) if sample else "",
        "first_mail": moment(campaigns.first_mail(campaign, now)),
        "problems": problems,
        "letter": reminding.letter_words(campaign),
    }
    return web.render(request, "campaigns/review.html", context, 422 if problems else 200)


def _falls(found: campaigns.Preview, campaign: Campaign, request: Request) -> list[Fall]:
    now, end = web.now(request), campaign.closes_at
    return [
        Fall(m.at, mailwords.distance(m.offset, m.step.unit), _to(m.step), m.at <= now)
        for m in found.moments
        if end is None or m.at <= end
    ]


def _to(step: Step) -> str:
    """Chủ tịch, cần duyệt."""
    to = _(mailwords.AUDIENCES[step.to])
    return _("{to}, cần duyệt").format(to=to) if step.approve else to


async def publish(request: Request) -> Response:
    number, now = asked.number(request), web.now(request)
    form = await web.read_form(request)
    here = f"/campaigns/{number}"
    if not web.text(form, "confirm"):
        message = _("Vui lòng đánh dấu xác nhận đã kiểm tra trước khi phát hành.")
        return await _review(request, await campaigns.get(number), [message])
    try:
        await campaigns.publish(web.settings(request), number, principal.staff(request.state.staff.id), now)
    except AlreadyPublished:
        return web.redirect(request, here)
    except Invalid as error:
        return await _review(request, await campaigns.get(number), [str(p["message"]) for p in error.problems])
    request.app.state.postroom.wake()
    return web.redirect(request, here, _("Đã phát hành đợt khảo sát."))


async def call_back(request: Request) -> Response:
    number = asked.number(request)
    try:
        count = await campaigns.call_back(number, principal.staff(request.state.staff.id), web.now(request))
    except campaigns.CannotCallBack as error:
        return web.redirect(request, f"/campaigns/{number}", _(error.message))
    said = _("Đã gọi lại {count} thư. Đợt khảo sát trở về bản nháp, có thể sửa rồi phát hành lại.")
    return web.redirect(request, f"/campaigns/{number}/review", said.format(count=count))


async def letter(request: Request) -> Response:
    campaign = await campaigns.get(asked.number(request))
    file, place = await attachments.on_disk(web.settings(request), campaign.letter_file)
    return FileResponse(place, filename=file.name, media_type=file.content_type)
