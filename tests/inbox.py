"""An IMAP server that is real: it listens on a port, asks for a password and hands out the mails it was given."""

import asyncio
import re
import ssl
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Mailroom:
    """A mailbox on a server of its own; `mails` may be added to at any time, uids count from 1.

    commands: what was asked of it, in order.
    """

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    validity: int = 7
    user: tuple[str, str] = ("khaosat", "mat khau")
    commands: list[str] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> "Mailroom":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self.server.sockets[0].getsockname()[1]
        self.lines: set[asyncio.StreamWriter] = set()
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.server.close()
        for line in self.lines:
            line.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines.add(writer)
        try:
            writer.write(b"* OK ready\r\n")
            while line := (await self._command(reader, writer)):
                tag, name, rest = (*line.split(" ", 2), "")[:3]
                if name.upper() == "UID":
                    name, _, rest = rest.partition(" ")
                self.commands.append(name.upper())
                for part in self._answers(name.upper(), rest):
                    writer.write(part)
                if name.upper() == "AUTHENTICATE":
                    writer.write(b"+ \r\n")
                    rest = b64decode(await reader.readline()).decode().strip("\0").replace("\0", " ")
                good = name.upper() not in ("LOGIN", "AUTHENTICATE") or self._known(rest)
                writer.write(f"{tag} {'OK' if good else 'NO'} {'done' if good else 'wrong password'}\r\n".encode())
                await writer.drain()
                if name.upper() == "LOGOUT":
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.lines.discard(writer)
            writer.close()

    async def _command(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """One command, its literals put in their place."""
        whole = b""
        while True:
            whole += await reader.readline()
            literal = re.search(rb"\{(\d+)\}\r\n$", whole)
            if literal is None:
                return whole.decode().strip()
            writer.write(b"+ go on\r\n")
            whole = whole[: literal.start()] + b'"' + await reader.readexactly(int(literal[1])) + b'"'

    def _known(self, rest: str) -> bool:
        return rest.replace('"', "") == " ".join(self.user)

    def _answers(self, name: str, rest: str) -> list[bytes]:
        answers: dict[str, Callable[[str], list[bytes]]] = {
            "CAPABILITY": lambda _rest: [b"* CAPABILITY IMAP4rev1\r\n"],
            "LOGOUT": lambda _rest: [b"* BYE\r\n"],
            "EXAMINE": lambda _rest: [f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}]\r\n".encode()],
            "SEARCH": self._search,
            "FETCH": self._fetch,
        }
        return answers[name](rest) if name in answers else []

    def _search(self, rest: str) -> list[bytes]:
        start = re.search(r"UID (\d+):\*", rest)
        last = len(self.mails)
        # As the standard has it: n:* names the last mail also when n is beyond it.
        low = min(int(start[1]), last) if start else 1
        return [b"* SEARCH " + b" ".join(str(uid).encode() for uid in range(max(1, low), last + 1)) + b"\r\n"]

    def _fetch(self, rest: str) -> list[bytes]:
        uid = int(rest.split(" ", 1)[0])
        asked = re.search(r"<0\.(\d+)>", rest)
        data = self.mails[uid - 1][: int(asked[1]) if asked else None]
        return [f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(data)}}}\r\n".encode(), data, b")\r\n"]
