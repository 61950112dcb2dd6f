"""The language of a form's own words, where its author wrote it in several. The page around it stays as it is.

A browser remembers the choice in a cookie; another form without that language is drawn in its default one.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from forms.schema import Form
from service import web
from service.flow.filling import Filling, judged
from service.words import N_, _

COOKIE = "phieu_form_language"
YEAR = 365 * 86400
OWN = "vi"  # the language of the page around
DEFAULT = N_("Ngôn ngữ mặc định")
_TAGGED = re.compile(r"(.*\S)\s*\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\)\s*")


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language of a form: "English (en)" is `name`, "English" `label`, "en" `tag`."""

    name: str
    label: str
    tag: str
    current: bool


def wanted(request: Request) -> str:
    """The language that was chosen in this browser, whether a form has it or not; "" for none."""
    return unquote(request.cookies.get(COOKIE, ""))


def chosen(request: Request, form: Form) -> str:
    """The form's language for this browser, its default one unless another was chosen."""
    name = wanted(request)
    return name if name in form.languages else next(iter(form.languages), "")


def offered(request: Request, form: Form) -> list[Tongue]:
    """What to choose from; [] where there is nothing to choose."""
    return of(form, chosen(request, form))


def of(form: Form, name: str) -> list[Tongue]:
    """The languages of a form that has several; the default one is current unless another of them is named."""
    current = name if name in form.languages else next(iter(form.languages), "")
    return [_tongue(one, current) for one in form.languages] if len(form.languages) > 1 else []


def _tongue(name: str, current: str) -> Tongue:
    tagged = _TAGGED.fullmatch(name)
    label = _(DEFAULT) if name == "default" else tagged[1] if tagged else name
    return Tongue(name, label, tagged[2] if tagged else "", name == current)


def tag(request: Request, form: Form) -> str:
    """The tag of the form's words where they are in another language than the page, else ""."""
    name = chosen(request, form)
    found = _tongue(name, name).tag
    return "" if found.split("-")[0].lower() == OWN else found


def spoken(request: Request, filling: Filling) -> Filling:
    """The same form in the language that this browser wants."""
    language = chosen(request, filling.form)
    if language == next(iter(filling.form.languages), ""):
        return filling
    return replace(filling, picture=judged(filling, filling.raw, web.now(request), language))


def remember(request: Request, response: Response, name: str) -> Response:
    """Keep the choice in this browser."""
    web.set_cookie(request, response, COOKIE, quote(name[:200]), YEAR)
    return response


async def choose(request: Request) -> Response:
    """Switch, from a page where nothing is typed in."""
    form = await web.read_form(request)
    home = f"/u/{int(request.path_params['campaign'])}"
    back = "/check" if web.text(form, "back") == "check" else ""
    return remember(request, web.redirect(request, home + back), web.text(form, "language"))
