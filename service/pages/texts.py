"""The texts of mails: their list, and one to read, edit, look at as a unit would get it, and take back."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from reminders.texts import KINDS, Template
from service import mailwords, textwords, web
from service.errors import Invalid
from service.flow import drafts, principal, texts
from service.flow.texts import Choice, Sheet, Shown, TextChanged, TextFaulty
from service.pages import asked
from service.words import _


async def index(request: Request) -> Response:
    return web.render(request, "texts/list.html", {"sheets": await texts.index(), "w": mailwords, "tw": textwords})


async def show(request: Request) -> Response:
    """The text in force, or, to look at and take back, another version of it."""
    sheet = await texts.sheet(request.path_params["name"])
    number = asked.whole(request.query_params.get("version", ""))
    template = sheet.template if number is None else texts.version(sheet, number)
    chosen = await texts.choice(asked.whole(request.query_params.get("campaign", "")), asked.query(request, "unit"))
    return await _page(request, sheet, chosen, _Edited(template, sheet.number, number))


async def change(request: Request) -> Response:
    """Save, or only look at it as it is typed."""
    form = await web.read_form(request)
    sheet = await texts.sheet(request.path_params["name"])
    template = texts.typed(web.verbatim(form, "subject"), web.verbatim(form, "text"))
    seen = asked.whole(web.text(form, "seen"))
    edited = _Edited(template, sheet.number if seen is None else seen, typed=True)
    chosen = await texts.choice(asked.whole(web.text(form, "campaign")), asked.plain(web.text(form, "unit"))[:100])
    if web.text(form, "act") != "save":
        return await _page(request, sheet, chosen, edited)
    who = principal.staff(request.state.staff.id)
    try:
        changed = await texts.save(sheet.name, template, edited.seen, who, web.now(request))
    except TextFaulty:
        return await _page(request, sheet, chosen, edited, refused=True)
    except TextChanged as error:
        edited = _Edited(template, sheet.number, typed=True)
        return await _page(request, sheet, chosen, edited, conflict=web.sentence(error))
    said = _("Đã lưu mẫu thư. Thư soạn từ bây giờ dùng bản này.") if changed else _("Không có gì thay đổi.")
    return web.redirect(request, f"/texts/{sheet.name}", said)


@dataclass(frozen=True, slots=True)
class _Edited:
    """What stands in the form: over which version it was begun, which one it was loaded from, and if it was typed."""

    template: Template
    seen: int
    loaded: int | None = None
    typed: bool = False


async def _page(
    request: Request, sheet: Sheet, chosen: Choice, edited: _Edited, *, refused: bool = False, conflict: str = ""
) -> Response:
    shown: Shown | None = None
    problems: list[dict[str, object]] = []
    try:
        shown = await texts.preview(web.settings(request), sheet.name, edited.template, chosen, web.now(request))
    except Invalid as error:
        problems = error.problems
    kind = KINDS[sheet.name]
    wrong: dict[str, list[str]] = {}
    for problem in problems:
        wrong.setdefault(str(problem["field"]), []).append(str(problem["message"]))
    context = {
        "sheet": sheet,
        "edited": edited,
        "chosen": chosen,
        "shown": shown,
        "problems": problems,
        "wrong": wrong,
        "conflict": conflict,
        "placeholders": [name for name in textwords.PLACEHOLDERS if name in kind.placeholders],
        "needs": kind.needs,
        "people": await drafts.people({row.by for row in sheet.versions}),
        "may": request.state.staff.role != "viewer",
        "w": mailwords,
        "tw": textwords,
    }
    response = web.render(request, "texts/show.html", context, 409 if conflict else 422 if refused else 200)
    # The preview's own style attributes; it runs in a frame that allows nothing else.
    response.headers["Content-Security-Policy"] = web.policy(style_src_attr="'unsafe-inline'", frame_src="'self'")
    return response
