"""A department's gateway that is real: it listens on a port, answers as it is told and keeps what it was sent."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"a secret of the gateway, thirty!").decode()
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass(frozen=True)
class Told:
    """One request: its line, its headers by lower-case name, its body."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def signed(self, secret: str = SECRET) -> bool:
        """Whether the signature is right, reckoned as a gateway's own library would."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        digest = hmac.new(base64.b64decode(secret[6:]), signed, hashlib.sha256).digest()
        return self.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


@dataclass
class Gate:
    """`replies`: one a request, then OK. Bytes are sent as they are; "drop" cuts the connection without an answer;
    "hang" never answers; "drip" sends a byte of a head now and then."""

    replies: list[bytes | str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    port: int = 0
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/phieu?key=k1"

    async def __aenter__(self) -> "Gate":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._lines: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # who asked went away, or the test is over
        finally:
            self._lines.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.strip().split("\r\n")
        headers = dict(one.lower().split(": ", 1) if ": " in one else (one, "") for one in rest)
        kept = {name: one.split(": ", 1)[1] for name, one in zip(headers, rest, strict=True)}
        body = await reader.readexactly(int(kept["content-length"]))
        self.told.append(Told(line, kept, body))
        self.taken.set()
        reply = self.replies.pop(0) if self.replies else OK
        if reply == "drop":
            writer.transport.abort()
        elif reply == "hang":
            await asyncio.get_running_loop().create_future()
        elif reply == "drip":
            for byte in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 1000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)
        else:
            assert isinstance(reply, bytes)
            writer.write(reply)
            await writer.drain()


def reply(status: str, body: bytes = b"", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
