"""One section a page: drawn, saved, autosaved. Answers are kept even when they are wrong."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from forms.answers import Field, Heading, Picture, RowGroup
from forms.schema import Page
from service import answerwords, life, web
from service.errors import CampaignClosed, NotFound, ServiceError, WrongState
from service.flow import attachments, carrying, drafts, landing, openness, remarks, submissions
from service.flow.drafts import Edit, Saved
from service.flow.filling import Filling, judged, officer
from service.flow.keys import admitted
from service.pages import languages, layout, leftover, live, periods, posted, reading
from service.pages.controls import Sheet
from service.pages.unit import contents, filling_of, frame, visit_of
from service.words import N_, _

NEW_QUESTIONS = N_("Có câu hỏi mới theo câu trả lời vừa chọn. Vui lòng trả lời tiếp rồi bấm “Lưu và tiếp tục”.")
SAVED = N_("Đã lưu.")
MERGED = N_("Đã lưu. Một số câu do đồng nghiệp vừa sửa đã được cập nhật trên trang này.")
MOVED = N_(
    "Mẫu phiếu vừa được chuyển sang phiên bản mới. Những gì anh/chị vừa điền đã được giữ; "
    "vui lòng xem lại các câu trước khi gửi."
)
TWO_TEXTS = N_("Có câu hai người sửa khác nhau. Vui lòng chọn nội dung giữ lại ở câu được đánh dấu.")
AS_SENT = (life.State.SUBMITTED, life.State.ACCEPTED)


async def section(request: Request) -> Response:
    """One section. With `?check=1` all its problems are told, on top and beside the fields."""
    filling = await filling_of(request)
    return await _draw(request, filling, check="check" in request.query_params)


async def _draw(
    request: Request,
    filling: Filling,
    *,
    check: bool = False,
    extra: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    page = _page(request, filling)
    now = web.now(request)
    if not openness.editable(filling.invitation, filling.campaign, visit_of(request).principal, now):
        return await _read_only(request, filling, page)
    drawn = filling.picture.page(page.key)
    fields = {found.key: found for found in live.fields_of(drawn)}
    rivals = await live.rivals(filling, fields)
    files = await attachments.named(filling.invitation.id, filling.form, filling.raw)
    problems = told(filling.picture, page, fields, extra or {}, check)
    last = filling.earlier
    tag = languages.tag(request, filling.form)
    period, asked = periods.words(last.begin, last.end), await remarks.standing(filling.invitation)
    given = Sheet(filling.form, problems, files, rivals, tag, last.found, period, asked)
    context = {
        **frame(filling, now),
        **sheet(filling, page, drawn, given),
        "tongues": languages.offered(request, filling.form),
        "check": check,
        "saved_by": await _saved_by(request, filling),
        "tab": secrets.token_hex(4),
        "mark": web.mark_of(request, filling.campaign.id),
        "removed": removed(request),
        "left": await leftover.waiting(filling, now, page.key),
    }
    return web.render(request, "unit/section.html", context, status)


def sheet(
    filling: Filling, page: Page, drawn: tuple[Field | Heading | RowGroup, ...], given: Sheet
) -> dict[str, object]:
    """What a section's template draws of the form itself; `drawn` is the page as the picture has it."""
    fields = {found.key: found for found in live.fields_of(drawn)}
    items = layout.arrange(drawn, given)
    places = dict(reading.places(drawn))
    lines = contents(filling.picture)
    place = next((number for number, line in enumerate(lines) if line.key == page.key), 0)
    return {
        "page": page,
        "title": reading.title(filling.picture, page),
        "items": items,
        "keys": " ".join(control.key for control in layout.typed_in(items)),
        "summary": [
            (key, _line(fields.get(key), sentence, places.get(key, ""))) for key, sentence in given.problems.items()
        ],
        "contents": lines,
        "number": place + 1,
        "before": lines[place - 1] if place else None,
        "after": lines[place + 1] if place + 1 < len(lines) else None,
        "tongues": [],
        "widgets": layout.needs_widgets(items),
        "files": layout.takes_files(items),
    }


