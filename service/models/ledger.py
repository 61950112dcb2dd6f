"""The ledger of recommendations: what units reported as difficulties, until somebody has answered."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.answers import Submission
from service.models.base import RESTRICT
from service.models.campaigns import Invitation
from service.models.staff import Staff


class Recommendation(Model):
    """One row of an accepted report, numbered in the ledger and known by the row's stable id.

    The words are those of the latest accepted report (`submission`), choices as their labels; `others` are the row's
    further answers as (label, value). `withdrawn_at`: the row is in the report no more.

    Alike ones are merged: `lead` is the number of the one that is answered for all of them, its own where it is merged
    into none; `into` is the one it was itself merged into, so that taking that back restores what was before.
    `state` (flow.ledger.STATES), `level` (who answers), `staff`, the due time with how it was counted, and `replies`
    (how many versions the reply has had) count where it leads. `version` rises with every change.
    """

    id = fields.IntField(primary_key=True)
    number = fields.IntField(unique=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="recommendations", on_delete=RESTRICT
    )
    invitation_id: int
    repeat = fields.CharField(max_length=500)
    row = fields.CharField(max_length=500)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "service.Submission", related_name="recommendations", on_delete=RESTRICT
    )
    submission_id: int
    field = fields.CharField(max_length=500, default="")
    authority = fields.CharField(max_length=500, default="")
    matter = fields.TextField()
    proposal = fields.TextField(default="")
    others: list[list[str]] = fields.JSONField()
    folded = fields.TextField()
    withdrawn_at = Instant(null=True)
    lead = fields.IntField()
    into = fields.IntField(null=True)
    state = fields.CharField(max_length=20, default="open")
    level = fields.CharField(max_length=20, default="")
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="recommendations", null=True, on_delete=RESTRICT
    )
    staff_id: int | None
    due_at = Instant(null=True)
    due_explained: dict[str, object] | None = fields.JSONField(null=True)
    replies = fields.IntField(default=0)
    answered_at = Instant(null=True)
    version = fields.IntField(default=1)
    created_at = Instant()

    class Meta:
        unique_together = (("invitation", "repeat", "row"),)
        indexes = (("lead",), ("state",))


class RecommendationReply(Model):
    """One version of the answer to a recommendation and those merged into it, never changed. The latest counts."""

    id = fields.IntField(primary_key=True)
    recommendation: fields.ForeignKeyRelation[Recommendation] = fields.ForeignKeyField(
        "service.Recommendation", related_name="answers", on_delete=RESTRICT
    )
    recommendation_id: int
    number = fields.IntField()
    text = fields.TextField()
    at = Instant()
    by = fields.CharField(max_length=60)

    class Meta:
        unique_together = (("recommendation", "number"),)


class RecommendationAct(Model):
    """One thing that happened to a recommendation (flow.ledger.ACTS), as its history tells it.

    `data` holds ids, codes and times; a reason in words stands in `note`, so that it can be erased.
    """

    id = fields.IntField(primary_key=True)
    recommendation: fields.ForeignKeyRelation[Recommendation] = fields.ForeignKeyField(
        "service.Recommendation", related_name="acts", on_delete=RESTRICT
    )
    recommendation_id: int
    act = fields.CharField(max_length=20)
    at = Instant()
    by = fields.CharField(max_length=60)
    data: dict[str, object] = fields.JSONField()
    note = fields.TextField(default="")

    class Meta:
        indexes = (("recommendation_id",),)


class KeptApart(Model):
    """Recommendations that look alike and of which a person said that they are not the same.

    It stays when it was taken back.
    """

    id = fields.IntField(primary_key=True)
    numbers: list[int] = fields.JSONField()
    at = Instant()
    by = fields.CharField(max_length=60)
    undone_at = Instant(null=True)
    undone_by = fields.CharField(max_length=60, default="")
