"""Sending by SMTP: TLS as configured or not at all, one recipient a message, one connection a lane."""

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib

from reminders.ports import Mail, Reply, SendError
from reminders.ports import Permanent as Permanent
from reminders.ports import Transient as Transient

TIMEOUT = 30.0
# A connection that has not been used for so many seconds is asked whether it is still there.
UNUSED = 10.0
NOOP_TIMEOUT = 5.0
_PORTS: dict[str, int] = {"plain": 25, "tls": 465, "starttls": 587}
_SCHEMES: dict[str, Literal["plain", "tls", "starttls"]] = {
    "smtp": "plain",
    "smtps": "tls",
    "smtp+starttls": "starttls",
}
_TOO_BIG = 552
_SHUTTING_DOWN = 421


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to send. security: plain, tls (from the first byte) or starttls (required)."""

    host: str
    port: int
    security: Literal["plain", "tls", "starttls"]
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def parse_url(url: str) -> Server:
    """`smtp://`, `smtps://` or `smtp+starttls://` `[user:password@]host[:port]`.

    User and password are percent-encoded. Raises ValueError that says what is wrong, without the
    password.
    """
    if re.search(r"[\s\x00-\x1f]", url):
        raise ValueError("the address must not contain spaces or control characters")
    scheme = url.partition("://")[0].lower()
    if scheme not in _SCHEMES or "://" not in url:
        raise ValueError("start with smtp://, smtps:// or smtp+starttls://")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the port must be a number from 1 to 65535, a / or ? in it percent-encoded") from None
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("nothing may follow the host and port; percent-encode / ? # in the password")
    host = parts.hostname
    if not host or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise ValueError("the host is missing or not a host name")
    if port == 0:
        raise ValueError("the port must be a number from 1 to 65535")
    if (parts.username is None) != (parts.password is None) or parts.username == "" or parts.password == "":
        raise ValueError("give both a user and a password, or neither")
    security = _SCHEMES[scheme]
    return Server(
        host=host,
        port=port or _PORTS[security],
        security=security,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


class _Gone(Exception):
    """The connection failed before anything was handed over."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.text)
        self.reply = reply


class SmtpSender:
    """One connection to the server, opened when first needed and used again until close()."""

    def __init__(self, server: Server, *, timeout: float = TIMEOUT, tls_context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._timeout = timeout
        self._tls_context = tls_context
        self._client: aiosmtplib.SMTP | None = None
        self._used_at = 0.0

    async def send(self, mail: Mail) -> Reply:
        """Send to the one recipient. Raises Transient or Permanent, with the server's words.

        Only a refusal of this recipient or this text (5xx) is permanent. Refused connections, log-ins
        and senders are no verdict on the recipient and are tried again. A connection that turns out to
        be stale before anything was handed over is opened anew once.
        """
        try:
            reused = await self._alive()
            client = await self._connected()
            try:
                await _envelope(client, mail)
            except _Gone:
                self._drop()
                if not reused:
                    raise
                client = await self._connected()
                await _envelope(client, mail)
            return await _data(client, mail.content)
        except _Gone as error:
            self._drop()
            raise Transient(error.reply, unreachable=True) from error
        except SendError:
            await self._reset()
            raise
        except BaseException:
            # Cancelled in the middle: the connection is in no known state.
            self._drop()
            raise
        finally:
            self._used_at = asyncio.get_running_loop().time()

    async def _alive(self) -> bool:
        """Whether a connection is there to be used again; one that was idle for a while is asked."""
        if self._client is None or not self._client.is_connected:
            return False
        if asyncio.get_running_loop().time() - self._used_at > UNUSED:
            try:
                await self._client.noop(timeout=min(NOOP_TIMEOUT, self._timeout))
            except (aiosmtplib.SMTPException, OSError):
                self._drop()
                return False
        return True

    async def check(self) -> Reply:
        """Connect, secure and log in, without sending anything (for `phieu doctor`). Raises Transient."""
        try:
            client = await self._connected()
            response = await client.noop()
            return Reply(response.code, response.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Transient(Reply(None, _words(error))) from error
        except _Gone as error:
            raise Transient(error.reply) from error

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        if client.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError, asyncio.TimeoutError):
                await client.quit(timeout=5)
        client.close()

    async def _reset(self) -> None:
        """Make the connection good for the next message, or let it go."""
        if self._client is None or not self._client.is_connected:
            return
        try:
            await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        self._drop()
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            timeout=self._timeout,
            use_tls=server.security == "tls",
            # False, not None: None would try STARTTLS when offered and go on without it when not.
            start_tls=server.security == "starttls",
            tls_context=self._tls_context,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await _greeted(client)
        except aiosmtplib.SMTPResponseException as error:
            client.close()
            raise _Gone(Reply(error.code, error.message)) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise _Gone(Reply(None, _words(error))) from error
        except BaseException:
            client.close()
            raise
        self._client = client
        return client


async def _greeted(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _envelope(client: aiosmtplib.SMTP, mail: Mail) -> None:
    size = f" SIZE={len(mail.content)}" if client.supports_extension("size") else ""
    refused = await _asked(client, "MAIL", f"FROM:<{mail.sender}>{size}")
    if refused is not None:
        # A sender that is refused is our setting, no verdict on the recipient; a size is one.
        raise Permanent(refused) if refused.code == _TOO_BIG else Transient(refused, unreachable=True)
    refused = await _asked(client, "RCPT", f"TO:<{mail.recipient}>")
    if refused is not None:
        raise _refused(refused)


async def _asked(client: aiosmtplib.SMTP, command: str, argument: str) -> Reply | None:
    """None when the server says yes, else what it says. Raises _Gone.

    The library's own mail() and rcpt() take each address apart first, which costs as much as sending them; ours have
    been by address.parse.
    """
    try:
        response = await client.execute_command(command.encode("ascii"), argument.encode("ascii"))
    except (aiosmtplib.SMTPException, OSError) as error:
        raise _Gone(Reply(None, _words(error))) from error
    if response.code in (aiosmtplib.SMTPStatus.completed, aiosmtplib.SMTPStatus.will_forward):
        return None
    reply = Reply(response.code, response.message)
    if response.code == _SHUTTING_DOWN:
        raise _Gone(reply)
    return reply


async def _data(client: aiosmtplib.SMTP, content: bytes) -> Reply:
    """Hand the message over. The library's own data() looks for line ends and dots with two regular expressions,
    which takes half as long as sending the rest."""
    text = _dotted(content)
    try:
        response = await client.execute_command(b"DATA")
        if response.code == aiosmtplib.SMTPStatus.start_input and client.protocol is not None:
            client.protocol.write(text)
            response = await client.protocol.read_response(timeout=client.timeout)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        # The server may have taken the message before the line broke.
        raise Transient(Reply(None, _words(error)), ambiguous=True) from error
    reply = Reply(response.code, response.message)
    if response.code != aiosmtplib.SMTPStatus.completed:
        raise _refused(reply)
    return reply


def _dotted(content: bytes) -> bytes:
    """As it goes after DATA: a dot more where a line begins with one, and the line that ends it (RFC 5321, 4.5.2).

    Raises ValueError for a line end that is not CRLF, in which a second message could be smuggled."""
    if not content.endswith(b"\r\n") or not content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r"):
        raise ValueError("the lines of a mail end in CRLF")
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


def _refused(reply: Reply) -> SendError:
    return Permanent(reply) if reply.code is not None and 500 <= reply.code < 600 else Transient(reply)


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