async def _saved_by(request: Request, filling: Filling) -> str:
    """Who saved last, when it was somebody else."""
    ref = filling.updated_by
    if not ref or ref == visit_of(request).principal.ref:
        return ""
    return (await drafts.people([ref]))[ref]


def told(
    picture: Picture, page: Page, fields: Mapping[str, Field], extra: Mapping[str, str], check: bool
) -> dict[str, str]:
    """The sentences of the summary, by key, in form order."""
    found = dict(extra)
    if check:
        for problem in picture.page_problems(page.key):
            label = fields[problem.key].label if problem.key in fields else ""
            found.setdefault(problem.key, answerwords.problem(problem, label))
    order = {key: number for number, key in enumerate(fields)}
    return dict(sorted(found.items(), key=lambda pair: order.get(pair[0], 0)))


def _line(found: Field | None, sentence: str, place: str) -> str:
    """A problem for the summary: its row and the question first, unless its sentence names the question already."""
    label = answerwords.short(found.label) if found else ""
    return ": ".join(part for part in (place, label if label not in sentence else "", sentence) if part)


def _page(request: Request, filling: Filling) -> Page:
    page = filling.form.page(request.path_params["page_key"])
    if page is None or reading.is_declaration(page):
        raise NotFound()
    return page


async def _read_only(request: Request, filling: Filling, page: Page) -> Response:
    """What was sent, where that is the unit's report and it corrects nothing; else what is filled in."""
    invitation, campaign = filling.invitation, filling.campaign
    sent = await submissions.latest(invitation.id) if invitation.state in AS_SENT else None
    picture, raw, shown = filling.picture, filling.raw, [page]
    if sent and not sent.nil_reason:
        form = await submissions.form_of(sent, campaign)
        picture = await submissions.as_sent(form, invitation, campaign, sent, languages.chosen(request, form))
        raw, shown = submissions.sent_answers(form, sent), [one for one in form.pages if one.key == page.key]
    given = await attachments.named(invitation.id, picture.form, raw)
    context = {
        **frame(filling, web.now(request)),
        "sections": reading.read(picture, shown, given),
        "title": reading.title(filling.picture, page),
        "unsaved": "",
        "nil": bool(sent and sent.nil_reason),
        "officer": await officer(campaign),
    }
    return web.render(request, "unit/readonly.html", context)


def removed(request: Request) -> str:
    """What the undo button of a row just removed does: `key:row:place`."""
    found = request.query_params.get("removed", "")
    return found if found.count(":") == 2 and len(found) < 600 else ""


async def save_section(request: Request) -> Response:
    """Keep what was typed, then do what the pressed button says."""
    form = await web.read_form(request)
    visit, now = visit_of(request), web.now(request)
    current = await filling_of(request)
    drawn = await landing.drawn_from(current.campaign, posted.drawn_from(form))
    before = replace(current, form=drawn) if drawn else current
    page = _page(request, before)
    act, _colon, target = web.text(form, "act").partition(":")
    try:
        given, refused = await posted.uploads(request, before, form)
        wanted = posted.edit(before, form, act, target, given)
        if act == "keep":
            wanted = _kept(before, wanted, target)
        saved = await drafts.save(
            before.campaign.id, before.invitation.code, wanted, visit.principal, now, contact_id=visit.contact
        )
    except (CampaignClosed, WrongState) as error:
        return await _not_taken(request, before, page, form, error)
    if saved.moved:
        return _after_move(request, saved, page, refused)
    if refused:
        return await _draw(request, languages.spoken(request, saved.filling), extra=refused, status=422)
    if act == "dismiss" and target.isascii() and target.isdigit():
        await carrying.dismiss(before.invitation, int(target), visit.principal, now)
    answer = after(request, saved, page, act, target, f"/u/{before.campaign.id}")
    if act == "speak":
        return languages.speak(request, answer, target)
    return languages.remember(request, answer, target) if act == "language" else answer


def _kept(filling: Filling, edit: Edit, key: str) -> Edit:
    """The edit with last period's answer in place of what was typed into one question."""
    found = filling.earlier.found.get(key)
    return replace(edit, values={**edit.values, key: found.raw}) if found else edit


