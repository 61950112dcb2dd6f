"""Check your answers, the declaration, and sending."""

import secrets
from collections import Counter
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from forms.answers import Problem
from forms.schema import TICKED
from service import answerwords, web
from service.errors import (
    BadFile,
    CampaignClosed,
    CampaignNotOpen,
    EmptyFile,
    Invalid,
    SignedMissing,
    SignoffNeeded,
    StaleDraft,
    TooLarge,
    WrongState,
)
from service.flow import attachments, openness, signoff, submissions
from service.flow.attachments import Given
from service.flow.filling import Filling, waiting_choices
from service.models import Submission
from service.pages import controls, languages, live, posted, reading
from service.pages.controls import MARK, Sheet
from service.pages.unit import contents, filling_of, frame, visit_of
from service.words import N_, _

REFUSED = (CampaignClosed, CampaignNotOpen, WrongState, SignoffNeeded, SignedMissing, BadFile, EmptyFile, TooLarge)
FEW = 3  # questions of one section not answered that are named one by one
CHANGED = N_("Phiếu vừa được sửa ở nơi khác nên chưa gửi. Vui lòng xem lại các câu trả lời dưới đây rồi gửi.")


async def check(request: Request) -> Response:
    filling = await filling_of(request)
    if not _may_fill(request, filling):
        return web.redirect(request, f"/u/{filling.campaign.id}")
    return await draw(request, filling)


def _may_fill(request: Request, filling: Filling) -> bool:
    who = visit_of(request).principal
    return openness.editable(filling.invitation, filling.campaign, who, web.now(request))


