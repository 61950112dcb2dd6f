"""Periodic surveys: a series, and the campaigns that are its rounds."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Campaign


class Series(Model):
    """A survey that comes back every month, quarter, half year or year, each round made from the last.

    `every` is of reminders.periods.
    `due_days` of `due_kind` are counted from a round's opening, `close_days` from its due day to its closing (None: it
    stays open). A round is prepared `ahead` days before its figures are closed. `automatic` rounds are published at
    their opening, by the word of `approved_by`; others wait for a person. `state`: active, paused or ended.
    """

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=400)
    every = fields.CharField(max_length=10)
    due_days = fields.DecimalField(max_digits=6, decimal_places=1)
    due_kind = fields.CharField(max_length=20)
    close_days = fields.IntField(null=True)
    ahead = fields.IntField()
    state = fields.CharField(max_length=10, default="active")
    automatic = fields.BooleanField(default=False)
    approved_by = fields.CharField(max_length=60, default="")
    approved_at = Instant(null=True)
    created_at = Instant()
    created_by = fields.CharField(max_length=60)


class Round(Model):
    """A campaign as the round of a series for one period.

    The unique key lets only one of several workers prepare a period. `tried_at` is when publishing it automatically was
    last found impossible.
    """

    id = fields.IntField(primary_key=True)
    series: fields.ForeignKeyRelation[Series] = fields.ForeignKeyField(
        "service.Series", related_name="rounds", on_delete=RESTRICT
    )
    series_id: int
    campaign: fields.OneToOneRelation[Campaign] = fields.OneToOneField(
        "service.Campaign", related_name="round", on_delete=RESTRICT
    )
    campaign_id: int
    period_from = fields.DateField()
    period_to = fields.DateField()
    prepared_at = Instant()
    tried_at = Instant(null=True)

    class Meta:
        unique_together = (("series", "period_to"),)
