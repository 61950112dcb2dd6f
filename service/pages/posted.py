"""A section's form as it was posted: answers, choices, files and the pressed button, read for the draft."""

import secrets

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from forms.schema import Kind
from service import files, web
from service.errors import BadFile, EmptyFile, EnoughFiles, TooLarge
from service.flow import attachments
from service.flow.drafts import Edit
from service.flow.filling import Filling
from service.flow.merging import RowAct, Value
from service.pages.controls import CHOSEN, MARK
from service.pages.unit import visit_of
from service.words import _

ROW_ACTS = frozenset({"add", "remove", "restore", "up", "down"})


def edit(filling: Filling, form: FormData, act: str, target: str, given: dict[str, str]) -> Edit:
    """All that the form asks for: answers, choices between two texts, files, and what to do with a row."""
    found = values(filling, form)
    if act == "unfile":
        found[target] = ""
    chosen = {name.removeprefix(CHOSEN): value for name, value in web.pairs(form) if name.startswith(CHOSEN)}
    version = web.text(form, "version")
    return Edit(
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
        tab=_tab(web.text(form, "tab")),
        values=found,
        chosen=chosen,
        files=given,
        row=_row_act(act, target),
        form=drawn_from(form),
    )


def drawn_from(form: FormData) -> int | None:
    """The id of the form version that the page was drawn from, as it says."""
    text = web.text(form, "form")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _tab(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isalnum())[:12]


def values(filling: Filling, form: FormData) -> dict[str, Value]:
    """What was typed, for the questions that the page showed: a box not ticked posts nothing."""
    found: dict[str, Value] = {}
    for key in web.text(form, "keys").split()[:5000]:
        question = filling.form.question(key.rsplit("/", 1)[-1])
        if question is not None and question.kind is Kind.RANK:
            found[key] = ranked(web.texts(form, MARK + key))
        elif question is not None and question.kind is Kind.SELECT_MULTIPLE:
            found[key] = web.texts(form, MARK + key)
        elif question is not None:
            found[key] = web.text(form, MARK + key)
    return found


def ranked(texts: list[str]) -> list[str]:
    """The names in the order of their places: "2 road", "1 school" -> school, road. Those without a place are left
    out; of two with the same place the one higher on the page goes first."""
    pairs = (text.partition(" ") for text in texts)
    placed = [
        (int(place), name) for place, _space, name in pairs if place.isascii() and place.isdigit() and len(place) < 5
    ]
    return [name for _place, name in sorted(placed, key=lambda pair: pair[0])]


def _row_act(act: str, target: str) -> RowAct | None:
    """`add:h/h_item`, `remove:h/h_item/r1`, `restore:h/h_item:r1:0`."""
    if act not in ROW_ACTS:
        return None
    if act == "add":
        return RowAct(act, target, secrets.token_hex(4))
    if act == "restore":
        key, row, place = (*target.split(":"), "", "")[:3]
        return RowAct(act, key, row, int(place) if place.isascii() and place.isdigit() and len(place) < 5 else 0)
    key, _slash, row = target.rpartition("/")
    return RowAct(act, key, row)


async def uploads(request: Request, filling: Filling, form: FormData) -> tuple[dict[str, str], dict[str, str]]:
    """Attachment ids by key, and what is wrong with the files that were refused."""
    visit, now = visit_of(request), web.now(request)
    given: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile) or not value.filename or not name.startswith(MARK):
            continue
        key = name.removeprefix(MARK)
        try:
            if (value.size or 0) > files.LIMIT:
                raise TooLarge(limit=files.LIMIT_MB)
            file = (value.filename, await value.read())
            where = (web.settings(request), filling.campaign.id, filling.invitation.code, key)
            given[key] = await attachments.add(*where, file, visit.principal, now, form=filling.form)
        except (BadFile, EmptyFile, EnoughFiles, TooLarge) as error:
            refused[key] = _(error.message).format(**error.params)
    return given, refused
