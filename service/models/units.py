"""A unit and whom to reach in it."""

from tortoise import fields
from tortoise.models import Model

from service.models.base import RESTRICT
from service.models.staff import Staff


class Unit(Model):
    """A commune-level body, known by its official 5-digit code (a string: it may begin with 0).

    `staff` is who of the department is in charge of it, where somebody is.
    """

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=10, unique=True)
    name = fields.CharField(max_length=200)
    full_name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=20)
    group = fields.CharField(max_length=200)
    parent = fields.CharField(max_length=10, default="")
    tile_col = fields.IntField(null=True)
    tile_row = fields.IntField(null=True)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    folded = fields.CharField(max_length=200)
    active = fields.BooleanField(default=True)
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="units", null=True, on_delete=RESTRICT
    )
    staff_id: int | None


class Contact(Model):
    """A person or mailbox of a unit. `email` is normalised, empty when only a telephone is known."""

    id = fields.IntField(primary_key=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "service.Unit", related_name="contacts", on_delete=RESTRICT
    )
    unit_id: int
    role = fields.CharField(max_length=20)  # official, leader
    name = fields.CharField(max_length=200, default="")
    position = fields.CharField(max_length=200, default="")
    email = fields.CharField(max_length=254, default="")
    phone = fields.CharField(max_length=40, default="")
    active = fields.BooleanField(default=True)

    class Meta:
        unique_together = (("unit", "role", "email", "name"),)
