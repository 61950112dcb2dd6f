"""Campaigns, their invitations, and what happened to each."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.forms import FormVersion, StoredFile
from service.models.staff import Staff
from service.models.units import Unit


class Campaign(Model):
    """A survey round. Due is `due_at` (fixed) or `due_days` of `due_kind` after publication or opening.

    `due_explained` says how it was counted at publication (reminders.deadlines, as JSON); None for a fixed one.
    `roster` is the choice made before publication: unit codes, or None for all units. `reminders` is the plan's
    steps as JSON. `illustrative` marks made-up figures wherever they show.
    """

    id = fields.IntField(primary_key=True)
    title = fields.CharField(max_length=500)
    form: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="campaigns", on_delete=RESTRICT
    )
    form_id: int
    letter_number = fields.CharField(max_length=100, default="")
    letter_date = fields.DateField(null=True)
    letter_subject = fields.CharField(max_length=500, default="")
    letter_file: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="letters", null=True, on_delete=RESTRICT
    )
    letter_file_id: int | None
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "service.Staff", related_name="campaigns", null=True, on_delete=RESTRICT
    )
    staff_id: int | None
    period_from = fields.DateField(null=True)
    period_to = fields.DateField(null=True)
    opens_at = Instant(null=True)
    closes_at = Instant(null=True)
    due_at = Instant(null=True)
    due_days = fields.DecimalField(max_digits=6, decimal_places=1, null=True)
    due_kind = fields.CharField(max_length=20, default="")  # day, working_day; empty: due_at is fixed
    due_explained: dict[str, object] | None = fields.JSONField(null=True)
    roster: list[str] | None = fields.JSONField(null=True)
    reminders: list[dict[str, object]] = fields.JSONField()
    allow_nil = fields.BooleanField(default=False)
    signoff = fields.BooleanField(default=False)
    illustrative = fields.BooleanField(default=False)
    created_at = Instant()
    published_at = Instant(null=True)


class PlanChange(Model):
    """One change of a campaign's reminder plan: the steps before and after, as JSON (reminders.steps)."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="plan_changes", on_delete=RESTRICT
    )
    campaign_id: int
    number = fields.IntField()
    at = Instant()
    by = fields.CharField(max_length=60)
    before: list[dict[str, object]] = fields.JSONField()
    after: list[dict[str, object]] = fields.JSONField()

    class Meta:
        unique_together = (("campaign", "number"),)


class Invitation(Model):
    """One unit in one campaign, with the unit's names of the day of publication.

    `state`, `due_at` and `first_sent_at` repeat what the events say, written in the same transaction. `due_at` is the
    due time in force: with extensions, and while a report is handed back that of its correction. `original_due_at`
    never changes.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="invitations", on_delete=RESTRICT
    )
    campaign_id: int
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "service.Unit", related_name="invitations", on_delete=RESTRICT
    )
    unit_id: int
    code = fields.CharField(max_length=10)
    name = fields.CharField(max_length=200)
    full_name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=20)
    group = fields.CharField(max_length=200)
    parent = fields.CharField(max_length=10)
    state = fields.CharField(max_length=20)
    nil = fields.BooleanField(default=False)
    original_due_at = Instant()
    due_at = Instant()
    due_round = fields.IntField(default=0)
    first_sent_at = Instant(null=True)
    events_count = fields.IntField(default=0)

    class Meta:
        unique_together = (("campaign", "code"),)


class Approval(Model):
    """Whether a reminder that needs a person's word may go to one unit, asked once a step, occurrence and due round.

    `approver` is the staff member who is asked, None where nobody is named: then any may answer. `state` is waiting,
    approved, refused (with a reason), lapsed when nobody had answered by `until`, void when nothing was to be sent any
    more (the unit answered, the due time or the plan changed). `planned_for` is the step's moment.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="approvals", on_delete=RESTRICT
    )
    invitation_id: int
    step = fields.CharField(max_length=40)
    occurrence = fields.IntField()
    due_round = fields.IntField()
    approver = fields.IntField(null=True)
    state = fields.CharField(max_length=10, default="waiting")
    planned_for = Instant()
    asked_at = Instant()
    until = Instant()
    decided_at = Instant(null=True)
    decided_by = fields.CharField(max_length=60, default="")
    reason = fields.CharField(max_length=1000, default="")

    class Meta:
        unique_together = (("invitation", "step", "occurrence", "due_round"),)
        indexes = (("state",),)


class Event(Model):
    """One act in an invitation's life, never changed. `note` and `data` hold no personal text."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="events", on_delete=RESTRICT
    )
    invitation_id: int
    seq = fields.IntField()
    act = fields.CharField(max_length=20)
    to = fields.CharField(max_length=20)
    actor = fields.CharField(max_length=20)
    actor_ref = fields.CharField(max_length=60, default="")
    at = Instant()
    recorded_at = Instant()
    nil = fields.BooleanField(default=False)
    due_at = Instant(null=True)

    class Meta:
        unique_together = (("invitation", "seq"),)


class EventNote(Model):
    """The reason or remark given with an event: free text, so that it can be erased without the event."""

    id = fields.IntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField(
        "service.Event", related_name="note", on_delete=RESTRICT
    )
    event_id: int
    text = fields.TextField()


class UnitRequest(Model):
    """What a unit asks of staff in a campaign: a later due time, or its report opened again.

    `kind` is one of flow.unitrequests.KINDS. `open` is true while it waits for an answer and null afterwards, so that
    the database allows one open request of a kind. `outcome`: granted (by the act itself), refused with an `answer`,
    withdrawn, or lapsed when there is nothing left to grant.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="requests", on_delete=RESTRICT
    )
    invitation_id: int
    kind = fields.CharField(max_length=20)
    reason = fields.TextField()
    wished_at = Instant(null=True)
    asked_at = Instant()
    asked_by = fields.CharField(max_length=60)
    open = fields.BooleanField(null=True, default=True)
    outcome = fields.CharField(max_length=20, default="")
    answered_at = Instant(null=True)
    answered_by = fields.CharField(max_length=60, default="")
    answer = fields.TextField(default="")

    class Meta:
        unique_together = (("invitation", "kind", "open"),)


class FormMove(Model):
    """A published campaign went over from one version of its form to another, and why."""

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="moves", on_delete=RESTRICT
    )
    campaign_id: int
    old: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="moves_from", on_delete=RESTRICT
    )
    old_id: int
    new: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="moves_to", on_delete=RESTRICT
    )
    new_id: int
    reason = fields.CharField(max_length=1000)
    at = Instant()
    by = fields.CharField(max_length=60)
