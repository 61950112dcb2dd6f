"""What every page shares: drawing a template, reading a form, cookies, messages after a redirect."""

import codecs
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import jinja2
from python_multipart.multipart import parse_options_header
from starlette.background import BackgroundTask
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from service import calling, security, words
from service.errors import (
    CodeOver,
    EntryNeeded,
    Invalid,
    LinkInvalid,
    LoginNeeded,
    MethodNotAllowed,
    NotFound,
    OtherSession,
    ServiceError,
)
from service.settings import Settings

STAFF_COOKIE = "phieu_staff"
UNIT_COOKIE = "phieu_unit"
ENTRY_COOKIE = "phieu_vao"
FLASH_COOKIE = "phieu_said"
LANGUAGE_COOKIE = "phieu_language"
STATIC_FOLDER = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"
_MAX_FIELDS = 5000
_MAX_FILES = 20
# NUL, which PostgreSQL takes in no text, and halves of surrogate pairs, which no encoding takes: no form means them.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_SECRET = frozenset({"password", "again"})  # a form with one of these is typed anew rather than written into a page


def policy(**changes: str) -> str:
    """The Content-Security-Policy of our pages; a change names its directive with underscores."""
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    directives |= {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class Static:
    """Files under static/, addressed by a name that holds their content's hash."""

    def __init__(self, folder: Path) -> None:
        self.by_address: dict[str, Path] = {}
        self.addresses: dict[str, str] = {}
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = file.relative_to(folder).as_posix()
                digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
                address = f"{name.removesuffix(file.suffix)}.{digest}{file.suffix}"
                self.by_address[address] = file
                self.addresses[name] = address

    def url(self, name: str) -> str:
        return f"/static/{self.addresses[name]}"


@cache
def assets() -> tuple[Static, jinja2.Environment]:
    """The files under static/, and the templates that name them: read once a process."""
    static = Static(STATIC_FOLDER)
    return static, _templates(static)


def _templates(static: Static) -> jinja2.Environment:
    """The template environment: autoescape for all, an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        words._, lambda one, many, n: words._(one if n == 1 else many), newstyle=True
    )
    environment.globals["static"] = static.url
    environment.globals["words"] = words
    for name in ("number", "percent", "day", "moment", "due", "size", "state", "timing", "kind"):
        environment.filters[name] = getattr(words, name)
    environment.filters["telephones"] = calling.numbers
    return environment


def settings(request: Request) -> Settings:
    value: Settings = request.app.state.settings
    return value


def now(request: Request) -> datetime:
    """The one clock at the edge; flows get the time handed down."""
    moment: datetime = request.app.state.clock()
    return moment


def render(
    request: Request, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HTMLResponse:
    """Draw a page. Every template finds request, staff, to_approve (letters that wait for this staff member's word),
    visit, csrf (a call), said, and local_mail."""
    shared = {
        "request": request,
        "staff": getattr(request.state, "staff", None),
        "to_approve": getattr(request.state, "to_approve", 0),
        "visit": getattr(request.state, "visit", None),
        "csrf": csrf_of(request),
        "said": unquote(request.cookies.get(FLASH_COOKIE, "")),
        "local_mail": settings(request).smtp_url is None,
    }
    page = request.app.state.templates.get_template(template)
    response = HTMLResponse(page.render({**shared, **(context or {})}), status)
    if shared["said"]:
        response.delete_cookie(FLASH_COOKIE)
    return response


def download(name: str, media_type: str, data: bytes) -> Response:
    """A file to keep under that name (plain ASCII), never to open in the page."""
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def download_once(name: str, media_type: str, place: Path) -> Response:
    """As `download`, of a file that is removed afterwards."""
    remove = BackgroundTask(place.unlink, missing_ok=True)
    return FileResponse(place, filename=name, media_type=media_type, background=remove)


def redirect(request: Request, path: str, said: str = "") -> Response:
    """See other, on this site; `said` is shown once on the next page."""
    response = RedirectResponse(path, 303)
    if said:
        set_cookie(request, response, FLASH_COOKIE, quote(said), max_age=60)
    return response


def set_cookie(request: Request, response: Response, name: str, value: str, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="lax", secure=settings(request).secure, path="/"
    )


def session_token(request: Request) -> str:
    """The secret that ties a form to its session; forms outside a session use the visit's own cookie-less one."""
    token: str = getattr(request.state, "session_token", "")
    return token


def csrf_of(request: Request) -> str:
    """A fresh form token: a nonce and its MAC, so that no two pages carry the same (BREACH)."""
    nonce = secrets.token_hex(8)
    return nonce + security.csrf_token(settings(request).secret_key, session_token(request) + nonce)


def csrf_matches(request: Request, given: str) -> bool:
    nonce, mac = given[:16], given[16:]
    return security.same(security.csrf_token(settings(request).secret_key, session_token(request) + nonce), mac)


def from_here(request: Request) -> bool:
    """Whether the request comes from a page of this site, as far as the browser says."""
    origin = request.headers.get("origin")
    own = {request.headers.get("host"), settings(request).public_url.split("://")[-1]}
    return origin is None or origin.split("://")[-1] in own


def mark_of(request: Request, campaign_id: int) -> str:
    """What a section's form carries so that, its session gone, it still shows as a page of this campaign."""
    return security.derive(settings(request).secret_key, f"section:{campaign_id}").hex()[:32]


async def read_form(request: Request) -> FormData:
    """The posted form, read once; large files are spooled to disk by the parser.

    Raises ServiceError for a form in another encoding than UTF-8: no browser sends one, Python knows encodings
    that decode to no text, and some that take minutes.
    """
    _type, options = parse_options_header(request.headers.get("content-type"))
    if not _is_utf8(options.get(b"charset", b"utf-8").decode("latin-1")):
        raise ServiceError()
    if not hasattr(request.state, "form"):
        request.state.form = await request.form(max_files=_MAX_FILES, max_fields=_MAX_FIELDS)
    form: FormData = request.state.form
    return form


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in ("utf-8", "ascii")
    except (LookupError, ValueError):
        return False


async def close_form(request: Request) -> None:
    """Let go of the files that the parser spooled; the texts stay readable."""
    form = getattr(request.state, "form", None)
    if isinstance(form, FormData):
        await form.close()


def text(form: FormData, name: str) -> str:
    """One text field without outer blanks, "" when absent; a file in its place counts as absent."""
    return verbatim(form, name).strip()


def verbatim(form: FormData, name: str) -> str:
    """One text field with its blanks, for passwords."""
    value = form.get(name)
    return _NO_TEXT.sub("", value) if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> list[str]:
    return [_NO_TEXT.sub("", value) for value in form.getlist(name) if isinstance(value, str)]


def pairs(form: FormData) -> list[tuple[str, str]]:
    """Every text of a form with its field's name, in order."""
    found = ((name, value) for name, value in form.multi_items() if isinstance(value, str))
    return [(_NO_TEXT.sub("", name), _NO_TEXT.sub("", value)) for name, value in found]


async def upload(form: FormData, name: str) -> tuple[str, bytes] | None:
    """The file given in a field as (name, bytes), None when no file was chosen."""
    value = form.get(name)
    if not isinstance(value, UploadFile) or not value.filename:
        return None
    return value.filename, await value.read()


def file_names(form: FormData) -> dict[str, str]:
    """The names of the files that were chosen, by field; their content is left unread."""
    found = form.multi_items()
    return {name: value.filename for name, value in found if isinstance(value, UploadFile) and value.filename}


async def uploads(form: FormData, name: str) -> list[tuple[str, bytes]]:
    """The files given in a field that takes several, as (name, bytes)."""
    given = (value for value in form.getlist(name) if isinstance(value, UploadFile) and value.filename)
    return [(value.filename or "", await value.read()) for value in given]


def error_page(request: Request, error: ServiceError, typed: Sequence[tuple[str, str]] = ()) -> Response:
    """The error in words, with what was typed kept: for sending again where that is safe, or (`typed`: label and
    value) for reading and copying."""
    form = getattr(request.state, "form", None)
    given = form if isinstance(form, FormData) else FormData()
    kept = pairs(given) if error.status == 503 else []
    context = {
        "sentence": sentence(error),
        "status": error.status,
        "kept": [] if _SECRET.intersection(name for name, _value in kept) else kept,
        "typed": typed,
        "files": any(isinstance(value, UploadFile) and value.filename for _name, value in given.multi_items()),
        "again": request.url.path,
        "door": isinstance(error, LoginNeeded),
        "on_unit_side": _offers_languages(request),
        "ask_code": isinstance(error, (LinkInvalid, EntryNeeded, OtherSession, CodeOver)),
    }
    return render(request, "error.html", context, error.status)


def sentence(error: ServiceError) -> str:
    """What an error says to people; of wrong input what is wrong with it."""
    problems = error.problems if isinstance(error, Invalid) else []
    told = [str(problem["message"]) for problem in problems if "message" in problem]
    return " ".join(dict.fromkeys(told)) or words._(error.message).format(**error.params)


def of_unit(request: HTTPConnection) -> bool:
    """Whether the address is one of the unit's side."""
    return request.url.path in ("/u", "/vao") or request.url.path.startswith(("/u/", "/p/", "/vao/"))


def language_of(request: HTTPConnection) -> str:
    """The language chosen in this browser, on the unit's side; all else is in Vietnamese, whatever the browser asks."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in words.LANGUAGES and _offers_languages(request) else words.OWN


def _offers_languages(request: HTTPConnection) -> bool:
    return of_unit(request) or request.url.path == "/verify"


def http_error(error: HTTPException) -> ServiceError:
    """The house's error for one that starlette raised."""
    if error.status_code == 404:
        return NotFound()
    if error.status_code == 405:
        return MethodNotAllowed()
    return ServiceError()
