"""The department's review: who is looking at a report, and what is to be corrected question by question."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Event, Invitation
from service.models.staff import Staff


class ReviewClaim(Model):
    """Who took a unit's report for review last, and when, `open` while they are at it.

    A courtesy among colleagues that can be taken over: what keeps two verdicts apart is the number of events.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.OneToOneRelation[Invitation] = fields.OneToOneField(
        "service.Invitation", related_name="claim", on_delete=RESTRICT
    )
    invitation_id: int
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="claims", on_delete=RESTRICT
    )
    staff_id: int
    at = Instant()
    open = fields.BooleanField(default=True)


class Remark(Model):
    """What a return asks a unit to correct in one answer. The event's note holds the whole of it as it was mailed.

    `key` is the question's flat key in the report that was handed back, `label` its words of then.
    """

    id = fields.IntField(primary_key=True)
    event: fields.ForeignKeyRelation[Event] = fields.ForeignKeyField(
        "service.Event", related_name="remarks", on_delete=RESTRICT
    )
    event_id: int
    place = fields.IntField()
    key = fields.CharField(max_length=2000)
    label = fields.TextField()
    text = fields.TextField()

    class Meta:
        unique_together = (("event", "place"),)
