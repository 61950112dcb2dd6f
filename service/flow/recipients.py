"""Who of a unit gets mail, and the letters that the service puts into the outbox."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from reminders import address
from reminders.plan import Recipient
from reminders.ports import Letter
from service.flow import lookups
from service.models import Contact, Invitation, Submission
from service.roster import people
from service.settings import Settings


async def by_unit(unit_ids: Collection[int]) -> Mapping[int, tuple[Recipient, ...]]:
    """The active contacts with an address, by unit; a unit without any is absent."""
    rows = (
        await Contact.filter(unit_id__in=list(unit_ids), active=True)
        .exclude(email="")
        .order_by("id")
        .values_list("unit_id", "email", "name", "role", "id", "position")
    )
    found: dict[int, list[Recipient]] = {}
    for unit, email, name, role, number, position in rows:
        rank = people.rank_of(position) if role == people.LEADER else ""
        found.setdefault(unit, []).append(Recipient(email, name, role, number, rank=rank))
    return {unit: tuple(recipients) for unit, recipients in found.items()}


async def of_unit(unit_id: int) -> list[Recipient]:
    """The active contacts of one unit with an address."""
    rows = await lookups.every(Contact, "id", unit_id=unit_id, active=True)
    return [Recipient(row.email, row.name, row.role, row.id) for row in rows if row.email]


async def leaders(unit_id: int) -> list[Recipient]:
    """The mailboxes of a unit's leaders that no official of it reads."""
    return separate(await of_unit(unit_id))


def separate(people: Collection[Recipient]) -> list[Recipient]:
    """The leaders' mailboxes that no official of the same unit reads: who opens mail there is no official."""
    officials = {person.address for person in people if person.role == "official"}
    return [leader for leader in mailboxes(people, "leader") if leader.address not in officials]


def mailboxes(recipients: Iterable[Recipient], role: str) -> list[Recipient]:
    """One recipient a mailbox: contacts that share one get one message."""
    found: dict[str, Recipient] = {}
    for recipient in recipients:
        if recipient.role == role:
            found.setdefault(recipient.address, recipient)
    return list(found.values())


def domain(settings: Settings) -> str:
    """The domain of the sending address, for Message-IDs."""
    return address.mailbox(settings.mail_from).address.rpartition("@")[2]


def sender(settings: Settings) -> str:
    """The office that sends, as its letters name it."""
    return address.mailbox(settings.mail_from).name or "Phiếu"


def reference(invitation_id: int) -> str:
    """How the outbox names an invitation; it knows nothing more of it."""
    return f"invitation:{invitation_id}"


def invitation_id(ref: str) -> int:
    return int(ref.removeprefix("invitation:"))


def letter(
    kind: str, invitation: Invitation, recipient: Recipient, *, not_before: datetime | None = None, again: int = 0
) -> Letter:
    """A letter of a kind that goes once to an address for an invitation (invitation, for example).

    `again`: how many earlier ones were dropped unsent.
    """
    return Letter(
        key=f"{kind}:{invitation.id}:{recipient.address}" + (f":{again}" if again else ""),
        kind=kind,
        template=kind,
        ref=reference(invitation.id),
        campaign=invitation.campaign_id,
        unit=invitation.code,
        contact=recipient.contact,
        to_address=recipient.address,
        to_name=recipient.name,
        not_before=not_before,
    )


def submission_id(key: str) -> int:
    """The submission that a receipt's key names."""
    return int(key.split(":")[1])


def receipt(submission: Submission, invitation: Invitation, recipient: Recipient) -> Letter:
    """The receipt of a submission to one address."""
    return Letter(
        key=f"receipt:{submission.id}:{recipient.address}",
        kind="receipt",
        template="receipt",
        ref=reference(invitation.id),
        campaign=invitation.campaign_id,
        unit=invitation.code,
        contact=recipient.contact,
        to_address=recipient.address,
        to_name=recipient.name,
    )
