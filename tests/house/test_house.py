"""Rules of the house that a newcomer could break without noticing."""

import ast
import re
from pathlib import Path

import pytest
from starlette.routing import Route
from tortoise import fields
from tortoise.context import TortoiseContext
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.migrations.autodetector import MigrationAutodetector

from service import database
from service.access import Access, access_of
from service.routes import routes

ROOT = Path(__file__).parents[2]
PURE = {
    "service/life.py",
    *(f"reminders/{name}.py" for name in ("calendar", "deadlines", "periods", "plan", "steps", "timeline")),
}
ROOMS = ("forms", "reminders", "exports", "service")
# Who may enter without a session or a token, and why. Everything else needs a rule that asks for one.
PUBLIC = {
    "/static/{address:path}": "the look of the pages",
    "/language/{name}": "the language of the pages",
    "/login": "the way in",
    "/setup/{token}": "the one-time link is the credential",
    "/vao": "the other way in of units: whoever asks for a code learns nothing",
    "/vao/ma": "the mailed code and the cookie of who asked are the credentials",
    "/vao/phieu": "the right code in the browser that asked is the credential",
    "/vao/phieu/{campaign:int}": "the right code in the browser that asked is the credential",
    "/p/{token}": "the personal link is the credential",
    "/verify": "whoever holds a receipt; its hash is the credential",
    "/data/{id:int}/{table}.csv": "the address has a token of its own, which the handler asks for",
    "/d/{token}": "the link to read a campaign's page is the credential",
    "/health": "whoever watches the process",
    "/ready": "whoever watches the process",
    "/api/v1/openapi.json": "the description of the API holds no data",
}


def test_every_route_has_a_rule_and_only_the_known_ones_are_public() -> None:
    found = routes()
    assert all(isinstance(route, Route) for route in found)
    public = {route.path for route in found if isinstance(route, Route) and access_of(route) is Access.PUBLIC}
    assert public == set(PUBLIC)


def test_no_two_routes_share_a_name() -> None:
    names = [route.name for route in routes() if isinstance(route, Route)]
    assert len(names) == len(set(names)), "two routes of one name cannot be told apart in links and logs"


@pytest.mark.anyio
async def test_every_change_of_the_models_has_its_migration(tmp_path: Path) -> None:
    async with TortoiseContext() as context:
        config = database.config(f"sqlite://{tmp_path / 'models.sqlite3'}")
        await context.init(config=config)
        assert context.apps is not None
        changes = await MigrationAutodetector(context.apps, config["apps"]).changes()
    assert [f"{writer.app_label}: {writer.name}" for writer in changes] == []


@pytest.mark.anyio
async def test_moments_are_instants_and_nothing_is_deleted_in_cascade(tmp_path: Path) -> None:
    async with TortoiseContext() as context:
        await context.init(config=database.config(f"sqlite://{tmp_path / 'models.sqlite3'}"))
        assert context.apps is not None
        for app in database.APPS:
            for name, model in context.apps[app].items():
                for field, kind in model._meta.fields_map.items():
                    assert type(kind) is not fields.DatetimeField, f"{name}.{field} must be an Instant"
                    if isinstance(kind, ForeignKeyFieldInstance):
                        assert kind.on_delete == fields.OnDelete.RESTRICT, f"{name}.{field}"


def _sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_room_knows_no_clock_and_no_wire(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    text = path.read_text(encoding="utf-8")
    if room in ("forms", "exports") or path.relative_to(ROOT).as_posix() in PURE:
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        }
        assert not imported & {"asyncio", "socket", "tortoise", "starlette", "httpx", "aiosmtplib", "os", "time"}
    assert not re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(", text) or path.name in (
        "app.py",
        "commands.py",
        "cli.py",
    ), "the time is handed down from the edge"


def test_templates_hold_no_inline_script_and_no_inline_style() -> None:
    for path in sorted((ROOT / "service" / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)|javascript:|\|\s*safe\b", text), path.name


def test_post_forms_carry_the_token_of_their_session() -> None:
    for path in sorted((ROOT / "service" / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, flags=re.S | re.I):
            assert 'name="csrf"' in form or "csrf_field" in form, f"{path.name}: {form[:80]}"


# What Chrome 119 of November 2023 does not know, and who wrote it would not notice: each with the first that does.
TOO_NEW = {
    r"(?<!Object)\.(values|keys|entries|matchAll)\([^()]*\)\.(map|filter|take|drop|some|every|find)\(": 122,
    r"\.(union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(": 122,
    r"\bArray\.fromAsync\b|\bPromise\.try\b|\bRegExp\.escape\b|\bMath\.sumPrecise\b|\bIterator\b": 121,
    r"\bURL\.parse\(|\.(moveBefore|setHTMLUnsafe|getOrInsert|toBase64|toHex)\(|\bUint8Array\.from(Base64|Hex)\b": 124,
    r"^\s*(await )?using \w|\bimport\b[^;]* with \{|\(\?[ims-]+:|^\s*@\w+\s+class\b": 123,
    r"\bscheduler\.yield\b|\bstartViewTransition\(\{|\bCloseWatcher\b|\bcommandfor\b": 125,
}
TOO_NEW_LOOKS = (
    r"light-dark\(|field-sizing|interpolate-size|position-anchor|anchor\(|::details-content|@function|\bif\(|"
    r"scrollbar-(color|width)|@position-try|text-box|@starting-style .*display|reading-flow|corner-shape"
)


@pytest.mark.parametrize("path", sorted((ROOT / "service" / "static").glob("*.[jc]*s*")), ids=lambda path: path.name)
def test_a_browser_three_years_old_knows_every_word_of_our_scripts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        assert not re.search(TOO_NEW_LOOKS, text), "of 2024 or later: an old browser shows something else"
        return
    for words, first in TOO_NEW.items():
        found = re.search(words, text, flags=re.M)
        assert not found, f"{found and found[0]}: Chrome {first} or later"