async def _not_taken(request: Request, filling: Filling, page: Page, form: FormData, error: ServiceError) -> Response:
    """The draft can no longer be changed: say so, with what was typed to copy from."""
    typed = admitted(filling.form, posted.values(filling, form))
    raw = {**filling.raw, **typed}
    picture = judged(filling, raw, web.now(request), languages.chosen(request, filling.form))
    context = {
        **frame(filling, web.now(request)),
        "sections": reading.read(picture, [page], {}),
        "title": reading.title(picture, page),
        "officer": None,
        "unsaved": _(error.message).format(**error.params),
    }
    return web.render(request, "unit/readonly.html", context, error.status)


def _after_move(request: Request, saved: Saved, page: Page, refused: Mapping[str, str]) -> Response:
    """The page came from another version of the form: on to the same section as it is now, or to the contents."""
    home = f"/u/{saved.filling.campaign.id}"
    now = saved.filling.form.page(page.key)
    there = home if now is None or reading.is_declaration(now) else f"{home}/s/{now.key}"
    return web.redirect(request, there, " ".join([_(MOVED), *refused.values()]))


def after(request: Request, saved: Saved, page: Page, act: str, target: str, home: str) -> Response:
    """Where a save leads. `home` is the address of the survey: "/u/7"."""
    filling = saved.filling
    here = f"{home}/s/{page.key}"
    if any(key in filling.kept for key in _keys(filling, page)):
        first = next(key for key in _keys(filling, page) if key in filling.kept)
        return web.redirect(request, f"{here}#w-{quote(first)}", _(TWO_TEXTS))
    if act in posted.ROW_ACTS:
        return _after_row(request, saved, here, act, target)
    if act in ("upload", "unfile", "keep"):
        return web.redirect(request, f"{here}#w-{quote(target)}", _(SAVED))
    if act == "back":
        return web.redirect(request, _neighbour(filling, page, -1, home))
    fresh = _revealed(saved, page, web.now(request))
    if fresh and act in ("save", "next"):
        return web.redirect(request, f"{here}#w-{quote(fresh[0])}", _(NEW_QUESTIONS))
    if act != "next":
        return web.redirect(request, here, _(MERGED) if saved.merged else _(SAVED))
    if filling.picture.page_problems(page.key):
        return web.redirect(request, f"{here}?check=1#problems")
    return web.redirect(request, _neighbour(filling, page, 1, home), _(MERGED) if saved.merged else "")


def _after_row(request: Request, saved: Saved, here: str, act: str, target: str) -> Response:
    if act == "remove":
        key, _slash, row = target.rpartition("/")
        held = saved.before.get(key, ["r1"])
        place = held.index(row) if isinstance(held, list) and row in held else 0
        return web.redirect(request, f"{here}?removed={quote(f'{key}:{row}:{place}')}#removed")
    if act == "add":
        rows = saved.filling.raw.get(target)
        last = rows[-1] if isinstance(rows, list) and rows else ""
        return web.redirect(request, f"{here}#row-{quote(f'{target}/{last}')}")
    key = target.split(":")[0] if act == "restore" else target
    return web.redirect(request, f"{here}#w-{quote(key)}" if act == "restore" else f"{here}#row-{quote(key)}")


def _keys(filling: Filling, page: Page) -> list[str]:
    return [found.key for found in live.fields_of(filling.picture.page(page.key))]


def _revealed(saved: Saved, page: Page, now: datetime) -> list[str]:
    """Questions of this page that the save brought up and that nobody has answered yet."""
    filling = saved.filling
    earlier = judged(filling, saved.before, now)
    seen = {found.key for found in live.fields_of(earlier.page(page.key)) if found.relevant}
    return [
        found.key
        for found in live.fields_of(filling.picture.page(page.key))
        if found.relevant and found.key not in seen and found.question.asked and not found.shown and not found.locked
    ]


def _neighbour(filling: Filling, page: Page, step: int, home: str) -> str:
    """The next section's address, or the one before; past the ends the check page or the contents."""
    keys = [line.key for line in contents(filling.picture)]
    place = keys.index(page.key) + step if page.key in keys else -1
    if 0 <= place < len(keys):
        return f"{home}/s/{keys[place]}"
    return f"{home}/check" if step > 0 else home
