"""Reading a mailbox by IMAP: what came since last time, without touching it. Blocking: call it in a thread."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

TIMEOUT = 30.0
# Of one mail so much is read: reports and answers fit, attachments are of no interest.
LARGEST = 512 * 1024
# Of one visit so many mails; the rest at the next.
MOST = 50
_SECURITY: dict[str, tuple[Literal["tls", "starttls", "plain"], int]] = {
    "imaps": ("tls", 993),
    "imap+starttls": ("starttls", 143),
    "imap": ("plain", 143),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)\b")


class InboxError(Exception):
    """The mailbox could not be read; the message says what the server or the connection said."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Whose mail to read, and where."""

    host: str
    port: int
    security: Literal["tls", "starttls", "plain"]
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    @property
    def name(self) -> str:
        """What tells this mailbox from another."""
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"[:300]


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read. validity: the server's number of the folder, whose change makes old UIDs void."""

    validity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """Mails in the order they came, (uid, the first LARGEST bytes), and how far that is."""

    mails: tuple[tuple[int, bytes], ...]
    place: Place


def parse_url(url: str) -> Inbox:
    """`imaps://`, `imap+starttls://` or `imap://` `user:password@host[:port][/folder]`, percent-encoded.

    Raises ValueError that says what is wrong, without the password.
    """
    if re.search(r"[\s\x00-\x1f]", url):
        raise ValueError("the address must not contain spaces or control characters")
    scheme = url.partition("://")[0].lower()
    if scheme not in _SECURITY or "://" not in url:
        raise ValueError("start with imaps://, imap+starttls:// or imap://")
    security, port = _SECURITY[scheme]
    try:
        parts = urlsplit(url)
        port = parts.port or port
    except ValueError:
        raise ValueError("the port must be a number from 1 to 65535, a / or ? in it percent-encoded") from None
    if not parts.hostname or not re.fullmatch(r"[A-Za-z0-9._:-]+", parts.hostname):
        raise ValueError("the host is missing or not a host name")
    if not parts.username or not parts.password:
        raise ValueError("give both a user and a password")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not re.fullmatch(r"[A-Za-z0-9 ._/-]{1,100}", folder):
        raise ValueError("the folder has letters, digits and . _ / - only")
    return Inbox(parts.hostname, port, security, unquote(parts.username), unquote(parts.password), folder)


def fetch(
    inbox: Inbox,
    place: Place | None,
    since: date,
    *,
    timeout: float = TIMEOUT,
    tls_context: ssl.SSLContext | None = None,
) -> Fetched:
    """The next mails after `place`, or since a day when there is none yet. Raises InboxError.

    The folder is opened for reading only: nothing is marked as seen, moved or deleted.
    """
    try:
        with _opened(inbox, timeout, tls_context or ssl.create_default_context()) as server:
            _expect(server.select(f'"{inbox.folder}"', readonly=True))
            validity = _validity(server)
            if place is not None and place.validity != validity:
                place = None
            uids = _uids(server, place, since)[:MOST]
            mails = tuple((uid, _mail(server, uid)) for uid in uids)
            last = max([place.uid if place else 0, *uids])
            return Fetched(mails, Place(validity, last))
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise InboxError(" ".join(str(error).split())[:300] or type(error).__name__) from error


@contextmanager
def _opened(inbox: Inbox, timeout: float, context: ssl.SSLContext) -> Iterator[imaplib.IMAP4]:
    server: imaplib.IMAP4
    if inbox.security == "tls":
        server = imaplib.IMAP4_SSL(inbox.host, inbox.port, ssl_context=context, timeout=timeout)
    else:
        server = imaplib.IMAP4(inbox.host, inbox.port, timeout=timeout)
    try:
        if inbox.security == "starttls":
            server.starttls(context)  # raises when the server does not offer it: the password is not sent in clear
        _log_in(server, inbox)
        yield server
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _log_in(server: imaplib.IMAP4, inbox: Inbox) -> None:
    """LOGIN takes ASCII only; a password with marks goes by SASL."""
    if inbox.username.isascii() and inbox.password.isascii():
        server.login(inbox.username, inbox.password)
    else:
        server.authenticate("PLAIN", lambda _asked: f"\0{inbox.username}\0{inbox.password}".encode())


def _expect(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(str(data[0]) if data else status)
    return data


def _validity(server: imaplib.IMAP4) -> int:
    _code, data = server.response("UIDVALIDITY")
    return int(data[0]) if data and data[0] is not None else 0


def _uids(server: imaplib.IMAP4, place: Place | None, since: date) -> list[int]:
    first = f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    wanted = first if place is None else f"UID {place.uid + 1}:*"
    (found,) = _expect(server.uid("SEARCH", wanted))[:1] or [b""]
    uids = sorted(int(uid) for uid in found.split()) if isinstance(found, bytes) else []
    # "n:*" always names the last mail, also when it is older than n.
    return [uid for uid in uids if place is None or uid > place.uid]


def _mail(server: imaplib.IMAP4, uid: int) -> bytes:
    for part in _expect(server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")):
        if isinstance(part, tuple):
            return bytes(part[1])
    return b""
