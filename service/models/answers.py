"""What units fill in and send."""

from tortoise import fields
from tortoise.models import Model

from reminders.fields import Instant
from service.models.base import RESTRICT
from service.models.campaigns import Invitation
from service.models.forms import FormVersion, StoredFile


class Draft(Model):
    """Work in progress: raw text by question key (forms.answers.Raw), invalid text included.

    `form` is the version the keys are of: the campaign may have moved on to another (flow.carrying).
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.OneToOneRelation[Invitation] = fields.OneToOneField(
        "service.Invitation", related_name="draft", on_delete=RESTRICT
    )
    invitation_id: int
    version = fields.IntField(default=0)
    answers: dict[str, str | list[str]] = fields.JSONField()
    updated_at = Instant()
    updated_by = fields.CharField(max_length=60, default="")
    form: fields.ForeignKeyNullableRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="drafts", null=True, on_delete=RESTRICT
    )
    form_id: int | None


class DraftRevision(Model):
    """What one save changed: question key -> [before, after], null where the key was absent.

    The keys are of the version `form`.
    """

    id = fields.IntField(primary_key=True)
    draft: fields.ForeignKeyRelation[Draft] = fields.ForeignKeyField(
        "service.Draft", related_name="revisions", on_delete=RESTRICT
    )
    draft_id: int
    version = fields.IntField()
    changes: dict[str, list[str | list[str] | None]] = fields.JSONField()
    at = Instant()
    by = fields.CharField(max_length=60)
    form: fields.ForeignKeyNullableRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="revisions", null=True, on_delete=RESTRICT
    )
    form_id: int | None

    class Meta:
        unique_together = (("draft", "version"),)


class LeftOver(Model):
    """An answer of a draft that had no place in the version it was carried to (forms.carry.Left).

    `key` is of the version `form`, `label` says question and row in words of then. Settled, never deleted: `outcome`
    is "dismissed" by a person or "restored" into the draft, "" while it waits.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="left_over", on_delete=RESTRICT
    )
    invitation_id: int
    form: fields.ForeignKeyRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="left_over", on_delete=RESTRICT
    )
    form_id: int
    key = fields.CharField(max_length=2000)
    kind = fields.CharField(max_length=20, default="")  # forms.schema.Kind, empty for a repeat's row ids
    code = fields.CharField(max_length=20)
    label = fields.TextField()
    shown = fields.TextField()
    value: dict[str, str] | list[str] = fields.JSONField()  # a text as {"text": …}
    at = Instant()
    by = fields.CharField(max_length=60)
    settled_at = Instant(null=True)
    settled_by = fields.CharField(max_length=60, default="")
    outcome = fields.CharField(max_length=20, default="")

    class Meta:
        indexes = (("invitation_id",),)


class Attachment(Model):
    """A file given to a file question, the draft holds its id as text."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="attachments", on_delete=RESTRICT
    )
    invitation_id: int
    key = fields.CharField(max_length=500)
    file: fields.ForeignKeyRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="attachments", on_delete=RESTRICT
    )
    file_id: int
    created_at = Instant()


class Submission(Model):
    """What was sent, numbered within the invitation and never overwritten.

    `submitted_at` is when it took effect, `recorded_at` when it was written down: they differ where staff type in a
    reply that came on paper. `receipt` is the number people quote. `hash` is SHA-256 over the canonical JSON of the
    answers with the invitation, the number and the time. A key of one principal may be used once (idempotency).
    `form` is the version that was filled in, and stays it when the campaign moves on to another.
    Where the leader signed off: `asked_at` and `asked_by` say when and by whom (a principal's ref) it was handed in for
    approval.
    """

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="submissions", on_delete=RESTRICT
    )
    invitation_id: int
    number = fields.IntField()
    receipt = fields.CharField(max_length=40, unique=True)
    submitted_at = Instant()
    recorded_at = Instant()
    answers: dict[str, object] = fields.JSONField()
    nil_reason = fields.TextField(default="")
    hash = fields.CharField(max_length=64)
    actor = fields.CharField(max_length=20)
    actor_ref = fields.CharField(max_length=60)
    principal = fields.CharField(max_length=60)
    idempotency_key = fields.CharField(max_length=200)
    body_hash = fields.CharField(max_length=64)
    form: fields.ForeignKeyNullableRelation[FormVersion] = fields.ForeignKeyField(
        "service.FormVersion", related_name="submissions", null=True, on_delete=RESTRICT
    )
    form_id: int | None
    asked_at = Instant(null=True)
    asked_by = fields.CharField(max_length=60, default="")

    class Meta:
        unique_together = (("invitation", "number"), ("principal", "invitation", "idempotency_key"))


class SignedReport(Model):
    """A sent report as the unit's own document: its number and date there and the scan of what was signed.

    Never changed, the latest of a submission counts and holds all that is known.
    """

    id = fields.IntField(primary_key=True)
    submission: fields.ForeignKeyRelation[Submission] = fields.ForeignKeyField(
        "service.Submission", related_name="signed", on_delete=RESTRICT
    )
    submission_id: int
    number = fields.CharField(max_length=100, default="")
    date = fields.DateField(null=True)
    scan: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="signed_reports", null=True, on_delete=RESTRICT
    )
    scan_id: int | None
    at = Instant()
    by = fields.CharField(max_length=60)


class Intake(Model):
    """A reply that came on paper or through HPnet, recorded in one step."""

    id = fields.IntField(primary_key=True)
    invitation: fields.ForeignKeyRelation[Invitation] = fields.ForeignKeyField(
        "service.Invitation", related_name="intakes", on_delete=RESTRICT
    )
    invitation_id: int
    channel = fields.CharField(max_length=20)  # paper, hpnet
    document_number = fields.CharField(max_length=100)
    document_date = fields.DateField(null=True)
    received_at = Instant()
    recorded_at = Instant()
    scan: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        "service.StoredFile", related_name="intakes", null=True, on_delete=RESTRICT
    )
    scan_id: int | None
    recorded_by = fields.CharField(max_length=60)
