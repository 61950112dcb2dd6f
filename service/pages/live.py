"""The page while it is being typed in: what changed is saved, and the answer says what to show, hide and tell."""

import json
from collections.abc import Iterable, Iterator, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from forms.answers import Field, Heading, RowGroup
from forms.consolidate.sums import beside
from forms.schema import LISTED, NUMBERS
from service import answerwords, readable, web, words
from service.errors import Invalid, NotFound, ServiceError
from service.flow import attachments, drafts
from service.flow.drafts import Edit, Saved
from service.flow.filling import MAX_ID, Filling
from service.pages import controls, languages, reading
from service.pages.controls import Rival, Sheet
from service.pages.unit import visit_of
from service.words import N_, _

MOST_KEYS = 2000
TOO_MANY = N_("Mỗi lần lưu nhận tối đa {most} câu. Vui lòng tải lại trang rồi lưu từng phần.")
MOVED = N_("Đã lưu {at}. Mẫu phiếu vừa có phiên bản mới; vui lòng tải lại trang này để điền tiếp.")


def fields_of(items: Iterable[Field | Heading | RowGroup]) -> Iterator[Field]:
    """The fields of a page, those in rows included."""
    for item in items:
        if isinstance(item, Field):
            yield item
        elif isinstance(item, RowGroup):
            for row in item.rows:
                yield from fields_of(row.items)


async def rivals(filling: Filling, fields: Mapping[str, Field]) -> dict[str, Rival]:
    """Both texts of the questions on a page that wait for a choice."""
    waiting = {key: kept for key, kept in filling.kept.items() if key in fields}
    if not waiting:
        return {}
    names = await drafts.people({kept.by for kept in waiting.values()})
    return {
        key: Rival(
            shown=controls.shown(fields[key], kept.value),
            saved=controls.shown(fields[key], filling.raw.get(key, fields[key].raw)),
            by=names[kept.by],
            at=words.moment(kept.at),
        )
        for key, kept in waiting.items()
    }


async def autosave(request: Request) -> Response:
    """JSON in, JSON out: {version, tab, page, changes, chosen, touched} -> what the page should show now.

    `changes` may name questions of other pages (typed without a line, sent later). A page that another draft
    version has passed gets the values that others changed; both texts are kept where the same question was changed.
    """
    body = await body_of(request)
    visit, now, edit = visit_of(request), web.now(request), edit_of(body)
    campaign = int(request.path_params["campaign"])
    whose = (campaign, visit.unit, edit, visit.principal, now)
    spoken = languages.wanted(request)
    saved = await drafts.save(*whose, contact_id=visit.contact, live=True, language=spoken)
    return JSONResponse(await answer(request, saved, body))


def edit_of(body: Mapping[str, object]) -> Edit:
    """What the page hands over; parts of another shape than ours count as absent. Raises Invalid for more questions
    than a page may save at once."""
    changes, chosen = body.get("changes"), body.get("chosen")
    if isinstance(changes, dict) and len(changes) > MOST_KEYS:
        raise Invalid([{"message": _(TOO_MANY).format(most=words.number(MOST_KEYS))}])
    version, tab, form = body.get("version"), body.get("tab"), body.get("form")
    return Edit(
        version=version if isinstance(version, int) and 0 <= version <= MAX_ID else 0,
        tab=tab if isinstance(tab, str) and tab.isalnum() and tab.isascii() else "",
        values=changes if isinstance(changes, dict) else {},
        chosen={k: v for k, v in chosen.items() if isinstance(v, str)} if isinstance(chosen, dict) else {},
        form=form if isinstance(form, int) and 0 < form <= MAX_ID else None,
    )


async def body_of(request: Request) -> dict[str, object]:
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise ServiceError() from error
    if not isinstance(found, dict):
        raise ServiceError()
    return found


