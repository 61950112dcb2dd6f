"""Beside the mail: calls, and what the office's own gateway is told."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Event, Invitation


class Call(Model):
    """A telephone call to a unit about a campaign, kept as history: taken back or corrected, never changed.

    `outcome` is one of flow.calls.OUTCOMES. `number` is the telephone that was called, `promised_on` the day by which
    the unit said it would send. `corrects` is the call in whose place this one stands. `request` is that of the page
    it came from: pressed twice, it is one call.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="calls", on_delete=RESTRICT
    )
    invitation_id: int
    at = Instant()
    by = fields.CharField(max_length=60)
    number = fields.CharField(max_length=40, default="")
    outcome = fields.CharField(max_length=20)
    promised_on = fields.DateField(null=True)
    note = fields.TextField(default="")
    corrects = fields.IntField(null=True)
    undone_at = Instant(null=True)
    undone_by = fields.CharField(max_length=60, default="")
    request = fields.CharField(max_length=40, unique=True)


class Hook(Model):
    """What the department's own gateway is told (a webhook), from the transaction of the act until it was taken.

    `key` says what it is about and is unique for ever, `number` goes out as webhook-id. `kind` is one of
    flow.hooks.KINDS. `event` is the act that is told, None for a reminder, which has `step` and `due_round`.
    `body` is the JSON as sent, the same at every attempt; "" until it is first made ready. `state`: waiting, sending,
    sent, failed, dropped; `why` is the code of the reason. `tried_at`: the first attempt, from which giving up counts.
    """

    id = fields.IntField(primary_key=True)
    key = fields.CharField(max_length=200, unique=True)
    number = fields.CharField(max_length=40, unique=True)
    kind = fields.CharField(max_length=30)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="hooks", on_delete=RESTRICT
    )
    invitation_id: int
    event: fields.ForeignKeyNullableRelation[Event] = fields.ForeignKeyField(
        "service.Event", related_name="hooks", null=True, on_delete=RESTRICT
    )
    event_id: int | None
    step = fields.CharField(max_length=40, default="")
    due_round = fields.IntField(default=0)
    state = fields.CharField(max_length=10, default="waiting")
    why = fields.CharField(max_length=60, default="")
    attempt = fields.IntField(default=0)
    body = fields.TextField(default="")
    not_before = Instant()
    expires_at = Instant(null=True)
    tried_at = Instant(null=True)
    lease_until = Instant(null=True)
    created_at = Instant()
    settled_at = Instant(null=True)

    class Meta:
        indexes = (("state", "not_before"),)


class HookAttempt(Model):
    """One try at telling the gateway, with its answer.

    `outcome`: those of gateway.Answer, lost (the process ended in the middle), or not_ready (its body could not be
    made).
    """

    id = fields.IntField(primary_key=True)
    hook: fields.ForeignKeyRelation[Hook] = fields.ForeignKeyField(
        "service.Hook", related_name="attempts", on_delete=RESTRICT
    )
    hook_id: int
    number = fields.IntField()
    at = Instant()
    outcome = fields.CharField(max_length=20)
    status = fields.IntField(null=True)
    words = fields.CharField(max_length=300, default="")
