"""The words of mails that were claimed: composed as they go out, or those that may have arrived; links filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tortoise.backends.base.client import BaseDBAsyncClient

from reminders import rows, turns
from reminders.clean import one_line, storable
from reminders.models import Message
from reminders.ports import Desk, Envelope
from reminders.texts import WITHOUT_LINK

LINK = "{link}"
CODE = "{code}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until its lease ends.

    text: with the personal links in it, never stored and never logged. links: those. before: why it waited, ambiguous
    when it may have arrived already. calendar: the calendar file that goes along, or "". attachment: the Desk's name of
    a file that goes along, or "". riders: messages that go in the same mail and end with it (turns.py).
    """

    envelope: Envelope
    message_id: str
    subject: str
    text: str = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    before: str = ""
    calendar: str = field(default="", repr=False)
    riders: tuple[Envelope, ...] = ()
    attachment: str = ""

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        """Of all messages in the mail."""
        return self.envelope, *self.riders


@dataclass(frozen=True, slots=True)
class Going:
    """One mail: the messages that go in it, in the order of ids, and which of them carries the others. origin: as in
    turns.Group."""

    messages: Sequence[Message]
    carrier: Message
    origin: int


async def claimed(
    desk: Desk,
    connection: BaseDBAsyncClient,
    mails: Sequence[Going],
    envelopes: Mapping[int, Envelope],
    now: datetime,
) -> list[Claimed]:
    """The texts as they go out: composed now, unless they may have arrived already."""
    standing, links = await _standing(desk, mails, envelopes)
    fresh = [mail for mail in mails if mail.carrier.id not in standing and mail.carrier.template]
    for mail in fresh:
        if mail.origin and mail.carrier.id != mail.origin:
            await turns.hand_over(mail.origin, mail.carrier)
    if fresh:
        await _composed(desk, fresh, envelopes, now)
        await rows.keep_texts(connection, [message for mail in fresh for message in mail.messages])
    links |= await _links(
        desk, [m for mail in mails if mail.carrier.id not in standing for m in _linked(mail)], envelopes
    )
    return [_claimed(mail, envelopes, links) for mail in mails]


async def _standing(
    desk: Desk, mails: Sequence[Going], envelopes: Mapping[int, Envelope]
) -> tuple[set[int], dict[int, str]]:
    """The carriers of mails that are sent again word for word, for they may have arrived: unless that promises a link
    that has ended, or tells of what is owed no more. And the links in them."""
    repeated = [
        mail for mail in mails if mail.carrier.template and mail.carrier.text and turns.may_have_arrived(mail.carrier)
    ]
    if not repeated:
        return set(), {}
    links = dict(await _links(desk, [message for mail in repeated for message in _linked(mail)], envelopes))
    daily = {mail.origin: [m.id for m in mail.messages] for mail in repeated if mail.origin}
    whole = await turns.complete(daily)
    standing = {
        mail.carrier.id
        for mail in repeated
        if all(links.get(message.id) for message in _linked(mail)) and (not mail.origin or mail.origin in whole)
    }
    return standing, links


async def _composed(desk: Desk, mails: Sequence[Going], envelopes: Mapping[int, Envelope], now: datetime) -> None:
    """Give the messages the words of the mail that they go in."""
    single = [mail.carrier for mail in mails if len(mail.messages) == 1]
    made = dict(await desk.compose([envelopes[message.id] for message in single], now)) if single else {}
    for mail in mails:
        if len(mail.messages) > 1:
            made[mail.carrier.id] = await desk.gather([envelopes[m.id] for m in mail.messages], now)
        found = made[mail.carrier.id]
        for message in mail.messages:
            message.subject, message.text = one_line(found.subject), storable(found.text)
            message.version, message.calendar = found.version, storable(found.calendar)


def _linked(mail: Going) -> list[Message]:
    """The messages of a mail that have a link (or a code) in it, in the order of their links."""
    if mark_of(mail.carrier) not in mail.carrier.text:
        return []
    if len(mail.messages) == 1:
        return [mail.carrier]
    return [message for message in mail.messages if message.template not in WITHOUT_LINK]


async def _links(desk: Desk, messages: Sequence[Message], envelopes: Mapping[int, Envelope]) -> Mapping[int, str]:
    return await desk.links([envelopes[message.id] for message in messages]) if messages else {}


def _claimed(mail: Going, envelopes: Mapping[int, Envelope], links: Mapping[int, str]) -> Claimed:
    message = mail.carrier
    going, *riders = (
        replace(envelopes[m.id], attempt=m.attempt + 1)
        for m in (message, *(m for m in mail.messages if m is not message))
    )
    before = "ambiguous" if message.state == "sending" else message.why
    own = tuple(links.get(m.id, "") for m in _linked(mail))
    text = with_links(message.text, own, mark_of(message))
    shown = () if message.kind == "code" else own  # a code is no address to press on
    along = message.calendar, tuple(riders), message.attachment
    return Claimed(going, message.message_id, message.subject, text, shown, before, *along)


def mark_of(message: Message) -> str:
    """What stands in the stored text for what only its reader may know."""
    return CODE if message.kind == "code" else LINK


def with_links(text: str, links: Sequence[str], mark: str = LINK) -> str:
    """A text with its links in it: one for all places of the mark, or one for each."""
    if len(links) < 2:
        return text.replace(mark, links[0] if links else "")
    first, *rest = text.split(mark)
    return first + "".join(link + part for link, part in zip((*links, *[""] * len(rest)), rest, strict=False))


def envelope_of(message: Message) -> Envelope:
    return Envelope(
        id=message.id,
        key=message.key,
        kind=message.kind,
        ref=message.ref,
        to_address=message.to_address,
        to_name=message.to_name,
        campaign=message.campaign,
        unit=message.unit,
        contact=message.contact,
        step=message.step,
        occurrence=message.occurrence,
        due_round=message.due_round,
        template=message.template,
        attempt=message.attempt,
        batch=message.batch,
    )
