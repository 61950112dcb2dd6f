"""One POST to the department's gateway, over a connection of its own: no redirect is followed, and neither the time
nor what is read of the answer has no bound.

h11 speaks the protocol (the web server brings it); a client library would bring a pool, proxies and redirects that a
few messages a day have no use for.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import h11

from reminders.clean import one_line
from service.webhook import Target

DEADLINE = 15.0  # seconds for everything, from looking the name up to the answer's head
LONGEST_ANSWER = 2000  # bytes read of an answer that is no success, for people to look at
SHOWN = 300
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one try. `outcome`: taken (2xx), refused (another status), gone (410: wants no more), timeout,
    unreachable, dropped (the connection ended, or spoke no HTTP). `status` None: none came."""

    outcome: str
    status: int | None = None
    words: str = ""


async def post(target: Target, body: bytes, headers: Mapping[str, str], deadline: float = DEADLINE) -> Answer:
    """Give the body to the gateway; never raises for what it or the network does."""
    try:
        async with asyncio.timeout(deadline):
            tls = _context() if target.tls else None
            reader, writer = await asyncio.open_connection(target.host, target.port, ssl=tls)
            try:
                return await _exchange(target, body, headers, reader, writer)
            finally:
                writer.close()
    except TimeoutError:
        return Answer("timeout")
    except (h11.RemoteProtocolError, ConnectionResetError, BrokenPipeError):
        return Answer("dropped")
    except (OSError, UnicodeError) as error:  # ssl.SSLError and socket.gaierror are OSErrors; a host beyond IDNA
        return Answer("unreachable", words=one_line(str(error), SHOWN))


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _exchange(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> Answer:
    line = h11.Connection(h11.CLIENT)
    told = {
        "host": target.authority,
        "user-agent": "Phieu",
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **headers,
    }
    request = h11.Request(method="POST", target=target.path, headers=list(told.items()))
    for part in (request, h11.Data(data=body), h11.EndOfMessage()):
        writer.write(line.send(part) or b"")
    await writer.drain()
    status, text = 0, b""
    while True:
        event = line.next_event()
        if event is h11.NEED_DATA:
            line.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Response):
            status = event.status_code
            if 200 <= status < 300:
                return Answer("taken", status)
        elif isinstance(event, h11.Data):
            text += bytes(event.data)
        elif not isinstance(event, h11.InformationalResponse):
            break
        if len(text) >= LONGEST_ANSWER:
            break
    words = one_line(text[:LONGEST_ANSWER].decode("utf-8", "replace"), SHOWN)
    return Answer("gone" if status == 410 else "refused", status, words)
