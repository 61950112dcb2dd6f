"""The other way in: a one-time code, mailed to an address that is registered for the unit.

Whoever asks learns nothing of who is registered: for any address a request is written down, it takes the same work and
the same wrong tries. Whether a mail goes is found out afterwards (`deliver`). The code counts only in the browser that
asked, and the link it opens is the contact's own.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from reminders import outbox
from reminders.ports import Letter
from service import codewords, life, security, words
from service.errors import CodeOver
from service.flow import attempts, audit, channels, entry, filling, openness, principal, recipients
from service.flow.planning import OWES_NOT
from service.models import Contact, EntryCode, Invitation, Unit
from service.roster.people import LEADER
from service.settings import Settings

log = logging.getLogger(__name__)

VALID = timedelta(minutes=10)
TRIES = 6
CHOOSING = timedelta(minutes=30)  # to choose among the surveys, after the right code
KEPT = timedelta(days=1)
# Codes asked for within attempts.WINDOW. By mailbox and browser's address together, so that a stranger elsewhere does
# not soon keep somebody out; a whole city may come from one address.
ASKED_HERE, ASKED_FOR_MAILBOX, ASKED_FOR_UNIT, ASKED_BY_ADDRESS = 5, 10, 40, 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A survey that may be entered. `left` says how far off its due time is, in words."""

    invitation: Invitation
    left: str


@dataclass(frozen=True, slots=True)
class Offers:
    """A unit's surveys: those it can still answer, the one due first first, and the others, the latest first."""

    open: Sequence[Offer]
    rest: Sequence[Offer]


async def ask(unit: Unit, address: str, network: str, now: datetime) -> str:
    """Write down that somebody at a network address asks for a code; the token for their browser's cookie.

    The codes asked for before, for the same unit and address, end. Raises TooManyTries.
    """
    limits = _limits(unit.id, address, network)
    await attempts.require_fewer(limits, now)
    await attempts.failed(limits, now)
    token = security.new_token()
    async with in_transaction() as connection:
        await EntryCode.filter(expires_at__lt=now - KEPT).delete()
        older = EntryCode.filter(unit_id=unit.id, address=address, used_at=None, ended_at=None)
        keys = [_key(one) for one in await older]
        await older.update(ended_at=now)
        await outbox.recall(connection, now=now, kind="code", keys=keys)
        await EntryCode.create(
            token_hash=security.token_hash(token),
            unit_id=unit.id,
            address=address,
            created_at=now,
            expires_at=now + VALID,
        )
    return token


async def deliver(settings: Settings, token: str, now: datetime) -> bool:
    """Queue the mail with the code, if the address is registered; whether it was. Run when the answer has gone out."""
    async with in_transaction() as connection:
        row = await EntryCode.get(token_hash=security.token_hash(token)).select_related("unit")
        contact = await _contact(row)
        if contact is None or row.ended_at is not None:
            log.info("no code is sent: request %d names no address of unit %s", row.id, row.unit.code)
            return False
        await outbox.enqueue([_letter(settings, row, contact)], connection, now=now, domain=recipients.domain(settings))
        data = {"code": row.id, "contact": contact.id}
        await audit.record("code.send", f"unit:{row.unit_id}", principal.SYSTEM, now, data)
    return True


@words.speaking(words.OWN)
def _letter(settings: Settings, row: EntryCode, contact: Contact) -> Letter:
    asked = codewords.Asked(row.unit.full_name, row.created_at, row.expires_at)
    return Letter(
        key=_key(row),
        kind="code",
        ref=_reference(row.id),
        unit=row.unit.code,
        contact=contact.id,
        to_address=contact.email,
        to_name=contact.name,
        subject=codewords.subject(asked),
        text=codewords.text(asked, recipients.sender(settings)),
        expires_at=row.expires_at,
    )


def _key(row: EntryCode) -> str:
    """Ids are given anew when the last rows are gone; tokens never are."""
    return f"code:{row.token_hash}"


def _reference(number: int) -> str:
    return f"code:{number}"


