"""The ways in of a unit's people."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Invitation
from service.models.units import Contact, Unit


class ContactLink(Model):
    """One contact's way in for one invitation. The token is derived (service/security.py), never stored."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="links", on_delete=RESTRICT
    )
    invitation_id: int
    contact: fields.ForeignKeyNullableRelation[Contact] = fields.ForeignKeyField(
        "service.Contact", related_name="links", null=True, on_delete=RESTRICT
    )
    contact_id: int | None
    address = fields.CharField(max_length=254, default="")
    generation = fields.IntField(default=1)
    created_at = Instant()


class UnitSession(Model):
    """A unit's browser that came in by a personal link, it sees that unit only."""

    id = fields.IntField(primary_key=True)
    link: fields.ForeignKeyRelation[ContactLink] = fields.ForeignKeyField(
        "service.ContactLink", related_name="sessions", on_delete=RESTRICT
    )
    link_id: int
    generation = fields.IntField()
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(null=True)


class EntryCode(Model):
    """A one-time code that somebody asked for at the public page, for an address as they typed it, registered or not.

    The code itself is derived (service/security.py), never stored. `token_hash` is that of the cookie of the browser
    that asked: the code counts in no other. `tries` are the wrong ones, `used_at` is when the right code was typed,
    `ended_at` when a newer code took its place or the browser left. Gone a day after it expired.
    """

    id = fields.IntField(primary_key=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "service.Unit", related_name="codes", on_delete=RESTRICT
    )
    unit_id: int
    address = fields.CharField(max_length=254)
    created_at = Instant()
    expires_at = Instant()
    tries = fields.IntField(default=0)
    used_at = Instant(null=True)
    ended_at = Instant(null=True)

    class Meta:
        indexes = (("unit_id", "address"), ("expires_at",))
