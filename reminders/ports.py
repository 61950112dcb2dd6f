"""What this room asks of others: a Desk (the service knows who owes what) and a Sender (the wire)."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that somebody wants sent.

    key: unique for ever (see plan.key for reminders). ref: the invitation's reference, opaque here.
    contact: the service's id of the person the link belongs to. to_address: as address.parse gave it.
    Either `subject` and `text` are given, with `{link}` where the personal link goes, or `template`,
    which the Desk composes when the message goes out.
    not_before: None means at once. expires_at: after it the message is dropped as "passed".
    """

    key: str
    kind: str
    ref: str
    to_address: str
    to_name: str = ""
    campaign: int | None = None
    unit: str = ""
    contact: int | None = None
    step: str = ""
    occurrence: int = 0
    due_round: int = 0
    template: str = ""
    subject: str = ""
    text: str = ""
    not_before: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as the Desk sees it when asked about it: all but its text."""

    id: int
    key: str
    kind: str
    ref: str
    to_address: str
    to_name: str
    campaign: int | None
    unit: str
    contact: int | None
    step: str
    occurrence: int
    due_round: int
    template: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Reply:
    """The SMTP server's answer: code such as 250, and its text."""

    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended, and where it leaves the message.

    result: sent; transient (tried again later); ambiguous (like transient, but the server may have
    taken it); permanent. state: what the message is now: sent, waiting or failed.
    """

    result: Literal["sent", "transient", "ambiguous", "permanent"]
    state: Literal["sent", "waiting", "failed"]
    reply: Reply


class SendError(Exception):
    """A message did not go out. `reply` is what the server said, code None when it said nothing."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.code or ''} {reply.text}".strip())
        self.reply = reply


class Transient(SendError):
    """Worth another try.

    ambiguous: lost after DATA, the server may have taken the message. unreachable: no fault of this
    message, the server could not be talked to or takes nothing from us; the others may wait for the next
    tick, and it is no reason to give up, however long it lasts.
    """

    def __init__(self, reply: Reply, *, ambiguous: bool = False, unreachable: bool = False) -> None:
        super().__init__(reply)
        self.ambiguous = ambiguous
        self.unreachable = unreachable


class Permanent(SendError):
    """The server refused this message or this address for good (5xx)."""


class Desk(Protocol):
    """What only the service knows. Every method runs in a transaction: await database calls only."""

    async def why_not(self, envelope: Envelope, at: datetime) -> str | None:
        """The code of why the message is no longer owed, or None. Asked in the claim transaction,
        before the message is touched, so that locks are taken in the order invitation, message."""

    async def hold(self, envelope: Envelope, at: datetime) -> datetime | None:
        """The later moment to wait for (a reminder outside office hours), or None to go now."""

    async def compose(self, envelope: Envelope, at: datetime) -> tuple[str, str]:
        """Subject and text of `envelope.template` as of `at`; the text keeps `{link}`."""

    async def fill(self, envelope: Envelope, text: str) -> str:
        """`text` with the personal link in place of `{link}`, or with nothing there when nobody at that
        address may have one any more. The result is never stored."""

    async def settled(self, envelope: Envelope, outcome: Outcome, at: datetime) -> None:
        """Told of each attempt's end, in the transaction that records it."""


class Sender(Protocol):
    """One connection's worth of sending. Used by one message at a time."""

    async def send(self, mail: EmailMessage) -> Reply:
        """Hand over to the one address in To. Raises Transient or Permanent."""

    async def close(self) -> None:
        """Let the connection go. Safe to repeat."""
