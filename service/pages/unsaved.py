"""What people typed and the house could not take: read for showing it, so that they can copy it.

It is never sent again by itself: the session that comes next may be another unit's.
"""

from starlette.datastructures import FormData
from starlette.requests import Request

from forms.schema import Form, Kind, Question, Repeat
from service import security, web
from service.errors import EntryNeeded, FormExpired, LoginNeeded, ServiceError
from service.flow import filling, forms, landing
from service.models import Campaign
from service.pages.controls import MARK
from service.pages.posted import drawn_from, ranked
from service.words import _


async def typed(request: Request, error: ServiceError) -> list[tuple[str, str]]:
    """Label and value of every question in the posted form, in its order, or of a mail's text; [] when there is nothing
    to keep.

    A form from another site is not ours to show. One that carries its campaign's mark shows with the questions'
    labels, any other with their names.
    """
    ours = web.of_unit(request) or _of_text(request)
    if request.method != "POST" or not ours or not web.from_here(request):
        return []
    # Other errors come after the form was read, or because it cannot be.
    read = isinstance(error, EntryNeeded | LoginNeeded | FormExpired)
    form = await web.read_form(request) if read else getattr(request.state, "form", None)
    if not isinstance(form, FormData):
        return []
    await web.close_form(request)
    if _of_text(request):
        return [(_("Tiêu đề"), web.text(form, "subject")), (_("Nội dung"), web.text(form, "text"))]
    # After a fault of ours nothing more is asked of the database.
    return _lines(form, await _form_of(request, form) if error.status < 500 else None)


def _of_text(request: Request) -> bool:
    """Whether the address is that of a mail's text: staff write at length there too."""
    return request.url.path.startswith("/texts/")


async def _form_of(request: Request, given: FormData) -> Form | None:
    number = int(request.path_params.get("campaign", 0))
    if not 0 < number <= filling.MAX_ID or not security.same(web.mark_of(request, number), web.text(given, "mark")):
        return None
    campaign = await Campaign.get_or_none(id=number)
    if campaign is None:
        return None
    return await landing.drawn_from(campaign, drawn_from(given)) or await forms.built(campaign.form_id)


def _lines(given: FormData, form: Form | None) -> list[tuple[str, str]]:
    values: dict[str, list[str]] = {}
    for name, value in web.pairs(given):
        if name.startswith(MARK) and value.strip():
            values.setdefault(name.removeprefix(MARK), []).append(value)
    rows: dict[str, list[str]] = {}
    found = [_line(form, key, texts, rows) for key, texts in values.items()]
    reason = web.text(given, "reason")
    return [*found, (_("Lý do không phát sinh"), reason)] if reason else found


def _line(form: Form | None, key: str, texts: list[str], rows: dict[str, list[str]]) -> tuple[str, str]:
    question = form.question(key.rsplit("/", 1)[-1]) if form else None
    if form is None or question is None:
        return key, ", ".join(texts)
    label = " ".join("".join(part if isinstance(part, str) else "…" for part in question.label.parts).split())
    ranks = ranked(texts) if question.kind is Kind.RANK else texts
    shown = [_shown(form, question, text) for text in ranks]
    return _row(form, key, rows) + (label or question.name), ", ".join(shown)


def _shown(form: Form, question: Question, text: str) -> str:
    if question.kind is Kind.ACKNOWLEDGE:
        return _("Đã xác nhận")
    choice = form.choice(question, text)
    return choice.label if choice else text


def _row(form: Form, key: str, rows: dict[str, list[str]]) -> str:
    """The row that a key stands in, in words, counted as rows appear: "Khó khăn 2 – "; "" outside of rows."""
    parts = key.split("/")
    found = [(place, item) for place, name in enumerate(parts[:-2]) if isinstance(item := form.item(name), Repeat)]
    if not found:
        return ""
    place, repeat = found[-1]
    ids = rows.setdefault("/".join(parts[: place + 1]), [])
    if parts[place + 1] not in ids:
        ids.append(parts[place + 1])
    return f"{repeat.label.plain or repeat.name} {ids.index(parts[place + 1]) + 1} – "
