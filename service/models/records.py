"""The record of changes and of exports."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Campaign


class AuditRecord(Model):
    """One change, chained to the one before by hash. Holds ids, never names or texts."""

    seq = fields.IntField(primary_key=True, generated=False)
    at = Instant()
    actor = fields.CharField(max_length=60)
    action = fields.CharField(max_length=60)
    subject = fields.CharField(max_length=120)
    data: dict[str, object] = fields.JSONField()
    previous = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)


class ExportRecord(Model):
    """An export that was made: of when, by whom, and the hash of the file.

    `filters`: "unit:11629" when it is about one unit, "codes" when answers are given as the form's codes.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="exports", on_delete=RESTRICT
    )
    campaign_id: int
    format = fields.CharField(max_length=10)
    filters = fields.CharField(max_length=60, default="")
    as_of = Instant()
    made_at = Instant()
    made_by = fields.CharField(max_length=60)
    highest_event = fields.IntField()
    sha256 = fields.CharField(max_length=64)


class ExportSchedule(Model):
    """An export that is mailed to staff again and again while its campaign is open, until it is `ended_at`.

    `every` is "day", or the number of a weekday (0 is Monday) for once a week. `at` is a time of day such as "08:00".
    `recipients` are ids of staff. `day` is the last one for which it was queued, or that on which it was made.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="export_schedules", on_delete=RESTRICT
    )
    campaign_id: int
    format = fields.CharField(max_length=10)
    codes = fields.BooleanField(default=False)
    every = fields.CharField(max_length=4)
    at = fields.CharField(max_length=5)
    recipients: list[int] = fields.JSONField()
    day = fields.DateField()
    created_at = Instant()
    created_by = fields.CharField(max_length=60)
    ended_at = Instant(null=True)


class ExportJob(Model):
    """An export that is made beside the requests: who asked for what, how far it is, and for a time the file.

    `state` is waiting, running, done, failed, cancelled, or expired when the file of one that was done is gone.
    `stage` is what it is at (flow.exportjobs.STAGES), with `done` of `total` rows, papers or files; a `total` of 0 is
    not known yet. A running one is its process's until `lease_until`; then another takes it up, `attempt` tells how
    often. `why` is the code of a failure. `name` is that of the file, kept until `keep_until`. `schedule` is what
    asked for it, None for a person.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="export_jobs", on_delete=RESTRICT
    )
    campaign_id: int
    schedule: fields.ForeignKeyNullableRelation[ExportSchedule] = fields.ForeignKeyField(
        "service.ExportSchedule", related_name="jobs", null=True, on_delete=RESTRICT
    )
    schedule_id: int | None
    format = fields.CharField(max_length=10)
    codes = fields.BooleanField(default=False)
    as_of = Instant()
    asked_at = Instant()
    asked_by = fields.CharField(max_length=60)
    state = fields.CharField(max_length=10, default="waiting")
    stage = fields.CharField(max_length=10, default="")
    done = fields.IntField(default=0)
    total = fields.IntField(default=0)
    attempt = fields.IntField(default=0)
    lease_until = Instant(null=True)
    ended_at = Instant(null=True)
    why = fields.CharField(max_length=40, default="")
    name = fields.CharField(max_length=100, default="")
    size = fields.BigIntField(default=0)
    sha256 = fields.CharField(max_length=64, default="")
    keep_until = Instant(null=True)

    class Meta:
        indexes = (("state",),)


class RefreshAddress(Model):
    """A campaign's tables at an address that a workbook refreshes from, by a token of its own that reads nothing else.

    The token is stored only as its hash. `codes`: answers as the form's codes.
    """

    id = fields.IntField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "service.Campaign", related_name="refresh_addresses", on_delete=RESTRICT
    )
    campaign_id: int
    name = fields.CharField(max_length=100)
    codes = fields.BooleanField(default=False)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = Instant()
    created_by = fields.CharField(max_length=60)
    used_at = Instant(null=True)
    revoked_at = Instant(null=True)
