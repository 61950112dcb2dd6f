"""An SMTP server that is real: it listens on a port, answers as it is told and keeps what it accepted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """An SMTP server that keeps what it accepted, and answers some recipients as it is told.

    replies: recipient -> replies to its RCPT, one a try. after_data: recipients whose connection is
    cut once the message has been taken (it is kept in `accepted`, as a real server would). silent: recipients whose
    message is taken and never answered, once. during_data: awaited while the server thinks about a message. taken:
    called with each recipient when the message is kept and not yet answered.
    """

    port: int = 0
    accepted: list[tuple[str, EmailMessage]] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    after_data: list[str] = field(default_factory=list)
    data_replies: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    silent: list[str] = field(default_factory=list)
    during_data: Callable[[], Awaitable[None]] | None = None
    taken: Callable[[str], None] | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answers = self.replies.get(address)
        if answers:
            answer = answers.pop(0)
            if answer != "250":
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        assert isinstance(envelope.content, bytes)
        if self.during_data is not None:
            await self.during_data()
        if self.data_replies:
            return self.data_replies.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.accepted.append((address, mail))
        self.sessions.add(id(session))
        if self.taken is not None:
            self.taken(address)
        if address in self.silent:
            self.silent.remove(address)
            await asyncio.get_running_loop().create_future()
        if address in self.after_data:
            self.after_data.remove(address)
            assert server.transport is not None
            server.transport.abort()
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for recipient, mail in self.accepted if recipient == address]


class Served:
    def __init__(self, post: Post, **options: Any) -> None:
        self.post, self.options = post, options

    async def __aenter__(self) -> Post:
        self.loop = asyncio.get_running_loop()
        self.protocols: list[SMTP] = []
        self.server = await self.loop.create_server(self._protocol, "127.0.0.1", 0)
        self.post.port = self.server.sockets[0].getsockname()[1]
        return self.post

    def _protocol(self) -> SMTP:
        # aiosmtpd's own Controller cannot take port 0.
        made = SMTP(self.post, hostname="mail.test", loop=self.loop, **self.options)
        self.protocols.append(made)
        return made

    async def __aexit__(self, *failure: object) -> None:
        self.server.close()
        for protocol in self.protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
        await self.server.wait_closed()
        # The transports close their sockets in the next turns of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