async def draw(
    request: Request,
    filling: Filling,
    *,
    problems: tuple[Problem, ...] | None = None,
    ticked: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    """The page. Without `problems` the declaration is not yet asked for."""
    given = await attachments.named(filling.invitation.id, filling.form, filling.raw)
    context = {
        **frame(filling, web.now(request)),
        **review(filling, given, f"/u/{filling.campaign.id}", problems, ticked),
        **await how(filling),
        "notice": notice,
        "key": secrets.token_urlsafe(16),
        "tongues": languages.offered(request, filling.form),
    }
    return web.render(request, "unit/check.html", context, status)


async def how(filling: Filling) -> dict[str, object]:
    """How this unit sends: at once, through its leaders (named), or with the signed document."""
    way = await signoff.way(filling.invitation)
    leaders = await signoff.leaders(filling.invitation.unit_id) if way == "leader" else []
    return {"way": way, "leaders": leaders}


def review(
    filling: Filling,
    given: Mapping[str, Given],
    home: str,
    problems: tuple[Problem, ...] | None = None,
    ticked: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """What the template draws of the form itself; `home` is the address of the survey."""
    form, picture = filling.form, filling.picture
    declared = [item for page in reading.declarations(form) for item in live.fields_of(picture.page(page.key))]
    declared = [item for item in declared if item.relevant]
    found = problems
    if found is None:
        keys = {item.key for item in declared}
        found = (*picture.problems, *waiting_choices(form, filling.raw))
        found = tuple(problem for problem in found if problem.key not in keys)
    told = {problem.key: answerwords.problem(problem) for problem in found}
    boxes = [controls.control(item, Sheet(form, problems=told)) for item in declared]
    here = {box.key for box in boxes}
    return {
        "sections": reading.read(picture, reading.sections(form), given),
        "count": len(found),
        "problems": _lines(filling, found, here, f"{home}/s"),
        "boxes": boxes,
        "ticked": ticked if ticked is not None else {b.key: b.value for b in boxes},
        "ready": all(problem.key in here for problem in found),
        "contents": contents(picture),
        "tongues": [],
    }


def _lines(filling: Filling, problems: tuple[Problem, ...], here: set[str], base: str) -> list[dict[str, str]]:
    """Every problem with the address where it can be put right.

    Many questions of one section not answered yet are one line: a list of thirty says nothing.
    """
    found: list[dict[str, str]] = []
    blank = Counter(_page_key(filling, p.key) for p in problems if p.code == "required" and p.key not in here)
    told: set[str] = set()
    places = _places(filling, problems)
    for problem in problems:
        page = "" if problem.key in here else _page_key(filling, problem.key)
        if page and problem.code == "required" and blank[page] > FEW:
            if page not in told:
                told.add(page)
                found.append({"address": f"{base}/{page}?check=1#problems", "words": _many(filling, page, blank[page])})
            continue
        label = answerwords.short(problem.question.label.plain) if problem.question else ""
        sentence = answerwords.problem(problem)
        words = ": ".join(
            part for part in (places.get(problem.key, ""), label if label not in sentence else "", sentence) if part
        )
        anchor = f"#q-{problem.key}"
        found.append({"address": f"{base}/{page}?check=1{anchor}" if page else anchor, "words": words})
    return found


def _places(filling: Filling, problems: tuple[Problem, ...]) -> dict[str, str]:
    """Which row the questions with a problem stand in."""
    pages = {_page_key(filling, problem.key) for problem in problems if problem.row}
    return {key: place for page in pages for key, place in reading.places(filling.picture.page(page))}


def _many(filling: Filling, page_key: str, count: int) -> str:
    page = filling.form.page(page_key)
    title = reading.title(filling.picture, page) if page else page_key
    return _("{title}: còn {count} câu chưa trả lời").format(title=title, count=count)


def _page_key(filling: Filling, key: str) -> str:
    """The page that asks a question: a top-level group, or the run of loose items that holds it."""
    top = key.split("/")[0]
    for page in filling.form.pages:
        if page.group is not None and page.group.name == top:
            return page.key
        if page.group is None and any(item.name == top for item in page.items):
            return page.key
    return filling.form.pages[0].key


async def submit(request: Request) -> Response:
    """Send what the page showed. A double click gives one submission and the same receipt."""
    form = await web.read_form(request)
    filling = await filling_of(request)
    ticked = declared(filling, form)
    content = looked_at(form, ticked)
    try:
        outcome = await _send(request, filling, content, web.text(form, "key"), await web.upload(form, "signed"))
    except StaleDraft:
        # A tick agrees to the words it stood under: on another version's page it is asked for again.
        same = content.form in (None, filling.form_id)
        return await draw(request, filling, ticked=ticked if same else None, notice=_(CHANGED), status=409)
    except REFUSED as error:
        return await draw(request, filling, ticked=ticked, notice=web.sentence(error), status=error.status)
    if isinstance(outcome, submissions.Problems):
        return await draw(request, filling, problems=outcome.problems, ticked=ticked, status=422)
    return _sent(request, filling, outcome)


def looked_at(form: FormData, ticked: Mapping[str, str]) -> submissions.FromDraft:
    """The draft that the posted page showed."""
    version = web.text(form, "version")
    number = int(version) if version.isdecimal() and len(version) < 10 else -1
    return submissions.FromDraft(number, ticked, posted.drawn_from(form))


def declared(filling: Filling, form: FormData) -> dict[str, str]:
    """The declaration's answers as the posted page has them."""
    return {key: TICKED if web.text(form, MARK + key) else "" for key in all_declared(filling)}


def all_declared(filling: Filling) -> dict[str, str]:
    """The declaration's answers as if every box were ticked."""
    pages = [filling.picture.page(page.key) for page in reading.declarations(filling.form)]
    return {item.key: TICKED for page in pages for item in live.fields_of(page)}


async def _send(
    request: Request, filling: Filling, content: submissions.Content, key: str, signed: tuple[str, bytes] | None
) -> Submission | submissions.Problems:
    visit = visit_of(request)
    outcome = await submissions.submit(
        web.settings(request),
        filling.campaign.id,
        filling.invitation.code,
        content,
        visit.principal,
        key,
        web.now(request),
        contact_id=visit.contact,
        signed=signed,
    )
    request.app.state.postroom.wake()
    return outcome


def _sent(request: Request, filling: Filling, submission: Submission) -> Response:
    return web.redirect(request, f"/u/{filling.campaign.id}/receipt/{submission.number}")


async def nil(request: Request) -> Response:
    """Nothing to report: the page that asks why."""
    filling = await filling_of(request)
    if not filling.campaign.allow_nil or not _may_fill(request, filling):
        return web.redirect(request, f"/u/{filling.campaign.id}")
    return await nil_page(request, filling)


async def nil_page(
    request: Request, filling: Filling, reason: str = "", problem: str = "", notice: str = "", status: int = 200
) -> Response:
    """`problem` is one of the reason, `notice` of anything else."""
    context = {
        **frame(filling, web.now(request)),
        **await how(filling),
        "notice": notice,
        "reason": reason,
        "problem": problem,
        "key": secrets.token_urlsafe(16),
    }
    return web.render(request, "unit/nil.html", context, status)


async def send_nil(request: Request) -> Response:
    form = await web.read_form(request)
    filling = await filling_of(request)
    reason = web.text(form, "reason")
    content, signed = submissions.Nil(reason), await web.upload(form, "signed")
    try:
        outcome = await _send(request, filling, content, web.text(form, "key"), signed)
    except Invalid as error:
        return await nil_page(request, filling, reason, str(error.problems[0]["message"]), status=422)
    except REFUSED as error:
        return await nil_page(request, filling, reason, notice=web.sentence(error), status=error.status)
    assert isinstance(outcome, Submission)
    return _sent(request, filling, outcome)
