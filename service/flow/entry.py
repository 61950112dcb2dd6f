"""Personal links: one contact's way into one invitation.

A link's address is derived, never stored, and opening it changes nothing: mail scanners open links. Entering is a
POST that starts a session; the session sees the unit only, and dies with the link's generation.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from service import life, security
from service.errors import LinkInvalid
from service.flow import audit, events, lookups, principal
from service.models import ContactLink, Invitation, UnitSession

SESSION = timedelta(days=14)
_VISIT = """
    SELECT link.id AS link, invitation.unit_id AS unit, invitation.campaign_id AS campaign, invitation.code AS code,
           link.contact_id AS contact
    FROM unitsession AS session
    JOIN contactlink AS link ON link.id = session.link_id AND link.generation = session.generation
    JOIN invitation ON invitation.id = link.invitation_id
    WHERE session.token_hash = ?1 AND session.revoked_at IS NULL AND session.expires_at > ?2
"""  # asked at every request of a unit's browser


@dataclass(frozen=True, slots=True)
class Visit:
    """A unit's browser that has entered."""

    link: int
    unit: int
    campaign: int
    code: str
    contact: int | None

    @property
    def principal(self) -> principal.Principal:
        return principal.link(self.link)


Holder = tuple[int, int | None, str]  # ids of invitation and contact (None: a bare address), address


async def link_for(invitation: int, contact: int | None, address: str, now: datetime) -> ContactLink:
    """The link of a contact for an invitation; made when there is none."""
    holder = (invitation, contact, address)
    return (await links_for([holder], now))[holder]


async def links_for(holders: Collection[Holder], now: datetime) -> Mapping[Holder, ContactLink]:
    """The link of each; made where there is none.

    Two workers at once may make one each: both open the same form, and the first is used from then on.
    """
    found = await _links_of(holders)
    missing = sorted((h for h in holders if h not in found), key=str)
    if missing:
        await lookups.insert_all(
            ContactLink,
            [
                {"invitation_id": i, "contact_id": c, "address": a, "generation": 1, "created_at": now}
                for i, c, a in missing
            ],
        )
        found |= await _links_of(missing)
    return found


async def _links_of(holders: Collection[Holder]) -> dict[Holder, ContactLink]:
    if not holders:
        return {}
    rows = await ContactLink.filter(
        invitation_id__in=sorted({invitation for invitation, _contact, _address in holders}),
        address__in=sorted({address for _invitation, _contact, address in holders}),
    ).order_by("-id")
    return {(row.invitation_id, row.contact_id, row.address): row for row in rows}


async def fresh_link(campaign_id: int, code: str, who: principal.Principal, now: datetime) -> ContactLink:
    """A link of its own for handing out by hand or by API. Raises NotFound."""
    async with in_transaction():
        invitation = await events.locked(campaign_id, code)
        link = await ContactLink.create(invitation=invitation, contact=None, created_at=now)
        await audit.record("link.create", f"invitation:{invitation.id}", who, now, {"link": link.id})
    return link


def address_of(public_url: str, secret_key: bytes, link: ContactLink) -> str:
    """The address that goes into a mail. Never shown to staff of mail already sent."""
    return f"{public_url}/p/{security.link_token(secret_key, link.id, link.generation)}"


async def of_link(token: str, secret_key: bytes) -> ContactLink:
    """The link a token opens, with invitation and campaign loaded. Changes nothing. Raises LinkInvalid."""
    link_id = security.link_id_of(token)
    link = (
        await ContactLink.filter(id=link_id).select_related("invitation__campaign__staff", "contact").first()
        if link_id is not None
        else None
    )
    if link is None or not security.link_matches(secret_key, token, link.id, link.generation):
        raise LinkInvalid()
    return link


async def enter(token: str, secret_key: bytes, now: datetime) -> tuple[ContactLink, str]:
    """Start a session and note that the link was opened; the link and the session's token."""
    link = await of_link(token, secret_key)
    async with in_transaction():
        invitation = await events.locked(link.invitation.campaign_id, link.invitation.code)
        return link, await begin(link, invitation, "link.enter", now)


async def begin(link: ContactLink, invitation: Invitation, action: str, now: datetime, **data: object) -> str:
    """A session on a link, inside the caller's transaction, which holds the invitation; the session's token.

    `action` and `data` go to the audit log.
    """
    session_token = security.new_token()
    await UnitSession.create(
        link=link,
        generation=link.generation,
        token_hash=security.token_hash(session_token),
        created_at=now,
        expires_at=now + SESSION,
    )
    who = principal.link(link.id)
    if life.may(life.State(invitation.state), life.Act.OPEN, who.actor):
        await events.apply(invitation, life.Act.OPEN, who, at=now, recorded_at=now)
    await audit.record(action, f"invitation:{invitation.id}", who, now, {"link": link.id, **data})
    return session_token


async def of_session(token: str, now: datetime) -> Visit | None:
    """The visit a cookie stands for; None when it ended or its link was revoked."""
    found = await lookups.row(_VISIT, security.token_hash(token), now.astimezone(UTC))
    return Visit(**found) if found else None


async def leave(token: str, now: datetime) -> None:
    await UnitSession.filter(token_hash=security.token_hash(token), revoked_at=None).update(revoked_at=now)
