"""Settings: read once from the environment, checked, then handed down as one value."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from reminders import address, imap, smtp
from service import webhook
from service.webhook import Target

MINIMUM_SECRET = 32
NAMES = (
    "PHIEU_DATA_DIR",
    "PHIEU_DATABASE_URL",
    "PHIEU_PUBLIC_URL",
    "PHIEU_SMTP_URL",
    "PHIEU_MAIL_FROM",
    "PHIEU_MAIL_CONNECTIONS",
    "PHIEU_MAIL_PER_MINUTE",
    "PHIEU_IMAP_URL",
    "PHIEU_WEBHOOK_URL",
    "PHIEU_WEBHOOK_SECRET",
    "PHIEU_DIGEST_AT",
    "PHIEU_EXPORT_KEEP_HOURS",
    "PHIEU_OFFICE_ABOVE",
    "PHIEU_OFFICE_PLACE",
    "PHIEU_SECRET_KEY",
)
SENDER = "Sở Khoa học và Công nghệ <phieu@localhost.localdomain>"
ABOVE, PLACE = "Ủy ban nhân dân thành phố Hải Phòng", "Hải Phòng"
KEEP_HOURS = 72
DATABASES = "use sqlite:///path or postgres://user:password@host/database"


class SettingsError(ValueError):
    """A setting is wrong; the message names it and says what it should look like."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment decides.

    `public_url` has no trailing slash. `smtp_url` None means mail goes to the local mailbox page. `mail_connections`
    is of this process; `mail_per_minute` of all that send together, None for any number. `imap_url` None: nothing that
    comes in is read. `webhook` None: no gateway is told. `digest_at` is when
    staff get their morning digest, local time, None for the opening of office hours. `export_keep_hours`: how long the
    file of an export that was made in the background is kept. `office_above` and `office_place`
    stand on the head of the office's own reports: the body above it, and the place it writes from.
    """

    database_url: str
    data_dir: Path
    public_url: str
    smtp_url: str | None
    mail_from: str
    secret_key: bytes
    mail_connections: int = 4
    mail_per_minute: int | None = None
    imap_url: str | None = None
    webhook: Target | None = None
    digest_at: time | None = None
    export_keep_hours: int = KEEP_HOURS
    office_above: str = ABOVE
    office_place: str = PLACE

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def parts_dir(self) -> Path:
        return self.data_dir / "parts"

    @property
    def exports_dir(self) -> Path:
        return self.data_dir / "exports"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")


def load(environ: Mapping[str, str] = os.environ, served_at: str = "http://127.0.0.1:8000") -> Settings:
    """The settings of this process. `served_at` is the public address where none is configured.

    Every name may also be given as `NAME_FILE`, the path of a file that holds the value.
    Raises SettingsError with one line that names the setting; a misspelt one is not passed over.
    """
    known = {name for setting in NAMES for name in (setting, f"{setting}_FILE")}
    unknown = sorted(name for name in environ if name.startswith("PHIEU_") and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]}: no such setting; the settings are {', '.join(NAMES)}")
    data_dir = Path(_value(environ, "PHIEU_DATA_DIR") or "data").absolute()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"PHIEU_DATA_DIR: cannot create {data_dir}: {error.strerror}") from error
    return Settings(
        database_url=_database_url(_value(environ, "PHIEU_DATABASE_URL"), data_dir),
        data_dir=data_dir,
        public_url=_public_url(_value(environ, "PHIEU_PUBLIC_URL") or served_at),
        smtp_url=_smtp_url(_value(environ, "PHIEU_SMTP_URL")),
        mail_from=_mail_from(_value(environ, "PHIEU_MAIL_FROM") or SENDER),
        secret_key=_secret_key(_value(environ, "PHIEU_SECRET_KEY"), data_dir),
        mail_connections=_whole(environ, "PHIEU_MAIL_CONNECTIONS", most=50) or 4,
        mail_per_minute=_whole(environ, "PHIEU_MAIL_PER_MINUTE", most=100_000),
        imap_url=_imap_url(_value(environ, "PHIEU_IMAP_URL")),
        webhook=_webhook(_value(environ, "PHIEU_WEBHOOK_URL"), _value(environ, "PHIEU_WEBHOOK_SECRET")),
        digest_at=_clock(environ, "PHIEU_DIGEST_AT"),
        export_keep_hours=_whole(environ, "PHIEU_EXPORT_KEEP_HOURS", most=8760) or KEEP_HOURS,
        office_above=_name(environ, "PHIEU_OFFICE_ABOVE") or ABOVE,
        office_place=_name(environ, "PHIEU_OFFICE_PLACE") or PLACE,
    )


def _value(environ: Mapping[str, str], name: str) -> str | None:
    path = environ.get(f"{name}_FILE")
    if path:
        if environ.get(name):
            raise SettingsError(f"{name}: set either {name} or {name}_FILE, not both")
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}_FILE: cannot read {path}: {error}") from error
    return environ.get(name, "").strip() or None


def _whole(environ: Mapping[str, str], name: str, most: int) -> int | None:
    text = _value(environ, name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise SettingsError(f"{name}: use a whole number from 1 to {most}")
    return int(text)


def _clock(environ: Mapping[str, str], name: str) -> time | None:
    text = _value(environ, name)
    if text is None:
        return None
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise SettingsError(f"{name}: use a time of day such as 07:30")
    return time.fromisoformat(text)


def _name(environ: Mapping[str, str], name: str) -> str | None:
    text = _value(environ, name)
    if text is not None and (len(text) > 200 or not text.isprintable()):
        raise SettingsError(f"{name}: use a name of one line, at most 200 characters")
    return text


def _database_url(text: str | None, data_dir: Path) -> str:
    if text is None:
        return f"sqlite://{data_dir / 'phieu.sqlite3'}"
    scheme = text.partition("://")[0]
    if scheme not in ("sqlite", "postgres", "postgresql"):
        raise SettingsError(f"PHIEU_DATABASE_URL: {DATABASES}")
    try:
        parts = urlsplit(text)
        complete = bool(parts.path.strip("/")) and (scheme == "sqlite" or parts.port != 0)
    except ValueError:
        complete = False
    if not complete:
        raise SettingsError(f"PHIEU_DATABASE_URL: the address is not complete; {DATABASES}")
    return text


def _public_url(text: str) -> str:
    """Scheme, host and port only: addresses begin at the root of the host, and browsers compare it with Origin."""
    if not re.fullmatch(r"https?://([a-z0-9._-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?/?", text.lower()):
        raise SettingsError(
            "PHIEU_PUBLIC_URL: use http://host or https://host as people type it, with nothing after it"
        )
    return text.rstrip("/").lower()


def _smtp_url(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        smtp.parse_url(text)
    except ValueError as error:
        raise SettingsError(f"PHIEU_SMTP_URL: {error}") from error
    return text


def _imap_url(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        imap.parse_url(text)
    except ValueError as error:
        raise SettingsError(f"PHIEU_IMAP_URL: {error}") from error
    return text


def _webhook(url: str | None, secret: str | None) -> Target | None:
    if url is None and secret is None:
        return None
    if url is None or secret is None:
        name = "PHIEU_WEBHOOK_URL" if url is None else "PHIEU_WEBHOOK_SECRET"
        raise SettingsError(f"{name}: a webhook needs both PHIEU_WEBHOOK_URL and PHIEU_WEBHOOK_SECRET")
    try:
        webhook.key(secret)
    except ValueError as error:
        raise SettingsError(f"PHIEU_WEBHOOK_SECRET: {error}") from error
    try:
        return webhook.parse(url, secret)
    except ValueError as error:
        raise SettingsError(f"PHIEU_WEBHOOK_URL: {error}") from error


def _mail_from(text: str) -> str:
    try:
        address.mailbox(text)
    except address.AddressError as error:
        raise SettingsError("PHIEU_MAIL_FROM: use one address, such as Sở KH&CN <khaosat@example.gov.vn>") from error
    return text


def _secret_key(text: str | None, data_dir: Path) -> bytes:
    if text is None:
        text = _kept_secret(data_dir / "secret.key")
    if len(text) < MINIMUM_SECRET:
        raise SettingsError(f"PHIEU_SECRET_KEY: use at least {MINIMUM_SECRET} random characters")
    return text.encode()


def _kept_secret(path: Path) -> str:
    """The key kept in the data folder, made on the first start.

    It appears there whole: of several processes that start at once all read the same one.
    """
    try:
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent) as file:
                file.write(secrets.token_urlsafe(48))
                file.flush()
                os.fsync(file.fileno())
                with suppress(FileExistsError):
                    os.link(file.name, path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"PHIEU_SECRET_KEY: cannot keep the key in {path}: {error}") from error
