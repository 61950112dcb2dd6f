"""Trying a form out: the unit's own pages at another address, with a panel that explains each question.

As a PC it is the page itself; as a phone the same page in a frame of that width. Nothing reaches a campaign.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from forms.problems import Problem
from forms.schema import FILES, Page, Question
from service import explainwords, web
from service.errors import Invalid, NotFound
from service.flow import drafts, trials
from service.flow.attachments import Given
from service.flow.keys import item_at
from service.flow.trials import Try
from service.models import Unit
from service.pages import asked, check, fill, inwords, languages, live, posted, reading
from service.pages.controls import MARK, Sheet
from service.pages.unit import contents, frame
from service.words import N_, _

STAND_IN = N_("tệp thử, không được tải lên")
NO_FILES = N_("Bản xem thử không tải tệp lên, nên không có gì để mở.")
SENT = N_("Phiếu đã hợp lệ. Ở đợt khảo sát thật, báo cáo được gửi ở bước này; bản xem thử không gửi gì.")
CLEARED = N_("Đã xóa các câu trả lời thử.")


async def start(request: Request) -> Response:
    """The first section, or with ?as=phone a telephone that shows it, or the one named by ?s=."""
    tried = await _try(request)
    if request.query_params.get("as") != "phone":
        return web.redirect(request, _first(tried))
    context = _bar(tried, await trials.units(), phone=True)
    page = tried.filling.form.page(request.query_params.get("s", ""))
    if page is not None and not reading.is_declaration(page):
        context["first"] = f"{_home(tried)}/s/{page.key}"
    return _framing(web.render(request, "forms/trial_phone.html", context))


async def section(request: Request) -> Response:
    """One section as a unit has it. With `?check=1` its problems are told."""
    tried = await _try(request)
    return await _draw(request, tried, _page(request, tried), check="check" in request.query_params)


async def save_section(request: Request) -> Response:
    """Keep what was typed, then do what the pressed button says, as the unit's page does."""
    form = await web.read_form(request)
    before = await _try(request)
    page = _page(request, before)
    act, _colon, target = web.text(form, "act").partition(":")
    edit = posted.edit(before.filling, form, act, target, _files(before, web.file_names(form)))
    try:
        tried, saved = await trials.save(*_whose(request), edit, web.now(request))
    except Invalid as error:
        notice = str(error.problems[0]["message"])
        return await _draw(request, before, page, notice=notice, status=error.status)
    answer = fill.after(request, saved, page, act, target, _home(tried))
    return languages.remember(request, answer, target) if act == "language" else answer


async def autosave(request: Request) -> Response:
    """As the unit's page; the panel comes along."""
    body = await live.body_of(request)
    tried, saved = await trials.save(*_whose(request), live.edit_of(body), web.now(request))
    saved = replace(saved, filling=languages.spoken(request, saved.filling))
    answer = await live.answer(request, saved, body)
    tried, page = _spoken(request, tried), tried.filling.form.page(str(body.get("page", "")))
    if page is not None:
        module = request.app.state.templates.get_template("forms/why.html").module
        answer["why"] = str(module.panel(_why(tried, page)))
    return JSONResponse(answer)


async def review(request: Request) -> Response:
    """Check your answers, with what is still wrong."""
    return await _review(request, await _try(request))


async def submit(request: Request) -> Response:
    """What sending would say: all that is wrong, or that nothing is."""
    form = await web.read_form(request)
    before = await _try(request)
    edit = drafts.Edit(0, values=check.declared(before.filling, form))
    tried, _saved = await trials.save(*_whose(request), edit, web.now(request))
    problems = tried.filling.picture.problems
    if problems:
        return await _review(request, _spoken(request, tried), problems=problems, status=422)
    return web.redirect(request, f"{_home(tried)}/check", _(SENT))


async def choose(request: Request) -> Response:
    """Another unit, or all afresh."""
    form = await web.read_form(request)
    afresh = web.text(form, "act") == "clear"
    await trials.choose(*_whose(request), web.now(request), unit=web.text(form, "unit")[:10], afresh=afresh)
    said = _(CLEARED) if afresh else ""
    home = f"/forms/{asked.number(request)}/preview"
    return web.redirect(request, f"{home}?as=phone" if web.text(form, "as") == "phone" else home, said)


