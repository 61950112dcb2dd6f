"""How staff follow a campaign: acts on many units at once, views they keep, links for those without an account."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Campaign
from service.models.staff import Staff


class BulkAct(Model):
    """One press on many units of a campaign. What it did to each are the events recorded at `at`.

    `act` is one of flow.bulk.ACTS, `codes` the units it was pressed for, `before` what held before by unit code: the
    due time (ISO 8601), or the id of the staff member in charge. `to` is the staff member units were assigned to.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="bulk_acts", on_delete=RESTRICT
    )
    campaign_id: int
    act = fields.CharField(max_length=20)
    codes: list[str] = fields.JSONField()
    before: dict[str, str | int | None] = fields.JSONField()
    to: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="bulk_acts", null=True, on_delete=RESTRICT
    )
    to_id: int | None
    at = Instant()
    by = fields.CharField(max_length=60)
    request = fields.CharField(max_length=60, unique=True)
    undone_at = Instant(null=True)
    undone_by = fields.CharField(max_length=60, default="")


class SavedView(Model):
    """Filters and order of the table of units under a name, `query` is that part of an address.

    `shared` ones show to everybody.
    """

    id = fields.IntField(primary_key=True)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="views", on_delete=RESTRICT
    )
    staff_id: int
    name = fields.CharField(max_length=100)
    query = fields.CharField(max_length=2000)
    shared = fields.BooleanField(default=False)
    created_at = Instant()

    class Meta:
        unique_together = (("staff", "name"),)


class ReadingLink(Model):
    """A campaign's page for whoever holds the link, to read only, until it expires or is revoked.

    The token is stored only as its hash. `name` says for whom it is.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="reading_links", on_delete=RESTRICT
    )
    campaign_id: int
    name = fields.CharField(max_length=100)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    created_by = fields.CharField(max_length=60)
    expires_at = Instant()
    revoked_at = Instant(null=True)


class ReadingDay(Model):
    """How often a reading link was opened on one day, and when last."""

    id = fields.IntField(primary_key=True)
    link: fields.ForeignKeyRelation[ReadingLink] = fields.ForeignKeyField(
        "service.ReadingLink", related_name="days", on_delete=RESTRICT
    )
    link_id: int
    day = fields.DateField()
    count = fields.IntField()
    last_at = Instant()

    class Meta:
        unique_together = (("link", "day"),)
