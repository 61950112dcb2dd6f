"""What this room asks of others: a Desk (the service knows who owes what) and a Sender (the wire)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that somebody wants sent.

    key: unique for ever (see plan.key for reminders). ref: the invitation's reference, opaque here.
    contact: the service's id of the person the link belongs to. to_address: as address.parse gave it.
    Either `subject` and `text` are given, with `{link}` where the personal link goes (`{code}` where the one-time
    code of the kind `code` does), or `template`, which the Desk composes when the message goes out.
    attachment: what the Desk knows a file by that goes along, or "".
    batch: what one press of "send now" queues shares it. not_before: None means at once. expires_at: after it the
    message is dropped as "passed".
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
    batch: str = ""
    occurrence: int = 0
    due_round: int = 0
    template: str = ""
    subject: str = ""
    text: str = ""
    attachment: str = ""
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
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """What a message says. text: with `{link}` where the personal link goes. version: that of the template, 0 the one
    that ships. calendar: a calendar file that goes along (reminders.ics), or ""."""

    subject: str
    text: str
    version: int = 0
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along with a mail; `name` is plain ASCII."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


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


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes over the wire: one sender, one recipient, and every byte of it (lines end in CRLF)."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Daily:
    """Of a message that a mailbox gets one of a day. day: in ISO. again_at: when a later day may have it. waits: for
    that day when the mailbox has had today's; one that a person sends goes all the same."""

    day: str
    again_at: datetime
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a message does not go now. reason: it is no longer owed (a code). until: it waits for that moment.
    busy: what it depends on is being changed at this moment; it is looked at again. daily: it shares its mailbox's one
    mail of the day."""

    reason: str | None = None
    until: datetime | None = None
    busy: bool = False
    daily: Daily | None = None


class Desk(Protocol):
    """What only the service knows, asked for many messages at once, by their ids.

    Every method but `attached` runs in a transaction: await database calls only. When `judge` is asked the messages are
    locked, and whoever changes an invitation may be waiting for them with that invitation locked: so `judge` locks what
    it depends on without waiting (SKIP LOCKED) and calls busy what it does not get. `lock` comes before the
    messages are locked, and may wait.
    """

    async def judge(self, envelopes: Sequence[Envelope], at: datetime) -> Mapping[int, Verdict]:
        """What does not go now, and why; a message that is left out goes."""

    async def compose(self, envelopes: Sequence[Envelope], at: datetime) -> Mapping[int, Composed]:
        """What each `template` says as of `at`."""

    async def gather(self, envelopes: Sequence[Envelope], at: datetime) -> Composed:
        """What one mail says for several reminders to one mailbox: `{link}` once for each that has one, in the order
        given."""

    async def links(self, envelopes: Sequence[Envelope]) -> Mapping[int, str]:
        """The personal link for each, "" when nobody at that address may have one any more; for the kind `code` the
        one-time code. Never stored."""

    async def attached(self, attachment: str) -> Attachment | None:
        """The file that a Letter named, as the mail goes out; None when it is kept no longer."""

    async def lock(self, envelopes: Sequence[Envelope]) -> None:
        """Lock what `settled` will change, in a fixed order."""

    async def settled(self, ends: Sequence[tuple[Envelope, Outcome]], at: datetime) -> None:
        """Told how attempts ended, in the transaction that records it."""


class Sender(Protocol):
    """One connection's worth of sending, kept open between mails. Used by one message at a time."""

    async def send(self, mail: Mail) -> Reply:
        """Hand over to the one recipient. Raises Transient or Permanent."""

    async def close(self) -> None:
        """Let the connection go; the next mail opens another. Safe to repeat."""
