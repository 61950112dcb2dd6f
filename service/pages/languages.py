"""The language of the unit's side, and that of a form's own words, where its author wrote it in several.

A browser remembers each choice in a cookie. A form follows the page's language until another of its own is chosen;
one without that language is drawn in its default one.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from forms.schema import Form
from service import web, words
from service.errors import NotFound
from service.flow.filling import Filling, judged
from service.words import N_, _

COOKIE = "phieu_form_language"
YEAR = 365 * 86400
DEFAULT = N_("Ngôn ngữ mặc định")


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
    """The form's language for this browser: the one chosen for forms, else that of the page, else its default."""
    name = wanted(request)
    if name in form.languages:
        return name
    first = next(iter(form.languages), "")
    page = words.language.get()
    return next((one for one in form.languages if page != words.OWN and words.language_of(one) == page), first)


def offered(request: Request, form: Form) -> list[Tongue]:
    """What to choose from; [] where there is nothing to choose."""
    return of(form, chosen(request, form))


def of(form: Form, name: str) -> list[Tongue]:
    """The languages of a form that has several; the default one is current unless another of them is named."""
    current = name if name in form.languages else next(iter(form.languages), "")
    return [_tongue(one, current) for one in form.languages] if len(form.languages) > 1 else []


def _tongue(name: str, current: str) -> Tongue:
    label, tag = words.split_language(name)
    return Tongue(name, _(DEFAULT) if name == "default" else label, tag, name == current)


def tag(request: Request, form: Form) -> str:
    """The tag of the form's words where they are in another language than the page, else "". A form that does not
    say its language is taken for Vietnamese."""
    return words.foreign(chosen(request, form))


def only_vietnamese(form: Form) -> bool:
    """Whether the page is in another language and the form in Vietnamese alone: then the page says so."""
    return words.language.get() != words.OWN and all(words.language_of(one) == words.OWN for one in form.languages)


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


async def switch(request: Request) -> Response:
    """Switch the unit's side, by a plain link, and go back to the page it stood on. The forms follow it again."""
    name = request.path_params["name"]
    if name not in words.LANGUAGES:
        raise NotFound()
    return speak(request, web.redirect(request, _back(request)), name)


def speak(request: Request, response: Response, name: str) -> Response:
    """Keep the page's language in this browser."""
    if name in words.LANGUAGES:
        web.set_cookie(request, response, web.LANGUAGE_COOKIE, name, YEAR)
        response.delete_cookie(COOKIE)
    return response


def _back(request: Request) -> str:
    """The page of ours that the browser says it comes from, if it can be opened again; else the unit's front page."""
    came = urlsplit(request.headers.get("referer", ""))
    here = came.netloc == request.headers.get("host") and came.path.startswith("/") and not came.path.startswith("//")
    scope = {"type": "http", "method": "GET", "path": came.path, "headers": []}
    if here and any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
        return came.path + (f"?{came.query}" if came.query else "")
    return "/u" if request.cookies.get(web.UNIT_COOKIE) else "/vao"