async def speak(request: Request) -> Response:
    """Another language of the form, from the page that checks the answers."""
    form = await web.read_form(request)
    back = f"/forms/{asked.number(request)}/preview/check"
    return languages.remember(request, web.redirect(request, back), web.text(form, "language"))


async def no_file(request: Request) -> Response:
    """Where the link of a file that stands for one leads."""
    return web.redirect(request, _first(await _try(request)), _(NO_FILES))


# drawing


async def _draw(
    request: Request, tried: Try, page: Page, *, check: bool = False, notice: str = "", status: int = 200
) -> Response:
    filling = tried.filling
    drawn = filling.picture.page(page.key)
    fields = {found.key: found for found in live.fields_of(drawn)}
    problems = fill.told(filling.picture, page, fields, {}, check)
    context = {
        **frame(filling, web.now(request)),
        **fill.sheet(
            filling, page, drawn, Sheet(filling.form, problems, _given(), {}, languages.tag(request, filling.form))
        ),
        **_bar(tried, await trials.units()),
        "tongues": languages.offered(request, filling.form),
        "shown": page.key,
        "check": check,
        "saved_by": "",
        "tab": secrets.token_hex(4),
        "mark": "",
        "removed": fill.removed(request),
        "notice": notice,
        "why": _why(tried, page),
        "framed": _in_frame(request),
    }
    return _framed(web.render(request, "forms/trial_section.html", context, status))


async def _review(
    request: Request, tried: Try, *, problems: tuple[Problem, ...] | None = None, status: int = 200
) -> Response:
    context = {
        **frame(tried.filling, web.now(request)),
        **check.review(tried.filling, _given(), _home(tried), problems),
        **_bar(tried, await trials.units()),
        "tongues": languages.offered(request, tried.filling.form),
        "way": "send",
        "key": "",
        "framed": _in_frame(request),
    }
    return _framed(web.render(request, "forms/trial_check.html", context, status))


def _why(tried: Try, page: Page) -> tuple[explainwords.Told, ...]:
    form = tried.filling.form
    return explainwords.told(form, tried.filling.picture.explain(page.key), inwords.in_words)


def _bar(tried: Try, units: Sequence[Unit], *, phone: bool = False) -> dict[str, object]:
    """What stands around a page that is tried out."""
    return {
        "home": _home(tried),
        "version_id": tried.filling.campaign.form_id,
        "form_title": tried.filling.form.title,
        "trial": tried,
        "phone": phone,
        "shown": "",
        "first": _first(tried),
        "notice": "",
        "units": units,
    }


def _given() -> dict[str, Given]:
    return {trials.FILE: Given(0, _(STAND_IN), 0)}


def _files(tried: Try, named: Mapping[str, str]) -> dict[str, str]:
    """A stand-in for every file that was chosen: enough for the rules that ask for one."""
    keys = (name.removeprefix(MARK) for name in named if name.startswith(MARK))
    questions = ((key, item_at(tried.filling.form, key)) for key in keys)
    return {key: trials.FILE for key, item in questions if isinstance(item, Question) and item.kind in FILES}


# where we are


async def _try(request: Request) -> Try:
    return _spoken(request, await trials.load(*_whose(request), web.now(request)))


def _spoken(request: Request, tried: Try) -> Try:
    return replace(tried, filling=languages.spoken(request, tried.filling))


def _whose(request: Request) -> tuple[int, int]:
    return request.state.staff.id, asked.number(request)


def _home(tried: Try) -> str:
    return f"/forms/{tried.filling.campaign.form_id}/preview"


def _first(tried: Try) -> str:
    """The first section that has something to fill in; a form without one goes to its end at once."""
    lines = contents(tried.filling.picture)
    return f"{_home(tried)}/s/{lines[0].key}" if lines else f"{_home(tried)}/check"


def _page(request: Request, tried: Try) -> Page:
    page = tried.filling.form.page(request.path_params["page_key"])
    if page is None or reading.is_declaration(page):
        raise NotFound()
    return page


def _in_frame(request: Request) -> bool:
    """Whether the browser says that it draws the page inside another, as a telephone: the bar is then around it."""
    return request.headers.get("sec-fetch-dest") == "iframe"


def _framed(response: Response) -> Response:
    """May be drawn in a frame, by pages of this site only."""
    response.headers["Content-Security-Policy"] = web.policy(frame_ancestors="'self'")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _framing(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = web.policy(frame_src="'self'")
    return response