async def answer(request: Request, saved: Saved, body: Mapping[str, object]) -> dict[str, object]:
    """What the page that saved should show now."""
    filling = saved.filling
    at = filling.updated_at or web.now(request)
    told: dict[str, object] = {"version": filling.version, "at": f"{words.local(at):%H:%M}"}
    if saved.moved:
        told["moved"] = _(MOVED).format(at=told["at"])
    page = filling.form.page(str(body.get("page", "")))
    if page is None:
        return told
    if reading.is_declaration(page):
        raise NotFound()
    items = filling.picture.page(page.key)
    fields = {found.key: found for found in fields_of(items)}
    touched = body.get("touched")
    names = {key for key in touched if isinstance(key, str)} if isinstance(touched, list) else set()
    chosen = body.get("chosen")
    wanted = {*saved.merged, *(chosen if isinstance(chosen, dict) else {})}
    told |= {
        "show": dict(_shown(items)),
        "texts": _texts(fields),
        "options": _options(fields),
        "problems": {key: _problem(fields[key]) for key in names if key in fields},
        "values": {key: fields[key].raw for key in wanted if key in fields},
        "rivals": await _rivals(request, filling, fields),
    }
    if sums := {key: answerwords.running(found.sums) for key, found in fields.items() if _sums_up(filling, found)}:
        told["sums"] = sums
    if since := _since(filling, fields):
        told["since"] = since
    computed = {key: found.raw for key, found in fields.items() if found.question.trigger and not found.locked}
    rows = dict(_counted(items))
    return told | ({"computed": computed} if computed else {}) | ({"rows": rows} if rows else {})


def _sums_up(filling: Filling, found: Field) -> bool:
    return found.question.name in beside(filling.form)


def _since(filling: Filling, fields: Mapping[str, Field]) -> dict[str, str]:
    """By how much figures differ from last period's."""
    figures = {key: found for key, found in fields.items() if found.question.kind in NUMBERS}
    last = filling.earlier.found
    return {key: answerwords.since(last[key].typed, found.typed) for key, found in figures.items() if key in last}


def _shown(items: Iterable[Field | Heading | RowGroup]) -> Iterator[tuple[str, bool]]:
    for item in items:
        yield item.key, item.relevant
        if isinstance(item, RowGroup):
            for row in item.rows:
                yield from _shown(row.items)


def _counted(items: Iterable[Field | Heading | RowGroup]) -> Iterator[tuple[str, str]]:
    """The rows of repeats whose number follows from an answer."""
    for item in items:
        if isinstance(item, RowGroup):
            if item.fixed:
                yield item.key, " ".join(row.id for row in item.rows)
            for row in item.rows:
                yield from _counted(row.items)


def _texts(fields: Mapping[str, Field]) -> dict[str, list[str]]:
    """Labels, hints and guidance with values in them, and the values of locked questions, which may be computed."""
    return {
        key: [found.label, found.hint, readable.shown(found) if found.locked else "", found.guidance]
        for key, found in fields.items()
        if found.locked
        or any(text.filled for text in (found.question.label, found.question.hint, found.question.guidance))
    }


def _options(fields: Mapping[str, Field]) -> dict[str, list[list[str]]]:
    """The choices left by a filter, for lists that depend on other answers."""
    return {
        key: [[choice.name, choice.label] for choice in found.choices]
        for key, found in fields.items()
        if found.question.kind in LISTED and found.question.choice_filter is not None and not found.locked
    }


def _problem(found: Field) -> list[str]:
    """Code and sentence, both empty when all is well."""
    if found.problem is None:
        return ["", ""]
    return [found.problem.code, answerwords.problem(found.problem, found.label)]


async def _rivals(request: Request, filling: Filling, fields: Mapping[str, Field]) -> dict[str, str]:
    """The boxes that let people choose between two texts, drawn by the same template as the page."""
    found = await rivals(filling, fields)
    if not found:
        return {}
    given = await attachments.named(filling.invitation.id, filling.form, filling.raw)
    module = request.app.state.templates.get_template("unit/fields.html").module
    sheet = Sheet(filling.form, files=given, rivals=found)
    return {key: str(module.rival_box(controls.control(fields[key], sheet))) for key in found}
