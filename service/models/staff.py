"""Who works here: accounts, their sessions and tokens, failed tries."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT


class Staff(Model):
    id = fields.IntField(primary_key=True)
    username = fields.CharField(max_length=100, unique=True)
    name = fields.CharField(max_length=200)
    position = fields.CharField(max_length=200, default="")
    phone = fields.CharField(max_length=40, default="")
    email = fields.CharField(max_length=254, default="")
    role = fields.CharField(max_length=20)  # viewer, staff, administrator
    password_hash = fields.CharField(max_length=200, default="")
    active = fields.BooleanField(default=True)
    created_at = Instant()


class Digest(Model):
    """The morning digest of a staff member who asked for it once, `wanted` while they do.

    `day` is the last day for which it was decided whether there was anything to tell, `until` the moment up to which
    that one told: the next begins there.
    """

    id = fields.IntField(primary_key=True)
    staff: fields.OneToOneRelation[Staff] = fields.OneToOneField(
        "service.Staff", related_name="digest", on_delete=RESTRICT
    )
    staff_id: int
    wanted = fields.BooleanField()
    day = fields.DateField(null=True)
    until = Instant()


class StaffSession(Model):
    """A log-in. The cookie's token is stored only as its hash."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="sessions", on_delete=RESTRICT
    )
    staff_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    expires_at = Instant()
    revoked_at = Instant(null=True)


class SetupLink(Model):
    """A one-time link by which a new staff member chooses a password."""

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="setup_links", on_delete=RESTRICT
    )
    staff_id: int
    token_hash = fields.CharField(max_length=64, unique=True)
    expires_at = Instant()
    used_at = Instant(null=True)


class ApiToken(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=100)
    role = fields.CharField(max_length=20)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    revoked_at = Instant(null=True)


class Attempts(Model):
    """How often something guarded was tried in a window (log-in by name and by address)."""

    key = fields.CharField(max_length=120, primary_key=True)
    count = fields.IntField()
    until = Instant()