async def written(settings: Settings, refs: Sequence[str]) -> Mapping[str, str]:
    """The codes as their mails say them, by the reference of the message."""
    if not refs:
        return {}
    rows = await EntryCode.filter(id__in=[int(ref.removeprefix("code:")) for ref in refs])
    return {
        _reference(row.id): codewords.spaced(security.entry_code(settings.secret_key, row.token_hash)) for row in rows
    }


async def asked(token: str) -> EntryCode | None:
    """What a browser asked for, its unit loaded; None when it asked for nothing."""
    found = EntryCode.filter(token_hash=security.token_hash(token)).select_related("unit")
    return await found.first() if token else None


def waits(row: EntryCode, now: datetime) -> bool:
    """Whether its code may still be typed."""
    return row.used_at is None and row.ended_at is None and now < row.expires_at and row.tries < TRIES


def was_right(row: EntryCode, now: datetime) -> bool:
    """Whether its code was typed and a survey may be chosen."""
    return row.used_at is not None and row.ended_at is None and now < row.used_at + CHOOSING


async def check(settings: Settings, token: str, typed: str, now: datetime) -> int | None:
    """Try a code; None when it is right, else how many tries are left. `typed`: CODE_DIGITS digits. Raises CodeOver."""
    async with in_transaction():
        row = await _locked(token)
        if not waits(row, now):
            raise CodeOver()
        contact = await _contact(row)
        same = security.same(security.entry_code(settings.secret_key, row.token_hash), typed)
        if same and contact is not None:
            await EntryCode.filter(id=row.id).update(used_at=now)
            return None
        await EntryCode.filter(id=row.id).update(tries=row.tries + 1)
        return TRIES - row.tries - 1


async def offers(row: EntryCode, now: datetime) -> Offers:
    """The surveys of the unit that asked."""
    found = await filling.of_unit(row.unit_id)
    open_now = [one for one in found if openness.is_open(one.campaign, now) and life.State(one.state) not in OWES_NOT]
    rest = [one for one in found if one not in open_now]
    return Offers(
        [Offer(one, await channels.left(one.due_at, now)) for one in reversed(open_now)],
        [Offer(one, "") for one in rest],
    )


async def enter(token: str, campaign_id: int, network: str, now: datetime) -> str:
    """Start a session in one of the unit's surveys, on the contact's own link; the session's token.

    For CHOOSING the browser that typed the code may do so again: a button is pressed twice, "Back" is pressed.
    Raises CodeOver, NotFound.
    """
    async with in_transaction():
        row = await _locked(token)
        contact = await _contact(row)
        if contact is None or not was_right(row, now):
            raise CodeOver()
        invitation = await filling.find(campaign_id, unit_id=row.unit_id, lock=True)
        link = await entry.link_for(invitation.id, contact.id, contact.email, now)
        session = await entry.begin(link, invitation, "code.enter", now, code=row.id)
    await attempts.forget([key for key in _limits(row.unit_id, row.address, network) if "mailbox" in key])
    return session


async def end(token: str, now: datetime) -> None:
    """Whoever leaves a computer leaves no way in behind."""
    await EntryCode.filter(token_hash=security.token_hash(token), ended_at=None).update(ended_at=now)


async def _locked(token: str) -> EntryCode:
    row = await EntryCode.filter(token_hash=security.token_hash(token)).select_for_update().first()
    if row is None:
        raise CodeOver()
    return row


async def _contact(row: EntryCode) -> Contact | None:
    """Who reads the mailbox at the unit: the official named first, else the leader."""
    found = await Contact.filter(unit_id=row.unit_id, email=row.address, active=True).order_by("id")
    return min(found, key=lambda contact: contact.role == LEADER, default=None)


def _limits(unit_id: int, address: str, network: str) -> Mapping[str, int]:
    mailbox = f"code:mailbox:{unit_id}:{security.token_hash(address)[:24]}"
    return {
        f"{mailbox}@{network}"[:120]: ASKED_HERE,
        mailbox: ASKED_FOR_MAILBOX,
        f"code:unit:{unit_id}": ASKED_FOR_UNIT,
        f"code@{network}"[:120]: ASKED_BY_ADDRESS,
    }
